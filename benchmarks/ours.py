"""Our side: the real path with all FEATURES, the sample station moved to Telegram, and the Telegram adapter."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.updates import GROUPS, group_id
from bot.adapters.telegram.adapter import TelegramPlatform
from bot.adapters.telegram.api import Api, Reply, new_session
from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.polling import Poller
from bot.adapters.telegram.prefilter import Prefilter
from bot.clock import SystemClock
from bot.config import Settings, Telegram
from bot.core import Core, assemble
from bot.hearing import Hearing
from bot.metrics import Metrics
from bot.station_file import apply, parse_station
from handlers import FEATURES
from storage.engine import connect
from storage.engine.migrate import migrate
from storage.model.people import GroupKind
from storage.unit import Unit
from tests.fake_telegram.make import ME, TOKEN

FIRST_OFFICER = 6_000_000_001
OFFICERS_GROUP = -1_001_999_999_999
BOT = str(ME["id"])


def unlimited(base_url: str, **more: Any) -> Telegram:
    """Telegram's own limits lifted: we measure work, not waiting."""
    free = {"per_second": 1e9, "per_chat_second": 1e9, "per_group_minute": 1e9}
    return Telegram(token=TOKEN, base_url=base_url, **{**free, **more})


@dataclass(frozen=True, slots=True)
class Ours:
    core: Core
    telegram: TelegramPlatform
    session: aiohttp.ClientSession

    async def drain(self) -> None:
        """Until every accepted event has been handled and committed."""
        while await self.core.dispatcher.step():
            pass

    async def tickets(self) -> int:
        async with self.core.engine.read() as tx:
            return sum((await Unit(tx).tickets.state_counts()).values())


@asynccontextmanager
async def ours(settings: Telegram, folder: Path) -> AsyncIterator[Ours]:
    """The whole path on a fresh database; no loop runs yet."""
    url = f"sqlite:///{folder / 'ours.db'}"
    await migrate(url)
    engine = connect(url)
    await engine.open()
    session = new_session()
    hearing = Hearing([word for feature in FEATURES for c in feature.commands for word in (c.word, *c.aliases)])
    telegram = TelegramPlatform(settings, hearing, lambda: session, username=ME["username"])
    clock = SystemClock()
    core = assemble(
        engine=engine,
        clock=clock,
        metrics=Metrics(),
        hearing=hearing,
        platforms=[telegram],
        features=FEATURES,
        aliases=Settings().aliases,
        settings={},
        owner="bench",
        files=folder / "files",
    )
    async with engine.write() as tx:
        await _people(Unit(tx), clock)
    await core.start(alone=True)
    try:
        yield Ours(core, telegram, session)
    finally:
        await session.close()
        await engine.close()


async def _people(unit: Unit, clock: SystemClock) -> None:
    """The sample station; its officers have Telegram accounts that wrote to us; residents' groups are bound to it."""
    await apply(unit, parse_station(sample(), "sample/station.yaml"), clock.now(), {"telegram": BOT})
    for identity, _ in await unit.people.on_platform("telegram"):
        await unit.people.reachable(
            "telegram", identity.user_id, bot=BOT, chat_id=identity.user_id, username=identity.username
        )
    station = (await unit.stations.all())[0]
    areas = await unit.stations.areas(station.id)
    for n in range(GROUPS):
        found = await unit.groups.seen(
            platform="telegram", bot=BOT, chat_id=str(group_id(n)), title=f"东湾{n}号院业主群"
        )
        area = areas[n % len(areas)].id
        await unit.groups.bind(found.id, station_id=station.id, kind=GroupKind.OWNERS, area_id=area, households=300)


def sample() -> str:
    """The sample station with Telegram ids in place of those of the built-in chat."""
    text = (resources.files("bot") / "sample" / "station.yaml").read_text(encoding="utf-8")
    people = iter(range(FIRST_OFFICER, FIRST_OFFICER + 1000))
    chats: Iterator[int] = iter(range(OFFICERS_GROUP, OFFICERS_GROUP + 1000))
    text = re.sub(r"accounts: \{local: \w+\}", lambda _: f"accounts: {{telegram: {next(people)}}}", text)
    return re.sub(r'platform: local, chat: "[^"]*"', lambda _: f'platform: telegram, chat: "{next(chats)}"', text)


class Fetched(Api):
    """Answers of getUpdates that have arrived already: everything but the network."""

    def __init__(self, telegram: TelegramPlatform, session: aiohttp.ClientSession) -> None:
        super().__init__(lambda: session, TOKEN, "http://127.0.0.1")
        self.answers: Iterator[bytes] = iter(())

    async def call(self, method: str, params: Any, read: float = 0.0) -> Reply:
        return self._understand(200, next(self.answers))


async def _no_sleep(_seconds: float) -> None:
    return


class Pipe:
    """The adapter's own Poller over answers that have arrived already."""

    def __init__(self, bot: Ours) -> None:
        self._api = Fetched(bot.telegram, bot.session)
        self._poller = Poller(
            api=self._api,
            prefilter=Prefilter(bot.telegram.me, bot.core.hearing),
            accept=bot.core.inbox.accept,
            poll_seconds=0,
            sleep=_no_sleep,
            backoff=Backoff(_no_sleep, chance=lambda: 0.0),
        )

    async def feed(self, answers: list[bytes]) -> None:
        """Each answer decoded, looked at, stored durably and stepped past."""
        self._api.answers = iter(answers)
        for _ in answers:
            await self._poller.turn()
