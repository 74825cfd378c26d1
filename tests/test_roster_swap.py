"""换班 by asking: one colleague or all, taken by button; refused, lapsed, twice, restart, two stations."""

from datetime import date

import pytest

from bot.adapters.base import Never
from handlers.kit import roster_texts as say
from handlers.kit import texts
from storage.model.messages import Button
from storage.model.people import Duty
from storage.model.roster import Change, ChangeKind, ChangeState, Post
from storage.stores.roster import Roster
from storage.unit import Unit
from tests.harness import Shown, Someone, World
from tests.rostering import USUAL, changes_logged, labels, on_day, state
from tests.stories import on_sqlite, person_id, silence, texts_of
from tests.test_duty import second_station

# START is Friday 20 November 2026, 11:00. 王建国 and 赵敏 have 8–20, 李强 20–8, 孙伟 leads around the clock.


# ── one is asked ───────────────────────────────────────────────────────────
async def test_one_colleague_is_asked_and_says_yes(world: World) -> None:
    await world.wang.tells("换班 明天白班 和孙伟")
    assert world.sun.inbox == []  # a duty leader around the clock has no room
    assert world.wang.inbox[-1].text == say.NOT_FREE.format(name="孙伟")
    await world.li.tells("换班 明天夜班 和王建国")
    assert labels(world.wang) == ["可以", "不行"]
    assert world.wang.inbox[-1].text == ("李强想请人上 11月21日（周六）20:00–次日 08:00 的班（换班 1 号）。您能上吗？")
    assert await on_day(world, 21) == USUAL  # until somebody says yes, nothing has changed
    await world.wang.presses("可以")
    assert world.wang.read == "好的，11月21日（周六）20:00–次日 08:00 的班由您来上（换班 1 号）。"
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "王建国 20:00"]
    assert await on_day(world, 22) == USUAL
    settled = "换班 1 号定了：11月21日（周六）20:00–次日 08:00 的班由王建国上，替李强。要撤销，发：撤销换班 1"
    assert world.li.inbox[-1].text == world.sun.inbox[-1].text == settled
    card = world.wang.inbox[-1]
    assert (card.text, card.labels) == (settled, [])
    assert await changes_logged(world) == ["asked", "taken"]


async def test_one_colleague_says_no(world: World) -> None:
    await world.li.tells("换班 明天夜班 找赵敏")
    card = world.zhao.inbox[-1]
    old = (card.button("可以"), card.button("不行"))
    await world.zhao.presses("不行")
    assert world.li.inbox[-1].text == ("换班 1 号：赵敏不方便。11月21日（周六）20:00–次日 08:00 的班还是李强上。")
    assert world.zhao.inbox[-1].labels == []
    await world.zhao.presses_old(card, old[0], world.zhao.private)
    assert world.zhao.read == say.CHANGE_OVER[ChangeState.REFUSED].format(number=1)
    assert await on_day(world, 21) == USUAL


async def test_two_posts_are_exchanged(world: World) -> None:
    await world.wang.tells("换班 明天白班 和李强 后天夜班")
    assert world.li.inbox[-1].text == (
        "王建国想跟您换班（换班 1 号）：\n您上 11月21日（周六）08:00–20:00 的班，"
        "王建国上 11月22日（周日）20:00–次日 08:00 的班。可以吗？"
    )
    await world.li.presses("可以")
    assert sorted(await on_day(world, 21)) == ["李强 08:00", "李强 20:00", "赵敏 08:00"]
    assert await on_day(world, 22) == ["王建国 08:00", "赵敏 08:00", "王建国 20:00"]
    await world.li.tells("撤销换班 1")
    assert await on_day(world, 21) == await on_day(world, 22) == USUAL


@on_sqlite
@pytest.mark.parametrize(
    "words",
    [
        "换班 明天夜班 和李强",  # not the writer's
        "换班 明天白班 和李小明",
        "换班 明天白班 和李强 什么时候都行",
        "换班 明天白班 王建国",
        "换班 明天白班 和王建国",
    ],
)
async def test_what_cannot_be_done_is_said_and_nobody_is_asked(world: World, words: str) -> None:
    await world.wang.tells(words)
    assert len(world.wang.inbox) == 1
    assert world.li.inbox == world.zhao.inbox == world.sun.inbox == []
    assert await changes_logged(world) == []


