"""转队: by the holder or who leads, with a reason; once, whatever is pressed; and what goes to and fro is decided."""

import pytest

from handlers.kit import texts
from storage.model.people import GroupKind, PersonRole
from storage.model.tickets import EntryKind, Move, State
from tests.harness import Someone, World
from tests.living import neighbours, reads
from tests.queueing import CASES, belong, new_group, stands, turned
from tests.stories import claimed, everything, kinds, make_role, on_sqlite, reported

WORDS = "转队 1 案件办理队 涉嫌盗窃"


async def two_teams(world: World) -> None:
    """赵敏 is in the 案件办理队, everybody else in the 社区警务队."""
    await belong(world, CASES, "zhao")


@pytest.mark.parametrize(
    "words", [WORDS, "转队 1 办案队 涉嫌盗窃", "转队 1号 案件办理队，涉嫌盗窃", "转派 1 案件队 涉嫌盗窃"]
)
async def test_the_holder_sends_it_on(world: World, words: str) -> None:
    await two_teams(world)
    await claimed(world)
    event = await world.wang.tells(words)
    await world.happens(event)
    ticket = await world.ticket()
    assert (ticket.state, ticket.assignee_id, ticket.lease_until) == (State.OPEN, None, None)
    assert await stands(world) == ("案件办理队", "王建国转来：涉嫌盗窃", "赵敏")
    assert await turned(world) == ["社区警务队 → 案件办理队：涉嫌盗窃"]
    assert world.wang.inbox[-1].text == "1 号已转到案件办理队，马上请那边的人接。"
    card = world.card(1, world.zhao.private)
    assert "分到：案件办理队（王建国转来：涉嫌盗窃）\n因为：您现在在案件办理队值班" in card.text
    assert world.zhao.inbox[-1].text == "1 号是王建国从社区警务队转来的，请看上面的卡片。原因：涉嫌盗窃"


async def test_its_reporter_reads_only_that_the_receipt_stays_true(world: World) -> None:
    await two_teams(world)
    await claimed(world)
    assert world.receipt(1).text.endswith("王警官已接单，正在处理。")
    await world.wang.tells(WORDS)
    assert world.receipt(1).text.endswith("已重新通知赵警官，请稍候。")
    assert len(world.chat("g1")) == 1
    await world.chen.tells("查 1")
    told = world.chen.inbox[-1].text
    assert "案件办理队" not in told
    assert "规则" not in told
    assert "涉嫌" not in told
    await world.sun.tells("查 1")
    told = world.sun.inbox[-1].text
    assert "通知到 · 王建国：分到：社区警务队（规则：其余的）" in told
    assert "转队 · 王建国：社区警务队 → 案件办理队：涉嫌盗窃" in told


async def test_by_buttons_and_a_reason_from_the_list(world: World) -> None:
    await two_teams(world)
    await claimed(world)
    await world.wang.presses("转派")
    await world.wang.presses("转给别的队")
    ask = world.wang.inbox[-1]
    assert ask.text == "1 号现在在社区警务队，转到哪个队？"
    assert ask.labels == ["综合指挥室", "案件办理队"]
    await world.restart()
    await world.wang.presses("案件办理队")
    question = world.wang.inbox[-1]
    assert question.labels == ["不归本队管", "涉嫌违法，要办案", "是纠纷，要调解", "本队没有人手"]
    await world.restart()
    event = await world.wang.presses("涉嫌违法，要办案")
    assert (await stands(world))[0] == "案件办理队"
    assert question.text == "1 号已转到案件办理队：涉嫌违法，要办案"
    assert question.labels == []
    await world.happens(event)
    assert len(await turned(world)) == 1


async def test_a_reason_of_ones_own_is_typed(world: World) -> None:
    await two_teams(world)
    await reported(world)
    await world.wang.tells("转队 1 案件办理队")
    assert "为什么" in world.wang.inbox[-1].text
    assert await turned(world) == []
    await world.restart()
    await world.wang.tells("车窗被砸了，丢了包")
    assert await turned(world) == ["社区警务队 → 案件办理队：车窗被砸了，丢了包"]
    assert (await stands(world))[2] == "赵敏"


async def test_a_button_of_before_reads_how_it_stands(world: World) -> None:
    await two_teams(world)
    await claimed(world)
    await world.wang.tells("转队 1")
    ask = world.wang.inbox[-1]
    await world.sun.tells(WORDS)
    assert world.wang.inbox[-1].text == "1 号被孙伟转到案件办理队了。原因：涉嫌盗窃"
    before = await kinds(world)
    await world.wang.presses_old(ask, ask.button("案件办理队"), world.wang.private)
    assert "1 号" in world.wang.read
    assert "赵敏" in world.wang.read
    await world.sun.tells(WORDS)
    assert world.sun.inbox[-1].text == "1 号已经在案件办理队了。"
    assert await kinds(world) == before


