"""What the auditor looks for, and what it has found."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.model.messages import Address
from storage.model.tickets import EntryKind, Ticket


class Promise(StrEnum):
    """A promise of the service that can be seen to be broken."""

    INBOX_WAITS = "inbox_waits"  # a message was kept and is not handled
    UNANSWERED = "unanswered"  # somebody called us and got neither ticket nor word
    NO_RECEIPT = "no_receipt"
    UNROUTED = "unrouted"  # a ticket waits, and was brought to nobody
    URGENT_WAITS = "urgent_waits"
    CLAIM_SILENT = "claim_silent"
    PAUSE_OVER = "pause_over"
    TWO_HOLDERS = "two_holders"  # the ticket and its log name different people
    OUTBOX_WAITS = "outbox_waits"
    SEND_HANGS = "send_hangs"
    JOB_WAITS = "job_waits"
    SLOT_MISSED = "slot_missed"
    DUTY_GAP = "duty_gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A promise that is broken since then. `subject`: what of, unique within its kind and station.

    `ref`: how people name it; `text`: a sentence with what to do, as it read when it was found.
    """

    kind: Promise
    subject: str
    since: datetime
    ref: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The newest line of a ticket's log that says who has it."""

    kind: EntryKind
    actor_id: int | None
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An unfinished ticket and what its promises are held against."""

    ticket: Ticket
    last_at: datetime  # of its newest entry
    receipt: bool
    holding: Holding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Rows that wait too long. `name`: the platform they are for, or "" """

    name: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A message by which somebody called us."""

    inbox_id: int
    where: Address
    message_id: str
    group: str  # title of the group, "" in private
    at: datetime
