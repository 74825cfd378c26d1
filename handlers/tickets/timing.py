"""A ticket's clocks: which of them run, and when each is due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.kit.clocks import NOTHING, AllDay, Clock, Pause, Time, due
from handlers.kit.context import Context
from handlers.kit.worktime import Calendar, Worktime
from handlers.tickets.limits import Target, limits_at
from storage.model.tickets import UNFINISHED, WAITING, EntryKind, State, Ticket


def running(ticket: Ticket) -> dict[Clock, datetime]:
    """Which clocks run, and since when. A paused ticket's stand still."""
    if ticket.state not in UNFINISHED or ticket.state is State.PAUSED:
        return {}
    clocks = {Clock.RESOLUTION: ticket.began}
    if ticket.state in WAITING:
        clocks[Clock.RESPONSE] = ticket.waiting_at or ticket.began
    elif ticket.arrived_at is None:
        clocks[Clock.SCENE] = ticket.began
    return clocks


async def dues(ctx: Context, ticket: Ticket) -> list[tuple[datetime, Clock]]:
    """When each running clock reaches its target, the next one first."""
    return [(at, clock) for at, clock, _ in await reached(ctx, ticket, (NOTHING,))]


async def reached(ctx: Context, ticket: Ticket, waits: Sequence[timedelta]) -> list[tuple[datetime, Clock, int]]:
    """When each running clock has counted its target and each of `waits` (by its place) more, the next one first."""
    clocks = running(ticket)
    if not clocks:
        return []
    target = (await limits_at(ctx, ticket.station_id)).target(ticket)
    of = await _time_of(ctx, ticket, target)
    pauses = await pauses_of(ctx, ticket)
    found = []
    for clock, since in clocks.items():
        amount = target.of(clock)
        if amount is None:
            continue
        for place, wait in enumerate(waits):
            at = due(since, amount + wait, pauses, of)
            if at is not None:
                found.append((at, clock, place))
    return sorted(found)


async def _time_of(ctx: Context, ticket: Ticket, target: Target) -> Time:
    """Every minute, or the worked ones of its station, with the holidays and worked weekends its roster knows."""
    if not target.working:
        return AllDay()
    own = {day.day: day.free for day in await ctx.unit.roster.own_days(ticket.station_id)}
    return Worktime(await zone_of(ctx, ticket), Calendar(own))


async def zone_of(ctx: Context, ticket: Ticket) -> ZoneInfo:
    """The clock its station lives by."""
    station = await ctx.station_of(ticket)
    return ZoneInfo(station.tz if station else "Asia/Shanghai")


async def pauses_of(ctx: Context, ticket: Ticket) -> Sequence[Pause]:
    """Its pauses since it began, as the log has them; the last one may still last."""
    if ticket.paused_at is None and not ticket.paused_ms:
        return ()
    pauses: list[Pause] = []
    for entry in await ctx.unit.entries.of_ticket(ticket.id):
        if entry.kind is EntryKind.PAUSED:
            pauses.append((entry.at, None))
        elif entry.kind is EntryKind.RESUMED and pauses:
            pauses[-1] = (pauses[-1][0], entry.at)
    return pauses
