"""The cheap look at every update: is it addressed to us? Ordinary chat ends here, never stored."""

import hashlib
import re

import msgspec

from bot.adapters.telegram.addressing import PLATFORM, Me
from bot.adapters.telegram.offsets import shown
from bot.adapters.telegram.wire import Glance, GlanceEntity, GlanceMessage, glance_decoder
from bot.hearing import Hearing
from handlers.kit.mentions import has_at
from storage.model.messages import Envelope

MAX_BODY = 1_000_000
"""Bytes. Real updates stay below 100 kB; anything larger is parked, cut to `KEEP` bytes."""
KEEP = 16_384
UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,15})(?=\s*[,}])')
PLACE = re.compile(r"`(\$[\w.\[\]]*)`")


def why_unreadable(error: ValueError | RecursionError) -> str:
    """The place in the JSON that is wrong, never what stands there."""
    if isinstance(error, msgspec.ValidationError):
        place = PLACE.search(str(error))
        return f"wrong type or value at {place.group(1)}" if place else "wrong type at $"
    return "nested too deeply" if isinstance(error, RecursionError) else "malformed JSON"


def update_id_of(body: bytes) -> int | None:
    """The update_id of a raw update, decodable or not. (Inside a text its quotes would be escaped.)"""
    match = UPDATE_ID.search(body)
    return int(match.group(1)) if match else None


class Prefilter:
    """Raw update → Envelope, or None for what is nothing to us. Raises nothing for any input."""

    def __init__(self, me: Me, hearing: Hearing) -> None:
        self._me = me
        self._hearing = hearing
        self._bot = str(me.id)

    def __call__(self, body: bytes) -> Envelope | None:
        return self.look(body)[1]

    def look(self, body: bytes) -> tuple[int | None, Envelope | None]:
        """The update_id (None if nothing tells it), and the envelope."""
        if len(body) > MAX_BODY:
            return update_id_of(body), self.unreadable(body, "larger than 1 MB")
        try:
            glance = glance_decoder.decode(body)
        except (ValueError, RecursionError) as error:
            return update_id_of(body), self.unreadable(body, why_unreadable(error))
        message = glance.message
        if message is None:
            return glance.update_id, self._rarer(glance, body)
        return glance.update_id, self._wrap(glance, message, body) if self._wanted(message) else None

    def unreadable(self, body: bytes, why: str) -> Envelope:
        """An envelope that will be parked. Without an update_id the body's own hash keeps it unique."""
        known = update_id_of(body)
        return Envelope(
            platform=PLATFORM,
            bot=self._bot,
            event_id=f"sha256:{hashlib.sha256(body).hexdigest()}" if known is None else str(known),
            chat_key=f"{PLATFORM}:?",
            body=body[:KEEP] if len(body) > MAX_BODY else body,
            unreadable=why,
        )

    def _rarer(self, glance: Glance, body: bytes) -> Envelope | None:
        """Presses, edits, membership and channel posts."""
        if (press := glance.callback_query) is not None:
            place = press.message.chat.id if press.message is not None else press.from_.id
            return self._envelope(glance.update_id, place, body)
        if (edit := glance.edited_message) is not None:
            known = self._hearing.belongs(f"{PLATFORM}:{edit.chat.id}", str(edit.message_id), edit.media_group_id)
            return self._wrap(glance, edit, body) if known or self._wanted(edit) else None
        if (membership := glance.my_chat_member) is not None:
            return self._envelope(glance.update_id, membership.chat.id, body)
        if (post := glance.channel_post) is not None and self._called(post):
            return self._wrap(glance, post, body)
        return None

    def _wanted(self, message: GlanceMessage) -> bool:
        if message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None:
            return True
        if message.new_chat_members or message.left_chat_member is not None:
            return self._moves_us(message)
        sender = message.from_
        if sender is not None and sender.is_bot and message.sender_chat is None:
            return False  # another bot: two bots answering each other never stop
        return (
            message.chat.type == "private"
            or (message.reply_to_message is not None and self._me.answered_by(message.reply_to_message))
            or self._called(message)
            or (message.media_group_id != "" and self._further_picture(message))
        )

    def _moves_us(self, message: GlanceMessage) -> bool:
        left = message.left_chat_member
        moved = (*message.new_chat_members, left) if left is not None else message.new_chat_members
        return any(user.id == self._me.id for user in moved)

    def _called(self, message: GlanceMessage) -> bool:
        """Named, commanded, or in a conversation with us, by what the text says."""
        text = message.text or message.caption
        author = message.sender_chat or message.from_ or message.chat
        if self._hearing.calls_us(f"{PLATFORM}:{message.chat.id}", str(author.id), text):
            return True
        if not text:
            return False
        if text[0] == "/" and self._me.commanded_by(text, self._hearing.slashes):
            return True
        if has_at(text) and self._me.named_in(text):
            return True
        entities = message.entities or message.caption_entities
        return entities != () and any(self._points_at_us(entity, text) for entity in entities)

    def _points_at_us(self, entity: GlanceEntity, text: str) -> bool:
        """A text_mention carries a user id and shows the person's bare name, with no @ in the text."""
        if entity.type != "text_mention" or entity.user is None:
            return False
        if entity.user.id == self._me.id or f"{PLATFORM}:{entity.user.id}" in self._hearing.staff_accounts:
            return True
        return self._hearing.calls_us("", "", "@" + shown(entity, text))

    def _further_picture(self, message: GlanceMessage) -> bool:
        album = message.media_group_id
        return self._hearing.belongs(f"{PLATFORM}:{message.chat.id}", str(message.message_id), album)

    def _wrap(self, glance: Glance, message: GlanceMessage, body: bytes) -> Envelope:
        self._hearing.took(f"{PLATFORM}:{message.chat.id}", str(message.message_id), message.media_group_id)
        return self._envelope(glance.update_id, message.chat.id, body)

    def _envelope(self, update_id: int, chat_id: int, body: bytes) -> Envelope:
        key = f"{PLATFORM}:{chat_id}"
        return Envelope(platform=PLATFORM, bot=self._bot, event_id=str(update_id), chat_key=key, body=body)
