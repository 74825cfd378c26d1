"""不是同一件事: what was joined by mistake becomes a ticket of its own."""

from dataclasses import replace

import msgspec

from handlers.kit import burst_texts, parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.feature import tickets
from handlers.tickets.growing import grow, line_of
from handlers.tickets.report import open_ticket
from handlers.tickets.view import refresh
from storage.model.messages import InboundKind
from storage.model.tickets import EntryKind, Ticket, Urgency


@tickets.button("split", args=parse.two_ids, allow=Permission.REPORT)
async def split(ctx: Context, arg: tuple[int, int]) -> None:
    """The newest message that joined, by its reporter only. `arg`: ticket, and how many had joined by then."""
    ticket = await ctx.unit.tickets.get(arg[0])
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    if ctx.who.anonymous or ticket.reporter_id != ctx.who.person.id:
        raise UsageError(burst_texts.SPLIT_ONLY_REPORTER)
    if ticket.finished:
        raise UsageError(texts.ALREADY_FINISHED.format(number=texts.number(ticket), state=ticket.state))
    message_id = await _newest(ctx, ticket) if ticket.joined == arg[1] else ""
    if not message_id:
        raise UsageError(burst_texts.SPLIT_NONE.format(number=texts.number(ticket)))
    words = await line_of(ctx, ticket, message_id)
    new = await _apart(ctx, ticket, message_id, words)
    rest = replace(ticket, text=_without(ticket.text, words), joined=ticket.joined - 1)
    kept = await grow(ctx, ticket, _forgetting(rest, words))
    await _note_down(ctx, kept, burst_texts.SPLIT_ENTRY, new, message_id)
    await _note_down(ctx, new, burst_texts.SPLIT_FROM_ENTRY, kept, message_id)
    await refresh(ctx, kept)
    await ctx.answer(burst_texts.SPLIT_DONE.format(new=texts.number(new), number=texts.number(kept)))


async def _newest(ctx: Context, ticket: Ticket) -> str:
    """The newest message that joined and is still part of it; "" if there is none."""
    joined: dict[str, None] = {}
    for entry in await ctx.unit.entries.of_ticket(ticket.id):
        data = msgspec.json.decode(entry.data)
        if entry.kind is EntryKind.SUPPLEMENTED and data.get("burst"):
            joined[str(data["message"])] = None
        elif entry.kind is EntryKind.SPLIT:
            joined.pop(str(data["message"]), None)
    return next(reversed(joined), "")


async def _apart(ctx: Context, ticket: Ticket, message_id: str, words: str) -> Ticket:
    """The new ticket, as if that message had been told by itself."""
    said = replace(
        ctx.event,
        kind=InboundKind.MESSAGE,
        message_id=message_id,
        text=words,
        attachments=tuple(await ctx.unit.attachments.of_message(ticket.id, message_id)),
        callback_id="",
        at=ticket.heard_at or ctx.now,
    )
    await ctx.unit.tickets.drop_message(ticket.id, ticket.source, message_id)
    return await open_ticket(replace(ctx, inbound=said, conversation=None), words)


def _without(text: str, words: str) -> str:
    """The text less its last line of these words."""
    if not words or words not in text:
        return text
    return "".join(text.rsplit(words, 1)).strip("\n").replace("\n\n", "\n") or text


def _forgetting(ticket: Ticket, words: str) -> Ticket:
    """What is left is understood by itself; a place it was told otherwise stays."""
    place = "" if ticket.place and ticket.place in words else ticket.place
    return replace(ticket, urgency=Urgency.LOW, emergency="", category=None, place=place)


async def _note_down(ctx: Context, ticket: Ticket, sentence: str, other: Ticket, message_id: str) -> None:
    text = sentence.format(number=texts.number(other))
    await ctx.log(EntryKind.SPLIT, ticket=ticket, text=text, data={"message": message_id, "other": other.id})
