"""The roster: rotations, what was changed for one date, leave, own holidays, and how free somebody says they are."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from storage.model.people import DayPlan, Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Crews that follow each other: each works `on` days, then is free for `off`.

    Crew k begins k × `on` days after `start_on`; daily is 1 on and (crews − 1) off, weekly is 7 on. Hours as in Shift.
    """

    id: int
    station_id: int
    name: str
    duty: Duty
    start_on: date
    on: int
    off: int
    crews: tuple[tuple[int, ...], ...]  # person ids
    start: int
    end: int
    plan: DayPlan = DayPlan.USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One concrete shift: it begins on `day` of station time; minutes since midnight, `end` ≤ `start` is next day's."""

    duty: Duty
    day: date
    start: int
    end: int


class ChangeKind(StrEnum):
    SWAP = "换班"
    COVER = "顶班"
    EXTRA = "加班次"
    DROP = "去班次"


class ChangeState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One post given from one person to another. Only DONE counts in the plan.

    `from_id` None: nobody had it. `to_id` None: nobody has it afterwards (or, while asked, nobody took it yet).
    `back`: the post given in return. `asked`: whose answer is waited for.
    """

    id: int
    station_id: int
    number: int  # what people say, unique within the station
    kind: ChangeKind
    state: ChangeState
    post: Post
    from_id: int | None
    to_id: int | None
    back: Post | None = None
    asked: tuple[int, ...] = ()
    reason: str = ""
    by_id: int | None = None
    origin: str = "chat"  # chat | file
    at: datetime | None = None


class LeaveState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Whole days of station time, first and last included. The reason is for the leaders only."""

    id: int
    station_id: int
    person_id: int
    first: date
    last: date
    state: LeaveState
    reason: str = ""
    origin: str = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """A day the station calls free (or worked) itself, whatever the state's calendar says."""

    day: date
    free: bool
    name: str = ""


class Free(StrEnum):
    """How free somebody said they are. Values are what people type."""

    AT_POST = "在岗"
    ON_THE_WAY = "在途"
    AT_A_SCENE = "处警中"
    RESTING = "休"


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    person_id: int
    free: Free
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Time nobody has a duty, as it was reported."""

    id: int
    duty: Duty
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A turn that is over, as it was in the plan when it ended."""

    person_id: int
    duty: Duty
    day: date
    start: datetime
    end: datetime
