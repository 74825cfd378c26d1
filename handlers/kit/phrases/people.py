"""Who is called 小王, 老李, 王哥, 建国 or 敏姐: the colleagues of a list of full names."""

import re
from collections.abc import Sequence
from functools import lru_cache

from handlers.kit.phrases.words import COMMON, PERSON

_TITLE = r"(?:警官|警长|队长|所长|教导员|指导员|主任|师傅|民警|辅警|哥|姐|叔|队|所|工)"
_CALLED = rf"[小老大阿][{COMMON}](?![路车区色子])|[{COMMON}]{_TITLE}"
_BY_SURNAME = re.compile(rf"[小老大阿]([{COMMON}])|([{COMMON}]){_TITLE}")
_NOT_GIVEN = "(?![路街道巷门店牌村])"


@lru_cache(maxsize=256)
def _calls(colleagues: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Full names by what their bearers are called after their given names."""
    calls: dict[str, list[str]] = {}
    for name in dict.fromkeys(colleagues):
        if not re.fullmatch(rf"[{COMMON}][一-龥]{{1,2}}", name) or _BY_SURNAME.fullmatch(name):
            continue
        given, last = name[1:], name[-1]
        short = (
            [f"{given}{t}" for t in ("哥", "姐", "同志")]
            + [f"{last}{t}" for t in "哥姐子"]
            + [f"{b}{last}" for b in "小阿"]
        )
        for call in dict.fromkeys([*short, *([given] if len(given) == 2 else [])]):
            if call not in colleagues:
                calls.setdefault(call, []).append(name)
    return {call: tuple(names) for call, names in calls.items()}


@lru_cache(maxsize=256)
def _names(colleagues: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(re.escape(n) for n in sorted({c for c in colleagues if c}, key=len, reverse=True))
    given = "|".join(sorted(_calls(colleagues), key=len, reverse=True))
    called = "|".join(filter(None, (listed, f"(?:{given}){_NOT_GIVEN}" if given else "", _CALLED)))
    return re.compile(rf"(?:@\s?)?({called})(?:同志)?")


def name_people(text: str, colleagues: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """`text` with § for each person, and the people as they were called."""
    people: list[str] = []

    def note(found: re.Match[str]) -> str:
        people.append(found.group(1))
        return PERSON

    return _names(tuple(colleagues)).sub(note, text), tuple(people)


def called(person: str, colleagues: tuple[str, ...]) -> tuple[str, ...]:
    """Full names of those who may be meant by `person`. () if there is none."""
    if person in colleagues:
        return (person,)
    found = _BY_SURNAME.fullmatch(person)
    surname = (found.group(1) or found.group(2)) if found else None
    full = [
        n for n in colleagues if surname and n.startswith(surname) and 2 <= len(n) <= 3 and not _BY_SURNAME.fullmatch(n)
    ]
    return tuple(dict.fromkeys((*full, *_calls(colleagues).get(person, ()))))
