"""How officers are called, and who is meant by a name."""

import re
from collections.abc import Iterable
from functools import lru_cache

from handlers.understanding import Gazetteer, find_places
from storage.model.people import Group, GroupKind, Member, Person, PersonRole

_DOUBLE = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "夏侯",
    "司徒",
    "长孙",
    "宇文",
    "端木",
)


def surname(name: str) -> str:
    return name[:2] if name.startswith(_DOUBLE) else name[:1]


def public_name(person: Person) -> str:
    """What residents read: 王警官. Full names stay among officers."""
    listed = next((alias for alias in person.aliases if alias.endswith("警官")), None)
    return listed or (f"{surname(person.name)}警官" if person.name else "民警")


def call_names(person: Person) -> set[str]:
    """Every name this person answers to, lower case."""
    return {n.lower() for n in (person.name, public_name(person), *person.aliases) if n}


def named(members: Iterable[Member], typed: str) -> list[Member]:
    """Everyone who is called `typed`; by a full match first, then by the beginning of a name."""
    wanted = typed.strip().lstrip("@＠").lower()
    every = [m for m in members if m.role not in (PersonRole.RESIDENT, PersonRole.VOLUNTEER)]
    exact = [m for m in every if wanted in call_names(m.person)]
    if exact or not wanted:
        return exact
    return [m for m in every if any(n.startswith(wanted) or n.endswith(wanted) for n in call_names(m.person))]


_GROUP_WORDS = re.compile(
    r"(?:平安|业主|居民|邻里|邻居|住户|门店|商户|商家|行业|村民|便民|服务|交流|通知|工作|官方|[0-9一二三四五六七八九十])*群.*$",
    re.DOTALL,
)
TITLE = 60
"""Characters of a title that are looked at: a place stands at its beginning, and anybody may name a group."""


def places_of(group: Group) -> tuple[str, ...]:
    """The places a group stands for: those its station listed, and the one in its title ("东湾花园业主群")."""
    own = _in_title(group.title[:TITLE])
    return tuple(dict.fromkeys((*group.places, *((own,) if len(own) >= 2 else ()))))


def places_of_all(groups: Iterable[Group]) -> tuple[str, ...]:
    """What is known anywhere in a station: places that were listed, and titles that read like a place by themselves.

    In another group a title such as 相亲相爱 would be taken for a place wherever somebody writes the word.
    """
    found: dict[str, None] = {}
    for group in groups:
        if group.kind is not GroupKind.OFFICERS:
            own = _in_title(group.title[:TITLE])
            found |= dict.fromkeys((*group.places, *((own,) if _is_place(own) else ())))
    return tuple(found)


@lru_cache(maxsize=4096)
def _is_place(name: str) -> bool:
    return any(span.text == name for span in find_places(name, Gazetteer()))


@lru_cache(maxsize=4096)
def _in_title(title: str) -> str:
    return _GROUP_WORDS.sub("", title).strip(" ·-—（）()")
