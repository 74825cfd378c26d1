"""Who is on duty by a station's plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.kit.access import is_staff
from storage.model.people import Duty, Station
from storage.unit import Unit

DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """A person has a duty from `start` to `end` (UTC)."""

    person_id: int
    duty: Duty
    start: datetime
    end: datetime


async def who_is_on(unit: Unit, station: Station, at: datetime) -> Sequence[OnDuty]:
    """Who is on duty at this moment, in the order of the plan."""
    zone = ZoneInfo(station.tz)
    today = at.astimezone(zone).date()
    people = {m.person.id for m in await unit.people.staff(station.id) if is_staff(m.role)}
    found = []
    for shift in await unit.stations.shifts_around(station.id, today.weekday()):
        for day in (today - timedelta(days=1), today):
            end = shift.end if shift.end > shift.start else shift.end + DAY
            turn = OnDuty(
                person_id=shift.person_id,
                duty=shift.duty,
                start=_wall(day, shift.start, zone),
                end=_wall(day, end, zone),
            )
            if day.weekday() == shift.weekday and turn.start <= at < turn.end and shift.person_id in people:
                found.append(turn)
    return tuple(found)


def _wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minute, DAY)
    local = datetime(day.year, day.month, day.day, rest // 60, rest % 60, tzinfo=zone) + timedelta(days=days)
    return local.astimezone(UTC)
