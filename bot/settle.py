"""What a platform answered, written down. Typed results in, states of the outbox out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import msgspec

from bot.adapters.base import CannotEdit, Later, Moved, Never, Platform, SendResult, Sent, Unknown, messages_of
from bot.brief import say_brief
from bot.publish import JOB
from bot.throttle import backoff
from handlers.kit.facts import DeliveryFailed, DeliveryWaits
from storage.model.messages import OutKind, OutRow, OutState, Policy
from storage.stores.outbox import WAITS_FOR_TURN
from storage.unit import Unit

GIVE_UP = timedelta(hours=24)
THEIR_WORD = timedelta(days=7)
"""So long news of a ticket waits for a person who must write first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    row: OutRow
    result: SendResult


async def settle(
    unit: Unit,
    done: Settled,
    now: datetime,
    owner: str,
    jitter: Callable[[], float],
    platforms: Mapping[tuple[str, str], Platform],
) -> None:
    """Write one answer down; tell the service (by a job) what it must react to."""
    row, result = done.row, done.result
    match result:
        case Sent():
            count = messages_of(platforms[(row.out.to.platform, row.out.to.bot)], row.out)
            await unit.outbox.sent(row.id, owner=owner, message_ref=result.message_ref, at=now, messages=count)
        case Moved():
            await unit.outbox.later(row.id, owner=owner, due_at=now, error="moved", copy=False)
            payload = {"platform": row.out.to.platform, "old": row.out.to.chat_id, "new": result.chat_id}
            await _job(unit, "chat.moved", f"moved:{row.id}:{result.chat_id}", payload, now)
            await unit.outbox.postpone(row.id, now + timedelta(seconds=0.5))
        case Later():
            await _later(unit, row, result, now, owner, jitter)
        case Never():
            await never(unit, row, result.why, now)
            if result.gone:
                payload = {"platform": row.out.to.platform, "chat": row.out.to.chat_id}
                await _job(unit, "chat.gone", f"gone:{row.id}", payload, now)
        case CannotEdit():
            await unit.outbox.end(row.id, OutState.OBSOLETE, result.why)
            await say_brief(unit, row.out, now, platforms)
        case Unknown():
            await _unknown(unit, row, result.why, now, owner, jitter)


async def _later(
    unit: Unit, row: OutRow, result: Later, now: datetime, owner: str, jitter: Callable[[], float]
) -> None:
    age = now - row.created_at
    if age > (patience(row) if result.why == WAITS_FOR_TURN else GIVE_UP):
        await never(unit, row, f"gave up: {result.why}", now)
        return
    if result.why == WAITS_FOR_TURN and row.attempts == 0:
        fact = DeliveryWaits(outbox_id=row.id)
        await _job(unit, JOB, f"waits:{row.id}", {"fact": "DeliveryWaits", "data": asdict(fact)}, now)
    pause = backoff(age, jitter) if result.after is None else timedelta(seconds=result.after)
    await unit.outbox.later(row.id, owner=owner, due_at=now + pause, error=result.why, copy=row.maybe_copy)
    if result.chat_wide:
        await unit.outbox.hold_chat(row.out.to.key, now + pause)


def patience(row: OutRow) -> timedelta:
    """How long it waits for a word of its person."""
    return THEIR_WORD if row.out.ticket_id is not None else GIVE_UP


async def never(unit: Unit, row: OutRow, why: str, now: datetime) -> None:
    """It will not arrive: whoever counted on it is told by a job."""
    await unit.outbox.end(row.id, OutState.DEAD, why)
    if row.out.kind is OutKind.SEND:
        await _tell(unit, row, why, now)


async def lost_after_all(unit: Unit, row: OutRow, why: str, now: datetime) -> bool:
    """The platform had taken it, and says now that it was not delivered. False if that is known."""
    if not await unit.outbox.undeliver(row.id, why):
        return False
    await _tell(unit, row, why, now)
    return True


async def _tell(unit: Unit, row: OutRow, why: str, now: datetime) -> None:
    """Of it, and of everything that was said in the same message."""
    for outbox_id, attempts in ((row.id, row.attempts), *((i, 0) for i in await unit.outbox.undeliver_with(row))):
        payload = {"fact": "DeliveryFailed", "data": asdict(DeliveryFailed(outbox_id=outbox_id, why=why))}
        await _job(unit, JOB, f"failed:{outbox_id}:{attempts}", payload, now)


async def _unknown(unit: Unit, row: OutRow, why: str, now: datetime, owner: str, jitter: Callable[[], float]) -> None:
    if row.out.kind is OutKind.ANSWER:
        await unit.outbox.end(row.id, OutState.OBSOLETE, why)
    elif (row.out.policy is Policy.AT_MOST_ONCE and row.out.kind is OutKind.SEND) or now - row.created_at > GIVE_UP:
        await unit.outbox.end(row.id, OutState.UNKNOWN, why)
    else:
        pause = backoff(now - row.created_at, jitter)
        await unit.outbox.later(row.id, owner=owner, due_at=now + pause, error=why, copy=True)


async def _job(unit: Unit, name: str, key: str, payload: Mapping[str, object], now: datetime) -> None:
    await unit.jobs.add(name, key=key, due_at=now, payload=msgspec.json.encode(payload).decode())
