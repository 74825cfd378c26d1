"""What may be handed in as a temporary file (D 90253), and that a message only shows what was."""

from collections.abc import Callable

from tests.fake_wecom.crypt import Json
from tests.fake_wecom.state import BAD_PARAM, Refusal

BAD_KIND, BAD_MEDIA_ID, BAD_SIZE, BAD_PICTURE_SIZE, BAD_VOICE_SIZE = 40004, 40007, 40006, 40009, 40010
MEGABYTE = 1024 * 1024
MOST = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "file": 20 * MEGABYTE}
CODES = {"image": BAD_PICTURE_SIZE, "voice": BAD_VOICE_SIZE}
LOOKS = {
    "image": (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"),
    "voice": (b"#!AMR",),
}


def check_upload(
    kind: str, data: bytes, *, picture: int = MOST["image"], kinds: frozenset[str] = frozenset(MOST)
) -> None:
    """`picture`: the most bytes of one; it differs by channel and date. Raises Refusal."""
    if kind not in kinds:
        raise Refusal(BAD_KIND, "invalid media type")
    if len(data) <= 5 or len(data) > (picture if kind == "image" else MOST[kind]):
        raise Refusal(CODES.get(kind, BAD_SIZE), f"invalid {kind} size")
    if not data.startswith(LOOKS.get(kind, (b"",))) or (kind == "video" and data[4:8] != b"ftyp"):
        raise Refusal(BAD_KIND, f"invalid {kind} format")


def check_media(body: Json, kind: str, has_file: Callable[[str], bool]) -> None:
    """The media_id of a message. Raises Refusal."""
    if kind not in MOST:
        return
    media_id = (body.get(kind) or {}).get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise Refusal(BAD_PARAM, f"{kind}.media_id")
    if not has_file(media_id):
        raise Refusal(BAD_MEDIA_ID, "invalid media_id")
