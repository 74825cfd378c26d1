"""Brings a database to the program's schema. Alembic is only imported when there is something to do."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from storage.engine.base import NewerSchemaError, StoreDownError

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0009"
"""The schema this program speaks. A test holds it equal to Alembic's head."""

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "storage" / "migrations"
SQLITE = "sqlite:///"
DOWN = 3
"""Exit code of the program below: the database cannot be reached; what it prints says why."""


async def migrate(url: str, *, base: Path = Path()) -> str | None:
    """Bring the database to HEAD; returns the revision it had (None: it was empty).

    Raises NewerSchemaError if a newer program wrote it, StoreDownError if it cannot be reached.
    """
    had = await _revision(url, base)
    if had == HEAD:
        return had
    _refuse_newer(had)
    if url.startswith(SQLITE):
        await asyncio.to_thread(_sqlite, base / url.removeprefix(SQLITE))
    else:
        await _postgres(url)
    return had


async def migrate_apart(url: str) -> None:
    """The same by a program of its own: who runs for months does not keep the tools for it in memory (24 MiB).

    Raises what `migrate` raises; RuntimeError, with the end of what it printed, if it fails otherwise.
    """
    had = await _revision(url, Path())
    if had == HEAD:
        return
    _refuse_newer(had)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-P", "-m", "storage.engine.migrate"],  # -P: a folder of that name where we run is not ours
        input=url,  # it may hold a password, and arguments are everybody's to read
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == DOWN:
        raise StoreDownError(done.stdout.strip())
    if done.returncode:
        raise RuntimeError(f"migration failed: {done.stderr.strip()[-500:]}")


def main() -> None:
    """`python -m storage.engine.migrate`: the URL on standard input."""
    try:
        asyncio.run(migrate(sys.stdin.read()))
    except StoreDownError as error:
        sys.stdout.buffer.write(str(error).encode())
        sys.exit(DOWN)


async def _revision(url: str, base: Path) -> str | None:
    """The schema a database has; None: it is empty. Raises StoreDownError."""
    if url.startswith(SQLITE):
        return await asyncio.to_thread(_sqlite_revision, base / url.removeprefix(SQLITE))
    return await _postgres_revision(url)


def _sqlite(path: Path) -> None:
    from sqlalchemy import create_engine, event, exc
    from sqlalchemy.pool import NullPool

    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": 10})
    event.listen(engine, "connect", _sqlite_connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    except exc.OperationalError as error:
        raise StoreDownError(f"{path}: {error.orig}") from error


def _sqlite_connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN would leave schema changes outside the transaction


def _sqlite_revision(path: Path) -> str | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _read_revision(path) if path.exists() else None
    except (sqlite3.Error, OSError) as error:
        raise StoreDownError(f"{path}: {error}") from error


def _read_revision(path: Path) -> str | None:
    with closing(sqlite3.connect(path)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
    return row[0] if row else None


async def _postgres_revision(url: str) -> str | None:
    import asyncpg

    try:
        connection = await asyncpg.connect(url, timeout=15)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise StoreDownError(f"PostgreSQL: {type(error).__name__}") from error
    try:
        had: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        had = None
    finally:
        await connection.close()
    return had


async def _postgres(url: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    _, rest = url.split("://", 1)
    engine = create_async_engine(f"postgresql+asyncpg://{rest}", poolclass=NullPool)
    async with engine.begin() as sa_connection:
        # Two processes may start at once: the second waits here and then finds nothing to do.
        await sa_connection.execute(text("SELECT pg_advisory_xact_lock(7341)"))
        await sa_connection.run_sync(_upgrade)
    await engine.dispose()


def _upgrade(connection: "Connection") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _refuse_newer(had: str | None) -> None:
    if had is not None and had > HEAD:
        raise NewerSchemaError(
            f"数据库的版本是 {had}，这个程序只认识到 {HEAD}：它是被更新的程序用过的。请升级程序，或恢复升级前的备份。"
        )


if __name__ == "__main__":
    main()
