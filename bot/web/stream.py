"""Server-sent events: one long answer per browser."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.adapters.local.hub import Client, Hub

HEARTBEAT_SECONDS = 15.0
STUCK_SECONDS = 30.0
RETRY = b"retry: 1500\n\n"


class EventStream(Response):
    """Sends what `client` is given until the browser leaves, falls behind, or the hub closes."""

    def __init__(self, hub: Hub, client: Client, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(media_type="text/event-stream", headers=headers)
        del self.headers["content-length"]
        self._hub = hub
        self._client = client
        self._heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(self._until_left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._pump(send)
        except (OSError, TimeoutError):
            return  # the browser is gone, or takes nothing any more
        finally:
            self._hub.leave(self._client)
            leaving.cancel()
            await asyncio.wait([leaving])

    async def _pump(self, send: Send) -> None:
        data: bytes | None = RETRY
        while data is not None:
            body = {"type": "http.response.body", "body": data, "more_body": True}
            await asyncio.wait_for(send(body), STUCK_SECONDS)
            data = await self._client.take(self._heartbeat)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._client.drop()
