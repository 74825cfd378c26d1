"""Working days and hours: 调休, days of one's own, any zone, clocks that jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.kit.worktime import Calendar, DayKind, Worktime, wall

SHANGHAI, BERLIN, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
STATE = Calendar()


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 20), DayKind.WORKDAY),
        (date(2026, 11, 21), DayKind.WEEKEND),
        (date(2026, 10, 1), DayKind.HOLIDAY),
        (date(2026, 10, 3), DayKind.HOLIDAY),  # a Saturday within the holiday
        (date(2026, 10, 10), DayKind.MAKEUP),  # a Saturday worked for it
        (date(2026, 2, 14), DayKind.MAKEUP),
        (date(2026, 2, 17), DayKind.HOLIDAY),
    ],
)
def test_the_states_days(day: date, kind: DayKind) -> None:
    assert STATE.kind(day) is kind
    assert STATE.works(day) is (kind in (DayKind.WORKDAY, DayKind.MAKEUP))


def test_a_year_nobody_has_announced_has_weekends_only_and_says_so() -> None:
    assert STATE.known(2026)
    assert not STATE.known(2049)
    assert STATE.kind(date(2049, 10, 1)) is DayKind.WORKDAY
    assert STATE.kind(date(2049, 10, 2)) is DayKind.WEEKEND


def test_what_the_station_says_wins() -> None:
    own = Calendar({date(2049, 10, 1): True, date(2049, 10, 2): False, date(2026, 10, 1): False})
    assert own.kind(date(2049, 10, 1)) is DayKind.HOLIDAY
    assert own.kind(date(2049, 10, 2)) is DayKind.MAKEUP
    assert own.kind(date(2026, 10, 1)) is DayKind.WORKDAY
    assert own.known(2049)


def test_holidays_stop_the_clock_and_worked_weekends_do_not() -> None:
    clock = Worktime(SHANGHAI)
    # Wednesday 30 September 16:00 → eight days of holiday → Thursday 8 October 9:00.
    assert clock.after(at("2026-09-30T16:00"), timedelta(hours=2)) == at("2026-10-08T10:00")
    # Friday 9 October 16:30 → Saturday the 10th is worked.
    assert clock.after(at("2026-10-09T16:30"), timedelta(hours=1)) == at("2026-10-10T09:30")
    assert clock.between(at("2026-09-30T16:00"), at("2026-10-08T10:00")) == timedelta(hours=2)
    assert clock.between(at("2026-10-02T09:00"), at("2026-10-05T17:00")) == timedelta(0)
    assert clock.between(at("2026-10-08T10:00"), at("2026-10-08T09:00")) == timedelta(0)


def test_a_lunch_break_is_not_worked() -> None:
    clock = Worktime(SHANGHAI, hours=((9 * 60, 12 * 60), (14 * 60, 17 * 60)))
    assert clock.after(at("2026-11-20T11:30"), timedelta(hours=1)) == at("2026-11-20T14:30")


def test_where_nobody_ever_works() -> None:
    with pytest.raises(ValueError, match="no working time"):
        Worktime(SHANGHAI, hours=()).after(at("2026-11-20T11:30"), timedelta(minutes=1))


def test_a_day_on_which_the_clock_jumps_has_an_hour_less_or_more() -> None:
    whole = Worktime(NEW_YORK, Calendar({date(2026, 3, 8): False, date(2026, 11, 1): False}), hours=((0, 1440),))
    assert whole.between(at("2026-03-08T00:00", NEW_YORK), at("2026-03-09T00:00", NEW_YORK)) == timedelta(hours=23)
    assert whole.between(at("2026-11-01T00:00", NEW_YORK), at("2026-11-02T00:00", NEW_YORK)) == timedelta(hours=25)


def test_a_time_that_is_skipped_or_comes_twice() -> None:
    assert wall(date(2026, 3, 8), 150, NEW_YORK) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # 2:30 is shown as 3:30
    assert wall(date(2026, 11, 1), 90, NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # the first 1:30


MOMENTS = st.integers(0, 330 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@settings(max_examples=150, deadline=None)
@given(since=MOMENTS, minutes=st.integers(1, 5000), zone=st.sampled_from([SHANGHAI, BERLIN, NEW_YORK]))
def test_after_and_between_are_one_clock(since: datetime, minutes: int, zone: ZoneInfo) -> None:
    clock = Worktime(zone)
    amount = timedelta(minutes=minutes)
    assert clock.between(since, clock.after(since, amount)) == amount


@settings(max_examples=100, deadline=None)
@given(moments=st.tuples(MOMENTS, MOMENTS, MOMENTS).map(sorted))
def test_time_adds_up(moments: list[datetime]) -> None:
    clock, (a, b, c) = Worktime(BERLIN), moments
    assert clock.between(a, b) + clock.between(b, c) == clock.between(a, c)
