"""What is handed on as a picture, a voice, a video, a file; by its bytes and never by its name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.pictures import MOST_BYTES, MOST_SEGMENTS, unfit
from storage.model.messages import AttachmentKind
from tests.photos import BOMB, HTML, TRUNCATED, jpeg, large, png

PHOTO, VOICE, VIDEO, FILE = (
    AttachmentKind.PHOTO,
    AttachmentKind.VOICE,
    AttachmentKind.VIDEO,
    AttachmentKind.FILE,
)
GIF = b"GIF89a\x10\x00\x10\x00" + b"\x00" * 20 + b"\x3b"
WEBP = b"RIFF\x16\x00\x00\x00WEBPVP8 \x0a\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x80\x02\xe0\x01"
WEBP_CLEAR = b"RIFF\x12\x00\x00\x00WEBPVP8L\x05\x00\x00\x00\x2f\x7f\xc2\x77\x00\x00"
WEBP_HUGE = b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + b"\xff\xff\xff" * 2
MP4 = b"\x00\x00\x00\x20ftypisom" + b"\x00" * 20
KINDS = st.sampled_from([PHOTO, VOICE, VIDEO, FILE])


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        (PHOTO, jpeg(), ""),
        (PHOTO, png(), ""),
        (PHOTO, GIF, ""),
        (PHOTO, WEBP, ""),
        (PHOTO, WEBP_CLEAR, ""),
        (PHOTO, WEBP_HUGE, "impossible size"),
        (PHOTO, WEBP[:12] + b"EXIF" + WEBP[16:], "impossible size"),
        (PHOTO, jpeg() + b"a film of a second, as some phones add", ""),
        (PHOTO, large(MOST_BYTES), ""),
        (PHOTO, large(MOST_BYTES + 1), "too large"),
        (PHOTO, b"", "empty"),
        (PHOTO, HTML, "no photo"),
        (PHOTO, b"%PDF-1.7", "no photo"),
        (PHOTO, MP4, "no photo"),
        (PHOTO, TRUNCATED, "cut off"),
        (PHOTO, png()[:-12], "cut off"),
        (PHOTO, WEBP[:-1], "cut off"),
        (PHOTO, b"\xff\xd8\xff", "cut off"),
        (PHOTO, BOMB, "impossible size"),
        (PHOTO, jpeg(width=65_535, height=65_535), "impossible size"),
        (PHOTO, jpeg(width=0), "impossible size"),
        (VOICE, b"#!AMR\n", ""),
        (VOICE, MP4, ""),  # m4a
        (VOICE, jpeg(), "no voice"),
        (VIDEO, MP4, ""),
        (VIDEO, b"#!AMR\n", "no video"),
        (FILE, b"%PDF-1.7", ""),
        (FILE, b"PK\x03\x04", ""),
        (FILE, b"MZ\x90\x00", "no file"),
        (FILE, HTML, "no file"),
    ],
)
def test_it_is_what_its_bytes_are(kind: AttachmentKind, data: bytes, why: str) -> None:
    assert unfit(kind, data) == why


@given(kind=KINDS, data=st.binary(max_size=300))
def test_no_bytes_break_it(kind: AttachmentKind, data: bytes) -> None:
    for head in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF....WEBP"):
        assert isinstance(unfit(kind, head + data), str)


def test_not_every_one_of_a_million_segments_is_looked_at() -> None:
    looked: list[object] = []

    class Watched(bytes):
        def __getitem__(self, key: Any) -> Any:
            looked.append(key)
            return super().__getitem__(key)

    for part in (b"\xff\xe0\x00\x02", b"\xff", b"\xff\xe0\x00\x00"):
        looked.clear()
        assert unfit(PHOTO, Watched(b"\xff\xd8\xff" + part * 1_000_000)) == "cut off"
        assert len(looked) < 4 * MOST_SEGMENTS
