"""/roster/<secret>.ics: one person's turns of duty, for the calendar of their phone. Who knows the address may read."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.clock import Clock
from bot.web.ics import Event, render
from handlers.kit.onduty import plan_of
from handlers.kit.plan import turns
from storage.engine.base import Engine, StoreDownError
from storage.model.people import Station
from storage.unit import Unit

BACK, AHEAD = timedelta(days=31), timedelta(days=92)
KEY = re.compile(r"[A-Za-z0-9_-]{20,64}")


def routes(engine: Engine, clock: Clock) -> list[BaseRoute]:
    """404 for every address that is nobody's (any more), 503 while the database is away."""

    async def calendar(request: Request) -> Response:
        key = request.path_params["key"]
        if not KEY.fullmatch(key):
            raise HTTPException(404)
        try:
            async with engine.read() as tx:
                body = await _calendar(Unit(tx), key, clock.now())
        except StoreDownError:
            raise HTTPException(503) from None
        if body is None:
            raise HTTPException(404)
        headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    return [Route("/roster/{key}.ics", calendar)]


async def _calendar(unit: Unit, key: str, now: datetime) -> bytes | None:
    person_id = await unit.roster.calendar_owner(key)
    if person_id is None:
        return None
    events: list[Event] = []
    works = False
    for station_id in await unit.people.roles(person_id):
        station = await unit.stations.get(station_id)
        if station is not None:
            found = await _events(unit, station, person_id, now)
            works = works or found is not None
            events += found or []
    return render("我的值班", sorted(events, key=lambda e: e.start), now) if works else None


async def _events(unit: Unit, station: Station, person_id: int, now: datetime) -> list[Event] | None:
    """None if this person does not work there."""
    today = now.astimezone(ZoneInfo(station.tz)).date()
    plan = await plan_of(unit, station, today - BACK, today + AHEAD)
    if person_id not in plan.people:
        return None
    return [
        Event(
            uid=f"{station.code}-{person_id}-{turn.duty.name.lower()}-{turn.start:%Y%m%dT%H%MZ}@pingan",
            start=turn.start,
            end=turn.end,
            title=f"{turn.duty} · {station.name}",
            place=station.address,
        )
        for turn in turns(plan, today - BACK, today + AHEAD)
        if turn.person_id == person_id
    ]
