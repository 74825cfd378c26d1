"""One callback → what is kept of it. Pictures are fetched, sealed user ids opened and quotes recognised on the way."""

import asyncio
import hashlib
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot.adapters.pictures import unfit
from bot.adapters.wecom.files import MediaFiles, Saved
from bot.adapters.wecom_aibot import events
from bot.adapters.wecom_aibot.events import PERSON, PLATFORM, Event, File
from bot.adapters.wecom_aibot.users import Users
from bot.adapters.wecom_aibot.ways import Ways
from bot.adapters.wecom_aibot.wire import Body, Item, Media, body_decoder
from bot.adapters.wecom_aibot.words import OurNames, clean, same, without_only_at
from storage.model.channels import ReplyRoute
from storage.model.messages import AttachmentKind, Envelope

ENTERED = "/start"
"""Opening the chat means the same as this word."""

MEDIA_MOST = 9
NOT_FETCHED = "wecom_aibot.media_not_fetched"
OTHER_NAME = "wecom_aibot.other_name"
OTHER_NAME_HINT = "群里 @ 机器人用的名字不在 wecom_aibot.names 里：把它在群里显示的名字写进去，再重启。"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    envelope: Envelope
    chat_id: str = ""
    route: ReplyRoute | None = None


def read(raw: bytes) -> Body:
    """Raises ValueError (or RecursionError) for what is no callback."""
    return body_decoder.decode(raw)


def event_id(body: Body) -> str:
    """Messages and events are numbered apart."""
    return f"E:{body.msgid}" if body.msgtype == "event" else body.msgid


def chat_id(body: Body, user: str) -> str:
    return body.chatid if body.group else f"{PERSON}{user}"


def concerns_us(body: Body) -> bool:
    """Did a person say or press something? (Not: a grey button, thumbs up, what no paper tells of.)"""
    if not body.msgid or body.from_ is None or (body.group and body.chatid.startswith(PERSON)):
        return False
    return body.msgtype not in ("event", "stream") or body.press is not None or body.eventtype == "enter_chat"


class Intake:
    """`global_key`: by callback the media have the callback's own key (D 101033)."""

    def __init__(
        self, bot: str, names: OurNames, ways: Ways, users: Users, media: MediaFiles, *, global_key: str = ""
    ) -> None:
        self._bot = bot
        self._names = names
        self._ways = ways
        self._users = users
        self._media = media
        self._global_key = global_key
        self._other_name_told = False

    def at_once(self, body: Body) -> bool:
        """Pure. Can it be taken without asking anybody?"""
        return body.quote is None and not any(_media(body)) and self._users.known(body.from_)

    async def take(self, body: Body, now: datetime, *, req_id: str = "", seconds: float = 8.0) -> Taken:
        """What is to be stored. `seconds`: for asking who it is, and for all the fetching; what is not there by
        then is left out.

        Raises StoreDownError.
        """
        user = await self._users.plain(body.from_, seconds)
        where = chat_id(body, user)
        key, message = event_id(body), body.msgid
        press = body.press
        event = Event(
            kind="button" if press is not None else "message",
            event=key,
            chat=where,
            user=user,
            at=int(now.timestamp() * 1000),
            message=press.task_id if press is not None else message,
            text=await self._words(body),
            button=press.event_key if press is not None else "",
            **await self._quoted(body, where, now),
            files=await self._files(body, now, seconds),
        )
        route = None
        if (req_id and body.msgtype != "event") or body.response_url:
            route = self._ways.route(where, key, now, req_id=req_id, url=body.response_url)
        return Taken(envelope=self._envelope(event.event, where, events.encode(event)), chat_id=where, route=route)

    async def _words(self, body: Body) -> str:
        """What was said to us. Raises StoreDownError."""
        if body.eventtype == "enter_chat":
            return ENTERED
        text = clean(_text(body))
        if body.group and text and not self._names.called(text):
            if not self._other_name_told:
                log.warning(OTHER_NAME, hint=OTHER_NAME_HINT)
                await self._ways.called_otherwise(self._names.all)
                self._other_name_told = True
            return without_only_at(text)
        return self._names.out_of(text)

    def unreadable(self, raw: bytes, why: Exception) -> Taken:
        """Parked: what is in it nobody can read, so nothing of it is kept."""
        name = f"sha256:{hashlib.sha256(raw).hexdigest()}"
        return Taken(envelope=self._envelope(name, "?", b"{}", unreadable=events.place(why)))

    def _envelope(self, name: str, where: str, body: bytes, *, unreadable: str = "") -> Envelope:
        return Envelope(
            platform=PLATFORM,
            bot=self._bot,
            event_id=name,
            chat_key=f"{PLATFORM}:{where}",
            body=body,
            unreadable=unreadable,
        )

    async def _quoted(self, body: Body, where: str, now: datetime) -> dict[str, str]:
        """The platform says what was quoted, never whose it was: our own words are known, others are a relay."""
        words = clean(_text(body.quote)) if body.quote is not None else ""
        if not words:
            return {}
        for row in await self._ways.ours(f"{PLATFORM}:{where}", now):
            if row.message_ref and same(row.out.content.text, words):
                return {"reply_to": row.message_ref}
        return {"quoted": words}

    async def _files(self, body: Body, now: datetime, seconds: float) -> tuple[File, ...]:
        """All at once, in order."""
        jobs = [self._fetch(kind, media, now) for kind, media in _media(body)][:MEDIA_MOST]
        return tuple(await asyncio.gather(*(_within(seconds, job) for job in jobs)))

    async def _fetch(self, kind: str, media: Media, now: datetime) -> File:
        key = media.aeskey or self._global_key
        result = await self._media.fetch(
            media.url, key, sent_at=now, now=now, unfit=partial(unfit, AttachmentKind(kind))
        )
        if not isinstance(result, Saved):
            log.warning(NOT_FETCHED, why=result.why)
            return File(kind=kind)  # type: ignore[arg-type]
        return File(kind=kind, ref=result.ref, size=result.size)  # type: ignore[arg-type]


async def _within(seconds: float, job: Awaitable[File]) -> File:
    try:
        return await asyncio.wait_for(job, seconds)
    except TimeoutError:
        log.warning(NOT_FETCHED, why="too slow")
        return File(kind="photo")


def _text(body: Item) -> str:
    """All words of a message, in order."""
    return "\n".join(words.content for part in _parts(body) for words in (part.text, part.voice) if words is not None)


def _parts(body: Item) -> Iterator[Item]:
    mixed = getattr(body, "mixed", None)
    yield from mixed.msg_item if mixed is not None else [body]


def _media(body: Body) -> Iterator[tuple[str, Media]]:
    """What must be fetched, also of what was quoted: (kind, where it is)."""
    for item in (body, body.quote):
        for part in _parts(item) if item is not None else ():
            for kind, media in (("photo", part.image), ("video", part.video), ("file", part.file)):
                if media is not None and media.url:
                    yield kind, media
