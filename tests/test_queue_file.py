"""Queues and rules of a station file: read with its mistakes named, brought in twice, taken out again."""

import pytest

from bot.station_file import StationFileError, parse_station
from handlers.kit.routing import placed, queue_of
from storage.engine.base import Engine
from storage.model.matters import Category
from storage.model.people import GroupKind
from storage.model.queues import DayWord, Desk, Hours, Place, QueueKind
from storage.unit import Unit
from tests.test_station_import import SMALL, entries, load, touched

FILE = """\
station: {code: xicheng, name: 西城派出所}
people:
  - {name: 王芳, code: fang, role: 民警, accounts: {telegram: 55}}
  - {name: 李强, code: li, role: 民警, aliases: [强哥]}
  - {name: 赵敏, code: zhao, role: 民警}
  - {name: 何所, code: he, role: 所领导}
  - {name: 老张, code: zhang, role: 居民}
areas:
  - {name: 西片区, officer: 王芳}
groups:
  - {platform: telegram, chat: -100555, title: 西城业主群, kind: 业主, area: 西片区}
  - {platform: telegram, chat: -100777, title: 办案群, kind: 民警}
  - {platform: telegram, chat: -100888, title: 阳光物业联络群, kind: 单位}
shifts:
  - {who: 王芳, days: 每天, from: 08:00, to: 08:00}
queues:
  - {name: 勤务指挥室, members: [何所]}
  - {name: 刑侦队, aliases: [案件办理队], members: [李强, zhao], group: 办案群}
  - {name: 巡逻队, members: 赵敏}
  - {name: 阳光物业, kind: 外单位, members: [老张], group: "-100888"}
routing:
  - {name: 急的, urgent: 是, to: 指挥室}
  - {name: 点名, to: 点名的人}
  - {name: 夜里吵闹, category: 扰民, time: [夜间, 周末 20:00-23:00], kind: [业主, 私聊], area: 西片区, to: 巡逻队}
  - {name: 被盗, mention: [被偷、被盗, 强哥], to: 办案队}
  - {mention: 漏水, to: 阳光物业}
"""


async def desk(engine: Engine) -> Desk:
    async with engine.read() as tx:
        unit = Unit(tx)
        station = await unit.stations.by_code("xicheng")
        assert station is not None
        return await unit.queues.desk(station.id)


async def names(engine: Engine, people: tuple[int, ...]) -> list[str]:
    async with engine.read() as tx:
        found = [await Unit(tx).people.get(person_id) for person_id in people]
    return sorted(person.name for person in found if person is not None)


def test_it_is_read() -> None:
    part = parse_station(FILE, "station.yaml").queues
    assert [(q.name, q.place, q.kind) for q in part.queues] == [
        ("勤务指挥室", Place.COMMAND, QueueKind.ROOM),
        ("刑侦队", Place.CASES, QueueKind.TEAM),
        ("巡逻队", Place.NONE, QueueKind.TEAM),
        ("阳光物业", Place.NONE, QueueKind.PARTNER),
    ]
    assert part.queues[1].members == ("li", "zhao")
    assert [(r.name, r.to) for r in part.rules] == [
        ("急的", "勤务指挥室"),
        ("点名", "点名的人"),
        ("夜里吵闹", "巡逻队"),
        ("被盗", "刑侦队"),
        ("第 5 条", "阳光物业"),
    ]
    night = part.rules[2]
    assert night.categories == (Category.NUISANCE,)
    assert night.hours == (Hours(start=1320, end=360), Hours(days=DayWord.WEEKEND, start=1200, end=1380))
    assert night.sources == (GroupKind.OWNERS, None)
    assert (part.rules[3].mention, part.rules[3].people) == (("被偷", "被盗"), ("li",))
    assert not any("队" in p.text for p in parse_station(FILE, "s").warnings)


