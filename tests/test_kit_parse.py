"""What people type and what a handler gets."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.kit import parse, texts
from handlers.kit.errors import UsageError


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "12号",
        "12 号",
        "#12",
        "＃12",
        "第12单",
        "第12号",
        "１２",
        "十二号",
        "一二号",
        "no.12",
        "12。",
        "工单12",
        "12件",
        "12！",
    ],
)
def test_ticket_numbers(text: str) -> None:
    assert parse.ticket_number.parse(text) == 12
    assert parse.ticket_number.looks(text)


@pytest.mark.parametrize(
    "text", ["", "abc", "12 已处理", "0", "-3", "3号楼", "12岁", "3个人", "3单元", "一楼", "1.5万"]
)
def test_what_is_no_ticket_number(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse.ticket_number.parse(text)
    assert str(refused.value) == texts.NEED_NUMBER


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("12 已调解", 12, "已调解"),
        ("12号：已调解", 12, "已调解"),
        ("12，已调解 3 人", 12, "已调解 3 人"),
        ("12已调解", 12, "已调解"),
        ("12 人都走了", 12, "人都走了"),
        ("第１２单 已到场", 12, "已到场"),
        ("12", 12, ""),
        ("一百零五号 好了", 105, "好了"),
        ("12\n两行\n文字", 12, "两行\n文字"),
    ],
)
def test_a_number_and_words(text: str, number: int, rest: str) -> None:
    assert parse.number_and_text.parse(text) == parse.NumberAndText(number, rest)


@pytest.mark.parametrize("text", ["3号楼漏水", "12岁的孩子", "3个人的钱", "2026年的事", "5万元没了", "10分钟前"])
def test_words_that_only_begin_with_a_number(text: str) -> None:
    assert not parse.number_and_text.looks(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("两百", 200), ("三千零一", 3001), ("一二三", 123)],
)
def test_chinese_numbers(text: str, number: int) -> None:
    assert parse.chinese_number(text) == number


@given(st.integers(1, 9999))
def test_every_number_is_read_in_every_script(number: int) -> None:
    wide = "".join(chr(0xFF10 + int(d)) for d in str(number))
    chinese = "".join("零一二三四五六七八九"[int(d)] for d in str(number))
    for text in (str(number), wide, f"第{number}单", f"{chinese}号"):
        assert parse.ticket_number.parse(text) == number


@pytest.mark.parametrize(("text", "page"), [("", 1), ("2", 2), ("第2页", 2), (" ３ ", 3)])
def test_pages(text: str, page: int) -> None:
    assert parse.page.parse(text) == page


@pytest.mark.parametrize("text", ["0", "abc", "二", "-1", "99999"])
def test_what_is_no_page(text: str) -> None:
    with pytest.raises(UsageError):
        parse.page.parse(text)


@pytest.mark.parametrize("text", ["", "x", "1x", "²", "፩", "9" * 16, "-1", "1.1.1", " 1"])
def test_a_forged_button_argument_is_not_ours(text: str) -> None:
    assert not parse.row_id.looks(text)
    assert not parse.two_ids.looks(text)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60))
def test_any_text_gets_an_argument_or_a_sentence(text: str) -> None:
    parsers: list[parse.Parser[Any]] = [parse.ticket_number, parse.number_and_text, parse.page, parse.nothing]
    for parser in parsers:
        parser.looks(text)
        with suppress(UsageError):
            parser.parse(text)


@given(st.text(max_size=60))
def test_normalising_keeps_length_words_and_chinese_punctuation(text: str) -> None:
    assert parse.normalise(parse.normalise(text)) == parse.normalise(text)
    assert parse.normalise("，。“”：") == "，。“”："
