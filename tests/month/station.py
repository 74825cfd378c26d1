"""The station of the month: 172 groups, 12 officers in 4 crews and 3 shifts, 3 duty leaders, hundreds of residents."""

import re
import sqlite3
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.base import SendResult, Sent
from bot.slots import due
from handlers.kit import roster_texts as say
from storage.engine import connect
from storage.engine.base import Engine
from storage.engine.sqlite import SqliteEngine
from storage.model.messages import Button, Inbound, Outgoing, OutKind
from storage.model.people import Duty, GroupKind, PersonRole
from storage.model.tickets import UNFINISHED, Ticket
from storage.stores.tickets import ticket_of
from storage.unit import Unit
from tests.harness import BOT, PLATFORM, FakePlatform, HeldClock, Shown, Someone, World
from tests.knowing import know
from tests.month.rota import Rota, rotations

GROUPS, RESIDENTS, OFFICERS, LEADERS = 172, 400, 12, 3
KINDS = (GroupKind.OWNERS, GroupKind.SHOPS, GroupKind.TRADE, GroupKind.VILLAGE)
TEAM = "g0"
NAMES = (
    *("王建国", "李强", "赵敏", "孙伟", "周明", "吴刚", "郑洁", "冯涛"),
    *("陈晨", "褚卫", "蒋文", "沈丽", "韩梅", "杨帆", "朱峰", "秦川"),
)
"""Officers, duty leaders, the head of the station."""

GAP = re.compile(r"^\d+\. (\S+)　(\d+)月(\d+)日（.+?）(\d\d):(\d\d) 到 (?:(\d+)月(\d+)日 )?(\d\d):(\d\d)$")
Told = tuple[Duty, datetime, datetime]
"""Of a gap that was reported: whose, from when, until when."""


