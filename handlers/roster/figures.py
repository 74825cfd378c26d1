"""值班统计: who worked how much, recomputed from the turns that were worked and the log; for officers only.

Turns are written down as they end, so that a later plan does not rewrite what was worked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.kit import parse
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.onduty import plan_of
from handlers.kit.plan import turns
from handlers.kit.worktime import Calendar, DayKind, wall
from handlers.roster.feature import among_officers, names_of, roster, today
from handlers.roster.words import read_month
from storage.model.people import Station
from storage.model.roster import Worked

SMALL_HOURS = (0, 5 * 60)
"""Who is on duty at some moment of this has a night shift."""


@dataclass(slots=True)
class Share:
    """What one person has carried. `time` counts every minute once, on however many duties."""

    time: timedelta = timedelta(0)
    turns: int = 0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    until: datetime | None = field(default=None, repr=False)


def shares(worked: Iterable[Worked], zone: ZoneInfo, calendar: Calendar) -> dict[int, Share]:
    """By person. A turn belongs to the day its post begins on. Pure."""
    found: dict[int, Share] = {}
    seen: set[tuple[int, object]] = set()
    for turn in sorted(worked, key=lambda w: (w.person_id, w.start, w.end)):
        share = found.setdefault(turn.person_id, Share())
        start = turn.start if share.until is None else max(turn.start, share.until)
        share.time += max(turn.end - start, timedelta(0))
        share.until = turn.end if share.until is None else max(share.until, turn.end)
        if (turn.person_id, (turn.duty, turn.start)) in seen:
            continue
        seen.add((turn.person_id, (turn.duty, turn.start)))
        kind = calendar.kind(turn.day)
        share.turns += 1
        share.nights += _by_night(turn, zone)
        share.weekends += kind is DayKind.WEEKEND
        share.holidays += kind is DayKind.HOLIDAY
    return found


def _by_night(turn: Worked, zone: ZoneInfo) -> bool:
    day = turn.start.astimezone(zone).date()
    for each in (day, day + timedelta(days=1)):
        if turn.start < wall(each, SMALL_HOURS[1], zone) and wall(each, SMALL_HOURS[0], zone) < turn.end:
            return True
    return False


# ── writing down ───────────────────────────────────────────────────────────
@roster.cron("worked", "5 */4 * * *")
async def write_down(ctx: Context) -> None:
    """Turns that have ended since the last time; the first time, those of yesterday and today."""
    for turn in await _unwritten(ctx, ctx.here):
        if turn.end <= ctx.now:
            await ctx.unit.roster.add_worked(ctx.here.id, turn)


async def _unwritten(ctx: Context, station: Station) -> list[Worked]:
    """Turns that ended after the last one written down, or run now."""
    day = ctx.now.astimezone(ZoneInfo(station.tz)).date()
    mark = await ctx.unit.roster.worked_until(station.id)
    since = mark if mark is not None else wall(day - timedelta(days=1), 0, ZoneInfo(station.tz))
    first = since.astimezone(ZoneInfo(station.tz)).date() - timedelta(days=1)
    plan = await plan_of(ctx.unit, station, first, day)
    return [
        Worked(person_id=t.person_id, duty=t.duty, day=t.post.day, start=t.start, end=t.end)
        for t in turns(plan, first, day)
        if t.end > since and t.start < ctx.now and (mark is not None or t.start >= since)
    ]


# ── 值班统计 ───────────────────────────────────────────────────────────────
@roster.command(
    "值班统计",
    slash="fairness",
    args=parse.Parser(str.strip, lambda text: read_month(text, date(2026, 1, 1)) is not None),
    allow=Permission.WORK,
    help="值班统计 11月　谁值了多少班、夜班、周末、节假日，办结多少单",
)
async def show_figures(ctx: Context, text: str) -> None:
    among_officers(ctx)
    month = read_month(text, today(ctx))
    if month is None:
        raise UsageError(say.BAD_MONTH)
    station = ctx.here
    since = wall(month, 0, ctx.zone)
    until = wall((month + timedelta(days=32)).replace(day=1), 0, ctx.zone)
    written = await ctx.unit.roster.worked(station.id, since, until)
    running = [_so_far(w, ctx.now) for w in await _unwritten(ctx, station) if since <= w.start < until]
    every = [*written, *running]
    handled = await ctx.unit.roster.handled(station.id, since, until)
    if not every and not handled:
        raise UsageError(say.NO_FIGURES.format(month=f"{month.year}年{month.month}月"))
    own = {day.day: day.free for day in await ctx.unit.roster.own_days(station.id)}
    rows = _rows(shares(every, ctx.zone, Calendar(own)), handled, await names_of(ctx, station.id))
    began = min((w.start for w in every), default=since).astimezone(ctx.zone).date()
    await ctx.reply(say.figures(month, rows, began if began.day > 1 else None))


def _so_far(turn: Worked, now: datetime) -> Worked:
    return Worked(person_id=turn.person_id, duty=turn.duty, day=turn.day, start=turn.start, end=min(turn.end, now))


def _rows(found: Mapping[int, Share], handled: Mapping[int, int], names: Mapping[int, str]) -> list[dict[str, object]]:
    """Most hours first; everyone who worked or brought a ticket to its end."""
    rows: list[dict[str, object]] = []
    for person_id in sorted({*found, *handled}, key=lambda p: (-found.get(p, Share()).time, p)):
        share = found.get(person_id, Share())
        hours = round(share.time.total_seconds() / 3600, 1)
        rows.append(
            {
                "name": names.get(person_id, "已离开的人"),
                "hours": int(hours) if hours == int(hours) else hours,
                "turns": share.turns,
                "nights": share.nights,
                "weekends": share.weekends,
                "holidays": share.holidays,
                "handled": handled.get(person_id, 0),
            }
        )
    return rows
