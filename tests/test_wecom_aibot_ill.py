"""A long connection whose other side says nothing any more, or too much at once."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom_aibot.connection import Connection, Heard, Patience
from bot.adapters.wecom_aibot.pauses import Sleep
from bot.adapters.wecom_aibot.wire import Frame
from bot.clock import SystemClock
from storage.engine import connect
from storage.engine.migrate import migrate
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.state import Fault

MANY = 500


@contextlib.asynccontextmanager
async def connected(
    folder: Path, url: str, heard: Heard, *, bot: str = "B", secret: str = "s", ack: float = 5.0, sleep: Sleep
) -> AsyncIterator[None]:
    """A connection of its own, with nothing of the program around it."""
    database = f"sqlite:///{folder / 'pingan.db'}"
    await migrate(database)
    engine = connect(database)
    await engine.open()
    async with new_session() as session:
        connection = Connection(
            url=url,
            bot=bot,
            secret=secret,
            session=lambda: session,
            engine=engine,
            clock=SystemClock(),
            owner="one",
            patience=Patience(ack=ack, ping=30, lease=3),
            sleep=sleep,
        )
        running = asyncio.create_task(connection.run(heard))
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    await engine.close()


async def test_after_a_missed_ping_the_next_one_does_not_wait(tmp_path: Path) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0.01)

    async def nothing(frame: Frame) -> None: ...

    async with FakeWecom() as fake:
        fake.inject(Fault("hang", "ping", times=2))
        us = fake.setup.bot
        async with (
            connected(tmp_path, fake.ws_url, nothing, bot=us.bot_id, secret=us.secret, ack=0.1, sleep=sleep),
            asyncio.timeout(10),
        ):
            while 30 not in slept or not any(pause < 1 for pause in slept):  # the pause before another connection
                await asyncio.sleep(0.01)
    before = slept[: next(place for place, pause in enumerate(slept) if pause < 1)]
    assert before.count(30) == 1


async def test_while_frames_pour_in_others_have_their_turn(tmp_path: Path) -> None:
    turns, seen, over = 0, set[int](), asyncio.Event()

    async def pouring(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        asked = await ws.receive_json()
        await ws.send_json({"headers": asked["headers"], "errcode": 0})
        frame = json.dumps({"cmd": "aibot_msg_callback", "headers": {"req_id": "r"}, "body": {}})
        for _ in range(MANY):
            await ws.send_str(frame)
        await over.wait()
        return ws

    async def heard(frame: Frame) -> None:
        seen.add(turns)
        counted.append(frame.cmd)
        if len(counted) == MANY:
            over.set()

    counted: list[str] = []
    app = web.Application()
    app.router.add_get("/", pouring)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with connected(tmp_path, f"ws://{host}:{port}/", heard, sleep=asyncio.sleep), asyncio.timeout(20):
        while not over.is_set():
            turns += 1
            await asyncio.sleep(0)
    await runner.cleanup()
    assert len(counted) == MANY
    assert len(seen) > MANY * 0.9
