"""Elapsed and due times: pauses are no time, nights and weekends are no working time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.clocks import AllDay, Clock, Pause, Time, due, elapsed
from handlers.kit.life_texts import deadline, length
from handlers.kit.waking import read_pause
from handlers.kit.worktime import Calendar, Worktime
from storage.model.tickets import PauseReason

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


def test_working_time_sleeps_at_night_and_on_the_weekend() -> None:
    of = Worktime(SHANGHAI)
    assert of.after(FRIDAY, 120 * MINUTE) == datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
    assert of.between(FRIDAY, FRIDAY + timedelta(days=3)) == timedelta(hours=8)
    assert of.between(FRIDAY, FRIDAY - MINUTE) == timedelta(0)


def test_a_night_in_which_the_clocks_change_is_no_working_time() -> None:
    of = Worktime(BERLIN)
    friday = datetime(2026, 10, 23, 16, 0, tzinfo=BERLIN)
    assert of.after(friday, 120 * MINUTE) == datetime(2026, 10, 26, 10, 0, tzinfo=BERLIN)
    worked = Calendar({date(2026, 10, 24): False, date(2026, 10, 25): False})
    assert Worktime(BERLIN, worked).between(friday, friday + timedelta(days=3)) == timedelta(hours=24)


def test_where_nobody_ever_works() -> None:
    with pytest.raises(ValueError, match="no working time"):
        Worktime(SHANGHAI, hours=()).after(FRIDAY, MINUTE)


def test_a_pause_that_lasts_has_no_due_time() -> None:
    assert due(FRIDAY, 30 * MINUTE, [(FRIDAY + MINUTE, None)], AllDay()) is None
    assert due(FRIDAY, 30 * MINUTE, [(FRIDAY + 31 * MINUTE, None)], AllDay()) == FRIDAY + 30 * MINUTE


@st.composite
def stories(draw: st.DrawFn) -> tuple[datetime, timedelta, list[Pause], Time]:
    since = datetime(2026, 10, 1, tzinfo=UTC) + draw(st.integers(0, 60 * 24 * 60)) * MINUTE
    at = since - 100 * MINUTE
    pauses: list[Pause] = []
    for gap, lasts in draw(st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 5000)), max_size=5)):
        start = at + gap * MINUTE
        at = start + lasts * MINUTE
        pauses.append((start, at))
    times: list[Time] = [AllDay(), Worktime(SHANGHAI), Worktime(BERLIN)]
    of = draw(st.sampled_from(times))
    return since, draw(st.integers(1, 5000)) * MINUTE, pauses, of


@given(stories())
def test_no_minute_counts_while_paused(story: tuple[datetime, timedelta, list[Pause], Time]) -> None:
    since, target, pauses, of = story
    at = due(since, target, pauses, of)
    assert at is not None
    assert elapsed(since, at, pauses, of) == target
    assert elapsed(since, at - MINUTE, pauses, of) < target
    assert not any(end is not None and start < at < end for start, end in pauses)


def test_plain_words() -> None:
    assert deadline(Clock.RESPONSE, FRIDAY + 20 * MINUTE, FRIDAY) == "接单还剩 20 分钟"
    assert deadline(Clock.SCENE, FRIDAY - 5 * MINUTE, FRIDAY) == "到场已超时 5 分钟"
    assert [length(m * MINUTE) for m in (0, 59, 60, 80, 600, 3000)] == [
        *("1 分钟", "59 分钟", "1 小时", "1 小时 20 分钟", "10 小时", "2 天")
    ]


@pytest.mark.parametrize(
    ("words", "reason", "day", "clock"),
    [
        ("等物业 明天", PauseReason.OTHERS, 21, "09:00"),
        ("等群众回电话 2小时", PauseReason.RESIDENT, 20, "18:00"),
        ("等监控 15:30", PauseReason.OTHERS, 21, "15:30"),
        ("等监控 18点半", PauseReason.OTHERS, 20, "18:30"),
        ("等当事人来所里 明天下午3点", PauseReason.RESIDENT, 21, "15:00"),
        ("周一上午再说", PauseReason.OTHER, 23, "09:00"),
        ("三天后", PauseReason.OTHER, 23, "16:00"),
        ("半小时", PauseReason.OTHER, 20, "16:30"),
        ("11月25日 上午10点 居委会开会", PauseReason.OTHERS, 25, "10:00"),
        ("明晚", PauseReason.OTHER, 21, "19:00"),
    ],
)
def test_why_and_until_when(words: str, reason: PauseReason, day: int, clock: str) -> None:
    found, wake = read_pause(words, FRIDAY)
    assert wake is not None
    assert (found, wake.day, f"{wake:%H:%M}") == (reason, day, clock)


@pytest.mark.parametrize("words", ["等物业", "13月40日", "2月30日", "3栋的监控坏了"])
def test_no_time_is_no_time(words: str) -> None:
    assert read_pause(words, FRIDAY)[1] is None
