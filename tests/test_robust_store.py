"""A full disk, a locked database, a lost server: said so, nothing acknowledged lost, well again without a restart."""

import asyncio
import random
import sqlite3
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.telegram.adapter import _derived_secret
from storage.engine import connect
from storage.engine.base import Engine, StoreDownError
from storage.engine.migrate import migrate
from storage.engine.sqlite import SqliteEngine
from storage.model.messages import Envelope
from storage.unit import Unit
from tests.conftest import _database, _sql
from tests.fake_telegram import TOKEN
from tests.harness import START
from tests.soak.kit import Bot, Fake, query, quiet, until
from tests.soak.traffic import GROUPS, Traffic, reckon

WELL, DOWN = 200, 503
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'"


@asynccontextmanager
async def running(folder: Path, database: str, mode: str, **options: Any) -> AsyncIterator[tuple[Fake, Bot, Traffic]]:
    """A real bot that has answered its first messages."""
    traffic = Traffic(random.Random(7), share=1.0)
    async with Fake(folder) as fake:
        bot = Bot(folder, fake.base_url, database, mode, GROUPS, **options)
        try:
            bot.start()
            await until(bot.well, 30, "the bot answers /healthz")
            await fake.push(traffic.some(5))
            await until(lambda: quiet(fake, database), 20, "the first messages are answered")
            yield fake, bot, traffic
        finally:
            bot.kill()


async def _status(bot: Bot, status: int) -> bool:
    return (await bot.health())[0] == status


