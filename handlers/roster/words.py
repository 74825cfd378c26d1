"""What people write for a day, a shift, a span of days, a clock time → what it means. Pure; nothing is guessed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.kit.parse import chinese_number, normalise
from storage.model.roster import Post

WEEK = "一二三四五六日"
_NEAR = {"今": 0, "明": 1, "后": 2, "大后": 3}
_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_DAY = re.compile(
    rf"(?P<near>大后|今|明|后)(?:[天日儿]|(?=[晚夜早]))(?P<dark>[晚夜]上?(?!班))?"
    rf"|(?:(?P<year>20\d\d)[年\-/.])?(?P<month>{_N})[月\-/.](?P<day>{_N})[日号]?"
    rf"|(?P<alone>{_N})[日号]"
    rf"|(?P<which>下下|下|这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
)
_CLOCK = r"(\d{1,2})(?:[:：](\d{2})|[点时](?:(\d{1,2})分?|(半))?)"
_HOURS = re.compile(rf"(?:的|从)?\s*{_CLOCK}\s*(?:[-–—~～至到]+\s*(?:次日|第二天)?\s*{_CLOCK})?")
_PART = re.compile(
    r"的?\s*(?:(?P<day>白|早|日|中)|(?P<night>夜|晚|大夜|小夜)|全天|那个?|值)?班|的?(?P<dark>晚上|夜里|夜间)"
)
_TO = re.compile(r"\s*(?:到|至|-|–|—|~|～)+\s*")
NIGHT_FROM, DAY_FROM = 17 * 60, 5 * 60
"""A shift that begins from 17:00 to 5:00 is a night shift."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A shift as somebody named it. `dark`: a night shift (True) or not (False); None: not said."""

    day: date
    dark: bool | None = None
    start: int | None = None
    end: int | None = None

    def means(self, post: Post) -> bool:
        """A shift round the clock is both by day and by night."""
        if post.day != self.day or self.start not in (None, post.start):
            return False
        whole = post.end == post.start or post.end - post.start == 24 * 60
        return self.dark is None or whole or self.dark is is_dark(post.start)


def is_dark(start: int) -> bool:
    return start >= NIGHT_FROM or start < DAY_FROM


def _number(text: str) -> int:
    return int(text) if text.isdigit() else chinese_number(text) or 0


def read_day(text: str, today: date) -> tuple[date, str, bool] | None:
    """(the day, what follows, whether its night was said) of "明天…", "11月25日…", "25号…", "周五…"; never in the past.

    None if no day stands at the beginning, or there is no such day.
    """
    plain = normalise(text)
    match = _DAY.match(plain)
    if match is None:
        return None
    found = _date(match, today)
    return (found, plain[match.end() :].lstrip(), match["dark"] is not None) if found is not None else None


def _date(match: re.Match[str], today: date) -> date | None:
    if match["near"]:
        return today + timedelta(days=_NEAR[match["near"]])
    if match["weekday"]:
        return _weekday(match["which"] or "", WEEK.index(match["weekday"].replace("天", "日")), today)
    if match["alone"]:
        day = _number(match["alone"])
        return _made(today.year, today.month, day, not_before=today) or _made(
            *((today.year, today.month + 1) if today.month < 12 else (today.year + 1, 1)), day
        )
    month, day = _number(match["month"]), _number(match["day"])
    if match["year"]:
        return _made(int(match["year"]), month, day)
    this = _made(today.year, month, day)
    # "1月2日" written in December is next year's; written in February it is over.
    far = this is not None and (today - this).days > 180
    return _made(today.year + 1, month, day) if far else this


def _weekday(which: str, weekday: int, today: date) -> date:
    """周五: the next one, today included; 下周五: the one of the week after this."""
    if not which:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=weekday, weeks={"下": 1, "下下": 2}.get(which, 0))


def _made(year: int, month: int, day: int, *, not_before: date | None = None) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if not_before is None or found >= not_before else None


def read_wish(text: str, today: date) -> tuple[Wish, str] | None:
    """A shift at the beginning of a text ("明天白班…", "今晚…", "25号20:00-08:00…"), and what follows."""
    found = read_day(text, today)
    if found is None:
        return None
    day, rest, dark = found
    night: bool | None = True if dark else None
    start = end = None
    if hours := _HOURS.match(rest):
        start, end = _minutes(hours.groups()[:4]), _minutes(hours.groups()[4:])
        rest = rest[hours.end() :].lstrip()
    if part := _PART.match(rest):
        if part["day"] or part["night"] or part["dark"]:
            night = part["day"] is None
        rest = rest[part.end() :].lstrip()
    return Wish(day, night, start, end), rest.lstrip(" ，,、")


def _minutes(groups: tuple[str | None, ...]) -> int | None:
    hour, colon, minute, half = groups
    if hour is None:
        return None
    total = int(hour) * 60 + (30 if half else int(colon or minute or 0))
    return total if total <= 24 * 60 else None


def read_days(text: str, today: date) -> tuple[date, date, str] | None:
    """(first, last, what follows) of "11月25日到27日 母亲住院", "明天", "周三至周五"."""
    found = read_day(text, today)
    if found is None:
        return None
    first, rest, _ = found
    to = _TO.match(rest)
    if to is None:
        return first, first, rest.lstrip(" ，,、")
    later = read_day(rest[to.end() :], today)
    if later is not None and later[0] < first:  # "12月30日到2日"
        later = read_day(rest[to.end() :], first)
    if later is None or later[0] < first:
        return None
    return first, later[0], later[1].lstrip(" ，,、")


_UNTIL = re.compile(rf"(?:到|至)?\s*(?P<next>明[天早])?(?P<half>早上|上午|中午|下午|晚上)?\s*{_CLOCK}(?:以?前|为止)?")


def read_until(text: str) -> tuple[int, bool] | None:
    """(minutes since midnight, whether tomorrow was said) of "到18点", "到下午3点半"; None if it is no time."""
    match = _UNTIL.fullmatch(normalise(text).strip(" 。.!！"))
    if match is None:
        return None
    minutes = _minutes(match.groups()[2:])
    if minutes is None:
        return None
    if match["half"] in ("下午", "晚上") and minutes < 12 * 60:
        minutes += 12 * 60
    return minutes, match["next"] is not None


_MONTH = re.compile(
    r"(?:(?P<year>20\d\d)[年\-/.])?(?P<month>\d{1,2}|[一二三四五六七八九十]{1,2})(?:月份?)?"
    r"|(?P<last>上个?月)|(?:[这本]个?月)?"
)


def read_month(text: str, today: date) -> date | None:
    """The first day of the month meant by "", "上月", "11月", "2026-10"; None if it is none."""
    match = _MONTH.fullmatch(normalise(text).strip(" 。.!！"))
    if match is None:
        return None
    first = today.replace(day=1)
    if match["last"]:
        return (first - timedelta(days=1)).replace(day=1)
    if not match["month"]:
        return first
    found = _made(int(match["year"] or today.year), _number(match["month"]), 1)
    if found is not None and not match["year"] and found > today:
        found = found.replace(year=found.year - 1)
    return found
