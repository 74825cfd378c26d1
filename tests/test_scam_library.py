"""收录, 撤录, 骗局库: which texts a station knows, and who may say so."""

import pytest

from storage.model.scams import PrintOrigin
from tests.harness import World
from tests.scams import AGAIN, PARCEL, REBATE, collected, second_station, world
from tests.stories import everything

__all__ = ["world"]


async def test_an_officer_keeps_a_text_and_sees_it_in_the_list(world: World) -> None:
    await world.wang.tells("骗局库")
    assert "还没有收录" in world.wang.inbox[-1].text
    await collected(world)
    assert "已收录为 1 号骗局（刷单返利）" in world.wang.inbox[-1].text
    await world.restart()
    await world.li.tells("骗局库")
    assert "收录的骗局 1 条" in world.li.inbox[-1].text
    assert "1 号　刷单返利　招聘线上兼职" in world.li.inbox[-1].text


async def test_what_is_kept_is_the_text_without_numbers_that_reach_a_person(world: World) -> None:
    await world.chen.says(f"@民警 这是不是骗子：{REBATE}打13812345678")
    await world.wang.tells("收录 1")
    async with await world.unit() as unit:
        (kept,) = await unit.scams.known(world.station_id, limit=9)
    assert "13812345678" not in kept.sample
    assert kept.origin is PrintOrigin.OFFICER
    assert "是不是骗子" not in kept.sample


async def test_twice_is_once(world: World) -> None:
    await collected(world)
    event = await world.wang.tells("收录 1")
    assert "已经收录过了" in world.wang.inbox[-1].text
    before = everything(world)
    await world.happens(event)
    assert everything(world) == before
    await world.wang.tells("骗局库")
    assert "收录的骗局 1 条" in world.wang.inbox[-1].text


async def test_dropped_is_no_more_compared_and_can_be_kept_again(world: World) -> None:
    await collected(world)
    await world.wang.tells("撤录 1")
    assert "已撤录 1 号" in world.wang.inbox[-1].text
    await world.wang.tells("撤录 1")
    assert "没有收录 1 号" in world.wang.inbox[-1].text
    await world.wang.tells("骗局库")
    assert "还没有收录" in world.wang.inbox[-1].text
    await world.wang.tells("收录 1")
    assert "已收录为 1 号" in world.wang.inbox[-1].text


@pytest.mark.parametrize("words", ["收录 1", "撤录 1", "骗局库"])
async def test_residents_have_no_say_in_it(world: World, words: str) -> None:
    await collected(world)
    await world.liu.tells(words)
    assert "由民警来操作" in world.liu.inbox[-1].text
    await world.wang.tells("骗局库")
    assert "收录的骗局 1 条" in world.wang.inbox[-1].text


@pytest.mark.parametrize("words", ["收录 1", "撤录 1", "骗局库"])
async def test_not_before_residents(world: World, words: str) -> None:
    await collected(world)
    await world.wang.says(words, to="g1", addressed=True)
    assert "居民都看得到" in world.last("g1").text


async def test_a_short_matter_is_no_scam_text(world: World) -> None:
    await world.chen.says("@民警 楼上往下扔垃圾")
    await world.wang.tells("收录 1")
    assert "太短" in world.wang.inbox[-1].text
    await world.wang.tells("收录 7")
    assert "没有找到 7 号" in world.wang.inbox[-1].text


async def test_what_one_station_knows_is_its_own(world: World) -> None:
    await second_station(world)
    await collected(world)
    await world.passes(minutes=30)
    await world.liu.says(f"@民警 {AGAIN}", to="g5")
    async with await world.unit() as unit:
        station = await unit.stations.by_code("xihu")
        assert station is not None
        ticket = await unit.tickets.by_number(station.id, 1)
        assert ticket is not None
        assert "收录" not in ticket.hint
        assert await unit.scams.known(station.id, limit=9) == []
    leader = world._someone("zheng", "郑所长", "g5")
    await leader.tells("撤录 1")
    assert "没有收录 1 号" in leader.inbox[-1].text
    await leader.tells("收录 1")
    assert "已收录为 2 号" in leader.inbox[-1].text


async def test_ten_on_a_page(world: World) -> None:
    async with await world.unit() as unit:
        for i in range(12):
            await unit.scams.collect(
                station_id=world.station_id,
                fingerprint=f"{i:064x}",
                sample=PARCEL,
                fraud_type="",
                at=world.clock.now(),
                by_id=1,
            )
    await world.wang.tells("骗局库 2")
    assert "收录的骗局 12 条（第 2/2 页）" in world.wang.inbox[-1].text
    assert world.wang.inbox[-1].text.count("其他诈骗") == 2
