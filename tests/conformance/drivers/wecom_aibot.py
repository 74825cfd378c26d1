"""智能机器人 by socket, against the server that keeps its limits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.wecom_aibot.adapter import AibotPlatform
from bot.adapters.wecom_aibot.intake import concerns_us, read
from storage.model.messages import Envelope
from tests.adapters.wecom_aibot_kit import NAMES, recorded
from tests.adapters.wecom_kit import NOW
from tests.aibot import AT, STAFF, running
from tests.conformance.driver import Driver, Seen
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.aibot import Rules
from tests.fake_wecom.server import Setup


class AibotDriver(Driver):
    name = "wecom_aibot"
    chats = ("u:chen", STAFF)

    def __init__(self, fake: FakeWecom, platform: AibotPlatform, stored: Sequence[Envelope]) -> None:
        self._fake = fake
        self._stored = stored
        self.platform = platform

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        home = folder / "aibot"  # the tests keep a database of their own in `folder`
        home.mkdir()
        fake = FakeWecom(Setup(rules=Rules(per_minute=10**6, per_hour=10**6)))
        async with fake, running(home, fake) as play:
            await fake.say("chen", "你好")
            await fake.say("li", f"{AT}你好", STAFF)
            await play.until(lambda: fake.seen("chen") and fake.seen(STAFF), "talk")
            await play.settled()
            bodies = [read(recorded(name)) for name in NAMES]
            taken = [await play.platform.intake.take(body, NOW) for body in bodies if concerns_us(body)]
            yield cls(fake, play.platform, [item.envelope for item in taken])

    def files(self, folder: Path) -> Path:
        return folder / "aibot" / "files"

    def samples(self) -> Sequence[bytes]:
        return [envelope.body for envelope in self._stored]

    async def envelopes(self) -> Sequence[Envelope]:
        return self._stored

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        shown = self._fake.seen(chat_id.removeprefix("u:"))
        return [Seen(text=s.text, labels=tuple(s.labels), picture=s.kind == "image") for s in shown]

    async def cut_off(self) -> None:
        await self._fake.stop()
        await asyncio.sleep(0)
