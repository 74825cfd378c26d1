"""How long something has taken, and when it is due. Pure: pauses are taken out, time is all day or worked time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

NOTHING = timedelta(0)

Pause = tuple[datetime, datetime | None]
"""From, to; an open end: it still lasts."""


class Clock(StrEnum):
    """What a ticket is measured by. Values are what people read."""

    RESPONSE = "接单"
    SCENE = "到场"
    RESOLUTION = "办结"


class Time(Protocol):
    """What counts as time: AllDay, or the worked hours of worktime.Worktime."""

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
