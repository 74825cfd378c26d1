"""The plan of a station as it is stored, and who is on duty by it."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.kit.access import is_staff
from handlers.kit.plan import MARGIN, ONE_DAY, OnDuty, Plan, on_duty
from handlers.kit.worktime import Calendar
from storage.model.people import Duty, Station
from storage.unit import Unit


async def plan_of(unit: Unit, station: Station, first: date, last: date) -> Plan:
    """What is needed to know who has the posts that begin on these days of station time."""
    first, last = first - MARGIN - ONE_DAY, last + MARGIN
    return Plan(
        zone=ZoneInfo(station.tz),
        people=frozenset(m.person.id for m in await unit.people.staff(station.id) if is_staff(m.role)),
        shifts=await unit.stations.shifts(station.id),
        rotations=await unit.roster.rotations(station.id),
        changes=await unit.roster.changes(station.id, first, last),
        leaves=await unit.roster.leaves(station.id, first, last),
        calendar=Calendar({own.day: own.free for own in await unit.roster.own_days(station.id)}),
    )


async def planned(unit: Unit, station_id: int) -> frozenset[Duty]:
    """The duties somebody is ever planned for; one that is in no plan is nobody's."""
    shifts = frozenset(shift.duty for shift in await unit.stations.shifts(station_id))
    return shifts | {rotation.duty for rotation in await unit.roster.rotations(station_id)}


async def who_is_on(unit: Unit, station: Station, at: datetime) -> Sequence[OnDuty]:
    """Who is on duty at this moment, in the order of the plan. Asked once per moment and transaction."""

    async def load() -> Sequence[OnDuty]:
        day = at.astimezone(ZoneInfo(station.tz)).date()
        return tuple(on_duty(await plan_of(unit, station, day, day), at))

    return await unit.tx.recall(("who_is_on", station.id, at), load)
