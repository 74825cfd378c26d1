"""交接: what somebody still has in hand when their shift ends goes to the next one, who confirms it with one button."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.kit import life_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.desks import desk_of
from handlers.kit.errors import UsageError
from handlers.kit.facts import LeaveGranted
from handlers.kit.onduty import plan_of, who_is_on
from handlers.kit.plan import OnDuty, between, span
from handlers.kit.routing import queue_of, takers_of
from handlers.tickets.colleagues import colleague
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name
from handlers.tickets.leasing import begin
from handlers.tickets.limits import limits_at
from handlers.tickets.view import card_to, refresh
from storage.model.messages import Button, Content, Role
from storage.model.people import Duty, PersonRole
from storage.model.tickets import HELD, EntryKind, State, Ticket
from storage.stores.life import Handover


async def _turns(ctx: Context, station_id: int) -> Sequence[OnDuty]:
    station = ctx.station if ctx.station is not None and ctx.station.id == station_id else None
    station = station or await ctx.unit.stations.get(station_id)
    return await who_is_on(ctx.unit, station, ctx.now) if station is not None else ()


async def expect(ctx: Context, ticket: Ticket) -> None:
    """Hand it over when its holder's shift ends. Doing it twice does no harm."""
    if ticket.assignee_id is not None and (ticket.state in HELD or ticket.state is State.PAUSED):
        await _expect(ctx, ticket.station_id, ticket.assignee_id)


async def _expect(ctx: Context, station_id: int, person_id: int) -> bool:
    """False if this person is not on duty now; then their next shift is the one whose end counts."""
    mine = [t for t in await _turns(ctx, station_id) if t.person_id == person_id]
    last = max(mine, key=lambda turn: turn.end) if mine else await _next_turn(ctx, station_id, person_id)
    if last is not None:
        payload = {"station": station_id, "person": person_id, "duty": last.duty}
        key = f"shift_end:{station_id}:{person_id}:{last.end.timestamp():.0f}"
        await ctx.later("shift_end", at=last.end, key=key, payload=payload)
    return bool(mine)


async def _next_turn(ctx: Context, station_id: int, person_id: int) -> OnDuty | None:
    """Within a day: who works on before their shift begins must hand over when it ends."""
    station = await ctx.unit.stations.get(station_id)
    if station is None:
        return None
    until = ctx.now + timedelta(days=1)
    zone = ZoneInfo(station.tz)
    plan = await plan_of(ctx.unit, station, ctx.now.astimezone(zone).date(), until.astimezone(zone).date())
    coming = [t for t in between(plan, ctx.now, until) if t.person_id == person_id]
    if not coming:
        return None
    first = min(coming, key=lambda turn: turn.start)
    return replace(first, end=span(first.post, zone)[1])


@tickets.on(LeaveGranted)
async def goes_early(ctx: Context, fact: LeaveGranted) -> None:
    """Who is off duty earlier than was planned hands over then; who is off from now on, now."""
    station_id, person_id = fact.station_id, fact.person_id
    if not await ctx.unit.held.of(station_id, person_id):
        return
    if not await _expect(ctx, station_id, person_id) and fact.now:
        payload = {"station": station_id, "person": person_id, "duty": Duty.OFFICER}
        key = f"shift_end:{station_id}:{person_id}:{ctx.now.timestamp():.3f}"
        await ctx.later("shift_end", at=ctx.now, key=key, payload=payload)


@tickets.job("shift_end")
async def shift_ends(ctx: Context, payload: dict[str, Any]) -> None:
    station_id, person_id, duty = int(payload["station"]), int(payload["person"]), Duty(payload["duty"])
    if await _expect(ctx, station_id, person_id):
        return  # goes straight on
    held = await ctx.unit.held.of(station_id, person_id)
    if not held:
        return
    reachable = {i.person_id for i in await ctx.unit.people.staff_identities(station_id) if i.chat_id}
    turns = [t for t in await _turns(ctx, station_id) if t.person_id in reachable]
    next_ones = [t for t in turns if t.duty is duty] or turns
    if next_ones:
        await _hand_out(ctx, station_id, person_id, held, next_ones)
    else:
        await _nobody_comes(ctx, station_id, person_id)


