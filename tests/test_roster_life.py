"""Availability, what people see, figures and calendars: every command and button, in conversations."""

from datetime import UTC, date, datetime

import pytest

from handlers.kit import roster_texts as say
from handlers.kit import texts
from storage.model.people import DayPlan, Duty, PersonRole, Shift
from storage.model.roster import Free, OwnDay
from storage.model.tickets import EntryKind
from storage.unit import Unit
from tests.harness import HeldClock, World
from tests.rostering import USUAL, logged, on_day, plan_is
from tests.stories import make_role, on_sqlite, person_id, reported, resolved
from tests.test_duty import only_on_duty, second_station, went_to

# START is Friday 20 November 2026, 11:00. 王建国 and 赵敏 have 8–20, 李强 20–8, 孙伟 leads around the clock.


# ── how free ───────────────────────────────────────────────────────────────
async def test_who_is_busy_is_asked_after_who_is_free(world: World) -> None:
    await world.wang.tells("处警中")
    assert world.wang.inbox[-1].text == say.AVAILABLE[Free.AT_A_SCENE].format(until="11月20日 15:00")
    await reported(world)
    assert (await went_to(world))[0] == "赵敏"
    await world.zhao.tells("在途 到12点")
    await world.passes(minutes=10)
    await world.liu.says("@民警 有人打架")
    assert (await went_to(world, 2))[0] == "王建国"  # both busy: the area's officer first, as ever
    await world.wang.tells("在岗")
    await world.passes(minutes=10)
    await world.chen.says("@民警 车被划了")
    assert (await went_to(world, 3))[0] == "王建国"


async def test_who_rests_is_not_asked_and_it_ends_by_itself(world: World) -> None:
    await world.wang.tells("休 到13点")
    await world.zhao.tells("休")
    assert world.zhao.inbox[-1].text == say.AVAILABLE[Free.RESTING].format(until="11月20日 20:00")
    await world.restart()
    await world.chen.says("@王警官 楼上漏水")
    assert (await went_to(world))[0] == "孙伟"
    await world.passes(hours=2, minutes=1)
    await world.liu.says("@民警 有人打架")
    assert (await went_to(world, 2))[0] == "王建国"


async def test_availability_is_for_officers_and_of_one_station(world: World) -> None:
    for words in ("处警中", "在途", "休", "在岗"):
        await world.chen.tells(words)
        assert world.chen.inbox[-1].text == texts.NO_RIGHT
        await world.wang.says(f"@民警 {words}", to="g1")
        assert world.last("g1").text == texts.NOT_IN_PUBLIC
    ma, _ = await second_station(world)
    await ma.tells("休")
    await reported(world)
    assert (await went_to(world))[0] == "王建国"
    assert await logged(world, EntryKind.AVAILABLE_CHANGED) == 0


@on_sqlite
@pytest.mark.parametrize("words", ["休 到什么时候", "处警中 快来", "休息室的灯坏了", "在途中看到有人打架"])
async def test_what_only_begins_like_it_is_something_else(world: World, words: str) -> None:
    await world.chen.tells(words)
    assert await world.tickets() == 1
    await world.wang.tells(words)
    async with world.engine.read() as tx:
        assert await Unit(tx).roster.availability(world.station_id, world.clock.now()) == {}


# ── what people see ────────────────────────────────────────────────────────
@pytest.mark.parametrize("words", ["谁值班", "今晚谁值班", "请问今晚是谁值班呀？", "今晚哪位民警值班"])
async def test_residents_read_how_officers_are_called_and_nothing_else(world: World, words: str) -> None:
    tonight = "今晚" in words
    expected = (
        "今晚值班：李警官；值班长：孙警官。有事直接告诉我。"
        if tonight
        else "现在值班：王警官、赵警官；值班长：孙警官。有事直接告诉我。"
    )
    await world.chen.tells(words)
    assert world.chen.inbox[-1].text == expected
    await world.chen.says(f"@民警 {words}")
    assert world.last("g1").text == expected
    await world.wang.says(f"@民警 {words}", to="g1")
    assert [s.text for s in world.chat("g1")] == [expected] * 2  # residents read along
    assert await world.tickets() == 0


