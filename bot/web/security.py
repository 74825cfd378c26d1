"""What every answer of the web server carries, and who may use the demonstration chat."""

from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
CUSTOM_HEADER = "x-pingan"
CSP = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
))  # fmt: skip
FRAMES_NONE = f"{CSP}; frame-ancestors 'none'"
FRAMES_OWN = f"{CSP}; frame-src 'self'; frame-ancestors 'self'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class BodyTooLargeError(Exception):
    """The request's body is larger than it may be."""


class SecurityHeaders:
    """Adds the headers above to every answer; an answer's own Content-Security-Policy is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", FRAMES_NONE)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def host_is_loopback(headers: Headers) -> bool:
    """False when a foreign name was pointed at this machine (DNS rebinding)."""
    host = headers.get("host", "").strip().lower()
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host in LOOPBACK
    return name in LOOPBACK and port.isascii() and port.isdigit()


def from_another_site(headers: Headers) -> bool:
    """True if the browser says that another site's page asks."""
    return headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


def same_origin(headers: Headers) -> bool:
    """True for a request our own page made: our header, and no sign of another site."""
    if headers.get(CUSTOM_HEADER) != "1" or from_another_site(headers):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


async def limited_stream(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The body in pieces. Raises BodyTooLargeError as soon as it is more than `limit` bytes."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:12]) > limit:
        raise BodyTooLargeError
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError
        yield chunk
