"""知识: officers look, leaders change; residents never see it."""

import pytest

from handlers.kit import knowledge_texts as say
from handlers.kit import texts
from handlers.knowledge.parse import parse
from storage.model.knowledge import Knowledge, Origin
from storage.model.tickets import EntryKind
from storage.unit import Unit
from tests.harness import Someone, World
from tests.knowing import FILE, LOST, QUESTION, know
from tests.stories import on_sqlite


async def entry(world: World, code: str = LOST) -> Knowledge:
    async with world.engine.read() as tx:
        found = await Unit(tx).knowledge.get(code)
    assert found is not None
    return found


async def answer(world: World, who: Someone, text: str) -> str:
    await who.tells(text)
    return who.inbox[-1].text


async def edits(world: World) -> int:
    async with world.engine.read() as tx:
        log = await Unit(tx).entries.of_station(world.station_id)
    return len([e for e in log if e.kind is EntryKind.KNOWLEDGE_EDITED])


# ── looking ────────────────────────────────────────────────────────────────
async def test_overview_search_and_whole_entry(world: World) -> None:
    await know(world)
    assert "身份证 2、居住证 1、养犬 1" in await answer(world, world.wang, "知识")
    assert f"· {LOST}　身份证丢了怎么补" in await answer(world, world.wang, "知识 查 身份证丢了")
    whole = await answer(world, world.wang, f"知识 看 {LOST}")
    assert "第 2 版" in whole
    assert "来源：《居民身份证法》　复核：2027-06-01" in whole
    assert whole.endswith("带户口簿到任一派出所补办。")


async def test_due_reviews(world: World) -> None:
    await know(world)
    told = await answer(world, world.wang, "知识 复核")
    assert told.splitlines()[1:] == [
        f"· rp-apply　居住证怎么办　2026-11-01{say.DUE_LATE}",
        "· id-renew　身份证到期怎么换　2026-12-01",
    ]


@on_sqlite
async def test_an_empty_base_says_so(world: World) -> None:
    assert await answer(world, world.wang, "知识") == say.EMPTY
    assert await answer(world, world.wang, "知识 复核") == say.NO_DUE
    assert await answer(world, world.wang, "知识 未答") == say.NO_MISSES
    assert await answer(world, world.wang, "知识 查 身份证") == say.NOT_FOUND.format(words="身份证")


@on_sqlite
async def test_residents_and_their_groups_are_kept_out(world: World) -> None:
    await know(world)
    await world.chen.tells("知识 看 id-lost")
    assert world.chen.inbox[-1].text == texts.NO_RIGHT
    await world.wang.says("@民警 知识 看 id-lost", to="g1")
    assert world.last("g1").text == say.NOT_HERE
    await world.boss.says("知识 改 id-lost 不用带", to="g1")
    assert (await entry(world)).version == 2


async def test_in_the_officers_group(world: World) -> None:
    await know(world)
    await world.boss.says(f"知识 改 {LOST} 带户口簿。")
    assert world.last("g9").text == say.CHANGED.format(question="身份证丢了怎么补", version=3)


# ── changing ───────────────────────────────────────────────────────────────
async def test_a_changed_answer_is_given_at_once_and_survives_the_file(world: World) -> None:
    await know(world)
    told = await answer(world, world.boss, f"知识 改 {LOST} 带户口簿来。\n不用照片")
    assert told == say.CHANGED.format(question="身份证丢了怎么补", version=3)
    await know(world)
    await world.restart()
    await world.chen.tells(QUESTION)
    assert "带户口簿来。\n不用照片" in world.chen.inbox[-1].text
    assert (await entry(world)).origin is Origin.EDITED
    assert await edits(world) == 1


async def test_a_file_of_a_higher_version_wins(world: World) -> None:
    await know(world)
    await answer(world, world.boss, f"知识 改 {LOST} 带户口簿来。")
    await know(world, FILE.replace("版本：2", "版本：9"))
    now = await entry(world)
    assert (now.version, now.origin) == (9, Origin.FILE)
    assert now.answer == "带户口簿到任一派出所补办。"


async def test_officers_look_but_do_not_change(world: World) -> None:
    await know(world)
    for command in (
        "改 id-lost 别的",
        "加 new-one 类 问题\n答",
        "问法 id-lost 别的",
        "停用 id-lost",
        "启用 id-lost",
        "已答 1",
    ):
        assert await answer(world, world.wang, f"知识 {command}") == texts.NO_RIGHT_STAFF
    assert "知识 改" not in await answer(world, world.wang, "知识 帮忙")
    assert "知识 改" in await answer(world, world.boss, "知识 帮忙")
    assert await edits(world) == 0


