"""What stores need from a database, whichever it is."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = Mapping[str, Any]
"""One row, read by column name. Times are integer milliseconds since 1970 UTC, flags 0 or 1, JSON is text."""


class StoreDownError(Exception):
    """The database cannot take this now (full disk, lock, lost server). Nothing was kept; try again later."""


class NewerSchemaError(Exception):
    """The database was written by a newer program; this one must not touch it."""


class Tx(Protocol):
    """One open transaction (or, for reading, one connection). Statements are named in storage/sql."""

    exclusive: bool
    """True if no other process can be in a write transaction at the same time."""

    async def rows(self, name: str, /, **params: Any) -> Sequence[Row]:
        """Run a statement; all its rows."""

    async def one(self, name: str, /, **params: Any) -> Row | None:
        """Run a statement; its first row."""

    async def many(self, name: str, /, params: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once per mapping."""

    async def recall(self, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        """What `load` returns, asked once in this transaction.

        Forgotten as soon as a statement writes to one of those tables (storage/engine/named.py) or a savepoint is
        undone, so it is always what `load` would return now. Never shared between transactions.
        """

    def remember(self, key: Hashable, value: object) -> None:
        """What this transaction has just written: nobody else can change it before we end. Forgotten as above."""

    def known(self, key: Hashable) -> Any:
        """What was remembered, or None."""

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What happens inside is undone alone if it raises."""

    async def lock_chats(self, keys: Sequence[str]) -> set[str]:
        """Those of `keys` only this transaction may work on until it ends."""


class Engine(Protocol):
    dialect: str

    async def open(self) -> None:
        """Connect. Raises StoreDownError."""

    async def close(self) -> None: ...

    def write(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction: all of it durable on leaving, or none of it. Raises StoreDownError."""

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """A reading connection that never waits for the writer."""
