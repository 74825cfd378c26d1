"""A claim is a lease: nudged, renewed by any sign of life, and given to somebody else when there is none."""

import pytest

from handlers.kit import texts
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.living import cards, neighbours, reads
from tests.stories import claimed, entries, everything, kinds, on_sqlite, person_id, reported, silence

NUDGE = "还没有动静"
URGENT = "有人持刀打人"


# ── the lease runs out ─────────────────────────────────────────────────────
async def test_a_silent_claim_is_nudged_and_then_somebody_else_has_it(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=47)
    assert reads(world.wang, NUDGE) == 0
    await world.passes(minutes=1)
    assert reads(world.wang, NUDGE) == 1
    assert "12 分钟内" in world.wang.inbox[-1].text
    await world.passes(minutes=12)
    ticket = await world.ticket()
    assert (ticket.state, ticket.assignee_id, ticket.routed_id) == (State.OPEN, None, await person_id(world, "zhao"))
    assert reads(world.wang, "1 号一直没有动静，已经请别人接了") == 1
    assert world.card(1, world.zhao.private).labels == ["接单", "转派"]
    assert reads(world.zhao, "1 号原来是王建国接的，一直没有动静，现在请您接") == 1
    assert world.receipt(1).text.endswith("已重新通知赵警官，请稍候。")
    assert world.last("g9").labels == ["接单", "转派"]
    assert (await kinds(world)).count(EntryKind.RETURNED) == 1


async def test_within_a_second_of_its_end(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=48)
    await world.passes(minutes=11, seconds=59)
    assert cards(world, world.zhao) == 0
    await world.passes(seconds=1)
    assert cards(world, world.zhao) == 1


async def test_urgent_ones_have_ten_minutes(world: World) -> None:
    await claimed(world, URGENT)
    await world.passes(minutes=8)
    assert reads(world.wang, NUDGE) == 1
    await world.passes(minutes=2)
    assert (await world.ticket()).state is State.OPEN


async def test_what_becomes_urgent_has_a_short_lease_from_then_on(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=20)
    await world.sun.tells("改急 1 紧急")
    await world.passes(minutes=8)
    await world.passes(minutes=2)
    assert (await world.ticket()).state is State.OPEN


@pytest.mark.parametrize("sign", ["note", "button", "reply"])
async def test_a_sign_of_life_renews_it(world: World, sign: str) -> None:
    await claimed(world)
    await world.passes(minutes=40)
    match sign:
        case "note":
            await world.wang.tells("补充 1 在路上了")
        case "button":
            await world.wang.presses("办结")
        case _:
            await world.wang.says("我在看监控", to="g9", reply_to=world.card(1, "g9").ref)
    await world.passes(minutes=40)
    assert reads(world.wang, NUDGE) == 0
    assert (await world.ticket()).state is State.CLAIMED
    await world.passes(minutes=8)
    assert reads(world.wang, NUDGE) == 1
    await world.passes(minutes=12)
    assert (await world.ticket()).state is State.OPEN


async def test_what_others_do_renews_nothing(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=40)
    await world.chen.says("补充：还在扔", reply_to=world.receipt(1).ref)
    await world.zhao.presses("办结", where="g9")
    await world.passes(minutes=8)
    await world.passes(minutes=12)
    assert (await world.ticket()).state is State.OPEN


async def test_on_scene_there_are_four_hours(world: World) -> None:
    await claimed(world)
    await world.wang.presses("到场")
    await world.passes(hours=3)
    assert (await world.ticket()).state is State.ON_SCENE
    assert reads(world.wang, NUDGE) == 0
    await world.passes(minutes=12)
    assert reads(world.wang, NUDGE) == 1
    await world.passes(minutes=48)
    assert (await world.ticket()).state is State.OPEN


