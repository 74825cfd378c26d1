"""智能机器人 as the platform knows it (D 101463, 101039): chats, turns, streams, cards. Both transports use it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from tests.fake_wecom.cards import check_card, words
from tests.fake_wecom.crypt import Json
from tests.fake_wecom.state import (
    BAD_PARAM,
    BAD_REQ_ID,
    BAD_TYPE,
    NO_CHAT,
    STREAM_OVER,
    Refusal,
    Shown,
    State,
    Window,
    charge,
    need_text,
    size,
)

STREAM_BYTES = 20480
MEDIA = {"image", "file", "voice", "video"}


@dataclass(slots=True)
class Rules:
    """The platform's limits. Its papers of different dates do not agree: these are the narrower ones."""

    per_minute: int = 30
    per_hour: int = 1000
    turn_seconds: float = 24 * 3600
    stream_seconds: float = 360
    press_seconds: float = 5
    response_url_seconds: float = 3600
    in_flight: int = 3
    stream_with_card: bool = True
    replies_per_turn: int = 0  # 0: as many as one likes within the day


@dataclass(slots=True)
class Turn:
    """One thing that happened, and what may still be answered to it. `kind`: msg, click or enter."""

    kind: str
    msgid: str
    user: str
    chat: str
    group: bool
    at: float
    body: Json
    task: str = ""
    answered: bool = False
    delivered: int = 0
    streams: dict[str, Shown] = field(default_factory=dict)
    replies: int = 0
    asked: bool = False  # by callback: a stream is asked for, so its further frames cost nothing


class Transport(Protocol):
    def tell(self, turn: Turn) -> Awaitable[None]: ...


@dataclass(slots=True)
class Bot:
    """Who it is. `encrypted_users`: its creator is no super-admin, so it only sees sealed user ids (D 101521)."""

    bot_id: str = "BOTID"
    secret: str = "SECRET"
    aibotid: str = "AIB1"
    name: str = "平安小助手"
    encrypted_users: bool = False


def open_userid(user: str) -> str:
    """The sealed form of a user id."""
    return "wo" + user.encode().hex()


