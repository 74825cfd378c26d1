"""The feature object its modules declare themselves on, and what a station may set."""

from dataclasses import dataclass
from datetime import timedelta

from handlers.kit.feature import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstSettings:
    """Messages of one person in one chat that belong together, by the platform's own times."""

    gap_seconds: int = 20  # of quiet that end a burst
    cap_seconds: int = 180  # that it may last at most

    @property
    def gap(self) -> timedelta:
        return timedelta(seconds=self.gap_seconds)

    @property
    def cap(self) -> timedelta:
        return timedelta(seconds=self.cap_seconds)


tickets = Feature("tickets", title="工单", settings=BurstSettings())
