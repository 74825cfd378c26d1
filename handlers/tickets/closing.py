"""The reporter's word at the end: 解决了 or 没解决, and 满意 / 一般 / 不满意."""

from handlers.kit import life_texts, parse, texts
from handlers.kit import urgent_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketClosed
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name
from handlers.tickets.follow import note
from handlers.tickets.limits import limits_at
from handlers.tickets.reopening import reopen
from handlers.tickets.telling import waits_on
from handlers.tickets.view import refresh
from storage.model.messages import Button, Content, Lane, Role
from storage.model.people import PersonRole
from storage.model.tickets import MOVES, EntryKind, Move, Rating, State, Ticket

RATINGS = tuple(Rating)
LEADERS = (PersonRole.DUTY_LEADER, PersonRole.LEADER)


def ask_key(ticket: Ticket) -> str:
    return f"ticket:{ticket.id}:closing:{ticket.reopened}"


def answer_buttons(ticket: Ticket) -> tuple[Button, Button]:
    """解决了 · 没解决"""
    return (
        Button(label=texts.CONFIRM, action=f"confirm:{ticket.id}"),
        Button(label=texts.REOPEN, action=f"reopen:{ticket.id}"),
    )


async def ask_reporter(ctx: Context, ticket: Ticket) -> str:
    """The notice of a closing always reaches the reporter: a new message where the report was made.

    A confidential matter is closed in private. Where we cannot write to its reporter, the group reads a number only.
    The platform where the reporter must write to us before it arrives, as people call it; "" if it leaves at once.
    """
    buttons = answer_buttons(ticket)
    key = ask_key(ticket)
    if ticket.confidential:
        content = Content(text=texts.closing(ticket), buttons=(buttons,))
        to = await ctx.private_chat(ticket.reporter_id, ticket.source.platform)
        if to is not None:
            waits = await waits_on(ctx, ticket, to, content)
            await ctx.tell(to, content, lane=Lane.RESIDENT, role=Role.ASK, ticket_id=ticket.id, key=key)
            return waits
    reply_to = "" if ticket.confidential else ticket.source_message
    text = texts.closing(ticket) if ticket.private or not ticket.sensitive else await _number_only(ctx, ticket)
    content = Content(text=text, buttons=(buttons,), reply_to=reply_to)
    waits = await waits_on(ctx, ticket, ticket.source, content)
    await ctx.say(ticket.source, content, lane=Lane.RESIDENT, role=Role.ASK, ticket_id=ticket.id, key=key)
    return waits


async def _number_only(ctx: Context, ticket: Ticket) -> str:
    reporter = await ctx.person(ticket.reporter_id)
    name = reporter.name if reporter else ""
    return say.CLOSED_IN_GROUP.format(name=name, number=texts.number(ticket), bare=ticket.number)


async def _reporters(ctx: Context, ticket_id: int) -> Ticket:
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    if ctx.who.anonymous:
        raise UsageError(texts.NO_RIGHT_ANONYMOUS)
    if ticket.reporter_id != ctx.who.person.id:
        raise UsageError(texts.ONLY_REPORTER)
    return ticket


@tickets.button("confirm", args=parse.row_id, allow=Permission.REPORT)
async def press_confirm(ctx: Context, ticket_id: int) -> None:
    await _confirm(ctx, await _reporters(ctx, ticket_id))


async def _confirm(ctx: Context, ticket: Ticket) -> None:
    moved = await ctx.unit.tickets.move(ticket.id, Move.CONFIRM, at=ctx.now)
    if moved is None:
        raise UsageError(texts.ALREADY_FINISHED.format(number=texts.number(ticket), state=ticket.state))
    await ctx.log(EntryKind.CONFIRMED, ticket=moved)
    ctx.emit(TicketClosed(ticket_id=moved.id))
    await refresh(ctx, moved)
    cells = tuple(Button(label=rating, action=f"rate:{moved.id}.{index}") for index, rating in enumerate(RATINGS))
    text, elsewhere = texts.ask_rating(moved), await _asked_elsewhere(ctx, moved)
    in_group = say.RATE_IN_GROUP.format(number=texts.number(moved))
    await _change(ctx, moved, text, in_group, cells, silent=elsewhere)
    if elsewhere:
        await ctx.reply(Content(text=text, buttons=(cells,)), role=Role.ASK, ticket_id=moved.id)
    elif ctx.shows_changes(ctx.event.platform):  # where nothing changes, the question comes anew and gives thanks
        await ctx.answer(texts.CONFIRMED_NOTE)


