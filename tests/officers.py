"""A station whose officers are on 自建应用 and whose residents are elsewhere: the whole bot against the emulator."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette

from bot.adapters.wecom.api import new_session
from bot.adapters.wecom.channel import Callback, Kit
from bot.adapters.wecom_app.adapter import AppPlatform
from bot.adapters.wecom_webhook.adapter import WebhookPlatform
from bot.clock import SystemClock
from bot.config import Settings
from bot.core import Core, assemble
from bot.hearing import Hearing
from bot.metrics import Metrics
from bot.web import wecom_hook
from bot.web.server import Server
from handlers import FEATURES
from storage.engine import connect
from storage.engine.base import Engine
from storage.model.messages import Address, Chat, ChatKind, Envelope, Inbound, InboundKind, Sender
from storage.model.people import Duty, GroupKind, Identity, PersonRole, Shift
from storage.model.tickets import Ticket
from storage.unit import Unit
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.state import Shown
from tests.harness import BOT, PLATFORM, FakePlatform

APP, AGENT = "wecom_app", "1000002"
OWNERS = "g1"
MATTER = "楼上往下扔垃圾"


def settings(fake: FakeWecom, groups: Sequence[str] = (), **section: Any) -> Settings:
    kit = fake.setup
    mine = {"agent_id": kit.agent_id, "secret": kit.app_secret, "token": kit.token, "aes_key": kit.aes_key}
    shared = {"corp_id": kit.corp_id, "base_url": fake.base_url}
    hooks = [{"name": name, "key": f"KEY-{name}"} for name in groups]
    return Settings.model_validate({"wecom": shared, "wecom_app": mine | section, "wecom_webhook": {"groups": hooks}})


@asynccontextmanager
async def served(door: Callback) -> AsyncIterator[str]:
    """The bot's callback address, as the program serves it."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=wecom_hook.routes(door))
    server = Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    running = asyncio.create_task(server.serve([listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}{door.callback_path}"
    finally:
        server.should_exit = True
        await running
        listening.close()


@dataclass
class Office:
    """陈先生 (a resident) and 王建国's second account are on a platform of the tests; the officers use the app."""

    url: str
    fake: FakeWecom
    folder: Path
    engine: Engine = field(init=False)
    core: Core = field(init=False)
    app: AppPlatform = field(init=False)
    other: FakePlatform = field(default_factory=FakePlatform)
    section: dict[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()  # names of officers' groups with a webhook
    station: int = 0
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    _events: Any = field(default_factory=lambda: itertools.count(1))

    async def open(self) -> None:
        self.fake.add_members("lijing", "wang", "sun", "wu")
        for name in self.groups:
            self.fake.add_webhook(f"KEY-{name}", name)
        self.engine = connect(self.url)
        await self.engine.open()
        async with self.engine.write() as tx:
            await self._people(Unit(tx))
        await self._boot()

    async def _boot(self) -> None:
        """The program's own loops, its real clock."""
        stack = self._running
        session = await stack.enter_async_context(new_session())
        hearing = Hearing()
        kit = Kit(
            settings=settings(self.fake, self.groups, **self.section),
            engine=self.engine,
            hearing=hearing,
            clock=SystemClock(),
            session=lambda: session,
            data_dir=self.folder,
            owner="office",
        )
        self.app = AppPlatform(kit, freshen_after=0.05)
        self.core = assemble(
            engine=self.engine,
            clock=SystemClock(),
            metrics=Metrics(),
            hearing=hearing,
            platforms=[self.app, self.other, *([WebhookPlatform(kit)] if self.groups else [])],
            features=FEATURES,
            aliases=("民警",),
            settings={},
            owner="office",
            files=self.folder / "files",
            jitter=lambda: 0.0,
        )
        await self.core.start(alone=True)
        parts: list[Coroutine[Any, Any, None]] = [
            self.core.dispatcher.run(),
            self.core.courier.run(),
            self.core.fetcher.run(),
            self.core.jobs.run(),
            self.app.run(self.core.inbox.accept),
        ]
        tasks = [asyncio.create_task(part) for part in parts]

        async def stop() -> None:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        stack.push_async_callback(stop)
        self.fake.doors["app"].url = await stack.enter_async_context(served(self.app))

    async def restart(self) -> None:
        """The process dies and starts again on the same database."""
        await self._running.aclose()
        self._running = AsyncExitStack()
        await self.engine.close()
        self.engine = connect(self.url)
        await self.engine.open()
        await self._boot()

    async def close(self) -> None:
        await self._running.aclose()
        await self.engine.close()

    # ── what people do ─────────────────────────────────────────────────────
    def event(self, user: str, name: str, chat: str, text: str = "", **more: Any) -> Inbound:
        number = f"o{next(self._events)}"
        private = chat.startswith("p:")
        fields: dict[str, Any] = {
            "platform": PLATFORM,
            "bot": BOT,
            "event_id": number,
            "kind": InboundKind.MESSAGE,
            "chat": Chat(
                address=Address(platform=PLATFORM, bot=BOT, chat_id=chat),
                kind=ChatKind.PRIVATE if private else ChatKind.GROUP,
                title="" if private else "东湾花园业主群",
            ),
            "sender": Sender(user_id=user, name=name),
            "at": SystemClock().now(),
            "message_id": f"m{number}",
            "text": text,
            "addressed": True,
        }
        return Inbound(**{**fields, **more})

    async def happens(self, event: Inbound) -> None:
        key = event.chat.address.key
        body = msgspec.json.encode(event)
        envelope = Envelope(platform=PLATFORM, bot=BOT, event_id=event.event_id, chat_key=key, body=body)
        await self.core.inbox.accept([envelope])

    async def reports(self, text: str = MATTER) -> None:
        """陈先生 in his residents' group; returns once 李静 has the card."""
        await self.happens(self.event("chen", "陈先生", OWNERS, text))
        await self.until_button("lijing", "接单")

    def card(self, user: str, label: str) -> Shown:
        return next(s for s in reversed(self.fake.seen(user)) if label in s.labels)

    async def press(self, user: str, label: str, *, stale: Shown | None = None) -> Shown:
        """The newest card with that button, or one they still look at."""
        shown = stale or self.card(user, label)
        assert shown.card is not None
        buttons = shown.body["template_card"]["button_list"] if stale else shown.card["button_list"]
        key = next(b["key"] for b in buttons if b["text"] == label)
        task = shown.body["template_card"]["task_id"]
        await self.fake.app.click(user, task, key, stale=stale is not None)
        return shown

    # ── what they see ──────────────────────────────────────────────────────
    async def until(self, holds: Callable[[], Any], what: str, seconds: float = 10) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            seen = [(s.chat, s.text, s.labels) for s in self.fake.state.shown]
            raise AssertionError(f"never: {what}\n{seen}\n{self.fake.state.complaints}") from None

    async def until_button(self, user: str, label: str) -> None:
        await self.until(lambda: any(label in s.labels for s in self.fake.seen(user)), f"{user} [{label}]")

    async def until_text(self, user: str, part: str) -> None:
        await self.until(lambda: any(part in s.text for s in self.fake.seen(user)), f"{user}: {part}")

    def texts(self, user: str) -> list[str]:
        return [s.text for s in self.fake.seen(user)]

    async def ticket(self, number: int = 1) -> Ticket:
        async with self.engine.read() as tx:
            found = await Unit(tx).tickets.by_number(self.station, number)
        assert found is not None
        return found

    async def idle(self) -> None:
        """Returns once everything that came is handled, and everything that can be said now is said."""
        quiet = 0
        while quiet < 3:
            async with self.engine.read() as tx:
                inbox, outbox = await Unit(tx).inbox.counts(), await Unit(tx).outbox.counts()
            quiet = 0 if "new" in inbox or {"leased", "pending"} & set(outbox) else quiet + 1
            await asyncio.sleep(0.02)

    # ── the sample ─────────────────────────────────────────────────────────
    async def _people(self, unit: Unit) -> None:
        self.station = station = await unit.stations.put(code="dongwan", name="东湾派出所", tz="Asia/Shanghai")
        people = (
            ("lijing", "李静", PersonRole.OFFICER),
            ("wang", "王建国", PersonRole.OFFICER),
            ("sun", "孙伟", PersonRole.DUTY_LEADER),
            ("wu", "吴工", PersonRole.ADMIN),
        )
        ids = {}
        for user, name, role in people:
            person = await unit.people.add(name=name, code=user)
            ids[user] = person.id
            await unit.people.add_identity(
                Identity(platform=APP, bot=AGENT, user_id=user, person_id=person.id, chat_id=user)
            )
            await unit.people.set_role(person.id, station, role)
        await unit.people.add_identity(
            Identity(platform=PLATFORM, bot=BOT, user_id="wang2", person_id=ids["wang"], chat_id="")
        )
        for name in self.groups:
            group = await unit.groups.seen(platform="wecom_webhook", bot="wecom_webhook", chat_id=name, title=name)
            await unit.groups.bind(group.id, station_id=station, kind=GroupKind.OFFICERS, area_id=None, households=0)
        area = await unit.stations.put_area(station, "东湾片区", ids["lijing"])
        for chat, title, kind in ((OWNERS, "东湾花园业主群", GroupKind.OWNERS), ("g9", "民警群", GroupKind.OFFICERS)):
            group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=chat, title=title)
            area_id = area if kind is GroupKind.OWNERS else None
            await unit.groups.bind(group.id, station_id=station, kind=kind, area_id=area_id, households=100)
        plan = [("lijing", Duty.OFFICER), ("wang", Duty.OFFICER), ("sun", Duty.LEADER)]
        shifts = [
            Shift(id=0, station_id=station, person_id=ids[who], duty=duty, weekday=day, start=0, end=24 * 60)
            for who, duty in plan
            for day in range(7)
        ]
        await unit.stations.replace_shifts(station, shifts)


def pressed(event: Inbound, action: str, card: str) -> Inbound:
    """The same person in the same chat presses a button of a message of the tests' platform."""
    return replace(event, kind=InboundKind.BUTTON, button=action, message_id=card, callback_id=f"cb{event.event_id}")
