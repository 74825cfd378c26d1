"""转派: hand a ticket to a colleague."""

from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.names import named
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number, ticket_to_work
from handlers.tickets.view import card_to, refresh
from storage.model.messages import Button, Content, Role
from storage.model.people import Member, PersonRole
from storage.model.tickets import WAITING, EntryKind, Move, Ticket

CHOICES = 12
TAKERS = (PersonRole.OFFICER, PersonRole.DUTY_LEADER, PersonRole.LEADER)


@tickets.command(
    "转派",
    slash="transfer",
    aliases=("转给",),
    args=parse.number_and_text,
    allow=Permission.WORK,
    help="转派 12 李强　转给同事",
)
async def transfer(ctx: Context, arg: parse.NumberAndText) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    ticket = await ticket_by_number(ctx, arg.number)
    _check(ctx, ticket)
    colleagues = [m for m in await ctx.unit.people.staff(ticket.station_id) if m.role in TAKERS]
    # "转派 12 @李警官": what is @-ed has been taken out of the argument.
    called = [name for name in ctx.vocabulary.find(ctx.event.text) if named(colleagues, name)]
    wanted = arg.text or (called[0] if called else "")
    if not wanted:
        await _offer(ctx, ticket)
        return
    found = named(colleagues, wanted)
    names = texts.join(m.person.name for m in found or await _takers(ctx, ticket))
    if not found:
        raise UsageError(texts.NO_SUCH_COLLEAGUE.format(name=wanted, names=names))
    if len(found) > 1:
        raise UsageError(texts.SEVERAL_COLLEAGUES.format(name=wanted, names=names))
    await _give(ctx, ticket, found[0])


@tickets.button("transfer", args=parse.row_id, allow=Permission.REPORT)
async def press_transfer(ctx: Context, ticket_id: int) -> None:
    ticket = await ticket_to_work(ctx, ticket_id)
    _check(ctx, ticket)
    await _offer(ctx, ticket)


@tickets.button("give", args=parse.two_ids, allow=Permission.REPORT)
async def press_give(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await ticket_to_work(ctx, arg[0])
    _check(ctx, ticket)
    members = await ctx.unit.people.staff(ticket.station_id)
    taker = next((m for m in members if m.person.id == arg[1] and m.role in TAKERS), None)
    if taker is None:
        raise UsageError(texts.STALE_BUTTON)
    await _give(ctx, ticket, taker)
    given = texts.TRANSFERRED_SHORT.format(number=texts.number(ticket), officer=taker.person.name)
    await ctx.close_question(given)


def _check(ctx: Context, ticket: Ticket) -> None:
    """A waiting ticket may be handed on by any officer; a claimed one by its holder and those who dispatch."""
    if ticket.finished:
        state = texts.ILLEGAL.format(number=texts.number(ticket), state=ticket.state, move=texts.TRANSFER)
        raise UsageError(state)
    if ticket.state not in WAITING and ticket.assignee_id != ctx.who.person.id:
        ctx.require(Permission.DISPATCH, ticket.station_id)


async def _takers(ctx: Context, ticket: Ticket) -> list[Member]:
    members = await ctx.unit.people.staff(ticket.station_id)
    return [m for m in members if m.role in TAKERS and m.person.id != ticket.assignee_id]


async def _offer(ctx: Context, ticket: Ticket) -> None:
    takers = (await _takers(ctx, ticket))[:CHOICES]
    if not takers:
        raise UsageError(texts.NO_COLLEAGUES)
    cells = [Button(label=m.person.name, action=f"give:{ticket.id}.{m.person.id}") for m in takers]
    rows = tuple(tuple(cells[i : i + 3]) for i in range(0, len(cells), 3))
    content = Content(text=texts.ASK_TRANSFER.format(number=texts.number(ticket)), buttons=rows)
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id)


async def _give(ctx: Context, ticket: Ticket, taker: Member) -> None:
    number = texts.number(ticket)
    person = taker.person
    before = ticket.assignee_id
    moved = await ctx.unit.tickets.move(ticket.id, Move.TRANSFER, at=ctx.now, assignee_id=person.id)
    if moved is None:
        now = await ctx.unit.tickets.get(ticket.id)
        if now is not None and now.assignee_id == person.id and not now.finished:
            raise UsageError(texts.TRANSFER_SAME.format(number=number, officer=person.name))
        raise UsageError(texts.ILLEGAL.format(number=number, state=(now or ticket).state, move=texts.TRANSFER))
    await ctx.log(EntryKind.TRANSFERRED, ticket=moved, data={"to": person.id, "from": before})
    await refresh(ctx, moved)
    reached = await card_to(ctx, moved, person.id)
    if reached and person.id != ctx.who.person.id:
        why = texts.TRANSFER_CARD_WHY.format(officer=ctx.who.person.name, number=number)
        await ctx.tell(person.id, why, ticket_id=moved.id)
    if before is not None and before not in (person.id, ctx.who.person.id):
        told = texts.TRANSFERRED_AWAY.format(number=number, officer=person.name, by=ctx.who.person.name)
        await ctx.tell(before, told, ticket_id=moved.id)
    note = texts.TRANSFERRED_NOTE if reached else texts.TRANSFERRED_UNREACHED
    await ctx.answer(note.format(number=number, officer=person.name), alert=not reached)
