"""Memory and start time of the whole program.

Ours: `pingan run` itself: web page with the sample station's built-in chat, Telegram polling at the fake server, all
worker loops. Its memory (RSS) is read after 200
reports went through it and their cards were sent. Start: from spawning the process, with an empty data folder (so the
database is made and the sample loaded), until GET /healthz and GET / answer 200.
Peer: a python-telegram-bot Application polling at the same server, no database, no web page, idle.
Bar: below 120 MiB. The peer is shown to place the figure; it does far less.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import aiohttp
import psutil

from benchmarks.fake import fake_telegram, first_line, running
from benchmarks.measure import Result, compare, scratch
from benchmarks.serve import free_port
from benchmarks.updates import Stream
from tests.fake_telegram.make import TOKEN

BAR_MIB = 120.0
BAR_SECONDS = 90.0
MESSAGES = 200


def program(base_url: str, folder: Path, port: int) -> AbstractContextManager[subprocess.Popen[str]]:
    """The bot, configured by the environment as an operator may."""
    environ = {
        **os.environ,
        "PINGAN_DATA_DIR": str(folder),
        "PINGAN_DATABASE__URL": f"sqlite:///{folder / 'pingan.db'}",
        "PINGAN_SERVER__PORT": str(port),
        "PINGAN_TELEGRAM__TOKEN": TOKEN,
        "PINGAN_TELEGRAM__BASE_URL": base_url,
        "PINGAN_TELEGRAM__PER_SECOND": "100000",
        "PINGAN_TELEGRAM__PER_CHAT_SECOND": "100000",
        "PINGAN_TELEGRAM__PER_GROUP_MINUTE": "100000",
        "PINGAN_LOGS__LEVEL": "error",
    }
    return running([sys.executable, "-m", "bot", "run"], environ)


async def run(quick: bool) -> list[Result]:
    rounds, messages = (1, 20) if quick else (5, MESSAGES)
    starts: list[tuple[float, float]] = []
    sizes: list[tuple[float, float]] = []
    for _ in range(rounds):
        with fake_telegram() as base_url, scratch() as folder:
            start, size = await _ours(base_url, folder, messages)
            peer_start, peer_size = await _peer(base_url)
        starts.append((start, peer_start))
        sizes.append((size, peer_size))
    memory = compare("footprint", f"memory after {messages} reports", "MiB", sizes)
    started = compare("footprint", "cold start to page and health (peer: to polling)", "s", starts)
    return [_against(memory, BAR_MIB), _against(started, BAR_SECONDS)]


def _against(found: Result, bar: float) -> Result:
    """The bar is on our own figure, not on the ratio."""
    return Result(
        bench=found.bench,
        what=found.what,
        unit=found.unit,
        ours=found.ours,
        peer=found.peer,
        bar=bar,
        rounds=found.rounds,
    )


async def _ours(base_url: str, folder: Path, messages: int) -> tuple[float, float]:
    """Seconds to the page, MiB after the reports."""
    port = free_port()
    started = time.perf_counter()
    with program(base_url, folder, port) as process:
        async with aiohttp.ClientSession() as client:
            for path in ("/healthz", "/"):
                await _answers(client, f"http://127.0.0.1:{port}{path}")
            seconds = time.perf_counter() - started
            await _report(client, base_url, messages)
        return seconds, psutil.Process(process.pid).memory_info().rss / 2**20


async def _answers(client: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(BAR_SECONDS):
        while True:
            try:
                async with client.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.01)


async def _report(client: aiohttp.ClientSession, base_url: str, messages: int) -> None:
    """Residents report; done when each has its receipt (the cards go to the built-in chat's officers)."""
    updates = [json.loads(body) for body in Stream(100).singles(messages)]
    async with client.post(f"{base_url}/_control/updates", json=updates) as response:
        response.raise_for_status()
    async with asyncio.timeout(60):
        while True:
            async with client.get(f"{base_url}/_control/state") as response:
                if (await response.json())["sent"] >= messages:
                    return
            await asyncio.sleep(0.05)


async def _peer(base_url: str) -> tuple[float, float]:
    started = time.perf_counter()
    with running([sys.executable, "-m", "benchmarks.idle_peer", base_url]) as process:
        await asyncio.to_thread(first_line, process)
        seconds = time.perf_counter() - started
        await asyncio.sleep(0.5)
        return seconds, psutil.Process(process.pid).memory_info().rss / 2**20
