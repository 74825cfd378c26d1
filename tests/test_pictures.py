"""What is handed on as a picture, a voice, a video, a file; by its bytes and never by its name."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.pictures import MOST_BYTES, unfit
from storage.model.messages import AttachmentKind
from tests.photos import BOMB, HTML, TRUNCATED, jpeg, large, png

PHOTO, VOICE, VIDEO, FILE = (
    AttachmentKind.PHOTO,
    AttachmentKind.VOICE,
    AttachmentKind.VIDEO,
    AttachmentKind.FILE,
)
GIF = b"GIF89a\x10\x00\x10\x00" + b"\x00" * 20 + b"\x3b"
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"\x00" * 8
MP4 = b"\x00\x00\x00\x20ftypisom" + b"\x00" * 20
KINDS = st.sampled_from([PHOTO, VOICE, VIDEO, FILE])


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        (PHOTO, jpeg(), ""),
        (PHOTO, png(), ""),
        (PHOTO, GIF, ""),
        (PHOTO, WEBP, ""),
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


def test_many_segments_take_no_time() -> None:
    """20 MB of empty segments: the walk is linear."""
    started = time.process_time()
    for part in (b"\xff\xe0\x00\x02", b"\xff", b"\xff\xe0\x00\x00"):
        assert unfit(PHOTO, b"\xff\xd8" + part * (4_000_000 // len(part))) == "cut off"
    assert time.process_time() - started < 5
