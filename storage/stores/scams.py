"""Fingerprints of known scams, sightings of their texts, and the proposals to warn of them."""

from collections.abc import Sequence
from datetime import datetime

from storage.engine.base import Row, Tx
from storage.model.scams import AlertState, PrintOrigin, ScamPrint, WatchedGroup
from storage.stores.codec import from_ms, to_ms


def _print(row: Row) -> ScamPrint:
    return ScamPrint(
        id=row["id"],
        station_id=row["station_id"],
        fingerprint=row["print"],
        sample=row["sample"],
        fraud_type=row["fraud_type"],
        origin=PrintOrigin(row["origin"]),
        enabled=bool(row["enabled"]),
        alert=AlertState(row["alert"]),
        at=from_ms(row["at"]),
        by_id=row["by_id"],
    )


class Scams:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # ── what is known ──────────────────────────────────────────────────────
    async def collect(
        self, *, station_id: int, fingerprint: str, sample: str, fraud_type: str, at: datetime, by_id: int
    ) -> ScamPrint | None:
        """An officer keeps a text as a known scam. None if exactly this one is known already."""
        words = {"sample": sample, "fraud_type": fraud_type, "at": to_ms(at), "by_id": by_id}
        place = {"station_id": station_id, "print": fingerprint}
        added = await self._tx.one("scam_print_keep", **place, **words, origin=PrintOrigin.OFFICER, enabled=1)
        if added is None and await self._tx.one("scam_print_collect", **place, **words) is None:
            return None
        return await self.by_fingerprint(station_id, fingerprint)

    async def seen(self, *, station_id: int, fingerprint: str, fraud_type: str, at: datetime) -> ScamPrint:
        """The row of a text seen often: the known scam, or a row that only remembers that it was seen."""
        await self._tx.one(
            "scam_print_keep",
            station_id=station_id,
            print=fingerprint,
            sample="",
            fraud_type=fraud_type,
            origin=PrintOrigin.SEEN,
            enabled=0,
            at=to_ms(at),
            by_id=None,
        )
        found = await self.by_fingerprint(station_id, fingerprint)
        assert found is not None
        return found

    async def get(self, print_id: int) -> ScamPrint | None:
        row = await self._tx.one("scam_print_get", id=print_id)
        return _print(row) if row else None

    async def by_fingerprint(self, station_id: int, fingerprint: str) -> ScamPrint | None:
        row = await self._tx.one("scam_print_by_print", station_id=station_id, print=fingerprint)
        return _print(row) if row else None

    async def known(self, station_id: int, *, limit: int, skip: int = 0) -> list[ScamPrint]:
        """What the station compares texts with, newest first."""
        rows = await self._tx.rows("scam_print_known", station_id=station_id, limit=limit, skip=skip)
        return [_print(row) for row in rows]

    async def known_count(self, station_id: int) -> int:
        row = await self._tx.one("scam_print_known_count", station_id=station_id)
        return int(row["n"]) if row else 0

    async def enabled(self) -> list[tuple[int, str]]:
        """(station id, fingerprint) of every scam that is compared with."""
        return [(row["station_id"], row["print"]) for row in await self._tx.rows("scam_print_enabled")]

    async def drop(self, print_id: int, station_id: int) -> bool:
        """False if this station compares with no such scam (any more)."""
        return await self._tx.one("scam_print_drop", id=print_id, station_id=station_id) is not None

    async def alert(self, print_id: int, *, was: AlertState, now: AlertState) -> bool:
        """Compare-and-set; False if it is not `was` any more (somebody else was first)."""
        return await self._tx.one("scam_print_alert", id=print_id, was=was, now=now) is not None

    async def alerted(self, station_id: int) -> list[str]:
        """The fingerprints a leader was ever told of."""
        return [row["print"] for row in await self._tx.rows("scam_print_alerted", station_id=station_id)]

    async def watched(self) -> list[WatchedGroup]:
        """The groups that want their chat compared."""
        return [
            WatchedGroup(chat_key=f"{row['platform']}:{row['chat_id']}", station_id=row["station_id"])
            for row in await self._tx.rows("scam_watched")
        ]

    # ── where it was seen ──────────────────────────────────────────────────
    async def sight(
        self, *, station_id: int, fingerprint: str, at: datetime, group_id: int | None, ticket_id: int | None = None
    ) -> None:
        await self._tx.one(
            "scam_sighting_add",
            print=fingerprint,
            station_id=station_id,
            group_id=group_id,
            ticket_id=ticket_id,
            at=to_ms(at),
        )

    async def sighted(self, station_id: int, since: datetime) -> Sequence[str]:
        """The fingerprints seen since then."""
        rows = await self._tx.rows("scam_sighting_since", station_id=station_id, since=to_ms(since))
        return [row["print"] for row in rows]

    async def of_ticket(self, ticket_id: int) -> bool:
        """Was its text seen as a scam?"""
        return await self._tx.one("scam_sighting_of_ticket", ticket_id=ticket_id) is not None

    async def sightings(self, station_id: int, fingerprint: str, since: datetime) -> int:
        row = await self._tx.one("scam_sighting_count", station_id=station_id, print=fingerprint, since=to_ms(since))
        return int(row["n"]) if row else 0
