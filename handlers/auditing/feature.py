"""The feature object its modules declare themselves on, and how long a promise may take."""

from dataclasses import dataclass
from datetime import timedelta

from handlers.kit.feature import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """How long what is promised may take before somebody is told, and when the day's count is told."""

    patience_seconds: int = 60  # for whatever should happen at once
    urgent_minutes: int = 10  # until an urgent ticket is taken: its target, and the ladder's time to reach a leader
    lease_minutes: int = 15  # after a lease's end: one that is told late, after a stop of ours, ends later
    claim_urgent_minutes: int = 20  # without a line in the log and without a lease
    claim_minutes: int = 120
    scene_minutes: int = 480
    night_hour: int = 3  # station time: the day before is counted
    morning_hour: int = 8  # … and told

    @property
    def patience(self) -> timedelta:
        return timedelta(seconds=self.patience_seconds)


auditing = Feature("auditing", title="值守", settings=AuditSettings())
