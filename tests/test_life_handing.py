"""At a shift's end open tickets go to the next one by a 交接单: one button, and a leader hears if nobody presses it."""

import pytest

from handlers.kit import texts
from storage.model.people import Duty, Shift
from storage.model.tickets import EntryKind, State
from tests.harness import Someone, World
from tests.living import neighbours, reads
from tests.stories import claimed, everything, kinds, person_id, reported

SHEET = "交接单：王建国下班了"
MATTERS = ("楼上往下扔垃圾", "3栋门口有人乱停车", "隔壁装修声音很大")


async def until_the_end(world: World) -> None:
    """三单在手: one claimed, one at its scene, one paused; then it is 20:00."""
    for number, matter in enumerate(MATTERS, 1):
        await reported(world, matter)
        await world.wang.tells(f"接单 {number}")
        await world.passes(minutes=4)
    await world.wang.tells("到场 2")
    await world.wang.tells("挂起 3 等物业 2天")
    for _ in range(9):
        await world.passes(minutes=58)
        await world.wang.tells("补充 1 还在办")
        await world.wang.tells("补充 2 还在办")
    await world.passes(minutes=6)


async def test_what_is_in_hand_goes_by_one_button(world: World) -> None:
    await until_the_end(world)
    sheet = world.li.inbox[-1]
    assert sheet.text.startswith("交接单：王建国下班了，这 3 单请您接着办")
    assert [line.split("　")[1] for line in sheet.text.splitlines()[1:]] == ["已接单", "已到场", "挂起"]
    assert world.wang.inbox[-1].text == "您手上还有 3 单没办完，交接单已发给李强，等对方确认。"
    assert (await world.ticket(1)).assignee_id == await person_id(world, "wang")
    event = await world.li.presses("确认交接")
    await world.happens(event)
    tickets = [await world.ticket(n) for n in (1, 2, 3)]
    assert {t.assignee_id for t in tickets} == {await person_id(world, "li")}
    assert [t.state for t in tickets] == [State.CLAIMED, State.ON_SCENE, State.PAUSED]
    assert world.wang.inbox[-1].text == "李强已确认交接，3 单。辛苦了。"
    assert [(await kinds(world, n)).count(EntryKind.HANDED_OVER) for n in (1, 2, 3)] == [1, 1, 1]
    assert world.receipt(1).text.endswith("李警官已接单，正在处理。")
    assert world.card(1, world.li.private).labels == ["到场", "办结", "转派", "更多"]


async def test_pressed_twice_and_after_a_restart(world: World) -> None:
    await until_the_end(world)
    sheet, button = world.li.inbox[-1], world.li.inbox[-1].button("确认交接")
    await world.restart()
    await world.li.presses("确认交接")
    await world.restart()
    await world.li.presses_old(sheet, button, world.li.private)
    assert world.li.read == "这张交接单已经确认过了。"
    assert reads(world.li, "交接单") == 0 or (await kinds(world)).count(EntryKind.HANDED_OVER) == 1


async def test_the_sheet_comes_once_though_the_process_dies_at_the_end_of_the_shift(world: World) -> None:
    await until_the_end(world)
    await world.restart()
    await world.settle()
    await world.passes(minutes=1)
    assert reads(world.li, SHEET) == 1


async def test_only_whom_it_is_for_or_who_leads(world: World) -> None:
    await until_the_end(world)
    sheet, button = world.li.inbox[-1], world.li.inbox[-1].button("确认交接")
    ma = await neighbours(world)
    before = everything(world)
    for who, answer in ((world.zhao, "这张交接单是给李强的。"), (world.chen, texts.NO_RIGHT), (ma, texts.NO_RIGHT)):
        await who.presses_old(sheet, button, world.li.private)
        assert who.read == answer
    assert everything(world) == before
    await world.sun.presses_old(sheet, button, world.li.private)
    assert (await world.ticket()).assignee_id == await person_id(world, "li")


async def test_unconfirmed_the_duty_leader_hears_of_it_once(world: World) -> None:
    await until_the_end(world)
    await world.passes(minutes=14)
    assert reads(world.sun, "还没有确认") == 0
    await world.passes(minutes=1)
    assert world.sun.inbox[-1].text == "李强还没有确认王建国的交接单（1 号、2 号、3 号），已经 15 分钟了。请看看。"
    await world.passes(minutes=30)
    assert reads(world.sun, "还没有确认") == 1


async def test_confirmed_in_time_nobody_is_told(world: World) -> None:
    await until_the_end(world)
    await world.li.presses("确认交接")
    await world.passes(minutes=20)
    assert reads(world.sun, "还没有确认") == 0


async def test_what_was_finished_meanwhile_stays_where_it_is(world: World) -> None:
    await until_the_end(world)
    await world.wang.tells("办结 1 已劝离")
    await world.wang.tells("转派 2 赵敏")
    await world.li.presses("确认交接")
    assert (await world.ticket(1)).assignee_id == await person_id(world, "wang")
    assert (await world.ticket(2)).assignee_id == await person_id(world, "zhao")
    assert (await world.ticket(3)).assignee_id == await person_id(world, "li")


async def test_nothing_in_hand_nothing_to_hand_over(world: World) -> None:
    await claimed(world)
    await world.wang.tells("办结 1 已劝离")
    await world.passes(hours=9, minutes=1)
    assert reads(world.li, "交接单") == 0


async def test_who_goes_straight_on_keeps_it(world: World) -> None:
    async with await world.unit() as unit:
        wang = (await unit.people.by_identity("world", "wang")).person.id
        plan = [
            Shift(id=0, station_id=world.station_id, person_id=wang, duty=Duty.OFFICER, weekday=d, start=s, end=e)
            for d in range(7)
            for s, e in ((480, 1200), (1200, 480))
        ]
        await unit.stations.replace_shifts(world.station_id, plan)
    await claimed(world)
    await world.wang.tells("挂起 1 等物业 2天")
    await world.passes(hours=9, minutes=1)
    assert reads(world.wang, "交接单") == 0
    assert (await world.ticket()).assignee_id == wang


async def test_nobody_comes_then_who_leads_hears_at_once(world: World) -> None:
    async with await world.unit() as unit:
        shifts = await unit.stations.shifts(world.station_id)
        wang = (await unit.people.by_identity("world", "wang")).person.id
        await unit.stations.replace_shifts(world.station_id, [s for s in shifts if s.person_id == wang])
    await claimed(world)
    await world.wang.tells("挂起 1 等物业 2天")
    await world.passes(hours=9)
    sentence = "王建国下班了，手上还有 1 单（1 号），接班的没有人在岗。请安排人接。"
    assert [s.text for s in world.sun.inbox] == [s.text for s in world.boss.inbox] == [sentence]


@pytest.mark.parametrize("words", ["交接", "交接 李强", "交接 李警官"])
async def test_by_hand(world: World, words: str) -> None:
    await claimed(world)
    await world.wang.tells(words)
    taker: Someone = world.zhao if words == "交接" else world.li
    assert taker.inbox[-1].labels == ["确认交接"]
    await taker.presses("确认交接")
    assert (await world.ticket()).assignee_id == await person_id(world, taker.user_id)


@pytest.mark.parametrize(("words", "answer"), [("交接 李强", "不用交接"), ("交接 张三", "没有找到“张三”")])
async def test_what_cannot_be_handed_over(world: World, words: str, answer: str) -> None:
    await reported(world)
    await world.wang.tells(words)
    assert answer in world.wang.inbox[-1].text
    await world.chen.tells(words)
    assert world.chen.inbox[-1].text == texts.NO_RIGHT
