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
    "中午": 12,
    "下午": 14,
    "傍晚": 18,
    "晚上": 19,
    "夜里": 22,
    "晚": 19,
    "夜": 19,
}
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_HOUR = rf"(?P<hour>{_N})(?:[:：](?P<minute>\d\d)|点钟?(?P<half>半)?)"
_WHEN = re.compile(rf"{DAY}\s?(?:(?P<part>{_PART})\s?)?(?:{_HOUR})?|(?P<part2>{_PART})\s?(?:{_HOUR.replace('>', '2>')})?")
_CLOCK = re.compile(_HOUR)
_IN = re.compile(
    rf"(?P<count>{_N}|半|一个半|几)个?(?P<half>半)?(?P<unit>分钟|小时|钟头|钟|天|周|星期|礼拜)(?P<half2>半)?(?![前内])(?:之|以)?(?:后|再|左右)?"
)
_LATER = re.compile(r"过(?P<count>一|两|几|\d)(?P<unit>天|周|小时)|(?P<soon>晚点|晚些时候|过会儿?|等会儿?|待会儿?|回头)再")
_UNITS = {"分钟": 1, "小时": 60, "钟头": 60, "钟": 60, "天": 24 * 60, "周": 7 * 24 * 60, "星期": 7 * 24 * 60}
MORNING = time(9)
SOON = timedelta(hours=2)
"""晚点再说."""

_DAY = re.compile(DAY)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else chinese_number(text) or 0


def read_day(text: str, today: date) -> date | None:
    """The first day named in `text`; a weekday or a date that has passed is the next one. None: none, or no such day."""
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
    """The next such date from today on."""
    year, at = today.year, month or today.month
    for _ in range(2 if month else 3):
        try:
            day = date(year, at, dom)
        except ValueError:
            day = None
        if day is not None and day >= today:
            return day
        year, at = (year + 1, at) if month or at == 12 else (year, at + 1)
        at = 1 if not month and at == 12 and year > today.year else at
    return None


def read_when(text: str, now: datetime) -> datetime | None:
    """When to come back to something. None: no time named. Never in the past."""
    found = _IN.search(text) or _LATER.search(text)
    if found:
        return _after(found, now)
    named = _WHEN.search(text)
    if named is None:
        return None
    hour = named["hour"] or named["hour2"]
    part = named["part"] or named["part2"]
    day = _day(named, now.date()) if named["near"] or named["weekday"] or named["dom"] or named["m2"] else now.date()
    if day is None:
        return None
    clock = _clock(hour, named["minute"] or named["minute2"], named["half"] or named["half2"], part)
    moment = datetime.combine(day, clock, tzinfo=now.tzinfo)
    if moment > now:
        return moment
    return moment + timedelta(days=1) if named["near"] is None else now + SOON


def _clock(hour: str | None, minute: str | None, half: str | None, part: str | None) -> time:
    if not hour:
        return time(_PARTS[part]) if part else MORNING
    value = _count(hour)
    if value < 12 and part in {"下午", "傍晚", "晚上", "夜里", "晚", "夜"}:
        value += 12
    return time(value % 24, min(59, int(minute)) if minute else 30 if half else 0)


def _after(found: re.Match[str], now: datetime) -> datetime:
    groups = found.groupdict()
    if groups.get("soon"):
        return now + SOON
    count = groups["count"]
    halves = 1 if count == "半" else 3 if count in {"一个半", "几"} else 2 * _count(count)
    if count == "几":
        halves = 6
    if groups.get("half") or groups.get("half2"):
        halves += 1
    unit = {"礼拜": "周"}.get(groups["unit"], groups["unit"])
    return now + timedelta(minutes=max(1, halves * _UNITS[unit] // 2))