async def test_officers_read_names(world: World) -> None:
    await world.wang.tells("明天谁值班？")
    assert world.wang.inbox[-1].text.splitlines() == [
        "明天值班：",
        "· 值班民警 李强　20:00–08:00",
        "· 值班民警 王建国　08:00–20:00",
        "· 值班民警 赵敏　08:00–20:00",
        "· 值班长 孙伟　00:00–24:00",
    ]
    await only_on_duty(world)
    await world.chen.tells("今晚谁值班")
    assert world.chen.inbox[-1].text == say.NOBODY_THEN.format(when="今晚")


@on_sqlite
@pytest.mark.parametrize("words", ["值班的李警官收了我的东西没还", "今晚谁值班都不接电话，我家被偷了"])
async def test_a_report_about_those_on_duty_is_a_report(world: World, words: str) -> None:
    await world.chen.tells(words)
    assert await world.tickets() == 1


async def test_a_readable_week(world: World) -> None:
    await world.boss.tells("换班 明天夜班 李强 换 赵敏")
    async with await world.unit() as unit:
        await unit.roster.replace_own_days(
            world.station_id, [OwnDay(day=date(2026, 11, 22), free=True), OwnDay(day=date(2026, 11, 21), free=False)]
        )
    await world.wang.says("排班", to="g9", addressed=True)
    lines = world.last("g9").text.splitlines()
    assert lines[0] == "11月16日（周一）"
    at = lines.index("11月20日（周五）　今天")
    assert lines[at + 1 :] == [
        "　08:00–20:00 王建国",
        "　08:00–20:00 赵敏",
        "　20:00–次日 08:00 李强",
        "　00:00–次日 00:00 孙伟（值班长）",
        "11月21日（周六）　调休",
        "　08:00–20:00 王建国",
        "　08:00–20:00 赵敏",
        "　20:00–次日 08:00 赵敏（换班）",
        "　00:00–次日 00:00 孙伟（值班长）",
        "11月22日（周日）　节假日",
        "　08:00–20:00 王建国",
        "　08:00–20:00 赵敏",
        "　20:00–次日 08:00 李强",
        "　00:00–次日 00:00 孙伟（值班长）",
    ]
    await world.wang.tells("排班 下周")
    assert world.wang.inbox[-1].text.startswith("11月23日（周一）\n")
    await world.wang.tells("排班 12月9日")
    assert "12月9日（周三）" in world.wang.inbox[-1].text


async def test_ones_own_shifts(world: World) -> None:
    await world.li.tells("我的班")
    lines = world.li.inbox[-1].text.splitlines()
    assert lines[0] == say.MY_POSTS.format(days=14)
    assert lines[1] == "· 11月20日（周五） 20:00–次日 08:00"
    assert len(lines) == 15
    await world.admin.tells("我的班")
    assert world.admin.inbox[-1].text == say.NO_POSTS.format(days=14)


async def test_the_roster_is_not_for_residents(world: World) -> None:
    for words in ("排班", "我的班", "值班统计", "日历", "值班"):
        await world.chen.tells(words)
        assert world.chen.inbox[-1].text == texts.NO_RIGHT
        await world.wang.says(f"@民警 {words}", to="g1")
        assert world.last("g1").text in (texts.NOT_IN_PUBLIC, say.PRIVATE_ONLY)


# ── figures ────────────────────────────────────────────────────────────────
async def days_pass(world: World, days: int) -> None:
    """From 11:01 to 12:06 so many days later; what ended is written down four-hourly, at five past."""
    await world.passes(hours=1, minutes=5)
    for _ in range(days * 6):
        await world.passes(hours=4)


