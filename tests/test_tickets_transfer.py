"""转派: to whom, by what name, who may, and what everybody concerned reads."""

import pytest

from handlers.kit import texts
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.stories import claimed, confirmed, everything, kinds, on_sqlite, person_id, reported, silence


async def holder(world: World) -> int | None:
    return (await world.ticket()).assignee_id


@on_sqlite
@pytest.mark.parametrize(
    "words",
    [
        "转派 1 李强",
        "转派1号李强",
        "转派 1 李警官",
        "转派 1 @李警官",
        "转派 1 李",
        "转派 1 强",
        "转给 1 李强",
        "/transfer 1 李强",
    ],
)
async def test_every_way_of_naming_a_colleague(world: World, words: str) -> None:
    await claimed(world)
    await world.wang.tells(words)
    assert await holder(world) == await person_id(world, "li")


async def test_everybody_concerned_hears_of_it(world: World) -> None:
    await claimed(world)
    await world.sun.tells("转派 1 李强")
    assert world.sun.inbox[-1].text == "1 号已转给李强，卡片已发过去。"
    assert world.wang.inbox[-1].text == "1 号已由孙伟转给李强。"
    assert world.li.inbox[-1].text == "孙伟把 1 号转给您了，请看上面的卡片。"
    assert world.card(1, world.li.private).labels == ["到场", "办结", "转派", "更多"]
    assert world.card(1, "g9").text.endswith("经办：李强")
    assert world.receipt(1).text.endswith("李警官已接单，正在处理。")
    assert len(world.chat("g1")) == 1


async def test_by_buttons(world: World) -> None:
    await claimed(world)
    await world.wang.presses("转派")
    ask = world.wang.inbox[-1]
    assert ask.text == "1 号转给谁？"
    assert ask.labels == ["李强", "赵敏", "孙伟", "周明", "转给别的队"]
    li = ask.button("李强")
    event = await world.wang.presses("李强")
    assert await holder(world) == await person_id(world, "li")
    assert (ask.text, ask.labels) == ("1 号已转给李强。", [])
    before = everything(world)
    await world.happens(event)
    await world.restart()
    await world.wang.presses_old(ask, li, world.wang.private)
    assert world.wang.read == texts.NO_RIGHT_STAFF
    assert everything(world) == before
    assert (await kinds(world)).count(EntryKind.TRANSFERRED) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("转派 1 张三", "没有找到“张三”。可以转给：李强、赵敏、孙伟、周明"),
        ("转派 1 陈先生", "没有找到“陈先生”"),
        ("转派 1 吴工", "没有找到“吴工”"),
        ("转派 1 警官", "叫“警官”的有好几位：王建国、李强、赵敏、孙伟、周明。请写全名。"),
        ("转派 1 王建国", "1 号本来就在王建国手上。"),
        ("转派 9 李强", "没有找到 9 号"),
        ("转派", "请写上单号"),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_sentence(world: World, words: str, answer: str) -> None:
    await claimed(world)
    await world.wang.tells(words)
    assert answer in world.wang.inbox[-1].text
    assert await holder(world) == await person_id(world, "wang")


async def test_a_full_name_wins_over_a_partial_one(world: World) -> None:
    async with await world.unit() as unit:
        await world.enrol(unit, world._someone("li2", "李强民"), PersonRole.OFFICER)
    await claimed(world)
    await world.wang.tells("转派 1 李强")
    assert await holder(world) == await person_id(world, "li")


async def test_to_oneself_is_a_claim(world: World) -> None:
    await reported(world)
    await world.zhao.tells("转派 1 赵敏")
    assert await holder(world) == await person_id(world, "zhao")
    assert world.card(1, world.zhao.private).labels == ["到场", "办结", "转派", "更多"]


async def test_only_the_holder_or_who_dispatches(world: World) -> None:
    await claimed(world)
    before = everything(world)
    await world.zhao.presses("转派", where="g9")
    assert world.zhao.read == texts.NO_RIGHT_STAFF
    assert everything(world) == before
    await world.sun.tells("转派 1 赵敏")
    assert await holder(world) == await person_id(world, "zhao")


async def test_a_waiting_ticket_may_be_handed_on_by_any_officer(world: World) -> None:
    await reported(world)
    await world.zhao.tells("转派 1 李强")
    assert (await world.ticket()).state is State.CLAIMED
    assert await holder(world) == await person_id(world, "li")


async def test_a_colleague_who_cannot_be_written_to(world: World) -> None:
    await silence(world, "li")
    await claimed(world)
    await world.wang.tells("转派 1 李强")
    assert "联系不上" in world.wang.inbox[-1].text
    assert await holder(world) == await person_id(world, "li")
    assert world.li.inbox == []


async def test_after_the_end_nothing_is_handed_on(world: World) -> None:
    await confirmed(world)
    await world.wang.tells("转派 1 李强")
    assert world.wang.inbox[-1].text == "1 号现在是“已确认”，不能转派了。"
    assert (await world.ticket()).state is State.CONFIRMED


async def test_two_hand_it_on_at_once(world: World) -> None:
    await reported(world)
    await world.wang.tells("转派 1 李强", settle=False)
    await world.zhao.tells("转派 1 李强", settle=False)
    await world.settle()
    assert (await kinds(world)).count(EntryKind.TRANSFERRED) == 1
    assert [s.text for s in world.li.inbox].count("王建国把 1 号转给您了，请看上面的卡片。") == 1


async def test_there_and_back_again(world: World) -> None:
    await claimed(world)
    await world.wang.tells("转派 1 李强")
    await world.li.tells("转派 1 王建国")
    assert await holder(world) == await person_id(world, "wang")
    assert world.card(1, world.wang.private).labels == ["到场", "办结", "转派", "更多"]
    assert world.wang.inbox[-1].text == "李强把 1 号转给您了，请看上面的卡片。"
