"""Cutting and splitting: within the limit, nothing lost, no visible sign broken."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.textcut import cut_text, measure, split_text

FAMILY, FLAG, THUMB, HEART, KEYCAP = "👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "❤️", "1️⃣"
SIGNS = [FAMILY, FLAG, THUMB, HEART, KEYCAP, "é", "甲", "。", "\n", "，", "a", " ", "𠮷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
UNITS = st.sampled_from(["utf16", "utf8"])
sign_texts = st.lists(st.sampled_from(SIGNS), max_size=200).map("".join)


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@given(text=st.text(max_size=400), unit=UNITS)
def test_lengths_are_those_of_the_encodings(text: str, unit: str) -> None:
    encoded = text.encode("utf-16-le") if unit == "utf16" else text.encode()
    assert measure(text, unit) == len(encoded) // (2 if unit == "utf16" else 1)


@given(text=st.text(max_size=400) | sign_texts, limit=st.integers(4, 60), unit=UNITS)
def test_pieces_fit_and_nothing_but_space_is_lost(text: str, limit: int, unit: str) -> None:
    pieces = split_text(text, limit, unit)
    assert all(measure(piece, unit) <= limit for piece in pieces)
    if bare(text):
        assert bare("".join(pieces)) == bare(text)
        assert all(piece.strip() for piece in pieces)


@given(text=st.text(max_size=400) | sign_texts, limit=st.integers(4, 60), unit=UNITS)
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, limit: int, unit: str) -> None:
    cut = cut_text(text, limit, unit)
    assert measure(cut, unit) <= limit
    if cut != text:
        assert cut.endswith("…")
        assert text.startswith(cut[:-1])


@given(text=sign_texts, limit=st.integers(40, 90), unit=UNITS)
def test_no_visible_sign_is_broken(text: str, limit: int, unit: str) -> None:
    """Every limit here holds the longest sign, so no piece may start or end inside one."""
    for piece in split_text(text, limit, unit):
        first, last = piece[:1], piece[-1:]
        assert not (first and unicodedata.combining(first))
        assert first not in {"\u200d", "\ufe0f", "\u20e3", "🏽", "\U000e0067", "\U000e007f"}
        assert last != "\u200d"
        flags = sum("\U0001f1e6" <= char <= "\U0001f1ff" for char in piece)
        assert flags % 2 == 0


@pytest.mark.parametrize("unit", ["utf16", "utf8"])
def test_a_sign_longer_than_the_limit_is_still_sent(unit: str) -> None:
    zalgo = "e" + "\u0301" * 50
    assert "".join(split_text(zalgo, 10, unit)) == zalgo


@pytest.mark.parametrize("sign", [FAMILY, FLAG, THUMB, HEART, KEYCAP, "𠮷", "e\u0301\u0323"])
@pytest.mark.parametrize("unit", ["utf16", "utf8"])
def test_a_row_of_one_sign_is_broken_between_signs(sign: str, unit: str) -> None:
    for slack in range(2):
        limit = 2 * measure(sign, unit) + slack
        assert set(split_text(sign * 21, limit, unit)) <= {sign * 2, sign}
        cut = cut_text(sign * 21, limit, unit)
        assert measure(cut, unit) <= limit
        assert cut.removesuffix("…") in {sign * 2, sign, ""}


def test_breaks_after_a_line_then_a_sentence_then_a_clause() -> None:
    assert split_text("第一行写完\n第二行", 8, "utf16") == ["第一行写完", "第二行"]
    assert split_text("甲乙丙丁。戊己庚", 7, "utf16") == ["甲乙丙丁。", "戊己庚"]
    assert split_text("甲乙丙丁，戊己庚", 7, "utf16") == ["甲乙丙丁，", "戊己庚"]
    assert split_text("甲乙丙丁戊己庚", 5, "utf16") == ["甲乙丙丁戊", "己庚"]


def test_short_texts_stay_as_they_are() -> None:
    assert split_text(" 好 \n", 4096, "utf16") == [" 好 \n"]
    assert cut_text("好" * 10, 10, "utf16") == "好" * 10
    assert cut_text("好" * 11, 10, "utf16") == "好" * 9 + "…"
    assert cut_text("好" * 11, 10, "utf8") == "好好…"
    assert cut_text("a" * 11, 10, "utf8") == "a" * 7 + "…"


def test_a_limit_too_small_for_any_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="below 4"):
        split_text("好", 3, "utf8")


def test_a_long_message_at_telegrams_limit() -> None:
    text = ("😀你好。" * 2_000) + "完"
    pieces = split_text(text, 4096, "utf16")
    assert len(pieces) == 3
    assert all(piece.endswith(("。", "完")) for piece in pieces)
