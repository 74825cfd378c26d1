"""How a channel of the family is put together: what it gets, and what it hands back.

Each channel's package has an `adapter` module with `build(kit: Kit) -> Channel`. It raises ValueError, with a sentence
and without a secret, for settings it cannot start with.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.adapters.base import Platform
from bot.adapters.wecom.api import SessionFactory
from bot.adapters.wecom.pace import Pace, Paces
from bot.clock import Clock
from bot.config import Settings
from bot.hearing import Hearing
from storage.engine.base import Engine

Query = Sequence[tuple[str, str]]
"""The query of a request as it came, URL-decoded, repeated keys and all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a callback is answered with. An empty 200 means: understood, nothing to say."""

    body: bytes = b""
    media_type: str = "text/plain"


class Callback(Protocol):
    """What a web route needs of a channel."""

    @property
    def callback_path(self) -> str: ...

    def hello(self, query: Query) -> bytes:
        """The echo for the platform's check of our address. Raises TurnedAwayError."""

    async def deliver(self, query: Query, body: bytes) -> Reply:
        """One posted callback; returns once its effect is durable. Raises TurnedAwayError or StoreDownError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """`session` returns the one open session. `owner`: this process, for leases."""

    settings: Settings
    engine: Engine
    hearing: Hearing
    clock: Clock
    session: SessionFactory
    data_dir: Path
    owner: str
    paces: Paces = field(default_factory=Paces)

    @property
    def webhook_pace(self) -> Pace:
        """Of each key of 消息推送, whoever speaks by it."""
        return self.paces.of("webhook", self.settings.wecom_webhook.per_minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    platform: Platform
    callbacks: tuple[Callback, ...] = ()
