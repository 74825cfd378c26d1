"""Who may be given a ticket, and who is meant by a name."""

import re

from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.names import named
from handlers.kit.private import hide_private
from storage.model.messages import Button
from storage.model.people import Member, PersonRole

CHOICES = 12
TAKERS = (PersonRole.OFFICER, PersonRole.DUTY_LEADER, PersonRole.LEADER)
_PAUSE = re.compile(r"[\s，,：:;；]+")


async def colleagues(ctx: Context, station_id: int, *, but: int | None = None) -> list[Member]:
    """Whoever works on tickets there."""
    return [m for m in await ctx.unit.people.staff(station_id) if m.role in TAKERS and m.person.id != but]


async def colleague(ctx: Context, station_id: int, words: str, *, but: int | None = None) -> tuple[Member, str]:
    """Who is meant, and what else was written behind the name. Raises UsageError for nobody and for several."""
    everybody = await colleagues(ctx, station_id)
    name, rest = words, ""
    found = named(everybody, name)
    if not found:
        name, *more = _PAUSE.split(words.strip(), maxsplit=1)
        found, rest = named(everybody, name), more[0] if more else ""
    names = texts.join(m.person.name for m in found or everybody if found or m.person.id != but)
    if not found:
        raise UsageError(texts.NO_SUCH_COLLEAGUE.format(name=texts.short(hide_private(name), 12), names=names))
    if len(found) > 1:
        raise UsageError(texts.SEVERAL_COLLEAGUES.format(name=name, names=names))
    return found[0], rest


def choices(members: list[Member], action: str, ticket_id: int) -> tuple[tuple[Button, ...], ...]:
    """A button for each, `action:ticket.person`. Raises UsageError if there is nobody."""
    if not members:
        raise UsageError(texts.NO_COLLEAGUES)
    cells = [Button(label=m.person.name, action=f"{action}:{ticket_id}.{m.person.id}") for m in members[:CHOICES]]
    return tuple(tuple(cells[i : i + 3]) for i in range(0, len(cells), 3))
