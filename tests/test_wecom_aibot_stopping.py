"""智能机器人 by socket: what was heard is stored when we stop, and in the order one person said it."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.adapters.wecom_aibot import adapter, connection
from bot.adapters.wecom_aibot.intake import Taken
from tests.aibot import AT, OWNERS, Play, running
from tests.fake_wecom import FakeWecom

JPEG = b"\xff\xd8\xff\xe0" + b"x" * 100


def texts(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "pingan.db") as database:
        return [row[0].decode() for row in database.execute("SELECT body FROM inbox ORDER BY id")]


def never_fetched(play: Play) -> asyncio.Event:
    """Pictures do not come until the event is set."""
    coming, fetch = asyncio.Event(), play.platform.intake._media.fetch

    async def slow(url: str, aes_key: str, **more: object) -> object:
        await coming.wait()
        return await fetch(url, aes_key, **more)  # type: ignore[arg-type]

    play.platform.intake._media.fetch = slow  # type: ignore[method-assign, assignment]
    return coming


async def until_slow(play: Play) -> None:
    for _ in range(500):
        if play.platform._slow:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never heard")


async def test_words_whose_picture_is_still_on_its_way_outlive_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "LAST_SECONDS", 0.05)
    async with FakeWecom() as fake:
        async with running(tmp_path, fake) as play:
            never_fetched(play)
            await fake.show("chen", [JPEG], f"{AT}楼道着火了", OWNERS)
            await until_slow(play)
        assert len(texts(tmp_path)) == 1
        async with running(tmp_path, fake) as play:
            await play.until_text(OWNERS, "已登记为 1 号")


async def test_what_waits_to_be_stored_outlives_a_stop(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        async with running(tmp_path, fake) as play:
            store, held = play.platform.store, asyncio.Event()

            async def slow(taken: list[Taken]) -> None:
                if not held.is_set():
                    held.set()
                    await asyncio.Event().wait()
                await store(taken)

            play.platform.store = slow  # type: ignore[method-assign]
            await fake.say("chen", f"{AT}楼道着火了", OWNERS)
            await held.wait()
            await fake.say("liu", "楼道里有人打架")
            await play.until(lambda: not play.platform._queue.empty(), "the second waits")
        assert len(texts(tmp_path)) == 2


async def test_one_persons_words_stay_in_order_behind_a_picture(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        coming = never_fetched(play)
        await fake.show("chen", [JPEG], f"{AT}楼道着火了", OWNERS)
        await until_slow(play)
        await fake.say("chen", f"{AT}在3栋2单元", OWNERS)
        await fake.say("liu", f"{AT}你好", OWNERS)
        await play.until(lambda: len(texts(tmp_path)) == 1, "nobody else waits")
        coming.set()
        await play.until(lambda: len(texts(tmp_path)) == 3, "then all of it")
        assert "着火" in texts(tmp_path)[1]
        assert "3栋" in texts(tmp_path)[2]


async def test_what_breaks_the_reader_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:

        def broken(body: object) -> bool:
            monkeypatch.undo()
            raise ZeroDivisionError

        monkeypatch.setattr(adapter, "concerns_us", broken)
        with capture_logs() as told:
            await fake.say("chen", f"{AT}你好", OWNERS)
            await play.until(lambda: any(row["event"] == connection.BROKE for row in told), "a line in the log")
        await fake.say("liu", f"{AT}楼道里有人打架", OWNERS)
        await play.until_text(OWNERS, "已登记为 1 号")
