"""What people really type: in the wrong place, with an @ too many, as an answer to another message."""

from dataclasses import replace

import pytest

from handlers.kit import texts
from storage.model.messages import InboundKind, Sender
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.stories import MATTER, claimed, entries, kinds, on_sqlite, reported, resolved

pytestmark = on_sqlite
GIVEN_NAMES = ("王建国", "李强", "赵敏", "孙伟", "周明")


# ── residents ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize("words", ["@民警 解决了，谢谢", "已经解决了 @民警", "@王警官 解决了"])
async def test_solved_is_understood_in_the_group_without_a_reply(world: World, words: str) -> None:
    await resolved(world)
    await world.chen.says(words)
    assert (await world.ticket()).state is State.CONFIRMED
    assert await world.tickets() == 1


async def test_unsolved_is_understood_in_the_group_without_a_reply(world: World) -> None:
    await resolved(world)
    await world.chen.says("@民警 没解决，又来了")
    assert (await world.ticket()).state is State.REOPENED
    assert await world.tickets() == 1


async def test_what_was_reported_elsewhere_is_not_closed_here(world: World) -> None:
    await resolved(world)
    await world.chen.says("@民警 解决了", to="g2")
    assert (await world.ticket()).state is State.RESOLVED


async def test_ones_own_reply_with_an_at_is_a_supplement(world: World) -> None:
    await claimed(world)
    await world.chen.says("@民警 还在扔", reply_to=world.receipt(1).ref)
    assert await world.tickets() == 1
    assert (await entries(world))[-1].text == "还在扔"
    assert world.wang.inbox[-1].text == "1 号反映人补充：还在扔"


async def test_a_neighbours_reply_with_an_at_is_a_matter_of_its_own(world: World) -> None:
    await claimed(world)
    await world.liu.says("@民警 我家车也被砸了", reply_to=world.receipt(1).ref)
    assert await world.tickets() == 2


async def test_who_forgot_the_number_is_told_where_it_stands(world: World) -> None:
    await reported(world)
    await world.chen.says("@民警 撤回")
    assert "“我的”" in world.last("g1").text


async def test_words_changed_in_private_are_answered(world: World) -> None:
    event = await world.chen.tells("你好")
    changed = replace(event, event_id="e1", kind=InboundKind.EDIT, text="我家进小偷了")
    await world.happens(changed)
    assert await world.tickets() == 0
    assert world.chen.inbox[-1].text == texts.EDIT_NOT_TAKEN
    assert len(world.chen.inbox) == 2


async def test_in_a_group_help_says_that_an_at_comes_first(world: World) -> None:
    await world.chen.says("@民警 帮助")
    assert texts.HELP_LIST_GROUP in world.last("g1").text
    await world.chen.tells("帮助")
    assert texts.HELP_LIST in world.chen.inbox[-1].text


async def test_a_bare_at_in_a_group_opens_the_answer_for_the_caller(world: World) -> None:
    """What comes next without an @ is not heard: the answer must be a reply, and the platform offers it."""
    await world.chen.says("@民警")
    hello = world.last("g1")
    assert hello.text == texts.YES_HERE_GROUP
    assert hello.out.content.ask
    await world.chen.tells("你好")
    assert world.chen.inbox[-1].text == texts.YES_HERE


async def test_start_in_a_group_says_how_a_group_calls(world: World) -> None:
    await world.chen.says("/start", addressed=True)
    assert "有事 @民警" in world.last("g1").text
    assert "直接在这里写" not in world.last("g1").text


# ── officers ───────────────────────────────────────────────────────────────
async def test_an_answer_to_another_card_is_no_finding(world: World) -> None:
    await reported(world)
    await world.passes(minutes=5)
    await reported(world, "楼下有人打牌吵")
    await world.wang.presses("接单", where="g9")
    await world.wang.presses("办结", where="g9")
    await world.wang.says("这家上个月也扔过", reply_to=world.card(1, "g9").ref)
    assert (await world.ticket(2)).state is State.CLAIMED
    assert EntryKind.NOTED in await kinds(world, 1)
    assert all("上个月" not in shown.text for shown in world.chat("g1"))
    await world.wang.says("已劝散", reply_to=world.chat("g9")[-2].ref)
    assert (await world.ticket(2)).finding == "已劝散"


@pytest.mark.parametrize(
    "words",
    ["接单 1", "到场 1", "办结 1", "办结 1 好了", "转派 1 李强", "转派 1", "转派 1 无名", "值班", "查 1", "待办"],
)
async def test_officers_full_names_stay_out_of_residents_groups(world: World, words: str) -> None:
    await claimed(world)
    for who in (world.li, world.sun):
        await world.chen.says(MATTER)
        await who.says(f"@民警 {words}", to="g1")
        await world.wang.says(f"@民警 {words}", to="g1")
    shown = "".join(s.text + "".join(s.labels) for s in world.chat("g1"))
    assert not [name for name in GIVEN_NAMES if name in shown]


# ── whom an @ means ────────────────────────────────────────────────────────
async def test_an_officers_account_at_an_at_means_the_police(world: World) -> None:
    hello = world.message(world.zhao, "待办", world.zhao.private)
    await world.happens(replace(hello, sender=Sender(user_id="zhao", name="赵敏", username="Zhao_Min")))
    ears = world.core.hearing
    assert ears.calls_us("", "@zhao_min 有人打架")
    assert not ears.calls_us("", "@zhao_min2 有人打架")
    assert "world:zhao" in ears.staff_accounts
    assert "world:chen" not in ears.staff_accounts
    await world.chen.says("@zhao_min 有人打架")
    assert "您被群众点名" in world.card(1, world.zhao.private).text


async def test_binding_is_heard_in_a_group_without_an_at_as_the_greeting_says(world: World) -> None:
    calls = world.core.hearing.calls_us
    heard = ["绑定", "绑定 dongwan 业主 东湾片区", "/绑定 dongwan", "绑定：dongwan"]
    assert [text for text in heard if not calls("world:g5", text)] == []
    chat = ["绑定银行卡以后钱没了", "绑定 银行卡 后钱没了", "我要绑定 dongwan", "待办", "接单 1", "绑定了吗"]
    assert [text for text in chat if calls("world:g5", text)] == []


async def test_a_reply_may_leave_out_the_number(world: World) -> None:
    await world.chen.says("@民警 楼上漏水")
    card, receipt = world.card(1, "g9").ref, world.receipt(1).ref
    await world.li.says("接单", to="g9", reply_to=card)
    assert (await world.ticket()).state is State.CLAIMED
    await world.li.says("办结 已和楼上说好", to="g9", reply_to=card)
    assert (await world.ticket()).finding == "已和楼上说好"
    await world.liu.says("@民警 有人占道")
    await world.liu.says("撤回", reply_to=world.receipt(2).ref)
    assert (await world.ticket(2)).state is State.WITHDRAWN
    assert receipt != world.receipt(2).ref


async def test_an_at_followed_by_nothing_anyone_sees_is_a_call_without_a_matter(world: World) -> None:
    await world.chen.says("@民警 \u200b\ufeff")
    assert await world.tickets() == 0
    assert "请直接回复" in world.last("g1").text
