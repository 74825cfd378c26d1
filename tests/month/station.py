"""The station of the month: 172 groups, 12 officers in 3 shifts, a leader in each, and hundreds of residents."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.base import SendResult, Sent
from storage.engine import connect
from storage.engine.base import Engine
from storage.engine.sqlite import SqliteEngine
from storage.model.messages import Button, InboundKind, Outgoing, OutKind
from storage.model.people import Duty, GroupKind, PersonRole, Shift
from storage.model.tickets import Ticket
from storage.stores.tickets import ticket_of
from storage.unit import Unit
from tests.harness import BOT, PLATFORM, FakePlatform, HeldClock, Shown, Someone, World
from tests.knowing import know

FIRST = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)  # midnight in Shanghai, a Sunday becoming a Monday
ZONE = ZoneInfo("Asia/Shanghai")
GROUPS, RESIDENTS, OFFICERS = 172, 400, 12
HOURS = ((0, 8), (8, 16), (16, 24))
KINDS = (GroupKind.OWNERS, GroupKind.SHOPS, GroupKind.TRADE, GroupKind.VILLAGE)
TEAM = "g0"


def _runs(shift: Shift, weekday: int, minute: int) -> bool:
    """Is this weekly shift running at that minute of that day?"""
    if shift.end > shift.start:
        return shift.weekday == weekday and shift.start <= minute < shift.end
    before = (shift.weekday + 1) % 7 == weekday and minute < shift.end
    return before or (shift.weekday == weekday and minute >= shift.start)


class Phones(FakePlatform):
    """The test platform, remembering where each message stands: a month's chats are long."""

    def __init__(self) -> None:
        super().__init__()
        self._by_ref: dict[str, Shown] = {}

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        if out.kind is OutKind.EDIT and target_ref in self._by_ref:
            self.sent += 1
            shown = self._by_ref[target_ref]
            shown.text, shown.buttons = out.content.text, out.content.buttons
            return Sent()
        result = await super().send(out, target_ref)
        if isinstance(result, Sent) and result.message_ref:
            self._by_ref[result.message_ref] = self.chats[out.to.chat_id][-1]
        return result


def hasten(engine: Engine) -> None:
    """No thread and no disk is waited for: what a month shows is what is decided, not how commits are made."""
    assert isinstance(engine, SqliteEngine)

    async def at_once(work: Callable[[], Any]) -> Any:
        return work()

    connect_slowly = engine._connect

    def connected() -> sqlite3.Connection:
        connection = connect_slowly()
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    quick: Any = engine
    quick._threaded, quick._connect, quick.read = at_once, connected, engine.write


class Station(World):
    """A world of that size."""

    def __init__(self, url: str) -> None:
        super().__init__(url, HeldClock(FIRST))
        self.platform = Phones()
        self.officers = [Someone(self, f"o{n}", f"警员{chr(0x4E00 + n)}", TEAM) for n in range(OFFICERS)]
        self.leaders = [Someone(self, f"l{n}", f"值长{chr(0x4E00 + n)}", TEAM) for n in range(len(HOURS))]
        self.residents = [Someone(self, f"r{n}", f"居民{n}", f"g{1 + n % GROUPS}") for n in range(RESIDENTS)]
        self.ids: dict[int, Someone] = {}
        self.shifts: list[Shift] = []

    async def open(self) -> None:
        hasten(self.engine)
        await super().open()
        await know(self)

    async def restart(self) -> None:
        """The process dies without a word and starts again on the same database."""
        await self.engine.close()
        self.engine = connect(self.url)
        hasten(self.engine)
        await self.engine.open()
        await self._boot()

    async def settle(self) -> None:
        """Let everything that is due happen, without looking twice where nothing moves."""
        core = self.core
        for _ in range(300):
            before = self.platform.sent
            busy = await core.dispatcher.step()
            busy = await core.jobs.step() or busy
            await core.courier.step()
            await core.courier.idle()
            if core.dispatcher.directory_changed.is_set():
                core.dispatcher.directory_changed.clear()
                await core.refresh_hearing()
            if not busy and self.platform.sent == before:
                return
        raise AssertionError("the station does not come to rest")

    async def _people(self, unit: Unit) -> None:
        self.station_id = station = await unit.stations.put(code="month", name="东湾派出所", tz=ZONE.key)
        for roster, role in ((self.officers, PersonRole.OFFICER), (self.leaders, PersonRole.DUTY_LEADER)):
            for who in roster:
                self.ids[await self.enrol(unit, who, role)] = who
        person = {who.user_id: number for number, who in self.ids.items()}
        areas = [await unit.stations.put_area(station, f"{n}片区", person[f"o{n}"]) for n in range(OFFICERS)]
        for n in range(GROUPS + 1):
            group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=f"g{n}", title=f"群g{n}")
            kind = KINDS[n % len(KINDS)] if n else GroupKind.OFFICERS
            area = areas[n % OFFICERS] if n else None
            await unit.groups.bind(group.id, station_id=station, kind=kind, area_id=area, households=100)
        for n, (start, end) in enumerate(HOURS):
            team = [(person[f"l{n}"], Duty.LEADER), *((person[f"o{k}"], Duty.OFFICER) for k in range(n, OFFICERS, 3))]
            self.shifts += [
                Shift(id=0, station_id=station, person_id=p, duty=d, weekday=day, start=start * 60, end=end * 60)
                for p, d in team
                for day in range(7)
            ]
        await unit.stations.replace_shifts(station, self.shifts)

    # ── who and what there is now ──────────────────────────────────────────
    @property
    def now(self) -> datetime:
        return self.clock.now()

    def on_duty(self, duty: Duty = Duty.OFFICER) -> list[Someone]:
        local = self.now.astimezone(ZONE)
        minute = local.hour * 60 + local.minute
        return [self.ids[s.person_id] for s in self.shifts if s.duty is duty and _runs(s, local.weekday(), minute)]

    async def tickets_after(self, ticket_id: int) -> list[Ticket]:
        async with self.engine.write() as tx:
            rows = tx._run("SELECT * FROM ticket WHERE id > :id ORDER BY id", {"id": ticket_id})  # type: ignore[attr-defined]
        return [ticket_of(row) for row in rows]

    async def count(self, sql: str) -> int:
        """The one number a query tells."""
        async with self.engine.write() as tx:
            rows = tx._run(sql, {})  # type: ignore[attr-defined]
        return int(rows[0][0] or 0)

    async def press(self, who: Someone, action: str, chat: str) -> None:
        """A button as the platform reports it, whichever message it stands under."""
        shown = Shown("m0", "", (), Outgoing(key="", to=self.message(who, "", chat).chat.address, content=None))  # type: ignore[arg-type]
        event = await who.presses_old(shown, Button(label="", action=action), chat, settle=False)
        assert event.kind is InboundKind.BUTTON

    async def moment(self, at: datetime) -> None:
        """Time moves to then; the tick, the queues and the auditor do what is due."""
        self.clock.advance(seconds=max(0.0, (at - self.now).total_seconds()))
        await self.core.scheduler.tick(self.now)
        await self.settle()
        await self.core.auditor.step()


def grid(at: datetime, minutes: int) -> datetime:
    """The next moment of an even grid: what happens at the same time is handled together."""
    past = timedelta(seconds=at.timestamp() % (minutes * 60))
    return at if not past else at - past + timedelta(minutes=minutes)
