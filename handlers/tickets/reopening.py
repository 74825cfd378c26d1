"""A matter that was not over after all: within two weeks it is opened again, and whoever leads now gets it."""

from datetime import timedelta

from handlers.kit import life_texts as say
from handlers.kit.context import Context
from handlers.kit.facts import TicketOpened, TicketRouted
from handlers.kit.onduty import who_is_on
from handlers.tickets.limits import limits_at
from storage.model.people import Duty
from storage.model.tickets import EntryKind, Move, Ticket


async def reopen(ctx: Context, ticket: Ticket) -> Ticket | None:
    """The ticket, open again; None if it is not over, or it is too long ago."""
    since = ctx.now - timedelta(days=(await limits_at(ctx, ticket.station_id)).reopen_days)
    moved = await ctx.unit.tickets.move(ticket.id, Move.REOPEN, at=ctx.now, since=since)
    if moved is None:
        return None
    await ctx.log(EntryKind.REOPENED, ticket=moved, data={"from": ticket.assignee_id})
    leader = await _leader(ctx, moved)
    if leader is None:
        ctx.emit(TicketOpened(ticket_id=moved.id, reopened=True))
        return moved
    await ctx.unit.tickets.route(moved, leader, say.BECAUSE_REOPENED, ctx.now)
    await ctx.log(EntryKind.ROUTED, ticket=moved, text=say.BECAUSE_REOPENED, data={"to": leader, "failed": None})
    ctx.emit(TicketRouted(ticket_id=moved.id, person_id=leader))
    return moved


async def _leader(ctx: Context, ticket: Ticket) -> int | None:
    """The duty leader of this moment who can be written to."""
    station = await ctx.station_of(ticket)
    if station is None:
        return None
    reachable = {i.person_id for i in await ctx.unit.people.staff_identities(station.id) if i.chat_id}
    turns = await who_is_on(ctx.unit, station, ctx.now)
    return next((t.person_id for t in turns if t.duty is Duty.LEADER and t.person_id in reachable), None)