async def test_figures_are_what_was_worked_and_a_new_plan_does_not_change_them(world: World) -> None:
    await world.passes(minutes=1)
    await resolved(world)
    await days_pass(world, 3)
    await world.boss.says("值班统计", to="g9", addressed=True)
    lines = world.last("g9").text.splitlines()
    assert lines[0] == "2026年11月值班统计"
    # 王建国: Thursday (the day before we began) to Sunday whole, Monday 8:00–12:06 so far.
    assert "· 王建国　52.1 小时，5 班（夜班 0，周末 2，节假日 0），办结 1 单" in lines
    assert "· 李强　48 小时，4 班（夜班 4，周末 2，节假日 0），办结 0 单" in lines
    assert "· 孙伟　108.1 小时，5 班（夜班 5，周末 2，节假日 0），办结 0 单" in lines
    assert lines[-2:] == ["11月19日起有记录。", say.FIGURES_NOTE]
    await plan_is(world, *[("zhao", Duty.OFFICER, w, 0, 24) for w in range(7)])
    await world.restart()
    await world.boss.tells("值班统计 11月")
    told = world.boss.inbox[-1].text
    assert "· 李强　48 小时，4 班（夜班 4，周末 2，节假日 0）" in told
    await world.boss.tells("值班统计 10月")
    assert world.boss.inbox[-1].text == say.NO_FIGURES.format(month="2026年10月")
    await world.boss.tells("值班统计 全部")
    assert "值班统计" in world.boss.inbox[-1].text


async def test_figures_know_holidays(database_url: str) -> None:
    world = World(database_url, HeldClock(datetime(2026, 9, 30, 3, tzinfo=UTC)))
    await world.open()
    await world.passes(minutes=1)
    await days_pass(world, 2)
    await world.boss.tells("值班统计 10月")
    lines = world.boss.inbox[-1].text.splitlines()
    assert any(line.startswith("· 李强") and "节假日 1" in line for line in lines)
    await world.boss.tells("值班统计 9月")
    assert any(line.startswith("· 李强") and "节假日 0" in line for line in world.boss.inbox[-1].text.splitlines())
    await world.close()


async def test_a_holiday_plan_decides_who_gets_a_ticket(database_url: str) -> None:
    world = World(database_url, HeldClock(datetime(2026, 9, 30, 3, tzinfo=UTC)))
    await world.open()
    zhao = await person_id(world, "zhao")
    async with await world.unit() as unit:
        usual = list(await unit.stations.shifts(world.station_id))
        holiday = [
            Shift(
                id=0,
                station_id=world.station_id,
                person_id=zhao,
                duty=Duty.OFFICER,
                weekday=w,
                start=0,
                end=1440,
                plan=DayPlan.HOLIDAY,
            )
            for w in range(7)
        ]
        await unit.stations.replace_shifts(world.station_id, [*usual, *holiday])
    await reported(world)
    assert (await went_to(world))[0] == "王建国"
    await world.passes(days=1)
    await world.liu.says("@民警 有人打架")
    assert (await went_to(world, 2))[0] == "赵敏"
    await world.close()


# ── calendars ──────────────────────────────────────────────────────────────
async def test_ones_own_calendar_address_is_secret_and_can_be_changed(world: World) -> None:
    await world.wang.tells("日历")
    first = world.wang.inbox[-1].text.splitlines()[1]
    assert first.endswith(".ics")
    await world.restart()
    await world.wang.tells("日历")
    assert world.wang.inbox[-1].text.splitlines()[1] == first
    await world.li.tells("日历")
    assert world.li.inbox[-1].text.splitlines()[1] != first
    await world.wang.tells("日历 重置")
    assert world.wang.inbox[-1].text.splitlines()[0] == say.CALENDAR_RESET
    assert world.wang.inbox[-1].text.splitlines()[2] != first
    await world.wang.says("日历", to="g9", addressed=True)
    assert world.last("g9").text == say.PRIVATE_ONLY
    async with world.engine.read() as tx:
        owner = await Unit(tx).roster.calendar_owner(first.rpartition("/")[2].removesuffix(".ics"))
    assert owner is None


async def test_who_leaves_the_staff_is_out_of_the_plan_at_once(world: World) -> None:
    await make_role(world, "li", PersonRole.RESIDENT)
    assert await on_day(world, 21) == USUAL[:2]
    await world.li.tells("我的班")
    assert world.li.inbox[-1].text == texts.NO_RIGHT
