"""What every move of an officer shares: may they, is it awake, and what the loser reads."""

from handlers.kit import life_texts as say
from handlers.kit import texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.find import officer_name
from handlers.tickets.limits import limits_at
from handlers.tickets.view import refresh_cards
from storage.model.tickets import WAITING, EntryKind, Move, State, Ticket


def mine(ctx: Context, ticket: Ticket) -> bool:
    """Its holder may work on it, whom it waits for, and those who dispatch."""
    me = ctx.who.person.id
    if ticket.assignee_id == me or (ticket.state in WAITING and ticket.routed_id == me):
        return True
    return ctx.who.may(Permission.DISPATCH, ticket.station_id)


def require_mine(ctx: Context, ticket: Ticket, holder: str) -> None:
    """Raises UsageError. `holder`: the name of who has it."""
    if not mine(ctx, ticket):
        officer = holder or say.COLLEAGUE
        raise UsageError(texts.HELD_BY_OTHER.format(number=texts.number(ticket), officer=officer))


async def checked(ctx: Context, ticket: Ticket, move: str) -> Ticket:
    """An unfinished ticket this person may work on, awake. Raises UsageError with how it stands."""
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    if ticket.finished:
        raise UsageError(texts.ILLEGAL.format(number=texts.number(ticket), state=ticket.state, move=move))
    require_mine(ctx, ticket, await officer_name(ctx, ticket.assignee_id or ticket.routed_id))
    return ticket


async def awake(ctx: Context, ticket: Ticket) -> Ticket:
    """The ticket, out of its pause if it was in one: no other move leaves a pause, so that its end is in the log."""
    if ticket.state is not State.PAUSED:
        return ticket
    until = ctx.now + (await limits_at(ctx, ticket.station_id)).lease_of(ticket)
    moved = await ctx.unit.tickets.move(ticket.id, Move.RESUME, at=ctx.now, until=until)
    if moved is None:
        return ticket
    await ctx.log(EntryKind.RESUMED, ticket=moved)
    return moved


async def say_lost(ctx: Context, ticket: Ticket, move: str) -> None:
    """Somebody's move came too late: cards are put right, and they read how it stands."""
    await refresh_cards(ctx, ticket)
    await ctx.answer(await lost(ctx, ticket.id, move), alert=True)


async def lost(ctx: Context, ticket_id: int, move: str) -> str:
    """How it stands, for somebody whose move came too late."""
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None:
        return texts.STALE_BUTTON
    number = texts.number(ticket)
    if ticket.state in WAITING:
        return texts.NOT_CLAIMED.format(number=number)
    if ticket.finished or ticket.assignee_id is None:
        return texts.ILLEGAL.format(number=number, state=ticket.state, move=move)
    if ticket.assignee_id == ctx.who.person.id:
        return texts.ALREADY_YOURS.format(number=number, state=ticket.state)
    officer = await officer_name(ctx, ticket.assignee_id, public=ctx.among_residents)
    if move == texts.CLAIM:
        return texts.LOST_CLAIM.format(number=number, officer=officer)
    return texts.HELD_BY_OTHER.format(number=number, officer=officer, bare=ticket.number)
