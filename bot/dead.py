"""What was given up on: parked events, messages that did not arrive, jobs that failed. Told without their words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.logs import hide_words
from storage.model.messages import OutState
from storage.unit import Unit

LIMIT = 1000


class Queue(StrEnum):
    IN = "in"
    OUT = "out"
    JOB = "job"


@dataclass(frozen=True, slots=True, order=True)
class DeadId:
    """What people type: in:12, out:7, job:3."""

    queue: Queue
    number: int

    def __str__(self) -> str:
        return f"{self.queue}:{self.number}"

    @classmethod
    def read(cls, text: str) -> "DeadId":
        """Raises ValueError with a sentence."""
        match = re.fullmatch(r"(in|out|job)[:：](\d{1,18})", text.strip().lower())
        if match is None:
            raise ValueError(f"看不懂编号“{text}”，要写成 in:12、out:7 或 job:3，用 pingan dead list 查看。")
        return cls(Queue(match.group(1)), int(match.group(2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """One row of the list. `what` and `why` hold kinds and places, never what anybody wrote."""

    id: DeadId
    at: datetime
    what: str
    attempts: int
    why: str


_STATES = {OutState.DEAD: "送不到", OutState.UNKNOWN: "可能未送达"}


async def dead(unit: Unit) -> list[Dead]:
    """Everything that waits for an operator, newest first in each queue, at most LIMIT each."""
    events = [
        Dead(
            id=DeadId(Queue.IN, row.id),
            at=row.received_at,
            what=f"收到的消息 · {row.platform}",
            attempts=row.attempts,
            why=hide_words(row.error),
        )
        for row in await unit.inbox.dead(LIMIT)
    ]
    messages = [
        Dead(
            id=DeadId(Queue.OUT, row.id),
            at=row.created_at,
            what=f"发出的消息 · {row.out.to.platform} · {_STATES.get(row.state, row.state)}"
            + (f" · 播报 {row.out.broadcast_id}" if row.out.broadcast_id is not None else ""),
            attempts=row.attempts,
            why=hide_words(row.error),
        )
        for row in await unit.outbox.dead(LIMIT)
    ]
    jobs = [
        Dead(
            id=DeadId(Queue.JOB, job.id),
            at=job.due_at,
            what=f"定时的事 · {job.name}",
            attempts=job.attempts,
            why=hide_words(job.error),
        )
        for job in await unit.jobs.dead(LIMIT)
    ]
    return [*events, *messages, *jobs]


async def replay(unit: Unit, ids: Iterable[DeadId], now: datetime) -> tuple[list[DeadId], list[DeadId]]:
    """Put them back in their queues: (those put back, those that are not given up on)."""
    done: list[DeadId] = []
    missed: list[DeadId] = []
    stores = {Queue.IN: unit.inbox.replay, Queue.OUT: unit.outbox.replay, Queue.JOB: unit.jobs.replay}
    for each in dict.fromkeys(ids):
        (done if await stores[each.queue](each.number, now) else missed).append(each)
    return done, missed
