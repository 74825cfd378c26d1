"""What the fake server remembers: chats, messages, files, presses, and what was sent when."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fake_telegram.make import ME, TOKEN, Json

GROUP_KINDS = {"group", "supergroup"}
MEDIA = ("photo", "voice", "audio", "video", "video_note", "animation", "document", "sticker")


class ApiError(Exception):
    """An answer with "ok": false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> Json:
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


@dataclass(slots=True)
class Sent:
    """One message, edit or answer that took effect, and when it arrived (seconds, monotonic)."""

    method: str
    chat_id: int
    message_id: int
    params: Json
    at: float

    @property
    def text(self) -> str:
        return str(self.params.get("text") or self.params.get("caption") or self.params.get("address") or "")

    def as_json(self) -> Json:
        return {
            "method": self.method,
            "chat_id": self.chat_id,
            "message_id": self.message_id,
            "params": self.params,
            "at": self.at,
        }


@dataclass(slots=True)
class Room:
    """One chat as the platform knows it. `status` is the bot's own membership there."""

    chat: Json
    status: str = "member"
    blocked: bool = False
    deactivated: bool = False
    moved_to: int | None = None
    silent_until: float = 0.0  # every send is answered with 429 until then
    last_message_id: int = 100
    known: set[int] = field(default_factory=set)  # message ids people wrote
    ours: dict[int, Json] = field(default_factory=dict)  # message id → what it shows now
    topics: set[int] = field(default_factory=set)
    recent: deque[float] = field(default_factory=deque)  # times of the last minute's sends

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id


@dataclass(frozen=True, slots=True)
class Rates:
    """Telegram's published sending limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits"""

    per_bot_second: int = 30
    per_chat_burst: int = 3  # messages within one second that are let through
    per_group_minute: int = 20


@dataclass(slots=True)
class State:
    """`rates` None: no rate limits. `open_chats`: an unknown chat id is a chat, not an error."""

    token: str = TOKEN
    me: Json = field(default_factory=lambda: dict(ME))
    reads_all: bool = False
    open_chats: bool = False
    rates: Rates | None = None
    callback_seconds: float = 900.0
    clock: Callable[[], float] = time.monotonic
    rooms: dict[int, Room] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)  # of files whose bytes matter, by their id
    presses: dict[str, float] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    bot_recent: deque[float] = field(default_factory=deque)

    def room(self, chat: Json) -> Room:
        """The room of a chat object, made if it is new."""
        return self.rooms.setdefault(chat["id"], Room(chat=chat))

    def find(self, chat_id: Any) -> Room:
        """The room a call names. Raises ApiError as Telegram does for chats that are closed to the bot."""
        if chat_id in (None, ""):
            raise bad("chat_id is empty")
        number = int(chat_id) if str(chat_id).lstrip("-").isdigit() else 0
        if number not in self.rooms and self.open_chats and number:
            kind = "private" if number > 0 else "supergroup"
            self.rooms[number] = Room(chat={"id": number, "type": kind, "title": str(number)})
        room = self.rooms.get(number)
        if room is None:
            raise bad("chat not found")
        return room

    def open_room(self, chat_id: Any) -> Room:
        """`find`, and the bot may write there."""
        room = self.find(chat_id)
        if room.moved_to is not None:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=room.moved_to,
            )
        if room.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if room.deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if room.status == "kicked":
            raise ApiError(403, f"Forbidden: bot was kicked from the {room.chat['type']} chat")
        if room.status == "left":
            raise ApiError(403, f"Forbidden: bot is not a member of the {room.chat['type']} chat")
        return room

    def throttle(self, room: Room) -> None:
        """Raises 429 with retry_after where Telegram would."""
        now = self.clock()
        if now < room.silent_until:
            self._too_many(room.silent_until - now)
        if self.rates is None:
            return
        _forget(room.recent, now - 60)
        _forget(self.bot_recent, now - 1)
        if len(self.bot_recent) >= self.rates.per_bot_second:
            self._too_many(self.bot_recent[0] + 1 - now)
        second = [at for at in room.recent if at > now - 1]
        if len(second) >= self.rates.per_chat_burst:
            self._too_many(second[0] + 1 - now)
        if room.chat["type"] in GROUP_KINDS and len(room.recent) >= self.rates.per_group_minute:
            self._too_many(room.recent[0] + 60 - now)
        room.recent.append(now)
        self.bot_recent.append(now)

    def _too_many(self, seconds: float) -> None:
        wait = max(1, math.ceil(seconds))
        raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    def learn(self, update: Json) -> None:
        """What an update shows: its chat, message, topic, files, press, and a change of our membership."""
        for kind in ("message", "edited_message", "channel_post"):
            if isinstance(message := update.get(kind), dict):
                self._learn_message(message)
        press = update.get("callback_query")
        if isinstance(press, dict):
            self.presses[press["id"]] = self.clock()
        change = update.get("my_chat_member")
        if isinstance(change, dict):
            room = self.room(change["chat"])
            status = change["new_chat_member"]["status"]
            room.blocked = change["chat"]["type"] == "private" and status == "kicked"
            room.status = status

    def _learn_message(self, message: Json) -> None:
        room = self.room(message["chat"])
        room.known.add(message["message_id"])
        room.last_message_id = max(room.last_message_id, message["message_id"])
        if message.get("is_topic_message"):
            room.topics.add(message["message_thread_id"])
        if "migrate_to_chat_id" in message:
            room.moved_to = message["migrate_to_chat_id"]
        for kind in MEDIA:
            content = message.get(kind)
            for item in content if isinstance(content, list) else [content] if content else []:
                self.files[item["file_id"]] = kind


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
