"""Is a file what it is said to be? By its bytes, never by its name; nothing is ever unpacked or decoded. Pure."""

from bot.adapters.keeping import sniff
from storage.model.messages import AttachmentKind

MOST_BYTES = 100 * 1024 * 1024
"""Larger than anything a platform hands out; each has its own limit below."""

MOST_PIXELS = 100_000_000
"""A few bytes can claim a picture that no phone can open."""

MOST_SEGMENTS = 2_000
"""Before the picture itself; a colour profile of 20 MB has 320."""

_KINDS = {
    AttachmentKind.PHOTO: ("image/",),
    AttachmentKind.VOICE: ("audio/", "video/mp4"),
    AttachmentKind.VIDEO: ("video/",),
    AttachmentKind.FILE: ("image/", "audio/", "video/", "application/pdf", "application/zip"),
}
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a JPEG after which its size stands."""


def unfit(kind: AttachmentKind, data: bytes) -> str:
    """Why it is not handed on to anybody, in short English; "" if it is."""
    if not data:
        return "empty"
    if len(data) > MOST_BYTES:
        return "too large"
    found = sniff(data) or ""
    if not found.startswith(_KINDS[kind]):
        return f"no {kind}"
    if not found.startswith("image/"):
        return ""
    width, height, whole = _picture(found, data)
    if not whole:
        return "cut off"
    return "" if 0 < width * height <= MOST_PIXELS else "impossible size"


def _picture(found: str, data: bytes) -> tuple[int, int, bool]:
    """(width, height, is its end there?); zeros if it is none."""
    match found:
        case "image/jpeg":
            return _jpeg(data)
        case "image/png":
            return _number(data, 16, 4), _number(data, 20, 4), data.rfind(b"IEND") > 0
        case "image/gif":
            size = data[6:10]
            return int.from_bytes(size[:2], "little"), int.from_bytes(size[2:], "little"), b"\x3b" in data[10:]
    return *_webp(data), int.from_bytes(data[4:8], "little") + 8 <= len(data)


def _webp(data: bytes) -> tuple[int, int]:
    """(width, height); zeros if it is none."""
    match data[12:16]:
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return 0, 0


def _jpeg(data: bytes) -> tuple[int, int, bool]:
    """Through the segments up to where the picture itself begins; the end is looked for after that."""
    place, width, height = 2, 0, 0
    for _ in range(MOST_SEGMENTS):
        if place + 9 > len(data) or data[place] != 0xFF:
            break
        marker = data[place + 1]
        if marker in _FRAMES:
            height, width = _number(data, place + 5, 2), _number(data, place + 7, 2)
        if marker == 0xDA:
            return width, height, data.find(b"\xff\xd9", place) > 0
        place += 2 + max(2, _number(data, place + 2, 2)) if marker != 0xFF else 1
    return width, height, False


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size])
