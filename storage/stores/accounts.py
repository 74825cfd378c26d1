"""Accounts of one person on several platforms: the codes that link them, and two persons becoming one."""

from dataclasses import dataclass
from datetime import datetime

from storage.engine.base import Row, Tx
from storage.model.people import AccountCode
from storage.stores.codec import to_ms


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong codes of late: at the whole station, and this person's own among them."""

    all: int
    own: int


def _code(row: Row, code_id: int) -> AccountCode:
    return AccountCode(
        id=code_id,
        person_id=row["person_id"],
        platform=row["platform"],
        moves_platform=row["moves_platform"],
        moves_user=row["moves_user"],
        presser=row["presser"],
    )


class Accounts:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # ── codes ──────────────────────────────────────────────────────────────
    async def offer(self, code: str, person_id: int, platform: str, *, now: datetime, expires_at: datetime) -> bool:
        """A code for this person; their earlier one no longer counts. False if the code is in use: draw another."""
        await self._tx.rows("account_code_prune", now=to_ms(now))
        await self._tx.rows("account_code_drop", person_id=person_id)
        return await self._add(code, AccountCode(id=0, person_id=person_id, platform=platform), expires_at) is not None

    async def ask(self, secret: str, offer: AccountCode, *, now: datetime, expires_at: datetime) -> int | None:
        """A question without a code to type: who may press is known. Its id; None if the secret is in use."""
        await self._tx.rows("account_code_prune", now=to_ms(now))
        return await self._add(secret, offer, expires_at)

    async def _add(self, code: str, offer: AccountCode, expires_at: datetime) -> int | None:
        row = await self._tx.one(
            "account_code_add",
            code=code,
            person_id=offer.person_id,
            platform=offer.platform,
            moves_platform=offer.moves_platform,
            moves_user=offer.moves_user,
            presser=offer.presser,
            expires_at=to_ms(expires_at),
        )
        return row["id"] if row else None

    async def live(self, code: str, now: datetime) -> AccountCode | None:
        """The code, if it is good and nobody has typed it yet."""
        row = await self._tx.one("account_code_live", code=code, now=to_ms(now))
        return _code(row, row["id"]) if row else None

    async def typed(self, code_id: int, platform: str, user_id: str) -> bool:
        """This account typed it and may now answer the question. False if somebody was faster."""
        presser = f"{platform}:{user_id}"
        row = await self._tx.one("account_code_typed", id=code_id, platform=platform, user_id=user_id, presser=presser)
        return row is not None

    async def take(self, code_id: int, platform: str, user_id: str, now: datetime) -> AccountCode | None:
        """The offer is answered by the one who may; it is gone afterwards. None if it is over, or another's."""
        presser = f"{platform}:{user_id}"
        row = await self._tx.one("account_code_take", id=code_id, presser=presser, now=to_ms(now))
        return _code(row, code_id) if row else None

    async def tries(self, station_id: int, actor_id: int, since: datetime) -> Tries:
        row = await self._tx.one("account_tries", station_id=station_id, actor_id=actor_id, since=to_ms(since))
        assert row is not None
        return Tries(row["n"], int(row["own"]))

    # ── two persons become one ─────────────────────────────────────────────
    async def stations(self, person_id: int) -> set[int]:
        """Where this person has reported something."""
        return {row["station_id"] for row in await self._tx.rows("account_stations", person_id=person_id)}

    async def merge(self, source: int, person_id: int) -> None:
        """Accounts, roles, tickets and what `source` watches become this person's; a role there already stays.

        What `source` did stays in the log as it was written; without an account nobody acts under that id again.
        """
        both = {"source": source, "person_id": person_id}
        await self._tx.rows("account_move_identities", **both)
        await self._tx.rows("account_move_roles", **both)
        await self._tx.rows("account_drop_roles", source=source)
        await self._tx.rows("account_move_tickets", **both)
        await self._tx.rows("account_move_watched", **both)
        await self._tx.rows("account_drop_watched", source=source)

    async def split(self, platform: str, user_id: str, person_id: int, *, tickets: bool) -> int | None:
        """A linked account is again the person it was before; with `tickets`, so is what was reported on its platform.

        None if it is no linked account of this person.
        """
        row = await self._tx.one("account_split", platform=platform, user_id=user_id, person_id=person_id)
        if row is None:
            return None
        was = int(row["was"])
        if tickets:
            await self._tx.rows("account_move_tickets_of", source=person_id, person_id=was, platform=platform)
        return was
