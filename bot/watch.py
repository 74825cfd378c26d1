"""What must be looked at now and then: the directory, the gauges, old rows, and whether we hear every group."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from bot.core import Core
from storage.engine.base import StoreDownError
from storage.model.work import WorkState
from storage.unit import Unit

log = structlog.get_logger()

EVERY = timedelta(seconds=5)
TIDY_EVERY = timedelta(hours=1)
EARS_EVERY = timedelta(hours=6)
ASK_PAUSE_SECONDS = 0.2

BODIES_KEPT = timedelta(days=7)
IDS_KEPT = timedelta(days=30)
"""Telegram redelivers for a day at most, and starts new ids after a week of silence: a month of ids is enough."""


class Watch:
    def __init__(self, core: Core, telegram: Any) -> None:
        self._core = core
        self._telegram = telegram
        self._tidied: datetime | None = None
        self._listened: datetime | None = None

    async def run(self) -> None:
        """Until cancelled. A store that is down is simply looked at again later."""
        changed = self._core.dispatcher.directory_changed
        while True:
            try:
                await self.look()
            except StoreDownError as error:
                log.warning("watch.store_down", error=str(error))
            until = self._core.clock.now() + EVERY
            await self._core.clock.wait(changed, until)
            if self._core.clock.now() < until:  # woken: the directory changed, perhaps by a new group
                self._listened = None

    async def look(self) -> None:
        now = self._core.clock.now()
        await self._core.refresh_hearing()
        await self._measure(now)
        if self._tidied is None or now - self._tidied > TIDY_EVERY:
            await self._tidy(now)
            self._tidied = now
        hears = self._telegram is not None and self._telegram.ready.is_set()
        if hears and (self._listened is None or now - self._listened > EARS_EVERY):
            self._listened = now
            await self._listen(now)

    async def _measure(self, now: datetime) -> None:
        metrics = self._core.metrics
        async with self._core.engine.read() as tx:
            unit = Unit(tx)
            metrics.waiting("inbox", await unit.inbox.counts(), WorkState.NEW, now)
            metrics.waiting("outbox", await unit.outbox.counts(), "pending", now)
            metrics.by_state(await unit.tickets.state_counts())
            metrics.broken(await unit.audit.counts(), await unit.audit.last(), now)

    async def _tidy(self, now: datetime) -> None:
        """Forget what has done its work. Tickets and their log stay."""
        async with self._core.engine.write() as tx:
            unit = Unit(tx)
            await unit.inbox.prune(strip_before=now - BODIES_KEPT, delete_before=now - IDS_KEPT)
            await unit.outbox.prune(now - IDS_KEPT)
            await unit.channels.prune(now - IDS_KEPT)
            await unit.jobs.prune(now - IDS_KEPT)
            await unit.conversations.prune(now)
            await unit.audit.prune(now - IDS_KEPT)

    async def _listen(self, now: datetime) -> None:
        """Tell an admin, at most once a week and group, where we cannot hear what people write."""
        async with self._core.engine.read() as tx:
            groups = [g for g in await Unit(tx).groups.all() if g.platform == self._telegram.name]
        for group in groups:
            if (await self._telegram.can_hear(group.chat_id)).value != "privacy":
                continue
            payload = msgspec.json.encode({"platform": group.platform, "chat": group.chat_id}).decode()
            key = f"cannot_hear:{group.id}:{now:%G-%V}"
            async with self._core.engine.write() as tx:
                await Unit(tx).jobs.add("group.cannot_hear", key=key, due_at=now, payload=payload)
            await asyncio.sleep(ASK_PAUSE_SECONDS)
