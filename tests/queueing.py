"""What stories of queues share: who belongs where, rules, and what a ticket's way was."""

from dataclasses import replace

import msgspec

from handlers.kit.routing import placed, queue_of
from storage.model.people import GroupKind
from storage.model.queues import Desk, Place, Queue, Rule
from storage.model.tickets import EntryKind
from storage.unit import Unit
from tests.harness import BOT, PLATFORM, World
from tests.stories import entries

ROOM, COMMUNITY, CASES = Place.COMMAND, Place.COMMUNITY, Place.CASES


async def desk(world: World, station_id: int = 0) -> Desk:
    async with world.engine.read() as tx:
        return await Unit(tx).queues.desk(station_id or world.station_id)


async def belong(world: World, place: Place, *user_ids: str, chat: str = "") -> Queue:
    """These people are listed in one of the three queues; its cards go to that group."""
    queue = placed(await desk(world), place)
    async with await world.unit() as unit:
        people = [(await unit.people.by_identity(PLATFORM, user)).person.id for user in user_ids]
        group = await unit.groups.by_chat(PLATFORM, chat) if chat else None
        queue = replace(queue, members=tuple(people), group_id=group.id if group else None)
        await unit.queues.put(queue)
    await world.core.refresh_hearing()
    return queue


async def add_queue(world: World, queue: Queue) -> int:
    async with await world.unit() as unit:
        queue_id: int = await unit.queues.put(queue)
    await world.core.refresh_hearing()
    return queue_id


async def set_rules(world: World, *rules: Rule) -> None:
    async with await world.unit() as unit:
        await unit.queues.replace_rules(world.station_id, rules)
    await world.core.refresh_hearing()


async def new_group(world: World, chat: str, kind: GroupKind) -> int:
    async with await world.unit() as unit:
        group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=chat, title=f"群{chat}")
        await unit.groups.bind(group.id, station_id=world.station_id, kind=kind, area_id=None, households=0)
        group_id: int = group.id
    await world.core.refresh_hearing()
    return group_id


async def stands(world: World, number: int = 1) -> tuple[str, str, str]:
    """(queue, why it is there, to whom it was brought)"""
    ticket = await world.ticket(number)
    async with world.engine.read() as tx:
        person = await Unit(tx).people.get(ticket.assignee_id or ticket.routed_id or 0)
    assert ticket.queue_id is not None
    name = queue_of(await desk(world), ticket.queue_id).name
    return name, ticket.queue_why, person.name if person else ""


async def turned(world: World, number: int = 1) -> list[str]:
    """Every 转队 of a ticket, as the log tells it."""
    found = [e for e in await entries(world, number) if e.kind is EntryKind.TURNED]
    assert all({"queue", "from", "holder", "reason"} == msgspec.json.decode(e.data).keys() for e in found)
    return [e.text for e in found]
