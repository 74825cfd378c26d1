"""These may be one matter: suggested by what, where and when; and neighbours who follow a matter make it weigh more."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.kit import relay_texts as say
from handlers.kit import texts
from storage.model.matters import Category
from storage.model.messages import InboundKind, Sender
from storage.model.people import GroupKind
from storage.model.tickets import EntryKind
from tests.harness import World
from tests.meaning import means
from tests.stories import everything, kinds

TABLE: dict[str, dict[str, Any]] = {
    "偷": {"category": Category.HELP},
    "吵": {"category": Category.NUISANCE},
    "办证": {"category": Category.PAPERS},
    "6栋": {"place": "6栋"},
}


@pytest.fixture(autouse=True)
def _meanings(monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, TABLE)


def asked(world: World) -> list[str]:
    return [s.text for s in world.sun.inbox if "可能是一回事" in s.text]


async def two(world: World, first: str = "电瓶被偷", second: str = "鸭子被偷") -> None:
    await world.chen.says(f"@民警 {first}")
    await world.passes(minutes=10)
    await world.liu.says(f"@民警 {second}")


async def test_what_is_alike_is_shown_to_the_duty_leader(world: World) -> None:
    await two(world)
    assert asked(world) == [
        "2 号和1 号可能是一回事（求助 · 群g1，48 小时内）。\n1 号：“电瓶被偷”\n2 号：“鸭子被偷”\n要串并吗？"
    ]
    assert world.boss.inbox == []


@pytest.mark.parametrize(
    ("first", "second"), [("电瓶被偷", "楼上太吵"), ("来问办证", "我也来问办证"), ("一件事", "另一件事")]
)
async def test_what_is_not_alike_is_not(world: World, first: str, second: str) -> None:
    await two(world, first, second)
    assert asked(world) == []


async def test_the_same_place_counts_in_another_group_and_the_words_do_not(world: World) -> None:
    await world.chen.says("@民警 电瓶被偷")
    await world.zhou.says("@民警 电瓶被偷")
    assert asked(world) == []
    await world.chen.says("@民警 6栋电瓶被偷", at=world.clock.now(), sender=_other("wu1"))
    await world.zhou.says("@民警 6栋三楼的门锁被偷", sender=_other("wu2"))
    assert "3 号" in asked(world)[-1].split("可能")[0]


def _other(user_id: str) -> Sender:
    return Sender(user_id=user_id, name=user_id)


async def test_after_two_days_it_is_another_matter(world: World) -> None:
    await world.chen.says("@民警 电瓶被偷")
    await world.passes(hours=49)
    await world.liu.says("@民警 鸭子被偷")
    assert asked(world) == []


async def test_another_stations_matters_are_not_alike(world: World) -> None:
    async with await world.unit() as unit:
        other = await unit.stations.put(code="xihu", name="西湖派出所", tz="Asia/Shanghai")
        group = await unit.groups.seen(platform="world", bot="bot", chat_id="g31", title="西湖业主群")
        await unit.groups.bind(group.id, station_id=other, kind=GroupKind.OWNERS, area_id=None, households=1)
    await world.liu.says("@民警 6栋电瓶被偷", to="g31")
    await world.chen.says("@民警 6栋电瓶被偷")
    assert await world.tickets() == 2
    assert asked(world) == []


async def test_confirmed_by_the_leader_only_and_once(world: World) -> None:
    await two(world)
    question = world.sun.inbox[-1]
    yes, no = question.button("确认"), question.button("不是一回事")
    await world.wang.presses_old(question, yes, world.sun.private)
    assert world.wang.read == texts.NO_RIGHT_STAFF
    event = await world.sun.presses("确认")
    assert question.text.endswith("已由孙伟确认，串并为第 1 起。")
    assert question.labels == []
    assert (await world.ticket(1)).incident_id == (await world.ticket(2)).incident_id is not None
    before = everything(world)
    await world.restart()
    await world.happens(event)
    assert everything(world) == before
    for button in (yes, no):
        await world.sun.presses_old(question, button, world.sun.private)
        assert world.sun.read == say.SUGGESTION_OVER


async def test_denied(world: World) -> None:
    await two(world)
    question = world.sun.inbox[-1]
    await world.sun.presses("不是一回事")
    assert question.text.endswith("已由孙伟确认：不是一回事。")
    assert (await world.ticket(2)).incident_id is None
    assert EntryKind.LINK_DENIED in await kinds(world, 2)
    await world.liu.says("补充 2 有6栋的监控", reply_to=world.receipt(2).ref)
    assert len(asked(world)) == 1


async def test_a_third_one_is_suggested_with_the_incident(world: World) -> None:
    await two(world)
    await world.sun.presses("确认")
    await world.passes(minutes=5)
    await world.chen.says("@民警 又有人来偷")
    assert len(asked(world)) == 2
    await world.sun.presses("确认")
    assert (await world.ticket(3)).incident_id == (await world.ticket(1)).incident_id


# ── watchers ───────────────────────────────────────────────────────────────
async def test_many_who_follow_a_matter_raise_it(world: World) -> None:
    await world.chen.says("@民警 路灯坏了")
    await world.passes(minutes=5)
    await world.zhou.says("@民警 井盖丢了")
    for user in ("liu", "a1", "a2"):
        sender = _other(user)
        await world.liu.says("@民警 我也看到了", sender=sender)
        shown = world.last("g1")
        event = world.message(world.liu, "", "g1", sender=sender)
        press = replace(event, kind=InboundKind.BUTTON, button=shown.button("关注 1 号").action, callback_id=user)
        await world.happens(replace(press, message_id=shown.ref))
        await world.happens(replace(press, message_id=shown.ref))
    card = world.card(1, "g9").text
    assert card.startswith("🟠 多人关注 · 1 号")
    assert "关注：+3 人" in card
    await world.wang.tells("待办")
    lines = world.wang.inbox[-1].text.splitlines()
    assert lines[1].startswith("🟠 1 号")
