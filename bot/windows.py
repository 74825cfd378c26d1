"""Limits that outlive a restart: so many messages an hour, so many after each word of a person. Counted in the outbox.

What a person must speak for first waits until they do. A card and a broadcast do not wait: others can be asked
instead, and a reminder of yesterday is none.
"""

from datetime import datetime, timedelta

from bot.settle import GIVE_UP, never
from bot.throttle import RESERVED
from storage.model.channels import Capabilities
from storage.model.messages import Lane, Outgoing, OutKind, OutRow, Policy, Role
from storage.unit import Unit

HOUR = timedelta(hours=1)
LOOK_AGAIN = timedelta(minutes=30)
NO_TURN = "nobody has written there in time"


async def overdue(unit: Unit, can: Capabilities, row: OutRow, now: datetime) -> bool:
    """True if it can only be said after somebody speaks, and will not wait (any longer). It is then dead."""
    out = row.out
    if not can.takes_turns or out.kind is OutKind.ANSWER or await _has_turn(unit, can, out, now):
        return False
    waits = out.role is not Role.CARD and out.policy is not Policy.AT_MOST_ONCE
    if waits and now - row.created_at <= GIVE_UP:
        return False
    await never(unit, row, NO_TURN, now)
    return True


async def wait_for_room(unit: Unit, can: Capabilities, out: Outgoing, now: datetime) -> bool:
    """True if the chat has had its share; its rows are then held until there is room, or until somebody speaks."""
    if can.takes_turns and not await _has_turn(unit, can, out, now):
        await unit.outbox.hold_turn(out.to.key, now + LOOK_AGAIN)
        return True
    most = can.limits.per_chat_hour
    if not most:
        return False
    if out.lane >= Lane.URGENT_PUSH:
        most = max(1, int(most * (1 - RESERVED)))
    said, oldest = await unit.outbox.said(out.to.key, now - HOUR)
    if said < most or oldest is None:
        return False
    await unit.outbox.hold_chat(out.to.key, oldest + HOUR, min_lane=out.lane)
    return True


async def _has_turn(unit: Unit, can: Capabilities, out: Outgoing, now: datetime) -> bool:
    """May something be said there, as far as the last word of a person allows?"""
    spoke = await unit.channels.last_spoke(out.to.platform, out.to.chat_id)
    if spoke is None:
        return False
    limits = can.limits
    if not limits.per_turn:
        return True
    if now - spoke >= timedelta(hours=limits.turn_hours):
        return False
    said, _ = await unit.outbox.said(out.to.key, spoke - timedelta(milliseconds=1))  # an answer may be that quick
    return said < limits.per_turn
