"""A webhook request that ends in a commit, at 1, 16 and 64 requests at a time.

Every request is a mention. Both servers are processes of their own, pinned to the same CPU, fed over loopback HTTP by
the same client (aiohttp, keep-alive) on another CPU; rounds alternate while the other server idles.
Ours: uvicorn, the webhook route with its secret, prefilter, Inbox.accept – the answer 200 means the update is on disk –
and the dispatcher's loop making the ticket. Peer: `Updater.start_webhook` (tornado) with its secret, which answers 200
once the update is in a queue in memory, and its handler making the ticket with one commit afterwards. We do not count
this weaker promise. CPU per request is that of the whole server process until the last ticket is durable.
Shown without a bar: the issue asks for the comparison, not for a figure.
"""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import aiohttp
import psutil

from benchmarks.fake import fake_telegram, first_line, running
from benchmarks.measure import Cost, Result, alternate, compare, cpus, pin, pinned, scratch
from benchmarks.serve import SECRET
from benchmarks.updates import Stream

HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
AT_ONCE = (1, 16, 64)


class Server:
    """One server process; its database is looked into from here, so that counting costs it nothing."""

    def __init__(self, process: subprocess.Popen[str], database: Path) -> None:
        self.url = first_line(process)
        self._database = database
        self._watched = psutil.Process(process.pid)
        self._sent = 0

    def cpu(self) -> float:
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    async def round(self, client: aiohttp.ClientSession, bodies: list[bytes], at_once: int) -> Cost:
        """Post them all, then wait until every ticket is on disk."""
        queue = iter(bodies)
        before, started = self.cpu(), time.perf_counter()
        await asyncio.gather(*(self._post(client, queue) for _ in range(at_once)))
        wall = time.perf_counter() - started
        self._sent += len(bodies)
        await self._settled()
        return Cost((self.cpu() - before) / len(bodies), wall / len(bodies))

    async def _post(self, client: aiohttp.ClientSession, queue: Iterator[bytes]) -> None:
        for body in queue:
            async with client.post(self.url, data=body, headers=HEADERS) as response:
                await response.read()
                if response.status != 200:
                    raise AssertionError(f"{self.url}: {response.status}")

    async def _settled(self) -> None:
        async with asyncio.timeout(60):
            while self._tickets() < self._sent:
                await asyncio.sleep(0.02)

    def _tickets(self) -> int:
        with closing(sqlite3.connect(self._database)) as database:
            return int(database.execute("SELECT COUNT(*) FROM ticket").fetchone()[0])


@contextmanager
def servers() -> Iterator[tuple[Server, Server]]:
    """Ours and the peer's, both on one CPU; this process, the client, on another."""
    free = cpus()
    with ExitStack() as stack:
        base_url, folder = stack.enter_context(fake_telegram()), stack.enter_context(scratch())
        both = []
        for side in ("ours", "peer"):
            command = [sys.executable, "-m", "benchmarks.serve", side, base_url, str(folder)]
            process = stack.enter_context(running(command))
            pin(free[-1] if free else None, process.pid)
            both.append(Server(process, folder / f"{side}.db"))
        stack.enter_context(pinned(-2 if len(free) > 1 else -1))
        yield both[0], both[1]


async def run(quick: bool) -> list[Result]:
    results: list[Result] = []
    mine, theirs = Stream(100), Stream(100)
    with servers() as (ours, peer):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=max(AT_ONCE))) as client:
            for at_once in AT_ONCE:
                results += await _at(at_once, client, (ours, mine), (peer, theirs), quick=quick)
    return results


async def _at(
    at_once: int,
    client: aiohttp.ClientSession,
    ours: tuple[Server, Stream],
    peer: tuple[Server, Stream],
    *,
    quick: bool,
) -> list[Result]:
    size, rounds = (20, 1) if quick else (400, 7)

    async def one(side: tuple[Server, Stream]) -> Cost:
        server, stream = side
        return await server.round(client, stream.singles(size), at_once)

    pairs = await alternate(lambda: one(ours), lambda: one(peer), rounds)
    rates = [(1 / a.wall, 1 / b.wall) for a, b in pairs]
    costs = [(a.cpu * 1e6, b.cpu * 1e6) for a, b in pairs]
    return [
        compare("webhook", f"requests, {at_once} at a time", "1/s", rates, at_most=False),
        compare("webhook", f"server CPU per request, {at_once} at a time", "µs", costs),
    ]
