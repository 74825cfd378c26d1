"""The Bot API methods the fake knows, with the platform's limits and its words for refusing."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.fake_telegram.make import Json, member, utf16
from tests.fake_telegram.state import ApiError, Room, Sent, State, bad

TEXT_LIMIT, CAPTION_LIMIT, ANSWER_LIMIT = 4096, 1024, 200
PHOTO_BYTES, FILE_BYTES, DOWNLOAD_BYTES = 10 * 1024 * 1024, 50 * 1024 * 1024, 20 * 1024 * 1024
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")
FILE_METHODS = {
    "sendPhoto": "photo",
    "sendVoice": "voice",
    "sendAudio": "audio",
    "sendVideo": "video",
    "sendVideoNote": "video_note",
    "sendAnimation": "animation",
    "sendDocument": "document",
}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Methods:
    """`await`-free: each method takes parameters and returns the result or raises ApiError."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._table: dict[str, Callable[[Json], Any]] = {
            "getme": self.get_me,
            "getchat": lambda p: state.find(p.get("chat_id")).chat,
            "getchatmember": self.get_chat_member,
            "setmycommands": self.set_my_commands,
            "getmycommands": lambda _: state.commands,
            "deletemycommands": lambda _: True,
            "sendmessage": self.send_message,
            "sendlocation": self.send_location,
            "sendvenue": self.send_venue,
            "editmessagetext": self.edit_text,
            "editmessagecaption": self.edit_caption,
            "answercallbackquery": self.answer,
            "getfile": self.get_file,
        }
        for name, field in FILE_METHODS.items():
            self._table[name.lower()] = partial(self.send_file, name, field)

    def call(self, method: str, params: Json) -> Any:
        """Method names are case-blind, as on the real server. Raises ApiError."""
        known = self._table.get(method.lower())
        if known is None:
            raise ApiError(404, "Not Found: method not found")
        return known(params)

    def get_me(self, _: Json) -> Json:
        return self.state.me | {
            "can_join_groups": True,
            "can_read_all_group_messages": self.state.reads_all,
            "supports_inline_queries": False,
        }

    def get_chat_member(self, params: Json) -> Json:
        room = self.state.find(params.get("chat_id"))
        if str(params.get("user_id")) == str(self.state.me["id"]):
            return member(self.state.me, room.status)
        return member({"id": params.get("user_id"), "is_bot": False, "first_name": "?"}, "member")

    def set_my_commands(self, params: Json) -> bool:
        commands = params.get("commands") or []
        if len(commands) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for item in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", item.get("command", "")):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(item.get("description", "")) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.state.commands = commands
        return True

    # -- sending

    def send_message(self, params: Json) -> Json:
        room = self.state.open_room(params.get("chat_id"))
        _text(params, "text", TEXT_LIMIT, "message is too long", "message text is empty")
        return self._sent("sendMessage", room, params, {"text": params["text"]})

    def send_file(self, method: str, field: str, params: Json) -> Json:
        room = self.state.open_room(params.get("chat_id"))
        _text(params, "caption", CAPTION_LIMIT, "message caption is too long")
        if isinstance(params.get(field), bytes):
            params = params | {field: self._taken(field, params[field])}
        kind = self.state.files.get(str(params.get(field)))
        if kind is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if field not in {kind, "document"}:
            raise bad(f"can't use file of type {kind.title()} as {field.title()}")
        return self._sent(method, room, params, {"caption": params.get("caption", ""), field: params[field]})

    def _taken(self, field: str, data: bytes) -> str:
        """A file that was handed over gets an id. Pictures: at most 10 MB, others 50 MB, and they must be some."""
        if len(data) > (PHOTO_BYTES if field == "photo" else FILE_BYTES):
            raise ApiError(413, "Request Entity Too Large")
        if field == "photo" and not data.startswith(PICTURES):
            raise bad("IMAGE_PROCESS_FAILED")
        name = f"up{len(self.state.contents)}"
        self.state.files[name], self.state.contents[name] = field, data
        return name

    def get_file(self, params: Json) -> Json:
        name = str(params.get("file_id"))
        if name not in self.state.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        size = len(self.state.contents.get(name, b""))
        if size > DOWNLOAD_BYTES:
            raise bad("file is too big")
        return {"file_id": name, "file_unique_id": f"u{name}", "file_size": size, "file_path": f"photos/{name}.jpg"}

    def send_location(self, params: Json) -> Json:
        room = self.state.open_room(params.get("chat_id"))
        _coordinates(params)
        return self._sent("sendLocation", room, params, {"location": True})

    def send_venue(self, params: Json) -> Json:
        room = self.state.open_room(params.get("chat_id"))
        _coordinates(params)
        if not params.get("title") or not params.get("address"):
            raise bad("venue title and address must be non-empty")
        return self._sent("sendVenue", room, params, {"venue": True})

    def _sent(self, method: str, room: Room, params: Json, shows: Json) -> Json:
        """The checks every send shares; then it has happened."""
        _keyboard(params)
        thread = params.get("message_thread_id")
        if thread is not None and int(thread) not in room.topics:
            raise bad("message thread not found")
        reply = params.get("reply_parameters") or {}
        origin = reply.get("message_id") or params.get("reply_to_message_id")
        found = origin is None or int(origin) in room.known or int(origin) in room.ours
        if not found and not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        self.state.throttle(room)
        number = room.next_message_id()
        room.ours[number] = shows | {"reply_markup": params.get("reply_markup")}
        self._record(method, room, number, params)
        return self._as_message(room, number)

    def _as_message(self, room: Room, number: int) -> Json:
        shows = {k: v for k, v in room.ours[number].items() if k == "text" or (k == "reply_markup" and v)}
        return {
            "message_id": number,
            "from": self.state.me,
            "chat": room.chat,
            "date": 1_767_225_600,
            **shows,
        }

    def _record(self, method: str, room: Room, number: int, params: Json) -> None:
        self.state.sent.append(Sent(method, room.chat["id"], number, params, self.state.clock()))

    # -- editing and answering

    def edit_text(self, params: Json) -> Json:
        _text(params, "text", TEXT_LIMIT, "message is too long", "message text is empty")
        return self._edited("editMessageText", params, "text")

    def edit_caption(self, params: Json) -> Json:
        _text(params, "caption", CAPTION_LIMIT, "message caption is too long")
        return self._edited("editMessageCaption", params, "caption")

    def _edited(self, method: str, params: Json, field: str) -> Json:
        room = self.state.open_room(params.get("chat_id"))
        _keyboard(params)
        number = int(params.get("message_id") or 0)
        if number in room.known:
            raise bad("message can't be edited")
        shown = room.ours.get(number)
        if shown is None:
            raise bad("message to edit not found")
        if field not in shown:
            raise bad(f"there is no {field} in the message to edit")
        after = shown | {field: params.get(field, ""), "reply_markup": _buttons(params.get("reply_markup"))}
        if after == shown | {"reply_markup": _buttons(shown.get("reply_markup"))}:
            raise bad(NOT_MODIFIED)
        self.state.throttle(room)
        room.ours[number] = after
        self._record(method, room, number, params)
        return self._as_message(room, number)

    def answer(self, params: Json) -> bool:
        asked = self.state.presses.get(str(params.get("callback_query_id")))
        if asked is None or self.state.clock() - asked > self.state.callback_seconds:
            raise bad(TOO_OLD)
        if utf16(params.get("text") or "") > ANSWER_LIMIT:
            raise bad("MESSAGE_TOO_LONG")
        self.state.sent.append(Sent("answerCallbackQuery", 0, 0, params, self.state.clock()))
        return True


def _text(params: Json, field: str, limit: int, too_long: str, empty: str = "") -> None:
    text = params.get(field) or ""
    if empty and not text.strip():
        raise bad(empty)
    if utf16(text) > limit:
        raise bad(too_long)


def _buttons(markup: Any) -> Any:
    """No keyboard and an empty keyboard are the same thing."""
    return markup if markup and markup.get("inline_keyboard") else None


def _keyboard(params: Json) -> None:
    markup = params.get("reply_markup")
    if not markup:
        return
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not button.get("text"):
                raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
            if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")


def _coordinates(params: Json) -> None:
    for field, limit in (("latitude", 90), ("longitude", 180)):
        if not isinstance(params.get(field), int | float) or abs(params[field]) > limit:
            raise bad(f"{field} must be between -{limit} and {limit}")
