"""The kill test: messages flow, the bot dies again and again, and afterwards everything is counted."""

import asyncio
import random
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.fake_telegram import TOKEN
from tests.soak.kit import Bot, Child, Fake, leased, query, quiet, say, until
from tests.soak.traffic import GROUPS, Reckoning, Traffic, reckon

ANSWER_DELAY = 0.03
"""Seconds between a send taking effect and its answer: the window in which a kill makes a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    kills: int
    messages: int
    mode: str = "polling"
    seed: int = 20_261_121
    drain_seconds: float = 60.0


async def soak(folder: Path, database: str, plan: Plan) -> Reckoning:
    """Run the plan against our bot."""
    async with Fake(folder) as fake:
        bot = Bot(folder, fake.base_url, database, plan.mode, GROUPS)
        try:
            return await _run(fake, bot, database, plan)
        finally:
            bot.kill()


async def _run(fake: Fake, bot: Bot, database: str, plan: Plan) -> Reckoning:
    chance = random.Random(plan.seed)
    traffic = Traffic(chance)
    await fake.post("faults", {"kind": "delay", "method": "sendMessage", "times": 10**9, "seconds": ANSWER_DELAY})
    in_flight = 0
    for number in range(plan.kills):
        bot.start()
        await flow(fake, bot, traffic, plan, chance)
        bot.kill()
        in_flight += await leased(database)
        if not database.startswith("sqlite"):
            # Another process would have to wait until they lapse; here time has passed.
            await query(database, "UPDATE outbox SET lease_until = 0 WHERE state = 'leased'")
        if number % 5 == 4:
            say(f"{plan.mode} {number + 1}/{plan.kills} kills, {traffic.pushed} messages, {in_flight} in flight")
    bot.start()
    await fake.push(traffic.some(plan.messages - traffic.pushed))
    await until(lambda: quiet(fake, database), plan.drain_seconds, "everything handled after the last start")
    bot.kill()
    return await reckon(traffic, database, await fake.sent(), in_flight)


async def flow(fake: Fake, bot: Bot, traffic: Traffic, plan: Plan, chance: random.Random) -> None:
    """One life: messages come before the bot can take them and while it works; then some random moment passes."""
    share = plan.messages // (plan.kills + 1)
    await fake.push(traffic.some(share // 3))
    if chance.random() < 0.85:
        await until(bot.well, 30, "the bot answers /healthz", every=0.03)
    await fake.push(traffic.some(share // 3))
    await asyncio.sleep(chance.uniform(0, 0.2))
    await fake.push(traffic.some(share - 2 * (share // 3)))
    await asyncio.sleep(chance.uniform(0, 0.35))


async def soak_stock(folder: Path, plan: Plan) -> tuple[int, int]:
    """The same kills for the usual bot: (addressed, lost)."""
    database = f"sqlite:///{folder / 'stock.db'}"
    chance = random.Random(plan.seed)
    traffic = Traffic(chance)
    async with Fake(folder) as fake:
        command = [sys.executable, "-m", "tests.soak.stock_bot", fake.base_url, TOKEN, str(folder / "stock.db")]
        bot = Child(command, folder, "stock")
        await fake.post("faults", {"kind": "delay", "method": "sendMessage", "times": 10**9, "seconds": ANSWER_DELAY})
        share = plan.messages // (plan.kills + 1)
        try:
            for _ in range(plan.kills):
                bot.start()
                asked = await _polls(fake)
                await fake.push(traffic.some(share))
                await until(partial(_polled, fake, asked), 30, "the stock bot polls", every=0.03)
                await asyncio.sleep(chance.uniform(0, 0.35))
                bot.kill()
            bot.start()
            await fake.push(traffic.some(plan.messages - traffic.pushed))
            await fake.get("drained")
            await until(lambda: _still(fake), plan.drain_seconds, "the stock bot has nothing more to answer")
        finally:
            bot.kill()
    found = {(str(c), str(m)) for c, m in await query(database, "SELECT chat_id, message_id FROM ticket")}
    return len(traffic.wanted), len(traffic.wanted - found)


async def _polls(fake: Fake) -> int:
    return int((await fake.get("calls")).get("getUpdates", 0))


async def _polled(fake: Fake, asked: int) -> bool:
    return await _polls(fake) > asked


async def _still(fake: Fake) -> bool:
    """No answer for a second."""
    before = (await fake.get("state"))["sent"]
    started = time.monotonic()
    while time.monotonic() - started < 1.0:
        await asyncio.sleep(0.2)
    return bool((await fake.get("state"))["sent"] == before)
