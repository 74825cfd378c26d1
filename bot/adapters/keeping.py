"""Files people sent, on disk under the SHA-256 of their bytes."""

import asyncio
import os
import re
from pathlib import Path

from bot.adapters.bare import bare

FILE_REF = "file/"
"""Before the name of a file of ours it makes the `ref` of an Attachment."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)


def sniff(data: bytes) -> str | None:
    """The media type by the first bytes; None if they are none of those phones send."""
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12])
    if data[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def keep(folder: Path, ref: str, data: bytes) -> None:
    """Whole on disk or not there, also when the power goes. Raises OSError."""
    path = folder / ref
    if path.exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{ref}.{os.getpid()}.part"
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


async def load(folder: Path, ref: str) -> bytes:
    """What is handed on of "file/<SHA-256>" (bare.py); nothing if there is no such file (any more)."""
    name = ref.removeprefix(FILE_REF)
    if _SHA256.fullmatch(name) is None:
        return b""
    try:
        return await asyncio.to_thread(lambda: bare((folder / name).read_bytes()))
    except OSError:
        return b""
