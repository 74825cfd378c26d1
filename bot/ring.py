"""The last group messages that were not for us: in memory only, never stored, never logged.

When somebody then writes "@民警 上面说的", their own recent lines are found here.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from handlers.understanding.courtesy import courtesy
from handlers.understanding.reference import Reference

LINES = 1_500
BYTES = 3 * 1024 * 1024
MOST = 10
"""Lines that go along with a call."""

EXPLICIT_SECONDS = 300.0
NEAREST_SECONDS = 60.0
"""How far before a call the line it leans on without a word may stand."""


class Ring:
    """Raw bodies, oldest forgotten first."""

    def __init__(self, lines: int = LINES, limit: int = BYTES) -> None:
        self._bodies: deque[bytes] = deque(maxlen=lines)
        self._limit = limit
        self._bytes = 0  # kept since they were last counted; never less than what is held

    def keep(self, body: bytes) -> None:
        self._bodies.append(body)
        self._bytes += len(body)
        if self._bytes > self._limit:
            self._count()

    def _count(self) -> None:
        """What fell out at the far end is found by counting, so that keeping a message costs one append."""
        held = sum(map(len, self._bodies))
        while held > self._limit * 3 // 4:
            held -= len(self._bodies.popleft())
        self._bytes = held

    def newest(self, mark: bytes) -> Iterator[bytes]:
        """Those that contain `mark` anywhere, newest first."""
        return (body for body in reversed(self._bodies) if mark in body)


@dataclass(frozen=True, slots=True)
class Line:
    """One earlier message of a person. `at`: seconds since 1970. `aside`: it @s somebody or answers somebody else."""

    body: bytes
    at: float
    text: str
    message_id: str
    album: str
    aside: bool


L = TypeVar("L", bound=Line)


def leaned_on(lines: Iterable[L], at: float, how: Reference, gap: float) -> list[L]:
    """The lines (given newest first) that a call at `at` leans on, oldest first."""
    chosen: dict[str, L] = {}
    before = at
    for line in lines:
        if line.at > at or line.aside or line.message_id in chosen:
            continue
        if how is Reference.EXPLICIT:
            if at - line.at > EXPLICIT_SECONDS:
                break
        elif before - line.at > (gap if chosen else max(gap, NEAREST_SECONDS)):
            break
        elif line.text and courtesy(line.text) is not None:
            continue
        chosen[line.message_id] = line
        before = line.at
        if len(chosen) == MOST:
            break
    return list(chosen.values())[::-1]
