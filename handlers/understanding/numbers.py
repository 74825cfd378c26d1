"""Phones and ID numbers, however they are written."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import IntEnum, auto
from itertools import pairwise

from handlers.understanding.span import Span

_SPOKEN = {"幺": "1", "两": "2", "洞": "0", "拐": "7", "勾": "9", "Ｘ": "X", "ｘ": "X", "×": "X", "x": "X"}
_HAN = frozenset("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺两洞拐勾")
"""Beside a number they may also be the end or the start of a word: 张三138…, 138…一直打不通."""

_GAP = (
    r"[\s\-‐‑‒–—―－﹣.．·・•,，、/／|_*＊~～()（）+＋'\""
    r"\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff]"
)
_LOOKALIKE = r"(?<![A-HJ-NP-Za-kmnp-z])[oOlI](?![A-HJ-NP-Za-kmnp-z])"
_RUN = re.compile(rf"\d(?:{_GAP}{{0,3}}(?:\d|{_LOOKALIKE}|X)){{6,}}|[lI]\d(?:{_GAP}{{0,3}}(?:\d|{_LOOKALIKE})){{9}}")
_DIGIT = re.compile(r"\d")
_FEWEST = 7
"""The shortest number we find has so many digits; most texts have fewer and are done at once."""
_AS_DIGIT = str.maketrans("oOlI", "0011")

_DAY = r"(?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?"
_MOMENT = re.compile(
    rf"(?<![\d.:/-])(?:(?:19|20)\d\d[-/.]{_DAY}(?:\s{_CLOCK})?|{_DAY}\s{_CLOCK}|{_CLOCK})(?![-/.:：]?\d)", re.ASCII
)
"""Dates and times stand alone and are no part of a number."""

_OTHER_NUMBER = re.compile(
    r"(?:[Qq]{2}|扣扣|企鹅|[单编卡证账帐票货件序]号|订单|银行卡|运单|快递|合同|身份证|尾号|群号)[:：是为号码\s]{0,3}$"
)
_TOLD = re.compile(r"(?:电话|座机|固话|联系|拨打|致电|请拨|打|号码)[^\d，。,;；!！?？\n]{0,4}$")
_MINE = re.compile(r"(?:我|俺|本人|联系|回电|打给)[^\d，。；\n]{0,8}$")
_CODE = re.compile(r"(?:00|0)?86(?=1[3-9])")
_ID = re.compile(r"[1-6]\d{5}(?:(?:19|20)\d{9}[\dX]|\d{9})(?!X)")
_MOBILE = re.compile(r"1[3-9]\d{9}(?!X)")
_DIRECT = re.compile(r"(?:010|02\d)[2-9]\d{7}|0[3-9]\d\d[2-9]\d{6,7}|00[1-9]\d{8,12}")
_HOTLINE = re.compile(r"[48]00\d{7}")
_LOCAL = re.compile(r"[2-9]\d{6,7}")


class _Kind(IntEnum):
    """What a number is; of phones, the one more likely a person's own comes first."""

    MINE = auto()
    PHONE = auto()
    HOTLINE = auto()
    ID = auto()


_KNOWN = 8192
"""Characters that are remembered: all that people write, not all that there are."""


class AsDigits(dict[int, str]):
    """One character in, one out, so that places stay where they are: １ ① 一 壹 ٣ → 1 1 1 1 3. For str.translate.

    `spoken`: what else stands for a digit, such as 幺 for 1.
    """

    def __init__(self, spoken: Mapping[str, str]) -> None:
        super().__init__()
        self._spoken = spoken

    def __missing__(self, code: int) -> str:
        if len(self) >= _KNOWN:
            self.clear()
        char = chr(code)
        value = unicodedata.numeric(char, -1)
        self[code] = self._spoken.get(char) or (str(int(value)) if value in range(10) else char)
        return self[code]


_PLAIN = AsDigits(_SPOKEN)


def plain_digits(text: str) -> str:
    """`text` with every digit, of whatever script, as 0 to 9; of the same length."""
    return text.translate(_PLAIN)


