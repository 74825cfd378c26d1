"""The HTTP interface: tokens, permissions, files, one table of calls. Always HTTP 200; `errcode` says how it went."""

import asyncio
import base64
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from tests.fake_wecom.aibot import Aibot
from tests.fake_wecom.crypt import Json, seal_media
from tests.fake_wecom.files import MEGABYTE, MOST, check_upload
from tests.fake_wecom.state import (
    BAD_PARAM,
    BAD_SECRET,
    BAD_TYPE,
    EXPIRED_TOKEN,
    INVALID_TOKEN,
    NO_PERMISSION,
    NO_TRUST,
    SHAPELESS,
    Fault,
    Refusal,
    State,
)

NOT_JSON = 47001
MEDIA_SECONDS = 300
CUSTOMER_PICTURE = 2 * MEGABYTE
"""The papers say 2 MB or 10 MB, by date."""

UPLOAD_SECONDS = 3 * 86400


@dataclass(slots=True)
class App:
    """Whom a secret belongs to. `may`: what it can call: app, kf, contact. `agent_id` only for "app"."""

    secret: str
    may: frozenset[str]
    agent_id: int = 0


@dataclass(slots=True)
class Token:
    app: App
    until: float


Call = Callable[[App, Json], Json]
Open = Callable[[Mapping[str, str], Json], Json]


@dataclass(slots=True)
class Answer:
    """What goes back: JSON, or a file."""

    data: Json = field(default_factory=dict)
    file: bytes | None = None
    bare: bool = False  # without errcode: a token of a 公众号


class Qyapi:
    """`calls`: with a token, by path and permission. `open_calls`: those that need none."""

    def __init__(self, state: State, corp_id: str = "wwcorp1", token_seconds: float = 7200) -> None:
        self.state = state
        self.corp_id = corp_id
        self.token_seconds = token_seconds
        self.trusted = True
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self.calls: dict[str, tuple[str, Call]] = {}
        self.open_calls: dict[str, Open] = {}
        self.files: dict[str, tuple[bytes, float]] = {}
        self.addresses: dict[str, tuple[bytes, float]] = {}

    def add_app(self, secret: str, *may: str, agent_id: int = 0) -> App:
        app = App(secret, frozenset(may), agent_id)
        self.apps[secret] = app
        return app

    def revoke_tokens(self) -> None:
        """All tokens given so far are worth nothing now (40014)."""
        self.tokens.clear()

    def gettoken(self, query: Mapping[str, str], _: Json) -> Json:
        """The same token as long as it lives (D 91039)."""
        if query.get("corpid") != self.corp_id:
            raise Refusal(40013, "invalid corpid")
        app = self.apps.get(query.get("corpsecret", ""))
        if app is None:
            raise Refusal(BAD_SECRET, "invalid credential")
        now = self.state.clock()
        for value, token in self.tokens.items():
            if token.app is app and token.until > now:
                return {"access_token": value, "expires_in": int(token.until - now)}
        value = f"AT-{self.state.next('token')}-{os.urandom(8).hex()}"
        self.tokens[value] = Token(app, now + self.token_seconds)
        return {"access_token": value, "expires_in": int(self.token_seconds)}

    # -- files

    def address(self, base_url: str, plain: bytes, aes_key: str) -> str:
        """Where an encrypted file can be fetched for five minutes."""
        name = f"{self.state.next('file')}-{os.urandom(6).hex()}"
        self.addresses[name] = (seal_media(plain, aes_key), self.state.clock() + MEDIA_SECONDS)
        return f"{base_url}/media/{name}"

    def keep(self, plain: bytes) -> str:
        """A media_id, good for three days."""
        name = f"MEDIA{self.state.next('media')}"
        self.files[name] = (plain, self.state.clock() + UPLOAD_SECONDS)
        return name

    def kept(self, media_id: str) -> Answer:
        """media/get. Raises Refusal."""
        plain, until = self.files.get(media_id, (b"", 0.0))
        if self.state.clock() > until:
            raise Refusal(40007, "invalid media_id")
        return Answer(file=plain)

    async def serve_address(self, request: web.Request) -> web.StreamResponse:
        fault = self.state.fault("media")
        if fault is not None and fault.kind != "slow":
            return await broken(request, fault, b"")
        cipher, until = self.addresses.get(request.match_info["name"], (b"", 0.0))
        if self.state.clock() > until:
            return web.Response(status=404)
        await asyncio.sleep(fault.seconds if fault is not None else 0)
        return web.Response(body=cipher, content_type="application/octet-stream")

    # -- serving

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        body, upload = await read_body(request)
        self.state.call(path, body | {"query": dict(request.query)})
        return await served(self.state, request, path, lambda: self._answer(path, request.query, body, upload))

    def _answer(self, path: str, query: Mapping[str, str], body: Json, upload: bytes) -> Answer:
        if body.get("garbled") and "upload" not in path:
            raise Refusal(NOT_JSON, "data format error")
        if path in self.open_calls:
            return Answer(self.open_calls[path](query, body))
        if path == "webhook/upload_media":
            check_upload(query.get("type", ""), upload, kinds=frozenset({"file", "voice"}))
            return Answer({"type": query.get("type", ""), "media_id": self.keep(upload)})
        app = self._allowed(query.get("access_token", ""))
        if path == "media/upload":
            kind, picture = query.get("type", ""), CUSTOMER_PICTURE if "kf" in app.may else MOST["image"]
            check_upload(kind, upload, picture=picture)
            return Answer({"type": kind, "media_id": self.keep(upload)})
        if path == "media/get":
            return self.kept(query.get("media_id", ""))
        if path not in self.calls:
            raise Refusal(-1, f"no such call: {path}")
        need, call = self.calls[path]
        if need and need not in app.may:
            raise Refusal(NO_PERMISSION, "api forbidden")
        return Answer(call(app, body | {"query": dict(query)}))

    def _allowed(self, value: str) -> App:
        if not value:
            raise Refusal(41001, "access_token missing")
        token = self.tokens.get(value)
        if token is None:
            raise Refusal(INVALID_TOKEN, "invalid access_token")
        if self.state.clock() >= token.until:
            raise Refusal(EXPIRED_TOKEN, "access_token expired")
        if not self.trusted:
            raise Refusal(NO_TRUST, "not allow to access from your ip")
        return token.app