@on_sqlite
async def test_the_sentences_say_what_to_do(world: World) -> None:
    for words, answer in (
        ("换班", say.HOW_TO_SWAP),
        ("顶班", say.HOW_TO_COVER),
        ("撤销换班", say.NEED_OWN_NUMBER),
        ("撤销换班 9", say.NO_SUCH_CHANGE.format(number=9)),
        (
            "换班 明天夜班 和李强",
            (
                "11月21日（周六）没有找到您的这个班。接下来的班：11月21日（周六）08:00–20:00；"
                "11月22日（周日）08:00–20:00；11月23日（周一）08:00–20:00；11月24日（周二）08:00–20:00"
            ),
        ),
        ("换班 今天白班", say.POST_BEGUN),
    ):
        await world.wang.tells(words)
        assert world.wang.inbox[-1].text == answer


# ── everyone is asked ──────────────────────────────────────────────────────
async def test_everyone_who_is_free_is_asked_and_the_first_has_it(world: World) -> None:
    await world.li.tells("换班 明天夜班")
    assert world.li.inbox[-1].text.startswith("已问王建国、赵敏、周明：")
    cards: list[tuple[Someone, Shown]] = [(who, who.inbox[-1]) for who in (world.wang, world.zhao, world.boss)]
    assert [card.labels for _, card in cards] == [["我来"]] * 3
    assert world.admin.inbox == []  # who keeps the machine has no shifts
    old = cards[0][1].button("我来")
    await world.zhao.presses("我来")
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "赵敏 20:00"]
    assert [card.labels for _, card in cards] == [[]] * 3
    assert all("由赵敏上，替李强" in card.text for _, card in cards)
    await world.wang.presses_old(cards[0][1], old, world.wang.private)
    assert world.wang.read == say.CHANGE_TAKEN.format(number=1, name="赵敏")
    await world.zhao.presses_old(cards[1][1], old, world.zhao.private)
    assert world.zhao.read == say.CHANGE_YOURS.format(number=1)
    assert await changes_logged(world) == ["asked", "taken"]


async def test_two_press_at_the_same_moment(world: World) -> None:
    await world.li.tells("换班 明天夜班")
    await world.wang.presses("我来", settle=False)
    await world.zhao.presses("我来", settle=False)
    await world.settle()
    assert len(await on_day(world, 21)) == 3
    assert (await changes_logged(world)).count("taken") == 1
    assert any(say.CHANGE_TAKEN.format(number=1, name="王建国") == text for _, text in world.platform.answers)


