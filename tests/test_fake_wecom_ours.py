"""What all channels share, against the emulator: the guard at the door, tokens, calls, files. Each checks the other."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.adapters.wecom.api import Good, Lost, Qyapi, Refused, new_session
from bot.adapters.wecom.crypto import Crypt
from bot.adapters.wecom.files import MediaFiles, NotSaved, Saved
from bot.adapters.wecom.guard import Guard, TurnedAwayError, encrypted_json, encrypted_xml
from bot.adapters.wecom.tokens import Credential, Tokens
from tests.adapters.wecom_kit import AES_KEY, TOKEN
from tests.fake_wecom import FakeWecom, Fault, HeldClock, Setup, State


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def fake(clock: HeldClock) -> AsyncIterator[FakeWecom]:
    async with FakeWecom(Setup(mode="callback"), State(clock=clock)) as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


class Door:
    """Our guard as a web handler. It answers every JSON callback with a finished stream."""

    def __init__(self, receive_id: str, clock: HeldClock, style: str) -> None:
        self.crypt = Crypt(TOKEN, AES_KEY, receive_id)
        self.guard = Guard(self.crypt)
        self.clock = clock
        self.style = style
        self.plains: list[str] = []

    async def serve(self, request: web.Request) -> web.Response:
        now = datetime.fromtimestamp(self.clock(), UTC)
        pairs = list(request.query.items())
        try:
            if request.method == "GET":
                return web.Response(body=self.guard.hello(pairs, now))
            unwrap = encrypted_json if self.style == "json" else encrypted_xml
            opened = self.guard.open(pairs, unwrap(await request.read()), now)
        except TurnedAwayError as refusal:
            return web.Response(status=refusal.status)
        if opened.answered is not None:
            return web.Response(body=opened.answered)
        self.plains.append(opened.plain.decode())
        said = '{"msgtype":"stream","stream":{"id":"S1","finish":true,"content":"已受理"}}'
        sealed = self.crypt.seal(said, opened.nonce, str(int(self.clock())))
        answer = sealed.json() if self.style == "json" else b""
        self.guard.accepted(opened, answer, now)
        return web.Response(body=answer)


async def _open(handler: Any) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.add_routes([web.route("*", "/door", handler)])
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}/door"


async def test_our_guard_believes_the_emulator_and_is_understood(fake: FakeWecom, clock: HeldClock) -> None:
    for name, receive_id, style in (("aibot", "", "json"), ("app", "wwcorp1", "xml"), ("kf", "wwcorp1", "xml")):
        door = Door(receive_id, clock, style)
        runner, fake.doors[name].url = await _open(door.serve)
        try:
            assert await fake.doors[name].hello()
            if name == "aibot":
                await fake.say("zhangsan", "楼道堆物 +/=")
            elif name == "app":
                await fake.app.say("lijing", "接单")
            else:
                await fake.kf.say("wm1", "在吗")
            assert len(door.plains) == 1
            knock = fake.doors[name].knocks[-1]
            assert (await fake.doors[name].replay(knock)).answer == knock.answer
            assert len(door.plains) == 1
            clock.advance(601)
            assert (await fake.doors[name].replay(knock)).status == 403
        finally:
            await runner.cleanup()
    assert [shown.text for shown in fake.seen("zhangsan")] == ["已受理"]
    assert fake.state.complaints == []


async def test_our_tokens_meet_a_platform_that_forgets_them(
    fake: FakeWecom, session: aiohttp.ClientSession, clock: HeldClock
) -> None:
    fake.add_members("lijing")
    api = Qyapi(lambda: session, fake.base_url)
    tokens = Tokens(api, Credential.corp("wwcorp1", "APP-SECRET"), lambda: datetime.fromtimestamp(clock(), UTC))
    body = {"touser": "lijing", "agentid": 1000002, "msgtype": "text", "text": {"content": "好"}}
    assert isinstance(await tokens.post("/cgi-bin/message/send", body), Good)
    fake.qyapi.revoke_tokens()
    assert isinstance(await tokens.post("/cgi-bin/message/send", body), Good)
    clock.advance(7201)
    assert isinstance(await tokens.post("/cgi-bin/message/send", body), Good)
    assert (len(fake.seen("lijing")), len(fake.state.called("gettoken"))) == (3, 3)
    wrong = Tokens(api, Credential.corp("wwcorp1", "no"), lambda: datetime.fromtimestamp(clock(), UTC))
    for _ in range(20):
        assert isinstance(await wrong.post("/cgi-bin/message/send", body), Refused)
    assert len(fake.state.called("gettoken")) == 4
    official = Tokens(
        Qyapi(lambda: session, fake.official_url),
        Credential.official("wx0000000000000001", "OFFICIAL-SECRET"),
        lambda: datetime.fromtimestamp(clock(), UTC),
    )
    answer = await official.post("/cgi-bin/message/custom/send", {"touser": "oU1", **body})
    assert isinstance(answer, Refused)
    assert answer.code == 45015


async def test_our_calls_know_what_a_lost_answer_means(fake: FakeWecom, session: aiohttp.ClientSession) -> None:
    fake.add_webhook("KEY1", "wrC1")
    api = Qyapi(lambda: session, fake.base_url, total=0.2)
    body = {"msgtype": "text", "text": {"content": "好"}}
    for kind in ("hang", "garbled", "abort"):
        fake.inject(Fault(kind, "webhook/send"))
        answer = await api.post("/cgi-bin/webhook/send", {"key": "KEY1"}, body)
        assert isinstance(answer, Lost)
        assert answer.sent
    assert len(fake.seen("wrC1")) == 3
    gone = await api.post("/cgi-bin/webhook/send", {"key": "KEY9"}, body)
    assert isinstance(gone, Refused)
    assert gone.code == 93000


async def test_our_files_open_what_the_emulator_sealed(
    fake: FakeWecom, session: aiohttp.ClientSession, clock: HeldClock, tmp_path: Path
) -> None:
    plain = b"\x89PNG\r\n\x1a\n" + b"picture" * 99
    files = MediaFiles(lambda: session, tmp_path, hosts=("127.0.0.1",), schemes=("http",))
    url = fake.qyapi.address(fake.base_url, plain, AES_KEY)
    now = datetime.fromtimestamp(clock(), UTC)
    saved = await files.fetch(url, AES_KEY, sent_at=now, now=now)
    assert isinstance(saved, Saved)
    assert (saved.size, saved.kind) == (len(plain), "image/png")
    assert isinstance(await files.fetch(url, AES_KEY[::-1], sent_at=now, now=now), NotSaved)
    clock.advance(301)
    assert isinstance(await files.fetch(url, AES_KEY, sent_at=now, now=now), NotSaved)
    late = now + timedelta(seconds=301)
    assert isinstance(await files.fetch(url, AES_KEY, sent_at=now, now=late), NotSaved)
