"""The auditor's minute: once whoever asks, one message for all, to whoever leads, and silent where all is well."""

from datetime import timedelta

import pytest

from bot.doctor.service import check_service
from bot.metrics import Metrics
from handlers.kit import audit_texts as say
from storage.model.audit import Promise
from storage.model.messages import Address, Content, Outgoing
from storage.model.people import Duty, PersonRole
from storage.unit import Unit
from tests.auditing import alarms, broken, looks, minutes
from tests.harness import World
from tests.stories import confirmed, on_sqlite, reported, silence
from tests.test_audit_faults import change, duty_gap, ms, no_word, receipt_lost, word


async def test_a_day_without_faults_is_silent(world: World) -> None:
    await minutes(world)
    await confirmed(world)
    await world.chen.says("@民警 谢谢")
    await world.chen.says("谢谢民警")
    await world.liu.tells("你好")
    await world.wang.tells("待办")
    await world.wang.says("@李强 吃饭了吗", to="g9")
    await minutes(world, 10)
    assert await broken(world) == []
    assert alarms(world) == []


async def test_a_minute_is_looked_at_once_whoever_asks(world: World) -> None:
    assert await looks(world)
    assert not await looks(world)
    other = World(world.url, world.clock)
    await other.engine.open()
    await other._boot()
    assert not await looks(other)
    world.clock.advance(minutes=1)
    assert await looks(other)
    assert not await looks(world)
    await other.close()


async def test_two_at_the_same_moment_tell_once(world: World) -> None:
    other = World(world.url, world.clock)
    await other.engine.open()
    await other._boot()
    await duty_gap(world)
    missed = await world.core.auditor._missed(world.clock.now())
    assert missed == {}
    async with world.engine.write() as tx:
        minute = world.clock.now().replace(second=0, microsecond=0)
        assert await Unit(tx).audit.take(minute) == 0
    assert not await looks(other)
    await other.close()


async def test_after_a_restart_nothing_is_told_again(world: World) -> None:
    await duty_gap(world)
    await looks(world)
    await world.restart()
    assert not await looks(world)
    world.clock.advance(minutes=1)
    await looks(world)
    assert len(alarms(world)) == 1


async def test_what_is_found_in_one_minute_is_one_message(world: World) -> None:
    await receipt_lost(world)
    await no_word(world)
    await duty_gap(world)
    await looks(world)
    (told,) = alarms(world)
    assert told.count("\n· ") == 3
    assert {f.kind for f in await broken(world)} == {Promise.NO_RECEIPT, Promise.UNANSWERED, Promise.DUTY_GAP}


async def test_no_words_of_residents_are_told(world: World) -> None:
    await reported(world, "我家被偷了 电话 13812345678")
    await change(world, "UPDATE outbox SET role = 'notice' WHERE role = 'receipt'")
    await change(world, "UPDATE ticket SET opened_at = :at", at=ms(world, seconds=61))
    await looks(world)
    assert "被偷" not in alarms(world)[0]
    assert "138" not in alarms(world)[0]


async def test_without_a_leader_who_can_be_reached_those_who_manage_hear_of_it(world: World) -> None:
    for who in ("sun", "boss"):
        await silence(world, who)
    await duty_gap(world)
    await looks(world)
    assert len(alarms(world, "p:wu")) == 1
    assert alarms(world) == []


async def test_a_leader_on_duty_spares_the_others(world: World) -> None:
    await duty_gap(world)
    await looks(world)
    assert len(alarms(world)) == 1
    for chat in ("p:boss", "p:wu", "p:wang", "g9", "g1"):
        assert alarms(world, chat) == []


async def test_another_station_hears_nothing_of_our_tickets(world: World) -> None:
    async with await world.unit() as unit:
        other = await unit.stations.put(code="west", name="西湾派出所", tz="Asia/Shanghai")
        person = await unit.people.add(name="郑洋", code="zheng", aliases=())
        await unit.people.set_role(person.id, other, PersonRole.DUTY_LEADER)
    await receipt_lost(world)
    await looks(world)
    assert [f.kind for f in await broken(world, other)] == [Promise.DUTY_GAP]  # it has no plan at all
    assert [f.kind for f in await broken(world)] == [Promise.NO_RECEIPT]


async def test_a_bot_that_runs_elsewhere_is_not_ours_to_judge(world: World) -> None:
    to = Address(platform="telegram", bot="7", chat_id="1")
    out = Outgoing(key="far", to=to, content=Content(text="x"))
    async with await world.unit() as unit:
        await unit.outbox.add(out, world.clock.now() - timedelta(minutes=5))
    await looks(world)
    assert await broken(world) == []


async def test_an_officer_who_is_called_by_a_colleague_needs_no_answer(world: World) -> None:
    await world.li.says("@王建国 帮我看一下")
    await minutes(world, 3)
    assert await broken(world) == []


async def test_a_slot_nobody_looked_at_is_found(world: World) -> None:
    """The tick itself stands still."""
    async with await world.unit() as unit:
        rule = await unit.broadcasts.add_rule(
            station_id=world.station_id, name="早", cron="30 * * * *", kinds=("业主",), topics=(), origin="command"
        )
        await unit.slots.take(f"broadcast:{rule.id}", world.clock.now(), at=world.clock.now(), outcome="run")
    world.clock.advance(minutes=31)
    await looks(world)
    assert await broken(world) == []
    world.clock.advance(minutes=2)
    await looks(world)
    assert [f.kind for f in await broken(world)] == [Promise.SLOT_MISSED]
    await world.core.scheduler.tick(world.clock.now())
    await minutes(world)
    assert await broken(world) == []


async def test_many_rows_that_wait_are_one_finding(world: World) -> None:
    now = world.clock.now() - timedelta(minutes=2)
    world.core.courier._platforms = {}
    async with await world.unit() as unit:
        for number in range(30):
            await unit.outbox.add(word(f"w{number}"), now)
    await world.core.auditor.step()
    (found,) = await broken(world)
    assert "有 30 条" in found.text


# ── where else it shows ────────────────────────────────────────────────────
async def test_doctor_and_metrics_show_what_is_open(world: World) -> None:
    await duty_gap(world)
    await looks(world)
    metrics = Metrics()
    async with world.engine.read() as tx:
        unit = Unit(tx)
        shown = [f for f in await check_service(unit, world.clock.now()) if "值守" in f.what]
        metrics.broken(await unit.audit.counts(), await unit.audit.last(), world.clock.now() + timedelta(seconds=9))
    assert [f.what for f in shown] == ["东湾派出所值守（没人在班）"]
    rendered = metrics.render().decode()
    assert 'pingan_broken_promises{kind="duty_gap"} 1.0' in rendered
    assert 'pingan_broken_promises{kind="unanswered"} 0.0' in rendered
    assert "pingan_audit_age_seconds 9.0" in rendered


@on_sqlite
@pytest.mark.parametrize("kind", list(Promise))
async def test_every_promise_has_a_name(world: World, kind: Promise) -> None:
    assert say.LABELS[kind]
    assert say.over(kind, "") == say.LABELS[kind]


def test_gaps_speak_of_duties_people_know() -> None:
    assert "值班长" in say.DUTY_GAP.format(duty=Duty.LEADER.value)
