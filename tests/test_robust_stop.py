"""Told to stop, it stops in order; and a part that crashes takes nothing with it."""

import asyncio
import signal
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.adapters.base import Sent
from bot.supervise import LONGEST_PAUSE, supervise
from storage.model.messages import OutState
from storage.unit import Unit
from tests.harness import START, World
from tests.soak.kit import Bot, until


async def test_sigterm_with_an_open_stream(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'pingan.db'}"
    local = {"local": {"enabled": True, "sample": True}, "station_file": ""}
    bot = Bot(tmp_path, "http://127.0.0.1:1", database, telegram={"token": ""}, more=local)
    try:
        bot.start()
        await until(bot.well, 30, "the bot answers /healthz")
        events = f"{bot.url}/chat/events?persona=chen"
        async with aiohttp.ClientSession() as session, session.get(events) as stream:
            assert stream.status == 200
            assert bot.child.process is not None
            bot.child.send(signal.SIGTERM)
            code = await asyncio.to_thread(bot.child.process.wait, 15)
            assert code == 0, bot.child.said
        assert "program.stopped" in bot.child.said
    finally:
        bot.kill()


class QuickClock:
    """Time passes as fast as anybody waits for it."""

    def __init__(self) -> None:
        self.time = START
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.time

    async def wait(self, event: asyncio.Event, until: datetime | None) -> None:
        assert until is not None
        self.waits.append((until - self.time).total_seconds())
        self.time = until


async def test_a_crashing_part_is_started_again_ever_later() -> None:
    clock, lives = QuickClock(), 0

    async def part() -> None:
        nonlocal lives
        lives += 1
        if lives == 9:  # it ran well for a while
            clock.time += LONGEST_PAUSE + timedelta(seconds=1)
        if lives == 11:
            raise asyncio.CancelledError
        raise KeyError("a bug")

    with pytest.raises(asyncio.CancelledError):
        await supervise("part", part, clock)
    assert clock.waits == [1, 2, 4, 8, 16, 32, 60, 60, 1, 2]


async def test_what_is_under_way_at_the_end_is_written_down(world: World) -> None:
    """Otherwise every orderly restart would repeat notices and make broadcasts uncertain."""
    go = asyncio.Event()
    plain = world.platform.send

    async def slow(out: object, target_ref: str) -> object:
        await go.wait()
        return await plain(out, target_ref)  # type: ignore[arg-type]

    world.platform.send = slow  # type: ignore[assignment,method-assign]
    await world.chen.says("@民警 楼道灯坏了", settle=False)
    await world.core.dispatcher.step()
    await world.core.courier.step()
    ending = asyncio.create_task(world.core.courier.finish(5))
    go.set()
    await ending
    async with world.engine.read() as tx:
        counts = await Unit(tx).outbox.counts()
    assert OutState.LEASED not in counts
    assert world.platform.sent > 0
    assert isinstance(await plain(world.last("g1").out, ""), Sent)
