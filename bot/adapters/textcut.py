"""Cutting texts to a platform's limit without cutting what people see as one sign. Pure."""

import re
import unicodedata
from typing import Literal

Unit = Literal["utf16", "utf8"]
ELLIPSIS = "…"
JOINER = "\u200d"
FENCE = "```"
FENCE_ROOM = 2 * len("```\n")
_LINK = re.compile(r"\[[^\[\]\n]{0,200}\]\([^()\s]{1,1000}\)|https?://[!#-;=?-Z_a-z~]++|`{3,}+")
MARK_ROOM = len("\n(999/999)")
ENDINGS = "。！？；!?;…"


def measure(text: str, unit: str) -> int:
    """The length of `text` in UTF-16 code units ("utf16") or UTF-8 bytes ("utf8")."""
    if text.isascii():
        return len(text)
    if unit == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


def cut_text(text: str, limit: int, unit: str) -> str:
    """`text`, or as much of it as fits `limit` together with a final "…". `limit` is at least 4."""
    if _fits(text, limit, unit):
        return text
    room = limit - measure(ELLIPSIS, unit)
    return text[: _whole(text, 0, _reach(text, 0, room, unit))].rstrip() + ELLIPSIS


def split_text(text: str, limit: int, unit: str) -> list[str]:
    """Pieces of at most `limit`, in order, broken after a line, else a sentence, else a sign. `limit` ≥ 4.

    Nothing but white space at the breaks is lost; no piece is blank unless the whole text is. A link that fits into
    one piece is not broken; a markdown fence (```) that is broken is closed and opened again.
    """
    if _fits(text, limit, unit):
        return [text]
    if FENCE in text and limit >= 10 * FENCE_ROOM:
        return _fenced(_pieces(text, limit - FENCE_ROOM, unit))
    return _pieces(text, limit, unit)


def _pieces(text: str, limit: int, unit: str) -> list[str]:
    links = [found.span() for found in _LINK.finditer(text)]
    pieces: list[str] = []
    start = 0
    while start < len(text):
        reach = end = _reach(text, start, limit, unit)
        if end < len(text):
            end = _nice(text, start, end)
            first, last = next((link for link in links if link[0] < end < link[1]), (end, end))
            end = first if first > start else last if last <= reach else end
        piece = text[start:end].strip() if start else text[start:end].rstrip()
        if piece.strip():
            pieces.append(piece)
        start = end
    return pieces or [cut_text(text, limit, unit)]


def _fenced(pieces: list[str]) -> list[str]:
    """Every piece with as many fences opened as closed."""
    inside = False
    whole: list[str] = []
    for piece in pieces:
        text = f"{FENCE}\n{piece}" if inside else piece
        inside = text.count(FENCE) % 2 == 1
        whole.append(f"{text}\n{FENCE}" if inside else text)
    return whole


def split_marked(text: str, limit: int, unit: str) -> list[str]:
    """As `split_text`; several pieces end with "(1/3)", so that a reader sees whether one is missing. `limit` ≥ 40."""
    if _fits(text, limit, unit):
        return [text]
    pieces = split_text(text, limit - MARK_ROOM, unit)
    return [f"{piece}\n({number}/{len(pieces)})" for number, piece in enumerate(pieces, 1)]


def _fits(text: str, limit: int, unit: str) -> bool:
    if limit < 4:
        raise ValueError("a limit below 4 cannot hold every sign")
    return measure(text, unit) <= limit


def _width(char: str, unit: str) -> int:
    if unit == "utf16":
        return 2 if char > "\uffff" else 1
    if char < "\u0080":
        return 1
    if char < "\u0800":
        return 2
    return 4 if char > "\uffff" else 3


def _reach(text: str, start: int, limit: int, unit: str) -> int:
    """The largest end for which text[start:end] fits."""
    used = 0
    for index in range(start, len(text)):
        used += _width(text[index], unit)
        if used > limit:
            return index
    return len(text)


def _nice(text: str, start: int, end: int) -> int:
    """The best place to break in the later half: after a line, a sentence, a clause, or between two signs."""
    floor = start + (end - start) // 2  # further back, pieces would get too small
    line = text.rfind("\n", floor, end)
    if line >= 0:
        return line + 1
    for marks in (ENDINGS, "，,、 \t\u3000"):
        place = max(text.rfind(mark, floor, end) for mark in marks)
        if place >= 0:
            return _whole(text, start, place + 1)
    return _whole(text, start, end)


def _whole(text: str, start: int, end: int) -> int:
    """`end`, or the nearest place before it that splits no visible sign; `end` itself if there is none."""
    place = end
    while place > start and not _is_break(text, place):
        place -= 1
    return place if place > start else end


def _is_break(text: str, place: int) -> bool:
    """True if a sign may end before text[place]."""
    if place <= 0 or place >= len(text):
        return True
    before, after = text[place - 1], text[place]
    if after < "\u0300" and before != JOINER:
        return (before, after) != ("\r", "\n")
    if JOINER in {before, after} or _extends(after):
        return False
    if _is_flag_letter(after):
        first = place
        while first > 0 and _is_flag_letter(text[first - 1]):
            first -= 1
        return (place - first) % 2 == 0
    return True


def _extends(char: str) -> bool:
    """Combining marks, variation selectors, keycaps, skin tones and tag letters belong to what precedes."""
    return (
        unicodedata.category(char) in {"Mn", "Mc", "Me"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
