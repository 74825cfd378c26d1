"""Officers' sentences: what holds for any of them."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.phrases import Action, Phrase
from tests.phrases_kit import DEV, Row, read


@given(
    st.text(
        alphabet=st.sampled_from("12345 ，。我来去接办结转给李强小王挂起等到了谁吗不没明天班号单楼点个🫡№§@"),
        max_size=60,
    )
)
def test_any_text_is_read(text: str) -> None:
    said = read(text)
    if isinstance(said, Phrase):
        assert all(number > 0 for number in said.numbers)


@given(st.text(max_size=2000))
def test_any_characters_are_read(text: str) -> None:
    read(text)


SAID = [row for row in DEV if isinstance(row.read(), Phrase)]
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(st.sampled_from(SAID), st.sampled_from(["。", "！", " ", "哈", "哈哈", "～", "🫡", "👌", "[抱拳]", " 🙏🙏"]))
def test_what_surrounds_a_sentence_changes_nothing(row: Row, noise: str) -> None:
    assert replace(row, text=f"  {row.text}{noise}").read() == row.read()


@given(st.sampled_from(SAID))
def test_full_width_digits_are_digits(row: Row) -> None:
    said, wide = row.read(), replace(row, text=row.text.translate(WIDE)).read()
    assert wide == said


ORDERS = [
    ("12", "办结", Action.RESOLVE),
    ("12", "转给李强", Action.TRANSFER),
    ("12", "退回", Action.GIVE_BACK),
    ("12", "挂起", Action.PAUSE),
    ("12", "加急", Action.PRIORITY),
    ("12", "误报", Action.FALSE_REPORT),
    ("12", "请求支援", Action.HELP),
    ("12", "到场", Action.ARRIVE),
    ("15", "我接", Action.CLAIM),
    ("15", "我去", Action.CLAIM),
]
DENIALS = [
    "别",
    "先别",
    "不",
    "不用",
    "还没",
    "没",
    "要不要",
    "是不是",
    "应该",
    "可能",
    "他说",
    "赵敏说",
    "如果",
    "要是",
    "打算",
]
DENIALS += ["老周", "谁", "本来想", "明天再", "昨天"]


@given(
    st.sampled_from(ORDERS),
    st.sampled_from(DENIALS),
    st.sampled_from(["", "了", "，已劝离", " 等监控"]),
    st.sampled_from([None, 12, 15]),
)
def test_a_denied_order_is_not_carried_out(
    order: tuple[str, str, Action], denial: str, rest: str, replied: int | None
) -> None:
    number, words, action = order
    for text in (f"{number}{denial}{words}{rest}", f"{number} {denial}{words}{rest}", f"{denial}{words}{number}{rest}"):
        said = read(text, replied=replied)
        assert not (isinstance(said, Phrase) and said.action is action), text


@given(
    st.sampled_from(ORDERS),
    st.sampled_from(["还是", "或者", "或", " or "]),
    st.sampled_from(["挂起", "退回", "办结", "转给孙伟"]),
)
def test_a_choice_left_open_is_not_made(order: tuple[str, str, Action], or_else: str, other: str) -> None:
    number, words, _ = order
    assert not isinstance(read(f"{number}{words}{or_else}{other}"), Phrase)


@given(
    st.sampled_from(ORDERS), st.sampled_from(["？", "吗", "行不行", "吧？", "，算了", "，不对", "，说错了", "对不对"])
)
def test_an_order_asked_about_or_taken_back_is_not_carried_out(order: tuple[str, str, Action], end: str) -> None:
    number, words, action = order
    said = read(f"{number}{words}{end}")
    assert not (isinstance(said, Phrase) and said.action is action)


@pytest.mark.parametrize(
    "text",
    [
        "12 " + "已经都全刚我这边可以" * 50,
        "谢谢，，，" * 90 + "x",
        "哈" * 499 + "x",
        "换班换班一下" * 80,
        "12 13 " * 83,
        "准备下班" * 15,
        "嗯" * 499 + "x",
        "12" + "我去不了要办结先挂起等" * 45,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """A pattern that tries everything would take minutes."""
    start = time.process_time()
    read(text[:500])
    assert time.process_time() - start < 5
