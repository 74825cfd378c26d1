"""What people at their browsers do: say something, press a button, change their words, look back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from bot.adapters.base import Accept
from bot.adapters.local import events, views
from bot.adapters.local.board import Board
from bot.adapters.local.directory import BOT, BOT_NAME, PLATFORM, Persona, RoomInfo, private_chat_id
from bot.adapters.local.photos import PHOTO_MAX, sniff
from bot.hearing import Hearing
from bot.ring import Line, Ring, leaned_on
from handlers.kit.mentions import has_at
from handlers.understanding.reference import is_bare, refers_back
from storage.model.messages import Attachment, AttachmentKind, Chat, Envelope
from storage.stores.room import RoomMessage

TEXT_MAX = 4000
ACTION_MAX = 64  # bytes


class RefusedError(Exception):
    """A sentence for the person at the browser, and the HTTP status that goes with it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One message from a browser. `event` is the browser's own id of it: sent twice is sent once."""

    event: str
    user_id: str
    chat_id: str
    text: str = ""
    reply_to: str = ""
    album: str = ""
    photo: bytes = b""
    photo_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """One conversation in a persona's list."""

    chat_id: str
    title: str
    private: bool
    kind: str
    newest: views.MessageView | None


@dataclass(frozen=True, slots=True)
class _Line(Line):
    photo: str  # its ref, or ""