async def _told(bot: Bot, traffic: Traffic) -> int:
    """Deliver one more update by webhook ourselves; the answer's status."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": _derived_secret(TOKEN)}
    [update] = traffic.some(1)
    chat, message = update["message"]["chat"]["id"], update["message"]["message_id"]
    url = f"{bot.url}/telegram/webhook"
    async with aiohttp.ClientSession() as session, session.post(url, json=update, headers=headers) as response:
        if response.status != WELL:
            traffic.wanted.discard((str(chat), str(message)))  # never acknowledged, never repeated by us
        return response.status


async def _in_trouble(fake: Fake, bot: Bot, traffic: Traffic, mode: str, count: int) -> None:
    """While the store is down: messages come, /healthz says so, nothing is acknowledged."""
    await fake.push(traffic.some(count))
    if mode == "webhook":
        assert await _told(bot, traffic) == DOWN
    await until(lambda: _status(bot, DOWN), 10, "/healthz says that something is wrong")
    _, told = await bot.health()
    assert any("\u4e00" <= sign <= "\u9fff" for sign in str(told)), told
    assert await fake.pending() == count


async def _well_again(fake: Fake, bot: Bot, traffic: Traffic, database: str) -> None:
    await until(bot.well, 10, "/healthz is well again without a restart")
    await until(lambda: quiet(fake, database), 60, "everything is answered")
    result = await reckon(traffic, database, await fake.sent(), 0)
    assert (result.lost, result.doubled, result.without_receipt, result.copies) == (0, 0, 0, 0), result


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_locked(tmp_path: Path, mode: str) -> None:
    database = f"sqlite:///{tmp_path / 'pingan.db'}"
    async with running(tmp_path, database, mode) as (fake, bot, traffic):
        lock = sqlite3.connect(tmp_path / "pingan.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        await _in_trouble(fake, bot, traffic, mode, 10)
        lock.close()
        await _well_again(fake, bot, traffic, database)


async def test_the_local_chat_says_that_it_cannot_keep_a_message(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'pingan.db'}"
    local = {"local": {"enabled": True, "sample": True}, "station_file": ""}
    bot = Bot(tmp_path, "http://127.0.0.1:1", database, telegram={"token": ""}, more=local)
    try:
        bot.start()
        await until(bot.well, 30, "the bot answers /healthz")
        assert await _posted(bot, "路灯坏了", "liu") == WELL
        lock = sqlite3.connect(tmp_path / "pingan.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        assert await _posted(bot, "井盖丢了") == DOWN
        await until(lambda: _status(bot, DOWN), 10, "/healthz says that something is wrong")
        lock.close()
        await until(bot.well, 10, "/healthz is well again without a restart")
        assert await _posted(bot, "井盖丢了") == WELL
        tickets = "SELECT text FROM ticket ORDER BY id"
        await until(lambda: _rows(database, tickets, 2), 10, "both are tickets")
    finally:
        bot.kill()


async def _rows(database: str, sql: str, count: int) -> bool:
    return len(await query(database, sql)) == count


async def _posted(bot: Bot, text: str, who: str = "chen") -> int:
    body = {"event": str(uuid.uuid4()), "persona": who, "chat": "g:dongwan", "text": f"@民警 {text}"}
    headers = {"X-Pingan": "1", "Origin": bot.url, "Sec-Fetch-Site": "same-origin"}
    url = f"{bot.url}/chat/messages"
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as response:
        return response.status


async def test_no_more_pages(tmp_path: Path) -> None:
    """SQLITE_FULL on the insert itself. The limit belongs to a connection, so this one is in our own process."""
    database = f"sqlite:///{tmp_path / 'pingan.db'}"
    await migrate(database)
    engine = SqliteEngine(tmp_path / "pingan.db")
    await engine.open()
    pages = engine.writer.execute("PRAGMA page_count").fetchone()[0]
    engine.writer.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreDownError):
        await _add(engine, "1", 100_000)
    assert not engine.writer.in_transaction
    engine.writer.execute("PRAGMA max_page_count=100000")
    await _add(engine, "1", 100_000)
    await engine.close()
    assert await query(database, "SELECT event_id FROM inbox") == [("1",)]


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_disk_full(tmp_path: Path, mode: str) -> None:
    """No file of the process may grow further (RLIMIT_FSIZE): writes end short, as on a full disk, also at commit."""
    resource = pytest.importorskip("resource")
    database = f"sqlite:///{tmp_path / 'pingan.db'}"
    async with running(tmp_path, database, mode) as (fake, bot, traffic):
        assert bot.child.process is not None
        size = max(file.stat().st_size for file in tmp_path.glob("pingan.db*"))
        resource.prlimit(bot.child.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        # What still fits is acknowledged and kept; then nothing is.
        await fake.push(traffic.some(400))
        await until(lambda: _status(bot, DOWN), 20, "/healthz says that something is wrong")
        if mode == "webhook":
            await until(lambda: _refused(bot, traffic), 10, "the webhook refuses")
        left = await fake.pending()
        resource.prlimit(bot.child.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        assert left > 0
        await _well_again(fake, bot, traffic, database)


async def _refused(bot: Bot, traffic: Traffic) -> bool:
    return await _told(bot, traffic) == DOWN


async def _add(engine: Engine, event_id: str, size: int = 10) -> None:
    async with engine.write() as tx:
        envelope = Envelope(platform="t", bot="b", event_id=event_id, chat_key=f"t:{event_id}", body=b"x" * size)
        await Unit(tx).inbox.add([envelope], START)


async def test_postgres_connections_cut(tmp_path: Path, postgres_template: str) -> None:
    await _sql(postgres_template, "CREATE DATABASE cut TEMPLATE template_pingan")
    database = _database(postgres_template, "cut")
    try:
        async with running(tmp_path, database, "polling") as (fake, bot, traffic):
            for _ in range(5):
                await fake.push(traffic.some(20))
                await query(postgres_template, CUT)
            # No new connections either: as if the server were gone.
            await _sql(postgres_template, "ALTER DATABASE cut ALLOW_CONNECTIONS false")
            await query(postgres_template, CUT)
            await fake.push(traffic.some(10))
            await until(lambda: _status(bot, DOWN), 10, "/healthz says that something is wrong")
            await _sql(postgres_template, "ALTER DATABASE cut ALLOW_CONNECTIONS true")
            await until(bot.well, 10, "/healthz is well again without a restart")
            await query(database, "UPDATE outbox SET lease_until = 0 WHERE state = 'leased'")
            await until(lambda: quiet(fake, database), 40, "everything is answered")
            result = await reckon(traffic, database, await fake.sent(), 0)
            assert (result.lost, result.doubled, result.without_receipt) == (0, 0, 0), result
    finally:
        await _sql(postgres_template, "DROP DATABASE cut WITH (FORCE)")


async def test_cancelled_anywhere_the_engine_stays_whole(database_url: str) -> None:
    """Transactions are cancelled, once or twice, at every await; each is there in full or not at all."""
    engine = connect(database_url)
    await engine.open()
    chance = random.Random(11)
    kept: set[str] = set()

    async def pair(number: int) -> None:
        async with engine.write() as tx:
            for part in "ab":
                envelope = Envelope(
                    platform="t", bot="b", event_id=f"{number}{part}", chat_key=f"t:{number}", body=b"x"
                )
                async with tx.savepoint():
                    await Unit(tx).inbox.add([envelope], START)
                await asyncio.sleep(0)
        kept.add(str(number))

    tasks: list[asyncio.Task[None]] = []
    for number in range(150):
        tasks.append(asyncio.create_task(pair(number)))
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        for victim in chance.choices(tasks, k=2):
            victim.cancel()
            if chance.random() < 0.5:
                await asyncio.sleep(0)
                victim.cancel()
    async with asyncio.timeout(30):
        await asyncio.gather(*tasks, return_exceptions=True)
        await pair(1_000)  # neither lock nor connection is stuck
    await engine.close()
    found = {row[0] for row in await query(database_url, "SELECT event_id FROM inbox")}
    assert all(f"{number}a" in found and f"{number}b" in found for number in kept)
    assert {f[:-1] for f in found if f.endswith("a")} == {f[:-1] for f in found if f.endswith("b")}
    assert len(kept) > 20
    errors = [t.exception() for t in tasks if not t.cancelled() and t.exception() is not None]
    assert errors == []
