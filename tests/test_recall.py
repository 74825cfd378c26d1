"""What a transaction remembers of the directory is always what the database would say now."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from storage.engine.base import Engine
from storage.engine.named import statements
from storage.model.people import Duty, GroupKind, Identity, Person, PersonRole, Shift
from storage.unit import Unit
from tests.harness import World


async def _station(unit: Unit) -> int:
    return await unit.stations.put(code="a", name="甲所", tz="Asia/Shanghai")


async def _names(unit: Unit, station: int) -> list[str]:
    return [m.person.name for m in await unit.people.staff(station)]


async def test_a_change_of_role_is_seen_at_once(engine: Engine) -> None:
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await _station(unit)
        assert await _names(unit, station) == []
        wang = await unit.people.add(name="王建国")
        await unit.people.set_role(wang.id, station, PersonRole.OFFICER)
        assert await _names(unit, station) == ["王建国"]
        await unit.people.set_role(wang.id, station, PersonRole.RESIDENT)
        assert await _names(unit, station) == []


async def test_accounts_shifts_groups_and_stations_too(engine: Engine) -> None:
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await _station(unit)
        wang = await unit.people.add(name="王建国")
        await unit.people.set_role(wang.id, station, PersonRole.OFFICER)
        assert await unit.people.staff_identities(station) == ()
        assert await unit.stations.shifts(station) == ()
        assert await unit.groups.officers(station) == ()
        await unit.people.add_identity(Identity(platform="p", bot="b", user_id="1", person_id=wang.id))
        shift = Shift(id=0, station_id=station, person_id=wang.id, duty=Duty.OFFICER, weekday=6, start=0, end=60)
        await unit.stations.replace_shifts(station, [shift])
        group = await unit.groups.seen(platform="p", bot="b", chat_id="g", title="群")
        await unit.groups.bind(group.id, station_id=station, kind=GroupKind.OFFICERS, area_id=None, households=0)
        assert [i.user_id for i in await unit.people.staff_identities(station)] == ["1"]
        assert [s.weekday for s in await unit.stations.shifts(station)] == [6]
        assert [g.title for g in await unit.groups.officers(station)] == ["群"]


async def test_what_is_undone_is_forgotten(engine: Engine) -> None:
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await _station(unit)
        with suppress(LookupError):
            async with tx.savepoint():
                wang = await unit.people.add(name="王建国")
                await unit.people.set_role(wang.id, station, PersonRole.OFFICER)
                assert await _names(unit, station) == ["王建国"]
                raise LookupError
        assert await _names(unit, station) == []


async def test_the_next_transaction_remembers_nothing(engine: Engine) -> None:
    async with engine.write() as tx:
        station = await _station(Unit(tx))
        assert await _names(Unit(tx), station) == []
    async with engine.write() as tx:
        unit = Unit(tx)
        wang = await unit.people.add(name="王建国")
        await unit.people.set_role(wang.id, station, PersonRole.OFFICER)
    async with engine.write() as tx:
        assert await _names(Unit(tx), station) == ["王建国"]


async def test_a_newcomer_is_a_resident_and_comes_once(engine: Engine) -> None:
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await _station(unit)
        account = Identity(platform="p", bot="b", user_id="7", person_id=0)
        first = await unit.people.newcomer("陈先生", account)
        await unit.people.settle(first.id, station)
        assert await unit.people.roles(first.id) == {station: PersonRole.RESIDENT}
        assert (await unit.people.newcomer("陈先生", account)).id == first.id


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_every_write_to_the_directory_is_known(dialect: str) -> None:
    changing = {name for name, statement in statements(dialect).items() if statement.forgets}
    expected = {"station_put", "area_put", "shift_add", "shift_clear", "group_seen", "group_bind", "group_left"}
    expected |= {"group_move", "person_add", "person_update", "person_rename", "identity_add", "identity_link"}
    expected |= {"identity_reachable", "identity_unreachable", "member_set", "member_remove"}
    assert changing >= expected
    assert all("select" in statements(dialect)[n].sql.lower()[:20] for n in ("member_staff", "station_get"))


async def test_a_ticket_just_written_is_what_the_database_says(world: World) -> None:
    await world.chen.says("@民警 楼上漏水")
    async with world.engine.write() as tx:
        unit = Unit(tx)
        before = await world.ticket()
        added = await unit.tickets.add(replace(before, number=99))
        with suppress(LookupError):
            async with tx.savepoint():
                await unit.tickets.route(added, before.reporter_id, "试一试", world.clock.now())
                assert (await unit.tickets.get(added.id)).routed_why == "试一试"  # type: ignore[union-attr]
                raise LookupError
        assert (await unit.tickets.get(added.id)).routed_why == ""  # type: ignore[union-attr]
        await unit.tickets.grow(replace(added, text="改了"))
        assert (await unit.tickets.get(added.id)).text == "改了"  # type: ignore[union-attr]
        known = await unit.people.staff(world.station_id)
        another = await unit.tickets.add(
            replace(before, number=98, routed_id=None, routed_why="", queue_id=None, queue_why="")
        )
        await unit.tickets.grow(replace(another, text="又改了", place="东湾路", asked="where", joined=2))
        assert await unit.people.staff(world.station_id) is known  # the directory is not asked again
        grown = await unit.tickets.get(another.id)
    assert await world.ticket(98) == grown


async def test_statements_without_their_returning_tell_the_same(engine: Engine) -> None:
    async with engine.write() as tx:
        jobs = Unit(tx).jobs
        due = datetime(2026, 11, 20, tzinfo=UTC)
        assert await jobs.add("x", key="once", due_at=due) is True
        assert await jobs.add("x", key="once", due_at=due) is False
        first, second = [(await Unit(tx).people.add(name=name)).id for name in ("甲", "乙")]
        assert (await Unit(tx).people.get(first), await Unit(tx).people.get(second)) == (
            Person(id=first, name="甲"),
            Person(id=second, name="乙"),
        )
