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

from bot.adapters.wecom.jsontext import decoded
from bot.adapters.wecom.masks import mask

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
FILE_SECONDS = 40.0
TOO_LARGE = "too large"
WHY_LIMIT = 200
MAX_ANSWER = 1024 * 1024
"""Bytes of JSON. More of it is read in one go than the event loop can stand still for."""

LONGEST_ANSWER = 8 * MAX_ANSWER
EDGE = 4096
"""Of an answer too large to be read only so many bytes at either end are kept, to tell what it was about."""

SessionFactory = Callable[[], aiohttp.ClientSession]
Json = Mapping[str, Any]
_answer = msgspec.json.Decoder(dict[str, Any])


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


@dataclass(frozen=True, slots=True)
class Garbled(Lost):
    """The platform did answer, and it cannot be read. `body`: what came, or its two ends; people's words are in it."""

    body: bytes = field(default=b"", repr=False)


Call = Good | Refused | Lost


def new_session(*, trust_env: bool = False) -> aiohttp.ClientSession:
    """A session for `Qyapi`, to be closed by its owner. Proxies of the environment only where asked for. Whatever names
    no time of its own, a WebSocket's greeting for one, ends after `TOTAL_SECONDS`."""
    stays = aiohttp.TraceConfig()
    stays.on_request_redirect.append(_stay)
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS),
        # No limit for all together: who waits for a platform that hangs must not take the place of another's messages.
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=trust_env,
        trace_configs=[stays],
    )


async def _stay(*_about: object) -> None:
    """A WebSocket's opening cannot be told to follow no redirect. The secret would go to whoever it meets."""
    raise aiohttp.ClientError("redirected")


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
                body, whole = await _read_json(response)
                return understand(response.status, body, (*params.values(), hidden), whole=whole)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as e:
            return Lost(f"no connection: {type(e).__name__}", sent=False)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            return Lost("base_url is not a valid http(s) address", sent=False)
        except (aiohttp.ClientError, OSError) as e:  # TimeoutError is an OSError
            return Lost(f"connection lost: {type(e).__name__}", sent=True)


async def _read_json(response: aiohttp.ClientResponse) -> tuple[bytes, bool]:
    """All of it, and True; of what is too much the two ends."""
    kept = bytearray()
    size = 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        kept += chunk
        if size > MAX_ANSWER:
            del kept[EDGE:-EDGE]
        if size > LONGEST_ANSWER:
            break
    return bytes(kept), size <= MAX_ANSWER


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(65536):
        size += len(chunk)
        if size > most:
            return b""
        chunks.append(chunk)
    return b"".join(chunks)


def understand(status: int, body: bytes, secrets: tuple[str, ...] = (), *, whole: bool = True) -> Call:
    """Pure. What an answer means; anything but a JSON object with a sound errcode is no answer. `whole`: is `body` all
    that came?"""
    try:
        data = decoded(body if whole and len(body) <= MAX_ANSWER else b"", _answer)
    except (ValueError, RecursionError):
        if status == 200:
            return Garbled("http 200 with a garbled answer", sent=True, body=body)
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
