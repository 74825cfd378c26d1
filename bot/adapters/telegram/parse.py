"""Raw update → Inbound. Pure: everything it needs is in the bytes and in `Me`."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.adapters.base import UnreadableError
from bot.adapters.telegram.addressing import PLATFORM, Me, without_our_name
from bot.adapters.telegram.attachments import attachments_of
from bot.adapters.telegram.mentions import mentions_of
from bot.adapters.telegram.prefilter import MAX_BODY, why_unreadable
from bot.adapters.telegram.wire import (
    CallbackQuery,
    Card,
    Chat,
    ChatMemberUpdated,
    Message,
    Update,
    User,
    update_decoder,
)
from storage.model import messages as model
from storage.model.messages import Address, ChatKind, Inbound, InboundKind, Sender

NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
KINDS = {"private": ChatKind.PRIVATE, "channel": ChatKind.CHANNEL}


def parse_update(body: bytes, me: Me) -> Inbound | None:
    """One update, or None if it is nothing to us. Raises UnreadableError for what can never be understood.

    A press carries no time of its own: its `at` is that of the card it hangs on (1970 if Telegram hides the
    card). NUL characters, which PostgreSQL cannot store, become U+FFFD.
    """
    if len(body) > MAX_BODY:
        raise UnreadableError("larger than 1 MB")
    try:
        update = update_decoder.decode(NUL.sub(rb"\1\\ufffd", body) if rb"\u0000" in body else body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(why_unreadable(error)) from None
    return _Parser(update, me).parse()


class _Parser:
    """One update on its way."""

    def __init__(self, update: Update, me: Me) -> None:
        self._update = update
        self._me = me

    def parse(self) -> Inbound | None:
        update = self._update
        if update.message is not None:
            return self._message(update.message)
        if update.edited_message is not None:
            return self._said(update.edited_message, InboundKind.EDIT)
        if update.callback_query is not None:
            return self._press(update.callback_query)
        if update.my_chat_member is not None:
            return self._membership(update.my_chat_member)
        if update.channel_post is not None:
            return self._said(update.channel_post, InboundKind.MESSAGE)
        return None

    def _message(self, message: Message) -> Inbound | None:
        if message.migrate_to_chat_id is not None:
            return self._moved(message, message.chat.id, message.migrate_to_chat_id)
        if message.migrate_from_chat_id is not None:
            return self._moved(message, message.migrate_from_chat_id, message.chat.id)
        if any(user.id == self._me.id for user in message.new_chat_members):
            return self._event(InboundKind.JOINED, message)
        if message.left_chat_member is not None and message.left_chat_member.id == self._me.id:
            return self._event(InboundKind.LEFT, message)
        return self._said(message, InboundKind.MESSAGE)

    def _moved(self, message: Message, old: int, new: int) -> Inbound:
        """The group became a supergroup. Told once in each of the two; both read "old moved to new"."""
        event = self._event(InboundKind.MOVED, message)
        address = replace(event.chat.address, chat_id=str(old))
        return replace(event, chat=replace(event.chat, address=address), moved_to=str(new))

    def _said(self, message: Message, kind: InboundKind) -> Inbound | None:
        """What a person said. Service messages, which say nothing, are None."""
        raw = message.text or message.caption
        attachments = attachments_of(message)
        if not raw and not attachments and not _says_something_else(message):
            return None
        text, replaced = without_our_name(self._me, raw)
        origin = message.reply_to_message
        entities = message.entities or message.caption_entities
        return self._event(
            kind,
            message,
            text=text,
            mentions=mentions_of(raw, entities, after=replaced),
            addressed=self._addressed(message, raw),
            attachments=attachments,
            reply_to=_reply_to(message),
            quoted="" if self._me.answered_by(origin) else (origin.text or origin.caption) if origin else "",
            album=message.media_group_id,
        )

    def _addressed(self, message: Message, text: str) -> bool:
        if message.chat.type == "private" or self._me.answered_by(message.reply_to_message):
            return True
        if self._me.named_in(text) or self._me.commanded_by(text):
            return True
        entities = message.entities or message.caption_entities
        return any(e.user is not None and e.user.id == self._me.id for e in entities)

    def _event(self, kind: InboundKind, message: Message, **said: Any) -> Inbound:
        """The frame every message shares (who, where, when), and what was `said`."""
        edited = kind is InboundKind.EDIT and message.edit_date
        return Inbound(
            platform=PLATFORM,
            bot=str(self._me.id),
            event_id=str(self._update.update_id),
            kind=kind,
            chat=self._chat(message.chat, _thread(message)),
            sender=_author(message),
            at=_moment(message.edit_date if edited else message.date),
            message_id=str(message.message_id),
            **said,
        )

    def _press(self, press: CallbackQuery) -> Inbound:
        """A button under an inline message belongs to no chat of ours; it is answered in private."""
        card = press.message
        person = press.from_
        place = card.chat if card is not None else Chat(id=person.id, type="private")
        return Inbound(
            platform=PLATFORM,
            bot=str(self._me.id),
            event_id=str(self._update.update_id),
            kind=InboundKind.BUTTON,
            chat=self._chat(place, _thread(card)),
            sender=_sender(person),
            at=_moment(max(card.date, card.edit_date) if card is not None else 0),
            message_id=str(card.message_id) if card is not None else "",
            button=press.data,
            callback_id=press.id,
        )

    def _membership(self, change: ChatMemberUpdated) -> Inbound | None:
        """We came or went. A mere change of rights is nothing to us."""
        present = change.new_chat_member.present
        if change.old_chat_member is not None and change.old_chat_member.present == present:
            return None
        return Inbound(
            platform=PLATFORM,
            bot=str(self._me.id),
            event_id=str(self._update.update_id),
            kind=InboundKind.JOINED if present else InboundKind.LEFT,
            chat=self._chat(change.chat),
            sender=_sender(change.from_),
            at=_moment(change.date),
        )

    def _chat(self, chat: Chat, thread: str = "") -> model.Chat:
        address = Address(platform=PLATFORM, bot=str(self._me.id), chat_id=str(chat.id), thread=thread)
        kind = KINDS.get(chat.type, ChatKind.GROUP)
        return model.Chat(address=address, kind=kind, title=chat.title or _full_name(chat))


def _full_name(who: User | Chat) -> str:
    return f"{who.first_name} {who.last_name}".strip()


def _sender(user: User) -> Sender:
    return Sender(user_id=str(user.id), name=_full_name(user), username=user.username, is_bot=user.is_bot)


def _author(message: Message) -> Sender:
    """A hidden admin or a channel speaks through `sender_chat`; the `from` beside it is a stand-in."""
    speaker = message.sender_chat or (message.chat if message.from_ is None else None)
    if speaker is None and message.from_ is not None:
        return _sender(message.from_)
    chat = speaker or message.chat
    name = chat.title or _full_name(chat)
    return Sender(user_id=str(chat.id), name=name, username=chat.username, anonymous=True)


def _thread(message: Message | Card | None) -> str:
    """Only a forum topic is a thread; Telegram also numbers plain chains of answers."""
    if message is None or not message.is_topic_message or message.message_thread_id is None:
        return ""
    return str(message.message_thread_id)


def _reply_to(message: Message) -> str:
    origin = message.reply_to_message
    if origin is None or origin.forum_topic_created is not None:
        return ""
    return str(origin.message_id)


def _says_something_else(message: Message) -> bool:
    """A sticker, contact, poll or dice: nothing we keep, but the person did speak."""
    return any(item is not None for item in (message.sticker, message.contact, message.poll, message.dice))


def _moment(seconds: int) -> datetime:
    """Unix seconds → aware UTC. Raises UnreadableError for a date no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise UnreadableError("impossible date") from None
