"""The roster, and what all of its commands need: where they may be used, whom names mean, who leads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.kit import parse, texts
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission, may
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.feature import Feature
from handlers.kit.names import call_names, named
from handlers.kit.onduty import plan_of, who_is_on
from handlers.kit.plan import Plan
from storage.model.people import Duty, Member, PersonRole, Station
from storage.model.roster import Post

TAKERS = {
    Duty.OFFICER: frozenset({PersonRole.OFFICER, PersonRole.DUTY_LEADER, PersonRole.LEADER}),
    Duty.LEADER: frozenset({PersonRole.DUTY_LEADER, PersonRole.LEADER}),
}
"""Who may be asked to take a post of a duty."""


@dataclass(frozen=True, slots=True)
class RosterSettings:
    """`public_url`: where people's phones reach our web server, without a slash at the end."""

    public_url: str = ""


roster = Feature("roster", title="排班", settings=RosterSettings())


def _own_number(text: str) -> int:
    try:
        return parse.ticket_number.parse(text)
    except UsageError:
        raise UsageError(say.NEED_OWN_NUMBER) from None


own_number = parse.Parser(_own_number, parse.ticket_number.looks)
"""3 · 3号: the number of a change or a leave. A reply to a ticket does not stand for it."""


def among_officers(ctx: Context) -> None:
    """Raises UsageError where residents read along."""
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)


async def members(ctx: Context, station_id: int) -> dict[int, Member]:
    return {m.person.id: m for m in await ctx.unit.people.staff(station_id)}


async def names_of(ctx: Context, station_id: int) -> dict[int, str]:
    return {key: m.person.name for key, m in (await members(ctx, station_id)).items()}


def called(people: Iterable[Member], text: str) -> tuple[Member, str] | None:
    """Whom the beginning of a text names, by the longest name, and what follows; None if nobody."""
    words = text.lstrip("@＠")
    every = sorted(((n, m) for m in people for n in call_names(m.person)), key=lambda pair: -len(pair[0]))
    for name, member in every:
        if words.lower().startswith(name):
            same = {m.person.id for n, m in every if n == name}
            if len(same) == 1:
                return member, words[len(name) :].strip()
    return None


def one_called(people: Sequence[Member], text: str) -> Member:
    """The only one called so. Raises UsageError naming who could be meant."""
    found = named(people, text)
    if not found:
        raise UsageError(say.NO_COLLEAGUE.format(name=text, names=texts.join(m.person.name for m in people)))
    if len(found) > 1:
        raise UsageError(say.SEVERAL.format(name=text, names=texts.join(m.person.name for m in found)))
    return found[0]


async def plan_around(ctx: Context, station: Station, *posts: Post) -> Plan:
    """The plan of the days of these posts."""
    days = [post.day for post in posts]
    return await plan_of(ctx.unit, station, min(days) - timedelta(days=1), max(days) + timedelta(days=1))


async def station_at(ctx: Context, station_id: int) -> Station:
    if ctx.station is not None and ctx.station.id == station_id:
        return ctx.station
    station = await ctx.unit.stations.get(station_id)
    if station is None:
        raise UsageError(texts.STALE_BUTTON)
    return station


async def leaders(ctx: Context, station: Station) -> list[int]:
    """Who sees to the roster: the duty leaders of this moment and the station's leaders, best reachable first.

    Where none of them can be written to, whoever manages the station.
    """
    people = await members(ctx, station.id)
    on = [t.person_id for t in await who_is_on(ctx.unit, station, ctx.now) if t.duty is Duty.LEADER]
    first = dict.fromkeys([*on, *(key for key, m in people.items() if m.role is PersonRole.LEADER)])
    reachable = {i.person_id for i in await ctx.unit.people.staff_identities(station.id) if i.chat_id}
    found = [key for key in first if key in people and key in reachable]
    return found or [k for k, m in people.items() if k in reachable and may(m.role, Permission.MANAGE)]


async def colleagues(ctx: Context, station_id: int, duty: Duty) -> list[Member]:
    """Everyone who could have this duty."""
    return [m for m in (await members(ctx, station_id)).values() if m.role in TAKERS[duty]]


def today(ctx: Context) -> date:
    return ctx.local().date()
