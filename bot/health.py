"""Is the bot well? Asked by /healthz; a full disk or a locked database shows here, and heals here."""

import asyncio
from datetime import datetime, timedelta

from bot.core import Core
from bot.web.health import Health as Report
from storage.engine.base import StoreDownError
from storage.model.people import Conversation
from storage.unit import Unit

STUCK = timedelta(seconds=60)
PROBE_SECONDS = 3.0
PROBE_BYTES = 256 * 1024
"""A full disk may still take a small change where an old one stood: after trouble, only this much proves its end."""


class Health:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def check(self) -> Report:
        """A real write, so that "ok" means a message sent now would be kept."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                parts = await self._probe()
        except StoreDownError as error:
            return Report(ok=False, parts={"database": f"写不进去：{error}"})
        except TimeoutError:
            return Report(ok=False, parts={"database": f"{PROBE_SECONDS:.0f} 秒内没有回应"})
        return Report(ok=all(part == "ok" or part.startswith("ok ") for part in parts.values()), parts=parts)

    async def _probe(self) -> dict[str, str]:
        now = self._core.clock.now()
        await self._prove_room(now)
        async with self._core.engine.write() as tx:
            unit = Unit(tx)
            await unit.leases.take("health", "probe", now=now, until=now)
            inbox = await unit.inbox.counts()
            outbox = await unit.outbox.counts()
        parts = {"database": "ok"}
        waiting, since = inbox.get("new", (0, now))
        parts["inbox"] = "ok" if now - since < STUCK else f"有 {waiting} 条消息等了超过一分钟"
        waiting, since = outbox.get("pending", (0, now))
        parts["outbox"] = "ok" if now - since < STUCK * 10 else f"有 {waiting} 条回复等了超过十分钟"
        return parts

    async def _prove_room(self, now: datetime) -> None:
        """If the last message could not be kept: would one be kept now? Raises StoreDownError."""
        if not self._core.inbox.trouble:
            return
        probe = Conversation(platform="health", chat_id="", user_id="", step="", data="0" * PROBE_BYTES, expires_at=now)
        async with self._core.engine.write() as tx:
            await Unit(tx).conversations.put(probe)
        async with self._core.engine.write() as tx:
            await Unit(tx).conversations.end("health", "", "")
        self._core.inbox.trouble = ""
