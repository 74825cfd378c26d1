"""World: a whole bot in memory with a clock we hold. Tests are conversations in it."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bot.core import Core, assemble
from bot.hearing import Hearing
from bot.metrics import Metrics
from handlers import FEATURES
from storage.engine import connect
from storage.engine.base import Engine
from storage.model.messages import (
    Address,
    Attachment,
    AttachmentKind,
    Button,
    Chat,
    ChatKind,
    Envelope,
    Inbound,
    InboundKind,
    Mention,
    Sender,
)
from storage.model.people import Duty, Group, GroupKind, Identity, PersonRole, Shift
from storage.model.tickets import Ticket
from storage.unit import Unit
from tests.fake_platform import BOT, GENEROUS, PLATFORM, FakePlatform, Shown

START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # a Friday, 11:00 in Shanghai
ALIASES = ("民警", "派出所", "平安小助手")


class HeldClock:
    """Time stands still until the test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> None:
        self._now += timedelta(**by)

    async def wait(self, event: asyncio.Event, until: datetime | None) -> None:
        await event.wait()
        event.clear()


@dataclass
class Someone:
    """A person at a phone."""

    world: "World"
    user_id: str
    name: str
    group: str = "g1"
    platform: str = PLATFORM

    @property
    def side(self) -> FakePlatform:
        return self.world.platforms[self.platform]

    @property
    def private(self) -> str:
        return f"p:{self.user_id}"

    async def says(self, text: str, *, to: str = "", settle: bool = True, **more: Any) -> Inbound:
        """Write in the own group, in another chat (`to`), or in private (`to=me.private`)."""
        event = self.world.message(self, text, to or self.group, **more)
        await self.world.happens(event, settle=settle)
        return event

    async def tells(self, text: str, **more: Any) -> Inbound:
        """Write to the bot in private."""
        return await self.says(text, to=self.private, **more)

    async def presses(self, label: str, *, where: str = "", settle: bool = True) -> Inbound:
        """Press the newest button of that label in a chat (default: the private one)."""
        chat = where or self.private
        for shown in reversed(self.side.chats[chat]):
            if label in shown.labels:
                return await self.presses_old(shown, shown.button(label), chat, settle=settle)
        raise AssertionError(f"no button {label!r} in {chat}: {[s.labels for s in self.side.chats[chat]]}")

    async def presses_old(self, shown: Shown, button: Button, chat: str, *, settle: bool = True) -> Inbound:
        base = self.world.message(self, "", chat)
        event = replace(
            base,
            kind=InboundKind.BUTTON,
            button=button.action,
            callback_id=f"cb{base.event_id}",
            message_id=shown.ref,
        )
        await self.world.happens(event, settle=settle)
        return event

    @property
    def read(self) -> str:
        """The last answer to one of this person's presses."""
        return self.side.answers[-1][1]

    @property
    def inbox(self) -> list[Shown]:
        """Their private chat with the bot."""
        return self.side.chats[self.private]


