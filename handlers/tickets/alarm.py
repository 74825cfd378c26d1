"""A ticket that became urgent after it was opened: everybody who must know is rung once more."""

from handlers.kit.context import Context
from handlers.kit.desks import card_groups
from handlers.kit.facts import LeadersCalled
from handlers.tickets.feature import tickets
from handlers.tickets.view import ask_now, card_anew, lane, refresh
from storage.model.messages import Role
from storage.model.tickets import EntryKind, Ticket


@tickets.on(LeadersCalled)
async def ring(ctx: Context, fact: LeadersCalled) -> None:
    """Receipt and cards show it; whoever has it and the leaders get a card that rings; nobody reached: the group."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.finished:
        return
    me = ctx.actor.person.id if ctx.actor is not None else None
    if me == ticket.reporter_id and not ticket.asked and not await _answered_before(ctx, ticket):
        ticket = await ask_now(ctx, ticket)
    await refresh(ctx, ticket)
    holder = ticket.assignee_id or ticket.routed_id
    people = [p for p in dict.fromkeys((holder, *fact.leader_ids)) if p is not None and p != me]
    reached = [p for p in people if await _ring(ctx, ticket, p)]
    if holder is not None and holder != me and holder not in reached:
        for group in await card_groups(ctx, ticket):
            content = await card_anew(ctx, ticket)
            await ctx.say(group, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id)


async def _ring(ctx: Context, ticket: Ticket, person_id: int) -> bool:
    """False if they cannot be written to."""
    content = await card_anew(ctx, ticket, person_id)
    said = await ctx.tell(person_id, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id)
    return said is not None


async def _answered_before(ctx: Context, ticket: Ticket) -> bool:
    return any(entry.kind is EntryKind.TOLD for entry in await ctx.unit.entries.of_ticket(ticket.id))
