"""A platform that is slow, lies or is somebody else: each of its misbehaviours costs little and passes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from bot.adapters.base import UnreadableError
from bot.adapters.wechat_official.parse import parse_xml
from bot.adapters.wecom.alarm import when_refused
from bot.adapters.wecom.api import MAX_ANSWER, Good, Lost, Qyapi, Refused, new_session, understand
from bot.adapters.wecom.channel import Query, Reply
from bot.adapters.wecom.files import MediaFiles
from bot.adapters.wecom.guard import Guard
from bot.adapters.wecom.jsontext import decoded
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.channels import CHANNELS
from bot.web import wecom_hook
from bot.web.wecom_hook import routes
from handlers.kit.channel_texts import DEAF
from storage.engine.base import Engine
from tests.adapters.wecom_kit import NOW, crypt, query
from tests.harness import HeldClock

GETTOKEN, SEND = "/cgi-bin/gettoken", "/cgi-bin/message/send"
BODY = {"touser": "lijing"}
Answer = Callable[[str], bytes | None]


class Peer:
    """Answers each path as told; None: accepts, and says nothing."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.answer: Answer = lambda path: b'{"access_token":"t1","expires_in":7200}'
        self.head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].split(b"?")[0].decode()
            self.calls.append(path)
            body = self.answer(path)
            if body is None:
                await asyncio.sleep(3600)
            elif body.startswith(b"HTTP/"):
                writer.write(body)
            else:
                writer.write(self.head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def count(self, path: str) -> int:
        return self.calls.count(path)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield peer
    server.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


def tokens(peer: Peer, session: aiohttp.ClientSession, clock: HeldClock, total: float = 10.0) -> Tokens:
    api = Qyapi(lambda: session, peer.url, total=total)
    return Tokens(api, Credential.corp("ww1", "the-secret-nobody-sees"), clock.now)


# ── no token is to be had ──────────────────────────────────────────────────
async def test_who_waited_for_a_token_in_vain_does_not_begin_anew(peer: Peer, session: aiohttp.ClientSession) -> None:
    """Fifty that wait for a hung platform are told after one call's time, not after fifty."""
    peer.answer = lambda path: None
    ours = tokens(peer, session, HeldClock(), total=0.3)
    began = time.monotonic()
    replies = await asyncio.gather(*(ours.post(SEND, BODY) for _ in range(50)))
    assert time.monotonic() - began < 3
    assert peer.count(GETTOKEN) == 1
    assert all(isinstance(reply, Lost) and not reply.sent for reply in replies)


@pytest.mark.parametrize("said", [b'{"errcode":-1,"errmsg":"busy"}', b"<html>", b"{}", b""])
async def test_a_busy_platform_is_asked_for_a_token_now_and_then(
    peer: Peer, session: aiohttp.ClientSession, said: bytes
) -> None:
    """Two thousand failed calls an hour close the whole application."""
    peer.answer = lambda path: said
    clock = HeldClock()
    ours = tokens(peer, session, clock)
    for _ in range(3600):
        clock.advance(seconds=0.25)
        assert not isinstance(await ours.post(SEND, BODY), Good)
    assert 50 <= peer.count(GETTOKEN) <= 70
    peer.answer = Peer().answer
    clock.advance(seconds=15)
    assert isinstance(await ours.post(SEND, BODY), Good)


@pytest.mark.parametrize("code", [60020, 40164])
async def test_where_the_machine_is_not_let_in_not_every_message_tries(
    peer: Peer, session: aiohttp.ClientSession, code: int
) -> None:
    clock = HeldClock()
    ours = tokens(peer, session, clock)
    good = peer.answer
    peer.answer = lambda path: good(path) if path == GETTOKEN else b'{"errcode":%d,"errmsg":"ip"}' % code
    for _ in range(500):
        reply = await ours.post(SEND, BODY)
        assert isinstance(reply, Refused)
        assert reply.code == code
    assert (peer.count(GETTOKEN), peer.count(SEND)) == (1, 1)
    peer.answer = good
    clock.advance(minutes=5)
    assert isinstance(await ours.post(SEND, BODY), Good)
    assert peer.count(GETTOKEN) == 1


@pytest.mark.parametrize("life", [b"9" * 400, b"-5", b"0", b"1e300"])
async def test_a_token_of_an_absurd_life_is_used(peer: Peer, session: aiohttp.ClientSession, life: bytes) -> None:
    peer.answer = lambda path: b'{"access_token":"t","expires_in":%s}' % life
    assert isinstance(await tokens(peer, session, HeldClock()).post(SEND, BODY), Good)


async def test_a_dead_secret_is_told_to_the_managers_once_an_hour(
    engine: Engine, peer: Peer, session: aiohttp.ClientSession
) -> None:
    clock = HeldClock(NOW.replace(minute=0))
    peer.answer = lambda path: b'{"errcode":40001,"errmsg":"invalid credential"}'
    told = when_refused(engine, clock, "wecom_app")
    ours = Tokens(Qyapi(lambda: session, peer.url), Credential.corp("ww1", "secret-1"), clock.now, told)
    for _ in range(9):
        await ours.post(SEND, BODY)
        clock.advance(minutes=6)
    assert peer.count(GETTOKEN) == 9
    async with engine.write() as tx:
        jobs = [job for job in await tx.rows("job_todo", now=2**52, limit=10) if job["name"] == "channel.deaf"]
    assert [json.loads(job["payload"]) for job in jobs] == [{"why": "wecom_app"}]


def test_there_is_a_sentence_for_every_channel_that_has_a_secret() -> None:
    assert set(CHANNELS) - {"wecom_aibot", "wecom_webhook"} <= set(DEAF)


# ── answers ────────────────────────────────────────────────────────────────
def test_an_answer_that_would_hold_up_everybody_is_none() -> None:
    rows = b"[]," * (MAX_ANSWER // 3)
    assert isinstance(understand(200, b'{"errcode":0,"rows":[' + rows + b"0]}"), Lost)
    assert isinstance(understand(200, b'{"errcode":0,"rows":"' + b"x" * (MAX_ANSWER - 100) + b'"}'), Good)


def test_half_a_sign_costs_that_sign_only() -> None:
    plain = msgspec.json.Decoder(dict[str, str])
    for body, text in (
        (rb'{"a":"\ud83d"}', "\ufffd"),
        (rb'{"a":"\ude00\ud83d!"}', "\ufffd\ufffd!"),
        (rb'{"a":"\uD83D\uDE00\ud83d"}', "😀\ufffd"),
        (rb'{"a":"\ud83d\ud83d\ude00"}', "\ufffd😀"),
        (rb'{"a":"\\ud83d\ud83d"}', "\\ud83d\ufffd"),
        (rb'{"a":"\\\ud83d"}', "\\\ufffd"),
    ):
        assert decoded(body, plain) == {"a": text}
    for bad in (rb'{"a":"\ud83d"', b"\\ud83d", b'{"a":1}', b"[" * 100_000, b'{"a":"\xed\xa0\xbd"}'):
        with pytest.raises((ValueError, RecursionError)):
            decoded(bad, plain)
    assert isinstance(understand(200, rb'{"errcode":0,"a":"\ud83d"}'), Good)


async def test_a_socket_that_is_sent_elsewhere_does_not_go(peer: Peer, session: aiohttp.ClientSession) -> None:
    """The first frame would carry bot id and secret."""
    other = Peer()
    server = await asyncio.start_server(other.serve, "127.0.0.1", 0)
    place = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/latest/meta-data"
    peer.answer = lambda path: f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(aiohttp.ClientError):
        await session.ws_connect(peer.url)
    assert (len(peer.calls), other.calls) == (1, [])
    server.close()


def test_only_real_host_names_are_asked_for_media() -> None:
    media = MediaFiles(new_session, Path("/nowhere"))
    for url in (
        "https://evil.cn\\.qq.com/x",
        "https://evil.cn%2f.qq.com/x",
        "https://evil.cn .qq.com/x",
        "https://evil.cn;.qq.com/x",
        "https://*.qq.com/x",
        "https://.qq.com/x",
        "https://x..qq.com/x",
        "https://x.qq.com:99999/x",
        "https://x.qq.com:abc/x",
        "https://" + "a." * 5000 + "qq.com/x",
    ):
        assert not media.allowed(url), url
    assert media.allowed("https://wework.qpic.x_1.qq.com./x")


# ── requests ───────────────────────────────────────────────────────────────
class Door:
    callback_path = "/wecom/app"

    def __init__(self) -> None:
        self.guard = Guard(crypt())
        self.taken = 0

    def hello(self, query: Query) -> bytes:
        return self.guard.hello(query, NOW)

    async def deliver(self, query: Query, body: bytes) -> Reply:
        self.taken += 1
        return Reply()


async def test_only_a_post_delivers_anything() -> None:
    door = Door()
    transport = httpx.ASGITransport(app=Starlette(routes=routes(door)))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        for method in ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "GET"):
            answer = await http.request(method, door.callback_path, content=b"{}")
            assert answer.status_code in (400, 405), method
        assert door.taken == 0
        assert (await http.post(door.callback_path, content=b"{}")).status_code == 200
    assert door.taken == 1


async def test_a_plus_that_was_not_escaped_is_still_a_plus() -> None:
    echoes = [crypt().seal(f"16161403175551610{number}", "n", "1").encrypt for number in range(50)]
    number, echo = next((number, echo) for number, echo in enumerate(echoes) if "+" in echo)
    pairs = dict(query(echo)) | {"echostr": echo.replace("+", " ")}
    assert Door().hello(list(pairs.items())) == f"16161403175551610{number}".encode()


async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wecom_hook, "BODY_SECONDS", 0.05)
    door = Door()
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": door.callback_path, "query_string": b"", "headers": []}
    await Starlette(routes=routes(door))(scope, receive, send)
    assert (sent[0]["status"], door.taken) == (408, 0)


def test_a_name_no_index_takes_is_parked_at_once() -> None:
    words = "<CreateTime>1700000000</CreateTime><MsgType>text</MsgType><Content>楼道灯坏了</Content><MsgId>1</MsgId>"
    with pytest.raises(UnreadableError):
        parse_xml(f"<xml><FromUserName>{'o' * 201}</FromUserName>{words}</xml>".encode(), "wx1")
    assert parse_xml(f"<xml><FromUserName>{'o' * 200}</FromUserName>{words}</xml>".encode(), "wx1") is not None
