"""Which queue a new matter gets into, who there gets it, and what happens when nobody of it is on duty."""

from typing import Any

import pytest

from handlers.kit import texts
from handlers.kit.private import HIDDEN
from storage.engine.base import Tx
from storage.engine.sqlite import SqliteTx
from storage.model.matters import Category
from storage.model.people import Duty, GroupKind, PersonRole
from storage.model.queues import DayWord, Hours, Queue, QueueKind, Rule, When
from storage.model.tickets import EntryKind, State
from tests.harness import Someone, World
from tests.living import neighbours, reads
from tests.meaning import means
from tests.queueing import CASES, ROOM, add_queue, belong, new_group, set_rules, stands
from tests.stories import kinds, on_sqlite, person_id, reported, texts_of
from tests.test_duty import only_on_duty

URGENT = "有人在楼下打架，快来"
REST = ("社区警务队", "规则：其余的", "王建国")
FOUND = {"被偷": {"category": Category.CLUE}, "吵": {"category": Category.NUISANCE}}


# ── without any configuration ──────────────────────────────────────────────
async def test_nothing_set_up_everything_goes_as_ever_in_the_community_team(world: World) -> None:
    for number, matter in enumerate(("楼上往下扔垃圾", URGENT, "电动车被偷了"), 1):
        await world.passes(minutes=5)
        await reported(world, matter)
        assert await stands(world, number) == REST
    assert "分到：社区警务队（规则：其余的）" in world.card(1, world.wang.private).text
    assert all("社区" not in shown.text for shown in world.chat("g1"))
    assert reads(world.sun, "在班，来的单子") == 0


async def test_who_is_called_by_name(world: World) -> None:
    await world.chen.says("@赵敏 楼上往下扔垃圾")
    assert await stands(world) == ("社区警务队", "规则：群众点名的民警在班", "赵敏")


# ── one room and two teams ─────────────────────────────────────────────────
async def test_as_soon_as_a_team_has_people_its_matters_go_there(world: World) -> None:
    await belong(world, CASES, "zhao")
    await reported(world, "电动车被偷了")
    assert await stands(world) == ("案件办理队", "规则：偷抢敲诈归案件队", "赵敏")
    await world.passes(minutes=5)
    await reported(world, "楼上往下扔垃圾")
    assert await stands(world, 2) == REST


async def test_what_is_urgent_goes_to_the_room_first(world: World) -> None:
    await belong(world, ROOM, "sun")
    await reported(world, URGENT)
    assert await stands(world) == ("综合指挥室", "规则：紧急的先到指挥室", "孙伟")
    assert "因为：您现在在综合指挥室值班" in world.card(1, world.sun.private).text


async def test_who_is_called_by_name_keeps_it_in_their_own_team(world: World) -> None:
    await belong(world, CASES, "zhao")
    await world.chen.says("@赵敏 楼上往下扔垃圾")
    assert await stands(world) == ("案件办理队", "规则：群众点名的民警在班", "赵敏")


async def test_nobody_of_the_team_on_duty_then_the_next_rule_at_once_and_one_report(world: World) -> None:
    await belong(world, CASES, "li")  # the night shift
    for number in (1, 2):
        await reported(world, "电动车被偷了")
        assert await stands(world, number) == REST
        await world.passes(minutes=5)
    told = "现在没有案件办理队的人在班，来的单子已经转给下一位。空到 11月20日 20:00，请安排。"
    assert [reads(who, told) for who in (world.sun, world.boss, world.wang)] == [1, 1, 0]
    await world.passes(hours=9)
    await reported(world, "电动车被偷了")
    assert await stands(world, 3) == ("案件办理队", "规则：偷抢敲诈归案件队", "李强")
    assert reads(world.sun, told) == 1


async def test_who_rests_takes_nothing(world: World) -> None:
    await belong(world, CASES, "zhao")
    await world.zhao.tells("休 到18点")
    await reported(world, "电动车被偷了")
    assert await stands(world) == REST
    assert reads(world.sun, "在班，来的单子") == 0  # there is somebody, who rests


async def test_nobody_anywhere_then_the_duty_leader_for_the_first_queue(world: World) -> None:
    await belong(world, CASES, "zhao")
    await only_on_duty(world, ("sun", Duty.LEADER))
    await reported(world, "电动车被偷了")
    assert await stands(world) == ("案件办理队", "规则：偷抢敲诈归案件队", "孙伟")


