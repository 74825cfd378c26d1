"""身边警讯: five near-same forwards in a day, and the leader is asked whether everybody should be warned."""

from storage.model.scams import AlertState
from tests.broadcasting import pushed
from tests.harness import Shown, World
from tests.scams import AGAIN, PARCEL, REBATE, collected, hears, second_station, world

__all__ = ["world"]


def proposals(world: World, inbox: list[Shown]) -> list[Shown]:
    return [shown for shown in inbox if "24 小时里有" in shown.text or "转成播报" in shown.text]


async def reports(world: World, times: int, *, text: str = REBATE, group: str = "g1") -> None:
    """Other neighbours, each with their own number in the text."""
    for i in range(times):
        who = world._someone(f"n{group}{world.clock.now():%H%M%S}{i}", f"邻居{i}", group)
        await who.says(f"@民警 收到这个 {text.replace('1234', str(i))}")
        await world.passes(minutes=5)


async def test_the_fifth_proposes_it_to_who_leads_now(world: World) -> None:
    await reports(world, 3)
    await reports(world, 1, group="g2")
    assert proposals(world, world.sun.inbox) == []
    await reports(world, 1, group="g2")
    (shown,) = proposals(world, world.sun.inbox)
    assert "24 小时里有 5 次" in shown.text
    assert "身边警讯" in shown.text
    assert "刷单返利" in shown.text
    assert shown.labels == ["转成播报草稿", "不用"]
    assert "abc" not in shown.text
    assert proposals(world, world.boss.inbox) == []  # the duty leader is there
    assert pushed(world, "g1") == []


async def test_once_per_scam(world: World) -> None:
    await reports(world, 7)
    assert len(proposals(world, world.sun.inbox)) == 1
    await world.passes(hours=30)
    await reports(world, 6, text=AGAIN)
    assert len(proposals(world, world.sun.inbox)) == 1
    await reports(world, 5, text=PARCEL, group="g2")
    assert len(proposals(world, world.sun.inbox)) == 2


async def test_what_is_older_than_a_day_does_not_count(world: World) -> None:
    await reports(world, 4)
    await world.passes(hours=24)
    await reports(world, 4)
    assert proposals(world, world.sun.inbox) == []


async def test_watched_groups_count_too(world: World) -> None:
    await collected(world)  # the first
    await world.boss.tells("骗局提醒 开 群g2")
    for _ in range(4):
        await hears(world, world.message(world.zhou, AGAIN, "g2"))
    (shown,) = proposals(world, world.sun.inbox)
    assert "5 次" in shown.text


async def test_a_draft_leaves_only_after_the_leaders_second_press(world: World) -> None:
    await reports(world, 5)
    await world.restart()
    press = await world.sun.presses("转成播报草稿")
    assert "已转成播报草稿" in world.sun.read
    preview = world.sun.inbox[-1]
    assert "身边警讯" in preview.text
    assert "2 个群" in preview.text
    assert pushed(world, "g1") == []
    await world.happens(press)
    assert world.sun.inbox[-1] is preview
    assert len([shown for shown in world.sun.inbox if "发送到 2 个群" in shown.labels]) == 1

    await world.sun.presses("发送到 2 个群")
    assert len(pushed(world, "g1")) == len(pushed(world, "g2")) == 1
    assert "垫钱" in pushed(world, "g1")[0]


async def test_not_wanted_is_the_end_of_it(world: World) -> None:
    await reports(world, 5)
    (shown,) = proposals(world, world.sun.inbox)
    draft = shown.button("转成播报草稿")
    await world.sun.presses("不用")
    assert shown.text == "好的，这一条不发。"
    assert shown.labels == []
    await world.sun.presses_old(shown, draft, world.sun.private)
    assert "已经有人处理过了" in world.sun.read
    assert pushed(world, "g1") == []
    async with await world.unit() as unit:
        row = await unit.scams.get(1)
    assert row is not None
    assert row.alert is AlertState.DROPPED


async def test_who_may_decide(world: World) -> None:
    await reports(world, 5)
    (shown,) = proposals(world, world.sun.inbox)
    for person, hint in ((world.wang, "更高的权限"), (world.chen, "由民警来操作")):
        for label in shown.labels:
            await person.presses_old(shown, shown.button(label), person.private)
            assert hint in person.read
    await world.boss.presses_old(shown, shown.button("转成播报草稿"), world.boss.private)
    assert "已转成播报草稿" in world.boss.read
    assert "身边警讯" in world.boss.inbox[-1].text


async def test_each_station_counts_its_own_and_asks_its_own(world: World) -> None:
    await second_station(world)
    await reports(world, 4)
    await reports(world, 4, group="g5")
    leader = world._someone("zheng", "郑所长", "g5")
    assert proposals(world, world.sun.inbox) == proposals(world, leader.inbox) == []
    await reports(world, 1, group="g5")
    (shown,) = proposals(world, leader.inbox)
    assert proposals(world, world.sun.inbox) == []
    await world.sun.presses_old(shown, shown.button("转成播报草稿"), world.sun.private)
    assert "权限" in world.sun.read or "民警" in world.sun.read
    await leader.presses("转成播报草稿")
    assert "1 个群" in leader.inbox[-1].text
