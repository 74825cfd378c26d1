"""Both databases keep the same promises: all or nothing, and one writer's work never in another's."""

import asyncio
import random
from contextlib import suppress

import pytest

from storage.engine import connect
from storage.engine.base import Engine, StoreDownError, Tx
from storage.model.people import PersonRole
from storage.unit import Unit


class Boom(Exception):
    pass


async def people(engine: Engine) -> list[str]:
    async with engine.read() as tx:
        return [m.person.name for m in await Unit(tx).people.members(1)]


@pytest.fixture
async def engine(engine: Engine) -> Engine:
    async with engine.write() as tx:
        assert await Unit(tx).stations.put(code="s", name="站", tz="Asia/Shanghai") == 1
    return engine


async def add(unit: Unit, name: str) -> None:
    person = await unit.people.add(name=name)
    await asyncio.sleep(0)  # others get their turn in the middle
    await unit.people.set_role(person.id, 1, PersonRole.OFFICER)


async def test_all_or_nothing(engine: Engine) -> None:
    with suppress(Boom):
        async with engine.write() as tx:
            await add(Unit(tx), "甲")
            raise Boom
    async with engine.write() as tx:
        await add(Unit(tx), "乙")
    assert await people(engine) == ["乙"]


async def test_a_savepoint_is_undone_alone(engine: Engine) -> None:
    async with engine.write() as tx:
        unit = Unit(tx)
        await add(unit, "甲")
        with suppress(Boom):
            async with tx.savepoint():
                await add(unit, "乙")
                async with tx.savepoint():
                    await add(unit, "丙")
                raise Boom
        with suppress(Boom):
            async with tx.savepoint():
                await add(unit, "丁")
                with suppress(Boom):
                    async with tx.savepoint():
                        await add(unit, "戊")
                        raise Boom
        await add(unit, "己")
    assert await people(engine) == ["甲", "丁", "己"]


async def nested(tx: Tx, dice: random.Random, kept: list[str], depth: int = 0) -> None:
    """Savepoints within savepoints, with or without anything in them; some are undone. `kept`: what must be left."""
    for _ in range(dice.randrange(4)):
        if depth == 4 or dice.random() < 0.4:
            kept.append(f"人{dice.random()}")
            await add(Unit(tx), kept[-1])
        elif dice.random() < 0.5:
            async with tx.savepoint():
                await nested(tx, dice, kept, depth + 1)
        else:
            with suppress(Boom):
                async with tx.savepoint():
                    await nested(tx, dice, [], depth + 1)
                    raise Boom


async def test_savepoints_within_savepoints_undo_what_is_theirs(engine: Engine) -> None:
    kept: list[str] = []
    for seed in range(60):
        async with engine.write() as tx:
            await nested(tx, random.Random(seed), kept)
    assert len(kept) > 60
    assert sorted(await people(engine)) == sorted(kept)


async def test_a_statement_that_fails_undoes_only_its_savepoint(engine: Engine) -> None:
    async with engine.write() as tx:
        unit = Unit(tx)
        await add(unit, "甲")
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            async with tx.savepoint():
                await unit.people.set_role(1, 999, PersonRole.OFFICER)
        await add(unit, "乙")
    assert await people(engine) == ["甲", "乙"]


async def test_interleaved_transactions_leave_no_orphans(engine: Engine) -> None:
    """A shared connection left 13 orphan rows in 500 such transactions."""

    async def one(n: int) -> None:
        with suppress(Boom):
            async with engine.write() as tx:
                await add(Unit(tx), f"人{n}")
                if n % 3 == 0:
                    raise Boom

    await asyncio.gather(*(one(n) for n in range(300)))
    kept = await people(engine)
    assert sorted(kept) == sorted(f"人{n}" for n in range(300) if n % 3)
    async with engine.read() as tx:
        for number in range(1, 400):
            person = await Unit(tx).people.get(number)
            assert person is None or person.name in kept


async def test_who_is_cancelled_leaves_nothing_and_blocks_nobody(engine: Engine) -> None:
    started = asyncio.Event()

    async def slow() -> None:
        async with engine.write() as tx:
            await add(Unit(tx), "甲")
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with engine.write() as tx:
        await add(Unit(tx), "乙")
    assert await people(engine) == ["乙"]


async def test_readers_see_what_is_committed_and_never_write(engine: Engine) -> None:
    async with engine.write() as tx:
        await add(Unit(tx), "甲")
        if engine.dialect == "sqlite":
            assert await people(engine) == []
    assert await people(engine) == ["甲"]


async def test_numbers_are_given_without_gaps_or_repeats(engine: Engine) -> None:
    numbers: list[int] = []

    async def one(n: int) -> None:
        with suppress(Boom):
            async with engine.write() as tx:
                number = await Unit(tx).stations.next_number(1)
                await asyncio.sleep(0)
                if n % 2:
                    raise Boom
                numbers.append(number)

    await asyncio.gather(*(one(n) for n in range(60)))
    assert sorted(numbers) == list(range(1, 31))


async def test_an_engine_that_is_not_open_says_so(database_url: str) -> None:
    closed = connect(database_url)
    with pytest.raises(StoreDownError):
        async with closed.write():
            pass
    with pytest.raises(StoreDownError):
        async with closed.read():
            pass


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_deadlock_is_nobodys_fault(engine: Engine) -> None:
    """Two processes take two rows crosswise: one loses and does everything again; no event is blamed for it."""
    async with engine.write() as tx:
        await Unit(tx).stations.put(code="t", name="二", tz="Asia/Shanghai")
    turn = asyncio.Barrier(2)
    lost: list[Exception] = []

    async def cross(first: int, second: int) -> None:
        try:
            async with engine.write() as tx:
                await Unit(tx).stations.next_number(first)
                await turn.wait()
                try:
                    async with tx.savepoint():
                        await Unit(tx).stations.next_number(second)
                except StoreDownError:
                    raise
                except Exception as error:  # noqa: BLE001 - this is what a handler would be blamed for
                    lost.append(error)
        except StoreDownError:
            lost.append(StoreDownError())

    await asyncio.gather(cross(1, 2), cross(2, 1))
    assert [type(error) for error in lost] == [StoreDownError]
