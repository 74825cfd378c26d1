"""What is handed on of a picture: the picture, and not where and with what it was taken."""

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.bare import bare
from bot.adapters.keeping import FILE_REF, keep, load
from bot.adapters.pictures import unfit
from storage.model.messages import AttachmentKind
from tests.photos import jpeg, png

PLACE = b"+31.2304+121.4737"
ICC = b"\xff\xe2" + struct.pack(">H", 2 + 20) + b"ICC_PROFILE\x00\x01\x01" + b"colours"[:6]
HEAD = b"\xff\xd8"
PICTURE = jpeg()[jpeg().index(b"\xff\xc0") :]


def segment(marker: bytes, body: bytes) -> bytes:
    return marker + struct.pack(">H", len(body) + 2) + body


def exif(turn: int, order: str = ">") -> bytes:
    """The way it is turned, the place, and a small picture with an end of its own."""
    mark = b"MM\x00*" if order == ">" else b"II*\x00"
    tags = struct.pack(f"{order}IH", 8, 2)
    tags += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack(f"{order}HHII", 0x8825, 4, 1, 38)
    return b"Exif\x00\x00" + mark + tags + bytes(4) + PLACE + b"\xff\xd8\xff\xd9"


def taken(turn: int = 1, order: str = ">") -> bytes:
    aside = segment(b"\xff\xe1", exif(turn, order)) + segment(b"\xff\xe1", b"http://ns.adobe.com/xap/1.0/\x00" + PLACE)
    more = segment(b"\xff\xed", PLACE) + segment(b"\xff\xfe", PLACE) + segment(b"\xff\xe2", b"MPF\x00" + PLACE)
    return HEAD + aside + more + ICC + PICTURE + b"a film of a second" + PLACE


def test_a_photo_keeps_its_picture_and_its_colours_and_nothing_else() -> None:
    assert bare(taken()) == HEAD + ICC + PICTURE


@pytest.mark.parametrize("order", "><")
@pytest.mark.parametrize("turn", range(2, 9))
def test_it_is_turned_as_before(turn: int, order: str) -> None:
    handed_on = bare(taken(turn, order))
    assert PLACE not in handed_on
    assert handed_on.endswith(ICC + PICTURE)
    said = handed_on.removeprefix(HEAD).removesuffix(ICC + PICTURE)
    assert said[:10] == b"\xff\xe1" + struct.pack(">H", len(said) - 2) + b"Exif\x00\x00"
    assert said[10:18] == b"MM\x00*\x00\x00\x00\x08"
    assert struct.unpack(">HHHIH", said[18:30]) == (1, 0x0112, 3, 1, turn)
    assert bare(handed_on) == handed_on


def test_of_a_screenshot_only_its_picture() -> None:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    whole = png()
    shape = whole.index(b"IDAT") - 4
    aside = part(b"eXIf", PLACE) + part(b"tEXt", b"a\x00" + PLACE) + part(b"iTXt", PLACE) + part(b"tIME", b"1234567")
    assert bare(whole[:shape] + aside + whole[shape:] + PLACE) == whole


def test_of_a_webp_only_its_picture() -> None:
    def part(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)

    def whole(flags: int, *parts: bytes) -> bytes:
        body = b"WEBP" + part(b"VP8X", bytes([flags, 0, 0, 0]) + bytes(6)) + b"".join(parts)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    picture = part(b"VP8 ", b"pixel")
    before = whole(0b0001_1100, picture, part(b"EXIF", PLACE), part(b"XMP ", PLACE))
    assert bare(before) == whole(0b0001_0000, picture)


def test_a_film_keeps_its_length_and_loses_its_place() -> None:
    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data) + 8) + kind + data

    def film(place: bytes) -> bytes:
        index = box(b"moov", box(b"udta", box(b"\xa9xyz", b"\x00\x11\x15\xc7" + place + b"+003.5/")))
        return box(b"ftyp", b"isom") + box(b"mdat", b"pictures" * 9) + index + box(b"free", b"")

    assert bare(film(PLACE)) == film(b"+00.0000+000.0000")


async def test_our_own_copy_stays_as_it_was_sent(tmp_path: Path) -> None:
    name = "ab" * 32
    keep(tmp_path, name, taken())
    assert await load(tmp_path, FILE_REF + name) == bare(taken())
    assert (tmp_path / name).read_bytes() == taken()


def test_only_the_program_may_look_into_the_folder(tmp_path: Path) -> None:
    keep(tmp_path / "files", "ab" * 32, taken())
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


def test_the_same_picture_is_still_one() -> None:
    assert unfit(AttachmentKind.PHOTO, bare(taken(6))) == ""
    assert bare(jpeg(b"mark")) == jpeg(b"mark")


@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x01\x00\x00WEBP", b"\x00\x00\x00\x10ftyp"]),
    st.lists(
        st.sampled_from([b"\xff", b"\xe1", b"\x00\x10", b"Exif\x00\x00", b"II*\x00", b"\x12\x01", b"EXIF", b"moov"])
    ),
    st.binary(max_size=60),
)
def test_whatever_comes_it_does_not_break_and_twice_is_once(head: bytes, parts: list[bytes], rest: bytes) -> None:
    once = bare(head + b"".join(parts) + rest)
    assert bare(once) == once
