"""How long to wait before trying again."""

import random
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]


class Pauses:
    """Doubling pauses with jitter: between half and the whole of 1, 2, 4 … `cap` seconds. Never zero."""

    def __init__(self, sleep: Sleep, cap: float, chance: Callable[[], float] = random.random) -> None:
        self._sleep = sleep
        self._cap = cap
        self._chance = chance
        self._failures = 0

    def reset(self) -> None:
        self._failures = 0

    async def wait(self, at_least: float = 0.0) -> None:
        """The next pause, or `at_least` seconds and a little."""
        pause = min(self._cap, 2.0 ** min(self._failures, 16))
        self._failures += 1
        if at_least >= pause:
            await self._sleep(at_least * (1 + self._chance() / 10))
        else:
            await self._sleep(pause * (1 + self._chance()) / 2)
