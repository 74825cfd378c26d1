"""Who gets a ticket: its queue by the rules, and there the person mentioned → the area's officer → whoever has least.

Who is on duty comes from the roster, who is free from what officers said. A step with nobody on it takes no time: the
next one is asked in the same transaction. Behind all queues stands the duty leader.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from handlers.kit import queue_texts as say
from handlers.kit import texts
from handlers.kit.access import Permission, may
from handlers.kit.context import Context
from handlers.kit.desks import desk_of
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
    TicketTurned,
    TicketUnreached,
)
from handlers.kit.feature import Feature
from handlers.kit.names import call_names
from handlers.kit.onduty import planned, who_is_on
from handlers.kit.plan import OnDuty
from handlers.kit.routing import Matter, Way, hands_of, members_of, queue_of, takers_of, ways
from storage.model.people import Duty, Identity, Member, PersonRole
from storage.model.queues import Desk, Place, Queue
from storage.model.roster import Free
from storage.model.tickets import WAITING, EntryKind, Ticket, Urgency
from storage.stores.queues import Load

duty = Feature("duty", title="派给谁")

LATELY = timedelta(hours=8)
"""Whoever failed longer ago than this is asked again like everybody else."""

_ANEW = (EntryKind.REOPENED, EntryKind.TAKEN_BACK, EntryKind.TURNED)
"""After these it is asked anew: another queue has other people."""

LEADERS = frozenset({PersonRole.DUTY_LEADER, PersonRole.LEADER})


@dataclass(frozen=True, slots=True)
class Choice:
    person_id: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who works at a station at this moment, looked up once per ticket."""

    members: Mapping[int, Member]
    accounts: Sequence[Identity]
    turns: Sequence[OnDuty]
    said: Mapping[int, Free]
    tried: frozenset[int] = frozenset()

    def awake(self, found: Iterable[int]) -> list[int]:
        """Those of them who may be asked, the free ones first; who rests is not asked."""
        asked = [p for p in dict.fromkeys(found) if p not in self.tried and self.said.get(p) is not Free.RESTING]
        return sorted(asked, key=self.busy)

    def leaders(self) -> list[int]:
        return self.awake(t.person_id for t in self.turns if t.duty is Duty.LEADER)

    def busy(self, person_id: int | None) -> bool:
        return self.said.get(person_id or 0, Free.AT_POST) is not Free.AT_POST

    def of(self, desk: Desk, queue: Queue) -> list[int]:
        """Who takes what comes into a queue now."""
        return self.awake(takers_of(desk, queue, self.members, self.turns))

    def named(self, mentioned: Collection[str], among: Iterable[int]) -> list[int]:
        return [p for p in among if _is_mentioned(self.members[p], self.accounts, mentioned)]


@duty.on(TicketOpened)
async def route(ctx: Context, fact: TicketOpened) -> None:
    """A new one gets its queue by the rules; one that comes again stays in the queue it was in."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING:
        return
    await _bring(ctx, ticket, fact.mentioned)


@duty.on(TicketTurned)
async def route_there(ctx: Context, fact: TicketTurned) -> None:
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is not None and ticket.state in WAITING:
        await _bring(ctx, ticket, (), turned=True)


@duty.on(TicketUnreached)
async def route_again(ctx: Context, fact: TicketUnreached) -> None:
    """Someone could not be reached, or let it lie: the next one in line."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING:
        return
    tried, silent = await _tried(ctx, ticket)
    tried |= {fact.person_id}
    if silent:
        desk, crew = await desk_of(ctx, ticket.station_id), await _crew(ctx, ticket.station_id, frozenset(tried))
        if (await choose(ctx, ticket, desk, crew, ())).person_id is None:
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
    ctx: Context,
    ticket: Ticket,
    mentioned: tuple[str, ...],
    *,
    tried: frozenset[int] = frozenset(),
    failed: int | None = None,
    turned: bool = False,
) -> None:
    desk, crew = await desk_of(ctx, ticket.station_id), await _crew(ctx, ticket.station_id, tried)
    before = ticket
    if ticket.queue_id is None:
        way = await _way(ctx, ticket, desk, crew, mentioned)
        ticket = replace(ticket, queue_id=way.queue.id, queue_why=say.by_rule(way.rule))
    choice = await choose(ctx, ticket, desk, crew, mentioned)
    ticket = await ctx.unit.tickets.route(ticket, choice.person_id, choice.why, ctx.now)
    queue = queue_of(desk, ticket.queue_id)
    data: dict[str, object] = {"to": choice.person_id, "failed": failed, "queue": queue.id}
    if before.queue_id is None:
        data["rule"] = ticket.queue_why
    await ctx.log(EntryKind.ROUTED, ticket=ticket, text=choice.why, data=data)
    leaders = await leading(ctx, ticket.station_id) if ticket.urgency is Urgency.URGENT else ()
    routed = TicketRouted(ticket_id=ticket.id, person_id=choice.person_id, failed_person_id=failed)
    ctx.emit(replace(routed, leader_ids=leaders, turned=turned))
    if choice.person_id is None:
        await _nobody(ctx, ticket)
    await _report_gap(ctx, ticket.station_id)
    if before.queue_id is not None and not tried:
        _report_queue_gap(ctx, desk, crew, queue)


