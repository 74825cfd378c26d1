"""The path, put together: what every way of running the bot shares (the program, the demo, the tests)."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.adapters.base import Platform
from bot.auditor import Auditor
from bot.clock import Clock
from bot.dispatch import Dispatcher
from bot.hearing import Hearing
from bot.inbox import Inbox
from bot.jobs import JobRunner
from bot.media import Fetcher
from bot.metrics import Metrics
from bot.outbox import Courier
from bot.publish import Publisher
from bot.scam_watch import ScamWatch
from bot.schedule import Scheduler
from handlers.auditing import AuditSettings
from handlers.kit.feature import CALLED, Feature
from handlers.kit.mentions import Vocabulary
from handlers.kit.names import call_names, places_of_all
from handlers.kit.router import Router
from handlers.kit.spoken import could_be_order
from storage.engine.base import Engine
from storage.model.people import GroupKind
from storage.unit import Unit

REMEMBERED = 5000
"""Messages of the newest tickets whose edits and albums are recognised after a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    engine: Engine
    clock: Clock
    metrics: Metrics
    hearing: Hearing
    router: Router
    platforms: Mapping[tuple[str, str], Platform]
    aliases: tuple[str, ...]
    inbox: Inbox
    dispatcher: Dispatcher
    courier: Courier
    fetcher: Fetcher
    jobs: JobRunner
    scheduler: Scheduler
    auditor: Auditor

    async def start(self, *, alone: bool) -> None:
        """Remember what the prefilters need. `alone`: no other process uses this database, so nothing is in flight."""
        async with self.engine.write() as tx:
            unit = Unit(tx)
            if alone:
                await unit.leases.end_all()
            for chat_key, message_id, album in reversed(await unit.tickets.recent_messages(REMEMBERED)):
                self.hearing.took(chat_key, message_id, album)
            await self._listen_again(unit)
        await self.refresh_hearing()
        if alone:
            await self.courier.recover()

    async def _listen_again(self, unit: Unit) -> None:
        """Who was telling us something when we stopped may go on without calling again."""
        hearing, now = self.hearing, self.clock.now()
        for chat_key, user_id, first, newest in await unit.tickets.telling(now - timedelta(seconds=hearing.cap)):
            hearing.open_window(chat_key, user_id, first.timestamp(), newest.timestamp(), hearing.gap)
        for call in await unit.conversations.open(now):
            if call.step == CALLED:
                at = (call.expires_at - timedelta(seconds=hearing.cap)).timestamp()
                hearing.open_window(f"{call.platform}:{call.chat_id}", call.user_id, at, at, hearing.cap)

    async def refresh_hearing(self) -> None:
        """Names and staff groups as the directory has them now."""
        async with self.engine.read() as tx:
            unit = Unit(tx)
            names = {name for member in await unit.people.staff_everywhere() for name in call_names(member.person)}
            staff = await unit.groups.of_kind(GroupKind.OFFICERS)
            stations = await unit.stations.all()
            accounts = [a for s in stations for a in await unit.people.staff_identities(s.id)]
            groups = await unit.groups.all()
            self.hearing.desks = {s.id: await unit.queues.desk(s.id) for s in stations}
        names |= {account.username for account in accounts if account.username}
        wanted = frozenset(n.lower() for n in {*names, *self.aliases, *self.hearing.own_names})
        if wanted != self.hearing.vocabulary.names:
            self.hearing.vocabulary = Vocabulary(wanted)
        places = {s.id: places_of_all(g for g in groups if g.station_id == s.id) for s in stations}
        if places != self.hearing.places:
            self.hearing.places = places
        self.hearing.staff_accounts = frozenset(f"{a.platform}:{a.user_id}" for a in accounts)
        self.hearing.staff_chats = frozenset(f"{g.platform}:{g.chat_id}" for g in staff)
        await self._refresh_scams()

    async def _refresh_scams(self) -> None:
        """Known scams, and the groups that want to be warned of them. Nothing, as long as no group does."""
        async with self.engine.read() as tx:
            unit = Unit(tx)
            groups = {group.chat_key: group.station_id for group in await unit.scams.watched()}
            known = await unit.scams.enabled() if groups else []
        by_station = {station: tuple(int(p, 16) for s, p in known if s == station) for station in groups.values()}
        self.hearing.scams = ScamWatch(groups, by_station) or None


def assemble(
    *,
    engine: Engine,
    clock: Clock,
    metrics: Metrics,
    hearing: Hearing,
    platforms: Sequence[Platform],
    features: Sequence[Feature],
    aliases: tuple[str, ...],
    settings: dict[type, Any],
    owner: str,
    files: Path,
    late_minutes: int = 60,
    jitter: Callable[[], float] = random.random,
) -> Core:
    """Wire the path. Nothing runs yet. `files`: where what people sent is kept."""
    router = Router(features)
    hearing.listen_for(router.bare_words, router.bare)
    hearing.understand_orders(could_be_order)
    table = {(p.name, p.bot): p for p in platforms}
    publisher = Publisher(router, metrics, settings)

    def stir() -> None:
        for part in (courier, jobs, dispatcher, fetcher):
            part.wake.set()

    dispatcher = Dispatcher(
        engine, router, table, hearing, clock, metrics, publisher=publisher, on_commit=stir, jitter=jitter
    )
    courier = Courier(engine, table, clock, metrics, owner=owner, files=files, on_settled=stir, jitter=jitter)
    fetcher = Fetcher(engine, table, clock, folder=files, on_kept=courier.wake.set)
    jobs = JobRunner(engine, router, dispatcher, publisher, clock, metrics, jitter=jitter)
    scheduler = _scheduler(engine, clock, metrics, router, dispatcher, owner, late_minutes, stir)
    auditor = Auditor(
        engine,
        clock,
        router,
        table,
        scheduler,
        settings=settings.get(AuditSettings, AuditSettings()),
        make_context=dispatcher.context,
        finish=dispatcher.finish,
        on_commit=stir,
    )
    return Core(
        engine=engine,
        clock=clock,
        metrics=metrics,
        hearing=hearing,
        router=router,
        platforms=table,
        aliases=aliases,
        inbox=Inbox(engine, clock, metrics, dispatcher.wake),
        dispatcher=dispatcher,
        courier=courier,
        fetcher=fetcher,
        jobs=jobs,
        scheduler=scheduler,
        auditor=auditor,
    )


def _scheduler(
    engine: Engine,
    clock: Clock,
    metrics: Metrics,
    router: Router,
    dispatcher: Dispatcher,
    owner: str,
    late_minutes: int,
    stir: Callable[[], None],
) -> Scheduler:
    return Scheduler(
        engine,
        clock,
        metrics,
        crons=router.crons,
        make_context=dispatcher.context,
        finish=dispatcher.finish,
        owner=owner,
        late_minutes=late_minutes,
        on_commit=stir,
    )
