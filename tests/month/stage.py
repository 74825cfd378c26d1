"""What everybody in a month shares: the dice, what is planned, and what people failed to do."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from storage.model.people import Duty
from storage.model.tickets import Ticket
from tests.harness import Someone
from tests.month.station import Station


@dataclass
class Month:
    """The dice, and what people did and failed to do."""

    station: Station
    dice: random.Random
    plans: list[tuple[float, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)  # a heap
    late: set[int] = field(default_factory=set)  # tickets somebody left lying
    done: dict[str, int] = field(default_factory=dict)  # how often each thing was done
    empty: set[tuple[Duty, float]] = field(default_factory=set)  # hours in which nobody had a duty

    def pick(self, people: list[Someone]) -> Someone:
        return self.dice.choice(people)

    def reporter(self, ticket: Ticket) -> Someone:
        user = ticket.text.rsplit("#", 1)[-1].split("\n", 1)[0].strip()
        return self.station.residents[int(user)]

    def count(self, name: str) -> None:
        self.done[name] = self.done.get(name, 0) + 1


Beginning = Callable[[Month], Awaitable[None]]


async def says(month: Month, who: Someone, text: str, **more: Any) -> None:
    await who.says(text, settle=False, **more)
