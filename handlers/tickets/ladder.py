"""A missed target climbs 民警 → 值班长 → 所领导. Each step hears once, of what is still true, in one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from handlers.kit import life_texts as say
from handlers.kit import texts
from handlers.kit.access import Permission, may
from handlers.kit.clocks import Clock
from handlers.kit.context import Context
from handlers.kit.desks import card_groups, desk_of
from handlers.kit.facts import TicketGrew, TicketRose, TicketRouted, TicketUnreached
from handlers.kit.life_texts import Step
from handlers.kit.onduty import who_is_on
from handlers.kit.plan import OnDuty
from handlers.kit.routing import queue_of, takers_of
from handlers.tickets.feature import tickets
from handlers.tickets.limits import TicketSettings, limits_at
from handlers.tickets.timing import dues, reached, running, zone_of
from handlers.tickets.view import card_buttons
from storage.model.messages import Content, Lane
from storage.model.people import Duty, PersonRole
from storage.model.tickets import WAITING, EntryKind, Ticket, Urgency
from storage.stores.life import Alarm

STEPS = tuple(Step)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """At `at` this step of the ladder hears of this clock."""

    at: datetime
    clock: Clock
    step: int


async def moments(ctx: Context, ticket: Ticket) -> list[Moment]:
    """When whom will hear of what, if nothing happens; in order. No pause counts, after a missed target neither."""
    waits = (await limits_at(ctx, ticket.station_id)).ladder_of(ticket)
    return [Moment(at, clock, step) for at, clock, step in await reached(ctx, ticket, waits)]


async def watch(ctx: Context, ticket: Ticket) -> None:
    """Raise every step that is due, each only once, and look again when the next one is. Twice does no harm."""
    for moment in await moments(ctx, ticket):
        if moment.at > ctx.now:
            await _look(ctx, ticket, moment.at)
            return
        await _raise(ctx, ticket, moment.clock, moment.step)


async def _look(ctx: Context, ticket: Ticket, at: datetime) -> None:
    key = f"clock:{ticket.id}:{at.timestamp():.3f}:{ticket.round}"
    await ctx.later("clock", at=at, key=key, payload={"ticket": ticket.id})


@tickets.on(TicketRouted)
async def waits(ctx: Context, fact: TicketRouted) -> None:
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is not None:
        await watch(ctx, ticket)


@tickets.on(TicketGrew)
async def grew(ctx: Context, fact: TicketGrew) -> None:
    """More words may make it another matter, with other targets."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is not None:
        await watch(ctx, ticket)


