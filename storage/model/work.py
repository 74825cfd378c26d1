"""Durable work: jobs, schedule slots, leases, broadcasts, and rows of the inbox."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WorkState(StrEnum):
    NEW = "new"
    DONE = "done"
    DEAD = "dead"  # parked: an operator can list and replay it


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    id: int
    platform: str
    bot: str
    event_id: str
    chat_key: str
    body: bytes
    received_at: datetime
    earlier: tuple[bytes, ...] = ()  # as in Envelope
    sighted: bool = False  # as in Envelope
    state: WorkState = WorkState.NEW
    attempts: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do later. `key` makes it idempotent; `payload` is JSON."""

    id: int
    key: str
    name: str
    payload: str
    due_at: datetime
    state: WorkState = WorkState.NEW
    attempts: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who may tick. `token` grows with each new holder, so a stale one can be told apart."""

    name: str
    owner: str
    token: int
    until: datetime


class BroadcastState(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """One push to many groups. Deliveries are outbox rows with its id."""

    id: int
    station_id: int
    title: str
    text: str
    kinds: tuple[str, ...]  # group kinds; empty means all
    state: BroadcastState
    created_at: datetime
    created_by: int | None = None
    rule: str = ""
    slot: datetime | None = None
    text_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRule:
    """A push that repeats. `cron` has five fields in the station's time; `topics` empty means the whole library."""

    id: int
    station_id: int
    name: str
    cron: str
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    enabled: bool = True
    origin: str = "config"  # config | command