# ── least loaded ───────────────────────────────────────────────────────────
async def three(world: World) -> None:
    await only_on_duty(world, ("wang", Duty.OFFICER), ("li", Duty.OFFICER), ("zhao", Duty.OFFICER))


async def takes(world: World, number: int) -> str:
    await world.passes(minutes=5)
    await world.zhou.says("@民警 门口有人扔垃圾")
    return (await stands(world, number))[2]


async def test_whoever_has_least_and_of_equals_who_waits_longest(world: World) -> None:
    await three(world)
    assert [await takes(world, n) for n in (1, 2, 3, 4)] == ["王建国", "李强", "赵敏", "王建国"]
    await world.li.tells("接单 2")
    await world.li.tells("办结 2 已劝离")
    assert await takes(world, 5) == "李强"  # nothing in hand
    await world.zhao.tells("接单 3")
    await world.zhao.tells("挂起 3 等物业 2天")  # a pause is still in hand
    assert await takes(world, 6) == "赵敏"  # one each; 王建国 has two, 李强 got the newest
    assert await takes(world, 7) == "李强"


async def test_who_is_free_comes_before_who_has_less(world: World) -> None:
    await three(world)
    assert await takes(world, 1) == "王建国"
    await world.li.tells("处警中")
    await world.zhao.tells("在途")
    assert await takes(world, 2) == "王建国"


async def test_the_areas_officer_takes_it_whatever_there_is_in_hand(world: World) -> None:
    for number in (1, 2, 3):
        await world.passes(minutes=5)
        await reported(world)
        assert (await stands(world, number))[2] == "王建国"


# ── what comes back ────────────────────────────────────────────────────────
async def test_a_lease_that_ends_stays_in_the_team(world: World) -> None:
    await three(world)
    await belong(world, CASES, "zhao", "li")
    await reported(world, "电动车被偷了")
    first = world.zhao if (await stands(world))[2] == "赵敏" else world.li
    await first.presses("接单")
    await world.restart()
    await world.passes(minutes=48)
    await world.passes(minutes=12)
    other = {"赵敏": "李强", "李强": "赵敏"}[first.name]
    assert await stands(world) == ("案件办理队", "规则：偷抢敲诈归案件队", other)
    assert (await world.ticket()).state is State.OPEN


async def test_given_back_by_the_only_one_of_the_team_the_duty_leader_gets_it(world: World) -> None:
    await belong(world, CASES, "zhao")
    await reported(world, "电动车被偷了")
    await world.zhao.tells("退回 1 在外办案")
    assert await stands(world) == ("案件办理队", "规则：偷抢敲诈归案件队", "孙伟")
    assert world.wang.inbox == []


async def test_a_missed_target_climbs_within_the_team(world: World) -> None:
    """The first step is the team's: nobody of it is there any more, so it takes no time."""
    await belong(world, CASES, "zhao")
    await reported(world, "电动车被偷了")
    assert (await stands(world))[2] == "赵敏"
    await only_on_duty(world, ("wang", Duty.OFFICER), ("sun", Duty.LEADER))
    await world.passes(minutes=31)
    assert reads(world.wang, "超时") == 0
    await world.passes(minutes=1)
    assert reads(world.sun, "⏰") == 1  # beside the card, which is his now
    assert EntryKind.DUTY_GAP in await kinds(world)


async def test_at_the_end_of_a_shift_each_matter_goes_to_its_own_team(world: World) -> None:
    await belong(world, CASES, "li")
    await reported(world)
    await world.wang.tells("接单 1")
    await world.wang.tells("挂起 1 等物业 2天")
    await world.zhou.says("@民警 电动车被偷了")
    await world.sun.tells("转队 2 案件办理队 要办案")
    await world.wang.tells("接单 2")
    await world.wang.tells("挂起 2 等第三方 2天")
    await only_on_duty(world, ("zhao", Duty.OFFICER), ("li", Duty.OFFICER))
    await world.passes(hours=9)
    for who, number in ((world.zhao, 1), (world.li, 2)):
        sheets = [s.text for s in who.inbox if s.text.startswith("交接单")]
        assert [s.count("· ") for s in sheets] == [1]
        assert f"{number} 号" in sheets[0]


# ── rules of a station ─────────────────────────────────────────────────────
async def team(world: World, name: str, *user_ids: str) -> int:
    people = tuple([await person_id(world, user) for user in user_ids])
    return await add_queue(
        world, Queue(id=0, station_id=world.station_id, name=name, kind=QueueKind.TEAM, members=people)
    )


