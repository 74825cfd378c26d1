"""微信客服 (D 94670, 94677): a notice, then what was said is fetched; five messages per turn of the customer."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fake_wecom.crypt import Json, write_xml
from tests.fake_wecom.door import Door
from tests.fake_wecom.files import check_media
from tests.fake_wecom.qyapi import App, one_of
from tests.fake_wecom.state import BAD_PARAM, Refusal, Shown, State, Window, charge, need_text

MSGID = re.compile(r"[0-9A-Za-z_-]{1,32}")
SCENE = re.compile(r"[0-9A-Za-z_-]{1,32}")
TOKEN_SECONDS = 600
KEPT_SECONDS = 3 * 86400
WELCOME_SECONDS = 20
NO_CUSTOMER = 95000
TURN_USED_UP = 95001
TURN_OVER = 95002
"""The last three are as others report them, not as any paper does."""


@dataclass(slots=True)
class Rules:
    """`shuffled`: what is fetched does not come in the order it was said. `page`: the most in one answer."""

    per_turn: int = 5
    turn_seconds: float = 48 * 3600
    untokened_per_minute: int = 10
    page: int = 1000
    shuffled: bool = False


@dataclass(slots=True)
class Customer:
    spoke_at: float = float("-inf")
    left: int = 0
    sent: set[str] = field(default_factory=set)


class Kf:
    """One 客服 account."""

    def __init__(
        self, state: State, corp_id: str, door: Door, open_kfid: str = "wkAAAA", rules: Rules | None = None
    ) -> None:
        self.state = state
        self.corp_id = corp_id
        self.door = door
        self.open_kfid = open_kfid
        self.rules = rules or Rules()
        self.managed = True
        self.has_file: Callable[[str], bool] = lambda media_id: True
        self.customers: dict[str, Customer] = {}
        self.log: list[Json] = []
        self.menus: dict[str, str] = {}  # id of a menu entry → its words
        self._tokens: dict[str, float] = {}
        self._welcomes: dict[str, tuple[str, float]] = {}
        self._untokened = Window(self.rules.untokened_per_minute, 60)

    # -- what customers do

    async def say(self, user: str, text: str = "", *, menu_id: str = "", media: str = "", notify: bool = True) -> str:
        """A customer writes (or presses a menu entry, or sends the picture `media`); the msgid."""
        customer = self.customers.setdefault(user, Customer())
        customer.spoke_at, customer.left = self.state.clock(), self.rules.per_turn
        body: Json = {"msgtype": "text", "text": {"content": text}}
        if menu_id:
            body["text"]["menu_id"] = menu_id
        if media:
            body = {"msgtype": "image", "image": {"media_id": media}}
        msgid = self._keep(user, 3, body)
        if notify:
            await self.notify()
        return msgid

    async def press(self, user: str, menu_id: str) -> str:
        """A customer presses an entry of a menu. Raises KeyError if there is none."""
        return await self.say(user, self.menus[menu_id], menu_id=menu_id)

    async def enter(self, user: str, scene: str = "", scene_param: str = "") -> str:
        """A customer opens the talk by the link of a scene: an event with a welcome code (20 seconds, once)."""
        self.customers.setdefault(user, Customer())
        code = f"WELCOME{self.state.next('welcome')}"
        self._welcomes[code] = (user, self.state.clock())
        event = {
            "event_type": "enter_session",
            "open_kfid": self.open_kfid,
            "external_userid": user,
            "scene": scene,
            "scene_param": scene_param,
            "welcome_code": code,
        }
        msgid = self._keep("", 4, {"msgtype": "event", "event": event})
        await self.notify()
        return msgid

    async def refuse_later(self, user: str, msgid: str, fail_type: int = 10) -> None:
        """What was taken cannot be delivered: an event tells of it (10: the customer refuses us)."""
        event = {
            "event_type": "msg_send_fail",
            "open_kfid": self.open_kfid,
            "external_userid": user,
            "fail_msgid": msgid,
            "fail_type": fail_type,
        }
        self._keep("", 4, {"msgtype": "event", "event": event})
        await self.notify()

    async def notify(self) -> None:
        """Tells the bot that there is something to fetch, with a token for ten minutes."""
        token = f"KFT{self.state.next('kf_token')}"
        self._tokens[token] = self.state.clock() + TOKEN_SECONDS
        fields = {
            "ToUserName": self.corp_id,
            "CreateTime": int(self.state.clock()),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token,
            "OpenKfId": self.open_kfid,
        }
        await self.door.tell(write_xml(fields))

    def _keep(self, user: str, origin: int, body: Json) -> str:
        msgid = f"kf{self.state.next('kf_msg')}"
        head: Json = {"msgid": msgid, "open_kfid": self.open_kfid, "send_time": int(self.state.clock())}
        if user:
            head["external_userid"] = user
        self.log.append(head | {"origin": origin} | body)
        return msgid

    # -- what the bot does

    def sync(self, _: App, body: Json) -> Json:
        """kf/sync_msg: from the cursor on, three days back at most; without a fresh token only now and then."""
        now = self.state.clock()
        if body.get("open_kfid") not in (None, self.open_kfid):
            raise Refusal(NO_CUSTOMER, "invalid open_kfid")
        limit = body.get("limit", 1000)
        if not isinstance(limit, int) or not 1 <= limit <= 1000:
            raise Refusal(BAD_PARAM, "limit")
        if now > self._tokens.get(str(body.get("token", "")), float("-inf")):
            charge((self._untokened,), self.open_kfid, now)
        start = self._place(str(body.get("cursor") or ""))
        end = min(len(self.log), start + min(limit, self.rules.page))
        rows = [row for row in self.log[start:end] if now - row["send_time"] <= KEPT_SECONDS]
        if self.rules.shuffled:
            rows.reverse()
        return {"next_cursor": f"cur_{end}", "has_more": int(end < len(self.log)), "msg_list": rows}

    def accounts(self, _: App, __: Json) -> Json:
        """kf/account/list: one account; `managed`: may this application speak for it? (D 94661)"""
        return {"account_list": [{"open_kfid": self.open_kfid, "name": "东湾派出所", "manage_privilege": self.managed}]}

    def _place(self, cursor: str) -> int:
        if not cursor:
            return 0
        number = cursor.removeprefix("cur_")
        if not cursor.startswith("cur_") or not number.isdigit() or int(number) > len(self.log):
            raise Refusal(BAD_PARAM, "invalid cursor")
        return int(number)

    def send(self, _: App, body: Json) -> Json:
        """kf/send_msg: five for each time the customer spoke, within 48 hours; a msgid of one's own counts once."""
        user = str(body.get("touser", ""))
        customer = self.customers.get(user)
        if customer is None or body.get("open_kfid") != self.open_kfid:
            raise Refusal(NO_CUSTOMER, "invalid touser or open_kfid")
        msgid = str(body.get("msgid") or f"own{self.state.next('kf_sent')}")
        if not MSGID.fullmatch(msgid):
            raise Refusal(BAD_PARAM, "msgid")
        if msgid in customer.sent:
            return {"msgid": msgid}
        text = self._read(body)
        if self.state.clock() - customer.spoke_at > self.rules.turn_seconds:
            raise Refusal(TURN_OVER, "the customer has not spoken for 48 hours")
        if customer.left <= 0:
            raise Refusal(TURN_USED_UP, "send msg count limit")
        customer.left -= 1
        customer.sent.add(msgid)
        self._show(user, text, body)
        return {"msgid": msgid}

    def send_on_event(self, _: App, body: Json) -> Json:
        """kf/send_msg_on_event: the welcome, once and within 20 seconds; it is not one of the five."""
        user, at = self._welcomes.get(str(body.get("code", "")), ("", 0.0))
        if not user or self.state.clock() - at > WELCOME_SECONDS:
            raise Refusal(BAD_PARAM, "code is invalid, used or expired")
        text = self._read(body)
        del self._welcomes[body["code"]]
        self._show(user, text, body)
        return {"msgid": str(body.get("msgid") or f"own{self.state.next('kf_sent')}")}

    def _read(self, body: Json) -> str:
        kind = one_of(body, "text", "msgmenu", "image", "voice", "video", "file", "link")
        check_media(body, kind, self.has_file)
        part = body.get(kind) or {}
        if kind == "text":
            return need_text(part.get("content"), 2048)
        if kind != "msgmenu":
            return ""
        return self._menu(part)

    def _menu(self, menu: Json) -> str:
        entries = menu.get("list") or []
        if not 1 <= len(entries) <= 10:
            raise Refusal(BAD_PARAM, "msgmenu.list")
        lines = [str(menu.get("head_content") or "")]
        for entry in entries:
            part = entry.get(entry.get("type", "")) or {}
            words = need_text(part.get("content"), 128 if entry.get("type") == "click" else 256, "menu content")
            if entry.get("type") == "click":
                self.menus[need_text(part.get("id"), 128, "menu id")] = words
            lines.append(words)
        lines.append(str(menu.get("tail_content") or ""))
        return "\n".join(line for line in lines if line)

    def _show(self, user: str, text: str, body: Json) -> None:
        self.state.show(Shown("wecom_kf", user, str(body["msgtype"]), text, self.state.clock(), body=body))

    def contact_way(self, _: App, body: Json) -> Json:
        """kf/add_contact_way: a link that carries the scene."""
        if body.get("open_kfid") != self.open_kfid:
            raise Refusal(NO_CUSTOMER, "invalid open_kfid")
        scene = str(body.get("scene") or "")
        if scene and not SCENE.fullmatch(scene):
            raise Refusal(BAD_PARAM, "scene")
        return {"url": f"https://work.weixin.qq.com/kfid/{self.open_kfid}?enc_scene=ENC{scene}"}
