"""A ticket whose reporter says more: the whole text is understood anew, and what people see of it follows."""

from dataclasses import replace
from typing import Any

import msgspec

from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.facts import TicketGrew, TicketRose
from handlers.kit.scam_texts import KNOWN_REASON
from handlers.tickets.view import look, receipt, refresh, refresh_cards
from handlers.understanding import Understanding
from storage.model.matters import Category
from storage.model.messages import Inbound
from storage.model.tickets import EntryKind, Ticket, Urgency

LONGEST = 4000
"""Characters kept of one report; longer ones are cut (platforms cut earlier)."""

_RANK = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.URGENT: 2}


def understood(ctx: Context, ticket: Ticket, meaning: Understanding) -> Ticket:
    """The ticket as `meaning`, that of its whole text, says; what was known of money, danger and place is not lost."""
    certain = ticket.hint.endswith(KNOWN_REASON)  # an officer has seen this very scam before
    now = fresh(ctx, meaning)
    return replace(
        ticket,
        urgency=max(ticket.urgency, meaning.urgency, key=_RANK.__getitem__),
        hint=ticket.hint if certain else now["hint"],
        category=meaning.category if meaning.category is not Category.OTHER else ticket.category or Category.OTHER,
        fraud_type=ticket.fraud_type if certain else now["fraud_type"],
        place=meaning.place or ticket.place,
        emergency=meaning.emergency or ticket.emergency,
        sensitive=ticket.sensitive or now["sensitive"],
        money_sent=meaning.money or ticket.money_sent,
    )


def fresh(ctx: Context, meaning: Understanding) -> dict[str, Any]:
    """The fields of a ticket of which nothing was known before."""
    return {
        "urgency": meaning.urgency,
        "hint": texts.hint(meaning.verdict, meaning.reasons),
        "category": meaning.category,
        "fraud_type": meaning.fraud_type or "",
        "place": meaning.place,
        "emergency": meaning.emergency or "",
        "sensitive": meaning.sensitive is not None and ctx.among_residents,
        "money_sent": meaning.money,
    }


def words_of(event: Inbound) -> str:
    """What stands in a ticket for a message without words: （照片）; "" if there is nothing at all."""
    names = [texts.ATTACHMENT_NAMES[a.kind] for a in event.attachments]
    return f"（{'、'.join(names)}）" if names else ""


def with_line(text: str, words: str) -> str:
    """`text` and one more line; what only stood there for a picture makes room for words."""
    if not words:
        return text
    wordless = text.startswith("（") and text.endswith("）") and set(text[1:-1].split("、")) <= _WORDLESS
    return (words if wordless else f"{text}\n{words}")[:LONGEST]


_WORDLESS = frozenset(texts.ATTACHMENT_NAMES.values())


async def grow(ctx: Context, before: Ticket, now: Ticket) -> Ticket:
    """Keep `now`, whose text has changed, as its whole text is understood. Urgency only rises; officers are right."""
    if now.text == before.text:  # a picture, or there is no room for more words
        await ctx.unit.tickets.grow(now)
        return now
    by_officer = await corrected(ctx, before)
    now = understood(ctx, now, ctx.understand(now.text))
    now = replace(now, category=before.category) if "category" in by_officer else now
    now = replace(now, urgency=before.urgency) if "urgency" in by_officer else now
    await ctx.unit.tickets.grow(now)
    if now.finished:
        return now
    ctx.emit(TicketGrew(ticket_id=now.id))
    new_danger = bool(now.emergency) and not before.emergency
    if now.urgency is Urgency.URGENT and (before.urgency is not Urgency.URGENT or new_danger):
        ctx.emit(TicketRose(ticket_id=now.id))
    return now


async def show(ctx: Context, before: Ticket, now: Ticket) -> None:
    """Cards show it, and so does the receipt if it reads differently now."""
    sight = await look(ctx, now)
    if receipt(before, sight) == receipt(now, sight):
        await refresh_cards(ctx, now)
    else:
        await refresh(ctx, now)


async def corrected(ctx: Context, ticket: Ticket) -> set[str]:
    """The names of what an officer has set: no later words change it."""
    entries = await ctx.unit.entries.of_ticket(ticket.id, EntryKind.RECLASSIFIED)
    return {msgspec.json.decode(entry.data)["field"] for entry in entries}


async def line_of(ctx: Context, ticket: Ticket, message_id: str) -> str:
    """What one message of a ticket says by now; "" if it brought no words."""
    line = ""
    for entry in await ctx.unit.entries.of_ticket(ticket.id):
        data = msgspec.json.decode(entry.data)
        if entry.kind is EntryKind.OPENED:
            lines = data.get("lines", {ticket.source_message: entry.text})
            line = lines.get(message_id, line)
        elif entry.kind in (EntryKind.SUPPLEMENTED, EntryKind.REVISED) and data.get("message") == message_id:
            line = entry.text
    return line
