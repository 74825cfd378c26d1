"""What both sides of the local platform share: the rooms, who is in them, and who listens right now."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from bot.adapters.local import views
from bot.adapters.local.directory import DirectorySource, Roster
from bot.adapters.local.hub import Hub
from bot.adapters.local.photos import Photos
from bot.adapters.local.room import Room
from storage.engine.base import Engine
from storage.stores.room import RoomMessage


class Board:
    """Rooms, roster, pictures and live streams of one local platform."""

    def __init__(self, engine: Engine, directory: DirectorySource, now: Callable[[], datetime], data_dir: Path) -> None:
        self.roster = Roster(directory)
        self.hub = Hub(self._sees)
        self.photos = Photos(data_dir / "files")
        self.room = Room(engine, now)

    async def publish(
        self, name: str, message: RoomMessage, *, ask: bool = False, loud: bool = False
    ) -> views.MessageView:
        """Show a message ("message") or its new words ("edit") to its whole chat. Raises StoreDownError."""
        shown = await self.view(message, {}, ask=ask, loud=loud)
        self.hub.publish(name, msgspec.json.encode(shown), chat_id=message.chat_id)
        return shown

    async def view(
        self, message: RoomMessage, known: Mapping[str, RoomMessage], *, ask: bool = False, loud: bool = False
    ) -> views.MessageView:
        """The message as a browser gets it, with the words it answers (from `known` if they are there)."""
        quoted = known.get(message.reply_to)
        if quoted is None and message.reply_to:
            quoted, _ = await self.room.find(message.chat_id, message.reply_to)
        return views.view(message, self.roster.known, quoted, ask=ask, loud=loud)

    def _sees(self, user_id: str, chat_id: str) -> bool:
        return self.roster.known.sees(user_id, chat_id)
