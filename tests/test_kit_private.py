"""Phone, ID and card numbers never reach a group, however they are written; ordinary numbers stay readable."""

import asyncio
import re
import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.kit.private import HIDDEN, hide_private
from storage.model.messages import InboundKind, Outgoing, OutKind
from tests.harness import World

GAPS = ["", " ", "  ", "-", "－", "—", "–", "‑", ".", "．", "·", "・", ",", "，", "、", "/", "\n", "\t", "\u3000"]
GAPS += ["\xa0", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202c", "_", "*", "~", ":", "：", " - "]
GAPS += ["(", "）", "+", "|"]
PLAIN = "0123456789"
SCRIPTS = [
    PLAIN,
    "０１２３４５６７８９",
    "零一二三四五六七八九",
    "〇壹贰叁肆伍陆柒捌玖",
    "〇幺两三四五六七八九",
    "零壹貳參肆伍陸柒捌玖",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "٠١٢٣٤٥٦٧٨٩",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
]
PHONES = st.from_regex(re.compile(r"1[3-9]\d{9}", re.ASCII), fullmatch=True)
IDS = st.from_regex(
    re.compile(r"[1-6]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|1\d)\d{3}[0-9Xx]", re.ASCII), fullmatch=True
)
CARDS = st.from_regex(re.compile(r"62\d{14,17}", re.ASCII), fullmatch=True)
LINES = st.from_regex(re.compile(r"0(10|2\d|[3-9]\d{2})[2-8]\d{6,7}", re.ASCII), fullmatch=True)


@st.composite
def written(draw: st.DrawFn) -> str:
    """A private number as somebody might write it."""
    number = draw(st.one_of(PHONES, IDS, CARDS, LINES))
    scripts = draw(st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=3))
    gap, every = draw(st.sampled_from(GAPS)), draw(st.sampled_from([1, 3, 4]))
    if draw(st.booleans()) and number[0] == "1" and len(number) == 11:
        number = f"86{number}"
    pieces = []
    for index, char in enumerate(number):
        script = scripts[index % len(scripts)]
        pieces.append(script[int(char)] if char.isdigit() else char)
        if index % every == every - 1 and index < len(number) - 1:
            pieces.append(gap)
    return draw(st.sampled_from(["", "+", "电话", "身份证："])) + "".join(pieces)


def digits(text: str) -> str:
    """What a reader could dial."""
    return "".join(str(int(n)) for c in text if 0 <= (n := unicodedata.numeric(c, -1)) <= 9 and n == int(n))


@settings(deadline=None, max_examples=600)
@given(written(), st.sampled_from(["", "我叫张三，", "3号楼的"]), st.sampled_from(["", "，请回电", "是我的"]))
def test_no_way_of_writing_gets_through(number: str, before: str, after: str) -> None:
    hidden = hide_private(f"{before}{number}{after}")
    assert HIDDEN in hidden
    assert len(digits(hidden)) <= 1 + len(digits(before))
    assert hidden.startswith(before)
    assert hidden.endswith(after)


@pytest.mark.parametrize(
    "text",
    [
        "请打110，诈骗打96110，法律援助12348，市民热线12345",
        "3号楼2单元601，东门往西200米",
        "2026年11月20日 14:05，11-20 09:30到10:15",
        "2026-11-20 14:05:30 丢的，手机值3999元，现金12,500元",
        "一共1000000元，利息20%，分36期",
        "车牌京A12345，限速80",
        "12 号 · 已接单\n群g1 · 陈先生 · 11-20 11:00\n“3号楼吵架”",
        "待办 12 单（第 1/2 页）\n· 1 号　待接单　3栋\n· 2 号　待接单　5栋",
        "· 值班民警 王建国　08:00–20:00\n· 值班长 孙伟　00:00–24:00",
        "一楼二楼三楼四楼五楼都停电了",
        "三三两两的人，七八个，一百二十三块",
        "丢了2部手机、3张卡，2025年和2026年都有",
    ],
)
def test_ordinary_numbers_stay_readable(text: str) -> None:
    assert hide_private(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "电话8123456",
        "联系8123 4567",
        "QQ：123456789",
        "qq 1234567890",
        "微信号12345678",
        "座机 0531-8123456",
        "手机号码:1381234567",
    ],
)
def test_short_numbers_that_are_announced_are_hidden_too(text: str) -> None:
    assert HIDDEN in hide_private(text)
    assert len(digits(hide_private(text))) == 0