class _Run:
    """Digits in a row, with or without gaps. `cuts`: where a number may start or end, by counted digits."""

    __slots__ = ("cuts", "digits", "ends", "places", "text")

    def __init__(self, text: str, plain: str, start: int, end: int) -> None:
        self.text = text
        self.places = [i for i in range(start, end) if plain[i].isdigit() or plain[i] in "oOlIX"]
        self.digits = "".join(plain[i] for i in self.places).translate(_AS_DIGIT)
        self.cuts = [0]
        for count, (a, b) in enumerate(pairwise(self.places), 1):
            if b != a + 1 or (text[a] in _HAN) != (text[b] in _HAN):
                self.cuts.append(count)
        if text[end - 1] in "一两":  # 一直, 两天
            self.cuts.append(len(self.digits) - 1)
        self.cuts.append(len(self.digits))
        self.ends = frozenset(self.cuts)

    def is_card(self) -> bool:
        """A bank card: 16 to 19 digits in groups of four."""
        fours = all(b - a == 4 for a, b in pairwise(self.cuts[:-1]))
        return 16 <= len(self.digits) <= 19 and len(self.cuts) > 4 and fours

    def before(self, first: int) -> str:
        return self.text[max(0, self.places[first] - 12) : self.places[first]]

    def match(self, pattern: re.Pattern[str], first: int) -> int:
        """The last + 1 digit of the number that starts at digit `first` and ends at a cut; 0: none."""
        found = pattern.match(self.digits, first)
        return found.end() if found and found.end() in self.ends else 0

    def span(self, first: int, last: int) -> Span:
        start, end = self.places[first], self.places[last - 1] + 1
        while end < len(self.text) and self.text[end] in "\ufe0f\u20e3":  # the rest of a keycap
            end += 1
        return Span(start, end, self.text[start:end], self.digits[first:last])


def _is_id(digits: str) -> bool:
    """A person's: with a day of birth that was one. The check digit may be wrong: people mistype."""
    born = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    try:
        date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    return True


def _number_at(run: _Run, cut: int) -> tuple[_Kind, Span] | None:
    """The number that starts at this cut."""
    last = run.match(_ID, cut)
    if last and _is_id(run.digits[cut:last]):
        return _Kind.ID, run.span(cut, last)
    told = run.before(cut)
    if _OTHER_NUMBER.search(told):
        return None
    code = _CODE.match(run.digits, cut)
    first = code.end() if code else cut
    kind = _Kind.MINE if _MINE.search(told) else _Kind.PHONE
    for pattern in (_MOBILE, _DIRECT):
        last = run.match(pattern, first)
        if last:
            return kind, run.span(first, last)
    last = run.match(_HOTLINE, cut)
    if last:
        return _Kind.HOTLINE, run.span(cut, last)
    last = run.match(_LOCAL, cut) if _TOLD.search(told) else 0
    return (kind, run.span(cut, last)) if last == len(run.digits) else None


def _numbers(text: str, plain: str) -> list[tuple[_Kind, Span]]:
    if len(_DIGIT.findall(plain)) < _FEWEST:
        return []
    plain = _MOMENT.sub(lambda m: "时" * len(m.group()), plain)
    found: list[tuple[_Kind, Span]] = []
    for run in (_Run(text, plain, *m.span()) for m in _RUN.finditer(plain)):
        if run.is_card() or text.startswith(("元", "块", "万"), run.places[-1] + 1):
            continue
        free = 0
        for cut in run.cuts[:-1]:
            number = _number_at(run, cut) if cut >= free else None
            if number:
                found.append(number)
                free = cut + len(number[1].value)
    return found


def find_phones(text: str) -> tuple[Span, ...]:
    """Mobile phones, landlines (7 or 8 digits only when announced) and numbers abroad; `value`: plain digits.

    The writer's own first, then as they stand; 400 and 800 numbers last, for they are no person's.
    Short numbers (110, 96110, 95588) are known to everybody and not found.
    """
    return phones_in(text, plain_digits(text))


def phones_in(text: str, plain: str) -> tuple[Span, ...]:
    """The same; `plain`: what `plain_digits` makes of the text."""
    found = sorted((n for n in _numbers(text, plain) if n[0] is not _Kind.ID), key=lambda n: n[0])
    return tuple(span for _, span in found)


def find_ids(text: str) -> tuple[Span, ...]:
    """ID numbers of 18 and of 15 digits; `value`: plain digits and X."""
    return tuple(span for kind, span in _numbers(text, plain_digits(text)) if kind is _Kind.ID)
