"""消息推送, against the emulator: it says, and hears nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.wecom_webhook.adapter import WebhookPlatform
from storage.model.messages import Envelope
from tests.browser.echo import open_engine
from tests.conformance.driver import Driver, Seen
from tests.fake_wecom import FakeWecom
from tests.wecom_channels import emulator, kit_for


class WebhookDriver(Driver):
    name = "wecom_webhook"
    chats = ("民警群", "义警群")

    def __init__(self, fake: FakeWecom, platform: WebhookPlatform) -> None:
        self._fake = fake
        self.platform = platform

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        engine = await open_engine(folder)
        async with emulator() as (fake, clock), kit_for(fake, clock, engine, folder) as kit:
            yield cls(fake, WebhookPlatform(kit))
        await engine.close()

    def samples(self) -> Sequence[bytes]:
        return [b"{}", b'{"msgtype":"text"}', b"<xml></xml>"]

    async def envelopes(self) -> Sequence[Envelope]:
        return []

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        return [Seen(text=shown.text, picture=shown.kind == "image") for shown in self._fake.seen(chat_id)]

    async def cut_off(self) -> None:
        await self._fake.stop()
