"""Days pass: what people begin, what follows, the tick and the auditor, from one moment to the next."""

import gc
import heapq
import random
from datetime import UTC, datetime, timedelta

from storage.model.tickets import Ticket
from storage.unit import Unit
from tests.month.people import BEGINNINGS, NEXT, Beginning, Month, moment, nothing
from tests.month.station import FIRST, Station, grid

GRAIN = 10
"""Minutes: what does not press is done at moments of this grid, so that a month has thousands of them, not more."""


def beginnings(dice: random.Random, days: float) -> list[tuple[float, int, Beginning]]:
    """When what begins by itself begins: by day five times as often as by night."""
    found: list[tuple[float, int, Beginning]] = []
    for kind, (begin, rate) in enumerate(BEGINNINGS.items()):
        for _ in range(round(rate * days)):
            hour = dice.choices(range(24), [1] * 7 + [5] * 15 + [2] * 2)[0]
            at = FIRST + timedelta(days=int(dice.random() * days), hours=hour, minutes=dice.random() * 60)
            if at < FIRST + timedelta(days=days):
                found.append((grid(at, GRAIN).timestamp(), kind, begin))
    return sorted(found, key=lambda each: each[:2])


async def live(station: Station, days: float, seed: int) -> Month:
    """Let that many days pass from FIRST. What people did stands in the Month."""
    gc.disable()  # a month of chats is kept, and none of it is garbage
    try:
        return await _live(station, days, seed)
    finally:
        gc.enable()


async def _live(station: Station, days: float, seed: int) -> Month:
    month = Month(station, random.Random(seed))
    coming = beginnings(month.dice, days)
    heapq.heapify(coming)
    newest, order = 0, 0
    await station.moment(FIRST)
    while coming or month.plans:
        at = min(queue[0][0] for queue in (coming, month.plans) if queue)
        if at > (FIRST + timedelta(days=days)).timestamp():
            break
        await station.moment(datetime.fromtimestamp(at, UTC))
        while coming and coming[0][0] <= at:
            begin = heapq.heappop(coming)[2]
            await begin(month)
            _count(month, begin.__name__)
        while month.plans and month.plans[0][0] <= at:
            order += 1
            await _follow(month, heapq.heappop(month.plans)[2], order)
        await station.settle()
        for ticket in await station.tickets_after(newest):
            newest, order = ticket.id, order + 1
            heapq.heappush(month.plans, (moment(month, ticket, None), order, ticket.id))
    await station.moment(FIRST + timedelta(days=days))
    return month


async def _follow(month: Month, ticket_id: int, order: int) -> None:
    """One more thing is done about a ticket, as it stands now."""
    async with month.station.engine.write() as tx:
        ticket: Ticket | None = await Unit(tx).tickets.get(ticket_id)
    assert ticket is not None
    choices = NEXT.get(ticket.state, {})
    if not choices:
        return
    act = month.dice.choices(list(choices), list(choices.values()))[0]
    await act(month, ticket)
    _count(month, act.__name__)
    if act is not nothing:
        heapq.heappush(month.plans, (moment(month, ticket, act), order, ticket_id))


def _count(month: Month, name: str) -> None:
    month.done[name] = month.done.get(name, 0) + 1
