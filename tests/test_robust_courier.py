"""Who waits for whom, and what is never sent twice: decided with a clock we hold, so nothing here is timed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.adapters.base import Capabilities, Later, Limits, SendResult, Sent
from bot.inbox import Inbox
from bot.metrics import Metrics
from bot.outbox import COPY_MARK, FOR_PEOPLE, LEASE, LOOK
from bot.settle import settle
from storage.engine import connect
from storage.model.messages import Address, Content, Envelope, Lane, Outgoing, OutKind, OutState, Policy
from storage.unit import Unit
from tests.harness import BOT, PLATFORM, World


@pytest.fixture
async def limited(database_url: str) -> AsyncIterator[World]:
    """A world whose platform has Telegram's limits."""
    built = World(database_url)
    built.platform.capabilities = Capabilities(limits=Limits())
    await built.open()
    yield built
    await built.close()


def out(chat: str, text: str, lane: Lane = Lane.RESIDENT, **more: object) -> Outgoing:
    address = Address(platform=PLATFORM, bot=str(more.pop("bot", BOT)), chat_id=chat)
    push = lane >= Lane.URGENT_PUSH
    policy = Policy.AT_MOST_ONCE if push else Policy.AT_LEAST_ONCE
    fields = {"key": f"{chat}:{text}", "to": address, "content": Content(text=text), "lane": lane, "policy": policy}
    return Outgoing(**{**fields, **more})  # type: ignore[arg-type]


async def queue(world: World, *outs: Outgoing) -> None:
    async with world.engine.write() as tx:
        for each in outs:
            await Unit(tx).outbox.add(each, world.clock.now())


async def step(world: World) -> None:
    """Send what may go now, and write it down."""
    await world.core.courier.step()
    await world.core.courier.idle()
    await world.core.courier.step()
    await world.core.courier.idle()


def texts(world: World, chat: str) -> list[str]:
    return [shown.text for shown in world.chat(chat)]


def broadcast(count: int) -> list[Outgoing]:
    return [out(f"g{1000 + n}", "当心刷单", Lane.DIGEST) for n in range(count)]


async def state(world: World, key: str) -> OutState:
    async with world.engine.read() as tx:
        row = await Unit(tx).outbox.by_key(key)
    assert row is not None
    return row.state


# ── nobody waits for another chat ──────────────────────────────────────────
async def test_a_silenced_chat_delays_no_other_and_keeps_its_order(world: World) -> None:
    world.platform.faults["g1"] = [Later(why="429", after=5.0, chat_wide=True)]
    await queue(world, out("g1", "一"))
    await step(world)
    await queue(world, out("g1", "二"), out("g2", "别的群"))
    await step(world)
    assert texts(world, "g2") == ["别的群"]
    assert texts(world, "g1") == []  # also what was written after the refusal waits: asking again would prolong it
    world.clock.advance(seconds=4.9)
    await step(world)
    assert texts(world, "g1") == []
    world.clock.advance(seconds=0.2)
    await step(world)
    await step(world)
    assert texts(world, "g1") == ["一", "二"]


async def test_an_urgent_notice_passes_a_broadcast_to_two_thousand_groups(limited: World) -> None:
    world = limited
    await queue(world, *broadcast(2000))
    sent = 0
    for _ in range(3):  # the broadcast uses what it may of the bot's limit
        await step(world)
        sent = world.platform.sent
    await queue(world, out("p:wang", "紧急", Lane.EMERGENCY), out("g1", "回执"))
    await step(world)
    assert texts(world, "p:wang") == ["紧急"]
    assert texts(world, "g1") == ["回执"]
    assert 0 < sent < 30


async def test_a_platform_that_hangs_on_a_broadcast_still_takes_a_notice(world: World) -> None:
    hang, plain = asyncio.Event(), world.platform.send

    async def slow(message: Outgoing, target_ref: str) -> SendResult:
        if message.lane is Lane.DIGEST:
            await hang.wait()
        return await plain(message, target_ref)

    world.platform.send = slow  # type: ignore[method-assign,assignment]
    await queue(world, *broadcast(200))
    await world.core.courier.step()
    assert len(world.core.courier._tasks) == Limits().at_once - FOR_PEOPLE
    await queue(world, out("p:wang", "紧急", Lane.OFFICER))
    await world.core.courier.step()
    await asyncio.sleep(0)
    assert texts(world, "p:wang") == ["紧急"]
    hang.set()
    await world.core.courier.idle()


async def test_one_chats_many_messages_do_not_hide_the_others(limited: World) -> None:
    world = limited
    await queue(world, *(out("g1", f"第{n}条") for n in range(LOOK + 50)), out("g2", "别的群"))
    due = await world.core.courier.step()
    assert due is not None  # it looks on at once, not when something wakes it
    assert (due - world.clock.now()).total_seconds() < 0.1
    await world.core.courier.idle()
    for _ in range(3):
        await step(world)
    assert "第0条" in texts(world, "g1")
    assert texts(world, "g2") == ["别的群"]


