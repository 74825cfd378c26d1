"""挂起 and 继续: why, until when, and that no clock runs meanwhile; 协办, 转出, 误报."""

from datetime import timedelta

import pytest

from handlers.kit import texts
from storage.model.tickets import EntryKind, FalseAlarm, PauseReason, Service, State
from tests.harness import World
from tests.living import cards, neighbours, reads
from tests.meaning import means
from tests.stories import claimed, entries, kinds, on_sqlite, person_id, reported, resolved


# ── 挂起 ───────────────────────────────────────────────────────────────────
async def test_paused_with_a_reason_until_a_time(world: World) -> None:
    await claimed(world)
    event = await world.wang.tells("挂起 1 等物业调监控 明天 10:00")
    ticket = await world.ticket()
    assert (ticket.state, ticket.pause_reason) == (State.PAUSED, PauseReason.OTHERS)
    assert world.wang.inbox[-1].text.startswith("1 号已挂起（等第三方），明天 10:00叫您接着办")
    assert "挂起：等第三方，明天 10:00接着办" in world.card(1, "g9").text
    assert world.card(1, world.wang.private).labels == ["继续", "办结", "转派", "更多"]
    assert world.receipt(1).text.endswith("王警官在等有关方面的消息，有消息会接着办。")
    await world.happens(event)
    await world.wang.tells("挂起 1 等物业")
    assert (await kinds(world)).count(EntryKind.PAUSED) == 1


async def test_by_buttons_across_restarts(world: World) -> None:
    await claimed(world)
    for label in ("更多", "挂起", "等群众", "4 小时后"):
        await world.restart()
        await world.wang.presses(label)
    ticket = await world.ticket()
    assert (ticket.state, ticket.pause_reason) == (State.PAUSED, PauseReason.RESIDENT)
    assert ticket.wake_at == world.clock.now() + timedelta(hours=4)
    await world.wang.presses("继续")
    assert (await world.ticket()).state is State.CLAIMED
    await world.wang.tells("继续 1")
    assert world.wang.inbox[-1].text == "1 号没有挂起，现在是“已接单”。"


async def test_it_wakes_by_itself_also_after_a_restart(world: World) -> None:
    await claimed(world)
    await world.wang.tells("挂起 1 等监控 2小时")
    await world.restart()
    await world.passes(minutes=119)
    assert (await world.ticket()).state is State.PAUSED
    await world.passes(minutes=1)
    ticket = await world.ticket()
    assert (ticket.state, ticket.paused_ms) == (State.CLAIMED, 7_200_000)
    assert reads(world.wang, "1 号挂起的时间到了") == 1
    assert [k for k in await kinds(world) if k in (EntryKind.PAUSED, EntryKind.RESUMED)] == [
        *(EntryKind.PAUSED, EntryKind.RESUMED)
    ]


async def test_a_later_pause_is_not_cut_short_by_an_earlier_one(world: World) -> None:
    await claimed(world)
    await world.wang.tells("挂起 1 等监控 1小时")
    await world.wang.tells("继续 1")
    await world.wang.tells("挂起 1 等监控 3小时")
    await world.passes(hours=2)
    assert (await world.ticket()).state is State.PAUSED


async def test_what_waits_for_its_reporter_goes_on_when_they_answer(world: World) -> None:
    await claimed(world)
    await world.wang.tells("挂起 1 等群众发照片")
    await world.chen.says("垃圾袋是蓝色的，就堆在2单元门口", reply_to=world.receipt(1).ref)
    assert (await world.ticket()).state is State.CLAIMED
    assert reads(world.wang, "1 号反映人回话了") == 1


async def test_every_other_move_ends_the_pause_first(world: World) -> None:
    for number, words in enumerate(("办结 {} 已劝离", "转派 {} 赵敏", "退回 {} 休假", "误报 {} 测试", "到场 {}"), 1):
        await reported(world, f"楼上往下扔垃圾，第{number}回")
        await world.wang.tells(f"接单 {number}")
        await world.wang.tells(f"挂起 {number} 等物业")
        await world.passes(minutes=30)
        await world.wang.tells(words.format(number))
        ticket = await world.ticket(number)
        assert (ticket.paused_at, ticket.paused_ms) == (None, 1_800_000)
        assert EntryKind.RESUMED in await kinds(world, number)


async def test_not_for_months(world: World) -> None:
    await claimed(world)
    await world.wang.tells("挂起 1 等法院 60天")
    assert "最多挂起 30 天" in world.wang.inbox[-1].text


# ── 协办 ───────────────────────────────────────────────────────────────────
async def test_helpers_are_added_shown_told_and_released(world: World) -> None:
    await claimed(world)
    event = await world.wang.tells("协办 1 李强 带上执法记录仪")
    assert world.li.inbox[-1].text == "王建国请您协办 1 号，请看上面的卡片。有情况直接回复卡片。原因：带上执法记录仪"
    assert "协办：李强" in world.card(1, "g9").text
    await world.happens(event)
    await world.wang.tells("协办 1 李强")
    assert world.wang.inbox[-1].text == "李强已经在协办 1 号了。"
    assert cards(world, world.li) == 1
    await world.wang.tells("协办 1 李强 取消")
    assert "协办：李强" not in world.card(1, "g9").text
    assert world.li.inbox[-1].text == "1 号不用您协办了，辛苦了。"
    await world.wang.tells("协办 1 李强 取消")
    assert world.wang.inbox[-1].text == "李强没有在协办 1 号。"


async def test_a_helper_by_buttons_and_their_note(world: World) -> None:
    await claimed(world)
    for label in ("更多", "协办", "李强"):
        await world.restart()
        await world.wang.presses(label)
    assert cards(world, world.li) == 1
    await world.li.tells("补充 1 我在东门堵着")
    assert reads(world.wang, "我在东门堵着") == 1
    await world.wang.tells("协办 1 王建国")
    assert world.wang.inbox[-1].text == "1 号就是王建国在办。"


