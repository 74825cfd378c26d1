"""Which ticket is meant, and may this person see it?"""

from handlers.kit import texts
from handlers.kit.access import Permission, is_staff
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.names import public_name
from handlers.tickets.limits import limits_at
from storage.model.tickets import HELD, Ticket


async def ticket_by_number(ctx: Context, number: int) -> Ticket:
    """One's own ticket, or for staff any of their station. Others' tickets do not exist for a resident."""
    if ctx.who.anonymous:
        raise UsageError(texts.NO_RIGHT_ANONYMOUS)  # several people may be behind one hidden name
    staff = is_staff(ctx.who.role_at(ctx.here.id))
    if not staff and not ctx.public:
        return await _own(ctx, number)
    ticket = await ctx.unit.tickets.by_number(ctx.here.id, number)
    if ticket is None or not (staff or ticket.reporter_id == ctx.who.person.id):
        raise UsageError((texts.NO_SUCH_STAFF if staff else texts.NO_SUCH).format(number=number))
    return ticket


async def _own(ctx: Context, number: int) -> Ticket:
    """In private a number alone may mean tickets of several stations: then nothing is guessed."""
    own = await ctx.unit.tickets.own_by_number(ctx.who.person.id, number)
    if not own:
        raise UsageError(texts.NO_SUCH.format(number=number))
    if len(own) > 1:
        names = [await ctx.unit.stations.get(ticket.station_id) for ticket in own]
        stations = texts.join(station.name for station in names if station is not None)
        raise UsageError(texts.SEVERAL_STATIONS.format(number=number, stations=stations))
    return own[0]


async def ticket_to_work(ctx: Context, ticket_id: int) -> Ticket:
    """The ticket behind an officer's button. Role at the ticket's own station is checked on every press.

    A press of its holder is a sign of life, whatever comes of it: it renews the lease.
    """
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    ctx.require(Permission.WORK, ticket.station_id)
    if ticket.assignee_id != ctx.who.person.id or ticket.state not in HELD:
        return ticket
    until = ctx.now + (await limits_at(ctx, ticket.station_id)).lease_of(ticket)
    return await ctx.unit.held.renew(ticket.id, ticket.assignee_id, until) or ticket


async def officer_name(ctx: Context, person_id: int | None, *, public: bool = False) -> str:
    """Full name, for colleagues (`public`: as residents call them); empty if nobody."""
    person = await ctx.unit.people.get(person_id) if person_id is not None else None
    if person is None:
        return ""
    return public_name(person) if public else person.name