@tickets.on(TicketRose)
async def rose(ctx: Context, fact: TicketRose) -> None:
    """Its targets are shorter now; they may have been missed already."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is not None:
        await look_again(ctx, ticket)


async def look_again(ctx: Context, ticket: Ticket) -> None:
    """Its targets or its ladder are others now: what is due already is raised at once."""
    await _look(ctx, ticket, ctx.now)


@tickets.job("clock")
async def strike(ctx: Context, payload: dict[str, Any]) -> None:
    ticket = await ctx.unit.tickets.get(int(payload["ticket"]))
    if ticket is not None:
        await watch(ctx, ticket)


async def _raise(ctx: Context, ticket: Ticket, clock: Clock, step: int) -> None:
    """Once for as long as the clock runs on; after a stop it may be true again, and alarm() knows who heard of it."""
    since = _round(ticket, clock)
    payload = {"ticket": ticket.id, "clock": clock, "step": step, "round": since}
    key = f"alarm:{ticket.id}:{clock}:{step}:{since}:{ticket.round}:{ticket.paused_ms}"
    await ctx.later("alarm", at=ctx.now, key=key, payload=payload)


def _round(ticket: Ticket, clock: Clock) -> str:
    """Since when a clock counts: a return begins a new wait for somebody, but no new time to settle the matter in."""
    since = running(ticket).get(clock)
    return since.isoformat() if since is not None else ""


@tickets.job("alarm")
async def alarm(ctx: Context, payload: dict[str, Any]) -> None:
    """Who stands on this step hears of it; an empty step takes no time and is reported."""
    raised = Alarm(
        ticket_id=int(payload["ticket"]), clock=payload["clock"], step=STEPS[payload["step"]], round=payload["round"]
    )
    ticket = await _still(ctx, raised)
    if ticket is None or await ctx.unit.alarms.raised(raised):
        return
    if raised.step is Step.OFFICER:
        await _brought_to_who_is_there(ctx, ticket)
    people = await _people(ctx, ticket, Step(raised.step))
    for person_id in people:
        await ctx.unit.alarms.add(raised, person_id, ctx.now)
        await _flush_later(ctx, ticket, Step(raised.step), person_id)
    if people:
        return
    await ctx.log(EntryKind.DUTY_GAP, ticket=ticket, text=raised.step, data={"clock": raised.clock})
    if payload["step"] + 1 < len(STEPS):
        await _raise(ctx, ticket, Clock(raised.clock), payload["step"] + 1)
    else:
        await _nobody(ctx, ticket)


async def _brought_to_who_is_there(ctx: Context, ticket: Ticket) -> None:
    """Whom a waiting ticket was brought to may have gone home: then whoever has the duty now gets the card."""
    station = await ctx.station_of(ticket)
    if station is None or ticket.state not in WAITING or ticket.routed_id is None:
        return
    if ticket.routed_why == texts.BECAUSE_LAST:
        return  # nobody on duty could be reached
    there = {t.person_id for t in await who_is_on(ctx.unit, station, ctx.now)}
    if there and ticket.routed_id not in there:
        ctx.emit(TicketUnreached(ticket_id=ticket.id, person_id=ticket.routed_id))


async def _still(ctx: Context, raised: Alarm) -> Ticket | None:
    """The ticket, if that target is still missed; None if it is no longer true."""
    ticket = await ctx.unit.tickets.get(raised.ticket_id)
    if ticket is None or _round(ticket, Clock(raised.clock)) != raised.round:
        return None
    late = any(clock == raised.clock and at <= ctx.now for at, clock in await dues(ctx, ticket))
    return ticket if late else None


async def _people(ctx: Context, ticket: Ticket, step: Step) -> Sequence[int]:
    """Who stands on a step now and can be written to; whoever has the ticket is told on the first one only."""
    station = await ctx.station_of(ticket)
    if station is None:
        return ()
    reachable = {i.person_id for i in await ctx.unit.people.staff_identities(ticket.station_id) if i.chat_id}
    turns = [t for t in await who_is_on(ctx.unit, station, ctx.now) if t.person_id in reachable]
    if step is Step.OFFICER:
        if ticket.state not in WAITING:
            return [p for p in (ticket.assignee_id,) if p in reachable and p is not None]
        there = await _of_queue(ctx, ticket, turns)
        return [p for p in there if p == ticket.routed_id] or there
    if step is Step.DUTY_LEADER:
        return tuple(
            dict.fromkeys(t.person_id for t in turns if t.duty is Duty.LEADER and t.person_id != ticket.assignee_id)
        )
    members = [m for m in await ctx.unit.people.staff(ticket.station_id) if m.person.id in reachable]
    leaders = [m.person.id for m in members if m.role is PersonRole.LEADER]
    return leaders or [m.person.id for m in members if may(m.role, Permission.MANAGE)]


async def _of_queue(ctx: Context, ticket: Ticket, turns: Sequence[OnDuty]) -> Sequence[int]:
    """Who of these takes what comes into the ticket's queue."""
    desk = await desk_of(ctx, ticket.station_id)
    staff = [m.person.id for m in await ctx.unit.people.staff(ticket.station_id)]
    return takers_of(desk, queue_of(desk, ticket.queue_id), staff, turns)


