"""微信客服 with several processes on one database: one fetches, a notice to any of them is heard, none steps back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom_kf import turn
from bot.adapters.wecom_kf.adapter import KfPlatform, build
from bot.clock import SystemClock
from bot.inbox import Inbox
from bot.metrics import Metrics
from storage.engine.base import Engine
from storage.model.channels import Cursor
from storage.model.messages import Envelope
from storage.unit import Unit
from tests.fake_wecom import FakeWecom
from tests.officers import served
from tests.residents import config, kit_of

CHEN = "wmChen"


@dataclass
class Process:
    platform: KfPlatform
    running: "asyncio.Task[None]"
    url: str

    async def dies(self) -> None:
        """As kill -9 does: what it holds it goes on holding."""

        async def silent() -> None:
            return None

        self.platform._turn.give_up = silent  # type: ignore[method-assign]
        self.running.cancel()
        await asyncio.wait([self.running])


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeWecom]:
    monkeypatch.setattr(turn, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(turn, "LOOK", timedelta(seconds=0.05))
    async with FakeWecom() as running_fake:
        yield running_fake


@asynccontextmanager
async def process(fake: FakeWecom, engine: Engine, folder: Path, owner: str) -> AsyncIterator[Process]:
    async with new_session() as session:
        kit = replace(kit_of(config(folder, fake, "wecom_kf"), engine, session), owner=owner)
        platform = build(kit).platform
        assert isinstance(platform, KfPlatform)
        inbox = Inbox(engine, SystemClock(), Metrics(), asyncio.Event())
        running = asyncio.create_task(platform.run(inbox.accept))
        async with served(platform) as url:
            yield Process(platform, running, url)
        running.cancel()
        await asyncio.wait([running])


async def stored(engine: Engine) -> list[str]:
    async with engine.write() as tx:
        return [row.event_id for row in await Unit(tx).inbox.todo(SystemClock().now(), 1000)]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(500):
        if await holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never happened")


async def test_one_fetches_whichever_is_told(fake: FakeWecom, engine: Engine, tmp_path: Path) -> None:
    async with process(fake, engine, tmp_path, "h:1:a") as one:
        await until(lambda: _ours(one))
        async with process(fake, engine, tmp_path, "h:2:b") as two:
            said = []
            for n, told in enumerate((two, one, two, two)):
                fake.doors["kf"].url = told.url
                said.append(await fake.kf.say(CHEN, f"第 {n} 句"))

                async def heard() -> bool:
                    return await stored(engine) == said

                await until(heard)
            assert (one.platform._turn.ours, two.platform._turn.ours) == (True, False)
            assert two.platform._puller._noticed_at is None
    async with engine.read() as tx:
        kept = await Unit(tx).channels.cursor("wecom_kf", one.platform.bot, turn.NOTICE)
    assert kept
    assert "KFT" not in kept


async def _ours(process: Process) -> bool:
    return process.platform._turn.ours


async def test_a_notice_that_dies_with_its_owner_is_heard_by_the_heir(
    fake: FakeWecom, engine: Engine, tmp_path: Path
) -> None:
    async with process(fake, engine, tmp_path, "h:1:a") as one:
        await until(lambda: _ours(one))
        async with process(fake, engine, tmp_path, "h:2:b") as two:
            await one.dies()
            fake.doors["kf"].url = one.url
            said = await fake.kf.say(CHEN, "楼上扔垃圾")
            assert not two.platform._turn.ours

            async def heard() -> bool:
                return await stored(engine) == [said]

            await until(heard)
            assert two.platform._turn.ours


async def test_who_stops_in_good_order_lets_the_other_in_at_once(
    fake: FakeWecom, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "LEASE", timedelta(seconds=60))
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(process(fake, engine, tmp_path, "h:1:a"))
        await until(lambda: _ours(one))
        async with process(fake, engine, tmp_path, "h:2:b") as two:
            await stack.aclose()
            await until(lambda: _ours(two))


async def test_who_was_slow_does_not_move_the_place_back(fake: FakeWecom, engine: Engine, tmp_path: Path) -> None:
    """Its turn ran out while its page was under way: what it brings is known, and the other has read on."""
    fake.kf.rules.page = 2
    fake.kf._untokened.limit = 1_000
    said = [await fake.kf.say(CHEN, f"第 {n} 句", notify=False) for n in range(6)]
    async with new_session() as session:
        kit = kit_of(config(tmp_path, fake, "wecom_kf"), engine, session)
        slow, quick = build(kit).platform, build(kit).platform
        assert isinstance(slow, KfPlatform)
        assert isinstance(quick, KfPlatform)
        inbox, now = Inbox(engine, SystemClock(), Metrics(), asyncio.Event()), SystemClock().now()
        places: list[str] = []

        async def late(envelopes: list[Envelope], *, cursor: Cursor | None = None) -> None:
            if not places:
                assert await quick._puller.pull(inbox.accept, now) is None
            await inbox.accept(envelopes, cursor=cursor)
            async with engine.read() as tx:
                places.append(await Unit(tx).channels.cursor("wecom_kf", slow.bot, "sync"))

        assert await slow._puller.pull(late, now) is None
    assert set(places) == {"cur_6"}
    assert await stored(engine) == said
