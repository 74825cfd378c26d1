"""Faults planted in the database: each is found within a minute, told once, and gone when it is mended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from handlers.kit import audit_texts as say
from storage.model.audit import Promise
from storage.model.messages import Address, Content, Envelope, Lane, Outgoing
from storage.model.people import Duty, Shift
from storage.model.tickets import Urgency
from storage.stores.codec import to_ms
from tests.auditing import alarms, broken, looks, minutes
from tests.harness import BOT, PLATFORM, World
from tests.stories import claimed, person_id, reported

Step = Callable[[World], Awaitable[None]]


async def change(world: World, sql: str, **params: Any) -> None:
    """Straight into the database, as a fault or a person with a tool would do it."""
    async with world.engine.write() as tx:
        connection: Any = tx._connection  # type: ignore[attr-defined]
        if world.engine.dialect == "sqlite":
            connection.execute(sql, params)
            return
        for number, name in enumerate(params, 1):
            sql = sql.replace(f":{name}", f"${number}")
        await connection.execute(sql, *params.values())


def ms(world: World, **ago: float) -> int:
    return to_ms(world.clock.now() - timedelta(**ago))


async def nothing(world: World) -> None:
    return None


# ── the faults ─────────────────────────────────────────────────────────────
async def inbox_waits(world: World) -> None:
    """Kept, and handled by nobody."""
    await world.chen.says("@民警 楼上漏水", settle=False)
    far = ms(world, hours=-1)
    await change(world, "UPDATE inbox SET received_at = :at, due_at = :due", at=ms(world, seconds=61), due=far)


async def inbox_handled(world: World) -> None:
    await change(world, "UPDATE inbox SET due_at = :now", now=ms(world))
    await world.settle()


async def no_word(world: World) -> None:
    """Handled, and nothing was said or written down."""
    event = world.message(world.chen, "@民警 楼上漏水", "g1")
    envelope = Envelope(
        platform=PLATFORM, bot=BOT, event_id="lost", chat_key=event.chat.address.key, body=msgspec.json.encode(event)
    )
    async with await world.unit() as unit:
        await unit.inbox.add([envelope], world.clock.now() - timedelta(seconds=61))
    await change(world, "UPDATE inbox SET state = 'done', done_at = :at", at=ms(world, seconds=61))


async def a_word(world: World) -> None:
    async with world.engine.read() as tx:
        row = await tx.one("audit_inbox_newest")
    assert row is not None
    out = Outgoing(
        key="late word",
        to=Address(platform=PLATFORM, bot=BOT, chat_id="g1"),
        content=Content(text="对不起，现在就看"),
        inbox_id=row["id"],
    )
    async with await world.unit() as unit:
        await unit.outbox.add(out, world.clock.now())


async def receipt_lost(world: World) -> None:
    await reported(world)
    await change(world, "UPDATE outbox SET role = 'notice' WHERE role = 'receipt'")
    await change(world, "UPDATE ticket SET opened_at = :at", at=ms(world, seconds=61))


async def receipt_back(world: World) -> None:
    await change(world, "UPDATE outbox SET role = 'receipt' WHERE key LIKE 'ticket:%:receipt'")


async def routed_to_nobody(world: World) -> None:
    await reported(world)
    await change(world, "UPDATE ticket SET routed_id = NULL, opened_at = :at", at=ms(world, seconds=61))
    await change(world, "UPDATE ticket SET waiting_at = opened_at")


async def taken(world: World) -> None:
    await world.wang.tells("接单 1")


async def urgent_waits(world: World) -> None:
    await reported(world)
    at = ms(world, minutes=10)
    await change(world, "UPDATE ticket SET urgency = :urgency, opened_at = :at", urgency=Urgency.URGENT.value, at=at)
    await change(world, "UPDATE ticket SET waiting_at = opened_at")


async def claim_silent(world: World) -> None:
    """Claimed long ago, and the lease that should have given it back is not there or did not."""
    await claimed(world)
    at = ms(world, hours=3)
    await change(world, "UPDATE entry SET at = :at", at=at)
    await change(world, "UPDATE ticket SET lease_until = NULL")
    await change(world, "UPDATE job SET state = 'done'")


async def lease_over(world: World) -> None:
    await claimed(world)
    await change(world, "UPDATE ticket SET lease_until = :at", at=ms(world, minutes=15))
    await change(world, "UPDATE job SET state = 'done'")


async def resolved_after_all(world: World) -> None:
    await world.wang.tells("办结 1 已处理")


async def pause_over(world: World) -> None:
    await claimed(world)
    at = ms(world, seconds=61)
    await change(world, "UPDATE ticket SET state = '挂起', lease_until = NULL, paused_at = :at, wake_at = :at", at=at)


async def woken(world: World) -> None:
    await change(world, "UPDATE ticket SET state = '已接单', wake_at = NULL")


async def two_holders(world: World) -> None:
    await claimed(world)
    await change(world, "UPDATE ticket SET assignee_id = :li", li=await person_id(world, "li"))


async def one_holder(world: World) -> None:
    await change(world, "UPDATE ticket SET assignee_id = :wang", wang=await person_id(world, "wang"))


def word(key: str) -> Outgoing:
    to = Address(platform=PLATFORM, bot=BOT, chat_id="p:liu")
    return Outgoing(key=key, to=to, content=Content(text="您好"), lane=Lane.RESIDENT)


async def outbox_waits(world: World) -> None:
    """Due, and its chat is held by a send that never ends."""
    now = world.clock.now()
    async with await world.unit() as unit:
        await unit.outbox.add(word("held"), now)
        await unit.outbox.add(word("waits"), now - timedelta(seconds=61))
    until = ms(world, hours=-1)
    await change(world, "UPDATE outbox SET state = 'leased', lease_until = :until WHERE key = 'held'", until=until)


async def send_hangs(world: World) -> None:
    async with await world.unit() as unit:
        await unit.outbox.add(word("hangs"), world.clock.now())
    world.core.courier._kept_at = world.clock.now() + timedelta(minutes=2)  # nobody takes over
    at = ms(world, seconds=61)
    await change(world, "UPDATE outbox SET state = 'leased', lease_until = :at WHERE key = 'hangs'", at=at)


async def sent(world: World) -> None:
    await change(world, "UPDATE outbox SET state = 'sent' WHERE key IN ('held', 'hangs')")
    await world.settle()


async def job_waits(world: World) -> None:
    """Due, and the loop that should do it stands still."""

    async def still() -> bool:
        return False

    world.core.jobs.step = still  # type: ignore[method-assign]
    async with await world.unit() as unit:
        await unit.jobs.add(
            "clock", key="old", due_at=world.clock.now() - timedelta(seconds=61), payload='{"ticket":0}'
        )


async def jobs_done(world: World) -> None:
    del world.core.jobs.step
    await world.settle()


async def slot_missed(world: World) -> None:
    async with await world.unit() as unit:
        rule = await unit.broadcasts.add_rule(
            station_id=world.station_id, name="早间播报", cron="0 9 * * *", kinds=(), topics=(), origin="command"
        )
        await unit.slots.take(f"broadcast:{rule.id}", world.clock.now(), at=world.clock.now(), outcome="missed")


async def slot_run(world: World) -> None:
    await change(world, "UPDATE slot SET outcome = 'run'")


async def duty_gap(world: World) -> None:
    await change(world, "DELETE FROM shift WHERE duty = :duty", duty=Duty.OFFICER.value)


async def filled(world: World) -> None:
    async with await world.unit() as unit:
        wang = (await unit.people.by_code("wang")).id
        base = Shift(
            id=0, station_id=world.station_id, person_id=wang, duty=Duty.OFFICER, weekday=0, start=0, end=24 * 60
        )
        rest = await unit.stations.shifts(world.station_id)
        await unit.stations.replace_shifts(world.station_id, [*rest, *(replace(base, weekday=w) for w in range(7))])


@dataclass(frozen=True)
class Fault:
    kind: Promise
    plant: Step
    mend: Step
    told: str


FAULTS = [
    Fault(Promise.INBOX_WAITS, inbox_waits, inbox_handled, "有 1 条收到的消息"),
    Fault(Promise.UNANSWERED, no_word, a_word, "群g1 10:5"),
    Fault(Promise.NO_RECEIPT, receipt_lost, receipt_back, "1 号没有给反映人回执"),
    Fault(Promise.UNROUTED, routed_to_nobody, taken, "1 号等了 2 分钟，还没有派给任何人"),
    Fault(Promise.URGENT_WAITS, urgent_waits, taken, "1 号是紧急的，等了 11 分钟没人接"),
    Fault(Promise.CLAIM_SILENT, claim_silent, resolved_after_all, "1 号在王建国手里，已经 3 小时 1 分钟没有动静"),
    Fault(Promise.CLAIM_SILENT, lease_over, resolved_after_all, "1 号在王建国手里"),
    Fault(Promise.PAUSE_OVER, pause_over, woken, "1 号挂起的时间过了 2 分钟"),
    Fault(Promise.TWO_HOLDERS, two_holders, one_holder, "1 号现在记在李强名下"),
    Fault(Promise.OUTBOX_WAITS, outbox_waits, sent, "要发到 world 的消息"),
    Fault(Promise.SEND_HANGS, send_hangs, sent, "发到 world 的消息发到一半"),
    Fault(Promise.JOB_WAITS, job_waits, jobs_done, "有 1 件定时的事等了 2 分钟还没做"),
    Fault(Promise.SLOT_MISSED, slot_missed, slot_run, "“早间播报”11:01 那一次没有执行"),
    Fault(Promise.DUTY_GAP, duty_gap, filled, "现在没有值班民警在班"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.plant.__name__)
async def test_a_fault_is_found_told_once_and_gone(world: World, fault: Fault) -> None:
    await minutes(world)
    assert await broken(world) == []
    await fault.plant(world)
    assert await looks(world) is False  # this minute has been looked at
    world.clock.advance(minutes=1)
    await looks(world)
    assert [f.kind for f in await broken(world)] == [fault.kind]
    assert len(alarms(world)) == 1
    assert alarms(world)[0].startswith(say.HEAD)
    assert fault.told in alarms(world)[0]
    for _ in range(2):
        world.clock.advance(seconds=30)
        await looks(world)
    assert len(alarms(world)) == 1
    await fault.mend(world)
    world.clock.advance(minutes=1)
    await looks(world)
    assert await broken(world) == []
    assert len(alarms(world)) == 2
    assert alarms(world)[1].startswith(say.OVER_HEAD)
    assert say.LABELS[fault.kind] in alarms(world)[1]
