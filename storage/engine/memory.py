"""What one transaction has asked for already."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Lives and dies with its transaction; the transaction empties it whenever it may have become untrue."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    async def recall(self, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        if key not in self._known:
            self._known[key] = await load()
        found: T = self._known[key]
        return found

    def remember(self, key: Hashable, value: object) -> None:
        self._known[key] = value

    def known(self, key: Hashable) -> Any:
        return self._known.get(key)

    def forget(self) -> None:
        self._known.clear()
