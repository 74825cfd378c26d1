"""station.yaml is read the way people write it, and every mistake is told with its line."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import yaml_text
from bot.sample import station_text
from bot.station_file import StationFile, StationFileError, load_station, parse_station, sections, values
from bot.station_file.coverage import DAY, WEEK, gaps
from bot.station_file.nouns import ShiftPart
from storage.model.people import Duty, GroupKind, PersonRole

BASE = """\
station: {code: dongwan, name: 东湾派出所}
people:
  - name: 王建国
    code: wang
    role: 民警
    accounts: {telegram: 123, local: wang}
  - name: 孙伟
    code: sun
    role: 值班长
  - {name: 吴工, code: wu, role: 管理员}
areas:
  - {name: 东湾片区, officer: 王建国}
groups:
  - {platform: telegram, chat: -100123, title: 业主群, kind: 业主, area: 东湾片区, households: 860户}
shifts:
  - {who: 王建国, days: 每天, from: 08:00, to: 08:00}
"""


def read(text: str) -> StationFile:
    return parse_station(text, "station.yaml")


def wrong(text: str) -> list[tuple[int, str]]:
    with pytest.raises(StationFileError) as caught:
        read(text)
    assert str(caught.value).startswith("station.yaml")
    return [(problem.line, problem.text) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new)


# ── what is understood ─────────────────────────────────────────────────────
def test_the_sample_is_the_station_of_the_report() -> None:
    file = read(station_text())
    assert (file.station.code, file.station.name, file.warnings) == ("dongwan", "东湾派出所", ())
    people = {person.name: person for person in file.people}
    assert people["王建国"].aliases == ("王警官", "王哥")
    assert people["李强"].aliases == ("李警官",)
    assert people["孙伟"].aliases == ("孙队", "孙警官")
    assert people["老马"].role is PersonRole.VOLUNTEER
    assert people["吴工"].aliases == ()
    assert [(g.chat_id, g.kind, g.area, g.households) for g in file.groups] == [
        ("g:dongwan", GroupKind.OWNERS, "东湾片区", 860),
        ("g:street", GroupKind.SHOPS, "商业街片区", 0),
        ("g:officers", GroupKind.OFFICERS, "", 0),
    ]
    assert gaps(file.shifts) == []
    assert gaps(s for s in file.shifts if s.duty is Duty.OFFICER) == []
    assert gaps(s for s in file.shifts if s.duty is Duty.LEADER) == []


def test_the_manual_is_right() -> None:
    """docs/station.md: its example is one, and it names every key in both languages."""
    manual = (Path(__file__).parent.parent / "docs" / "station.md").read_text(encoding="utf-8")
    example = manual.split("```yaml\n")[1].split("```")[0]
    assert read(example).station.name == "东湾派出所"
    for keys in (sections.TOP, sections.STATION, sections.PERSON, sections.AREA, sections.GROUP, sections.SHIFT):
        assert [key for key in keys if key not in manual] == []


def test_values_stay_as_typed() -> None:
    """YAML would read 20:00 as 1200, 007 as 7 and -100123 as a number."""
    file = read(changed("name: 东湾派出所", "name: 东湾派出所, phone: 0571, address: 7"))
    assert (file.station.phone, file.station.address) == ("0571", "7")
    assert file.groups[0].chat_id == "-100123"
    assert (file.shifts[0].start, file.shifts[0].end) == (480, 480)
    assert [(a.platform, a.user_id) for a in file.people[0].accounts] == [("local", "wang"), ("telegram", "123")]


def test_keys_may_be_chinese() -> None:
    file = read(
        "派出所: {代码: dw, 名称: 东湾派出所, 电话: 110, 办公时间: 工作日 9：00-17：00}\n"
        "人员:\n  - {姓名: 王建国, 代码: wang, 身份: 民警, 别名: 老王、王哥, 账号: {local: wang}}\n"
        "片区:\n  - {名称: 一片区, 民警: 王建国}\n"
        "群:\n  - {平台: local, 群号: 'g:a', 群名: 甲群, 类型: 业主群, 片区: 一片区, 户数: １２,"
        " 小区: 甲苑、乙苑, 骗局提醒: 是}\n"
        "排班:\n  - {谁: wang, 班次: 值班民警, 日子: [周一至周三, 周日], 从: 20：00, 到: 24：00}\n"
    )
    assert file.people[0].aliases == ("老王", "王哥", "王警官")
    assert file.station.hours == "工作日 9：00-17：00"
    assert (file.groups[0].households, file.groups[0].places, file.groups[0].scam_watch) == (12, ("甲苑", "乙苑"), True)
    assert file.shifts[0] == ShiftPart(
        who="wang", duty=Duty.OFFICER, weekdays=(0, 1, 2, 6), start=1200, end=1440, line=9
    )


@pytest.mark.parametrize(
    ("typed", "weekdays"),
    [
        ("每天", range(7)),
        ("工作日", range(5)),
        ("周末", (5, 6)),
        ("周一至周五", range(5)),
        ("周五到周一", (0, 4, 5, 6)),
        ("周一、周三", (0, 2)),
        ("[周一, 星期二, 礼拜天]", (0, 1, 6)),
        ("[mon, Friday]", (0, 4)),
        ("[工作日, 周日]", (0, 1, 2, 3, 4, 6)),
    ],
)
def test_days(typed: str, weekdays: range | tuple[int, ...]) -> None:
    assert read(changed("days: 每天", f"days: {typed}")).shifts[0].weekdays == tuple(weekdays)


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("东湾花园", ("东湾花园",)),
        ("[东湾花园, 东湾 2 期, 东湾花园]", ("东湾花园", "东湾 2 期")),
        ("东湾花园，东湾雅苑；东湾路", ("东湾花园", "东湾雅苑", "东湾路")),
        ("[]", ()),
        ("甲" * 30, ("甲" * 30,)),
    ],
)
def test_places(typed: str, places: tuple[str, ...]) -> None:
    assert read(changed("households: 860户", f"places: {typed}")).groups[0].places == places


@pytest.mark.parametrize(
    ("typed", "on"), [("是", True), ("开", True), ("YES", True), ("否", False), ("off", False), ("", None)]
)
def test_the_scam_watch_is_on_or_off_or_left_as_it_is(typed: str, on: bool | None) -> None:
    assert read(changed("households: 860户", f"scam_watch: {typed}")).groups[0].scam_watch is on


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("辅警", PersonRole.OFFICER),
        ("所长", PersonRole.LEADER),
        ("教导员", PersonRole.LEADER),
        ("duty_leader", PersonRole.DUTY_LEADER),
        ("Admin", PersonRole.ADMIN),
    ],
)
def test_roles(typed: str, role: PersonRole) -> None:
    assert read(changed("role: 值班长", f"role: {typed}")).people[1].role is role


@pytest.mark.parametrize(
    ("others", "called"),
    [
        ("", True),
        ("  - {name: 王芳, code: fang, role: 民警}\n", False),
        ("  - {name: 王芳, code: fang, role: 居民}\n", True),
        ("  - {name: 李四, code: li, role: 民警, aliases: 王警官}\n", False),
    ],
)
def test_a_call_name_is_made_only_where_it_is_clear(others: str, called: bool) -> None:
    people = read(BASE.replace("areas:\n", f"{others}areas:\n")).people
    assert ("王警官" in people[0].aliases) is called


def test_double_surnames_and_other_names() -> None:
    text = changed("name: 孙伟", "name: 欧阳明") + "# \n"
    people = read(
        text.replace("name: 吴工, code: wu, role: 管理员", "name: 买买提·艾力, code: wu, role: 所领导")
    ).people
    assert people[1].aliases == ("欧阳警官",)
    assert people[2].aliases == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_files_of_any_editor(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "station.yaml"
    path.write_bytes(station_text().replace("\n", "\r\n").encode(encoding))
    file = load_station(path)
    assert file.station.name == "东湾派出所"
    assert [w.text[:15] for w in file.warnings] == (["文件不是 UTF-8 编码，已"] if encoding == "gb18030" else [])


# ── what is wrong, and where ───────────────────────────────────────────────
@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("station:", "statoin:", 1, "文件最外层里没有“statoin”这一项，是不是想写 station？"),
        ("code: dongwan", "code: 东湾", 1, "派出所：代码只能用小写字母、数字"),
        ("name: 东湾派出所", "name: 东湾派出所, tz: Beijing", 1, "派出所：没有“Beijing”这个时区"),
        ("name: 东湾派出所", "name: 东湾派出所, parent: dongwan", 1, "上级不能是自己。"),
        ("    role: 民警\n", "", 3, "人员“王建国”缺“身份”（role）。"),
        ("role: 民警", "role: 民井", 5, "人员“王建国”：不认识的身份“民井”，是不是想写 民警？"),
        ("    code: sun\n", "    cod: sun\n", 8, "人员里没有“cod”这一项，是不是想写 code？"),
        ("code: sun", "code: wang", 7, "代码 wang 有两个人用（第 3 行已经有了）。"),
        ("telegram: 123", "telegram: '@wang'", 6, "人员“王建国”：Telegram 账号要写数字编号"),
        ("telegram: 123", "telegran: 123", 6, "人员“王建国”的账号里没有“telegran”这一项，是不是想写 telegram？"),
        ("role: 管理员}", "role: 管理员, accounts: {telegram: 123}}", 10, "telegram 账号 123 写给了两个人"),
        ("role: 管理员}", "role: 管理员, aliases: 孙伟}", 10, "吴工的别名“孙伟”是另一个人的姓名"),
        ("officer: 王建国", "officer: 王建过", 12, "片区“东湾片区”：人员里没有“王建过”，是不是想写 王建国？"),
        ("area: 东湾片区", "area: 东弯片区", 14, "群“业主群”：没有“东弯片区”这个片区，是不是想写 东湾片区？"),
        ("kind: 业主", "kind: 业住", 14, "群“业主群”：没有“业住”这种群，是不是想写 业主？"),
        ("chat: -100123", "chat: 100123", 14, "群“业主群”：Telegram 群的编号以减号开头"),
        ("platform: telegram", "platform: telegran", 14, "群“业主群”：没有“telegran”这个平台，是不是想写 telegram？"),
        ("households: 860户", "households: 八百", 14, "群“业主群”：户数要写一个整数，比如 860；“八百”不是。"),
        ("name: 东湾派出所", "name: 东湾派出所, hour: 工作日", 1, "派出所里没有“hour”这一项，是不是想写 hours？"),
        ("name: 东湾派出所", f"name: 东湾派出所, hours: {'早' * 61}", 1, "派出所的“办公时间”太长了，最多 60 个字。"),
        ("households: 860户", "place: 东湾", 14, "群里没有“place”这一项，是不是想写 places？"),
        ("households: 860户", "places: [东湾花园, 东]", 14, "群“业主群”：小区名要写 2 到 30 个字；“东”不行。"),
        ("households: 860户", f"places: {'东' * 31}", 14, "群“业主群”：小区名要写 2 到 30 个字；"),
        ("households: 860户", "places: {a: b}", 14, "群“业主群”的“小区”要写成一个值，不能是列表或分组。"),
        ("households: 860户", "scam_watch: 也许", 14, "群“业主群”：骗局提醒写“是”或“否”；“也许”看不懂。"),
        ("kind: 业主", "kind: 民警, scam_watch: 是", 14, "群“业主群”：民警工作群不用开骗局提醒"),
        ("from: 08:00", "from: 25:00", 16, "排班“王建国”：看不懂时刻“25:00”，要写成 08:00 这样，从 00:00 到 23:59。"),
        ("from: 08:00", "from: 24:00", 16, "排班“王建国”：看不懂时刻“24:00”"),
        ("from: 08:00, ", "", 16, "排班“王建国”缺“开始”（from）。"),
        ("days: 每天", "days: 每周八", 16, "排班“王建国”：看不懂“每周八”是哪天。"),
        ("days: 每天, ", "", 16, "排班“王建国”：没有写哪几天。"),
        ("who: 王建国", "who: 王建", 16, "排班：人员里没有“王建”，是不是想写 王建国？"),
        ("days: 每天", "duty: 值班员, days: 每天", 16, "排班“王建国”：班次只有“值班民警”和“值班长”，没有“值班员”"),
    ],
)  # fmt: skip
def test_mistakes_name_their_line(old: str, new: str, line: int, sentence: str) -> None:
    problems = wrong(changed(old, new))
    assert any(at == line and text.startswith(sentence) for at, text in problems), problems


def test_every_mistake_is_told_at_once_in_order() -> None:
    text = (
        BASE.replace("role: 民警", "role: 民井").replace("kind: 业主", "kind: 甲").replace("from: 08:00", "from: 8点")
    )
    assert [line for line, _ in wrong(text)] == [5, 14, 16]


def test_duty_is_for_officers() -> None:
    problems = wrong(changed("role: 民警", "role: 居民"))
    assert [(line, "不能排在这里" in text) for line, text in problems] == [(12, True), (16, True)]


def test_two_of_one_name_are_told_apart_by_code() -> None:
    twins = changed("  - name: 孙伟", "  - {name: 王建国, code: wang2, role: 民警}\n  - name: 孙伟")
    assert any("叫“王建国”的有 2 位，请写代码：wang、wang2" in text for _, text in wrong(twins))
    clear = twins.replace("officer: 王建国", "officer: wang2").replace("who: 王建国", "who: wang")
    assert read(clear).areas[0].officer == "wang2"


def test_a_group_written_twice() -> None:
    text = BASE.replace("shifts:", "  - {platform: telegram, chat: -100123, title: 又一个, kind: 业主}\nshifts:")
    assert wrong(text) == [(15, "群 telegram -100123 写了两次（第 14 行已经有了）。")]


# ── YAML that is no YAML ───────────────────────────────────────────────────
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("station：\n  code: a\n", 1, "冒号要用英文的"),
        ("station:\n  code：a\n  name: b\n", 2, "冒号要用英文的"),
        ("station:\n  code:a\n  name: b\n", 2, "冒号后面要加一个空格"),
        ("station: {code: a, name: b\n", 1, ""),
        ("station:\n\tcode: a\n", 2, "Tab"),
        ("station:\n  code: a\n  code: b\n", 3, "code 写了两次（第 2 行已经有了）"),
        ("station:\n  code: a\n 代码: b\n", 3, ""),
        ("station: &x {code: a, name: b}\npeople: [*x]\n", 1, "引用写法"),
        ("a: " + "[" * 40 + "]" * 40, 1, "层数太多"),
        ("station: {code: a\x07}\n", 1, "控制字符"),
        ("", 0, "空的"),
        ("# 只有说明\n", 0, "空的"),
        ("就一句话", 1, "键: 值"),
        ("- a\n- b\n", 1, ""),
    ],
)
def test_broken_text(text: str, line: int, hint: str, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "_LOADER", getattr(yaml, loader))
    problems = wrong(text)
    assert any(hint in sentence for _, sentence in problems), problems
    if line and text.count("\n") > 1:
        assert problems[0][0] == line


def test_an_anchor_bomb_is_refused_at_once() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert "引用写法" in wrong(bomb)[0][1]


def test_huge_and_missing_and_binary_files(tmp_path: Path) -> None:
    path = tmp_path / "station.yaml"
    with pytest.raises(StationFileError, match="找不到"):
        load_station(path)
    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(StationFileError, match="太大"):
        load_station(path)
    path.write_bytes(bytes(range(256)))
    with pytest.raises(StationFileError, match=r"编码|控制字符"):
        load_station(path)
    with pytest.raises(StationFileError, match="打不开"):
        load_station(tmp_path)


@settings(max_examples=200, deadline=None)
@given(
    place=st.integers(0, len(BASE)),
    put=st.sampled_from([*"：:,[]{}&*!'\"#-\t\n ", "null", "- ", "0", ""]),
    cut=st.integers(0, 9),
)
def test_any_slip_of_the_hand_is_taken_or_explained(place: int, put: str, cut: int) -> None:
    try:
        read(BASE[:place] + put + BASE[place + cut :])
    except StationFileError as error:
        for problem in error.problems:
            assert not problem.text.isascii()


# ── warnings ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("days", "start", "end", "told"),
    [
        ("每天", "08:00", "20:00", "每天 20:00–次日 08:00"),
        ("工作日", "00:00", "24:00", "周六 00:00–周一 00:00"),
        ("周一", "08:00", "09:00", "周一 09:00–周一 08:00"),
        ("每天", "08:00", "24:00", "每天 00:00–08:00"),
        ("[周一, 周四]", "00:00", "24:00", "周二 00:00–周四 00:00；周五 00:00–周一 00:00"),
    ],
)
def test_hours_without_an_officer_are_told(days: str, start: str, end: str, told: str) -> None:
    text = BASE.replace("days: 每天, from: 08:00, to: 08:00", f"days: {days}, from: {start}, to: {end}")
    (warning,) = read(text).warnings
    assert warning.text == f"这些时间没有排值班民警：{told}。这时的工单会通知值班长。"


def test_other_things_worth_a_look() -> None:
    text = "station: {code: a, name: 甲}\npeople:\n  - {name: 乙, code: b, role: 居民}\n"
    told = " ".join(w.text for w in read(text).warnings)
    assert "绑定" in told
    assert "没有排班" in told
    assert "还没有民警" in told


@given(
    shifts=st.lists(
        st.tuples(st.sets(st.integers(0, 6), min_size=1), st.integers(0, DAY - 1), st.integers(0, DAY)), max_size=6
    )
)
def test_gaps_are_exactly_the_minutes_nobody_has(shifts: list[tuple[set[int], int, int]]) -> None:
    parts = [
        ShiftPart(who="a", duty=Duty.OFFICER, weekdays=tuple(days), start=start, end=end, line=1)
        for days, start, end in shifts
    ]
    free = {(start + step) % WEEK for start, length in gaps(parts) for step in range(length)}
    taken = set()
    for part in parts:
        length = part.end - part.start if part.end > part.start else part.end + DAY - part.start
        taken |= {(day * DAY + part.start + step) % WEEK for day in part.weekdays for step in range(length)}
    assert free == set(range(WEEK)) - taken


def test_accounts_and_groups_of_wecom_are_taken_as_they_are() -> None:
    assert values.platform("WeCom_aibot") == "wecom_aibot"
    assert values.account("wecom_app", "LiJing.zhao@dw") == "LiJing.zhao@dw"
    assert values.chat("wecom_aibot", "wrOgQhDgAAcwMTB7YmDkbeBsgT_AAAA") == "wrOgQhDgAAcwMTB7YmDkbeBsgT_AAAA"
    for wrong in ("", "李警官", "a b", "x" * 65):
        with pytest.raises(ValueError, match="不行"):
            values.account("wecom_app", wrong)
        with pytest.raises(ValueError, match="不行"):
            values.chat("wecom_aibot", wrong)
