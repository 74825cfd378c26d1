"""The fake Bot API server: aiohttp on loopback, the real server's limits, and faults on request."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from tests.fake_telegram.make import Json, Maker
from tests.fake_telegram.methods import Methods
from tests.fake_telegram.state import ApiError, Room, Sent, State
from tests.fake_telegram.updates import Updates

Kind = Literal["drop_before", "drop_after", "error_before", "error_after", "delay", "garbled", "refuse"]
COMPLEX = {"reply_markup", "allowed_updates", "commands", "link_preview_options", "reply_parameters", "entities"}


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` calls of `method` ("*": any) in `chat_id` (None: any).

    "before"/"after": before or after the call took effect. "garbled": it took effect, the answer is cut in half.
    "refuse": answered with `code` and `description`. "delay": takes effect, answered `seconds` later.
    """

    kind: Kind
    method: str = "*"
    chat_id: int | None = None
    times: int = 1
    seconds: float = 0.0
    code: int = 502
    description: str = "Bad Gateway"
    retry_after: int = 0

    def fits(self, method: str, params: Json) -> bool:
        chat = params.get("chat_id")
        return (
            self.times > 0
            and self.method.lower() in {"*", method.lower()}
            and (self.chat_id is None or str(chat) == str(self.chat_id))
        )


class FakeTelegram:
    """Use as `async with FakeTelegram() as fake`; then fake.base_url, fake.token, fake.make, fake.push(...)."""

    def __init__(self, state: State | None = None, port: int = 0) -> None:
        self.state = state or State()
        self.updates = Updates()
        self.methods = Methods(self.state)
        self.faults: list[Fault] = []
        self.make = Maker(self.state.me, next_message_id=self._next_message_id)
        self.base_url = ""
        self._port = port
        self._runner: web.AppRunner | None = None
        self._arrivals = asyncio.Event()

    @property
    def token(self) -> str:
        return self.state.token

    async def __aenter__(self) -> "FakeTelegram":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, extra: Iterable[web.RouteDef] = ()) -> None:
        app = web.Application(client_max_size=64_000_000)
        app.add_routes([*extra, web.route("*", "/bot{token}/{method}", self._serve)])
        app.add_routes([web.get("/file/bot{token}/photos/{name}.jpg", self._serve_file)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"

    async def stop(self) -> None:
        await self.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what tests do

    def push(self, *updates: Json) -> None:
        """These things happen on the platform now."""
        for update in updates:
            self.state.learn(update)
            self.updates.push(update)

    def inject(self, fault: Fault) -> None:
        self.faults.append(fault)

    def silence(self, chat_id: int, seconds: float) -> None:
        """Every send to this chat is answered with 429 for so long."""
        self.state.find(chat_id).silent_until = self.state.clock() + seconds

    def add_chat(self, chat: Json, status: str = "member") -> Room:
        room = self.state.room(chat)
        room.status = status
        return room

    def sent_to(self, chat_id: int) -> list[Sent]:
        return [sent for sent in self.state.sent if sent.chat_id == chat_id]

    async def until_sent(self, count: int, seconds: float = 10.0) -> list[Sent]:
        """Waits until `count` things were sent in all. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.state.sent) < count:
                await self._arrivals.wait()
        return self.state.sent

    async def until_called(self, method: str, count: int = 1, seconds: float = 10.0) -> list[Json]:
        """Waits until `method` was called `count` times; its parameters. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(calls := [p for m, p in self.state.calls if m.lower() == method.lower()]) < count:
                await self._arrivals.wait()
        return calls

    def _next_message_id(self, chat_id: int) -> int:
        kind = "private" if chat_id > 0 else "supergroup"
        return self.state.room({"id": chat_id, "type": kind}).next_message_id()

    # -- serving

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.state.token:
            return _reply(ApiError(401, "Unauthorized").as_json(), 401)
        params = await _params(request)
        self.state.calls.append((method, params))
        self._arrived()
        fault = next((f for f in self.faults if f.fits(method, params)), None)
        if fault is not None:
            fault.times -= 1
            return await self._faulty(request, fault, method, params)
        return _reply(*await self._answer(method, params))

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        data = self.state.contents.get(request.match_info["name"])
        if data is None or request.match_info["token"] != self.state.token:
            return web.Response(status=404)
        return web.Response(body=data, content_type="application/octet-stream")

    async def _answer(self, method: str, params: Json) -> tuple[Json, int]:
        try:
            body = {"ok": True, "result": await self._result(method.lower(), params)}
        except ApiError as error:
            return error.as_json(), error.code
        self._arrived()
        return body, 200

    async def _result(self, method: str, params: Json) -> Any:
        if method == "getupdates":
            return await self.updates.get_updates(params)
        if method == "setwebhook":
            return self.updates.set_webhook(params)
        if method == "deletewebhook":
            return self.updates.delete_webhook(params)
        if method == "getwebhookinfo":
            return self.updates.webhook_info(params)
        return self.methods.call(method, params)

    async def _faulty(self, request: web.Request, fault: Fault, method: str, params: Json) -> web.StreamResponse:
        if fault.kind == "drop_before":
            return _hang_up(request)
        if fault.kind == "refuse":
            extra = {"retry_after": fault.retry_after} if fault.retry_after else {}
            return _reply(ApiError(fault.code, fault.description, **extra).as_json(), fault.code)
        if fault.kind == "error_before":
            return web.Response(status=fault.code, text=f"<html>{fault.description}</html>")
        body, status = await self._answer(method, params)
        if fault.kind == "drop_after":
            return _hang_up(request)
        if fault.kind == "error_after":
            return web.Response(status=fault.code, text=f"<html>{fault.description}</html>")
        if fault.kind == "garbled":
            text = json.dumps(body)
            return web.Response(status=status, text=text[: max(1, len(text) * 2 // 3)])
        await asyncio.sleep(fault.seconds)
        return _reply(body, status)

    def _arrived(self) -> None:
        self._arrivals.set()
        self._arrivals = asyncio.Event()


def _reply(body: Json, status: int) -> web.Response:
    return web.json_response(body, status=status)


def _hang_up(request: web.Request) -> web.Response:
    """The connection breaks without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _params(request: web.Request) -> Json:
    """JSON bodies, and the forms that other libraries post (complex values as JSON inside)."""
    if request.content_type == "application/json":
        body = await request.read()
        decoded = json.loads(body) if body else {}
        return decoded if isinstance(decoded, dict) else {}
    fields: Json = dict(request.query) | dict(await request.post())
    return {name: _plain(name, value) for name, value in fields.items()}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, web.FileField):
        return value.file.read()
    if name in COMPLEX:
        return json.loads(value)
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, str) and value.lstrip("-").isdigit() and name not in {"text", "caption"}:
        return int(value)
    return value
