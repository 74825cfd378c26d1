"""Room messages as the browser gets them."""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from bot.adapters.keeping import FILE_REF
from bot.adapters.local.directory import BOT_NAME, LocalDirectory, private_chat_id
from handlers.kit.private import hide_private
from storage.model.messages import Attachment, AttachmentKind, Button
from storage.stores.room import RoomMessage

QUOTE = 60
PRIVATE = private_chat_id("")
BROWSER_KEY = "in:"
BOT_KEY = "out:"
_ATTACHMENT_LABELS = {
    AttachmentKind.PHOTO.value: "[图片]",
    AttachmentKind.VOICE.value: "[语音]",
    AttachmentKind.VIDEO.value: "[视频]",
    AttachmentKind.FILE.value: "[文件]",
    AttachmentKind.LOCATION.value: "[位置]",
}


class ButtonView(msgspec.Struct, frozen=True):
    label: str
    action: str


class KeptAttachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message's attachment as JSON in the store."""

    kind: str
    ref: str = ""
    name: str = ""


class QuoteView(msgspec.Struct, frozen=True):
    id: str
    name: str
    text: str


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """`sender` is empty for the bot; `event` is the browser's own id of what it sent. Times in ms, UTC.

    `ask` and `loud` (it rings) are said once, when it happens, and not of what is looked up later.
    """

    id: str
    chat: str
    sender: str
    name: str
    role: str
    staff: bool
    text: str
    buttons: list[list[ButtonView]]
    photo: str
    label: str
    quote: QuoteView | None
    at: int
    edited: int | None
    event: str
    ask: bool = False
    loud: bool = False


_buttons = msgspec.json.Decoder(list[list[ButtonView]])
_attachment = msgspec.json.Decoder(KeptAttachment)


def dump_buttons(rows: Iterable[Iterable[Button]]) -> str:
    shown = [[ButtonView(b.label, b.action) for b in row] for row in rows]
    return msgspec.json.encode(shown).decode() if shown else ""


def dump_attachment(attachment: Attachment | None) -> str:
    if attachment is None:
        return ""
    kept = KeptAttachment(attachment.kind.value, attachment.ref.removeprefix(FILE_REF), attachment.name)
    return msgspec.json.encode(kept).decode()


def summary(message: RoomMessage) -> str:
    """One short line: the words, or what kind of thing was sent."""
    if message.text:
        line = " ".join(message.text.split())
        return line if len(line) <= QUOTE else line[:QUOTE] + "…"
    return _label(message) or ""


def author(message: RoomMessage) -> str:
    return message.sender_name if message.sender_id else BOT_NAME


def _quote(quoted: RoomMessage) -> QuoteView:
    """What is quoted in a group is said there once more: private numbers stay out of it."""
    if not quoted.chat_id.startswith(PRIVATE):
        quoted = replace(quoted, text=hide_private(quoted.text))
    return QuoteView(quoted.id, author(quoted), summary(quoted))


def view(
    message: RoomMessage,
    directory: LocalDirectory,
    quoted: RoomMessage | None,
    *,
    ask: bool = False,
    loud: bool = False,
) -> MessageView:
    persona = directory.persona(message.sender_id) if message.sender_id else None
    kept = _attachment.decode(message.attachment) if message.attachment else None
    picture = kept is not None and kept.kind == AttachmentKind.PHOTO.value
    return MessageView(
        id=message.id,
        chat=message.chat_id,
        sender=message.sender_id,
        name=author(message),
        role=persona.role_label if persona else "",
        staff=bool(persona and persona.staff),
        text=message.text,
        buttons=_buttons.decode(message.buttons) if message.buttons else [],
        photo=kept.ref if kept and picture else "",
        label="" if picture else _label(message),
        quote=_quote(quoted) if quoted else None,
        at=message.at,
        edited=message.edited_at,
        event=message.key.removeprefix(BROWSER_KEY) if message.key.startswith(BROWSER_KEY) else "",
        ask=ask,
        loud=loud,
    )


def _label(message: RoomMessage) -> str:
    if not message.attachment:
        return ""
    kept = _attachment.decode(message.attachment)
    return " ".join(part for part in (_ATTACHMENT_LABELS.get(kept.kind, "[附件]"), kept.name) if part)
