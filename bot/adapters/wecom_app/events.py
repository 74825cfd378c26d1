"""A callback's fields → the event we store → Inbound. Pure. What opens a door (ResponseCode) is not stored in it."""

import hashlib
from datetime import UTC, datetime
from typing import Literal

import msgspec

from bot.adapters.base import UnreadableError
from bot.adapters.wecom.cards import is_noop
from bot.adapters.wecom.uploads import MEDIA_REF
from bot.adapters.wecom.xmltext import Fields, word
from storage.model.messages import (
    Address,
    Attachment,
    AttachmentKind,
    Chat,
    ChatKind,
    Inbound,
    InboundKind,
    Sender,
)

PLATFORM = "wecom_app"
CARD_EVENT = "template_card_event"
CAME, OPENED = "subscribe", "enter_agent"
LEFT = "unsubscribe"
FILES = {"image": AttachmentKind.PHOTO, "voice": AttachmentKind.VOICE, "video": AttachmentKind.VIDEO}
LONGEST_USER = 64


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="v", tag=1):
    """As it is stored. `at`: seconds since 1970. `key`, `task`: of the button that was pressed."""

    id: str
    kind: Literal["text", "image", "voice", "video", "location", "other", "press", "came", "left"]
    user: str
    at: int
    text: str = ""
    media: str = ""
    key: str = ""
    task: str = ""
    latitude: float | None = None
    longitude: float | None = None


_decoder = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()


def event_of(fields: Fields) -> Event | None:
    """What a callback tells; None if it is nothing to us: menus, reports of places, a grey button.

    Raises UnreadableError if it lacks what every callback has (D 90239, 90240).
    """
    user, kind = word(fields, "FromUserName"), word(fields, "MsgType")
    if not 0 < len(user) <= LONGEST_USER or not kind:
        raise UnreadableError("no sender or no type")
    at = _number(word(fields, "CreateTime"))
    if kind == "event":
        return _happened(fields, user, at)
    name = word(fields, "MsgId")
    if not name:
        raise UnreadableError("a message without MsgId")
    common = {"id": name[:LONGEST_USER], "user": user, "at": at}
    if kind == "text":
        return Event(kind="text", text=word(fields, "Content"), **common)  # type: ignore[arg-type]
    if kind in FILES:
        # Where the platform writes down what was spoken, it says so in Recognition.
        words, media = word(fields, "Recognition"), word(fields, "MediaId")
        return Event(kind=kind, text=words, media=media, **common)  # type: ignore[arg-type]
    if kind == "location":
        return Event(
            kind="location",
            text=word(fields, "Label"),
            latitude=_degrees(word(fields, "Location_X")),
            longitude=_degrees(word(fields, "Location_Y")),
            **common,  # type: ignore[arg-type]
        )
    return Event(kind="other", text=word(fields, "Url"), **common)  # type: ignore[arg-type]


def _happened(fields: Fields, user: str, at: int) -> Event | None:
    """Events have no number of their own: the platform tells them apart by who, when and what (D 90238)."""
    what, key, task = word(fields, "Event"), word(fields, "EventKey"), word(fields, "TaskId")
    # Every opening of the application is told: people are greeted at the first we remember.
    when = "" if what == OPENED else str(at)
    name = hashlib.sha256("\0".join((user, when, what, key, task)).encode("utf-8", "replace")).hexdigest()[:32]
    if what == CARD_EVENT and key and not is_noop(key):
        return Event(id=f"E:{name}", kind="press", user=user, at=at, key=key, task=task)
    if what in (CAME, OPENED):
        return Event(id=f"E:{name}", kind="came", user=user, at=at)
    if what == LEFT:
        return Event(id=f"E:{name}", kind="left", user=user, at=at)
    return None


def encode(event: Event) -> bytes:
    return _encoder.encode(event)


def parse(body: bytes, bot: str) -> Inbound:
    """One stored event. Raises UnreadableError."""
    try:
        event = _decoder.decode(body)
        at = datetime.fromtimestamp(event.at, UTC)
    except (ValueError, OverflowError, OSError, RecursionError) as error:
        raise UnreadableError(type(error).__name__) from None
    if not event.id or not event.user:
        raise UnreadableError("no id or no sender")
    user = _clean(event.user)
    kinds = {"press": InboundKind.BUTTON, "came": InboundKind.JOINED, "left": InboundKind.LEFT}
    kind = kinds.get(event.kind, InboundKind.MESSAGE)
    return Inbound(
        platform=PLATFORM,
        bot=bot,
        event_id=event.id,
        kind=kind,
        chat=Chat(address=Address(platform=PLATFORM, bot=bot, chat_id=user), kind=ChatKind.PRIVATE),
        sender=Sender(user_id=user, name=user),
        at=at,
        message_id=_clean(event.task) if kind is InboundKind.BUTTON else event.id,
        text=_clean(event.text),
        addressed=True,
        attachments=_attachments(event),
        button=_clean(event.key),
    )


def _attachments(event: Event) -> tuple[Attachment, ...]:
    kind = FILES.get(event.kind)
    if kind is not None:
        return (Attachment(kind=kind, ref=_clean(f"{MEDIA_REF}{event.media}") if event.media else ""),)
    if event.latitude is None or event.longitude is None:
        return ()
    spot = Attachment(kind=AttachmentKind.LOCATION, latitude=event.latitude, longitude=event.longitude)
    return (spot,)


def _clean(text: str) -> str:
    """PostgreSQL cannot store NUL, nor UTF-8 a lone half of a sign."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _number(text: str) -> int:
    if not (0 < len(text) <= 12 and text.isascii() and text.isdigit()):
        raise UnreadableError("no time")
    return int(text)


def _degrees(text: str) -> float | None:
    try:
        found = float(text) if len(text) <= 24 else None
    except ValueError:
        return None
    return found if found is not None and -180 <= found <= 180 else None