async def test_a_new_entry_answers(world: World) -> None:
    await know(world)
    told = await answer(
        world, world.admin, "知识 加 passport-first 出入境 第一次办护照怎么办\n到出入境大厅。\n带身份证"
    )
    assert told == say.ADDED.format(question="第一次办护照怎么办")
    await know(world)  # what stands in no file is not taken out
    await world.chen.tells("第一次办护照怎么办")
    assert "到出入境大厅。\n带身份证" in world.chen.inbox[-1].text
    again = await answer(world, world.admin, "知识 加 passport-first 出入境 护照\n再来")
    assert again == say.EXISTS.format(code="passport-first")


async def test_another_way_of_asking_is_understood(world: World) -> None:
    await know(world)
    before = await world.tickets()
    await answer(world, world.boss, f"知识 问法 {LOST} 小卡片让狗叼走了要咋整 | 卡片没了咋整")
    await world.chen.tells("小卡片让狗叼走了要咋整")
    assert world.chen.inbox[-1].text.startswith("【身份证丢了怎么补】")
    assert await world.tickets() == before


async def test_disabled_and_enabled_again(world: World) -> None:
    await know(world)
    assert await answer(world, world.boss, f"知识 停用 {LOST}") == say.DISABLED.format(question="身份证丢了怎么补")
    assert await answer(world, world.boss, f"知识 停用 {LOST}") == say.SAME.format(
        question="身份证丢了怎么补", state="停用"
    )
    await know(world)  # the file does not bring it back
    await world.restart()
    await world.chen.tells(QUESTION)
    assert not world.chen.inbox[-1].text.startswith("【身份证丢了怎么补】")
    await answer(world, world.boss, f"知识 启用 {LOST}")
    await world.liu.tells(QUESTION)
    assert world.liu.inbox[-1].text.startswith("【身份证丢了怎么补】")


@on_sqlite
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("看", say.NEED_CODE),
        ("看 没有", say.NEED_CODE),
        ("看 no-such", say.NO_SUCH.format(code="no-such")),
        ("改 id-lost", say.NEED_ANSWER),
        ("改", say.NEED_CODE),
        ("加 id-new", say.NEED_ENTRY),
        ("加 id-new 类 问题", say.NEED_ENTRY),
        ("问法 id-lost", say.NEED_ALIASES),
        ("已答", say.NEED_MISS),
        ("已答 5", say.DEALT_NONE),
        (f"改 id-lost {'长' * 1501}", say.LONG.format(length=1501, limit=1500)),
    ],
)
async def test_what_is_missing_is_told(world: World, command: str, sentence: str) -> None:
    await know(world)
    assert await answer(world, world.boss, f"知识 {command}") == sentence
    assert await edits(world) == 0


# ── what could not be answered ─────────────────────────────────────────────
async def test_misses_are_grouped_and_dealt_with_once(world: World) -> None:
    await know(world)
    for who, text in (
        (world.chen, "护照快到期了怎么换"),
        (world.liu, "请问护照能让家人代办吗"),
        (world.zhou, "驾照到期去哪里换"),
    ):
        await who.tells(text)
    told = await answer(world, world.wang, "知识 未答")
    lines = told.splitlines()
    assert lines[0] == say.MISSES_HEAD.format(count=3)
    assert "护照（2）" in lines
    first = next(line.split()[0] for line in lines if "快到期" in line)
    assert await answer(world, world.boss, f"知识 已答 {first}") == say.DEALT.format(count=1)
    assert await answer(world, world.boss, f"知识 已答 {first}") == say.DEALT_NONE
    assert await answer(world, world.boss, "知识 已答 全部") == say.DEALT.format(count=2)
    assert await answer(world, world.wang, "知识 未答") == say.NO_MISSES


@on_sqlite
async def test_removed_entries_are_disabled_and_come_back(world: World) -> None:
    await know(world)
    await know(world, FILE.split("# 居住证")[0])
    assert not (await entry(world, "rp-apply")).enabled
    await know(world)
    assert (await entry(world, "rp-apply")).enabled


async def test_a_file_that_has_not_changed_writes_nothing(world: World) -> None:
    from handlers.knowledge.keep import Kept, keep

    await know(world)
    entries, _ = parse(FILE)
    async with await world.unit() as unit:
        assert await keep(unit, entries, world.clock.now()) == Kept()
