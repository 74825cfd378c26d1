"""The auditor's loop: once a minute, whatever number of processes run, promises are held against what happened.

It depends on none of the loops it watches: it has its own, and its row in the database says which minute is done.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.adapters.base import Platform
from bot.clock import Clock
from bot.errors import place
from bot.judge import Judge
from bot.schedule import BORN, RUN, Scheduler
from handlers.auditing import AuditSettings, Looked, Missed, Unanswered, count_day, look, yesterday
from handlers.kit.context import Context
from handlers.kit.router import Router
from storage.engine.base import Engine, StoreDownError
from storage.model.audit import Promise
from storage.model.people import Station
from storage.model.work import InboxRow
from storage.unit import Unit

log = structlog.get_logger()

FIRST_AFTER = timedelta(seconds=60)

AUDIT_FAILED, STORE_DOWN = "audit.failed", "audit.store_down"


class MakeContext(Protocol):
    def __call__(self, unit: Unit, now: datetime, cause: str, station: Station | None = None) -> Context: ...


class Auditor:
    """`finish(ctx)` publishes facts inside the transaction; `on_commit` wakes whoever may have something to do now."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        router: Router,
        platforms: Mapping[tuple[str, str], Platform],
        scheduler: Scheduler,
        *,
        settings: AuditSettings,
        make_context: MakeContext,
        finish: Callable[[Context], Awaitable[None]],
        on_commit: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._platforms = platforms
        self._scheduler = scheduler
        self._settings = settings
        self._make_context = make_context
        self._finish = finish
        self._on_commit = on_commit
        self._judge = Judge(platforms, router, make_context)
        self.wake = asyncio.Event()

    async def step(self) -> bool:
        """Look, if this minute has not been looked at. Raises StoreDownError; then nothing of it happened."""
        now = self._clock.now()
        minute = now.replace(second=0, microsecond=0)
        async with self._engine.read() as tx:
            last = await Unit(tx).audit.last()
        if last is not None and last >= minute:
            return False
        missed = await self._missed(now)
        async with self._engine.write() as tx:
            unit = Unit(tx)
            seen = await unit.audit.take(minute)
            if seen is None:
                return False
            unanswered = await self._unanswered(unit, seen, now)
            for station in await unit.stations.all():
                ctx = self._make_context(unit, now, f"audit:{station.id}:{minute:%Y%m%dT%H%M}", station)
                looked = Looked(
                    minute=minute,
                    unanswered=tuple(unanswered[station.id]),
                    missed=tuple(missed[station.id]),
                    running=tuple(sorted(self._platforms)),
                )
                look(ctx, looked)
                await self._night(ctx, station)
                await self._finish(ctx)
        self._on_commit()
        return True

    async def _missed(self, now: datetime) -> defaultdict[int, list[Missed]]:
        found: defaultdict[int, list[Missed]] = defaultdict(list)
        for entry, slot in await self._scheduler.passed(now):
            name = entry.rule.name if entry.rule is not None else entry.cron.name if entry.cron is not None else ""
            found[entry.station.id].append(Missed(rule=entry.name, name=name, at=slot))
        return found

    # ── calls that nothing came of ─────────────────────────────────────────
    async def _unanswered(self, unit: Unit, seen: int, now: datetime) -> defaultdict[int, list[Unanswered]]:
        """By station: those done since we last looked, and those that were open then and still are."""
        before = now - self._settings.patience
        rows = {row.id: row for row in await unit.audit.unanswered(seen, before)}
        rows |= {row.id: row for row in await self._open(unit)}
        await unit.audit.judged(seen, before)
        found: defaultdict[int, list[Unanswered]] = defaultdict(list)
        for row in rows.values():
            judged = await self._judge.judge(unit, row, now)
            if judged is not None and not judged.answer.got:
                call = judged.answer.called
                found[judged.station_id].append(Unanswered(inbox_id=call.inbox_id, group=call.group, at=call.at))
        return found

    async def _open(self, unit: Unit) -> list[InboxRow]:
        found = []
        for station in await unit.stations.all():
            for finding in await unit.audit.open(station.id):
                if finding.kind is Promise.UNANSWERED:
                    row = await unit.audit.still_unanswered(int(finding.subject.removeprefix("in:")))
                    found += [row] if row is not None else []
        return found

    # ── the night's count ──────────────────────────────────────────────────
    async def _night(self, ctx: Context, station: Station) -> None:
        """Once per night and station: after a stop, only the newest night is made up for."""
        local = ctx.local()
        night = self._settings.night_hour
        if local.hour < night:
            return
        slot = local.replace(hour=night, minute=0, second=0, microsecond=0)
        name = f"audit:night:{station.id}"
        born = await ctx.unit.slots.last(name) is None
        if not await ctx.unit.slots.take(name, slot, at=ctx.now, outcome=BORN if born else RUN) or born:
            return
        day, since, until = yesterday(local)
        judged = [
            await self._judge.judge(ctx.unit, row, ctx.now) for row in await ctx.unit.audit.received(since, until)
        ]
        await count_day(ctx, day, [j.answer for j in judged if j is not None and j.station_id == station.id])

    # ── the loop ───────────────────────────────────────────────────────────
    async def run(self) -> None:
        """Until cancelled, whatever happens. What waited for our start has its time to be done first."""
        await self._clock.wait(self.wake, self._clock.now() + FIRST_AFTER)
        while True:
            now = self._clock.now()
            until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
            try:
                await self.step()
            except StoreDownError as error:
                log.error(STORE_DOWN, error=str(error))
                until = now + timedelta(seconds=1)
            except Exception as error:  # noqa: BLE001 - the loop outlives every bug
                log.error(AUDIT_FAILED, error=place(error))
            await self._clock.wait(self.wake, until)
