"""The tick: what has a time of its own — broadcast rules and features' crons — runs once per slot and station.

The promise is the slot row: it is taken in the transaction that does the work, so a slot is done or not done, never
half, never twice, whatever dies in between. A lease says which process ticks; it is checked in the same transaction.
APScheduler's CronTrigger computes the moments (bot/slots.py); nothing of it is stored.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.errors import place
from bot.metrics import Metrics
from bot.slots import due, next_after
from handlers.broadcast import run_rule, slot_name
from handlers.kit.context import Context
from handlers.kit.feature import Cron
from storage.engine.base import Engine, StoreDownError
from storage.model.people import Station
from storage.model.work import BroadcastRule
from storage.unit import Unit

log = structlog.get_logger()

LEASE = "tick"
LEASE_LASTS = timedelta(seconds=45)
LOOK_EVERY = timedelta(seconds=15)
"""New rules are noticed, and the lease is renewed, at least this often."""

PUNCTUAL = timedelta(minutes=2)
"""Not late, even if the operator allows no lateness: a tick comes seconds after its slot, a retry a little later."""

ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=4)
SLOT_DONE, SLOT_FAILED, TICK_FAILED, STORE_DOWN = "slot.done", "slot.failed", "tick.failed", "tick.store_down"
BORN, RUN, MISSED, FAILED = "born", "run", "missed", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing with a time of its own, at one station. Exactly one of `rule` and `cron` is set."""

    name: str
    expression: str
    station: Station
    last: datetime | None  # the newest slot that has been dealt with; None: seen for the first time
    outcome: str = ""  # and what became of it
    rule: BroadcastRule | None = None
    cron: Cron | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.station.tz)


@dataclass(frozen=True, slots=True)
class _Trouble:
    attempts: int
    until: datetime


