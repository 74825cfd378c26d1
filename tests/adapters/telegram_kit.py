"""What the Telegram tests share: recorded updates, a bot that knows its name, and a sleep we hold."""

from collections.abc import Callable
from pathlib import Path

import aiohttp

from bot.adapters.telegram.adapter import TelegramPlatform
from bot.adapters.telegram.addressing import Me
from bot.config import Telegram
from bot.hearing import Hearing
from handlers.kit.mentions import Vocabulary
from storage.model.messages import Envelope
from tests.fake_telegram import ME, FakeTelegram

FOLDER = Path(__file__).parent / "telegram"
US = Me(ME["id"], ME["username"])
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def recorded(name: str) -> bytes:
    """One recorded update."""
    return (FOLDER / f"{name}.json").read_bytes()


def hearing() -> Hearing:
    """Knows one office and two officers."""
    ears = Hearing(["接单"])
    ears.vocabulary = Vocabulary(["民警", "李警官", "王警官"])
    return ears


class Sleeper:
    """Sleeps no time at all; remembers for how long it was asked, and can stop the sleeper."""

    def __init__(self, stop_after: int = 1_000) -> None:
        self.asked: list[float] = []
        self._stop_after = stop_after

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        if len(self.asked) >= self._stop_after:
            raise SleptEnoughError


class SleptEnoughError(Exception):
    """The loop under test went on sleeping."""


class Inbox:
    """An `accept` that keeps envelopes; `failures` are raised first, one per call."""

    def __init__(self, *failures: Exception) -> None:
        self.got: list[Envelope] = []
        self.calls = 0
        self._failures = list(failures)

    async def __call__(self, envelopes: list[Envelope], *, cursor: object = None) -> None:
        self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        self.got.extend(envelopes)

    @property
    def ids(self) -> list[str]:
        return [envelope.event_id for envelope in self.got]


def platform(
    fake: FakeTelegram, session: aiohttp.ClientSession, sleep: Callable[..., object] | None = None, **settings: object
) -> TelegramPlatform:
    """A platform that talks to the fake, polls shortly, and never really waits."""
    config = Telegram(token=fake.token, base_url=fake.base_url + "/", **{"poll_seconds": 1} | settings)  # type: ignore[arg-type]
    return TelegramPlatform(
        config,
        hearing(),
        lambda: session,
        public_url="http://127.0.0.1:1",
        menu=[("/help", "帮助")],
        sleep=sleep or Sleeper(),  # type: ignore[arg-type]
        chance=lambda: 0.5,
    )
