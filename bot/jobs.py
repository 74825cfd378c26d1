"""The jobs loop: durable "later", each in its own savepoint, retried and at last parked like events."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import structlog

from bot.clock import Clock
from bot.dispatch import ATTEMPTS, Dispatcher
from bot.errors import place
from bot.metrics import Metrics
from bot.publish import JOB, Publisher
from bot.throttle import backoff
from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.router import Router
from storage.engine.base import Engine, StoreDownError
from storage.model.work import Job
from storage.unit import Unit

log = structlog.get_logger()

BATCH = 50


class JobRunner:
    def __init__(
        self,
        engine: Engine,
        router: Router,
        dispatcher: Dispatcher,
        publisher: Publisher,
        clock: Clock,
        metrics: Metrics,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._router = router
        self._dispatcher = dispatcher
        self._publisher = publisher
        self._clock = clock
        self._metrics = metrics
        self._jitter = jitter
        self.wake = asyncio.Event()

    async def step(self) -> bool:
        """Run what is due. False if nothing was. Raises StoreDownError; then nothing of it happened."""
        now = self._clock.now()
        contexts: list[Context] = []
        async with self._engine.write() as tx:
            unit = Unit(tx)
            jobs = await unit.jobs.todo(now, BATCH)
            if not jobs:
                return False
            for job in jobs:
                ctx = await self._guarded(unit, job, now)
                if ctx is not None:
                    contexts.append(ctx)
        self._dispatcher.after_commit(contexts)
        return True

    async def _guarded(self, unit: Unit, job: Job, now: datetime) -> Context | None:
        ctx = self._dispatcher.context(unit, now, f"job:{job.id}")
        try:
            async with unit.tx.savepoint():
                await self._one(ctx, job)
                await unit.jobs.done(job.id, now)
            return ctx
        except StoreDownError:
            raise
        except Exception as error:  # noqa: BLE001 - one job's bug must not stop the others
            if job.attempts + 1 < ATTEMPTS:
                await unit.jobs.later(job.id, now + backoff((now - job.due_at) * 2, self._jitter), place(error))
            else:
                await unit.jobs.park(job.id, now, place(error))
                self._metrics.handled.labels(outcome="parked").inc()
                told = self._dispatcher.context(unit, now, f"job:{job.id}:parked")
                await self._publisher.alarm(told, texts.ALARM_PARKED.format(reference=f"job:{job.id}"))
            log.error("job.failed", job=job.id, name=job.name, attempt=job.attempts + 1, error=place(error))
        return None

    async def _one(self, ctx: Context, job: Job) -> None:
        payload = msgspec.json.decode(job.payload)
        if job.name == JOB:
            await self._publisher.again(ctx, payload)
        else:
            await self._router.jobs[job.name](ctx, payload)
        await self._publisher.publish(ctx)

    async def next_due(self) -> datetime | None:
        async with self._engine.read() as tx:
            return await Unit(tx).jobs.next_due()

    async def run(self) -> None:
        """The jobs loop: until cancelled, whatever happens."""
        while True:
            now = self._clock.now()
            until = now + timedelta(seconds=1)
            try:
                while await self.step():
                    await asyncio.sleep(0)
                due = await self.next_due()
                until = min(until, max(due, now + timedelta(milliseconds=20))) if due else until
            except StoreDownError as error:
                log.error("jobs.store_down", error=str(error))
            except Exception as error:  # noqa: BLE001 - the loop outlives every bug
                log.error("jobs.failed", error=place(error))
            await self._clock.wait(self.wake, until)
