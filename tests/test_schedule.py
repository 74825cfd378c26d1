"""The tick: every slot once, whatever restarts, whoever else runs, and whichever way the clocks are put."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.metrics import Metrics
from bot.schedule import LEASE_LASTS, Scheduler
from bot.slots import due, next_after
from handlers.broadcast import sync_rules
from handlers.broadcast.words import NewRule
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.feature import Cron, Plain
from handlers.kit.mentions import Vocabulary
from storage.engine import connect
from storage.engine.base import Engine, StoreDownError, Tx
from storage.model.messages import Outgoing
from storage.model.people import GroupKind, Station
from storage.unit import Unit
from tests.harness import HeldClock

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


# ── which moments ──────────────────────────────────────────────────────────
def test_slots_on_the_stations_clock() -> None:
    slots = due("30 18 * * 1-5", SHANGHAI, at(SHANGHAI, "2026-11-20 18:30"), at(SHANGHAI, "2026-11-24 18:30"))
    assert slots == [at(SHANGHAI, "2026-11-23 18:30"), at(SHANGHAI, "2026-11-24 18:30")]


def test_sunday_is_crontabs_sunday() -> None:
    assert next_after("0 9 * * 0", SHANGHAI, NOON) == at(SHANGHAI, "2026-11-22 09:00")
    assert next_after("0 9 * * 1", SHANGHAI, NOON) == at(SHANGHAI, "2026-11-23 09:00")


def test_an_hour_that_comes_twice_counts_once() -> None:
    slots = due("30 1 * * *", NEW_YORK, at(NEW_YORK, "2026-10-31 12:00"), at(NEW_YORK, "2026-11-02 12:00"))
    assert slots == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]
    assert next_after("30 1 * * *", NEW_YORK, slots[0]) == slots[1]


def test_an_hour_that_is_skipped_is_made_up_for() -> None:
    slots = due("30 2 * * *", NEW_YORK, at(NEW_YORK, "2026-03-07 12:00"), at(NEW_YORK, "2026-03-09 12:00"))
    assert [f"{slot.astimezone(NEW_YORK):%d %H:%M}" for slot in slots] == ["08 03:30", "09 02:30"]


def test_where_the_clock_jumps_half_an_hour_the_order_on_it_is_not_the_order_of_time() -> None:
    """02:20 is skipped and made up for at 02:50, after 02:35."""
    zone = ZoneInfo("Australia/Lord_Howe")
    begin = at(zone, "2026-10-04 01:00")
    first = next_after("20,35 2 * * *", zone, begin)
    assert first is not None
    assert f"{first.astimezone(zone):%d %H:%M}" == "04 02:35"
    second = next_after("20,35 2 * * *", zone, first)
    assert second is not None
    assert f"{second.astimezone(zone):%d %H:%M}" == "04 02:50"


@settings(max_examples=200)
@given(
    zone=st.sampled_from(
        ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
    start=st.integers(0, 366 * 24 * 60),
    days=st.integers(1, 20),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
def test_a_daily_slot_comes_once_on_every_day(zone: str, start: int, days: int, hour: int, minute: int) -> None:
    info = ZoneInfo(zone)
    first = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)).astimezone(info).date()
    since = datetime(first.year, first.month, first.day, tzinfo=info).astimezone(UTC) - timedelta(microseconds=1)
    end = first + timedelta(days=days)
    until = datetime(end.year, end.month, end.day, tzinfo=info).astimezone(UTC) - timedelta(microseconds=1)
    slots = due(f"{minute} {hour} * * *", info, since, until)
    assert [slot.astimezone(info).date() for slot in slots] == [first + timedelta(days=n) for n in range(days)]


@given(start=st.integers(0, 366 * 24 * 60), cron=st.sampled_from(["*/20 1-3 * * *", "15 2 * * 0", "0 3 8 * *"]))
def test_next_is_the_first_of_what_is_due(start: int, cron: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    following = next_after(cron, NEW_YORK, now)
    assert following is not None
    assert following > now
    earlier = [slot for slot in due(cron, NEW_YORK, now, following) if slot < following]
    assert earlier == []


def test_asking_in_pieces_finds_the_same_slots() -> None:
    begin, end = at(NEW_YORK, "2026-10-30 00:00"), at(NEW_YORK, "2026-11-03 00:00")
    whole = due("*/30 * * * *", NEW_YORK, begin, end)
    pieces, now = [], begin
    while now < end:
        pieces += due("*/30 * * * *", NEW_YORK, now, now + timedelta(minutes=7))
        now += timedelta(minutes=7)
    assert [slot for slot in pieces if slot <= end] == whole


# ── the tick ───────────────────────────────────────────────────────────────
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


async def _station(engine: Engine, *, code: str = "dongwan", tz: str = "Asia/Shanghai", groups: int = 2) -> Station:
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


async def _outcomes(engine: Engine, name: str) -> list[tuple[datetime, str]]:
    async with engine.read() as tx:
        return list(reversed(await Unit(tx).slots.of_rule(name, limit=100)))


async def _pushes(engine: Engine) -> list[tuple[str, datetime]]:
    async with engine.read() as tx:
        unit = Unit(tx)
        return [
            (row.out.to.chat_id, row.created_at)
            for station in await unit.stations.all()
            for broadcast in reversed(await unit.broadcasts.of_station(station.id, limit=100))
            for row, _ in await unit.outbox.of_broadcast(broadcast.id)
        ]


async def test_a_cron_runs_once_per_slot_and_station(engine: Engine) -> None:
    await _station(engine)
    await _station(engine, code="xicun", tz="America/New_York")
    ran, woken = Ran(), []
    scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)}, on_commit=lambda: woken.append(1))
    for minutes in (0, 29, 30, 31, 45):
        assert await scheduler.tick(NOON + timedelta(minutes=minutes))
    assert [code for code, _ in ran.slots] == ["dongwan"]
    assert len(woken) == 1
    await scheduler.tick(at(NEW_YORK, "2026-11-20 12:30"))
    assert [code for code, _ in ran.slots] == ["dongwan", "xicun"]


async def test_a_slot_is_run_once_across_restarts(engine: Engine) -> None:
    await _station(engine)
    ran = Ran()
    now = NOON
    for start in range(5):
        scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)}, owner=f"start {start}")
        await scheduler.tick(now)
        now += timedelta(minutes=15)
        await scheduler.tick(now)
    assert len(ran.slots) == 1


async def test_what_came_before_the_first_start_never_runs(engine: Engine) -> None:
    await _station(engine)
    ran = Ran()
    scheduler = make(engine, crons={"a.daily": ("59 11 * * *", ran.handler)})
    await scheduler.tick(NOON)
    await scheduler.tick(NOON + timedelta(minutes=1))
    assert ran.slots == []


@pytest.mark.parametrize(("minutes_late", "runs"), [(59, True), (60, True), (61, False)])
async def test_after_downtime_only_the_newest_slot_runs_and_only_if_not_too_late(
    engine: Engine, minutes_late: int, runs: bool
) -> None:
    station = await _station(engine)
    ran = Ran()
    crons = {"a.daily": ("30 12 * * *", ran.handler)}
    await make(engine, crons=crons).tick(NOON)
    back = NOON + timedelta(days=3, minutes=30 + minutes_late)
    await make(engine, crons=crons, owner="two").tick(back)
    assert len(ran.slots) == int(runs)
    found = await _outcomes(engine, f"cron:a.daily:{station.id}")
    assert [outcome for _, outcome in found] == ["born", "missed", "missed", "missed", "run" if runs else "missed"]
    assert found[-1][0] == NOON + timedelta(days=3, minutes=30)


async def test_a_punctual_slot_runs_even_if_no_lateness_is_allowed(engine: Engine) -> None:
    await _station(engine)
    ran = Ran()
    scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)}, late_minutes=0)
    await scheduler.tick(NOON)
    await scheduler.tick(NOON + timedelta(minutes=30, seconds=14))
    assert len(ran.slots) == 1


async def test_only_the_holder_of_the_lease_ticks_and_another_takes_over(engine: Engine) -> None:
    await _station(engine)
    first, second = Ran(), Ran()
    one = make(engine, crons={"a.often": ("* * * * *", first.handler)}, owner="one")
    two = make(engine, crons={"a.often": ("* * * * *", second.handler)}, owner="two")
    assert await one.tick(NOON)
    assert not await two.tick(NOON + timedelta(seconds=30))
    assert await one.tick(NOON + timedelta(seconds=60))
    later = NOON + timedelta(seconds=60) + LEASE_LASTS + timedelta(seconds=20)
    assert await two.tick(later)
    assert not await one.tick(later)
    assert (len(first.slots), len(second.slots)) == (1, 1)
    await two.release()
    assert await one.tick(later)


async def test_one_that_lost_its_lease_in_between_does_nothing(engine: Engine) -> None:
    """A stalled process wakes up in the middle of its tick: the token tells it that it is too late."""
    await _station(engine)
    first, second = Ran(), Ran()
    one = make(engine, crons={"a.often": ("* * * * *", first.handler)}, owner="one")
    await one.tick(NOON)
    stale = await one._lead(NOON)
    entries = await one._entries()
    assert stale is not None
    later = NOON + timedelta(seconds=120)
    assert await make(engine, crons={"a.often": ("* * * * *", second.handler)}, owner="two").tick(later)
    await one._guarded(entries[0], later, stale)
    await one._guarded(entries[0], later + LEASE_LASTS + timedelta(seconds=30), stale)  # nobody's, but not ours either
    assert (len(first.slots), len(second.slots)) == (0, 1)


async def test_two_processes_at_once_run_a_slot_once(database_url: str) -> None:
    """Even without the lease: the slot row alone decides. (Two engines, as two processes have.)"""
    engines = [connect(database_url), connect(database_url)]
    for opened in engines:
        await opened.open()
    try:
        await _station(engines[0])
        ran = Ran()
        both = [make(opened, crons={"a.often": ("* * * * *", ran.handler)}, owner="same") for opened in engines]
        await both[0].tick(NOON)
        for minute in range(1, 6):
            now = NOON + timedelta(minutes=minute)
            await asyncio.gather(*(scheduler.tick(now) for scheduler in both))
        assert len(ran.slots) == 5
    finally:
        for opened in engines:
            await opened.close()


async def test_a_bug_in_one_cron_stops_no_other_and_leaves_nothing_behind(engine: Engine) -> None:
    station = await _station(engine)
    good, bad = Ran(), Ran()
    bad.failures = 2
    scheduler = make(engine, crons={"a.bad": ("30 12 * * *", bad.handler), "b.good": ("30 12 * * *", good.handler)})
    await scheduler.tick(NOON)
    now = NOON + timedelta(minutes=30)
    for seconds in range(0, 60, 2):
        await scheduler.tick(now + timedelta(seconds=seconds))
    assert len(good.slots) == 1
    assert (bad.tries, len(bad.slots)) == (3, 1)
    assert [o for _, o in await _outcomes(engine, f"cron:a.bad:{station.id}")] == ["born", "run"]
    async with engine.read() as tx:
        assert await Unit(tx).jobs.counts() == {}


async def test_a_cron_that_always_fails_is_given_up_for_that_slot_only(engine: Engine) -> None:
    station = await _station(engine)
    ran = Ran()
    ran.failures = 5
    scheduler = make(engine, crons={"a.bad": ("30 12 * * *", ran.handler)})
    await scheduler.tick(NOON)
    now = NOON + timedelta(minutes=30)
    for seconds in range(0, 400, 2):
        await scheduler.tick(now + timedelta(seconds=seconds))
    assert ran.tries == 5
    await scheduler.tick(now + timedelta(days=1))
    assert len(ran.slots) == 1
    assert [o for _, o in await _outcomes(engine, f"cron:a.bad:{station.id}")] == ["born", "failed", "run"]


async def test_a_station_with_a_bad_time_zone_stops_no_other(engine: Engine) -> None:
    await _station(engine, code="nowhere", tz="Mars/Olympus")
    await _station(engine)
    ran = Ran()
    scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)})
    await scheduler.tick(NOON)
    await scheduler.tick(NOON + timedelta(minutes=30))
    assert [code for code, _ in ran.slots] == ["dongwan"]
    assert await scheduler.next_wake(NOON) == NOON + timedelta(minutes=30)


async def test_the_wake_up_is_the_next_slot(engine: Engine) -> None:
    await _station(engine)
    scheduler = make(engine, crons={"a": ("30 12 * * *", Ran().handler), "b": ("15 12 * * *", Ran().handler)})
    assert await scheduler.next_wake(NOON) == NOON + timedelta(minutes=15)
    assert await scheduler.next_wake(NOON + timedelta(minutes=15)) == NOON + timedelta(minutes=30)
    assert await make(engine).next_wake(NOON) is None


# ── broadcast rules ────────────────────────────────────────────────────────
class Written:
    """A rule as an operator writes it."""

    def __init__(self, name: str, cron: str, **more: Any) -> None:
        self.name, self.cron = name, cron
        self.station: str = more.get("station", "")
        self.kinds: tuple[str, ...] = more.get("kinds", ())
        self.topics: tuple[str, ...] = more.get("topics", ())


async def _sync(engine: Engine, station: Station, *rules: Written, now: datetime = NOON) -> None:
    async with engine.write() as tx:
        await sync_rules(Unit(tx), station, rules, now=now)


async def test_a_rule_reaches_every_group_once_per_slot(engine: Engine) -> None:
    station = await _station(engine, groups=3)
    await _sync(engine, station, Written("晚间", "每天 18:30"))
    evening = at(SHANGHAI, "2026-11-20 18:30")
    for owner, seconds in (("one", -5), ("one", 0), ("one", 10), ("two", 90), ("three", 200)):
        await make(engine, owner=owner).tick(evening + timedelta(seconds=seconds))
    found = await _pushes(engine)
    assert sorted(chat for chat, _ in found) == ["dongwan0", "dongwan1", "dongwan2"]
    await make(engine, owner="four").tick(evening + timedelta(days=1))
    assert len(await _pushes(engine)) == 6


async def test_the_process_dies_while_the_deliveries_are_written(engine: Engine) -> None:
    """Half of the rows are written when it happens: none of them stays, and the next process sends them all."""
    station = await _station(engine, groups=4)
    await _sync(engine, station, Written("晚间", "每天 18:30"))
    evening = at(SHANGHAI, "2026-11-20 18:30")

    async def die(ctx: Context) -> None:
        raise StoreDownError("the power is gone")

    with pytest.raises(StoreDownError):
        await make(engine, finish=die).tick(evening)
    assert await _pushes(engine) == []
    await make(engine, owner="two").tick(evening + timedelta(minutes=2))
    assert len(await _pushes(engine)) == 4


async def test_a_new_rule_does_not_send_what_lies_before_it(engine: Engine) -> None:
    station = await _station(engine)
    await make(engine).tick(NOON)
    await _sync(engine, station, Written("上午", "55 11 * * *"))
    await make(engine).tick(NOON + timedelta(seconds=1))
    assert await _pushes(engine) == []


async def test_a_rule_that_changed_since_it_was_looked_at_waits_for_the_next_look(engine: Engine) -> None:
    station = await _station(engine)
    await _sync(engine, station, Written("晚间", "每天 18:30"))
    evening = at(SHANGHAI, "2026-11-20 18:30")
    scheduler = make(engine)
    token = await scheduler._lead(evening)
    [entry] = await scheduler._entries()
    async with engine.write() as tx:
        assert entry.rule is not None
        assert await Unit(tx).broadcasts.switch_rule(entry.rule.id, enabled=False)
    assert token is not None
    await scheduler._guarded(entry, evening, token)
    assert await _pushes(engine) == []


async def test_a_changed_rule_starts_anew_and_a_disabled_one_stays_off_over_a_restart(engine: Engine) -> None:
    station = await _station(engine)
    yesterday = NOON - timedelta(days=1)
    await _sync(engine, station, Written("晚间", "每天 18:30"), now=yesterday)
    await make(engine).tick(yesterday + timedelta(hours=6, minutes=30))
    assert len(await _pushes(engine)) == 2
    await _sync(engine, station, Written("晚间", "每天 11:30"), now=NOON)
    await make(engine).tick(NOON + timedelta(minutes=1))
    assert len(await _pushes(engine)) == 2
    async with engine.write() as tx:
        unit = Unit(tx)
        [rule] = await unit.broadcasts.rules(station.id)
        assert (rule.cron, rule.origin, rule.enabled) == ("30 11 * * *", "config", True)
        assert await unit.broadcasts.switch_rule(rule.id, enabled=False)
    await _sync(engine, station, Written("晚间", "每天 11:30"), now=NOON)
    await make(engine).tick(at(SHANGHAI, "2026-11-21 11:30"))
    assert len(await _pushes(engine)) == 2


async def test_rules_follow_the_configuration(engine: Engine) -> None:
    station = await _station(engine)
    async with engine.write() as tx:
        unit = Unit(tx)
        own = NewRule(name="自己的", cron="0 9 * * *")
        await unit.broadcasts.add_rule(
            station_id=station.id, name=own.name, cron=own.cron, kinds=(), topics=(), origin="command"
        )
    rules = [Written("甲", "0 9 * * *"), Written("乙", "0 9 * * *", station="other"), Written("丙", "0 9 * * *")]
    await _sync(engine, station, *rules[:1], rules[2])
    await _sync(engine, station, *rules[:1], rules[2])
    await _sync(engine, station, *rules[:2])
    async with engine.read() as tx:
        unit = Unit(tx)
        assert [rule.name for rule in await unit.broadcasts.rules(station.id)] == ["自己的", "甲"]
        changes = [entry.text for entry in await unit.entries.of_station(station.id)]
    assert sorted(changes) == sorted(["甲", "丙", "丙"])


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        (Written("坏", "明天吧"), "“坏”"),
        (Written("坏", "每天 9:00 业主"), "kinds"),
        (Written("坏", "0 9 * * *", kinds=("火星",)), "火星"),
        (Written("坏", "0 9 * * *", topics=("鬼故事",)), "鬼故事"),
    ],
)
async def test_a_bad_rule_in_the_configuration_is_named(engine: Engine, rule: Written, hint: str) -> None:
    station = await _station(engine)
    with pytest.raises(UsageError, match=hint):
        await _sync(engine, station, rule)


# ── the loop ───────────────────────────────────────────────────────────────
class LoopClock(HeldClock):
    """Tells how often the loop has gone to sleep."""

    naps = 0

    async def wait(self, event: asyncio.Event, until: datetime | None) -> None:
        self.naps += 1
        await super().wait(event, until)


class Shaky:
    """An engine that can be out of reach."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect = engine.dialect
        self.trouble: Exception | None = None

    async def open(self) -> None:
        await self._engine.open()

    async def close(self) -> None:
        await self._engine.close()

    def write(self) -> AbstractAsyncContextManager[Tx]:
        if self.trouble is not None:
            raise self.trouble
        return self._engine.write()

    def read(self) -> AbstractAsyncContextManager[Tx]:
        return self._engine.read()


@pytest.mark.parametrize("trouble", [StoreDownError("disk full"), RuntimeError("a bug")])
async def test_the_loop_outlives_whatever_happens(engine: Engine, trouble: Exception) -> None:
    await _station(engine)
    ran, shaky = Ran(), Shaky(engine)
    clock = LoopClock(NOON)
    scheduler = make(shaky, clock=clock, crons={"a.often": ("* * * * *", ran.handler)})
    loop = asyncio.create_task(scheduler.run())
    try:
        await _woken(scheduler, loop, clock)
        shaky.trouble = trouble
        clock.advance(minutes=1)
        await _woken(scheduler, loop, clock)
        assert ran.slots == []
        shaky.trouble = None
        clock.advance(minutes=1)
        await _woken(scheduler, loop, clock)
        assert len(ran.slots) == 1
    finally:
        loop.cancel()


async def _woken(scheduler: Scheduler, loop: asyncio.Task[None], clock: LoopClock) -> None:
    """Let the loop go round once more."""
    naps = clock.naps
    scheduler.wake.set()
    async with asyncio.timeout(30):
        while clock.naps == naps:
            await asyncio.sleep(0.005)
    assert not loop.done()
