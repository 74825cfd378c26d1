"""Missed targets climb 民警 → 值班长 → 所领导: once each, bundled, and only what is still true."""

from datetime import timedelta

import pytest

from storage.model.people import Duty, Shift
from storage.model.tickets import EntryKind, State
from storage.unit import Unit
from tests.harness import World
from tests.living import neighbours, reads
from tests.meaning import means
from tests.stories import claimed, entries, kinds, person_id, reported, silence

URGENT = "有人持刀打人"
ALARM = "超时"
NIGHT = {"hours": 11, "minutes": 50}  # 22:50 in Shanghai


async def only(world: World, *duties: tuple[str, Duty]) -> None:
    """The whole plan: these people, all day."""
    async with await world.unit() as unit:
        plan = [
            Shift(id=0, station_id=world.station_id, person_id=person, duty=duty, weekday=day, start=0, end=24 * 60)
            for person, duty in [((await unit.people.by_identity("world", who)).person.id, d) for who, d in duties]
            for day in range(7)
        ]
        await unit.stations.replace_shifts(world.station_id, plan)


async def minutes(world: World, count: int) -> None:
    for _ in range(count):
        await world.passes(minutes=1)


async def test_it_climbs_step_by_step_and_each_hears_once(world: World) -> None:
    await reported(world, URGENT)
    people = (world.wang, world.sun, world.boss)
    seen = []
    for _ in range(40):
        await world.passes(minutes=1)
        seen.append(tuple(reads(who, "接单" + "已超时") + reads(who, "接单时间到了") for who in people))
    assert seen[3] == (0, 0, 0)
    assert seen[4] == (1, 0, 0)
    assert seen[9] == (1, 1, 0)
    assert seen[19] == seen[39] == (1, 1, 1)
    assert "🔴 1 号 接单已超时 5 分钟，待接单" in world.sun.inbox[-1].text
    assert world.sun.inbox[-1].labels == ["接单", "转派"]


async def test_what_is_true_no_more_is_not_said(world: World) -> None:
    await reported(world, URGENT)
    await minutes(world, 4)
    await world.wang.presses("接单")
    await minutes(world, 5)
    assert reads(world.wang, ALARM) == reads(world.sun, ALARM) == reads(world.boss, ALARM) == 0


async def test_taken_in_the_minute_the_alarm_was_waiting_in(world: World) -> None:
    await world.passes(seconds=30)
    await reported(world)
    await world.passes(minutes=30)
    await world.wang.presses("接单")
    await minutes(world, 2)
    assert reads(world.wang, ALARM) == 0
    await world.wang.tells("办结 1 已劝离")
    for _ in range(4):
        await world.passes(hours=3)
    async with world.engine.read() as tx:
        assert await Unit(tx).jobs.dead() == []


async def test_a_step_is_climbed_once_whoever_comes_on_duty_later(world: World) -> None:
    await only(world, ("wang", Duty.OFFICER))
    async with await world.unit() as unit:
        shifts = [*await unit.stations.shifts(world.station_id)]
        for who, start, end in (("sun", 0, 11 * 60 + 12), ("zhao", 11 * 60 + 12, 24 * 60)):
            person = (await unit.people.by_identity("world", who)).person.id
            turn = {"station_id": world.station_id, "person_id": person, "duty": Duty.LEADER}
            shifts += [Shift(id=0, weekday=day, start=start, end=end, **turn) for day in range(7)]
        await unit.stations.replace_shifts(world.station_id, shifts)
    await reported(world, URGENT)
    await minutes(world, 30)
    assert [reads(who, ALARM) for who in (world.wang, world.sun, world.zhao, world.boss)] == [1, 1, 0, 1]


async def test_a_restart_at_every_step_sends_nothing_twice(world: World) -> None:
    await reported(world, URGENT)
    for _ in range(8):
        await world.restart()
        await world.passes(minutes=3)
    await world.settle()
    assert [reads(who, "已超时") for who in (world.wang, world.sun, world.boss)] == [1, 1, 1]
    alarmed = [e.data for e in await entries(world) if e.kind is EntryKind.ALARMED]
    assert len(alarmed) == len(set(alarmed)) == 3


