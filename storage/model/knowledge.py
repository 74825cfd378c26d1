"""The knowledge base: what residents ask again and again, and what they are told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Origin(StrEnum):
    FILE = "file"  # follows the files of the knowledge folder
    EDITED = "edited"  # an editor's words; a file wins only with a higher version


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """One question and its answer. `code`: its name in files and commands. `review_on`: a date as 2027-06-01, or ""."""

    code: str
    field: str
    question: str
    answer: str
    aliases: tuple[str, ...] = ()  # other ways of asking
    source: str = ""
    version: int = 1
    review_on: str = ""
    origin: Origin = Origin.FILE
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A plain question nobody could answer but a person. Numbers of people are taken out of it."""

    id: int
    question: str
    at: datetime
    nearest: str  # code of the entry that came closest, or ""
