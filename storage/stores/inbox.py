"""The inbox: raw events, stored before the platform hears "ok"."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from storage.engine.base import Row, Tx
from storage.model.messages import Envelope
from storage.model.work import InboxRow, WorkState
from storage.stores.codec import from_ms, to_ms

_earlier = msgspec.msgpack.Decoder(tuple[bytes, ...])


def inbox_row(row: Row) -> InboxRow:
    return InboxRow(
        id=row["id"],
        platform=row["platform"],
        bot=row["bot"],
        event_id=row["event_id"],
        chat_key=row["chat_key"],
        body=bytes(row["body"]),
        earlier=_earlier.decode(row["earlier"]) if row["earlier"] else (),
        sighted=bool(row["sighted"]),
        received_at=from_ms(row["received_at"]),
        state=WorkState(row["state"]),
        attempts=row["attempts"],
        error=row["error"],
    )


class Inbox:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def forget(self, row_id: int) -> None:
        """It was not meant for us: its words go at once, not with the others' in time."""
        await self._tx.one("inbox_forget", id=row_id, empty=b"")

    async def known(self, platform: str, bot: str, event_id: str) -> bool:
        """Was that event stored?"""
        return await self._tx.one("inbox_known", platform=platform, bot=bot, event_id=event_id) is not None

    async def add(self, envelopes: Sequence[Envelope], at: datetime) -> None:
        """Store; an event already known is left as it is. Unreadable ones are parked at once."""
        await self._tx.many(
            "inbox_add",
            [
                {
                    "platform": e.platform,
                    "bot": e.bot,
                    "event_id": e.event_id,
                    "chat_key": e.chat_key,
                    "body": e.body,
                    "earlier": msgspec.msgpack.encode(e.earlier) if e.earlier else None,
                    "sighted": int(e.sighted),
                    "at": to_ms(at),
                    "state": WorkState.DEAD if e.unreadable else WorkState.NEW,
                    "error": e.unreadable,
                }
                for e in envelopes
            ],
        )

    async def todo(self, now: datetime, limit: int) -> list[InboxRow]:
        """What is due, oldest first, of those chats no other process is working on."""
        rows = await self._tx.rows("inbox_todo", now=to_ms(now), limit=limit)
        if not rows or self._tx.exclusive:
            return [inbox_row(row) for row in rows]
        mine = await self._tx.lock_chats([f"in:{row['chat_key']}" for row in rows])
        # Only now, under the locks, is it certain what is still undone and that nothing earlier is.
        rows = await self._tx.rows("inbox_todo", now=to_ms(now), limit=limit)
        return [inbox_row(row) for row in rows if f"in:{row['chat_key']}" in mine]

    async def done(self, ids: Sequence[int], at: datetime) -> None:
        await self._tx.many("inbox_done", [{"id": i, "at": to_ms(at)} for i in ids])

    async def later(self, row_id: int, due_at: datetime, error: str) -> None:
        await self._tx.one("inbox_later", id=row_id, due_at=to_ms(due_at), error=error)

    async def park(self, row_id: int, at: datetime, error: str) -> None:
        await self._tx.one("inbox_park", id=row_id, at=to_ms(at), error=error)

    async def dead(self, limit: int = 100) -> list[InboxRow]:
        return [inbox_row(row) for row in await self._tx.rows("inbox_dead", limit=limit)]

    async def replay(self, row_id: int, now: datetime) -> bool:
        """Put a parked event back in the queue. False if it is not parked."""
        return await self._tx.one("inbox_replay", id=row_id, now=to_ms(now)) is not None

    async def counts(self) -> dict[str, tuple[int, datetime]]:
        """state → (how many, the oldest), of what is not done."""
        return {r["state"]: (r["n"], from_ms(r["oldest"])) for r in await self._tx.rows("inbox_counts")}

    async def prune(self, *, strip_before: datetime, delete_before: datetime) -> None:
        """Forget the bodies of done events early, their ids (for dedupe) late."""
        await self._tx.one("inbox_strip", before=to_ms(strip_before), empty=b"")
        await self._tx.one("inbox_prune", before=to_ms(delete_before))
