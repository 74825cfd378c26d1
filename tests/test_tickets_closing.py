"""The reporter's word: 解决了 or 没解决, and 满意 / 一般 / 不满意, once."""

from dataclasses import replace

import pytest

from handlers.kit import texts
from storage.model.messages import InboundKind, Sender
from storage.model.tickets import EntryKind, Rating, State
from tests.harness import World
from tests.stories import confirmed, everything, kinds, person_id, resolved, silence


async def test_only_the_reporter_confirms(world: World) -> None:
    await resolved(world)
    before = everything(world)
    for who in (world.liu, world.wang, world.boss):
        for label in ("解决了", "没解决"):
            await who.presses(label, where="g1")
            assert who.read == texts.ONLY_REPORTER
    assert everything(world) == before
    assert (await world.ticket()).state is State.RESOLVED


async def test_a_hidden_admin_speaks_for_nobody(world: World) -> None:
    ghost = Sender(user_id="-100", name="群g1", anonymous=True)
    await world.chen.says("@民警 有人扔烟头", sender=ghost)
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已劝导")
    closing = world.last("g1")
    event = world.message(world.chen, "", "g1", sender=ghost, kind=InboundKind.BUTTON, button="confirm:1")
    await world.happens(replace(event, callback_id="cb", message_id=closing.ref))
    assert world.chen.read == texts.NO_RIGHT_ANONYMOUS


@pytest.mark.parametrize(("label", "rating"), [(r.value, r) for r in Rating if r is not Rating.POOR])
async def test_confirmed_and_rated_once(world: World, label: str, rating: Rating) -> None:
    await confirmed(world)
    ask = world.last("g1")
    assert (ask.text, ask.labels) == (texts.ask_rating(await world.ticket()), ["满意", "一般", "不满意"])
    buttons = [ask.button(name) for name in ask.labels]
    event = await world.chen.presses(label, where="g1")
    assert world.chen.read == texts.RATED[rating]
    await world.happens(event)
    for button in buttons:
        await world.chen.presses_old(ask, button, "g1")
        assert world.chen.read == texts.ALREADY_RATED
    assert (await world.ticket()).rating is rating
    assert (await kinds(world)).count(EntryKind.RATED) == 1
    assert world.wang.inbox[-1].text == f"1 号反映人评价：{rating}"
    assert world.card(1, "g9").text.endswith(f"评价：{rating}")


async def test_a_poor_rating_reaches_those_who_answer_for_it(world: World) -> None:
    """Both read it, and the duty leader gets the matter once more."""
    await confirmed(world)
    event = await world.chen.presses("不满意", where="g1")
    for who in (world.sun, world.boss):
        assert "1 号反映人评价：不满意。经办：王建国。请看看怎么改进。" in [s.text for s in who.inbox]
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.REOPENED, await person_id(world, "sun"))
    assert world.card(1, world.sun.private).labels == ["接单", "转派"]
    assert world.chen.read == world.last("g1").text == "对不起让您不满意了。1 号已重新打开，值班长会亲自看。"
    await world.happens(event)
    assert (await kinds(world)).count(EntryKind.RATED) == (await kinds(world)).count(EntryKind.REOPENED) == 1
    assert world.admin.inbox == []


async def test_a_rating_belongs_to_its_reporter(world: World) -> None:
    await confirmed(world)
    await world.liu.presses("满意", where="g1")
    assert world.liu.read == texts.ONLY_REPORTER
    assert (await world.ticket()).rating is None


async def test_confirming_twice(world: World) -> None:
    await resolved(world)
    closing, old = world.last("g1"), world.last("g1").button("解决了")
    event = await world.chen.presses("解决了", where="g1")
    await world.restart()
    await world.happens(event)
    await world.chen.presses_old(closing, old, "g1")
    assert world.chen.read == "1 号现在是“已确认”，不用再操作了。"
    assert (await kinds(world)).count(EntryKind.CONFIRMED) == 1


