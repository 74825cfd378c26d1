"""Limits that outlive a restart: so many messages an hour, so many after each word of a person. Counted in the outbox.

`count`: so many messages `out` will be.

What a person must speak for first waits until they do. A card and a broadcast do not wait: others can be asked
instead, and a reminder of yesterday is none.
"""

from datetime import datetime, timedelta

from bot.settle import never, patience
from bot.throttle import RESERVED
from storage.model.channels import Capabilities
from storage.model.messages import Lane, Outgoing, OutKind, OutRow, Policy, Role
from storage.model.tickets import WAITING
from storage.unit import Unit

HOUR = timedelta(hours=1)
LOOK_AGAIN = timedelta(minutes=30)
NO_TURN = "nobody has written there in time"


async def overdue(unit: Unit, can: Capabilities, row: OutRow, now: datetime, count: int) -> bool:
    """True if it can only be said after somebody speaks, and will not wait (any longer). It is then dead."""
    out = row.out
    if not can.takes_turns or out.kind is OutKind.ANSWER or await _has_turn(unit, can, out, now, count):
        return False
    waits = out.role is not Role.CARD and out.policy is not Policy.AT_MOST_ONCE
    if waits and now - row.created_at <= patience(row):
        return False
    await never(unit, row, NO_TURN, now)
    return True


async def arrives(unit: Unit, can: Capabilities, out: Outgoing, now: datetime, count: int) -> bool:
    """Before `out` is queued: will it leave at once, as far as words of a person are needed for it? What is queued
    already leaves in one message with it."""
    if not can.takes_turns:
        return True
    return await _has_turn(unit, can, out, now, count, coming=await unit.outbox.coming(out.to.key))


async def wait_for_room(unit: Unit, can: Capabilities, out: Outgoing, now: datetime, count: int) -> bool:
    """True if the chat has had its share; its rows are then held until there is room, or until somebody speaks."""
    if can.takes_turns and not await _has_turn(unit, can, out, now, count):
        await unit.outbox.hold_turn(out.to.key, now + LOOK_AGAIN)
        return True
    most = can.limits.per_chat_hour
    if not most:
        return False
    if out.lane >= Lane.URGENT_PUSH:
        most = max(1, int(most * (1 - RESERVED)))
    said, oldest = await unit.outbox.said(out.to.key, now - HOUR)
    if said + count <= most or oldest is None:
        return False
    await unit.outbox.hold_chat(out.to.key, oldest + HOUR, min_lane=out.lane)
    return True


async def _has_turn(
    unit: Unit, can: Capabilities, out: Outgoing, now: datetime, count: int, *, coming: int = 0
) -> bool:
    """May it be said there, as far as the last word of a person allows? `coming`: so much is said before."""
    spoke = await unit.channels.last_spoke(out.to.platform, out.to.chat_id)
    if spoke is None:
        return False
    limits = can.limits
    if not limits.per_turn:
        return True
    if now - spoke >= timedelta(hours=limits.turn_hours):
        return False
    said, _ = await unit.outbox.said(out.to.key, spoke - timedelta(milliseconds=1))  # an answer may be that quick
    return said + coming + count <= limits.per_turn - await _kept(unit, limits.per_turn, out)


async def _kept(unit: Unit, per_turn: int, out: Outgoing) -> int:
    """So many of the words we have left are kept for more important ones: who takes the ticket, how it ended."""
    if not out.content.can_wait or out.ticket_id is None:
        return 0
    ticket = await unit.tickets.get(out.ticket_id)
    if ticket is None or ticket.finished:
        return 0
    return min(2 if ticket.state in WAITING else 1, per_turn // 2)
