"""SQLite: one writing connection behind a lock, readers apart, WAL, every commit on disk before it is believed.

Statements of a write transaction run on the loop's thread (microseconds, from the page cache); what can wait on the
disk or on another process — a contended BEGIN, every COMMIT — runs on one worker thread. See docs/adr/0001.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.engine.base import Row, StoreDownError
from storage.engine.memory import Memory
from storage.engine.named import Statement, statements

T = TypeVar("T")
BUSY_MS = 1000
BUSY = "database is locked"
PRAGMAS = (
    *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "busy_timeout=0"),
    "cache_size=-8000",  # KiB: with the usual 2000 a ticket reads twenty pages again once the file has some 20 MB
)
_DOWN = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
}


def _down(error: sqlite3.Error) -> bool:
    """True if the database, not the statement, is at fault. The primary code is the low byte."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DOWN


class SqliteTx:
    """Statements of one write transaction, run inline."""

    exclusive = True

    def __init__(self, connection: sqlite3.Connection, named: dict[str, Statement]) -> None:
        self._connection = connection
        self._named = named
        self._memory = Memory()
        self._depth = 0
        self._begun = 0

    def _run(self, sql: str, params: Mapping[str, Any]) -> list[Row]:
        try:
            return self._connection.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            if _down(error):
                raise StoreDownError(str(error)) from error
            raise

    def _named_run(self, name: str, params: Mapping[str, Any]) -> list[Row]:
        statement = self._named[name]
        if statement.writes:
            self._about_to_write(statement)
        return self._run(statement.sql, params)

    def _about_to_write(self, statement: Statement) -> None:
        """The savepoints that were asked for begin now: those in which nothing is written cost nothing."""
        if statement.forgets:
            self._memory.forget()
        while self._begun < self._depth:
            self._begun += 1
            self._run(f"SAVEPOINT s{self._begun}", {})

    async def rows(self, name: str, /, **params: Any) -> Sequence[Row]:
        return self._named_run(name, params)

    async def one(self, name: str, /, **params: Any) -> Row | None:
        if self._named[name].plain:
            return self._change(name, params)
        found = self._named_run(name, params)
        return found[0] if found else None

    def _change(self, name: str, params: Mapping[str, Any]) -> Row | None:
        """What RETURNING would have told, at half its cost: SQLite keeps returned rows in a table of their own."""
        statement = self._named[name]
        self._about_to_write(statement)
        try:
            cursor = self._connection.execute(statement.plain, params)
        except sqlite3.Error as error:
            if _down(error):
                raise StoreDownError(str(error)) from error
            raise
        if cursor.rowcount < 1:
            return None
        column = statement.echo
        return {column: params.get(column, cursor.lastrowid)}

    async def many(self, name: str, /, params: Sequence[Mapping[str, Any]]) -> None:
        statement = self._named[name]
        self._about_to_write(statement)
        try:
            self._connection.executemany(statement.sql, params)
        except sqlite3.Error as error:
            if _down(error):
                raise StoreDownError(str(error)) from error
            raise

    async def recall(self, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        return await self._memory.recall(key, load)

    def remember(self, key: Hashable, value: object) -> None:
        self._memory.remember(key, value)

    def known(self, key: Hashable) -> Any:
        return self._memory.known(key)

    def savepoint(self) -> "Savepoint":
        return Savepoint(self)

    def enter_savepoint(self) -> None:
        self._depth += 1

    def leave_savepoint(self, *, undo: bool) -> None:
        name = f"s{self._depth}"
        begun = self._begun == self._depth
        self._depth -= 1
        self._begun = min(self._begun, self._depth)
        if undo:
            self._memory.forget()
        if not begun:
            return
        if undo:
            # A full disk makes SQLite end the whole transaction by itself: nothing is left to undo.
            if not self._connection.in_transaction:
                return
            self._run(f"ROLLBACK TO {name}", {})
        self._run(f"RELEASE {name}", {})

    async def lock_chats(self, keys: Sequence[str]) -> set[str]:
        return set(keys)


class Savepoint:
    """`async with`: what happens inside is undone alone if it raises."""

    def __init__(self, tx: SqliteTx) -> None:
        self._tx = tx

    async def __aenter__(self) -> None:
        self._tx.enter_savepoint()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._tx.leave_savepoint(undo=kind is not None)


class SqliteReadTx:
    """Reading, on aiosqlite's own thread: reports may be slow."""

    exclusive = False

    def __init__(self, connection: aiosqlite.Connection, named: dict[str, Statement]) -> None:
        self._connection = connection
        self._named = named

    async def rows(self, name: str, /, **params: Any) -> Sequence[Row]:
        try:
            return list(await self._connection.execute_fetchall(self._named[name].sql, params))  # type: ignore[arg-type]
        except sqlite3.Error as error:
            if _down(error):
                raise StoreDownError(str(error)) from error
            raise

    async def one(self, name: str, /, **params: Any) -> Row | None:
        found = await self.rows(name, **params)
        return found[0] if found else None

    async def many(self, name: str, /, params: Sequence[Mapping[str, Any]]) -> None:
        raise TypeError("a reading connection does not write")

    async def recall(self, _key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        return await load()  # a reader sees what others commit: it remembers nothing

    def remember(self, key: Hashable, value: object) -> None:
        raise TypeError("a reading connection does not write")

    def known(self, _key: Hashable) -> Any:
        return None

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        yield

    async def lock_chats(self, keys: Sequence[str]) -> set[str]:
        return set()


class SqliteEngine:
    """One file, one process. `path` may hold `:memory:` nowhere: readers need a file."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = asyncio.Lock()
        self._read_lock = asyncio.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        self._writer: sqlite3.Connection | None = None
        self._reader: aiosqlite.Connection | None = None
        self._named = statements("sqlite")
        self._hopeless_until = 0.0

    @property
    def writer(self) -> sqlite3.Connection:
        if self._writer is None:
            raise StoreDownError("the database is not open")
        return self._writer

    async def open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = await self._threaded(self._connect)
            self._reader = await aiosqlite.connect(self.path, isolation_level=None)
            self._reader.row_factory = sqlite3.Row
            await self._reader.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            await self._reader.execute("PRAGMA query_only=ON")
        except (sqlite3.Error, OSError) as error:
            raise StoreDownError(f"{self.path}: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=256)
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    async def close(self) -> None:
        async with self._lock:
            if self._reader is not None:
                await self._reader.close()
                self._reader = None
            if self._writer is not None:
                await self._threaded(self._writer.close)
                self._writer = None
        self._pool.shutdown()

    async def _threaded(self, work: Callable[[], T]) -> T:
        """Run on the worker thread. However often cancelled, wait for it: half a commit is nobody's business."""
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        cancelled: asyncio.CancelledError | None = None
        while not future.done():
            try:
                await asyncio.wait([future])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            future.exception()  # looked at, so that it is not reported as forgotten
            raise cancelled
        return future.result()

    async def _begin(self) -> None:
        connection = self.writer
        if connection.in_transaction:  # a rollback that failed with the disk
            connection.rollback()
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise

        loop = asyncio.get_running_loop()
        if loop.time() < self._hopeless_until:  # who waited before us waited in vain: do not queue up behind it
            raise StoreDownError(BUSY)

        def patiently() -> None:
            connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            try:
                connection.execute("BEGIN IMMEDIATE")
            finally:
                connection.execute("PRAGMA busy_timeout=0")

        try:
            await self._threaded(patiently)
        except sqlite3.OperationalError:
            self._hopeless_until = loop.time() + BUSY_MS / 1000
            raise

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqliteTx]:
        async with self._lock:
            connection = self.writer
            try:
                try:
                    await self._begin()
                    before = connection.total_changes
                    yield SqliteTx(connection, self._named)
                    if connection.total_changes != before:  # nothing written: no disk to wait for
                        await self._threaded(connection.commit)
                finally:
                    if connection.in_transaction:
                        connection.rollback()
            except sqlite3.Error as error:
                if _down(error):
                    raise StoreDownError(str(error)) from error
                raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqliteReadTx]:
        if self._reader is None:
            raise StoreDownError("the database is not open")
        async with self._read_lock:
            yield SqliteReadTx(self._reader, self._named)
