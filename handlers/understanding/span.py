"""A part of a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text as it was written, and what it means in plain digits or words."""

    start: int
    end: int
    text: str
    value: str
