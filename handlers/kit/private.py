"""What never appears in a group: phone numbers, ID numbers, bank cards — however they are written."""

import re

from handlers.understanding.numbers import AsDigits

HIDDEN = "［号码已隐去］"

_SPOKEN = {"幺": "1", "两": "2", "洞": "0", "拐": "7", "勾": "9"}
"""As numbers are read out over the radio; all others Unicode knows."""

_GAP = (
    r"[\s\-‐‑‒–—―－﹣.．·・•,，、/／\\|_*＊~～:：;；()（）\[\]【】+＋'\""
    r"\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff]{0,3}"
)
"""What people put between the digits of one number, seen or unseen."""

FEWEST = 6
"""The shortest number we hide (the announced ones) has so many digits; most texts have fewer and are done at once."""

_DIGIT = re.compile(r"\d")
_LONG = re.compile(rf"\d(?:{_GAP}\d){{10,}}(?:{_GAP}[xX](?![A-Za-z]))?")
_LANDLINE = re.compile(rf"(?<!\d)0(?:{_GAP}\d){{9}}")
_TOLD = re.compile(
    r"((?:电话|手机|联系|号码|微信|QQ|座机)\D{0,6}?)(\d(?:[ \-－–—]?\d){5,})", re.IGNORECASE
)  # "QQ 123456": shorter, but announced

_SIX = re.compile(r"\d(?:[ \-－–—]?\d){5}")
"""What must stand in a text for an announced number."""

_SHORTEST_UNTOLD = 10
"""Digits of a landline, the shortest number that is hidden without being announced."""

_DAY = r"(?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
_MOMENT = re.compile(
    rf"(?<!\d)(?<!\d[-/.:])(?:(?:19|20)\d\d[-/.]{_DAY}(?:\s{_TIME})?|{_DAY}\s{_TIME})(?![-/.:]?\d)", re.ASCII
)
"""Dates and times stand alone and are no part of a number."""


_AS_DIGITS = AsDigits(_SPOKEN)


def _without_word(text: str, found: re.Match[str]) -> tuple[int, int]:
    """The 三 of "张三，138…" is no part of the number behind it."""
    start, end = found.span()
    rest = re.search(r"\D\d", found.group()[:5])
    if not text[start].isdigit() and rest is not None and not found.group()[1].isdigit():
        place = start + rest.end() - 1
        later = _LONG.match(found.string, place, end) or _LANDLINE.match(found.string, place, end)
        start = later.start() if later else start
    return start, end


def find_private(text: str) -> list[tuple[int, int]]:
    """(start, end) of every number that could reach or identify a person."""
    plain = text.translate(_AS_DIGITS)
    if len(_DIGIT.findall(plain)) < FEWEST:
        return []
    plain = _MOMENT.sub(lambda m: "时" * len(m.group()), plain)
    spans = [m.span(2) for m in _TOLD.finditer(plain)] if _SIX.search(plain) else []
    if len(_DIGIT.findall(plain)) >= _SHORTEST_UNTOLD:
        spans += [_without_word(text, m) for pattern in (_LONG, _LANDLINE) for m in pattern.finditer(plain)]
    return sorted(spans)


def hide_private(text: str, announced: str = "") -> str:
    """`text` as a group may see it. `announced`: a number that is everybody's to know, such as the station's own."""
    if len(_DIGIT.findall(announced)) >= FEWEST and announced in text:
        # Only where it stands alone: the same digits within another number are that number.
        alone = rf"(?<!\d)(?<!\d[\-–—.]){re.escape(announced)}(?![\-–—.]?\d)"
        parts = re.split(alone, text)
        if len(parts) > 1:
            return announced.join(hide_private(part) for part in parts)
    pieces, last = [], 0
    for start, end in find_private(text):
        if start >= last:
            pieces += [text[last:start], HIDDEN]
        last = max(last, end)
    return "".join(pieces) + text[last:]
