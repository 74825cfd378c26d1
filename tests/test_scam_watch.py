"""骗局提醒: a known scam passed on among neighbours is met with one warning a day, and nothing else is looked at."""

import pytest

from tests.harness import World
from tests.scams import AGAIN, NEWS, PARCEL, REBATE, collected, hears, passes_on, second_station, world

__all__ = ["world"]

WARNING = "几乎一样"


def warnings(world: World, chat: str) -> int:
    return sum(WARNING in shown.text and "提醒大家" in shown.text for shown in world.chat(chat))


async def watched(world: World, group: str = "群g2") -> None:
    await collected(world)
    await world.boss.tells(f"骗局提醒 开 {group}")
    assert "已打开" in world.boss.inbox[-1].text


async def test_off_until_a_leader_wants_it(world: World) -> None:
    await collected(world)
    assert world.core.hearing.scams is None  # the prefilters look at nothing
    assert not await passes_on(world, world.zhou, AGAIN)
    assert warnings(world, "g2") == 0


async def test_a_known_scam_is_answered_once_a_day_and_group(world: World) -> None:
    await watched(world)
    assert await passes_on(world, world.zhou, AGAIN)
    shown = world.last("g2")
    assert "和已经核实的骗局（刷单返利）几乎一样" in shown.text
    assert shown.out.content.reply_to
    assert "xyz9988" not in shown.text
    await passes_on(world, world.liu, REBATE, "g2")
    assert warnings(world, "g2") == 1
    await world.passes(hours=23, minutes=59)
    await passes_on(world, world.liu, REBATE, "g2")
    assert warnings(world, "g2") == 1
    await world.passes(minutes=2)
    await world.restart()
    await passes_on(world, world.liu, REBATE, "g2")
    assert warnings(world, "g2") == 2
    assert warnings(world, "g1") == 0


async def test_other_groups_and_other_texts_are_left_alone(world: World) -> None:
    await watched(world)
    assert not await passes_on(world, world.chen, REBATE)  # 群g1 does not want it
    assert not await passes_on(world, world.zhou, NEWS)
    assert not await passes_on(world, world.zhou, PARCEL)
    assert not await passes_on(world, world.zhou, REBATE[:15])
    assert await world.tickets() == 1


async def test_the_same_event_twice_is_one_warning_and_one_sighting(world: World) -> None:
    await watched(world)
    event = world.message(world.zhou, AGAIN, "g2")
    await hears(world, event)
    await hears(world, event)
    assert warnings(world, "g2") == 1
    async with await world.unit() as unit:
        (seen,) = await unit.scams.sighted(world.station_id, world.clock.now().replace(year=2020))
        assert await unit.scams.sightings(world.station_id, seen, world.clock.now().replace(year=2020)) == 2


async def test_nothing_is_kept_of_who_passed_it_on_nor_of_the_words(world: World) -> None:
    await watched(world)
    stranger = world._someone("stranger", "路人甲", "g2")
    await passes_on(world, stranger, AGAIN)
    async with await world.unit() as unit:
        assert await unit.people.by_identity("world", "stranger") is None
        rows = await unit.tx.rows("inbox_dead", limit=100)
        assert rows == []
    async with world.engine.read() as tx:
        assert await tx.rows("inbox_todo", now=10**15, limit=100) == []
    assert await world.tickets() == 1


async def test_switched_off_or_dropped_since_it_was_heard(world: World) -> None:
    await watched(world)
    event = world.message(world.zhou, AGAIN, "g2")
    await world.boss.tells("骗局提醒 关 群g2")
    assert world.core.hearing.scams is None
    await hears(world, event)
    await world.boss.tells("骗局提醒 开 群g2")
    await world.wang.tells("撤录 1")
    assert world.core.hearing.scams is None
    await hears(world, world.message(world.zhou, AGAIN, "g2"))
    assert warnings(world, "g2") == 0


async def test_who_may_switch_it(world: World) -> None:
    await collected(world)
    for person, hint in ((world.chen, "由民警来操作"), (world.wang, "更高的权限"), (world.sun, "更高的权限")):
        await person.tells("骗局提醒 开 群g1")
        assert hint in person.inbox[-1].text
    assert world.core.hearing.scams is None
    await world.boss.says("骗局提醒 开", to="g1", addressed=True)
    assert "本群的骗局提醒已打开" in world.last("g1").text
    assert await passes_on(world, world.chen, AGAIN)
    await world.admin.tells("骗局提醒 关 群g1")
    assert "“群g1”的骗局提醒已关掉" in world.admin.inbox[-1].text
    await world.admin.tells("骗局提醒 关 群g1")
    assert "本来就是关的" in world.admin.inbox[-1].text


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("骗局提醒", "请写"),
        ("骗局提醒 开", "请写"),
        ("骗局提醒 大概", "请写"),
        ("骗局提醒 开 西门群", "没有找到“西门群”"),
        ("骗局提醒 开 群", "有好几个群像“群”：群g1、群g2"),
        ("骗局提醒 开 群g9", "没有找到"),
    ],
)
async def test_what_is_not_understood_is_told(world: World, words: str, hint: str) -> None:
    await world.boss.tells(words)
    assert hint in world.boss.inbox[-1].text


async def test_another_stations_scams_and_groups_are_not_ours(world: World) -> None:
    await second_station(world)
    await watched(world)
    await world.boss.tells("骗局提醒 开 群g5")
    assert "没有找到" in world.boss.inbox[-1].text
    leader = world._someone("zheng", "郑所长", "g5")
    await leader.tells("骗局提醒 开 西湖花园")
    assert "已打开" in leader.inbox[-1].text
    assert not await passes_on(world, leader, AGAIN)
    await hears(world, world.message(leader, AGAIN, "g5"))
    assert warnings(world, "g5") == 0


async def test_the_watch_is_there_again_after_a_restart(world: World) -> None:
    await watched(world)
    await world.restart()
    assert await passes_on(world, world.zhou, AGAIN)
    assert warnings(world, "g2") == 1
