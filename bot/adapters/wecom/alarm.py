"""What nobody but a person can put right, told to those who manage the stations."""

import msgspec

from bot.adapters.wecom.api import Refused
from bot.adapters.wecom.tokens import Told
from bot.clock import Clock
from storage.engine.base import Engine, StoreDownError
from storage.unit import Unit


async def alarm(engine: Engine, clock: Clock, name: str, why: str) -> None:
    """Once an hour for each `name` and `why` (a key of handlers' DEAF)."""
    now = clock.now()
    payload = msgspec.json.encode({"why": why}).decode()
    try:
        async with engine.write() as tx:
            key = f"deaf:{name}:{why}:{now:%Y-%m-%dT%H}"
            await Unit(tx).jobs.add("channel.deaf", key=key, due_at=now, payload=payload)
    except StoreDownError:
        return


def when_refused(engine: Engine, clock: Clock, platform: str) -> Told:
    """For the Tokens of that platform."""

    async def told(_reply: Refused) -> None:
        await alarm(engine, clock, platform, platform)

    return told
