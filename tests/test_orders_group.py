"""In the officers' group: what is said to us, what is said among colleagues, and what is heard at all."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from handlers.kit import order_texts as say
from handlers.kit.phrases import Phrase, read_phrase
from handlers.kit.spoken import could_be_order
from storage.model.tickets import State
from tests.adapters.telegram_kit import hearing
from tests.fake_telegram.make import group
from tests.harness import START, World
from tests.ordering import again, held, holder, numbered, state
from tests.stories import everything, kinds, on_sqlite, texts_of
from tests.test_burst_hearing import Chat


async def test_a_line_with_a_number_is_an_order(world: World) -> None:
    await numbered(world, 12)
    event = await world.zhao.says("12我来", to="g9")
    assert await holder(world, 12) == "zhao"
    assert world.last("g9").text == "您已接单 12 号。到了现场点“到场”，办完点“办结”。"
    before = everything(world)
    await again(world, event)
    assert everything(world) == before
    await world.li.says("12我来", to="g9")
    assert world.last("g9").text == "12 号已经由赵敏接了。"


@on_sqlite
@pytest.mark.parametrize(
    ("words", "now"),
    [
        ("12到了", State.ON_SCENE),
        ("12 办结 已警告当事人", State.RESOLVED),
        ("挂起12 等监控", State.PAUSED),
        ("12退回 人在外面", State.OPEN),
    ],
)
async def test_its_holder_needs_no_at(world: World, words: str, now: State) -> None:
    await held(world, 12)
    await world.wang.says(words, to="g9")
    assert await state(world) is now


@on_sqlite
async def test_a_colleague_who_is_called_gets_it(world: World) -> None:
    await held(world, 12)
    await world.wang.says("@李警官 12你去一下", to="g9")
    assert await holder(world, 12) == "li"


@on_sqlite
@pytest.mark.parametrize(
    "words",
    [
        "我去处理",  # without a number it may be about anything
        "到了",
        "12当事人电话打不通",  # told to colleagues
        "12啥情况",
        "12办结了吗",
        "12转给老陈",
        "15我来",  # no such ticket
        "15 办结 已劝离",
        "今天食堂12点开饭",
        "在路上了",
    ],
)
async def test_talk_among_colleagues_is_not_answered(world: World, words: str) -> None:
    await held(world, 12)
    before, seen = await kinds(world, 12), texts_of(world.chat("g9"))
    await world.wang.says(words, to="g9")
    assert (await kinds(world, 12), texts_of(world.chat("g9"))) == (before, seen)


@on_sqlite
async def test_addressed_it_is_asked_what_was_meant(world: World) -> None:
    await held(world, 12, 13)
    await world.wang.says("到了 @平安小助手", to="g9")
    assert world.last("g9").text == say.WHICH_TICKET


# ── before anything is stored ──────────────────────────────────────────────
HEARD = ["12我来", "接12号", "12 办结 已警告当事人", "12号搞定了", "转给小王 12", "挂起12 等监控", "12、13我都接了"]
CHAT = [
    "3号楼张大爷又来了",
    "12点开会",
    "我去处理",
    "今天来了12个人",
    "12啥情况",
    "他12号请假",
    "收到",
    "110报警电话打不通",
    "12当事人电话打不通",
    "小王你在哪",
    "房间在102",
]


@pytest.mark.parametrize("text", HEARD)
def test_orders_with_a_number_are_heard_among_officers_only(text: str) -> None:
    where, other = group(-1001234567890), group(-1009999999999)
    chat = Chat(hearing())
    chat.ears.understand_orders(could_be_order)
    chat.ears.staff_chats = frozenset({"telegram:-1001234567890"})
    assert chat.says(0, text, where=where) is not None
    if not text.startswith(("接", "转给", "挂起")):
        assert chat.says(1, text, where=other) is None


@pytest.mark.parametrize("text", CHAT)
def test_ordinary_chat_among_officers_is_never_stored(text: str) -> None:
    chat = Chat(hearing())
    chat.ears.understand_orders(could_be_order)
    chat.ears.staff_chats = frozenset({"telegram:-1001234567890"})
    assert chat.says(0, text) is None
    assert not could_be_order(text)


@on_sqlite
async def test_what_only_sounded_like_an_order_is_forgotten(world: World) -> None:
    await numbered(world, 12)
    event = await world.zhao.says("15我来", to="g9")
    assert could_be_order(event.text)
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as database:
        assert database.execute("SELECT body FROM inbox WHERE event_id = ?", (event.event_id,)).fetchone() == (b"",)


@pytest.mark.parametrize("text", ["12 " * 40, "一二三" * 40, "12" * 60, "1,2,3,4,5,6,7,8,9,10,11,12 我来"])
def test_no_line_takes_long(text: str) -> None:
    could_be_order(text)


# ── what the manual says ───────────────────────────────────────────────────
def examples() -> list[str]:
    """What stands in the left column of the manual's table."""
    manual = (Path(__file__).parent.parent / "docs" / "tickets.md").read_text(encoding="utf-8")
    table = manual.split("## 民警想怎么说就怎么说")[1].split("在哪里说")[0]
    return [words for row in table.splitlines() if row.startswith("| `") for words in re.findall("`([^`]+)`", row)]


@pytest.mark.parametrize("words", examples())
def test_every_line_of_the_manual_is_understood(words: str) -> None:
    names = ("王建国", "李强")
    readings = [
        read_phrase(words, replied=None, mine=mine, waiting=waiting, colleagues=names, today=START)
        for mine, waiting in (((12,), ()), ((), (12,)), ((), (12, 13)))
    ]
    assert any(isinstance(found, Phrase) for found in readings)


def test_the_manual_has_examples() -> None:
    assert len(examples()) > 30
