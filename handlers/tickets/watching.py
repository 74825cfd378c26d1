"""我也看到了: a neighbour may follow a matter instead of telling it once more."""

from dataclasses import replace
from datetime import timedelta

from handlers.kit import burst_texts, parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.feature import tickets
from handlers.tickets.follow import note
from handlers.tickets.growing import corrected
from handlers.tickets.ladder import look_again
from handlers.tickets.limits import limits_at
from handlers.tickets.report import open_ticket
from handlers.tickets.view import refresh_cards
from handlers.understanding.reference import me_too
from storage.model.messages import Button, Content, InboundKind, Role
from storage.model.tickets import EntryKind, Ticket, Urgency

OFFERED_WITHIN = timedelta(minutes=30)
ALSO = "also"
"""The step that keeps a neighbour's words until they say whether it is the same matter."""


async def offer(ctx: Context) -> bool:
    """A neighbour's 我也看到了 about an open matter of this group: two buttons, and no ticket yet."""
    event = ctx.event
    if ctx.overheard or not ctx.among_residents or ctx.staff or ctx.who.anonymous or event.attachments:
        return False
    if not me_too(ctx.said):
        return False
    ticket = await _meant(ctx)
    if ticket is None:
        return False
    number = texts.number(ticket)
    buttons = (
        (Button(label=burst_texts.watch(number), action=f"watch:{ticket.id}"),),
        (Button(label=burst_texts.APART, action=f"apart:{ticket.id}"),),
    )
    content = Content(text=burst_texts.ALSO.format(number=number), buttons=buttons)
    key = f"{ctx.cause}:also"
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id, key=key)
    await ctx.ask(ALSO, {"ticket": ticket.id, "message": event.message_id, "text": ctx.said, "question": key})
    return True


async def _meant(ctx: Context) -> Ticket | None:
    """The matter replied to, else the newest of somebody else here. What is confidential is offered to nobody."""
    event, me, group = ctx.event, ctx.who.person.id, ctx.group
    since = ctx.now - OFFERED_WITHIN
    if group is None:
        return None
    if not event.reply_to:
        return await ctx.unit.tickets.latest_of_others(group.id, me, since)
    found = await ctx.unit.tickets.by_message(event.platform, event.chat.address.chat_id, event.reply_to)
    if found is None or found.finished or found.confidential or found.reporter_id == me or found.opened_at < since:
        return None
    return found if found.group_id == group.id else None


@tickets.button("watch", args=parse.row_id, allow=Permission.REPORT)
async def press_watch(ctx: Context, ticket_id: int) -> None:
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None or not _told_here(ctx, ticket):
        raise UsageError(texts.STALE_BUTTON)
    await _watch(ctx, ticket)


@tickets.command(
    "关注",
    slash="watch",
    args=parse.ticket_number,
    allow=Permission.REPORT,
    help="关注 12　本群的这件事，办好了告诉我",
)
async def watch(ctx: Context, number: int) -> None:
    """Only in the group it was told in: elsewhere nobody learns that there is such a matter."""
    ticket = await ctx.unit.tickets.by_number(ctx.here.id, number)
    if ticket is None or not _told_here(ctx, ticket):
        raise UsageError(burst_texts.WATCH_NONE.format(number=number))
    await _watch(ctx, ticket)


def _told_here(ctx: Context, ticket: Ticket) -> bool:
    """In this group, and no secret."""
    return ctx.group is not None and ticket.group_id == ctx.group.id and not ticket.confidential


async def _watch(ctx: Context, ticket: Ticket) -> None:
    if ctx.who.anonymous:
        raise UsageError(texts.NO_RIGHT_ANONYMOUS)
    number = texts.number(ticket)
    if ticket.reporter_id == ctx.who.person.id:
        raise UsageError(burst_texts.WATCHED_OWN.format(number=number))
    if ticket.finished:
        raise UsageError(burst_texts.WATCHED_DONE.format(number=number, state=ticket.state))
    if not await ctx.unit.watchers.add(ticket.id, ctx.who.person.id, ctx.now):
        raise UsageError(burst_texts.WATCHED_ALREADY.format(number=number))
    await ctx.log(EntryKind.WATCHED, ticket=ticket)
    await _weigh(ctx, await ctx.unit.talk.watched(ticket.id) or ticket)
    await ctx.answer(burst_texts.WATCHED.format(number=number))


async def _weigh(ctx: Context, ticket: Ticket) -> None:
    """What many follow is no small matter, and climbs the ladder fast. An officer's word on its urgency stands."""
    if ticket.watched == (await limits_at(ctx, ticket.station_id)).many_watch:
        if ticket.urgency is Urgency.LOW and "urgency" not in await corrected(ctx, ticket):
            ticket = replace(ticket, urgency=Urgency.NORMAL)
            await ctx.unit.tickets.grow(ticket)
        text = burst_texts.RAISED_ENTRY.format(count=ticket.watched)
        await ctx.log(EntryKind.RAISED, ticket=ticket, text=text, data={"urgency": ticket.urgency})
        await look_again(ctx, ticket)
        if ticket.urgency is not Urgency.URGENT:
            await note(ctx, ticket, burst_texts.WATCHED_MANY.format(number=texts.number(ticket), count=ticket.watched))
    await refresh_cards(ctx, ticket)


@tickets.button("apart", args=parse.row_id, allow=Permission.REPORT)
async def apart(ctx: Context, ticket_id: int) -> None:
    """It was another matter after all: their own words become a ticket, once."""
    where = ctx.event.chat.address
    ctx.conversation = await ctx.unit.conversations.get(
        where.platform, where.chat_id, ctx.event.sender.user_id, ctx.now
    )
    if ctx.conversation is None or ctx.conversation.step != ALSO or ctx.asked["ticket"] != ticket_id:
        raise UsageError(burst_texts.APART_GONE)
    words, message_id = str(ctx.asked["text"]), str(ctx.asked["message"])
    await ctx.end_conversation()
    said = replace(ctx.event, kind=InboundKind.MESSAGE, message_id=message_id, text=words, callback_id="", at=ctx.now)
    await open_ticket(replace(ctx, inbound=said), words)


async def tell_watchers(ctx: Context, ticket: Ticket) -> None:
    """It is done: number and state, in private; who cannot be written to reads it in the group."""
    told = burst_texts.WATCHED_DONE.format(number=texts.number(ticket), state=ticket.state)
    for person_id in await ctx.unit.watchers.of_ticket(ticket.id):
        await ctx.tell(person_id, told, key=f"ticket:{ticket.id}:watcher:{person_id}:{ticket.reopened}")