class World:
    """Sample: one station, two resident groups, the officers' group, five officers, three residents."""

    def __init__(self, url: str, clock: HeldClock | None = None, more: Sequence[FakePlatform] = ()) -> None:
        self.url = url
        self.clock = clock or HeldClock()
        self.platform = FakePlatform()
        self.more = list(more)
        self.engine: Engine = connect(url)
        self.files = Path(tempfile.mkdtemp(prefix="pingan-world-"))
        self.core: Core
        self.settings: dict[type, Any] = {}  # what an operator has set; take effect with a restart
        self.station_id = 0
        self._events = itertools.count(1)
        self._starts = itertools.count(1)
        someone = self._someone
        self.chen = someone("chen", "陈先生")
        self.liu = someone("liu", "刘阿姨")
        self.zhou = someone("xiaozhou", "小周", "g2")
        self.wang = someone("wang", "王建国", "g9")
        self.li = someone("li", "李强", "g9")
        self.zhao = someone("zhao", "赵敏", "g9")
        self.sun = someone("sun", "孙伟", "g9")
        self.boss = someone("boss", "周明", "g9")
        self.admin = someone("wu", "吴工", "g9")

    def _someone(self, user_id: str, name: str, group: str = "g1") -> Someone:
        return Someone(self, user_id, name, group)

    # ── life of the process ────────────────────────────────────────────────
    @property
    def platforms(self) -> dict[str, FakePlatform]:
        return {p.name: p for p in (self.platform, *self.more)}

    async def open(self) -> None:
        await self.engine.open()
        async with self.engine.write() as tx:
            await self._people(Unit(tx))
        await self._boot()

    async def _boot(self) -> None:
        self.core = assemble(
            engine=self.engine,
            clock=self.clock,
            metrics=Metrics(),
            hearing=Hearing(),
            platforms=list(self.platforms.values()),
            features=FEATURES,
            aliases=ALIASES,
            settings=self.settings,
            owner=f"world{next(self._starts)}",
            files=self.files,
            jitter=lambda: 0.0,
        )
        await self.core.start(alone=True)

    async def restart(self) -> None:
        """The process dies without a word and starts again on the same database."""
        await self.engine.close()
        self.engine = connect(self.url)
        await self.engine.open()
        await self._boot()

    async def close(self) -> None:
        await self.engine.close()
        shutil.rmtree(self.files, ignore_errors=True)

    async def settle(self) -> None:
        """Let everything that is due happen."""
        for _ in range(300):
            before = self._sent()
            busy = await self.core.dispatcher.step()
            busy = await self.core.jobs.step() or busy
            busy = await self.core.fetcher.step() or busy
            await self.core.fetcher.idle()
            await self.core.courier.step()
            await self.core.courier.idle()
            await self.core.courier.step()
            await self.core.courier.idle()
            if self.core.dispatcher.directory_changed.is_set():
                self.core.dispatcher.directory_changed.clear()
                await self.core.refresh_hearing()
            if not busy and self._sent() == before:
                return
        raise AssertionError("the world does not come to rest")

    def _sent(self) -> int:
        return sum(platform.sent for platform in self.platforms.values())

    async def passes(self, **by: float) -> None:
        """Time passes, and what is due happens."""
        self.clock.advance(**by)
        await self.core.scheduler.tick(self.clock.now())
        await self.settle()

    # ── what happens ───────────────────────────────────────────────────────
    def message(self, who: Someone, text: str, chat: str, **more: Any) -> Inbound:
        """What the platform would report. Mentions, private chats and replies are recognised as an adapter would."""
        private = chat.startswith("p:")
        number = str(next(self._events))
        names = [part.split()[0] for part in text.split("@")[1:] if part.split()]
        fields: dict[str, Any] = {
            "platform": who.platform,
            "bot": who.side.bot,
            "event_id": number,
            "kind": InboundKind.MESSAGE,
            "chat": Chat(
                address=Address(platform=who.platform, bot=who.side.bot, chat_id=chat),
                kind=ChatKind.PRIVATE if private else ChatKind.GROUP,
                title="" if private else f"群{chat}",
            ),
            "sender": Sender(user_id=who.user_id, name=who.name),
            "at": self.clock.now(),
            "message_id": f"m{number}",
            "text": text,
            "mentions": tuple(Mention(name=name) for name in names),
            "addressed": private or bool(more.get("reply_to")),
        }
        return Inbound(**{**fields, **more})

    async def happens(self, event: Inbound, *, settle: bool = True) -> None:
        """Deliver one event as a platform does: it may come twice."""
        body = msgspec.json.encode(event)
        await self.core.inbox.accept(
            [
                Envelope(
                    platform=event.platform,
                    bot=event.bot,
                    event_id=event.event_id,
                    chat_key=event.chat.address.key,
                    body=body,
                )
            ]
        )
        if settle:
            await self.settle()

    # ── what people see ────────────────────────────────────────────────────
    def chat(self, chat_id: str) -> list[Shown]:
        return self.platform.chats[chat_id]

    def last(self, chat_id: str) -> Shown:
        return self.platform.chats[chat_id][-1]

    def receipt(self, number: int, chat: str = "g1") -> Shown:
        return next(s for s in self.platform.chats[chat] if f"{number} 号" in s.text and s.out.role == "receipt")

    def card(self, number: int, chat: str) -> Shown:
        cards = [s for s in self.platform.chats[chat] if s.out.role == "card" and f"{number} 号" in s.text]
        return cards[-1]

    async def unit(self) -> Any:
        """`async with await world.unit() as unit:` to look into or prepare the database."""
        return _UnitContext(self.engine)

    async def ticket(self, number: int = 1) -> Ticket:
        async with self.engine.read() as tx:
            found = await Unit(tx).tickets.by_number(self.station_id, number)
        assert found is not None, f"no ticket {number}"
        return found

    async def tickets(self) -> int:
        async with self.engine.read() as tx:
            return sum((await Unit(tx).tickets.state_counts()).values())

    # ── the sample ─────────────────────────────────────────────────────────
    async def _people(self, unit: Unit) -> None:
        station = await unit.stations.put(code="dongwan", name="东湾派出所", tz="Asia/Shanghai")
        self.station_id = station
        staff = [
            (self.wang, PersonRole.OFFICER, ("王警官",)),
            (self.li, PersonRole.OFFICER, ("李警官",)),
            (self.zhao, PersonRole.OFFICER, ()),
            (self.sun, PersonRole.DUTY_LEADER, ("孙队",)),
            (self.boss, PersonRole.LEADER, ("周所",)),
            (self.admin, PersonRole.ADMIN, ()),
        ]
        ids = {}
        for who, role, aliases in staff:
            ids[who.user_id] = await self.enrol(unit, who, role, aliases)
        area = await unit.stations.put_area(station, "东湾片区", ids["wang"])
        for chat, title, kind, area_id in (
            ("g1", "东湾花园业主群", GroupKind.OWNERS, area),
            ("g2", "商业街门店群", GroupKind.SHOPS, None),
            ("g9", "民警工作群", GroupKind.OFFICERS, None),
        ):
            group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=chat, title=f"群{chat}")
            assert title
            await unit.groups.bind(group.id, station_id=station, kind=kind, area_id=area_id, households=100)
            places = (title.removesuffix(f"{kind}群"),) if kind is not GroupKind.OFFICERS else ()
            await unit.groups.describe(group.id, places=places, scam_watch=False)
        day, night = (8 * 60, 20 * 60), (20 * 60, 8 * 60)
        plan = [("wang", Duty.OFFICER, day), ("li", Duty.OFFICER, night), ("zhao", Duty.OFFICER, day)]
        plan.append(("sun", Duty.LEADER, (0, 24 * 60)))
        shifts = [
            Shift(id=0, station_id=station, person_id=ids[p], duty=d, weekday=w, start=hours[0], end=hours[1])
            for p, d, hours in plan
            for w in range(7)
        ]
        await unit.stations.replace_shifts(station, shifts)

    async def enrol(self, unit: Unit, who: Someone, role: PersonRole, aliases: tuple[str, ...] = ()) -> int:
        """A person of the station file, already reachable in private."""
        person = await unit.people.add(name=who.name, code=who.user_id, aliases=aliases)
        await unit.people.add_identity(
            Identity(platform=who.platform, bot=BOT, user_id=who.user_id, person_id=person.id, chat_id=who.private)
        )
        await unit.people.set_role(person.id, self.station_id, role)
        return person.id


class _UnitContext:
    def __init__(self, engine: Engine) -> None:
        self._manager = engine.write()

    async def __aenter__(self) -> Unit:
        return Unit(await self._manager.__aenter__())

    async def __aexit__(self, *error: Any) -> None:
        await self._manager.__aexit__(*error)


PHOTO = Attachment(kind=AttachmentKind.PHOTO, ref="file-1")
__all__ = [
    "BOT",
    "GENEROUS",
    "PHOTO",
    "PLATFORM",
    "START",
    "FakePlatform",
    "Group",
    "HeldClock",
    "Shown",
    "Someone",
    "World",
]
