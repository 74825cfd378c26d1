"""What every clock of a ticket has counted, worked out a second time: from its log alone, pause by pause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.kit.clocks import Clock
from handlers.tickets.timing import dues
from storage.model.matters import Category
from storage.model.tickets import Entry, EntryKind, Ticket, Urgency
from storage.unit import Unit
from tests.month.rota import HOLIDAYS, MADE_UP, ONE_DAY
from tests.month.station import Station

NOTHING, EVER = timedelta(0), datetime.min.replace(tzinfo=UTC)
WAITING, HELD, PAUSED, OVER = "waiting", "held", "paused", "over"
OPENS, RETAKEN = {EntryKind.OPENED}, {EntryKind.REOPENED, EntryKind.TAKEN_BACK}
ENDS = {EntryKind.RESOLVED, EntryKind.WITHDRAWN, EntryKind.FORWARDED, EntryKind.FALSE_ALARM}
TAKES = {EntryKind.CLAIMED, EntryKind.TRANSFERRED, EntryKind.RESUMED}


@dataclass(slots=True)
class Ran:
    """A clock that counts since `since` could be missed from `start` to `end` (None: still)."""

    clock: Clock
    since: datetime
    start: datetime
    end: datetime | None = None


@dataclass(slots=True)
class Life:
    """A ticket as its log tells it."""

    ticket: Ticket
    log: Sequence[Entry]
    phase: str = WAITING
    began: datetime = EVER
    waits: datetime = EVER
    arrived: bool = False
    runs: list[Ran] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    def running(self) -> dict[Clock, datetime]:
        """Which clocks run now, and since when they count."""
        if self.phase not in (WAITING, HELD):
            return {}
        found = {Clock.RESOLUTION: self.began}
        if self.phase == WAITING:
            found[Clock.RESPONSE] = self.waits
        elif not self.arrived:
            found[Clock.SCENE] = self.began
        return found

    def step(self, entry: Entry) -> None:
        kind, at = entry.kind, entry.at
        if kind in OPENS | RETAKEN:
            self.began = self.waits = self.ticket.opened_at if kind in OPENS else at
            self.phase, self.arrived = WAITING, False
        elif kind in ENDS:
            self.phase = OVER
        elif kind in TAKES:
            self.phase = HELD
            if kind is EntryKind.RESUMED:
                self.pauses[-1] = (self.pauses[-1][0], at)
        elif kind is EntryKind.ARRIVED:
            self.arrived = True
        elif kind is EntryKind.PAUSED:
            self.phase = PAUSED
            self.pauses.append((at, None))
        elif kind is EntryKind.RETURNED and self.phase == HELD:
            self.phase, self.waits = WAITING, at
        self._follow(at)

    def _follow(self, at: datetime) -> None:
        wanted = self.running()
        for run in self.runs:
            if run.end is None and wanted.get(run.clock) != run.since:
                run.end = at
        there = {run.clock for run in self.runs if run.end is None}
        self.runs += [Ran(clock, since, max(at, since)) for clock, since in wanted.items() if clock not in there]


def lived(ticket: Ticket, log: Sequence[Entry]) -> Life:
    life = Life(ticket, log)
    for entry in log:
        life.step(entry)
    return life


# ── targets, as docs/tickets.md has them ───────────────────────────────────
@dataclass(frozen=True, slots=True)
class Promised:
    """Minutes."""

    of: dict[Clock, int]
    working: bool = False
    ladder: tuple[int, int, int] = (0, 30, 120)


def promised(ticket: Ticket) -> Promised:
    if ticket.urgency is Urgency.URGENT:
        return Promised({Clock.RESPONSE: 5, Clock.SCENE: 30, Clock.RESOLUTION: 24 * 60}, ladder=(0, 5, 15))
    if ticket.category in (Category.PAPERS, Category.QUESTION):
        return Promised({Clock.RESPONSE: 120, Clock.RESOLUTION: 3 * 8 * 60}, working=True)
    if ticket.urgency is Urgency.LOW:
        return Promised({Clock.RESPONSE: 240, Clock.RESOLUTION: 5 * 8 * 60}, working=True)
    return Promised({Clock.RESPONSE: 30, Clock.SCENE: 120, Clock.RESOLUTION: 3 * 24 * 60})


# ── counting ───────────────────────────────────────────────────────────────
def _worked(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[timedelta]:
    """9 to 17 of every worked day."""
    day: date = since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        if (day.weekday() < 5 and day not in HOLIDAYS) or day in MADE_UP:
            opens = datetime.combine(day, time(9), zone).astimezone(UTC)
            closes = datetime.combine(day, time(17), zone).astimezone(UTC)
            yield max(min(closes, until) - max(opens, since), NOTHING)
        day += ONE_DAY


def counted(life: Life, since: datetime, until: datetime, zone: ZoneInfo) -> timedelta:
    """How much of that time counts: not a second of a pause, nor of a night or a holiday where only work counts."""
    pieces, start = [], since
    for begins, ends in life.pauses:
        if (ends or until) <= since or begins >= until:
            continue
        pieces.append((start, max(begins, start)))
        start = ends or until
    pieces.append((start, max(until, start)))
    if not promised(life.ticket).working:
        return sum((end - begin for begin, end in pieces), NOTHING)
    return sum((part for begin, end in pieces for part in _worked(begin, end, zone)), NOTHING)


async def same_as_the_program(station: Station) -> None:
    """For every unfinished ticket: the same clocks run, and each is due when just so much has been counted."""
    tickets = await station.unfinished()
    async with station.engine.write() as tx:
        unit = Unit(tx)
        for ticket in tickets:
            log = await unit.entries.of_ticket(ticket.id)
            life = lived(ticket, log)
            ctx = station.core.dispatcher.context(unit, station.now, "month")
            theirs = {clock: at for at, clock in await dues(ctx, ticket)}
            targets = promised(ticket).of
            mine = {clock: since for clock, since in life.running().items() if clock in targets}
            assert mine.keys() == theirs.keys(), f"{ticket.number}: {ticket.state}"
            for clock, since in mine.items():
                said = counted(life, since, theirs[clock], station.zone)
                assert said == timedelta(minutes=targets[clock]), f"{ticket.number}: {clock} after {said}"
            if life.phase != PAUSED:
                paused = sum(((e or station.now) - s for s, e in life.pauses if s >= life.began), NOTHING)
                assert timedelta(milliseconds=ticket.paused_ms) == paused
