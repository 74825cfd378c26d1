"""Nobody on duty: told two weeks ahead and once, again when it opens again, met by a ticket, filled by a button."""

from datetime import UTC, datetime

import pytest

from handlers.kit import roster_texts as say
from handlers.kit import texts
from storage.model.people import Duty
from storage.model.tickets import EntryKind
from tests.harness import HeldClock, World
from tests.rostering import every_morning, logged, on_day, plan_is
from tests.stories import entries, reported, silence, texts_of
from tests.test_duty import second_station, went_to

# START is Friday 20 November 2026, 11:00. 王建国 and 赵敏 have 8–20, 李强 20–8, 孙伟 leads around the clock.


# ── gaps ───────────────────────────────────────────────────────────────────
LEADING = [("sun", Duty.LEADER, w, 0, 24) for w in range(7)]


async def test_a_gap_is_told_two_weeks_ahead_once_and_filled_by_a_button(world: World) -> None:
    days = [("wang", Duty.OFFICER, w, 0, 24) for w in range(7) if w != 2]
    await plan_is(world, *days, *LEADING)
    await world.passes(minutes=1)  # the first tick of a new rule only remembers
    await every_morning(world)
    report = world.sun.inbox[-1]
    assert report.text.splitlines() == [
        say.GAP_HEAD,
        "1. 值班民警　11月25日（周三）00:00 到 11月26日 00:00",
        "2. 值班民警　12月2日（周三）00:00 到 12月3日 00:00",
        say.GAP_TAIL,
    ]
    assert world.boss.inbox[-1].text == report.text
    assert report.labels == ["问问谁能顶 1", "问问谁能顶 2"]
    before = len(world.sun.inbox)
    await every_morning(world, 3)
    assert len(world.sun.inbox) == before  # not again
    await world.boss.presses("问问谁能顶 1", where=world.boss.private)
    assert world.boss.read.startswith("已问王建国、李强、赵敏、孙伟、周明：") or "已问" in world.boss.read
    await world.li.presses("我来")
    assert await on_day(world, 25) == ["李强 00:00"]
    assert "由李强上" in world.boss.inbox[-1].text
    await world.boss.presses_old(world.boss.inbox[-2], report.buttons[0][0], world.boss.private)
    assert world.boss.read == say.GAP_CLOSED


async def test_a_gap_that_opens_again_is_news_and_the_moving_horizon_is_not(world: World) -> None:
    await plan_is(world, *[("wang", Duty.OFFICER, w, 0, 24) for w in range(7)])  # nobody leads at all
    await world.passes(minutes=1)
    await every_morning(world)
    assert len(world.boss.inbox) == 1
    assert "值班长　11月21日（周六）08:05 到 12月5日 08:05" in world.boss.inbox[-1].text
    await every_morning(world, 4)
    assert len(world.boss.inbox) == 1
    await plan_is(world, *[("wang", Duty.OFFICER, w, 0, 24) for w in range(7)], *LEADING)
    await every_morning(world)
    await plan_is(world, *[("wang", Duty.OFFICER, w, 0, 24) for w in range(7)])
    await every_morning(world)
    assert len(world.boss.inbox) == 2


async def test_a_gap_that_an_undoing_or_a_single_date_opens_is_told_at_once(world: World) -> None:
    days = [("wang", Duty.OFFICER, w, 0, 24) for w in range(7) if w != 5]
    await plan_is(world, *days, *LEADING)
    await world.passes(minutes=1)
    await every_morning(world)  # Saturday, 8:05: today is empty, and next Saturday
    await world.li.tells("顶班 11月28日 00:00-24:00")
    assert await on_day(world, 28) == ["李强 00:00"]
    await world.passes(hours=1)
    await every_morning(world)
    before = len(world.boss.inbox)
    await world.li.tells("撤销换班 1")
    assert "值班民警　11月28日（周六）00:00 到 11月29日 00:00" in world.boss.inbox[-1].text
    await world.boss.tells("临时排班 11月25日 00:00 去掉 王建国")
    assert any("值班民警　11月25日（周三）00:00 到 11月26日 00:00" in s.text for s in world.boss.inbox[before + 1 :])
    await every_morning(world)
    assert sum("11月25日（周三）00:00 到" in s.text for s in world.boss.inbox if s.text.startswith(say.GAP_HEAD)) == 1


EVERY_DAY = [("wang", Duty.OFFICER, w, 0, 24) for w in range(7)]


async def test_what_tears_next_to_a_gap_that_was_told_is_news(world: World) -> None:
    nights = [("sun", Duty.LEADER, w, 0, 8) for w in range(7)]
    await plan_is(world, *EVERY_DAY, *nights, *[("boss", Duty.LEADER, w, 8, 24) for w in range(7)])
    await world.boss.tells("临时排班 11月25日 00:00-08:00 去掉 孙伟")
    assert sum("值班长　11月25日（周三）00:00 到 08:00" in t for t in texts_of(world.boss.inbox)) == 1
    await world.boss.tells("请假 11月25日 培训")
    assert sum("值班长　11月25日（周三）00:00 到 11月26日 00:00" in t for t in texts_of(world.boss.inbox)) == 1


