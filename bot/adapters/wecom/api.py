"""One call to the platform's HTTP interface: what went out, what came back, and whether it can have had an effect.

Every URL holds a secret, so no exception or URL of the HTTP library ever leaves this module.
HTTP 200 says nothing: the answer's `errcode` does (D 90313).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import msgspec

from bot.adapters.wecom.masks import mask

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
FILE_SECONDS = 40.0
TOO_LARGE = "too large"
WHY_LIMIT = 200
MAX_ANSWER = 8 * 1024 * 1024

SessionFactory = Callable[[], aiohttp.ClientSession]
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Good:
    """errcode 0 (or none). `data`: the whole answer; a partial failure is in there (invaliduser, fail_list)."""

    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform certainly did not do it. `why` holds no secret."""

    code: int
    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer that can be understood. `sent`: it may have had an effect all the same."""

    why: str
    sent: bool


Call = Good | Refused | Lost


def new_session(*, trust_env: bool = False) -> aiohttp.ClientSession:
    """A session for `Qyapi`, to be closed by its owner. Proxies of the environment only where asked for. Whatever names
    no time of its own, a WebSocket's greeting for one, ends after `TOTAL_SECONDS`."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS),
        # No limit for all together: who waits for a platform that hangs must not take the place of another's messages.
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=trust_env,
    )


class Qyapi:
    """`session` returns the one open session; it is asked at every call, so it may be opened late.

    `connect`, `total`: seconds a call may take to connect and altogether.
    """

    def __init__(
        self,
        session: SessionFactory,
        base_url: str,
        *,
        connect: float = CONNECT_SECONDS,
        total: float = TOTAL_SECONDS,
    ) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=total, connect=connect, sock_connect=connect)
        # A file may take its time as long as something of it comes.
        self._file_timeout = aiohttp.ClientTimeout(
            total=max(total, FILE_SECONDS), connect=connect, sock_connect=connect, sock_read=total
        )

    async def get(self, path: str, params: Mapping[str, str]) -> Call:
        """One GET, for what only reads: HTTP allows it to be repeated. No network error is raised."""
        return await self._call("GET", path, params, None, {})

    async def post(self, path: str, params: Mapping[str, str], body: Json) -> Call:
        """One POST of JSON, never repeated. `params` go into the URL and are held secret."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        hidden = str(body.get("secret", ""))
        return await self._call("POST", path, params, msgspec.json.encode(body), headers, hidden)

    async def upload(self, path: str, params: Mapping[str, str], name: str, data: bytes) -> Call:
        """One POST of a file as form field "media" (D 90253)."""
        form = aiohttp.FormData()
        form.add_field("media", BytesIO(data), filename=name, content_type="application/octet-stream")
        return await self._call("POST", path, params, form, {}, patience=self._file_timeout)

    async def download(self, path: str, params: Mapping[str, str], most: int) -> bytes | Refused | Lost:
        """A file of at most so many bytes (D 90254). A refusal comes as JSON in its place."""
        try:
            async with self._session().get(
                self._base + path, params=dict(params), timeout=self._file_timeout, allow_redirects=False
            ) as response:
                if (response.content_length or 0) > most:
                    return Lost(TOO_LARGE, sent=False)
                body = await _read(response, most)
                if response.content_type in ("application/json", "text/plain"):
                    reply = understand(response.status, body, tuple(params.values()))
                    return Lost("no file in the answer", sent=False) if isinstance(reply, Good) else reply
                return body if body and response.status == 200 else Lost("no file" if body else TOO_LARGE, sent=False)
        except (aiohttp.ClientError, OSError) as error:
            return Lost(f"connection lost: {type(error).__name__}", sent=False)

    async def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        data: Any,
        headers: Mapping[str, str],
        hidden: str = "",
        patience: aiohttp.ClientTimeout | None = None,
    ) -> Call:
        try:
            async with self._session().request(
                method,
                self._base + path,
                params=dict(params),
                data=data,
                headers=headers,
                timeout=patience or self._timeout,
                allow_redirects=False,
            ) as response:
                return understand(response.status, await _read(response), (*params.values(), hidden))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as e:
            return Lost(f"no connection: {type(e).__name__}", sent=False)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            return Lost("base_url is not a valid http(s) address", sent=False)
        except (aiohttp.ClientError, OSError) as e:  # TimeoutError is an OSError
            return Lost(f"connection lost: {type(e).__name__}", sent=True)


async def _read(response: aiohttp.ClientResponse, most: int = MAX_ANSWER) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        if size > most:
            return b""
        chunks.append(chunk)
    return b"".join(chunks)


def understand(status: int, body: bytes, secrets: tuple[str, ...] = ()) -> Call:
    """Pure. What an answer means; anything but a JSON object with a sound errcode is no answer."""
    try:
        data = msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, RecursionError):
        # A gateway's refusal did not reach the platform; its 5xx may come after it did.
        return Lost(f"http {status} with a garbled answer", sent=not 300 <= status < 500)
    code = data.get("errcode", 0)
    if type(code) is not int:
        return Lost(f"http {status} with a garbled answer", sent=True)
    if code != 0:
        return Refused(code, mask(str(data.get("errmsg", ""))[: 4 * WHY_LIMIT], *secrets)[:WHY_LIMIT])
    if status >= 300:
        return Lost(f"http {status}", sent=status >= 500)
    return Good(data)
