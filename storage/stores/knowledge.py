"""The knowledge base: entries, the words they are found by, and what could not be answered."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from storage.engine.base import Row, Tx
from storage.model.knowledge import Knowledge, Miss, Origin
from storage.stores.codec import from_ms, names_from_json, names_to_json, to_ms


def _entry(row: Row) -> Knowledge:
    return Knowledge(
        code=row["code"],
        field=row["field"],
        question=row["question"],
        aliases=names_from_json(row["aliases"]),
        answer=row["answer"],
        source=row["source"],
        version=row["version"],
        review_on=row["review_on"],
        origin=Origin(row["origin"]),
        enabled=bool(row["enabled"]),
    )


def mark(entry: Knowledge) -> int:
    """A figure of 48 bits that tells contents apart."""
    parts = (entry.code, entry.field, entry.question, *entry.aliases, entry.answer, entry.source, entry.review_on)
    digest = hashlib.blake2b("\x00".join((*parts, str(entry.version))).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big")


class KnowledgeBase:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def put(self, entry: Knowledge, words: Collection[str], at: datetime, by: int | None = None) -> None:
        """Add it, or replace the one of its code. `words`: what it is found by; a disabled one is not found."""
        await self._tx.rows(
            "knowledge_put",
            code=entry.code,
            field=entry.field,
            question=entry.question,
            aliases=names_to_json(entry.aliases),
            answer=entry.answer,
            source=entry.source,
            version=entry.version,
            review_on=entry.review_on,
            origin=entry.origin,
            enabled=int(entry.enabled),
            mark=mark(entry),
            updated_at=to_ms(at),
            updated_by=by,
        )
        await self._tx.rows("knowledge_unword", code=entry.code)
        if entry.enabled and words:
            await self._tx.rows("knowledge_word", code=entry.code, words=" ".join(sorted(words)))

    async def disable(self, entry: Knowledge, at: datetime, by: int | None = None) -> None:
        await self.put(replace(entry, enabled=False), (), at, by)

    async def get(self, code: str) -> Knowledge | None:
        row = await self._tx.one("knowledge_get", code=code)
        return _entry(row) if row else None

    async def all(self) -> list[Knowledge]:
        """Disabled ones too."""
        return [_entry(row) for row in await self._tx.rows("knowledge_all")]

    async def enabled(self) -> list[Knowledge]:
        """By code."""
        return [_entry(row) for row in await self._tx.rows("knowledge_enabled")]

    async def state(self) -> tuple[int, int]:
        """(entries, a figure of their contents): what is equal has the same content."""
        row = await self._tx.one("knowledge_state")
        assert row is not None
        return int(row["entries"]), int(row["marks"])

    async def find(self, words: Collection[str], limit: int) -> list[str]:
        """Codes of entries that share words (letters and digits only) with a question, roughly best first."""
        if not words:
            return []
        query = " OR ".join(sorted(words))
        return [row["code"] for row in await self._tx.rows("knowledge_find", query=query, limit=limit)]

    async def fields(self) -> list[tuple[str, int]]:
        """(field, number of enabled entries), in the order of the files."""
        return [(row["field"], row["entries"]) for row in await self._tx.rows("knowledge_fields")]

    async def due(self, day: date, limit: int) -> list[Knowledge]:
        """Whose review date is this day or before; longest due first."""
        return [_entry(row) for row in await self._tx.rows("knowledge_due", day=day.isoformat(), limit=limit)]

    async def thanked(self, answer_id: int, station_id: int | None, since: datetime) -> bool:
        """Did somebody call this answer (an entry of the log) useful?"""
        row = await self._tx.one("knowledge_thanked", station_id=station_id, at=to_ms(since), text=str(answer_id))
        return row is not None

    async def missed(self, question: str, *, station_id: int | None, at: datetime, nearest: str) -> None:
        await self._tx.rows(
            "knowledge_miss_add", station_id=station_id, question=question, at=to_ms(at), nearest=nearest
        )

    async def misses(self, station_id: int, limit: int) -> list[Miss]:
        """Those nobody has dealt with, newest first."""
        rows = await self._tx.rows("knowledge_miss_open", station_id=station_id, limit=limit)
        return [
            Miss(id=row["id"], question=row["question"], at=from_ms(row["at"]), nearest=row["nearest"]) for row in rows
        ]

    async def dealt_with(self, miss_id: int, station_id: int) -> bool:
        """False if somebody was quicker, or there is no such miss at that station."""
        return await self._tx.one("knowledge_miss_done", id=miss_id, station_id=station_id) is not None
