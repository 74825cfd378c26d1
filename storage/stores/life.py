"""What a ticket's life keeps beside it: leases, helpers, alarms of missed targets, and handovers between shifts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from storage.engine.base import Tx
from storage.model.tickets import WAITING, Ticket
from storage.stores.codec import from_ms, to_ms
from storage.stores.tickets import ticket_of

_IDS = msgspec.json.Decoder(tuple[int, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Somebody must hear that a target was missed: once per ticket, clock, step of the ladder, and round.

    `round`: since when the clock counts.
    """

    ticket_id: int
    clock: str
    step: str
    round: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """交接单: what one shift leaves to the next. `open` until it is confirmed."""

    id: int
    station_id: int
    from_id: int
    to_id: int
    ticket_ids: tuple[int, ...]
    at: datetime
    open: bool


class Held:
    """Tickets in somebody's hands: who holds them, and until when without a sign of life."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def _find(self, name: str, **params: Any) -> Ticket | None:
        row = await self._tx.one(name, **params)
        return ticket_of(row) if row else None

    async def hand_over(self, ticket_id: int, *, from_id: int, to_id: int, until: datetime | None) -> Ticket | None:
        """Another holder, the same state. None if `from_id` does not hold it any more."""
        lease = to_ms(until) if until else None
        return await self._find("ticket_hand_over", id=ticket_id, from_id=from_id, to_id=to_id, until=lease)

    async def renew(self, ticket_id: int, assignee_id: int, until: datetime) -> Ticket | None:
        """The lease runs to then; None if it does already, or this person holds none."""
        return await self._find("ticket_renew", id=ticket_id, assignee_id=assignee_id, until=to_ms(until))

    async def shorten(self, ticket_id: int, until: datetime) -> Ticket | None:
        """The lease ends then at the latest; None if it does already."""
        return await self._find("ticket_shorten", id=ticket_id, until=to_ms(until))

    async def set_forwarded_ref(self, ticket_id: int, ref: str) -> Ticket | None:
        """The receipt number it has over there; None if it is not out any more."""
        return await self._find("ticket_forwarded_ref", id=ticket_id, forwarded_ref=ref)

    async def of(self, station_id: int, person_id: int) -> list[Ticket]:
        """What this person has in hand, paused ones too."""
        rows = await self._tx.rows("ticket_held_by", station_id=station_id, assignee_id=person_id)
        return [ticket_of(row) for row in rows]

    async def at_hand(self, station_id: int, person_id: int, limit: int = 1000) -> tuple[list[int], list[int]]:
        """Numbers of what this person has in hand, paused ones too, and of what waits there, theirs first."""
        rows = await self._tx.rows("ticket_at_hand", station_id=station_id, person_id=person_id, limit=limit)
        waiting = [row["number"] for row in rows if row["state"] in WAITING]
        return [row["number"] for row in rows if row["state"] not in WAITING], waiting


class Helpers:
    """Who helps the holder of a ticket (协办)."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, ticket_id: int, person_id: int, at: datetime) -> bool:
        """False if they help already."""
        row = await self._tx.one("helper_add", ticket_id=ticket_id, person_id=person_id, at=to_ms(at))
        return row is not None

    async def drop(self, ticket_id: int, person_id: int) -> bool:
        """False if they did not help."""
        return await self._tx.one("helper_drop", ticket_id=ticket_id, person_id=person_id) is not None

    async def of_ticket(self, ticket_id: int) -> list[int]:
        """Person ids, in the order they came."""
        return [row["person_id"] for row in await self._tx.rows("helper_of_ticket", ticket_id=ticket_id)]


class Alarms:
    """Which alarm was raised for whom. The row is the promise "once"."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, alarm: Alarm, person_id: int, at: datetime) -> bool:
        """False if this person has it already. What was dropped may be true again."""
        row = await self._tx.one("alarm_add", person_id=person_id, at=to_ms(at), **_columns(alarm))
        return row is not None

    async def raised(self, alarm: Alarm) -> bool:
        """Somebody hears of it, or has."""
        return await self._tx.one("alarm_raised", **_columns(alarm)) is not None

    async def waiting(self, person_id: int) -> list[Alarm]:
        """What this person has not been told yet, oldest first."""
        rows = await self._tx.rows("alarm_waiting", person_id=person_id)
        return [Alarm(**{name: row[name] for name in ("ticket_id", "clock", "step", "round")}) for row in rows]

    async def done(self, alarm: Alarm, person_id: int, *, sent: bool) -> None:
        """Told, or (not `sent`) no longer true."""
        state = "sent" if sent else "dropped"
        await self._tx.rows("alarm_done", person_id=person_id, state=state, **_columns(alarm))


def _columns(alarm: Alarm) -> dict[str, Any]:
    return {"ticket_id": alarm.ticket_id, "clock": alarm.clock, "step": alarm.step, "round": alarm.round}


class Handovers:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, *, station_id: int, from_id: int, to_id: int, tickets: tuple[int, ...], at: datetime) -> int:
        row = await self._tx.one(
            "handover_add",
            station_id=station_id,
            from_id=from_id,
            to_id=to_id,
            tickets=msgspec.json.encode(tickets).decode(),
            at=to_ms(at),
        )
        assert row is not None
        return int(row["id"])

    async def get(self, handover_id: int) -> Handover | None:
        row = await self._tx.one("handover_get", id=handover_id)
        if row is None:
            return None
        return Handover(
            id=row["id"],
            station_id=row["station_id"],
            from_id=row["from_id"],
            to_id=row["to_id"],
            ticket_ids=_IDS.decode(row["tickets"]),
            at=from_ms(row["at"]),
            open=row["state"] == "open",
        )

    async def take(self, handover_id: int, at: datetime) -> bool:
        """True for exactly one caller."""
        return await self._tx.one("handover_take", id=handover_id, at=to_ms(at)) is not None