async def test_who_has_not_claimed_it_asks_for_no_help(world: World) -> None:
    await reported(world)
    await world.wang.tells("协办 1 李强")
    assert world.wang.inbox[-1].text == "1 号还没有人接，请先接单。"


# ── 转出 and 收回 ──────────────────────────────────────────────────────────
async def test_out_with_a_receipt_and_back(world: World) -> None:
    await claimed(world)
    event = await world.wang.tells("转出 1 12345 回执20261120-9")
    await world.happens(event)
    assert (await world.ticket()).state is State.FORWARDED
    assert world.last("g1").text == "1 号已转给12345办理（回执 20261120-9）。有结果会告诉您。"
    assert world.receipt(1).text.endswith("已转给12345办理（回执 20261120-9）。")
    assert "转给：12345（回执 20261120-9）" in world.card(1, "g9").text
    assert (await kinds(world)).count(EntryKind.FORWARDED) == 1
    await world.restart()
    await world.wang.tells("收回 1 对方说不归他们管")
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.OPEN, await person_id(world, "wang"))
    assert world.last("g1").text == "1 号12345退回来了，我们接着办。"
    await world.wang.tells("收回 1")
    assert world.wang.inbox[-1].text == "1 号没有转出，现在是“待接单”。"


async def test_the_receipt_number_may_come_later_and_the_partner_may_finish_it(world: World) -> None:
    await claimed(world)
    await world.wang.tells("转出 1 物业")
    await world.wang.tells("转出 1 回执 WY-77")
    assert (await world.ticket()).forwarded_ref == "WY-77"
    await world.wang.tells("办结 1 物业已清运")
    assert (await world.ticket()).state is State.RESOLVED
    assert world.last("g1").labels == ["解决了", "没解决"]


async def test_to_whom_must_be_said(world: World) -> None:
    await claimed(world)
    await world.wang.tells("转出 1")
    assert "转出要写给谁" in world.wang.inbox[-1].text


async def test_a_sensitive_matter_goes_out_without_a_word_in_the_group(world: World) -> None:
    await world.liu.tells("邻居天天打孩子")
    await world.wang.presses("接单")
    await world.wang.tells("转出 1 妇联")
    assert world.liu.inbox[-1].text == "1 号已转给妇联办理。有结果会告诉您。"
    assert world.chat("g1") == []


# ── 误报 ───────────────────────────────────────────────────────────────────
@on_sqlite
@pytest.mark.parametrize("reason", list(FalseAlarm))
async def test_every_reason_is_told_to_its_reporter(world: World, reason: FalseAlarm) -> None:
    await claimed(world)
    await world.wang.tells(f"误报 1 {reason}")
    ticket = await world.ticket()
    assert (ticket.state, ticket.finding) == (State.FALSE_ALARM, reason)
    assert world.last("g1").text.startswith(f"1 号已核实，不用处理（{reason}）。")
    assert world.last("g1").labels == ["没解决"]


async def test_a_false_alarm_by_buttons_and_the_reporter_objects(world: World) -> None:
    await claimed(world)
    for label in ("更多", "误报", "查无此事"):
        await world.restart()
        await world.wang.presses(label)
    assert (await world.ticket()).state is State.FALSE_ALARM
    notice = world.last("g1")
    event = await world.chen.presses("没解决", where="g1")
    await world.happens(event)
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.REOPENED, await person_id(world, "sun"))
    assert notice.labels == []


async def test_a_reason_of_ones_own_is_none(world: World) -> None:
    await claimed(world)
    await world.wang.tells("误报 1 我不想去")
    assert "重复反映、测试、发错了、不是求助、查无此事" in world.wang.inbox[-1].text
    assert (await world.ticket()).state is State.CLAIMED


async def test_whom_it_waits_for_may_say_so_without_claiming(world: World) -> None:
    await reported(world)
    await world.wang.tells("误报 1 测试")
    assert (await world.ticket()).state is State.FALSE_ALARM


# ── 统计 ───────────────────────────────────────────────────────────────────
PAPERS = {"身份证": {"category": "证件户籍"}}


async def test_papers_are_counted_by_one_tap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, PAPERS)
    await resolved(world, "登记一下，我的身份证丢了")
    ask = world.wang.inbox[-1]
    assert ask.labels == list(Service)
    permit = ask.button("居住证")
    event = await world.wang.presses("身份证")
    assert ask.text == "1 号：身份证。"
    await world.happens(event)
    await world.restart()
    await world.wang.presses_old(ask, permit, world.wang.private)
    await world.wang.tells("统计")
    assert world.wang.inbox[-1].text == "11月办结的证件和咨询：\n居住证　1\n合计　1"
    assert [e.text for e in await entries(world) if e.kind is EntryKind.SERVED] == ["身份证", "居住证"]


async def test_figures_are_one_stations_own_and_nothing_for_residents(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, PAPERS)
    await resolved(world, "登记一下，我的身份证丢了")
    await world.wang.presses("身份证")
    ma = await neighbours(world)
    await ma.tells("统计")
    assert ma.inbox[-1].text == "11月还没有办结的证件和咨询。"
    await world.chen.tells("统计")
    assert world.chen.inbox[-1].text == texts.NO_RIGHT
    await world.wang.says("@民警 统计", to="g1")
    assert world.last("g1").text == texts.NOT_IN_PUBLIC
    await world.wang.tells("统计 天气")
    assert "我不会统计" in world.wang.inbox[-1].text


async def test_other_matters_are_not_asked_about(world: World) -> None:
    await resolved(world)
    assert all(s.labels != list(Service) for s in world.wang.inbox)
