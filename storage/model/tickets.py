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
    ON_SCENE = "已到场"  # or, without a scene, being worked on
    PAUSED = "挂起"
    RESOLVED = "已办结"
    CONFIRMED = "已确认"
    CLOSED = "已关闭"  # its reporter never answered whether it is solved
    REOPENED = "重开"
    FORWARDED = "已转出"
    WITHDRAWN = "已撤回"
    FALSE_ALARM = "误报"


class Move(StrEnum):
    CLAIM = "claim"
    TRANSFER = "transfer"
    ARRIVE = "arrive"
    PAUSE = "pause"
    RESUME = "resume"
    RETURN = "return"  # its holder gives it back
    LAPSE = "lapse"  # its holder let the lease run out
    TURN = "turn"  # to another queue
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"
    FORWARD = "forward"
    TAKE_BACK = "take_back"
    DISMISS = "dismiss"
    WITHDRAW = "withdraw"


_HELD = (State.CLAIMED, State.ON_SCENE)
_ACTIVE = (State.OPEN, State.REOPENED, *_HELD)
_ENDED = (State.RESOLVED, State.CONFIRMED, State.CLOSED, State.FALSE_ALARM)

MOVES: dict[Move, tuple[tuple[State, ...], State]] = {
    Move.CLAIM: ((State.OPEN, State.REOPENED), State.CLAIMED),
    Move.TRANSFER: (_ACTIVE, State.CLAIMED),
    Move.ARRIVE: ((State.CLAIMED,), State.ON_SCENE),
    Move.PAUSE: (_HELD, State.PAUSED),
    Move.RESUME: ((State.PAUSED,), State.CLAIMED),
    Move.RETURN: (_HELD, State.OPEN),
    Move.LAPSE: (_HELD, State.OPEN),
    Move.TURN: (_ACTIVE, State.OPEN),
    Move.RESOLVE: ((*_HELD, State.FORWARDED), State.RESOLVED),
    Move.CONFIRM: ((State.RESOLVED, State.CLOSED), State.CONFIRMED),
    Move.CLOSE: ((State.RESOLVED,), State.CLOSED),
    Move.REOPEN: (_ENDED, State.REOPENED),
    Move.FORWARD: (_ACTIVE, State.FORWARDED),
    Move.TAKE_BACK: ((State.FORWARDED,), State.OPEN),
    Move.DISMISS: (_ACTIVE, State.FALSE_ALARM),
    Move.WITHDRAW: (_ACTIVE, State.WITHDRAWN),
}
"""move → (states it may start from, state it ends in). Every change of state is one of these, compare-and-set."""

UNFINISHED = frozenset({*_ACTIVE, State.PAUSED})
WAITING = frozenset({State.OPEN, State.REOPENED})
HELD = frozenset(_HELD)
"""Under a lease: whoever holds it is working on it."""


class PauseReason(StrEnum):
    RESIDENT = "等群众"
    OTHERS = "等第三方"
    OTHER = "其他"


class FalseAlarm(StrEnum):
    """Why a report was none. Each is defined in docs/glossary.md."""

    REPEATED = "重复反映"
    TRIAL = "测试"
    MISTAKE = "发错了"
    NO_MATTER = "不是求助"
    NOT_FOUND = "查无此事"


class Service(StrEnum):
    """What a matter of papers was about, counted at its closing."""

    ID_CARD = "身份证"
    REGISTER = "户口迁移"
    RENTAL = "出租房屋"
    PERMIT = "居住证"
    OTHER = "其他"


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
    TURNED = "turned"  # sent to another queue by somebody
    SUPPLEMENTED = "supplemented"
    REVISED = "revised"
    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    ARRIVED = "arrived"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    NUDGED = "nudged"  # its holder was reminded that the lease runs out
    RETURNED = "returned"  # it waits again: given back, or its lease ran out
    PAUSED = "paused"
    RESUMED = "resumed"
    HELPER = "helper"  # data["to"] helps, or no more
    HANDED_OVER = "handed_over"  # from one shift to the next
    FORWARDED = "forwarded"
    TAKEN_BACK = "taken_back"
    FALSE_ALARM = "false_alarm"
    REMINDED = "reminded"  # of saying whether it is solved
    CLOSED = "closed"  # silently
    SERVED = "served"  # text: Service
    ALARMED = "alarmed"  # a target was missed and somebody told
    DUTY_GAP = "duty_gap"  # a step of the ladder had nobody
    RATED = "rated"
    THANKED = "thanked"
    SPLIT = "split"  # one message of a burst became a ticket of its own
    WATCHED = "watched"
    RAISED = "raised"  # so many follow it that it weighs more
    TOLD = "told"  # the answer to our one question
    RECLASSIFIED = "reclassified"  # an officer corrected what we understood
    SCAM_CHECKED = "scam_checked"
    SCAM_WATCH = "scam_watch"  # a group is warned of known scams from now on, or no more
    SCAM_LIBRARY = "scam_library"  # a known scam was collected or dropped
    REPLIED = "replied"  # an officer's words to the reporter
    ANSWERED_BACK = "answered_back"  # … and what the reporter said to them
    NOTED = "noted"  # stays among officers
    SAID_SOLVED = "said_solved"  # its reporter says so, though it is not closed
    BEHALF = "behalf"  # reported for somebody else
    LINKED = "linked"
    UNLINKED = "unlinked"
    LINK_DENIED = "link_denied"  # it looked like the same matter, and is not
    INCIDENT_CLOSED = "incident_closed"
    FOLLOWED_UP = "followed_up"
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
    ACCOUNT_CODE = "account_code"  # somebody asked for a code to link another account
    ACCOUNT_WRONG = "account_wrong"  # a code that was not (or no longer) good
    ACCOUNT_LINKED = "account_linked"  # data["from"] and data["to"] are one person from now on
    ACCOUNT_UNLINKED = "account_unlinked"
    AUDITED = "audited"  # a day's calls were counted against what became of them


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
    queue_id: int | None = None  # of those who take care of it; None: it is from before there were queues
    queue_why: str = ""  # the rule that matched, or who sent it there
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
    incident_id: int | None = None  # with which others it is linked
    behalf: bool = False  # reported for somebody else
    watched: int = 0  # how many neighbours follow it
    said_solved: bool = False  # its reporter says so, though it is not closed yet
    claimed_at: datetime | None = None
    arrived_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    began_at: datetime | None = None  # its targets count from here; None: since it was opened
    waiting_at: datetime | None = None  # it waits for somebody since then; None: since it began
    returned: int = 0  # how often it came back from a holder
    lease_until: datetime | None = None
    paused_at: datetime | None = None
    wake_at: datetime | None = None
    pause_reason: PauseReason | None = None
    paused_ms: int = 0  # of pauses that are over, since it began
    forwarded_to: str = ""
    forwarded_ref: str = ""  # the receipt number over there

    @property
    def began(self) -> datetime:
        return self.began_at or self.opened_at

    @property
    def round(self) -> str:
        """Tells apart the times it waited for somebody: cards, alarms and leases of each are new."""
        return f"{self.reopened}.{self.returned}" if self.returned else str(self.reopened)

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
