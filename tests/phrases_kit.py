"""Phrasings in files, and how many of them are read right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from handlers.kit.phrases import Ambiguous, Phrase, read_phrase

FOLDER = Path(__file__).parent / "phrases"
NOW = datetime(2025, 3, 5, 10, 0)  # noqa: DTZ001 - the station's local time
"""A Wednesday."""

COLLEAGUES = ("王建国", "李强", "赵敏", "孙伟", "周明")


@dataclass(frozen=True, slots=True)
class Row:
    """`expect`: an action, "ambiguous" or "none". `text_part` stands in the phrase's text."""

    text: str
    replied: int | None
    mine: list[int]
    waiting: list[int]
    expect: str
    numbers: list[int]
    person: str
    text_part: str

    def read(self, colleagues: Sequence[str] = COLLEAGUES) -> Phrase | Ambiguous | None:
        everybody = (*colleagues, *([self.person] if self.person not in ("", *colleagues) else []))
        return read_phrase(
            self.text,
            replied=self.replied,
            mine=self.mine,
            waiting=self.waiting,
            colleagues=everybody,
            today=NOW,
        )

    def wrong(self, said: Phrase | Ambiguous | None) -> bool:
        """Something would be done that was not meant: another action, ticket or person."""
        if not isinstance(said, Phrase):
            return False
        return (said.action, list(said.numbers), said.person) != (self.expect, self.numbers, self.person)

    def right(self, said: Phrase | Ambiguous | None) -> bool:
        """As expected; for what is no clear order it is as good to ask as to say nothing."""
        if isinstance(said, Phrase):
            return not self.wrong(said) and self.text_part in said.text
        return self.expect in {"ambiguous", "none"}


def rows(name: str) -> list[Row]:
    return [Row(**json.loads(line)) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


DEV = [row for part in ("", *(f"_{letter}" for letter in "bcdefghijkl")) for row in rows(f"dev{part}.jsonl")]
"""Lines the grammar was made with."""


def read(
    text: str,
    *,
    replied: int | None = None,
    mine: tuple[int, ...] = (12, 13),
    waiting: tuple[int, ...] = (15, 16),
    colleagues: tuple[str, ...] = COLLEAGUES,
) -> Phrase | Ambiguous | None:
    return read_phrase(text, replied=replied, mine=mine, waiting=waiting, colleagues=colleagues, today=NOW)
