"""From a stored event to what it changes: identify → match → authorise → handle → commit, in order per chat."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.adapters.base import Platform, UnreadableError, messages_of
from bot.choosing import as_press, is_number
from bot.clock import Clock
from bot.errors import place
from bot.hearing import Hearing
from bot.media import want
from bot.metrics import Metrics
from bot.post import post
from bot.publish import Publisher
from bot.throttle import backoff
from bot.windows import arrives
from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.feature import Taker
from handlers.kit.identify import identify
from handlers.kit.parse import begins_with_number
from handlers.kit.router import SLASH, Match, Router
from storage.engine.base import Engine, StoreDownError
from storage.model.messages import Inbound, InboundKind, Outgoing
from storage.model.people import Conversation, Station
from storage.model.work import InboxRow
from storage.unit import Unit

log = structlog.get_logger()

BATCH = 100
ATTEMPTS = 5
MESSAGES = (InboundKind.MESSAGE, InboundKind.BUTTON)


def _readable(platform: Platform, bodies: Sequence[bytes]) -> Iterator[Inbound]:
    """The lines a message leans on; what cannot be read of them is left out."""
    for body in bodies:
        with suppress(UnreadableError):
            event = platform.parse(body)
            if event is not None and (event.text or event.attachments):
                yield event


class Dispatcher:
    """One transaction per batch of events, a savepoint per event: one bad event never blocks its neighbours."""

    def __init__(
        self,
        engine: Engine,
        router: Router,
        platforms: Mapping[tuple[str, str], Platform],
        hearing: Hearing,
        clock: Clock,
        metrics: Metrics,
        *,
        publisher: Publisher,
        on_commit: Callable[[], None],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._router = router
        self._platforms = platforms
        self._channels = {platform.name: platform.capabilities for platform in platforms.values()}
        self._hearing = hearing
        self._clock = clock
        self._metrics = metrics
        self._handled = metrics.handled.labels(outcome="done")
        self._publisher = publisher
        self._on_commit = on_commit
        self._jitter = jitter
        self.directory_changed = asyncio.Event()
        self.wake = asyncio.Event()

    # ── making contexts (jobs and schedule use these too) ──────────────────
    def context(self, unit: Unit, now: datetime, cause: str, station: Station | None = None) -> Context:
        """A context for something that no person did."""

        async def put(unit: Unit, out: Outgoing, at: datetime) -> bool:
            return await post(unit, out, at, self._platforms)

        async def may_leave(unit: Unit, out: Outgoing, at: datetime) -> bool:
            platform = self._platforms.get((out.to.platform, out.to.bot))
            return platform is None or await arrives(unit, platform.capabilities, out, at, messages_of(platform, out))

        return Context(
            now=now,
            unit=unit,
            cause=cause,
            post=put,
            vocabulary=self._hearing.vocabulary,
            places=self._hearing.places,
            desks=self._hearing.desks,
            features=self._router.features,
            all_settings=self._publisher.settings,
            channels=self._channels,
            may_leave=may_leave,
            station=station,
        )

    async def finish(self, ctx: Context) -> None:
        """Tell the subscribers; part of the same transaction."""
        await self._publisher.publish(ctx)

    def after_commit(self, contexts: Sequence[Context]) -> None:
        """What lives in memory follows what has been committed."""
        for ctx in contexts:
            event = ctx.inbound
            if event is not None and event.kind is InboundKind.MESSAGE and not event.chat.private:
                who = (event.chat.address.key, event.sender.user_id, event.at.timestamp())
                if ctx.listening:
                    self._hearing.listen(*who, bare=ctx.waiting)
                else:
                    self._hearing.close_window(*who)
            if ctx.directory_changed:
                self.directory_changed.set()
        self._on_commit()

    # ── the loop ───────────────────────────────────────────────────────────
    async def step(self) -> bool:
        """Handle one batch. False if nothing was due. Raises StoreDownError; then nothing of it happened."""
        now = self._clock.now()
        contexts: list[Context] = []
        async with self._engine.write() as tx:
            unit = Unit(tx)
            rows = await unit.inbox.todo(now, BATCH)
            if not rows:
                return False
            done = []
            for row in rows:
                await asyncio.sleep(0)  # SQLite answers at once: without this a full batch stops everybody else
                ctx = await self._guarded(unit, row, now)
                if ctx is not None:
                    contexts.append(ctx)
                    done.append(row.id)
            await unit.inbox.done(done, now)
        self.after_commit(contexts)
        return True

    async def _guarded(self, unit: Unit, row: InboxRow, now: datetime) -> Context | None:
        """Handle one event in its own savepoint; its context, or None if it must be tried again or was parked."""
        ctx = self.context(unit, now, f"in:{row.platform}:{row.bot}:{row.event_id}")
        ctx.inbox_id = row.id
        with self._metrics.handle_seconds.time():
            try:
                async with unit.tx.savepoint():
                    await self._one(ctx, row)
                self._handled.inc()
                return ctx
            except StoreDownError:
                raise
            except UsageError as refusal:
                return await self._or_park(unit, row, now, partial(self._refuse, ctx, str(refusal), row))
            except UnreadableError as error:
                await self._park(unit, row, now, f"unreadable: {error}")
            except Exception as error:  # noqa: BLE001 - a bug in one event must not stop the others
                await self._or_park(unit, row, now, partial(self._failed, ctx, row, error))
        return None

    async def _or_park(
        self, unit: Unit, row: InboxRow, now: datetime, answer: Callable[[], Awaitable[Context | None]]
    ) -> Context | None:
        """What is done about a failure may fail itself; the event is then parked without a word, and others go on."""
        try:
            async with unit.tx.savepoint():
                return await answer()
        except StoreDownError:
            raise
        except Exception as error:  # noqa: BLE001 - otherwise one event would stop all of them for good
            await self._park(unit, row, now, place(error))
            return None

    async def _one(self, ctx: Context, row: InboxRow) -> None:
        platform = self._platforms.get((row.platform, row.bot))
        if platform is None:
            raise LookupError(f"no such bot is running: {row.platform}")
        event = platform.parse(row.body)
        if event is None:
            return
        if row.sighted:
            event = replace(event, kind=InboundKind.SIGHTED)
            ctx.forgotten = True
        ctx.inbound = event
        await self._spoke(ctx, row)
        ctx.earlier = tuple(_readable(platform, row.earlier))
        await identify(ctx)
        if event.kind in MESSAGES:
            await self._route(ctx, event)
        else:
            for kind, handler in self._router.events:
                if kind is event.kind:
                    await handler(ctx)
        await self._publisher.publish(ctx)
        if event.kind is InboundKind.BUTTON and not ctx.answered:
            await ctx.answer("")
        if ctx.forgotten:
            await ctx.unit.inbox.forget(row.id)
        else:
            await want(ctx.unit, (event, *ctx.earlier), platform, ctx.now)

    async def _spoke(self, ctx: Context, row: InboxRow) -> None:
        """Where it counts who spoke last when, this counts, whatever becomes of the event."""
        event = ctx.inbound
        if event is None or event.kind not in MESSAGES:
            return
        if self._platforms[(row.platform, row.bot)].capabilities.takes_turns:
            where = event.chat.address
            await ctx.unit.channels.spoke(where.platform, where.chat_id, row.received_at)
            await ctx.unit.outbox.release_turn(where.key, ctx.now)

    async def _route(self, ctx: Context, event: Inbound) -> None:
        event = await self._chosen(ctx, event)
        match = self._match(ctx, event)
        if match is not None:
            await self._call(ctx, match)
            return
        ctx.conversation = await self._conversation(ctx, event)
        if ctx.conversation is not None and await self._answers(ctx, event):
            step = self._router.steps.get(ctx.conversation.step)
            if step is not None and (await self._taken(ctx, self._router.aheads) or await step(ctx) is not False):
                return
        await self._taken(ctx, self._router.otherwises)

    @staticmethod
    async def _taken(ctx: Context, takers: Sequence[Taker]) -> bool:
        """Asks one after the other; True as soon as one has taken it."""
        for taker in takers:
            if await taker(ctx):
                return True
        return False

    async def _chosen(self, ctx: Context, event: Inbound) -> Inbound:
        """The event, or the press its number stands for."""
        if not is_number(event):
            return event
        asked = await self._conversation(ctx, event) is not None
        can = self._platforms[(event.platform, event.bot)].capabilities
        press = await as_press(ctx.unit, event, can, ctx.now, asked=asked)
        if press is None:
            return event
        ctx.inbound = press
        return press

    async def _conversation(self, ctx: Context, event: Inbound) -> Conversation | None:
        where = event.chat.address
        return await ctx.unit.conversations.get(where.platform, where.chat_id, event.sender.user_id, ctx.now)

    async def _answers(self, ctx: Context, event: Inbound) -> bool:
        """In a group only a reply to our very question; whatever else this person says there is meant for others."""
        if event.kind is not InboundKind.MESSAGE or event.chat.private:
            return event.kind is InboundKind.MESSAGE
        if not event.reply_to:
            return False
        row = await ctx.unit.outbox.by_ref(event.chat.address, event.reply_to)
        return row is not None and row.out.key == ctx.asked.get("question")

    def _match(self, ctx: Context, event: Inbound) -> Match | None:
        if event.kind is InboundKind.BUTTON:
            found = self._router.button(event.button)
            if found is None:
                raise UsageError(texts.STALE_BUTTON)
            return found
        text = ctx.said
        found = self._router.command(text, sure=ctx.staff)
        if found is None and SLASH.match(text):
            raise UsageError(texts.UNKNOWN_COMMAND)
        return found

    async def _call(self, ctx: Context, match: Match) -> None:
        ctx.require(match.allow, ctx.station.id if ctx.station else None)
        try:
            argument = match.args.parse(await self._numbered(ctx, match))
        except UsageError:
            if match.rest and await self._taken(ctx, self._router.aheads):
                return
            raise
        await match.handler(ctx, argument)

    async def _numbered(self, ctx: Context, match: Match) -> str:
        """The argument as typed; a reply to a ticket's message may leave out its number."""
        event = ctx.event
        if not match.args.numbered or not event.reply_to or begins_with_number(match.rest):
            return match.rest
        where = event.chat.address
        ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
        if ticket is None or ctx.station is None or ticket.station_id != ctx.station.id:
            return match.rest
        return f"{ticket.number} {match.rest}"

    # ── when it does not work ──────────────────────────────────────────────
    async def _refuse(self, ctx: Context, sentence: str, row: InboxRow) -> Context:
        """Nothing was changed; the person reads why. A fresh context: what the handler had decided is undone."""
        again = self.context(ctx.unit, ctx.now, f"{ctx.cause}:refused")
        again.inbox_id, again.inbound, again.actor, again.station = row.id, ctx.inbound, ctx.actor, ctx.station
        await self._spoke(again, row)  # undone with all the rest, and still so
        await again.answer(sentence, alert=True)
        self._metrics.handled.labels(outcome="refused").inc()
        log.info("event.refused", inbox=row.id)
        return again

    async def _failed(self, ctx: Context, row: InboxRow, error: Exception) -> None:
        # The traceback's text may quote what people wrote: only its kind and place are kept.
        where = place(error)
        if row.attempts + 1 < ATTEMPTS:
            due = ctx.now + backoff((ctx.now - row.received_at) * 2, self._jitter)
            await ctx.unit.inbox.later(row.id, due, where)
            self._metrics.handled.labels(outcome="retry").inc()
            log.warning("event.retry", inbox=row.id, attempt=row.attempts + 1, error=where)
            return
        await self._park(ctx.unit, row, ctx.now, where)
        await self._apologise(ctx, row)

    async def _park(self, unit: Unit, row: InboxRow, now: datetime, why: str) -> None:
        await unit.inbox.park(row.id, now, why)
        self._metrics.handled.labels(outcome="parked").inc()
        log.error("event.parked", inbox=row.id, error=why)

    async def _apologise(self, ctx: Context, row: InboxRow) -> None:
        """One apology with a reference to the person, one alarm to those who run this."""
        again = self.context(ctx.unit, ctx.now, f"{ctx.cause}:parked", ctx.station)
        again.inbox_id, again.inbound, again.actor = row.id, ctx.inbound, ctx.actor
        await self._spoke(again, row)
        reference = f"in:{row.id}"
        if again.inbound is not None and again.inbound.kind in MESSAGES:
            await again.answer(texts.TROUBLE.format(reference=reference), alert=True)
        await self._publisher.alarm(again, texts.ALARM_PARKED.format(reference=reference))

    async def run(self) -> None:
        """The inbox loop: until cancelled, whatever happens."""
        while True:
            try:
                while await self.step():
                    await asyncio.sleep(0)
                pause = 1.0
            except StoreDownError as error:
                log.error("inbox.store_down", error=str(error))
                pause = 0.5
            except Exception as error:  # noqa: BLE001 - the loop outlives every bug
                log.error("inbox.failed", error=place(error))
                pause = 2.0
            await self._clock.wait(self.wake, self._clock.now() + timedelta(seconds=pause))
