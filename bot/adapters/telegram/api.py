"""One Bot API call over HTTP: what went out, what came back, and whether Telegram can have acted on it.

The URL holds the bot's token, so no exception or URL of the HTTP library ever leaves this module.
Errors: https://core.telegram.org/bots/api#making-requests
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
import msgspec

from bot.adapters.base import Later, Moved, Never, SendResult, Sent, Unknown
from bot.adapters.telegram.wire import MessageRef, answer_decoder

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
TOKEN_PAUSE = 300.0
DEFAULT_RETRY_AFTER = 5.0
WHY_LIMIT = 200

FILE_SECONDS = 60.0

SessionFactory = Callable[[], aiohttp.ClientSession]


@dataclass(frozen=True, slots=True)
class Good:
    """Telegram did it. `result` is the method's raw JSON result."""

    result: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram certainly did not do it, and says why."""

    code: int
    why: str
    retry_after: float | None = None
    moved_to: int | None = None


@dataclass(frozen=True, slots=True)
class Unreached:
    """The request certainly never arrived (no connection)."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have arrived; what came of it is not known."""

    why: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class File:
    """One to hand over. `field`: the parameter it stands for."""

    field: str
    name: str
    data: bytes


Reply = Good | Refused | Unreached | Lost


def new_session() -> aiohttp.ClientSession:
    """A session for `Api`, to be closed by its owner. Proxies come from the environment (HTTPS_PROXY)."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=64, limit_per_host=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=True,
    )


class Api:
    """`session` returns the one open session; it is asked at every call, so it may be opened late."""

    def __init__(self, session: SessionFactory, token: str, base_url: str) -> None:
        self._session = session
        self._token = token
        self._prefix = f"{base_url.rstrip('/')}/bot{token}/"
        self._files = f"{base_url.rstrip('/')}/file/bot{token}/"

    def __repr__(self) -> str:
        return "Api(token=…)"

    async def call(self, method: str, params: Mapping[str, Any], read: float = READ_SECONDS) -> Reply:
        """One POST, never repeated. `read`: seconds to wait for the answer. No network error is raised."""
        headers = {"Content-Type": "application/json"}
        return await self._post(method, msgspec.json.encode(params), headers, _timeout(read))

    async def upload(self, method: str, params: Mapping[str, Any], file: File) -> Reply:
        """As `call`, with a file of ours in the place of a file id. Whatever is no plain text goes as JSON."""
        form = aiohttp.FormData()
        for name, value in params.items():
            form.add_field(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        form.add_field(file.field, BytesIO(file.data), filename=file.name, content_type="application/octet-stream")
        return await self._post(method, form, {}, _timeout(FILE_SECONDS))

    async def download(self, file_path: str, most: int) -> bytes | Reply:
        """The file that getFile told of, of at most so many bytes. https://core.telegram.org/bots/api#file"""
        try:
            async with self._session().get(
                self._files + file_path, timeout=_timeout(FILE_SECONDS), allow_redirects=False
            ) as response:
                if response.status != 200 or (response.content_length or 0) > most:
                    return Refused(response.status, "no file, or too large")
                data = await response.content.read(most + 1)
                while len(data) <= most and (more := await response.content.read(most + 1)):
                    data += more
                return data if data and len(data) <= most else Refused(413, "no file, or too large")
        except (aiohttp.ClientError, OSError, ValueError) as e:
            return Lost(f"connection lost: {type(e).__name__}")

    async def _post(
        self, method: str, data: bytes | aiohttp.FormData, headers: Mapping[str, str], patience: aiohttp.ClientTimeout
    ) -> Reply:
        try:
            async with self._session().post(
                self._prefix + method, data=data, headers=headers, timeout=patience, allow_redirects=False
            ) as response:
                return self._understand(response.status, await response.read())
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientHttpProxyError,
        ) as e:
            return Unreached(f"no connection: {type(e).__name__}")
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            return Unreached("telegram.base_url is not a valid http(s) address")
        except (aiohttp.ClientError, OSError) as e:  # TimeoutError is an OSError
            return Lost(f"connection lost: {type(e).__name__}")

    def _understand(self, status: int, body: bytes) -> Reply:
        try:
            answer = answer_decoder.decode(body)
        except (ValueError, RecursionError):
            return _unintelligible(status, body)
        if answer.ok:
            return Good(answer.result)
        code = answer.error_code or status
        why = answer.description.replace(self._token, "…")[:WHY_LIMIT]
        if code >= 500:
            return Lost(f"{code} {why}")
        extra = answer.parameters
        return Refused(
            code,
            why,
            retry_after=extra.retry_after if extra is not None else None,
            moved_to=extra.migrate_to_chat_id if extra is not None else None,
        )


def _timeout(read: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=CONNECT_SECONDS + 2 * read, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=read
    )


def _unintelligible(status: int, body: bytes) -> Reply:
    """No JSON of Telegram's: a proxy, a gateway, or not a Bot API server at all.

    Only a code that means the same everywhere is believed; a firewall's 403 says nothing about a chat.
    """
    if 300 <= status < 500:
        return Refused(status if status in {401, 404, 429} else 0, f"http {status} without a Bot API answer")
    return Lost(f"http {status} with a garbled answer", body)


def outcome(method: str, reply: Reply) -> SendResult:
    """What a reply means for the message that was to be sent. Pure."""
    if isinstance(reply, Good):
        return Sent(message_ref=_message_ref(reply) if method.startswith("send") else "")
    if isinstance(reply, Unreached):
        return Later(why=reply.why)
    if isinstance(reply, Lost):
        return Unknown(why=reply.why)
    return _refusal(reply)


def _message_ref(reply: Good) -> str:
    try:
        return str(msgspec.json.decode(reply.result, type=MessageRef).message_id)
    except ValueError:
        return ""  # it was delivered; only its id is unknown


def _refusal(reply: Refused) -> SendResult:
    if reply.moved_to is not None:
        return Moved(chat_id=str(reply.moved_to))
    why = f"{reply.code} {reply.why}"
    if reply.code in {400, 403, 413}:
        return _rejected(reply.code, why, reply.why.lower())
    if reply.code == 429:
        return Later(why=why, after=reply.retry_after or DEFAULT_RETRY_AFTER, chat_wide=True)
    if reply.code in {401, 404}:
        return Later(why=f"{why} (is telegram.token right?)", after=TOKEN_PAUSE)
    return Later(why=why)


def _rejected(code: int, why: str, said: str) -> SendResult:
    """This message will never be taken. An edit that would change nothing is true already."""
    if "message is not modified" in said:
        return Sent()
    if code == 403:
        return Never(why=why, gone="rights" not in said)
    return Never(why=why, gone=any(phrase in said for phrase in GONE))


GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "group chat was upgraded",
    "chat_id is empty",
)
"""How a 400 says that the chat itself is closed to us, not only this message."""
