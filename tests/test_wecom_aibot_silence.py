"""A long connection that is there and says nothing any more."""

import asyncio
from pathlib import Path

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom_aibot.connection import Connection, Patience
from bot.adapters.wecom_aibot.wire import Frame
from bot.clock import SystemClock
from storage.engine import connect
from storage.engine.migrate import migrate
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.state import Fault


async def test_after_a_missed_ping_the_next_one_does_not_wait(tmp_path: Path) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0.01)

    async def nothing(frame: Frame) -> None: ...

    url = f"sqlite:///{tmp_path / 'pingan.db'}"
    await migrate(url)
    engine = connect(url)
    async with FakeWecom() as fake, new_session() as session:
        await engine.open()
        fake.inject(Fault("hang", "ping", times=2))
        connection = Connection(
            url=fake.ws_url,
            bot=fake.setup.bot.bot_id,
            secret=fake.setup.bot.secret,
            session=lambda: session,
            engine=engine,
            clock=SystemClock(),
            owner="one",
            patience=Patience(ack=0.1, ping=30, lease=3),
            sleep=sleep,
        )
        running = asyncio.create_task(connection.run(nothing))
        async with asyncio.timeout(10):
            while 30 not in slept or not any(pause < 1 for pause in slept):  # the pause before another connection
                await asyncio.sleep(0.01)
        before = slept[: next(place for place, pause in enumerate(slept) if pause < 1)]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await engine.close()
    assert before.count(30) == 1
