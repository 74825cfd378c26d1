"""What the prefilters hear without an @, what they remember of ordinary chat, and what goes along with a call."""

import json
from typing import Any

import pytest

from bot.adapters.telegram.parse import parse_update
from bot.adapters.telegram.prefilter import Prefilter
from bot.hearing import Hearing
from bot.ring import Ring
from handlers.understanding.reference import (
    Correction,
    Reference,
    another_matter,
    correction,
    me_too,
    refers_back,
)
from storage.model.messages import Envelope
from tests.adapters.telegram_kit import US, hearing
from tests.fake_telegram.make import Maker, group, user

CHEN, WANG = user(5001, "小陈"), user(5002, "王秀兰")
GROUP, OTHER = group(-1001234567890), group(-1009999999999)
KEY = "telegram:-1001234567890"
T0 = 1_780_000_000


class Chat:
    """Updates at moments we choose, through one prefilter."""

    def __init__(self, ears: Hearing | None = None) -> None:
        self.ears = ears or hearing()
        self.prefilter = Prefilter(US, self.ears)
        self.make = Maker()

    def at(self, seconds: float, update: dict[str, Any]) -> Envelope | None:
        update["message"]["date"] = T0 + int(seconds)
        return self.prefilter(json.dumps(update).encode())

    def says(self, seconds: float, text: str, who: Any = CHEN, where: Any = GROUP) -> Envelope | None:
        return self.at(seconds, self.make.text(where, who, text))


def told(envelope: Envelope | None) -> list[str]:
    """The lines that go along with a call."""
    assert envelope is not None
    events = [parse_update(body, US) for body in envelope.earlier]
    return [event.text or "（照片）" for event in events if event is not None]


# ── windows ────────────────────────────────────────────────────────────────
def test_a_call_opens_a_window_for_its_writer_in_its_chat() -> None:
    chat = Chat()
    assert chat.says(0, "@民警 漏水了") is not None
    assert chat.at(0, chat.make.photo(GROUP, CHEN)) is not None
    assert chat.says(1, "三号楼") is not None
    assert chat.says(2, "早", WANG) is None
    assert chat.says(3, "早", CHEN, OTHER) is None
    assert chat.says(20, "还在漏") is not None
    assert chat.says(41, "晚上吃什么") is None


def test_it_stays_open_three_minutes_at_most() -> None:
    chat = Chat()
    assert chat.says(0, "@民警 漏水了") is not None
    heard = [chat.says(n * 15, f"第{n}句") is not None for n in range(1, 16)]
    assert heard == [True] * 12 + [False] * 3


def test_a_bare_call_waits_three_minutes_and_then_for_gaps_as_ever() -> None:
    chat = Chat()
    assert chat.says(0, "@民警") is not None
    assert chat.says(150, "楼上漏水") is not None
    assert chat.says(165, "三号楼") is not None
    assert chat.says(200, "吃饭没") is None


def test_what_is_said_to_others_is_not_heard() -> None:
    chat = Chat()
    neighbour = chat.make.text(GROUP, WANG, "谁家漏水")
    chat.ears.slashes = frozenset({"mine"})
    chat.says(0, "@民警 漏水了")
    assert chat.says(1, "@张三 你家呢") is None
    assert chat.says(1, "/weather") is None
    answer = chat.make.text(GROUP, CHEN, "我家")
    answer["message"]["reply_to_message"] = neighbour["message"]
    assert chat.at(2, answer) is None
    assert chat.at(2, chat.make.text_mention(GROUP, CHEN, "老张 你家呢", "老张", user(2, "老张"))) is None
    assert chat.says(3, "三号楼") is not None


@pytest.mark.parametrize("who", [CHEN, user(1, "李警官")])
def test_officers_and_their_groups_open_none(who: Any) -> None:
    chat = Chat()
    chat.ears.staff_accounts = frozenset({"telegram:1"})
    chat.ears.staff_chats = frozenset({KEY}) if who is CHEN else frozenset()
    assert chat.says(0, "@民警 漏水了", who) is not None
    assert chat.says(1, "三号楼", who) is None


def test_an_edit_of_older_chat_is_not_heard_because_of_a_window() -> None:
    chat = Chat()
    old = chat.make.text(GROUP, CHEN, "吃饭没")
    chat.at(0, old)
    chat.says(1, "@民警 漏水了")
    edit = chat.make.edited(old, "吃饭了没")
    assert chat.prefilter(json.dumps(edit).encode()) is None


def test_a_closed_window_is_closed_and_a_newer_call_stays_open() -> None:
    ears = Hearing()
    ears.called(KEY, "1", 100.0, bare=False)
    ears.close_window(KEY, "1", 100.0)
    assert not ears.goes_on(KEY, "1", 101.0, "吃饭没")
    ears.called(KEY, "1", 100.0, bare=False)
    ears.called(KEY, "1", 102.0, bare=False)
    ears.close_window(KEY, "1", 100.0)
    ears.close_window(KEY, "1", 102.0)  # thanks, beside a matter
    assert ears.goes_on(KEY, "1", 103.0, "三号楼")


def test_the_memory_of_windows_is_bounded() -> None:
    ears = Hearing()
    for number in range(Hearing.WINDOWS + 100):
        ears.called(KEY, str(number), 100.0, bare=False)
    assert len(ears.windows) == Hearing.WINDOWS
    assert ears.goes_on(KEY, str(Hearing.WINDOWS), 101.0, "三号楼")