async def _nobody(ctx: Context, ticket: Ticket) -> None:
    """Nobody on the whole ladder can be written to: the officers' group must do."""
    for group in await card_groups(ctx, ticket):
        key = f"ladder:{ticket.id}:{ticket.round}:{group.id}"
        await ctx.say(group, say.NOBODY_TO_ALARM.format(number=texts.number(ticket)), ticket_id=ticket.id, key=key)


# ── telling ────────────────────────────────────────────────────────────────
def _asleep(limits: TicketSettings, ticket: Ticket, step: Step, local: datetime) -> bool:
    """Leaders are not woken for what is not urgent."""
    if step is not Step.LEADER or ticket.urgency is Urgency.URGENT:
        return False
    minute, start, end = local.hour * 60 + local.minute, limits.quiet_start, limits.quiet_end
    return (start <= minute or minute < end) if start > end else start <= minute < end


async def _local(ctx: Context, ticket: Ticket) -> datetime:
    return ctx.now.astimezone(await zone_of(ctx, ticket))


async def _flush_later(ctx: Context, ticket: Ticket, step: Step, person_id: int) -> None:
    """Urgent at once, the rest with what else comes up within the minute; in the morning where it is night."""
    local, limits = await _local(ctx, ticket), await limits_at(ctx, ticket.station_id)
    at = ctx.now
    if _asleep(limits, ticket, step, local):
        end = limits.quiet_end
        morning = datetime.combine(local.date(), time(end // 60, end % 60), tzinfo=local.tzinfo)
        at = morning if morning > local else morning + timedelta(days=1)
    elif ticket.urgency is not Urgency.URGENT:
        at = ctx.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    key = f"alarms:{person_id}:{at.timestamp():.3f}" + (f":{ticket.id}" if at == ctx.now else "")
    await ctx.later("alarms", at=at, key=key, payload={"person": person_id})


@tickets.job("alarms")
async def flush(ctx: Context, payload: dict[str, Any]) -> None:
    """One message for all that this person has not been told yet and that is still true."""
    person_id = int(payload["person"])
    due: list[tuple[Alarm, Ticket]] = []
    for raised in await ctx.unit.alarms.waiting(person_id):
        ticket = await _still(ctx, raised)
        if ticket is None:
            await ctx.unit.alarms.done(raised, person_id, sent=False)
            continue
        limits = await limits_at(ctx, ticket.station_id)
        if not _asleep(limits, ticket, Step(raised.step), await _local(ctx, ticket)):
            due.append((raised, ticket))
    if due:
        await _send(ctx, person_id, due)


async def _send(ctx: Context, person_id: int, due: Sequence[tuple[Alarm, Ticket]]) -> None:
    lines = []
    for raised, ticket in due:
        late = next(at for at, clock in await dues(ctx, ticket) if clock == raised.clock)
        gaps = [
            entry.text
            for entry in await ctx.unit.entries.of_ticket(ticket.id)
            if entry.kind is EntryKind.DUTY_GAP and STEPS.index(Step(entry.text)) < STEPS.index(Step(raised.step))
        ]
        lines.append(say.alarm_line(ticket, Clock(raised.clock), late, ctx.now, gaps if raised.step else ()))
        await ctx.unit.alarms.done(raised, person_id, sent=True)
        data = {"to": person_id, "clock": raised.clock, "step": raised.step, "round": raised.round}
        await ctx.log(EntryKind.ALARMED, ticket=ticket, text=raised.clock, data=data)
    found = {ticket.id: ticket for _, ticket in due}
    urgent = any(t.urgency is Urgency.URGENT for t in found.values())
    buttons = card_buttons(next(iter(found.values()))) if len(found) == 1 else ()
    content = Content(text=say.alarm(lines), buttons=buttons, loud=urgent)
    one = next(iter(found)) if len(found) == 1 else None
    await ctx.tell(person_id, content, lane=Lane.EMERGENCY if urgent else Lane.OFFICER, ticket_id=one)
