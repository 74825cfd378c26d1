"""From a decided text to one outbox row per group, exactly once, in one transaction."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.broadcast.feature import SCHEDULED_LASTS, URGENT_LASTS, BroadcastSettings, broadcast
from handlers.broadcast.library import Tip, choose, library, pool
from handlers.broadcast.times import quiet_until
from handlers.kit import broadcast_texts as say
from handlers.kit.context import Context
from storage.model.messages import Address, Button, Content, Lane, OutState
from storage.model.people import Group, GroupKind, Station
from storage.model.tickets import EntryKind
from storage.model.work import Broadcast, BroadcastRule, BroadcastState
from storage.stores.broadcasts import Delivery, push_key

FIRST_LOOK = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
GIVE_UP_LOOKING = timedelta(hours=40)


async def targets(ctx: Context, station_id: int, kinds: Sequence[str]) -> list[Group]:
    """The bound groups it goes to. The officers' own group only if it is asked for by name."""
    groups = await ctx.unit.groups.of_station(station_id)
    if kinds:
        return [group for group in groups if group.kind in kinds]
    return [group for group in groups if group.kind is not GroupKind.OFFICERS]


def by_kind(groups: Sequence[Group]) -> dict[str, int]:
    return dict(Counter(group.kind.value for group in groups).most_common())


def body_of(row: Broadcast, station: Station) -> str:
    """What the groups read."""
    if row.text_code:
        return say.tip(station.name, row.title, row.text)
    return say.notice(station.name, row.text)


async def next_tip(ctx: Context, station: Station, *, kinds: Sequence[str], topics: Sequence[str] = ()) -> Tip:
    """Whose turn it is at this station. Raises IndexError if no text has one of the topics."""
    month = ctx.now.astimezone(ZoneInfo(station.tz)).month
    candidates = pool(library(), topics=topics, kinds=kinds, month=month)
    return choose(candidates, await ctx.unit.broadcasts.sent_codes(station.id))


def quiet_end(ctx: Context, station: Station, at: datetime | None = None) -> datetime | None:
    """When the quiet hours end in which `at` lies, or we are now; None outside of them."""
    settings = ctx.settings(BroadcastSettings)
    zone = ZoneInfo(station.tz)
    return quiet_until(at or ctx.now, start=settings.quiet_start, end=settings.quiet_end, zone=zone)


def spread(ctx: Context, row: Broadcast, station: Station, group: Group, due: datetime) -> datetime:
    """When a scheduled text starts in that group: the same whenever it is asked, and never in the quiet hours."""
    settings = ctx.settings(BroadcastSettings)
    if not settings.spread_seconds or group.platform in settings.together:
        return due
    draw = int.from_bytes(hashlib.sha256(f"{row.id}:{group.id}".encode()).digest()[:8])
    moment = due + timedelta(seconds=draw % (settings.spread_seconds + 1))
    return due if quiet_end(ctx, station, moment) is not None else moment


async def deliver(
    ctx: Context, row: Broadcast, station: Station, groups: Sequence[Group], *, lane: Lane, due: datetime
) -> None:
    """Queue one copy per group, and look later how it went. What a rule sends is spread a little."""
    lasts = SCHEDULED_LASTS if lane is Lane.DIGEST else URGENT_LASTS
    content = Content(text=body_of(row, station))
    for group in groups:
        start = spread(ctx, row, station, group, due) if row.rule else due
        await ctx.push(
            group,
            content,
            key=push_key(row.id, group.id),
            lane=lane,
            broadcast_id=row.id,
            due_at=start,
            expires_at=start + lasts,
        )
    data = {"broadcast": row.id, "rule": row.rule, "code": row.text_code, "groups": len(groups), "kinds": row.kinds}
    await ctx.log(EntryKind.BROADCAST_CREATED, text=row.title, data=data, station_id=station.id)
    await _look_later(ctx, row.id, due + FIRST_LOOK, 1)


async def run_rule(ctx: Context, rule: BroadcastRule, slot: datetime) -> bool:
    """Send what a rule's slot is for. False if there was no group to send to (no text is used up then).

    Called in the transaction that takes the slot.
    """
    station = await ctx.unit.stations.get(rule.station_id)
    if station is None:
        return False
    groups = await targets(ctx, station.id, rule.kinds)
    if not groups:
        return False
    tip = await next_tip(ctx, station, kinds=rule.kinds, topics=rule.topics)
    row = await ctx.unit.broadcasts.add(
        station_id=station.id,
        title=tip.title,
        text=tip.text,
        kinds=rule.kinds,
        state=BroadcastState.SENDING,
        at=ctx.now,
        rule=rule.name,
        slot=slot,
        text_code=tip.code,
    )
    due = quiet_end(ctx, station) or ctx.now
    await deliver(ctx, row, station, groups, lane=Lane.DIGEST, due=due)
    return True


def counts(deliveries: Sequence[Delivery]) -> dict[str, int]:
    """已送达, 发送中, 未送达, 可能未送达 → groups. Recomputed from the rows, every time."""
    return dict(Counter(state_name(delivery) for delivery in deliveries))


def state_name(delivery: Delivery) -> str:
    """What became of one copy. Where a person must confirm it, only that person's word makes it 已送达."""
    return say.STATE_NAMES[delivery.state] if delivery.push is None else delivery.push.value


# ── how it went ────────────────────────────────────────────────────────────
async def _look_later(ctx: Context, broadcast_id: int, at: datetime, look: int) -> None:
    payload = {"broadcast": broadcast_id, "look": look}
    await ctx.later("broadcast.look", at=at, key=f"broadcast:{broadcast_id}:look:{look}", payload=payload)


@broadcast.job("broadcast.look")
async def look(ctx: Context, payload: dict[str, Any]) -> None:
    """When nothing is under way any more: write it down, and tell whoever sent it, once."""
    row = await ctx.unit.broadcasts.get(payload["broadcast"])
    if row is None:
        return
    found = counts(await ctx.unit.broadcasts.deliveries(row))
    late = ctx.now - row.created_at > GIVE_UP_LOOKING
    if any(found.get(name) for name in say.UNDER_WAY) and not late:
        number = int(payload["look"])
        pause = min(FIRST_LOOK * 2 ** min(number, 10), LONGEST_WAIT)
        await _look_later(ctx, row.id, ctx.now + pause, number + 1)
        return
    data = {"broadcast": row.id, "counts": found}
    await ctx.log(EntryKind.BROADCAST_SENT, text=row.title, data=data, station_id=row.station_id)
    if row.created_by is not None and row.state is BroadcastState.SENDING:
        await _report(ctx, row, row.created_by, found)


async def _report(ctx: Context, row: Broadcast, drafter: int, found: dict[str, int]) -> None:
    everyone = set(found) == {say.STATE_NAMES[OutState.SENT]}
    names = Button(label=say.LIST_BUTTON.format(number=row.id), action=f"bl:{row.id}:1")
    buttons = () if everyone else ((names,),)
    content = Content(text=say.report(row.id, row.title, found), buttons=buttons)
    key = f"broadcast:{row.id}:report"
    if await ctx.tell(drafter, content, key=key) is None:
        where = await draft_chat(ctx, row.id)
        if where is not None:
            await ctx.say(where, content, key=key)


def draft_key(broadcast_id: int) -> str:
    """The outbox key of a draft's preview; it is edited as the draft's fate is decided."""
    return f"broadcast:{broadcast_id}:draft"


async def draft_chat(ctx: Context, broadcast_id: int) -> Address | None:
    preview = await ctx.unit.outbox.by_key(draft_key(broadcast_id))
    return preview.out.to if preview else None
