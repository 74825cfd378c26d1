"""Pictures sent in the built-in chat: on disk if they were sent to us, else only in a little memory."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from pathlib import Path

from bot.adapters.keeping import keep
from storage.engine.base import StoreDownError

PHOTO_MAX = 5 * 1024 * 1024
MEMORY_MAX = 40 * 1024 * 1024
_REF = re.compile(r"[0-9a-f]{64}")


def sniff(data: bytes) -> str | None:
    """The media type by the first bytes, for the four kinds of picture every phone shows; else None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


class Photos:
    """Pictures by the SHA-256 of their bytes. `folder` is made when the first one is kept."""

    def __init__(self, folder: Path, memory: int = MEMORY_MAX) -> None:
        self._folder = folder
        self._limit = memory
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def hold(self, data: bytes) -> str:
        """Remember it for a while, oldest forgotten first; returns its ref."""
        ref = hashlib.sha256(data).hexdigest()
        if ref not in self._held:
            self._held[ref] = data
            self._size += len(data)
        self._held.move_to_end(ref)
        while self._size > self._limit and len(self._held) > 1:
            _, dropped = self._held.popitem(last=False)
            self._size -= len(dropped)
        return ref

    async def keep(self, ref: str) -> None:
        """Put a held picture on disk for good. Raises StoreDownError if the disk does not take it."""
        data = self._held.get(ref)
        if data is None:
            return
        try:
            await asyncio.to_thread(keep, self._folder, ref, data)
        except OSError as error:
            raise StoreDownError(f"files: {error.strerror}") from error

    async def load(self, ref: str) -> bytes | None:
        """The bytes, or None if there is no such picture (any more)."""
        if not _REF.fullmatch(ref):
            return None
        if ref in self._held:
            return self._held[ref]
        try:
            return await asyncio.to_thread((self._folder / ref).read_bytes)
        except OSError:
            return None
