"""How long to wait before trying again."""

import random
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]


class Backoff:
    """Doubling pauses with jitter: between half and the whole of 1, 2, 4 … `cap` seconds. Never zero."""

    def __init__(self, sleep: Sleep, cap: float = 60.0, chance: Callable[[], float] = random.random) -> None:
        self._sleep = sleep
        self._cap = cap
        self._chance = chance
        self._failures = 0

    def capped(self, cap: float) -> "Backoff":
        """Another one like this, with a cap of its own."""
        return Backoff(self._sleep, cap, self._chance)

    def reset(self) -> None:
        self._failures = 0

    async def wait(self, at_least: float = 0.0) -> None:
        """Sleep for the next pause, or for `at_least` seconds and a little if that is longer."""
        whole = max(at_least, min(self._cap, 2.0 ** min(self._failures, 16)))
        self._failures += 1
        low = at_least if at_least == whole else whole / 2
        span = whole / 10 if at_least == whole else whole / 2
        await self._sleep(low + span * self._chance())
