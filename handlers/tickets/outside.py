"""What was given to another office is not forgotten: as long as it is out, somebody here is told to ask over there."""

from datetime import timedelta
from typing import Any

from handlers.kit import life_texts as say
from handlers.kit.context import Context
from handlers.tickets.feature import tickets
from handlers.tickets.limits import limits_at
from handlers.tickets.unanswered import by_day
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, State, Ticket

LEADERS = (PersonRole.DUTY_LEADER, PersonRole.LEADER)


async def ask_in_time(ctx: Context, ticket: Ticket) -> None:
    """Look after a ticket that is out, in some days. Doing it twice does no harm."""
    days = (await limits_at(ctx, ticket.station_id)).forward_days
    at = await by_day(ctx, ticket, ctx.now + timedelta(days=days))
    payload = {"ticket": ticket.id, "round": ticket.round}
    await ctx.later(
        "forwarded", at=at, key=f"forwarded:{ticket.id}:{ticket.round}:{at.timestamp():.0f}", payload=payload
    )


@tickets.job("forwarded")
async def ask(ctx: Context, payload: dict[str, Any]) -> None:
    """Whoever gave it away, if they still work here; else who leads. Again and again, until it is back or done."""
    ticket = await ctx.unit.tickets.get(int(payload["ticket"]))
    if ticket is None or ticket.state is not State.FORWARDED or ticket.round != payload["round"]:
        return
    gone = await ctx.unit.entries.of_ticket(ticket.id, EntryKind.FORWARDED)
    told = say.still_out(ticket, ctx.now - (ticket.closed_at or gone[-1].at))
    members = {m.person.id: m.role for m in await ctx.unit.people.staff(ticket.station_id)}
    giver = next((e.actor_id for e in reversed(gone) if e.actor_id in members), None)
    reached = await ctx.tell(giver, told, ticket_id=ticket.id) if giver is not None else None
    if reached is None:
        for person_id in (p for p, role in members.items() if role in LEADERS):
            await ctx.tell(person_id, told, ticket_id=ticket.id)
    await ask_in_time(ctx, ticket)
