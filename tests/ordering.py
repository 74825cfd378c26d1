"""What stories of officers' own words share: tickets of a number, and what became of them."""

from storage.model.messages import Inbound
from storage.model.tickets import State
from tests.harness import World
from tests.stories import MATTER, person_id


async def numbered(world: World, *numbers: int) -> None:
    """In a new world 陈先生 reports a matter for each of these numbers (rising); 王建国 gets the cards."""
    last = 0
    for number in numbers:
        async with await world.unit() as unit:
            for _ in range(number - last - 1):
                await unit.stations.next_number(world.station_id)
        last = number
        await world.passes(minutes=10)
        await world.chen.says(f"@民警 {MATTER}")
        assert (await world.ticket(number)).state is State.OPEN


async def held(world: World, *numbers: int, by: str = "wang") -> None:
    """… and this officer claims them."""
    await numbered(world, *numbers)
    for number in numbers:
        await getattr(world, by).tells(f"接单 {number}")


async def holder(world: World, number: int) -> str:
    """The user id of who has it."""
    ticket = await world.ticket(number)
    for who in ("wang", "li", "zhao", "sun", "boss", "wu"):
        if ticket.assignee_id == await person_id(world, who):
            return who
    return ""


async def state(world: World, number: int = 12) -> State:
    return (await world.ticket(number)).state


async def again(world: World, event: Inbound) -> None:
    """The platform delivers it once more, to a process that was started anew."""
    await world.restart()
    await world.happens(event)
