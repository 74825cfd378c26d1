"""What a leader arranges, 临时排班, 顶班, 撤销: settled at once, undone, and both told; wrong role."""

from handlers.kit import roster_texts as say
from handlers.kit import texts
from storage.model.roster import ChangeState
from tests.harness import World
from tests.rostering import USUAL, changes_logged, on_day, state

# START is Friday 20 November 2026, 11:00. 王建国 and 赵敏 have 8–20, 李强 20–8, 孙伟 leads around the clock.


# ── a leader arranges ──────────────────────────────────────────────────────
async def test_a_leader_arranges_and_both_hear_of_it(world: World) -> None:
    await world.boss.says("换班 11月25日夜班 李强 换 王建国", to="g9", addressed=True)
    assert await on_day(world, 25) == ["王建国 08:00", "赵敏 08:00", "王建国 20:00"]
    told = "换班 1 号（周明安排）：11月25日（周三）20:00–次日 08:00 的班由王建国上，替李强。要撤销，发：撤销换班 1"
    assert world.li.inbox[-1].text == world.wang.inbox[-1].text == world.last("g9").text == told


async def test_an_officer_may_not_arrange_others(world: World) -> None:
    await world.wang.tells("换班 11月25日夜班 李强 换 赵敏")
    assert world.wang.inbox[-1].text == texts.NO_RIGHT_STAFF
    await world.wang.tells("临时排班 11月25日 20:00-23:00 赵敏")
    assert world.wang.inbox[-1].text == texts.NO_RIGHT_STAFF
    assert await on_day(world, 25) == USUAL


async def test_a_resident_can_do_nothing_of_it(world: World) -> None:
    for words in ("换班 明天白班", "顶班 明天白班 王建国", "撤销换班 1", "临时排班 11月25日 20:00-23:00 王建国"):
        await world.chen.tells(words)
        assert world.chen.inbox[-1].text == texts.NO_RIGHT
    await world.li.tells("换班 明天夜班 和赵敏")
    await world.chen.presses_old(world.zhao.inbox[-1], world.zhao.inbox[-1].button("可以"), world.chen.private)
    assert world.chen.read == texts.NO_RIGHT
    await world.wang.presses_old(world.zhao.inbox[-1], world.zhao.inbox[-1].button("可以"), world.wang.private)
    assert world.wang.read == say.NOT_ASKED
    assert await state(world) is ChangeState.ASKED


async def test_nothing_of_it_among_residents(world: World) -> None:
    for words in ("换班 明天白班", "顶班 明天白班 李强", "撤销换班 1"):
        await world.wang.says(f"@民警 {words}", to="g1")
        assert world.last("g1").text == texts.NOT_IN_PUBLIC


async def test_a_post_of_one_date(world: World) -> None:
    await world.sun.tells("临时排班 11月25日 18:00-23:00 周所")
    assert await on_day(world, 25) == ["王建国 08:00", "赵敏 08:00", "周明 18:00", "李强 20:00"]
    assert world.boss.inbox[-1].text == ("孙伟给您加了一个班：11月25日（周三）18:00–23:00 的班（换班 1 号）。")
    await world.sun.tells("临时排班 11月25日夜班 去掉 李强")
    assert await on_day(world, 25) == ["王建国 08:00", "赵敏 08:00", "周明 18:00"]
    await world.sun.tells("撤销换班 2")
    await world.boss.tells("撤销换班 1")
    assert await on_day(world, 25) == USUAL
    await world.sun.tells("临时排班 11月25日 李强")
    assert world.sun.inbox[-1].text == say.NEED_HOURS
    await world.sun.tells("临时排班 11月25日 21:00-22:00 李强")
    assert world.sun.inbox[-1].text == say.NOT_FREE.format(name="李强")


