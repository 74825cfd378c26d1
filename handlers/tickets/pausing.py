"""挂起 and 继续: what waits for somebody else, why, and until when. Its clocks stand still meanwhile."""

from datetime import datetime, time, timedelta
from typing import Any

from handlers.kit import life_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketGrew
from handlers.kit.waking import read_pause
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number, ticket_to_work
from handlers.tickets.follow import note
from handlers.tickets.holding import taken
from handlers.tickets.limits import limits_at
from handlers.tickets.moving import awake, checked, say_lost
from handlers.tickets.timing import zone_of
from handlers.tickets.view import lane, refresh
from storage.model.messages import Button, Content, Role
from storage.model.tickets import EntryKind, Move, PauseReason, State, Ticket

REASONS = tuple(PauseReason)
MORNING = 9


@tickets.command(
    "挂起", slash="pause", args=parse.number_and_text, allow=Permission.WORK, help="挂起 12 等物业 明天　先放一放"
)
async def pause(ctx: Context, arg: parse.NumberAndText) -> None:
    await pause_until(ctx, arg, None)


async def pause_until(ctx: Context, arg: parse.NumberAndText, until: datetime | None) -> None:
    """`until`: when to go on, if that is known already; else it is read from the text."""
    ticket = await checked(ctx, await ticket_by_number(ctx, arg.number), say.PAUSE)
    if not arg.text:
        await _ask_reason(ctx, ticket)
        return
    zone = await zone_of(ctx, ticket)
    reason, wake = read_pause(arg.text, ctx.now.astimezone(zone))
    limits = await limits_at(ctx, ticket.station_id)
    await _pause(ctx, ticket, reason, until or wake or ctx.now + timedelta(hours=limits.pause_hours), arg.text)


@tickets.button("pause", args=parse.row_id, allow=Permission.REPORT)
async def press_pause(ctx: Context, ticket_id: int) -> None:
    await _ask_reason(ctx, await checked(ctx, await ticket_to_work(ctx, ticket_id), say.PAUSE))


async def _ask_reason(ctx: Context, ticket: Ticket) -> None:
    row = tuple(Button(label=r, action=f"pausefor:{ticket.id}.{i}") for i, r in enumerate(REASONS))
    content = Content(text=say.ASK_PAUSE.format(number=texts.number(ticket)), buttons=(row,))
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id)


@tickets.button("pausefor", args=parse.two_ids, allow=Permission.REPORT)
async def press_reason(ctx: Context, arg: tuple[int, int]) -> None:
    """The reason is chosen; now the time."""
    ticket = await checked(ctx, await ticket_to_work(ctx, arg[0]), say.PAUSE)
    if arg[1] >= len(REASONS):
        raise UsageError(texts.STALE_BUTTON)
    cells = [
        Button(label=label, action=f"pauseto:{ticket.id}.{arg[1] * len(say.WAKES) + i}")
        for i, (label, _) in enumerate(say.WAKES)
    ]
    text = say.ASK_WAKE.format(number=texts.number(ticket), reason=REASONS[arg[1]])
    content = Content(text=text, buttons=(tuple(cells[:2]), tuple(cells[2:])), brief=text)
    row = await ctx.unit.outbox.by_ref(ctx.event.chat.address, ctx.event.message_id)
    if row is not None and row.out.role is Role.ASK:
        await ctx.edit(row.out.key, row.out.to, content, public=ctx.public, lane=row.out.lane)
    else:  # the platform never told us which message the question became
        await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id)


