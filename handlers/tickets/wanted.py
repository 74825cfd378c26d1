"""Tickets another feature asks for: from an answer that was not enough (转人工), or from words it has put together."""

from dataclasses import replace

import msgspec

from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import ReportWanted
from handlers.tickets.feature import tickets
from handlers.tickets.report import open_ticket
from storage.model.messages import Content, InboundKind
from storage.model.tickets import Entry, EntryKind

ANSWERS = frozenset({EntryKind.ANSWERED, EntryKind.SCAM_CHECKED})
"""Entries of answers that need no ticket. `text`: what was asked, as written; data["message"]: the asking message."""


@tickets.on(ReportWanted)
async def report_wanted(ctx: Context, fact: ReportWanted) -> None:
    await open_ticket(ctx, fact.text)


@tickets.button("human", args=parse.row_id, allow=Permission.REPORT)
async def ask_a_human(ctx: Context, entry_id: int) -> None:
    """转人工 under an answer, `human:<entry id>`: the question becomes a ticket, once, for whoever asked."""
    entry = await _answer(ctx, entry_id)
    message_id = str(msgspec.json.decode(entry.data)["message"])
    where = ctx.event.chat.address
    known = await ctx.unit.tickets.by_message(where.platform, where.chat_id, message_id)
    if known is not None:
        raise UsageError(texts.status_line(known))
    asked = replace(ctx.event, kind=InboundKind.MESSAGE, message_id=message_id, text=entry.text, callback_id="")
    await open_ticket(replace(ctx, inbound=asked), entry.text)
    shown = await ctx.unit.outbox.by_ref(where, ctx.event.message_id)
    if shown is not None:
        content = Content(text=shown.out.content.text)
        await ctx.edit(shown.out.key, shown.out.to, content, public=ctx.public, lane=shown.out.lane)


async def _answer(ctx: Context, entry_id: int) -> Entry:
    """What was asked and answered here. Raises UsageError for an old button, and for whoever did not ask."""
    entry = await ctx.unit.entries.get(entry_id)
    if entry is None or entry.kind not in ANSWERS:
        raise UsageError(texts.STALE_BUTTON)
    if ctx.who.anonymous or entry.actor_id != ctx.who.person.id:
        raise UsageError(texts.ONLY_REPORTER)
    return entry