async def test_the_database_decides_who_is_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes may both have seen the question open; for an empty post nothing else tells them apart."""
    wang, zhao = await person_id(world, "wang"), await person_id(world, "zhao")
    empty = Change(
        id=0,
        station_id=world.station_id,
        number=0,
        kind=ChangeKind.COVER,
        state=ChangeState.ASKED,
        post=Post(duty=Duty.OFFICER, day=date(2026, 11, 21), start=1260, end=1320),
        from_id=None,
        to_id=None,
        asked=(wang, zhao),
    )
    async with await world.unit() as unit:
        seen: Change = await unit.roster.add_change(empty, world.clock.now())
        assert [await unit.roster.take_change(seen.id, who) for who in (wang, zhao)] == [True, False]

    async def stale(self: Roster, change_id: int) -> Change | None:
        monkeypatch.undo()
        return seen

    monkeypatch.setattr(Roster, "change", stale)
    await world.zhao.tells("我的班")
    button = Button(label="我来", action=f"swap_take:{seen.id}")
    await world.zhao.presses_old(world.zhao.inbox[-1], button, world.zhao.private)
    assert world.zhao.read == say.CHANGE_TAKEN.format(number=1, name="王建国")
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "李强 20:00", "王建国 21:00"]
    assert await changes_logged(world) == []


async def test_a_press_and_a_command_that_come_twice_count_once(world: World) -> None:
    event = await world.li.tells("换班 明天夜班 和赵敏")
    await world.happens(event)
    press = await world.zhao.presses("可以")
    await world.happens(press)
    await world.li.tells("换班 明天夜班 和王建国")
    assert "没有找到您的这个班" in world.li.inbox[-1].text
    assert await changes_logged(world) == ["asked", "taken"]


async def test_the_same_post_is_not_asked_for_twice(world: World) -> None:
    await world.li.tells("换班 明天夜班 和赵敏")
    await world.li.tells("换班 明天夜班")
    assert world.li.inbox[-1].text == say.ALREADY_ASKED.format(number=1)


async def test_a_restart_between_question_and_answer(world: World) -> None:
    await world.li.tells("换班 明天夜班", settle=False)
    await world.restart()
    await world.settle()
    await world.restart()
    await world.wang.presses("我来")
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "王建国 20:00"]
    await world.restart()
    await world.wang.tells("撤销换班 1")
    assert await on_day(world, 21) == USUAL


async def test_nobody_answers_before_it_begins(world: World) -> None:
    await world.li.tells("换班 今晚 和赵敏")
    card = world.zhao.inbox[-1]
    button = card.button("可以")
    await world.passes(hours=9)
    assert await state(world) is ChangeState.LAPSED
    assert world.li.inbox[-1].text == say.LAPSED.format(
        number=1, post="11月20日（周五）20:00–次日 08:00 的班", keeper="李强上"
    )
    assert card.labels == []
    await world.zhao.presses_old(card, button, world.zhao.private)
    assert world.zhao.read == say.CHANGE_OVER[ChangeState.LAPSED].format(number=1)


async def test_who_said_yes_elsewhere_meanwhile_has_no_room(world: World) -> None:
    await world.li.tells("换班 明天夜班 和王建国")
    await world.boss.tells("临时排班 11月21日 21:00-23:00 王建国")
    await world.wang.presses("可以")
    assert world.wang.read == say.YOU_NOT_FREE
    assert await state(world) is ChangeState.ASKED


async def test_what_was_asked_first_and_is_answered_last_breaks_nothing_settled_between(world: World) -> None:
    await world.wang.tells("换班 11月25日白班 和李强")
    card = world.li.inbox[-1]
    await world.boss.tells("换班 11月25日白班 赵敏 换 李强")
    await world.boss.tells("换班 11月25日白班 李强 换 周明")
    settled = await on_day(world, 25)
    assert sorted(settled) == sorted(["王建国 08:00", "周明 08:00", "李强 20:00"])
    await world.li.presses_old(card, card.button("可以"), world.li.private)
    assert world.li.read == say.YOU_NOT_FREE
    assert (await on_day(world, 25), await state(world)) == (settled, ChangeState.ASKED)


async def test_the_post_has_gone_meanwhile(world: World) -> None:
    await world.li.tells("换班 明天夜班 和王建国")
    await world.boss.tells("临时排班 11月21日夜班 去掉 李强")
    await world.wang.presses("可以")
    assert world.wang.read == say.ASKED_GONE.format(number=1, name="李强")


async def test_nobody_can_be_reached(world: World) -> None:
    await silence(world, "zhao")
    await world.li.tells("换班 明天夜班 和赵敏")
    assert world.li.inbox[-1].text == say.NOT_REACHED.format(name="赵敏")
    assert await changes_logged(world) == []


async def test_a_card_that_cannot_be_delivered_harms_nothing(world: World) -> None:
    world.platform.faults[world.wang.private] = [Never(why="blocked", gone=True)]
    await world.li.tells("换班 明天夜班")
    await world.zhao.presses("我来")
    assert await on_day(world, 21) == ["王建国 08:00", "赵敏 08:00", "赵敏 20:00"]


# ── two stations ───────────────────────────────────────────────────────────
async def test_two_stations_do_not_see_each_others_roster(world: World) -> None:
    ma, _ = await second_station(world)
    await world.li.tells("换班 明天夜班 和赵敏")
    await ma.tells("撤销换班 1")
    assert ma.inbox[-1].text == say.NO_SUCH_CHANGE.format(number=1)
    await ma.presses_old(world.zhao.inbox[-1], world.zhao.inbox[-1].button("可以"), ma.private)
    assert ma.read == texts.NO_RIGHT
    await ma.tells("换班 明天白班 和赵敏")
    assert "没有找到“赵敏”" in ma.inbox[-1].text
    await ma.tells("顶班 明天夜班 李强")
    assert "没有找到“李强”" in ma.inbox[-1].text
    await ma.tells("排班")
    assert "李强" not in ma.inbox[-1].text
    assert "马骏" in ma.inbox[-1].text
    await world.wang.tells("排班")
    assert "马骏" not in world.wang.inbox[-1].text
    assert await state(world) is ChangeState.ASKED


async def test_numbers_are_counted_per_station(world: World) -> None:
    ma, _ = await second_station(world)
    await ma.tells("临时排班 12月1日 20:00-23:00 马骏")
    assert "没有" in ma.inbox[-1].text or "别的班" in ma.inbox[-1].text  # on duty around the clock already
    await world.boss.tells("换班 11月25日夜班 李强 换 赵敏")
    async with world.engine.read() as tx:
        change = await Unit(tx).roster.change_by_number(world.station_id, 1)
    assert change is not None
    assert change.to_id == await person_id(world, "zhao")


async def test_routing_follows_a_swap(world: World) -> None:
    await world.boss.tells("换班 今晚 李强 换 赵敏")
    await world.passes(hours=10)
    await world.chen.says("@民警 楼上漏水")
    assert "楼上漏水" in world.zhao.inbox[-1].text
    assert "楼上漏水" not in " ".join(texts_of(world.li.inbox))
