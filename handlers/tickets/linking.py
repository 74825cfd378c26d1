"""串并: tickets that are one matter are linked into an incident, and taken apart again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.kit import parse, texts
from handlers.kit import relay_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number
from handlers.tickets.view import refresh_cards
from storage.model.incidents import Incident, IncidentState
from storage.model.tickets import EntryKind, State, Ticket

LONGEST_TITLE = 40
MOST = 50
"""Tickets that are named at once."""

_NUMBER = re.compile(r"(?:第|#)?(\d{1,9})\s*(?:号单|号|单)?(?:[\s、,，;；和与跟及+]+|$)")
NO_MATTER = frozenset({State.WITHDRAWN, State.FALSE_ALARM})


@dataclass(frozen=True, slots=True)
class Numbers:
    """Ticket numbers, and the words after them."""

    numbers: tuple[int, ...]
    text: str


def _numbers(text: str) -> Numbers:
    rest, found = parse.normalise(text), []
    while match := _NUMBER.match(rest):
        found.append(int(match.group(1)))
        rest = rest[match.end() :]
    return Numbers(tuple(dict.fromkeys(found))[:MOST], rest.strip())


def _looks(text: str) -> bool:
    return not text.strip() or bool(_numbers(text).numbers)


numbers = parse.Parser(_numbers, _looks)
"""12 15 18 电动车被盗 · 12、15号和18号"""


# ── 串并 ───────────────────────────────────────────────────────────────────
@tickets.command(
    "串并", slash="link", args=numbers, allow=Permission.WORK, help="串并 12 15 18 电动车被盗　几单是一回事"
)
async def link(ctx: Context, arg: Numbers) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    wanted = await _with_replied(ctx, arg.numbers)
    if not wanted:
        await _list(ctx)
        return
    if len(wanted) < 2:
        raise UsageError(say.NEED_LINK)
    found = [await ticket_by_number(ctx, number) for number in wanted]
    incident = await join(ctx, found, arg.text[:LONGEST_TITLE])
    members = await ctx.unit.incidents.tickets(incident.id)
    named = texts.join(texts.number(t) for t in members)
    await ctx.reply(say.LINKED.format(number=incident.number, title=incident.title, tickets=named))


async def _with_replied(ctx: Context, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """One number in a reply to a ticket's message: that ticket is the other one."""
    event = ctx.event
    if len(wanted) != 1 or not event.reply_to:
        return wanted
    where = event.chat.address
    ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
    return tuple(dict.fromkeys((ticket.number, *wanted))) if ticket and ticket.station_id == ctx.here.id else wanted


async def _list(ctx: Context) -> None:
    found = await ctx.unit.incidents.open_ones(ctx.here.id)
    if not found:
        raise UsageError(say.NO_INCIDENTS)
    lines = []
    for incident in found:
        members = await ctx.unit.incidents.tickets(incident.id)
        lines.append(say.incident_line(incident, [t.number for t in members]))
    await ctx.reply(say.incidents(lines))


async def join(ctx: Context, found: Sequence[Ticket], title: str) -> Incident:
    """Link these tickets of one station. Raises UsageError if they cannot be one matter, or are already."""
    gone = [texts.number(t) for t in found if t.state in NO_MATTER]
    if gone:
        raise UsageError(say.LINK_WITHDRAWN.format(numbers=texts.join(gone)))
    incident = await _common(ctx, found)
    if incident is None:
        by = ctx.who.person.id
        made = title or title_of(found)
        incident = await ctx.unit.incidents.add(found[0].station_id, made, at=ctx.now, by_id=by)
    joined = [await ctx.unit.incidents.link(incident.id, t.id) for t in found if t.incident_id is None]
    for ticket in joined:
        if ticket is not None:
            text = say.LINK_ENTRY.format(number=incident.number)
            await ctx.log(EntryKind.LINKED, ticket=ticket, text=text, data={"incident": incident.id})
    for ticket in await ctx.unit.incidents.tickets(incident.id):
        await refresh_cards(ctx, ticket)
    return incident


async def _common(ctx: Context, found: Sequence[Ticket]) -> Incident | None:
    """The open incident some of them are in; None if none is. Raises UsageError if they are in several."""
    known = dict.fromkeys(t.incident_id for t in found if t.incident_id is not None)
    incidents = [i for i in [await ctx.unit.incidents.get(incident_id) for incident_id in known] if i is not None]
    over = next((i for i in incidents if i.state is not IncidentState.OPEN), None)
    if over is not None:
        raise UsageError(say.INCIDENT_OVER.format(number=over.number))
    if len(incidents) > 1:
        raise UsageError(say.LINK_SEVERAL.format(numbers="、".join(str(i.number) for i in incidents)))
    if incidents and all(t.incident_id is not None for t in found):
        raise UsageError(say.LINK_SAME.format(number=incidents[0].number))
    return incidents[0] if incidents else None


def title_of(found: Sequence[Ticket]) -> str:
    """What and where, without a word of what was told."""
    what = next((t.category for t in found if t.category), None)
    where = next((t.place for t in found if t.place and not t.confidential), "")
    return " · ".join(part for part in (what or "", where) if part) or texts.number(found[0])


# ── 取消串并 ───────────────────────────────────────────────────────────────
@tickets.command(
    "取消串并", slash="unlink", args=parse.ticket_number, allow=Permission.WORK, help="取消串并 15　这一单不是一回事"
)
async def unlink(ctx: Context, number: int) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    ticket = await ticket_by_number(ctx, number)
    incident = await ctx.unit.incidents.get(ticket.incident_id) if ticket.incident_id is not None else None
    if incident is None:
        raise UsageError(say.NOT_LINKED.format(number=texts.number(ticket)))
    if incident.state is not IncidentState.OPEN:
        raise UsageError(say.INCIDENT_OVER.format(number=incident.number))
    await _take_out(ctx, incident, ticket)
    rest = await ctx.unit.incidents.tickets(incident.id)
    done = say.UNLINKED
    if len(rest) < 2:
        await ctx.unit.incidents.end(incident.id, IncidentState.DISSOLVED, finding="", at=ctx.now)
        done = say.DISSOLVED
        for left in rest:
            await _take_out(ctx, incident, left)
    for left in rest if len(rest) > 1 else ():
        await refresh_cards(ctx, left)
    await ctx.reply(done.format(number=texts.number(ticket), incident=incident.number))


async def _take_out(ctx: Context, incident: Incident, ticket: Ticket) -> None:
    now = await ctx.unit.incidents.unlink(incident.id, ticket.id)
    if now is None:
        return
    text = say.LINK_ENTRY.format(number=incident.number)
    await ctx.log(EntryKind.UNLINKED, ticket=now, text=text, data={"incident": incident.id})
    await refresh_cards(ctx, now)
