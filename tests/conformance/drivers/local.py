"""The built-in chat."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.base import Sent
from bot.adapters.local.door import Say
from storage.engine.sqlite import SqliteEngine
from storage.model.messages import Address, Button, Content, Envelope, Outgoing
from tests.browser.echo import new_hearing, new_platform, open_engine
from tests.conformance.driver import Driver, Seen

GARDEN, PRIVATE = "g:garden", "p:chen"


class LocalDriver(Driver):
    name = "local"
    chats = (PRIVATE, GARDEN)

    def __init__(self, engine: SqliteEngine, folder: Path) -> None:
        self._engine = engine
        self.platform = self._platform = new_platform(engine, folder, new_hearing())
        self._heard: list[Envelope] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        engine = await open_engine(folder)
        driver = cls(engine, folder)
        running = asyncio.create_task(driver._platform.run(driver._accept))
        await driver._platform.ready.wait()
        await driver._talk()
        yield driver
        running.cancel()
        await asyncio.wait([running])
        await engine.close()

    async def _accept(self, envelopes: list[Envelope], *, cursor: object = None) -> None:
        self._heard.extend(envelopes)

    async def _talk(self) -> None:
        door = self._platform.door
        for number, (chat, text) in enumerate(((GARDEN, "@民警 楼上扔垃圾"), (PRIVATE, "你好"), (GARDEN, "/我的"))):
            await door.say(Say(user_id="chen", chat_id=chat, text=text, event=f"e{number}", reply_to=""))
        to = Address(platform="local", bot="local", chat_id=PRIVATE)
        content = Content(text="新警情", buttons=((Button(label="接单", action="claim:1"),),))
        sent = await self._platform.send(Outgoing(key="card", to=to, content=content), "")
        assert isinstance(sent, Sent)
        await door.press("e9", "chen", PRIVATE, sent.message_ref, "claim:1")

    def samples(self) -> Sequence[bytes]:
        return [envelope.body for envelope in self._heard]

    async def envelopes(self) -> Sequence[Envelope]:
        return self._heard

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        messages, _ = await self._platform.door.history("chen", chat_id, "", 100)
        return [
            Seen(text=m.text, labels=tuple(b.label for row in m.buttons for b in row), picture=m.photo != "")
            for m in messages
            if not m.sender
        ]

    async def cut_off(self) -> None:
        await self._engine.close()
