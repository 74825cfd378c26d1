"""Who is on duty when: computed from the stored plan, never stored itself. Pure.

Weekly shifts and rotations make the posts of a day; changes give them away one after another; leave cuts out what is
left. A change that fits the plan no more (its post is gone, or its taker has another post then) does not count, so
nobody stands on two posts unless the plan itself says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.kit.worktime import DAY_MINUTES, Calendar, DayKind, wall
from storage.model.people import DayPlan, Duty, Shift
from storage.model.roster import Change, ChangeState, Leave, LeaveState, Post, Rotation

ONE_DAY = timedelta(days=1)
MARGIN = timedelta(days=3)
"""Changes lean on the posts around them; a plan is read that much wider than it is asked for."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The rows of one station. `people`: who still works there; others' posts count for nobody."""

    zone: ZoneInfo
    people: frozenset[int]
    shifts: Sequence[Shift] = ()
    rotations: Sequence[Rotation] = ()
    changes: Sequence[Change] = ()
    leaves: Sequence[Leave] = ()
    calendar: Calendar = field(default_factory=Calendar)

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """A person has a duty from `start` to `end` (UTC), out of `post`. `change`: the number of what gave it to them."""

    person_id: int
    duty: Duty
    post: Post
    start: datetime
    end: datetime
    change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nobody has this duty then (UTC)."""

    duty: Duty
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class _Held:
    post: Post
    person_id: int
    change: int | None = None


# ── the posts of a day ─────────────────────────────────────────────────────
def span(post: Post, zone: ZoneInfo) -> Span:
    """When a post begins and ends, UTC. Empty (end ≤ start) where the clock jumps over it."""
    end = post.end + (DAY_MINUTES if post.end <= post.start else 0)
    return wall(post.day, post.start, zone), wall(post.day, end, zone)


def crews_on(rotation: Rotation, day: date) -> list[tuple[int, ...]]:
    """The crews of a rotation that work on this day."""
    passed = (day - rotation.start_on).days
    if passed < 0:
        return []
    cycle = rotation.on + rotation.off
    return [crew for place, crew in enumerate(rotation.crews) if (passed - place * rotation.on) % cycle < rotation.on]


def _base(plan: Plan, days: Iterable[date]) -> Iterator[_Held]:
    """What shifts and rotations say of these days."""
    own = {duty: _own(plan, duty) for duty in Duty}
    for day in days:
        for duty in Duty:
            mode = _mode(own[duty], plan.calendar, day)
            for shift in plan.shifts:
                if shift.duty is duty and shift.plan is mode and shift.weekday == day.weekday():
                    yield _Held(Post(duty=duty, day=day, start=shift.start, end=shift.end), shift.person_id)
            for rotation in plan.rotations:
                if rotation.duty is duty and rotation.plan is mode:
                    post = Post(duty=duty, day=day, start=rotation.start, end=rotation.end)
                    for crew in crews_on(rotation, day):
                        yield from (_Held(post, person_id) for person_id in crew)


def _own(plan: Plan, duty: Duty) -> set[DayPlan]:
    """The plans a duty has beside the usual one."""
    own = {shift.plan for shift in plan.shifts if shift.duty is duty and shift.plan}
    return own | {rotation.plan for rotation in plan.rotations if rotation.duty is duty and rotation.plan}


def _mode(own: set[DayPlan], calendar: Calendar, day: date) -> DayPlan:
    """Which of its plans a duty follows on a day."""
    if not own:
        return DayPlan.USUAL
    kind = calendar.kind(day)
    wanted = {DayKind.HOLIDAY: DayPlan.HOLIDAY, DayKind.MAKEUP: DayPlan.MAKEUP}.get(kind, DayPlan.USUAL)
    return wanted if wanted in own else DayPlan.USUAL


# ── changes ────────────────────────────────────────────────────────────────
_Leg = tuple[Post, int | None, int | None]
"""A post, who had it, who has it now."""


def _legs(change: Change) -> Iterator[_Leg]:
    """A change, and what was given in return."""
    yield change.post, change.from_id, change.to_id
    if change.back is not None:
        yield change.back, change.to_id, change.from_id


def _apply(held: list[_Held], change: Change, days: tuple[date, date], zone: ZoneInfo) -> bool:
    """Change `held`. False if some of the change does not fit the plan any more; what does still counts."""
    legs = [leg for leg in _legs(change) if days[0] <= leg[0].day <= days[1]]
    if _move(held, legs, change.number, zone):
        return True
    if len(legs) > 1:
        for leg in legs:
            _move(held, [leg], change.number, zone)
    return False


def _move(held: list[_Held], legs: Sequence[_Leg], number: int, zone: ZoneInfo) -> bool:
    """All of these at once, so that two may swap posts that overlap; or none."""
    left = list(held)
    for post, giver, _ in legs:
        if giver is not None:
            mine = next((n for n, h in enumerate(left) if h.person_id == giver and h.post == post), None)
            if mine is None:
                return False
            del left[mine]
    for post, _, taker in legs:
        if taker is not None:
            if not _room(left, taker, post, zone):
                return False
            left.append(_Held(post, taker, number))
    held[:] = left
    return True


def _room(held: Iterable[_Held], person_id: int, post: Post, zone: ZoneInfo) -> bool:
    """This person has no post at that time."""
    start, end = span(post, zone)
    for other in held:
        if other.person_id == person_id and abs((other.post.day - post.day).days) <= 1:
            begins, ends = span(other.post, zone)
            if begins < end and start < ends:
                return False
    return True


def _held(plan: Plan, first: date, last: date) -> tuple[list[_Held], list[int]]:
    """Who holds which post that begins on these days, and the numbers of changes that do not fit."""
    wide = (first - MARGIN, last + MARGIN) if plan.changes else (first, last)
    held = list(_base(plan, (wide[0] + step * ONE_DAY for step in range((wide[1] - wide[0]).days + 1))))
    unfit = []
    for change in sorted(plan.changes, key=lambda c: c.number):
        if change.state is ChangeState.DONE and not _apply(held, change, wide, plan.zone):
            unfit.append(change.number)
    return [h for h in held if first <= h.post.day <= last], unfit


def unfit(plan: Plan, first: date, last: date) -> list[int]:
    """Numbers of the changes that do not count, because the plan around them changed."""
    return _held(plan, first, last)[1]


# ── leave ──────────────────────────────────────────────────────────────────
def away(plan: Plan, person_id: int) -> list[Span]:
    """When this person is on leave that was granted."""
    return [
        (wall(leave.first, 0, plan.zone), wall(leave.last, DAY_MINUTES, plan.zone))
        for leave in plan.leaves
        if leave.person_id == person_id and leave.state is LeaveState.GRANTED
    ]


def without(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of a time when others are cut out of it."""
    left = [whole] if whole[0] < whole[1] else []
    for start, end in taken:
        left = [
            piece
            for begins, ends in left
            for piece in ((begins, min(ends, start)), (max(begins, end), ends))
            if piece[0] < piece[1]
        ]
    return left


