"""What happened, as the bytes kept in the inbox, and back. Pure. Addresses and keys of the platform are not in it."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from bot.adapters.base import UnreadableError
from bot.adapters.wecom_aibot.wire import Id
from bot.adapters.wecom_aibot.words import mentions
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

PLATFORM = "wecom_aibot"
PERSON = "u:"
"""Before a user id it makes the id of their private chat, so that it can never be a group's."""

Word = Annotated[str, msgspec.Meta(max_length=200)]
Long = Annotated[str, msgspec.Meta(max_length=8000)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)]


class File(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`ref`: its name under data/files; "" if it could not be fetched."""

    kind: Literal["photo", "video", "file"]
    ref: Annotated[str, msgspec.Meta(pattern="^(file/[0-9a-f]{64})?$")] = ""
    size: Annotated[int, msgspec.Meta(ge=0, le=2**40)] = 0


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a person did. `at`: milliseconds since 1970 UTC."""

    kind: Literal["message", "button"]
    event: Id
    chat: Id
    user: Id
    at: Millis
    message: Word
    text: Long = ""
    quoted: Long = ""
    reply_to: Word = ""
    files: Annotated[tuple[File, ...], msgspec.Meta(max_length=50)] = ()
    button: Annotated[str, msgspec.Meta(max_length=1024)] = ""


_decoder = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """Canonical: the same event always gives the same bytes."""
    return msgspec.json.encode(event)


def is_group(chat_id: str) -> bool:
    return not chat_id.startswith(PERSON)


def address(bot: str, chat_id: str) -> Address:
    return Address(platform=PLATFORM, bot=bot, chat_id=chat_id)


def parse(body: bytes, bot: str) -> Inbound:
    """Kept bytes → Inbound. Raises UnreadableError, which names the place and never the content.

    A press needs no answer of its own (`callback_id` is empty): the platform has none to show.
    """
    try:
        event = _decoder.decode(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"aibot event: {place(error)}") from None
    private = not is_group(event.chat)
    text = event.text.replace("\x00", "")
    return Inbound(
        platform=PLATFORM,
        bot=bot,
        event_id=event.event,
        kind=InboundKind(event.kind),
        chat=Chat(address=address(bot, event.chat), kind=ChatKind.PRIVATE if private else ChatKind.GROUP),
        sender=Sender(user_id=event.user, name=event.user),
        at=datetime.fromtimestamp(event.at / 1000, UTC),
        message_id=event.message,
        text=text,
        mentions=mentions(text),
        addressed=True,
        attachments=tuple(
            Attachment(kind=AttachmentKind(file.kind), ref=file.ref, size=file.size) for file in event.files
        ),
        reply_to=event.reply_to,
        quoted=event.quoted.replace("\x00", ""),
        button=event.button,
    )


def place(error: Exception) -> str:
    """Where it went wrong: msgspec ends its messages with the path."""
    if isinstance(error, msgspec.ValidationError):
        found = re.search(r"at `(\$[\w.\[\]]{0,200})`", str(error))
        return f"wrong shape at {found.group(1) if found else '$'}"
    return "not JSON in UTF-8"
