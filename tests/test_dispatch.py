"""The dispatcher: bugs are retried, parked and told; neighbours go on; nothing half-done stays behind."""

import asyncio
import re
import sys
from dataclasses import replace

import msgspec
import pytest

from handlers import FEATURES
from handlers.kit import texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketOpened
from handlers.kit.feature import Feature
from storage.engine import connect
from storage.engine.base import StoreDownError
from storage.model.messages import Envelope, InboundKind
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, State
from storage.unit import Unit
from tests import harness
from tests.harness import World
from tests.stories import entries, everything, reported, resolved

broken = Feature("broken", title="坏的")
broken_until = {"calls": 0, "fails": 10**6, "opened": 0, "opened_fails": 0}
SECRET = "secret-13812345678"


@broken.command("炸", slash="boom", allow=Permission.REPORT, help="")
async def boom(ctx: Context, _: None) -> None:
    await ctx.reply("半句话")
    await ctx.log(EntryKind.THANKED, text=SECRET)
    broken_until["calls"] += 1
    if broken_until["calls"] <= broken_until["fails"]:
        raise RuntimeError(SECRET)
    await ctx.reply("好了")


@broken.button("boom", args=broken.commands[0].args, allow=Permission.REPORT)
async def press_boom(ctx: Context, _: None) -> None:
    raise RuntimeError(SECRET)


def refused() -> None:
    """Tests look on here."""


@broken.command("拒", slash="refuse", allow=Permission.REPORT, help="")
async def refuse(ctx: Context, _: None) -> None:
    refused()
    await ctx.reply("半句话")
    await ctx.log(EntryKind.THANKED)
    await ctx.ask("finding", {"ticket": 1})
    ctx.emit(TicketOpened(ticket_id=1))
    raise UsageError("请换个说法。")


@broken.on(TicketOpened)
async def subscriber(ctx: Context, fact: TicketOpened) -> None:
    await ctx.log(EntryKind.THANKED, text=SECRET, station_id=1)
    broken_until["opened"] += 1
    if broken_until["opened"] <= broken_until["opened_fails"]:
        raise RuntimeError(SECRET)


@pytest.fixture(autouse=True)
def with_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    broken_until.update(calls=0, fails=10**6, opened=0, opened_fails=0)
    monkeypatch.setattr(harness, "FEATURES", (broken, *FEATURES))


async def attempts(world: World, times: int = 8) -> None:
    for _ in range(times):
        await world.passes(minutes=20)


def nothing_secret(world: World) -> bool:
    shown = [s.text for chat in world.platform.chats.values() for s in chat] + [t for _, t in world.platform.answers]
    return not any(SECRET in text or "Traceback" in text or "RuntimeError" in text for text in shown)


async def dead(world: World) -> list[str]:
    async with world.engine.read() as tx:
        return [row.error for row in await Unit(tx).inbox.dead()]


async def thanked(world: World) -> int:
    async with world.engine.read() as tx:
        found = await Unit(tx).entries.of_station(world.station_id)
    return sum(1 for entry in found if entry.kind is EntryKind.THANKED)


# ── a handler with a bug ───────────────────────────────────────────────────
async def test_five_attempts_one_apology_one_alarm(world: World) -> None:
    await world.chen.tells("炸")
    assert world.chen.inbox == []
    await attempts(world)
    assert broken_until["calls"] == 5
    assert [s.text for s in world.chen.inbox] == [texts.TROUBLE.format(reference="in:1")]
    for who in (world.boss, world.admin):
        assert [s.text for s in who.inbox] == [texts.ALARM_PARKED.format(reference="in:1")]
    assert world.sun.inbox == []
    assert await thanked(world) == 0
    [error] = await dead(world)
    assert re.fullmatch(r"RuntimeError in test_dispatch\.py:\d+ boom", error)
    assert nothing_secret(world)


async def test_retried_with_growing_pauses(world: World) -> None:
    broken_until["fails"] = 2
    await world.chen.tells("炸")
    assert broken_until["calls"] == 1
    await world.settle()
    assert broken_until["calls"] == 1
    await world.passes(seconds=0.3)
    assert broken_until["calls"] == 2
    await world.passes(seconds=0.3)
    assert broken_until["calls"] == 3
    assert [s.text for s in world.chen.inbox] == ["半句话", "好了"]
    assert await thanked(world) == 1


async def test_the_neighbours_go_on(world: World) -> None:
    await world.chen.tells("炸", settle=False)
    await world.chen.tells("登记 路灯坏了", settle=False)
    await world.liu.tells("登记 水管坏了", settle=False)
    await world.settle()
    assert await world.tickets() == 2
    assert nothing_secret(world)


