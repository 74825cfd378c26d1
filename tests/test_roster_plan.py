"""The plan: weekly shifts, rotations, changes, leave and holidays → who is on duty at every minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.kit.plan import (
    OnDuty,
    Plan,
    between,
    gaps,
    has_room,
    hole_posts,
    is_hole,
    on_duty,
    posts_of,
    span,
    turns,
    unfit,
)
from handlers.kit.worktime import Calendar
from storage.model.people import DayPlan, Duty, Shift
from storage.model.roster import Change, ChangeKind, ChangeState, Leave, LeaveState, Post, Rotation

SHANGHAI, BERLIN, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
OFFICER, LEADER = Duty.OFFICER, Duty.LEADER
DAY, NIGHT = (8 * 60, 20 * 60), (20 * 60, 8 * 60)
MONDAY = date(2026, 11, 23)


def shift(who: int, weekday: int, hours: tuple[int, int], duty: Duty = OFFICER, plan: DayPlan = DayPlan.USUAL) -> Shift:
    return Shift(id=0, station_id=1, person_id=who, duty=duty, weekday=weekday, start=hours[0], end=hours[1], plan=plan)


def rotation(
    crews: list[list[int]], on: int, off: int, hours: tuple[int, int] = (480, 480), **more: object
) -> Rotation:
    fields: dict[str, object] = {"duty": OFFICER, "start_on": MONDAY, "plan": DayPlan.USUAL, **more}
    return Rotation(
        id=0,
        station_id=1,
        name="",
        on=on,
        off=off,
        crews=tuple(map(tuple, crews)),
        start=hours[0],
        end=hours[1],
        **fields,  # type: ignore[arg-type]
    )


def change(number: int, post: Post, giver: int | None, taker: int | None, back: Post | None = None) -> Change:
    return Change(
        id=number,
        station_id=1,
        number=number,
        kind=ChangeKind.SWAP,
        state=ChangeState.DONE,
        post=post,
        from_id=giver,
        to_id=taker,
        back=back,
    )


def leave(who: int, first: date, last: date, state: LeaveState = LeaveState.GRANTED) -> Leave:
    return Leave(id=0, station_id=1, person_id=who, first=first, last=last, state=state)


def plan(zone: ZoneInfo = SHANGHAI, **rows: object) -> Plan:
    return Plan(zone=zone, people=frozenset(range(1, 20)), **rows)  # type: ignore[arg-type]


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def on(plan_: Plan, text: str, duty: Duty = OFFICER) -> list[int]:
    return [t.person_id for t in on_duty(plan_, at(text, plan_.zone)) if t.duty is duty]


WEEK = [shift(1, w, DAY) for w in range(7)] + [shift(2, w, NIGHT) for w in range(7)]

# ── the hours of a shift ───────────────────────────────────────────────────
SUNDAY_NIGHT = shift(1, 6, NIGHT)
WHOLE = shift(1, 2, (0, 0))


@pytest.mark.parametrize(
    ("row", "moment", "runs"),
    [
        (SUNDAY_NIGHT, "2026-11-22T19:59", False),
        (SUNDAY_NIGHT, "2026-11-22T20:00", True),
        (SUNDAY_NIGHT, "2026-11-22T23:59", True),
        (SUNDAY_NIGHT, "2026-11-23T00:00", True),  # Monday morning: it began on Sunday
        (SUNDAY_NIGHT, "2026-11-23T07:59", True),
        (SUNDAY_NIGHT, "2026-11-23T08:00", False),
        (SUNDAY_NIGHT, "2026-11-22T07:00", False),
        (SUNDAY_NIGHT, "2026-11-24T03:00", False),
        (WHOLE, "2026-11-25T00:00", True),
        (WHOLE, "2026-11-25T23:59", True),
        (WHOLE, "2026-11-26T00:00", False),
    ],
)
def test_when_a_shift_runs(row: Shift, moment: str, runs: bool) -> None:
    assert bool(on(plan(shifts=[row]), moment)) is runs


# ── rotations ──────────────────────────────────────────────────────────────
def test_a_daily_rotation_goes_round() -> None:
    daily = plan(rotations=[rotation([[1], [2], [3]], 1, 2)])
    days = [on(daily, f"2026-11-{day}T12:00") for day in range(23, 30)]
    assert days == [[1], [2], [3], [1], [2], [3], [1]]
    assert on(daily, "2026-11-24T07:59") == [1]  # around the clock from 8 to 8
    assert on(daily, "2026-11-23T07:59") == []  # before it began


def test_a_weekly_rotation_changes_on_its_day() -> None:
    weekly = plan(rotations=[rotation([[1], [2]], 7, 7)])
    assert [on(weekly, f"2026-{d}T12:00") for d in ("11-23", "11-29", "11-30", "12-06", "12-07")] == [
        [1],
        [1],
        [2],
        [2],
        [1],
    ]


def test_two_on_two_off_and_crews_of_several() -> None:
    crews = plan(rotations=[rotation([[1, 2], [3]], 2, 2)])
    assert [on(crews, f"2026-11-{day}T12:00") for day in range(23, 28)] == [[1, 2], [1, 2], [3], [3], [1, 2]]


def test_one_on_three_off_with_two_crews_leaves_days_free() -> None:
    thin = plan(rotations=[rotation([[1], [2]], 1, 3)])
    assert [on(thin, f"2026-11-{day}T12:00") for day in range(23, 28)] == [[1], [2], [], [], [1]]


# ── holidays and 调休 ──────────────────────────────────────────────────────
def test_a_holiday_plan_takes_the_place_of_the_usual_one_for_its_duty_alone() -> None:
    rows = [
        *WEEK,
        *(shift(9, w, (0, 1440), LEADER) for w in range(7)),
        *(shift(3, w, (0, 1440), plan=DayPlan.HOLIDAY) for w in range(7)),
    ]
    october = plan(shifts=rows)
    assert on(october, "2026-10-01T12:00") == [3]
    assert on(october, "2026-10-01T12:00", LEADER) == [9]
    assert on(october, "2026-10-08T12:00") == [1]
    assert on(october, "2026-10-10T12:00") == [1]  # worked: no plan of its own, so the usual one
    makeup = plan(shifts=[*rows, shift(4, 5, DAY, plan=DayPlan.MAKEUP)])
    assert on(makeup, "2026-10-10T12:00") == [4]
    assert on(makeup, "2026-10-17T12:00") == [1]


def test_a_station_may_have_holidays_of_its_own() -> None:
    rows = [*WEEK, *(shift(3, w, (0, 1440), plan=DayPlan.HOLIDAY) for w in range(7))]
    own = plan(shifts=rows, calendar=Calendar({MONDAY: True}))
    assert on(own, "2026-11-23T12:00") == [3]
    assert on(own, "2026-11-24T12:00") == [1]


# ── changes ────────────────────────────────────────────────────────────────
BY_DAY = Post(duty=OFFICER, day=MONDAY, start=DAY[0], end=DAY[1])
BY_NIGHT = Post(duty=OFFICER, day=MONDAY, start=NIGHT[0], end=NIGHT[1])
TUESDAY_NIGHT = Post(duty=OFFICER, day=MONDAY + timedelta(days=1), start=NIGHT[0], end=NIGHT[1])


def test_a_swap_and_what_is_given_back() -> None:
    swapped = plan(shifts=WEEK, changes=[change(1, BY_DAY, 1, 2, back=TUESDAY_NIGHT)])
    assert unfit(swapped, MONDAY, MONDAY) == []  # from night to day without a minute between
    assert on(swapped, "2026-11-23T12:00") == [2]
    assert on(swapped, "2026-11-24T21:00") == [1]
    assert on(swapped, "2026-11-23T21:00") == [2]


def test_two_swap_posts_that_overlap() -> None:
    rows = [shift(1, 0, (480, 1200)), shift(2, 0, (720, 1440))]
    late = Post(duty=OFFICER, day=MONDAY, start=720, end=1440)
    swapped = plan(shifts=rows, changes=[change(1, BY_DAY, 1, 2, back=late)])
    assert unfit(swapped, MONDAY, MONDAY) == []
    assert on(swapped, "2026-11-23T09:00") == [2]
    assert on(swapped, "2026-11-23T22:00") == [1]


def test_a_post_is_handed_on_in_order() -> None:
    handed = plan(shifts=WEEK, changes=[change(2, BY_DAY, 3, 4), change(1, BY_DAY, 1, 3)])
    assert on(handed, "2026-11-23T12:00") == [4]
    assert on(handed, "2026-11-24T12:00") == [1]
    assert next(t for t in turns(handed, MONDAY, MONDAY) if t.person_id == 4).change == 2


def test_what_does_not_fit_any_more_does_not_count_and_is_named() -> None:
    gone = plan(shifts=WEEK, changes=[change(1, BY_DAY, 7, 3), change(2, BY_NIGHT, 2, 5)])
    assert unfit(gone, MONDAY, MONDAY) == [1]
    assert on(gone, "2026-11-23T12:00") == [1]
    busy = plan(shifts=[*WEEK, shift(3, 0, (600, 700), LEADER)], changes=[change(1, BY_DAY, 1, 3)])
    assert unfit(busy, MONDAY, MONDAY) == [1]
    assert on(busy, "2026-11-23T12:00") == [1]


def test_only_what_is_settled_counts() -> None:
    asked = Change(
        id=1,
        station_id=1,
        number=1,
        kind=ChangeKind.SWAP,
        state=ChangeState.ASKED,
        post=BY_DAY,
        from_id=1,
        to_id=3,
    )
    assert on(plan(shifts=WEEK, changes=[asked]), "2026-11-23T12:00") == [1]


def test_one_date_may_have_a_post_more_or_less() -> None:
    extra = Post(duty=OFFICER, day=MONDAY, start=600, end=660)
    more = plan(shifts=WEEK, changes=[change(1, extra, None, 5), change(2, BY_NIGHT, 2, None)])
    assert on(more, "2026-11-23T10:30") == [1, 5]
    assert on(more, "2026-11-23T21:00") == []


# ── leave ──────────────────────────────────────────────────────────────────
def test_leave_cuts_out_its_days_and_only_when_granted() -> None:
    away = plan(shifts=WEEK, leaves=[leave(2, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1))])
    assert on(away, "2026-11-23T23:59") == [2]
    assert on(away, "2026-11-24T00:00") == []  # Monday's night runs into the leave
    assert on(away, "2026-11-24T21:00") == []
    assert on(away, "2026-11-25T00:00") == [2]  # Tuesday's night goes on after it
    for state in (LeaveState.ASKED, LeaveState.REFUSED, LeaveState.CANCELLED):
        still = plan(shifts=WEEK, leaves=[leave(2, MONDAY, MONDAY + timedelta(days=3), state)])
        assert on(still, "2026-11-24T21:00") == [2]


def test_who_left_the_station_stands_nowhere() -> None:
    left = Plan(zone=SHANGHAI, people=frozenset({2}), shifts=WEEK)
    assert on(left, "2026-11-23T12:00") == []
    assert on(left, "2026-11-23T21:00") == [2]


# ── gaps ───────────────────────────────────────────────────────────────────
def test_where_nobody_is_on_duty() -> None:
    week = plan(shifts=[*WEEK[:7], *(shift(9, w, (0, 1440), LEADER) for w in range(7))])
    found = gaps(week, at("2026-11-23T09:00"), at("2026-11-24T09:00"))
    assert [(g.duty, g.start, g.end) for g in found] == [(OFFICER, at("2026-11-23T20:00"), at("2026-11-24T08:00"))]
    posts = hole_posts(week, MONDAY)
    assert posts == [
        Post(duty=OFFICER, day=MONDAY, start=1200, end=480),
        Post(duty=OFFICER, day=MONDAY, start=0, end=480),
    ]
    assert is_hole(week, BY_NIGHT)
    assert not is_hole(week, BY_DAY)


def test_room_for_a_post() -> None:
    week = plan(shifts=WEEK, leaves=[leave(4, MONDAY, MONDAY)])
    assert has_room(week, 3, BY_DAY)
    assert not has_room(week, 4, BY_DAY)
    assert not has_room(week, 1, BY_DAY)
    assert has_room(week, 2, BY_DAY)  # from night to day without a minute between
    assert not has_room(week, 99, BY_DAY)


# ── clocks that jump ───────────────────────────────────────────────────────
def test_a_night_on_which_the_clock_jumps() -> None:
    rows = [shift(1, w, (120, 840)) for w in range(7)] + [shift(2, w, (840, 120)) for w in range(7)]
    for first in (date(2026, 3, 6), date(2026, 10, 30)):
        york = plan(NEW_YORK, shifts=rows)
        since = datetime(first.year, first.month, first.day, 12, tzinfo=NEW_YORK).astimezone(UTC)
        assert [g for g in gaps(york, since, since + timedelta(days=5)) if g.duty is OFFICER] == []
    spring = plan(NEW_YORK, shifts=[shift(1, 6, (60, 240))])
    assert [t.end - t.start for t in turns(spring, date(2026, 3, 8), date(2026, 3, 8))] == [timedelta(hours=2)]
    autumn = plan(NEW_YORK, shifts=[shift(1, 6, (0, 180))])
    assert [t.end - t.start for t in turns(autumn, date(2026, 11, 1), date(2026, 11, 1))] == [timedelta(hours=4)]


# ── any mix ────────────────────────────────────────────────────────────────
PEOPLE = st.integers(1, 6)
HOURS = st.sampled_from([DAY, NIGHT, (0, 1440), (480, 480), (0, 480), (120, 150), (90, 200), (600, 1380)])
DAYS = st.integers(-4, 18).map(lambda n: MONDAY + timedelta(days=n))
DUTIES = st.sampled_from(list(Duty))
PLANS = st.sampled_from(list(DayPlan))
SHIFTS = st.builds(shift, PEOPLE, st.integers(0, 6), HOURS, DUTIES, PLANS)
ROTATIONS = st.builds(
    lambda crews, on_, off, hours, duty, start, kind: rotation(
        crews, on_, off, hours, duty=duty, start_on=start, plan=kind
    ),
    st.lists(st.lists(PEOPLE, min_size=1, max_size=2, unique=True), min_size=1, max_size=4),
    st.integers(1, 7),
    st.integers(0, 8),
    HOURS,
    DUTIES,
    DAYS,
    PLANS,
)
POSTS = st.builds(lambda d, day, h: Post(duty=d, day=day, start=h[0], end=h[1]), DUTIES, DAYS, HOURS)
LEAVES = st.builds(
    lambda who, first, days, state: leave(who, first, first + timedelta(days=days), state),
    PEOPLE,
    DAYS,
    st.integers(0, 5),
    st.sampled_from(list(LeaveState)),
)


@st.composite
def mixes(draw: st.DrawFn) -> Plan:
    """Any plan of a fortnight. Changes mostly name posts that exist."""
    zone = draw(st.sampled_from([SHANGHAI, BERLIN, NEW_YORK]))
    shifts, rotations = draw(st.lists(SHIFTS, max_size=8)), draw(st.lists(ROTATIONS, max_size=2))
    calendar = Calendar(draw(st.dictionaries(DAYS, st.booleans(), max_size=4)))
    bare = plan(zone, shifts=shifts, rotations=rotations, calendar=calendar)
    held = [
        (post, who)
        for who in range(1, 7)
        for post in posts_of(bare, who, MONDAY - timedelta(days=4), MONDAY + timedelta(days=18))
    ]
    changes = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        post, giver = draw(st.sampled_from(held)) if held else (draw(POSTS), None)
        post, giver = draw(st.sampled_from([(post, giver), (draw(POSTS), None)]))
        taker = draw(st.none() | PEOPLE) if giver is not None else draw(PEOPLE)
        own = [p for p, who in held if who == taker]
        back = draw(st.none() | st.sampled_from(own)) if own and giver is not None and giver != taker else None
        changes.append(change(number, post, giver, taker, back))
    leaves = draw(st.lists(LEAVES, max_size=4))
    return plan(zone, shifts=shifts, rotations=rotations, calendar=calendar, changes=changes, leaves=leaves)


def _says_so(bare: Plan, person: int, one: Post, other: Post) -> bool:
    """The plan itself puts this person on both."""
    mine = posts_of(bare, person, min(one.day, other.day), max(one.day, other.day))
    return one in mine and other in mine


@settings(max_examples=200, deadline=None)
@given(mix=mixes())
def test_nobody_stands_on_two_posts_unless_the_plan_says_so(mix: Plan) -> None:
    bare = plan(mix.zone, shifts=mix.shifts, rotations=mix.rotations, calendar=mix.calendar)
    every = turns(mix, MONDAY, MONDAY + timedelta(days=14))
    for person in {t.person_id for t in every}:
        for one, other in combinations([t for t in every if t.person_id == person], 2):
            if one.start < other.end and other.start < one.end:
                assert _says_so(bare, person, one.post, other.post), (one, other)


@settings(max_examples=200, deadline=None)
@given(mix=mixes(), minutes=st.lists(st.integers(0, 14 * 24 * 60 - 1), min_size=5, max_size=12))
def test_a_minute_is_covered_or_reported_never_both(mix: Plan, minutes: list[int]) -> None:
    since = datetime(2026, 11, 23, 3, tzinfo=UTC)
    holes = gaps(mix, since, since + timedelta(days=14))
    for hole in holes:
        minutes = [*minutes, int((hole.start - since).total_seconds() // 60)]
    for minute in minutes:
        moment = since + timedelta(minutes=minute)
        there = {t.duty for t in on_duty(mix, moment)}
        for duty in Duty:
            reported = any(h.duty is duty and h.start <= moment < h.end for h in holes)
            assert (duty in there) is not reported, (moment, duty)


@settings(max_examples=150, deadline=None)
@given(mix=mixes())
def test_on_leave_means_on_no_post_and_turns_stay_within_their_posts(mix: Plan) -> None:
    for turn in turns(mix, MONDAY, MONDAY + timedelta(days=14)):
        whole = span(turn.post, mix.zone)
        assert whole[0] <= turn.start < turn.end <= whole[1]
        for away in mix.leaves:
            if away.person_id == turn.person_id and away.state is LeaveState.GRANTED:
                first, last = turn.start.astimezone(mix.zone), (turn.end - timedelta(seconds=1)).astimezone(mix.zone)
                assert last.date() < away.first or first.date() > away.last


@settings(max_examples=100, deadline=None)
@given(mix=mixes())
def test_a_day_looks_the_same_alone_and_within_a_fortnight(mix: Plan) -> None:
    def of(every: list[OnDuty], day: date) -> set[tuple[int, Post, datetime, datetime]]:
        return {(t.person_id, t.post, t.start, t.end) for t in every if t.post.day == day}

    whole = turns(mix, MONDAY, MONDAY + timedelta(days=14))
    for step in (0, 7, 14):
        day = MONDAY + timedelta(days=step)
        assert of(whole, day) == of(turns(mix, day, day), day)


def test_between_cuts_turns() -> None:
    found = between(plan(shifts=WEEK), at("2026-11-23T19:00"), at("2026-11-23T21:00"))
    assert [(t.person_id, t.start, t.end) for t in found] == [
        (1, at("2026-11-23T19:00"), at("2026-11-23T20:00")),
        (2, at("2026-11-23T20:00"), at("2026-11-23T21:00")),
    ]
