"""Whatever is done to a ticket, in whatever order: its deadlines move by the time it was paused, by nothing else."""

import asyncio
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.kit.clocks import Clock
from handlers.tickets.timing import dues
from storage.model.tickets import State, Ticket
from storage.unit import Unit
from tests.harness import World
from tests.month.station import hasten

WORDS = (
    *("接单 1", "到场 1", "挂起 1 等物业 2小时", "挂起 1 等监控 20分钟", "挂起 1 等群众 3天", "继续 1"),
    *("退回 1 有事", "转派 1 李强", "转派 1 王建国", "协办 1 赵敏", "补充 1 在办", "交接 李强", "确认交接"),
    *("重启", "收回 1", "转出 1 物业"),
)
STEPS = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 200)), min_size=3, max_size=14)
TARGETS = {Clock.SCENE: timedelta(hours=2), Clock.RESOLUTION: timedelta(days=3)}
MINUTE = timedelta(minutes=1)


class Watched:
    """A ticket, and when somebody who always looks has seen it paused since it began."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.began = world.clock.now()
        self.paused: list[tuple[datetime, timedelta]] = []  # since when, for how long

    async def does(self, words: str) -> None:
        world = self.world
        if words == "重启":
            await world.restart()
        elif words == "确认交接":
            asks = [s for s in world.chat(world.li.private) if words in s.labels]
            for shown in asks[-1:]:
                await world.li.presses_old(shown, shown.button(words), world.li.private)
        else:
            await world.sun.tells(words)  # who dispatches may do everything

    async def passes(self, minutes: int) -> None:
        """Jobs happen in their own minute; so a pause that ends by itself ends in the middle of this."""
        until = self.world.clock.now() + minutes * MINUTE
        while (now := self.world.clock.now()) < until:
            due = await self.world.core.jobs.next_due()
            step = min(until, max(due, now)) if due is not None else until
            if await self.state() is State.PAUSED:
                self.paused.append((now, step - now))
            self.world.clock.advance(seconds=(step - now).total_seconds())
            await self.world.settle()

    async def state(self) -> State:
        return (await self.world.ticket()).state

    def expected(self, target: timedelta) -> datetime:
        """What was missed before a pause stays missed."""
        at = self.began + target
        for since, lasted in self.paused:
            at += lasted if since < at else timedelta(0)
        return at

    async def check(self) -> None:
        async with self.world.engine.write() as tx:
            unit = Unit(tx)
            ticket: Ticket | None = await unit.tickets.by_number(self.world.station_id, 1)
            assert ticket is not None
            ctx = self.world.core.dispatcher.context(unit, self.world.clock.now(), "test")
            found: dict[Clock, datetime] = {clock: at for at, clock in await dues(ctx, ticket)}
        if ticket.began != self.began:  # it came back from outside: everything begins anew
            self.began, self.paused = ticket.began, []
        if ticket.state is State.PAUSED:
            assert found == {}
        for clock, at in found.items():
            if clock in TARGETS:
                assert at == self.expected(TARGETS[clock])
            else:
                assert ticket.waiting_at is None or at == ticket.waiting_at + 30 * MINUTE


async def _told(template: Path, steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder) / "w.db")
        world = World(f"sqlite:///{folder}/w.db")
        hasten(world.engine)
        await world.open()
        await world.chen.says("@民警 楼上往下扔垃圾")
        watched = Watched(world)
        for words, minutes in steps:
            await watched.does(words)
            await watched.check()
            await watched.passes(minutes)
            await watched.check()
        await world.close()


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
@example(steps=[("接单 1", 10), ("挂起 1 等物业 2小时", 130), ("补充 1 在办", 5)])
def test_deadlines_move_by_what_was_paused(sqlite_template: Path, steps: list[tuple[str, int]]) -> None:
    asyncio.run(_told(sqlite_template, steps))
