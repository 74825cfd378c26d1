"""What belongs together: lines, pictures and corrections of one person in one chat are one ticket."""

from dataclasses import replace
from datetime import timedelta

from handlers.kit import burst_texts, texts
from handlers.kit.context import Context
from handlers.kit.feature import CALLED
from handlers.tickets.answering_back import solved
from handlers.tickets.asking import answered_by
from handlers.tickets.feature import BurstSettings, tickets
from handlers.tickets.follow import add_to, card_follows, forward, note
from handlers.tickets.growing import grow, show, with_line
from handlers.tickets.report import open_ticket
from handlers.tickets.watching import offer
from handlers.understanding import Courtesy
from handlers.understanding.places import find_places
from handlers.understanding.reference import Correction, another_matter, correction
from storage.model.matters import Category
from storage.model.messages import InboundKind
from storage.model.people import GroupKind
from storage.model.tickets import EntryKind, State, Ticket

SOON = timedelta(minutes=10)
"""A correction, or in private what is no matter by itself, belongs to the ticket told this recently."""

KINDS = (
    frozenset({Category.PAPERS, Category.QUESTION}),
    frozenset({Category.LOST}),
    frozenset({Category.TRAFFIC}),
    frozenset({Category.NUISANCE, Category.DISPUTE, Category.CLUE, Category.HELP}),
)
"""Categories that are told apart surely enough to be two matters of one moment. Fraud is told in many words."""

WHOLE = 8
"""Fewer characters than these are no second matter by themselves."""


@tickets.otherwise(60)
async def belongs(ctx: Context) -> bool:
    """A message that goes on with something joins it; who was heard without calling is forgotten if it does not."""
    event = ctx.event
    if event.kind is not InboundKind.MESSAGE:
        return False
    if event.album and await _same_album(ctx):
        return True
    if ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS:
        return await _replies(ctx)
    ticket = None if ctx.who.anonymous or ctx.staff else await open_burst(ctx)
    if ticket is None and await offer(ctx):
        return True
    if await _corrects(ctx, ticket) or await _replies(ctx):
        return True
    if ticket is not None and not await _another(ctx, ticket):
        await join(ctx, ticket)
        return True
    if ctx.overheard:
        return await _after_a_call(ctx)
    return await _fragment(ctx)


async def open_burst(ctx: Context) -> Ticket | None:
    """The unfinished ticket this person is still telling here, by the platform's times."""
    event = ctx.event
    limits = ctx.settings(BurstSettings)
    for ticket in await ctx.unit.tickets.burst(ctx.who.person.id, event.chat.address):
        if ticket.finished or ticket.first_at is None or ticket.heard_at is None:
            continue
        soon = event.at - ticket.heard_at <= limits.gap and event.at - ticket.first_at <= limits.cap
        if soon and event.at >= ticket.first_at and ticket.source.thread == event.chat.address.thread:
            return ticket
    return None


async def join(ctx: Context, ticket: Ticket) -> None:
    """A further line of a burst: part of the ticket, without an answer. Thanks are no part of it."""
    event = ctx.event
    heard = replace(ticket, heard_at=max(ticket.heard_at or event.at, event.at))
    ctx.listening = True
    courtesy = ctx.understand(ctx.said).courtesy if not event.attachments else None
    if courtesy is not None:
        await ctx.unit.tickets.grow(await answered_by(ctx, heard, ctx.understood))
        if courtesy is Courtesy.SOLVED:
            await solved(ctx, heard, ctx.said, quiet=True)
        return
    await ctx.unit.tickets.add_message(ticket.id, event.chat.address, event.message_id, event.album)
    if event.attachments:
        await ctx.unit.attachments.add(ticket.id, event.platform, event.attachments, ctx.now, event.message_id)
    data = {"attachments": [a.kind for a in event.attachments], "message": event.message_id, "burst": True}
    await ctx.log(EntryKind.SUPPLEMENTED, ticket=ticket, text=ctx.said, data=data)
    told = await answered_by(ctx, heard, ctx.understood)
    now = await grow(ctx, ticket, replace(told, text=with_line(ticket.text, ctx.said), joined=ticket.joined + 1))
    await show(ctx, ticket, now)
    if not await card_follows(ctx, now):
        words = ctx.said or texts.attachment_list([a.kind for a in event.attachments])
        await note(ctx, now, texts.REPORTER_ADDED.format(number=texts.number(now), text=words))
    for item in event.attachments:
        await forward(ctx, now, item)


async def _same_album(ctx: Context) -> bool:
    where = ctx.event.chat.address
    same = await ctx.unit.tickets.by_album(where.platform, where.chat_id, ctx.event.album)
    if same is None:
        return False
    if same.reporter_id == ctx.who.person.id and not same.finished:
        await join(ctx, same)
    else:
        await add_to(ctx, same, quiet=True)
    return True


