"""What people type behind 播报: schedules, groups, and texts that merely look like commands."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.broadcast.times import describe, quiet_until, read_when
from handlers.broadcast.words import (
    Draft,
    DropRule,
    ListRules,
    NewRule,
    NextTip,
    Status,
    Stop,
    SwitchRule,
    understand,
)
from handlers.kit.crontab import crontab
from handlers.kit.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "cron", "said"),
    [
        ("每天 18:30", "30 18 * * *", "每天 18:30"),
        ("每天18：30", "30 18 * * *", "每天 18:30"),
        ("每日下午6点半", "30 18 * * *", "每天 18:30"),
        ("天天 早上8点", "0 8 * * *", "每天 8:00"),
        ("每天 中午12点", "0 12 * * *", "每天 12:00"),
        ("工作日 9:00", "0 9 * * 1-5", "周一到周五 9:00"),
        ("每个工作日早上9点", "0 9 * * 1-5", "周一到周五 9:00"),
        ("每周一三五 18:30", "30 18 * * 1,3,5", "每周一、三、五 18:30"),
        ("每周 一、三、五 18点", "0 18 * * 1,3,5", "每周一、三、五 18:00"),
        ("周一到周五 9点", "0 9 * * 1,2,3,4,5", "周一到周五 9:00"),
        ("每周五到周一 9点", "0 9 * * 0,1,5,6", "每周一、五、六、日 9:00"),
        ("周末 10:00", "0 10 * * 0,6", "每周六、日 10:00"),
        ("星期天晚上八点", "0 20 * * 0", "每周日 20:00"),
        ("每周1,3 9:05", "5 9 * * 1,3", "每周一、三 9:05"),
        ("每月1日 9:00", "0 9 1 * *", "每月1日 9:00"),
        ("每月一号9点", "0 9 1 * *", "每月1日 9:00"),
        ("每月1号和15号 9:00", "0 9 1,15 * *", "每月1、15日 9:00"),
        ("每月十五号 晚上七点一刻", "15 19 15 * *", "每月15日 19:15"),
        ("30 18 * * 1-5", "30 18 * * 1-5", "周一到周五 18:30"),
        ("*/30 8-20 * * *", "*/30 8-20 * * *", "cron */30 8-20 * * *"),
    ],
)
def test_schedules_as_people_write_them(typed: str, cron: str, said: str) -> None:
    when = read_when(typed)
    assert (when.cron, when.rest) == (cron, "")
    assert describe(when.cron) == said


BAD_HUMAN = ["", "每天", "18:30", "下周一 9:00", "每天 25:00", "每天 9:75", "每周八 9:00", "每周 9:00", "每月32日 9:00"]
BAD_CRON = [
    "* * * *",
    "60 9 * * *",
    "0 9 31 2 *",
    "0 9 1 * 1",
    "*/0 * * * *",
    "9-5 * * * *",
    "1-2-3 * * * *",
    "a b c d e",
]


@pytest.mark.parametrize("typed", [*BAD_HUMAN, *BAD_CRON])
def test_other_schedules_are_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        read_when(typed)


@given(hour=st.integers(0, 23), minute=st.integers(0, 59), days=st.sets(st.integers(0, 6), min_size=1))
def test_what_is_said_reads_back_the_same(hour: int, minute: int, days: set[int]) -> None:
    cron = f"{minute} {hour} * * {','.join(map(str, sorted(days)))}"
    again = read_when(describe(cron))
    assert again.rest == ""
    assert crontab(again.cron) == crontab(cron)


@given(text=st.text(alphabet="每天周月日一三五十号工作点半上下午:：,、0123456789 */-abc业主", max_size=24))
def test_any_schedule_is_read_or_refused(text: str) -> None:
    try:
        crontab(read_when(text).cron)
    except ValueError:
        return


@given(fields=st.tuples(st.integers(0, 59), st.integers(0, 23), st.integers(1, 28), st.integers(1, 12)))
def test_crontab_fields(fields: tuple[int, int, int, int]) -> None:
    minute, hour, day, month = fields
    table = crontab(f"{minute} {hour} {day} {month} *")
    assert (table.minutes, table.hours, table.days, table.months) == ((minute,), (hour,), (day,), (month,))


def test_crontab_counts_sunday_twice_and_knows_names() -> None:
    assert crontab("0 9 * * 0").weekdays == crontab("0 9 * * 7").weekdays == crontab("0 9 * * sun").weekdays == (0,)
    assert crontab("0 9 * * 5-7").weekdays == (0, 5, 6)
    assert crontab("0 9 * JAN-mar *").months == (1, 2, 3)
    assert crontab("10/20 * * * *").minutes == (10, 30, 50)
    assert crontab("* * * * *").any_weekday


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("状态", Status()),
        ("状态 12", Status(number=12)),
        ("状态12号", Status(number=12)),
        ("状态 ＃１２", Status(number=12)),
        ("停", Stop()),
        ("停 12", Stop(number=12)),
        ("停止", Stop()),
        ("下一条", NextTip()),
        ("下一条 业主 门店", NextTip(kinds=("业主", "门店"))),
        ("规则", ListRules()),
        ("停用 晚间反诈", SwitchRule(name="晚间反诈", enabled=False)),
        ("启用 晚间反诈", SwitchRule(name="晚间反诈", enabled=True)),
        ("删除 晚间反诈", DropRule(name="晚间反诈")),
        ("新增 晚间反诈 每天 18:30", NewRule(name="晚间反诈", cron="30 18 * * *")),
        (
            "新增 商户 每周一三五 9点 门店、行业 刷单返利",
            NewRule(name="商户", cron="0 9 * * 1,3,5", kinds=("门店", "行业"), topics=("刷单返利",)),
        ),
        ("新增 原样 30 18 * * 1-5 业主", NewRule(name="原样", cron="30 18 * * 1-5", kinds=("业主",))),
        ("业主、门店：明天停水", Draft(text="明天停水", kinds=("业主", "门店"))),
        ("业主群 门店群: 明天停水", Draft(text="明天停水", kinds=("业主", "门店"))),
        ("发给业主：明天停水", Draft(text="明天停水", kinds=("业主",))),
        ("全部：停用 电梯三天", Draft(text="停用 电梯三天")),
        ("停水通知：明天九点到十二点", Draft(text="停水通知：明天九点到十二点")),
        ("紧急通知：今晚有大风，请收好阳台物品！", Draft(text="紧急通知：今晚有大风，请收好阳台物品！")),
        ("状态不好的居民请注意休息", Draft(text="状态不好的居民请注意休息")),
        ("民警：今晚八点开会", Draft(text="今晚八点开会", kinds=("民警",))),
        ("第一行\n第二行：内容", Draft(text="第一行\n第二行：内容")),
    ],
)
def test_what_is_meant(typed: str, wish: object) -> None:
    assert understand(typed) == wish


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("", "播报 状态"),
        ("？", "播报 状态"),
        ("嗯", "播报 状态"),
        ("新增", "播报 新增"),
        ("新增 每天 18:30", "起个名字"),
        ("新增 晚间 明天 18:30", "时间没看懂"),
        ("新增 晚间 每天 18:30 小狗", "“小狗”不认识"),
        ("业主、门点：明天停水", "没有“门点”"),
        ("下一条 火星", "没有“火星”"),
        ("长" * 1001, "1000 个字"),
    ],
)
def test_what_is_not_understood_is_answered_with_an_example(typed: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        understand(typed)


@given(text=st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        wish = understand(text)
    except UsageError:
        return
    assert not isinstance(wish, Draft) or wish.text in text


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("local", "start", "end", "until"),
    [
        ("2026-11-20 21:59", "22:00", "07:00", None),
        ("2026-11-20 22:00", "22:00", "07:00", "2026-11-21 07:00"),
        ("2026-11-21 00:30", "22:00", "07:00", "2026-11-21 07:00"),
        ("2026-11-21 07:00", "22:00", "07:00", None),
        ("2026-11-21 12:30", "12:00", "14:00", "2026-11-21 14:00"),
        ("2026-11-21 14:00", "12:00", "14:00", None),
        ("2026-11-21 03:00", "07:00", "07:00", None),
    ],
)
def test_quiet_hours(local: str, start: str, end: str, until: str | None) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)
    found = quiet_until(now, start=start, end=end, zone=SHANGHAI)
    assert (found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if found else None) == until


@given(
    minutes=st.integers(0, 60 * 24 * 400),
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]),
)
def test_quiet_hours_end_soon_and_are_then_over(minutes: int, start: int, end: int, zone: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    edges = {"start": f"{start // 60}:{start % 60:02d}", "end": f"{end // 60}:{end % 60:02d}", "zone": ZoneInfo(zone)}
    until = quiet_until(now, **edges)  # type: ignore[arg-type]
    if until is not None:
        assert now - timedelta(hours=1) <= until <= now + timedelta(hours=25)
