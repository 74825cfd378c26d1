"""Shifts, leave and how free one is, in officers' own words: the same answers as the commands give."""

import pytest

from handlers.kit import order_texts as say
from handlers.kit import roster_texts, texts
from storage.model.roster import ChangeState, Free
from storage.unit import Unit
from tests.harness import World
from tests.ordering import again, numbered
from tests.rostering import on_day, state
from tests.stories import MATTER, everything, on_sqlite, person_id

# START is Friday 20 November 2026, 11:00. 王建国 and 赵敏 have 8–20, 李强 20–8.


async def free(world: World, user_id: str) -> Free | None:
    me = await person_id(world, user_id)
    async with world.engine.read() as tx:
        return (await Unit(tx).roster.availability(world.station_id, world.clock.now())).get(me)


async def rests(world: World, user_id: str, weekday: int) -> None:
    """Their shift of that weekday is taken off the weekly plan, so that there is room."""
    me = await person_id(world, user_id)
    async with await world.unit() as unit:
        shifts = await unit.stations.shifts(world.station_id)
        left = [s for s in shifts if not (s.person_id == me and s.weekday == weekday)]
        await unit.stations.replace_shifts(world.station_id, left)


@pytest.mark.parametrize("words", ["换班 明天白班 和李强", "明天白班和李强换一下", "李强 明天白班能不能替我"])
async def test_a_shift_is_offered_to_one(world: World, words: str) -> None:
    await rests(world, "li", 4)  # Friday night would run into Saturday's day
    event = await world.wang.tells(words)
    assert world.li.inbox[-1].labels == [roster_texts.AGREE, roster_texts.REFUSE]
    before = everything(world)
    await again(world, event)
    assert everything(world) == before
    await world.li.presses(roster_texts.AGREE)
    assert await state(world) is ChangeState.DONE
    assert "李强 08:00" in await on_day(world, 21)


@on_sqlite
async def test_a_shift_is_offered_to_everybody(world: World) -> None:
    await rests(world, "li", 4)
    await world.wang.tells("明天白班谁能顶一下")
    assert world.li.inbox[-1].labels == [roster_texts.TAKE]


@on_sqlite
async def test_a_colleagues_shift_is_taken(world: World) -> None:
    await world.boss.tells("我替李强值明天夜班")
    assert "周明 20:00" in await on_day(world, 21)


@on_sqlite
@pytest.mark.parametrize("words", ["谁能顶班", "谁替我一下班"])
async def test_the_day_is_asked_for(world: World, words: str) -> None:
    await rests(world, "li", 4)
    await world.wang.tells(words)
    assert world.wang.inbox[-1].text == say.WHICH_DAY
    await world.wang.tells("明天白班")
    assert world.li.inbox[-1].labels == [roster_texts.TAKE]


@on_sqlite
@pytest.mark.parametrize(
    ("words", "days", "reason"),
    [
        ("我明天请假 家里有事", (21, 21), "家里有事"),
        ("明天请假", (21, 21), ""),
        ("家里有事 想请假 25号", (25, 25), "家里有事"),
    ],
)
async def test_leave_is_asked_for(world: World, words: str, days: tuple[int, int], reason: str) -> None:
    await world.wang.tells(words)
    assert world.boss.inbox[-1].labels == [roster_texts.GRANT, roster_texts.DENY]
    async with world.engine.read() as tx:
        leave = await Unit(tx).roster.leave(1)
    assert leave is not None
    assert ((leave.first.day, leave.last.day), leave.reason) == (days, reason)


@on_sqlite
@pytest.mark.parametrize("words", ["明天请三天假", "明天请半天假", "我明天想请两天假"])
async def test_how_many_days_is_never_guessed(world: World, words: str) -> None:
    await world.wang.tells(words)
    assert world.boss.inbox == []
    async with world.engine.read() as tx:
        assert await Unit(tx).roster.leave(1) is None


@on_sqlite
async def test_leave_is_no_matter_for_the_group(world: World) -> None:
    await world.wang.says("我明天请假 家里有事 @平安小助手", to="g9")
    assert world.last("g9").text == texts.NOT_IN_PUBLIC
    assert world.boss.inbox == []


@on_sqlite
@pytest.mark.parametrize(
    ("words", "now"),
    [
        ("在外处警", Free.AT_A_SCENE),
        ("我在路上", Free.ON_THE_WAY),
        ("我先休息了", Free.RESTING),
    ],
)
async def test_how_free_one_is(world: World, words: str, now: Free) -> None:
    await world.wang.tells(words)
    assert await free(world, "wang") is now
    await world.wang.tells("已回所，可以派单")
    assert await free(world, "wang") in (None, Free.AT_POST)


@on_sqlite
@pytest.mark.parametrize(
    ("words", "head", "name"),
    [
        ("今晚谁值班", "今晚值班", "李强"),
        ("明天白班是谁", "明天值班", "王建国"),
        ("周日晚上谁值班", "11月22日（周日）晚值班", "李强"),
        ("现在谁值班", "现在值班", "赵敏"),
    ],
)
async def test_who_is_on_duty(world: World, words: str, head: str, name: str) -> None:
    await world.boss.tells(words)
    assert world.boss.inbox[-1].text.startswith(head)
    assert name in world.boss.inbox[-1].text


@on_sqlite
async def test_residents_ask_as_before_and_swap_nothing(world: World) -> None:
    await world.liu.tells("今晚谁值班")
    assert "李警官" in world.liu.inbox[-1].text
    assert "李强" not in world.liu.inbox[-1].text
    await world.liu.tells("明天白班和李强换一下")
    assert world.li.inbox == []


@on_sqlite
async def test_i_take_it_may_mean_the_shift(world: World) -> None:
    """One ticket waits, and so does a colleague's question: 我来 alone says nothing."""
    await rests(world, "li", 4)
    await numbered(world, 1)
    await world.wang.tells("明天白班谁能顶一下")
    await world.li.tells("我来")
    assert world.li.inbox[-1].labels == [f"接单 #1 {MATTER}", say.NONE]
    assert (await world.ticket()).assignee_id is None
    await world.li.tells("1号我来")
    assert (await world.ticket()).assignee_id == await person_id(world, "li")
