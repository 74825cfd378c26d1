"""Pushing to groups, as conversations: who may, what is shown first, once and only once, and what became of it."""

import pytest

from bot.adapters.base import Later, Unknown
from storage.model.messages import Lane, OutState
from storage.model.people import GroupKind
from storage.model.tickets import EntryKind
from storage.model.work import BroadcastState
from storage.stores.broadcasts import push_key
from storage.unit import Unit
from tests.broadcasting import entries, pushed, set_clock, take_time
from tests.harness import World

TEXT = "明天（21日）上午九点，民警在东门做反诈宣传，欢迎大家来坐坐！"


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    return take_time(world, monkeypatch)


async def test_a_leader_sees_it_first_then_one_press_sends_it(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    preview = world.boss.inbox[-1]
    assert TEXT in preview.text
    assert "2 个群（业主 1、门店 1）" in preview.text
    assert preview.labels == ["发送到 2 个群", "取消"]
    assert pushed(world, "g1") == []

    await world.boss.presses("发送到 2 个群")
    assert pushed(world, "g1") == pushed(world, "g2") == [f"📢 东湾派出所\n{TEXT}"]
    assert pushed(world, "g9") == []
    assert world.boss.read == "已开始发送到 2 个群。"
    assert preview.labels == []
    assert "播报 状态 1" in preview.text
    assert world.chat("g1")[-1].out.lane is Lane.URGENT_PUSH
    assert len(await entries(world, EntryKind.BROADCAST_CREATED)) == 1


async def test_pressing_again_changes_nothing_and_says_so(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    preview = world.boss.inbox[-1]
    send, cancel = preview.button("发送到 2 个群"), preview.button("取消")
    event = await world.boss.presses_old(preview, send, world.boss.private)
    await world.happens(event)
    await world.boss.presses_old(preview, send, world.boss.private)
    assert "不会重复发送" in world.boss.read
    await world.boss.presses_old(preview, cancel, world.boss.private)
    assert "已经在发了" in world.boss.read
    assert len(pushed(world, "g1")) == len(pushed(world, "g2")) == 1


async def test_the_same_command_event_twice_makes_one_draft(world: World) -> None:
    event = await world.boss.tells(f"播报 {TEXT}")
    await world.happens(event)
    assert len(world.boss.inbox) == 1


@pytest.mark.parametrize(("who", "hint"), [("chen", "由民警来操作"), ("wang", "更高的权限")])
async def test_others_are_refused_in_a_sentence(world: World, who: str, hint: str) -> None:
    person = getattr(world, who)
    for words in (f"播报 {TEXT}", "播报 下一条", "播报 停", "播报 新增 晚间 每天 18:30", "播报 状态"):
        await person.tells(words)
        assert hint in person.inbox[-1].text
    assert pushed(world, "g1") == []


async def test_the_button_too_asks_who_presses(world: World) -> None:
    await world.boss.says(f"播报 {TEXT}", to="g9", addressed=True)
    await world.wang.presses("发送到 2 个群", where="g9")
    assert "更高的权限" in world.wang.read
    assert pushed(world, "g1") == []
    await world.sun.presses("发送到 2 个群", where="g9")
    assert len(pushed(world, "g1")) == 1


async def test_in_a_residents_group_it_is_kept_from_the_residents(world: World) -> None:
    await world.boss.says(f"/push {TEXT}", to="g1", addressed=True)
    assert "私下发给我" in world.last("g1").text
    assert TEXT not in world.last("g1").text
    assert pushed(world, "g2") == []


@pytest.mark.parametrize("word", ["播报 ", "播报：", "/push ", "@平安小助手 播报 "])
@pytest.mark.parametrize("text", ["明天停水，有事请 @民警。", "１２号  停电；\n第二行", "“下雪”路滑：慢行"])
async def test_a_text_is_sent_as_it_was_typed(world: World, word: str, text: str) -> None:
    await world.boss.tells(f"{word}{text}")
    await world.boss.presses("发送到 2 个群")
    assert pushed(world, "g1") == [f"📢 东湾派出所\n{text}"]
    await world.boss.tells("播报 状态 @平安小助手")
    assert "最近的播报" in world.boss.inbox[-1].text


async def test_only_the_kinds_that_were_named(world: World) -> None:
    await world.boss.tells(f"播报 门店：{TEXT}")
    await world.boss.presses("发送到 1 个群")
    assert (len(pushed(world, "g1")), len(pushed(world, "g2"))) == (0, 1)
    await world.boss.tells("播报 民警：今晚八点开会")
    await world.boss.presses("发送到 1 个群")
    assert len(pushed(world, "g9")) == 1
    await world.boss.tells("播报 村组：没有这样的群")
    assert "没有可以发的群（村组群）" in world.boss.inbox[-1].text


async def test_a_number_in_the_text_is_pointed_out(world: World) -> None:
    await world.boss.tells("播报 拾到钱包一个，失主请打 13812345678 联系")
    assert "电话或证件号码" in world.boss.inbox[-1].text
    await world.boss.tells(f"播报 {TEXT}")
    assert "证件号码" not in world.boss.inbox[-1].text


async def test_cancelled_and_expired_drafts_tell_the_truth(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    preview = world.boss.inbox[-1]
    send = preview.button("发送到 2 个群")
    await world.boss.presses("取消")
    assert preview.text == "已取消，没有发送。"
    await world.boss.presses_old(preview, send, world.boss.private)
    assert "已经取消了" in world.boss.read
    await world.boss.tells(f"播报 {TEXT}")
    await world.passes(minutes=31)
    await world.boss.presses("发送到 2 个群")
    assert "已经过期" in world.boss.read
    assert pushed(world, "g1") == []


async def test_the_drafter_is_told_once_how_it_went(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("发送到 2 个群")
    before = len(world.boss.inbox)
    for _ in range(3):
        await world.passes(minutes=1)
    [report] = world.boss.inbox[before:]
    assert report.text == f"1 号播报“{TEXT[:13]}…”发完了：已送达 2 个群。"
    assert len(await entries(world, EntryKind.BROADCAST_SENT)) == 1


async def test_the_report_waits_for_the_slowest_group(world: World) -> None:
    world.platform.faults["g1"] = [Later(why="flood", after=100, chat_wide=True)]
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("发送到 2 个群")
    before = len(world.boss.inbox)
    await world.passes(seconds=65)
    assert len(world.boss.inbox) == before
    await world.boss.tells("播报 状态 1")
    assert "已送达 1 个群，发送中 1 个群" in world.boss.inbox[-1].text
    for _ in range(4):
        await world.passes(minutes=1)
    assert [shown.text[-13:] for shown in world.boss.inbox[before + 1 :]] == ["发完了：已送达 2 个群。"]


async def test_a_restart_before_anything_left_sends_each_group_one(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("发送到 2 个群", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.settle()
    await world.restart()
    await world.settle()
    assert len(pushed(world, "g1")) == len(pushed(world, "g2")) == 1


async def test_a_press_that_was_only_received_before_the_restart(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    event = await world.boss.presses("发送到 2 个群", settle=False)
    await world.restart()
    await world.happens(event)
    assert len(pushed(world, "g1")) == len(pushed(world, "g2")) == 1


async def test_a_restart_in_the_middle_of_a_send_leaves_it_uncertain_never_doubled(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("发送到 2 个群", settle=False)
    await world.core.dispatcher.step()
    async with await world.unit() as unit:
        broadcast = await unit.broadcasts.get(1)
        assert broadcast is not None
        first, _ = await unit.broadcasts.deliveries(broadcast)
        row = await unit.outbox.by_key(push_key(1, first.group_id))
        assert row is not None
        assert await unit.outbox.lease(row.id, owner="the dead", until=world.clock.now())
    await world.restart()
    await world.settle()
    assert sorted(len(pushed(world, chat)) for chat in ("g1", "g2")) == [0, 1]
    await world.boss.tells("播报 状态 1")
    assert "已送达 1 个群，可能未送达 1 个群" in world.boss.inbox[-1].text


async def test_what_may_not_have_arrived_is_listed_and_sent_again_once(world: World) -> None:
    world.platform.faults["g1"] = [Unknown(why="timeout")]
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("发送到 2 个群")
    await world.passes(minutes=1)
    assert "已送达 1 个群，可能未送达 1 个群" in world.boss.inbox[-1].text
    await world.boss.presses("1 号名单")
    assert world.boss.inbox[-1].text.splitlines()[1:] == ["可能未送达　群g1", "已送达　群g2"]

    await world.boss.tells("播报 状态")
    shown = world.boss.inbox[-1]
    again = shown.button("1 号补发 1 个群")
    event = await world.boss.presses_old(shown, again, world.boss.private)
    await world.happens(event)
    assert world.boss.read == "正在补发到 1 个群。"
    await world.boss.presses_old(shown, again, world.boss.private)
    assert "不会重复发送" in world.boss.read
    assert len(pushed(world, "g1")) == len(pushed(world, "g2")) == 1
    assert "补发" in pushed(world, "g1")[0]
    await world.boss.tells("播报 状态 1")
    assert "已送达 2 个群" in world.boss.inbox[-1].text
    assert world.boss.inbox[-1].labels == ["1 号名单"]
    assert len(await entries(world, EntryKind.BROADCAST_RESENT)) == 1


async def test_an_old_resend_button_stays_in_its_round(world: World) -> None:
    world.platform.faults["g1"] = [Unknown(why="timeout"), Unknown(why="timeout")]
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("发送到 2 个群")
    await world.boss.tells("播报 状态 1")
    old = world.boss.inbox[-1]
    again = old.button("1 号补发 1 个群")
    await world.boss.presses_old(old, again, world.boss.private)
    await world.boss.presses_old(old, again, world.boss.private)
    assert "不会重复发送" in world.boss.read
    await world.boss.tells("播报 状态 1")
    await world.boss.presses("1 号补发 1 个群")
    assert len(pushed(world, "g1")) == 1


async def test_stopping_keeps_back_what_has_not_left(world: World) -> None:
    await world.boss.tells("播报 停")
    assert world.boss.inbox[-1].text == "没有还没发出的播报。"
    await world.boss.tells(f"播报 {TEXT}")
    preview = world.boss.inbox[-1]
    await world.boss.presses("发送到 2 个群", settle=False)
    await world.core.dispatcher.step()
    await world.boss.says("播报 停", to=world.boss.private, settle=False)
    await world.core.dispatcher.step()
    await world.settle()
    assert pushed(world, "g1") == pushed(world, "g2") == []
    assert "已停下 1 号：2 个群不再发了" in world.boss.inbox[-1].text
    await world.boss.tells("播报 状态 1")
    assert "（已停）" in world.boss.inbox[-1].text
    assert "未送达 2 个群" in world.boss.inbox[-1].text
    button = preview.out.content.buttons[0][0]
    await world.boss.presses_old(preview, button, world.boss.private)
    assert "被停下了" in world.boss.read


async def test_at_night_the_leader_chooses(world: World) -> None:
    set_clock(world, "2026-11-20 23:10")
    await world.boss.tells(f"播报 {TEXT}")
    preview = world.boss.inbox[-1]
    assert "免打扰时段，07:00 结束" in preview.text
    assert preview.labels == ["现在就发（2 个群）", "到 07:00 再发", "取消"]
    await world.boss.presses("到 07:00 再发")
    assert world.boss.read == "好的，07:00 开始发送到 2 个群。"
    await world.passes(hours=7, minutes=49)
    assert pushed(world, "g1") == []
    await world.passes(minutes=1)
    assert len(pushed(world, "g1")) == 1

    set_clock(world, "2026-11-21 23:10")
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("现在就发（2 个群）")
    assert len(pushed(world, "g1")) == 2


async def test_if_the_night_begins_after_the_preview_the_leader_is_asked_again(world: World) -> None:
    set_clock(world, "2026-11-20 21:50")
    await world.boss.tells(f"播报 {TEXT}")
    preview = world.boss.inbox[-1]
    send = preview.button("发送到 2 个群")
    await world.passes(minutes=15)
    await world.boss.presses("发送到 2 个群")
    assert pushed(world, "g1") == []
    assert preview.labels == ["现在就发（2 个群）", "到 07:00 再发", "取消"]
    await world.boss.presses("现在就发（2 个群）")
    assert len(pushed(world, "g1")) == 1
    await world.boss.presses_old(preview, send, world.boss.private)
    assert "不会重复发送" in world.boss.read
    assert preview.labels == []


async def test_the_next_library_text_is_never_the_last_one(world: World) -> None:
    seen = []
    for _ in range(8):
        await world.boss.tells("播报 下一条")
        await world.boss.presses("取消")  # a draft that never left uses up no text
        await world.boss.tells("播报 下一条")
        await world.boss.presses("发送到 2 个群")
        seen.append(pushed(world, "g1")[-1])
    assert len(set(seen)) == 8
    assert all(text.startswith("📢 东湾派出所反诈提醒 · ") and "110" in text for text in seen)


async def test_of_two_that_decide_about_a_draft_at_the_same_moment_one_wins(world: World) -> None:
    await world.boss.tells(f"播报 {TEXT}")
    async with await world.unit() as unit:
        draft, sending, cancelled = BroadcastState.DRAFT, BroadcastState.SENDING, BroadcastState.CANCELLED
        assert await unit.broadcasts.move(1, was=draft, state=sending) is not None
        assert await unit.broadcasts.move(1, was=draft, state=cancelled) is None
        row = await unit.broadcasts.get(1)
    assert row is not None
    assert row.state is sending


async def test_mistakes_are_answered_with_an_example(world: World) -> None:
    for words, hint in (
        ("播报", "播报可以这样用"),
        ("播报 新增 晚间 明早 9:00", "时间没看懂"),
        ("播报 状态 99", "没有找到 99 号播报"),
        ("播报 停用 没有的", "没有叫“没有的”的规则"),
        ("播报 状态", "还没有发过播报"),
    ):
        await world.boss.tells(words)
        assert hint in world.boss.inbox[-1].text


async def test_a_long_list_is_paged_with_what_needs_help_first(world: World) -> None:
    async with await world.unit() as unit:
        for n in range(43):
            group = await unit.groups.seen(platform="world", bot="bot", chat_id=f"gx{n}", title=f"村{n:02d}群")
            await unit.groups.bind(
                group.id, station_id=world.station_id, kind=GroupKind.VILLAGE, area_id=None, households=0
            )
    world.platform.faults["gx42"] = [Unknown(why="timeout")]
    await world.boss.tells(f"播报 {TEXT}")
    await world.boss.presses("发送到 45 个群")
    await world.boss.tells("播报 状态 1")
    await world.boss.presses("1 号名单")
    assert world.boss.inbox[-1].text.splitlines()[:2] == ["1 号播报的名单（第 1/3 页）：", "可能未送达　村42群"]
    assert world.boss.inbox[-1].labels == ["下一页"]
    await world.boss.presses("下一页")
    await world.boss.presses("下一页")
    assert world.boss.inbox[-1].labels == ["上一页"]
    assert len(world.boss.inbox[-1].text.splitlines()) == 6


async def test_two_thousand_groups_in_one_transaction(world: World) -> None:
    async with await world.unit() as unit:
        for n in range(2000):
            group = await unit.groups.seen(platform="world", bot="bot", chat_id=f"gx{n}", title=f"群{n}")
            await unit.groups.bind(
                group.id, station_id=world.station_id, kind=GroupKind.VILLAGE, area_id=None, households=0
            )
    await world.boss.tells(f"播报 村组：{TEXT}")
    await world.boss.presses("发送到 2000 个群", settle=False)
    await world.core.dispatcher.step()
    async with world.engine.read() as tx:
        unit = Unit(tx)
        broadcast = await unit.broadcasts.get(1)
        assert broadcast is not None
        found = await unit.broadcasts.deliveries(broadcast)
    assert [delivery.state for delivery in found] == [OutState.PENDING] * 2000
