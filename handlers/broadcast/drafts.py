"""A leader's own push: preview with the number of groups, one press to send. Nothing leaves without that press."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.broadcast.feature import DRAFT_LASTS, broadcast
from handlers.broadcast.send import (
    body_of,
    by_kind,
    deliver,
    draft_chat,
    draft_key,
    next_tip,
    quiet_end,
    targets,
)
from handlers.broadcast.words import Draft, NextTip
from handlers.kit import broadcast_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.parse import row_id
from handlers.kit.private import find_private
from handlers.kit.texts import short
from storage.model.messages import Button, Content, Lane
from storage.model.people import Station
from storage.model.work import Broadcast, BroadcastState

TITLE_LENGTH = 14


async def draft_text(ctx: Context, wish: Draft) -> None:
    await _draft(ctx, title=short(wish.text, TITLE_LENGTH), text=wish.text, kinds=wish.kinds)


async def draft_next(ctx: Context, wish: NextTip) -> None:
    tip = await next_tip(ctx, ctx.here, kinds=wish.kinds)
    await _draft(ctx, title=tip.title, text=tip.text, kinds=wish.kinds, code=tip.code)


async def _draft(ctx: Context, *, title: str, text: str, kinds: tuple[str, ...], code: str = "") -> None:
    station = ctx.here
    if not await targets(ctx, station.id, kinds):
        raise UsageError(say.NO_GROUPS.format(kinds=say.kinds_name(kinds)))
    row = await ctx.unit.broadcasts.add(
        station_id=station.id,
        title=title,
        text=text,
        kinds=kinds,
        state=BroadcastState.DRAFT,
        at=ctx.now,
        created_by=ctx.who.person.id,
        text_code=code,
    )
    content = await preview(ctx, row, station, quiet=quiet_end(ctx, station))
    await ctx.reply(content, key=draft_key(row.id), lane=Lane.OFFICER)


async def preview(ctx: Context, row: Broadcast, station: Station, *, quiet: datetime | None) -> Content:
    """What would be sent, to how many groups, and the buttons that decide it."""
    groups = await targets(ctx, station.id, row.kinds)
    warnings = [say.HAS_PRIVATE] if not row.text_code and find_private(row.text) else []
    send = [Button(label=say.SEND.format(count=len(groups)), action=f"bs:{row.id}")]
    if quiet is not None:
        until = _clock(quiet, station)
        warnings.append(say.IN_QUIET.format(until=until))
        send = [
            Button(label=say.SEND_NOW.format(count=len(groups)), action=f"bn:{row.id}"),
            Button(label=say.SEND_LATER.format(until=until), action=f"bw:{row.id}"),
        ]
    cancel = Button(label=say.CANCEL, action=f"bc:{row.id}")
    text = say.preview(body_of(row, station), by_kind(groups), warnings)
    return Content(text=text, buttons=(*((button,) for button in send), (cancel,)))


def _clock(at: datetime, station: Station) -> str:
    return at.astimezone(ZoneInfo(station.tz)).strftime("%H:%M")


# ── the presses ────────────────────────────────────────────────────────────
@broadcast.button("bs", allow=Permission.BROADCAST, args=row_id)
async def send_pressed(ctx: Context, broadcast_id: int) -> None:
    """Send at once; if quiet hours have begun since the preview, ask again instead."""
    row, station = await _waiting_draft(ctx, broadcast_id)
    quiet = quiet_end(ctx, station)
    if quiet is None:
        await _start(ctx, row, station, due=ctx.now)
        return
    await _edit_preview(ctx, row, await preview(ctx, row, station, quiet=quiet))
    await ctx.answer(say.ASK_QUIET)


@broadcast.button("bn", allow=Permission.BROADCAST, args=row_id)
async def now_pressed(ctx: Context, broadcast_id: int) -> None:
    row, station = await _waiting_draft(ctx, broadcast_id)
    await _start(ctx, row, station, due=ctx.now)


@broadcast.button("bw", allow=Permission.BROADCAST, args=row_id)
async def wait_pressed(ctx: Context, broadcast_id: int) -> None:
    row, station = await _waiting_draft(ctx, broadcast_id)
    await _start(ctx, row, station, due=quiet_end(ctx, station) or ctx.now)


@broadcast.button("bc", allow=Permission.BROADCAST, args=row_id)
async def cancel_pressed(ctx: Context, broadcast_id: int) -> None:
    row, _ = await _waiting_draft(ctx, broadcast_id)
    if await ctx.unit.broadcasts.move(row.id, was=BroadcastState.DRAFT, state=BroadcastState.CANCELLED) is None:
        raise UsageError(await _truth(ctx, row.id))
    await _edit_preview(ctx, row, Content(text=say.DRAFT_CANCELLED))
    await ctx.answer(say.DRAFT_CANCELLED)


async def _waiting_draft(ctx: Context, broadcast_id: int) -> tuple[Broadcast, Station]:
    """The draft and its station, if it can still be decided. Raises UsageError with the truth otherwise."""
    row = await ctx.unit.broadcasts.get(broadcast_id)
    if row is None:
        raise UsageError(say.DRAFT_GONE)
    ctx.require(Permission.BROADCAST, row.station_id)
    if row.state is not BroadcastState.DRAFT:
        raise UsageError(await _truth(ctx, row.id))
    if ctx.now - row.created_at > DRAFT_LASTS:
        raise UsageError(say.DRAFT_EXPIRED)
    station = await ctx.unit.stations.get(row.station_id)
    assert station is not None
    return row, station


async def _truth(ctx: Context, broadcast_id: int) -> str:
    """What has become of something that is no draft any more."""
    row = await ctx.unit.broadcasts.get(broadcast_id)
    if row is None:
        return say.DRAFT_GONE
    if row.state is BroadcastState.SENDING:
        return say.DRAFT_SENT.format(number=row.id)
    if await ctx.unit.broadcasts.deliveries(row):
        return say.DRAFT_STOPPED.format(number=row.id)
    return say.DRAFT_WAS_CANCELLED


async def _start(ctx: Context, row: Broadcast, station: Station, *, due: datetime) -> None:
    """Exactly one press gets through the compare-and-set; the groups are those bound at that moment."""
    groups = await targets(ctx, station.id, row.kinds)
    if not groups:
        raise UsageError(say.NO_GROUPS.format(kinds=say.kinds_name(row.kinds)))
    started = await ctx.unit.broadcasts.move(row.id, was=BroadcastState.DRAFT, state=BroadcastState.SENDING)
    if started is None:
        raise UsageError(await _truth(ctx, row.id))
    await deliver(ctx, started, station, groups, lane=Lane.URGENT_PUSH, due=due)
    if due > ctx.now:
        sentence = say.WAITING.format(until=_clock(due, station), count=len(groups))
    else:
        sentence = say.STARTED.format(count=len(groups))
    follow = say.FOLLOW.format(number=row.id)
    text = "\n".join([sentence, say.LINE, body_of(row, station), say.LINE, follow])
    await _edit_preview(ctx, row, Content(text=text))
    await ctx.answer(sentence)


async def _edit_preview(ctx: Context, row: Broadcast, content: Content) -> None:
    """Change the preview where it stands; the buttons that no longer hold go with it."""
    where = await draft_chat(ctx, row.id)
    if where is not None:
        await ctx.edit(draft_key(row.id), where, content, public=ctx.public, lane=Lane.OFFICER)
