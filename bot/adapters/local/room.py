"""What was said: messages to and from the bot in the store, the rest in a small memory lost at a restart."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from storage.engine.base import Engine
from storage.stores.room import LAST_ID, RoomMessage, Rooms

RING = 200
REMEMBERED = 1_000
PAGE_MAX = 100


class Room:
    """All chats of the local platform. Message ids rise with time: (milliseconds × 4096 + counter) in hex."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now
        self._last = 0
        self._rings: dict[str, deque[RoomMessage]] = {}
        self._sent: OrderedDict[str, tuple[RoomMessage, bool]] = OrderedDict()

    async def start(self) -> None:
        """Go on after the highest id given before. Raises StoreDownError."""
        async with self._engine.read() as tx:
            newest = await Rooms(tx).newest_id()
        self._last = max(self._last, int(newest, 16) if newest else 0)

    def millis(self) -> int:
        return int(self._now().timestamp() * 1000)

    def new_id(self) -> str:
        self._last = max(self._last + 1, self.millis() << 12)
        return f"{self._last:015x}"

    def once(self, message: RoomMessage, wanted: bool) -> tuple[RoomMessage, bool]:
        """The message first seen under this key, and whether it was for us: repeating it changes neither."""
        found = self._sent.setdefault(message.key, (message, wanted))
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        return found

    async def keep(self, message: RoomMessage) -> RoomMessage:
        """Store a message to or from the bot; returns what is kept under its key. Raises StoreDownError."""
        async with self._engine.write() as tx:
            return await Rooms(tx).add(message)

    def whisper(self, message: RoomMessage) -> None:
        """Remember ordinary chat for the people in the room, in memory only."""
        ring = self._rings.setdefault(message.chat_id, deque(maxlen=RING))
        if all(known.id != message.id for known in ring):
            ring.append(message)

    async def edit(self, chat_id: str, message_id: str, text: str, buttons: str) -> RoomMessage | None:
        """New words for a kept message; None if there is none. Raises StoreDownError."""
        async with self._engine.write() as tx:
            return await Rooms(tx).edit(chat_id, message_id, text, buttons, self.millis())

    def edit_whisper(self, message: RoomMessage, text: str) -> RoomMessage:
        """New words for ordinary chat."""
        ring = self._rings[message.chat_id]
        changed = replace(message, text=text, edited_at=self.millis())
        ring[ring.index(message)] = changed
        return changed

    async def find(self, chat_id: str, message_id: str) -> tuple[RoomMessage | None, bool]:
        """(message of that chat or None, whether it is kept). Raises StoreDownError."""
        if not message_id:
            return None, False
        for message in self._rings.get(chat_id, ()):
            if message.id == message_id:
                return message, False
        async with self._engine.read() as tx:
            kept = await Rooms(tx).get(message_id)
        return (kept, True) if kept and kept.chat_id == chat_id else (None, False)

    async def page(self, chat_id: str, before: str, limit: int) -> tuple[list[RoomMessage], bool]:
        """(up to `limit` messages older than `before`, oldest first; whether there are older ones)."""
        before = before or LAST_ID
        limit = max(1, min(limit, PAGE_MAX))
        async with self._engine.read() as tx:
            kept = await Rooms(tx).last(chat_id, limit + 1, before)
        merged = {m.id: m for m in self._rings.get(chat_id, ()) if m.id < before}
        merged.update((m.id, m) for m in kept)
        newest_first = sorted(merged.values(), key=lambda m: m.id, reverse=True)
        return newest_first[:limit][::-1], len(newest_first) > limit

    async def latest(self) -> dict[str, RoomMessage]:
        """The newest message of every chat. Raises StoreDownError."""
        async with self._engine.read() as tx:
            latest = await Rooms(tx).latest()
        for chat_id, ring in self._rings.items():
            newest = ring[-1]
            if chat_id not in latest or latest[chat_id].id < newest.id:
                latest[chat_id] = newest
        return latest
