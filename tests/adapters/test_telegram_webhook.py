"""Webhook: only Telegram is let in, only what is stored is answered with 200."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from bot.adapters.telegram.adapter import TelegramPlatform, bot_id
from bot.adapters.telegram.api import new_session
from bot.errors import StoreDownError
from bot.web.telegram_hook import HEADER, MAX_BODY, routes
from tests.adapters.telegram_kit import Inbox, Sleeper, SleptEnoughError, platform, recorded
from tests.fake_telegram import TOKEN, FakeTelegram
from tests.fake_telegram.make import group, user

CHEN = user(5001, "小陈")
GROUP = group(-1001234567890)
SECRET = "s3cret_of-ours"
PATH = "/telegram/webhook"


@dataclass
class Door:
    """A running bot in webhook mode, its route as an ASGI app, and what it stored."""

    fake: FakeTelegram
    bot: TelegramPlatform
    inbox: Inbox
    app: Starlette
    client: httpx.AsyncClient

    async def knock(self, body: bytes, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {HEADER: secret}
        return (await self.client.post(PATH, content=body, headers=headers)).status_code


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


@contextlib.asynccontextmanager
async def opened(session: aiohttp.ClientSession, inbox: Inbox, **settings: str) -> AsyncIterator[Door]:
    async with FakeTelegram() as fake:
        fake.add_chat(GROUP)
        config = {"mode": "webhook", "webhook_path": PATH, "webhook_secret": SECRET} | settings
        bot = platform(fake, session, Sleeper(), **config)
        app = Starlette(routes=routes(bot))
        running = asyncio.create_task(bot.run(inbox))
        await fake.until_called("setMyCommands")
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield Door(fake, bot, inbox, app, client)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.fixture
async def door(session: aiohttp.ClientSession) -> AsyncIterator[Door]:
    async with opened(session, Inbox()) as ready:
        yield ready


async def test_the_webhook_is_announced_with_its_secret(door: Door) -> None:
    assert door.fake.updates.webhook == {"url": "http://127.0.0.1:1" + PATH, "secret": SECRET}
    assert "callback_query" in door.fake.updates.allowed


async def test_what_is_for_us_is_stored_and_what_is_not_is_not(door: Door) -> None:
    assert await door.knock(recorded("group_plain")) == 200
    assert await door.knock(recorded("group_mention_after_emoji")) == 200
    assert len(door.inbox.got) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "密钥"])
async def test_nobody_else_is_let_in(door: Door, secret: str | None) -> None:
    raw = None if secret is None else secret.encode().decode("latin-1")
    assert await door.bot.webhook(raw, recorded("group_mention_after_emoji")) == 401
    if raw is None or raw.isascii():
        assert await door.knock(recorded("group_mention_after_emoji"), raw) == 401
    assert door.inbox.got == []


async def test_the_store_being_down_asks_telegram_to_come_again(session: aiohttp.ClientSession) -> None:
    async with opened(session, Inbox(StoreDownError("locked"))) as door:
        assert await door.knock(recorded("group_mention_after_emoji")) == 503
        assert door.inbox.got == []
        assert await door.knock(recorded("group_mention_after_emoji")) == 200
        assert len(door.inbox.got) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff" * 100, b'{"update_id":1,"message":5}'])
async def test_garbage_is_parked_and_not_asked_for_again(door: Door, body: bytes) -> None:
    assert await door.knock(body) == 200
    assert door.inbox.got[0].unreadable


async def test_only_post(door: Door) -> None:
    assert (await door.client.get(PATH, headers={HEADER: SECRET})).status_code == 405


async def test_before_the_bot_knows_its_name_telegram_must_wait(session: aiohttp.ClientSession) -> None:
    async with FakeTelegram() as fake:
        bot = platform(fake, session, webhook_secret=SECRET)
        assert await bot.webhook(SECRET, recorded("group_mention_after_emoji")) == 503


async def asgi(door: Door, chunks: list[bytes], headers: dict[str, str]) -> tuple[int, int]:
    """Sends chunks one by one; the status and how many chunks were read before it was known."""
    taken, statuses = 0, []

    async def receive() -> Message:
        nonlocal taken
        if taken == len(chunks):
            return {"type": "http.disconnect"}
        taken += 1
        return {"type": "http.request", "body": chunks[taken - 1], "more_body": taken < len(chunks)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
    }
    await door.app(scope, receive, send)
    return statuses[0], taken


async def test_more_than_a_megabyte_is_refused_while_it_is_being_read(door: Door) -> None:
    chunks = [b"x" * 400_000] * 10
    assert await asgi(door, chunks, {HEADER: SECRET}) == (413, 3)
    assert await asgi(door, chunks, {HEADER: SECRET, "Content-Length": "4000000"}) == (413, 0)
    assert await asgi(door, chunks, {HEADER: SECRET, "Content-Length": "9" * 30}) == (413, 0)
    assert await asgi(door, chunks, {}) == (401, 0)
    assert await door.bot.webhook(SECRET, b"x" * (MAX_BODY + 1)) == 413
    assert door.inbox.got == []


async def test_a_megabyte_itself_is_read(door: Door) -> None:
    update = json.loads(recorded("group_mention_after_emoji"))
    body = json.dumps(update).encode()
    padded = body + b" " * (MAX_BODY - len(body))
    assert (await asgi(door, [padded[:500_000], padded[500_000:]], {HEADER: SECRET}))[0] == 200
    assert not door.inbox.got[0].unreadable


async def test_a_caller_that_hangs_up_stores_nothing(door: Door) -> None:
    update = recorded("group_mention_after_emoji")
    half = [update[:100]]

    async def receive() -> Message:
        return {"type": "http.request", "body": half.pop(), "more_body": True} if half else {"type": "http.disconnect"}

    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "headers": [(HEADER.lower().encode(), SECRET.encode())],
        "query_string": b"",
    }
    await door.app(scope, receive, send)
    assert (statuses, door.inbox.got) == ([400], [])


async def test_telegram_delivers_again_in_order_until_stored(session: aiohttp.ClientSession) -> None:
    """The fake really calls the route, over a socket, and is refused twice."""
    inbox = Inbox(StoreDownError("locked"), StoreDownError("locked"))
    async with opened(session, inbox) as door:
        runner_app = aiohttp.web.Application()

        async def forward(request: aiohttp.web.Request) -> aiohttp.web.Response:
            status = await door.bot.webhook(request.headers.get(HEADER), await request.read())
            return aiohttp.web.Response(status=status)

        runner_app.add_routes([aiohttp.web.post(PATH, forward)])
        runner = aiohttp.web.AppRunner(runner_app)
        await runner.setup()
        await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        door.fake.updates.set_webhook({"url": url, "secret_token": SECRET})
        updates = [door.fake.make.to_us(GROUP, CHEN, f"第 {n} 件") for n in range(5)]
        door.fake.push(*updates)
        async with asyncio.timeout(5):
            await door.fake.updates.drained()
        await runner.cleanup()
    assert inbox.ids == [str(update["update_id"]) for update in updates]
    assert [status for _, status in door.fake.updates.deliveries] == [503, 503, 200, 200, 200, 200, 200]


async def test_without_a_configured_secret_there_still_is_one(session: aiohttp.ClientSession) -> None:
    async with opened(session, Inbox(), webhook_secret="") as door:
        secret = door.fake.updates.webhook["secret"]
        assert len(secret) == 64
        assert TOKEN.partition(":")[2] not in secret
        assert await door.knock(recorded("group_mention_after_emoji"), secret) == 200
        assert await door.knock(recorded("group_mention_after_emoji"), "") == 401


async def test_an_address_telegram_refuses_is_explained(session: aiohttp.ClientSession) -> None:
    async with FakeTelegram() as fake:
        sleeper = Sleeper(stop_after=1)
        bot = platform(fake, session, sleeper, mode="webhook")
        bot._url = "http://station.example/telegram/webhook"
        with pytest.raises(SleptEnoughError):
            await bot.run(Inbox())
        assert sleeper.asked[0] >= 300


@pytest.mark.parametrize("token", ["", "abc", ":abc", "12a:abc", "１２:abc"])
def test_a_token_without_a_bot_id_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(ValueError, match="BotFather") as caught:
        bot_id(token)
    assert not token or token not in str(caught.value)