class Door:
    """The prefilter is here: only what is addressed to the bot goes to `accept` and into the store.

    Everything may raise RefusedError (a sentence for the person) and StoreDownError (nothing was taken).
    """

    def __init__(self, board: Board, hearing: Hearing, names: tuple[str, ...]) -> None:
        self.accept: Accept | None = None
        self.ignored = 0  # group messages that were not for us
        self._board = board
        self._hearing = hearing
        self._names = names
        self._ring = Ring()

    async def say(self, words: Say) -> views.MessageView:
        """A message. Returns it as the room shows it; a repeated one is taken once."""
        persona, chat = await self._door(words.user_id, words.chat_id)
        text = _checked(words.text)
        if not text and not words.photo:
            raise RefusedError(422, "还没有写字，也没有选照片。")
        attachment = self._picture(words)
        reply, _ = await self._board.room.find(words.chat_id, words.reply_to)
        draft = RoomMessage(
            id=self._board.room.new_id(),
            chat_id=words.chat_id,
            key=views.BROWSER_KEY + words.event,
            at=self._board.room.millis(),
            sender_id=persona.user_id,
            sender_name=persona.name,
            text=text,
            attachment=views.dump_attachment(attachment),
            reply_to=reply.id if reply else "",
        )
        to_bot = chat.private or self._names_bot(text) or (reply is not None and not reply.sender_id)
        aside = words.reply_to != "" and (reply is None or reply.sender_id != persona.user_id)
        wanted = to_bot or self._hears(chat.address.key, draft, words.album, aside=aside)
        message, wanted = self._board.room.once(draft, wanted)
        event = _event("message", words.event, message, chat)
        photo = events.Photo(ref=attachment.ref, name=attachment.name, size=attachment.size) if attachment else None
        event = msgspec.structs.replace(event, addressed=to_bot, album=words.album, photo=photo)
        if not wanted:
            self.ignored += 1
            self._board.room.whisper(message)
            self._ring.keep(events.encode(event))
            if self._hearing.scams is not None and self._hearing.scams.knows(chat.address.key, text):
                await self._deliver(event, chat, sighted=True)
            return await self._board.publish("message", message)
        if reply is not None and reply.sender_id:
            event = msgspec.structs.replace(event, quoted=reply.text)
        lines = self._called(event, reply, chat)
        for ref in (attachment.ref if attachment else "", *(line.photo for line in lines)):
            await self._board.photos.keep(ref)
        await self._deliver(event, chat, tuple(line.body for line in lines))
        for message_id, album in ((message.id, words.album), *((line.message_id, line.album) for line in lines)):
            self._hearing.took(chat.address.key, message_id, album)
        return await self._board.publish("message", await self._board.room.keep(message))

    async def press(self, event: str, user_id: str, chat_id: str, message_id: str, action: str) -> None:
        """A button of one of the bot's messages. The answer comes as a toast.

        Any well-formed action is passed on, also one the message no longer carries: who pressed an old
        button, or pressed second, must be told the true state, and only the service knows it.
        """
        persona, chat = await self._door(user_id, chat_id)
        message, _ = await self._board.room.find(chat_id, message_id)
        if message is None or message.sender_id or not 0 < len(action.encode()) <= ACTION_MAX:
            raise RefusedError(404, "这个按钮已经不在了，请刷新一下。")
        pressed = replace(message, sender_id=persona.user_id, sender_name=persona.name, text="", reply_to="")
        pressed = replace(pressed, at=self._board.room.millis())
        made = _event("button", event, pressed, chat)
        callback = events.callback_id(persona.user_id, event)
        await self._deliver(msgspec.structs.replace(made, button=action, callback=callback), chat)

    async def revise(self, event: str, user_id: str, chat_id: str, message_id: str, text: str) -> views.MessageView:
        """New words for one's own message."""
        persona, chat = await self._door(user_id, chat_id)
        text = _checked(text)
        message, kept = await self._board.room.find(chat_id, message_id)
        if message is None or message.sender_id != persona.user_id:
            raise RefusedError(404, "这条消息改不了：只能改自己发的，而且要还在这里。")
        if not text:
            raise RefusedError(422, "改成空的就没有内容了，写几个字再发。")
        if not kept:
            return await self._board.publish("edit", self._board.room.edit_whisper(message, text))
        revised = replace(message, text=text, at=self._board.room.millis())
        await self._deliver(_event("edit", event, revised, chat), chat)
        self._hearing.took(chat.address.key, message_id, "")
        changed = await self._board.room.edit(chat_id, message_id, text, message.buttons)
        return await self._board.publish("edit", changed or message)

    async def persona(self, user_id: str) -> Persona:
        """Raises RefusedError if nobody has that id."""
        persona = (await self._board.roster.current()).persona(user_id)
        if persona is None:
            raise RefusedError(404, "没有这个人。请回到首页重新选一位。")
        return persona

    async def corners(self, user_id: str) -> list[Corner]:
        """A persona's conversations: the bot first, then the groups."""
        persona = await self.persona(user_id)
        directory = self._board.roster.known
        latest = await self._board.room.latest()
        private = RoomInfo(chat_id=private_chat_id(user_id), title=BOT_NAME, kind="私聊")
        return [
            Corner(
                chat_id=room.chat_id,
                title=room.title,
                private=room is private,
                kind=room.kind,
                newest=views.view(latest[room.chat_id], directory, None) if room.chat_id in latest else None,
            )
            for room in (private, *directory.rooms_of(persona))
        ]

    async def history(
        self, user_id: str, chat_id: str, before: str, limit: int
    ) -> tuple[list[views.MessageView], bool]:
        """(messages older than `before`, oldest first; whether there are more)."""
        await self._enter(user_id, chat_id)
        messages, more = await self._board.room.page(chat_id, before, limit)
        known = {m.id: m for m in messages}
        shown = [await self._board.view(m, known) for m in messages]
        return shown, more

    async def _enter(self, user_id: str, chat_id: str) -> tuple[Persona, Chat]:
        persona = await self.persona(user_id)
        directory = self._board.roster.known
        chat = directory.chat(chat_id)
        if chat is None or not directory.sees(user_id, chat_id):
            raise RefusedError(404, "没有这个群，或者您不在群里。")
        return persona, chat

    async def _door(self, user_id: str, chat_id: str) -> tuple[Persona, Chat]:
        if self.accept is None:
            raise RefusedError(503, "平安正在启动，请过几秒再发。")
        return await self._enter(user_id, chat_id)

    def _picture(self, words: Say) -> Attachment | None:
        if not words.photo:
            return None
        if len(words.photo) > PHOTO_MAX:
            raise RefusedError(413, "照片太大了，一张最多 5 MB。可以截一下图再发。")
        if sniff(words.photo) is None:
            raise RefusedError(415, "只能发照片（JPG、PNG、GIF 或 WebP）。")
        ref = self._board.photos.hold(words.photo)
        name = events.clean(words.photo_name)[:80]
        return Attachment(kind=AttachmentKind.PHOTO, ref=ref, name=name, size=len(words.photo))

    def _names_bot(self, text: str) -> bool:
        return any(m.name == BOT_NAME or m.name.startswith(self._names) for m in events.mentions(text))

    def _hears(self, chat_key: str, said: RoomMessage, album: str, *, aside: bool) -> bool:
        if said.text.startswith(("/", "／")) or self._hearing.calls_us(chat_key, said.text):
            return True
        if self._hearing.belongs(chat_key, "", album):
            return True
        return not aside and self._hearing.goes_on(chat_key, said.sender_id, said.at / 1000, said.text)

    def _called(self, event: events.Event, reply: RoomMessage | None, chat: Chat) -> list["_Line"]:
        """A call in a group opens a window for what its writer adds; the lines it leans on go along."""
        key = chat.address.key
        by_name = self._names_bot(event.text) or self._hearing.calls_us(key, event.text)
        staff = f"{PLATFORM}:{event.user}" in self._hearing.staff_accounts
        if chat.private or staff or not (by_name or event.addressed):
            return []
        said = self._hearing.vocabulary.strip(event.text)
        bare = is_bare(said) and event.photo is None and reply is None
        self._hearing.called(key, event.user, event.at / 1000, bare=bare)
        how = refers_back(said) if reply is None else None
        if how is None:
            return []
        return leaned_on(self._own_lines(event), event.at / 1000, how, self._hearing.gap)

    def _own_lines(self, call: events.Event) -> Iterator["_Line"]:
        """What this person said in this chat and nobody was called with, newest first."""
        for body in self._ring.newest(call.user.encode()):
            event = events.decode(body)
            if (event.chat, event.user) == (call.chat, call.user):
                yield _Line(
                    body=body,
                    at=event.at / 1000,
                    text=event.text,
                    message_id=event.message,
                    album=event.album,
                    aside=has_at(event.text) or event.reply_to != "",
                    photo=event.photo.ref if event.photo else "",
                )

    async def _deliver(
        self, event: events.Event, chat: Chat, earlier: tuple[bytes, ...] = (), *, sighted: bool = False
    ) -> None:
        if self.accept is None:
            raise RefusedError(503, "平安正在停下，请过一会儿再发。")
        body = events.encode(event)
        key = chat.address.key
        envelope = Envelope(
            platform=PLATFORM, bot=BOT, event_id=event.event, chat_key=key, body=body, earlier=earlier, sighted=sighted
        )
        await self.accept([envelope])


def _checked(text: str) -> str:
    text = events.clean(text)
    if len(text) > TEXT_MAX:
        raise RefusedError(413, f"一次最多 {TEXT_MAX} 字，这条有 {len(text)} 字。请分成两条发。")
    return text


def _event(kind: Literal["message", "edit", "button"], event_id: str, message: RoomMessage, chat: Chat) -> events.Event:
    """What happened to `message`; who did it is its sender."""
    return events.Event(
        kind=kind,
        event=event_id,
        chat=message.chat_id,
        title=chat.title,
        user=message.sender_id,
        name=message.sender_name,
        at=message.at,
        message=message.id,
        text=message.text,
        reply_to=message.reply_to,
    )
