"""What belongs together across tickets, whose matter it is, and whether it came back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IncidentState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    DISSOLVED = "dissolved"  # its tickets were taken apart again


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Tickets that are one matter (串并). `number` is what officers say, unique within the station."""

    id: int
    station_id: int
    number: int
    title: str
    state: IncidentState
    at: datetime
    finding: str = ""
    closed_at: datetime | None = None


class SuggestionState(StrEnum):
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What is shown of a ticket that may be one matter with another."""

    id: int
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A ticket may be one matter with `others` (ticket ids), by what, where and when; a leader decides."""

    id: int
    ticket_id: int
    others: tuple[int, ...]
    state: SuggestionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Behalf:
    """Whose matter a ticket is, where somebody else reported it. Never shown in a group."""

    ticket_id: int
    name: str
    contact: str


class FollowupResult(StrEnum):
    CALM = "没复发"
    AGAIN = "又发生了"
    UNREACHED = "联系不上"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followup:
    """Is a dispute still settled, `days` after its reporter confirmed? `result` None: not answered yet."""

    id: int
    ticket_id: int
    days: int
    result: FollowupResult | None
