"""How long others wait: for a chat that is silenced, and for a broadcast under way. Measured with real limits."""

import random
import time
from pathlib import Path

import pytest

from tests.fake_telegram import Json
from tests.soak.broadcast import queue_broadcast
from tests.soak.kit import OFFICERS, Bot, Fake, say, until
from tests.soak.traffic import Traffic

pytestmark = pytest.mark.soak

REAL = {"per_second": 30, "per_chat_second": 1, "per_group_minute": 20}
GROUPS = [-1003000000000 - n for n in range(40)]
FREE_FALL, HOLD_UP = 0.3, 2.0


async def _answer_time(fake: Fake, traffic: Traffic, number: int) -> float:
    """Seconds from a message in a group to its receipt there (one clock for all processes)."""
    [update] = _in_group(traffic, number, 1)
    chat, message = update["message"]["chat"]["id"], update["message"]["message_id"]
    began = time.monotonic()
    await fake.push([update])
    arrived: list[float] = []

    async def answered() -> bool:
        rows = await fake.get("sent", chat_id=chat)
        arrived.extend(r["at"] for r in rows if r["params"].get("reply_parameters", {}).get("message_id") == message)
        return bool(arrived)

    await until(answered, 20, "the receipt", every=0.01)
    return arrived[0] - began


def _in_group(traffic: Traffic, number: int, count: int) -> list[Json]:
    traffic.groups = [GROUPS[number]]
    return traffic.some(count)


async def test_a_silenced_group_delays_no_other(tmp_path: Path) -> None:
    traffic = Traffic(random.Random(9), share=1.0)
    async with Fake(tmp_path, "--rates") as fake:
        bot = Bot(tmp_path, fake.base_url, f"sqlite:///{tmp_path / 'b.db'}", groups=GROUPS, telegram=REAL)
        try:
            bot.start()
            await until(bot.well, 30, "the bot answers /healthz")
            before = [await _answer_time(fake, traffic, n) for n in range(8)]
            await fake.post("silence", {"chat_id": GROUPS[20], "seconds": 5})
            await fake.push(_in_group(traffic, 20, 3))
            during = [await _answer_time(fake, traffic, n) for n in range(8, 16)]
        finally:
            bot.kill()
    say(f"receipt: {max(before):.3f} s at most before, {max(during):.3f} s while one group answers 429 for 5 s")
    assert max(during) - min(before) < FREE_FALL


async def test_a_broadcast_delays_no_urgent_notice(tmp_path: Path, database_url: str) -> None:
    traffic = Traffic(random.Random(9), share=1.0)
    async with Fake(tmp_path, "--rates") as fake:
        bot = Bot(tmp_path, fake.base_url, database_url, groups=GROUPS, telegram=REAL)
        try:
            bot.start()
            await until(bot.well, 30, "the bot answers /healthz")
            await queue_broadcast(database_url, 2_000)

            async def under_way() -> bool:
                return len(await fake.sent()) > 60

            await until(under_way, 30, "the broadcast is under way")
            began = time.monotonic()
            waits = [await _answer_time(fake, traffic, n) for n in range(12)]

            async def three_cards() -> bool:
                return len(await fake.get("sent", chat_id=OFFICERS)) >= 3

            await until(three_cards, 20, "three officers' cards", every=0.02)
            cards = [row["at"] - began for row in await fake.get("sent", chat_id=OFFICERS)]
            sent = await fake.sent()
        finally:
            bot.kill()
    say(
        f"{database_url.partition(':')[0]}, during a broadcast to 2,000 groups: receipts {max(waits):.3f} s at most, "
        f"the third officers' card {cards[2]:.3f} s after the first report; {len(sent)} sent so far"
    )
    assert len(sent) < 2_000
    assert max(waits) < HOLD_UP
    assert cards[2] < HOLD_UP
