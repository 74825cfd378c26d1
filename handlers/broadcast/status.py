"""What became of a push: figures and names recomputed from the outbox; stopping it; sending uncertain copies again."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.broadcast.feature import URGENT_LASTS, broadcast
from handlers.broadcast.send import body_of, counts, state_name
from handlers.broadcast.words import Status, Stop
from handlers.kit import broadcast_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.parse import Parser, row_id
from storage.model.channels import PushState
from storage.model.messages import Button, Content, Lane, OutState
from storage.model.people import Station
from storage.model.tickets import EntryKind
from storage.model.work import Broadcast, BroadcastState
from storage.stores.broadcasts import Delivery, push_key

RECENT = 5
PAGE = 20
UNCERTAIN = (OutState.UNKNOWN, OutState.DEAD)
WAITS = (PushState.CREATED, PushState.WAITING)
_TWO = re.compile(r"(\d{1,18}):(\d{1,6})")


def _two(text: str) -> tuple[int, int]:
    match = _TWO.fullmatch(text)
    assert match is not None
    return int(match.group(1)), int(match.group(2))


two_numbers = Parser(_two, lambda text: _TWO.fullmatch(text) is not None)
"""`12:3`, the argument of our own buttons: a broadcast, and a page or a round"""


# ── 播报 状态 ───────────────────────────────────────────────────────────────
async def show(ctx: Context, wish: Status) -> None:
    if wish.number is not None:
        await _show_one(ctx, await _find(ctx, wish.number))
        return
    lines, buttons = [say.LIST_HEAD], []
    for row in await ctx.unit.broadcasts.of_station(ctx.here.id, limit=RECENT):
        deliveries = await ctx.unit.broadcasts.deliveries(row)
        lines.append(say.status_line(row.id, row.title, _when(row, ctx.here), counts(deliveries), _mark(row)))
        buttons.append(_buttons(row, deliveries))
    if not buttons:
        raise UsageError(say.NONE_YET)
    await ctx.reply(Content(text="\n".join(lines), buttons=tuple(buttons)))


async def _show_one(ctx: Context, row: Broadcast) -> None:
    deliveries = await ctx.unit.broadcasts.deliveries(row)
    text = say.status(row.id, row.title, _when(row, ctx.here), await _by(ctx, row), counts(deliveries), _mark(row))
    await ctx.reply(Content(text=text, buttons=(_buttons(row, deliveries),)))


def _buttons(row: Broadcast, deliveries: Sequence[Delivery]) -> tuple[Button, ...]:
    found = [Button(label=say.LIST_BUTTON.format(number=row.id), action=f"bl:{row.id}:1")]
    if row.state is not BroadcastState.SENDING:
        return tuple(found)
    again = _to_repeat(deliveries)
    if again:
        turn = max(delivery.attempt for delivery in again) + 1
        found.append(
            Button(label=say.AGAIN_BUTTON.format(number=row.id, count=len(again)), action=f"ba:{row.id}:{turn}")
        )
    if any(state_name(delivery) in say.UNDER_WAY for delivery in deliveries):
        found.append(Button(label=say.STOP_BUTTON.format(number=row.id), action=f"bx:{row.id}"))
    return tuple(found)


async def _find(ctx: Context, number: int) -> Broadcast:
    """A broadcast of this station that is no draft. Raises UsageError."""
    row = await ctx.unit.broadcasts.get(number)
    if row is None or row.station_id != ctx.here.id or row.state is BroadcastState.DRAFT:
        raise UsageError(say.NO_SUCH.format(number=number))
    return row


def _when(row: Broadcast, station: Station) -> str:
    return (row.slot or row.created_at).astimezone(ZoneInfo(station.tz)).strftime("%m-%d %H:%M")


async def _by(ctx: Context, row: Broadcast) -> str:
    person = await ctx.unit.people.get(row.created_by) if row.created_by is not None else None
    return person.name if person else say.SENT_BY_RULE.format(rule=row.rule)


def _mark(row: Broadcast) -> str:
    return say.STOPPED_MARK if row.state is BroadcastState.CANCELLED else ""


# ── the list of groups ─────────────────────────────────────────────────────
@broadcast.button("bl", allow=Permission.BROADCAST, args=two_numbers)
async def list_pressed(ctx: Context, wish: tuple[int, int]) -> None:
    """One page of group names with what became of each; those that may need help first."""
    number, page = wish
    row = await _find(ctx, number)
    deliveries = await ctx.unit.broadcasts.deliveries(row)
    ranked = sorted(deliveries, key=lambda d: (say.STATE_ORDER.index(state_name(d)), d.kind, d.title))
    pages = max(1, -(-len(ranked) // PAGE))
    page = min(max(page, 1), pages)
    shown = ranked[(page - 1) * PAGE : page * PAGE]
    lines = [(state_name(delivery), delivery.title) for delivery in shown]
    turns = []
    if page > 1:
        turns.append(Button(label=say.PREVIOUS, action=f"bl:{number}:{page - 1}"))
    if page < pages:
        turns.append(Button(label=say.FOLLOWING, action=f"bl:{number}:{page + 1}"))
    await ctx.reply(Content(text=say.group_list(number, lines, page, pages), buttons=(tuple(turns),) if turns else ()))


# ── sending again ──────────────────────────────────────────────────────────
def _to_repeat(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Copies that may not have arrived, or were refused, in groups we are still in."""
    return [delivery for delivery in deliveries if delivery.active and _uncertain(delivery)]


