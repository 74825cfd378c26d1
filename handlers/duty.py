"""Who gets a ticket: the person mentioned → the area's officer → duty officer → duty leader.

Who is on duty comes from the roster, who is free from what officers said. A step with nobody on it takes no time: the
next one is asked in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from handlers.kit import texts
from handlers.kit.access import Permission, may
from handlers.kit.context import Context
from handlers.kit.facts import (
    DutyAsked,
    DutyGapMet,
    DutyStands,
    LeadersCalled,
    ScamAlertDue,
    ScamSpreading,
    TicketOpened,
    TicketRose,
    TicketRouted,
    TicketUnreached,
)
from handlers.kit.feature import Feature
from handlers.kit.names import call_names
from handlers.kit.onduty import planned, who_is_on
from handlers.kit.plan import OnDuty
from storage.model.people import Duty, Identity, Member, PersonRole
from storage.model.roster import Free
from storage.model.tickets import WAITING, EntryKind, Ticket, Urgency

duty = Feature("duty", title="派给谁")

LATELY = timedelta(hours=8)
"""Whoever failed longer ago than this is asked again like everybody else."""

_ANEW = (EntryKind.REOPENED, EntryKind.TAKEN_BACK)

LEADERS = frozenset({PersonRole.DUTY_LEADER, PersonRole.LEADER})


@dataclass(frozen=True, slots=True)
class Choice:
    person_id: int | None
    why: str


@duty.on(TicketOpened)
async def route(ctx: Context, fact: TicketOpened) -> None:
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING:
        return
    await _bring(ctx, ticket, fact.mentioned, tried=frozenset(), failed=None)


@duty.on(TicketUnreached)
async def route_again(ctx: Context, fact: TicketUnreached) -> None:
    """Someone could not be reached, or let it lie: the next one in line."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING:
        return
    tried, silent = await _tried(ctx, ticket)
    tried |= {fact.person_id}
    if silent and (await choose(ctx, ticket, (), frozenset(tried))).person_id is None:
        tried = tried - silent | {fact.person_id}  # everybody had it: once more from the start
    await _bring(ctx, ticket, (), tried=frozenset(tried), failed=fact.person_id)


async def _tried(ctx: Context, ticket: Ticket) -> tuple[set[int], set[int]]:
    """Who did not take it lately, and who of them had it and let it lie. The next shift begins anew."""
    tried: set[int] = set()
    silent: set[int] = set()
    for entry in await ctx.unit.entries.of_ticket(ticket.id):
        if entry.kind in _ANEW:
            tried, silent = set(), set()
        elif ctx.now - entry.at > LATELY:
            continue
        elif entry.kind is EntryKind.ROUTED:
            failed = msgspec.json.decode(entry.data).get("failed")
            tried |= {failed} if failed is not None else set()
        elif entry.kind is EntryKind.RETURNED:
            silent.add(msgspec.json.decode(entry.data)["from"])
    return tried, silent


async def _bring(
    ctx: Context, ticket: Ticket, mentioned: tuple[str, ...], *, tried: frozenset[int], failed: int | None
) -> None:
    choice = await choose(ctx, ticket, mentioned, tried)
    await ctx.unit.tickets.route(ticket.id, choice.person_id, choice.why)
    data = {"to": choice.person_id, "failed": failed}
    await ctx.log(EntryKind.ROUTED, ticket=ticket, text=choice.why, data=data)
    leaders = await leading(ctx, ticket.station_id) if ticket.urgency is Urgency.URGENT else ()
    ctx.emit(TicketRouted(ticket_id=ticket.id, person_id=choice.person_id, failed_person_id=failed, leader_ids=leaders))
    if choice.person_id is None:
        await _nobody(ctx, ticket)
    await _report_gap(ctx, ticket.station_id)


async def _report_gap(ctx: Context, station_id: int) -> None:
    """The roster hears that the first step, or both, stood empty."""
    there = {turn.duty for turn in await _on_duty(ctx, station_id)}
    if Duty.OFFICER not in there:
        ctx.emit(DutyGapMet(station_id=station_id, duty=Duty.OFFICER))
        if Duty.LEADER not in there:
            ctx.emit(DutyGapMet(station_id=station_id, duty=Duty.LEADER))


async def _on_duty(ctx: Context, station_id: int) -> Sequence[OnDuty]:
    station = ctx.station if ctx.station and ctx.station.id == station_id else None
    station = station or await ctx.unit.stations.get(station_id)
    return await who_is_on(ctx.unit, station, ctx.now) if station is not None else ()


@duty.on(TicketRose)
async def call_leaders(ctx: Context, fact: TicketRose) -> None:
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is not None and not ticket.finished:
        ctx.emit(LeadersCalled(ticket_id=ticket.id, leader_ids=await leading(ctx, ticket.station_id)))


@duty.on(ScamSpreading)
async def scam_spreads(ctx: Context, fact: ScamSpreading) -> None:
    leaders = await leading(ctx, fact.station_id)
    ctx.emit(ScamAlertDue(print_id=fact.print_id, count=fact.count, leader_ids=leaders))


