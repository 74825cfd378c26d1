"""自建应用, against the emulator."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.adapters.base import Sent
from bot.adapters.wecom_app.adapter import AppPlatform
from bot.adapters.wecom_app.render import MARKS
from storage.model.messages import Button, Envelope
from tests.browser.echo import open_engine
from tests.conformance.driver import Driver, Seen
from tests.fake_wecom import FakeWecom
from tests.officers import served
from tests.wecom_channels import emulator, kit_for, out


class AppDriver(Driver):
    name = "wecom_app"
    chats = ("lijing", "wang")

    def __init__(self, fake: FakeWecom, platform: AppPlatform) -> None:
        self._fake = fake
        self.platform = self._platform = platform
        self._heard: list[Envelope] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        engine = await open_engine(folder)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.close)
            fake, clock = await stack.enter_async_context(emulator())
            kit = await stack.enter_async_context(kit_for(fake, clock, engine, folder))
            driver = cls(fake, AppPlatform(kit, freshen_after=60))
            running = asyncio.create_task(driver._platform.run(driver._accept))
            stack.callback(running.cancel)
            fake.doors["app"].url = await stack.enter_async_context(served(driver._platform))
            await driver._talk()
            yield driver

    async def _accept(self, envelopes: list[Envelope], *, cursor: object = None) -> None:
        self._heard.extend(envelopes)

    async def _talk(self) -> None:
        app = self._fake.app
        await app.say("lijing", "我的")
        await app.show("lijing", self._fake.qyapi.keep(b"\xff\xd8\xff picture"))
        await app.enter("wang")
        card = out(
            "wecom_app", self._platform.bot, "wang", "新警情", "c", buttons=((Button(label="接单", action="c:1"),),)
        )
        sent = await self._platform.send(card, "")
        assert isinstance(sent, Sent)
        await app.click("wang", sent.message_ref, "c:1")

    def samples(self) -> Sequence[bytes]:
        return [envelope.body for envelope in self._heard]

    async def envelopes(self) -> Sequence[Envelope]:
        return self._heard

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        shown = self._fake.seen(chat_id)
        return [Seen(text=s.text.rstrip(MARKS), labels=tuple(s.labels), picture=s.kind == "image") for s in shown]

    async def cut_off(self) -> None:
        await self._fake.stop()
