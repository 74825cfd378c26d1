"""These may be one matter: by what, where and when, never by the words. Whoever leads the station decides."""

from datetime import timedelta

from handlers.kit import parse, texts
from handlers.kit import relay_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketGrew, TicketOpened
from handlers.kit.onduty import who_is_on
from handlers.tickets.feature import tickets
from handlers.tickets.linking import NO_MATTER, join
from storage.model.incidents import Suggestion, SuggestionState
from storage.model.matters import Category
from storage.model.messages import Button, Content, Role
from storage.model.people import Duty, PersonRole
from storage.model.tickets import EntryKind, Ticket

WITHIN = timedelta(hours=48)
NEVER = frozenset({Category.PAPERS, Category.QUESTION, Category.LOST, Category.OTHER})
"""What many people ask, each for themselves."""

NAMED = 8
LEADERS = (PersonRole.DUTY_LEADER, PersonRole.LEADER)


@tickets.on(TicketOpened)
async def opened(ctx: Context, fact: TicketOpened) -> None:
    if not fact.reopened:
        await _suggest(ctx, fact.ticket_id)


@tickets.on(TicketGrew)
async def grew(ctx: Context, fact: TicketGrew) -> None:
    """Only now it is known what it is, or where."""
    await _suggest(ctx, fact.ticket_id)


async def _suggest(ctx: Context, ticket_id: int) -> None:
    """Once per ticket."""
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None or ticket.state in NO_MATTER or ticket.category is None or ticket.category in NEVER:
        return
    alike = await ctx.unit.incidents.alike(ticket, WITHIN, NAMED)
    if not alike:
        return
    suggestion_id = await ctx.unit.incidents.suggest(ticket.id, [t.id for t in alike], ctx.now)
    if suggestion_id is None:
        return
    buttons = (
        Button(label=say.SUGGEST_YES, action=f"alike:{suggestion_id}"),
        Button(label=say.SUGGEST_NO, action=f"unlike:{suggestion_id}"),
    )
    what = " · ".join(part for part in (ticket.category, await _where(ctx, ticket)) if part)
    told = [(t.number, texts.short(t.text, 40)) for t in alike]
    told.append((ticket.number, texts.short(ticket.text, 40)))
    content = Content(text=say.suggestion(ticket.number, [t.number for t in alike], what, told), buttons=(buttons,))
    for person_id in await leading(ctx, ticket):
        key = _key(suggestion_id, person_id)
        await ctx.tell(person_id, content, role=Role.ASK, ticket_id=ticket.id, key=key)


def _key(suggestion_id: int, person_id: int) -> str:
    return f"alike:{suggestion_id}:{person_id}"


async def _where(ctx: Context, ticket: Ticket) -> str:
    group = await ctx.group_of(ticket)
    return ticket.place or (group.title if group is not None else "")


async def leading(ctx: Context, ticket: Ticket) -> list[int]:
    """The duty leaders of this moment who can be written to; without any, all who lead the station."""
    station = await ctx.station_of(ticket)
    if station is None:
        return []
    reachable = {i.person_id for i in await ctx.unit.people.staff_identities(station.id) if i.chat_id}
    turns = await who_is_on(ctx.unit, station, ctx.now)
    found = [t.person_id for t in turns if t.duty is Duty.LEADER and t.person_id in reachable]
    members = await ctx.unit.people.staff(station.id)
    return list(dict.fromkeys(found)) or [m.person.id for m in members if m.role in LEADERS]


# ── 确认 · 不是一回事 ──────────────────────────────────────────────────────
@tickets.button("alike", args=parse.row_id, allow=Permission.REPORT)
async def confirm(ctx: Context, suggestion_id: int) -> None:
    suggestion, ticket = await _decided(ctx, suggestion_id, SuggestionState.CONFIRMED)
    found = [await ctx.unit.tickets.get(other) for other in suggestion.others]
    incident = await join(ctx, [*(t for t in found if t is not None and t.state not in NO_MATTER), ticket], "")
    officer = ctx.who.person.name
    await _settle(ctx, ticket, suggestion, say.SUGGESTION_CONFIRMED.format(officer=officer, number=incident.number))


@tickets.button("unlike", args=parse.row_id, allow=Permission.REPORT)
async def deny(ctx: Context, suggestion_id: int) -> None:
    suggestion, ticket = await _decided(ctx, suggestion_id, SuggestionState.DENIED)
    found = [await ctx.unit.tickets.get(other) for other in suggestion.others]
    numbers = texts.join(texts.number(t) for t in found if t is not None)
    text = say.DENIED_ENTRY.format(numbers=numbers)
    await ctx.log(EntryKind.LINK_DENIED, ticket=ticket, text=text, data={"others": list(suggestion.others)})
    await _settle(ctx, ticket, suggestion, say.SUGGESTION_DENIED.format(officer=ctx.who.person.name))


async def _decided(ctx: Context, suggestion_id: int, state: SuggestionState) -> tuple[Suggestion, Ticket]:
    """Decide it, if it is open and this person may. Raises UsageError."""
    known = await ctx.unit.incidents.suggestion(suggestion_id)
    ticket = await ctx.unit.tickets.get(known.ticket_id) if known is not None else None
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    ctx.require(Permission.DISPATCH, ticket.station_id)
    decided = await ctx.unit.incidents.decide(suggestion_id, state, ctx.who.person.id)
    if decided is None:
        raise UsageError(say.SUGGESTION_OVER)
    return decided, ticket


async def _settle(ctx: Context, ticket: Ticket, suggestion: Suggestion, done: str) -> None:
    """Everybody who was asked reads how it was decided."""
    for row in await ctx.unit.outbox.of_ticket(ticket.id, Role.ASK):
        if row.out.key.startswith(_key(suggestion.id, 0)[:-1]):
            text = f"{row.out.content.text}\n{done}"
            await ctx.edit(row.out.key, row.out.to, Content(text=text), public=False, lane=row.out.lane)
    await ctx.answer(done)
