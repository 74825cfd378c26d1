"""PostgreSQL through asyncpg: a pool, one connection per transaction, several processes at once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from storage.engine.base import Row, StoreDownError
from storage.engine.memory import Memory
from storage.engine.named import Statement, statements

T = TypeVar("T")
TIMEOUT_S = 15.0
_DOWN = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.TransactionRollbackError,  # deadlock, serialization: the whole batch is simply done again
    asyncpg.exceptions.LockNotAvailableError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
    asyncpg.exceptions.PostgresSystemError,
    asyncpg.exceptions.InvalidAuthorizationSpecificationError,
    asyncpg.exceptions.InvalidCatalogNameError,
)

_LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.TransactionRollbackError,
)
"""No event is at fault for these, even if it happens in the savepoint of one: the whole transaction is done again."""


class PostgresTx:
    exclusive = False

    def __init__(self, connection: Any, named: dict[str, Statement]) -> None:
        self._connection = connection
        self._named = named
        self._memory = Memory()

    def _statement(self, name: str) -> Statement:
        statement = self._named[name]
        if statement.forgets:
            self._memory.forget()
        return statement

    async def rows(self, name: str, /, **params: Any) -> Sequence[Row]:
        statement = self._statement(name)
        try:
            found: Sequence[Row] = await self._connection.fetch(statement.sql, *(params[n] for n in statement.order))
        except _LOST as error:
            raise StoreDownError(f"PostgreSQL: {type(error).__name__}") from error
        return found

    async def one(self, name: str, /, **params: Any) -> Row | None:
        found = await self.rows(name, **params)
        return found[0] if found else None

    async def many(self, name: str, /, params: Sequence[Mapping[str, Any]]) -> None:
        statement = self._statement(name)
        await self._connection.executemany(statement.sql, [[each[n] for n in statement.order] for each in params])

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        try:
            async with self._connection.transaction():
                yield
        except BaseException:
            self._memory.forget()
            raise

    async def recall(self, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        return await self._memory.recall(key, load)

    def remember(self, key: Hashable, value: object) -> None:
        self._memory.remember(key, value)

    def known(self, key: Hashable) -> Any:
        return self._memory.known(key)

    async def lock_chats(self, keys: Sequence[str]) -> set[str]:
        """Advisory locks held to the end of the transaction. Sorted, so that two processes cannot lock crosswise."""
        got = set()
        for key in sorted(set(keys)):
            if await self._connection.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 7))", key):
                got.add(key)
        return got


class PostgresEngine:
    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self._url = url
        self._named = statements("postgres")
        self._pool: Any = None

    async def open(self) -> None:
        try:
            self._pool = await asyncpg.create_pool(
                self._url, min_size=1, max_size=10, command_timeout=TIMEOUT_S, timeout=TIMEOUT_S
            )
        except _DOWN as error:
            # The URL holds a password: only the kind of failure may be told.
            raise StoreDownError(f"PostgreSQL: {type(error).__name__}") from error

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        if self._pool is None:
            raise StoreDownError("the database is not open")
        connection = await self._acquire()
        try:
            try:
                yield connection
            finally:
                await self._pool.release(connection)
        except _DOWN as error:
            if isinstance(error, ValueError):  # asyncpg's word for a parameter that cannot be sent: our bug
                raise
            raise StoreDownError(f"PostgreSQL: {type(error).__name__}") from error

    async def _acquire(self) -> Any:
        """Whatever keeps us from a connection, the server is not there for us."""
        try:
            return await self._pool.acquire(timeout=TIMEOUT_S)
        except (asyncpg.PostgresError, *_DOWN) as error:
            raise StoreDownError(f"PostgreSQL: {type(error).__name__}") from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[PostgresTx]:
        async with self._connection() as connection, connection.transaction():
            yield PostgresTx(connection, self._named)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PostgresTx]:
        async with self._connection() as connection:
            yield PostgresTx(connection, self._named)
