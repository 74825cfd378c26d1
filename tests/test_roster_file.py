"""Rotations, leave, holidays and overrides of a station file: read with its mistakes named, brought in twice."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.station_file import StationFileError, parse_station
from handlers.kit.onduty import who_is_on
from storage.engine.base import Engine
from storage.model.people import DayPlan, Duty
from storage.model.roster import ChangeState
from storage.unit import Unit
from tests.test_station_import import entries, load, touched

FILE = """\
station: {code: xicheng, name: 西城派出所}
people:
  - {name: 王芳, code: fang, role: 民警, accounts: {telegram: 55}}
  - {name: 李强, code: li, role: 民警}
  - {name: 赵敏, code: zhao, role: 民警}
  - {name: 何所, code: he, role: 所领导}
shifts:
  - {who: 何所, duty: 值班长, days: 每天, from: "00:00", to: "24:00"}
  - {who: 何所, duty: 值班民警, days: 每天, from: "00:00", to: "24:00", plan: 节假日}
rotations:
  - {name: 一组, order: [王芳, [李强, 赵敏]], mode: 上二休二, start: 2026-11-16, from: "08:00", to: "08:00"}
leave:
  - {who: 王芳, from: 2026-11-21, reason: 培训}
holidays:
  - {from: 2027-01-01, to: 2027-01-03, name: 元旦}
  - {day: 2027-01-04, kind: 上班}
overrides:
  - {day: 2026-11-21, who: 李强, from: "08:00", to: "20:00"}
"""


async def on(engine: Engine, text: str) -> list[str]:
    at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    async with engine.read() as tx:
        unit = Unit(tx)
        station = await unit.stations.by_code("xicheng")
        assert station is not None
        names = {m.person.id: m.person.name for m in await unit.people.staff(station.id)}
        return [names[t.person_id] for t in await who_is_on(unit, station, at) if t.duty is Duty.OFFICER]


def test_it_is_read() -> None:
    roster = parse_station(FILE, "station.yaml").roster
    rotation = roster.rotations[0]
    assert (rotation.crews, rotation.on, rotation.off) == ((("fang",), ("li", "zhao")), 2, 2)
    assert rotation.start_on == date(2026, 11, 16)
    assert (roster.leave[0].first, roster.leave[0].last) == (date(2026, 11, 21), date(2026, 11, 21))
    assert [h.free for h in roster.holidays] == [True, False]
    assert parse_station(FILE, "station.yaml").shifts[1].plan is DayPlan.HOLIDAY
    assert parse_station(FILE, "station.yaml").warnings == ()


@pytest.mark.parametrize(
    ("typed", "turns"),
    [("每天轮", (1, 1)), ("每周", (7, 7)), ("上二休二", (2, 2)), ("值1休3", (1, 3)), ("上２天休４天", (2, 4))],
)
def test_ways_to_rotate(typed: str, turns: tuple[int, int]) -> None:
    rotation = parse_station(FILE.replace("上二休二", typed), "s").roster.rotations[0]
    assert (rotation.on, rotation.off) == turns


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("上二休二", "随便轮", "看不懂轮班方式“随便轮”"),
        ("上二休二", "上0休2", "上班 1 到 31 天"),
        ("[王芳, [李强, 赵敏]]", "王芳", "缺“顺序”"),
        ("[王芳, [李强, 赵敏]]", "[王芳, []]", "空的一项"),
        ("[王芳, [李强, 赵敏]]", "[王芳, 李刚]", "人员里没有“李刚”"),
        ("start: 2026-11-16", "start: 11月16日", "看不懂日期“11月16日”"),
        ("from: 2026-11-21, reason", "from: 2026-02-30, reason", "看不懂日期“2026-02-30”"),
        ("from: 2026-11-21, reason", "from: 2026-11-21, to: 2026-11-20, reason", "“到”比“从”早"),
        ("to: 2027-01-03", "to: 2028-01-03", "一段最多 60 天"),
        ("kind: 上班", "kind: 半天", "写“放假”或“上班”"),
        ("day: 2027-01-04", "day: 2027-01-02", "2027-01-02 写了两次"),
        ("plan: 节假日", "plan: 周末", "只有 平时、节假日、调休"),
        ("who: 李强, from", "who: 张三, from", "临时排班：人员里没有“张三”"),
        ("reason: 培训", "raeson: 培训", "没有“raeson”这一项"),
    ],
)
def test_mistakes_are_named(old: str, new: str, sentence: str) -> None:
    assert old in FILE
    with pytest.raises(StationFileError) as caught:
        parse_station(FILE.replace(old, new), "station.yaml")
    assert sentence in str(caught.value)


async def test_it_arrives_and_decides_who_is_on(engine: Engine) -> None:
    changes = touched(await load(engine, FILE))
    assert ("新增", "轮班", "1 组", "一组 08:00–08:00 上2休2：王芳 → 李强、赵敏") in changes
    assert ("新增", "请假", "王芳 2026-11-21–2026-11-21", "") in changes
    assert ("新增", "节假日", "4 天", "") in changes
    assert ("新增", "临时排班", "李强 值班民警 2026-11-21 08:00–20:00", "") in changes
    assert await on(engine, "2026-11-17T12:00") == ["王芳"]
    assert await on(engine, "2026-11-18T12:00") == ["李强", "赵敏"]
    assert await on(engine, "2026-11-21T12:00") == ["李强"]  # 王芳 is away, 李强 stands in
    assert await on(engine, "2026-11-21T21:00") == []
    assert await on(engine, "2027-01-02T12:00") == ["何所"]


async def test_the_second_time_changes_nothing(engine: Engine) -> None:
    await load(engine, FILE)
    before = len(await entries(engine))
    assert touched(await load(engine, FILE)) == []
    assert len(await entries(engine)) == before


async def test_a_dry_run_keeps_nothing(engine: Engine) -> None:
    first = touched(await load(engine, FILE, dry_run=True))
    assert touched(await load(engine, FILE)) == first


async def test_what_leaves_the_file_leaves_the_roster_and_what_was_arranged_by_chat_stays(engine: Engine) -> None:
    await load(engine, FILE)
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await unit.stations.by_code("xicheng")
        assert station is not None
        (of_file,) = await unit.roster.changes_of_file(station.id)
    head, _, _ = FILE.partition("rotations:")
    changes = touched(await load(engine, head))
    assert [c[:2] for c in changes] == [("移除", "轮班"), ("移除", "节假日"), ("移除", "请假"), ("移除", "临时排班")]
    assert await on(engine, "2026-11-18T12:00") == []
    async with engine.read() as tx:
        gone = await Unit(tx).roster.change(of_file.id)
    assert gone is not None
    assert gone.state is ChangeState.UNDONE
    assert ("新增", "轮班") in [c[:2] for c in touched(await load(engine, FILE))]
    assert await on(engine, "2026-11-18T12:00") == ["李强", "赵敏"]