async def _replies(ctx: Context) -> bool:
    """A reply to a ticket's message goes on with it, unless a neighbour who @s us there has a matter of their own."""
    event = ctx.event
    if not event.reply_to or (not event.attachments and ctx.understand(ctx.said).courtesy is not None):
        return False
    where = event.chat.address
    ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
    if ticket is None or ticket.state in (State.CONFIRMED, State.WITHDRAWN):
        return False
    own = ticket.reporter_id == ctx.who.person.id
    if not own and ctx.names_called:
        return False
    if own and another_matter(ctx.said) and ctx.names_called:
        return False
    ctx.listening = own and not ctx.staff
    await add_to(ctx, ticket)
    return True


async def _corrects(ctx: Context, ticket: Ticket | None) -> bool:
    """打错了，是6栋: in the burst, by a reply, or by another call soon after."""
    right = correction(ctx.said) if not ctx.event.attachments and not ctx.who.anonymous else None
    if right is None:
        return False
    quiet = ticket is not None
    ticket = ticket or await _to_correct(ctx)
    if ticket is None or ticket.finished or ticket.reporter_id != ctx.who.person.id:
        return False
    await _correct(ctx, ticket, right)
    if not quiet:
        await ctx.reply(burst_texts.CORRECTED.format(number=texts.number(ticket)))
    return True


async def _to_correct(ctx: Context) -> Ticket | None:
    event = ctx.event
    if event.reply_to:
        return await ctx.unit.tickets.by_message(event.platform, event.chat.address.chat_id, event.reply_to)
    latest = await ctx.unit.tickets.burst(ctx.who.person.id, event.chat.address)
    return next((t for t in latest if t.heard_at is not None and event.at - t.heard_at <= SOON), None)


async def _correct(ctx: Context, ticket: Ticket, right: Correction) -> None:
    """The line stands in the ticket as it was written; the place is that of the correction."""
    event = ctx.event
    ctx.listening = not ctx.staff
    await ctx.unit.tickets.add_message(ticket.id, event.chat.address, event.message_id, event.album)
    data = {"before": ticket.text, "message": event.message_id}
    await ctx.log(EntryKind.REVISED, ticket=ticket, text=ctx.said, data=data)
    text = with_line(ticket.text, ctx.said)
    if right.wrong and ticket.text.count(right.wrong) == 1:
        text = ticket.text.replace(right.wrong, right.right)
    now = replace(ticket, text=text, heard_at=max(ticket.heard_at or event.at, event.at))
    now = await grow(ctx, ticket, now)
    places = find_places(right.right, ctx.gazetteer)
    if places and places[0].text != now.place:
        now = replace(now, place=_placed(now.place, right, places[0].text))
        await ctx.unit.tickets.grow(now)
    await note(ctx, now, burst_texts.REPORTER_CORRECTED.format(number=texts.number(now), text=ctx.said))
    await show(ctx, ticket, now)


def _placed(known: str, right: Correction, place: str) -> str:
    """东湾花园5栋 and "不是5栋是6栋": the part that was right stays."""
    return known.replace(right.wrong, right.right) if right.wrong and right.wrong in known else place


async def _another(ctx: Context, ticket: Ticket) -> bool:
    """Is this, although it comes so soon, a matter of its own? Only where it called us, or in private."""
    if ctx.overheard or ctx.event.reply_to or not ctx.said:
        return False
    if another_matter(ctx.said):
        return True
    meaning = ctx.understood
    if not meaning.is_request or meaning.courtesy is not None or len(ctx.said) < WHOLE:
        return False
    mine = next((kinds for kinds in KINDS if meaning.category in kinds), None)
    before = next((kinds for kinds in KINDS if ticket.category in kinds), None)
    return mine is not None and before is not None and mine is not before


async def _after_a_call(ctx: Context) -> bool:
    """Heard without an @: the matter that a bare call left open, or nothing to us and then gone for good."""
    event = ctx.event
    call = ctx.conversation
    waits = call is not None and call.step == CALLED
    if waits and (event.attachments or ctx.understood.courtesy is None):
        await open_ticket(ctx, ctx.matter)
        return True
    ctx.listening = ctx.waiting = waits
    ctx.forgotten = True
    return True


async def _fragment(ctx: Context) -> bool:
    """In private, what is no matter by itself joins the one told this recently."""
    event = ctx.event
    if not event.chat.private or ctx.staff or event.reply_to:
        return False
    alone = bool(event.attachments) and not ctx.said
    if not alone and (ctx.understood.courtesy is not None or ctx.understood.is_request or not ctx.said):
        return False
    latest = await ctx.unit.tickets.of_reporter(ctx.who.person.id, limit=1)
    if not latest or latest[0].finished or ctx.now - latest[0].opened_at > SOON or not (alone or latest[0].private):
        return False
    await add_to(ctx, latest[0])
    return True
