"""The family's door on the web: what is not the platform's gets a number and no reason, and never a 500."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from bot.adapters.wecom.channel import Query, Reply
from bot.adapters.wecom.guard import Guard, encrypted_json
from bot.app import build
from bot.config import Database, Settings
from bot.config import Server as Web
from bot.errors import StoreDownError
from bot.web.wecom_hook import routes
from tests.adapters.test_wecom_crypto import GOOD, GOOD_QUERY, TAMPERED
from tests.adapters.wecom_kit import NOW, VECTORS, Pairs, as_json, crypt, query

PATH = "/wecom/aibot"


@dataclass
class Door:
    """A channel that counts what had an effect."""

    guard: Guard = field(default_factory=lambda: Guard(crypt()))
    effects: list[bytes] = field(default_factory=list)
    down: bool = False
    callback_path: str = PATH

    def hello(self, query: Query) -> bytes:
        return self.guard.hello(query, NOW)

    async def deliver(self, query: Query, body: bytes) -> Reply:
        opened = self.guard.open(query, encrypted_json(body), NOW)
        if opened.answered is not None:
            return Reply(body=opened.answered)
        if self.down:
            raise StoreDownError("full")
        self.effects.append(opened.plain)
        self.guard.accepted(opened, b"noted", NOW)
        return Reply(body=b"noted", media_type="application/json")


@pytest.fixture
async def door() -> Door:
    return Door()


@pytest.fixture
async def http(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Starlette(routes=routes(door)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def knock(http: httpx.AsyncClient, pairs: Pairs, body: bytes) -> httpx.Response:
    return await http.post(PATH, params=httpx.QueryParams(urlencode(pairs)), content=body)


@pytest.mark.parametrize("kind", TAMPERED)
async def test_tampering_has_no_effect_and_no_explanation(http: httpx.AsyncClient, door: Door, kind: str) -> None:
    pairs, body, status = TAMPERED[kind]
    answer = await knock(http, pairs, body)
    assert (answer.status_code, answer.content, door.effects) == (status, b"", [])


async def test_an_accepted_one_played_three_times_has_one_effect(http: httpx.AsyncClient, door: Door) -> None:
    answers = [await knock(http, GOOD_QUERY, as_json(GOOD)) for _ in range(4)]
    assert [(a.status_code, a.content) for a in answers] == [(200, b"noted")] * 4
    assert len(door.effects) == 1


async def test_what_could_not_be_stored_is_taken_when_it_comes_again(http: httpx.AsyncClient, door: Door) -> None:
    door.down = True
    assert (await knock(http, GOOD_QUERY, as_json(GOOD))).status_code == 503
    door.down = False
    assert (await knock(http, GOOD_QUERY, as_json(GOOD))).status_code == 200
    assert len(door.effects) == 1


async def test_the_greeting_is_the_echo_alone(http: httpx.AsyncClient) -> None:
    echo = VECTORS["echo"]
    pairs = query(echo["encrypt"], echostr=echo["encrypt"])
    answer = await http.get(PATH, params=httpx.QueryParams(urlencode(pairs)))
    assert (answer.status_code, answer.content) == (200, echo["plain"].encode())
    assert answer.headers["content-type"].startswith("text/plain")
    assert (await http.get(PATH)).status_code == 400


async def test_two_megabytes_are_refused_unread(door: Door) -> None:
    """Announced, nothing is read; unannounced, no more than a megabyte is."""
    app = Starlette(routes=routes(door))
    for announced in (True, False):
        read = 0
        sent: list[Message] = []

        async def receive() -> Message:
            nonlocal read
            read += 100_000
            return {"type": "http.request", "body": b"x" * 100_000, "more_body": read < 2_000_000}

        async def send(message: Message, sent: list[Message] = sent) -> None:
            sent.append(message)

        headers = [(b"content-length", b"2000000")] if announced else []
        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "headers": headers,
            "scheme": "http",
            "http_version": "1.1",
        }
        await app(scope, receive, send)
        assert sent[0]["status"] == 413
        assert read <= (0 if announced else 1_100_000)
    assert door.effects == []


def test_nothing_of_the_family_is_imported_where_none_is_set_up() -> None:
    """Its libraries cost memory that a small station's machine has better use for."""
    code = (
        "import sys, json, bot.app, bot.channels\n"
        "print(json.dumps([m for m in sys.modules if m.split('.')[0] in ('wechatpy', 'cryptography', 'requests')"
        " or m.startswith('bot.adapters.wec')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout) == []


async def test_a_program_without_the_family_starts_without_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database=Database(url=f"sqlite:///{tmp_path}/p.db"), server=Web(port=0))
    async with AsyncExitStack() as stack:
        app = await build(settings, stack)
        assert [name for name, _ in app.core.platforms] == ["local"]
