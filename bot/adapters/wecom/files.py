"""Pictures, voices and files people sent: fetched at once, since their addresses live five minutes, and kept here.

Only https, only the platform's own hosts, no redirects, no more than the cap; decrypted where a key came along; what
it is says its first bytes, never its name.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.adapters.keeping import FILE_REF, keep, sniff
from bot.adapters.wecom.api import CONNECT_SECONDS, SessionFactory
from bot.adapters.wecom.crypto import BadBodyError, open_media
from storage.engine.base import StoreDownError

HOSTS = ("qq.com", "myqcloud.com")
"""Hosts, and all below them, media may come from. Configurable for private deployments."""

MAX_BYTES = 20 * 1024 * 1024
ALIVE = timedelta(minutes=5)
FETCH_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """`ref`: SHA-256 of the clear bytes, their name under data/files. `kind`: media type, "" if not known."""

    ref: str
    size: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSaved:
    """`why` is short English without address or key. `again`: another try may help while the address lives."""

    why: str
    again: bool = False


def _fits(data: bytes) -> str:
    return ""


class MediaFiles:
    """`folder` is made when the first file is kept."""

    def __init__(
        self,
        session: SessionFactory,
        folder: Path,
        *,
        hosts: Sequence[str] = HOSTS,
        max_bytes: int = MAX_BYTES,
        schemes: Sequence[str] = ("https",),
    ) -> None:
        self._session = session
        self._folder = folder
        self._hosts = tuple(host.lower().lstrip("*.") for host in hosts)
        self._max = max_bytes
        self._schemes = tuple(schemes)

    def allowed(self, url: str) -> bool:
        """Pure. May this address be fetched at all?"""
        try:
            parts = urlsplit(url)
            host, has_login = (parts.hostname or "").lower().rstrip("."), "@" in parts.netloc
        except ValueError:
            return False
        ours = any(host == allowed or host.endswith("." + allowed) for allowed in self._hosts)
        return parts.scheme in self._schemes and ours and not has_login

    async def fetch(
        self, url: str, aes_key: str, *, sent_at: datetime, now: datetime, unfit: Callable[[bytes], str] = _fits
    ) -> Saved | NotSaved:
        """Fetch, decrypt (with a key), keep, unless `unfit` says why not. No network error is raised.

        Raises StoreDownError if the disk is full.
        """
        if not self.allowed(url):
            return NotSaved(why="address not allowed")
        if now - sent_at > ALIVE:
            return NotSaved(why="address expired")
        data = await self._download(url)
        if isinstance(data, NotSaved):
            return data
        if aes_key:
            try:
                data = await asyncio.to_thread(open_media, data, aes_key)
            except BadBodyError as error:
                return NotSaved(why=f"not decrypted: {error}")
        if why := unfit(data):
            return NotSaved(why=why)
        return await self.save(data)

    async def save(self, data: bytes) -> Saved | NotSaved:
        """Keep bytes as they are. Raises StoreDownError."""
        if not data or len(data) > self._max:
            return NotSaved(why="empty or too large")
        ref = hashlib.sha256(data).hexdigest()
        try:
            await asyncio.to_thread(keep, self._folder, ref, data)
        except OSError as error:
            raise StoreDownError(f"files: {error.strerror}") from error
        return Saved(ref=FILE_REF + ref, size=len(data), kind=sniff(data) or "")

    async def _download(self, url: str) -> bytes | NotSaved:
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS, connect=CONNECT_SECONDS, sock_read=10.0)
        try:
            async with self._session().get(url, timeout=timeout, allow_redirects=False) as response:
                if response.status != 200:
                    return NotSaved(why=f"http {response.status}", again=response.status >= 500)
                if (response.content_length or 0) > self._max:
                    return NotSaved(why="too large")
                data = bytearray()
                async for chunk in response.content.iter_chunked(65536):
                    data += chunk
                    if len(data) > self._max:
                        return NotSaved(why="too large")
                return bytes(data)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return NotSaved(why=type(error).__name__, again=True)
