"""What begins when somebody has a ticket in hand: the lease, the clocks, and the end of their shift."""

from handlers.kit.context import Context
from handlers.tickets.handing import expect
from handlers.tickets.ladder import watch
from handlers.tickets.leasing import begin
from storage.model.tickets import Ticket


async def taken(ctx: Context, ticket: Ticket) -> None:
    """Look after a ticket that has just got into somebody's hands, or moved in them."""
    await begin(ctx, ticket)
    await watch(ctx, ticket)
    await expect(ctx, ticket)