async def test_a_press_with_a_bug_is_apologised_to_once(world: World) -> None:
    await reported(world)
    card = world.card(1, "g9")
    await world.wang.presses_old(card, replace(card.button("接单"), action="boom:"), "g9")
    await attempts(world)
    assert world.platform.answers == [("cb2", texts.TROUBLE.format(reference="in:2"))]
    assert nothing_secret(world)


async def test_a_restart_does_not_count_attempts_anew(world: World) -> None:
    await world.chen.tells("炸")
    for _ in range(8):
        await world.restart()
        await world.passes(minutes=20)
    assert broken_until["calls"] == 5
    assert len(world.chen.inbox) == 1


async def test_a_parked_event_can_be_replayed(world: World) -> None:
    broken_until["fails"] = 5
    await world.chen.tells("炸")
    await attempts(world)
    async with await world.unit() as unit:
        [row] = await unit.inbox.dead()
        assert await unit.inbox.replay(row.id, world.clock.now())
        assert not await unit.inbox.replay(row.id, world.clock.now())
    await world.settle()
    assert [s.text for s in world.chen.inbox][1:] == ["半句话", "好了"]
    assert await dead(world) == []


async def test_a_bug_before_anybody_is_known_still_raises_the_alarm(world: World) -> None:
    def parse(body: bytes) -> None:
        raise KeyError(SECRET)

    world.platform.parse = parse  # type: ignore[method-assign]
    await world.chen.tells("炸")
    await attempts(world)
    assert world.admin.inbox[-1].text == texts.ALARM_PARKED.format(reference="in:1")
    assert nothing_secret(world)


# ── what cannot be read ────────────────────────────────────────────────────
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'{"kind": "nonsense"}', b"null"])
async def test_unreadable_bodies_are_parked_at_once(world: World, body: bytes) -> None:
    envelope = Envelope(platform="world", bot="bot", event_id="x", chat_key="world:g1", body=body)
    await world.core.inbox.accept([envelope, replace(envelope, event_id="y", unreadable="no chat")])
    await world.chen.tells("登记 路灯坏了")
    assert await world.tickets() == 1
    assert sorted(await dead(world)) in (
        ["no chat", "unreadable: DecodeError"],
        ["no chat", "unreadable: ValidationError"],
    )


async def test_an_event_of_a_bot_that_is_not_running_waits_its_turn(world: World) -> None:
    envelope = Envelope(platform="mars", bot="bot", event_id="x", chat_key="mars:g1", body=b"{}")
    await world.core.inbox.accept([envelope])
    await world.settle()
    await world.chen.tells("登记 路灯坏了")
    assert await world.tickets() == 1


# ── refusals ───────────────────────────────────────────────────────────────
async def test_a_refusal_leaves_nothing_behind(world: World) -> None:
    await world.chen.tells("拒")
    assert [s.text for s in world.chen.inbox] == ["请换个说法。"]
    async with world.engine.read() as tx:
        unit = Unit(tx)
        assert await unit.conversations.open(world.clock.now()) == []
        assert [e.kind for e in await unit.entries.of_station(world.station_id)] == []
        assert await unit.inbox.counts() == {}
    assert broken_until["opened"] == 0


# ── subscribers ────────────────────────────────────────────────────────────
async def test_a_failing_subscriber_is_tried_again_and_undoes_nothing(world: World) -> None:
    broken_until["opened_fails"] = 2
    await reported(world)
    assert (await world.ticket()).state is State.OPEN
    assert world.card(1, world.wang.private).labels == ["接单", "转派"]
    assert await thanked(world) == 0
    await attempts(world, 3)
    assert broken_until["opened"] == 3
    assert await thanked(world) == 1
    assert len(world.chat("g1")) == len([s for s in world.wang.inbox if s.out.role == "card"]) == 1


async def test_a_subscriber_that_always_fails_is_parked_with_an_alarm(world: World) -> None:
    broken_until["opened_fails"] = 10**6
    await reported(world)
    await attempts(world)
    assert broken_until["opened"] == 6
    async with world.engine.read() as tx:
        [job] = await Unit(tx).jobs.dead()
    assert world.admin.inbox[-1].text == texts.ALARM_PARKED.format(reference=f"job:{job.id}")
    assert [s.text for s in world.boss.inbox].count(world.admin.inbox[-1].text) == 1
    assert nothing_secret(world)
    broken_until["opened_fails"] = 0
    async with await world.unit() as unit:
        assert await unit.jobs.replay(job.id, world.clock.now())
    await world.settle()
    assert await thanked(world) == 1


