"""协办: colleagues who help the holder; and 更多, the rarer things a card offers."""

from handlers.kit import life_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.colleagues import TAKERS, choices, colleague, colleagues
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number, ticket_to_work
from handlers.tickets.moving import checked
from handlers.tickets.view import card_to, refresh_cards
from storage.model.messages import Button, Content, Role
from storage.model.people import Member
from storage.model.tickets import WAITING, EntryKind, State, Ticket

STOP = ("取消", "不用了", "撤销")


@tickets.command(
    "协办", slash="help_me", args=parse.number_and_text, allow=Permission.WORK, help="协办 12 李强　请同事一起办"
)
async def help_me(ctx: Context, arg: parse.NumberAndText) -> None:
    """ "协办 12 李强 取消" ends it."""
    ticket = await _held(ctx, await ticket_by_number(ctx, arg.number))
    if not arg.text:
        await _offer(ctx, ticket)
        return
    member, rest = await colleague(ctx, ticket.station_id, arg.text)
    if rest.strip() in STOP:
        await _end(ctx, ticket, member)
    else:
        await _ask_for(ctx, ticket, member, rest)


@tickets.button("aid", args=parse.row_id, allow=Permission.REPORT)
async def press_help(ctx: Context, ticket_id: int) -> None:
    await _offer(ctx, await _held(ctx, await ticket_to_work(ctx, ticket_id)))


@tickets.button("aidby", args=parse.two_ids, allow=Permission.REPORT)
async def press_whom(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await _held(ctx, await ticket_to_work(ctx, arg[0]))
    members = await ctx.unit.people.staff(ticket.station_id)
    member = next((m for m in members if m.person.id == arg[1] and m.role in TAKERS), None)
    if member is None:
        raise UsageError(texts.STALE_BUTTON)
    await _ask_for(ctx, ticket, member, "")
    await ctx.close_question(say.HELPS.format(number=texts.number(ticket), officer=member.person.name))


async def _held(ctx: Context, ticket: Ticket) -> Ticket:
    """Help is asked for by who has it: a waiting ticket has to be claimed first."""
    await checked(ctx, ticket, say.HELP)
    if ticket.state in WAITING:
        raise UsageError(texts.NOT_CLAIMED.format(number=texts.number(ticket)))
    return ticket


async def _offer(ctx: Context, ticket: Ticket) -> None:
    helping = set(await ctx.unit.helpers.of_ticket(ticket.id))
    free = [m for m in await colleagues(ctx, ticket.station_id, but=ticket.assignee_id) if m.person.id not in helping]
    content = Content(text=say.ASK_HELP.format(number=texts.number(ticket)), buttons=choices(free, "aidby", ticket.id))
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id)


async def _ask_for(ctx: Context, ticket: Ticket, member: Member, reason: str) -> None:
    number, person = texts.number(ticket), member.person
    if person.id == ticket.assignee_id:
        raise UsageError(say.HELPS_HOLDER.format(number=number, officer=person.name))
    if not await ctx.unit.helpers.add(ticket.id, person.id, ctx.now):
        raise UsageError(say.HELPS_ALREADY.format(number=number, officer=person.name))
    await ctx.log(EntryKind.HELPER, ticket=ticket, text=reason, data={"to": person.id, "helps": True})
    await refresh_cards(ctx, ticket)
    reached = await card_to(ctx, ticket, person.id)
    if reached:
        told = say.YOU_HELP.format(by=ctx.who.person.name, number=number)
        await ctx.tell(person.id, f"{told}{say.because(reason)}", ticket_id=ticket.id)
    note = say.HELPS if reached else say.HELPS_UNREACHED
    await ctx.answer(note.format(number=number, officer=person.name), alert=not reached)


async def _end(ctx: Context, ticket: Ticket, member: Member) -> None:
    number, person = texts.number(ticket), member.person
    if not await ctx.unit.helpers.drop(ticket.id, person.id):
        raise UsageError(say.NO_HELPER.format(number=number, officer=person.name))
    await ctx.log(EntryKind.HELPER, ticket=ticket, data={"to": person.id, "helps": False})
    await refresh_cards(ctx, ticket)
    await ctx.tell(person.id, say.YOU_HELP_NO_MORE.format(number=number), ticket_id=ticket.id)
    await ctx.answer(say.HELP_ENDED.format(number=number, officer=person.name))


@tickets.button("more", args=parse.row_id, allow=Permission.REPORT)
async def more(ctx: Context, ticket_id: int) -> None:
    """What is needed seldom stays off the card."""
    ticket = await checked(ctx, await ticket_to_work(ctx, ticket_id), say.MORE)
    first = [] if ticket.state is State.PAUSED else [Button(label=say.PAUSE, action=f"pause:{ticket.id}")]
    first += [
        Button(label=say.GIVE_BACK, action=f"giveback:{ticket.id}"),
        Button(label=say.HELP, action=f"aid:{ticket.id}"),
        Button(label=say.DISMISS, action=f"dismiss:{ticket.id}"),
    ]
    text = say.MORE_ABOUT.format(number=texts.number(ticket), bare=ticket.number)
    await ctx.reply(Content(text=text, buttons=(tuple(first),)), role=Role.ASK, ticket_id=ticket.id)