class Scheduler:
    """`make_context(unit, now, cause, station)`; `finish(ctx)` publishes facts inside the transaction; `on_commit`
    wakes whoever may have something to do now."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        metrics: Metrics,
        *,
        crons: Sequence[Cron],
        make_context: Callable[[Unit, datetime, str, Station], Context],
        finish: Callable[[Context], Awaitable[None]],
        owner: str,
        late_minutes: int,
        on_commit: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._metrics = metrics
        self._crons = tuple(crons)
        self._make_context = make_context
        self._finish = finish
        self._owner = owner
        self._late = max(timedelta(minutes=late_minutes), PUNCTUAL)
        self._on_commit = on_commit
        self._troubles: dict[str, _Trouble] = {}
        self.wake = asyncio.Event()

    # ── the heart ──────────────────────────────────────────────────────────
    async def tick(self, now: datetime) -> bool:
        """Run every slot that is due. False if another process ticks. Raises StoreDownError; trying again is safe."""
        token = await self._lead(now)
        if token is None:
            return False
        for entry in await self._entries():
            await self._guarded(entry, now, token)
        return True

    async def next_wake(self, now: datetime) -> datetime | None:
        """When the next slot, or the next attempt at a failed one, is due."""
        moments = [trouble.until for trouble in self._troubles.values() if trouble.until > now]
        for entry in await self._entries():
            try:
                following = next_after(entry.expression, entry.zone, now)
            except (ValueError, KeyError):
                continue  # a bad cron or time zone: tick has logged it
            if following is not None:
                moments.append(following)
        return min(moments, default=None)

    async def release(self) -> None:
        """Let another process tick at once: for an orderly stop."""
        async with self._engine.write() as tx:
            await Unit(tx).leases.release(LEASE, self._owner)

    async def _lead(self, now: datetime) -> int | None:
        async with self._engine.write() as tx:
            lease = await Unit(tx).leases.take(LEASE, self._owner, now=now, until=now + LEASE_LASTS)
        return lease.token if lease else None

    async def _entries(self) -> list[Entry]:
        found = []
        async with self._engine.read() as tx:
            unit = Unit(tx)
            for station in await unit.stations.all():
                for rule in await unit.broadcasts.rules(station.id):
                    if rule.enabled:
                        found.append(await self._entry(unit, station, slot_name(rule), rule.cron, rule=rule))
                for cron in self._crons:
                    name = f"cron:{cron.name}:{station.id}"
                    found.append(await self._entry(unit, station, name, cron.expression, cron=cron))
        return found

    async def _entry(
        self,
        unit: Unit,
        station: Station,
        name: str,
        expression: str,
        *,
        rule: BroadcastRule | None = None,
        cron: Cron | None = None,
    ) -> Entry:
        newest = await unit.slots.of_rule(name, limit=1)
        last, outcome = newest[0] if newest else (None, "")
        return Entry(
            name=name, expression=expression, station=station, last=last, outcome=outcome, rule=rule, cron=cron
        )

    async def passed(self, now: datetime) -> list[tuple[Entry, datetime]]:
        """What has no work to show for its newest time: missed, failed, or not looked at by anybody; and that time."""
        found = []
        for entry in await self._entries():
            if entry.last is not None and (slot := _passed(entry, entry.last, now)) is not None:
                found.append((entry, slot))
        return found

    # ── one entry ──────────────────────────────────────────────────────────
    async def _guarded(self, entry: Entry, now: datetime, token: int) -> None:
        trouble = self._troubles.get(entry.name, _Trouble(0, now))
        if trouble.until > now:
            return
        try:
            await self._catch_up(entry, now, token, give_up=trouble.attempts >= ATTEMPTS)
            self._troubles.pop(entry.name, None)
        except StoreDownError:
            raise
        except Exception as error:  # noqa: BLE001 - one rule's bug must not stop the others
            self._note(entry, now, trouble.attempts + 1, place(error))

    def _note(self, entry: Entry, now: datetime, attempts: int, where: str) -> None:
        """Remember a failure: wait longer each time, so that a broken rule costs little."""
        pause = FIRST_PAUSE * 2 ** min(attempts - 1, 8)
        self._troubles[entry.name] = _Trouble(attempts, now + pause)
        self._metrics.handled.labels(outcome="retry" if attempts < ATTEMPTS else "parked").inc()
        log.error(SLOT_FAILED, slot=entry.name, attempt=attempts, error=where)

    async def _catch_up(self, entry: Entry, now: datetime, token: int, *, give_up: bool) -> None:
        """Run the newest slot that is due, if it is not too late; write down what was missed."""
        if entry.last is None:
            await self._deal(entry, [], now, BORN, now, token)
            return
        slots = due(entry.expression, entry.zone, entry.last, now)
        if not slots:
            return
        *missed, newest = slots
        outcome = RUN if now - newest <= self._late else MISSED
        if outcome == RUN and give_up:
            outcome = FAILED
        await self._deal(entry, missed, newest, outcome, now, token)

    async def _deal(
        self, entry: Entry, missed: Sequence[datetime], slot: datetime, outcome: str, now: datetime, token: int
    ) -> None:
        """Take the slots and do the work, in one transaction."""
        async with self._engine.write() as tx:
            unit = Unit(tx)
            lease = await unit.leases.take(LEASE, self._owner, now=now, until=now + LEASE_LASTS)
            if lease is None or lease.token != token:
                return
            if entry.rule is not None and await unit.broadcasts.rule(entry.rule.id) != entry.rule:
                return  # changed since we looked: the next tick sees it as it is
            for older in missed:
                await unit.slots.take(entry.name, older, at=now, outcome=MISSED)
            if not await unit.slots.take(entry.name, slot, at=now, outcome=outcome):
                return
            if outcome == RUN:
                await self._run(unit, entry, slot, now)
        if outcome != BORN:
            log.info(SLOT_DONE, slot=entry.name, at=slot.isoformat(), outcome=outcome, missed=len(missed))
        if outcome == RUN:
            self._metrics.handled.labels(outcome="done").inc()
            self._on_commit()

    async def _run(self, unit: Unit, entry: Entry, slot: datetime, now: datetime) -> None:
        ctx = self._make_context(unit, now, f"slot:{entry.name}:{slot:%Y%m%dT%H%M}", entry.station)
        if entry.rule is not None:
            await run_rule(ctx, entry.rule, slot)
        elif entry.cron is not None:
            await entry.cron.handler(ctx)
        await self._finish(ctx)

    # ── the loop ───────────────────────────────────────────────────────────
    async def run(self) -> None:
        """The tick loop: until cancelled, whatever happens."""
        while True:
            now = self._clock.now()
            until = now + LOOK_EVERY
            try:
                await self.tick(now)
                following = await self.next_wake(now)
                until = min(until, following) if following else until
            except StoreDownError as error:
                log.error(STORE_DOWN, error=str(error))
                until = now + timedelta(seconds=1)
            except Exception as error:  # noqa: BLE001 - the loop outlives every bug
                log.error(TICK_FAILED, error=place(error))
                until = now + timedelta(seconds=2)
            await self._clock.wait(self.wake, until)


def _passed(entry: Entry, last: datetime, now: datetime) -> datetime | None:
    if entry.outcome in (MISSED, FAILED):
        return last
    try:
        return next(iter(due(entry.expression, entry.zone, last, now - PUNCTUAL)), None)
    except (ValueError, KeyError):
        return None  # a bad cron or time zone: tick has logged it
