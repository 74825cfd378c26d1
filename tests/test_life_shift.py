"""The end of a shift as the roster has it by then: rotations, swaps, leave; and a card that waits for nobody."""

from dataclasses import replace
from datetime import date

from handlers.kit import texts
from storage.model.people import Duty
from storage.model.roster import Rotation
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.living import cards, reads
from tests.stories import claimed, kinds, person_id, reported
from tests.test_life_ladder import minutes, only

SHEET = "交接单：王建国下班了"


async def paused(world: World) -> None:
    """王建国 has one ticket, put off for two days, so that no lease interferes."""
    await claimed(world)
    await world.wang.tells("挂起 1 等物业 2天")


async def test_the_end_of_a_rotation(world: World) -> None:
    """One day on, one off, from 8 to 8: 王建国's day ends the next morning, 李强's begins."""
    async with await world.unit() as unit:
        crews = [((await unit.people.by_code(code)).id,) for code in ("wang", "li")]
        leads = [s for s in await unit.stations.shifts(world.station_id) if s.duty is Duty.LEADER]
        await unit.stations.replace_shifts(world.station_id, leads)
        turns = Rotation(
            id=0,
            station_id=world.station_id,
            name="一天一换",
            duty=Duty.OFFICER,
            start_on=date(2026, 11, 20),
            on=1,
            off=1,
            crews=tuple(crews),
            start=480,
            end=480,
        )
        await unit.roster.replace_rotations(world.station_id, [turns])
    await paused(world)
    await world.passes(hours=20, minutes=59)
    assert reads(world.li, SHEET) == 0
    await world.passes(minutes=1)
    assert reads(world.li, SHEET) == 1
    await world.li.presses("确认交接")
    assert (await world.ticket()).assignee_id == await person_id(world, "li")


async def test_whoever_swapped_for_the_next_shift_gets_the_sheet(world: World) -> None:
    await paused(world)
    await world.sun.tells("换班 11月20日夜班 李强 换 周明")
    await world.passes(hours=9)
    assert reads(world.li, SHEET) == 0
    assert reads(world.boss, SHEET) == 1


async def test_who_takes_the_next_shift_too_goes_straight_on(world: World) -> None:
    await paused(world)
    await world.sun.tells("换班 11月20日夜班 李强 换 王建国")
    await world.passes(hours=9)
    assert reads(world.li, SHEET) == reads(world.zhao, SHEET) == 0
    await world.passes(hours=23)
    assert reads(world.li, SHEET) == 0
    await world.passes(hours=1)
    assert reads(world.li, SHEET) == 1  # after the night and the next day, which is his as well


async def test_leave_that_begins_at_once_hands_over_now(world: World) -> None:
    await paused(world)
    event = await world.boss.tells("请假 王建国 11月20日 发烧")
    await world.happens(event)
    await world.restart()
    await world.passes(minutes=1)
    assert reads(world.zhao, SHEET) == 1
    await world.zhao.presses("确认交接")
    assert (await world.ticket()).assignee_id == await person_id(world, "zhao")


async def test_leave_of_next_week_hands_over_nothing(world: World) -> None:
    await paused(world)
    await world.boss.tells("请假 王建国 11月27日 培训")
    assert reads(world.zhao, SHEET) == 0
    await world.passes(hours=9)
    assert reads(world.li, SHEET) == 1


async def test_leave_from_midnight_ends_a_night_at_midnight(world: World) -> None:
    await world.passes(hours=10)  # 21:00
    await reported(world)
    await world.li.presses("接单")
    await world.li.tells("挂起 1 等物业 2天")
    await only_also(world, "zhao")
    await world.boss.tells("请假 李强 11月21日 家里有事")
    assert reads(world.zhao, "交接单：李强下班了") == 0
    await world.passes(hours=3)
    assert reads(world.zhao, "交接单：李强下班了") == 1


async def only_also(world: World, who: str) -> None:
    """This person has the night as well."""
    async with await world.unit() as unit:
        shifts = list(await unit.stations.shifts(world.station_id))
        person = (await unit.people.by_code(who)).id
        night = next(s for s in shifts if s.start == 20 * 60)
        more = [replace(night, person_id=person, weekday=day) for day in range(7)]
        await unit.stations.replace_shifts(world.station_id, [*shifts, *more])


async def test_who_begins_before_the_shift_hands_over_at_its_end(world: World) -> None:
    await world.passes(hours=20, minutes=30)  # Saturday 7:30: 李强 still has the night
    await reported(world)
    await world.wang.tells("接单 1")
    await world.wang.tells("挂起 1 等物业 2天")
    await world.passes(hours=12, minutes=29)
    assert reads(world.li, SHEET) == 0
    await world.passes(minutes=1)
    assert reads(world.li, SHEET) == 1


# ── who waits for nobody ───────────────────────────────────────────────────
async def test_whom_it_was_brought_to_has_gone_home(world: World) -> None:
    """Brought to 王建国 at 19:50 and not taken: at the first alarm 李强, who has the night, gets the card."""
    await world.passes(hours=8, minutes=50)
    await reported(world)
    assert (await world.ticket()).routed_id == await person_id(world, "wang")
    await minutes(world, 32)
    assert (await world.ticket()).routed_id == await person_id(world, "li")
    assert cards(world, world.li) == 1
    assert world.card(1, world.li.private).labels == ["接单", "转派"]
    assert sum(s.text.startswith("⏰") for s in world.li.inbox) == 1
    assert reads(world.wang, "⏰") == 0


async def test_a_lease_ends_after_a_swap_and_the_roster_of_that_moment_counts(world: World) -> None:
    await only(world, ("wang", Duty.OFFICER), ("sun", Duty.LEADER))
    await claimed(world)
    await world.sun.tells("临时排班 今天 11:00-20:00 赵敏")
    await world.passes(minutes=48)
    await world.passes(minutes=12)
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.OPEN, await person_id(world, "zhao"))
    assert ticket.routed_why == texts.BECAUSE_DUTY


async def test_with_nothing_in_hand_nothing_is_handed_over(world: World) -> None:
    await reported(world)
    await world.boss.tells("请假 王建国 11月20日 发烧")
    assert sum(reads(who, "交接单") for who in (world.zhao, world.li, world.sun)) == 0
    assert EntryKind.HANDED_OVER not in await kinds(world)
