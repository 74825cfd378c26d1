"""Who is on duty, worked out a second time: from the tables below and the bare rows of changes and leave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.model.people import DayPlan, Duty
from storage.model.roster import Rotation

DAY, LATE, NIGHT = (480, 960), (960, 0), (0, 480)
ROUND = (480, 480)  # on holidays: a day and a night
TURN = {DAY: 0, LATE: -1, NIGHT: 1}
"""Two days on, six days off: crew 0 begins with days, then comes late, is free, has nights, is free again."""
WEEK = {DAY: 0, NIGHT: -1, LATE: -2}
"""Of the leaders, each has a week of days, a week of nights and a week of late shifts."""

HOLIDAYS = frozenset({date(2026, 9, d) for d in (25, 26, 27)} | {date(2026, 10, d) for d in range(1, 8)})
MADE_UP = frozenset({date(2026, 9, 20), date(2026, 10, 10)})
"""Of the months that are lived here, as the state announced them."""

ONE_DAY = timedelta(days=1)

Key = tuple[Duty, date, int, int]
"""A post: duty, the day it begins on, minutes since midnight."""


def crews(duty: Duty, people: Sequence[int]) -> list[tuple[int, ...]]:
    size = 3 if duty is Duty.OFFICER else 1
    return [tuple(people[n : n + size]) for n in range(0, len(people), size)]


def rotations(station_id: int, start_on: date, officers: Sequence[int], leaders: Sequence[int]) -> list[Rotation]:
    """The same as the station is told it: crews in the order in which they begin."""

    def rotation(duty: Duty, hours: tuple[int, int], on: int, off: int, turn: int, plan: DayPlan) -> Rotation:
        every = crews(duty, officers if duty is Duty.OFFICER else leaders)
        return Rotation(
            id=0,
            station_id=station_id,
            name=f"{duty}{hours}",
            duty=duty,
            start_on=start_on,
            on=on,
            off=off,
            crews=tuple(every[(n + turn) % len(every)] for n in range(len(every))),
            start=hours[0],
            end=hours[1],
            plan=plan,
        )

    usual = [rotation(Duty.OFFICER, hours, 2, 6, turn, DayPlan.USUAL) for hours, turn in TURN.items()]
    weekly = [rotation(Duty.LEADER, hours, 7, 14, turn, DayPlan.USUAL) for hours, turn in WEEK.items()]
    return [*usual, *weekly, rotation(Duty.OFFICER, ROUND, 1, 3, 0, DayPlan.HOLIDAY)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """The roster as the rows of one moment have it."""

    zone: ZoneInfo
    start_on: date
    officers: Sequence[int]
    leaders: Sequence[int]
    changes: Sequence[Any]  # rows of settled changes, in the order of their numbers
    leaves: Sequence[Any]  # rows of granted leave

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def posts(self, day: date) -> dict[Key, list[int]]:
        """Who has which post that begins on this day, on leave or not."""
        held = {(duty, day, *hours): list(people) for duty, hours, people in self._usual(day)}
        for row in self.changes:
            legs = [(row["duty"], row["day"], row["start_min"], row["end_min"], row["from_id"], row["to_id"])]
            if row["back_duty"]:
                back = (row["back_duty"], row["back_day"], row["back_start"], row["back_end"])
                legs.append((*back, row["to_id"], row["from_id"]))
            for duty, of, start, end, giver, taker in legs:
                if of == day.isoformat():
                    people = held.setdefault((Duty(duty), day, start, end), [])
                    if giver is not None:
                        people.remove(giver)
                    if taker is not None:
                        people.append(taker)
        return held

    def _usual(self, day: date) -> Iterator[tuple[Duty, tuple[int, int], tuple[int, ...]]]:
        n = (day - self.start_on).days
        mine, theirs = crews(Duty.OFFICER, self.officers), crews(Duty.LEADER, self.leaders)
        if day in HOLIDAYS:
            yield Duty.OFFICER, ROUND, mine[n % len(mine)]
        else:
            for hours, turn in TURN.items():
                yield Duty.OFFICER, hours, mine[(n // 2 + turn) % len(mine)]
        for hours, turn in WEEK.items():
            yield Duty.LEADER, hours, theirs[(n // 7 + turn) % len(theirs)]

    def span(self, post: Key) -> tuple[datetime, datetime]:
        """UTC."""
        _, day, start, end = post
        last = day if end > start else day + ONE_DAY
        first = datetime.combine(day, time(start // 60, start % 60), self.zone)
        return first.astimezone(UTC), datetime.combine(last, time(end // 60, end % 60), self.zone).astimezone(UTC)

    def away(self, person_id: int, day: date) -> bool:
        said = day.isoformat()
        return any(r["person_id"] == person_id and r["first_day"] <= said <= r["last_day"] for r in self.leaves)

    def on(self, at: datetime) -> set[tuple[Duty, int]]:
        """Who has which duty at this moment."""
        today, found = self.local(at).date(), set()
        for day in (today - ONE_DAY, today):
            for post, people in self.posts(day).items():
                start, end = self.span(post)
                if start <= at < end:
                    found |= {(post[0], person) for person in people if not self.away(person, today)}
        return found

    def empty(self, duty: Duty, at: datetime) -> bool:
        return all(on is not duty for on, _ in self.on(at))

    def coming(self, person_id: int, now: datetime, days: int) -> list[Key]:
        """The posts of one person that begin in the next days, on leave or not."""
        today = self.local(now).date()
        every = [self.posts(today + n * ONE_DAY) for n in range(days + 1)]
        return [p for held in every for p, people in held.items() if person_id in people and self.span(p)[0] > now]


def written(post: Key) -> str:
    """As officers write a post."""
    _, day, start, end = post
    return f"{day.month}月{day.day}日{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"