# ── 顶班 ───────────────────────────────────────────────────────────────────
async def test_who_offers_to_take_a_post_needs_its_holders_yes(world: World) -> None:
    await world.zhao.tells("顶班 明天夜班 李强")
    assert world.li.inbox[-1].text == ("赵敏想替您上 11月21日（周六）20:00–次日 08:00 的班（换班 1 号），可以吗？")
    await world.li.presses("可以")
    assert world.li.read == "好的，11月21日（周六）20:00–次日 08:00 的班由赵敏来上（换班 1 号）。"
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "赵敏 20:00"]
    assert "由赵敏上，替李强" in world.zhao.inbox[-1].text


async def test_a_post_of_somebody_on_leave_is_taken_at_once(world: World) -> None:
    await world.boss.tells("请假 李强 明天 培训")
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "李强 00:00"]  # the end of it, after the leave
    await world.zhao.tells("顶班 明天夜班 李强")
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "赵敏 20:00"]
    assert "替李强" in world.li.inbox[-1].text


async def test_an_empty_post_needs_no_name(world: World) -> None:
    await world.boss.tells("临时排班 11月21日夜班 去掉 李强")
    await world.zhao.tells("顶班 明天夜班")
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "赵敏 20:00"]
    await world.wang.tells("顶班 明天夜班")
    assert world.wang.inbox[-1].text == say.NO_HOLE.format(day="11月21日（周六）")


# ── undone ─────────────────────────────────────────────────────────────────
async def test_a_question_is_taken_back(world: World) -> None:
    await world.li.tells("换班 明天夜班")
    card = world.zhao.inbox[-1]
    button = card.button("我来")
    await world.li.tells("撤销换班 1号")
    assert world.li.inbox[-1].text == say.WITHDRAWN.format(
        number=1, post="11月21日（周六）20:00–次日 08:00 的班", keeper="李强上"
    )
    assert card.labels == []
    await world.zhao.presses_old(card, button, world.zhao.private)
    assert world.zhao.read == say.CHANGE_OVER[ChangeState.WITHDRAWN].format(number=1)
    await world.li.tells("撤销换班 1")
    assert world.li.inbox[-1].text == say.CHANGE_OVER[ChangeState.WITHDRAWN].format(number=1)


async def test_a_settled_swap_is_undone_and_both_are_told(world: World) -> None:
    await world.li.tells("换班 明天夜班 和赵敏")
    await world.zhao.presses("可以")
    await world.wang.tells("撤销换班 1")
    assert world.wang.inbox[-1].text == say.NOT_YOUR_CHANGE
    await world.boss.tells("撤销换班 1")
    told = "换班 1 号已由周明撤销，11月21日（周六）20:00–次日 08:00 的班还是李强上。"
    assert world.li.inbox[-1].text == world.zhao.inbox[-1].text == told
    assert await on_day(world, 21) == USUAL
    await world.boss.tells("撤销换班 1")
    assert world.boss.inbox[-1].text == say.CHANGE_OVER[ChangeState.UNDONE].format(number=1)
    assert (await changes_logged(world)).count("undone") == 1


async def test_what_others_lean_on_is_not_undone(world: World) -> None:
    await world.boss.tells("换班 11月25日夜班 李强 换 赵敏")
    await world.boss.tells("换班 11月25日夜班 赵敏 换 王建国")
    await world.boss.tells("撤销换班 1")
    assert world.boss.inbox[-1].text == say.UNDO_LATER_FIRST.format(number=2)
    await world.boss.tells("撤销换班 2")
    await world.boss.tells("撤销换班 1")
    assert await on_day(world, 25) == USUAL


async def test_who_has_another_post_by_then_cannot_get_it_back(world: World) -> None:
    await world.boss.tells("换班 11月25日夜班 李强 换 赵敏")
    await world.boss.tells("临时排班 11月25日 21:00-22:00 李强")
    await world.boss.tells("撤销换班 1")
    assert world.boss.inbox[-1].text == say.UNDO_NO_ROOM.format(name="李强")


async def test_what_has_begun_is_not_undone(world: World) -> None:
    await world.boss.tells("换班 今晚 李强 换 赵敏")
    await world.passes(hours=10)
    await world.boss.tells("撤销换班 1")
    assert world.boss.inbox[-1].text == say.POST_BEGUN
