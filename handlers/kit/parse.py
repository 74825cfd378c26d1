"""Typed arguments: from what people type to what a handler takes. Each parser names what it accepts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from handlers.kit import texts
from handlers.kit.errors import UsageError

T = TypeVar("T")

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = "[零〇一二两三四五六七八九十百千]"
_ENDS = " 。.!！?？~～"
"""Who dictates to the phone gets a full stop: "我的。"."""

_COUNTED = "楼院门栋幢岁个名位人点元块天年月日次米万分路线"
"""What follows the number of something else: 3号楼, 12岁, 3个人."""

_NUMBER = re.compile(
    rf"\s*(?:第|#|＃|no\.?|№|单号|工单)?\s*(\d{{1,9}}+|{_CHINESE}{{1,8}}+(?=\s*(?:号|单|件|$)))"
    rf"\s*(?:号单|号|单|件)?+(?![{_COUNTED}])\s*[:：,，。.！!~～]?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Parser(Generic[T]):
    """`parse` raises UsageError with a hint. `looks` tells whether a rest of text could be meant as this argument,
    so that "查一下我的车" in a private chat is a report and not a misspelt command."""

    parse: Callable[[str], T]
    looks: Callable[[str], bool]
    numbered: bool = False  # begins with a ticket number; a reply to a ticket's message may leave it out


@dataclass(frozen=True, slots=True)
class NumberAndText:
    number: int
    text: str


_WIDE = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE |= {ord("＃"): ord("#"), ord("／"): ord("/"), 0x3000: ord(" ")}


def normalise(text: str) -> str:
    """Full-width digits, letters, ＃, ／ and spaces become plain ones. Chinese punctuation stays as it was written."""
    return text.translate(_WIDE).strip()


def chinese_number(text: str) -> int | None:
    """ "十二" → 12, "一百零五" → 105, "一二" → 12; None if it is not a number."""
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def _leading_number(text: str) -> tuple[int, str] | None:
    plain = normalise(text)
    match = _NUMBER.match(plain)
    if match is None:
        return None
    digits = match.group(1)
    number = int(digits) if digits.isdigit() else chinese_number(digits)
    if number is None or number <= 0:
        return None
    return number, plain[match.end() :].strip()


_SAID = re.compile(rf"[0-9]{{1,9}}+|{_CHINESE}{{1,8}}+")


def numbers_in(text: str) -> frozenset[int]:
    """Every number that is written there, of whatever."""
    found = (int(w) if w.isdigit() and w.isascii() else chinese_number(w) for w in _SAID.findall(normalise(text)))
    return frozenset(number for number in found if number)


def begins_with_number(text: str) -> bool:
    """A ticket number stands at the beginning."""
    return _leading_number(text) is not None


def _ticket_number(text: str) -> int:
    found = _leading_number(text)
    if found is None or found[1]:
        raise UsageError(texts.NEED_NUMBER)
    return found[0]


def _number_and_text(text: str) -> NumberAndText:
    found = _leading_number(text)
    if found is None:
        raise UsageError(texts.NEED_NUMBER)
    return NumberAndText(*found)


def _page(text: str) -> int:
    plain = normalise(text).rstrip(_ENDS)
    if not plain:
        return 1
    match = re.fullmatch(r"第?\s*(\d{1,4})\s*页?", plain)
    if match is None or int(match.group(1)) < 1:
        raise UsageError(texts.NEED_PAGE)
    return int(match.group(1))


def _two_ids(text: str) -> tuple[int, int]:
    first, _, second = text.partition(".")
    return int(first), int(second)


def _nothing(text: str) -> None:
    return None


def _only_number(text: str) -> bool:
    found = _leading_number(text)
    return not text.strip() or (found is not None and not found[1])


def _starts_like_number(text: str) -> bool:
    return not text.strip() or _leading_number(text) is not None


ticket_number = Parser(_ticket_number, _only_number, numbered=True)
"""12 · #12 · 12号 · 第12单 · １２ · 十二号"""

number_and_text = Parser(_number_and_text, _starts_like_number, numbered=True)
"""12 已调解 → (12, "已调解")"""

page = Parser(_page, lambda text: re.fullmatch(r"\s*(第?\s*\d{1,4}\s*页?)?", text.rstrip(_ENDS)) is not None)
"""nothing · 2 · 第2页"""

nothing = Parser(_nothing, lambda text: not text.strip(_ENDS))
"""a command that stands alone"""

free_text = Parser(str.strip, lambda text: True)
"""whatever follows"""

row_id = Parser(int, lambda text: re.fullmatch(r"[0-9]{1,15}", text) is not None)
"""the argument of our own buttons"""

two_ids = Parser(_two_ids, lambda text: re.fullmatch(r"\d{1,15}\.\d{1,15}", text) is not None)
"""the arguments of our own buttons: 12.3"""