async def test_the_ticket_is_routed_though_duty_failed_at_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    duty = sys.modules["handlers.duty"]
    choose, calls = duty.choose, []

    async def sometimes(*args: object) -> object:
        calls.append(args)
        if len(calls) < 3:
            raise RuntimeError(SECRET)
        return await choose(*args)

    monkeypatch.setattr(duty, "choose", sometimes)
    await reported(world)
    assert world.chat("g1") == []
    await attempts(world, 3)
    assert world.receipt(1).text.endswith("已通知王警官，请稍候。")
    assert world.card(1, world.wang.private).labels == ["接单", "转派"]


# ── order and many processes ───────────────────────────────────────────────
async def test_one_chats_events_are_handled_in_order(world: World) -> None:
    for n in range(30):
        await world.chen.tells(f"登记 第{n}件", settle=False)
    await world.settle()
    for n in range(30):
        assert (await world.ticket(n + 1)).text == f"第{n}件"


async def test_a_burst_of_copies_is_one_event(world: World) -> None:
    event = world.message(world.chen, "登记 路灯坏了", world.chen.private)
    await asyncio.gather(*(world.happens(event, settle=False) for _ in range(20)))
    await world.settle()
    assert await world.tickets() == 1


@pytest.mark.parametrize("processes", [3])
async def test_fifty_officers_race_for_two_hundred_tickets(world: World, processes: int) -> None:
    """Each ticket has one winner, everyone else reads who it is. On PostgreSQL several processes do it at once."""
    officers = [world._someone(f"o{n}", f"民警{n}") for n in range(50)]
    async with await world.unit() as unit:
        for who in officers:
            await world.enrol(unit, who, PersonRole.OFFICER)
    for n in range(200):
        await world.liu.tells(f"登记 第{n}件", settle=False)
    while await world.core.dispatcher.step():
        pass
    presses = []
    for n in range(1, 201):
        for who in officers:
            event = world.message(who, "", who.private, kind=InboundKind.BUTTON, button=f"claim:{n}")
            presses.append(replace(event, callback_id=f"cb{event.event_id}"))
    body = msgspec.json.encode
    envelopes = [
        Envelope(platform="world", bot="bot", event_id=e.event_id, chat_key=e.chat.address.key, body=body(e))
        for e in presses
    ]
    for start in range(0, len(envelopes), 1000):
        await world.core.inbox.accept(envelopes[start : start + 1000])
    await _race(world, processes)
    async with world.engine.read() as tx:
        unit = Unit(tx)
        for n in range(1, 201):
            ticket = await unit.tickets.by_number(world.station_id, n)
            assert ticket is not None
            log = [e for e in await unit.entries.of_ticket(ticket.id) if e.kind is EntryKind.CLAIMED]
            assert [e.actor_id for e in log] == [ticket.assignee_id]
        assert await unit.inbox.counts() == {}


async def _race(world: World, processes: int) -> None:
    if world.engine.dialect == "sqlite":
        while await world.core.dispatcher.step():
            pass
        return
    worlds = [World(world.url, world.clock) for _ in range(processes)]
    for other in worlds:
        other.engine = connect(world.url)
        await other.engine.open()
        await other._boot()

    async def work(other: World) -> None:
        idle = 0
        while idle < 3:
            idle = 0 if await _step(other) else idle + 1
            await asyncio.sleep(0)

    await asyncio.gather(*(work(other) for other in worlds))
    while await world.core.dispatcher.step():
        pass
    for other in worlds:
        await other.engine.close()


async def _step(world: World) -> bool:
    try:
        return await world.core.dispatcher.step()
    except StoreDownError:
        return True


async def test_the_story_still_works_with_a_broken_feature_beside_it(world: World) -> None:
    await resolved(world)
    before = everything(world)
    await world.chen.tells("炸")
    await attempts(world)
    assert everything(world)["g1"] == before["g1"]
    assert (await entries(world))[-1].kind is EntryKind.RESOLVED


async def test_a_full_batch_lets_others_have_their_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    turns, seen = 0, set[int]()
    monkeypatch.setattr(sys.modules[__name__], "refused", lambda: seen.add(turns))

    for _ in range(40):
        await world.chen.tells("拒", settle=False)
    step = asyncio.create_task(world.core.dispatcher.step())
    while not step.done():
        turns += 1
        await asyncio.sleep(0)
    assert await step
    assert len(seen) == 40
