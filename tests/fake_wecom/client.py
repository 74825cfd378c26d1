"""The plainest possible other side: a socket client that obeys, and a door that answers. For tests of the emulator."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

import aiohttp
from aiohttp import web

from tests.fake_wecom.crypt import Crypt, Json, write_xml

ACK_SECONDS = 5.0


class Client:
    """`async with Client(fake.ws_url) as client: await client.subscribe()`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.told: asyncio.Queue[Json] = asyncio.Queue()
        self.acks: list[Json] = []
        self.closed = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._news = asyncio.Condition()
        self._number = 0

    async def __aenter__(self) -> "Client":
        self._session = aiohttp.ClientSession(trust_env=False)
        self.ws = await self._session.ws_connect(self.url, timeout=aiohttp.ClientWSTimeout(ws_close=0.5))
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.ws.close()
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._session.close()

    async def subscribe(self, secret: str = "SECRET") -> int:
        """The errcode."""
        ack = await self.call("aibot_subscribe", {"bot_id": "BOTID", "secret": secret})
        return int(ack["errcode"])

    async def send(self, cmd: str, body: Json | None = None, req_id: str = "") -> str:
        """Without waiting; the req_id."""
        self._number += 1
        req_id = req_id or f"{cmd}_{self._number}"
        frame: Json = {"cmd": cmd, "headers": {"req_id": req_id}}
        await self.ws.send_json(frame | ({"body": body} if body is not None else {}))
        return req_id

    async def call(self, cmd: str, body: Json | None = None, req_id: str = "") -> Json:
        """The acknowledgement. Raises TimeoutError."""
        self._number += 1
        req_id = req_id or f"{cmd}_{self._number}"
        waiting = self._waiting[req_id] = asyncio.get_running_loop().create_future()
        await self.send(cmd, body, req_id)
        async with asyncio.timeout(ACK_SECONDS):
            ack: Json = await waiting
        return ack

    async def code(self, cmd: str, body: Json | None = None, req_id: str = "") -> int:
        return int((await self.call(cmd, body, req_id))["errcode"])

    async def stream(self, req_id: str, content: str, *, finish: bool = False, name: str = "S1") -> int:
        """One frame of a stream; the errcode."""
        stream = {"id": name, "finish": finish, "content": content}
        return await self.code("aibot_respond_msg", {"msgtype": "stream", "stream": stream}, req_id)

    async def next(self) -> Json:
        """The next callback. Raises TimeoutError."""
        async with asyncio.timeout(ACK_SECONDS):
            return await self.told.get()

    async def until_acked(self, count: int) -> list[Json]:
        """All acknowledgements, once there are so many. Raises TimeoutError."""
        async with asyncio.timeout(ACK_SECONDS), self._news:
            await self._news.wait_for(lambda: len(self.acks) >= count)
        return self.acks

    async def _read(self) -> None:
        async for message in self.ws:
            try:
                frame: Json = json.loads(message.data)
            except ValueError:
                continue
            if "cmd" in frame:
                self.told.put_nowait(frame)
                continue
            async with self._news:
                self.acks.append(frame)
                self._news.notify_all()
            waiting = self._waiting.pop(frame["headers"]["req_id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)
        self.closed.set()


Answering = Callable[[Mapping[str, str], str], bytes | int]


@dataclass(slots=True)
class Listener:
    """A door. `answer` gets query and plain text, and returns a body or a status; `seconds`: how slow it is."""

    crypt: Crypt
    answer: Answering = field(default=lambda query, plain: b"")
    seconds: float = 0.0
    plains: list[str] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Listener":
        app = web.Application()
        app.add_routes([web.route("*", "/door", self._serve)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/door"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        secret = request.query.get("echostr") or _encrypted(await request.text())
        plain = self.crypt.open(secret) if not secret.isdigit() else secret
        self.plains.append(plain)
        await asyncio.sleep(self.seconds)
        result = self.answer(request.query, plain)
        return web.Response(status=result) if isinstance(result, int) else web.Response(body=result)

    def json(self, query: Mapping[str, str], plain: Json) -> bytes:
        """A sealed answer as 智能机器人 wants it."""
        encrypt = self.crypt.seal(json.dumps(plain, ensure_ascii=False))
        nonce = query["nonce"]
        signature = self.crypt.sign("1700000000", nonce, encrypt)
        outer = {"encrypt": encrypt, "msgsignature": signature, "timestamp": 1700000000, "nonce": nonce}
        return json.dumps(outer).encode()

    def xml(self, query: Mapping[str, str], plain: Json) -> bytes:
        """A sealed answer as applications want it."""
        encrypt = self.crypt.seal(write_xml(plain))
        nonce = query["nonce"]
        signature = self.crypt.sign("1700000000", nonce, encrypt)
        outer: Json = {"Encrypt": encrypt, "MsgSignature": signature, "TimeStamp": 1700000000, "Nonce": nonce}
        return write_xml(outer).encode()


def _encrypted(body: str) -> str:
    if body.startswith("{"):
        return str(json.loads(body)["encrypt"])
    return body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