def response_call(aibot: Aibot) -> Open:
    """aibot/response: the late reply by response_url."""

    def call(query: Mapping[str, str], body: Json) -> Json:
        aibot.by_response_url(query.get("response_code", ""), body)
        return {}

    return call


def openuserid_call(people: Callable[[], dict[str, str]]) -> Call:
    """batch/openuserid_to_userid (D 95884). `people`: sealed id → user id."""

    def call(_: App, body: Json) -> Json:
        asked = body.get("open_userid_list")
        if not isinstance(asked, list) or not 1 <= len(asked) <= 1000:
            raise Refusal(BAD_PARAM, "open_userid_list")
        known = people()
        found = [{"open_userid": sealed, "userid": known[sealed]} for sealed in asked if sealed in known]
        return {"userid_list": found, "invalid_open_userid_list": [sealed for sealed in asked if sealed not in known]}

    return call


async def served(state: State, request: web.Request, path: str, answer: Callable[[], Answer]) -> web.StreamResponse:
    """`answer()`, or what the fault that is due makes of it."""
    fault = state.fault(path)
    if fault is not None and fault.kind == "errcode":
        return web.json_response(Refusal(fault.code, "injected").as_json())
    if fault is not None and fault.kind.endswith("_before"):
        return await broken(request, fault, b"")
    try:
        result = answer()
    except Refusal as refusal:
        result = Answer(refusal.as_json())
    except SHAPELESS:
        result = Answer(Refusal(BAD_PARAM, "malformed body").as_json())
    state.news()
    if result.file is not None:
        return web.Response(body=result.file, content_type="application/octet-stream")
    data = result.data if result.bare else {"errcode": 0, "errmsg": "ok"} | result.data
    if fault is not None:
        return await broken(request, fault, json.dumps(data).encode())
    return web.json_response(data)


async def broken(request: web.Request, fault: Fault, body: bytes) -> web.StreamResponse:
    """What is left of an answer."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return web.Response(body=body, content_type="application/json")
    if fault.kind.startswith("hang"):
        await asyncio.sleep(fault.seconds or 3600)
    if fault.kind == "garbled":
        return web.Response(body=body[: max(1, len(body) // 2)])
    if request.transport is not None and not fault.kind.startswith("close"):
        request.transport.abort()
    return web.Response(status=502, text="<html>Bad Gateway</html>")


async def read_body(request: web.Request) -> tuple[Json, bytes]:
    """JSON, or the bytes of the form field "media"."""
    if request.content_type == "multipart/form-data":
        form = await request.post()
        part = form.get("media")
        return {}, part.file.read() if isinstance(part, web.FileField) else b""
    raw = await request.read()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return {"garbled": True}, raw
    return (body if isinstance(body, dict) else {"garbled": True}), raw


def check_picture(image: Json) -> None:
    """base64 with its MD5, at most 2 MB. Raises Refusal."""
    try:
        plain = base64.b64decode(str(image.get("base64", "")), validate=True)
    except ValueError:
        plain = b""
    if not plain or len(plain) > 2 * 1024 * 1024:
        raise Refusal(40009, "invalid image size")
    if hashlib.md5(plain).hexdigest() != image.get("md5"):
        raise Refusal(BAD_PARAM, "image.md5")


def one_of(body: Json, *kinds: str) -> str:
    """The msgtype. Raises Refusal 40008."""
    kind = str(body.get("msgtype", ""))
    if kind not in kinds:
        raise Refusal(BAD_TYPE, "invalid message type")
    return kind
