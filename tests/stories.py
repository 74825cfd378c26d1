"""Beginnings of stories that many tests tell: a matter reported, taken, brought to its end."""

import pytest

from storage.model.people import PersonRole
from storage.model.tickets import Entry, EntryKind
from storage.unit import Unit
from tests.harness import Shown, World

MATTER = "楼上往下扔垃圾"


async def reported(world: World, text: str = MATTER) -> None:
    """陈先生 calls the police in the residents' group; 王建国 (area officer, on duty) gets the card."""
    await world.chen.says(f"@民警 {text}")


async def claimed(world: World, text: str = MATTER) -> None:
    await reported(world, text)
    await world.wang.presses("接单")


async def resolved(world: World, text: str = MATTER, finding: str = "已到场处置") -> None:
    await claimed(world, text)
    await world.wang.presses("办结")
    await world.wang.presses(finding)


async def confirmed(world: World) -> None:
    await resolved(world)
    await world.chen.presses("解决了", where="g1")


def everything(world: World) -> dict[str, list[tuple[str, list[str]]]]:
    """What every chat shows now, to see that nothing changed."""
    return {chat: [(s.text, s.labels) for s in shown] for chat, shown in world.platform.chats.items() if shown}


def texts_of(shown: list[Shown]) -> list[str]:
    return [s.text for s in shown]


async def entries(world: World, number: int = 1) -> list[Entry]:
    ticket = await world.ticket(number)
    async with world.engine.read() as tx:
        return await Unit(tx).entries.of_ticket(ticket.id)


async def kinds(world: World, number: int = 1) -> list[EntryKind]:
    return [entry.kind for entry in await entries(world, number)]


async def person_id(world: World, user_id: str) -> int:
    async with world.engine.read() as tx:
        known = await Unit(tx).people.by_identity("world", user_id)
    assert known is not None
    return known.person.id


async def make_role(world: World, user_id: str, role: PersonRole) -> None:
    async with await world.unit() as unit:
        known = await unit.people.by_identity("world", user_id)
        await unit.people.set_role(known.person.id, world.station_id, role)


async def silence(world: World, user_id: str) -> None:
    """This person never wrote to the bot: it cannot write to them."""
    async with await world.unit() as unit:
        await unit.people.unreachable("world", f"p:{user_id}")


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules that no database can change: many words, one database."""
