"""Five crontab fields, understood but not yet on any clock: what is valid, and which values each field means."""

import re
from dataclasses import dataclass

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_WEEKDAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("分钟", 0, 59, {}),
    ("小时", 0, 23, {}),
    ("日期", 1, 31, {}),
    ("月份", 1, 12, _MONTHS),
    ("星期", 0, 7, _WEEKDAYS),
)
_ITEM = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?")
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crontab:
    """Sorted values per field. `weekdays` counts as crontab does: Sunday is 0. A full field means "any"."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @property
    def any_day(self) -> bool:
        return len(self.days) == 31

    @property
    def any_month(self) -> bool:
        return len(self.months) == 12

    @property
    def any_weekday(self) -> bool:
        return len(self.weekdays) == 7


def crontab(expression: str) -> Crontab:
    """Read "30 18 * * 1-5". Raises ValueError with a Chinese sentence that names the wrong field."""
    parts = expression.lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"cron 要写五段（分 时 日 月 星期），这里有 {len(parts)} 段")
    minutes, hours, days, months, weekdays = (_values(part, *field) for part, field in zip(parts, _FIELDS, strict=True))
    found = Crontab(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=tuple(sorted({day % 7 for day in weekdays})),
    )
    if not found.any_day and not found.any_weekday:
        raise ValueError("日期和星期只能定一个，另一个写 *；两个都要就分成两条")
    if min(found.days) > max(_LONGEST.get(month, 31) for month in found.months):
        raise ValueError("这一天在写的月份里不存在")
    return found


def _values(part: str, name: str, low: int, high: int, names: dict[str, int]) -> tuple[int, ...]:
    found: set[int] = set()
    for item in part.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f"{name}“{item}”看不懂")
        star, first, last, step = match.groups()
        start = low if star else _value(first, name, names)
        # A step without a range runs to the end, as in crontab; 7 is Sunday again, so "*" stops at 6.
        top = 6 if high == 7 else high
        end = top if star or (step and not last) else _value(last, name, names) if last else start
        if not (low <= start <= high and start <= end <= high) or step in ("0", "00"):
            raise ValueError(f"{name}“{item}”超出了 {low}–{high}")
        found.update(range(start, end + 1, int(step or 1)))
    return tuple(sorted(found))


def _value(text: str, name: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{name}“{text}”看不懂")
    return int(text)
