"""Nobody on duty: looked for two weeks ahead each morning, told to the leaders once per hole, filled with a button."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.kit import parse
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import DutyGapMet
from handlers.kit.onduty import plan_of
from handlers.kit.plan import Gap, Plan, between, gaps, has_room, hole_posts, span, unfit, without
from handlers.roster.feature import colleagues, leaders, roster, station_at
from handlers.roster.settle import ask_people
from storage.model.messages import Button, Content, Lane
from storage.model.people import Duty, Station
from storage.model.roster import Change, ChangeKind, ChangeState, Hole, Post
from storage.model.tickets import EntryKind

AHEAD = timedelta(days=14)
SHOWN, ASKABLE = 10, 3


@roster.cron("holes", "0 8 * * *")
async def every_morning(ctx: Context) -> None:
    station = ctx.here
    plan = await report(ctx, station)
    first, last = plan.day_of(ctx.now), plan.day_of(ctx.now + AHEAD)
    for year in sorted({first.year, last.year}):
        if not plan.calendar.known(year):
            await _tell_once(ctx, station, say.UNKNOWN_YEAR.format(year=year), f"unknown:{station.id}:{year}")
    odd = unfit(plan, first, last)
    if odd:
        numbers = "、".join(f"{number} 号" for number in odd)
        await _tell_once(ctx, station, say.UNFIT.format(numbers=numbers), f"unfit:{station.id}:{numbers}")


async def _tell_once(ctx: Context, station: Station, text: str, key: str) -> None:
    for person_id in await leaders(ctx, station):
        await ctx.tell(person_id, text, key=f"{key}:{person_id}")


async def report(ctx: Context, station: Station) -> Plan:
    """Tell the leaders of every hole of the next two weeks they have not heard of. The plan it was seen in."""
    until = ctx.now + AHEAD
    zone_day = ctx.now.astimezone(_zone(station)).date()
    plan = await plan_of(ctx.unit, station, zone_day - timedelta(days=1), until.astimezone(_zone(station)).date())
    if not (plan.shifts or plan.rotations):
        return plan  # no roster at all: pingan check and doctor say so
    told = await ctx.unit.roster.holes(station.id)
    now = gaps(plan, ctx.now, until)
    new = [gap for gap in now if _news(gap, told)]
    recipients = await leaders(ctx, station)
    if new and not recipients:
        return plan  # nobody to tell: tried again tomorrow
    ids = await _keep(ctx, station, now, told)
    if new:
        await ctx.log(EntryKind.DUTY_GAP, data={"holes": len(new)}, station_id=station.id)
        content = _content(new, plan, ids)
        for person_id in recipients:
            await ctx.tell(person_id, content)
    return plan


def _zone(station: Station) -> ZoneInfo:
    return ZoneInfo(station.tz)


def _news(gap: Gap, told: Sequence[Hole]) -> bool:
    """Some of it is new, and more than a hole that was told going on as the horizon moves."""
    same = [hole for hole in told if hole.duty is gap.duty]
    new = without((gap.start, gap.end), [(hole.start, hole.end) for hole in same])
    return any(all(hole.end != start for hole in same) for start, _ in new)


async def _keep(
    ctx: Context, station: Station, now: Sequence[Gap], told: Sequence[Hole]
) -> dict[tuple[Duty, datetime], int]:
    """What is told is exactly what is there now; a hole that opens again is news again. Ids by (duty, start)."""
    ids = {}
    left = {hole.id: hole for hole in told}
    for gap in now:
        same = next((h for h in left.values() if h.duty is gap.duty and h.start < gap.end and gap.start < h.end), None)
        if same is None:
            ids[gap.duty, gap.start] = await ctx.unit.roster.add_hole(station.id, gap.duty, gap.start, gap.end)
            continue
        del left[same.id]
        ids[gap.duty, gap.start] = same.id
        if (same.start, same.end) != (gap.start, gap.end):
            await ctx.unit.roster.set_hole(same.id, gap.start, gap.end)
    for hole in left.values():
        await ctx.unit.roster.drop_hole(hole.id)
    return ids


def _content(new: Sequence[Gap], plan: Plan, ids: dict[tuple[Duty, datetime], int]) -> Content:
    buttons = tuple(
        (Button(label=say.GAP_ASK.format(place=place), action=f"hole_ask:{ids[gap.duty, gap.start]}"),)
        for place, gap in enumerate(new[:ASKABLE], 1)
    )
    return Content(text=say.gap_report(new, plan.zone, SHOWN), buttons=buttons)


def _first_empty(plan: Plan, hole: Hole, now: datetime) -> Post | None:
    """The first day's part of a hole that is still empty; of one that runs already, what is left of it."""
    start = max(hole.start, now)
    day = plan.day_of(start)
    while day <= plan.day_of(hole.end):
        for post in hole_posts(plan, day):
            begins, ends = span(post, plan.zone)
            if post.duty is hole.duty and ends > start and begins < hole.end:
                local = now.astimezone(plan.zone)
                return post if begins >= now else replace(post, start=local.hour * 60 + local.minute)
        day += timedelta(days=1)
    return None


