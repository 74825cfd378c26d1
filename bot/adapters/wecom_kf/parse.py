"""One stored row of kf/sync_msg → Inbound. Pure."""

import re
from datetime import UTC, datetime

from bot.adapters.base import UnreadableError
from bot.adapters.wecom.uploads import MEDIA_REF
from bot.adapters.wecom_kf.wire import CUSTOMER, ENTERED, SYSTEM, Row, decoder
from storage.model.messages import Address, Attachment, AttachmentKind, Chat, ChatKind, Inbound, InboundKind, Sender

PLATFORM = "wecom_kf"
_MENU = re.compile(r"(k[0-9a-f]{24}):(\S{1,64})")
_KINDS = {"image": AttachmentKind.PHOTO, "voice": AttachmentKind.VOICE, "video": AttachmentKind.VIDEO}


def menu_id(message: str, action: str) -> str:
    """What a menu entry carries: the message it stands under, and what it does."""
    return f"{message}:{action}"


def wanted(row: Row) -> bool:
    """A customer spoke, or came in and can be greeted or told us where from."""
    if not row.msgid or not row.person:
        return False
    if row.origin == CUSTOMER:
        return row.msgtype != "event"
    event = row.event
    entered = row.origin == SYSTEM and event is not None and event.event_type == ENTERED
    return entered and event is not None and bool(event.welcome_code or event.scene_param or event.scene)


def parse_row(body: bytes, bot: str) -> Inbound | None:
    """One row, or None if it is nothing to us. Raises UnreadableError for what can never be understood."""
    try:
        row = decoder.decode(body)
    except (ValueError, RecursionError):
        raise UnreadableError("not a row of sync_msg") from None
    if not wanted(row):
        return None
    chat = Chat(address=Address(platform=PLATFORM, bot=bot, chat_id=_clean(row.person)), kind=ChatKind.PRIVATE)
    return _happened(row, chat, bot)


def _happened(row: Row, chat: Chat, bot: str) -> Inbound:
    pressed = _MENU.fullmatch(row.text.menu_id) if row.text is not None else None
    event = row.event
    kind = InboundKind.BUTTON if pressed else InboundKind.MESSAGE
    if event is not None and row.origin == SYSTEM:
        kind = InboundKind.JOINED
    entered = event if kind is InboundKind.JOINED else None
    return Inbound(
        platform=PLATFORM,
        bot=bot,
        event_id=_clean(row.msgid),
        kind=kind,
        chat=chat,
        sender=Sender(user_id=chat.address.chat_id, name=""),
        at=moment(row.send_time),
        message_id=pressed[1] if pressed else _clean(row.msgid),
        text="" if pressed else _words(row),
        addressed=True,
        attachments=() if pressed else _attachments(row),
        button=_clean(pressed[2]) if pressed else "",
        callback_id=_clean(entered.welcome_code) if entered else "",
        scene=_clean(entered.scene_param or entered.scene) if entered else "",
    )


def _words(row: Row) -> str:
    if row.text is not None:
        return _clean(row.text.content)
    if row.link is not None:
        return _clean(f"{row.link.title} {row.link.url}".strip())
    if row.location is not None:
        return _clean(f"{row.location.address} {row.location.name}".strip())
    return ""


def _attachments(row: Row) -> tuple[Attachment, ...]:
    if row.location is not None:
        place = row.location
        item = Attachment(kind=AttachmentKind.LOCATION, latitude=place.latitude, longitude=place.longitude)
        return (item,)
    media = row.media
    if media is None or not media.media_id:
        return ()
    kind = _KINDS.get(row.msgtype, AttachmentKind.FILE)
    return (Attachment(kind=kind, ref=_clean(f"{MEDIA_REF}{media.media_id}")),)


def moment(seconds: int) -> datetime:
    """Unix seconds → aware UTC. Raises UnreadableError for a date no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise UnreadableError("impossible date") from None


def _clean(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\x00", "\ufffd")