async def test_an_empty_step_takes_no_time_and_is_reported(world: World) -> None:
    await only(world)
    await reported(world, URGENT)
    await world.passes(minutes=5)
    assert reads(world.boss, "接单时间到了") == 1
    assert "（民警、值班长没有人在岗）" in world.boss.inbox[-1].text
    gaps = [e.text for e in await entries(world) if e.kind is EntryKind.DUTY_GAP]
    assert gaps == ["民警", "值班长"]
    await minutes(world, 30)
    assert reads(world.boss, ALARM) == 1


async def test_nobody_at_all_then_the_group_reads_it(world: World) -> None:
    for who in ("wang", "li", "zhao", "sun", "boss", "wu"):
        await silence(world, who)
    await reported(world, URGENT)
    await world.passes(minutes=5)
    assert "1 号超时了" in world.last("g9").text
    await minutes(world, 20)
    assert sum("超时了" in s.text for s in world.chat("g9")) == 1


async def test_several_alarms_of_one_person_are_one_message(world: World) -> None:
    for number in range(4):
        await world.chen.says(f"@民警 楼上往下扔垃圾，第{number}袋", message_id=f"x{number}")
        await world.passes(seconds=25)
    before = len(world.wang.inbox)
    await world.passes(minutes=40)
    await world.passes(minutes=1)
    told = [s for s in world.wang.inbox[before:] if ALARM in s.text]
    assert len(told) == 1
    assert told[0].text.startswith("⏰ 有 4 项超时了：\n· 1 号 接单已超时")


async def test_leaders_sleep_unless_it_is_urgent(world: World) -> None:
    await world.passes(**NIGHT)
    await reported(world)
    await minutes(world, 35)
    assert reads(world.li, "接单") >= 1
    await world.passes(hours=3)
    await world.passes(minutes=1)
    assert reads(world.sun, "超时") >= 1
    assert reads(world.boss, "超时") == 0
    await reported(world, URGENT)
    await minutes(world, 25)
    assert reads(world.boss, "2 号") >= 1
    assert reads(world.boss, "1 号") == 0
    await world.passes(hours=4, minutes=30)
    assert reads(world.boss, "1 号") == 1


async def test_what_was_settled_in_the_night_is_not_told_in_the_morning(world: World) -> None:
    await world.passes(**NIGHT)
    await reported(world)
    await world.passes(hours=3)
    await world.li.tells("接单 1")
    await world.li.tells("办结 1 已劝离")
    await world.passes(hours=9)
    assert reads(world.boss, "1 号") == 0


async def test_no_clock_runs_while_paused(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=60 - 12 - 5)
    await world.wang.tells("挂起 1 等物业 20天")
    await world.passes(days=19)
    assert reads(world.wang, "超时") == reads(world.sun, "超时") == 0
    await world.wang.tells("继续 1")
    assert "到场还剩 1 小时 17 分钟" in world.card(1, "g9").text
    await world.passes(minutes=30)
    await world.wang.tells("补充 1 正在路上")
    await world.passes(minutes=47)
    assert reads(world.wang, ALARM) == 0
    await world.passes(minutes=1)
    assert reads(world.wang, "到场已超时") + reads(world.wang, "到场时间到了") == 1


async def test_after_a_missed_target_a_pause_is_no_time_either(world: World) -> None:
    await reported(world)
    await world.passes(minutes=30)
    await world.passes(minutes=1)  # the officer hears of it; the duty leader would in half an hour
    await world.wang.presses("接单")
    await world.passes(minutes=40)
    await world.wang.tells("补充 1 在路上")
    await world.passes(minutes=49)
    await world.passes(minutes=1)
    assert reads(world.wang, "到场已超时") == 1
    assert reads(world.sun, ALARM) == 0
    await world.wang.tells("挂起 1 等物业 2天")
    await world.passes(days=2)
    assert reads(world.sun, ALARM) == 0
    await minutes(world, 40)
    assert reads(world.sun, "到场已超时") == 1


