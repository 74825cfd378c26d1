"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    FINE = "✓"
    ODD = "!"  # it runs, but somebody should look
    BAD = "✗"  # it does not work like this


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do about it."""

    mark: Mark
    what: str
    text: str


def fine(what: str, text: str) -> Finding:
    return Finding(Mark.FINE, what, text)


def odd(what: str, text: str) -> Finding:
    return Finding(Mark.ODD, what, text)


def bad(what: str, text: str) -> Finding:
    return Finding(Mark.BAD, what, text)