def test_keys_may_be_chinese() -> None:
    text = (
        FILE.replace("queues:", "队:")
        .replace("routing:", "分流:")
        .replace("{name: 急的, urgent: 是, to:", "{名称: 急的, 紧急: 是, 归:")
    )
    assert parse_station(text, "s").queues == parse_station(FILE, "s").queues


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "kind: 外单位",
            "kind: 外单",
            "第 20 行：队“阳光物业”：队的类型只有 室、队、外单位，没有“外单”，是不是想写 外单位？",
        ),
        ("members: [李强, zhao]", "members: [李刚]", "第 18 行：队“刑侦队”：人员里没有“李刚”，是不是想写 李强？"),
        ("members: 赵敏", "members: 老张", "老张不是民警、值班长、所领导或管理员"),
        ("group: 办案群", "group: 办案组", "队“刑侦队”：群里没有“办案组”，是不是想写 办案群？"),
        ("group: 办案群", "group: 西城业主群", "卡片只能发到“民警”群，“西城业主群”是业主群。"),
        ('group: "-100888"', "group: 西城业主群", "外单位的群要是“单位、其他”这样的群；“西城业主群”是业主群。"),
        ("{name: 巡逻队,", "{name: 办案队,", "队“办案队”就是案件办理队，第 18 行已经有了，留一个。"),
        ("{name: 巡逻队,", "{name: 阳光物业,", "队“阳光物业”写了两次（第 19 行已经有了）。"),
        ("{name: 勤务指挥室,", "{name: 勤务指挥室, kind: 队,", "队“勤务指挥室”就是综合指挥室，类型是“室”，不能改。"),
        ("to: 巡逻队}", "to: 巡罗队}", "第 24 行：分流“夜里吵闹”：没有“巡罗队”这个队，是不是想写 巡逻队？"),
        ("category: 扰民", "category: 扰名", "分流“夜里吵闹”：没有“扰名”这一类，是不是想写 扰民？"),
        ("area: 西片区, to", "area: 西片, to", "没有“西片”这个片区，是不是想写 西片区？"),
        ("[业主, 私聊]", "[业住, 私聊]", "没有“业住”这种群，是不是想写 业主？"),
        ("[夜间, 周末", "[夜晚, 周末", "看不懂时间“夜晚”，是不是想写 夜间？"),
        ("20:00-23:00", "20:00-25:00", "看不懂时刻“25:00”"),
        ("urgent: 是", "urgent: 很", "“紧急”写“是”或“否”；“很”看不懂。"),
        ("{name: 被盗,", "{name: 点名,", "第 25 行：分流“点名”写了两次（第 23 行已经有了）。"),
        ("mention: 漏水, to: 阳光物业", "mention: 漏水", "分流缺“归”（to）。"),
        ("mention: 漏水", "mentoin: 漏水", "分流里没有“mentoin”这一项，是不是想写 mention？"),
        ("mention: 漏水", f"mention: {'水' * 21}", "提到的词最多 20 个字"),
        ("queues:", "quеues2:", "文件最外层里没有“quеues2”这一项"),
        ("routing:\n", "routing: 都给指挥室\nx:\n", "分流要写成列表"),
    ],
)
def test_mistakes_are_named(old: str, new: str, sentence: str) -> None:
    assert old in FILE
    with pytest.raises(StationFileError) as caught:
        parse_station(FILE.replace(old, new, 1), "station.yaml")
    assert sentence in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("members: [李强, zhao], group", "group", "分流“被盗”：刑侦队还没有成员，这条规则现在不起作用。"),
        ("{name: 急的, urgent: 是,", "{name: 急的,", "分流“急的”没有条件，后面的规则都用不上。"),
    ],
)
def test_what_is_odd_is_said(old: str, new: str, warning: str) -> None:
    text = FILE.replace("to: 办案队", "to: 案件办理队").replace(old, new, 1)
    assert any(warning in p.text for p in parse_station(text, "s").warnings)


