"""The calendar feed: a valid file of one person's turns, at an address nobody guesses and that can be taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.web.app import build_web
from bot.web.health import Health
from bot.web.ics import Event, render
from bot.web.roster import routes
from storage.engine.base import StoreDownError
from storage.model.people import PersonRole
from tests.harness import START, Someone, World
from tests.stories import make_role, person_id
from tests.test_duty import second_station


def lines(body: bytes) -> list[str]:
    """Unfolded, as a calendar reads it."""
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    return body.decode().replace("\r\n ", "").split("\r\n")


def test_the_file_is_as_the_standard_wants_it() -> None:
    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    long = "很长的所名，带逗号；和\\分号;" * 6
    event = Event(uid="a@pingan", start=start, end=start + timedelta(hours=12), title=long, place="东湾路\n110 号")
    found = lines(render("我的值班", [event], START))
    assert found[0] == "BEGIN:VCALENDAR"
    assert found[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261120T120000Z" in found
    assert "DTEND:20261121T000000Z" in found
    assert "LOCATION:东湾路\\n110 号" in found
    title = next(line for line in found if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    assert title.replace("\\;", ";").replace("\\\\", "\\") == long
    assert found.count("BEGIN:VEVENT") == found.count("END:VEVENT") == found.count("DTSTAMP:20261120T030000Z") == 1


async def get(world: World, address: str) -> httpx.Response:
    app = build_web(health=well, metrics=lambda: b"", chat=None, demo=False, routes=routes(world.engine, world.clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pingan") as client:
        return await client.get(address)


async def well() -> Health:
    return Health(ok=True)


async def address_of(who: Someone) -> str:
    await who.tells("日历")
    return who.inbox[-1].text.splitlines()[1]


async def test_ones_own_turns_and_nobody_elses(world: World) -> None:
    await world.boss.tells("换班 明天夜班 李强 换 赵敏")
    li, zhao = await address_of(world.li), await address_of(world.zhao)
    answer = await get(world, li)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    found = lines(answer.content)
    assert "DTSTART:20261120T120000Z" in found  # tonight, 20:00
    assert "DTSTART:20261121T120000Z" not in found  # given away
    assert "DTSTART:20261122T120000Z" in found
    assert found.count("SUMMARY:值班民警 · 东湾派出所") == found.count("BEGIN:VEVENT")
    assert "王建国" not in answer.text
    uids = [line for line in found if line.startswith("UID:")]
    assert len(set(uids)) == len(uids)
    assert "DTSTART:20261121T120000Z" in lines((await get(world, zhao)).content)
    again = await get(world, li)
    assert again.content == answer.content


async def test_an_address_is_dead_after_a_reset_and_after_leaving(world: World) -> None:
    first = await address_of(world.wang)
    assert len(first.rpartition("/")[2]) > 30
    await world.wang.tells("日历 重置")
    second = world.wang.inbox[-1].text.splitlines()[2]
    assert (await get(world, first)).status_code == 404
    assert (await get(world, second)).status_code == 200
    await make_role(world, "wang", PersonRole.RESIDENT)
    assert (await get(world, second)).status_code == 404
    for guess in ("x", "a" * 500, "../healthz", "%00"):
        assert (await get(world, f"/roster/{guess}.ics")).status_code == 404


async def test_one_feed_holds_the_turns_at_both_stations(world: World) -> None:
    ma, _ = await second_station(world)
    await make_role(world, "ma", PersonRole.OFFICER)
    async with await world.unit() as unit:
        shifts = list(await unit.stations.shifts(world.station_id))
        mine = await person_id(world, "ma")
        await unit.stations.replace_shifts(world.station_id, [*shifts, replace(shifts[0], person_id=mine)])
    found = lines((await get(world, await address_of(ma))).content)
    assert {"SUMMARY:值班民警 · 东湾派出所", "SUMMARY:值班民警 · 西河派出所"} <= set(found)


async def test_while_the_database_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address = await address_of(world.wang)

    def away() -> None:
        raise StoreDownError("gone")

    monkeypatch.setattr(world.engine, "read", away)
    assert (await get(world, address)).status_code == 503
