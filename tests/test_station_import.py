"""A station file in the database, on both: done twice changes nothing, and nobody keeps rights they should lose."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bot.sample import station_text
from bot.station_file import Change, ChangeKind, StationFileError, apply, parse_station
from storage.engine.base import Engine
from storage.model.people import Duty, Group, GroupKind, Identity, Person, PersonRole
from storage.model.tickets import Entry, EntryKind
from storage.stores.people import Known
from storage.unit import Unit

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
BOTS = {"local": "local", "telegram": "777"}
SMALL = """\
station: {code: xicheng, name: 西城派出所}
people:
  - {name: 王芳, code: fang, role: 民警, accounts: {telegram: 55}}
  - {name: 何所, code: he, role: 所领导}
areas:
  - {name: 西片区, officer: 王芳}
groups:
  - {platform: telegram, chat: -100555, title: 西城业主群, kind: 业主, area: 西片区, households: 100}
shifts:
  - {who: 王芳, days: 每天, from: 08:00, to: 08:00}
"""


async def load(engine: Engine, text: str, *, dry_run: bool = False, bots: Mapping[str, str] = BOTS) -> list[Change]:
    async with engine.write() as tx:
        return await apply(Unit(tx), parse_station(text, "station.yaml"), NOW, bots, dry_run)


def touched(changes: list[Change]) -> list[tuple[str, str, str, str]]:
    return [(c.kind.value, c.what, c.name, c.detail) for c in changes if c.kind is not ChangeKind.UNCHANGED]


async def entries(engine: Engine) -> list[Entry]:
    async with engine.read() as tx:
        unit = Unit(tx)
        return [entry for station in await unit.stations.all() for entry in await unit.entries.of_station(station.id)]


async def roles(engine: Engine, code: str) -> dict[int, PersonRole]:
    async with engine.read() as tx:
        person = await Unit(tx).people.by_code(code)
        return await Unit(tx).people.roles(person.id) if person else {}


async def owner(engine: Engine, platform: str, user_id: str) -> Known | None:
    async with engine.read() as tx:
        return await Unit(tx).people.by_identity(platform, user_id)


async def western(engine: Engine) -> Group:
    async with engine.read() as tx:
        group = await Unit(tx).groups.by_chat("telegram", "-100555")
    assert group is not None
    return group


# ── the first time, and again ──────────────────────────────────────────────
async def test_the_sample_arrives_whole(engine: Engine) -> None:
    changes = await load(engine, station_text())
    assert {c.kind for c in changes} == {ChangeKind.NEW}
    async with engine.read() as tx:
        unit = Unit(tx)
        station = await unit.stations.by_code("dongwan")
        assert station is not None
        assert (station.name, station.tz, station.parent_id) == ("东湾派出所", "Asia/Shanghai", None)
        assert station.hours == "周一至周五 9:00–17:00"
        members = {m.person.name: m for m in await unit.people.members(station.id)}
        assert members["孙伟"].role is PersonRole.DUTY_LEADER
        assert members["孙伟"].person.aliases == ("孙队", "孙警官")
        areas = {a.name: a.officer_id for a in await unit.stations.areas(station.id)}
        assert areas == {"东湾片区": members["王建国"].person.id, "商业街片区": members["李强"].person.id}
        groups = {g.title: g for g in await unit.groups.of_station(station.id)}
        assert groups["东湾花园业主群"].households == 860
        assert (groups["东湾花园业主群"].bot, groups["平安民警工作群"].kind) == ("local", GroupKind.OFFICERS)
        assert groups["东湾花园业主群"].places == ("东湾雅苑", "东湾路")
        assert not any(group.scam_watch for group in groups.values())
        shifts = await unit.stations.shifts(station.id)
        assert len([s for s in shifts if s.duty is Duty.OFFICER]) == 7 + 7 + 5
        assert {(s.start, s.end) for s in shifts if s.duty is Duty.LEADER} == {(0, 1440)}
        wang = await unit.people.by_identity("local", "wang")
        assert wang is not None
        assert (wang.person.name, wang.private_chat, wang.bot) == ("王建国", "p:wang", "local")


async def test_the_second_time_changes_nothing_and_logs_nothing(engine: Engine) -> None:
    first = await load(engine, station_text())
    again = await load(engine, station_text())
    assert len(again) == len(first)
    assert touched(again) == []
    (entry,) = await entries(engine)
    assert (entry.kind, entry.actor_id, entry.at) == (EntryKind.IMPORTED, None, NOW)
    assert "王建国" not in entry.text + entry.data


async def test_a_dry_run_says_the_same_and_keeps_nothing(engine: Engine) -> None:
    dry = await load(engine, station_text(), dry_run=True)
    assert await entries(engine) == []
    async with engine.read() as tx:
        assert await Unit(tx).stations.all() == []
        assert await Unit(tx).people.by_code("wang") is None
    assert touched(await load(engine, station_text())) == touched(dry)
    changed = station_text().replace("role: 民警, aliases: [王警官, 王哥]", "role: 值班长, aliases: [王警官, 王哥]")
    assert touched(await load(engine, changed, dry_run=True)) == [("改动", "人员", "王建国", "身份 民警 → 值班长")]
    assert touched(await load(engine, station_text())) == []


# ── changes ────────────────────────────────────────────────────────────────
async def test_changes_are_told_from_what_to_what(engine: Engine) -> None:
    await load(engine, SMALL)
    text = (
        SMALL.replace("name: 西城派出所", "name: 西城派出所, phone: 110")
        .replace("{name: 王芳, code: fang, role: 民警", "{name: 王方, code: fang, aliases: 方姐, role: 民警")
        .replace("王芳", "王方")
        .replace("households: 100", "households: 120")
        .replace("days: 每天, from: 08:00, to: 08:00", "days: 工作日, from: 08:00, to: 20:00")
    )
    assert touched(await load(engine, text)) == [
        ("改动", "派出所", "西城派出所", "电话 （空） → 110"),
        ("改动", "人员", "王方", "姓名 王芳 → 王方；别名 王警官 → 方姐、王警官"),
        ("改动", "群", "西城业主群", "户数 100 → 120"),
        (
            "改动",
            "排班",
            "每周 5 班",
            "加 王方 值班民警 周一至周五 08:00–20:00；去 王方 值班民警 每天 08:00–08:00",
        ),
    ]
    assert len(await entries(engine)) == 2


async def test_hours_and_places_are_what_the_file_says(engine: Engine) -> None:
    text = SMALL.replace("name: 西城派出所", "name: 西城派出所, hours: 工作日 9:00–17:00").replace(
        "households: 100", "households: 100, places: [西城花园, 西街]"
    )
    await load(engine, SMALL)
    changes = [
        ("改动", "派出所", "西城派出所", "办公时间 （空） → 工作日 9:00–17:00"),
        ("改动", "群", "西城业主群", "小区 （空） → 西城花园、西街"),
    ]
    assert touched(await load(engine, text, dry_run=True)) == changes
    assert (await western(engine)).places == ()
    assert touched(await load(engine, text)) == changes
    assert touched(await load(engine, text)) == []
    assert (await western(engine)).places == ("西城花园", "西街")
    async with engine.read() as tx:
        station = await Unit(tx).stations.by_code("xicheng")
    assert station is not None
    assert station.hours == "工作日 9:00–17:00"
    assert ("改动", "群", "西城业主群", "小区 西城花园、西街 → （空）") in touched(await load(engine, SMALL))
    assert (await western(engine)).places == ()


async def test_the_scam_watch_stays_as_it_was_switched_unless_the_file_says(engine: Engine) -> None:
    await load(engine, SMALL)
    group = await western(engine)
    async with engine.write() as tx:
        await Unit(tx).groups.describe(group.id, places=(), scam_watch=True)
    assert touched(await load(engine, SMALL)) == []
    await load(engine, SMALL.replace("households: 100", "households: 100, places: 西街"))
    assert (await western(engine)).scam_watch
    off = SMALL.replace("households: 100", "households: 100, places: 西街, scam_watch: 否")
    assert touched(await load(engine, off)) == [("改动", "群", "西城业主群", "骗局提醒 是 → 否")]
    group = await western(engine)
    assert (group.places, group.scam_watch) == (("西街",), False)


async def test_a_new_group_gets_its_places_and_its_scam_watch(engine: Engine) -> None:
    await load(engine, SMALL.replace("households: 100", "places: 西街, scam_watch: 是"))
    group = await western(engine)
    assert (group.places, group.scam_watch, group.kind) == (("西街",), True, GroupKind.OWNERS)


async def test_whoever_leaves_the_file_loses_the_role_and_stays_a_person(engine: Engine) -> None:
    await load(engine, SMALL)
    text = SMALL.replace("  - {name: 王芳, code: fang, role: 民警, accounts: {telegram: 55}}\n", "")
    text = text.replace("officer: 王芳", "officer: 何所").replace("who: 王芳", "who: 何所")
    assert ("移除", "人员", "王芳", "文件里没有了，不再是民警") in touched(await load(engine, text))
    assert await roles(engine, "fang") == {}
    kept = await owner(engine, "telegram", "55")
    assert kept is not None
    assert kept.person.name == "王芳"
    assert touched(await load(engine, text)) == []
    back = touched(await load(engine, SMALL))
    assert ("改动", "人员", "王芳", "身份 无 → 民警") in back


async def test_an_area_that_leaves_the_file_is_nobodys(engine: Engine) -> None:
    await load(engine, SMALL)
    text = SMALL.replace("areas:\n  - {name: 西片区, officer: 王芳}\n", "").replace(", area: 西片区", "")
    assert ("移除", "片区", "西片区", "文件里没有了，不再有片区民警") in touched(await load(engine, text))
    assert touched(await load(engine, text)) == []


async def test_groups_that_are_not_in_the_file_are_left_alone(engine: Engine) -> None:
    await load(engine, SMALL)
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await unit.stations.by_code("xicheng")
        assert station is not None
        group = await unit.groups.seen(platform="telegram", bot="777", chat_id="-9", title="后来的群")
        await unit.groups.bind(group.id, station_id=station.id, kind=GroupKind.OTHER, area_id=None, households=1)
    assert touched(await load(engine, SMALL)) == []


# ── what the platforms told is kept ────────────────────────────────────────
async def test_a_group_keeps_its_own_title(engine: Engine) -> None:
    await load(engine, SMALL)
    async with engine.write() as tx:
        await Unit(tx).groups.seen(platform="telegram", bot="777", chat_id="-100555", title="西城花园 1 群")
    assert touched(await load(engine, SMALL.replace("西城业主群", "别的名字"))) == []


async def test_a_group_we_were_removed_from_stays_left(engine: Engine) -> None:
    await load(engine, SMALL, bots={})
    async with engine.write() as tx:
        await Unit(tx).groups.left("telegram", "-100555")
    await load(engine, SMALL.replace("households: 100", "households: 7"))
    async with engine.read() as tx:
        group = await Unit(tx).groups.by_chat("telegram", "-100555")
    assert group is not None
    assert (group.active, group.households) == (False, 7)


async def test_our_bot_is_learnt_later(engine: Engine) -> None:
    await load(engine, SMALL, bots={})
    assert touched(await load(engine, SMALL)) == [("改动", "群", "西城业主群", "机器人 （空） → 777")]


async def test_a_private_chat_survives_a_new_import(engine: Engine) -> None:
    await load(engine, SMALL)
    known = await owner(engine, "telegram", "55")
    assert known is not None
    assert known.private_chat == ""
    async with engine.write() as tx:
        await Unit(tx).people.reachable("telegram", "55", bot="777", chat_id="55", username="fang")
    assert touched(await load(engine, SMALL)) == []
    known = await owner(engine, "telegram", "55")
    assert known is not None
    assert (known.private_chat, known.bot) == ("55", "777")


async def test_a_resident_who_wrote_before_becomes_the_officer_of_the_file(engine: Engine) -> None:
    async with engine.write() as tx:
        unit = Unit(tx)
        stranger = await unit.people.add(name="Fang")
        await unit.people.add_identity(
            Identity(platform="telegram", bot="777", user_id="55", person_id=stranger.id, chat_id="55")
        )
    changes = touched(await load(engine, SMALL))
    assert ("新增", "人员", "王芳", "民警；账号 telegram 55 从群众转到本人") in changes
    known = await owner(engine, "telegram", "55")
    assert known is not None
    assert (known.person.name, known.private_chat) == ("王芳", "55")


async def test_an_account_that_leaves_the_file_loses_its_rights(engine: Engine) -> None:
    await load(engine, SMALL)
    text = SMALL.replace("telegram: 55", "telegram: 56")
    assert touched(await load(engine, text)) == [("改动", "人员", "王芳", "账号 加 telegram 56；账号 去 telegram 55")]
    known = await owner(engine, "telegram", "55")
    assert known is not None
    assert known.person.code == ""
    async with engine.read() as tx:
        assert await Unit(tx).people.roles(known.person.id) == {}
    assert touched(await load(engine, text)) == []


async def test_an_account_may_go_to_a_colleague(engine: Engine) -> None:
    await load(engine, SMALL)
    text = SMALL.replace(", accounts: {telegram: 55}", "").replace(
        "role: 所领导}", "role: 所领导, accounts: {telegram: 55}}"
    )
    await load(engine, text)
    known = await owner(engine, "telegram", "55")
    assert known is not None
    assert known.person.code == "he"
    assert touched(await load(engine, text)) == []


# ── between stations ───────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("code: fang", "code: wang", 3, "代码 wang 已经是东湾派出所王建国的。请换一个代码。"),
        ("name: 王芳, code: fang", "name: 王建国, code: wang", 3, "如果是同一个人，请写上同一个账号"),
        ("telegram: 55", "local: wang", 3, "local 账号 wang 已经是东湾派出所王建国（wang）的。"),
        ("platform: telegram, chat: -100555", "platform: local, chat: 'g:dongwan'", 8, "已经绑定在东湾派出所"),
        ("name: 西城派出所", "name: 西城派出所, parent: fenju", 1, "上级“fenju”还没有导入"),
    ],
)
async def test_a_slip_takes_nothing_from_another_station(
    engine: Engine, old: str, new: str, line: int, told: str
) -> None:
    await load(engine, station_text())
    text = SMALL.replace(old, new)
    if "王建国" in new:
        text = text.replace("王芳", "王建国")
    with pytest.raises(StationFileError) as caught:
        await load(engine, text)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert told in problem.text
    async with engine.read() as tx:
        assert await Unit(tx).stations.by_code("xicheng") is None
    assert len(await entries(engine)) == 1


async def test_a_refused_file_keeps_nothing_even_if_the_caller_commits(engine: Engine) -> None:
    await load(engine, station_text())
    text = SMALL.replace("code: fang", "code: wang")
    async with engine.write() as tx:
        with pytest.raises(StationFileError):
            await apply(Unit(tx), parse_station(text, "x"), NOW, BOTS)
    async with engine.read() as tx:
        assert await Unit(tx).stations.by_code("xicheng") is None


async def test_one_person_may_serve_two_stations(engine: Engine) -> None:
    await load(engine, SMALL)
    other = SMALL.replace("xicheng", "beicheng").replace("西城", "北城").replace("-100555", "-100556")
    other = other.replace("  - {name: 何所, code: he, role: 所领导}\n", "").replace("role: 民警", "role: 值班长")
    await load(engine, other)
    assert sorted((await roles(engine, "fang")).values()) == [PersonRole.DUTY_LEADER, PersonRole.OFFICER]
    assert touched(await load(engine, SMALL)) == []
    assert touched(await load(engine, other)) == []


async def test_what_another_station_knows_of_a_person_is_kept(engine: Engine) -> None:
    await load(engine, SMALL.replace("telegram: 55", "telegram: 55, local: fang"))
    other = SMALL.replace("xicheng", "beicheng").replace("西城", "北城").replace("-100555", "-100556")
    other = other.replace("  - {name: 何所, code: he, role: 所领导}\n", "")
    await load(engine, other)
    kept = await owner(engine, "local", "fang")
    assert kept is not None
    assert kept.person.code == "fang"


async def test_the_station_above(engine: Engine) -> None:
    await load(engine, "station: {code: fenju, name: 分局}")
    child = SMALL.replace("name: 西城派出所", "name: 西城派出所, parent: fenju")
    await load(engine, child)
    assert touched(await load(engine, child)) == []
    with pytest.raises(StationFileError, match="下级"):
        await load(engine, "station: {code: fenju, name: 分局, parent: xicheng}")


async def test_people_who_only_wrote_are_not_members_to_remove(engine: Engine) -> None:
    await load(engine, SMALL)
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await unit.stations.by_code("xicheng")
        resident: Person = await unit.people.add(name="路人")
        assert station is not None
        await unit.people.set_role(resident.id, station.id, PersonRole.RESIDENT)
    assert touched(await load(engine, SMALL)) == []
