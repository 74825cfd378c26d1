"""公众号 (认证服务号, safe mode): plain greeting, sealed callbacks, 客服消息 within its two windows."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from tests.fake_wecom.crypt import Json, write_xml
from tests.fake_wecom.door import Door
from tests.fake_wecom.files import check_media, check_upload
from tests.fake_wecom.qyapi import NOT_JSON, Answer, Qyapi, one_of, read_body, served
from tests.fake_wecom.state import INVALID_TOKEN, Refusal, Shown, State, need_text, size

OUT_OF_TIME, USED_UP, NO_TRUST = 45015, 45047, 40164
TOKEN_OVERLAP = 300


@dataclass(slots=True)
class Grant:
    """So many messages until then."""

    left: int
    until: float


@dataclass(slots=True)
class Rules:
    per_turn: int = 5
    turn_seconds: float = 48 * 3600
    per_click: int = 3
    click_seconds: float = 60


@dataclass(slots=True)
class Official:
    """One account; `files`: where they are handed in and out; `tokens`: value → its end (a new one leaves the
    one before five minutes)."""

    state: State
    door: Door
    files: Qyapi
    app_id: str = "wx0000000000000001"
    app_secret: str = "OFFICIAL-SECRET"
    rules: Rules = field(default_factory=Rules)
    trusted: bool = True
    tokens: dict[str, float] = field(default_factory=dict)
    menu: Json = field(default_factory=dict)
    grants: dict[str, dict[str, Grant]] = field(default_factory=dict)

    # -- what followers do

    async def say(self, user: str, text: str) -> str:
        """A follower writes; the MsgId."""
        number = 2 * 10**16 + self.state.next("official_msg")
        self._spoke(user)
        await self._tell(user, {"MsgType": "text", "Content": text, "MsgId": number})
        return str(number)

    async def show(self, user: str, media_id: str, url: str = "") -> str:
        """A follower sends a picture."""
        number = 2 * 10**16 + self.state.next("official_msg")
        self._spoke(user)
        await self._tell(user, {"MsgType": "image", "PicUrl": url, "MediaId": media_id, "MsgId": number})
        return str(number)

    async def event(self, user: str, kind: str, key: str = "") -> None:
        """subscribe, unsubscribe, SCAN, CLICK … with its EventKey."""
        if kind == "unsubscribe":
            self.grants.pop(user, None)
        elif kind in ("CLICK", "subscribe", "SCAN"):
            self._clicked(user)
        await self._tell(user, {"MsgType": "event", "Event": kind, "EventKey": key})

    async def click(self, user: str, key: str) -> None:
        """A follower presses a menu entry. Raises ValueError if the menu has none."""
        buttons = self.menu.get("button", [])
        keys = [b.get("key") for top in buttons for b in [top, *(top.get("sub_button") or [])]]
        if key not in keys:
            raise ValueError(f"no menu entry {key}")
        await self.event(user, "CLICK", key)

    def _spoke(self, user: str) -> None:
        until = self.state.clock() + self.rules.turn_seconds
        self.grants.setdefault(user, {})["turn"] = Grant(self.rules.per_turn, until)

    def _clicked(self, user: str) -> None:
        until = self.state.clock() + self.rules.click_seconds
        self.grants.setdefault(user, {})["click"] = Grant(self.rules.per_click, until)

    async def _tell(self, user: str, fields: Json) -> None:
        head = {"ToUserName": "gh_pingan", "FromUserName": user, "CreateTime": int(self.state.clock())}
        knock = await self.door.tell(write_xml(head | fields), user=user)
        reply = knock.reply
        if reply is None:
            return
        if reply.get("MsgType") == "text" and reply.get("ToUserName") == user:
            self._show(user, "text", str(reply.get("Content", "")), reply)
        else:
            self.state.complain(f"passive reply {reply.get('MsgType')} to {reply.get('ToUserName')}")

    # -- what the bot does

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        body, upload = await read_body(request)
        self.state.call(f"official/{path}", body | {"query": dict(request.query)})
        return await served(
            self.state, request, f"official/{path}", lambda: self._whole(path, request.query, body, upload)
        )

    def _whole(self, path: str, query: Mapping[str, str], body: Json, upload: bytes) -> Answer:
        if body.get("garbled") and path != "media/upload":
            raise Refusal(NOT_JSON, "data format error")
        if path == "media/get":
            self._allowed(query)
            return self.files.kept(query.get("media_id", ""))
        if path == "media/upload":
            self._allowed(query)
            check_upload(query.get("type", ""), upload, kinds=frozenset({"image", "voice", "video"}))
            return Answer({"type": query["type"], "media_id": self.files.keep(upload)})
        return Answer(self._answer(path, query, body), bare=path in ("token", "stable_token"))

    def _answer(self, path: str, query: Mapping[str, str], body: Json) -> Json:
        if path == "token":
            return self._token(query.get("appid"), query.get("secret"))
        if path == "stable_token":
            return self._token(body.get("appid"), body.get("secret"), stable=not body.get("force_refresh"))
        self._allowed(query)
        calls = {"message/custom/send": self._send, "menu/create": self._menu, "qrcode/create": self._qrcode}
        if path not in calls:
            raise Refusal(-1, f"no such call: {path}")
        return calls[path](body)

    def _allowed(self, query: Mapping[str, str]) -> None:
        if self.state.clock() >= self.tokens.get(query.get("access_token", ""), 0.0):
            raise Refusal(INVALID_TOKEN, "invalid access_token")

    def _token(self, app_id: str | None, secret: str | None, *, stable: bool = False) -> Json:
        if app_id != self.app_id:
            raise Refusal(40013, "invalid appid")
        if secret != self.app_secret:
            raise Refusal(40125, "invalid appsecret")
        if not self.trusted:
            raise Refusal(NO_TRUST, "invalid ip, not in whitelist")
        now = self.state.clock()
        if stable and self.tokens and (until := max(self.tokens.values())) > now + TOKEN_OVERLAP:
            value = next(value for value, ends in self.tokens.items() if ends == until)
            return {"access_token": value, "expires_in": int(until - now)}
        for value in self.tokens:
            self.tokens[value] = min(self.tokens[value], now + TOKEN_OVERLAP)
        value = f"OT-{self.state.next('official_token')}-{os.urandom(8).hex()}"
        self.tokens[value] = now + 7200
        return {"access_token": value, "expires_in": 7200}

    def _send(self, body: Json) -> Json:
        """message/custom/send: 45015 outside every window, 45047 when all are used up."""
        kind = one_of(body, "text", "image", "voice", "video", "news", "msgmenu")
        check_media(body, kind, self.files.files.__contains__)
        user = str(body.get("touser", ""))
        part = body.get(kind) or {}
        text = need_text(part.get("content"), 2048) if kind == "text" else str(part.get("head_content", ""))
        open_now = [g for g in self.grants.get(user, {}).values() if g.until > self.state.clock()]
        if not open_now:
            raise Refusal(OUT_OF_TIME, "response out of time limit or subscription is canceled")
        grant = min((g for g in open_now if g.left > 0), key=lambda g: g.until, default=None)
        if grant is None:
            raise Refusal(USED_UP, "out of response count limit")
        grant.left -= 1
        self._show(user, kind, text, body)
        return {}

    def _menu(self, body: Json) -> Json:
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            raise Refusal(40016, "invalid button size")
        for top in buttons:
            under = top.get("sub_button") or []
            if len(under) > 5:
                raise Refusal(40023, "invalid sub button size")
            _entry(top, 16, bare=bool(under))
            for entry in under:
                _entry(entry, 60)
        self.menu = {"button": buttons}
        return {}

    def _qrcode(self, body: Json) -> Json:
        scene = ((body.get("action_info") or {}).get("scene") or {}).get("scene_str", "")
        need_text(scene, 64, "scene_str")
        return {"ticket": f"TICKET-{scene}", "url": f"http://weixin.qq.com/q/{scene}"}

    def _show(self, user: str, kind: str, text: str, body: Json) -> None:
        self.state.show(Shown("wechat_official", user, kind, text, self.state.clock(), body=body))


def _entry(entry: Json, limit: int, *, bare: bool = False) -> None:
    name = entry.get("name", "")
    if not name or size(name) > limit:
        raise Refusal(40018, "invalid button name size")
    if bare:
        return
    if entry.get("type") == "click" and not 0 < size(entry.get("key", "")) <= 128:
        raise Refusal(40019, "invalid button key size")
    if entry.get("type") == "view" and not entry.get("url"):
        raise Refusal(40020, "invalid button url size")
    if not entry.get("type"):
        raise Refusal(40015, "invalid button type")
