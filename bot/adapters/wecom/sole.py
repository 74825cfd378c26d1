"""What only one of our processes may do at a time: the database's lease says which."""

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.instance import gone
from storage.engine.base import Engine, StoreDownError
from storage.unit import Unit


class Sole:
    """`name`: the lease. `owner`: this process. While the store is down, what we hold is ours until it runs out."""

    def __init__(self, engine: Engine, clock: Clock, name: str, owner: str, lasts: timedelta) -> None:
        self._engine = engine
        self._clock = clock
        self._name = name
        self._owner = owner
        self._lasts = lasts
        self._until: datetime | None = None

    @property
    def held(self) -> bool:
        """Was it ours when we last looked?"""
        return self._until is not None

    @property
    def left(self) -> timedelta:
        """How long it stays ours without another look; zero if it is not."""
        now = self._clock.now()
        return max(timedelta(0), self._until - now) if self._until is not None else timedelta(0)

    async def take(self) -> bool | None:
        """Take or keep it. Is it ours now? None while the store is down."""
        now = self._clock.now()
        until = now + self._lasts
        try:
            async with self._engine.write() as tx:
                lease = await Unit(tx).leases.take(self._name, self._owner, now=now, until=until)
        except StoreDownError:
            return None
        self._until = until if lease is not None else None
        return lease is not None

    async def inherit(self) -> None:
        """A process of this machine that is gone holds nothing any more. Only at start, so that where two machines
        cannot be told apart (containers), one starting takes over once and no more."""
        try:
            async with self._engine.write() as tx:
                leases = Unit(tx).leases
                owner = await leases.holder(self._name, self._clock.now())
                if owner is not None and gone(owner):
                    await leases.release(self._name, owner)
        except StoreDownError:
            return

    async def let_go(self) -> None:
        """Let another process in at once."""
        self._until = None
        try:
            async with self._engine.write() as tx:
                await Unit(tx).leases.release(self._name, self._owner)
        except StoreDownError:
            return
