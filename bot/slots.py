"""Which moments a cron means on a station's clock. Pure; the daylight-saving rules stand here and nowhere else.

A cron speaks of the wall clock. An hour that comes twice counts once (the first time); an hour that is skipped is
made up for when the clock has jumped. So a daily text is sent once on every day of the year.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from handlers.kit.crontab import crontab

WINDOW = timedelta(days=32)
"""How far back missed slots are looked for: one of a monthly rule is found, a minutely rule costs no minute."""

_MARGIN = timedelta(hours=3)  # more than any zone's clock jumps
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def due(expression: str, zone: ZoneInfo, since: datetime, until: datetime) -> list[datetime]:
    """The slots after `since` up to and with `until`, oldest first, UTC; none older than WINDOW.

    Raises ValueError for a bad expression.
    """
    since = max(since, until - WINDOW)
    last_wall = _wall(until, zone) + _MARGIN
    found = set()
    for wall in _walls(expression, _wall(since, zone) - _MARGIN):
        if wall > last_wall:
            break
        moment = _moment(wall, zone)
        if since < moment <= until:
            found.add(moment)
    return sorted(found)


def next_after(expression: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first slot after `after`, UTC; None if there is none in this calendar. Raises ValueError."""
    for wall in _walls(expression, _wall(after, zone) - _MARGIN):
        moment = _moment(wall, zone)
        if moment > after:
            # Where the clock jumps, a later wall time can be an earlier moment.
            return min(due(expression, zone, max(after, moment - _MARGIN), moment))
    return None


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the station's clock shows, as if it were UTC, so that counting on it is even."""
    return at.astimezone(zone).replace(tzinfo=UTC)


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the station's clock shows it: the first time if twice, that much after the jump if never."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _walls(expression: str, start: datetime) -> Iterator[datetime]:
    trigger = _trigger(expression)
    wall = trigger.get_next_fire_time(None, start)
    while wall is not None:
        yield wall
        wall = trigger.get_next_fire_time(wall, wall)


@lru_cache(maxsize=1024)
def _trigger(expression: str) -> CronTrigger:
    """APScheduler counts weekdays from Monday, crontab from Sunday: names mean the same to both."""
    table = crontab(expression)
    return CronTrigger(
        minute=_listed(table.minutes),
        hour=_listed(table.hours),
        day="*" if table.any_day else _listed(table.days),
        month=_listed(table.months),
        day_of_week="*" if table.any_weekday else ",".join(_WEEKDAYS[day] for day in table.weekdays),
        timezone=UTC,
    )


def _listed(values: tuple[int, ...]) -> str:
    return ",".join(map(str, values))
