"""The queues of a station as they are remembered, and what a ticket needs of them."""

from collections.abc import Sequence

from handlers.kit.context import Context
from handlers.kit.routing import queue_of
from storage.model.people import Group
from storage.model.queues import Desk, Queue
from storage.model.tickets import Ticket


async def desk_of(ctx: Context, station_id: int) -> Desk:
    """As it was remembered with the directory; of a station that is new since then, as it is stored."""
    known = ctx.desks.get(station_id)
    if known is not None:
        return known
    desk: Desk = await ctx.unit.tx.recall(("desk", station_id), lambda: ctx.unit.queues.desk(station_id))
    return desk


async def queue_of_ticket(ctx: Context, ticket: Ticket) -> Queue:
    return queue_of(await desk_of(ctx, ticket.station_id), ticket.queue_id)


async def card_groups(ctx: Context, ticket: Ticket) -> Sequence[Group]:
    """The officers' groups where its cards go: its queue's own, else those that are no queue's own."""
    every = await ctx.unit.groups.officers(ticket.station_id)
    desk = await desk_of(ctx, ticket.station_id)
    own = queue_of(desk, ticket.queue_id).group_id
    taken = {queue.group_id for queue in desk.queues}
    shared = [group for group in every if group.id not in taken]
    return [group for group in every if group.id == own] or shared or every