@pytest.mark.parametrize("words", ["办结 1 已劝离", "挂起 1 等物业 3天"])
async def test_what_is_not_in_hand_any_more_has_no_lease(world: World, words: str) -> None:
    await claimed(world)
    await world.wang.tells(words)
    for _ in range(4):
        await world.passes(minutes=30)
    assert reads(world.wang, NUDGE) == 0
    assert EntryKind.RETURNED not in await kinds(world)


async def test_nobody_is_silent_forever_it_climbs_to_who_leads(world: World) -> None:
    await claimed(world)
    for who, holder in ((world.zhao, "zhao"), (world.sun, "sun")):
        await world.passes(minutes=48)
        await world.passes(minutes=12)
        assert (await world.ticket()).routed_id == await person_id(world, holder)
        await who.presses("接单")


async def test_a_restart_in_the_middle_loses_no_lease_and_nudges_once(world: World) -> None:
    await claimed(world)
    await world.restart()
    await world.passes(minutes=48)
    await world.restart()
    await world.settle()
    assert reads(world.wang, NUDGE) == 1
    await world.passes(minutes=12)
    await world.restart()
    await world.settle()
    assert cards(world, world.zhao) == 1
    assert (await kinds(world)).count(EntryKind.RETURNED) == 1


async def test_after_a_long_stop_the_holder_is_nudged_before_it_is_taken_away(world: World) -> None:
    await claimed(world)
    await world.passes(hours=5)
    assert reads(world.wang, NUDGE) == 1
    assert (await world.ticket()).state is State.CLAIMED
    await world.passes(minutes=12)
    assert (await world.ticket()).state is State.OPEN


async def test_the_old_holder_may_take_it_again(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=48)
    await world.passes(minutes=12)
    await world.wang.tells("接单 1")
    assert (await world.ticket()).assignee_id == await person_id(world, "wang")
    assert world.receipt(1).text.endswith("王警官已接单，正在处理。")


async def test_a_colleague_who_takes_it_over_has_a_lease_of_their_own(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=47)
    await world.wang.tells("转派 1 赵敏 他在附近")
    await world.passes(minutes=47)
    assert reads(world.wang, NUDGE) == reads(world.zhao, NUDGE) == 0
    assert world.zhao.inbox[-1].text == "王建国把 1 号转给您了，请看上面的卡片。原因：他在附近"
    await world.passes(minutes=1)
    assert reads(world.zhao, NUDGE) == 1
    assert [e.text for e in await entries(world) if e.kind is EntryKind.TRANSFERRED] == ["他在附近"]


async def test_from_the_scene_it_is_handed_to_somebody_who_is_not_there_yet(world: World) -> None:
    await claimed(world)
    await world.wang.tells("到场 1")
    await world.wang.tells("转派 1 赵敏")
    await world.passes(minutes=48)
    assert reads(world.zhao, NUDGE) == 1
    await world.passes(minutes=12)
    assert (await world.ticket()).state is State.OPEN


@pytest.mark.parametrize("again", [False, True])
async def test_a_lease_that_ends_with_one_from_before_runs_out_all_the_same(world: World, again: bool) -> None:
    await claimed(world)
    await world.passes(minutes=4)
    await world.wang.tells("到场 1")  # four hours
    await world.wang.tells("办结 1 已到场处置")
    await world.chen.presses("没解决", where="g1")
    await world.passes(hours=3)
    event = await world.wang.tells("接单 1")  # one hour, and both end at the same moment
    if again:
        await world.restart()
        await world.happens(event)
    for _ in range(59):
        await world.passes(minutes=1)
    assert reads(world.wang, NUDGE) == (await kinds(world)).count(EntryKind.NUDGED) == 1
    assert (await world.ticket()).state is State.CLAIMED
    await world.passes(minutes=1)
    assert (await world.ticket()).state is State.OPEN


