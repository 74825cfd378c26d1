"""Which moments a cron means, whichever way the clocks are put."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slots import due, next_after
from tests.ticking import NEW_YORK, NOON, SHANGHAI, at


def test_slots_on_the_stations_clock() -> None:
    slots = due("30 18 * * 1-5", SHANGHAI, at(SHANGHAI, "2026-11-20 18:30"), at(SHANGHAI, "2026-11-24 18:30"))
    assert slots == [at(SHANGHAI, "2026-11-23 18:30"), at(SHANGHAI, "2026-11-24 18:30")]


def test_sunday_is_crontabs_sunday() -> None:
    assert next_after("0 9 * * 0", SHANGHAI, NOON) == at(SHANGHAI, "2026-11-22 09:00")
    assert next_after("0 9 * * 1", SHANGHAI, NOON) == at(SHANGHAI, "2026-11-23 09:00")


def test_an_hour_that_comes_twice_counts_once() -> None:
    slots = due("30 1 * * *", NEW_YORK, at(NEW_YORK, "2026-10-31 12:00"), at(NEW_YORK, "2026-11-02 12:00"))
    assert slots == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]
    assert next_after("30 1 * * *", NEW_YORK, slots[0]) == slots[1]


def test_an_hour_that_is_skipped_is_made_up_for() -> None:
    slots = due("30 2 * * *", NEW_YORK, at(NEW_YORK, "2026-03-07 12:00"), at(NEW_YORK, "2026-03-09 12:00"))
    assert [f"{slot.astimezone(NEW_YORK):%d %H:%M}" for slot in slots] == ["08 03:30", "09 02:30"]


def test_where_the_clock_jumps_half_an_hour_the_order_on_it_is_not_the_order_of_time() -> None:
    """02:20 is skipped and made up for at 02:50, after 02:35."""
    zone = ZoneInfo("Australia/Lord_Howe")
    begin = at(zone, "2026-10-04 01:00")
    first = next_after("20,35 2 * * *", zone, begin)
    assert first is not None
    assert f"{first.astimezone(zone):%d %H:%M}" == "04 02:35"
    second = next_after("20,35 2 * * *", zone, first)
    assert second is not None
    assert f"{second.astimezone(zone):%d %H:%M}" == "04 02:50"


@settings(max_examples=200)
@given(
    zone=st.sampled_from(
        ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
    start=st.integers(0, 366 * 24 * 60),
    days=st.integers(1, 20),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
def test_a_daily_slot_comes_once_on_every_day(zone: str, start: int, days: int, hour: int, minute: int) -> None:
    info = ZoneInfo(zone)
    first = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)).astimezone(info).date()
    since = datetime(first.year, first.month, first.day, tzinfo=info).astimezone(UTC) - timedelta(microseconds=1)
    end = first + timedelta(days=days)
    until = datetime(end.year, end.month, end.day, tzinfo=info).astimezone(UTC) - timedelta(microseconds=1)
    slots = due(f"{minute} {hour} * * *", info, since, until)
    assert [slot.astimezone(info).date() for slot in slots] == [first + timedelta(days=n) for n in range(days)]


@given(start=st.integers(0, 366 * 24 * 60), cron=st.sampled_from(["*/20 1-3 * * *", "15 2 * * 0", "0 3 8 * *"]))
def test_next_is_the_first_of_what_is_due(start: int, cron: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    following = next_after(cron, NEW_YORK, now)
    assert following is not None
    assert following > now
    earlier = [slot for slot in due(cron, NEW_YORK, now, following) if slot < following]
    assert earlier == []


def test_asking_in_pieces_finds_the_same_slots() -> None:
    begin, end = at(NEW_YORK, "2026-10-30 00:00"), at(NEW_YORK, "2026-11-03 00:00")
    whole = due("*/30 * * * *", NEW_YORK, begin, end)
    pieces, now = [], begin
    while now < end:
        pieces += due("*/30 * * * *", NEW_YORK, now, now + timedelta(minutes=7))
        now += timedelta(minutes=7)
    assert [slot for slot in pieces if slot <= end] == whole
