"""The real loops with a held clock: what is due is done within a second of its time, by whichever process lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from bot.adapters.base import SendResult
from storage.model.messages import Outgoing
from tests.harness import HeldClock, World
from tests.stories import claimed
from tests.test_life_ladder import only

SECOND = timedelta(seconds=1)
LOOPS = 3
"""Inbox, jobs and outbox, of each process."""


class LoopClock(HeldClock):
    """Loops wait for moments; the test goes from one of them to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: dict[asyncio.Future[None], datetime] = {}

    async def wait(self, event: asyncio.Event, until: datetime | None) -> None:
        reached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.moments[reached] = until or datetime.max.replace(tzinfo=self.now().tzinfo)
        woken = asyncio.create_task(event.wait())
        woken.add_done_callback(lambda _: self._come(reached))
        try:
            await reached
        finally:
            del self.moments[reached]
            woken.cancel()
        event.clear()

    def go_on(self, until: datetime) -> None:
        """To the next moment somebody waits for, at most to `until`."""
        self._now = max(self._now, min([*self.moments.values(), until]))
        for reached, moment in self.moments.items():
            if moment <= self._now:
                self._come(reached)

    @staticmethod
    def _come(reached: "asyncio.Future[None]") -> None:
        if not reached.done():
            reached.set_result(None)


class Process:
    """One process of the program, and when it sent what."""

    def __init__(self, world: World, clock: LoopClock) -> None:
        self.world, self.clock = world, clock
        self.sent: list[tuple[datetime, Outgoing]] = []
        self.tasks: list[asyncio.Task[None]] = []
        send = world.platform.send

        async def timed(out: Outgoing, target_ref: str) -> SendResult:
            self.sent.append((clock.now(), out))
            return await send(out, target_ref)

        world.platform.send = timed  # type: ignore[method-assign]

    def start(self) -> None:
        core = self.world.core
        self.tasks = [asyncio.create_task(part.run()) for part in (core.dispatcher, core.jobs, core.courier)]

    async def die(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []

    def cards(self, chat: str) -> list[datetime]:
        """When a card that asks somebody to take it left for this chat."""
        return [at for at, out in self.sent if out.role == "card" and out.kind == "send" and out.to.chat_id == chat]


async def pass_time(clock: LoopClock, processes: list[Process], **by: float) -> None:
    """Let the loops do all they want on the way there."""
    until = clock.now() + timedelta(**by)
    while clock.now() < until:
        await _rest(clock, processes)
        clock.go_on(until)
    await _rest(clock, processes)


async def _rest(clock: LoopClock, processes: list[Process]) -> None:
    """Until every loop waits and no send is under way."""
    calm = 0
    async with asyncio.timeout(60):
        while calm < 8:
            await asyncio.sleep(0)
            living = [p for p in processes if p.tasks]
            waiting = [moment for reached, moment in clock.moments.items() if not reached.done()]
            busy = any(p.world.core.courier._tasks for p in living)
            calm = calm + 1 if len(waiting) == LOOPS * len(living) and not busy else 0


@asynccontextmanager
async def two(url: str) -> AsyncIterator[tuple[World, LoopClock, list[Process]]]:
    """A world of two processes on one database, begun by the stepped harness."""
    clock = LoopClock()
    world, other = World(url, clock), World(url, clock)
    await world.open()
    await other.engine.open()
    await other._boot()
    processes = [Process(world, clock), Process(other, clock)]
    try:
        yield world, clock, processes
    finally:
        for process in processes:
            await process.die()
        await other.close()
        await world.close()


@pytest.mark.parametrize("alive", [(0,), (1,), (0, 1)], ids=["the one that took it", "the other one", "both"])
async def test_a_returned_lease_reaches_the_next_within_a_second(database_url: str, alive: tuple[int, ...]) -> None:
    async with two(database_url) as (world, clock, processes):
        await claimed(world)
        taken = clock.now()
        clock.advance(seconds=1.7)  # no beat of a loop falls on the end by chance
        living = [processes[i] for i in alive]
        for process in living:
            process.start()
        await pass_time(clock, processes, minutes=59, seconds=57)
        assert [process.cards("p:zhao") for process in processes] == [[], []]
        await pass_time(clock, processes, seconds=5)
        ends = taken + timedelta(minutes=60)
        reached = [at for process in processes for at in process.cards("p:zhao")]
        assert len(reached) == 1
        assert ends <= reached[0] <= ends + SECOND


async def test_one_dies_at_the_very_end_and_the_other_does_it(database_url: str) -> None:
    async with two(database_url) as (world, clock, processes):
        await claimed(world)
        ends = clock.now() + timedelta(minutes=60)
        clock.advance(seconds=1.7)
        for process in processes:
            process.start()
        await pass_time(clock, processes, minutes=59, seconds=58)
        await processes[0].die()
        await pass_time(clock, processes, seconds=5)
        reached = processes[1].cards("p:zhao")
        assert len(reached) == 1
        assert ends <= reached[0] <= ends + SECOND


async def test_an_empty_step_takes_no_time_at_all(database_url: str) -> None:
    """Nobody has the duty: card and alarms go to the next in line at the very moment, not a tick later."""
    async with two(database_url) as (world, clock, processes):
        await only(world)
        for process in processes:
            process.start()
        began = clock.now()
        await world.chen.says("@民警 有人持刀打人", settle=False)
        await pass_time(clock, processes, minutes=6)
        cards = [at for process in processes for at in process.cards("p:boss")]
        alarms = [
            at for p in processes for at, out in p.sent if out.to.chat_id == "p:boss" and "超时" in out.content.text
        ]
        assert cards == [began]
        assert len(alarms) == 1
        assert alarms[0] - began - timedelta(minutes=5) <= SECOND