async def test_the_first_rule_that_holds_and_its_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FOUND)
    patrol, road = await team(world, "巡逻队", "zhao"), await team(world, "交通队", "wang")
    await set_rules(
        world,
        Rule(name="夜里的", when=When(hours=(Hours(start=1320, end=360),)), queue_id=road),
        Rule(name="吵闹归巡逻", when=When(categories=(Category.NUISANCE,)), queue_id=patrol),
        Rule(name="门店的", when=When(groups=(GroupKind.SHOPS,)), queue_id=road),
    )
    await world.chen.says("@民警 楼上太吵")
    assert await stands(world) == ("巡逻队", "规则：吵闹归巡逻", "赵敏")
    await world.zhou.says("@民警 隔壁太吵")
    assert (await stands(world, 2))[:2] == ("巡逻队", "规则：吵闹归巡逻")
    await world.zhou.says("@民警 门口堆东西", at=world.clock.now())
    await world.passes(minutes=5)
    await world.zhou.says("@民警 门口又堆东西")
    assert (await stands(world, await world.tickets()))[:2] == ("交通队", "规则：门店的")
    await world.passes(minutes=5)
    await reported(world, "楼道堆东西")
    assert (await stands(world, await world.tickets()))[:2] == ("社区警务队", "规则：其余的")


async def test_an_office_or_a_person_that_is_called(world: World) -> None:
    wang = await person_id(world, "wang")
    patrol = await team(world, "巡逻队", "zhao")
    await set_rules(
        world,
        Rule(name="找小王的", when=When(people=(wang,)), queue_id=patrol),
        Rule(name="叫派出所的", when=When(words=("派出所",)), queue_id=patrol),
    )
    for number, (call, why) in enumerate((("@王警官", "找小王的"), ("@派出所", "叫派出所的"), ("@民警", "其余的")), 1):
        await world.passes(minutes=5)
        await world.chen.says(f"{call} 楼上往下扔垃圾")
        assert (await stands(world, number))[1] == f"规则：{why}"


@on_sqlite
@pytest.mark.parametrize(
    ("hours", "at", "holds"),
    [
        (Hours(start=1320, end=360), "周五夜里", True),
        (Hours(days=DayWord.WEEKEND, start=1320, end=360), "周五夜里", False),
        (Hours(days=DayWord.WEEKEND, start=1320, end=360), "周六夜里", True),
        (Hours(days=DayWord.WORKDAY), "周五白天", True),
        (Hours(days=DayWord.FREE), "周六夜里", True),
        (Hours(days=DayWord.HOLIDAY), "周六夜里", False),
    ],
)
async def test_hours_on_the_stations_clock(world: World, hours: Hours, at: str, holds: bool) -> None:
    patrol = await team(world, "巡逻队", "sun")
    await set_rules(world, Rule(name="按时间", when=When(hours=(hours,)), queue_id=patrol))
    await world.passes(hours={"周五白天": 0, "周五夜里": 16, "周六夜里": 36}[at])  # 11:00, Sat 03:00, Sat 23:00
    await reported(world)
    assert (await stands(world))[1] == ("规则：按时间" if holds else "规则：其余的")


# ── a partner ──────────────────────────────────────────────────────────────
async def partner(world: World) -> None:
    group = await new_group(world, "g5", GroupKind.UNIT)
    queue = Queue(id=0, station_id=world.station_id, name="阳光物业", kind=QueueKind.PARTNER, group_id=group)
    leak = When(words=("漏水",))
    await set_rules(world, Rule(name="漏水找物业", when=leak, queue_id=await add_queue(world, queue)))


async def test_a_partner_is_told_and_the_room_keeps_it(world: World) -> None:
    await partner(world)
    await belong(world, ROOM, "sun")
    await reported(world, "楼上漏水，打 13800001111 找我")
    assert await stands(world) == ("阳光物业", "规则：漏水找物业", "孙伟")
    [notice] = world.chat("g5")
    assert "陈先生" not in notice.text
    assert "13800001111" not in notice.text
    assert (
        notice.text == f"东湾派出所 1 号，请协助处理：\n“楼上漏水，打 {HIDDEN} 找我”\n来自：群g1\n有结果请告诉派出所。"
    )
    assert notice.labels == []
    await world.restart()
    await world.settle()
    assert len(world.chat("g5")) == 1