class Phones(FakePlatform):
    """The test platform, remembering where each message stands: a month's chats are long."""

    def __init__(self) -> None:
        super().__init__()
        self._by_ref: dict[str, Shown] = {}
        self.keys: Counter[str] = Counter()  # how often each message was sent
        self.asked: deque[tuple[str, Shown]] = deque()  # what came with buttons: the chat, the message

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        if out.kind is OutKind.EDIT and target_ref in self._by_ref:
            self.sent += 1
            shown = self._by_ref[target_ref]
            shown.text, shown.buttons = out.content.text, out.content.buttons
            return Sent()
        result = await super().send(out, target_ref)
        if isinstance(result, Sent) and result.message_ref:
            self.keys[out.key] += 1
            shown = self._by_ref[result.message_ref] = self.chats[out.to.chat_id][-1]
            if shown.buttons:
                self.asked.append((out.to.chat_id, shown))
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
    """A world of that size. `first`: midnight of its first day, on its own clock."""

    def __init__(self, url: str, zone: str, first: date) -> None:
        self.zone = ZoneInfo(zone)
        self.first = datetime(first.year, first.month, first.day, tzinfo=self.zone).astimezone(UTC)
        self.start_on = first - timedelta(days=14)
        super().__init__(url, HeldClock(self.first))
        self.platform = self.phones = Phones()
        staff = [Someone(self, f"o{n}", name, TEAM) for n, name in enumerate(NAMES)]
        self.officers, self.leaders = staff[:OFFICERS], staff[OFFICERS : OFFICERS + LEADERS]
        self.boss = staff[-1]
        self.staff = {who.private: who for who in staff}
        self.residents = [Someone(self, f"r{n}", f"居民{n}", f"g{1 + n % GROUPS}") for n in range(RESIDENTS)]
        self.ids: dict[int, Someone] = {}
        self.numbers: dict[str, int] = {}
        self.happened = 0  # events the platform told us of
        self._gaps: list[Told] = []
        self._read: Counter[str] = Counter()

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

    async def happens(self, event: Inbound, *, settle: bool = True) -> None:
        self.happened += 1
        await super().happens(event, settle=settle)

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
        self.station_id = station = await unit.stations.put(code="month", name="东湾派出所", tz=self.zone.key)
        roles = [PersonRole.OFFICER] * OFFICERS + [PersonRole.DUTY_LEADER] * LEADERS + [PersonRole.LEADER]
        for who, role in zip(self.staff.values(), roles, strict=True):
            self.ids[await self.enrol(unit, who, role)] = who
        self.numbers = {who.user_id: number for number, who in self.ids.items()}
        areas = [await unit.stations.put_area(station, f"{n}片区", self.numbers[f"o{n}"]) for n in range(OFFICERS)]
        for n in range(GROUPS + 1):
            group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=f"g{n}", title=f"群g{n}")
            kind = KINDS[n % len(KINDS)] if n else GroupKind.OFFICERS
            area = areas[n % OFFICERS] if n else None
            await unit.groups.bind(group.id, station_id=station, kind=kind, area_id=area, households=100)
        await unit.roster.replace_rotations(station, rotations(station, self.start_on, *self._rows()))

    def _rows(self) -> tuple[list[int], list[int]]:
        officers = [self.numbers[who.user_id] for who in self.officers]
        return officers, [self.numbers[who.user_id] for who in self.leaders]

    # ── who and what there is now ──────────────────────────────────────────
    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def rows(self, sql: str) -> list[Any]:
        async with self.engine.write() as tx:
            return list(tx._run(sql, {}))  # type: ignore[attr-defined]

    async def rota(self) -> Rota:
        """Who is on duty when, from yesterday on, as the rows of this moment have it."""
        officers, leaders = self._rows()
        past = (self.now.astimezone(self.zone) - timedelta(days=2)).date().isoformat()
        done = f"SELECT * FROM duty_change WHERE state = 'done' AND (day >= '{past}' OR back_day >= '{past}')"
        granted = f"SELECT * FROM leave_of_absence WHERE state = 'granted' AND last_day >= '{past}'"
        return Rota(
            zone=self.zone,
            start_on=self.start_on,
            officers=officers,
            leaders=leaders,
            changes=await self.rows(f"{done} ORDER BY number"),
            leaves=await self.rows(granted),
        )

    async def on_duty(self, duty: Duty = Duty.OFFICER) -> list[Someone]:
        """Who has this duty now; where nobody has, the head of the station steps in."""
        on = (await self.rota()).on(self.now)
        return [self.ids[person] for has, person in sorted(on) if has is duty] or [self.boss]

    def gaps_told(self) -> list[Told]:
        """Every gap somebody who leads has read of by now."""
        for who in [*self.leaders, self.boss]:
            chat = self.chat(who.private)
            for shown in chat[self._read[who.user_id] :]:
                if shown.text.startswith(say.GAP_HEAD):
                    self._gaps += [self._gap(found) for line in shown.text.split("\n") if (found := GAP.match(line))]
            self._read[who.user_id] = len(chat)
        return self._gaps

    def _gap(self, found: re.Match[str]) -> Told:
        duty, month, day, hour, minute, month2, day2, hour2, minute2 = found.groups()
        year = self.now.astimezone(self.zone).year
        start = datetime(year, int(month), int(day), int(hour), int(minute), tzinfo=self.zone)
        end = datetime(year, int(month2 or month), int(day2 or day), int(hour2), int(minute2), tzinfo=self.zone)
        return Duty(duty), start.astimezone(UTC), end.astimezone(UTC)

    async def tickets_after(self, ticket_id: int) -> list[Ticket]:
        return [ticket_of(row) for row in await self.rows(f"SELECT * FROM ticket WHERE id > {ticket_id} ORDER BY id")]

    async def unfinished(self) -> list[Ticket]:
        states = ", ".join(f"'{state}'" for state in UNFINISHED)
        return [ticket_of(row) for row in await self.rows(f"SELECT * FROM ticket WHERE state IN ({states})")]

    async def count(self, sql: str) -> int:
        """The one number a query tells."""
        return int((await self.rows(sql))[0][0] or 0)

    async def press(self, who: Someone, action: str, chat: str) -> None:
        """A button as the platform reports it, whichever message it stands under."""
        shown = Shown("m0", "", (), Outgoing(key="", to=self.message(who, "", chat).chat.address, content=None))  # type: ignore[arg-type]
        await who.presses_old(shown, Button(label="", action=action), chat, settle=False)

    # ── time ───────────────────────────────────────────────────────────────
    def slots(self, until: datetime) -> list[datetime]:
        """When the tick has something to do."""
        every = {at for cron in self.core.router.crons for at in due(cron.expression, self.zone, self.first, until)}
        return sorted(every)

    def goes_to(self, at: datetime) -> None:
        self.clock.advance(seconds=max(0.0, (at - self.now).total_seconds()))

    async def jobs_until(self, at: datetime) -> None:
        """What has a time of its own happens at that very time."""
        while (coming := await self.core.jobs.next_due()) is not None and coming < at:
            self.goes_to(coming)
            await self.settle()


def grid(at: datetime, minutes: int) -> datetime:
    """The next moment of an even grid: what happens at the same time is handled together."""
    past = timedelta(seconds=at.timestamp() % (minutes * 60))
    return at if not past else at - past + timedelta(minutes=minutes)
