"""What a station file says, checked and with its lines, before anything is stored."""

from dataclasses import dataclass, field
from datetime import date

from bot.yaml_text import Problem
from storage.model.matters import Category
from storage.model.people import DayPlan, Duty, GroupKind, PersonRole
from storage.model.queues import Hours, Place, QueueKind

Crews = tuple[tuple[str, ...], ...]
"""People, one crew after the other."""


class StationFileError(Exception):
    """The file needs changes. `problems` name every line that does, in order; nothing was stored."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.name = name
        self.problems = problems
        if len(problems) == 1:
            super().__init__(f"{name} {problems[0]}" if problems[0].line else f"{name}：{problems[0]}")
        else:
            super().__init__("\n".join([f"{name} 有 {len(problems)} 处要改：", *(f"  {p}" for p in problems)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPart:
    code: str
    name: str
    tz: str
    phone: str
    address: str
    hours: str  # when its windows are open, in words
    parent: str  # code of the station above, or ""
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody's id on a platform."""

    platform: str
    user_id: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPart:
    code: str
    name: str
    role: PersonRole
    aliases: tuple[str, ...]  # those listed, then 姓+警官 where it is unique
    accounts: tuple[Account, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPart:
    """`officer` is the code of a person of the file, or ""."""

    name: str
    officer: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPart:
    platform: str
    chat_id: str
    title: str
    kind: GroupKind
    area: str  # name of an area of the file, or ""
    households: int
    places: tuple[str, ...]  # what its people call where they live
    scam_watch: bool | None  # None: the file leaves it as it is
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPart:
    """`who` is a person's code; Monday is 0; minutes since midnight; `end` ≤ `start` runs into the next day."""

    who: str
    duty: Duty
    weekdays: tuple[int, ...]
    start: int
    end: int
    line: int
    plan: DayPlan = DayPlan.USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPart:
    """`crews` are codes of people in their order; `on` and `off` days; hours as in a shift."""

    name: str
    duty: Duty
    crews: Crews
    on: int
    off: int
    start_on: date
    start: int
    end: int
    plan: DayPlan
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePart:
    who: str
    first: date
    last: date
    reason: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayPart:
    first: date
    last: date
    free: bool
    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridePart:
    day: date
    who: str
    duty: Duty
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPart:
    """All of it."""

    rotations: tuple[RotationPart, ...] = ()
    leave: tuple[LeavePart, ...] = ()
    holidays: tuple[HolidayPart, ...] = ()
    overrides: tuple[OverridePart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePart:
    """`members` are codes of people, `group` is platform:chat of a group of the file, or ""."""

    name: str
    place: Place
    aliases: tuple[str, ...]
    kind: QueueKind
    members: tuple[str, ...]
    group: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePart:
    """`sources`: kinds of groups, None for private chats. `people`: codes of those whose @ is meant by `mention`."""

    name: str
    urgent: bool | None
    categories: tuple[Category, ...]
    areas: tuple[str, ...]
    sources: tuple[GroupKind | None, ...]
    hours: tuple[Hours, ...]
    mention: tuple[str, ...]
    to: str  # name of a queue, or 点名的人
    line: int
    people: tuple[str, ...] = ()

    @property
    def conditions(self) -> bool:
        """Anything but `to` was said."""
        said = (self.categories, self.areas, self.sources, self.hours, self.mention, self.people)
        return self.urgent is not None or any(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesPart:
    queues: tuple[QueuePart, ...] = ()
    rules: tuple[RulePart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFile:
    """One station. `warnings` are worth reading but stop nothing."""

    name: str
    station: StationPart
    people: tuple[PersonPart, ...] = ()
    areas: tuple[AreaPart, ...] = ()
    groups: tuple[GroupPart, ...] = ()
    shifts: tuple[ShiftPart, ...] = ()
    roster: RosterPart = field(default_factory=RosterPart)
    queues: QueuesPart = field(default_factory=QueuesPart)
    warnings: tuple[Problem, ...] = ()
