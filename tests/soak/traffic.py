"""What flows through the soak, and the reckoning afterwards."""

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.outbox import COPY_MARK
from tests.fake_telegram import Json, Maker
from tests.fake_telegram.make import group, user
from tests.soak.kit import SQLITE, query

MARK = "闲聊记号KWQX"
"""Stands in every message that is not for us, and must stand nowhere in the database's files."""

GROUPS = [-1001000000000 - n for n in range(1, 41)]
RESIDENTS = [user(50_000 + n, f"居民{n}") for n in range(300)]
FIRST_ID, ID_STEP = 1_000_000, 1_000


@dataclass
class Traffic:
    """Messages of many people in many groups; one in five is addressed to the bot."""

    chance: random.Random
    share: float = 0.2
    groups: Sequence[int] = tuple(GROUPS)
    wanted: set[tuple[str, str]] = field(default_factory=set)
    pushed: int = 0

    def __post_init__(self) -> None:
        # The bot's own messages get the numbers in between.
        self._ids = itertools.count(FIRST_ID, ID_STEP)
        self._make = Maker(next_message_id=lambda _: next(self._ids))

    def some(self, count: int) -> list[Json]:
        return [self._one() for _ in range(count)]

    def _one(self) -> Json:
        self.pushed += 1
        chat, who = group(self.chance.choice(self.groups)), self.chance.choice(RESIDENTS)
        if self.chance.random() >= self.share:
            return self._make.text(chat, who, f"{MARK} 今天天气不错 {self.pushed}")
        # Somebody new every time: what one person adds to a matter would belong to it.
        who = user(100_000 + self.pushed, f"居民{self.pushed}")
        update = self._make.to_us(chat, who, f"楼道里的灯坏了，第W{self.pushed}W处")
        self.wanted.add((str(chat["id"]), str(update["message"]["message_id"])))
        return update


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """`copies`: messages that arrived more than once, counted beyond the first."""

    wanted: int
    lost: int
    doubled: int
    without_receipt: int
    copies: int
    in_flight: int
    traces: int

    def __str__(self) -> str:
        return (
            f"{self.wanted} addressed: {self.lost} lost, {self.doubled} tickets twice, "
            f"{self.without_receipt} without receipt, {self.copies} copies (≤ {self.in_flight} in flight at kills), "
            f"{self.traces} traces of unaddressed messages"
        )


async def reckon(traffic: Traffic, database: str, sent: Sequence[Json], in_flight: int) -> Reckoning:
    """What became of everything that was said."""
    found = Counter((str(chat), str(message)) for chat, message in await query(database, TICKETS))
    return Reckoning(
        wanted=len(traffic.wanted),
        lost=len(traffic.wanted - set(found)),
        doubled=sum(number - 1 for number in found.values()) + len(set(found) - traffic.wanted),
        without_receipt=len(traffic.wanted - _receipts(sent)),
        copies=copies(sent),
        in_flight=in_flight,
        traces=await traces(database),
    )


TICKETS = "SELECT chat_id, message_id FROM ticket"


def _receipts(sent: Sequence[Json]) -> set[tuple[str, str]]:
    """Messages that were answered with a ticket's number."""
    answered = set()
    for row in sent:
        params = row["params"]
        origin = params.get("reply_parameters", {}).get("message_id") or params.get("reply_to_message_id")
        if origin is not None and "号" in params["text"]:
            answered.add((str(row["chat_id"]), str(origin)))
    return answered


def copies(sent: Sequence[Json]) -> int:
    """The same words in the same chat, as an answer to the same message, more than once."""
    seen = Counter(
        (row["chat_id"], str(row["params"].get("reply_parameters")), row["params"]["text"].removesuffix(COPY_MARK))
        for row in sent
    )
    return sum(number - 1 for number in seen.values())


async def traces(database: str) -> int:
    """How often the mark of ordinary chat stands in the database: all its files, or every inbox row."""
    if not database.startswith(SQLITE):
        bodies = await query(database, "SELECT body FROM inbox")
        texts = await query(database, "SELECT text FROM ticket")
        stored = b"".join(bytes(row[0]) for row in bodies) + "".join(row[0] for row in texts).encode()
    else:
        path = Path(database.removeprefix(SQLITE))
        stored = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    escaped = MARK.encode("ascii", "backslashreplace")
    return stored.count(MARK.encode()) + stored.count(escaped)
