"""The long connection of 智能机器人 (D 101463): one per bot, acknowledgements without cmd, told again after a break."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fake_wecom.aibot import Aibot, Turn
from tests.fake_wecom.crypt import Json
from tests.fake_wecom.state import (
    BAD_BOT,
    BAD_PARAM,
    SHAPELESS,
    VERSION_CONFLICT,
    Fault,
    Refusal,
    State,
    Window,
    charge,
)
from tests.fake_wecom.upload import Upload

PATIENCE = 0.5  # seconds for the other side's close frame
ANSWERS = {
    "aibot_respond_msg": "msg",
    "aibot_respond_update_msg": "click",
    "aibot_respond_welcome_msg": "enter",
}


@dataclass(slots=True)
class Manners:
    """`retell`: what was not answered is told again on the next connection, `tries` times in all (events once).

    `keep`: what happens while nobody is connected is told to the next one. `ack_seconds`: how late answers come.
    """

    retell: bool = True
    keep: bool = True
    tries: int = 3
    ack_seconds: float = 0.0
    subscribes_per_minute: int = 60


@dataclass(slots=True)
class Line:
    """One connection. `busy`: streams with a frame whose acknowledgement is not out yet."""

    ws: web.WebSocketResponse
    transport: asyncio.Transport | None
    subscribed: bool = False
    pings: int = 0
    busy: set[str] = field(default_factory=set)


class Socket:
    """Faults go by command: "aibot_respond_msg", "ping" … `kicked`: how often a new connection ended an old one."""

    def __init__(self, aibot: Aibot, upload: Upload, manners: Manners | None = None) -> None:
        self.aibot = aibot
        self.state: State = aibot.state
        self._uploads = {
            "aibot_upload_media_init": upload.begin,
            "aibot_upload_media_chunk": upload.piece,
            "aibot_upload_media_finish": upload.finish,
        }
        self.manners = manners or Manners()
        self.line: Line | None = None
        self.lines: list[Line] = []
        self.kicked = 0
        self.waiting: list[Turn] = []
        self.lost: list[Turn] = []
        self._held: list[tuple[Line, Json, str]] | None = None
        self._subscribes = Window(self.manners.subscribes_per_minute, 60)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        return self.line is not None

    # -- what tests do

    async def close(self) -> None:
        """The platform ends the connection politely."""
        if self.line is not None:
            line, self.line = self.line, None
            await line.ws.close(code=1000, message=b"bye")

    def abort(self) -> None:
        """The connection breaks: no close frame, no answer to what is under way."""
        if self.line is not None:
            line, self.line = self.line, None
            if line.transport is not None:
                line.transport.abort()

    def hold_acks(self) -> None:
        self._held = []

    async def release_acks(self, *, backwards: bool = False) -> int:
        """Sends what was held, the last first if `backwards`; how many."""
        held, self._held = self._held or [], None
        for line, ack, stream in reversed(held) if backwards else held:
            line.busy.discard(stream)
            await _send(line, ack)
        return len(held)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self.lines:
            if line.transport is not None:
                line.transport.abort()

    # -- telling the bot

    async def tell(self, turn: Turn) -> None:
        self.waiting.append(turn)
        if self.line is not None:
            await self._tell_now(self.line, turn)
        elif not self.manners.keep:
            self._forget(turn)

    async def _tell_now(self, line: Line, turn: Turn) -> None:
        turn.delivered += 1
        req_id = f"R{self.state.next('req')}"
        self.aibot.turns[req_id] = turn
        cmd = "aibot_msg_callback" if turn.kind == "msg" else "aibot_event_callback"
        if turn.kind != "msg":
            self.waiting.remove(turn)
        await _send(line, {"cmd": cmd, "headers": {"req_id": req_id}, "body": turn.body})
        self.state.news()

    async def _catch_up(self, line: Line) -> None:
        for turn in list(self.waiting):
            late = turn.kind != "msg" and self.state.clock() - turn.at > self.aibot.rules.press_seconds
            told = turn.delivered > 0 and not self.manners.retell
            if turn.delivered >= self.manners.tries or late or told:
                self._forget(turn)
            else:
                await self._tell_now(line, turn)

    def _forget(self, turn: Turn) -> None:
        self.waiting.remove(turn)
        self.lost.append(turn)

    # -- serving

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(max_msg_size=4_000_000, timeout=PATIENCE)
        await ws.prepare(request)
        transport = request.transport if isinstance(request.transport, asyncio.Transport) else None
        line = Line(ws, transport)
        self.lines.append(line)
        self.state.news()
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    await self._frame(line, message.data)
                else:
                    self.state.complain("a frame that is not text")
        finally:
            if self.line is line:
                self.line = None
            self.lines.remove(line)
            self.state.news()
        return ws

    async def _frame(self, line: Line, text: str) -> None:
        try:
            frame = json.loads(text)
            cmd, req_id = frame["cmd"], frame["headers"]["req_id"]
            body = frame.get("body") or {}
            if not isinstance(body, dict):
                raise TypeError
        except (AttributeError, ValueError, KeyError, TypeError):
            self.state.complain(f"not a frame: {text[:100]}")
            await line.ws.close(code=1003)
            return
        self.state.call(cmd, frame)
        fault = self.state.fault(cmd)
        if fault is not None and await self._before(line, req_id, fault):
            return
        ack = self._obey(line, cmd, req_id, body)
        if fault is not None and await self._instead(line, fault):
            return
        await self._ack(line, ack, fault.seconds if fault is not None else self.manners.ack_seconds, body)
        if cmd == "aibot_subscribe" and line.subscribed:
            await self._take_over(line)

    def _obey(self, line: Line, cmd: str, req_id: str, body: Json) -> Json:
        try:
            result = self._do(line, cmd, req_id, body)
        except Refusal as refusal:
            return {"headers": {"req_id": req_id}, **refusal.as_json()}
        except SHAPELESS:
            return {"headers": {"req_id": req_id}, **Refusal(BAD_PARAM, "malformed body").as_json()}
        return {"headers": {"req_id": req_id}, "errcode": 0, "errmsg": "ok"} | ({"body": result} if result else {})

    def _do(self, line: Line, cmd: str, req_id: str, body: Json) -> Json:
        """What the acknowledgement carries. Raises Refusal."""
        if cmd == "aibot_subscribe":
            self._subscribe(line, body)
        elif not line.subscribed:
            raise Refusal(BAD_BOT, "not subscribed")
        elif line is not self.line:
            raise Refusal(BAD_BOT, "another connection has taken over")
        elif cmd == "ping":
            line.pings += 1
        elif cmd == "aibot_send_msg":
            self.aibot.send(body)
        elif cmd in ANSWERS:
            self._answer(line, cmd, req_id, body)
        elif cmd in self._uploads:
            return self._uploads[cmd](body)
        else:
            raise Refusal(BAD_PARAM, f"unknown cmd {cmd}")
        return {}

    def _subscribe(self, line: Line, body: Json) -> None:
        bot = self.aibot.bot
        charge((self._subscribes,), bot.bot_id, self.state.clock())
        if (body.get("bot_id"), body.get("secret")) != (bot.bot_id, bot.secret):
            raise Refusal(BAD_BOT, "signature is incorrect, please check if the bot secret is correct")
        line.subscribed = True

    def _answer(self, line: Line, cmd: str, req_id: str, body: Json) -> None:
        turn = self.aibot.turns.get(req_id)
        stream = _stream_id(body)
        if stream and stream in line.busy:
            raise Refusal(VERSION_CONFLICT, "data version conflict: the frame before is not acknowledged yet")
        self.aibot.respond(turn, ANSWERS[cmd], body)
        if stream:
            line.busy.add(stream)
        if turn in self.waiting:
            self.waiting.remove(turn)

    async def _take_over(self, line: Line) -> None:
        """The new connection is the one; the old one is told so, and ended."""
        old, self.line = self.line, line
        self.state.news()
        if old is not None and old is not line:
            self.kicked += 1
            event = {"eventtype": "disconnected_event"}
            body = {
                "msgid": f"M{self.state.next('aibot_msg')}",
                "create_time": int(self.state.clock()),
                "aibotid": self.aibot.bot.aibotid,
                "msgtype": "event",
                "event": event,
            }
            headers = {"req_id": f"R{self.state.next('req')}"}
            self._spawn(_kick(old, {"cmd": "aibot_event_callback", "headers": headers, "body": body}))
        await self._catch_up(line)

    # -- faults and acknowledgements

    async def _before(self, line: Line, req_id: str, fault: Fault) -> bool:
        """What keeps the command from having any effect."""
        if fault.kind == "errcode":
            await _send(line, {"headers": {"req_id": req_id}, **Refusal(fault.code, "injected").as_json()})
        elif fault.kind == "close_before":
            await self._end(line, politely=True)
        elif fault.kind == "abort_before":
            await self._end(line, politely=False)
        elif fault.kind != "hang_before":
            return False
        return True

    async def _instead(self, line: Line, fault: Fault) -> bool:
        """What happens instead of the acknowledgement."""
        if fault.kind in ("close", "abort"):
            await self._end(line, politely=fault.kind == "close")
        elif fault.kind == "garbled":
            await line.ws.send_str('{"headers":{"req_')
        elif fault.kind != "hang":
            return False
        return True

    async def _end(self, line: Line, *, politely: bool) -> None:
        if self.line is line:
            self.line = None
        if politely:
            await line.ws.close(code=1000, message=b"bye")
        elif line.transport is not None:
            line.transport.abort()

    async def _ack(self, line: Line, ack: Json, seconds: float, body: Json) -> None:
        stream = "" if ack["errcode"] == VERSION_CONFLICT else _stream_id(body)
        if self._held is not None:
            self._held.append((line, ack, stream))
        elif seconds:
            self._spawn(self._later(line, ack, seconds, stream))
        else:
            line.busy.discard(stream)
            await _send(line, ack)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _later(self, line: Line, ack: Json, seconds: float, stream: str) -> None:
        await asyncio.sleep(seconds)
        line.busy.discard(stream)
        await _send(line, ack)


def _stream_id(body: Json) -> str:
    stream = body.get("stream")
    return str(stream.get("id") or "") if isinstance(stream, dict) else ""


async def _kick(line: Line, last_word: Json) -> None:
    await _send(line, last_word)
    await line.ws.close(code=1000, message=b"kicked")


async def _send(line: Line, frame: dict[str, Any]) -> None:
    """To a connection that may be gone by now."""
    if line.ws.closed or line.transport is None or line.transport.is_closing():
        return
    try:
        await line.ws.send_str(json.dumps(frame, ensure_ascii=False))
    except (ConnectionError, RuntimeError):
        return
