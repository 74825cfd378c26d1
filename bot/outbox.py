"""The Courier: lease → recheck → throttle → send → settle. What was decided to be said leaves from here only."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.adapters.base import Later, Moved, Never, OneSpeaker, Platform, Sent, Unknown, messages_of
from bot.brief import say_brief
from bot.bundling import bind, bundled
from bot.clock import Clock
from bot.errors import place
from bot.media import LOOK_AGAIN, carried
from bot.metrics import Metrics
from bot.settle import Settled, settle
from bot.throttle import Throttle
from bot.windows import overdue, wait_for_room
from storage.engine.base import Engine, StoreDownError
from storage.model.messages import Lane, OutKind, OutRow, OutState
from storage.stores.outbox import Ready
from storage.unit import Unit

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
"""Renewed while a send is under way, so that only a dead process loses it: another one takes over soon after."""

RENEW = timedelta(seconds=5)

FOR_PEOPLE = 12
"""Of the sends a bot may have under way, kept free of broadcasts: an urgent notice never waits for a platform that
answers slowly."""

LOOK = 200
LOOK_PER_PLACE = 5
"""Rows looked at per free place, so that a finished send costs the reading of a few rows, not of the whole queue."""

LOOK_ON = timedelta(milliseconds=20)
TARGET_PAUSE = timedelta(milliseconds=300)
COPY_MARK = "\n（刚才网络不稳，这条可能是重复的）"


class Courier:
    def __init__(
        self,
        engine: Engine,
        platforms: Mapping[tuple[str, str], Platform],
        clock: Clock,
        metrics: Metrics,
        *,
        owner: str,
        files: Path,
        on_settled: Callable[[], None],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._platforms = platforms
        self._clock = clock
        self._metrics = metrics
        self._owner = owner
        self._files = files
        self._on_settled = on_settled
        self._jitter = jitter
        self._throttles = {key: Throttle(p.capabilities.limits) for key, p in platforms.items()}
        self._tasks: dict[asyncio.Task[None], tuple[str, str]] = {}
        self._finished: list[Settled] = []
        self._kept_at = datetime.min.replace(tzinfo=UTC)
        self.wake = asyncio.Event()

    async def recover(self) -> None:
        """At start of the only process on this database: nothing can be in flight, whatever the rows say."""
        now = self._clock.now()
        async with self._engine.write() as tx:
            await Unit(tx).outbox.recover(now, lapsed=now + timedelta(days=1))

    async def step(self) -> datetime | None:
        """Write down what came back, lease what may go, start sending. When to look again (None: when woken)."""
        now = self._clock.now()
        finished, self._finished = self._finished, []
        leased: list[OutRow] = []
        try:
            async with self._engine.write() as tx:
                unit = Unit(tx)
                for done in finished:
                    await self._settle(unit, done, now)
                if now - self._kept_at >= RENEW:
                    await self._keep(unit, now)
                waits = [await self._lease(unit, key, now, leased) for key in self._platforms if self._speaks(key)]
                next_due = await unit.outbox.next_due()
        except BaseException:
            # Not written down: the answers are still true, the leases were never taken.
            self._finished = finished + self._finished
            raise
        for row in leased:
            self._start(row)
        if finished:
            self._on_settled()
        moments = [w for w in waits if w is not None]
        if next_due is not None and next_due > now:
            moments.append(next_due)
        return min(moments, default=None)

    def _speaks(self, key: tuple[str, str]) -> bool:
        """Handed to and fro between processes, messages of one chat would lose their order."""
        platform = self._platforms[key]
        return not isinstance(platform, OneSpeaker) or platform.ours

    async def _keep(self, unit: Unit, now: datetime) -> None:
        """Hold on to our own sends first, then take over those of processes that died."""
        if self._tasks:
            await unit.outbox.renew(owner=self._owner, until=now + LEASE)
        await unit.outbox.recover(now, lapsed=now)
        self._kept_at = now

    async def _settle(self, unit: Unit, done: Settled, now: datetime) -> None:
        """Write one answer down. One that cannot be written must not keep all others from it."""
        result, address = done.result, done.row.out.to
        try:
            async with unit.tx.savepoint():
                await settle(unit, done, now, self._owner, self._jitter, self._platforms)
        except StoreDownError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one row must not stop the others
            log.error("outbox.settle_failed", outbox=done.row.id, error=place(error))
            await unit.outbox.end(done.row.id, OutState.UNKNOWN, place(error))
        if isinstance(result, Later) and result.chat_wide and result.after is not None:
            until = now + timedelta(seconds=result.after)
            self._throttles[(address.platform, address.bot)].silence(address.key, until)

    async def _lease(self, unit: Unit, key: tuple[str, str], now: datetime, leased: list[OutRow]) -> datetime | None:
        """Lease for one bot as much as limits allow; when its rate limit gives way, if that is what stops it."""
        room = self._platforms[key].capabilities.limits.at_once - sum(1 for busy in self._tasks.values() if busy == key)
        throttle = self._throttles[key]
        max_lane = Lane.DIGEST
        chats: set[str] = set()
        wait: datetime | None = None
        look = min(LOOK, LOOK_PER_PLACE * max(room, 1))
        rows = await unit.outbox.ready(*key, now, limit=look)
        for found in rows:
            out = found.row.out
            chat = f"press:{out.target}" if out.kind is OutKind.ANSWER else out.to.key
            if room <= _kept_free(out.lane) or out.lane > max_lane or chat in chats:
                continue
            fitting = await self._fit(unit, found, now)
            if fitting is None:
                continue
            pause = throttle.bot_wait(out.lane, now)
            if pause > 0:
                # Pushes must wait first; people's messages may still have the reserved tokens.
                wait = now + timedelta(seconds=pause)
                if out.lane < Lane.URGENT_PUSH:
                    break
                max_lane = Lane.RESIDENT
                continue
            chats.add(chat)  # whatever happens to this one, nothing later of its chat goes before it
            if not unit.tx.exclusive and not await unit.tx.lock_chats([f"out:{chat}"]):
                continue
            can = self._platforms[key].capabilities
            joined = await self._joined(unit, throttle, fitting, now)
            if joined is None:
                continue
            ready, others = joined
            await bind(unit, ready.row, others, now)
            if not await unit.outbox.lease(ready.row.id, owner=self._owner, until=now + LEASE):
                continue
            room -= 1
            count = messages_of(self._platforms[key], ready.row.out)
            throttle.spend_bot() if out.kind is OutKind.ANSWER else throttle.spend(chat, out.lane, count)
            leased.append(_to_send(ready, marked=now - ready.row.created_at >= timedelta(seconds=can.drops_copies)))
        if wait is None and room > FOR_PEOPLE and len(rows) == look:
            wait = now + LOOK_ON  # one chat's many messages must not hide the others behind them
        return wait

    async def _joined(
        self, unit: Unit, throttle: Throttle, found: Ready, now: datetime
    ) -> tuple[Ready, list[OutRow]] | None:
        """What leaves now, and whose words are in it; None if this chat has had enough for the moment."""
        out = found.row.out
        if out.kind is OutKind.ANSWER:
            return found, []
        can = self._platforms[(out.to.platform, out.to.bot)].capabilities
        ready, others = await bundled(unit, can, found, now)
        if await self._hold(unit, throttle, ready.row, now):
            return None
        if not ready.row.out.content.can_wait:
            return ready, others
        # What ended the ticket a moment ago is what made room: its words must be in it, or they find none.
        return await bundled(unit, can, found, now)

    async def _hold(self, unit: Unit, throttle: Throttle, row: OutRow, now: datetime) -> bool:
        """True if this chat has had enough for the moment; its rows then wait without being looked at."""
        out = row.out
        platform = self._platforms[(out.to.platform, out.to.bot)]
        count = messages_of(platform, out)
        pause = throttle.chat_wait(out.to.key, platform.is_group(out.to.chat_id), out.lane, now, count)
        if pause <= 0:
            return await wait_for_room(unit, platform.capabilities, out, now, count)
        await unit.outbox.hold_chat(out.to.key, now + timedelta(seconds=pause), min_lane=out.lane)
        return True

    async def _fit(self, unit: Unit, ready: Ready, now: datetime) -> Ready | None:
        """As it can go out now; None if it is not worth sending any more, or its file is still on the way."""
        if await self._overtaken(unit, ready, now):
            return None
        row = await carried(unit, ready.row, now, self._platforms, self._files)
        if row is None:
            await unit.outbox.postpone(ready.row.id, now + LOOK_AGAIN)
            return None
        return replace(ready, row=row)

    async def _overtaken(self, unit: Unit, ready: Ready, now: datetime) -> bool:
        """Recheck: is it still worth sending? What is not leaves the queue, or waits for the message it changes."""
        out = ready.row.out
        if ready.superseded or (out.expires_at is not None and out.expires_at <= now):
            await unit.outbox.end(ready.row.id, OutState.OBSOLETE)
            self._metrics.sends.labels(platform=out.to.platform, outcome="obsolete").inc()
            return True
        if out.kind is OutKind.EDIT and ready.target_state in (OutState.PENDING, OutState.LEASED):
            await unit.outbox.postpone(ready.row.id, now + TARGET_PAUSE)
            return True
        platform = self._platforms[(out.to.platform, out.to.bot)]
        capabilities = platform.capabilities
        if out.kind is OutKind.EDIT and not capabilities.edits:
            await unit.outbox.end(ready.row.id, OutState.OBSOLETE, "never edits")
            if await say_brief(unit, out, now, self._platforms):
                self.wake.set()
            return True
        return await overdue(unit, capabilities, ready.row, now, messages_of(platform, out))

    def _start(self, row: OutRow) -> None:
        key = (row.out.to.platform, row.out.to.bot)
        task = asyncio.create_task(self._send(row, self._platforms[key]), name=f"send {row.id}")
        self._tasks[task] = key
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self.wake.set()

    async def _send(self, row: OutRow, platform: Platform) -> None:
        try:
            result = await platform.send(row.out, row.target_ref)
        except Exception as error:  # noqa: BLE001 - an adapter's bug; whether it was sent, nobody knows
            result = Unknown(why=place(error))
            log.error("send.bug", outbox=row.id, error=place(error))
        if isinstance(result, Later) and result.after is not None:
            result = replace(result, after=result.after + self._jitter() * 0.2)
        outcome = type(result).__name__.lower()
        self._metrics.sends.labels(platform=platform.name, outcome=outcome).inc()
        if isinstance(result, Sent):
            waited = self._clock.now() - row.created_at
            self._metrics.send_seconds.labels(platform=platform.name).observe(waited.total_seconds())
        else:
            why = "" if isinstance(result, Moved) else result.why
            log.warning("send.not_sent", outbox=row.id, outcome=outcome, why=why, gone=isinstance(result, Never))
        self._finished.append(Settled(row=row, result=result))

    async def idle(self) -> None:
        """Wait until every send under way has its answer."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def finish(self, seconds: float) -> None:
        """Before the program ends: let the sends under way end, and write down what became of them."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
        finished, self._finished = self._finished, []
        if not finished:
            return
        now = self._clock.now()
        async with self._engine.write() as tx:
            for done in finished:
                await self._settle(Unit(tx), done, now)

    async def run(self) -> None:
        """The outbox loop: until cancelled, whatever happens."""
        while True:
            now = self._clock.now()
            try:
                due = await self.step()
                until = min(due or now + timedelta(seconds=1), now + timedelta(seconds=1))
            except StoreDownError as error:
                log.error("outbox.store_down", error=str(error))
                until = now + timedelta(seconds=0.5)
            except Exception as error:  # noqa: BLE001 - the loop outlives every bug
                log.error("outbox.failed", error=place(error))
                until = now + timedelta(seconds=2)
            await self._clock.wait(self.wake, until)


def _kept_free(lane: Lane) -> int:
    return FOR_PEOPLE if lane >= Lane.URGENT_PUSH else 0


def _to_send(ready: Ready, *, marked: bool) -> OutRow:
    """As it will really go out: a possible copy says so (`marked`: unless the platform drops it by itself); an edit of
    what never arrived becomes a message."""
    row = ready.row
    out = row.out
    if out.kind is OutKind.EDIT and not (ready.target_state is OutState.SENT and row.target_ref):
        out = replace(out, kind=OutKind.SEND)
    if row.maybe_copy and marked and out.kind is OutKind.SEND:
        out = replace(out, content=replace(out.content, text=out.content.text + COPY_MARK))
    return replace(row, out=out)
