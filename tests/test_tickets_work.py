"""接单 → 到场 → 办结, as conversations: who may, who wins, what the others read, what a restart changes."""

import pytest

from handlers.kit import texts
from storage.model.messages import Lane, Sender
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.stories import claimed, entries, everything, kinds, on_sqlite, person_id, reported, resolved, silence

OFFICER_BUTTONS = ["接单", "转派"]


# ── who may ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", ["chen", "liu"])
@pytest.mark.parametrize(
    "action", ["claim:1", "transfer:1", "arrive:1", "resolve:1", "finding:1.0", "give:1.2", "todo:1"]
)
async def test_a_residents_press_is_refused_in_a_sentence(world: World, who: str, action: str) -> None:
    await reported(world)
    card = world.card(1, "g9")
    before = everything(world)
    event = world.message(getattr(world, who), "", "g9")
    pressed = card.button("接单")
    await getattr(world, who).presses_old(card, type(pressed)(label="x", action=action), "g9")
    assert getattr(world, who).read == texts.NO_RIGHT
    assert everything(world) == before
    assert (await world.ticket()).state is State.OPEN
    assert event.message_id


@on_sqlite
@pytest.mark.parametrize("words", ["接单 1", "接1", "到场 1", "办结 1 已处理", "转派 1 李强", "待办", "值班"])
async def test_a_residents_command_is_refused_in_a_sentence(world: World, words: str) -> None:
    await reported(world)
    await world.chen.says(f"@民警 {words}")
    assert world.last("g1").text == texts.NO_RIGHT
    assert (await world.ticket()).state is State.OPEN
    assert await world.tickets() == 1


@pytest.mark.parametrize("words", ["接单 1", "撤回 1", "查 1", "补充 1 还有", "绑定 dongwan 业主"])
async def test_a_hidden_admin_has_no_power(world: World, words: str) -> None:
    await reported(world)
    ghost = Sender(user_id="wang", name="群g1", anonymous=True)
    await world.wang.says(words, to="g9", sender=ghost, addressed=True)
    assert world.last("g9").text == texts.NO_RIGHT_ANONYMOUS
    assert (await world.ticket()).state is State.OPEN


# ── 接单 ───────────────────────────────────────────────────────────────────
async def test_two_presses_before_either_is_handled_have_one_winner(world: World) -> None:
    await reported(world)
    await world.wang.presses("接单", settle=False)
    await world.zhao.presses("接单", where="g9", settle=False)
    await world.settle()
    assert (await world.ticket()).assignee_id == await person_id(world, "wang")
    answers = [text for _, text in world.platform.answers]
    assert answers == ["您已接单 1 号。到了现场点“到场”，办完点“办结”。", "1 号已经由王建国接了。"]
    assert (await kinds(world)).count(EntryKind.CLAIMED) == 1


async def test_the_winner_works_on_in_private_wherever_it_was_claimed(world: World) -> None:
    await reported(world)
    await world.zhao.presses("接单", where="g9")
    assert world.card(1, world.zhao.private).labels == ["到场", "办结", "转派", "更多"]
    assert world.card(1, world.wang.private).text.endswith("经办：赵敏")
    assert world.receipt(1).text.endswith("赵警官已接单，正在处理。")


async def test_the_same_press_twice_and_a_second_press(world: World) -> None:
    await reported(world)
    card, old = world.card(1, world.wang.private), world.card(1, world.wang.private).button("接单")
    event = await world.wang.presses("接单")
    before = everything(world)
    await world.happens(event)
    assert len(world.platform.answers) == 1
    await world.wang.presses_old(card, old, world.wang.private)
    assert world.wang.read == "1 号已经在您手上了，现在是“已接单”。"
    assert everything(world) == before
    assert (await kinds(world)).count(EntryKind.CLAIMED) == 1


@pytest.mark.parametrize("moment", ["received", "handled"])
async def test_a_restart_between_press_and_answer(world: World, moment: str) -> None:
    await reported(world)
    await world.wang.presses("接单", settle=False)
    if moment == "handled":
        await world.core.dispatcher.step()
    await world.restart()
    await world.settle()
    assert (await world.ticket()).state is State.CLAIMED
    assert (await kinds(world)).count(EntryKind.CLAIMED) == 1
    assert len(world.platform.answers) == 1


