"""Nobody on duty: looked for each morning, met by a ticket, filled with a button."""

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
from handlers.kit.plan import Plan, between, gaps, has_room, hole_posts, span, unfit, without
from handlers.roster.feature import colleagues, leaders, roster, station_at
from handlers.roster.reporting import AHEAD, report
from handlers.roster.settle import ask_people
from storage.model.messages import Lane
from storage.model.people import Station
from storage.model.roster import Change, ChangeKind, ChangeState, Hole, Post
from storage.model.tickets import EntryKind


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
    first, last = (at.astimezone(ZoneInfo(station.tz)).date() for at in (max(hole.start, ctx.now), hole.end))
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
    day = ctx.now.astimezone(ZoneInfo(station.tz)).date()
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