class Aibot:
    """The server sets `transport` (the long connection or the callback) and `has_file` (is this media_id good?)."""

    def __init__(self, state: State, rules: Rules | None = None, bot: Bot | None = None) -> None:
        self.state = state
        self.rules = rules or Rules()
        self.bot = bot or Bot()
        self.transport: Transport | None = None
        self.turns: dict[str, Turn] = {}
        self.talked: set[tuple[bool, str]] = set()
        self.tasks: dict[str, Shown] = {}
        self.response_codes: dict[str, Turn] = {}
        self.has_file: Callable[[str], bool] = lambda media_id: True
        self._entered: set[tuple[str, int]] = set()
        self._windows = (Window(self.rules.per_minute, 60), Window(self.rules.per_hour, 3600))

    # -- what people do

    async def say(self, user: str, text: str = "", group: str = "", **more: object) -> str:
        """Somebody writes; the message id, "" if the platform does not tell the bot (nobody @ed it in the group).

        `more`: quote (the quoted words), content (msgtype and its object, for pictures, voices, files).
        Raises ValueError for what people cannot do there.
        """
        body: Json = {"msgtype": "text", "text": {"content": text}}
        content = more.get("content")
        if isinstance(content, dict):
            body = dict(content)
        kind = body["msgtype"]
        if group and kind not in ("text", "mixed"):
            raise ValueError(f"{kind} never reaches the bot from a group")
        if group and f"@{self.bot.name}" not in _words(body):
            return ""
        if more.get("quote"):
            body["quote"] = {"msgtype": "text", "text": {"content": str(more["quote"])}}
        turn = self._turn("msg", user, group, body)
        self.talked.add((bool(group), turn.chat))
        await self._tell(turn)
        return turn.msgid

    async def click(self, user: str, task: str, key: str, *, stale: bool = False, selected: Json | None = None) -> str:
        """Somebody presses a button of the card with this task id; the event's id.

        Raises ValueError if the button is not there any more for this user, unless `stale` (two at once).
        """
        shown = self.tasks[task]
        card = shown.card_for(user)
        if not stale and key not in [button.get("key") for button in card.get("button_list", [])]:
            raise ValueError(f"{user} sees no button {key}")
        event: Json = {"card_type": card.get("card_type", ""), "event_key": key, "task_id": task}
        if selected is not None:
            event["selected_items"] = selected
        group = shown.chat if (True, shown.chat) in self.talked else ""
        body: Json = {"msgtype": "event", "event": {"eventtype": "template_card_event", "template_card_event": event}}
        turn = self._turn("click", user, group, body)
        turn.task = task
        await self._tell(turn)
        return turn.msgid

    async def enter(self, user: str) -> str:
        """Somebody opens the private chat: told once a day only; else ""."""
        day = int(self.state.clock() // 86400)
        if (user, day) in self._entered:
            return ""
        self._entered.add((user, day))
        turn = self._turn("enter", user, "", {"msgtype": "event", "event": {"eventtype": "enter_chat"}})
        await self._tell(turn)
        return turn.msgid

    async def rate(self, user: str, kind: int = 1) -> str:
        """Somebody presses thumbs up (1), down (2) or takes it back (3): a feedback event."""
        event = {"eventtype": "feedback_event", "feedback_event": {"id": "F1", "type": kind, "content": ""}}
        turn = self._turn("feedback", user, "", {"msgtype": "event", "event": event})
        await self._tell(turn)
        return turn.msgid

    def _turn(self, kind: str, user: str, group: str, body: Json) -> Turn:
        now = self.state.clock()
        number = self.state.next("aibot_msg")
        shown_user = open_userid(user) if self.bot.encrypted_users else user
        head: Json = {"msgid": f"M{number}", "aibotid": self.bot.aibotid, "from": {"userid": shown_user}}
        if body["msgtype"] == "event":
            head["create_time"] = int(now)
        if kind != "enter":
            head["chattype"] = "group" if group else "single"
        if group:
            head["chatid"] = group
        return Turn(kind, head["msgid"], user, group or user, bool(group), now, head | body)

    async def _tell(self, turn: Turn) -> None:
        if self.transport is not None:
            await self.transport.tell(turn)

    # -- what the bot does

    def respond(self, turn: Turn | None, kind: str, body: Json) -> None:
        """The answer to a turn of this kind. Raises Refusal."""
        now = self.state.clock()
        if turn is None or turn.kind != kind:
            raise Refusal(BAD_REQ_ID, "invalid req_id")
        if kind == "msg":
            if now - turn.at > self.rules.turn_seconds:
                raise Refusal(BAD_REQ_ID, "invalid req_id")
            self._reply(turn, body)
        else:
            if turn.answered or now - turn.at > self.rules.press_seconds:
                raise Refusal(BAD_REQ_ID, "invalid req_id")
            if kind == "click":
                self._update(turn, body)
            else:
                self._welcome(turn, body)
        turn.answered = True

    def _reply(self, turn: Turn, body: Json) -> None:
        kind = body.get("msgtype")
        known = kind in ("stream", "stream_with_template_card") and _stream_id(body) in turn.streams
        limit = self.rules.replies_per_turn
        if not known and limit and turn.replies >= limit:
            raise Refusal(BAD_REQ_ID, "invalid req_id")
        if kind == "stream":
            self._stream(turn, body)
        elif kind == "stream_with_template_card" and self.rules.stream_with_card:
            self._stream(turn, body, with_card=True)
        elif kind in {"template_card", "markdown"} | MEDIA:
            self.push(turn.chat, turn.group, body, quotes=turn.msgid)
        elif kind == "stream_with_template_card":
            raise Refusal(40016, "invalid button size")
        else:
            raise Refusal(BAD_TYPE, "invalid message type")
        turn.replies += not known

    def _stream(self, turn: Turn, body: Json, with_card: bool = False) -> None:
        stream = body.get("stream") or {}
        name = _stream_id(body)
        if not name:
            raise Refusal(BAD_PARAM, "stream.id is empty")
        content = stream.get("content") or ""
        if not isinstance(content, str) or size(content) > STREAM_BYTES:
            raise Refusal(BAD_PARAM, f"stream.content exceeds {STREAM_BYTES} bytes")
        shown = turn.streams.get(name)
        if shown is not None and (shown.finished or self.state.clock() - turn.at > self.rules.stream_seconds):
            raise Refusal(STREAM_OVER, "stream message has finished or expired")
        card = self._new_card(body.get("template_card")) if with_card and body.get("template_card") else None
        if shown is None or not turn.asked:
            charge(self._windows, turn.chat, self.state.clock())
        if shown is None:
            shown = self._shown(turn.chat, "stream", content, body, turn.msgid)
            turn.streams[name] = shown
        else:
            shown.change(content)
        shown.finished = bool(stream.get("finish"))
        if shown.finished and not content:
            self.state.complain("a stream was finished without a word")
        if card is not None:
            shown.card = card
            self.tasks[str(card.get("task_id"))] = shown
        self.state.news()

    def push(self, chat: str, group: bool, body: Json, quotes: str = "") -> None:
        """A message of its own: markdown, card or media. Raises Refusal."""
        kind = body.get("msgtype", "")
        card = None
        if kind == "markdown":
            text = need_text((body.get("markdown") or {}).get("content"), STREAM_BYTES, "markdown.content")
        elif kind == "template_card":
            card = self._new_card(body.get("template_card"))
            text = words(card)
        elif kind in MEDIA:
            text = ""
            media_id = (body.get(kind) or {}).get("media_id")
            if not media_id or not self.has_file(media_id):
                raise Refusal(40007, "invalid media_id")
        else:
            raise Refusal(BAD_TYPE, "invalid message type")
        if (group, chat) not in self.talked:
            raise Refusal(NO_CHAT, "invalid chatid: nobody has talked to the bot there")
        charge(self._windows, chat, self.state.clock())
        shown = self._shown(chat, kind, text, body, quotes)
        if card is not None:
            shown.card = card
            if card.get("task_id"):
                self.tasks[card["task_id"]] = shown
        self.state.news()

    def send(self, body: Json) -> None:
        """aibot_send_msg: chat_type 1 is a person, 2 a group, 0 first a group. Raises Refusal."""
        chat, kind = str(body.get("chatid") or ""), body.get("chat_type", 0)
        if kind not in (0, 1, 2):
            raise Refusal(BAD_PARAM, "chat_type")
        self.push(chat, kind == 2 or (kind == 0 and (True, chat) in self.talked), body)

    def _new_card(self, card: object) -> Json:
        checked = check_card(card)
        if checked.get("task_id") in self.tasks:
            raise Refusal(BAD_PARAM, "task_id duplicate")
        return checked

    def _update(self, turn: Turn, body: Json) -> None:
        if body.get("response_type") != "update_template_card":
            raise Refusal(BAD_PARAM, "response_type")
        card = check_card(body.get("template_card"))
        if card.get("task_id") != turn.task:
            raise Refusal(BAD_PARAM, "task_id is not the pressed card's")
        shown = self.tasks[turn.task]
        users = body.get("userids") or []
        if users:
            shown.views |= dict.fromkeys(users, card)
        else:
            shown.views.clear()
            shown.change(words(card), card)
        self.state.news()

    def _welcome(self, turn: Turn, body: Json) -> None:
        if body.get("msgtype") == "text":
            text = need_text((body.get("text") or {}).get("content"), STREAM_BYTES)
            self._shown(turn.chat, "text", text, body, "")
        elif body.get("msgtype") == "template_card":
            card = self._new_card(body.get("template_card"))
            shown = self._shown(turn.chat, "template_card", words(card), body, "")
            shown.card = card
            self.tasks[str(card.get("task_id"))] = shown
        else:
            raise Refusal(BAD_TYPE, "invalid message type")

    def by_response_url(self, code: str, body: Json) -> None:
        """One late reply: one call, one hour; a card only in a private chat (D 101138). Raises Refusal."""
        turn = self.response_codes.get(code)
        if turn is None or self.state.clock() - turn.at > self.rules.response_url_seconds:
            raise Refusal(BAD_PARAM, "response_code is invalid, used or expired")
        kinds = {"markdown"} if turn.group else {"markdown", "template_card"}
        if body.get("msgtype") not in kinds:
            raise Refusal(BAD_TYPE, "invalid message type")
        self.push(turn.chat, turn.group, body, quotes=turn.msgid if turn.group else "")
        del self.response_codes[code]

    def _shown(self, chat: str, kind: str, text: str, body: Json, quotes: str) -> Shown:
        return self.state.show(Shown("wecom_aibot", chat, kind, text, self.state.clock(), body=body, quotes=quotes))


def _stream_id(body: Json) -> str:
    return str((body.get("stream") or {}).get("id") or "")


def _words(body: Json) -> str:
    if body["msgtype"] == "mixed":
        return " ".join(_words(item) for item in body["mixed"]["msg_item"])
    return str((body.get("text") or {}).get("content", ""))
