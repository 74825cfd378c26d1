"""Known scams by their fingerprints, and where their texts were seen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PrintOrigin(StrEnum):
    OFFICER = "officer"  # collected by command: its text is compared with what is said in watched groups
    SEEN = "seen"  # forwarded so often that the leader was told; never compared with anything


class AlertState(StrEnum):
    """What became of the proposal to warn everybody (身边警讯) of one scam."""

    NONE = ""
    PROPOSED = "proposed"
    DRAFTED = "drafted"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScamPrint:
    """A scam one station knows. `fingerprint` as in handlers/understanding/prints.py, unique within the station."""

    id: int
    station_id: int
    fingerprint: str
    sample: str  # its text, for officers only; empty if nobody collected it
    fraud_type: str
    origin: PrintOrigin
    enabled: bool
    alert: AlertState
    at: datetime
    by_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedGroup:
    """A group whose chat is compared with its station's known scams."""

    chat_key: str
    station_id: int
