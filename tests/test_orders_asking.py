"""In doubt nothing is done: one question, its choices stored, pressed by the right one, once, in time."""

import pytest

from handlers.kit import order_texts as say
from handlers.kit import texts
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.living import neighbours
from tests.ordering import again, held, holder, numbered, state
from tests.stories import MATTER, everything, kinds, on_sqlite, reported

TWELVE, THIRTEEN = f"接单 #12 {MATTER}", f"接单 #13 {MATTER}"


async def asked(world: World) -> None:
    """赵敏 says that she goes, and two tickets wait."""
    await numbered(world, 12, 13)
    await world.zhao.tells("我去处理")
    shown = world.zhao.inbox[-1]
    assert (shown.text, shown.labels) == (say.WHICH_TICKET, [TWELVE, THIRTEEN, say.NONE])
    assert {await state(world, 12), await state(world, 13)} == {State.OPEN}


async def test_the_choice_that_is_pressed_is_carried_out(world: World) -> None:
    await asked(world)
    question = world.zhao.inbox[-1]
    event = await world.zhao.presses(THIRTEEN)
    assert (await holder(world, 12), await holder(world, 13)) == ("", "zhao")
    assert (question.text, question.labels) == (f"好的：{THIRTEEN}", [])
    before = everything(world)
    await again(world, event)
    assert everything(world) == before


async def test_pressed_again_it_says_how_it_stands(world: World) -> None:
    await asked(world)
    question = world.zhao.inbox[-1]
    twelve, thirteen = question.button(TWELVE), question.button(THIRTEEN)
    await world.zhao.presses(THIRTEEN)
    for button in (thirteen, twelve):
        await world.zhao.presses_old(question, button, world.zhao.private)
    assert [text for _, text in world.platform.answers[-2:]] == [
        "这个问题已经答过了。13 号现在是“已接单”（赵敏）。",
        "这个问题已经答过了。12 号现在是“待接单”。",
    ]
    assert await holder(world, 12) == ""


async def test_the_choices_outlive_a_restart(world: World) -> None:
    await asked(world)
    await world.restart()
    await world.zhao.presses(TWELVE)
    assert await holder(world, 12) == "zhao"


@pytest.mark.parametrize("minutes", [119, 121])
async def test_after_hours_the_question_is_too_old(world: World, minutes: int) -> None:
    await asked(world)
    await world.passes(minutes=minutes)
    await world.zhao.presses(TWELVE)
    if minutes < 120:
        assert await holder(world, 12) == "zhao"
        return
    assert world.zhao.read == "这个问题过时了，请再说一遍。12 号现在是“待接单”。"
    assert await holder(world, 12) == ""


@on_sqlite
async def test_somebody_else_was_faster(world: World) -> None:
    await asked(world)
    await world.li.tells("接单 12")
    await world.zhao.presses(TWELVE)
    assert world.zhao.read == "12 号已经由李强接了。"


@on_sqlite
async def test_none_of_them(world: World) -> None:
    await asked(world)
    question = world.zhao.inbox[-1]
    await world.zhao.presses(say.NONE)
    assert (question.text, question.labels) == (say.NOTHING_DONE, [])
    assert {await state(world, 12), await state(world, 13)} == {State.OPEN}


async def test_in_the_group_only_whom_we_asked_may_press(world: World) -> None:
    await numbered(world, 12, 13)
    await world.zhao.says("@平安小助手 我去处理", to="g9")
    question = world.last("g9")
    assert question.labels == [TWELVE, THIRTEEN, say.NONE]
    await world.li.presses_old(question, question.button(TWELVE), "g9")
    assert world.li.read == say.NOT_ASKED
    await world.chen.presses_old(question, question.button(TWELVE), "g9")
    assert world.chen.read == texts.NO_RIGHT
    assert await holder(world, 12) == ""
    await world.zhao.presses(TWELVE, where="g9")
    assert await holder(world, 12) == "zhao"


@on_sqlite
async def test_what_is_told_in_private_is_on_no_button_of_the_group(world: World) -> None:
    await numbered(world, 1)
    await world.liu.tells("邻居天天打孩子")
    await world.zhao.says("@平安小助手 我去处理", to="g9")
    assert world.last("g9").labels == ["接单 #2", f"接单 #1 {MATTER}", say.NONE]  # what is urgent first


@on_sqlite
@pytest.mark.parametrize(("words", "number"), [("12", 12), ("13号", 13), ("12号吧", 12), ("13我来", 13)])
async def test_the_number_is_an_answer_too(world: World, words: str, number: int) -> None:
    await asked(world)
    question = world.zhao.inbox[-1]
    await world.zhao.tells(words)
    assert await holder(world, number) == "zhao"
    assert question.labels == []