@roster.button("hole_ask", args=parse.row_id, allow=Permission.REPORT)
async def ask_for_hole(ctx: Context, hole_id: int) -> None:
    """Ask everyone who is free for the first day of a hole that is still empty."""
    found = await ctx.unit.roster.hole(hole_id)
    if found is None:
        raise UsageError(say.GAP_CLOSED)
    station_id, hole = found
    ctx.require(Permission.DISPATCH, station_id)
    station = await station_at(ctx, station_id)
    first, last = (at.astimezone(_zone(station)).date() for at in (max(hole.start, ctx.now), hole.end))
    plan = await plan_of(ctx.unit, station, first - timedelta(days=1), last + timedelta(days=2))
    post = _first_empty(plan, hole, ctx.now)
    if post is None:
        raise UsageError(say.GAP_CLOSED)
    for open_ in await ctx.unit.roster.asked_for(station_id, post):
        if open_.from_id is None and span(open_.post, plan.zone)[0] < span(post, plan.zone)[1]:
            raise UsageError(say.ALREADY_ASKED.format(number=open_.number))
    free = [m for m in await colleagues(ctx, station_id, post.duty) if has_room(plan, m.person.id, post)]
    change = Change(
        id=0,
        station_id=station_id,
        number=0,
        kind=ChangeKind.COVER,
        state=ChangeState.ASKED,
        post=post,
        from_id=None,
        to_id=None,
        by_id=ctx.who.person.id,
    )
    await ask_people(ctx, change, free, "")


@roster.on(DutyGapMet)
async def met(ctx: Context, fact: DutyGapMet) -> None:
    """A ticket found nobody on a duty: the leaders hear of it once per hole, at once."""
    station = await ctx.unit.stations.get(fact.station_id)
    if station is None:
        return
    day = ctx.now.astimezone(_zone(station)).date()
    plan = await plan_of(ctx.unit, station, day - timedelta(days=1), day + AHEAD)
    running = _running(plan, fact, ctx.now)
    if not running or not (plan.shifts or plan.rotations):
        return
    until = running[0]
    open_end = until == ctx.now + AHEAD  # the same hole tomorrow, though it seems to end a day later
    text = say.GAP_OPEN if open_end else say.GAP_NOW
    name_of = say.OF_QUEUE.format(queue=fact.queue) if fact.queue else fact.duty
    text = text.format(duty=name_of, until=say.moment(until, plan.zone))
    name = "open" if open_end else f"{until:%Y%m%dT%H%M}"
    known = False
    for person_id in await leaders(ctx, station):
        key = f"gap:{station.id}:{fact.queue or fact.duty}:{name}:{person_id}"
        known = known or await ctx.unit.outbox.by_key(key) is not None
        await ctx.tell(person_id, text, lane=Lane.OFFICER, key=key)
    if not known:
        await ctx.log(EntryKind.DUTY_GAP, text=text, data={"duty": fact.duty}, station_id=station.id)


def _running(plan: Plan, fact: DutyGapMet, now: datetime) -> list[datetime]:
    """When the hole that runs now ends; nothing if there is none."""
    until = now + AHEAD
    if not fact.queue:
        return [g.end for g in gaps(plan, now, until) if g.duty == fact.duty and g.start == now]
    turns = between(replace(plan, people=plan.people & fact.people), now, until)
    return [end for start, end in without((now, until), ((t.start, t.end) for t in turns)) if start == now]
