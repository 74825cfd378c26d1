"""What tests of the auditor share: minutes that pass with it looking, and what the leader hears of it."""

from handlers.kit import audit_texts as say
from storage.model.audit import Finding
from storage.unit import Unit
from tests.harness import World


async def looks(world: World) -> bool:
    """The auditor looks now, and what it says is delivered. False if this minute was looked at before."""
    looked = await world.core.auditor.step()
    await world.settle()
    return looked


async def minutes(world: World, number: int = 1) -> None:
    """So many minutes pass, and the auditor looks in each."""
    for _ in range(number):
        await world.passes(minutes=1)
        await looks(world)


async def broken(world: World, station_id: int | None = None) -> list[Finding]:
    async with world.engine.read() as tx:
        return await Unit(tx).audit.open(station_id or world.station_id)


def alarms(world: World, chat: str = "p:sun") -> list[str]:
    """What the auditor has told in this chat, oldest first; 孙伟 leads all day long."""
    return [s.text for s in world.chat(chat) if s.text.startswith((say.HEAD, say.OVER_HEAD))]
