"""How long something has taken, and when it is due. Pure: pauses are taken out, time is all day or worked time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

NOTHING = timedelta(0)
LONGEST = 3700
"""Days looked ahead for working time before giving up."""

Pause = tuple[datetime, datetime | None]
"""From, to; an open end: it still lasts."""


class Clock(StrEnum):
    """What a ticket is measured by. Values are what people read."""

    RESPONSE = "接单"
    SCENE = "到场"
    RESOLUTION = "办结"


class Time(Protocol):
    """What counts as time."""

    def between(self, since: datetime, until: datetime) -> timedelta:
        """How much of it lies there; nothing if `until` is not later."""

    def after(self, since: datetime, amount: timedelta) -> datetime:
        """When that much of it has passed."""


class AllDay:
    """Every minute counts."""

    def between(self, since: datetime, until: datetime) -> timedelta:
        return max(until - since, NOTHING)

    def after(self, since: datetime, amount: timedelta) -> datetime:
        return since + amount


def _weekday(day: date) -> bool:
    return day.weekday() < 5


@lru_cache(maxsize=1024)
def _wall(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The moment of a day when its clocks show that; asked again and again for the same few days."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Worked hours of worked days, on a station's own clock. `works`: is this day worked?"""

    zone: ZoneInfo
    start: int = 9 * 60  # minutes since midnight
    end: int = 17 * 60
    works: Callable[[date], bool] = _weekday

    def _spans(self, since: datetime) -> Iterable[tuple[datetime, datetime]]:
        day = since.astimezone(self.zone).date() - timedelta(days=1)
        for step in range(LONGEST):
            today = day + timedelta(days=step)
            begins, ends = _wall(self.zone, today, self.start), _wall(self.zone, today, self.end)
            if ends > since and self.works(today):
                yield max(since, begins), ends

    def between(self, since: datetime, until: datetime) -> timedelta:
        total = NOTHING
        for start, end in self._spans(since):
            if start >= until:
                break
            total += min(end, until) - start
        return total

    def after(self, since: datetime, amount: timedelta) -> datetime:
        """Raises ValueError where nobody ever works."""
        for start, end in self._spans(since):
            if end - start >= amount:
                return start + amount
            amount -= end - start
        raise ValueError("no working time")


def elapsed(since: datetime, until: datetime, pauses: Sequence[Pause], of: Time) -> timedelta:
    """Time from `since` to `until` in which nothing was paused."""
    total = of.between(since, until)
    for start, end in pauses:
        total -= of.between(max(start, since), min(end or until, until))
    return max(total, NOTHING)


def due(since: datetime, target: timedelta, pauses: Sequence[Pause], of: Time) -> datetime | None:
    """When `target` has passed since then; None while a pause lasts: nobody knows yet."""
    left, start = target, since
    for begins, ends in sorted(pauses, key=lambda pause: pause[0]):
        if ends is not None and ends <= start:
            continue
        run = of.between(start, max(begins, start))
        if run >= left:
            break
        if ends is None:
            return None
        left, start = left - run, ends
    return of.after(start, left)
