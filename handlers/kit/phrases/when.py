"""Days and times as officers say them: 明天下午, 周三, 两小时后, 12号."""

import re
from datetime import date, datetime, time, timedelta

from handlers.kit.parse import chinese_number

_N = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_NEAR = {"今": 0, "明": 1, "后": 2, "大后": 3}
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_WEEK = r"(?P<next>(?<!一)下{1,2}|(?<=一下)下)?(?:这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])"
_DATE = rf"(?:(?P<month>{_N})月)?(?P<dom>{_N})[号日]"
_SHORT = r"(?<![\d.])(?P<m2>1[0-2]|[1-9])[./](?P<d2>[12]\d|3[01]|[1-9])(?![\d.])"
DAY = rf"(?:(?P<near>大后|[今明后])(?:天|日|儿个?|(?=[早晚夜]))|{_WEEK}|{_DATE}|{_SHORT})"
"""A day from now on, as a pattern with named groups."""

_PARTS = {
    "凌晨": 1,
    "早上": 8,
    "早晨": 8,
    "一早": 8,
    "早": 8,
    "上午": 9,
    "前晌": 9,
    "晌午": 12,
    "中午": 12,
    "下午": 14,
    "后晌": 14,
    "傍晚": 18,
    "晚上": 19,
    "夜里": 22,
    "晚": 19,
    "夜": 19,
}
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_HOUR = rf"(?P<hour>{_N})(?:[:：](?P<minute>\d\d)|点钟?(?P<half>半)?)"
_WHEN = re.compile(
    rf"{DAY}\s?(?:(?P<part>{_PART})\s?)?(?:{_HOUR})?|(?P<part2>{_PART})\s?(?:{_HOUR.replace('>', '2>')})?"
    rf"|{_HOUR.replace('>', '3>')}"
)
_IN = re.compile(
    rf"(?P<count>{_N}|半|一个半|几)个?(?P<half>半)?(?P<unit>分钟|小时|钟头|钟|天|周|星期|礼拜)(?P<half2>半)?"
    rf"(?![前内])(?:之|以)?(?:后|再|左右)?"
)
_LATER = re.compile(
    r"过(?P<count>一|两|几|\d)(?P<unit>天|周|小时)|(?P<soon>晚点|晚些时候|过会儿?|等会儿?|待会儿?|回头)再"
)
_NEXT_WEEK = re.compile("(?<!一)下个?(?:周|星期|礼拜)(?![一二三四五六日天末])")
_UNITS = {"分钟": 1, "小时": 60, "钟头": 60, "钟": 60, "天": 24 * 60, "周": 7 * 24 * 60, "星期": 7 * 24 * 60}
_UNITS["礼拜"] = _UNITS["周"]
_HALVES = {"半": 1, "一个半": 3, "几": 6}
"""几 is three."""
MORNING = time(9)
SOON = timedelta(hours=2)
"""晚点再说."""

_DAY = re.compile(DAY)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else chinese_number(text) or 0


def read_day(text: str, today: date) -> date | None:
    """The first day named in `text`; one that has passed is the next one. None: none, or no such day."""
    found = _DAY.search(text)
    return _day(found, today) if found else None


def _day(found: re.Match[str], today: date) -> date | None:
    if found["near"]:
        return today + timedelta(days=_NEAR[found["near"]])
    if found["weekday"]:
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=_WEEKDAYS[found["weekday"]], weeks=len(found["next"] or ""))
        return day if day >= today else day + timedelta(weeks=1)
    if found["m2"]:
        return _date(int(found["m2"]), int(found["d2"]), today)
    return _date(_count(found["month"]) if found["month"] else None, _count(found["dom"]), today)


def _date(month: int | None, dom: int, today: date) -> date | None:
    """The next such date from today on; of this month or the two after it, if no month is said."""
    for later in (0, 12) if month else (0, 1, 2):
        index = today.year * 12 + (month or today.month) - 1 + later
        try:
            day = date(index // 12, index % 12 + 1, dom)
        except ValueError:
            continue
        if day >= today:
            return day
    return None


def read_when(text: str, now: datetime) -> datetime | None:
    """When to come back to something. None: no time named. Never in the past."""
    after = _IN.search(text) or _LATER.search(text)
    if after:
        return _after(after, now)
    if _NEXT_WEEK.search(text):
        return datetime.combine(now.date() + timedelta(days=7 - now.weekday()), MORNING, tzinfo=now.tzinfo)
    named = _WHEN.search(text)
    if named is None:
        return None
    dated = bool(named["near"] or named["weekday"] or named["dom"] or named["m2"])
    day = _day(named, now.date()) if dated else now.date()
    if day is None:
        return None
    part = named["part"] or named["part2"]
    hour, minute, half = (
        next((named[g] for g in (name, f"{name}2", f"{name}3") if named[g]), None)
        for name in ("hour", "minute", "half")
    )
    moment = datetime.combine(day, _clock(hour, minute, half, part), tzinfo=now.tzinfo)
    if moment > now:
        return moment
    if not dated:
        return moment + timedelta(days=1)
    return moment + timedelta(weeks=1) if named["weekday"] else now + SOON


def _clock(hour: str | None, minute: str | None, half: str | None, part: str | None) -> time:
    if not hour:
        return time(_PARTS[part]) if part else MORNING
    value = _count(hour)
    if value < 12 and part in {"下午", "后晌", "傍晚", "晚上", "夜里", "晚", "夜"}:
        value += 12
    return time(value % 24, min(59, int(minute)) if minute else 30 if half else 0)


def _after(found: re.Match[str], now: datetime) -> datetime:
    groups = found.groupdict()
    if groups.get("soon"):
        return now + SOON
    halves = _HALVES.get(groups["count"]) or 2 * _count(groups["count"])
    if groups.get("half") or groups.get("half2"):
        halves += 1
    return now + timedelta(minutes=max(1, halves * _UNITS[groups["unit"]] // 2))
