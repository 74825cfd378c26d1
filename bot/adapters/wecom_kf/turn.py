"""Which of several processes fetches. A notice comes to any of them: it is handed over by a row the owner looks at."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.adapters.wecom.sealing import Seal
from bot.adapters.wecom.sole import Sole
from bot.adapters.wecom_kf.parse import PLATFORM
from bot.clock import Clock
from storage.engine.base import Engine, StoreDownError
from storage.model.channels import Cursor
from storage.unit import Unit

LEASE = timedelta(seconds=15)
LOOK = timedelta(seconds=1)
NOTICE = "notice"
"""The name under which a notice is handed over; its token is sealed."""

MARK = "token:"


class Turn:
    """One of these per process and 客服 account. Who gets the turn fetches at once, so a notice that died with the
    owner is not missed."""

    def __init__(self, engine: Engine, clock: Clock, bot: str, owner: str, secret: str) -> None:
        self._engine = engine
        self._clock = clock
        self._bot = bot
        self._seal = Seal(secret)
        self._sole = Sole(engine, clock, f"pull:{bot}", owner, LEASE)
        self._seen = ""

    @property
    def ours(self) -> bool:
        return self._sole.left > timedelta(0)

    async def keep(self, noticed: Callable[[str], None]) -> None:
        """Until cancelled. `noticed` is called when the turn becomes ours, and for every notice others hand over."""
        await self._sole.inherit()
        while True:
            try:
                had = self.ours
                if self._sole.left > LEASE * 2 / 3 or await self._sole.take():
                    token = await self._handed_over()
                    if token is not None or not had:
                        noticed(token or "")
            except StoreDownError:
                pass  # what we hold is ours until it runs out
            await self._clock.wait(asyncio.Event(), self._clock.now() + LOOK)

    async def hand_over(self, token: str) -> None:
        """To whoever fetches. Raises StoreDownError: the platform then tells it again."""
        row = Cursor(platform=PLATFORM, bot=self._bot, name=NOTICE, value=self._seal.close(MARK + token))
        async with self._engine.write() as tx:
            await Unit(tx).channels.read_to(row)

    async def give_up(self) -> None:
        """Let another process in at once."""
        await self._sole.let_go()

    async def _handed_over(self) -> str | None:
        """The token of a notice not seen before; None if there is no such notice."""
        async with self._engine.read() as tx:
            sealed = await Unit(tx).channels.cursor(PLATFORM, self._bot, NOTICE)
        if sealed == self._seen:
            return None
        self._seen = sealed
        return (self._seal.open(sealed) or "").removeprefix(MARK)
