"""Why something is put off, and until when: 等物业 明天, 等群众回电话 2小时, 等监控 15:30. Pure."""

import re
from datetime import datetime, time, timedelta

from handlers.kit.parse import chinese_number, normalise
from storage.model.tickets import PauseReason

MORNING, AFTERNOON, EVENING = 9, 15, 19

_RESIDENT = re.compile("群众|反映人|报警人|当事人|本人|业主|住户|居民|对方来所|回电|回话")
_OTHERS = re.compile(
    "第三方|物业|监控|社区|居委|村委|街道|城管|12345|综治|法院|消防|鉴定|检测|银行|运营商|单位|公司|平台|交警|房东|厂家|部门"
)
_LATER = re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,3}|半)\s*个?\s*(分钟|钟头|小时|天|周|星期)(?:后|以后|之后)?")
_DAY = re.compile(r"(今天|今晚|明天|明早|明晚|后天|大后天|下周[一二三四五六日天]|周[一二三四五六日天])")
_DATE = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])\s*(?:[:：]\s*([0-5]\d)|点(半)?)")
_PART = re.compile("(早上|上午|中午|下午|傍晚|晚上|晚)")
_PARTS = {"早上": 9, "上午": 9, "中午": 12, "下午": AFTERNOON, "傍晚": 18, "晚上": EVENING, "晚": EVENING}
_UNITS = {"分钟": 1, "钟头": 60, "小时": 60, "天": 24 * 60, "周": 7 * 24 * 60, "星期": 7 * 24 * 60}
_DAYS = {"今天": 0, "今晚": 0, "明天": 1, "明早": 1, "明晚": 1, "后天": 2, "大后天": 3}
_WEEK = "一二三四五六日"


def read_pause(words: str, now: datetime) -> tuple[PauseReason, datetime | None]:
    """The reason, and when to go on (None: not said, or past). `now` on the station's clock."""
    plain = normalise(words)
    reason = PauseReason.OTHER
    if _OTHERS.search(plain):
        reason = PauseReason.OTHERS
    elif _RESIDENT.search(plain):
        reason = PauseReason.RESIDENT
    wake = read_wake(plain, now)
    return reason, wake if wake is not None and wake > now else None


def read_wake(plain: str, now: datetime) -> datetime | None:
    """The moment that is named; None if none is."""
    later = _LATER.search(plain)
    if later is not None:
        return now + timedelta(minutes=_amount(later.group(1)) * _UNITS[later.group(2)])
    day, clock = _day(plain, now), _time(plain)
    if day is None and clock is None:
        return None
    at = datetime.combine((day or now).date(), clock or time(MORNING), tzinfo=now.tzinfo)
    if day is None and at <= now:
        at += timedelta(days=1)
    return at


def _amount(text: str) -> float:
    if text == "半":
        return 0.5
    return float(text) if text.isdigit() else float(chinese_number(text) or 0)


def _day(plain: str, now: datetime) -> datetime | None:
    date = _DATE.search(plain)
    if date is not None:
        return _dated(int(date.group(1)), int(date.group(2)), now)
    named = _DAY.search(plain)
    if named is None:
        return None
    word = named.group(1)
    if word in _DAYS:
        return now + timedelta(days=_DAYS[word])
    weekday = _WEEK.index(word[-1].replace("天", "日"))
    ahead = (weekday - now.weekday()) % 7
    if word.startswith("下"):
        ahead = weekday - now.weekday() + 7
    return now + timedelta(days=ahead or 7)


def _dated(month: int, day: int, now: datetime) -> datetime | None:
    for year in (now.year, now.year + 1):
        try:
            found = datetime(year, month, day, tzinfo=now.tzinfo)
        except ValueError:
            continue
        if found.date() >= now.date():
            return found
    return None


def _time(plain: str) -> time | None:
    part = _PART.search(plain) or re.search("明(早)|[今明](晚)", plain)
    hour_of_part = next((_PARTS.get(g, MORNING) for g in part.groups() if g), None) if part is not None else None
    clock = _CLOCK.search(plain)
    if clock is None:
        return time(hour_of_part) if hour_of_part is not None else None
    hour, minute = int(clock.group(1)), int(clock.group(2) or (30 if clock.group(3) else 0))
    if hour_of_part is not None and hour_of_part >= AFTERNOON and hour < 12:
        hour += 12
    return time(hour, minute)