async def _hand_out(
    ctx: Context, station_id: int, person_id: int, held: Sequence[Ticket], turns: Sequence[OnDuty]
) -> None:
    """A sheet for each of those on duty who goes on with something."""
    sheets: dict[int, list[Ticket]] = {}
    for ticket in held:
        sheets.setdefault(await _next_for(ctx, ticket, turns), []).append(ticket)
    for next_one, theirs in sheets.items():
        await handover(ctx, station_id, person_id, next_one, theirs)


async def _next_for(ctx: Context, ticket: Ticket, turns: Sequence[OnDuty]) -> int:
    """Who goes on with it: the first of those on duty who takes what is in its queue, else the first of all."""
    desk = await desk_of(ctx, ticket.station_id)
    staff = [m.person.id for m in await ctx.unit.people.staff(ticket.station_id)]
    takers = takers_of(desk, queue_of(desk, ticket.queue_id), staff, turns)
    return next((t.person_id for t in turns if t.person_id in takers), turns[0].person_id)


async def handover(ctx: Context, station_id: int, from_person: int, to_person: int, held: Sequence[Ticket]) -> None:
    """Bring the sheet of what `from_person` `held` to `to_person`.

    Nothing moves before it is confirmed; a lease that runs out meanwhile goes its own way.
    """
    ids = tuple(ticket.id for ticket in held)
    sheet = await ctx.unit.handovers.add(
        station_id=station_id, from_id=from_person, to_id=to_person, tickets=ids, at=ctx.now
    )
    leaving, coming = await officer_name(ctx, from_person), await officer_name(ctx, to_person)
    head = say.HANDOVER_HEAD.format(officer=leaving, count=len(held))
    text = "\n".join([head, *(say.handover_line(ticket) for ticket in held)])
    button = Button(label=say.TAKE_OVER, action=f"takeover:{sheet}")
    await ctx.tell(to_person, Content(text=text, buttons=((button,),)), role=Role.ASK, key=f"handover:{sheet}")
    sent = say.HANDOVER_SENT.format(count=len(held), officer=coming)
    await ctx.tell(from_person, sent, key=f"handover:{sheet}:sent")
    late = ctx.now + timedelta(minutes=(await limits_at(ctx, station_id)).handover)
    await ctx.later("handover_late", at=late, key=f"handover:{sheet}:late", payload={"sheet": sheet})


async def _nobody_comes(ctx: Context, station_id: int, person_id: int) -> None:
    held = await ctx.unit.held.of(station_id, person_id)
    about = {"count": len(held), "numbers": say.numbers(held)}
    await ctx.tell(person_id, say.HANDOVER_ALONE.format(**about))
    told = say.HANDOVER_NOBODY.format(officer=await officer_name(ctx, person_id), **about)
    await _tell_leaders(ctx, station_id, told, f"{ctx.cause}:nobody", but=person_id)


async def _tell_leaders(ctx: Context, station_id: int, sentence: str, key: str, *, but: int) -> None:
    """Those who lead now; if nobody does, whoever leads the station at all."""
    there = {t.person_id for t in await _turns(ctx, station_id) if t.duty is Duty.LEADER} - {but}
    members = await ctx.unit.people.staff(station_id)
    leaders = {m.person.id for m in members if m.role in (PersonRole.DUTY_LEADER, PersonRole.LEADER)} - {but}
    for person_id in sorted(there or leaders):
        await ctx.tell(person_id, sentence, key=f"{key}:{person_id}")


