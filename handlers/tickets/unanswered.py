"""What becomes of a closing nobody answers: it is asked once more after a day, and ends silently after five."""

from datetime import datetime, time, timedelta
from typing import Any

from handlers.kit import life_texts as say
from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.facts import TicketClosed
from handlers.tickets.closing import answer_buttons
from handlers.tickets.feature import tickets
from handlers.tickets.limits import limits_at
from handlers.tickets.timing import zone_of
from handlers.tickets.view import refresh
from storage.model.messages import Content, Lane, Role
from storage.model.tickets import EntryKind, Move, State, Ticket

FROM, TO = 9, 21
"""Nobody is asked before or after these hours."""


async def wait_for_answer(ctx: Context, ticket: Ticket) -> None:
    """Remind once, then end it. Doing it twice does no harm."""
    limits = await limits_at(ctx, ticket.station_id)
    remind = await by_day(ctx, ticket, ctx.now + timedelta(hours=limits.remind_hours))
    payload = {"ticket": ticket.id, "resolved": ctx.now.isoformat()}
    stamp = f"{ticket.id}:{ctx.now.timestamp():.3f}"
    await ctx.later("remind", at=remind, key=f"remind:{stamp}", payload=payload)
    close = ctx.now + timedelta(days=limits.close_days)
    await ctx.later("close", at=close, key=f"close:{stamp}", payload=payload)


async def by_day(ctx: Context, ticket: Ticket, at: datetime) -> datetime:
    """That moment, or the next at which people are asked."""
    local = at.astimezone(await zone_of(ctx, ticket))
    if FROM <= local.hour < TO:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= TO else 0)
    return datetime.combine(day, time(FROM), tzinfo=local.tzinfo)


async def _unanswered(ctx: Context, payload: dict[str, Any]) -> Ticket | None:
    """The ticket, if its reporter has said nothing to that very closing."""
    ticket = await ctx.unit.tickets.get(int(payload["ticket"]))
    if ticket is None or ticket.state is not State.RESOLVED or ticket.resolved_at is None:
        return None
    return ticket if ticket.resolved_at == datetime.fromisoformat(payload["resolved"]) else None


@tickets.job("remind")
async def remind(ctx: Context, payload: dict[str, Any]) -> None:
    """In private where we can; else where it was told, without a word of what it was about."""
    ticket = await _unanswered(ctx, payload)
    if ticket is None:
        return
    key, number = f"ticket:{ticket.id}:remind:{ticket.reopened}", texts.number(ticket)
    content = Content(text=say.REMINDER.format(number=number), buttons=(answer_buttons(ticket),))
    about = ticket.id
    near, lane = ticket.source.platform, Lane.RESIDENT
    told = await ctx.tell(ticket.reporter_id, content, lane=lane, role=Role.ASK, ticket_id=about, key=key, near=near)
    if told is None:
        reply_to = "" if ticket.confidential else ticket.source_message
        text = say.REMINDER_IN_GROUP.format(number=number)
        content = Content(text=text, buttons=(answer_buttons(ticket),), reply_to=reply_to)
        await ctx.say(ticket.source, content, lane=lane, role=Role.ASK, ticket_id=about, key=key)
    await ctx.log(EntryKind.REMINDED, ticket=ticket)


@tickets.job("close")
async def close(ctx: Context, payload: dict[str, Any]) -> None:
    ticket = await _unanswered(ctx, payload)
    if ticket is None:
        return
    moved = await ctx.unit.tickets.move(ticket.id, Move.CLOSE, at=ctx.now)
    if moved is not None:
        await ctx.log(EntryKind.CLOSED, ticket=moved)
        ctx.emit(TicketClosed(ticket_id=moved.id))
        await refresh(ctx, moved)
