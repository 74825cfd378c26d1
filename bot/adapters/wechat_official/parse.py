"""The XML of one callback, decrypted and as it is stored → Inbound. Pure."""

import hashlib
import re
from datetime import UTC, datetime

from bot.adapters.base import UnreadableError
from bot.adapters.wecom import xmltext
from bot.adapters.wecom.uploads import MEDIA_REF
from bot.adapters.wecom.xmltext import Fields, word
from handlers.kit.channel_texts import MENU
from storage.model.messages import Address, Attachment, AttachmentKind, Chat, ChatKind, Inbound, InboundKind, Sender

PLATFORM = "wechat_official"
QR_PREFIX = "qrscene_"
COMMANDS = frozenset(command for _, command in MENU)
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,12})?")
_LONGEST_ID = 200
_SAYS = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link"})
_MEDIA = {
    "image": AttachmentKind.PHOTO,
    "voice": AttachmentKind.VOICE,
    "video": AttachmentKind.VIDEO,
    "shortvideo": AttachmentKind.VIDEO,
}


def fields_of(body: bytes) -> Fields:
    """Raises UnreadableError."""
    try:
        return xmltext.parse(body)
    except xmltext.BadXmlError:
        raise UnreadableError("not the XML of a callback") from None


def event_id(fields: Fields) -> str:
    """MsgId; where there is none, who, when and what: the same at every repetition."""
    number = _clean(word(fields, "MsgId"))
    if number:
        return number[:_LONGEST_ID]
    names = ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey")
    what = "\n".join(_clean(word(fields, name)) for name in names)
    return f"E:{hashlib.sha256(what.encode('utf-8', 'surrogatepass')).hexdigest()}"


def chat_key(fields: Fields) -> str:
    return f"{PLATFORM}:{_clean(word(fields, 'FromUserName'))}"


def parse_xml(body: bytes, bot: str) -> Inbound | None:
    """One callback, or None if it is nothing to us. Raises UnreadableError for what can never be understood."""
    fields = fields_of(body)
    person = _clean(word(fields, "FromUserName"))
    kind = _kind(fields)
    if not person or kind is None:
        return None
    happened = word(fields, "MsgType") == "event"
    number = event_id(fields)
    greeted = kind is InboundKind.JOINED
    return Inbound(
        platform=PLATFORM,
        bot=bot,
        event_id=number,
        kind=kind,
        chat=Chat(address=Address(platform=PLATFORM, bot=bot, chat_id=person), kind=ChatKind.PRIVATE),
        sender=Sender(user_id=person, name=""),
        at=_moment(word(fields, "CreateTime")),
        message_id=number,
        text=_clean(word(fields, "EventKey")) if happened and not greeted else _words(fields),
        addressed=True,
        attachments=_attachments(fields),
        callback_id=number if greeted else "",
        scene=_clean(word(fields, "EventKey")).removeprefix(QR_PREFIX) if greeted else "",
    )


def _kind(fields: Fields) -> InboundKind | None:
    """None: another entry of the account's own menu, a place it reports by itself …"""
    if word(fields, "MsgType") != "event":
        return InboundKind.MESSAGE if word(fields, "MsgType") in _SAYS else None
    match word(fields, "Event"):
        case "subscribe" | "SCAN":
            return InboundKind.JOINED
        case "unsubscribe":
            return InboundKind.LEFT
        case "CLICK" if word(fields, "EventKey") in COMMANDS:
            return InboundKind.MESSAGE
    return None


def _words(fields: Fields) -> str:
    match word(fields, "MsgType"):
        case "text":
            return _clean(word(fields, "Content"))
        case "voice":
            return _clean(word(fields, "Recognition"))
        case "location":
            return _clean(word(fields, "Label"))
        case "link":
            return _clean(f"{word(fields, 'Title')} {word(fields, 'Url')}".strip())
    return ""


def _attachments(fields: Fields) -> tuple[Attachment, ...]:
    kind = word(fields, "MsgType")
    if kind == "location":
        latitude, longitude = word(fields, "Location_X"), word(fields, "Location_Y")
        if not _NUMBER.fullmatch(latitude) or not _NUMBER.fullmatch(longitude):
            return ()
        place = Attachment(kind=AttachmentKind.LOCATION, latitude=float(latitude), longitude=float(longitude))
        return (place,)
    media = _clean(word(fields, "MediaId"))
    return (Attachment(kind=_MEDIA[kind], ref=f"{MEDIA_REF}{media}"),) if kind in _MEDIA and media else ()


def _moment(text: str) -> datetime:
    """Unix seconds → aware UTC. Raises UnreadableError for what is no date."""
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise UnreadableError("no CreateTime")
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (OverflowError, ValueError, OSError):
        raise UnreadableError("impossible date") from None


def _clean(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\x00", "\ufffd")