async def test_nudged_once_though_a_lease_from_before_a_pause_would_have_nudged_later(world: World) -> None:
    await claimed(world)
    await world.passes(minutes=4)
    await world.wang.tells("到场 1")  # a lease of four hours: its nudge comes after 3 hours and 12 minutes
    await world.passes(minutes=20)
    await world.wang.tells("挂起 1 等物业 2小时")
    await world.passes(hours=2)
    for _ in range(59):
        await world.passes(minutes=1)
    assert reads(world.wang, NUDGE) == (await kinds(world)).count(EntryKind.NUDGED) == 1


# ── 退回 ───────────────────────────────────────────────────────────────────
async def test_giving_back_needs_a_reason(world: World) -> None:
    await claimed(world)
    await world.wang.tells("退回 1")
    assert "退回要写一句原因" in world.wang.inbox[-1].text
    event = await world.wang.tells("退回 1 在外处警")
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.OPEN, await person_id(world, "zhao"))
    assert reads(world.zhao, "1 号是王建国退回的（在外处警），现在请您接") == 1
    await world.happens(event)
    await world.wang.tells("退回 1 在外处警")
    assert (await kinds(world)).count(EntryKind.RETURNED) == 1
    assert "手上" in world.wang.inbox[-1].text


async def test_by_button_and_across_a_restart(world: World) -> None:
    await claimed(world)
    await world.wang.presses("更多")
    await world.wang.presses("退回")
    await world.restart()
    await world.wang.tells("身体不舒服")
    assert (await world.ticket()).state is State.OPEN
    assert "1 号已退回" in " ".join(s.text for s in world.wang.inbox)


async def test_whom_it_waits_for_may_pass_it_on(world: World) -> None:
    await reported(world)
    await world.wang.tells("退回 1 在休假")
    assert (await world.ticket()).routed_id == await person_id(world, "zhao")
    assert cards(world, world.zhao) == 1


async def test_a_leader_takes_it_from_somebody(world: World) -> None:
    await claimed(world)
    await world.sun.tells("退回 1 王建国去开会")
    assert reads(world.wang, "1 号被孙伟退回重派了。原因：王建国去开会") == 1
    assert (await world.ticket()).state is State.OPEN


@pytest.mark.parametrize(
    "words", ["退回 1 不想去", "挂起 1 等物业", "协办 1 李强", "误报 1 测试", "转出 1 12345", "继续 1"]
)
async def test_nobody_else_may(world: World, words: str) -> None:
    await claimed(world)
    ma = await neighbours(world)
    before = everything(world)
    await world.zhao.tells(words)
    answer = world.zhao.inbox.pop().text
    assert "要由本人或值班长来操作" in answer or "没有挂起" in answer
    await world.chen.says(f"@民警 {words}")
    assert world.chat("g1").pop().text == texts.NO_RIGHT
    await ma.tells(words)
    assert "没有找到 1 号" in ma.inbox.pop().text
    assert {k: v for k, v in everything(world).items() if v} == {k: v for k, v in before.items() if v}
    assert (await world.ticket()).state is State.CLAIMED


@on_sqlite
@pytest.mark.parametrize("action", ["giveback", "pause", "pausefor", "pauseto", "aid", "aidby", "dismiss", "more"])
async def test_a_residents_press_is_refused(world: World, action: str) -> None:
    await claimed(world)
    card = world.card(1, "g9")
    button = type(card.button("到场"))(label="x", action=f"{action}:1" + (".0" if action[-1] in "ryo" else ""))
    await world.liu.presses_old(card, button, "g9")
    assert world.liu.read in (texts.NO_RIGHT, texts.STALE_BUTTON)
    assert (await world.ticket()).state is State.CLAIMED


async def test_nobody_can_be_written_to_then_the_group_reads_it(world: World) -> None:
    for who in ("zhao", "sun", "boss", "wu"):
        await silence(world, who)
    await claimed(world)
    await world.passes(minutes=48)
    await world.passes(minutes=12)
    assert world.last("g9").labels == ["接单", "转派"]
    assert (await world.ticket()).state is State.OPEN
