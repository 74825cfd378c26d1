"""Broadcast rules at the tick: every group once per slot, in one piece, and as the configuration has them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.broadcast import sync_rules
from handlers.broadcast.words import NewRule
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from storage.engine.base import Engine, StoreDownError
from storage.model.people import Station
from storage.unit import Unit
from tests.ticking import NOON, SHANGHAI, add_station, at, make, pushes


class Written:
    """A rule as an operator writes it."""

    def __init__(self, name: str, cron: str, **more: Any) -> None:
        self.name, self.cron = name, cron
        self.station: str = more.get("station", "")
        self.kinds: tuple[str, ...] = more.get("kinds", ())
        self.topics: tuple[str, ...] = more.get("topics", ())


async def _sync(engine: Engine, station: Station, *rules: Written, now: datetime = NOON) -> None:
    async with engine.write() as tx:
        await sync_rules(Unit(tx), station, rules, now=now)


async def test_a_rule_reaches_every_group_once_per_slot(engine: Engine) -> None:
    station = await add_station(engine, groups=3)
    await _sync(engine, station, Written("晚间", "每天 18:30"))
    evening = at(SHANGHAI, "2026-11-20 18:30")
    for owner, seconds in (("one", -5), ("one", 0), ("one", 10), ("two", 90), ("three", 200)):
        await make(engine, owner=owner).tick(evening + timedelta(seconds=seconds))
    found = await pushes(engine)
    assert sorted(chat for chat, _ in found) == ["dongwan0", "dongwan1", "dongwan2"]
    await make(engine, owner="four").tick(evening + timedelta(days=1))
    assert len(await pushes(engine)) == 6


async def test_the_process_dies_while_the_deliveries_are_written(engine: Engine) -> None:
    """Half of the rows are written when it happens: none of them stays, and the next process sends them all."""
    station = await add_station(engine, groups=4)
    await _sync(engine, station, Written("晚间", "每天 18:30"))
    evening = at(SHANGHAI, "2026-11-20 18:30")

    async def die(ctx: Context) -> None:
        raise StoreDownError("the power is gone")

    with pytest.raises(StoreDownError):
        await make(engine, finish=die).tick(evening)
    assert await pushes(engine) == []
    await make(engine, owner="two").tick(evening + timedelta(minutes=2))
    assert len(await pushes(engine)) == 4


async def test_a_new_rule_does_not_send_what_lies_before_it(engine: Engine) -> None:
    station = await add_station(engine)
    await make(engine).tick(NOON)
    await _sync(engine, station, Written("上午", "55 11 * * *"))
    await make(engine).tick(NOON + timedelta(seconds=1))
    assert await pushes(engine) == []


async def test_a_rule_that_changed_since_it_was_looked_at_waits_for_the_next_look(engine: Engine) -> None:
    station = await add_station(engine)
    await _sync(engine, station, Written("晚间", "每天 18:30"))
    evening = at(SHANGHAI, "2026-11-20 18:30")
    scheduler = make(engine)
    token = await scheduler._lead(evening)
    [entry] = await scheduler._entries()
    async with engine.write() as tx:
        assert entry.rule is not None
        assert await Unit(tx).broadcasts.switch_rule(entry.rule.id, enabled=False)
    assert token is not None
    await scheduler._guarded(entry, evening, token)
    assert await pushes(engine) == []


async def test_a_changed_rule_starts_anew_and_a_disabled_one_stays_off_over_a_restart(engine: Engine) -> None:
    station = await add_station(engine)
    yesterday = NOON - timedelta(days=1)
    await _sync(engine, station, Written("晚间", "每天 18:30"), now=yesterday)
    await make(engine).tick(yesterday + timedelta(hours=6, minutes=30))
    assert len(await pushes(engine)) == 2
    await _sync(engine, station, Written("晚间", "每天 11:30"), now=NOON)
    await make(engine).tick(NOON + timedelta(minutes=1))
    assert len(await pushes(engine)) == 2
    async with engine.write() as tx:
        unit = Unit(tx)
        [rule] = await unit.broadcasts.rules(station.id)
        assert (rule.cron, rule.origin, rule.enabled) == ("30 11 * * *", "config", True)
        assert await unit.broadcasts.switch_rule(rule.id, enabled=False)
    await _sync(engine, station, Written("晚间", "每天 11:30"), now=NOON)
    await make(engine).tick(at(SHANGHAI, "2026-11-21 11:30"))
    assert len(await pushes(engine)) == 2


async def test_rules_follow_the_configuration(engine: Engine) -> None:
    station = await add_station(engine)
    async with engine.write() as tx:
        unit = Unit(tx)
        own = NewRule(name="自己的", cron="0 9 * * *")
        await unit.broadcasts.add_rule(
            station_id=station.id, name=own.name, cron=own.cron, kinds=(), topics=(), origin="command"
        )
    rules = [Written("甲", "0 9 * * *"), Written("乙", "0 9 * * *", station="other"), Written("丙", "0 9 * * *")]
    await _sync(engine, station, *rules[:1], rules[2])
    await _sync(engine, station, *rules[:1], rules[2])
    await _sync(engine, station, *rules[:2])
    async with engine.read() as tx:
        unit = Unit(tx)
        assert [rule.name for rule in await unit.broadcasts.rules(station.id)] == ["自己的", "甲"]
        changes = [entry.text for entry in await unit.entries.of_station(station.id)]
    assert sorted(changes) == sorted(["甲", "丙", "丙"])


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        (Written("坏", "明天吧"), "“坏”"),
        (Written("坏", "每天 9:00 业主"), "kinds"),
        (Written("坏", "0 9 * * *", kinds=("火星",)), "火星"),
        (Written("坏", "0 9 * * *", topics=("鬼故事",)), "鬼故事"),
    ],
)
async def test_a_bad_rule_in_the_configuration_is_named(engine: Engine, rule: Written, hint: str) -> None:
    station = await add_station(engine)
    with pytest.raises(UsageError, match=hint):
        await _sync(engine, station, rule)
