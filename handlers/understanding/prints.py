"""Fingerprints of texts: a scam forwarded again is known by its print, with another number, link or emoji in it."""

import hashlib
import re
import unicodedata
from functools import lru_cache

SHORTEST = 20
"""Chinese characters a text must have. Shorter ones look alike by chance."""

BITS = 256
GRAM = 3
NEAR = 76
"""Bits that may differ between near-same texts; texts that have nothing in common differ in about half of them."""

LONGEST = 1500
_OTHER = re.compile(r"[^\u3400-\u9fff]+")
_DIGITS = BITS // 4


def print_of(text: str) -> str:
    """The fingerprint, 64 hexadecimal digits; "" if the text is too short for one.

    Only Chinese characters count: digits, links, Latin letters, spaces, emoji and punctuation may differ freely.
    The text cannot be read from it.
    """
    number = number_of(text)
    return "" if number is None else f"{number:0{_DIGITS}x}"


@lru_cache(maxsize=2)  # the features of one event ask about the same text one after another
def number_of(text: str) -> int | None:
    """The same as a number, to be compared with many."""
    words = _OTHER.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))
    return _simhash(words) if len(words) >= SHORTEST else None


def near(one: str, other: str) -> bool:
    """Are these fingerprints of near-same texts? Never true for ""."""
    return bool(one and other) and (int(one, 16) ^ int(other, 16)).bit_count() <= NEAR


def _simhash(words: str) -> int:
    """Each bit is what most of the grams say. The counters stand upright: plane i holds bit i of all 256 of them."""
    grams = {words[i : i + GRAM] for i in range(len(words) - GRAM + 1)}
    planes: list[int] = []
    for gram in grams:
        carry = _hash(gram)
        for i, plane in enumerate(planes):
            planes[i], carry = plane ^ carry, plane & carry
            if not carry:
                break
        if carry:
            planes.append(carry)
    return _above(planes, len(grams) // 2)


def _above(planes: list[int], limit: int) -> int:
    """The bits whose counter is greater than `limit`."""
    greater, equal = 0, (1 << BITS) - 1
    for i in range(max(len(planes), limit.bit_length()) - 1, -1, -1):
        plane = planes[i] if i < len(planes) else 0
        if limit >> i & 1:
            equal &= plane
        else:
            greater |= equal & plane
            equal &= ~plane
    return greater


@lru_cache(maxsize=16_384)
def _hash(gram: str) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=BITS // 8).digest(), "big")