async def test_buttons_work_after_a_restart(world: World) -> None:
    await reported(world)
    for label in ("接单", "到场", "办结", "已到场处置"):
        await world.restart()
        await world.wang.presses(label)
    assert (await world.ticket()).state is State.RESOLVED


@on_sqlite
@pytest.mark.parametrize(
    "words", ["接单 1", "接单1号", "接1", "接单 第1单", "接单 #1", "接单１", "/claim 1", "接单 一号", "接单：1"]
)
async def test_every_way_of_typing_a_claim(world: World, words: str) -> None:
    await reported(world)
    await world.zhao.tells(words)
    assert (await world.ticket()).state is State.CLAIMED
    assert "您已接单 1 号" in world.zhao.inbox[-2].text + world.zhao.inbox[-1].text


@on_sqlite
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("接单", "请写上单号"),
        ("接单 那个", "请写上单号"),
        ("接单 99", "没有找到 99 号。发“待办”"),
        ("到场 1", "1 号还没有人接，请先接单。"),
        ("办结 1 好了", "1 号还没有人接，请先接单。"),
        ("办结 1", "1 号还没有人接，请先接单。"),
        ("/claim", "请写上单号"),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_sentence(world: World, words: str, answer: str) -> None:
    await reported(world)
    await world.wang.tells(words)
    assert answer in world.wang.inbox[-1].text
    assert (await world.ticket()).state is State.OPEN


# ── 到场 ───────────────────────────────────────────────────────────────────
async def test_arriving_once(world: World) -> None:
    await claimed(world)
    await world.wang.tells("到场 1")
    assert (await world.ticket()).state is State.ON_SCENE
    assert world.card(1, world.wang.private).labels == ["办结", "转派", "更多"]
    await world.wang.tells("到场 1")
    assert world.wang.inbox[-1].text == "1 号已经在您手上了，现在是“已到场”。"
    assert (await kinds(world)).count(EntryKind.ARRIVED) == 1


async def test_another_officer_may_not_work_on_it_but_the_duty_leader_may(world: World) -> None:
    await claimed(world)
    for words in ("到场 1", "办结 1 好了", "办结 1"):
        await world.zhao.tells(words)
        assert world.zhao.inbox[-1].text == "1 号在王建国手上，要由本人或值班长来操作。"
    assert (await world.ticket()).state is State.CLAIMED
    await world.sun.tells("到场 1")
    assert (await world.ticket()).state is State.ON_SCENE
    assert (await world.ticket()).assignee_id == await person_id(world, "wang")


# ── 办结 ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("how", ["button", "private", "group", "command", "glued"])
async def test_every_way_of_closing_keeps_the_finding(world: World, how: str) -> None:
    await claimed(world)
    match how:
        case "button":
            await world.wang.presses("办结")
            await world.wang.presses("已当面调解")
        case "private":
            await world.wang.presses("办结")
            await world.wang.tells("已当面调解")
        case "group":
            await world.wang.presses("办结", where="g9")
            await world.wang.says("已当面调解", reply_to=world.last("g9").ref)
        case "command":
            await world.wang.tells("办结 1 已当面调解")
        case _:
            await world.wang.tells("办结1号：已当面调解")
    ticket = await world.ticket()
    assert (ticket.state, ticket.finding) == (State.RESOLVED, "已当面调解")
    assert "已当面调解" in world.last("g1").text
    assert world.last("g1").labels == ["解决了", "没解决"]
    assert world.last("g1").out.content.reply_to == "m1"
    assert (await entries(world))[-1].kind is EntryKind.RESOLVED


async def test_what_else_an_officer_says_in_the_group_is_no_finding(world: World) -> None:
    await claimed(world)
    await world.wang.presses("办结", where="g9")
    await world.wang.says("中午吃什么")
    assert (await world.ticket()).state is State.CLAIMED
    await world.zhao.says("我来写：已调解", reply_to=world.last("g9").ref)
    assert (await world.ticket()).state is State.CLAIMED


