"""Tickets that are linked, reports for others, and following up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from storage.engine.base import Row, Tx
from storage.model.incidents import (
    Alike,
    Behalf,
    Followup,
    FollowupResult,
    Incident,
    IncidentState,
    Suggestion,
    SuggestionState,
)
from storage.model.messages import Address
from storage.model.tickets import Ticket
from storage.stores.codec import from_ms, from_ms_or_none, to_ms
from storage.stores.tickets import ticket_of


def _incident(row: Row) -> Incident:
    return Incident(
        id=row["id"],
        station_id=row["station_id"],
        number=row["number"],
        title=row["title"],
        state=IncidentState(row["state"]),
        at=from_ms(row["at"]),
        finding=row["finding"],
        closed_at=from_ms_or_none(row["closed_at"]),
    )


def _suggestion(row: Row) -> Suggestion:
    others = msgspec.json.decode(row["others"], type=tuple[int, ...])
    return Suggestion(id=row["id"], ticket_id=row["ticket_id"], others=others, state=SuggestionState(row["state"]))


def _followup(row: Row) -> Followup:
    result = FollowupResult(row["result"]) if row["result"] else None
    return Followup(id=row["id"], ticket_id=row["ticket_id"], days=row["days"], result=result)


class Incidents:
    """Tickets that are one matter. Every change is compare-and-set: None or False means that somebody was faster."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, station_id: int, title: str, *, at: datetime, by_id: int | None) -> Incident:
        """A new one with the station's next number."""
        row = await self._tx.one("incident_add", station_id=station_id, title=title, at=to_ms(at), by_id=by_id)
        assert row is not None
        return _incident(row)

    async def get(self, incident_id: int) -> Incident | None:
        row = await self._tx.one("incident_get", id=incident_id)
        return _incident(row) if row else None

    async def by_number(self, station_id: int, number: int) -> Incident | None:
        row = await self._tx.one("incident_by_number", station_id=station_id, number=number)
        return _incident(row) if row else None

    async def open_ones(self, station_id: int) -> list[Incident]:
        return [_incident(row) for row in await self._tx.rows("incident_open", station_id=station_id)]

    async def end(self, incident_id: int, state: IncidentState, *, finding: str, at: datetime) -> Incident | None:
        """None if it is not open any more."""
        row = await self._tx.one("incident_end", id=incident_id, state=state, finding=finding, at=to_ms(at))
        return _incident(row) if row else None

    async def link(self, incident_id: int, ticket_id: int) -> Ticket | None:
        """The ticket as it is now; None if it belongs to an incident already."""
        row = await self._tx.one("incident_link", incident_id=incident_id, ticket_id=ticket_id)
        return ticket_of(row) if row else None

    async def unlink(self, incident_id: int, ticket_id: int) -> Ticket | None:
        row = await self._tx.one("incident_unlink", incident_id=incident_id, ticket_id=ticket_id)
        return ticket_of(row) if row else None

    async def tickets(self, incident_id: int) -> list[Ticket]:
        """Its tickets, oldest first."""
        return [ticket_of(row) for row in await self._tx.rows("incident_tickets", incident_id=incident_id)]

    # ── what may be one matter ─────────────────────────────────────────────
    async def alike(self, ticket: Ticket, within: timedelta, limit: int) -> list[Alike]:
        """The latest tickets of that category, of the same place or group, oldest first.

        None that belong to its incident, and none at all if it was asked before.
        """
        rows = await self._tx.rows(
            "suggestion_alike",
            station_id=ticket.station_id,
            since=to_ms(ticket.opened_at - within),
            ticket_id=ticket.id,
            category=ticket.category or "",
            group_id=ticket.group_id,
            place=ticket.place,
            incident_id=ticket.incident_id or -1,
            limit=limit,
        )
        return [Alike(id=row["id"], number=row["number"], text=row["text"]) for row in reversed(rows)]

    async def suggest(self, ticket_id: int, others: Sequence[int], at: datetime) -> int | None:
        """The suggestion's id; None if this ticket was asked about before."""
        row = await self._tx.one(
            "suggestion_add", ticket_id=ticket_id, others=msgspec.json.encode(list(others)).decode(), at=to_ms(at)
        )
        return int(row["id"]) if row else None

    async def suggestion(self, suggestion_id: int) -> Suggestion | None:
        row = await self._tx.one("suggestion_get", id=suggestion_id)
        return _suggestion(row) if row else None

    async def decide(self, suggestion_id: int, state: SuggestionState, by_id: int) -> Suggestion | None:
        """None if it is decided already."""
        row = await self._tx.one("suggestion_decide", id=suggestion_id, state=state, by_id=by_id)
        return _suggestion(row) if row else None


class Talk:
    """What officers and reporters say to each other about a ticket, and for whom it was reported."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def replied(self, reporter_id: int, since: datetime) -> tuple[Ticket, datetime] | None:
        """The matter this person was last answered about, and when."""
        row = await self._tx.one("ticket_replied", reporter_id=reporter_id, since=to_ms(since))
        return (ticket_of(row), from_ms(row["replied_at"])) if row else None

    async def open_here(self, reporter_id: int, at: Address, limit: int) -> list[Ticket]:
        """What this person told in this chat and is not over, newest first."""
        rows = await self._tx.rows(
            "ticket_unfinished_here", reporter_id=reporter_id, platform=at.platform, chat_id=at.chat_id, limit=limit
        )
        return [ticket_of(row) for row in rows]

    async def said_solved(self, ticket_id: int) -> Ticket | None:
        """Its reporter says so. None if they said it before, or it is closed."""
        row = await self._tx.one("ticket_said_solved", id=ticket_id)
        return ticket_of(row) if row else None

    async def watched(self, ticket_id: int) -> Ticket | None:
        """The ticket with its watchers counted anew."""
        row = await self._tx.one("ticket_watched", id=ticket_id)
        return ticket_of(row) if row else None

    async def add_behalf(self, behalf: Behalf, at: datetime) -> None:
        await self._tx.one("ticket_behalf", ticket_id=behalf.ticket_id)
        await self._tx.one(
            "behalf_add", ticket_id=behalf.ticket_id, name=behalf.name, contact=behalf.contact, at=to_ms(at)
        )

    async def behalf(self, ticket_id: int) -> Behalf | None:
        row = await self._tx.one("behalf_get", ticket_id=ticket_id)
        return Behalf(ticket_id=row["ticket_id"], name=row["name"], contact=row["contact"]) if row else None


class Followups:
    """Is a dispute still settled? Asked once per ticket, day and closing."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, ticket: Ticket, days: int, at: datetime) -> Followup | None:
        """None if it was asked already."""
        row = await self._tx.one("followup_add", ticket_id=ticket.id, days=days, round=ticket.reopened, at=to_ms(at))
        return _followup(row) if row else None

    async def get(self, followup_id: int) -> Followup | None:
        row = await self._tx.one("followup_get", id=followup_id)
        return _followup(row) if row else None

    async def answer(self, followup_id: int, result: FollowupResult, *, by_id: int, at: datetime) -> Followup | None:
        """None if it is answered already. Who could not be reached may be reached later."""
        row = await self._tx.one("followup_answer", id=followup_id, result=result, by_id=by_id, at=to_ms(at))
        return _followup(row) if row else None

    async def counts(self, station_id: int) -> dict[int, dict[str, int]]:
        """days → result ("" while not answered) → how many."""
        found: dict[int, dict[str, int]] = {}
        for row in await self._tx.rows("followup_counts", station_id=station_id):
            found.setdefault(row["days"], {})[row["result"]] = row["n"]
        return found
