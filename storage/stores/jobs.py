"""Durable "later": jobs, schedule slots, leases and open conversations."""

from datetime import datetime

from storage.engine.base import Row, Tx
from storage.model.people import Conversation
from storage.model.work import Job, Lease, WorkState
from storage.stores.codec import from_ms, from_ms_or_none, to_ms


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        key=row["key"],
        name=row["name"],
        payload=row["payload"],
        due_at=from_ms(row["due_at"]),
        state=WorkState(row["state"]),
        attempts=row["attempts"],
        error=row["error"],
    )


class Jobs:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, name: str, *, key: str, due_at: datetime, payload: str = "{}") -> bool:
        """False if a job of this key is known (waiting or done)."""
        row = await self._tx.one("job_add", key=key, name=name, payload=payload, due_at=to_ms(due_at))
        return row is not None

    async def todo(self, now: datetime, limit: int) -> list[Job]:
        """What is due, one process at a time."""
        if not self._tx.exclusive and not await self._tx.lock_chats(["jobs"]):
            return []
        return [_job(row) for row in await self._tx.rows("job_todo", now=to_ms(now), limit=limit)]

    async def done(self, job_id: int, at: datetime) -> None:
        await self._tx.one("job_done", id=job_id, at=to_ms(at))

    async def later(self, job_id: int, due_at: datetime, error: str) -> None:
        await self._tx.one("job_later", id=job_id, due_at=to_ms(due_at), error=error)

    async def park(self, job_id: int, at: datetime, error: str) -> None:
        await self._tx.one("job_park", id=job_id, at=to_ms(at), error=error)

    async def next_due(self) -> datetime | None:
        row = await self._tx.one("job_next_due")
        return from_ms_or_none(row["due_at"]) if row else None

    async def dead(self, limit: int = 100) -> list[Job]:
        return [_job(row) for row in await self._tx.rows("job_dead", limit=limit)]

    async def replay(self, job_id: int, now: datetime) -> bool:
        return await self._tx.one("job_replay", id=job_id, now=to_ms(now)) is not None

    async def counts(self) -> dict[str, int]:
        return {row["state"]: row["n"] for row in await self._tx.rows("job_counts")}

    async def prune(self, before: datetime) -> None:
        await self._tx.one("job_prune", before=to_ms(before))


class Slots:
    """Which slot of which rule has been dealt with. The row is the promise "once"."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def take(self, rule: str, slot: datetime, *, at: datetime, outcome: str = "run") -> bool:
        """True for exactly one caller per (rule, slot)."""
        row = await self._tx.one("slot_take", rule=rule, slot_at=to_ms(slot), at=to_ms(at), outcome=outcome)
        return row is not None

    async def last(self, rule: str) -> datetime | None:
        row = await self._tx.one("slot_last", rule=rule)
        return from_ms_or_none(row["slot_at"]) if row else None

    async def of_rule(self, rule: str, limit: int = 10) -> list[tuple[datetime, str]]:
        """(slot, outcome), newest first."""
        rows = await self._tx.rows("slot_of_rule", rule=rule, limit=limit)
        return [(from_ms(row["slot_at"]), row["outcome"]) for row in rows]


class Leases:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def take(self, name: str, owner: str, *, now: datetime, until: datetime) -> Lease | None:
        """Take or renew; None while another owner's lease runs."""
        row = await self._tx.one("lease_take", name=name, owner=owner, now=to_ms(now), until=to_ms(until))
        if row is None:
            return None
        return Lease(name=name, owner=owner, token=row["token"], until=from_ms(row["until"]))

    async def holder(self, name: str, now: datetime) -> str | None:
        """Whose it is."""
        row = await self._tx.one("lease_holder", name=name, now=to_ms(now))
        return row["owner"] if row else None

    async def end_all(self) -> None:
        """No other process uses this database: whoever held a lease is dead."""
        await self._tx.one("lease_end_all")

    async def release(self, name: str, owner: str) -> None:
        """Let the next one in at once. The row stays, so that the token keeps growing."""
        await self._tx.one("lease_release", name=name, owner=owner)


class Conversations:
    """At most one open question per person and chat."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def get(self, platform: str, chat_id: str, user_id: str, now: datetime) -> Conversation | None:
        row = await self._tx.one("conversation_get", platform=platform, chat_id=chat_id, user_id=user_id)
        if row is None or from_ms(row["expires_at"]) <= now:
            return None
        return _conversation(row)

    async def put(self, conversation: Conversation) -> None:
        await self._tx.one(
            "conversation_put",
            platform=conversation.platform,
            chat_id=conversation.chat_id,
            user_id=conversation.user_id,
            step=conversation.step,
            data=conversation.data,
            expires_at=to_ms(conversation.expires_at),
        )

    async def end(self, platform: str, chat_id: str, user_id: str) -> None:
        await self._tx.one("conversation_end", platform=platform, chat_id=chat_id, user_id=user_id)

    async def open(self, now: datetime) -> list[Conversation]:
        return [_conversation(row) for row in await self._tx.rows("conversation_open", now=to_ms(now))]

    async def prune(self, now: datetime) -> None:
        await self._tx.one("conversation_prune", now=to_ms(now))


def _conversation(row: Row) -> Conversation:
    return Conversation(
        platform=row["platform"],
        chat_id=row["chat_id"],
        user_id=row["user_id"],
        step=row["step"],
        data=row["data"],
        expires_at=from_ms(row["expires_at"]),
    )
