"""Any text at all: no exception, exact spans, and time that grows no faster than the text."""

import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding import Span
from handlers.understanding.money import find_amounts, money_sent
from handlers.understanding.numbers import find_ids, find_phones
from handlers.understanding.places import Gazetteer, find_places
from handlers.understanding.times import find_times

KNOWN = Gazetteer(near=("翠湖名苑", "东湾花园"), far=("滨江路",))
PIECES = (
    *(
        "1",
        "1 ",
        "138",
        "o",
        "l",
        "X",
        "三",
        "十",
        "万",
        "3万",
        "元",
        "几",
        "，",
        " ",
        "-",
        "1-1-",
        ":",
        "12:30",
        "\u200b",
    ),
    *("没", "给他", "转", "刚转", "被扣", "了", "卡密", "路", "小区", "在", "和", "人民路和", "东门", "中心", "@民警"),
    *(
        "翠湖",
        "翠胡名苑",
        "栋",
        "单元",
        "地库",
        "早上",
        "10月",
        "每天",
        "点",
        "半",
        "（",
        "\n",
        "😀",
        "１",
        "①",
        "½",
        "٣",
    ),
)
FINDERS: tuple[Callable[[str], Iterable[Span]], ...] = (
    find_phones,
    find_ids,
    find_amounts,
    find_times,
    lambda text: find_places(text, KNOWN),
    lambda text: find_places(text, Gazetteer()),
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_spans_are_exact_substrings_of_any_text(text: str) -> None:
    money_sent(text)
    for find in FINDERS:
        for span in find(text):
            assert 0 <= span.start < span.end <= len(text)
            assert span.text == text[span.start : span.end]
            assert span.text == span.text.strip()
            assert span.value


@pytest.mark.parametrize("piece", PIECES)
def test_ten_thousand_characters_take_no_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    started = time.process_time()
    money_sent(text)
    for find in FINDERS:
        list(find(text))
    assert time.process_time() - started < 3
