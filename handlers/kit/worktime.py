"""Working days and working hours on a station's own clock. Pure.

The state's holidays and the weekends worked for them (调休) come from chinesecalendar; what a station says itself wins.
A year the calendar does not know yet has weekends only: `known` says so, and whoever counts should tell people.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
LONGEST = 3700
"""Days looked ahead for working time before giving up: ten years without a working day."""


class DayKind(StrEnum):
    WORKDAY = "工作日"
    WEEKEND = "周末"
    HOLIDAY = "节假日"
    MAKEUP = "调休"  # a weekend day that is worked


@lru_cache(maxsize=8192)
def wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """When the clock on the wall shows it, UTC; minutes since midnight, 1440 is the next midnight.

    A time that comes twice is its first one, a time that is skipped is that much after the jump: as slots are.
    """
    days, rest = divmod(minute, DAY_MINUTES)
    shown = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tzinfo=zone)
    return shown.astimezone(UTC)


@lru_cache(maxsize=1)
def _state() -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    """The state's free days, its worked weekends, and the years it speaks of."""
    from chinese_calendar.constants import holidays, workdays

    return frozenset(holidays), frozenset(workdays), frozenset(day.year for day in holidays)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`own`: days the station calls free (True) or worked (False) itself."""

    own: Mapping[date, bool] = field(default_factory=dict)

    def kind(self, day: date) -> DayKind:
        weekend = day.weekday() >= 5
        if day in self.own:
            free = self.own[day]
        else:
            free_days, worked, _ = _state()
            free = day in free_days
            if not free and weekend and day not in worked:
                return DayKind.WEEKEND
        if free:
            return DayKind.HOLIDAY
        return DayKind.MAKEUP if weekend else DayKind.WORKDAY

    def works(self, day: date) -> bool:
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKEUP)

    def known(self, year: int) -> bool:
        """The state (or the station) has said what is free in that year."""
        return year in _state()[2] or any(day.year == year for day in self.own)


@dataclass(frozen=True, slots=True)
class Worktime:
    """Hours worked on every working day: (from, to) in minutes since midnight, in order, not overlapping."""

    zone: ZoneInfo
    calendar: Calendar = field(default_factory=Calendar)
    hours: tuple[tuple[int, int], ...] = ((9 * 60, 17 * 60),)

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time from then on, UTC, oldest first."""
        day = since.astimezone(self.zone).date() - timedelta(days=1)
        for step in range(LONGEST):
            today = day + timedelta(days=step)
            if not self.calendar.works(today):
                continue
            for start, end in self.hours:
                begins, ends = wall(today, start, self.zone), wall(today, end, self.zone)
                if ends > max(since, begins):
                    yield max(since, begins), ends

    def between(self, since: datetime, until: datetime) -> timedelta:
        """How much of that time is worked; nothing if `until` is not later."""
        total = timedelta(0)
        for start, end in self.spans(since):
            if start >= until:
                break
            total += min(end, until) - start
        return total

    def after(self, since: datetime, amount: timedelta) -> datetime:
        """When that much has been worked. Raises ValueError where nobody ever works."""
        for start, end in self.spans(since):
            if end - start >= amount:
                return start + amount
            amount -= end - start
        raise ValueError("no working time")
