"""One connection to the platform: frames out, each with its acknowledgement; nothing here knows what they mean."""

import asyncio
from collections import deque
from typing import Any

import aiohttp
import msgspec

from bot.adapters.wecom.api import Call, Good, Lost, Refused
from bot.adapters.wecom.masks import mask
from bot.adapters.wecom_aibot.wire import Frame

ACK_SECONDS = 10.0
WHY_LIMIT = 200


class Line:
    """Acknowledgements carry no command: they are matched by req_id, the oldest frame of that id first."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, *, ack_seconds: float = ACK_SECONDS) -> None:
        self._ws = ws
        self._ack_seconds = ack_seconds
        self._waiting: dict[str, deque[asyncio.Future[Call]]] = {}

    async def ask(self, cmd: str, req_id: str, body: dict[str, Any] | None = None) -> Call:
        """One frame and what became of it. No network error is raised; after `ack_seconds` nobody knows."""
        frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
        if body is not None:
            frame["body"] = body
        text = msgspec.json.encode(frame).decode()
        future: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(req_id, deque()).append(future)
        try:
            async with asyncio.timeout(self._ack_seconds):
                await self._ws.send_str(text)
                return await future
        except TimeoutError:
            return Lost("no acknowledgement", sent=True)
        except (ConnectionError, RuntimeError, aiohttp.ClientError) as error:
            return Lost(f"not connected: {type(error).__name__}", sent=False)
        finally:
            self._forget(req_id, future)

    def settle(self, frame: Frame) -> None:
        """An acknowledgement came. One nobody waits for any more changes nothing."""
        waiting = self._waiting.get(frame.headers.req_id)
        if not waiting:
            return
        future = waiting.popleft()
        if not future.done():
            code = frame.errcode or 0
            future.set_result(Refused(code, mask(frame.errmsg)[:WHY_LIMIT]) if code else Good(_data(frame)))

    def lose(self) -> None:
        """The connection is over: what was sent and not acknowledged may have arrived."""
        for waiting in self._waiting.values():
            for future in waiting:
                if not future.done():
                    future.set_result(Lost("connection lost", sent=True))

    def _forget(self, req_id: str, future: asyncio.Future[Call]) -> None:
        waiting = self._waiting.get(req_id)
        if waiting is not None:
            if future in waiting:
                waiting.remove(future)
            if not waiting:
                del self._waiting[req_id]


def _data(frame: Frame) -> dict[str, Any]:
    """What an acknowledgement carries; nothing where that is not understood."""
    try:
        return msgspec.json.decode(frame.body, type=dict[str, Any]) if bytes(frame.body) else {}
    except (ValueError, RecursionError):
        return {}
