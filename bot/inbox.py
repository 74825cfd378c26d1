"""Inbox.accept: durable first, then the platform hears "ok"."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.metrics import Metrics
from storage.engine.base import Engine, StoreDownError
from storage.model.channels import Cursor
from storage.model.messages import Envelope
from storage.unit import Unit


@dataclass
class _Batch:
    envelopes: list[Envelope] = field(default_factory=list)
    cursors: list[Cursor] = field(default_factory=list)
    stored: bool = False
    error: StoreDownError | None = None


class Inbox:
    """Many callers, one commit: whoever comes while a commit is under way joins the next one. Nothing lingers."""

    def __init__(self, engine: Engine, clock: Clock, metrics: Metrics, wake: asyncio.Event) -> None:
        self._engine = engine
        self._clock = clock
        self._metrics = metrics
        self._wake = wake
        self._open = _Batch()
        self._turn = asyncio.Lock()
        self.trouble = ""  # why the last batch could not be kept

    async def accept(self, envelopes: Sequence[Envelope], *, cursor: Cursor | None = None) -> None:
        """Return once all are durable, and with them `cursor`: how far the platform has been read.

        Raises StoreDownError if they are not: do not acknowledge them.
        """
        if not envelopes and cursor is None:
            return
        batch = self._open
        batch.envelopes.extend(envelopes)
        if cursor is not None:
            batch.cursors.append(cursor)
        async with self._turn:
            if not batch.stored and batch.error is None:
                if self._open is batch:
                    self._open = _Batch()
                await self._store(batch)
        if batch.error is not None:
            raise StoreDownError(str(batch.error)) from batch.error

    async def _store(self, batch: _Batch) -> None:
        try:
            async with self._engine.write() as tx:
                unit = Unit(tx)
                await unit.inbox.add(batch.envelopes, self._clock.now())
                for cursor in batch.cursors:
                    await unit.channels.read_to(cursor)
        except StoreDownError as error:
            batch.error = error
            self.trouble = str(error)
            return
        batch.stored = True
        self.trouble = ""
        self._wake.set()
        for envelope in batch.envelopes:
            outcome = "unreadable" if envelope.unreadable else "accepted"
            self._metrics.events.labels(platform=envelope.platform, outcome=outcome).inc()
