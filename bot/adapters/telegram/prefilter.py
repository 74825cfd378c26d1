"""The cheap look at every update: is it addressed to us? Ordinary chat ends here, never stored."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import msgspec

from bot.adapters.telegram.addressing import PLATFORM, Me
from bot.adapters.telegram.offsets import shown
from bot.adapters.telegram.wire import Glance, GlanceEntity, GlanceMessage, GlanceUser, glance_decoder
from bot.hearing import Hearing
from bot.ring import Line, Ring, leaned_on
from handlers.kit.mentions import has_at
from handlers.understanding.reference import is_bare, refers_back
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


@lru_cache(maxsize=4096)
def _key(chat_id: int) -> str:
    return f"{PLATFORM}:{chat_id}"


class Prefilter:
    """Raw update → Envelope, or None for what is nothing to us. Raises nothing for any input."""

    def __init__(self, me: Me, hearing: Hearing) -> None:
        self._me = me
        self._hearing = hearing
        self._windows = hearing.windows
        self._bot = str(me.id)
        self._ring = Ring()

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
        if self._wanted(message):
            return glance.update_id, self._heard(glance, message, body)
        self._ring.keep(body)
        return glance.update_id, self._sighting(glance, message, body) if self._hearing.scams is not None else None

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
            known = self._hearing.belongs(_key(edit.chat.id), str(edit.message_id), edit.media_group_id)
            return self._wrap(glance, edit, body) if known or self._addressed(edit) else None
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
        return (
            self._addressed(message)
            or (message.media_group_id != "" and self._further_picture(message))
            or (
                len(self._windows) > 0
                and message.from_ is not None
                and (_key(message.chat.id), str(message.from_.id)) in self._windows
                and self._goes_on(message, message.from_)
            )
        )

    def _addressed(self, message: GlanceMessage) -> bool:
        sender = message.from_
        if sender is not None and sender.is_bot and message.sender_chat is None:
            return False  # another bot: two bots answering each other never stop
        return (
            message.chat.type == "private"
            or (message.reply_to_message is not None and self._me.answered_by(message.reply_to_message))
            or self._called(message)
        )

    def _goes_on(self, message: GlanceMessage, sender: GlanceUser) -> bool:
        """More of what this person has just told us; not if it is meant for somebody else."""
        if message.sender_chat is not None or sender.is_bot or _aside(message):
            return False
        text = message.text or message.caption
        return self._hearing.goes_on(_key(message.chat.id), str(sender.id), message.date, text)

    def _sighting(self, glance: Glance, message: GlanceMessage, body: bytes) -> Envelope | None:
        """Said to nobody of us, but a known scam in a group that wants to be warned of them."""
        scams, text = self._hearing.scams, message.text or message.caption
        if scams is None or not scams.knows(_key(message.chat.id), text):
            return None
        if message.from_ is not None and message.from_.is_bot and message.sender_chat is None:
            return None
        return replace(self._envelope(glance.update_id, message.chat.id, body), sighted=True)

    def _moves_us(self, message: GlanceMessage) -> bool:
        left = message.left_chat_member
        moved = (*message.new_chat_members, left) if left is not None else message.new_chat_members
        return any(user.id == self._me.id for user in moved)

    def _called(self, message: GlanceMessage) -> bool:
        """Named or commanded, by what the text says."""
        text = message.text or message.caption
        if not text:
            return False
        if self._hearing.calls_us(_key(message.chat.id), text):
            return True
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
        return self._hearing.calls_us("", "@" + shown(entity, text))

    def _further_picture(self, message: GlanceMessage) -> bool:
        album = message.media_group_id
        return self._hearing.belongs(_key(message.chat.id), str(message.message_id), album)

    def _heard(self, glance: Glance, message: GlanceMessage, body: bytes) -> Envelope:
        """A call opens a window for what its writer adds, and takes along what it leans on."""
        envelope = self._wrap(glance, message, body)
        sender = message.from_
        if sender is None or message.sender_chat is not None or message.chat.type == "private":
            return envelope
        if f"{PLATFORM}:{sender.id}" in self._hearing.staff_accounts or not self._addressed(message):
            return envelope
        text = message.text or message.caption
        said = self._hearing.vocabulary.strip(text)
        bare = is_bare(said) and message.text != "" and message.reply_to_message is None
        self._hearing.called(_key(message.chat.id), str(sender.id), message.date, bare=bare)
        how = refers_back(said) if message.reply_to_message is None and text[:1] != "/" else None
        if how is None:
            return envelope
        lines = leaned_on(self._own_lines(message.chat.id, sender.id), message.date, how, self._hearing.gap)
        for line in lines:
            self._hearing.took(_key(message.chat.id), line.message_id, line.album)
        return replace(envelope, earlier=tuple(line.body for line in lines))

    def _own_lines(self, chat_id: int, user_id: int) -> Iterator[Line]:
        """What this person wrote in this chat and nobody was called with, newest first."""
        for body in self._ring.newest(str(user_id).encode()):
            message = glance_decoder.decode(body).message
            if message is None or message.from_ is None or message.sender_chat is not None:
                continue
            if message.chat.id == chat_id and message.from_.id == user_id:
                yield Line(
                    body=body,
                    at=message.date,
                    text=message.text or message.caption,
                    message_id=str(message.message_id),
                    album=message.media_group_id,
                    aside=_aside(message) or has_at(message.text or message.caption),
                )

    def _wrap(self, glance: Glance, message: GlanceMessage, body: bytes) -> Envelope:
        self._hearing.took(_key(message.chat.id), str(message.message_id), message.media_group_id)
        return self._envelope(glance.update_id, message.chat.id, body)

    def _envelope(self, update_id: int, chat_id: int, body: bytes) -> Envelope:
        key = _key(chat_id)
        return Envelope(platform=PLATFORM, bot=self._bot, event_id=str(update_id), chat_key=key, body=body)


def _aside(message: GlanceMessage) -> bool:
    """It answers somebody else, or points at a person picked from the list."""
    origin = message.reply_to_message
    if origin is not None and origin.forum_topic_created is None and message.from_ is not None:
        return origin.from_ is None or origin.from_.id != message.from_.id
    return any(entity.type == "text_mention" for entity in message.entities or message.caption_entities)
