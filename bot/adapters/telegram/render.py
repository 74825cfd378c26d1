"""Outgoing → one Bot API call. Pure. Never a parse mode: what people wrote is shown as they wrote it."""

from collections.abc import Callable
from typing import Any

from bot.adapters.base import Limits
from bot.adapters.keeping import FILE_REF, sniff
from bot.adapters.telegram.api import File
from bot.adapters.textcut import cut_text
from storage.model.messages import Attachment, AttachmentKind, Button, Content, Lane, Outgoing, OutKind

LIMITS = Limits()
DATA_LIMIT = 64
VENUE_TITLE = "位置"

Params = dict[str, Any]
Call = tuple[str, Params]

FILES = {
    "audio": ("sendAudio", "audio"),
    "video_note": ("sendVideoNote", "video_note"),
    "animation": ("sendAnimation", "animation"),
    AttachmentKind.PHOTO: ("sendPhoto", "photo"),
    AttachmentKind.VOICE: ("sendVoice", "voice"),
    AttachmentKind.VIDEO: ("sendVideo", "video"),
    AttachmentKind.FILE: ("sendDocument", "document"),
}


FIELDS = frozenset(field for _, field in FILES.values())
PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})
PHOTO_BYTES = 10 * 1024 * 1024


def render(out: Outgoing, target_ref: str = "") -> Call:
    """The method and its parameters. `target_ref`: the id of the message an EDIT changes.

    Texts over 4096 (captions over 1024, answers over 200) UTF-16 units are cut with "…": the outbox has
    split what must be read whole. Raises ValueError if a button's action is empty or over 64 bytes.
    """
    by_kind: dict[OutKind, Callable[[], Call]] = {
        OutKind.SEND: lambda: _send(out),
        OutKind.EDIT: lambda: _edit(out, target_ref),
        OutKind.ANSWER: lambda: _answer(out),
    }
    return by_kind[out.kind]()


def _send(out: Outgoing) -> Call:
    content = out.content
    params: Params = {"chat_id": number(out.to.chat_id)}
    if isinstance(thread := number(out.to.thread), int):
        params["message_thread_id"] = thread
    if out.lane is Lane.DIGEST and not content.loud:
        params["disable_notification"] = True  # a reminder for everybody wakes nobody; all else is meant to be heard
    if isinstance(reply_to := number(content.reply_to), int):
        params["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    if content.buttons:
        params["reply_markup"] = keyboard(content.buttons)
    elif content.ask:
        params["reply_markup"] = {"force_reply": True, "selective": True}
    method, body = _body(content)
    return method, params | body


def _body(content: Content) -> Call:
    attachment = content.attachment
    if attachment is None:
        return "sendMessage", _text(content)
    if attachment.kind is AttachmentKind.LOCATION:
        return _place(content.text, attachment)
    ours = attachment.ref.startswith(FILE_REF)
    prefix, _, file_id = ("", "", attachment.ref) if ours else attachment.ref.rpartition("/")
    method, field = FILES.get(prefix) or FILES[attachment.kind]
    if prefix == "video_note" and content.text:
        return "sendMessage", _text(content)  # round videos carry no words, and the words matter more
    body: Params = {field: file_id}
    if content.text:
        body["caption"] = cut_text(content.text, LIMITS.caption, LIMITS.unit)
    return method, body


def of_ours(data: bytes, method: str, params: Params) -> tuple[str, Params, File]:
    """The call that shows a file of ours instead of one Telegram keeps. What it takes for no picture, voice or video
    (https://core.telegram.org/bots/api#sendphoto) goes as a document."""
    found = sniff(data) or ""
    kind = found.partition("/")[0]
    if method == "sendPhoto" and found in PHOTOS and len(data) <= PHOTO_BYTES:
        field = "photo"
    elif method == "sendVoice" and found == "audio/ogg":
        field = "voice"
    elif method == "sendVideo" and found == "video/mp4":
        field = "video"
    else:
        method, field = "sendDocument", "document"
    bare = {name: value for name, value in params.items() if name not in FIELDS}
    return method, bare, File(field, f"{kind or 'file'}.{found.rpartition('/')[2] or 'bin'}", data)


def as_document(params: Params, file: File) -> tuple[str, Params, File]:
    """The same once more for a picture Telegram would not show as one."""
    return "sendDocument", params, File("document", file.name, file.data)


def _place(text: str, attachment: Attachment) -> Call:
    """A bare location carries no words; as a venue it does."""
    spot: Params = {"latitude": attachment.latitude, "longitude": attachment.longitude}
    if not text:
        return "sendLocation", spot
    venue = {"title": attachment.name or VENUE_TITLE, "address": cut_text(text, LIMITS.caption, LIMITS.unit)}
    return "sendVenue", spot | venue


def _edit(out: Outgoing, target_ref: str) -> Call:
    """The buttons given replace the old ones; none removes them."""
    content = out.content
    params: Params = {
        "chat_id": number(out.to.chat_id),
        "message_id": number(target_ref),
        "reply_markup": keyboard(content.buttons),
    }
    if content.attachment is None:
        return "editMessageText", params | _text(content)
    caption = cut_text(content.text, LIMITS.caption, LIMITS.unit)
    return "editMessageCaption", params | {"caption": caption}


def _answer(out: Outgoing) -> Call:
    params: Params = {"callback_query_id": out.target}
    if out.content.text:
        params["text"] = cut_text(out.content.text, LIMITS.answer, LIMITS.unit)
    if out.content.alert:
        params["show_alert"] = True
    return "answerCallbackQuery", params


def _text(content: Content) -> Params:
    return {
        "text": cut_text(content.text, LIMITS.text, LIMITS.unit),
        "link_preview_options": {"is_disabled": True},
    }


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> Params:
    """Rows of buttons as Telegram wants them. Raises ValueError for an action not 1–64 bytes long."""
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> Params:
    if not 1 <= len(button.action.encode()) <= DATA_LIMIT:
        raise ValueError(f"a button's action must be 1 to {DATA_LIMIT} bytes: {button.label}")
    return {"text": button.label, "callback_data": button.action}


def number(chat_or_message_id: str) -> int | str:
    """Telegram wants ids as numbers; a @channelname stays as it is."""
    digits = chat_or_message_id.removeprefix("-")
    return int(chat_or_message_id) if digits.isascii() and digits.isdigit() else chat_or_message_id
