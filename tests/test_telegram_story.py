"""The whole story on Telegram: the real program against a server with Telegram's real limits, in both modes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import App, build
from bot.config import Settings, load
from tests.fake_telegram import FakeTelegram, Json, State
from tests.fake_telegram.make import group, private, user

STATION = """
station: {code: dongwan, name: 东湾派出所, tz: Asia/Shanghai}
people:
  - {name: 王建国, code: wang, role: 民警, accounts: {telegram: 7}}
  - {name: 李强, code: li, role: 民警, accounts: {telegram: 8}}
  - {name: 吴工, code: wu, role: 管理员, accounts: {telegram: 9}}
areas:
  - {name: 东湾片区, officer: 王建国}
groups:
  - {platform: telegram, chat: -1001, title: 业主群, kind: 业主, area: 东湾片区}
  - {platform: telegram, chat: -1009, title: 民警群, kind: 民警}
shifts:
  - {who: 王建国, duty: 值班民警, days: 每天, from: "00:00", to: "24:00"}
"""
OWNERS, STAFF = group(-1001, "业主群"), group(-1009, "民警群")
CHEN, WANG, LI, WU = user(100, "陈先生"), user(7, "老王"), user(8, "小李"), user(9, "吴工")


@dataclass
class Play:
    """A running bot and the platform it runs on."""

    fake: FakeTelegram
    app: App

    def buttons(self, chat: Json, text: str = "") -> list[Json]:
        """The buttons now under the newest message there that has any and contains `text`."""
        room = self.fake.state.find(chat["id"])
        for number, shown in sorted(room.ours.items(), reverse=True):
            keyboard = (shown.get("reply_markup") or {}).get("inline_keyboard")
            if keyboard and text in shown.get("text", ""):
                card = {"message_id": number, "chat": chat, "date": 1_790_000_000, "text": shown["text"]}
                return [{**button, "message": card} for row in keyboard for button in row]
        return []

    async def press(self, person: Json, chat: Json, label: str) -> None:
        button = next(b for b in self.buttons(chat) if b["text"] == label)
        self.fake.push(self.fake.make.press(person, button["message"], button["callback_data"]))

    def texts(self, chat: Json) -> list[str]:
        """What people read there now, edits included."""
        return [m.get("text", "") for m in self.fake.state.find(chat["id"]).ours.values()]

    async def until(self, true: Callable[[], Any], what: str) -> None:
        """Until something people see is so; every call to the fake is a chance to look."""
        for _ in range(1000):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never happened: {what}; {self.fake.state.calls[-6:]}")

    async def until_text(self, chat: Json, part: str) -> None:
        await self.until(lambda: any(part in text for text in self.texts(chat)), part)

    async def until_button(self, chat: Json, label: str) -> None:
        await self.until(lambda: any(b["text"] == label for b in self.buttons(chat)), f"button {label}")

    async def until_answer(self, part: str) -> None:
        def told() -> bool:
            calls = [params for method, params in self.fake.state.calls if method == "answerCallbackQuery"]
            return any(part in params.get("text", "") for params in calls)

        await self.until(told, f"answer {part}")


def _settings(folder: Path, fake: FakeTelegram, mode: str) -> Settings:
    (folder / "station.yaml").write_text(STATION, encoding="utf-8")
    config = {
        "data_dir": str(folder),
        "station_file": str(folder / "station.yaml"),
        "database": {"url": f"sqlite:///{folder / 'pingan.db'}"},
        "server": {"port": 0, "public_url": "https://known.later"},
        "local": {"enabled": False},
        "telegram": {"token": fake.token, "base_url": fake.base_url, "mode": mode, "poll_seconds": 1},
        "broadcasts": {"rules": []},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return load(path, {})


@contextlib.asynccontextmanager
async def running(folder: Path, fake: FakeTelegram, mode: str) -> AsyncIterator[Play]:
    """One life of the program."""
    async with AsyncExitStack() as stack:
        settings = _settings(folder, fake, mode)
        app = await build(settings, stack)
        if mode == "webhook":
            # The port is only known now; Telegram is told the address at start.
            app.telegram._url = f"{app.address}{settings.telegram.webhook_path}"
        task = asyncio.create_task(app.run())
        try:
            await asyncio.wait_for(app.telegram.ready.wait(), 10)
            yield Play(fake, app)
        finally:
            app.server.should_exit = True
            await asyncio.wait_for(task, 20)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(State(reads_all=True)) as running_fake:
        for chat in (OWNERS, STAFF):
            running_fake.add_chat(chat)
        yield running_fake


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_from_the_at_to_satisfied_with_a_restart_in_the_middle(
    fake: FakeTelegram, tmp_path: Path, mode: str
) -> None:
    make = fake.make
    async with running(tmp_path, fake, mode) as play:
        fake.push(make.text(private(WANG), WANG, "/start"))
        await play.until_text(private(WANG), "您好，我是东湾派出所")
        fake.push(make.text(OWNERS, CHEN, "楼上@民警 有人高空抛物，电话 １３８-1234-5678"))
        await play.until_text(OWNERS, "已登记为 1 号")
        await play.until_button(private(WANG), "接单")
        await play.until_button(STAFF, "接单")
        assert "5678" not in "".join(play.texts(STAFF))
        assert "您是东湾片区的民警" in "".join(play.texts(private(WANG)))
        fake.push(make.press(CHEN, play.buttons(STAFF)[0]["message"], "claim:1"))
        await play.until_answer("民警")
        await play.press(LI, STAFF, "接单")
        await play.press(WANG, private(WANG), "接单")
        await play.until_answer("已经由")
        await play.until_text(OWNERS, "警官已接单")
    async with running(tmp_path, fake, mode) as play:
        winner, chat = (LI, STAFF) if "经办：李强" in "".join(play.texts(STAFF)) else (WANG, private(WANG))
        await play.press(winner, chat, "办结")
        await play.until_button(chat, "已当面调解")
        await play.press(winner, chat, "已当面调解")
        await play.until_button(OWNERS, "解决了")
        await play.press(WANG, OWNERS, "解决了")
        await play.until_answer("本人")
        await play.press(CHEN, OWNERS, "解决了")
        await play.until_button(OWNERS, "满意")
        await play.press(CHEN, OWNERS, "满意")
        await play.until_text(OWNERS, "评价：满意")
        receipts = [text for text in play.texts(OWNERS) if text.startswith("收到，已登记为 1 号")]
        assert len(receipts) == 1
        assert not any("parse_mode" in params for _, params in fake.state.calls)


async def test_the_command_menu_and_allowed_updates_are_set_at_every_start(fake: FakeTelegram, tmp_path: Path) -> None:
    for _ in range(2):
        async with running(tmp_path, fake, "polling"):
            await fake.until_called("getUpdates")
    menus = [params for method, params in fake.state.calls if method == "setMyCommands"]
    assert len(menus) == 2
    assert {"mine", "help", "report"} <= {command["command"] for command in menus[0]["commands"]}


async def test_a_group_where_we_are_deaf_is_told_to_the_admin(tmp_path: Path) -> None:
    async with FakeTelegram(State(reads_all=False)) as fake:
        for chat in (OWNERS, STAFF):
            fake.add_chat(chat)
        async with running(tmp_path, fake, "polling") as play:
            fake.push(fake.make.text(private(WU), WU, "/start"))
            await play.until_text(private(WU), "您好")
            play.app.core.dispatcher.directory_changed.set()
            await play.until_text(private(WU), "隐私模式")


async def test_healthz_answers_beside_the_bot(fake: FakeTelegram, tmp_path: Path) -> None:
    async with (
        running(tmp_path, fake, "polling") as play,
        aiohttp.ClientSession() as session,
        session.get(f"{play.app.address}/healthz") as answer,
    ):
        assert (answer.status, (await answer.json())["ok"]) == (200, True)


async def test_a_group_joined_later_is_listened_to_at_once(tmp_path: Path) -> None:
    late = group(-1003, "后来的群")
    async with FakeTelegram(State(reads_all=False)) as fake:
        for chat in (OWNERS, STAFF):
            fake.add_chat(chat)
        async with running(tmp_path, fake, "polling") as play:
            fake.push(fake.make.text(private(WU), WU, "/start"))
            play.app.core.dispatcher.directory_changed.set()
            await play.until_text(private(WU), "“业主群”里我听不全")
            fake.add_chat(late)
            fake.push(fake.make.my_member(late, WU, "left", "member"))
            await play.until_text(private(WU), "“后来的群”里我听不全")