def test_an_id_number_goes_whole() -> None:
    assert hide_private("身份证11010119900307123X。") == f"身份证{HIDDEN}。"
    assert hide_private("身份证 110101 19900307 123 x 张三") == f"身份证 {HIDDEN} 张三"


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=300)
def test_any_text_is_survived(text: str) -> None:
    assert len(digits(hide_private(text))) <= len(digits(text))


async def tell_everywhere(world: World, number: str) -> None:
    """The whole life of a ticket with the number wherever people can write something."""
    text = f"楼上扔东西，砸到车了，我住三号楼，请尽快联系我{number}谢谢"
    world.chen.name = f"陈先生{number}"
    said = await world.chen.says(f"@民警 {text}")
    await world.chen.says(f"补一句 {number}", reply_to=said.message_id)
    await world.liu.says(f"我也看到了 {number}", reply_to=said.message_id)
    await world.happens(replace(said, event_id="edit", kind=InboundKind.EDIT, text=f"@民警 {text}。{number}"))
    await world.wang.says("待办", addressed=True)
    await world.wang.presses("接单", where="g9")
    await world.wang.says(f"转派 1 {number}", addressed=True)
    await world.wang.says("查 1", addressed=True)
    await world.chen.says("@民警 查 1")
    await world.chen.says("@民警 我的")
    await world.wang.says(f"办结 1 已与{number}联系，{number}", addressed=True)
    await world.chen.presses("没解决", where="g1")
    await world.sun.says(f"转派 1 赵敏{number}", addressed=True)
    await world.liu.tells(f"私下说：{number}")


async def leaks(url: str, number: str) -> list[str]:
    """Every text that went to a group with a good part of the number in it."""
    world = World(url)
    sent: list[Outgoing] = []
    plain = world.platform.send

    async def watched(out: Outgoing, target_ref: str) -> object:
        sent.append(out)
        return await plain(out, target_ref)

    world.platform.send = watched  # type: ignore[method-assign,assignment]
    await world.open()
    await tell_everywhere(world, number)
    await world.close()
    whole = digits(number)
    parts = {whole[i : i + 7] for i in range(len(whole) - 6)}
    texts = [o.content.text for o in sent if o.to.chat_id.startswith("g") and o.kind is not OutKind.ANSWER]
    assert len(texts) > 20
    return [text for text in texts if any(part in digits(text) for part in parts)]


@settings(deadline=None, max_examples=20)
@given(number=written())
def test_through_the_whole_bot_no_group_ever_sees_it(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, number: str
) -> None:
    path = tmp_path_factory.mktemp("w") / "w.db"
    shutil.copy(sqlite_template, path)
    assert asyncio.run(leaks(f"sqlite:///{path}", number)) == []


@pytest.mark.parametrize("room", range(8))
async def test_a_text_that_is_cut_is_not_cut_through_a_number(world: World, room: int) -> None:
    """A card in the officers' group shows 120 characters, a list 16: a phone number may stand on that edge."""
    await world.chen.says(f"@民警 {'吵' * (3 + room)}13812345678")
    await world.chen.says(f"@民警 {'吵' * (107 + room)}13812345678")
    await world.wang.says("待办", addressed=True)
    assert all(len(digits(s.text)) < 20 and "1381" not in s.text for s in world.chat("g9"))


def test_the_stations_own_number_is_everybodys_to_know() -> None:
    told = "电话：0531-88001234，别打 13800138000"
    assert hide_private(told, "0531-88001234") == f"电话：0531-88001234，别打 {HIDDEN}"
    assert hide_private("电话：0531-88001234", "") == f"电话：{HIDDEN}"


@pytest.mark.parametrize(
    ("text", "announced"),
    [
        ("电话13911012345", "110"),
        ("13886001234", "8600123"),
        ("138-8600-1234", "8600-1234"),
        ("我的电话 13886001234，请打", "86001234"),
    ],
)
def test_the_stations_number_uncovers_no_part_of_another(text: str, announced: str) -> None:
    shown = hide_private(text, announced)
    assert HIDDEN in shown
    assert not any(char.isdigit() for char in shown)


def test_the_stations_own_number_stays() -> None:
    text = hide_private("值班 0571-86001234，我的 13912345678", "0571-86001234")
    assert text == f"值班 0571-86001234，我的 {HIDDEN}"
