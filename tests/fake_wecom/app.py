"""自建应用 (D 90236, 94888): messages to members, cards that grey by response_code, XML callbacks."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.fake_wecom.cards import APP, check_card, words
from tests.fake_wecom.crypt import Json, write_xml
from tests.fake_wecom.door import Door
from tests.fake_wecom.files import check_media
from tests.fake_wecom.qyapi import App, one_of
from tests.fake_wecom.state import BAD_PARAM, Refusal, Shown, State, Window, charge, size

CODE_SECONDS = 72 * 3600
RECALL_SECONDS = 24 * 3600
TEXT_BYTES = 2048


@dataclass(slots=True)
class Code:
    """One chance to change a card for those who got it."""

    task: str
    until: float


class AppChannel:
    """`members`: who can see the application. `sent` by task id: one message per member."""

    def __init__(self, state: State, corp_id: str, agent_id: int, door: Door) -> None:
        self.state = state
        self.corp_id = corp_id
        self.agent_id = agent_id
        self.door = door
        self.has_file: Callable[[str], bool] = lambda media_id: True
        self.members: set[str] = set()
        self.dropped: list[tuple[str, Json]] = []  # beyond 30 a minute: the platform says nothing
        self.tasks: dict[str, dict[str, Shown]] = {}
        self._messages: dict[str, tuple[float, list[Shown]]] = {}
        self._codes: dict[str, Code] = {}
        self._said: dict[str, float] = {}
        self._windows = (Window(30, 60), Window(1000, 3600))

    # -- what members do

    async def say(self, user: str, text: str) -> str:
        """A member writes to the application; the MsgId."""
        number = str(self.state.next("app_msg") + 10**15)
        fields = self._head(user, "text") | {"Content": text, "MsgId": int(number), "AgentID": self.agent_id}
        await self._tell(user, fields)
        return number

    async def show(self, user: str, media_id: str) -> str:
        """A member sends a picture, kept as `media_id` (Qyapi.keep)."""
        number = str(self.state.next("app_msg") + 10**15)
        fields = self._head(user, "image") | {"PicUrl": "", "MediaId": media_id, "MsgId": int(number)}
        await self._tell(user, fields | {"AgentID": self.agent_id})
        return number

    async def enter(self, user: str) -> None:
        """A member opens the application."""
        await self._tell(user, self._head(user, "event") | {"Event": "enter_agent", "AgentID": self.agent_id})

    async def click(self, user: str, task: str, key: str, *, stale: bool = False) -> str:
        """A member presses a button; the response code of the event. Raises ValueError if it is not there."""
        shown = self.tasks[task][user]
        if not stale and key not in [button.get("key") for button in (shown.card or {}).get("button_list", [])]:
            raise ValueError(f"{user} sees no button {key}")
        code = self._code(task)
        fields = self._head(user, "event") | {
            "Event": "template_card_event",
            "EventKey": key,
            "TaskId": task,
            "CardType": str((shown.card or {}).get("card_type")),
            "ResponseCode": code,
            "AgentID": self.agent_id,
        }
        await self._tell(user, fields)
        return code

    def _head(self, user: str, kind: str) -> Json:
        return {
            "ToUserName": self.corp_id,
            "FromUserName": user,
            "CreateTime": int(self.state.clock()),
            "MsgType": kind,
        }

    async def _tell(self, user: str, fields: Json) -> None:
        knock = await self.door.tell(write_xml(fields))
        reply = knock.reply
        if reply is None:
            return
        kind = reply.get("MsgType")
        if kind == "text":
            self._show(user, "text", str(reply.get("Content", "")), None, reply)
        elif kind == "update_button" and "TaskId" in fields:
            try:
                self._grey(fields["TaskId"], [user], str((reply.get("Button") or {}).get("ReplaceName", "")))
            except Refusal as refusal:
                self.state.complain(f"passive reply refused: {refusal}")
        else:
            self.state.complain(f"passive reply {kind} to {fields['MsgType']}")

    # -- what the bot does

    def about(self, app: App, body: Json) -> Json:
        """agent/get (D 90227)."""
        if str(body["query"].get("agentid")) != str(app.agent_id):
            raise Refusal(301002, "not allow operate another agent with this accesstoken")
        return {"agentid": app.agent_id, "name": "平安小助手", "close": 0}

    def about_member(self, _: App, body: Json) -> Json:
        """user/get: only of members who can see the application (D 90196)."""
        user = str(body["query"].get("userid", ""))
        if user not in self.members:
            raise Refusal(60111, "userid not found")
        return {"userid": user, "name": user}

    def send(self, app: App, body: Json) -> Json:
        """message/send: partial failure is errcode 0 with invaliduser."""
        kind = one_of(body, "text", "markdown", "template_card", "textcard", "news", "image", "file", "voice", "video")
        if body.get("agentid") != app.agent_id or not app.agent_id:
            raise Refusal(40056, "invalid agentid")
        asked = [user for user in str(body.get("touser", "")).split("|") if user]
        if len(asked) > 1000:
            raise Refusal(BAD_PARAM, "touser")
        users = sorted(self.members) if asked == ["@all"] else [user for user in asked if user in self.members]
        invalid = "|".join(user for user in asked if user not in self.members and user != "@all")
        if not users:
            raise Refusal(81013, "user & party & tag all invalid")
        msgid = f"APP{self.state.next('app_sent')}"
        answer: Json = {"invaliduser": invalid, "msgid": msgid}
        if self._said_before(body):
            return answer
        text, card = self._read(kind, body)
        shown = [message for user in users if (message := self._deliver(user, kind, text, card, body))]
        self._messages[msgid] = (self.state.clock(), shown)
        if card is not None and card.get("task_id"):
            self.tasks[card["task_id"]] = {message.chat: message for message in shown}
            answer["response_code"] = self._code(card["task_id"])
        return answer

    def _read(self, kind: str, body: Json) -> tuple[str, Json | None]:
        if kind == "template_card":
            card = check_card(body.get("template_card"), APP)
            if card.get("task_id") in self.tasks:
                raise Refusal(BAD_PARAM, "task_id duplicate")
            return words(card), dict(card)
        check_media(body, kind, self.has_file)
        part = body.get(kind)
        if not isinstance(part, dict) or not part:
            raise Refusal(BAD_PARAM, f"{kind} is missing")
        text = str(part.get("content", ""))
        if kind in ("text", "markdown") and not text:
            raise Refusal(BAD_PARAM, "content is empty")
        if size(text) > TEXT_BYTES:  # the platform cuts it, without a word
            self.state.complain(f"message/send: {kind} was cut at {TEXT_BYTES} bytes")
            text = text.encode()[:TEXT_BYTES].decode("utf-8", "ignore")
        return text, None

    def _said_before(self, body: Json) -> bool:
        """enable_duplicate_check: the same call within the interval reaches nobody a second time."""
        if not body.get("enable_duplicate_check"):
            return False
        now, seconds = self.state.clock(), body.get("duplicate_check_interval", 1800)
        if not 0 < seconds <= 4 * 3600:
            raise Refusal(BAD_PARAM, "duplicate_check_interval")
        same = json.dumps({k: v for k, v in body.items() if k != "query"}, sort_keys=True)
        before = self._said.get(same)
        if before is not None and now - before < seconds:
            return True
        self._said[same] = now
        return False

    def _deliver(self, user: str, kind: str, text: str, card: Json | None, body: Json) -> Shown | None:
        try:
            charge(self._windows, user, self.state.clock())
        except Refusal:
            self.dropped.append((user, body))
            return None
        return self._show(user, kind, text, dict(card) if card else None, body)

    def _show(self, user: str, kind: str, text: str, card: Json | None, body: Json) -> Shown:
        return self.state.show(Shown("wecom_app", user, kind, text, self.state.clock(), card=card, body=body))

    def update(self, app: App, body: Json) -> Json:
        """message/update_template_card: a response_code lives 72 hours and serves once."""
        if body.get("agentid") != app.agent_id:
            raise Refusal(40056, "invalid agentid")
        code = self._codes.get(str(body.get("response_code", "")))
        if code is None or self.state.clock() > code.until:
            raise Refusal(BAD_PARAM, "response_code is invalid, used or expired")
        got = self.tasks[code.task]
        users = list(got) if body.get("atall") else list(body.get("userids") or [])
        if not users:
            raise Refusal(BAD_PARAM, "userids")
        name = (body.get("button") or {}).get("replace_name")
        if name:
            self._grey(code.task, users, str(name))
        else:
            card = check_card(body.get("template_card"), APP)
            for user in users:
                if user in got:
                    got[user].change(words(card), dict(card))
        del self._codes[body["response_code"]]
        self.state.news()
        return {"invaliduser": [user for user in users if user not in got]}

    def recall(self, _: App, body: Json) -> Json:
        """message/recall: within a day."""
        at, shown = self._messages.get(str(body.get("msgid", "")), (0.0, []))
        if self.state.clock() - at > RECALL_SECONDS:
            raise Refusal(BAD_PARAM, "msgid")
        for message in shown:
            message.change("")
            message.card = None
        return {}

    def _grey(self, task: str, users: list[str], name: str) -> None:
        """The buttons become one that cannot be pressed."""
        if not 0 < len(name) <= 10:
            raise Refusal(BAD_PARAM, "button.replace_name")
        for user in users:
            message = self.tasks[task].get(user)
            if message is not None and message.card is not None:
                grey = {"text": name, "style": 4, "type": 1, "key": ""}
                message.change(message.text, message.card | {"button_list": [grey]})
        self.state.news()

    def _code(self, task: str) -> str:
        code = f"RESPONSE{self.state.next('app_code')}"
        self._codes[code] = Code(task, self.state.clock() + CODE_SECONDS)
        return code
