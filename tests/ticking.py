"""What tests of the tick share: a scheduler over a real database, and handlers that count."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.metrics import Metrics
from bot.schedule import Scheduler
from handlers.kit.context import Context
from handlers.kit.feature import Cron, Plain
from handlers.kit.mentions import Vocabulary
from storage.engine.base import Engine
from storage.model.messages import Outgoing
from storage.model.people import GroupKind, Station
from storage.stores.broadcasts import push_key
from storage.unit import Unit
from tests.harness import HeldClock

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


class Ran:
    """Counts what ran; fails as often as it is told to."""

    def __init__(self) -> None:
        self.slots: list[tuple[str, datetime]] = []
        self.failures = 0
        self.tries = 0

    async def handler(self, ctx: Context) -> None:
        self.tries += 1
        if self.failures:
            self.failures -= 1
            await ctx.later("never", at=ctx.now, key="left over")
            raise RuntimeError("boom")
        assert ctx.station is not None
        self.slots.append((ctx.station.code, ctx.now))


async def post(unit: Unit, out: Outgoing, now: datetime) -> bool:
    return await unit.outbox.add(out, now)


async def _finished(ctx: Context) -> None:
    assert ctx.facts == []


def _context(unit: Unit, now: datetime, cause: str, station: Station) -> Context:
    return Context(now=now, unit=unit, cause=cause, post=post, vocabulary=Vocabulary(()), station=station)


def make(
    engine: Engine,
    *,
    crons: Mapping[str, tuple[str, Plain]] = MappingProxyType({}),
    owner: str = "one",
    clock: HeldClock | None = None,
    late_minutes: int = 60,
    on_commit: Callable[[], None] = lambda: None,
    finish: Callable[[Context], Awaitable[None]] = _finished,
) -> Scheduler:
    table = [Cron(name=name, expression=cron, handler=run) for name, (cron, run) in crons.items()]
    return Scheduler(
        engine,
        clock or HeldClock(NOON),
        Metrics(),
        crons=table,
        make_context=_context,
        finish=finish,
        owner=owner,
        late_minutes=late_minutes,
        on_commit=on_commit,
    )


async def add_station(engine: Engine, *, code: str = "dongwan", tz: str = "Asia/Shanghai", groups: int = 2) -> Station:
    async with engine.write() as tx:
        unit = Unit(tx)
        number = await unit.stations.put(code=code, name="东湾派出所", tz=tz)
        for n in range(groups):
            group = await unit.groups.seen(platform="world", bot="bot", chat_id=f"{code}{n}", title=f"群{n}")
            kind = GroupKind.OWNERS if n % 2 else GroupKind.SHOPS
            await unit.groups.bind(group.id, station_id=number, kind=kind, area_id=None, households=0)
        found = await unit.stations.get(number)
    assert found is not None
    return found


async def outcomes(engine: Engine, name: str) -> list[tuple[datetime, str]]:
    async with engine.read() as tx:
        return list(reversed(await Unit(tx).slots.of_rule(name, limit=100)))


async def pushes(engine: Engine) -> list[tuple[str, datetime]]:
    async with engine.read() as tx:
        unit = Unit(tx)
        rows = [
            await unit.outbox.by_key(push_key(broadcast.id, delivery.group_id))
            for station in await unit.stations.all()
            for broadcast in reversed(await unit.broadcasts.of_station(station.id, limit=100))
            for delivery in await unit.broadcasts.deliveries(broadcast)
        ]
        return [(row.out.to.chat_id, row.created_at) for row in rows if row is not None]
