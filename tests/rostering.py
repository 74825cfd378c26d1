"""What conversations about the roster are checked with."""

import json
from datetime import date, timedelta

from handlers.kit.onduty import plan_of
from handlers.kit.plan import turns
from storage.model.people import Duty, Shift
from storage.model.roster import ChangeState
from storage.model.tickets import EntryKind
from storage.unit import Unit
from tests.harness import Someone, World
from tests.stories import person_id

# START is Friday 20 November 2026, 11:00. 王建国 and 赵敏 have 8–20, 李强 20–8, 孙伟 leads around the clock.


async def on_day(world: World, day: int, *, month: int = 11) -> list[str]:
    """ "王建国 08:00" for every officers' turn out of a post of that day."""
    async with world.engine.read() as tx:
        unit = Unit(tx)
        station = await unit.stations.get(world.station_id)
        assert station is not None
        wanted = date(2026, month, day)
        plan = await plan_of(unit, station, wanted, wanted)
        names = {m.person.id: m.person.name for m in await unit.people.staff(station.id)}
        return [
            f"{names[t.person_id]} {t.start.astimezone(plan.zone):%H:%M}"
            for t in turns(plan, wanted, wanted)
            if t.duty is Duty.OFFICER
        ]


async def state(world: World, number: int = 1) -> ChangeState:
    async with world.engine.read() as tx:
        change = await Unit(tx).roster.change_by_number(world.station_id, number)
    assert change is not None
    return change.state


def labels(who: Someone) -> list[str]:
    return who.inbox[-1].labels if who.inbox else []


async def changes_logged(world: World) -> list[str]:
    async with world.engine.read() as tx:
        found = await Unit(tx).entries.of_station(world.station_id)
    return [json.loads(e.data)["what"] for e in reversed(found) if e.kind is EntryKind.DUTY_CHANGED]


USUAL = ["王建国 08:00", "赵敏 08:00", "李强 20:00"]


async def logged(world: World, kind: EntryKind) -> int:
    async with world.engine.read() as tx:
        return [e.kind for e in await Unit(tx).entries.of_station(world.station_id)].count(kind)


async def plan_is(world: World, *rows: tuple[str, Duty, int, int, int]) -> None:
    """(who, duty, weekday, from hour, to hour)."""
    ids = {who: await person_id(world, who) for who, *_ in rows}
    shifts = [
        Shift(id=0, station_id=world.station_id, person_id=ids[who], duty=duty, weekday=w, start=a * 60, end=b * 60)
        for who, duty, w, a, b in rows
    ]
    async with await world.unit() as unit:
        await unit.stations.replace_shifts(world.station_id, shifts)


async def every_morning(world: World, times: int = 1) -> None:
    """Until 8:05 of the next days."""
    for _ in range(times):
        now = world.clock.now() + timedelta(hours=8)
        until = (now + timedelta(days=1)).replace(hour=8, minute=5) if now.hour >= 8 else now.replace(hour=8, minute=5)
        await world.passes(seconds=(until - now).total_seconds())