@tickets.button("pauseto", args=parse.two_ids, allow=Permission.REPORT)
async def press_wake(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await checked(ctx, await ticket_to_work(ctx, arg[0]), say.PAUSE)
    which, wake = divmod(arg[1], len(say.WAKES))
    if which >= len(REASONS):
        raise UsageError(texts.STALE_BUTTON)
    reason, minutes = REASONS[which], say.WAKES[wake][1]
    at = ctx.now + timedelta(minutes=minutes)
    if not minutes:
        local = ctx.now.astimezone(await zone_of(ctx, ticket))
        at = datetime.combine(local.date() + timedelta(days=1), time(MORNING), tzinfo=local.tzinfo)
    if await _pause(ctx, ticket, reason, at, reason):
        await ctx.close_question(say.paused_line(reason, *await _shown(ctx, ticket, at)))


async def _shown(ctx: Context, ticket: Ticket, at: datetime) -> tuple[datetime, datetime]:
    """That moment and now, on the station's clock."""
    zone = await zone_of(ctx, ticket)
    return at.astimezone(zone), ctx.now.astimezone(zone)


async def _pause(ctx: Context, ticket: Ticket, reason: PauseReason, wake: datetime, words: str) -> bool:
    """True if it was this that paused it."""
    limits = await limits_at(ctx, ticket.station_id)
    if wake > ctx.now + timedelta(days=limits.longest_pause_days):
        raise UsageError(say.LONG_PAUSE.format(days=limits.longest_pause_days))
    moved = await ctx.unit.tickets.move(ticket.id, Move.PAUSE, at=ctx.now, wake_at=wake, reason=reason)
    if moved is None:
        await say_lost(ctx, ticket, say.PAUSE)
        return False
    await ctx.log(EntryKind.PAUSED, ticket=moved, text=words, data={"reason": reason, "wake": wake.isoformat()})
    await ctx.later("wake", at=wake, key=f"wake:{moved.id}:{wake.timestamp():.3f}", payload={"ticket": moved.id})
    await refresh(ctx, moved)
    shown = say.moment(*await _shown(ctx, moved, wake))
    await ctx.answer(say.PAUSED.format(number=texts.number(moved), reason=reason, moment=shown))
    return True


# ── going on ───────────────────────────────────────────────────────────────
@tickets.command(
    "继续", slash="resume", aliases=("恢复",), args=parse.ticket_number, allow=Permission.WORK, help="继续 12　接着办"
)
async def resume(ctx: Context, number: int) -> None:
    await _resume(ctx, await ticket_by_number(ctx, number))


@tickets.button("resume", args=parse.row_id, allow=Permission.REPORT)
async def press_resume(ctx: Context, ticket_id: int) -> None:
    await _resume(ctx, await ticket_to_work(ctx, ticket_id))


async def _resume(ctx: Context, ticket: Ticket) -> None:
    number = texts.number(ticket)
    if ticket.state is not State.PAUSED:
        raise UsageError(say.NOT_PAUSED.format(number=number, state=ticket.state))
    await _go_on(ctx, await checked(ctx, ticket, say.RESUME))
    await ctx.answer(say.RESUMED.format(number=number))


async def _go_on(ctx: Context, ticket: Ticket) -> None:
    moved = await awake(ctx, ticket)
    await taken(ctx, moved)
    await refresh(ctx, moved)


@tickets.job("wake")
async def wake_up(ctx: Context, payload: dict[str, Any]) -> None:
    """Its time has come, unless it was gone on with before, or paused anew for longer."""
    ticket = await ctx.unit.tickets.get(int(payload["ticket"]))
    if ticket is None or ticket.state is not State.PAUSED or ticket.wake_at is None or ticket.wake_at > ctx.now:
        return
    await _go_on(ctx, ticket)
    if ticket.assignee_id is not None:
        told = say.WOKE.format(number=texts.number(ticket))
        await ctx.tell(ticket.assignee_id, told, lane=lane(ticket), ticket_id=ticket.id)


@tickets.on(TicketGrew)
async def answered(ctx: Context, fact: TicketGrew) -> None:
    """What waited for its reporter goes on as soon as they say something."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state is not State.PAUSED or ticket.pause_reason is not PauseReason.RESIDENT:
        return
    if ctx.actor is not None and ctx.actor.person.id == ticket.reporter_id:
        await _go_on(ctx, ticket)
        await note(ctx, ticket, say.WOKE_ANSWERED.format(number=texts.number(ticket)))