@on_sqlite
async def test_other_words_are_taken_for_what_they_say(world: World) -> None:
    await asked(world)
    await world.zhao.tells("今晚谁值班")
    assert world.zhao.inbox[-1].text.startswith("今晚值班")
    await world.zhao.tells("我去处理")
    await world.zhao.tells("你好")
    assert world.zhao.inbox[-1].text == texts.STAFF_HINT
    assert {await state(world, 12), await state(world, 13)} == {State.OPEN}


@on_sqlite
async def test_a_number_that_is_missing_is_typed(world: World) -> None:
    await held(world, 12, 13)
    await world.sun.tells("搞定了，已劝离")
    assert (world.sun.inbox[-1].text, world.sun.inbox[-1].labels) == (say.WHICH_TICKET_TYPED, [])
    await world.wang.tells("到现场了")
    assert world.wang.inbox[-1].labels == [f"到场 #12 {MATTER}", f"到场 #13 {MATTER}", say.NONE]
    await world.wang.tells("13")
    assert await state(world, 13) is State.ON_SCENE


@on_sqlite
async def test_what_is_to_be_done_is_typed(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12")
    assert world.wang.inbox[-1].text == say.WHICH_ACTION_TYPED.format(numbers="12 号")
    await world.wang.tells("到场了")
    assert await state(world) is State.ON_SCENE


@on_sqlite
async def test_who_is_meant_is_typed(world: World) -> None:
    await held(world, 12)
    await world.wang.tells("12转给老陈")
    assert world.wang.inbox[-1].text.startswith("没认出是哪一位，请写名字。可以是：")
    await world.wang.tells("李强")
    assert await holder(world, 12) == "li"


@on_sqlite
async def test_two_of_one_surname(world: World) -> None:
    await held(world, 12)
    async with await world.unit() as unit:
        await world.enrol(unit, world._someone("li2", "李伟", "g9"), PersonRole.OFFICER)
    await world.wang.tells("12转给小李")
    assert world.wang.inbox[-1].labels == [f"转给李强 #12 {MATTER}", f"转给李伟 #12 {MATTER}", say.NONE]
    await world.wang.tells("李强")
    assert await holder(world, 12) == "li"


@on_sqlite
async def test_an_ending_taken_back_is_no_finding(world: World) -> None:
    await held(world, 12, 13)
    await world.wang.tells("12办结，不对，是13")
    assert {await state(world, 12), await state(world, 13)} == {State.CLAIMED}
    await world.wang.presses(f"办结 #12 {MATTER}")
    assert await state(world, 12) is State.CLAIMED
    assert world.wang.inbox[-1].labels == list(texts.FINDINGS)


@on_sqlite
async def test_received_under_a_card_is_asked_about(world: World) -> None:
    await reported(world)
    await world.zhao.says("收到", to="g9", reply_to=world.card(1, "g9").ref)
    assert world.last("g9").labels == [f"接单 #1 {MATTER}", say.SAY, say.NONE]
    await world.zhao.presses(f"接单 #1 {MATTER}", where="g9")
    assert await holder(world, 1) == "zhao"


@on_sqlite
async def test_words_for_the_reporter_after_all(world: World) -> None:
    await held(world, 12)
    await world.sun.says("已经办结了，还没签字", to="p:sun", reply_to=world.card(12, "g9").ref)
    await world.wang.says("已经办结了，还没签字", to="p:wang", reply_to=world.card(12, "p:wang").ref)
    assert world.wang.inbox[-1].labels == [f"办结 #12 {MATTER}", say.SAY, say.NONE]
    event = await world.wang.presses(say.SAY)
    assert "已经办结了，还没签字" in world.last("g1").text
    assert (await kinds(world, 12)).count(EntryKind.REPLIED) == 1
    await again(world, event)
    assert (await kinds(world, 12)).count(EntryKind.REPLIED) == 1
    assert await state(world) is State.CLAIMED


@on_sqlite
async def test_a_question_in_another_station_knows_only_its_own(world: World) -> None:
    ma = await neighbours(world)
    await numbered(world, 12, 13)
    await ma.tells("我去处理")
    assert say.NONE not in ma.inbox[-1].labels


@on_sqlite
@pytest.mark.parametrize("action", ["order:1.12.99", "order:x", "order:1.2", "order:999999999999999.1.0"])
async def test_a_forged_press_does_nothing(world: World, action: str) -> None:
    await asked(world)
    question = world.zhao.inbox[-1]
    button = type(question.button(TWELVE))(label="x", action=action)
    await world.zhao.presses_old(question, button, world.zhao.private)
    assert world.zhao.read in (say.NOT_ASKED, texts.STALE_BUTTON)
    assert {await state(world, 12), await state(world, 13)} == {State.OPEN}