@pytest.mark.parametrize("role", ["resident", "volunteer", "colleague", "neighbour"])
async def test_who_may_not(world: World, role: str) -> None:
    await two_teams(world)
    await claimed(world)
    who = {"colleague": world.zhao, "neighbour": await neighbours(world)}.get(role, world.liu)
    if role == "volunteer":
        await world.liu.tells("在吗")
        await make_role(world, "liu", PersonRole.VOLUNTEER)
    await world.wang.tells("转队 1")
    ask = world.wang.inbox[-1]
    before = await world.ticket()
    await who.tells(WORDS)
    assert any(s in who.inbox[-1].text for s in (texts.NO_RIGHT, "王建国", "没有找到 1 号", "没有 1 号")), who.inbox[
        -1
    ].text
    await who.presses_old(ask, ask.button("案件办理队"), who.private)
    await who.presses_old(ask, ask.buttons[0][0], who.private)
    assert await world.ticket() == before
    assert await turned(world) == []


async def test_in_front_of_residents_nobody(world: World) -> None:
    await two_teams(world)
    await claimed(world)
    await world.wang.says(WORDS, to="g1", addressed=True)
    assert await turned(world) == []
    assert texts.NOT_IN_PUBLIC in world.last("g1").text
    await world.wang.says("队列", to="g1", addressed=True)
    assert texts.NOT_IN_PUBLIC in world.last("g1").text


@on_sqlite
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("转队 1 刑警大队 盗窃", "没有找到“刑警大队 盗窃”。可以转到：综合指挥室、社区警务队、案件办理队。"),
        ("转队 1 社区队 不归我", "1 号已经在社区警务队了。"),
        ("转队", texts.NEED_NUMBER),
        ("转队 9 案件办理队 盗窃", "9 号"),
    ],
)
async def test_what_cannot_be(world: World, words: str, answer: str) -> None:
    await claimed(world)
    await world.wang.tells(words)
    assert answer in world.wang.inbox[-1].text
    assert (await world.ticket()).state is State.CLAIMED


async def test_what_is_over_stays_where_it_is(world: World) -> None:
    await claimed(world)
    await world.wang.tells("办结 1 已劝离")
    await world.wang.tells(WORDS)
    assert world.wang.inbox[-1].text == texts.ILLEGAL.format(number="1 号", state=State.RESOLVED, move="转队")


async def test_a_pause_ends_with_it(world: World) -> None:
    await two_teams(world)
    await claimed(world)
    await world.wang.tells("挂起 1 等物业 2天")
    await world.passes(hours=1)
    await world.wang.tells(WORDS)
    ticket = await world.ticket()
    assert (ticket.state, ticket.paused_ms) == (State.OPEN, 3_600_000)
    assert EntryKind.RESUMED in await kinds(world)


async def test_two_at_once_one_wins(world: World) -> None:
    await two_teams(world)
    await claimed(world)
    await world.wang.says(WORDS, to=world.wang.private, settle=False)
    await world.sun.says("转队 1 综合指挥室 请研判", to=world.sun.private, settle=False)
    await world.settle()
    found = await turned(world)
    assert found[0] == "社区警务队 → 案件办理队：涉嫌盗窃"
    assert found[1:] in ([], ["案件办理队 → 综合指挥室：请研判"])


async def test_the_move_looks_at_queue_and_holder_again(world: World) -> None:
    """Whoever saw it in another queue, or in other hands, has lost."""
    cases = await belong(world, CASES, "zhao")
    await claimed(world)
    ticket = await world.ticket()
    seen = {"queue_id": cases.id, "queue_why": "", "from_id": ticket.queue_id, "holder_id": ticket.assignee_id}
    async with await world.unit() as unit:
        for stale in ({"from_id": cases.id}, {"holder_id": 0}, {"from_id": 0}):
            assert await unit.tickets.move(ticket.id, Move.TURN, at=world.clock.now(), **(seen | stale)) is None
        assert await unit.tickets.move(ticket.id, Move.TURN, at=world.clock.now(), **seen) is not None
        assert await unit.tickets.move(ticket.id, Move.TURN, at=world.clock.now(), **seen) is None


# ── nobody there ───────────────────────────────────────────────────────────
async def test_to_a_queue_with_nobody_the_duty_leader_gets_it_at_once(world: World) -> None:
    await belong(world, CASES, "li")  # the night shift
    await claimed(world)
    await world.wang.tells(WORDS)
    assert await stands(world) == ("案件办理队", "王建国转来：涉嫌盗窃", "孙伟")
    assert "因为：您是值班长，案件办理队现在没有能联系上的人" in world.card(1, world.sun.private).text
    told = "现在没有案件办理队的人在班，来的单子已经转给下一位。空到 11月20日 20:00，请安排。"
    assert [reads(who, told) for who in (world.sun, world.boss)] == [1, 1]
    await reported(world, "又有人扔垃圾")
    await world.wang.tells("转队 2 案件办理队 涉嫌盗窃")
    assert reads(world.sun, told) == 1