async def _crew(ctx: Context, station_id: int, tried: frozenset[int]) -> Crew:
    return Crew(
        members={m.person.id: m for m in await ctx.unit.people.staff(station_id)},
        accounts=await ctx.unit.people.staff_identities(station_id),
        turns=await _on_duty(ctx, station_id),
        said=await ctx.unit.roster.availability(station_id, ctx.now),
        tried=tried,
    )


async def _way(ctx: Context, ticket: Ticket, desk: Desk, crew: Crew, mentioned: tuple[str, ...]) -> Way:
    """The first rule whose queue has somebody on duty. Where none has, the first one with people at all."""
    group, station = await ctx.group_of(ticket), await ctx.station_of(ticket)
    named = crew.named(mentioned, crew.members) if mentioned else []
    matter = Matter(
        urgent=ticket.urgency is Urgency.URGENT,
        category=ticket.category,
        area_id=group.area_id if group is not None else None,
        group=group.kind if group is not None else None,
        local=ctx.now.astimezone(ZoneInfo(station.tz if station is not None else "Asia/Shanghai")),
        text=ticket.text.lower(),
        mentioned=frozenset(mentioned),
        people=tuple(named),
        ready=tuple(crew.awake(t.person_id for t in crew.turns if t.person_id in named)),
        confidential=ticket.confidential,
    )
    found = [w for w in ways(desk, matter) if members_of(desk, hands_of(desk, w.queue), crew.members)]
    for way in found:
        if crew.of(desk, way.queue):
            return way
        _report_queue_gap(ctx, desk, crew, way.queue)
    return found[0] if found else Way(queue_of(desk, None), say.RULE_REST)


def _report_queue_gap(ctx: Context, desk: Desk, crew: Crew, queue: Queue) -> None:
    """A queue with people of its own, none of whom is on duty now."""
    hands = hands_of(desk, queue)
    people = members_of(desk, hands, crew.members)
    if not hands.members or any(t.person_id in people for t in crew.turns):
        return
    fact = DutyGapMet(station_id=desk.station_id, duty=Duty.OFFICER, queue=hands.name, people=people)
    if fact not in ctx.facts:
        ctx.emit(fact)


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


async def choose(ctx: Context, ticket: Ticket, desk: Desk, crew: Crew, mentioned: tuple[str, ...]) -> Choice:
    """The first in line who can be reached. If nobody on duty has a private chat, the officers' group must do."""
    reachable = {i.person_id for i in crew.accounts if i.chat_id}
    line = await _first(ctx, ticket, desk, crew, mentioned)
    if not any(c.person_id in reachable and not crew.busy(c.person_id) for c in line):
        line = await _whole(ctx, ticket, desk, crew, line)
    on_duty = [c for c in line if c.why != texts.BECAUSE_LAST]
    by_card = [c for c in line if c.person_id in reachable]
    if on_duty and not any(c in by_card for c in on_duty) and await ctx.unit.groups.officers(ticket.station_id):
        return on_duty[0]
    return by_card[0] if by_card else Choice(None, texts.BECAUSE_NOBODY)


async def _first(ctx: Context, ticket: Ticket, desk: Desk, crew: Crew, mentioned: tuple[str, ...]) -> list[Choice]:
    """Who was called by name, and the area's officer, if they are on duty for the queue; those who are free first."""
    queue = queue_of(desk, ticket.queue_id)
    there = crew.of(desk, queue)
    leaders = crew.leaders()
    line = [Choice(p, texts.BECAUSE_MENTIONED) for p in crew.named(mentioned, dict.fromkeys([*there, *leaders]))]
    group = await ctx.group_of(ticket)
    area = await ctx.unit.stations.area(group.area_id) if group and group.area_id is not None else None
    if area is not None and area.officer_id in there:
        line.append(Choice(area.officer_id, texts.BECAUSE_AREA.format(area=area.name)))
    return sorted(line, key=lambda choice: crew.busy(choice.person_id))


async def _whole(ctx: Context, ticket: Ticket, desk: Desk, crew: Crew, first: list[Choice]) -> list[Choice]:
    """Everyone who could get it, in order, with the reason the card will give."""
    queue = queue_of(desk, ticket.queue_id)
    hands = hands_of(desk, queue)
    why, led = (each.format(queue=hands.name) for each in (say.BECAUSE_QUEUE, say.BECAUSE_LEADS))
    if hands.place is Place.COMMUNITY:
        why, led = texts.BECAUSE_DUTY, texts.BECAUSE_LEADER
    there = crew.of(desk, queue)
    if len(there) > 1:
        loads = await ctx.unit.queues.loads(ticket.station_id)
        there.sort(key=lambda person_id: _burden(loads.get(person_id)))
    # Who is free comes before who is busy, whatever the reason.
    line = sorted([*first, *(Choice(p, why) for p in there)], key=lambda choice: crew.busy(choice.person_id))
    line += [Choice(p, led) for p in crew.leaders()]
    last = [p for p, m in crew.members.items() if may(m.role, Permission.DISPATCH) and p not in crew.tried]
    return line + [Choice(p, texts.BECAUSE_LAST) for p in last]


def _burden(load: Load | None) -> tuple[int, float]:
    """Least to do first; of equals who waits longest for one. The roster's order decides the rest."""
    load = load or Load()
    return load.open, load.newest.timestamp() if load.newest is not None else 0.0


def _is_mentioned(member: Member, accounts: Sequence[Identity], mentioned: Collection[str]) -> bool:
    if not mentioned:
        return False
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
