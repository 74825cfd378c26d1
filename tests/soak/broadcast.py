"""A broadcast while the bot dies: no group reads it twice, and what is uncertain is listed."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from storage.engine import connect
from storage.model.messages import Address, Content, Lane, Outgoing, Policy
from storage.unit import Unit
from tests.fake_telegram import TOKEN
from tests.soak.kill import ANSWER_DELAY
from tests.soak.kit import Bot, Fake, leased, query, quiet, until

TEXT = "当心冒充客服退款"


def group_id(number: int) -> int:
    return -1002000000000 - number


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What became of one broadcast. `missed`: groups that did not read it and are not listed as uncertain."""

    groups: int
    twice: int
    uncertain: int
    in_flight: int
    missed: int

    def __str__(self) -> str:
        return (
            f"{self.groups} groups: {self.twice} twice, {self.missed} missed, "
            f"{self.uncertain} listed as uncertain (≤ {self.in_flight} in flight at kills)"
        )


async def queue_broadcast(database: str, groups: int, lane: Lane = Lane.DIGEST) -> None:
    """One row per group, as the broadcast feature queues them."""
    engine = connect(database)
    await engine.open()
    now = datetime.now(UTC)
    try:
        async with engine.write() as tx:
            for number in range(groups):
                to = Address(platform="telegram", bot=TOKEN.partition(":")[0], chat_id=str(group_id(number)))
                key, content = f"push:1:{number}", Content(text=TEXT)
                row = Outgoing(key=key, to=to, content=content, lane=lane, policy=Policy.AT_MOST_ONCE)
                await Unit(tx).outbox.add(row, now)
    finally:
        await engine.close()


async def soak_broadcast(folder: Path, database: str, *, groups: int, kills: int, seed: int = 3) -> Spread:
    chance, in_flight = random.Random(seed), 0
    await queue_broadcast(database, groups)
    async with Fake(folder) as fake:
        await fake.post("faults", {"kind": "delay", "method": "sendMessage", "times": 10**9, "seconds": ANSWER_DELAY})
        bot = Bot(folder, fake.base_url, database)
        try:
            for _ in range(kills):
                before = (await fake.get("state"))["sent"]
                bot.start()
                await until(partial(_more, fake, before), 30, "it sends", every=0.005)
                await asyncio.sleep(chance.uniform(0, ANSWER_DELAY))
                bot.kill()
                in_flight += await leased(database)
                if database.startswith("postgres"):
                    await query(database, "UPDATE outbox SET lease_until = 0 WHERE state = 'leased'")
            bot.start()
            await until(lambda: quiet(fake, database), 60, "the broadcast has ended")
        finally:
            bot.kill()
        sent = Counter(row["chat_id"] for row in await fake.sent() if row["params"]["text"] == TEXT)
    rows = await query(database, "SELECT chat_id FROM outbox WHERE state = 'unknown'")
    listed = {int(chat) for (chat,) in rows}
    return Spread(
        groups=groups,
        twice=sum(1 for number in sent.values() if number > 1),
        uncertain=len(listed),
        in_flight=in_flight,
        missed=len({group_id(n) for n in range(groups)} - set(sent) - listed),
    )


async def _more(fake: Fake, before: int) -> bool:
    return int((await fake.get("state"))["sent"]) > before
