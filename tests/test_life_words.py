"""解决了, 还没解决 in plain words: the matter moves as by its button, and a word that is neither moves nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit import texts
from handlers.understanding.outcome import LONGEST, Outcome, outcome
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.living import reads
from tests.stories import claimed, confirmed, kinds, on_sqlite, person_id, reported, resolved

SOLVED = ("解决了", "已经解决了", "已经处理好了谢谢", "上次反映的问题已经解决了。", "1号解决了，辛苦了")
UNSOLVED = (
    "还没解决",
    "没有解决啊",
    "还没解决啊，还在扔",
    "问题没解决",
    "还是没人来",
    "没处理好",
    "到现在也没人来处理",
)
AGAIN = ("不满意", "还是老样子", "怎么还没人来", "我反映的问题一直没有得到解决")
NEITHER = (
    *("解决了吗", "解决了没", "解决了一半", "解决了，但是又来了", "处理了三次都不行", "楼道灯坏了没人管", "没人受伤"),
    *("又来了", "怎么处理", "没收到短信", "办好身份证要几天", "好了", "没有", ""),
)


@pytest.mark.parametrize("words", SOLVED)
def test_it_is_over(words: str) -> None:
    assert outcome(words) is Outcome.SOLVED


@pytest.mark.parametrize("words", [*UNSOLVED, *AGAIN])
def test_it_is_not_over(words: str) -> None:
    assert outcome(words) is Outcome.UNSOLVED


@pytest.mark.parametrize("words", NEITHER)
def test_it_is_neither(words: str) -> None:
    assert outcome(words) is None


@given(st.text("还没解决了已经人来好，。我这个事问题又1号 ", max_size=LONGEST * 2))
def test_whatever_is_written_is_read(words: str) -> None:
    outcome(words)


async def ready(world: World, state: State) -> None:
    """One ticket in that state, and its reporter may be written to; the burst it was told in is over."""
    await world.chen.tells("你好")
    match state:
        case State.OPEN:
            await reported(world)
        case State.CLAIMED:
            await claimed(world)
        case State.CONFIRMED:
            await confirmed(world)
        case _:
            await resolved(world)
    await world.passes(minutes=4)
    if state is State.CLOSED:
        await world.passes(days=6)


async def says(world: World, words: str, where: str) -> None:
    await (world.chen.tells(words) if where == "private" else world.chen.says(f"@民警 {words}"))


@on_sqlite
@pytest.mark.parametrize("where", ["group", "private"])
@pytest.mark.parametrize("words", SOLVED)
async def test_a_closed_matter_is_confirmed_by_words(world: World, words: str, where: str) -> None:
    await ready(world, State.RESOLVED)
    await says(world, words, where)
    assert (await world.ticket()).state is State.CONFIRMED
    assert await world.tickets() == 1
    assert "满意" in world.chat("g1")[-2 if where == "group" else -1].labels


@on_sqlite
@pytest.mark.parametrize("where", ["group", "private"])
@pytest.mark.parametrize("state", [State.RESOLVED, State.CONFIRMED, State.CLOSED])
@pytest.mark.parametrize("words", UNSOLVED)
async def test_what_was_over_is_opened_by_words(world: World, words: str, state: State, where: str) -> None:
    await ready(world, state)
    await says(world, words, where)
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.REOPENED, await person_id(world, "sun"))
    assert await world.tickets() == 1
    assert reads(world.wang, f"1 号反映人补充：{words}") == 1


@on_sqlite
@pytest.mark.parametrize("where", ["group", "private"])
@pytest.mark.parametrize("state", [State.OPEN, State.CLAIMED])
async def test_of_a_matter_in_hand_its_officer_hears(world: World, state: State, where: str) -> None:
    await ready(world, state)
    await says(world, "还没解决啊", where)
    assert (await world.ticket()).state is state
    assert await world.tickets() == 1
    assert reads(world.wang, "1 号反映人补充：还没解决啊") == 1
    assert world.last("g1" if where == "group" else world.chen.private).text == "1 号还在办，已转告王警官。"
    await says(world, "已经解决了", where)
    assert (await world.ticket()).said_solved
    assert reads(world.wang, "1 号反映人说已解决：“已经解决了”。核实后请办结。") == 1


async def test_a_repeated_event_and_a_restart_open_it_once(world: World) -> None:
    await ready(world, State.RESOLVED)
    event = await world.chen.says("@民警 还没解决")
    await world.restart()
    await world.happens(event)
    assert (await kinds(world)).count(EntryKind.REOPENED) == 1


async def test_after_two_weeks_it_is_a_matter_of_its_own(world: World) -> None:
    await ready(world, State.RESOLVED)
    await world.passes(days=15)
    await world.chen.says("@民警 还没解决，还在扔垃圾")
    assert (await world.ticket()).state is State.CLOSED
    assert await world.tickets() == 2


@pytest.mark.parametrize("words", ["还没解决", "解决了"])
async def test_a_neighbours_words_move_nothing_of_others(world: World, words: str) -> None:
    await ready(world, State.RESOLVED)
    await world.liu.says(f"@民警 {words}", reply_to=world.last("g1").ref)
    assert (await world.ticket()).state is State.RESOLVED


@pytest.mark.parametrize("words", ["还没解决", "没有解决啊"])
async def test_while_it_is_being_told_it_is_a_part_of_it(world: World, words: str) -> None:
    await claimed(world)
    before = len(world.chat("g1"))
    await world.chen.says(f"@民警 {words}")
    ticket = await world.ticket()
    assert (ticket.said_solved, await world.tickets(), len(world.chat("g1"))) == (False, 1, before)
    assert ticket.text.endswith(words)


async def test_what_was_just_closed_is_meant_before_what_is_in_hand(world: World) -> None:
    await ready(world, State.RESOLVED)
    await world.chen.says("@民警 3栋门口有人乱停车")
    await world.passes(minutes=4)
    await world.chen.tells("还没解决")
    assert [(await world.ticket(n)).state for n in (1, 2)] == [State.REOPENED, State.OPEN]


async def test_of_several_it_is_asked_which(world: World) -> None:
    await ready(world, State.CONFIRMED)
    await world.chen.says("@民警 3栋门口有人乱停车")
    await world.wang.tells("接单 2")
    await world.wang.tells("办结 2 已挪车")
    await world.chen.presses("解决了", where="g1")
    await world.passes(minutes=5)
    await world.chen.tells("还没解决")
    question = world.chen.inbox[-1]
    assert (question.text, question.labels) == ("您说的是哪一件没解决？", ["2 号", "1 号"])
    first = question.button("1 号")
    await world.liu.presses_old(question, first, world.chen.private)
    assert world.liu.read == texts.ONLY_REPORTER
    await world.restart()
    await world.chen.presses("1 号")
    assert [(await world.ticket(n)).state for n in (1, 2)] == [State.REOPENED, State.CONFIRMED]
    assert question.labels == []
    await world.chen.presses_old(question, first, world.chen.private)
    assert (await kinds(world)).count(EntryKind.REOPENED) == 1