async def _asked_elsewhere(ctx: Context, ticket: Ticket) -> bool:
    """Does its reporter speak to us in private, and not where we asked?"""
    row = await ctx.unit.outbox.by_key(ask_key(ticket))
    return row is not None and ctx.event.chat.private and row.out.to.key != ctx.event.chat.address.key


async def _change(
    ctx: Context,
    ticket: Ticket,
    text: str,
    in_group: str = "",
    cells: tuple[Button, ...] = (),
    *,
    silent: bool = False,
) -> None:
    """Edit the closing message, so that its old buttons are gone. `in_group`: instead, where others read it. `silent`:
    where it cannot be edited, nothing follows."""
    row = await ctx.unit.outbox.by_key(ask_key(ticket))
    to = row.out.to if row is not None else ctx.event.chat.address
    public = not ticket.private and to.key == ticket.source.key
    shown = in_group if in_group and public and ticket.sensitive else text
    content = Content(text=shown, buttons=(cells,) if cells else (), brief=shown if cells and not silent else "")
    await ctx.edit(ask_key(ticket), to, content, public=public, lane=Lane.RESIDENT, ticket_id=ticket.id)


@tickets.button("rate", args=parse.two_ids, allow=Permission.REPORT)
async def rate(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await _reporters(ctx, arg[0])
    if arg[1] >= len(RATINGS):
        raise UsageError(texts.STALE_BUTTON)
    rating = RATINGS[arg[1]]
    rated = await ctx.unit.tickets.rate(ticket.id, rating)
    if rated is None:
        if ticket.state is not State.CONFIRMED:
            raise UsageError(texts.ALREADY_FINISHED.format(number=texts.number(ticket), state=ticket.state))
        raise UsageError(texts.ALREADY_RATED)
    await ctx.log(EntryKind.RATED, ticket=rated, text=rating)
    await refresh(ctx, rated)
    in_group = say.RATED_IN_GROUP.format(number=texts.number(rated), rating=rating)
    await _change(ctx, rated, texts.rated(rated), in_group)
    if await _asked_elsewhere(ctx, rated):
        await ctx.close_question(texts.rated(rated))
    await note(ctx, rated, texts.REPORTER_RATED.format(number=texts.number(rated), rating=rating))
    if rating is Rating.POOR:
        await _tell_leaders(ctx, rated)
        if await reopen(ctx, rated) is not None:
            again = life_texts.POOR_REOPENED.format(number=texts.number(rated))
            await _change(ctx, rated, again)
            await ctx.answer(again)
            return
    await ctx.answer(texts.RATED[rating])


async def _tell_leaders(ctx: Context, ticket: Ticket) -> None:
    """What the answer to a poor rating promises."""
    officer = await officer_name(ctx, ticket.assignee_id)
    sentence = texts.POOR_RATING.format(number=texts.number(ticket), officer=officer)
    for member in await ctx.unit.people.members(ticket.station_id):
        if member.role in LEADERS and member.person.id != ticket.assignee_id:
            await ctx.tell(member.person.id, sentence, ticket_id=ticket.id)


@tickets.button("reopen", args=parse.row_id, allow=Permission.REPORT)
async def press_reopen(ctx: Context, ticket_id: int) -> None:
    await open_again(ctx, await _reporters(ctx, ticket_id))


async def open_again(ctx: Context, ticket: Ticket) -> None:
    """Its reporter says that it is not solved. Raises UsageError if it is too late, or not over."""
    number = texts.number(ticket)
    moved = await reopen(ctx, ticket)
    if moved is None and ticket.state in MOVES[Move.REOPEN][0]:
        limits = await limits_at(ctx, ticket.station_id)
        raise UsageError(life_texts.TOO_LATE.format(number=number, days=limits.reopen_days))
    if moved is None:
        raise UsageError(texts.ALREADY_FINISHED.format(number=number, state=ticket.state))
    if ticket.state is State.FALSE_ALARM:
        await ctx.close_question(texts.REOPENED_NOTE.format(number=number))
    else:
        await _change(ctx, ticket, texts.REOPENED_NOTE.format(number=number))
    if ticket.assignee_id is not None:
        told = texts.REPORTER_REOPENED.format(number=number)
        await ctx.tell(ticket.assignee_id, told, ticket_id=moved.id)
    await ctx.answer(texts.REOPENED_NOTE.format(number=number))
