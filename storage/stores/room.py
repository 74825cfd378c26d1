"""The conversation of the built-in group chat, so that it survives a restart."""

from dataclasses import dataclass

from storage.engine.base import Row, Tx

LAST_ID = "z"
"""Sorts after every message id (they are hexadecimal), in any collation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMessage:
    """One message. `sender_id` is empty for the bot; `buttons` and `attachment` are JSON or empty.

    `key` makes it unique: the bot's outgoing key, or the browser's event id. Times are ms since 1970 UTC.
    """

    id: str
    chat_id: str
    key: str
    at: int
    sender_id: str = ""
    sender_name: str = ""
    text: str = ""
    buttons: str = ""
    attachment: str = ""
    reply_to: str = ""
    edited_at: int | None = None


class Rooms:
    """Messages of the local platform, inside one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, message: RoomMessage) -> RoomMessage:
        """Keep it once per key; returns what is kept, which is the earlier message if the key was known."""
        row = await self._tx.one(
            "room_add",
            id=message.id,
            chat_id=message.chat_id,
            sender_id=message.sender_id,
            sender_name=message.sender_name,
            text=message.text,
            buttons=message.buttons,
            attachment=message.attachment,
            reply_to=message.reply_to,
            out_key=message.key,
            at=message.at,
        )
        row = row or await self._tx.one("room_by_key", out_key=message.key)
        return _message(row) if row else message

    async def edit(self, chat_id: str, message_id: str, text: str, buttons: str, at: int) -> RoomMessage | None:
        """Change the words and buttons of a kept message; None if there is no such message in that chat."""
        row = await self._tx.one("room_edit", id=message_id, chat_id=chat_id, text=text, buttons=buttons, edited_at=at)
        return _message(row) if row else None

    async def get(self, message_id: str) -> RoomMessage | None:
        row = await self._tx.one("room_get", id=message_id)
        return _message(row) if row else None

    async def last(self, chat_id: str, limit: int, before: str = LAST_ID) -> list[RoomMessage]:
        """The newest `limit` messages older than `before`, newest first."""
        return [_message(row) for row in await self._tx.rows("room_last", chat_id=chat_id, before=before, limit=limit)]

    async def latest(self) -> dict[str, RoomMessage]:
        """The newest message of every chat."""
        return {row["chat_id"]: _message(row) for row in await self._tx.rows("room_latest")}

    async def newest_id(self) -> str:
        """The highest id given so far, empty in a new room."""
        row = await self._tx.one("room_newest_id")
        return (row["id"] or "") if row else ""


def _message(row: Row) -> RoomMessage:
    return RoomMessage(
        id=row["id"],
        chat_id=row["chat_id"],
        key=row["out_key"] or "",
        at=row["at"],
        sender_id=row["sender_id"],
        sender_name=row["sender_name"],
        text=row["text"],
        buttons=row["buttons"],
        attachment=row["attachment"],
        reply_to=row["reply_to"],
        edited_at=row["edited_at"],
    )