# ── to and fro ─────────────────────────────────────────────────────────────
async def to_and_fro(world: World, times: int) -> None:
    await two_teams(world)
    await reported(world)
    for _ in range(times):
        await world.passes(minutes=2)
        await world.wang.tells("转队 1 案件办理队 要办案")
        await world.passes(minutes=2)
        await world.zhao.tells("转队 1 社区警务队 是纠纷")


async def test_what_goes_to_and_fro_is_brought_before_the_duty_leader_once(world: World) -> None:
    await to_and_fro(world, 1)
    assert reads(world.sun, "来回转了") == 0
    await world.wang.tells("转队 1 案件办理队 要办案")
    told = world.sun.inbox[-1]
    assert told.text == (
        "⚠️ 1 号在几个队之间来回转了 2 次，现在在案件办理队。请您决定归哪个队：\n"
        "· 社区警务队 → 案件办理队：要办案\n· 案件办理队 → 社区警务队：是纠纷\n· 社区警务队 → 案件办理队：要办案"
    )
    assert told.labels == ["综合指挥室", "社区警务队"]
    await world.zhao.tells("转队 1 社区警务队 是纠纷")
    assert world.zhao.inbox[-1].text == "1 号已经来回转了 2 次，由值班长决定转到哪里。"
    await world.restart()
    await world.sun.presses("社区警务队")
    await world.sun.presses("是纠纷，要调解")
    assert await stands(world) == ("社区警务队", "孙伟转来：是纠纷，要调解", "王建国")
    assert reads(world.sun, "来回转了") == 1


async def test_each_queue_shows_how_it_stands(world: World) -> None:
    await to_and_fro(world, 1)
    await world.chen.says("@民警 楼道灯坏了")
    await world.passes(minutes=10)
    await reported(world)
    await world.wang.tells("接单 3")
    await world.sun.tells("队列")
    assert world.sun.inbox[-1].text == (
        "各队现在：\n"
        "【综合指挥室】未办结 0 单，没人接 0 单\n　值班：还没有列成员；本月转走又转回 0 次\n"
        "【社区警务队】未办结 3 单，没人接 2 单，最早的等了 14 分钟\n　值班：王建国；本月转走又转回 1 次\n"
        "【案件办理队】未办结 0 单，没人接 0 单\n　值班：赵敏；本月转走又转回 0 次"
    )


async def test_minutes_in_each_queue_come_from_the_log(world: World) -> None:
    await two_teams(world)
    await reported(world)
    await world.passes(minutes=5)
    await world.wang.tells("转队 1 案件办理队 要办案")
    await world.passes(minutes=20)
    await world.zhao.tells("接单 1")
    await world.zhao.tells("办结 1 已立案")
    await world.passes(minutes=30)
    await world.sun.tells("统计 队列")
    assert world.sun.inbox[-1].text == (
        "11月各队：\n综合指挥室　0 单，平均 0 分钟，转走又转回 0 次\n"
        "社区警务队　1 单，平均 5 分钟，转走又转回 0 次\n案件办理队　1 单，平均 20 分钟，转走又转回 0 次"
    )
    await world.chen.tells("队列")
    assert "各队" not in world.chen.inbox[-1].text


# ── where its cards are ────────────────────────────────────────────────────
async def test_the_card_moves_to_the_queues_own_group(world: World) -> None:
    await new_group(world, "g7", GroupKind.OFFICERS)
    await belong(world, CASES, "zhao", chat="g7")
    await claimed(world)
    assert world.chat("g7") == []
    await world.wang.tells(WORDS)
    assert world.card(1, "g7").labels == ["接单", "转派"]
    assert world.card(1, "g9").labels == []
    assert "分到：案件办理队" in world.card(1, "g9").text
    await world.zhao.presses("接单", where="g7")
    assert "经办：赵敏" in world.card(1, "g7").text
    assert "经办：赵敏" in world.card(1, "g9").text


async def test_the_officers_group_reads_no_reason_of_what_is_confidential(world: World) -> None:
    await two_teams(world)
    await world.chen.tells("楼上往下扔垃圾")
    await world.sun.tells("转队 1 案件办理队 他被裸聊敲诈了")
    assert "裸聊" in world.card(1, world.zhao.private).text
    await world.sun.says("查 1", addressed=True)
    group = [shown.text for shown in world.chat("g9")]
    assert any("分到：案件办理队\n" in text for text in group)
    assert not any("裸聊" in text or "规则：" in text for text in group)


async def test_stations_never_meet(world: World) -> None:
    """The same words at the other station mean its own queue."""
    ma: Someone = await neighbours(world)
    await two_teams(world)
    await claimed(world)
    before = everything(world)
    await ma.tells("队列")
    assert "未办结 1 单" not in ma.inbox[-1].text
    assert ma.inbox[-1].text.count("未办结 0 单") == 3
    assert {c: t for c, t in everything(world).items() if c != ma.private} == before
