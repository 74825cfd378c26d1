"""So many calls within any minute, and not one more: the platform drops what is beyond without a word (D 90454)."""

from collections import deque
from datetime import datetime, timedelta

MINUTE = timedelta(seconds=60)
KEYS = 5_000
"""More keys than this: forget those that were quiet for a minute."""


class Pace:
    """`per_minute` of them for each key, in one process."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._hits: dict[str, deque[datetime]] = {}

    def spend(self, key: str, now: datetime, count: int = 1) -> float:
        """0 if there was room for `count` more, which are then counted; else the seconds until there is."""
        if len(self._hits) > KEYS:
            self._hits = {known: hits for known, hits in self._hits.items() if hits and hits[-1] > now - MINUTE}
        hits = self._hits.setdefault(key, deque())
        while hits and hits[0] <= now - MINUTE:
            hits.popleft()
        count = min(count, self._most)
        if len(hits) + count > self._most:
            free = hits[len(hits) + count - self._most - 1]
            return max(0.1, (free + MINUTE - now).total_seconds())
        hits.extend([now] * count)
        return 0.0


class Paces:
    """Those that several channels share, by name: they use the same interface of the platform."""

    def __init__(self) -> None:
        self._known: dict[str, Pace] = {}

    def of(self, name: str, per_minute: int) -> Pace:
        """The one of that name; the first who asks says how many."""
        return self._known.setdefault(name, Pace(per_minute))