async def test_the_question_survives_a_restart_and_is_asked_once(world: World) -> None:
    await claimed(world)
    event = await world.wang.presses("办结")
    await world.happens(event)
    await world.restart()
    await world.happens(event)
    assert [s.text for s in world.wang.inbox].count(world.wang.inbox[-1].text) == 1
    await world.wang.tells("已劝导，当事人已清理")
    assert (await world.ticket()).finding == "已劝导，当事人已清理"


async def test_an_unanswered_question_is_forgotten(world: World) -> None:
    await claimed(world)
    await world.wang.presses("办结")
    await world.passes(minutes=31)
    await world.wang.tells("我先吃饭")
    assert (await world.ticket()).state is State.CLAIMED
    assert "待办" in world.wang.inbox[-1].text


async def test_closing_twice_closes_once(world: World) -> None:
    await claimed(world)
    await world.wang.presses("办结")
    ask = world.wang.inbox[-1]
    old = ask.button("已到场处置")
    event = await world.wang.presses("已到场处置")
    await world.happens(event)
    before = everything(world)
    await world.wang.presses_old(ask, old, world.wang.private)
    assert world.wang.read == "1 号现在是“已办结”，不能办结了。"
    await world.zhao.tells("办结 1 我来办")
    assert world.zhao.inbox[-1].text == "1 号现在是“已办结”，不能办结了。"
    world.zhao.inbox.pop()
    assert everything(world) == before
    assert (await kinds(world)).count(EntryKind.RESOLVED) == 1


async def test_a_question_asked_before_somebody_else_closed_it(world: World) -> None:
    await claimed(world)
    await world.wang.presses("办结")
    await world.sun.tells("办结 1 已由值班长处理")
    await world.wang.tells("已调解")
    assert "1 号现在是“已办结”" in world.wang.inbox[-1].text
    assert (await world.ticket()).finding == "已由值班长处理"


async def test_old_buttons_tell_the_true_state_and_are_put_right(world: World) -> None:
    await resolved(world)
    card = world.card(1, "g9")
    for action, answer in (("claim", "不能接单了"), ("arrive", "不能到场了"), ("resolve", "不能办结了")):
        button = type(world.last("g1").button("解决了"))(label=action, action=f"{action}:1")
        await world.zhao.presses_old(card, button, "g9")
        assert world.zhao.read == f"1 号现在是“已办结”，{answer}。"
    assert card.labels == []
    assert (await world.ticket()).state is State.RESOLVED


@on_sqlite
@pytest.mark.parametrize(
    "action", ["claim:99", "claim:x", "claim:", "nosuch:1", "finding:1.99", "rate:1.7", "give:1.999", "confirm:99", ""]
)
async def test_a_button_that_never_was(world: World, action: str) -> None:
    await reported(world)
    before = everything(world)
    button = type(world.card(1, "g9").button("接单"))(label="x", action=action)
    await world.wang.presses_old(world.card(1, "g9"), button, "g9")
    assert world.wang.read in (texts.STALE_BUTTON, texts.ONLY_REPORTER)
    assert everything(world) == before


async def test_an_officer_without_a_private_chat_works_from_the_group(world: World) -> None:
    await silence(world, "zhao")
    await reported(world)
    for label in ("接单", "到场", "办结"):
        await world.zhao.presses(label, where="g9")
    await world.zhao.says("已劝导", reply_to=world.last("g9").ref)
    assert (await world.ticket()).state is State.RESOLVED
    assert world.zhao.inbox == []


async def test_urgent_matters_go_first(world: World) -> None:
    await reported(world, "有人持刀打人")
    assert {s.out.lane for s in (world.last("g1"), world.card(1, "g9"), world.card(1, "p:wang"))} == {Lane.EMERGENCY}
    assert world.card(1, "g9").text.startswith("🔴 紧急 · 1 号")
    assert "110" in world.last("g1").text


async def test_a_finding_is_a_sentence_not_a_book(world: World) -> None:
    await world.chen.says("@民警 楼上漏水")
    await world.wang.presses("接单")
    await world.wang.tells(f"办结 1 {'长' * 1001}")
    assert "短一点" in world.wang.inbox[-1].text
    assert (await world.ticket()).finding == ""
