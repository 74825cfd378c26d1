"""The ticket, what may follow what, and the log every figure is computed from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.model.matters import Category, Money
from storage.model.messages import Address


class State(StrEnum):
    """Where a ticket stands. Values are what people read."""

    OPEN = "待接单"
    CLAIMED = "已接单"
    ON_SCENE = "已到场"
    RESOLVED = "已办结"
    CONFIRMED = "已确认"
    REOPENED = "重开"
    WITHDRAWN = "已撤回"


class Move(StrEnum):
    CLAIM = "claim"
    TRANSFER = "transfer"
    ARRIVE = "arrive"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


_UNFINISHED = (State.OPEN, State.REOPENED, State.CLAIMED, State.ON_SCENE)

MOVES: dict[Move, tuple[tuple[State, ...], State]] = {
    Move.CLAIM: ((State.OPEN, State.REOPENED), State.CLAIMED),
    Move.TRANSFER: (_UNFINISHED, State.CLAIMED),
    Move.ARRIVE: ((State.CLAIMED,), State.ON_SCENE),
    Move.RESOLVE: ((State.CLAIMED, State.ON_SCENE), State.RESOLVED),
    Move.CONFIRM: ((State.RESOLVED,), State.CONFIRMED),
    Move.REOPEN: ((State.RESOLVED, State.CONFIRMED), State.REOPENED),
    Move.WITHDRAW: (_UNFINISHED, State.WITHDRAWN),
}
"""move → (states it may start from, state it ends in). Every change of state is one of these, compare-and-set."""

UNFINISHED = frozenset(_UNFINISHED)
WAITING = frozenset({State.OPEN, State.REOPENED})


class Urgency(StrEnum):
    URGENT = "紧急"
    NORMAL = "一般"
    LOW = "低"


class Rating(StrEnum):
    GOOD = "满意"
    FAIR = "一般"
    POOR = "不满意"


class EntryKind(StrEnum):
    """What a line of the log says happened. Append-only."""

    OPENED = "opened"
    ROUTED = "routed"
    SUPPLEMENTED = "supplemented"
    REVISED = "revised"
    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    ARRIVED = "arrived"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    RATED = "rated"
    THANKED = "thanked"
    SPLIT = "split"  # one message of a burst became a ticket of its own
    WATCHED = "watched"
    TOLD = "told"  # the answer to our one question
    RECLASSIFIED = "reclassified"  # an officer corrected what we understood
    SCAM_CHECKED = "scam_checked"
    SCAM_WATCH = "scam_watch"  # a group is warned of known scams from now on, or no more
    SCAM_LIBRARY = "scam_library"  # a known scam was collected or dropped
    ANSWERED = "answered"  # from the knowledge base
    KNOWLEDGE_EDITED = "knowledge_edited"
    GROUP_JOINED = "group_joined"
    GROUP_BOUND = "group_bound"
    GROUP_LEFT = "group_left"
    GROUP_MOVED = "group_moved"
    IMPORTED = "imported"
    BROADCAST_CREATED = "broadcast_created"
    BROADCAST_SENT = "broadcast_sent"
    BROADCAST_RESENT = "broadcast_resent"
    RULE_CHANGED = "rule_changed"
    DUTY_CHANGED = "duty_changed"  # a shift was asked for, swapped, covered, set or undone
    LEAVE_CHANGED = "leave_changed"
    AVAILABLE_CHANGED = "available_changed"
    DUTY_GAP = "duty_gap"  # nobody has a duty at some time: reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One matter of one person. `number` is what people say ("12 号"), unique within the station."""

    id: int
    station_id: int
    number: int
    state: State
    urgency: Urgency
    reporter_id: int
    text: str
    source: Address  # the chat it came from
    source_message: str
    private: bool  # reported in a private chat
    opened_at: datetime
    group_id: int | None = None
    assignee_id: int | None = None
    routed_id: int | None = None  # to whom it was brought
    routed_why: str = ""
    hint: str = ""  # e.g. 疑似诈骗
    category: Category | None = None  # as understood, or as an officer corrected it
    fraud_type: str = ""
    place: str = ""
    emergency: str = ""  # Emergency, or ""
    sensitive: bool = False  # reported in a group, but not to be talked about there
    asked: str = ""  # the one question we asked and still wait for: place | safe | money
    money_sent: Money | None = None
    first_at: datetime | None = None  # the burst it was told in: the platform's times of its first and newest message
    heard_at: datetime | None = None
    joined: int = 0  # further messages of its reporter that became part of it and may be split off
    finding: str = ""
    rating: Rating | None = None
    reopened: int = 0
    claimed_at: datetime | None = None
    arrived_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def finished(self) -> bool:
        return self.state not in UNFINISHED

    @property
    def confidential(self) -> bool:
        """No group reads what it is about: it was told in private, or it is sensitive."""
        return self.private or self.sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an officer put right: `field` is category or urgency; the rest is the ticket as it stands."""

    ticket_id: int
    text: str
    field: str
    after: str
    category: str
    urgency: str
    fraud_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who did what, when. Never changed, never deleted while its ticket lives."""

    id: int
    station_id: int | None
    ticket_id: int | None
    actor_id: int | None
    kind: EntryKind
    at: datetime
    text: str = ""
    data: str = "{}"
