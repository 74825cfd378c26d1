"""Nobody on duty: the leaders hear of every hole of the next two weeks, once for as long as it is there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.kit import roster_texts as say
from handlers.kit.context import Context
from handlers.kit.onduty import plan_of
from handlers.kit.plan import Gap, Plan, gaps, without
from handlers.roster.feature import leaders
from storage.model.messages import Button, Content
from storage.model.people import Duty, Station
from storage.model.roster import Hole
from storage.model.tickets import EntryKind

AHEAD = timedelta(days=14)
REACH = timedelta(days=7)
"""A hole is followed that much beyond the two weeks it begins in. If it has no end by then, none is in sight."""
SHOWN, ASKABLE = 10, 3


async def report(ctx: Context, station: Station) -> Plan:
    """Tell the leaders of every hole of the next two weeks they have not heard of. The plan it was seen in.

    Whatever changes who stands where calls this, what fills a hole too: only so is it known when it opens again.
    """
    zone, until = ZoneInfo(station.tz), ctx.now + AHEAD
    far = until + REACH
    first, last = (at.astimezone(zone).date() for at in (ctx.now, far))
    plan = await plan_of(ctx.unit, station, first - timedelta(days=1), last)
    if not (plan.shifts or plan.rotations):
        return plan  # no roster at all: pingan check and doctor say so
    told = await ctx.unit.roster.holes(station.id)
    now = [gap for gap in gaps(plan, ctx.now, far) if gap.start < until]
    new = [gap for gap in now if _news(gap, told, far)]
    recipients = await leaders(ctx, station)
    if new and not recipients:
        return plan  # nobody to tell: tried again tomorrow
    ids = await _keep(ctx, station, now, told)
    if new:
        await ctx.log(EntryKind.DUTY_GAP, data={"holes": len(new)}, station_id=station.id)
        shown = [replace(gap, end=until) if gap.end == far else gap for gap in new]
        content = _content(shown, plan, ids)
        for person_id in recipients:
            await ctx.tell(person_id, content)
    return plan


def _news(gap: Gap, told: Sequence[Hole], far: datetime) -> bool:
    """Some of it is new, and more than a hole with no end in sight going on as days pass."""
    same = [hole for hole in told if hole.duty is gap.duty]
    endless = {hole.end for hole in same if hole.end - hole.start >= REACH}
    new = without((gap.start, gap.end), [(hole.start, hole.end) for hole in same])
    return any(end != far or start not in endless for start, end in new)


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
