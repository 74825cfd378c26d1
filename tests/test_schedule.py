"""The tick: every slot once, whatever restarts, whoever else runs, whatever fails."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import pytest

from bot.schedule import LEASE_LASTS, Scheduler
from storage.engine import connect
from storage.engine.base import Engine, StoreDownError, Tx
from storage.unit import Unit
from tests.harness import HeldClock
from tests.ticking import NEW_YORK, NOON, Ran, add_station, at, make, outcomes


async def test_a_cron_runs_once_per_slot_andadd_station(engine: Engine) -> None:
    await add_station(engine)
    await add_station(engine, code="xicun", tz="America/New_York")
    ran, woken = Ran(), []
    scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)}, on_commit=lambda: woken.append(1))
    for minutes in (0, 29, 30, 31, 45):
        assert await scheduler.tick(NOON + timedelta(minutes=minutes))
    assert [code for code, _ in ran.slots] == ["dongwan"]
    assert len(woken) == 1
    await scheduler.tick(at(NEW_YORK, "2026-11-20 12:30"))
    assert [code for code, _ in ran.slots] == ["dongwan", "xicun"]


async def test_a_slot_is_run_once_across_restarts(engine: Engine) -> None:
    await add_station(engine)
    ran = Ran()
    now = NOON
    for start in range(5):
        scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)}, owner=f"start {start}")
        await scheduler.tick(now)
        now += timedelta(minutes=15)
        await scheduler.tick(now)
    assert len(ran.slots) == 1


async def test_what_came_before_the_first_start_never_runs(engine: Engine) -> None:
    await add_station(engine)
    ran = Ran()
    scheduler = make(engine, crons={"a.daily": ("59 11 * * *", ran.handler)})
    await scheduler.tick(NOON)
    await scheduler.tick(NOON + timedelta(minutes=1))
    assert ran.slots == []


@pytest.mark.parametrize(("minutes_late", "runs"), [(59, True), (60, True), (61, False)])
async def test_after_downtime_only_the_newest_slot_runs_and_only_if_not_too_late(
    engine: Engine, minutes_late: int, runs: bool
) -> None:
    station = await add_station(engine)
    ran = Ran()
    crons = {"a.daily": ("30 12 * * *", ran.handler)}
    await make(engine, crons=crons).tick(NOON)
    back = NOON + timedelta(days=3, minutes=30 + minutes_late)
    await make(engine, crons=crons, owner="two").tick(back)
    assert len(ran.slots) == int(runs)
    found = await outcomes(engine, f"cron:a.daily:{station.id}")
    assert [outcome for _, outcome in found] == ["born", "missed", "missed", "missed", "run" if runs else "missed"]
    assert found[-1][0] == NOON + timedelta(days=3, minutes=30)


async def test_a_punctual_slot_runs_even_if_no_lateness_is_allowed(engine: Engine) -> None:
    await add_station(engine)
    ran = Ran()
    scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)}, late_minutes=0)
    await scheduler.tick(NOON)
    await scheduler.tick(NOON + timedelta(minutes=30, seconds=14))
    assert len(ran.slots) == 1


async def test_only_the_holder_of_the_lease_ticks_and_another_takes_over(engine: Engine) -> None:
    await add_station(engine)
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
    await add_station(engine)
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
        await add_station(engines[0])
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
    station = await add_station(engine)
    good, bad = Ran(), Ran()
    bad.failures = 2
    scheduler = make(engine, crons={"a.bad": ("30 12 * * *", bad.handler), "b.good": ("30 12 * * *", good.handler)})
    await scheduler.tick(NOON)
    now = NOON + timedelta(minutes=30)
    for seconds in range(0, 60, 2):
        await scheduler.tick(now + timedelta(seconds=seconds))
    assert len(good.slots) == 1
    assert (bad.tries, len(bad.slots)) == (3, 1)
    assert [o for _, o in await outcomes(engine, f"cron:a.bad:{station.id}")] == ["born", "run"]
    async with engine.read() as tx:
        assert await Unit(tx).jobs.counts() == {}


async def test_a_cron_that_always_fails_is_given_up_for_that_slot_only(engine: Engine) -> None:
    station = await add_station(engine)
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
    assert [o for _, o in await outcomes(engine, f"cron:a.bad:{station.id}")] == ["born", "failed", "run"]


async def test_a_station_with_a_bad_time_zone_stops_no_other(engine: Engine) -> None:
    await add_station(engine, code="nowhere", tz="Mars/Olympus")
    await add_station(engine)
    ran = Ran()
    scheduler = make(engine, crons={"a.daily": ("30 12 * * *", ran.handler)})
    await scheduler.tick(NOON)
    await scheduler.tick(NOON + timedelta(minutes=30))
    assert [code for code, _ in ran.slots] == ["dongwan"]
    assert await scheduler.next_wake(NOON) == NOON + timedelta(minutes=30)


async def test_the_wake_up_is_the_next_slot(engine: Engine) -> None:
    await add_station(engine)
    scheduler = make(engine, crons={"a": ("30 12 * * *", Ran().handler), "b": ("15 12 * * *", Ran().handler)})
    assert await scheduler.next_wake(NOON) == NOON + timedelta(minutes=15)
    assert await scheduler.next_wake(NOON + timedelta(minutes=15)) == NOON + timedelta(minutes=30)
    assert await make(engine).next_wake(NOON) is None


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
    await add_station(engine)
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
