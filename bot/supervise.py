"""One part's bug must not take the others down: it is told, and the part starts again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.errors import place

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=60)
CRASHED = "part.crashed"


async def supervise(name: str, part: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run `part` until cancelled. If it ends by itself it is started again, later each time it ends soon."""
    pause = FIRST_PAUSE
    while True:
        began = clock.now()
        where = "ended"
        try:
            await part()
        except Exception as error:  # noqa: BLE001 - the program outlives every bug of one part
            where = place(error)
        if clock.now() - began > LONGEST_PAUSE:
            pause = FIRST_PAUSE
        log.error(CRASHED, part=name, error=where, again_in=pause.total_seconds())
        await clock.wait(asyncio.Event(), clock.now() + pause)
        pause = min(pause * 2, LONGEST_PAUSE)
