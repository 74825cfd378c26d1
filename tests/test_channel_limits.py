"""Channels that lack something: numbers for buttons, limits that outlive a restart, words that wait for a person's."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.adapters.base import Capabilities, Edits, Later, Limits
from bot.choosing import numbered
from bot.post import post
from bot.windows import wait_for_room
from storage.model.messages import Button, Content, Lane, Outgoing, OutState, Policy, Role
from storage.unit import Unit
from tests.harness import GENEROUS, World
from tests.stories import claimed, reported, texts_of
from tests.test_courier import fate, out, put

BARE = Capabilities(buttons=False, editing=Edits.NEVER, answers_presses=False, limits=GENEROUS)


async def on(world: World, **more: Any) -> None:
    """The world on a channel with these abilities, after a restart."""
    world.platform.capabilities = replace(BARE, **more)
    await world.restart()


def buttons(*labels: str) -> tuple[tuple[Button, ...], ...]:
    return (tuple(Button(label=label, action=f"claim:{n}") for n, label in enumerate(labels, 1)),)


# ── numbers ────────────────────────────────────────────────────────────────
def test_choices_say_which_number_stands_for_what() -> None:
    two = numbered(Content(text="新警情", buttons=buttons("接单", "转派")), BARE, group=False)
    assert two.text == "新警情\n回复 1 接单 / 回复 2 转派"
    few = Capabilities(limits=Limits(buttons=1))
    assert numbered(two, few, group=True).text.endswith("\n引用这条回复 2 转派")
    assert numbered(two, Capabilities(), group=False) == two
    assert numbered(Content(text="好"), BARE, group=False).text == "好"


async def test_a_story_without_buttons_is_told_in_numbers(world: World) -> None:
    """Report → card → claim → scene → resolve, with restarts; nothing is known but the database."""
    await on(world)
    await reported(world)
    assert "回复 1 接单 / 回复 2 转派" in world.chat(world.wang.private)[-1].text
    await world.restart()
    await world.wang.says("1", to=world.wang.private)
    assert (await world.ticket(1)).state == "已接单"
    said = texts_of(world.chat(world.wang.private))
    assert any("✅ 1 号已接单：" in text and "回复 1 到场" in text for text in said), said
    assert texts_of(world.chat("g1"))[-1] == "✅ 1 号已接单，王警官正在处理。"
    await world.restart()
    await world.wang.says("１", to=world.wang.private)
    assert (await world.ticket(1)).state == "已到场"
    await world.wang.says("1", to=world.wang.private)
    assert "回复 1 " in world.chat(world.wang.private)[-1].text  # which finding?
    await world.wang.says("1", to=world.wang.private)
    assert (await world.ticket(1)).state == "已办结"
    assert texts_of(world.chat("g9"))[-1] == "✅ 1 号已办结。"
    closing = world.chat("g1")[-1]
    await world.chen.says("1", to="g1", reply_to=closing.ref, addressed=True)
    assert (await world.ticket(1)).state == "已确认"
    rating = world.chat("g1")[-1]
    await world.chen.says("1", to="g1", reply_to=rating.ref, addressed=True)
    assert (await world.ticket(1)).rating is not None
    assert len([t for t in texts_of(world.chat("g1")) if "已接单" in t]) == 1


async def test_a_number_that_is_no_choice_is_read_as_words(world: World) -> None:
    await on(world)
    await reported(world)
    for text in ("9", "0", "33", "1 2"):
        await world.wang.says(text, to=world.wang.private)
    await world.wang.says("1", to="g9")  # in a group only as a reply to the very message
    assert (await world.ticket(1)).assignee_id is None
    card = next(shown for shown in world.chat("g9") if "引用这条回复 1 接单" in shown.text)
    await world.wang.says("1", to="g9", reply_to=card.ref, addressed=True)
    assert (await world.ticket(1)).assignee_id is not None


async def test_the_number_of_an_old_choice_says_that_it_is_over(world: World) -> None:
    await on(world)
    await reported(world)
    card = next(shown for shown in world.chat("g9") if "引用这条回复 1 接单" in shown.text)
    await world.wang.says("1", to=world.wang.private)
    owner = (await world.ticket(1)).assignee_id
    assert owner is not None
    await world.zhao.says("1", to="g9", reply_to=card.ref, addressed=True)
    assert (await world.ticket(1)).assignee_id == owner
    assert "王" in world.chat("g9")[-1].text  # who has it


async def test_where_there_are_buttons_a_number_is_no_press(world: World) -> None:
    await reported(world)
    await world.wang.says("1", to=world.wang.private)
    assert (await world.ticket(1)).assignee_id is None


async def test_a_press_that_cannot_be_answered_with_a_toast_is_not_answered_with_nothing(world: World) -> None:
    await claimed(world)
    assert all(shown.text for chat in world.platform.chats.values() for shown in chat)


def test_a_sentence_says_to_press_only_where_there_is_a_button() -> None:
    asked = Content(text="群众写了“点“接单”就行”。要接请点“转派”。", buttons=buttons("转派"))
    assert numbered(asked, BARE, group=False).text == "群众写了“点“接单”就行”。要接请回复 1。\n回复 1 转派"
    assert numbered(asked, BARE, group=True).text.endswith("要接请引用这条回复 1。\n引用这条回复 1 转派")
    assert numbered(asked, replace(BARE, buttons=True), group=False) == asked


# ── limits that outlive a restart ──────────────────────────────────────────
async def test_the_hours_limit_counts_over_a_restart(world: World) -> None:
    await on(world, limits=replace(GENEROUS, per_chat_hour=4))
    await put(world, *(out(f"a{n}") for n in range(3)))
    await world.settle()
    world.clock.advance(minutes=30)
    await world.restart()
    await put(world, *(out(f"b{n}") for n in range(3)), out("elsewhere", "g2"))
    await world.settle()
    assert len(world.chat("g1")) == 4
    assert len(world.chat("g2")) == 1
    await world.passes(minutes=29)
    assert len(world.chat("g1")) == 4
    await world.passes(minutes=2)
    assert len(world.chat("g1")) == 6


async def test_pushes_leave_a_quarter_of_the_hour_to_people(world: World) -> None:
    await on(world, limits=replace(GENEROUS, per_chat_hour=4))
    pushes = [out(f"p{n}", lane=Lane.DIGEST, policy=Policy.AT_MOST_ONCE) for n in range(4)]
    await put(world, *pushes)
    await world.settle()
    assert len(world.chat("g1")) == 3
    await put(world, out("person"))
    await world.settle()
    assert texts_of(world.chat("g1"))[-1] == "person"


TURNS: dict[str, Any] = {"limits": replace(GENEROUS, per_turn=2, turn_hours=48.0)}


async def spoke(world: World, chat: str = "p:1") -> None:
    """Somebody writes; whatever we answer to it is not the matter here."""
    async with await world.unit() as unit:
        await unit.channels.spoke("world", chat, world.clock.now())
        await unit.outbox.release_turn(f"world:{chat}", world.clock.now())


async def test_after_so_many_words_of_ours_they_must_speak_again(world: World) -> None:
    await on(world, **TURNS)
    await spoke(world)
    for n in range(4):
        await put(world, out(f"a{n}", "p:1"))
        await world.settle()
    assert texts_of(world.chat("p:1")) == ["a0", "a1"]
    await world.restart()
    await world.passes(hours=1)
    assert len(world.chat("p:1")) == 2
    await spoke(world)
    await world.settle()
    assert texts_of(world.chat("p:1")) == ["a0", "a1", "a2\n\na3"]


async def test_a_row_that_is_two_messages_counts_as_two(world: World) -> None:
    """After a word of theirs, within an hour, and over a restart."""
    await on(world, limits=replace(GENEROUS, per_turn=5))
    world.platform.size = 2
    await spoke(world)
    for n in range(3):
        await put(world, out(f"a{n}", "p:1"))
        await world.settle()
    assert texts_of(world.chat("p:1")) == ["a0", "a1"]
    await on(world, limits=replace(GENEROUS, per_chat_hour=5))
    for n in range(2):
        await put(world, out(f"b{n}", "p:2"))
        await world.settle()
    world.platform.size = 1
    await world.restart()
    for n in range(2, 5):
        await put(world, out(f"b{n}", "p:2"))
        await world.settle()
    assert texts_of(world.chat("p:2")) == ["b0", "b1", "b2"]


async def test_what_one_person_is_told_at_once_is_one_message_with_its_buttons(world: World) -> None:
    """Never more than fits, never past the buttons, never with what was tried already."""
    await on(world, limits=replace(GENEROUS, per_turn=5, text=40, unit="utf8"))
    await spoke(world)
    ask = replace(out("c", "p:1"), content=Content(text="c", buttons=buttons("接单")))
    await put(world, out("a", "p:1"), out("b", "p:1"), ask, out("d" * 30, "p:1"), out("e" * 30, "p:1"))
    await world.settle()
    assert texts_of(world.chat("p:1")) == ["a\n\nb\n\nc\n回复 1 接单", "d" * 30, "e" * 30]
    assert [shown.labels for shown in world.chat("p:1")] == [["接单"], [], []]
    world.platform.faults["p:1"] = [Later(why="busy", after=60)]
    await put(world, out("f", "p:1"))
    await world.settle()
    await put(world, out("g", "p:1"))
    await world.passes(minutes=2)
    assert texts_of(world.chat("p:1"))[3:] == ["f", "g"]
    await world.restart()
    await world.settle()
    assert len(world.chat("p:1")) == 5
    assert await fate(world, "a") is OutState.OBSOLETE


async def test_where_one_may_say_as_much_as_one_likes_nothing_is_joined(world: World) -> None:
    await on(world)
    await put(world, out("a", "p:1"), out("b", "p:1"))
    await world.settle()
    assert texts_of(world.chat("p:1")) == ["a", "b"]


async def test_two_days_after_their_last_word_nothing_can_be_said(world: World) -> None:
    await on(world, **TURNS)
    await spoke(world)
    await world.passes(hours=47.9)
    await put(world, out("in time", "p:1"))
    await world.settle()
    await world.passes(hours=0.2)
    await put(world, out("late", "p:1"))
    await world.settle()
    assert texts_of(world.chat("p:1")) == ["in time"]
    for _ in range(25):
        await world.passes(hours=1)
    assert await fate(world, "late") is OutState.DEAD


@pytest.mark.parametrize("more", [{"role": Role.CARD}, {"policy": Policy.AT_MOST_ONCE, "lane": Lane.DIGEST}])
async def test_a_card_and_a_broadcast_do_not_wait_for_a_word(world: World, more: dict[str, Any]) -> None:
    await on(world, push_needs_talk=True)
    await put(world, out("a", "p:1", **more))
    await world.settle()
    assert await fate(world, "a") is OutState.DEAD
    await spoke(world)
    await world.passes(hours=24 * 30)  # a turn without a number of words does not end
    await put(world, out("b", "p:1", **more))
    await world.settle()
    assert texts_of(world.chat("p:1")) == ["b"]


async def test_what_a_person_writes_opens_their_turn(world: World) -> None:
    await on(world, **TURNS)
    await put(world, out("waiting", world.chen.private))
    await world.settle()
    assert world.chat(world.chen.private) == []
    await world.chen.says("你好", to=world.chen.private)
    (said,) = texts_of(world.chat(world.chen.private))  # with the answer to what they wrote
    assert said.startswith("waiting\n\n")
    async with await world.unit() as unit:
        assert await unit.channels.last_spoke("world", world.chen.private) == world.clock.now()


async def test_a_scheduled_message_is_not_released_early(world: World) -> None:
    await on(world, **TURNS)
    await put(world, out("tomorrow", "p:1", due_at=world.clock.now() + timedelta(hours=20)))
    await spoke(world)
    await world.settle()
    assert world.chat("p:1") == []
    await world.passes(hours=21)
    assert texts_of(world.chat("p:1")) == ["tomorrow"]


async def test_a_refusal_is_said_at_once_where_a_person_must_speak_first(world: World) -> None:
    """What the refused event would have done is undone; that somebody spoke is not."""
    await on(world, push_needs_talk=True)
    await world.chen.says("@民警 绑定 dongwan 业主")
    assert "由民警来操作" in world.chat("g1")[-1].text


async def test_what_ends_a_ticket_finds_room_beside_what_could_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several processes a ticket may end between two looks of the courier at what an officer wrote before: those
    words may go now, but not in the last place there is for how it ended."""
    await on(world, limits=replace(GENEROUS, per_turn=3))
    await spoke(world)
    for key in ("a", "b"):
        await put(world, out(key, "p:1"))
        await world.settle()
    ended: list[str] = []

    async def kept(unit: Unit, per_turn: int, about: Outgoing) -> int:
        return int(about.content.can_wait and not ended)

    async def room(unit: Unit, can: Capabilities, about: Outgoing, now: datetime, count: int) -> bool:
        if not ended:
            ended.append("now")
            await post(unit, out("closing", "p:1"), now, world.core.platforms)
        return await wait_for_room(unit, can, about, now, count)

    monkeypatch.setattr("bot.windows._kept", kept)
    monkeypatch.setattr("bot.outbox.wait_for_room", room)
    await put(world, out("reply", "p:1", content=Content(text="reply", can_wait=True)))
    await world.settle()
    assert texts_of(world.chat("p:1")) == ["a", "b", "reply\n\nclosing"]
