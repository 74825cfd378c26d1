"""A report becomes a ticket; what belongs to a ticket joins it."""

import re
from dataclasses import replace
from datetime import timedelta

from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketOpened
from handlers.tickets.feature import tickets
from handlers.tickets.follow import add_to, note
from handlers.tickets.triage import triage
from handlers.tickets.view import refresh_cards
from storage.model.messages import Content, Inbound, InboundKind
from storage.model.people import GroupKind
from storage.model.tickets import EntryKind, State, Ticket

LONGEST = 4000
"""Characters kept of one report; longer ones are cut (platforms cut earlier)."""

JOINS_WITHIN = timedelta(minutes=10)
"""A picture or place sent alone in private joins the ticket opened this recently."""

_UNSEEN = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_THANKS = re.compile(
    r"(?:太|非常|十分|真的?)?(?:谢谢|感谢|多谢|辛苦)(?:了|你们?|您|啦|大家|民警|警官|警察|同志|叔叔|！|!|。|～|~|\s)*"
)
_GREETING = re.compile(
    r"(?:你|您|大家)?(?:好|早上好|晚上好|在吗|在不在|有人吗|hi|hello)(?:呀|啊|！|!|。|？|\?|\s)*", re.IGNORECASE
)
_NOTED = re.compile(r"(?:好的?|收到|知道了|明白|ok|嗯嗯?|行)(?:了|啦|！|!|。|\s)*", re.IGNORECASE)


@tickets.otherwise(100)
async def report(ctx: Context) -> bool:
    """Whatever is addressed to us and is nothing else is a report."""
    event = ctx.event
    if event.kind is InboundKind.BUTTON:
        return False
    if await _joins(ctx, event):
        return True
    if ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS and not event.addressed:
        return True  # colleagues calling each other are no report
    if ctx.staff and (event.chat.private or (ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS)):
        await ctx.reply(texts.STAFF_HINT)
        return True
    text = ctx.said
    answer = _small_talk(text) if not event.attachments else None
    if answer is not None:
        if answer == texts.THANKS_BACK:
            await ctx.log(EntryKind.THANKED)
        asks = ctx.public and answer == texts.YES_HERE  # in a group only a reply or another @ is heard
        await ctx.reply(Content(text=texts.YES_HERE_GROUP, ask=True) if asks else answer)
        return True
    await open_ticket(ctx, text)
    return True


@tickets.command(
    "登记",
    slash="report",
    aliases=("报事",),
    args=parse.free_text,
    allow=Permission.REPORT,
    help="登记 事情经过　登记一件事",
)
async def register(ctx: Context, text: str) -> None:
    """The explicit form; officers use it to report what they were told."""
    if not text and not ctx.event.attachments:
        raise UsageError(texts.YES_HERE)
    await open_ticket(ctx, text)


@tickets.event(InboundKind.EDIT)
async def edited(ctx: Context) -> None:
    """An edit is a revision of its ticket. Without a ticket, an @ that was added later is still an @."""
    event = ctx.event
    where = event.chat.address
    ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.message_id)
    text = ctx.said
    if ticket is None:
        called = bool(ctx.vocabulary.find(event.text)) or (event.addressed and ctx.public)
        matter = bool(text) and _small_talk(text) is None
        if matter and called and not ctx.staff:
            await open_ticket(ctx, text)
        elif matter and event.chat.private:
            await ctx.reply(texts.EDIT_NOT_TAKEN)
        return
    if ticket.reporter_id != ctx.who.person.id or text in ("", ticket.text):
        return  # a live location moves by edits without words
    now = ticket.text
    if ticket.source_message == event.message_id:
        now = text[:LONGEST]
        await ctx.unit.tickets.retext(ticket.id, now)
    await ctx.log(EntryKind.REVISED, ticket=ticket, text=text[:LONGEST], data={"before": ticket.text})
    await note(ctx, ticket, texts.REPORTER_EDITED.format(number=texts.number(ticket), text=text))
    await refresh_cards(ctx, replace(ticket, text=now))


async def open_ticket(ctx: Context, text: str) -> Ticket:
    """Store the ticket and its messages; who gets it is duty's decision (TicketOpened)."""
    event = ctx.event
    station = ctx.here
    first = triage(text)
    ticket = await ctx.unit.tickets.add(
        Ticket(
            id=0,
            station_id=station.id,
            number=await ctx.unit.stations.next_number(station.id),
            state=State.OPEN,
            urgency=first.urgency,
            reporter_id=ctx.who.person.id,
            text=text[:LONGEST] or _attachment_words(event),
            source=event.chat.address,
            source_message=event.message_id,
            private=event.chat.private,
            opened_at=ctx.now,
            group_id=ctx.group.id if ctx.group else None,
            hint=texts.hint(first.scam, first.because),
        )
    )
    await ctx.unit.tickets.add_message(ticket.id, event.chat.address, event.message_id, event.album)
    if event.attachments:
        await ctx.unit.attachments.add(ticket.id, event.platform, event.attachments, ctx.now)
    await ctx.log(EntryKind.OPENED, ticket=ticket, text=ticket.text, data={"because": list(first.because)})
    ids = tuple(f"{event.platform}:{m.user_id}" for m in event.mentions if m.user_id)
    ctx.emit(TicketOpened(ticket_id=ticket.id, mentioned=(*ctx.vocabulary.find(event.text), *ids)))
    return ticket


async def _joins(ctx: Context, event: Inbound) -> bool:
    """Add to the ticket this message replies to, or whose album or moment it shares."""
    where = event.chat.address
    if event.album:
        same = await ctx.unit.tickets.by_album(where.platform, where.chat_id, event.album)
        if same is not None:
            await add_to(ctx, same, quiet=True)
            return True
    courtesy = not event.attachments and _small_talk(event.text) is not None
    if event.reply_to and not courtesy:
        replied = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
        if replied is not None and _goes_on(ctx, event, replied):
            await add_to(ctx, replied)
            return True
    if event.chat.private and event.attachments and not event.text.strip():
        latest = await ctx.unit.tickets.of_reporter(ctx.who.person.id, limit=1)
        if latest and not latest[0].finished and ctx.now - latest[0].opened_at <= JOINS_WITHIN:
            await add_to(ctx, latest[0])
            return True
    return False


def _goes_on(ctx: Context, event: Inbound, ticket: Ticket) -> bool:
    """Does a reply to this ticket belong to it? A neighbour who @s us under it has a matter of their own."""
    if ticket.state in (State.CONFIRMED, State.WITHDRAWN):
        return False
    return ticket.reporter_id == ctx.who.person.id or not ctx.vocabulary.find(event.text)


def _small_talk(text: str) -> str | None:
    """The answer to what needs no ticket; None if it is a matter."""
    plain = _UNSEEN.sub("", parse.normalise(text)).strip()
    if not plain:
        return texts.YES_HERE
    if _THANKS.fullmatch(plain):
        return texts.THANKS_BACK
    if _GREETING.fullmatch(plain):
        return texts.YES_HERE
    return texts.GOT_IT if _NOTED.fullmatch(plain) else None


def _attachment_words(event: Inbound) -> str:
    names = [texts.ATTACHMENT_NAMES[a.kind] for a in event.attachments]
    return f"（{'、'.join(names)}）" if names else ""
