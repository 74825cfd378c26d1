"""Raw update → Inbound. Pure: everything it needs is in the bytes and in `Me`."""

import re
from datetime import UTC, datetime

from bot.adapters.base import UnreadableError
from bot.adapters.telegram.addressing import PLATFORM, Me, without_our_name
from bot.adapters.telegram.attachments import attachments_of
from bot.adapters.telegram.mentions import mentions_of
from bot.adapters.telegram.prefilter import MAX_BODY, why_unreadable
from bot.adapters.telegram.wire import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Message,
    Update,
    User,
    update_decoder,
)
from storage.model.messages import Address, ChatKind, Inbound, InboundKind, Sender
from storage.model.messages import Chat as OurChat

NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
KINDS = {"private": ChatKind.PRIVATE, "channel": ChatKind.CHANNEL}


def parse_update(body: bytes, me: Me) -> Inbound | None:
    """One update, or None if it is nothing to us. Raises UnreadableError for what can never be understood.

    A press carries no time of its own: its `at` is that of the card it hangs on (1970 if Telegram hides the card).
    NUL characters, which PostgreSQL cannot store, become U+FFFD.
    """
    if len(body) > MAX_BODY:
        raise UnreadableError("larger than 1 MB")
    try:
        update = update_decoder.decode(NUL.sub(rb"\1\\ufffd", body))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(why_unreadable(error)) from None
    return _Parser(update, me).parse()


def full_name(who: User | Chat) -> str:
    return f"{who.first_name} {who.last_name}".strip()


def moment(seconds: int) -> datetime:
    """Unix seconds → aware UTC. Raises UnreadableError for a date no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise UnreadableError("impossible date") from None


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
            return self._text(update.edited_message, InboundKind.EDIT)
        if update.callback_query is not None:
            return self._press(update.callback_query)
        if update.my_chat_member is not None:
            return self._membership(update.my_chat_member)
        if update.channel_post is not None:
            return self._text(update.channel_post, InboundKind.MESSAGE)
        return None

    # -- kinds of events

    def _message(self, message: Message) -> Inbound | None:
        if message.migrate_to_chat_id is not None:
            return self._moved(message, message.chat.id, message.migrate_to_chat_id)
        if message.migrate_from_chat_id is not None:
            return self._moved(message, message.migrate_from_chat_id, message.chat.id)
        if any(user.id == self._me.id for user in message.new_chat_members):
            return self._service(message, InboundKind.JOINED)
        left = message.left_chat_member
        if left is not None and left.id == self._me.id:
            return self._service(message, InboundKind.LEFT)
        return self._text(message, InboundKind.MESSAGE)

    def _text(self, message: Message, kind: InboundKind) -> Inbound | None:
        """What a person said. Service messages, which say nothing, are None."""
        raw = message.text or message.caption
        attachments = attachments_of(message)
        if not raw and not attachments and not _says_something_else(message):
            return None
        text = without_our_name(self._me, raw)
        # Without its "@our_bot" the text has shifted, so the entities no longer fit: read the @s that are typed.
        entities = (message.entities or message.caption_entities) if text == raw else ()
        return Inbound(
            platform=PLATFORM,
            bot=str(self._me.id),
            event_id=str(self._update.update_id),
            kind=kind,
            chat=_chat(message.chat, _thread(message.is_topic_message, message.message_thread_id)),
            sender=_author(message),
            at=moment(message.edit_date if kind is InboundKind.EDIT and message.edit_date else message.date),
            message_id=str(message.message_id),
            text=text,
            mentions=mentions_of(text, entities),
            addressed=self._addressed(message, raw),
            attachments=attachments,
            reply_to=_reply_to(message),
            album=message.media_group_id,
        )

    def _addressed(self, message: Message, text: str) -> bool:
        if message.chat.type == "private" or self._me.answered_by(message.reply_to_message):
            return True
        if self._me.named_in(text) or self._me.commanded_by(text):
            return True
        entities = message.entities or message.caption_entities
        return any(e.user is not None and e.user.id == self._me.id for e in entities)

    def _press(self, press: CallbackQuery) -> Inbound:
        card = press.message
        if card is None:  # a button under an inline message: there is no chat of ours, so answer in private
            address = Address(platform=PLATFORM, bot=str(self._me.id), chat_id=str(press.from_.id))
            chat = OurChat(address=address, kind=ChatKind.PRIVATE, title=full_name(press.from_))
        else:
            chat = self._our_chat(card.chat, _thread(card.is_topic_message, card.message_thread_id))
        return Inbound(
            platform=PLATFORM,
            bot=str(self._me.id),
            event_id=str(self._update.update_id),
            kind=InboundKind.BUTTON,
            chat=chat,
            sender=_sender(press.from_),
            at=moment(max(card.date, card.edit_date) if card is not None else 0),
            message_id=str(card.message_id) if card is not None else "",
            button=press.data,
            callback_id=press.id,
        )
