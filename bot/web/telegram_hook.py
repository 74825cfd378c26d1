"""The door Telegram knocks at in webhook mode."""

from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY = 1_000_000


class Hook(Protocol):
    """What the route needs of a Telegram platform."""

    @property
    def webhook_path(self) -> str: ...

    def authentic(self, secret_header: str | None) -> bool: ...

    async def webhook(self, secret_header: str | None, body: bytes) -> int: ...


def routes(platform: Hook) -> list[Route]:
    """POST only. 401 before the body is read, 413 as soon as it passes 1 MB, else what `webhook` says."""

    async def receive(request: Request) -> Response:
        secret = request.headers.get(HEADER)
        if not platform.authentic(secret):
            return Response(status_code=401)
        try:
            body = await read_capped(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413, headers={"Connection": "close"})
        return Response(status_code=await platform.webhook(secret, body))

    return [Route(platform.webhook_path, receive, methods=["POST"])]


async def read_capped(request: Request) -> bytes | None:
    """The body, or None once it is announced or seen to be larger than 1 MB. Raises ClientDisconnect."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:12]) > MAX_BODY:
        return None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
