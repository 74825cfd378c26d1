"""Calls, tokens and error codes: what is retried, what is not, and that no secret is ever written down."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot import logs
from bot.adapters.base import Later, Never, Unknown
from bot.adapters.wecom import api as api_module
from bot.adapters.wecom import errcodes
from bot.adapters.wecom.api import Good, Lost, Qyapi, Refused, new_session, understand
from bot.adapters.wecom.errcodes import judge
from bot.adapters.wecom.masks import mask
from bot.adapters.wecom.tokens import Credential, Tokens
from tests.harness import HeldClock

SECRET = "the-corps-own-secret-0123456789"


@dataclass
class Server:
    """Counts calls; `answers` are given in order, per path; a function is called with the request."""

    url: str = ""
    calls: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    tokens: int = 0
    hang: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.calls.append((request.path, dict(request.query), json.loads(body) if body.startswith("{") else body))
        planned = self.answers.get(request.path)
        if planned:
            answer = planned.pop(0)
            return await answer(request) if callable(answer) else web.json_response(answer)
        if request.path in ("/cgi-bin/gettoken", "/cgi-bin/stable_token"):
            self.tokens += 1
            await asyncio.sleep(0)
            return web.json_response({"errcode": 0, "access_token": f"token-{self.tokens}", "expires_in": 7200})
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": "m1"})

    def called(self, path: str) -> int:
        return sum(1 for called, _, _ in self.calls if called == path)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    fake = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    fake.hang.set()
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


def tokens(server: Server, session: aiohttp.ClientSession, clock: HeldClock) -> Tokens:
    return Tokens(Qyapi(lambda: session, server.url), Credential.corp("ww1", SECRET), clock.now)


SEND = "/cgi-bin/message/send"
GETTOKEN = "/cgi-bin/gettoken"
BODY = {"touser": "lijing"}


# ── one call ───────────────────────────────────────────────────────────────
async def test_an_answer_is_judged_by_its_errcode(server: Server, session: aiohttp.ClientSession) -> None:
    api = Qyapi(lambda: session, server.url)
    server.answers[SEND] = [
        {"errcode": 0, "errmsg": "ok", "invaliduser": "wang"},
        {"errcode": 81013, "errmsg": f"bad key={SECRET} in https://x/?access_token=abc123&x=1"},
        {"msgid": "1"},
    ]
    assert await api.post(SEND, {"access_token": "abc123"}, BODY) == Good(
        {"errcode": 0, "errmsg": "ok", "invaliduser": "wang"}
    )
    refused = await api.post(SEND, {"access_token": "abc123"}, BODY)
    assert refused == Refused(81013, "bad key=… in https://x/?access_token=…&x=1")
    assert isinstance(await api.post(SEND, {}, BODY), Good)


@pytest.mark.parametrize(
    ("status", "body", "sent"),
    [
        (502, b"<html>", True),
        (200, b"[]", True),
        (200, b"", True),
        (200, b'{"errcode":"0"}', True),
        (200, b'{"errcode":true}', True),
        (200, b"[" * 100_000, True),
        (403, b"blocked by firewall", False),
        (302, b"", False),
        (500, b'{"errcode":0}', True),
    ],
)
def test_what_is_no_answer_says_whether_it_may_have_had_an_effect(status: int, body: bytes, sent: bool) -> None:
    reply = understand(status, body)
    assert isinstance(reply, Lost)
    assert reply.sent is sent


async def test_nobody_there_means_certainly_not_sent(session: aiohttp.ClientSession) -> None:
    for url in ("http://127.0.0.1:1", "nonsense"):
        reply = await Qyapi(lambda: session, url).post(SEND, {}, BODY)
        assert isinstance(reply, Lost)
        assert reply.sent is False


async def _hung(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_hung_peer_costs_its_own_call_and_nobody_elses(server: Server, session: aiohttp.ClientSession) -> None:
    many = 100  # two bots' sends under way, and more
    server.answers[SEND] = [_hung] * many
    api = Qyapi(lambda: session, server.url, total=1.0)
    hung = [asyncio.create_task(api.post(SEND, {}, BODY)) for _ in range(many)]
    await asyncio.sleep(0)
    others = [await api.post("/cgi-bin/other", {}, BODY) for _ in range(20)]
    assert all(isinstance(reply, Good) for reply in others)
    for reply in await asyncio.wait_for(asyncio.gather(*hung), 10):
        assert isinstance(reply, Lost)
        assert reply.sent is True


async def _echo(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data)
    return socket


async def test_a_greeting_has_an_end_and_what_was_greeted_lives(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "TOTAL_SECONDS", 0.3)
    server.answers["/hung"], server.answers["/echo"] = [_hung], [_echo]
    async with new_session() as session:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4) as ours:
                await session.ws_connect(f"{server.url}/hung")
        assert not ours.expired()
        socket = await session.ws_connect(f"{server.url}/echo")
        await asyncio.sleep(0.5)
        await socket.send_str("still here")
        assert (await socket.receive(timeout=5)).data == "still here"
        await socket.close()


async def _closes(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def test_a_connection_that_breaks_is_uncertain(server: Server, session: aiohttp.ClientSession) -> None:
    server.answers[SEND] = [_closes, _closes]
    reply = await Qyapi(lambda: session, server.url).post(SEND, {}, BODY)
    assert isinstance(reply, Lost)
    assert reply.sent is True


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(200):
        await response.write(b" " * 100_000)
    return response


async def test_an_answer_without_end_is_not_kept(server: Server, session: aiohttp.ClientSession) -> None:
    server.answers[SEND] = [_endless]
    assert isinstance(await Qyapi(lambda: session, server.url).post(SEND, {}, BODY), Lost)


async def test_no_redirect_carries_a_token_elsewhere(server: Server, session: aiohttp.ClientSession) -> None:
    async def away(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/elsewhere")

    server.answers[SEND] = [away]
    assert isinstance(await Qyapi(lambda: session, server.url).post(SEND, {"access_token": "t"}, BODY), Lost)
    assert server.called("/elsewhere") == 0


# ── tokens ─────────────────────────────────────────────────────────────────
async def test_one_token_for_many_callers_and_a_new_one_in_time(server: Server, session: aiohttp.ClientSession) -> None:
    clock = HeldClock()
    ours = tokens(server, session, clock)
    replies = await asyncio.gather(*(ours.post(SEND, BODY) for _ in range(30)))
    assert all(isinstance(reply, Good) for reply in replies)
    assert server.called(GETTOKEN) == 1
    clock.advance(seconds=7200 * 0.8 - 1)
    await ours.post(SEND, BODY)
    assert server.called(GETTOKEN) == 1
    clock.advance(seconds=2)
    await ours.post(SEND, BODY)
    assert server.called(GETTOKEN) == 2
    assert {query["access_token"] for path, query, _ in server.calls if path == SEND} == {"token-1", "token-2"}


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_spent_token_is_renewed_once_for_all(server: Server, session: aiohttp.ClientSession, code: int) -> None:
    ours = tokens(server, session, HeldClock())
    server.answers[SEND] = [{"errcode": code, "errmsg": "expired"}] * 5
    replies = await asyncio.gather(*(ours.post(SEND, BODY) for _ in range(5)))
    assert all(isinstance(reply, Good) for reply in replies)
    assert server.called(GETTOKEN) == 2


async def test_a_bad_secret_fails_once_and_not_487_times(server: Server, session: aiohttp.ClientSession) -> None:
    clock = HeldClock()
    ours = tokens(server, session, clock)
    server.answers[GETTOKEN] = [{"errcode": 40001, "errmsg": f"invalid credential, secret {SECRET}"}] * 500
    replies = await asyncio.gather(*(ours.post(SEND, BODY) for _ in range(487)))
    assert server.called(GETTOKEN) == 1
    assert server.called(SEND) == 0
    assert {type(reply) for reply in replies} == {Refused}
    assert SECRET not in str(replies[0])
    clock.advance(minutes=4, seconds=59)
    await ours.post(SEND, BODY)
    assert server.called(GETTOKEN) == 1
    clock.advance(seconds=2)
    server.answers[GETTOKEN] = []
    assert isinstance(await ours.post(SEND, BODY), Good)


async def test_a_token_refused_again_and_again_is_not_begged_for(
    server: Server, session: aiohttp.ClientSession
) -> None:
    ours = tokens(server, session, HeldClock())
    server.answers[SEND] = [{"errcode": 40014, "errmsg": "no"}] * 100
    for _ in range(20):
        assert isinstance(await ours.post(SEND, BODY), Refused)
    assert (server.called(GETTOKEN), server.called(SEND)) == (2, 2)


async def test_without_a_token_nothing_was_sent(session: aiohttp.ClientSession) -> None:
    lonely = Tokens(Qyapi(lambda: session, "http://127.0.0.1:1"), Credential.corp("ww1", SECRET), HeldClock().now)
    reply = await lonely.post(SEND, BODY)
    assert isinstance(reply, Lost)
    assert reply.sent is False


@pytest.mark.parametrize(
    "answer", [{"errcode": 0}, {"errcode": 0, "access_token": 5}, {"access_token": "t", "expires_in": "x"}]
)
async def test_a_token_that_is_none_is_not_kept(
    server: Server, session: aiohttp.ClientSession, answer: dict[str, Any]
) -> None:
    server.answers[GETTOKEN] = [answer]
    clock = HeldClock()
    ours = tokens(server, session, clock)
    assert isinstance(await ours.post(SEND, BODY), Lost)
    clock.advance(seconds=1)
    assert isinstance(await ours.post(SEND, BODY), Good)


async def test_a_public_accounts_token_is_asked_for_in_the_body(server: Server, session: aiohttp.ClientSession) -> None:
    ours = Tokens(Qyapi(lambda: session, server.url), Credential.official("wx1", SECRET), HeldClock().now)
    assert await ours.get() == "token-1"
    [(path, query, body)] = server.calls
    assert (path, query) == ("/cgi-bin/stable_token", {})
    assert body["secret"] == SECRET


# ── codes ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("code", "kind", "after", "chat_wide"),
    [
        (-1, Later, None, False),
        (6000, Later, None, False),
        (45009, Later, 60.0, True),
        (45033, Later, None, False),
        (40014, Later, 300.0, False),
        (60020, Later, 300.0, False),
        (48002, Later, 300.0, False),
    ],
)
def test_what_passes_is_tried_later(code: int, kind: type, after: float | None, chat_wide: bool) -> None:
    result = judge(Refused(code, "why"))
    assert isinstance(result, Later)
    assert (result.after, result.chat_wide) == (after, chat_wide)


@pytest.mark.parametrize("code", [40008, 40058, 42045, 81013, 846605, 846608, 45015, 45047, 123456])
def test_what_will_never_pass_is_given_up(code: int) -> None:
    assert judge(Refused(code, "why")) == Never(why=f"{code} why")


def test_a_group_robot_that_is_gone_is_gone() -> None:
    assert judge(Refused(93000, "invalid webhook url")) == Never(why="93000 invalid webhook url", gone=True)


def test_what_is_uncertain_stays_uncertain() -> None:
    assert judge(Lost("connection lost", sent=True)) == Unknown(why="connection lost")
    assert judge(Lost("no connection", sent=False)) == Later(why="no connection")


def test_every_code_we_know_has_a_hint_that_says_what_to_do() -> None:
    for code in (*errcodes.SOON, *errcodes.TOKEN_SPENT, errcodes.TOO_OFTEN, errcodes.WEBHOOK_GONE, 60020, 81013):
        assert len(errcodes.hint(code)) > 4
    assert errcodes.hint(1) == ""


# ── nothing secret is written down ─────────────────────────────────────────
def test_masks() -> None:
    for text in (
        f"https://q/cgi-bin/webhook/send?key={SECRET}",
        f"?corpsecret={SECRET}&x=1",
        f'{{"secret" : "{SECRET}", "a": 1}}',
        f'{{"response_url":"https://q/?response_code={SECRET}"}}',
        f"access_token={SECRET} rest",
    ):
        assert SECRET not in mask(text)
        assert SECRET not in logs.hide(text)
    assert mask(f"said {SECRET}", SECRET) == "said …"
    assert mask("monkey=5 and keys", "") == "monkey=5 and keys"
    assert mask("key=" * 20_000).count("…") <= 20_000


async def test_a_failing_call_shows_no_secret_anywhere(
    server: Server, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers[GETTOKEN] = [_closes, _closes, {"errcode": 40001, "errmsg": f"corpsecret={SECRET} is wrong"}]
    ours = tokens(server, session, HeldClock())
    with capture_logs() as written:
        said = [repr(await ours.post(SEND, BODY)) for _ in range(3)]
    assert SECRET not in "".join([*said, str(written), caplog.text, repr(Credential.corp("ww1", SECRET))])