# ── what people ask ────────────────────────────────────────────────────────
def _turns(plan: Plan, first: date, last: date) -> Iterator[OnDuty]:
    """In the order of the plan."""
    leave = {person_id: away(plan, person_id) for person_id in {leave.person_id for leave in plan.leaves}}
    for held in _held(plan, first, last)[0]:
        if held.person_id in plan.people:
            for start, end in without(span(held.post, plan.zone), leave.get(held.person_id, ())):
                yield OnDuty(
                    person_id=held.person_id,
                    duty=held.post.duty,
                    post=held.post,
                    start=start,
                    end=end,
                    change=held.change,
                )


def turns(plan: Plan, first: date, last: date) -> list[OnDuty]:
    """Every turn out of a post that begins on these days, in order of time."""
    return sorted(_turns(plan, first, last), key=lambda t: (t.start, t.end))


def on_duty(plan: Plan, at: datetime) -> list[OnDuty]:
    """Who has a duty at this moment, in the order of the plan; each person once per duty."""
    day = plan.day_of(at)
    found: dict[tuple[Duty, int], OnDuty] = {}
    for turn in _turns(plan, day - ONE_DAY, day):
        if turn.start <= at < turn.end:
            found.setdefault((turn.duty, turn.person_id), turn)
    return list(found.values())


def between(plan: Plan, since: datetime, until: datetime) -> list[OnDuty]:
    """Turns that touch this time, cut to it."""
    every = turns(plan, plan.day_of(since) - ONE_DAY, plan.day_of(until))
    return [
        replace(turn, start=max(turn.start, since), end=min(turn.end, until))
        for turn in every
        if turn.start < until and since < turn.end
    ]


def gaps(plan: Plan, since: datetime, until: datetime) -> list[Gap]:
    """Where nobody has a duty, each hole once."""
    every = between(plan, since, until)
    return [
        Gap(duty=duty, start=start, end=end)
        for duty in Duty
        for start, end in without((since, until), ((t.start, t.end) for t in every if t.duty is duty))
    ]


def hole_posts(plan: Plan, day: date) -> list[Post]:
    """Times of this day nobody has a duty, as posts of at most a day; those that begin on it before older ones."""
    midnight = wall(day, 0, plan.zone)
    found = []
    for gap in gaps(plan, midnight, wall(day, 2 * DAY_MINUTES, plan.zone)):
        if gap.start < wall(day, DAY_MINUTES, plan.zone):
            start = _minute(gap.start, plan.zone)
            end = min(gap.end, wall(day, start + DAY_MINUTES, plan.zone))
            post = Post(duty=gap.duty, day=day, start=start, end=_minute(end, plan.zone))
            found.append((gap.start == midnight, post))
    return [post for _, post in sorted(found, key=lambda pair: pair[0])]


def _minute(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def is_hole(plan: Plan, post: Post) -> bool:
    """Nobody has its duty at any moment of a post."""
    start, end = span(post, plan.zone)
    return start < end and Gap(duty=post.duty, start=start, end=end) in gaps(plan, start, end)


def has_room(plan: Plan, person_id: int, post: Post, *, besides: Sequence[Post] = ()) -> bool:
    """This person works here, has no other post at that time, and is not on leave then.

    `besides`: posts they would be giving away.
    """
    if person_id not in plan.people:
        return False
    whole = span(post, plan.zone)
    if without(whole, away(plan, person_id)) != [whole]:
        return False
    held = _held(plan, post.day - ONE_DAY, post.day + ONE_DAY)[0]
    return _room((h for h in held if h.post not in besides), person_id, post, plan.zone)


def holders(plan: Plan, post: Post) -> list[int]:
    """Who has this very post, on leave or not."""
    return [h.person_id for h in _held(plan, post.day, post.day)[0] if h.post == post]


def posts_of(plan: Plan, person_id: int, first: date, last: date) -> list[Post]:
    """The posts of one person that begin on these days, on leave or not."""
    return [h.post for h in _held(plan, first, last)[0] if h.person_id == person_id]
