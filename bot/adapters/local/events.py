"""What the browser did, as the bytes kept in the inbox, and back. Pure."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from bot.adapters.base import UnreadableError
from bot.adapters.local.directory import BOT, PLATFORM
from handlers.kit.mentions import AT
from storage.model.messages import (
    Address,
    Attachment,
    AttachmentKind,
    Chat,
    ChatKind,
    Inbound,
    InboundKind,
    Mention,
    Sender,
)

_RUN = re.compile(rf"[{AT}]\s?([^\s{AT},，.。!！?？:：;；、()（）\[\]【】<>《》\"“”]{{1,40}})")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Word = Annotated[str, msgspec.Meta(max_length=200)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)]


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """`ref` is the SHA-256 of the bytes."""

    ref: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    name: Word = ""
    size: Annotated[int, msgspec.Meta(ge=0)] = 0


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a persona did. `at` is milliseconds since 1970 UTC."""

    kind: Literal["message", "edit", "button"]
    event: Id
    chat: Annotated[str, msgspec.Meta(pattern="^[gp]:.", max_length=200)]
    title: Word = ""
    user: Id
    name: Word = ""
    at: Millis
    message: Word
    text: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    reply_to: Word = ""
    quoted: Annotated[str, msgspec.Meta(max_length=4000)] = ""  # what another person wrote, answered by this one
    addressed: bool = False
    album: Word = ""
    photo: Photo | None = None
    button: Annotated[str, msgspec.Meta(max_length=64)] = ""
    callback: Word = ""


_decoder = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """Canonical: the same event always gives the same bytes."""
    return msgspec.json.encode(event)


def decode(body: bytes) -> Event:
    """What `encode` made."""
    return _decoder.decode(body)


def clean(text: str) -> str:
    """What a person typed, without characters no person types, in one kind of line end."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def mentions(text: str) -> tuple[Mention, ...]:
    """Every run of characters after an @, in order."""
    return tuple(Mention(name=match.group(1)) for match in _RUN.finditer(text))


def callback_id(user_id: str, event_id: str) -> str:
    """What an answer to a press is sent to: it names who pressed, and which press it was."""
    return f"{user_id}|{event_id}"


def presser(callback: str) -> tuple[str, str]:
    """(user id, event id) of a callback id."""
    user_id, _, event_id = callback.rpartition("|")
    return user_id, event_id


def parse(body: bytes) -> Inbound:
    """Kept bytes → Inbound. Raises UnreadableError, which names the place and never the content."""
    try:
        event = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(f"local event: {_place(error)}") from None
    private = event.chat.startswith("p:")
    return Inbound(
        platform=PLATFORM,
        bot=BOT,
        event_id=event.event,
        kind=InboundKind(event.kind),
        chat=Chat(
            address=Address(platform=PLATFORM, bot=BOT, chat_id=event.chat),
            kind=ChatKind.PRIVATE if private else ChatKind.GROUP,
            title=event.title,
        ),
        sender=Sender(user_id=event.user, name=event.name),
        at=datetime.fromtimestamp(event.at / 1000, UTC),
        message_id=event.message,
        text=event.text,
        mentions=mentions(event.text),
        addressed=private or event.addressed,
        attachments=(_attachment(event.photo),) if event.photo else (),
        reply_to=event.reply_to,
        quoted=event.quoted,
        album=event.album,
        button=event.button,
        callback_id=event.callback,
    )


def _attachment(photo: Photo) -> Attachment:
    return Attachment(kind=AttachmentKind.PHOTO, ref=photo.ref, name=photo.name, size=photo.size)


def _place(error: Exception) -> str:
    """Where it went wrong: msgspec ends its messages with the path."""
    if isinstance(error, msgspec.ValidationError):
        found = re.search(r"at `(\$[\w.\[\]]*)`", str(error))
        return f"wrong shape at {found.group(1) if found else '$'}"
    return "not JSON in UTF-8"