async def test_not_solved_starts_it_again(world: World) -> None:
    await resolved(world)
    closing, yes = world.last("g1"), world.last("g1").button("解决了")
    await world.chen.presses("没解决", where="g1")
    ticket = await world.ticket()
    assert (ticket.state, ticket.reopened, ticket.assignee_id) == (State.REOPENED, 1, None)
    assert closing.text == "好的，1 号已重新打开，已再次通知民警。您可以回复这条消息补充情况。"
    assert closing.labels == []
    assert world.receipt(1).text.endswith("已重新打开，已通知孙警官。")
    assert "1 号反映人说没解决，已重开。" in [s.text for s in world.wang.inbox]
    card = world.card(1, "g9")
    assert card.labels == ["接单", "转派"]
    assert "第 1 次重开" in card.text
    assert len([s for s in world.chat("g9") if s.out.role == "card"]) == 2
    await world.chen.presses_old(closing, yes, "g1")
    assert world.chen.read == "1 号现在是“重开”，不用再操作了。"
    assert len(world.chat("g1")) == 2


async def test_the_earlier_officer_hears_of_it_though_another_is_on_duty_now(world: World) -> None:
    await resolved(world)
    await world.passes(hours=12)
    await world.chen.presses("没解决", where="g1")
    assert world.wang.inbox[-1].text == "1 号反映人说没解决，已重开。"
    assert world.card(1, world.sun.private).labels == ["接单", "转派"]
    await world.li.presses("接单", where="g9")
    await world.li.tells("办结 1 已装摄像头")
    assert world.last("g1").labels == ["解决了", "没解决"]
    await world.chen.presses("解决了", where="g1")
    await world.chen.presses("满意", where="g1")
    assert (await world.ticket()).rating is Rating.GOOD


async def test_not_solved_twice_and_after_the_restart(world: World) -> None:
    await resolved(world)
    closing, no = world.last("g1"), world.last("g1").button("没解决")
    event = await world.chen.presses("没解决", where="g1", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.happens(event)
    await world.chen.presses_old(closing, no, "g1")
    assert (await world.ticket()).reopened == 1
    assert world.chen.read == "1 号现在是“重开”，不用再操作了。"
    assert (await kinds(world)).count(EntryKind.REOPENED) == 1


async def test_a_confirmed_matter_may_come_back(world: World) -> None:
    await resolved(world)
    closing, no = world.last("g1"), world.last("g1").button("没解决")
    await world.chen.presses("解决了", where="g1")
    await world.chen.presses("满意", where="g1")
    await world.chen.presses_old(closing, no, "g1")
    ticket = await world.ticket()
    assert (ticket.state, ticket.rating) == (State.REOPENED, None)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("解决了", State.CONFIRMED),
        ("解决了，谢谢", State.CONFIRMED),
        ("没解决", State.REOPENED),
        ("还没解决！", State.REOPENED),
    ],
)
async def test_who_types_instead_of_pressing_is_understood(world: World, words: str, state: State) -> None:
    await resolved(world)
    await world.chen.says(words, reply_to=world.last("g1").ref)
    assert (await world.ticket()).state is state


async def test_a_neighbours_typed_word_is_only_a_supplement(world: World) -> None:
    await resolved(world)
    await world.liu.says("解决了", reply_to=world.last("g1").ref)
    assert (await world.ticket()).state is State.RESOLVED


async def test_a_private_matter_ends_in_private(world: World) -> None:
    await world.liu.tells("邻居天天打孩子")
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已上门处置，已告知妇联")
    assert "已上门处置" in world.liu.inbox[-1].text
    assert "已上门处置" not in world.card(1, "g9").text
    await world.liu.presses("解决了")
    await world.liu.presses("一般")
    assert (await world.ticket()).rating is Rating.FAIR
    assert world.chat("g1") == []


async def test_a_reporter_who_blocked_us_loses_nothing_but_the_message(world: World) -> None:
    await world.liu.tells("邻居天天打孩子")
    await silence(world, "liu")
    world.platform.closed.add(world.liu.private)
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已上门")
    assert (await world.ticket()).state is State.RESOLVED
    assert world.chat("g1") == []