async def test_messages_of_a_bot_that_is_gone_hide_nothing(world: World) -> None:
    await queue(world, *(out(f"g{n}", "旧机器人", bot="old") for n in range(LOOK + 10)), out("g2", "新机器人"))
    await step(world)
    assert texts(world, "g2") == ["新机器人"]


# ── crash points ───────────────────────────────────────────────────────────
async def test_killed_while_sending(world: World) -> None:
    """The notice goes again at once, marked; the broadcast does not, and is listed."""
    await queue(world, out("g1", "已登记"), out("g2", "当心刷单", Lane.DIGEST))
    async with world.engine.write() as tx:
        for row_id in (1, 2):
            assert await Unit(tx).outbox.lease(row_id, owner="the dead", until=world.clock.now() + LEASE)
    await world.restart()
    await step(world)
    assert texts(world, "g1") == ["已登记" + COPY_MARK]
    assert texts(world, "g2") == []
    assert await state(world, "g2:当心刷单") is OutState.UNKNOWN
    async with world.engine.read() as tx:
        assert [row.out.to.chat_id for row in await Unit(tx).outbox.dead()] == ["g2"]


async def test_answers_outlive_a_store_that_is_down(world: World) -> None:
    """Sent, but not yet written down: it is written down later and not sent again."""
    await queue(world, out("g1", "已登记"))
    await world.core.courier.step()
    await world.core.courier.idle()
    await world.engine.close()
    with pytest.raises(Exception, match="not open"):
        await world.core.courier.step()
    await world.engine.open() if world.engine.dialect == "postgres" else await _reopen(world)
    await step(world)
    assert texts(world, "g1") == ["已登记"]
    assert await state(world, "g1:已登记") is OutState.SENT


async def _reopen(world: World) -> None:
    """An SQLite engine is opened once; its successor takes its place."""
    world.engine = connect(world.url)
    await world.engine.open()
    world.core.courier._engine = world.engine


async def test_an_edit_of_a_message_whose_number_nobody_knows(world: World) -> None:
    """Telegram took it but its answer was cut: the change is then said in a new message, not dropped."""
    world.platform.faults["g1"] = [Sent(message_ref="")]
    await queue(world, out("g1", "已登记"))
    await step(world)
    await queue(world, out("g1", "已接单", kind=OutKind.EDIT, target="g1:已登记"))
    await step(world)
    assert texts(world, "g1") == ["已接单"]


async def test_an_answer_that_cannot_be_written_down_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(unit: Unit, done: object, *rest: object) -> None:
        if done.row.out.to.chat_id == "g1":  # type: ignore[attr-defined]
            raise ValueError("a bug")
        await settle(unit, done, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.outbox.settle", broken)
    await queue(world, out("g1", "甲"), out("g2", "乙"))
    await step(world)
    assert await state(world, "g1:甲") is OutState.UNKNOWN
    assert await state(world, "g2:乙") is OutState.SENT


# ── an event whose very refusal fails ──────────────────────────────────────
async def test_a_refusal_that_fails_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("a bug in a sentence")

    monkeypatch.setattr(world.core.dispatcher, "_refuse", broken)
    await world.liu.tells("/nonsense", settle=False)
    await world.chen.says("@民警 楼道灯坏了")
    assert await world.tickets() == 1
    async with world.engine.read() as tx:
        assert len(await Unit(tx).inbox.dead()) == 1


# ── the inbox under cancellation ───────────────────────────────────────────
async def test_a_cancelled_caller_loses_nobody_elses_message(world: World) -> None:
    """Whoever stores for all may be cancelled at any await; who returns without an error is stored."""
    inbox = Inbox(world.engine, world.clock, Metrics(), asyncio.Event())
    acknowledged: set[str] = set()

    async def call(number: int) -> None:
        await inbox.accept([_envelope(number)])
        acknowledged.add(str(number))

    for awaits in range(40):
        callers = [asyncio.create_task(call(awaits * 10 + n)) for n in range(5)]
        for _ in range(awaits % 13):
            await asyncio.sleep(0)
        callers[awaits % 3].cancel()
        results = await asyncio.gather(*callers, return_exceptions=True)
        assert [r for r in results if r is not None and not isinstance(r, asyncio.CancelledError)] == []
    async with world.engine.read() as tx:
        rows = await tx.rows("inbox_todo", now=10**15, limit=10_000)
    assert acknowledged <= {row["event_id"] for row in rows}
    assert len(acknowledged) >= 40 * 4


def _envelope(number: int) -> Envelope:
    return replace(Envelope(platform=PLATFORM, bot=BOT, event_id="", chat_key="c", body=b"{}"), event_id=str(number))
