"""What never appears in a group: phone numbers, ID numbers, bank cards — however they are written."""

import re
import unicodedata

HIDDEN = "［号码已隐去］"

_CHINESE = dict(zip("零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖", "0011223456789123456789", strict=True))
_GAP = r"[ \-–—.·,，、_/|*()（）~\u200b-\u200f\u2060\ufeff]{0,3}"
_LONG = re.compile(rf"\d(?:{_GAP}\d){{9,}}{_GAP}\d[xX]?(?!\d)|\d(?:{_GAP}\d){{14}}{_GAP}\d{{2}}[xX]")
_LANDLINE = re.compile(rf"(?<!\d)0\d{{2,3}}{_GAP}\d{{7,8}}(?!\d)")
_TOLD = re.compile(r"((?:电话|手机|联系|号码|微信|QQ|座机)\D{0,6}?)(\d{3,4}[ \-]?\d{4})(?!\d)", re.IGNORECASE)


def _plain_digit(char: str) -> str:
    """One character in, one out, so that places stay where they are: １ ① 一 ٣ → 1 1 1 3."""
    if char in _CHINESE:
        return _CHINESE[char]
    digit = unicodedata.digit(char, None)
    return char if digit is None else str(digit)


def find_private(text: str) -> list[tuple[int, int]]:
    """(start, end) of every number that could reach or identify a person."""
    plain = "".join(map(_plain_digit, text))
    spans = [m.span() for pattern in (_LONG, _LANDLINE) for m in pattern.finditer(plain)]
    spans += [m.span(2) for m in _TOLD.finditer(plain)]
    return sorted(spans)


def hide_private(text: str) -> str:
    """`text` as a group may see it."""
    pieces, last = [], 0
    for start, end in find_private(text):
        if start >= last:
            pieces += [text[last:start], HIDDEN]
        last = max(last, end)
    return "".join(pieces) + text[last:]
