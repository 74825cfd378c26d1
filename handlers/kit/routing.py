"""Which queue takes care of a matter: ordered rules, the first that holds. Pure.

A station without rules of its own has those below. Behind all rules stand two more: the queue of the officer who was
@-ed and is on duty, and 社区警务队 for all the rest.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.kit import queue_texts as say
from handlers.kit.plan import OnDuty
from handlers.kit.worktime import DAY_MINUTES, Calendar, DayKind
from storage.model.matters import Category
from storage.model.people import Duty, GroupKind
from storage.model.queues import DayWord, Desk, Hours, Place, Queue, QueueKind, Rule, When

STOLEN = ("被偷", "偷走", "偷了", "被盗", "盗窃", "扒窃", "砸车窗", "抢劫", "被抢", "敲诈")

DEFAULT: tuple[tuple[str, When, Place], ...] = (
    (say.RULE_URGENT, When(urgent=True), Place.COMMAND),
    (say.RULE_NAMED, When(), Place.NONE),
    (say.RULE_STOLEN, When(words=STOLEN), Place.CASES),
    (say.RULE_CLUE, When(categories=(Category.FRAUD, Category.CLUE)), Place.CASES),
)
"""Place.NONE: the queue of the officer who was @-ed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What rules look at."""

    urgent: bool
    category: Category | None
    area_id: int | None
    group: GroupKind | None  # None: told in a private chat
    local: datetime  # when, on the station's clock
    text: str  # lower case
    mentioned: frozenset[str] = frozenset()  # names that were @-ed, lower case
    people: tuple[int, ...] = ()  # officers among them
    ready: tuple[int, ...] = ()  # … who are on duty now
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A queue that a matter may go to, and the rule that says so."""

    queue: Queue
    rule: str


# ── queues ─────────────────────────────────────────────────────────────────
def placed(desk: Desk, place: Place) -> Queue:
    """One of the three every station has."""
    return next(queue for queue in desk.queues if queue.place is place)


def queue_of(desk: Desk, queue_id: int | None) -> Queue:
    """The queue a ticket is in; 社区警务队 has what is of no queue, or of one that is gone."""
    found = next((queue for queue in desk.queues if queue.id == queue_id), None)
    return found or placed(desk, Place.COMMUNITY)


def called(desk: Desk, name: str) -> Queue | None:
    """The queue of that name or alias."""
    wanted = name.strip().lower()
    return next((q for q in desk.queues if wanted in (n.lower() for n in (q.name, *q.aliases))), None)


def named_first(desk: Desk, words: str) -> tuple[Queue, str] | None:
    """The queue whose name stands at the beginning, the longest name first, and what follows it."""
    text = words.strip()
    every = sorted(((n.lower(), q) for q in desk.queues for n in (q.name, *q.aliases)), key=lambda pair: -len(pair[0]))
    found = next(((name, queue) for name, queue in every if text.lower().startswith(name)), None)
    return (found[1], text[len(found[0]) :].strip(" ，,：:。")) if found is not None else None


def members_of(desk: Desk, queue: Queue, staff: Collection[int]) -> frozenset[int]:
    """Who belongs to a queue. Whoever is in no list belongs to 社区警务队."""
    if queue.place is not Place.COMMUNITY:
        return frozenset(queue.members)
    listed = {p for each in desk.queues if each.kind is not QueueKind.PARTNER for p in each.members}
    return frozenset(queue.members) | (frozenset(staff) - listed)


def hands_of(desk: Desk, queue: Queue) -> Queue:
    """Whose officers take it: its own; for a partner the room's, or 社区警务队's where the room has no members."""
    if queue.kind is not QueueKind.PARTNER:
        return queue
    room = placed(desk, Place.COMMAND)
    return room if room.members else placed(desk, Place.COMMUNITY)


def takers_of(desk: Desk, queue: Queue, staff: Collection[int], turns: Iterable[OnDuty]) -> list[int]:
    """Who of those on duty takes what comes into a queue: its officers, and leaders too if the queue lists them."""
    hands = hands_of(desk, queue)
    members = members_of(desk, hands, staff)
    found = [t for t in turns if t.person_id in members and (t.duty is Duty.OFFICER or t.person_id in hands.members)]
    return list(dict.fromkeys(t.person_id for t in sorted(found, key=lambda turn: turn.duty is not Duty.OFFICER)))


# ── rules ──────────────────────────────────────────────────────────────────
def rules_of(desk: Desk) -> tuple[Rule, ...]:
    """The station's own; else the program's."""
    if desk.rules:
        return desk.rules
    return tuple(
        Rule(name=name, when=when, queue_id=placed(desk, place).id if place else None) for name, when, place in DEFAULT
    )


def ways(desk: Desk, matter: Matter) -> tuple[Way, ...]:
    """Where it may go, best first; never empty. Nothing confidential goes to a partner."""
    named = _named(desk, matter)
    behind = (Way(named, say.RULE_NAMED),) if named is not None else ()
    return (*_ways(desk, matter), *behind, Way(placed(desk, Place.COMMUNITY), say.RULE_REST))


def _ways(desk: Desk, matter: Matter) -> Iterator[Way]:
    calendar = Calendar(desk.own_days)
    for rule in rules_of(desk):
        queue = _named(desk, matter) if rule.queue_id is None else queue_of(desk, rule.queue_id)
        if queue is None or (matter.confidential and queue.kind is QueueKind.PARTNER):
            continue
        if holds(rule.when, matter, calendar):
            yield Way(queue, rule.name)


def _named(desk: Desk, matter: Matter) -> Queue | None:
    """The queue of the first officer who was @-ed and is on duty."""
    for person_id in matter.ready:
        own = (q for q in desk.queues if q.kind is not QueueKind.PARTNER and person_id in q.members)
        return next(own, placed(desk, Place.COMMUNITY))
    return None


def holds(when: When, matter: Matter, calendar: Calendar) -> bool:
    """Everything that is said must hold; of several values of one thing, any."""
    return (
        (when.urgent is None or when.urgent is matter.urgent)
        and (not when.categories or matter.category in when.categories)
        and (not when.areas or matter.area_id in when.areas)
        and _said_where(when, matter)
        and (not when.hours or any(_within(each, matter.local, calendar) for each in when.hours))
        and _mentions(when, matter)
    )


def _said_where(when: When, matter: Matter) -> bool:
    if not when.groups and not when.private:
        return True
    return when.private if matter.group is None else matter.group in when.groups


def _mentions(when: When, matter: Matter) -> bool:
    if not when.words and not when.people:
        return True
    if any(word in matter.text or word in matter.mentioned for word in when.words):
        return True
    return any(person_id in matter.people for person_id in when.people)


def _within(hours: Hours, local: datetime, calendar: Calendar) -> bool:
    """What runs into the next day belongs to the day it began on."""
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    if hours.end > hours.start:
        return hours.start <= minute < hours.end and _is_day(hours.days, today, calendar)
    if minute >= hours.start:
        return _is_day(hours.days, today, calendar)
    return minute < hours.end % DAY_MINUTES and _is_day(hours.days, yesterday, calendar)


def _is_day(word: DayWord, day: date, calendar: Calendar) -> bool:
    match word:
        case DayWord.WORKDAY:
            return calendar.works(day)
        case DayWord.WEEKEND:
            return day.weekday() >= 5 and not calendar.works(day)
        case DayWord.HOLIDAY:
            return calendar.kind(day) is DayKind.HOLIDAY
        case DayWord.FREE:
            return not calendar.works(day)
        case _:
            return True