async def test_it_arrives(engine: Engine) -> None:
    changes = touched(await load(engine, FILE))
    assert ("改动", "队", "刑侦队", "成员：李强、赵敏") in changes
    assert ("新增", "队", "巡逻队", "成员：赵敏") in changes
    told = "急的 → 勤务指挥室；点名 → 点名的人；夜里吵闹 → 巡逻队；被盗 → 刑侦队；第 5 条 → 阳光物业"
    assert ("新增", "分流", "5 条", told) in changes
    found = await desk(engine)
    assert [q.name for q in found.queues] == ["勤务指挥室", "社区警务队", "刑侦队", "巡逻队", "阳光物业"]
    cases = placed(found, Place.CASES)
    assert cases.aliases == ("案件办理队", "办案队", "案件队", "办案中队", "案件办理中队")
    assert await names(engine, cases.members) == ["李强", "赵敏"]
    assert await names(engine, found.queues[4].members) == ["老张"]
    async with engine.read() as tx:
        group = await Unit(tx).groups.by_chat("telegram", "-100777")
    assert group is not None
    assert cases.group_id == group.id
    assert [queue_of(found, r.queue_id).name if r.queue_id else None for r in found.rules] == [
        "勤务指挥室",
        None,
        "巡逻队",
        "刑侦队",
        "阳光物业",
    ]
    assert found.rules[2].when.private
    assert await names(engine, found.rules[3].when.people) == ["李强"]


async def test_the_second_time_changes_nothing(engine: Engine) -> None:
    await load(engine, FILE)
    before, stored = len(await entries(engine)), await desk(engine)
    assert touched(await load(engine, FILE)) == []
    assert (len(await entries(engine)), await desk(engine)) == (before, stored)


async def test_who_belongs_to_a_team_changes(engine: Engine) -> None:
    await load(engine, FILE)
    changes = touched(await load(engine, FILE.replace("members: 赵敏", "members: 王芳")))
    assert changes == [("改动", "队", "巡逻队", "成员：王芳")]


async def test_a_dry_run_keeps_nothing(engine: Engine) -> None:
    first = touched(await load(engine, FILE, dry_run=True))
    assert touched(await load(engine, FILE)) == first


async def test_what_leaves_the_file_is_taken_out_and_comes_back(engine: Engine) -> None:
    await load(engine, FILE)
    bare = FILE[: FILE.index("queues:")]
    changes = touched(await load(engine, bare))
    assert ("移除", "队", "巡逻队", "文件里没有了，没办完的单子归社区警务队") in changes
    assert ("改动", "队", "案件办理队", "文件里没有了，恢复原样") in changes
    assert ("移除", "分流", "0 条", "用程序自带的") in changes
    found = await desk(engine)
    assert [(q.name, q.members, q.group_id) for q in found.queues] == [
        ("综合指挥室", (), None),
        ("社区警务队", (), None),
        ("案件办理队", (), None),
    ]
    assert found.rules == ()
    assert touched(await load(engine, bare)) == []
    assert ("新增", "队", "巡逻队", "成员：赵敏") in touched(await load(engine, FILE))
    assert len((await desk(engine)).queues) == 5


async def test_a_team_of_its_own_becomes_one_of_the_three(engine: Engine) -> None:
    """The name it had is free for the one of the three that is called so from now on."""
    await load(engine, FILE.replace("aliases: [案件办理队], ", "").replace("to: 办案队", "to: 刑侦队"))
    assert placed(await desk(engine), Place.CASES).name == "案件办理队"
    await load(engine, FILE)
    assert placed(await desk(engine), Place.CASES).name == "刑侦队"
    assert [q.name for q in (await desk(engine)).queues].count("刑侦队") == 1


async def test_every_station_has_one_room_and_two_teams(engine: Engine) -> None:
    changes = await load(engine, SMALL)
    assert not any(c.what in ("队", "分流") for c in changes)
    assert [q.name for q in (await desk(engine)).queues] == ["综合指挥室", "社区警务队", "案件办理队"]


async def test_another_stations_queues_are_left_alone(engine: Engine) -> None:
    await load(engine, FILE)
    before = await desk(engine)
    await load(
        engine, "station: {code: dong, name: 东城派出所}\nqueues:\n  - {name: 巡逻队}\nrouting:\n  - {to: 巡逻队}\n"
    )
    assert await desk(engine) == before