@tickets.job("handover_late")
async def late(ctx: Context, payload: dict[str, Any]) -> None:
    sheet = await ctx.unit.handovers.get(int(payload["sheet"]))
    if sheet is None or not sheet.open:
        return
    still = await _still_held(ctx, sheet)
    if not still:
        return
    told = say.HANDOVER_LATE.format(
        to=await officer_name(ctx, sheet.to_id),
        officer=await officer_name(ctx, sheet.from_id),
        numbers=say.numbers(still),
        minutes=(await limits_at(ctx, sheet.station_id)).handover,
    )
    await _tell_leaders(ctx, sheet.station_id, told, f"handover:{sheet.id}:late", but=sheet.to_id)


async def _still_held(ctx: Context, sheet: Handover) -> list[Ticket]:
    return [t for t in await ctx.unit.held.of(sheet.station_id, sheet.from_id) if t.id in sheet.ticket_ids]


@tickets.button("takeover", args=parse.row_id, allow=Permission.REPORT)
async def take_over(ctx: Context, sheet_id: int) -> None:
    """Confirmed by whom it is for, or by who leads: everything still in the other's hands is theirs now."""
    sheet = await ctx.unit.handovers.get(sheet_id)
    if sheet is None:
        raise UsageError(texts.STALE_BUTTON)
    ctx.require(Permission.WORK, sheet.station_id)
    me = ctx.who.person.id
    if me != sheet.to_id and not ctx.who.may(Permission.DISPATCH, sheet.station_id):
        raise UsageError(say.HANDOVER_NOT_YOURS.format(officer=await officer_name(ctx, sheet.to_id)))
    if not await ctx.unit.handovers.take(sheet.id, ctx.now):
        raise UsageError(say.HANDOVER_STALE)
    count = 0
    for ticket in await _still_held(ctx, sheet):
        count += await _pass_on(ctx, ticket, sheet)
    await _expect(ctx, sheet.station_id, sheet.to_id)
    taken = say.HANDOVER_TAKEN.format(count=count)
    await ctx.close_question(taken, answering=True)
    told = say.HANDOVER_TAKEN_FROM_YOU.format(officer=await officer_name(ctx, sheet.to_id), count=count)
    await ctx.tell(sheet.from_id, told, key=f"handover:{sheet.id}:taken")


async def _pass_on(ctx: Context, ticket: Ticket, sheet: Handover) -> bool:
    until = None
    if ticket.state is not State.PAUSED:
        until = ctx.now + (await limits_at(ctx, ticket.station_id)).lease_of(ticket)
    moved = await ctx.unit.held.hand_over(ticket.id, from_id=sheet.from_id, to_id=sheet.to_id, until=until)
    if moved is None:
        return False
    data = {"to": sheet.to_id, "from": sheet.from_id, "sheet": sheet.id}
    await ctx.log(EntryKind.HANDED_OVER, ticket=moved, data=data)
    await begin(ctx, moved)
    await refresh(ctx, moved)
    await card_to(ctx, moved, sheet.to_id)
    return True


@tickets.command(
    "交接", slash="handover", args=parse.free_text, allow=Permission.WORK, help="交接 李强　把手上的单子交给接班的人"
)
async def hand_over(ctx: Context, name: str) -> None:
    """Before the shift ends, or to somebody else than who is next."""
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    me = ctx.who.person.id
    held = await ctx.unit.held.of(ctx.here.id, me)
    others = sorted((t for t in await _turns(ctx, ctx.here.id) if t.person_id != me), key=_officers_first)
    taker = (await colleague(ctx, ctx.here.id, name, but=me))[0].person.id if name else None
    if taker == me or not (name or others):
        raise UsageError(say.HANDOVER_TO_WHOM)
    if not held:
        raise UsageError(say.HANDOVER_NOTHING)
    if taker is not None:
        await handover(ctx, ctx.here.id, me, taker, held)
    else:
        await _hand_out(ctx, ctx.here.id, me, held, others)


def _officers_first(turn: OnDuty) -> bool:
    return turn.duty is not Duty.OFFICER
