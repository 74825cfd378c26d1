"""What is handed on of a picture or a film: without where it was taken, with what and by whom. Pure.

Cameras write that beside the picture. Whoever reported must not be found by it, nor an officer's home; our own copy
on the station's disk stays as it was sent. What cannot be read as its kind stays as it is.
"""

import re
from typing import Literal

MOST_PARTS = 20_000
MOST_INDEX = 4 * 1024 * 1024
"""Bytes of a film's index that are looked through."""

_EXIF = b"Exif\x00\x00"
_TURN = 0x0112
_PNG_ASIDE = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_WEBP_ASIDE = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS = 0b0000_1100
_NEEDED = (b"\xff\xe0", b"\xff\xee")
_PLACE = re.compile(rb"[+-]\d{1,3}\.\d{1,9}[+-]\d{1,3}\.\d{1,9}")
"""As films have it (ISO 6709)."""


def bare(data: bytes) -> bytes:
    """The same picture, turned the same way."""
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return _film(data) if data[4:8] == b"ftyp" else data


def _jpeg(data: bytes) -> bytes:
    """Up to its own end: what some phones add after it is a film or another picture, with places of their own."""
    kept, place = [data[:2]], 2
    for _ in range(MOST_PARTS):
        marker = data[place : place + 2]
        if len(marker) < 2 or marker[0] != 0xFF:
            return data
        if marker == b"\xff\xff":
            place += 1
            continue
        if marker == b"\xff\xda":
            end = data.find(b"\xff\xd9", place)
            return b"".join([*kept, data[place : end + 2 if end > 0 else len(data)]])
        after = place + 2 + max(2, int.from_bytes(data[place + 2 : place + 4]))
        kept.append(_segment(data[place:after]))
        place = after
    return data


def _segment(part: bytes) -> bytes:
    """What the picture needs of it. Of all a camera writes that is which side is up."""
    marker, body = part[:2], part[4:]
    aside = 0xE0 <= marker[1] <= 0xEF and marker not in _NEEDED and not body.startswith(b"ICC_PROFILE\x00")
    if body.startswith(_EXIF):
        return _turned(body[len(_EXIF) :])
    return b"" if aside or marker == b"\xff\xfe" else part


def _turned(tiff: bytes) -> bytes:
    """A segment that says only how the picture is turned; none where it is not."""
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"
    first = int.from_bytes(tiff[4:8], order)
    for number in range(min(int.from_bytes(tiff[first : first + 2], order), 200)):
        entry = tiff[first + 2 + 12 * number :][:12]
        turn = int.from_bytes(entry[8:10], order)
        if int.from_bytes(entry[:2], order) == _TURN and 2 <= turn <= 8:
            said = (
                b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01" + bytes([0, turn, 0, 0]) + bytes(4)
            )
            return b"\xff\xe1" + (2 + len(_EXIF) + len(said)).to_bytes(2) + _EXIF + said
    return b""


def _png(data: bytes) -> bytes:
    kept, place = [data[:8]], 8
    for _ in range(MOST_PARTS):
        kind = data[place + 4 : place + 8]
        after = place + 12 + int.from_bytes(data[place : place + 4])
        if len(kind) < 4 or after > len(data):
            return data
        if kind not in _PNG_ASIDE:
            kept.append(data[place:after])
        if kind == b"IEND":
            return b"".join(kept)
        place = after
    return data


def _webp(data: bytes) -> bytes:
    end = int.from_bytes(data[4:8], "little") + 8
    kept, place = list[bytes](), 12
    while place + 8 <= min(end, len(data)):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        after = place + 8 + size + size % 2
        part = data[place:after]
        if kind == b"VP8X" and size:
            part = part[:8] + bytes([part[8] & ~_WEBP_FLAGS]) + part[9:]
        if kind not in _WEBP_ASIDE:
            kept.append(part)
        place = after
        if len(kept) > MOST_PARTS:
            return data
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _film(data: bytes) -> bytes:
    """Every part keeps its length, since a film counts its bytes."""
    place = 0
    for _ in range(MOST_PARTS):
        size, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16])
        if kind == b"moov":
            after = min(place + size, place + MOST_INDEX) if size else place + MOST_INDEX
            clean = _PLACE.sub(_zeros, data[place:after])
            return data[:place] + clean + data[place + len(clean) :]
        if size < 8:
            return data
        place += size
    return data


def _zeros(found: re.Match[bytes]) -> bytes:
    return re.sub(rb"\d", b"0", found[0])