def _uncertain(delivery: Delivery) -> bool:
    return delivery.push is PushState.EXPIRED if delivery.push else delivery.state in UNCERTAIN


@broadcast.button("ba", allow=Permission.BROADCAST, args=two_numbers)
async def again_pressed(ctx: Context, wish: tuple[int, int]) -> None:
    """Send the uncertain copies again. A button belongs to one round, so pressing it twice sends once."""
    number, turn = wish
    row = await _find(ctx, number)
    if row.state is not BroadcastState.SENDING:
        raise UsageError(say.AGAIN_STOPPED)
    content = Content(text=f"{body_of(row, ctx.here)}\n{say.AGAIN_MARK}")
    sent = 0
    for delivery in _to_repeat(await ctx.unit.broadcasts.deliveries(row)):
        group = await ctx.unit.groups.get(delivery.group_id)
        assert group is not None
        sent += await ctx.push(
            group,
            content,
            key=push_key(row.id, group.id, turn),
            lane=Lane.URGENT_PUSH,
            broadcast_id=row.id,
            expires_at=ctx.now + URGENT_LASTS,
        )
    if not sent:
        raise UsageError(say.AGAIN_DONE.format(number=number))
    data = {"broadcast": row.id, "groups": sent, "round": turn}
    await ctx.log(EntryKind.BROADCAST_RESENT, text=row.title, data=data, station_id=row.station_id)
    await ctx.answer(say.AGAIN_STARTED.format(count=sent))


# ── stopping ───────────────────────────────────────────────────────────────
async def stop(ctx: Context, wish: Stop) -> None:
    """Stop one broadcast, or all of this station that still have something to send."""
    if wish.number is None:
        rows = await ctx.unit.broadcasts.leaving(ctx.here.id)
    else:
        rows = [await _find(ctx, wish.number)]
    lines = [line for row in rows if (line := await _stop(ctx, row))]
    await ctx.answer("\n".join(lines) or say.NOTHING_TO_STOP)


@broadcast.button("bx", allow=Permission.BROADCAST, args=row_id)
async def stop_pressed(ctx: Context, number: int) -> None:
    await stop(ctx, Stop(number=number))


async def _stop(ctx: Context, row: Broadcast) -> str:
    """What was stopped, in a sentence; "" if everything had left already."""
    count = await ctx.unit.outbox.cancel_broadcast(row.id)
    # Tasks that wait for a member are taken back by their channel as soon as it sees that this was stopped.
    count += sum(task.state in WAITS for task in await ctx.unit.channels.pushes(row.id))
    if not count:
        return ""
    await ctx.unit.broadcasts.move(row.id, was=BroadcastState.SENDING, state=BroadcastState.CANCELLED)
    data = {"broadcast": row.id, "stopped": count}
    await ctx.log(EntryKind.BROADCAST_SENT, text=row.title, data=data, station_id=row.station_id)
    return say.STOPPED.format(number=row.id, count=count)
