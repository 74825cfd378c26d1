"""Files of ours, handed in so that a message can show them (media/upload): D 90253, and that of a 公众号.

An id is good for three days and for everybody, so one file is handed in once for all who are to see it.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.adapters.base import Later, NotFetched
from bot.adapters.keeping import load, sniff
from bot.adapters.wecom.api import TOO_LARGE, Call, Good, Lost, Refused
from bot.adapters.wecom.errcodes import hint, judge
from bot.adapters.wecom.tokens import Tokens
from handlers.kit import texts
from handlers.kit.channel_texts import CANNOT_SHOW, NOT_ARRIVED
from storage.model.messages import Attachment, AttachmentKind, Outgoing

UPLOAD, GET = "/cgi-bin/media/upload", "/cgi-bin/media/get"
MEDIA_REF = "media/"
"""Before an id of the platform's it makes the `ref` of an Attachment."""

GOOD_FOR = timedelta(days=2)
REMEMBERED = 500
MEGABYTE = 1024 * 1024
REFUSED = "wecom.upload_refused"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What may be handed in, in bytes (0: not at all). What is no picture, voice or video there goes as a file."""

    image: int = 10 * MEGABYTE
    pictures: frozenset[str] = frozenset({"image/jpeg", "image/png"})
    voice: int = 2 * MEGABYTE
    voices: frozenset[str] = frozenset({"audio/amr"})
    video: int = 10 * MEGABYTE
    file: int = 20 * MEGABYTE


WORK = Takes()
CUSTOMERS = Takes(image=2 * MEGABYTE)
"""The official texts say 2 MB or 10 MB for a picture, by date: a larger one goes as a file."""

FOLLOWERS = Takes(
    pictures=frozenset({"image/jpeg", "image/png", "image/gif"}), voices=frozenset({"audio/amr", "audio/mpeg"}), file=0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """`kind`: the msgtype to send it as."""

    kind: str
    media_id: str

    def body(self) -> dict[str, object]:
        return {"msgtype": self.kind, self.kind: {"media_id": self.media_id}}


def kind_of(data: bytes, kind: AttachmentKind, takes: Takes) -> str:
    """Pure. What it can be sent as; "" if it cannot be."""
    found, size = sniff(data) or "", len(data)
    if found in takes.pictures and size <= takes.image:
        return "image"
    if found in takes.voices and size <= takes.voice:
        return "voice"
    if found == "video/mp4" and kind is AttachmentKind.VIDEO and size <= takes.video:
        return "video"
    return "file" if size <= takes.file else ""


def file_name(data: bytes, kind: str) -> str:
    """One of ours: what people called it goes nowhere."""
    ending = {"image/jpeg": "jpg", "audio/mpeg": "mp3"}.get(
        sniff(data) or "", (sniff(data) or "x/bin").rpartition("/")[2]
    )
    return f"{kind}.{ending}"


Put = Callable[[str, str, bytes], Awaitable[Call]]
"""(name, kind, bytes) → the answer with the media_id."""


def by_http(tokens: Tokens) -> Put:
    """How it is done with an access_token."""

    async def put(name: str, kind: str, data: bytes) -> Call:
        return await tokens.upload(UPLOAD, name, data, {"type": kind})

    return put


class Uploads:
    """`folder`: data/files. `now`: the program's clock."""

    def __init__(self, put: Put, folder: Path, now: Callable[[], datetime], takes: Takes = WORK) -> None:
        self._put = put
        self._folder = folder
        self._now = now
        self._takes = takes
        self._known: OrderedDict[str, tuple[HandedIn, datetime]] = OrderedDict()

    async def hand_in(self, item: Attachment) -> HandedIn | str | Later:
        """What shows it, or the words to say instead."""
        known, until = self._known.get(item.ref, (None, self._now()))
        if known is not None and self._now() < until:
            return known
        what = texts.attachment_list([item.kind])
        data = await load(self._folder, item.ref)
        if not data:
            return NOT_ARRIVED.format(what=what)
        kind = kind_of(data, item.kind, self._takes)
        if not kind:
            return CANNOT_SHOW.format(what=what)
        reply = await self._put(file_name(data, kind), kind, data)
        media_id = reply.data.get("media_id") if isinstance(reply, Good) else None
        if isinstance(media_id, str) and media_id:
            return self._remember(item.ref, HandedIn(kind=kind, media_id=media_id))
        why = reply if not isinstance(reply, Good) else Lost("no media_id in the answer", sent=False)
        return _instead(why, CANNOT_SHOW.format(what=what))

    def _remember(self, ref: str, handed: HandedIn) -> HandedIn:
        self._known[ref] = (handed, self._now() + GOOD_FOR)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return handed


async def with_file(out: Outgoing, uploads: Uploads) -> tuple[Outgoing, HandedIn | None] | Later:
    """What is to be said, and the file that goes with it; its words where it cannot be shown."""
    if out.content.attachment is None:
        return out, None
    handed = await uploads.hand_in(out.content.attachment)
    if isinstance(handed, Later):
        return handed
    if isinstance(handed, HandedIn):
        return out, handed
    return replace(out, content=replace(out.content, text=out.content.text + handed, attachment=None)), None


def _instead(reply: Refused | Lost, sentence: str) -> str | Later:
    """Handing in shows nobody anything, so it may always be tried again; what is refused for good, words replace."""
    if isinstance(reply, Lost):
        return Later(why=reply.why)
    log.warning(REFUSED, code=reply.code, why=reply.why, hint=hint(reply.code))
    result = judge(reply)
    return result if isinstance(result, Later) else sentence


async def fetch(tokens: Tokens, ref: str, most: int) -> bytes | NotFetched:
    """The file behind a "media/<id>" (D 90254; a 公众号 has the same call)."""
    reply = await tokens.download(GET, {"media_id": ref.removeprefix(MEDIA_REF)}, most)
    if isinstance(reply, bytes):
        return reply
    if isinstance(reply, Lost):
        return NotFetched(why=reply.why, again=reply.why != TOO_LARGE)
    return NotFetched(why=f"{reply.code} {reply.why}", again=isinstance(judge(reply), Later))
