"""转派: hand a ticket to a colleague."""

from dataclasses import replace

from handlers.kit import life_texts, parse, queue_texts, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.desks import desk_of
from handlers.kit.errors import UsageError
from handlers.kit.names import named
from handlers.kit.routing import named_first
from handlers.tickets.colleagues import TAKERS, choices, colleague, colleagues
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number, ticket_to_work
from handlers.tickets.holding import taken
from handlers.tickets.limits import limits_at
from handlers.tickets.moving import awake, mine
from handlers.tickets.queueing import turn_to
from handlers.tickets.view import card_to, refresh
from storage.model.messages import Button, Content, Role
from storage.model.people import Member
from storage.model.tickets import WAITING, EntryKind, Move, State, Ticket

LONGEST_REASON = 200


@tickets.command(
    "转派",
    slash="transfer",
    aliases=("转给",),
    args=parse.number_and_text,
    allow=Permission.WORK,
    help="转派 12 李强 原因　转给同事",
)
async def transfer(ctx: Context, arg: parse.NumberAndText) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    ticket = await ticket_by_number(ctx, arg.number)
    _check(ctx, ticket)
    everybody = await colleagues(ctx, ticket.station_id)
    # "转派 12 @李警官": what is @-ed has been taken out of the argument.
    called = [name for name in ctx.names_called if named(everybody, name)]
    wanted = f"{called[0]} {arg.text}".strip() if called and not named(everybody, arg.text) else arg.text
    if not wanted:
        await _offer(ctx, ticket)
        return
    queue = named_first(await desk_of(ctx, ticket.station_id), wanted)
    if queue is not None:
        await turn_to(ctx, ticket, *queue)
        return
    taker, reason = await colleague(ctx, ticket.station_id, wanted, but=ticket.assignee_id)
    await _give(ctx, ticket, taker, texts.short(reason, LONGEST_REASON))


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
    await _give(ctx, ticket, taker, "")
    given = texts.TRANSFERRED_SHORT.format(number=texts.number(ticket), officer=taker.person.name)
    await ctx.close_question(given)


def _check(ctx: Context, ticket: Ticket) -> None:
    """A waiting ticket may be handed on by any officer; a claimed one by its holder and those who dispatch."""
    if ticket.finished:
        state = texts.ILLEGAL.format(number=texts.number(ticket), state=ticket.state, move=texts.TRANSFER)
        raise UsageError(state)
    if ticket.state not in WAITING and ticket.assignee_id != ctx.who.person.id:
        ctx.require(Permission.DISPATCH, ticket.station_id)


async def _offer(ctx: Context, ticket: Ticket) -> None:
    rows = choices(await colleagues(ctx, ticket.station_id, but=ticket.assignee_id), "give", ticket.id)
    if not ticket.finished and mine(ctx, ticket):
        rows += ((Button(label=queue_texts.OTHER_QUEUE, action=f"turn:{ticket.id}"),),)
    content = Content(text=texts.ASK_TRANSFER.format(number=texts.number(ticket)), buttons=rows)
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id)


async def _give(ctx: Context, ticket: Ticket, taker: Member, reason: str) -> None:
    number = texts.number(ticket)
    person, before = taker.person, ticket.assignee_id
    if before == person.id:
        raise UsageError(texts.TRANSFER_SAME.format(number=number, officer=person.name))
    ticket = await awake(ctx, ticket)
    until = ctx.now + (await limits_at(ctx, ticket.station_id)).lease_of(replace(ticket, state=State.CLAIMED))
    moved = await ctx.unit.tickets.move(ticket.id, Move.TRANSFER, at=ctx.now, assignee_id=person.id, until=until)
    if moved is None:
        now = await ctx.unit.tickets.get(ticket.id)
        if now is not None and now.assignee_id == person.id and not now.finished:
            raise UsageError(texts.TRANSFER_SAME.format(number=number, officer=person.name))
        raise UsageError(texts.ILLEGAL.format(number=number, state=(now or ticket).state, move=texts.TRANSFER))
    await ctx.log(EntryKind.TRANSFERRED, ticket=moved, text=reason, data={"to": person.id, "from": before})
    await taken(ctx, moved)
    await refresh(ctx, moved)
    reached = await card_to(ctx, moved, person.id)
    await _tell(ctx, moved, taker, before, reason, reached=reached)


async def _tell(ctx: Context, ticket: Ticket, taker: Member, before: int | None, reason: str, *, reached: bool) -> None:
    """Whoever gets it, whoever had it, and whoever handed it on."""
    number, person, me = texts.number(ticket), taker.person, ctx.who.person
    because = life_texts.because(reason)
    if reached and person.id != me.id:
        why = texts.TRANSFER_CARD_WHY.format(officer=me.name, number=number)
        await ctx.tell(person.id, f"{why}{because}", ticket_id=ticket.id)
    if before is not None and before not in (person.id, me.id):
        told = texts.TRANSFERRED_AWAY.format(number=number, officer=person.name, by=me.name)
        await ctx.tell(before, f"{told}{because}", ticket_id=ticket.id)
    note = texts.TRANSFERRED_NOTE if reached else texts.TRANSFERRED_UNREACHED
    await ctx.answer(note.format(number=number, officer=person.name), alert=not reached)
