"""What stories of a ticket's life share: a second station, and what is read where."""

from storage.model.people import GroupKind, PersonRole
from tests.harness import BOT, PLATFORM, Someone, World


async def neighbours(world: World) -> Someone:
    """Another station with an officer of its own, who has nothing to do with ours."""
    ma = Someone(world, "ma", "马超", "g8")
    async with await world.unit() as unit:
        station = await unit.stations.put(code="xiwan", name="西湾派出所", tz="Asia/Shanghai")
        ours, world.station_id = world.station_id, station
        await world.enrol(unit, ma, PersonRole.LEADER)
        world.station_id = ours
        group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id="g8", title="西湾民警群")
        await unit.groups.bind(group.id, station_id=station, kind=GroupKind.OFFICERS, area_id=None, households=0)
    return ma


def reads(who: Someone, words: str) -> int:
    """How many messages in their private chat hold these words."""
    return sum(words in shown.text for shown in who.inbox)


def cards(world: World, who: Someone) -> int:
    return len([s for s in world.chat(who.private) if s.out.role == "card"])


__all__ = ["cards", "neighbours", "reads"]