async def test_without_a_room_the_community_team_keeps_it(world: World) -> None:
    await partner(world)
    await reported(world, "楼上漏水")
    assert await stands(world) == ("阳光物业", "规则：漏水找物业", "王建国")
    assert world.card(1, world.wang.private).labels == ["接单", "转派"]


async def test_nothing_confidential_reaches_a_partner(world: World) -> None:
    await partner(world)
    await world.chen.tells("楼上漏水")
    assert (await stands(world))[0] == "社区警务队"
    await world.sun.tells("转队 1")
    assert "阳光物业" not in world.sun.inbox[-1].labels
    await world.sun.tells("转队 1 阳光物业 请修")
    assert world.sun.inbox[-1].text == "1 号是保密的，不能转给阳光物业。要转给别的部门，请发“转出 1 部门名”。"
    assert world.chat("g5") == []


async def test_a_partner_gets_what_an_officer_sends_on_once(world: World) -> None:
    await partner(world)
    await reported(world)
    event = await world.wang.tells("转队 1 阳光物业 请清理")
    await world.happens(event)
    assert len(world.chat("g5")) == 1
    assert await stands(world) == ("阳光物业", "王建国转来：请清理", "王建国")
    assert world.chen.inbox == []


async def test_a_partner_is_told_once_though_the_card_goes_from_one_officer_to_the_next(world: World) -> None:
    await partner(world)
    world.platform.closed.add(world.wang.private)
    await reported(world, "楼上漏水")
    assert (await stands(world))[2] == "赵敏"
    assert len(world.chat("g5")) == 1


async def test_a_group_that_is_no_partners_any_more_is_told_nothing(world: World) -> None:
    await partner(world)
    async with await world.unit() as unit:
        await unit.groups.left("world", "g5")
    await reported(world, "楼上漏水")
    assert texts_of(world.chat("g5")) == []


# ── apart ──────────────────────────────────────────────────────────────────
async def test_the_rules_of_one_station_never_touch_another(world: World) -> None:
    ma: Someone = await neighbours(world)
    patrol = await team(world, "巡逻队", "zhao")
    await set_rules(world, Rule(name="全部", queue_id=patrol))
    resident = Someone(world, "he", "何先生", "g6")
    async with await world.unit() as unit:
        station = await unit.stations.by_code("xiwan")
        group = await unit.groups.seen(platform="world", bot="bot", chat_id="g6", title="西湾业主群")
        await unit.groups.bind(group.id, station_id=station.id, kind=GroupKind.OWNERS, area_id=None, households=0)
    await resident.says("@民警 楼上往下扔垃圾")
    async with await world.unit() as unit:
        ticket = await unit.tickets.by_number(station.id, 1)
        own = {queue.id for queue in await unit.queues.of_station(station.id)}
    assert ticket.queue_id in own
    assert ticket.queue_why == "规则：其余的"
    assert world.card(1, ma.private).text.count("巡逻队") == 0
    await reported(world)
    assert (await stands(world))[0] == "巡逻队"


# ── what it costs ──────────────────────────────────────────────────────────
@on_sqlite
@pytest.mark.parametrize(("who", "queries"), [("chen", 0), ("zhou", 1)])
async def test_at_most_one_query_more(world: World, monkeypatch: pytest.MonkeyPatch, who: str, queries: int) -> None:
    """None where the area's officer takes it; one for what everybody has in hand where several could."""
    asked: list[str] = []
    for method in ("one", "rows"):
        plain: Any = getattr(SqliteTx, method)

        async def counted(self: Tx, name: str, /, _plain: Any = plain, **params: Any) -> Any:
            asked.append(name)
            return await _plain(self, name, **params)

        monkeypatch.setattr(SqliteTx, method, counted)
    await getattr(world, who).says("@民警 楼上往下扔垃圾")
    assert asked.count("ticket_add") == 1
    assert len([name for name in asked if name.startswith(("queue_", "rule_"))]) == queries


async def test_who_has_no_role_belongs_to_no_queue(world: World) -> None:
    """A volunteer who is listed nowhere takes no tickets."""
    await world.liu.tells("在吗")
    async with await world.unit() as unit:
        liu = (await unit.people.by_identity("world", "liu")).person.id
        await unit.people.set_role(liu, world.station_id, PersonRole.VOLUNTEER)
    await world.core.refresh_hearing()
    await only_on_duty(world, ("liu", Duty.OFFICER))
    await reported(world)
    assert (await stands(world))[2] != "刘阿姨"
    assert (await world.ticket()).routed_why in (texts.BECAUSE_LEADER, texts.BECAUSE_LAST)
