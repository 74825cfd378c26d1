"""Channels of the family that we speak through, alone against the emulator: no bot around them, a clock we hold."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom.channel import Kit
from bot.config import Settings
from bot.hearing import Hearing
from storage.engine.base import Engine
from storage.model.messages import Address, Content, Outgoing
from tests.fake_wecom import FakeWecom, State
from tests.fake_wecom import HeldClock as Seconds
from tests.harness import START, HeldClock


@asynccontextmanager
async def emulator() -> AsyncIterator[tuple[FakeWecom, HeldClock]]:
    """The emulator and the bot look at one clock."""
    clock = HeldClock()

    class Same(Seconds):
        def __call__(self) -> float:
            return clock.now().timestamp()

    async with FakeWecom(state=State(clock=Same())) as fake:
        fake.add_members("lijing", "wang")
        fake.add_webhook("KEY-1111-2222", "民警群")
        fake.add_webhook("KEY-3333-4444", "义警群")
        yield fake, clock


def settings(fake: FakeWecom, **sections: Any) -> Settings:
    kit = fake.setup
    app = {"agent_id": kit.agent_id, "secret": kit.app_secret, "token": kit.token, "aes_key": kit.aes_key}
    groups = [{"name": chat, "key": key} for key, chat in fake.webhook.groups.items()]
    fields: dict[str, Any] = {
        "wecom": {"corp_id": kit.corp_id, "base_url": fake.base_url},
        "wecom_app": app,
        "wecom_webhook": {"groups": groups},
    }
    return Settings.model_validate(fields | sections)


@asynccontextmanager
async def kit_for(
    fake: FakeWecom, clock: HeldClock, engine: Engine, folder: Path, **sections: Any
) -> AsyncIterator[Kit]:
    async with new_session() as session:
        yield kit(settings(fake, **sections), clock, engine, folder, session)


def kit(with_: Settings, clock: HeldClock, engine: Engine, folder: Path, session: aiohttp.ClientSession) -> Kit:
    return Kit(
        settings=with_,
        engine=engine,
        hearing=Hearing(),
        clock=clock,
        session=lambda: session,
        data_dir=folder,
        owner="test",
    )


def out(platform: str, bot: str, chat: str, text: str, key: str = "k", **content: Any) -> Outgoing:
    to = Address(platform=platform, bot=bot, chat_id=chat)
    return Outgoing(key=key, to=to, content=Content(text=text, **content))


def seconds(now: datetime = START) -> int:
    return int(now.astimezone(UTC).timestamp())