# ── the ring ───────────────────────────────────────────────────────────────
def test_the_ring_is_bounded_by_lines_and_by_bytes() -> None:
    ring = Ring(lines=10, limit=1000)
    for number in range(40):
        ring.keep(b"%02d" % number)
    assert [int(body) for body in ring.newest(b"")] == list(range(39, 29, -1))
    for _ in range(100):
        ring.keep(b"x" * 300)
        assert sum(map(len, ring.newest(b""))) <= 1000


def test_an_explicit_reference_takes_the_last_five_minutes() -> None:
    chat = Chat()
    chat.says(0, "今天真热")
    chat.says(100, "三号楼有人砸门")
    chat.at(110, chat.make.photo(GROUP, CHEN))
    chat.says(120, "我也听见了", WANG)
    chat.says(130, "别处的事", CHEN, OTHER)
    chat.says(140, "@老张 你在家吗")
    assert told(chat.says(390, "@民警 上面说的管不管")) == ["三号楼有人砸门", "（照片）"]


def test_a_bare_call_takes_what_stood_right_before_and_no_courtesy() -> None:
    chat = Chat()
    chat.says(0, "今天真热")
    chat.says(60, "谢谢大家")
    chat.says(70, "三号楼有人砸门")
    chat.says(80, "砸了半天了")
    assert told(chat.says(90, "@民警")) == ["三号楼有人砸门", "砸了半天了"]


def test_a_whole_matter_takes_nothing() -> None:
    chat = Chat()
    chat.says(0, "今天真热")
    assert told(chat.says(5, "@民警 三号楼有人砸门")) == []


def test_ten_lines_at_most_and_each_once() -> None:
    chat = Chat()
    for number in range(15):
        update = chat.make.text(GROUP, CHEN, f"第{number}句")
        chat.at(number, update)
        chat.at(number, update)  # fetched again after a store that was down
    assert told(chat.says(20, "@民警 上面说的")) == [f"第{n}句" for n in range(5, 15)]


def test_edits_of_what_went_along_are_heard() -> None:
    chat = Chat()
    line = chat.make.text(GROUP, CHEN, "三号楼有人砸门")
    chat.at(0, line)
    chat.says(5, "@民警 上面说的")
    assert chat.prefilter(json.dumps(chat.make.edited(line, "五号楼有人砸门")).encode()) is not None


# ── how people say it ──────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "said",
    [
        "上面说的",
        "刚才说的那个事",
        "看上面",
        "就这事",
        "你们看看",
        "这事你们管不管",
        "我上面发的照片",
        "见上图",
        "如上",
    ],
)
def test_explicit_references(said: str) -> None:
    assert refers_back(said) is Reference.EXPLICIT


@pytest.mark.parametrize("said", ["", "快来", "帮帮忙", "怎么办", "来人啊", "在吗", "这谁管"])
def test_no_matter_by_themselves(said: str) -> None:
    assert refers_back(said) is not None


@pytest.mark.parametrize(
    "said", ["楼上漏水", "上面有人扔垃圾", "着火了", "有人打架", "5栋噪音", "我的车被划了", "楼上有人从上面往下扔东西"]
)
def test_whole_matters(said: str) -> None:
    assert refers_back(said) is None


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("打错了，是6栋", "6栋", ""),
        ("不好意思说错了，应该是东门", "东门", ""),
        ("不是5栋是6栋", "6栋", "5栋"),
        ("不是5栋，是6栋", "6栋", "5栋"),
        ("是6栋不是5栋", "6栋", "5栋"),
        ("更正：6栋3单元", "6栋3单元", ""),
        ("*6栋", "6栋", ""),
        ("应该是6栋", "6栋", ""),
    ],
)
def test_corrections(said: str, right: str, wrong: str) -> None:
    assert correction(said) == Correction(right=right, wrong=wrong)


@pytest.mark.parametrize(
    "said",
    ["不是我干的是他干的", "不是第一次了", "这是诈骗吗", "打错了人", "我打错了钱到别人账户", "是不是骗子", "楼上漏水"],
)
def test_no_corrections(said: str) -> None:
    assert correction(said) is None


@pytest.mark.parametrize("said", ["我也看到了", "+1", "我家也是", "同样", "我们5栋也听到了", "我也听见了，太吵了"])
def test_me_too(said: str) -> None:
    assert me_too(said)


@pytest.mark.parametrize("said", ["我家车也被砸了", "我家也漏水，3栋502", "我也想问身份证怎么办", "好的", "1", ""])
def test_not_me_too(said: str) -> None:
    assert not me_too(said)


def test_what_is_marked_as_new() -> None:
    assert all(map(another_matter, ["另外，路灯坏了", "还有个事", "再问一下居住证", "对了，另外车库也漏"]))
    assert not any(map(another_matter, ["还有烟味", "还有人受伤", "再不来就打起来了", "楼上另外一户"]))


def test_no_text_takes_long_to_read() -> None:
    """Nested patterns must not explode on what people (or bots) paste."""
    for text in (
        "我也" * 300,
        "请" * 600,
        "看看" * 300,
        "不是" * 300,
        "是6栋不" * 200,
        "，。" * 400,
        "急" * 16,
        "+1" * 200,
    ):
        refers_back(text), correction(text), me_too(text), another_matter(text)
        for size in range(2, 90):
            refers_back(text[:size]), correction(text[:size]), me_too(text[:size])