async def test_more_words_make_it_another_matter_with_other_targets(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, {"居住证": {"category": "证件户籍"}, "吵起来": {"category": "矛盾纠纷"}})
    await reported(world, "登记一下，我的居住证没拿到")
    await world.chen.says("窗口两个人吵起来了", at=world.clock.now() + timedelta(seconds=6))
    await world.restart()
    await minutes(world, 31)
    assert reads(world.wang, "接单已超时") + reads(world.wang, "接单时间到了") == 1


async def test_corrected_by_an_officer_it_has_the_other_targets_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, {"居住证": {"category": "证件户籍"}})
    await reported(world, "登记一下，我的居住证没拿到")
    await world.wang.tells("改类 1 矛盾纠纷")
    await minutes(world, 31)
    assert reads(world.wang, "接单已超时") + reads(world.wang, "接单时间到了") == 1


async def test_what_comes_back_climbs_no_second_time_for_the_same_missed_target(world: World) -> None:
    await claimed(world)
    await world.wang.tells("到场 1")
    for _ in range(24):
        await world.passes(hours=3)
        await world.wang.tells("补充 1 还在办")
    await minutes(world, 31)
    assert reads(world.wang, "办结已超时") + reads(world.wang, "办结时间到了") == 1
    assert reads(world.sun, "办结已超时") == 1
    await world.wang.tells("退回 1 换人办")
    await world.zhao.tells("接单 1")
    await minutes(world, 45)
    assert reads(world.sun, "办结已超时") == 1
    assert reads(world.zhao, "⏰") == 0


async def test_papers_count_in_working_time_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"居住证": {"category": "证件户籍"}})
    await world.passes(hours=5)  # Friday, 16:00
    await reported(world, "登记一下，我的居住证没拿到")
    await world.passes(hours=60)
    assert sum(reads(who, "超时") for who in (world.wang, world.zhao, world.li)) == 0
    await world.passes(hours=6, minutes=1)  # Monday, 10:01
    await world.passes(minutes=1)
    assert reads(world.zhao, "超时") + reads(world.wang, "超时") == 1


async def test_a_reopened_ticket_starts_anew(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=40)
    await world.wang.tells("办结 1 已劝离")
    await world.passes(hours=2)
    await world.chen.presses("没解决", where="g1")
    assert "接单还剩 30 分钟" in world.card(1, "g9").text
    await world.passes(minutes=31)
    await world.passes(minutes=1)
    assert sum(reads(who, "接单已超时") for who in (world.sun, world.wang, world.zhao)) >= 1


async def test_deadlines_are_plain_words_that_change_with_the_card_only(world: World) -> None:
    await reported(world)
    card = world.card(1, "g9")
    assert "接单还剩 30 分钟" in card.text
    await world.passes(minutes=10)
    assert card.edits == 0
    await world.wang.presses("接单")
    assert "到场还剩 1 小时 50 分钟" in card.text
    await world.passes(minutes=47)
    await world.wang.presses("到场")
    assert "办结还剩 2 天" in card.text


async def test_two_stations_never_hear_of_each_other(world: World) -> None:
    ma = await neighbours(world)
    await reported(world, URGENT)
    await minutes(world, 25)
    assert ma.inbox == []
    assert world.chat("g8") == []


async def test_a_claimed_ticket_that_stays_away_from_the_scene(world: World) -> None:
    await claimed(world, URGENT)
    for _ in range(5):
        await world.passes(minutes=7)
        await world.wang.tells("补充 1 还在路上")
    assert (await world.ticket()).state is State.CLAIMED
    assert reads(world.wang, "到场已超时") + reads(world.wang, "到场时间到了") == 1
    assert await person_id(world, "wang") == (await world.ticket()).assignee_id
    assert EntryKind.ALARMED in await kinds(world)
