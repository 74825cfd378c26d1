"""解决了 and 还没解决 in words: the matter they are about moves as if its button had been pressed."""

from datetime import timedelta

from handlers.kit import parse, texts
from handlers.kit import relay_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.answering_back import says_solved, told_here
from handlers.tickets.bursts import open_burst
from handlers.tickets.closing import open_again
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name
from handlers.tickets.follow import add_to
from handlers.tickets.limits import limits_at
from handlers.understanding.outcome import Outcome, outcome
from storage.model.messages import Button, Content, InboundKind, Role
from storage.model.tickets import MOVES, Move, State, Ticket

ENDED = frozenset(MOVES[Move.REOPEN][0])


@tickets.otherwise(50)
async def says_how_it_is(ctx: Context) -> bool:
    """Only of a matter this person told, and none that they are telling right now."""
    if ctx.event.kind is not InboundKind.MESSAGE or ctx.who.anonymous or ctx.earlier:
        return False
    said = outcome(ctx.said)
    if said is None:
        return False
    found = await told_here(ctx)
    if not any(t.state is State.RESOLVED for t in found) and (ctx.overheard or await open_burst(ctx) is not None):
        return False
    return await says_solved(ctx) if said is Outcome.SOLVED else await _says_unsolved(ctx, found)


async def _says_unsolved(ctx: Context, found: list[Ticket]) -> bool:
    """What was closed and not answered yet, else what is being worked on, else what was over; of several, which?"""
    since = {t.id: timedelta(days=(await limits_at(ctx, t.station_id)).reopen_days) for t in found}
    over = [t for t in found if t.state in ENDED and t.resolved_at and ctx.now - t.resolved_at <= since[t.id]]
    resolved = [t for t in over if t.state is State.RESOLVED]
    meant = resolved or [t for t in found if t.state not in ENDED] or over
    if not meant:
        return False
    if len(meant) == 1:
        await _not_over(ctx, meant[0])
        return True
    cells = tuple((Button(label=texts.number(t), action=f"notover:{t.id}"),) for t in meant)
    await ctx.reply(Content(text=say.WHICH_UNSOLVED, buttons=cells), role=Role.ASK)
    return True


async def _not_over(ctx: Context, ticket: Ticket) -> None:
    if ctx.event.kind is InboundKind.MESSAGE:
        await add_to(ctx, ticket, quiet=True)
    if ticket.state in ENDED:
        await open_again(ctx, ticket)
        return
    officer = await officer_name(ctx, ticket.assignee_id or ticket.routed_id, public=True)
    told = say.STILL_AT_IT if officer else say.STILL_AT_IT_NOBODY
    await ctx.answer(told.format(number=texts.number(ticket), officer=officer))


@tickets.button("notover", args=parse.row_id, allow=Permission.REPORT)
async def press_which(ctx: Context, ticket_id: int) -> None:
    """Which of several matters is not over."""
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    if ctx.who.anonymous or ticket.reporter_id != ctx.who.person.id:
        raise UsageError(texts.ONLY_REPORTER)
    await _not_over(ctx, ticket)
    await ctx.close_question(say.UNSOLVED_CHOSEN.format(number=texts.number(ticket)))
