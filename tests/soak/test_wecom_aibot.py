"""智能机器人: 20 kills while 500 messages flow, 20 ends of both kinds, two processes on one bot, and a stranger."""

import asyncio
import random
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.conftest import _database, _sql
from tests.soak.kit import query, say, until
from tests.soak.wecom import (
    BOT,
    SECRET,
    Emulator,
    Reckoning,
    Talk,
    aibot,
    owner,
    quiet,
    reckon,
    reconnected,
    soak_closes,
    soak_kills,
)

pytestmark = pytest.mark.soak

LEASE = 15.0


def _clean(result: Reckoning) -> None:
    assert result.lost == 0, result
    assert result.doubled == 0, result
    assert result.without_receipt == 0, result
    assert result.without_card == 0, result
    assert result.copies <= result.uncertain, result
    assert result.complaints == (), result


async def test_killed_twenty_times(tmp_path: Path, database_url: str) -> None:
    result = await soak_kills(tmp_path, database_url, kills=20, messages=500)
    say(f"aibot, {database_url.partition(':')[0]}, 20 kills: {result}")
    _clean(result)
    assert result.kicked == 0, result
    assert result.subscribes <= 21, result


async def test_closed_twenty_times_in_both_ways(tmp_path: Path, database_url: str) -> None:
    result = await soak_closes(tmp_path, database_url, closes=20, messages=500)
    say(f"aibot, {database_url.partition(':')[0]}, 20 closes: {result}")
    _clean(result)
    assert result.kicked == 0, result
    assert result.subscribes == 21, result


async def test_two_processes_never_take_turns_and_fight_with_nobody(tmp_path: Path, postgres_template: str) -> None:
    await _sql(postgres_template, "CREATE DATABASE twobots TEMPLATE template_pingan")
    try:
        await _two(tmp_path, _database(postgres_template, "twobots"))
    finally:
        await _sql(postgres_template, "DROP DATABASE twobots WITH (FORCE)")


async def _two(folder: Path, database: str) -> None:
    async with Emulator(folder) as emulator, aiohttp.ClientSession() as session:
        talk = Talk(emulator, random.Random(5))
        bots = [aibot(folder, emulator, database, name) for name in ("one", "two")]
        try:
            for bot in bots:
                bot.start()
                await until(bot.well, 30, "the bot answers /healthz")
            await until(emulator.connected, 30, "connected")
            await talk.begin()
            waits = []
            for number in range(3):
                await talk.some(40, pause=0.02)
                assert await emulator.subscribes() == number + 1
                dead = await owner(database, bots)
                dead.kill()
                await talk.some(10)
                waits.append(await reconnected(emulator, number + 1))
                assert await owner(database, bots) is not dead
                dead.start()
                await until(dead.well, 30, "the dead one lives again")
            await until(lambda: quiet(talk, database), 60, "everything is said")
            assert await emulator.kicked() == 0
            say(f"owner killed 3 times: the other connected after {', '.join(f'{wait:.1f}' for wait in waits)} s")
            assert max(waits) < LEASE + 10
            async with session.ws_connect(emulator.ws_url) as stranger:
                body = {"bot_id": BOT, "secret": SECRET}
                await stranger.send_json({"cmd": "aibot_subscribe", "headers": {"req_id": "s"}, "body": body})
                await asyncio.sleep(2 * LEASE + 5)
                assert (await emulator.subscribes(), await emulator.kicked()) == (5, 1)
                stands_by = await owner(database, bots)
                stands_by.kill()
                await talk.some(20)
                await asyncio.sleep(LEASE + 10)
                heir = await owner(database, bots)
                assert heir is not stands_by
                assert (await emulator.subscribes(), await emulator.kicked()) == (5, 1)
            say("a stranger took over: 2 processes stood by for 60 s, one of them killed, 0 subscribes")
            assert heir.child.process is not None
            heir.child.send(signal.SIGTERM)
            assert await asyncio.to_thread(heir.child.process.wait, 20) == 0
            heir.kill()  # only its log is left to close
            heir.start()
            back = await reconnected(emulator, 5)
            await until(lambda: quiet(talk, database), 60, "everything is said")
            result = await _reckoned(talk, database)
            say(f"stopped and started by hand: connected after {back:.1f} s; two processes: {result}")
        finally:
            for bot in bots:
                bot.kill()


async def _reckoned(talk: Talk, database: str) -> Reckoning:
    rows = await query(database, "SELECT COALESCE(SUM(maybe_copy), 0) FROM outbox")
    result = await reckon(talk, database, int(rows[0][0]))
    _clean(result)
    assert result.kicked == 1
    return result
