"""What is counted to see whether promises are kept, and which were found broken."""

from collections.abc import Sequence
from datetime import datetime

from storage.engine.base import Row, Tx
from storage.model.audit import Finding, Holding, Promise, Queue, Standing
from storage.model.tickets import EntryKind
from storage.model.work import InboxRow
from storage.stores.codec import from_ms, from_ms_or_none, to_ms
from storage.stores.inbox import inbox_row
from storage.stores.tickets import ticket_of


def _finding(row: Row) -> Finding:
    return Finding(
        kind=Promise(row["kind"]),
        subject=row["subject"],
        since=from_ms(row["since"]),
        ref=row["ref"],
        text=row["text"],
    )


def _queue(row: Row, name: str = "") -> Queue:
    return Queue(name=name, count=row["n"], since=from_ms(row["since"]))


def _standing(row: Row) -> Standing:
    ticket = ticket_of(row)
    holding = None
    if row["held_kind"]:
        holding = Holding(kind=EntryKind(row["held_kind"]), actor_id=row["held_by"], data=row["held_data"])
    return Standing(
        ticket=ticket,
        last_at=from_ms_or_none(row["last_at"]) or ticket.opened_at,
        receipt=bool(row["receipt"]),
        holding=holding,
    )


class Audit:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def take(self, minute: datetime) -> int | None:
        """For exactly one caller per minute: up to which row the inbox has been judged. None for everybody else."""
        row = await self._tx.one("audit_take", at=to_ms(minute))
        return None if row is None else int(row["seen"])

    async def last(self) -> datetime | None:
        """The minute that was looked at last."""
        row = await self._tx.one("audit_last")
        return from_ms(row["at"]) if row else None

    # ── the inbox ──────────────────────────────────────────────────────────
    async def unanswered(self, seen: int, before: datetime) -> list[InboxRow]:
        """Events after row `seen`, done by then, that nothing was said to. Not all of them called us."""
        return [inbox_row(r) for r in await self._tx.rows("audit_unanswered", seen=seen, before=to_ms(before))]

    async def still_unanswered(self, inbox_id: int) -> InboxRow | None:
        row = await self._tx.one("audit_still_unanswered", id=inbox_id)
        return inbox_row(row) if row else None

    async def judged(self, seen: int, before: datetime) -> None:
        """Whatever was done by then has been judged; what was not, and all that came after it, is looked at again."""
        row = await self._tx.one("audit_inbox_unripe", seen=seen, before=to_ms(before))
        upto = row["id"] - 1 if row is not None and row["id"] is not None else None
        if upto is None:
            newest = await self._tx.one("audit_inbox_newest")
            upto = (newest["id"] if newest is not None else None) or 0
        await self._tx.one("audit_judged", seen=upto)

    async def received(self, since: datetime, until: datetime) -> list[InboxRow]:
        """Every event of that time whose words are still kept."""
        rows = await self._tx.rows("audit_inbox_between", since=to_ms(since), until=to_ms(until))
        return [inbox_row(row) for row in rows]

    async def answered(self, inbox_id: int) -> bool:
        """Was anything said to this event?"""
        return await self._tx.one("audit_answered", id=inbox_id) is not None

    # ── queues and tickets ─────────────────────────────────────────────────
    async def inbox_waits(self, before: datetime) -> list[Queue]:
        """Events received before then and not handled: nothing, or one queue."""
        return [_queue(r) for r in await self._tx.rows("audit_inbox_waits", before=to_ms(before)) if r["n"]]

    async def jobs_wait(self, before: datetime) -> list[Queue]:
        """Jobs due before then and not done: nothing, or one queue."""
        return [_queue(r) for r in await self._tx.rows("audit_job_waits", before=to_ms(before)) if r["n"]]

    async def outbox_waits(self, before: datetime) -> dict[tuple[str, str], Queue]:
        """(platform, bot) → what should have left before then."""
        return self._by_bot(await self._tx.rows("audit_outbox_waits", before=to_ms(before)))

    async def sends_hang(self, before: datetime) -> dict[tuple[str, str], Queue]:
        """(platform, bot) → what is being sent by nobody: the lease ran out before then."""
        return self._by_bot(await self._tx.rows("audit_send_hangs", before=to_ms(before)))

    @staticmethod
    def _by_bot(rows: Sequence[Row]) -> dict[tuple[str, str], Queue]:
        return {(r["platform"], r["bot"]): _queue(r, r["platform"]) for r in rows}

    async def tickets(self, station_id: int) -> list[Standing]:
        """Every unfinished ticket of a station."""
        return [_standing(row) for row in await self._tx.rows("audit_tickets", station_id=station_id)]

    # ── findings ───────────────────────────────────────────────────────────
    async def found(self, station_id: int, finding: Finding, at: datetime) -> bool:
        """Remember it. False if it is known and still open."""
        row = await self._tx.one(
            "audit_finding_add",
            station_id=station_id,
            kind=finding.kind,
            subject=finding.subject,
            ref=finding.ref,
            text=finding.text,
            since=to_ms(finding.since),
            at=to_ms(at),
        )
        return row is not None

    async def gone(self, station_id: int, finding: Finding, at: datetime) -> bool:
        """It is over. False if it was not open."""
        where = {"station_id": station_id, "kind": finding.kind, "subject": finding.subject}
        return await self._tx.one("audit_finding_gone", at=to_ms(at), **where) is not None

    async def open(self, station_id: int) -> list[Finding]:
        """What is broken now, oldest first."""
        return [_finding(row) for row in await self._tx.rows("audit_finding_open", station_id=station_id)]

    async def counts(self) -> dict[str, int]:
        """kind → how many are broken now."""
        return {row["kind"]: row["n"] for row in await self._tx.rows("audit_finding_counts")}

    async def prune(self, before: datetime) -> None:
        """Forget what was over before then."""
        await self._tx.one("audit_finding_prune", before=to_ms(before))