@pytest.mark.parametrize("again", [False, True])
async def test_a_gap_somebody_filled_is_news_when_it_opens_within_the_same_hour(world: World, again: bool) -> None:
    await plan_is(world, *[row for row in EVERY_DAY if row[2] != 2], *LEADING)
    await world.passes(minutes=1)
    await every_morning(world)
    gap = "值班民警　11月25日（周三）00:00 到 11月26日 00:00"
    await world.boss.presses("问问谁能顶 1", where=world.boss.private)
    event = await world.li.presses("我来")
    if again:
        await world.restart()
        await world.happens(event)
    assert await on_day(world, 25) == ["李强 00:00"]
    assert sum(gap in t for t in texts_of(world.boss.inbox)) == 1
    await world.boss.tells("请假 李强 11月25日")
    assert sum(gap in t for t in texts_of(world.boss.inbox)) == 2
    await world.zhao.tells("顶班 11月25日 00:00-24:00 李强")
    assert await on_day(world, 25) == ["赵敏 00:00"]
    await world.zhao.tells("撤销换班 2")
    assert sum(gap in t for t in texts_of(world.boss.inbox)) == 3
    await world.li.tells("销假 1")
    assert await on_day(world, 25) == ["李强 00:00"]
    await world.boss.tells("请假 李强 11月25日")
    assert sum(gap in t for t in texts_of(world.boss.inbox)) == 4


async def test_a_gap_that_begins_within_two_weeks_is_told_to_its_end(world: World) -> None:
    await plan_is(world, *[row for row in EVERY_DAY if row[2] != 5], *LEADING)
    await world.passes(minutes=1)
    await every_morning(world)  # Saturday, 8:05: two weeks end in the middle of a Saturday
    told = world.boss.inbox[-1].text
    assert "值班民警　12月5日（周六）00:00 到 12月6日 00:00" in told
    await every_morning(world, 6)
    assert world.boss.inbox[-1].text == told
    await world.boss.tells("临时排班 12月6日 00:00 去掉 王建国")  # what it seemed to go on into is told too
    assert "值班民警　12月5日（周六）00:00 到 12月7日 00:00" in texts_of(world.boss.inbox)[-2]


async def test_nobody_to_tell_today_means_it_is_told_tomorrow(world: World) -> None:
    await plan_is(world, *LEADING)
    for who in ("sun", "boss", "wu"):
        await silence(world, who)
    await world.passes(minutes=1)
    await every_morning(world)
    assert world.sun.inbox == world.boss.inbox == world.admin.inbox == []
    await world.boss.tells("您好")
    await every_morning(world)
    assert say.GAP_HEAD in world.boss.inbox[-1].text


async def test_gap_buttons_are_for_those_who_dispatch(world: World) -> None:
    await plan_is(world, *LEADING)
    await world.passes(minutes=1)
    await every_morning(world)
    report = world.boss.inbox[-1]
    ma, _ = await second_station(world)
    for who in (world.chen, world.wang, ma):
        await who.presses_old(report, report.buttons[0][0], who.private)
        assert who.read in (texts.NO_RIGHT, texts.NO_RIGHT_STAFF)
    await world.boss.presses(report.labels[0])
    await world.boss.presses(report.labels[0])
    assert world.boss.read == say.ALREADY_ASKED.format(number=1)


async def test_an_empty_step_costs_no_second_and_is_reported_once(world: World) -> None:
    await plan_is(world, *LEADING)
    opened = world.clock.now()
    await reported(world)
    assert await went_to(world) == ("孙伟", texts.BECAUSE_LEADER)
    routed = [e for e in await entries(world) if e.kind is EntryKind.ROUTED]
    assert [e.at for e in routed] == [opened]
    told = [t for t in texts_of(world.boss.inbox) if t.startswith("现在没有值班民警在班")]
    assert len(told) == 1
    await world.passes(minutes=20)
    await reported(world, "又来了一次别的事")
    assert [t for t in texts_of(world.boss.inbox) if t.startswith("现在没有值班民警在班")] == told
    assert await logged(world, EntryKind.DUTY_GAP) == 1


async def test_a_year_without_announced_holidays_is_told_once(database_url: str) -> None:
    world = World(database_url, HeldClock(datetime(2049, 6, 1, 3, tzinfo=UTC)))
    await world.open()
    await world.passes(minutes=1)
    await every_morning(world, 2)
    told = [t for t in texts_of(world.sun.inbox) if t == say.UNKNOWN_YEAR.format(year=2049)]
    assert len(told) == 1
    await world.close()
