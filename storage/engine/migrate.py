"""Brings a database to the program's schema. Alembic is only imported when there is something to do."""

import asyncio
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from storage.engine.base import NewerSchemaError, StoreDownError

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0005"
"""The schema this program speaks. A test holds it equal to Alembic's head."""

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


async def migrate(url: str, *, base: Path = Path()) -> str | None:
    """Bring the database to HEAD; returns the revision it had (None: it was empty).

    Raises NewerSchemaError if a newer program wrote it, StoreDownError if it cannot be reached.
    """
    if url.startswith("sqlite:///"):
        path = base / url.removeprefix("sqlite:///")
        return await asyncio.to_thread(_sqlite, path)
    return await _postgres(url)


def _sqlite(path: Path) -> str | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        had = _sqlite_revision(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreDownError(f"{path}: {error}") from error
    if had == HEAD:
        return had
    _refuse_newer(had)

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
    return had


def _sqlite_connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN would leave schema changes outside the transaction


def _sqlite_revision(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    finally:
        connection.close()
    return row[0] if row else None


async def _postgres(url: str) -> str | None:
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
    if had == HEAD:
        return had
    _refuse_newer(had)

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
    return had


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
