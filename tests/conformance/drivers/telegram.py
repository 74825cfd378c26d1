"""Telegram, against the server that keeps its limits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.telegram.adapter import TelegramPlatform
from bot.adapters.telegram.api import new_session
from bot.adapters.telegram.prefilter import Prefilter
from storage.model.messages import Envelope
from tests.adapters.telegram_kit import NAMES, US, hearing, platform, recorded
from tests.conformance.driver import Driver, Seen
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.make import group, private, user

CHEN = user(5001, "小陈")
GROUP = group(-1001234567890)


class TelegramDriver(Driver):
    name = "telegram"
    chats = ("5001", "-1001234567890")

    def __init__(self, fake: FakeTelegram, adapter: TelegramPlatform) -> None:
        self._fake = fake
        self.platform = adapter

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Driver]:
        async with FakeTelegram() as fake, new_session() as session:
            fake.state.rates = None
            fake.add_chat(GROUP)
            fake.add_chat(private(CHEN))
            adapter = platform(fake, session)
            adapter._files = folder / "files"
            yield cls(fake, adapter)

    def samples(self) -> Sequence[bytes]:
        return [recorded(name) for name in NAMES]

    async def envelopes(self) -> Sequence[Envelope]:
        door = Prefilter(US, hearing())
        heard = [door(body) for body in self.samples()]
        return [envelope for envelope in heard if envelope is not None and not envelope.unreadable]

    async def seen(self, chat_id: str) -> Sequence[Seen]:
        shown = self._fake.state.find(chat_id).ours.values()
        return [
            Seen(text=str(m.get("text", m.get("caption", ""))), labels=_labels(m), picture="photo" in m) for m in shown
        ]

    async def cut_off(self) -> None:
        await self._fake.stop()


def _labels(message: dict[str, object]) -> tuple[str, ...]:
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return tuple(button["text"] for row in rows for button in row)
