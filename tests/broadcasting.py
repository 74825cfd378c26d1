"""What conversations about broadcasts share."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from storage.model.messages import Inbound
from storage.model.tickets import EntryKind
from tests.harness import World

SHANGHAI = ZoneInfo("Asia/Shanghai")


def take_time(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Seconds pass with everything people do, so that no chat runs into its rate limit."""
    happens = world.happens

    async def slowly(event: Inbound, *, settle: bool = True) -> None:
        world.clock.advance(seconds=2)
        await happens(event, settle=settle)

    monkeypatch.setattr(world, "happens", slowly)
    return world


def pushed(world: World, chat: str) -> list[str]:
    """What a group got by broadcast."""
    return [shown.text for shown in world.chat(chat) if shown.out.broadcast_id is not None]


def set_clock(world: World, local: str) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)
    world.clock.advance(seconds=(at - world.clock.now()).total_seconds())


async def entries(world: World, kind: EntryKind) -> list[str]:
    async with await world.unit() as unit:
        return [entry.text for entry in await unit.entries.of_station(world.station_id) if entry.kind is kind]
