"""Files people sent: which are still to be fetched, and where those lie that were."""

from datetime import datetime

from storage.engine.base import Row, Tx
from storage.model.media import Media, MediaState
from storage.model.messages import AttachmentKind
from storage.stores.codec import from_ms, from_ms_or_none, to_ms


def _media(row: Row) -> Media:
    return Media(
        platform=row["platform"],
        ref=row["ref"],
        kind=AttachmentKind(row["kind"]),
        state=MediaState(row["state"]),
        at=from_ms(row["at"]),
        file=row["file"],
        attempts=row["attempts"],
        error=row["error"],
    )


class MediaStore:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def want(self, platform: str, ref: str, kind: AttachmentKind, at: datetime) -> None:
        """It is to be fetched. What is known already stays as it is."""
        await self._tx.one("media_want", platform=platform, ref=ref, kind=kind.value, at=to_ms(at))

    async def want_of_ticket(self, platform: str, ref: str, at: datetime) -> None:
        """As `want`, if it belongs to a ticket."""
        await self._tx.one("media_want_of_ticket", platform=platform, ref=ref, at=to_ms(at))

    async def get(self, platform: str, ref: str) -> Media | None:
        row = await self._tx.one("media_get", platform=platform, ref=ref)
        return _media(row) if row else None

    async def todo(self, now: datetime, limit: int) -> list[Media]:
        """What is due to be fetched, the oldest first."""
        return [_media(row) for row in await self._tx.rows("media_todo", now=to_ms(now), limit=limit)]

    async def next_due(self) -> datetime | None:
        row = await self._tx.one("media_next_due")
        return from_ms_or_none(row["due_at"]) if row else None

    async def kept(self, platform: str, ref: str, file: str) -> None:
        await self._tx.one("media_kept", platform=platform, ref=ref, file=file)

    async def lost(self, platform: str, ref: str, why: str) -> None:
        await self._tx.one("media_lost", platform=platform, ref=ref, why=why)

    async def later(self, platform: str, ref: str, due_at: datetime, why: str) -> None:
        """One try was in vain."""
        await self._tx.one("media_later", platform=platform, ref=ref, due_at=to_ms(due_at), why=why)
