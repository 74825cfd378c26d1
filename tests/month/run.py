"""Days pass: what people begin, what follows, what the program has to do, and the auditor, from moment to moment."""

import gc
import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from handlers.kit.onduty import who_is_on
from storage.model.tickets import Ticket
from storage.unit import Unit
from tests.month.clocks import same_as_the_program
from tests.month.people import BEGINNINGS, NEXT, moment, nothing
from tests.month.shifts import ROSTER, answer, covered, interesting
from tests.month.stage import Beginning, Month
from tests.month.station import Station, grid

GRAIN = 10
"""Minutes: what does not press is done at moments of this grid, so that a month has thousands of them, not more."""

Act = Callable[[], Awaitable[None]]


AUDIT = 30
"""Minutes between two looks of the auditor: what is wrong stays wrong."""


class Run:
    """One month. `until`: the moment after its last day."""

    def __init__(self, station: Station, days: float, seed: int) -> None:
        self.month = Month(station, random.Random(seed))
        self.station = station
        self.until = station.first + timedelta(days=days)
        self._order = itertools.count()
        self._newest = 0

    def plan(self, at: float, act: Act) -> None:
        heapq.heappush(self.month.plans, (at, next(self._order), act))

    def _begin(self, days: float) -> None:
        """By day people begin five times as much as by night. Every full hour it is seen who is on duty."""
        dice, first = self.month.dice, self.station.first
        for begin, rate in {**BEGINNINGS, **ROSTER}.items():
            for _ in range(round(rate * days)):
                hour = dice.choices(range(24), [1] * 7 + [5] * 15 + [2] * 2)[0]
                at = first + timedelta(days=int(dice.random() * days), hours=hour, minutes=dice.random() * 60)
                self.plan(grid(at, GRAIN).timestamp(), partial(self._does, begin))
        for hour in range(int(days * 24)):
            self.plan((first + timedelta(hours=hour)).timestamp(), self._look)
        for at in self.station.slots(self.until):
            self.plan(at.timestamp(), self._tick)

    async def _does(self, begin: Beginning) -> None:
        await begin(self.month)
        self.month.count(begin.__name__)

    async def _tick(self) -> None:
        await self.station.core.scheduler.tick(self.station.now)

    async def _look(self) -> None:
        """Who is on duty, and how much time is left, are the same here as in the program."""
        station = self.station
        await station.settle()
        async with station.engine.write() as tx:
            unit = Unit(tx)
            here = await unit.stations.get(station.station_id)
            assert here is not None
            turns = await who_is_on(unit, here, station.now)
        await covered(self.month, {(turn.duty, turn.person_id) for turn in turns})
        if station.now.hour % 3 == 0:
            await same_as_the_program(station)

    async def live(self, days: float) -> Month:
        station, plans = self.station, self.month.plans
        self._begin(days)
        await station.core.scheduler.tick(station.now)
        while plans and plans[0][0] <= self.until.timestamp():
            at = plans[0][0]
            await station.jobs_until(datetime.fromtimestamp(at, UTC))
            station.goes_to(datetime.fromtimestamp(at, UTC))
            while plans and plans[0][0] <= at:
                await heapq.heappop(plans)[2]()
            await station.settle()
            if at % (AUDIT * 60) == 0:
                await station.core.auditor.step()
            await self._what_follows()
        await station.jobs_until(self.until)
        station.goes_to(self.until)
        await station.settle()
        return self.month

    async def _what_follows(self) -> None:
        month, asked = self.month, self.station.phones.asked
        for ticket in await self.station.tickets_after(self._newest):
            self._newest = ticket.id
            self.plan(moment(month, ticket, None), partial(self._follow, ticket.id))
        while asked:
            chat, shown = asked.popleft()
            who = self.station.staff.get(chat)
            if who is not None and interesting(shown):
                at = grid(self.station.now + timedelta(minutes=month.dice.uniform(1, 40)), GRAIN)
                self.plan(at.timestamp(), partial(answer, month, who, shown))

    async def _follow(self, ticket_id: int) -> None:
        """One more thing is done about a ticket, as it stands now."""
        month = self.month
        async with self.station.engine.write() as tx:
            ticket: Ticket | None = await Unit(tx).tickets.get(ticket_id)
        assert ticket is not None
        choices = NEXT.get(ticket.state, {})
        if not choices:
            return
        act = month.dice.choices(list(choices), list(choices.values()))[0]
        await act(month, ticket)
        month.count(act.__name__)
        if act is not nothing:
            self.plan(moment(month, ticket, act), partial(self._follow, ticket_id))


async def live(station: Station, days: float, seed: int) -> Month:
    """Let that many days pass from the station's first. What people did stands in the Month."""
    gc.disable()  # a month of chats is kept, and none of it is garbage
    try:
        return await Run(station, days, seed).live(days)
    finally:
        gc.enable()
