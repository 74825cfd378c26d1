"""The local platform: a group chat of our own in the browser, without accounts."""

from bot.adapters.local.directory import LocalDirectory, Persona, RoomInfo, private_chat_id
from bot.adapters.local.platform import LocalPlatform

__all__ = ["LocalDirectory", "LocalPlatform", "Persona", "RoomInfo", "private_chat_id"]
