"""Long texts in pieces a channel shows as they were meant: links and fences whole, every piece numbered."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.adapters.textcut import FENCE, measure, split_marked, split_text

UNITS = st.sampled_from(["utf16", "utf8"])
LINKS = [
    "https://example.cn/a?b=1&c=2",
    "http://10.0.0.1:8080/x#y",
    "[回执](https://example.cn/t/12)",
]
PARTS = [*(f"{link} " for link in LINKS), "好的。", "民警已到场，", "\n", " ", "a", "👨‍👩‍👧", "（见下）"]
texts = st.lists(st.sampled_from(PARTS), max_size=60).map("".join)
with_fences = st.lists(st.sampled_from([*PARTS, "```\n", "\n```\n", "code line\n"]), max_size=60).map("".join)


@settings(max_examples=300)
@given(text=texts, limit=st.integers(60, 120), unit=UNITS)
@example(text="https://example.cn/a?b=1&c=2 民警已到场，民警已到场，", limit=60, unit="utf8")
def test_no_link_is_broken(text: str, limit: int, unit: str) -> None:
    """Every link of these texts fits into every limit of these, so each must be found in one piece."""
    pieces = split_text(text, limit, unit)
    assert all(measure(piece, unit) <= limit for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
    for link in LINKS:
        assert sum(piece.count(link) for piece in pieces) == text.count(link)


@settings(max_examples=300)
@given(text=with_fences, limit=st.integers(80, 160), unit=UNITS)
def test_every_piece_closes_the_fences_it_opens(text: str, limit: int, unit: str) -> None:
    pieces = split_text(text, limit, unit)
    assert all(measure(piece, unit) <= limit for piece in pieces)
    if len(pieces) > 1:
        assert all(piece.count(FENCE) % 2 == 0 for piece in pieces)
    for word in ("好的", "民警", "code", "见下"):
        assert "".join(pieces).count(word) == text.count(word)


@settings(max_examples=300)
@given(text=texts | with_fences, limit=st.integers(90, 200), unit=UNITS)
def test_pieces_are_numbered_within_the_limit(text: str, limit: int, unit: str) -> None:
    pieces = split_marked(text, limit, unit)
    assert all(measure(piece, unit) <= limit for piece in pieces)
    if len(pieces) == 1:
        assert pieces == [text]
    else:
        assert [piece.rpartition("\n")[2] for piece in pieces] == [
            f"({n}/{len(pieces)})" for n in range(1, len(pieces) + 1)
        ]


@pytest.mark.parametrize("limit", [2048, 4096, 20480])
def test_the_platforms_own_limits_in_bytes(limit: int) -> None:
    text = "民警已到现场，正在处理。详见 https://example.cn/t/12 谢谢！\n" * 2_000
    pieces = split_marked(text, limit, "utf8")
    assert all(len(piece.encode()) <= limit for piece in pieces)
    assert sum(piece.count("https://example.cn/t/12") for piece in pieces) == 2_000


def test_a_link_longer_than_a_piece_is_still_sent() -> None:
    link = "https://example.cn/" + "x" * 500
    assert "".join(split_text(link, 100, "utf8")) == link


@pytest.mark.parametrize("nasty", ["[" * 50_000, "[a](" * 20_000, "https://" * 10_000, "`" * 50_000, "[](" * 20_000])
def test_nothing_takes_long(nasty: str) -> None:
    began = time.process_time()
    split_marked(nasty, 4096, "utf8")
    assert time.process_time() - began < 10
