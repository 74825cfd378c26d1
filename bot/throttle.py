"""Token buckets per bot and per chat, with tokens of each reserved for people over pushes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.model.channels import Limits
from storage.model.messages import Lane

RESERVED = 0.25
"""This share of every bucket is never spent on broadcasts (lanes 3 and 4)."""

BOOKKEEPING = 5000
"""More chat buckets than this: forget those that are full again."""


@dataclass
class Bucket:
    """`rate` tokens per second, at most `size`."""

    rate: float
    size: float
    tokens: float
    at: datetime

    def wait(self, now: datetime, keep: float, count: int = 1) -> float:
        """Seconds until `count` tokens more than `keep` are there, or it is full; 0 if they are."""
        self.tokens = min(self.size, self.tokens + self.rate * max(0.0, (now - self.at).total_seconds()))
        self.at = now
        # A hundredth of a token short is rounding, not a limit.
        missing = min(keep + count, self.size) - self.tokens
        return 0.0 if missing <= 0.01 else missing / self.rate

    @property
    def full(self) -> bool:
        return self.tokens >= self.size


class Throttle:
    """Limits of one bot on one platform."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bot: Bucket | None = None
        self._pushes: Bucket | None = None
        self._chats: dict[str, list[Bucket]] = {}
        self._silent: dict[str, datetime] = {}

    def silence(self, chat_key: str, until: datetime) -> None:
        """The platform told us to leave this chat alone until then."""
        self._silent[chat_key] = until

    def bot_wait(self, lane: Lane, now: datetime) -> float:
        """Seconds until the bot may send something of this lane."""
        if self._bot is None or self._pushes is None:
            rate = self._limits.per_bot_second
            self._bot = Bucket(rate, max(1.0, rate), max(1.0, rate), now)
            share = rate * (1 - RESERVED)  # of the rate as well: else pushes use up what people's tokens stand for
            self._pushes = Bucket(share, max(1.0, share), max(1.0, share), now)
        if lane < Lane.URGENT_PUSH:
            return self._bot.wait(now, 0.0)
        return max(self._bot.wait(now, self._bot.size * RESERVED), self._pushes.wait(now, 0.0))

    def chat_wait(self, chat_key: str, group: bool, lane: Lane, now: datetime, count: int = 1) -> float:
        """Seconds until this chat may receive `count` messages of this lane."""
        silent = self._silent.get(chat_key)
        if silent is not None:
            if silent > now:
                return (silent - now).total_seconds()
            del self._silent[chat_key]
        buckets = self._chats.get(chat_key)
        if buckets is None:
            buckets = self._chats[chat_key] = self._new_chat(group, now)
            if len(self._chats) > BOOKKEEPING:
                self._forget(now)
        push = lane >= Lane.URGENT_PUSH
        # The short bucket refills within a second; only the minute's is worth keeping for people.
        short, *minute = buckets
        kept = [b.wait(now, b.size * RESERVED if push else 0.0, count) for b in minute]
        return max([short.wait(now, 0.0, count), *kept])

    def spend(self, chat_key: str, lane: Lane = Lane.RESIDENT, count: int = 1) -> None:
        """`count` messages go out."""
        self.spend_bot(count)
        if self._pushes is not None and lane >= Lane.URGENT_PUSH:
            self._pushes.tokens -= count
        for bucket in self._chats.get(chat_key, ()):
            bucket.tokens -= count

    def spend_bot(self, count: int = 1) -> None:
        """So many calls, whether a chat sees them or not."""
        if self._bot is not None:
            self._bot.tokens -= count

    def _new_chat(self, group: bool, now: datetime) -> list[Bucket]:
        burst = max(1.0, self._limits.per_chat_burst)
        buckets = [Bucket(self._limits.per_chat_second, burst, burst, now)]
        if group:
            minute = self._limits.per_chat_minute
            buckets.append(Bucket(minute / 60, minute, minute, now))
        return buckets

    def _forget(self, now: datetime) -> None:
        for buckets in self._chats.values():
            for bucket in buckets:
                bucket.wait(now, 0)
        self._chats = {key: b for key, b in self._chats.items() if not all(x.full for x in b)}


def backoff(age: timedelta, jitter: Callable[[], float]) -> timedelta:
    """How long to wait before the next try of something `age` old: full jitter, growing with age, 1 s to 10 min."""
    ceiling = min(600.0, max(1.0, age.total_seconds()))
    return timedelta(seconds=0.2 + jitter() * ceiling)
