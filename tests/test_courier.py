"""The courier: what leaves when, what a platform's answer does, and what a crash in the middle leaves behind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.base import CannotEdit, Capabilities, Edits, Later, Limits, Moved, Never, SendResult, Unknown
from bot.outbox import COPY_MARK
from bot.post import post
from storage.model.messages import (
    Address,
    Button,
    Content,
    Lane,
    Outgoing,
    OutKind,
    OutState,
    Policy,
    Role,
)
from storage.unit import Unit
from tests.harness import BOT, GENEROUS, PLATFORM, World
from tests.stories import claimed, texts_of


def out(key: str, chat: str = "g1", **more: Any) -> Outgoing:
    to = Address(platform=PLATFORM, bot=BOT, chat_id=chat)
    return Outgoing(**{"key": key, "to": to, "content": Content(text=key), **more})


def change(key: str, target: str, chat: str = "g1", **more: Any) -> Outgoing:
    return out(key, chat, kind=OutKind.EDIT, target=target, **more)


async def put(world: World, *rows: Outgoing) -> None:
    async with await world.unit() as unit:
        for row in rows:
            await post(unit, row, world.clock.now(), world.core.platforms)


async def fate(world: World, key: str) -> OutState:
    async with world.engine.read() as tx:
        row = await Unit(tx).outbox.by_key(key)
    assert row is not None
    return row.state


async def courier(world: World) -> None:
    """One round: lease, send, write down."""
    await world.core.courier.step()
    await world.core.courier.idle()
    await world.core.courier.step()


def limited(world: World, **limits: Any) -> None:
    base = {"per_bot_second": 1e6, "per_chat_second": 1e6, "per_chat_burst": 1e6, "per_chat_minute": 1e6}
    world.platform.capabilities = Capabilities(limits=Limits(**{**base, **limits}))


def order(world: World) -> list[str]:
    shown = [s for chat in world.platform.chats.values() for s in chat]
    return [s.text for s in sorted(shown, key=lambda s: int(s.ref))]


# ── what leaves first ──────────────────────────────────────────────────────
async def test_urgent_lanes_leave_first(world: World) -> None:
    lanes = [Lane.DIGEST, Lane.RESIDENT, Lane.EMERGENCY, Lane.URGENT_PUSH, Lane.OFFICER]
    await put(world, *(out(lane.name, f"g{lane}", lane=lane) for lane in lanes))
    await world.settle()
    assert order(world) == [lane.name for lane in sorted(lanes)]


async def test_one_chat_gets_its_messages_in_order(world: World) -> None:
    await put(world, *(out(str(n)) for n in range(20)))
    await world.settle()
    assert texts_of(world.chat("g1")) == [str(n) for n in range(20)]


async def test_some_of_the_limit_is_kept_for_people(world: World) -> None:
    limited(world, per_bot_second=8)
    await world.restart()
    await put(world, *(out(f"push{n}", f"g{n}", lane=Lane.DIGEST) for n in range(20)))
    await courier(world)
    assert len(order(world)) == 6
    await put(world, *(out(f"urgent{n}", f"p:{n}", lane=Lane.EMERGENCY) for n in range(3)))
    await courier(world)
    assert order(world)[6:] == ["urgent0", "urgent1"]
    world.clock.advance(seconds=30)
    for _ in range(5):
        await world.settle()
        world.clock.advance(seconds=1)
    assert len(order(world)) == 23


async def test_a_chats_limit_delays_only_that_chat(world: World) -> None:
    limited(world, per_chat_second=1, per_chat_burst=2)
    await world.restart()
    await put(world, *(out(f"a{n}", "g1") for n in range(4)), out("b", "g2"))
    await world.settle()
    assert texts_of(world.chat("g1")) == ["a0", "a1"]
    assert texts_of(world.chat("g2")) == ["b"]
    world.clock.advance(seconds=1.1)
    await world.settle()
    assert texts_of(world.chat("g1")) == ["a0", "a1", "a2"]


async def test_what_waits_for_a_limit_keeps_its_place(world: World) -> None:
    limited(world, per_chat_second=1, per_chat_burst=2)
    await world.restart()
    await put(world, *(out(f"a{n}") for n in range(4)))
    await world.settle()
    await world.restart()  # like another process, it has not counted what was sent
    await put(world, out("a4"), out("alarm", lane=Lane.EMERGENCY))
    await world.settle()
    assert texts_of(world.chat("g1")) == ["a0", "a1", "alarm"]
    for _ in range(4):
        await world.passes(seconds=1.1)
    assert texts_of(world.chat("g1")) == ["a0", "a1", "alarm", "a2", "a3", "a4"]


# ── what the platform answers ──────────────────────────────────────────────
async def test_a_429_holds_that_chat_and_no_other(world: World) -> None:
    world.platform.faults["g1"] = [Later(why="429", after=5, chat_wide=True)]
    await put(world, out("a1"), out("a2", lane=Lane.EMERGENCY), out("b", "g2"))
    await world.settle()
    await put(world, out("a3", lane=Lane.EMERGENCY))
    await world.settle()
    assert (texts_of(world.chat("g1")), texts_of(world.chat("g2"))) == ([], ["b"])
    world.clock.advance(seconds=5.1)
    await world.settle()
    assert texts_of(world.chat("g1")) == ["a2", "a3", "a1"]


async def test_an_uncertain_notice_goes_again_and_says_so(world: World) -> None:
    world.platform.faults["g1"] = [Unknown(why="timeout")]
    await put(world, out("a"))
    await world.settle()
    assert await fate(world, "a") is OutState.PENDING
    await world.passes(seconds=5)
    assert texts_of(world.chat("g1")) == [f"a{COPY_MARK}"]


async def test_a_certain_failure_is_no_copy(world: World) -> None:
    world.platform.faults["g1"] = [Later(why="connect"), Later(why="connect")]
    await put(world, out("a"))
    for _ in range(3):
        await world.passes(seconds=5)
    assert texts_of(world.chat("g1")) == ["a"]


async def test_an_uncertain_push_is_never_repeated(world: World) -> None:
    world.platform.faults["g1"] = [Unknown(why="timeout")]
    await put(world, out("a", policy=Policy.AT_MOST_ONCE))
    await world.passes(hours=1)
    assert world.chat("g1") == []
    assert await fate(world, "a") is OutState.UNKNOWN


@pytest.mark.parametrize("answer", [Unknown(why="timeout"), Later(why="busy")])
async def test_after_a_day_it_is_given_up(world: World, answer: SendResult) -> None:
    world.platform.faults["g1"] = [answer] * 300
    await put(world, out("a"))
    for _ in range(30):
        await world.passes(hours=1)
    assert await fate(world, "a") in (OutState.DEAD, OutState.UNKNOWN)
    assert world.platform.faults["g1"]


async def test_never_is_never(world: World) -> None:
    world.platform.faults["g1"] = [Never(why="bad request")]
    await put(world, out("a"), out("b"))
    await world.passes(hours=1)
    assert await fate(world, "a") is OutState.DEAD
    assert texts_of(world.chat("g1")) == ["b"]


async def test_an_adapter_with_a_bug_is_an_unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def bug(_: Outgoing, __: str) -> SendResult:
        raise RuntimeError("secret")

    monkeypatch.setattr(world.platform, "send", bug)
    await put(world, out("a"), out("b", "g2", policy=Policy.AT_MOST_ONCE))
    await courier(world)
    monkeypatch.undo()
    await world.passes(seconds=5)
    assert texts_of(world.chat("g1")) == [f"a{COPY_MARK}"]
    assert await fate(world, "b") is OutState.UNKNOWN


async def test_moved_is_followed_by_this_and_all_that_wait(world: World) -> None:
    world.platform.faults["g1"] = [Moved(chat_id="gS"), Moved(chat_id="gS")]
    await put(world, out("a"), out("b"))
    await world.passes(seconds=2)
    await world.passes(seconds=2)
    assert texts_of(world.chat("gS")) == ["a", "b"]
    assert world.chat("g1") == []


# ── crashes ────────────────────────────────────────────────────────────────
async def leased(world: World, key: str, policy: Policy = Policy.AT_LEAST_ONCE) -> None:
    await put(world, out(key, policy=policy))
    async with await world.unit() as unit:
        row = await unit.outbox.by_key(key)
        assert await unit.outbox.lease(row.id, owner="the dead", until=world.clock.now() + timedelta(seconds=90))


async def test_after_a_restart_what_was_under_way_goes_at_once_as_a_copy(world: World) -> None:
    await leased(world, "a")
    await world.restart()
    await world.settle()
    assert texts_of(world.chat("g1")) == [f"a{COPY_MARK}"]


async def test_another_processs_lease_runs_out(world: World) -> None:
    await leased(world, "a")
    await put(world, out("b"))
    await world.settle()
    assert world.chat("g1") == []
    await world.passes(seconds=60)
    assert world.chat("g1") == []
    await world.passes(seconds=60)
    assert texts_of(world.chat("g1")) == [f"a{COPY_MARK}", "b"]


async def test_an_interrupted_push_becomes_uncertain(world: World) -> None:
    await leased(world, "a", Policy.AT_MOST_ONCE)
    await world.restart()
    await world.settle()
    assert world.chat("g1") == []
    assert await fate(world, "a") is OutState.UNKNOWN


async def test_who_lost_the_lease_writes_nothing(world: World) -> None:
    await leased(world, "a")
    async with await world.unit() as unit:
        row = await unit.outbox.by_key("a")
        now = world.clock.now()
        await unit.outbox.sent(row.id, owner="a stranger", message_ref="1", at=now)
        await unit.outbox.later(row.id, owner="a stranger", due_at=now, error="", copy=False)
    assert await fate(world, "a") is OutState.LEASED


# ── edits ──────────────────────────────────────────────────────────────────
async def test_edits_coalesce_to_the_last(world: World) -> None:
    await put(world, out("a"))
    await world.settle()
    await put(world, *(change(f"e{n}", "a") for n in range(5)))
    await world.settle()
    [shown] = world.chat("g1")
    assert (shown.text, shown.edits) == ("e4", 1)
    assert [await fate(world, f"e{n}") for n in range(4)] == [OutState.OBSOLETE] * 4


async def test_an_edit_waits_for_its_message(world: World) -> None:
    world.platform.faults["g1"] = [Later(why="busy", after=3)]
    await put(world, out("a"), change("e", "a", lane=Lane.EMERGENCY))
    await world.settle()
    assert world.chat("g1") == []
    for _ in range(3):
        await world.passes(seconds=3.5)
    [shown] = world.chat("g1")
    assert (shown.text, shown.edits) == ("e", 1)


@pytest.mark.parametrize("target", ["a", "never existed"])
async def test_an_edit_of_what_never_arrived_is_said(world: World, target: str) -> None:
    world.platform.faults["g1"] = [Never(why="bad request")]
    await put(world, out("a"))
    await world.settle()
    await put(world, change("e", target))
    await world.settle()
    assert texts_of(world.chat("g1")) == ["e"]


async def test_where_messages_cannot_be_changed_a_short_line_follows_once(world: World) -> None:
    world.platform.capabilities = replace(world.platform.capabilities, editing=Edits.NEVER)
    await world.restart()
    await put(world, out("a"))
    await world.settle()
    said = Content(text="the whole receipt", brief="✅ 1 号已接单")
    await put(world, change("e1", "a"), change("e2", "a", content=said))
    await world.settle()
    await put(world, change("e3", "a", content=said), change("e4", "a"))
    await world.settle()
    assert texts_of(world.chat("g1")) == ["a", "✅ 1 号已接单"]
    assert [await fate(world, f"e{n}") for n in (1, 2, 3, 4)] == [OutState.OBSOLETE] * 4
    await put(world, change("e5", "a", content=replace(said, brief="✅ 1 号已办结")))
    await put(world, change("e6", "b", content=replace(said, brief="✅ 2 号已办结")))
    await world.settle()
    assert texts_of(world.chat("g1"))[2:] == ["✅ 1 号已办结", "✅ 2 号已办结"]


async def test_where_one_message_can_no_longer_be_changed_a_line_follows(world: World) -> None:
    await put(world, out("a"))
    await world.settle()
    button = ((Button(label="到场", action="arrive:1"),),)
    said = Content(text="the whole card", brief="✅ 1 号已接单", buttons=button)
    for key in ("e1", "e2"):
        world.platform.faults["g1"] = [CannotEdit()]
        await put(world, change(key, "a", content=said))
        await world.settle()
    world.platform.faults["g1"] = [CannotEdit()]
    await put(world, change("e3", "a"))
    await world.settle()
    first, line = world.chat("g1")
    assert (first.text, first.edits) == ("a", 0)
    assert (line.text, line.labels) == ("✅ 1 号已接单", ["到场"])
    assert [await fate(world, f"e{n}") for n in (1, 2, 3)] == [OutState.OBSOLETE] * 3


# ── what is no longer true, and what is too long ───────────────────────────
async def test_an_answer_expires(world: World) -> None:
    await claimed(world)
    told = len(world.platform.answers)
    event = await world.zhao.presses("到场", where="g9", settle=False)
    await world.core.dispatcher.step()
    world.clock.advance(seconds=61)
    await world.settle()
    assert len(world.platform.answers) == told
    assert await fate(world, f"in:world:bot:{event.event_id}:answer") is OutState.OBSOLETE


async def test_a_press_is_answered_though_its_chat_is_held(world: World) -> None:
    world.platform.faults["g9"] = [Later(why="429", after=60, chat_wide=True)]
    await world.chen.says("@民警 有人吵架")
    await world.wang.presses("接单")
    assert len(world.platform.answers) == 1


async def test_the_same_key_is_said_once(world: World) -> None:
    await put(world, out("a"), out("a"))
    await world.settle()
    await put(world, out("a"))
    await world.settle()
    assert texts_of(world.chat("g1")) == ["a"]


async def test_a_long_text_is_split_and_its_buttons_stand_under_the_end(world: World) -> None:
    limits = replace(GENEROUS, text=100)
    world.platform.capabilities = Capabilities(limits=limits)
    text = "。".join(f"第{n}句话说得很长很长" for n in range(40))
    button = Button(label="接单", action="claim:1")
    await put(world, out("a", content=Content(text=text, buttons=((button,),), reply_to="m1"), role=Role.CARD))
    await world.settle()
    shown = world.chat("g1")
    marks = [f"\n({n}/{len(shown)})" for n in range(1, len(shown) + 1)]
    assert [s.text[-len(mark) :] for s, mark in zip(shown, marks, strict=True)] == marks
    assert "".join(s.text.removesuffix(m) for s, m in zip(shown, marks, strict=True)) == text
    assert all(len(s.text) <= 100 for s in shown)
    assert [bool(s.buttons) for s in shown] == [False] * (len(shown) - 1) + [True]
    assert [s.out.content.reply_to for s in shown] == ["m1"] + [""] * (len(shown) - 1)
    await put(world, change("e", "a"))
    await world.settle()
    assert world.last("g1").text == "e"


async def test_what_has_a_time_waits_for_it(world: World) -> None:
    await put(world, out("a", due_at=world.clock.now() + timedelta(minutes=5)))
    await world.settle()
    assert world.chat("g1") == []
    await world.passes(minutes=6)
    assert texts_of(world.chat("g1")) == ["a"]
