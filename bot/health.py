"""Is the bot well? Asked by /healthz; a full disk or a locked database shows here, and heals here."""

import asyncio
from datetime import timedelta

from bot.core import Core
from bot.web.health import Health as Report
from storage.engine.base import StoreDownError
from storage.unit import Unit

STUCK = timedelta(seconds=60)
PROBE_SECONDS = 3.0


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
