"""Pushes that repeat, as conversations: from the first word of a rule to its last."""

import pytest

from storage.model.messages import Lane
from storage.model.tickets import EntryKind
from tests.broadcasting import entries, pushed, set_clock, take_time
from tests.harness import World


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    return take_time(world, monkeypatch)


async def test_a_rule_from_its_first_word_to_its_last(world: World) -> None:
    await world.boss.tells("播报 新增 晚间反诈 每天 18:30 业主")
    assert world.boss.inbox[-1].text == "已新增“晚间反诈”：每天 18:30，发到业主群。"
    await world.boss.tells("播报 新增 晚间反诈 每天 19:30")
    assert "已经有叫“晚间反诈”" in world.boss.inbox[-1].text

    set_clock(world, "2026-11-20 18:29")
    await world.passes(seconds=50)
    assert pushed(world, "g1") == []
    for _ in range(4):
        await world.passes(seconds=15)
    assert (len(pushed(world, "g1")), len(pushed(world, "g2"))) == (1, 0)
    assert world.chat("g1")[-1].out.lane is Lane.DIGEST
    await world.restart()
    await world.passes(minutes=2)
    assert len(pushed(world, "g1")) == 1

    await world.boss.tells("播报 规则")
    assert "晚间反诈　每天 18:30　业主群　上次 11-20 18:30 已执行" in world.boss.inbox[-1].text
    await world.boss.tells("播报 停用 晚间反诈")
    set_clock(world, "2026-11-21 18:30")
    await world.passes(seconds=1)
    assert len(pushed(world, "g1")) == 1
    await world.boss.tells("播报 停用 晚间反诈")
    assert "本来就是停用的" in world.boss.inbox[-1].text
    await world.boss.tells("播报 启用 晚间反诈")
    await world.passes(seconds=1)
    assert len(pushed(world, "g1")) == 1  # what it missed while it was off is gone
    set_clock(world, "2026-11-22 18:30")
    await world.passes(seconds=1)
    assert len(set(pushed(world, "g1"))) == 2

    await world.boss.tells("播报 状态")
    assert "11-22 18:30" in world.boss.inbox[-1].text
    await world.boss.tells("播报 状态 2")
    assert "定时：晚间反诈" in world.boss.inbox[-1].text
    await world.boss.tells("播报 删除 晚间反诈")
    await world.boss.tells("播报 规则")
    assert "还没有定时规则" in world.boss.inbox[-1].text
    assert await entries(world, EntryKind.RULE_CHANGED) == ["晚间反诈"] * 4


async def test_a_rule_at_night_waits_for_the_morning_and_not_longer_than_it_makes_sense(world: World) -> None:
    await world.boss.tells("播报 新增 夜里 每天 23:30")
    set_clock(world, "2026-11-20 23:30")
    await world.passes(seconds=5)
    assert pushed(world, "g1") == []
    await world.passes(hours=7, minutes=30)
    assert len(pushed(world, "g1")) == 1

    set_clock(world, "2026-11-21 23:30")
    await world.core.scheduler.tick(world.clock.now())
    set_clock(world, "2026-11-22 10:01")  # the courier was away from 7:00 to 10:01
    await world.passes(seconds=0)
    assert len(pushed(world, "g1")) == 1
    await world.boss.tells("播报 状态 2")
    assert "未送达 2 个群" in world.boss.inbox[-1].text


async def test_two_rules_share_one_rotation(world: World) -> None:
    await world.boss.tells("播报 新增 上午 每天 9:30")
    await world.boss.tells("播报 新增 下午 每天 15:30")
    for day in range(21, 31):
        for hour in (9, 15):
            set_clock(world, f"2026-11-{day} {hour:02d}:30")
            await world.passes(seconds=3)
    got = pushed(world, "g1")
    assert len(got) == 20
    assert len(set(got)) == 20
