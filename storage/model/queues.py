"""Queues of a station (一室两队 and partners), and the rules that say which of them gets a matter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from storage.model.matters import Category
from storage.model.people import GroupKind


class QueueKind(StrEnum):
    ROOM = "室"
    TEAM = "队"
    PARTNER = "外单位"  # is told of a matter; the police keep it in hand


class Place(StrEnum):
    """The three queues every station has, whatever it calls them."""

    COMMAND = "command"
    COMMUNITY = "community"
    CASES = "cases"
    NONE = ""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    place: Place
    kind: QueueKind
    name: str
    aliases: tuple[str, ...]


BUILT_IN = (
    BuiltIn(Place.COMMAND, QueueKind.ROOM, "综合指挥室", ("指挥室", "勤务指挥室", "综合室")),
    BuiltIn(Place.COMMUNITY, QueueKind.TEAM, "社区警务队", ("社区队", "社区中队", "社区警务中队")),
    BuiltIn(Place.CASES, QueueKind.TEAM, "案件办理队", ("办案队", "案件队", "办案中队", "案件办理中队")),
)
"""One room and two teams. A station file may call them otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Who takes care of a kind of matter. `members`: only those that were listed; see handlers/kit/routing.py."""

    id: int
    station_id: int
    name: str
    kind: QueueKind
    place: Place = Place.NONE
    aliases: tuple[str, ...] = ()
    members: tuple[int, ...] = ()  # person ids
    group_id: int | None = None  # where its cards go; a partner reads its notices there


class DayWord(StrEnum):
    """Which days are meant, by the station's own calendar of holidays and 调休."""

    EVERY = "每天"
    WORKDAY = "工作日"
    WEEKEND = "周末"
    HOLIDAY = "节假日"
    FREE = "休息日"  # weekends and holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Minutes since midnight of station time; `end` ≤ `start` runs into the next day."""

    days: DayWord = DayWord.EVERY
    start: int = 0
    end: int = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Everything that is said must hold; of several values of one thing, any. Nothing said: always."""

    urgent: bool | None = None
    categories: tuple[Category, ...] = ()
    areas: tuple[int, ...] = ()  # area ids
    groups: tuple[GroupKind, ...] = ()
    private: bool = False  # also what was told in a private chat, where `groups` are said
    hours: tuple[Hours, ...] = ()
    words: tuple[str, ...] = ()  # lower case; one of them stands in the text or was @-ed
    people: tuple[int, ...] = ()  # … or one of these was @-ed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`queue_id` None: the queue of the officer who was @-ed, if they are on duty."""

    name: str
    when: When = field(default_factory=When)
    queue_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How one station sorts its matters. No rules: those of the program."""

    station_id: int
    queues: tuple[Queue, ...]
    rules: tuple[Rule, ...] = ()
    own_days: Mapping[date, bool] = field(default_factory=dict)  # free or worked, as the station says itself
