"""Stations, areas, groups, people and who is on duty."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PersonRole(StrEnum):
    """Least to most; what each may do stands in handlers/kit/access.py."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    OFFICER = "officer"
    DUTY_LEADER = "duty_leader"
    LEADER = "leader"
    ADMIN = "admin"


class GroupKind(StrEnum):
    OWNERS = "业主"
    SHOPS = "门店"
    TRADE = "行业"
    VILLAGE = "村组"
    COMMUNITY = "社区"
    UNIT = "单位"
    VOLUNTEERS = "义警"
    OFFICERS = "民警"  # the officers' own group: cards go there
    OTHER = "其他"


class Duty(StrEnum):
    OFFICER = "值班民警"
    LEADER = "值班长"


class DayPlan(StrEnum):
    """On which days a shift runs. Where a duty has a plan of its own for such days, its usual one rests."""

    USUAL = ""
    HOLIDAY = "节假日"  # the state's holidays, not every weekend
    MAKEUP = "调休"  # a Saturday or Sunday that is worked instead of another day


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    id: int
    code: str
    name: str
    tz: str = "Asia/Shanghai"
    phone: str = ""
    address: str = ""
    hours: str = ""  # when its windows are open, as people read it
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """片区. Its officer takes its tickets while on duty."""

    id: int
    station_id: int
    name: str
    officer_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group chat we are in. Unbound (station_id None) until an admin binds it; it accepts reports meanwhile."""

    id: int
    platform: str
    bot: str
    chat_id: str
    title: str
    kind: GroupKind = GroupKind.OTHER
    station_id: int | None = None
    area_id: int | None = None
    households: int = 0
    active: bool = True
    places: tuple[str, ...] = ()  # 小区 and other places its people name without more words
    scam_watch: bool = False  # compare its chat with fingerprints of known scams

    @property
    def called(self) -> str:
        """What to call it to people; not every platform tells us its title."""
        return self.title or f"{self.kind}群"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: int
    name: str
    code: str = ""  # set for people of a station file; residents have none
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person on one platform. `chat_id` is their private chat with us; empty while we cannot write to them."""

    platform: str
    bot: str
    user_id: str
    person_id: int
    username: str = ""
    chat_id: str = ""
    linked_from: int | None = None  # whose it was before somebody said that both are one person


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCode:
    """An offer that an account becomes this person's: first a code somebody has to type, then a question to press.

    `presser`: "platform:user" of the one who may answer the question; "" while the code has not been typed.
    """

    id: int
    person_id: int
    platform: str  # where the code was asked for
    moves_platform: str = ""
    moves_user: str = ""
    presser: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person with a role at a station, and where they can be reached (first reachable identity)."""

    person: Person
    station_id: int
    role: PersonRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A weekly shift in station time: Monday is 0, minutes since midnight, `end` ≤ `start` runs into the next day."""

    id: int
    station_id: int
    person_id: int
    duty: Duty
    weekday: int
    start: int
    end: int
    plan: DayPlan = DayPlan.USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A question of ours that one person in one chat has not answered yet."""

    platform: str
    chat_id: str
    user_id: str
    step: str
    data: str
    expires_at: datetime
