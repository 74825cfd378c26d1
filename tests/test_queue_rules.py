"""Any rules and any matter: exactly one queue first, always the same one, by the first rule that holds."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.kit.queue_log import came_back, stays
from handlers.kit.routing import Matter, Way, hands_of, members_of, named_first, placed, ways
from handlers.kit.worktime import Calendar, DayKind
from storage.model.matters import Category
from storage.model.people import GroupKind
from storage.model.queues import BUILT_IN, DayWord, Desk, Hours, Place, Queue, QueueKind, Rule, When
from storage.model.tickets import Entry, EntryKind

WORDS = ("吵", "漏水", "被偷", "王警官", "派出所")
STATION = 7
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
OWN = (
    Queue(id=4, station_id=STATION, name="巡逻队", kind=QueueKind.TEAM, members=(11,)),
    Queue(id=5, station_id=STATION, name="阳光物业", kind=QueueKind.PARTNER, members=(99,)),
)
THREE = tuple(
    Queue(id=n, station_id=STATION, name=b.name, kind=b.kind, place=b.place, aliases=b.aliases)
    for n, b in enumerate(BUILT_IN, 1)
)
QUEUES = (*THREE, *OWN)


def several(values: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(list(values)), max_size=2).map(tuple)  # type: ignore[call-overload]


minutes = st.integers(0, 1440)
hours = st.builds(Hours, days=st.sampled_from(DayWord), start=st.integers(0, 1439), end=minutes)
conditions = st.builds(
    When,
    urgent=st.sampled_from([None, None, True, False]),
    categories=several(Category),
    areas=several((1, 2)),
    groups=several(GroupKind),
    private=st.booleans(),
    hours=st.lists(hours, max_size=2).map(tuple),
    words=several(WORDS),
    people=several((11, 12)),
)
rules = st.lists(
    st.builds(
        Rule, name=st.sampled_from("甲乙丙丁"), when=conditions, queue_id=st.sampled_from([None, 1, 2, 3, 4, 5, 9])
    ),
    max_size=6,
)
matters = st.builds(
    Matter,
    urgent=st.booleans(),
    category=st.sampled_from([None, *Category]),
    area_id=st.sampled_from([None, 1, 2]),
    group=st.sampled_from([None, *GroupKind]),
    local=st.integers(0, 2 * 365 * 1440).map(lambda minute: NEW_YEAR + timedelta(minutes=minute)),
    text=st.lists(st.sampled_from((*WORDS, "楼上", "门口"))).map("".join),
    mentioned=st.frozensets(st.sampled_from(WORDS)),
    people=several((11, 12)),
    ready=several((11, 12)),
    confidential=st.booleans(),
)


def day_is(word: DayWord, day: datetime, calendar: Calendar) -> bool:
    kind = calendar.kind(day.date())
    free = kind in (DayKind.WEEKEND, DayKind.HOLIDAY)
    return {
        DayWord.EVERY: True,
        DayWord.WORKDAY: not free,
        DayWord.FREE: free,
        DayWord.HOLIDAY: kind is DayKind.HOLIDAY,
        DayWord.WEEKEND: free and day.isoweekday() > 5,
    }[word]


def runs(span: Hours, now: datetime, calendar: Calendar) -> bool:
    """Does a span of that kind that began today or yesterday hold this minute?"""
    for back in (0, 1):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)
        length = span.end - span.start if span.end > span.start else span.end % 1440 + 1440 - span.start
        begins = midnight + timedelta(minutes=span.start)
        if day_is(span.days, midnight, calendar) and begins <= now < begins + timedelta(minutes=length):
            return True
    return False


def holds(when: When, matter: Matter, calendar: Calendar) -> bool:
    """The same rule in other words: every condition that was said, one by one."""
    said = []
    if when.urgent is not None:
        said.append(when.urgent == matter.urgent)
    if when.categories:
        said.append(matter.category in when.categories)
    if when.areas:
        said.append(matter.area_id in when.areas)
    if when.groups or when.private:
        said.append(matter.group in when.groups or (when.private and matter.group is None))
    if when.hours:
        said.append(any(runs(span, matter.local, calendar) for span in when.hours))
    if when.words or when.people:
        heard = [w for w in when.words if w in matter.text or w in matter.mentioned]
        said.append(bool(heard or set(when.people) & set(matter.people)))
    return all(said)


def expected(desk: Desk, matter: Matter) -> tuple[str, str]:
    """(queue, rule) by going down the list."""
    calendar = Calendar(desk.own_days)
    by_id = {queue.id: queue for queue in desk.queues}
    for rule in desk.rules:
        if rule.queue_id is None:
            if not matter.ready:
                continue
            queue = by_id[4] if matter.ready[0] == 11 else by_id[2]
        else:
            queue = by_id.get(rule.queue_id, by_id[2])
        if queue.kind is QueueKind.PARTNER and matter.confidential:
            continue
        if holds(rule.when, matter, calendar):
            return queue.name, rule.name
    if matter.ready:
        return by_id[4 if matter.ready[0] == 11 else 2].name, "群众点名的民警在班"
    return "社区警务队", "其余的"


@settings(max_examples=600, deadline=None)
@given(rules=rules, matter=matters)
def test_exactly_one_queue_the_first_that_holds_always_the_same(rules: list[Rule], matter: Matter) -> None:
    desk = Desk(station_id=STATION, queues=QUEUES, rules=(*rules, Rule(name="末", when=When(words=("没有这个词",)))))
    found = ways(desk, matter)
    assert (found[0].queue.name, found[0].rule) == expected(desk, matter)
    assert found == ways(desk, matter)
    assert found[-1] == Way(placed(desk, Place.COMMUNITY), "其余的")
    assert all(way.queue in desk.queues for way in found)
    assert not (matter.confidential and any(way.queue.kind is QueueKind.PARTNER for way in found))


@settings(max_examples=200, deadline=None)
@given(matter=matters)
def test_without_rules_of_its_own_a_station_has_those_of_the_program(matter: Matter) -> None:
    found = ways(Desk(station_id=STATION, queues=QUEUES), matter)
    if matter.urgent:
        assert found[0].queue.place is Place.COMMAND
    elif matter.ready:
        assert found[0].rule == "群众点名的民警在班"
    elif "被偷" in matter.text or "被偷" in matter.mentioned or matter.category in (Category.FRAUD, Category.CLUE):
        assert found[0].queue.place is Place.CASES
    else:
        assert found[0].queue.place is Place.COMMUNITY


@given(conditions)
def test_conditions_are_stored_as_they_are(when: When) -> None:
    assert msgspec.json.decode(msgspec.json.encode(when), type=When) == when


@given(st.lists(st.frozensets(st.integers(1, 9)), min_size=3, max_size=3))
def test_everybody_belongs_somewhere(listed: list[frozenset[int]]) -> None:
    queues = tuple(
        Queue(id=q.id, station_id=STATION, name=q.name, kind=q.kind, place=q.place, members=tuple(sorted(people)))
        for q, people in zip(THREE, listed, strict=True)
    )
    desk = Desk(station_id=STATION, queues=(*queues, *OWN))
    staff = range(1, 12)
    belong = [members_of(desk, queue, staff) for queue in desk.queues if queue.kind is not QueueKind.PARTNER]
    assert frozenset().union(*belong) >= set(staff)
    assert all(set(queue.members) <= members_of(desk, queue, staff) for queue in queues)
    assert hands_of(desk, desk.queues[-1]).place is (Place.COMMAND if listed[0] else Place.COMMUNITY)


@given(st.text(max_size=50))
def test_any_words_after_a_number_are_survived(text: str) -> None:
    found = named_first(Desk(station_id=STATION, queues=QUEUES), text)
    assert found is None or found[1] in text


# ── the log ────────────────────────────────────────────────────────────────
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 500)), min_size=1, max_size=8), st.booleans())
def test_the_way_of_a_ticket_is_read_from_its_log(steps: list[tuple[int, int]], over: bool) -> None:
    """Stays follow each other without a gap, and every return to a queue that sent it away is a bounce."""
    at, now = NOON, 1
    log = [entry(EntryKind.ROUTED, at, {"to": 1, "queue": 1, "rule": "规则：其余的"})]
    bounces, gone = [], set()
    for queue, wait in steps:
        at += timedelta(minutes=wait)
        if queue != now:
            log.append(entry(EntryKind.TURNED, at, {"queue": queue, "from": now, "reason": "x", "holder": None}))
            gone.add(now)
            bounces += [(queue, at)] if queue in gone else []
            now = queue
        log.append(entry(EntryKind.ROUTED, at, {"to": 2, "queue": queue}))
    if over:
        log.append(entry(EntryKind.RESOLVED, at + timedelta(minutes=9), {}))
    found = stays(log)
    assert found[0].since == NOON
    assert found[-1].queue_id == now
    assert [one.until for one in found[:-1]] == [one.since for one in found[1:]]
    assert found[-1].until == (at + timedelta(minutes=9) if over else None)
    assert came_back(log) == bounces


def entry(kind: EntryKind, at: datetime, data: dict[str, object]) -> Entry:
    text = msgspec.json.encode(data).decode()
    return Entry(id=0, station_id=STATION, ticket_id=1, actor_id=None, kind=kind, at=at, data=text)


def test_what_is_opened_again_stays_anew_in_its_queue() -> None:
    hour = timedelta(hours=1)
    log = [
        entry(EntryKind.ROUTED, NOON, {"queue": 3}),
        entry(EntryKind.RESOLVED, NOON + hour, {}),
        entry(EntryKind.ROUTED, NOON + 3 * hour, {"to": 5, "failed": None}),
    ]
    assert [(s.queue_id, s.since, s.until) for s in stays(log)] == [
        (3, NOON, NOON + hour),
        (3, NOON + 3 * hour, None),
    ]


def test_before_there_were_queues() -> None:
    assert [s.queue_id for s in stays([entry(EntryKind.ROUTED, NOON, {"to": 5, "failed": None})])] == [None]
