"""A closing nobody answers is asked once more and ends silently; what was not over is opened again."""

import pytest

from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.living import reads
from tests.stories import confirmed, everything, kinds, person_id, resolved, silence

REMINDER = "昨天已办结，请"


async def test_reminded_once_after_a_day_and_closed_silently_after_five(world: World) -> None:
    await resolved(world)
    await world.passes(hours=23)
    assert sum(REMINDER in s.text for s in world.chat("g1")) == 0
    await world.passes(hours=1)
    shown = world.last("g1")
    assert (shown.labels, shown.out.content.reply_to) == (["解决了", "没解决"], "m1")
    await world.restart()
    await world.passes(days=2)
    before = everything(world)
    await world.passes(days=2)
    assert (await world.ticket()).state is State.CLOSED
    assert world.receipt(1).text.endswith("王警官已办结。")
    assert {c: len(s) for c, s in everything(world).items()} == {c: len(s) for c, s in before.items()}
    assert sum(REMINDER in s.text for s in world.chat("g1")) == 1
    assert (await kinds(world))[-2:] == [EntryKind.REMINDED, EntryKind.CLOSED]


async def test_in_private_where_we_can(world: World) -> None:
    await world.chen.tells("你好")
    await resolved(world)
    group = len(world.chat("g1"))
    await world.passes(hours=24)
    assert reads(world.chen, REMINDER) == 1
    assert len(world.chat("g1")) == group
    await world.chen.presses("解决了")
    assert (await world.ticket()).state is State.CONFIRMED


async def test_nobody_is_asked_at_night(world: World) -> None:
    await world.passes(hours=11)  # 22:00
    await world.chen.says("@民警 楼上往下扔垃圾")
    await world.li.presses("接单")
    await world.li.tells("办结 1 已劝离")
    await world.passes(hours=34)
    assert sum(REMINDER in s.text for s in world.chat("g1")) == 0
    await world.passes(hours=1)
    assert sum(REMINDER in s.text for s in world.chat("g1")) == 1


async def test_who_has_answered_is_left_alone(world: World) -> None:
    await confirmed(world)
    before = len(world.chat("g1"))
    await world.passes(days=6)
    assert len(world.chat("g1")) == before
    assert (await world.ticket()).state is State.CONFIRMED


async def test_an_answer_after_the_silence_still_counts(world: World) -> None:
    await resolved(world)
    closing = world.last("g1")
    await world.passes(days=6)
    await world.chen.presses_old(closing, closing.button("解决了"), "g1")
    assert (await world.ticket()).state is State.CONFIRMED


@pytest.mark.parametrize("state", [State.RESOLVED, State.CONFIRMED, State.CLOSED])
async def test_within_two_weeks_it_is_opened_for_who_leads(world: World, state: State) -> None:
    await resolved(world)
    closing = world.last("g1")
    no = closing.button("没解决")
    if state is State.CONFIRMED:
        await world.chen.presses("解决了", where="g1")
    if state is State.CLOSED:
        await world.passes(days=13, hours=23)
    event = await world.chen.presses_old(closing, no, "g1")
    await world.happens(event)
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.REOPENED, await person_id(world, "sun"))
    assert "因为：您是值班长，群众说没解决" in world.card(1, world.sun.private).text
    assert (await kinds(world)).count(EntryKind.REOPENED) == 1


async def test_after_two_weeks_it_is_a_new_matter(world: World) -> None:
    await resolved(world)
    closing = world.last("g1")
    await world.passes(days=14, minutes=1)
    await world.chen.presses_old(closing, closing.button("没解决"), "g1")
    assert "已经超过 14 天" in world.chen.read
    assert (await world.ticket()).state is State.CLOSED


async def test_without_a_duty_leader_the_usual_way(world: World) -> None:
    await silence(world, "sun")
    await resolved(world)
    await world.chen.presses("没解决", where="g1")
    assert (await world.ticket()).routed_id == await person_id(world, "wang")


async def test_the_second_closing_is_asked_about_like_the_first(world: World) -> None:
    await resolved(world)
    await world.passes(hours=24)
    await world.chen.presses("没解决", where="g1")
    await world.sun.presses("接单")
    await world.sun.tells("办结 1 已装摄像头")
    await world.passes(hours=24)
    assert sum(REMINDER in s.text for s in world.chat("g1")) == 2
    await world.passes(days=4)
    assert (await world.ticket()).state is State.CLOSED
