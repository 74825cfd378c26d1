"""A running bot on 智能机器人 against the emulator: the program's own loops, its real clock, one database file."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom.channel import Callback, Kit
from bot.adapters.wecom.files import MediaFiles
from bot.adapters.wecom_aibot.adapter import AibotPlatform
from bot.adapters.wecom_aibot.connection import Patience
from bot.clock import SystemClock
from bot.config import Settings
from bot.core import Core, assemble
from bot.hearing import Hearing
from bot.instance import process_name
from bot.metrics import Metrics
from bot.web import wecom_hook
from bot.web.server import Server
from handlers import FEATURES
from storage.engine import connect
from storage.engine.migrate import migrate
from storage.model.people import Duty, GroupKind, Identity, PersonRole, Shift
from storage.unit import Unit
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.state import Shown

PLATFORM, BOT = "wecom_aibot", "BOTID"
OWNERS, STAFF = "wrOwners", "wrStaff"
QUICK = Patience(ping=0.2, ack=1.0, pause_cap=0.05, refused=0.1, often=0.1, stand_by=600, lease=3, look=0.1)
AT = "@平安小助手 "


def settings(fake: FakeWecom, *, sealed: bool = False, **more: Any) -> Settings:
    kit = fake.setup
    section = {
        "bot_id": kit.bot.bot_id,
        "secret": kit.bot.secret,
        "mode": kit.mode,
        "url": fake.ws_url,
        "token": kit.token,
        "aes_key": kit.aes_key,
        "encrypted_users": sealed,
    }
    shared = {"corp_id": kit.corp_id, "base_url": fake.base_url, "media_hosts": ["127.0.0.1"]}
    return Settings.model_validate({"wecom_aibot": section, "wecom": shared} | more)


@dataclass
class Play:
    fake: FakeWecom
    core: Core
    platform: AibotPlatform

    def texts(self, chat: str) -> list[str]:
        return [shown.text for shown in self.fake.seen(chat)]

    def card(self, chat: str, label: str) -> Shown:
        """The newest card there with that button."""
        return next(s for s in reversed(self.fake.seen(chat)) if label in s.labels)

    async def press(self, user: str, chat: str, label: str, *, stale: Shown | None = None) -> Shown:
        shown = stale or self.card(chat, label)
        assert shown.card is not None
        buttons = (stale.body["template_card"] if stale else shown.card)["button_list"]
        key = next(b["key"] for b in buttons if b["text"] == label)
        await self.fake.click(user, shown.card["task_id"], key, stale=stale is not None)
        return shown

    async def until(self, holds: Callable[[], Any], what: str = "", seconds: float = 15) -> None:
        try:
            await self.fake.until(holds, seconds)
        except TimeoutError:
            said = {s.chat: self.texts(s.chat) for s in self.fake.state.shown}
            raise AssertionError(f"never happened: {what}; {said}; {self.fake.state.complaints}") from None

    async def until_text(self, chat: str, part: str) -> None:
        await self.until(lambda: any(part in text for text in self.texts(chat)), f"{chat}: {part}")

    async def until_button(self, chat: str, label: str) -> None:
        await self.until(lambda: any(label in s.labels for s in self.fake.seen(chat)), f"{chat}: [{label}]")

    async def states(self) -> dict[str, int]:
        async with self.core.engine.read() as tx:
            return dict(await Unit(tx).tickets.state_counts())

    async def settled(self) -> None:
        """Returns once all that came is handled, and of all that left it is written down what became of it."""
        for _ in range(1500):
            async with self.core.engine.read() as tx:
                inbox, outbox = await Unit(tx).inbox.counts(), await Unit(tx).outbox.counts()
            if "new" not in inbox and "leased" not in outbox:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"still busy: {inbox} {outbox}")

    async def until_states(self, wanted: dict[str, int], seconds: float = 15) -> None:
        """How many tickets there are in which state."""
        for _ in range(int(seconds * 50)):
            if await self.states() == wanted:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{await self.states()}, not {wanted}")


@contextlib.asynccontextmanager
async def running(
    folder: Path, fake: FakeWecom, *, patience: Patience = QUICK, first: bool = True, url: str = "", **more: Any
) -> AsyncIterator[Play]:
    """One life of the program; nothing is told to it when it ends. Not `first`: another may run beside it.

    `url`: a migrated database; without one, a file of its own in `folder`.
    """
    if not url:
        url = f"sqlite:///{folder / 'pingan.db'}"
        await migrate(url)
    engine = connect(url)
    await engine.open()
    hearing, clock = Hearing(), SystemClock()
    owner = f"life:{process_name()}"  # of no machine: two that share a process id here must not inherit from each other
    async with new_session() as session, contextlib.AsyncExitStack() as stack:
        kit = Kit(
            settings=settings(fake, **more),
            engine=engine,
            hearing=hearing,
            clock=clock,
            session=lambda: session,
            data_dir=folder,
            owner=owner,
        )
        media = MediaFiles(lambda: session, folder / "files", hosts=("127.0.0.1",), schemes=("http",))
        groups = kit.settings.wecom_webhook.groups
        webhooks = {group.chat: group.key for group in groups}
        platform = AibotPlatform(kit, patience=patience, media=media, webhooks=webhooks)
        core = _core(kit, platform)
        async with engine.write() as tx:
            if not await Unit(tx).stations.all():
                await _people(Unit(tx))
        await core.start(alone=first)
        if platform.door is not None:
            server, listening, address = _serve(platform.door)
            fake.doors["aibot"].url = address + platform.door.callback_path
            stack.push_async_callback(_stop, server, asyncio.create_task(server.serve([listening])))
        loops = [
            core.dispatcher.run(),
            core.courier.run(),
            core.fetcher.run(),
            core.jobs.run(),
            platform.run(core.inbox.accept),
        ]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            await asyncio.wait_for(platform.ready.wait(), 10)
            if platform.connection is not None and first:
                await asyncio.wait_for(platform.connection.up.wait(), 10)
            yield Play(fake, core, platform)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await core.courier.idle()
            await engine.close()


def _core(kit: Kit, platform: AibotPlatform) -> Core:
    return assemble(
        engine=kit.engine,
        clock=kit.clock,
        metrics=Metrics(),
        hearing=kit.hearing,
        platforms=[platform],
        features=FEATURES,
        aliases=("民警", "平安小助手"),
        settings={},
        owner=kit.owner,
        files=kit.data_dir / "files",
        jitter=lambda: 0.0,
    )


def _serve(door: Callback) -> tuple[Server, socket.socket, str]:
    """The program's own routes on a port of their own."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=wecom_hook.routes(door))
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    return Server(config), listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


async def _stop(server: Server, serving: "asyncio.Task[None]") -> None:
    server.should_exit = True
    await serving


async def _people(unit: Unit) -> None:
    station = await unit.stations.put(code="dongwan", name="东湾派出所", tz="Asia/Shanghai")
    shifts = []
    officer, admin = PersonRole.OFFICER, PersonRole.ADMIN
    staff = (("wang", "王建国", officer), ("li", "李强", officer), ("wu", "吴工", admin))
    for user, name, role in staff:
        person = await unit.people.add(name=name, code=user, aliases=())
        await unit.people.add_identity(Identity(platform=PLATFORM, bot=BOT, user_id=user, person_id=person.id))
        await unit.people.set_role(person.id, station, role)
        if user == "wang":
            shifts = [
                Shift(id=0, station_id=station, person_id=person.id, duty=Duty.OFFICER, weekday=day, start=0, end=1440)
                for day in range(7)
            ]
    await unit.stations.replace_shifts(station, shifts)
    for chat, kind in ((OWNERS, GroupKind.OWNERS), (STAFF, GroupKind.OFFICERS)):
        group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=chat, title=f"群{chat}")
        await unit.groups.bind(group.id, station_id=station, kind=kind, area_id=None, households=100)
