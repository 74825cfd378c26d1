"""When a rule runs, in people's words and as five crontab fields; and the hours in which nobody is disturbed."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.kit.crontab import Crontab, crontab
from handlers.kit.parse import chinese_number

_DAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 0, "天": 0}
_DAYS |= {str(n): n % 7 for n in range(1, 8)}
_NAMES = "日一二三四五六"
_NUMBER = "(?:[0-9]{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_CLOCK = re.compile(
    rf"(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|早)?\s*({_NUMBER})\s*"
    rf"(?::\s*([0-9]{{2}})(?![0-9])|[点时]\s*(?:(半|一刻|三刻|整)|({_NUMBER})\s*分?)?)"
)
_FIXED = (
    (re.compile("每[天日]|天天"), "* * *"),
    (re.compile("每?个?(?:工作日|上班日)"), "* * 1-5"),
    (re.compile("每?个?周末"), "* * 0,6"),
)
_WEEK = "(?:周|星期|礼拜)"
_WEEKLY = re.compile(
    f"每?个?{_WEEK}(?:([一二三四五六日天1-7])[到至-]{_WEEK}?([一二三四五六日天1-7])|([一二三四五六日天1-7、,和及]+))"
)
_MONTHLY = re.compile(f"每个?月({_NUMBER}[日号]?(?:[、,和及]{_NUMBER}[日号]?)*)")
_CRON = re.compile(r"(?:[A-Za-z0-9*,/-]+\s+){4}[A-Za-z0-9*,/-]+(?=\s|$)")
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, None: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A schedule and what stood behind it in the text."""

    cron: str
    rest: str


def half_width(text: str) -> str:
    """`text` as orders are read: "１８：３０" → "18:30". What is sent to groups never goes through this."""
    return unicodedata.normalize("NFKC", text).strip()


def read_when(text: str) -> When:
    """Read the schedule at the beginning of `text`: "每天 18:30", "周一三五 9点", "每月1日 9:00" or five cron fields.

    Raises ValueError with a Chinese reason.
    """
    plain = half_width(text)
    raw = _CRON.match(plain)
    if raw:
        expression = " ".join(raw.group().split())
        crontab(expression)
        return When(cron=expression, rest=plain[raw.end() :].strip())
    clock = _CLOCK.search(plain)
    if clock is None:
        raise ValueError("没看到几点，请写上时间，比如 18:30")
    hour, minute = _hour_minute(clock)
    cron = f"{minute} {hour} {_day_fields(''.join(plain[: clock.start()].split()))}"
    crontab(cron)
    return When(cron=cron, rest=plain[clock.end() :].strip())


def _day_fields(days: str) -> str:
    """The three day fields of crontab. `days` holds no spaces."""
    for pattern, fields in _FIXED:
        if pattern.fullmatch(days):
            return fields
    weekly = _WEEKLY.fullmatch(days)
    if weekly:
        return f"* * {_weekdays(*weekly.groups())}"
    monthly = _MONTHLY.fullmatch(days)
    if monthly:
        numbers = sorted({_number(part) for part in re.findall(_NUMBER, monthly.group(1))})
        return ",".join(map(str, numbers)) + " * *"
    raise ValueError("没看懂是哪些天，可以写：每天、工作日、周末、每周一三五、每月1日")


def _weekdays(first: str | None, last: str | None, several: str | None) -> str:
    if first and last:
        start, length = _DAYS[first], (_DAYS[last] - _DAYS[first]) % 7 + 1
        days = {(start + offset) % 7 for offset in range(length)}
    else:
        days = {_DAYS[char] for char in several or "" if char in _DAYS}
    if not days:
        raise ValueError("没看懂是星期几")
    return ",".join(map(str, sorted(days)))


def _hour_minute(clock: re.Match[str]) -> tuple[int, int]:
    half, hour_text, digits, quarter, minutes = clock.groups()
    hour = _number(hour_text)
    minute = int(digits) if digits else _number(minutes) if minutes else _QUARTERS[quarter]
    if half in ("下午", "傍晚", "晚上", "晚") and 1 <= hour < 12:
        hour += 12
    if half == "中午" and hour in (1, 2):
        hour += 12
    if hour > 23 or minute > 59:
        raise ValueError("时间要在 0:00 到 23:59 之间")
    return hour, minute


def _number(text: str) -> int:
    found = int(text) if text.isascii() and text.isdigit() else chinese_number(text)
    if found is None:
        raise ValueError(f"数字“{text}”看不懂")
    return found


def describe(expression: str) -> str:
    """A stored cron as people say it; an unusual one as it stands."""
    table = crontab(expression)
    if not table.any_month or len(table.minutes) != 1 or len(table.hours) > 3:
        return f"cron {expression}"
    clock = "、".join(f"{hour}:{table.minutes[0]:02d}" for hour in table.hours)
    return f"{_describe_days(table)} {clock}"


def _describe_days(table: Crontab) -> str:
    if not table.any_day:
        return "每月" + "、".join(str(day) for day in table.days) + "日"
    if table.any_weekday:
        return "每天"
    if table.weekdays == (1, 2, 3, 4, 5):
        return "周一到周五"
    monday_first = sorted(table.weekdays, key=lambda day: day or 7)
    return "每周" + "、".join(_NAMES[day] for day in monday_first)


def parse_clock(text: str) -> time:
    """ "22:00" → 22:00. Raises ValueError."""
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def quiet_until(now: datetime, *, start: str, end: str, zone: ZoneInfo) -> datetime | None:
    """The end (UTC) of the quiet hours `now` lies in, or None. `start` = `end` means there are none."""
    first, last = parse_clock(start), parse_clock(end)
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    if first <= last:
        inside, tomorrow = first <= clock < last, False
    else:
        inside, tomorrow = clock >= first or clock < last, clock >= first
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if tomorrow else 0)
    return datetime.combine(day, last, tzinfo=zone).astimezone(UTC)
