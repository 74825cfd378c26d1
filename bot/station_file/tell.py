"""What an import did, as lines of a table. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.station_file.coverage import clock, day_names

ShiftKey = tuple[int, str, int, int, int, str]
"""Person id, duty, weekday, start, end, plan: what makes two shifts the same."""


class ChangeKind(StrEnum):
    NEW = "新增"
    CHANGED = "改动"
    REMOVED = "移除"
    UNCHANGED = "没变"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row: what became of one thing of the file. `detail` says how, from what to what."""

    kind: ChangeKind
    what: str
    name: str
    detail: str = ""

    @classmethod
    def of(cls, what: str, name: str, before: object | None, detail: str) -> "Change":
        """New without a `before`, changed with a `detail`, else unchanged."""
        kind = ChangeKind.NEW if before is None else ChangeKind.CHANGED if detail else ChangeKind.UNCHANGED
        return cls(kind=kind, what=what, name=name, detail=detail)


def differences(*fields: tuple[str, str, str]) -> str:
    """ "电话 （空） → 0571-1234" for those of (label, before, after) that differ."""
    return "；".join(f"{label} {old or '（空）'} → {new or '（空）'}" for label, old, new in fields if old != new)


def shift_changes(before: Iterable[ShiftKey], after: Iterable[ShiftKey], names: Mapping[int, str]) -> str:
    """ "加 李强 每天 20:00–08:00；去 赵敏 周一至周五 08:00–18:00"."""
    old, new = set(before), set(after)
    return "；".join(_grouped("加", new - old, names) + _grouped("去", old - new, names))


def _grouped(sign: str, keys: set[ShiftKey], names: Mapping[int, str]) -> list[str]:
    by_hours: dict[tuple[int, str, int, int, str], list[int]] = defaultdict(list)
    for person_id, duty, weekday, start, end, plan in sorted(keys):
        by_hours[(person_id, duty, start, end, plan)].append(weekday)
    return [
        f"{sign} {names.get(person_id, '离开的人')} {duty} {plan}{day_names(days)} {clock(start)}–{clock(end)}"
        for (person_id, duty, start, end, plan), days in by_hours.items()
    ]
