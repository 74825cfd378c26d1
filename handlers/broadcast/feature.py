"""The feature everything in this package is declared on, and what an operator may set."""

from dataclasses import dataclass
from datetime import timedelta

from handlers.kit.feature import Feature

DRAFT_LASTS = timedelta(minutes=30)
SCHEDULED_LASTS = timedelta(hours=3)
"""A scheduled text that could not leave by then has lost its sense."""

URGENT_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSettings:
    """Quiet hours on the station's clock ("22:00"); they may cross midnight. Equal ends: none.

    `spread_seconds`: scheduled texts start so much later at most, each group at a moment of its own, so that not all
    stations speak at once; `together`: platforms where a person confirms one task for all groups, so it is not torn.
    """

    quiet_start: str = "22:00"
    quiet_end: str = "07:00"
    spread_seconds: int = 0
    together: frozenset[str] = frozenset()


broadcast = Feature("broadcast", title="反诈播报", settings=BroadcastSettings())
