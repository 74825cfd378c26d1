"""Scheduled texts do not all start in the same second: each group has a moment of its own, within allowed hours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.broadcast import BroadcastSettings, sync_rules
from storage.model.people import GroupKind
from storage.unit import Unit
from tests.fake_platform import BOT, PLATFORM
from tests.harness import World
from tests.test_schedule_rules import Written

GROUPS = 40
SPREAD = BroadcastSettings(spread_seconds=120)


async def many(world: World, settings: BroadcastSettings, when: str, platform: str = PLATFORM) -> None:
    """A rule for `GROUPS` groups of a kind of their own."""
    world.settings = {BroadcastSettings: settings}
    await world.restart()
    async with await world.unit() as unit:
        for number in range(GROUPS):
            group = await unit.groups.seen(platform=platform, bot=BOT, chat_id=f"g{100 + number}", title="村")
            await unit.groups.bind(
                group.id, station_id=world.station_id, kind=GroupKind.VILLAGE, area_id=None, households=1
            )
        station = await unit.stations.get(world.station_id)
        assert station is not None
        await sync_rules(unit, station, [Written("晚间", f"每天 {when}", kinds=("村组",))], now=world.clock.now())


def hour(text: str) -> datetime:
    """At our station, on the day the world stands at."""
    return datetime.fromisoformat(f"2026-11-20T{text}+08:00").astimezone(UTC)


async def starts(world: World) -> list[datetime]:
    async with world.engine.read() as tx:
        rows = [await Unit(tx).outbox.by_key(f"push:1:{n}") for n in range(1, GROUPS + 10)]
        return [row.out.due_at for row in rows if row is not None and row.out.due_at is not None]


async def to(world: World, moment: datetime, *, settle: bool = True) -> None:
    world.clock.advance(seconds=(moment - world.clock.now()).total_seconds())
    await world.core.scheduler.tick(world.clock.now())
    if settle:
        await world.settle()


def reached(world: World) -> int:
    return sum(bool(world.platform.chats[f"g{100 + number}"]) for number in range(GROUPS))


async def test_each_group_at_its_own_moment_which_a_restart_does_not_change(world: World) -> None:
    await many(world, SPREAD, "18:30")
    half = hour("18:30:00")
    await to(world, half)
    before = await starts(world)
    assert len(before) == GROUPS
    assert len(set(before)) > GROUPS / 2
    assert all(half <= start <= half + timedelta(seconds=120) for start in before)
    await to(world, half + timedelta(seconds=60))
    told = reached(world)
    assert 0 < told < GROUPS
    assert told == sum(start <= world.clock.now() for start in before)
    await world.restart()
    assert await starts(world) == before
    await to(world, half + timedelta(seconds=120))
    assert reached(world) == GROUPS
    assert all(len(world.platform.chats[f"g{100 + number}"]) == 1 for number in range(GROUPS))


@pytest.mark.parametrize(
    ("settings", "when"),
    [
        (BroadcastSettings(), "18:30"),
        (BroadcastSettings(spread_seconds=120, together=frozenset({PLATFORM})), "18:30"),
        (BroadcastSettings(spread_seconds=120, quiet_start="18:30", quiet_end="18:31"), "18:30"),
    ],
)
async def test_one_task_stays_one_and_quiet_hours_stay_quiet(world: World, settings: Any, when: str) -> None:
    await many(world, settings, when)
    await to(world, hour(f"{when}:00"))
    found = await starts(world)
    quiet = settings.quiet_start == "18:30"
    assert len(found) == GROUPS
    assert (len(set(found)) == 1) != quiet
    assert all(start >= hour("18:31:00") for start in found) == quiet


async def test_nobody_is_told_after_the_quiet_hours_have_begun(world: World) -> None:
    await many(world, SPREAD, "21:59")
    await to(world, hour("21:59:00"))
    found = await starts(world)
    assert len(set(found)) > 1
    assert all(start < hour("22:00:00") for start in found)


async def test_what_a_person_sends_leaves_at_once(world: World) -> None:
    await many(world, SPREAD, "18:30")
    await world.boss.tells("播报 村组：明天停水，有事请 @民警。")
    await world.boss.presses(f"发送到 {GROUPS} 个群")
    assert reached(world) == GROUPS
