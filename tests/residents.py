"""What the tests of the residents' channels share: settings, a kit for one adapter, and the whole program."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.adapters.local.door import Say
from bot.adapters.wecom.channel import Kit
from bot.app import App, build
from bot.clock import Clock, SystemClock
from bot.config import Settings, load
from bot.hearing import Hearing
from storage.engine.base import Engine
from storage.unit import Unit
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.state import Shown

STATION = """
station: {code: dongwan, name: 东湾派出所, tz: Asia/Shanghai}
people:
  - {name: 王建国, code: wang, role: 民警, accounts: {local: wang}}
  - {name: 周明, code: boss, role: 所领导, accounts: {local: boss}}
areas:
  - {name: 东湾片区, officer: 王建国}
groups:
  - {platform: wecom_customer_group, chat: wrA, title: 东湾花园业主群, kind: 业主, area: 东湾片区}
  - {platform: wecom_customer_group, chat: wrB, title: 商业街门店群, kind: 门店}
shifts:
  - {who: 王建国, duty: 值班民警, days: 每天, from: "00:00", to: "24:00"}
"""
GRID = "grid_zhang"


def config(folder: Path, fake: FakeWecom, *channels: str) -> Settings:
    """Settings of the program beside the emulator, with these sections on."""
    (folder / "station.yaml").write_text(STATION, encoding="utf-8")
    kit = fake.setup
    door = {"token": kit.token, "aes_key": kit.aes_key}
    sections: dict[str, dict[str, Any]] = {
        "wecom_kf": {"open_kfid": fake.kf.open_kfid, "secret": kit.kf_secret, **door},
        "wechat_official": {
            "app_id": kit.app_id,
            "app_secret": fake.official.app_secret,
            "base_url": fake.official_url,
            "menu": True,
            **door,
        },
        "wecom_customer_group": {"secret": kit.contact_secret, "sender": GRID, "poll_minutes": 0.002},
    }
    settings = {
        "data_dir": str(folder),
        "station_file": str(folder / "station.yaml"),
        "database": {"url": f"sqlite:///{folder / 'pingan.db'}"},
        "server": {"port": 0},
        "broadcasts": {"rules": [], "quiet_hours": {"start": "00:00", "end": "00:00"}},
        "wecom": {"corp_id": kit.corp_id, "base_url": fake.base_url},
        **{name: sections[name] for name in channels},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return load(path, {})


def kit_of(settings: Settings, engine: Engine, session: aiohttp.ClientSession, clock: Clock | None = None) -> Kit:
    """What one adapter is built with."""
    return Kit(
        settings=settings,
        engine=engine,
        hearing=Hearing(),
        clock=clock or SystemClock(),
        session=lambda: session,
        data_dir=Path(settings.data_dir),
        owner="test",
    )


@dataclass
class Play:
    """The running program, officers in the built-in chat, residents at the emulator."""

    fake: FakeWecom
    app: App

    async def officer_says(self, who: str, text: str) -> None:
        local = self.app.local
        assert local is not None
        await local.door.say(Say(event=uuid.uuid4().hex, user_id=who, chat_id=f"p:{who}", text=text))

    async def officer_reads(self, who: str) -> list[Any]:
        local = self.app.local
        assert local is not None
        messages, _ = await local.door.history(who, f"p:{who}", "", 100)
        return [message for message in messages if not message.sender]

    async def officer_presses(self, who: str, label: str) -> None:
        """The newest button of that label, as soon as it is there."""
        local = self.app.local
        assert local is not None
        for _ in range(1000):
            for message in reversed(await self.officer_reads(who)):
                found = [b for row in message.buttons for b in row if b.label.startswith(label)]
                if found:
                    await local.door.press(uuid.uuid4().hex, who, f"p:{who}", message.id, found[0].action)
                    return
            await asyncio.sleep(0.01)
        raise AssertionError(f"no button {label!r}: {[m.text for m in await self.officer_reads(who)]}")

    async def officer_is_told(self, who: str, part: str) -> str:
        for _ in range(1000):
            for message in reversed(await self.officer_reads(who)):
                if part in message.text:
                    return str(message.text)
            await asyncio.sleep(0.01)
        raise AssertionError(f"never told {part!r}: {[m.text for m in await self.officer_reads(who)]}")

    async def shown(self, chat: str, part: str, channel: str = "") -> Shown:
        """The newest message there that says so, as soon as it is there."""

        def found() -> list[Shown]:
            return [s for s in self.fake.seen(chat, channel) if part in s.text]

        try:
            await self.fake.until(found)
        except TimeoutError:
            seen = [s.text for s in self.fake.seen(chat)]
            raise AssertionError(f"never shown {part!r}: {seen}; {self.fake.state.complaints}") from None
        return found()[-1]

    async def until(self, holds: Callable[[Unit], Any]) -> Any:
        """What `holds` finds in the database, as soon as it finds something."""
        for _ in range(1000):
            async with self.app.core.engine.read() as tx:
                if found := await holds(Unit(tx)):
                    return found
            await asyncio.sleep(0.01)
        raise AssertionError("never happened")


@contextlib.asynccontextmanager
async def running(folder: Path, fake: FakeWecom, *channels: str) -> AsyncIterator[Play]:
    """One life of the program."""
    async with AsyncExitStack() as stack:
        app = await build(config(folder, fake, *channels), stack)
        fake.doors["kf"].url = f"{app.address}/wecom/kf"
        fake.doors["official"].url = f"{app.address}/wechat/official"
        task = asyncio.create_task(app.run())
        try:
            assert app.local is not None
            await asyncio.wait_for(app.local.ready.wait(), 10)
            yield Play(fake, app)
        finally:
            app.server.should_exit = True
            await asyncio.wait_for(task, 20)


def menu_of(shown: Shown, label: str) -> str:
    """The id of that entry of a 微信客服 menu."""
    entries = shown.body["msgmenu"]["list"]
    return next(str(e["click"]["id"]) for e in entries if e["click"]["content"] == label)