@duty.on(DutyAsked)
async def stands(ctx: Context, fact: DutyAsked) -> None:
    there = {turn.duty for turn in await _on_duty(ctx, fact.station_id)}
    gaps = (await planned(ctx.unit, fact.station_id) | {Duty.OFFICER}) - there
    leaders = await leading(ctx, fact.station_id)
    missing = tuple(each.value for each in Duty if each in gaps)
    ctx.emit(DutyStands(station_id=fact.station_id, about=fact.about, leader_ids=leaders, gaps=missing))


async def leading(ctx: Context, station_id: int) -> tuple[int, ...]:
    """Who leads the station at this moment: the leaders on duty; if none of them can be reached, all of its leaders."""
    members = {m.person.id: m for m in await ctx.unit.people.staff(station_id)}
    reachable = {i.person_id for i in await ctx.unit.people.staff_identities(station_id) if i.chat_id}
    reachable &= members.keys()
    turns = await _on_duty(ctx, station_id)
    on_duty = [t.person_id for t in turns if t.duty is Duty.LEADER and t.person_id in reachable]
    return tuple(dict.fromkeys(on_duty)) or tuple(m.person.id for m in members.values() if m.role in LEADERS)


def _ready(turns: Sequence[OnDuty], wanted: Duty, said: Mapping[int, Free]) -> list[int]:
    """Who has this duty, those who are free first; who rests is not asked."""
    found = dict.fromkeys(t.person_id for t in turns if t.duty is wanted)
    awake = [person_id for person_id in found if said.get(person_id) is not Free.RESTING]
    return sorted(awake, key=lambda person_id: said.get(person_id, Free.AT_POST) is not Free.AT_POST)


async def choose(ctx: Context, ticket: Ticket, mentioned: tuple[str, ...], tried: frozenset[int]) -> Choice:
    """The first in line who can be reached. If nobody on duty has a private chat, the officers' group must do."""
    accounts = await ctx.unit.people.staff_identities(ticket.station_id)
    line = [c for c in await _line(ctx, ticket, mentioned, accounts) if c.person_id not in tried]
    reachable = {i.person_id for i in accounts if i.chat_id}
    on_duty = [c for c in line if c.why != texts.BECAUSE_LAST]
    by_card = [c for c in line if c.person_id in reachable]
    if on_duty and not any(c in by_card for c in on_duty) and await ctx.unit.groups.officers(ticket.station_id):
        return on_duty[0]
    return by_card[0] if by_card else Choice(None, texts.BECAUSE_NOBODY)


async def _line(ctx: Context, ticket: Ticket, mentioned: tuple[str, ...], accounts: Sequence[Identity]) -> list[Choice]:
    """Everyone who could get it, in order, with the reason the card will give."""
    members = {m.person.id: m for m in await ctx.unit.people.staff(ticket.station_id)}
    turns = await _on_duty(ctx, ticket.station_id)
    said = await ctx.unit.roster.availability(ticket.station_id, ctx.now)
    officers, leaders = _ready(turns, Duty.OFFICER, said), _ready(turns, Duty.LEADER, said)
    line = [
        Choice(person_id, texts.BECAUSE_MENTIONED)
        for person_id in [*officers, *leaders]
        if _is_mentioned(members[person_id], accounts, mentioned)
    ]
    group = await ctx.group_of(ticket)
    area = await ctx.unit.stations.area(group.area_id) if group and group.area_id is not None else None
    if area is not None and area.officer_id in officers:
        line.append(Choice(area.officer_id, texts.BECAUSE_AREA.format(area=area.name)))
    line += [Choice(p, texts.BECAUSE_DUTY) for p in officers]
    # Who is free comes before who is busy, whatever the reason.
    line.sort(key=lambda choice: said.get(choice.person_id or 0, Free.AT_POST) is not Free.AT_POST)
    line += [Choice(p, texts.BECAUSE_LEADER) for p in leaders]
    last = [m for m in members.values() if may(m.role, Permission.DISPATCH)]
    return line + [Choice(m.person.id, texts.BECAUSE_LAST) for m in last]


def _is_mentioned(member: Member, accounts: Sequence[Identity], mentioned: tuple[str, ...]) -> bool:
    names = call_names(member.person)
    for account in accounts:
        if account.person_id == member.person.id:
            names |= {f"{account.platform}:{account.user_id}", account.username.lower()}
    return any(name in names for name in mentioned if name)


async def _nobody(ctx: Context, ticket: Ticket) -> None:
    """Everyone who manages the station hears of it, and so does the officers' group by its card."""
    for member in await ctx.unit.people.staff(ticket.station_id):
        if may(member.role, Permission.MANAGE):
            sentence = texts.NO_RECEIVER.format(number=texts.number(ticket))
            await ctx.tell(member.person.id, sentence, ticket_id=ticket.id)
