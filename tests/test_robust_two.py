"""Two processes on one PostgreSQL share the work: nothing twice, order kept per chat."""

import asyncio
import random
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from bot.adapters.telegram.adapter import _derived_secret
from tests.conftest import _database, _sql
from tests.fake_telegram import TOKEN, Json
from tests.soak.kit import Bot, Fake, query, quiet, until
from tests.soak.traffic import GROUPS, Traffic, reckon

HEADERS = {"X-Telegram-Bot-Api-Secret-Token": _derived_secret(TOKEN)}
COUNT = 240


async def test_two_processes(tmp_path: Path, postgres_template: str) -> None:
    await _sql(postgres_template, "CREATE DATABASE two TEMPLATE template_pingan")
    try:
        await _two(tmp_path, _database(postgres_template, "two"))
    finally:
        await _sql(postgres_template, "DROP DATABASE two WITH (FORCE)")


async def _two(folder: Path, database: str) -> None:
    traffic = Traffic(random.Random(5), share=1.0)
    by_chat: defaultdict[int, list[Json]] = defaultdict(list)
    for update in traffic.some(COUNT):
        by_chat[update["message"]["chat"]["id"]].append(update)
    async with Fake(folder) as fake, AsyncExitStack() as stack:
        bots = [Bot(folder, fake.base_url, database, "webhook", GROUPS, name=f"bot{n}") for n in range(2)]
        for bot in bots:
            stack.callback(bot.kill)
            bot.start()
            await until(bot.well, 30, "the bot answers /healthz")
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await asyncio.gather(*(_deliver(session, bots, updates) for updates in by_chat.values()))
        await until(lambda: quiet(fake, database), 40, "everything is answered")
        sent = await fake.sent()
        result = await reckon(traffic, database, sent, 0)
    assert (result.lost, result.doubled, result.without_receipt, result.copies) == (0, 0, 0, 0), result
    owners = await query(database, "SELECT DISTINCT lease_owner FROM outbox WHERE state = 'sent'")
    assert len(owners) == 2  # both did something
    for chat, updates in by_chat.items():
        asked = [update["message"]["message_id"] for update in updates]
        here = [row["params"] for row in sent if row["chat_id"] == chat]
        assert sorted(params["reply_parameters"]["message_id"] for params in here) == sorted(asked)
        for urgent in (True, False):  # what is urgent may overtake; apart from that, first come, first answered
            answered = [p["reply_parameters"]["message_id"] for p in here if p["text"].startswith("⚠️") is urgent]
            assert answered == [message for message in asked if message in answered]


async def _deliver(session: aiohttp.ClientSession, bots: list[Bot], updates: list[Json]) -> None:
    """One chat's messages in order, each to the other process; repeated until it is taken."""
    for number, update in enumerate(updates):
        status = 0
        while status != 200:
            url = f"{bots[number % 2].url}/telegram/webhook"
            async with session.post(url, json=update, headers=HEADERS) as response:
                status = response.status
                assert status in (200, 503)
