"""Pictures as small as they can be and still be some, and files that only say they are."""

import struct
import zlib


def jpeg(mark: bytes = b"", width: int = 640, height: int = 480) -> bytes:
    """`mark` makes it another one. Its thumbnail has an end of its own, as those of phones have.

    Nothing of it is left out when it is handed on.
    """
    thumbnail = b"JFXX\x00\x10\xff\xd8\xff\xd9" + mark
    head = b"\xff\xe0" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\x34"
    return b"\xff\xd8" + head + frame + scan + b"\xff\xd9"


def png(width: int = 1, height: int = 1) -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    shape = part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + shape + part(b"IDAT", zlib.compress(b"\x00\x00")) + part(b"IEND", b"")


def large(size: int) -> bytes:
    """A picture of so many bytes."""
    whole = jpeg()
    return whole[:-2] + b"\x00" * (size - len(whole)) + whole[-2:]


HTML = b"<html><script>alert(1)</script></html>"
TRUNCATED = jpeg(b"truncated")[:-10]
BOMB = png(60_000, 60_000)
