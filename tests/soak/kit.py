"""Processes for the soak: the fake Bot API server, the bot, and what lies in the bot's database."""

import asyncio
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import aiohttp
import asyncpg

from tests.fake_telegram import TOKEN, Json

ROOT = Path(__file__).resolve().parent.parent.parent
OFFICERS = -1009000000001
SQLITE = "sqlite:///"


def say(line: str) -> None:
    """Progress, for whoever watches a long run (`pytest -s`)."""
    sys.stderr.write(f"[soak] {line}\n")
    sys.stderr.flush()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until(what: Callable[[], Awaitable[bool]], seconds: float, why: str, every: float = 0.1) -> None:
    """Ask until it is so. Raises AssertionError with `why` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await what():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {why}"
        await asyncio.sleep(every)


async def query(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the bot's database, seen from outside. Statements that change something are committed."""
    if url.startswith(SQLITE):
        connection = sqlite3.connect(url.removeprefix(SQLITE), timeout=15)
        try:
            with connection:
                return [tuple(row) for row in connection.execute(sql).fetchall()]
        finally:
            connection.close()
    postgres = await asyncpg.connect(url)
    try:
        return [tuple(row.values()) for row in await postgres.fetch(sql)]
    finally:
        await postgres.close()


@dataclass
class Child:
    """A process of ours. What it says goes to a file beside the test's data."""

    command: Sequence[str]
    folder: Path
    name: str
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _log: IO[bytes] | None = None

    def start(self, *, pipe: bool = False) -> subprocess.Popen[bytes]:
        self.starts += 1
        self._log = (self.folder / f"{self.name}.log").open("ab")
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, stdout=subprocess.PIPE if pipe else self._log, stderr=self._log
        )
        return self.process

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone. Harmless if it is not running."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None
        if self._log is not None:
            self._log.close()
            self._log = None

    @property
    def said(self) -> str:
        return (self.folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")


class Fake:
    """The fake Bot API server as a process, driven by its control routes."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "tests.fake_telegram", "--open-chats", "--reads-all", *options]
        self._child = Child(command, folder, "fake")
        self.base_url = ""
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Fake":
        process = self._child.start(pipe=True)
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        self.base_url = line.decode().strip()
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        self._child.kill()

    async def get(self, what: str, **params: Any) -> Any:
        assert self._session is not None
        async with self._session.get(f"{self.base_url}/_control/{what}", params=params) as response:
            return await response.json()

    async def post(self, what: str, body: Any) -> Any:
        assert self._session is not None
        async with self._session.post(f"{self.base_url}/_control/{what}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def push(self, updates: Sequence[Json]) -> None:
        await self.post("updates", list(updates))

    async def sent(self, method: str = "sendMessage") -> list[Json]:
        found: list[Json] = await self.get("sent")
        return [row for row in found if row["method"] == method]

    async def pending(self) -> int:
        state = await self.get("state")
        return int(state["pending"])


@dataclass
class Bot:
    """One bot process and its configuration. `settings` are merged over what every soak needs."""

    folder: Path
    base_url: str
    database: str
    mode: str = "polling"
    groups: Sequence[int] = ()
    name: str = "bot"
    telegram: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    wrap: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        station = self.folder / "station.yaml"
        station.write_text(json.dumps(_station(self.groups), ensure_ascii=False), encoding="utf-8")
        generous = {"per_second": 100_000, "per_chat_second": 100_000, "per_group_minute": 1_000_000}
        config = {
            "data_dir": str(self.folder / "data"),
            "station_file": str(station),
            "database": {"url": self.database},
            "server": {"host": "127.0.0.1", "port": self.port, "public_url": self.url},
            "local": {"enabled": False},
            "telegram": {
                "token": TOKEN,
                "base_url": self.base_url,
                "mode": self.mode,
                "poll_seconds": 2,
                **generous,
                **self.telegram,
            },
            "broadcasts": {"rules": []},
            "logs": {"level": "info", "format": "json"},
            **self.more,
        }
        path = self.folder / f"{self.name}.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        command = [*self.wrap, sys.executable, "-m", "bot", "--config", str(path), "run"]
        self.child = Child(command, self.folder, self.name)

    def start(self) -> None:
        self.child.start()

    def kill(self) -> None:
        self.child.kill()

    async def health(self) -> tuple[int, Any]:
        """(status, parts); status 0: nobody answers."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8)) as session,
                session.get(f"{self.url}/healthz") as response,
            ):
                return response.status, await response.json()
        except (aiohttp.ClientError, TimeoutError):
            return 0, {}

    async def well(self) -> bool:
        return (await self.health())[0] == 200


def _station(groups: Sequence[int]) -> Json:
    """A station whose officers work in one group; officer 7 can be written to in private."""
    return {
        "station": {"code": "soak", "name": "压测派出所", "tz": "Asia/Shanghai"},
        "people": [{"name": "王建国", "code": "wang", "role": "民警", "accounts": {"telegram": "7"}}],
        "areas": [{"name": "全区", "officer": "王建国"}],
        "groups": [
            *({"platform": "telegram", "chat": str(g), "title": f"群{g}", "kind": "业主"} for g in groups),
            {"platform": "telegram", "chat": str(OFFICERS), "title": "民警工作群", "kind": "民警"},
        ],
        "shifts": [{"who": "王建国", "duty": "值班民警", "days": "每天", "from": "00:00", "to": "24:00"}],
    }


async def quiet(fake: Fake, database: str) -> bool:
    """Nothing waits: not at the platform, not in the inbox, not in the outbox."""
    if await fake.pending():
        return False
    waiting = (
        "SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'new')"
        " + (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'leased'))"
    )
    return int((await query(database, waiting))[0][0]) == 0


async def leased(database: str) -> int:
    """Sends in flight, as the database has them."""
    return int((await query(database, "SELECT COUNT(*) FROM outbox WHERE state = 'leased'"))[0][0])
