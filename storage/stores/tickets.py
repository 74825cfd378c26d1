"""Tickets, their log, and the messages and attachments that belong to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from storage.engine.base import Row, Tx
from storage.model.matters import Category, Money
from storage.model.media import LONGEST_REF
from storage.model.messages import Address, Attachment
from storage.model.tickets import Correction, Entry, EntryKind, Move, PauseReason, Rating, State, Ticket, Urgency
from storage.stores.codec import from_ms, from_ms_or_none, to_ms

_STATEMENT = {
    Move.CLAIM: "ticket_claim",
    Move.TRANSFER: "ticket_transfer",
    Move.ARRIVE: "ticket_arrive",
    Move.PAUSE: "ticket_pause",
    Move.RESUME: "ticket_resume",
    Move.RETURN: "ticket_return",
    Move.TURN: "ticket_turn",
    Move.LAPSE: "ticket_lapse",
    Move.RESOLVE: "ticket_resolve",
    Move.CONFIRM: "ticket_confirm",
    Move.CLOSE: "ticket_close",
    Move.REOPEN: "ticket_reopen",
    Move.FORWARD: "ticket_forward",
    Move.TAKE_BACK: "ticket_take_back",
    Move.DISMISS: "ticket_dismiss",
    Move.WITHDRAW: "ticket_withdraw",
}
"""Each move is one compare-and-set statement. A test holds their states equal to MOVES."""


def ticket_of(row: Row) -> Ticket:
    return Ticket(
        id=row["id"],
        station_id=row["station_id"],
        number=row["number"],
        state=State(row["state"]),
        urgency=Urgency(row["urgency"]),
        reporter_id=row["reporter_id"],
        text=row["text"],
        source=Address(platform=row["platform"], bot=row["bot"], chat_id=row["chat_id"], thread=row["thread"]),
        source_message=row["message_id"],
        private=bool(row["private"]),
        opened_at=from_ms(row["opened_at"]),
        group_id=row["group_id"],
        assignee_id=row["assignee_id"],
        routed_id=row["routed_id"],
        routed_why=row["routed_why"],
        queue_id=row["queue_id"],
        queue_why=row["queue_why"],
        hint=row["hint"],
        category=Category(row["category"]) if row["category"] else None,
        fraud_type=row["fraud_type"],
        place=row["place"],
        emergency=row["emergency"],
        sensitive=bool(row["sensitive"]),
        asked=row["asked"],
        money_sent=Money(row["money_sent"]) if row["money_sent"] else None,
        first_at=from_ms_or_none(row["first_at"]),
        heard_at=from_ms_or_none(row["heard_at"]),
        joined=row["joined"],
        finding=row["finding"],
        rating=Rating(row["rating"]) if row["rating"] else None,
        reopened=row["reopened"],
        incident_id=row["incident_id"],
        behalf=bool(row["behalf"]),
        watched=row["watched"],
        said_solved=bool(row["said_solved"]),
        claimed_at=from_ms_or_none(row["claimed_at"]),
        arrived_at=from_ms_or_none(row["arrived_at"]),
        resolved_at=from_ms_or_none(row["resolved_at"]),
        closed_at=from_ms_or_none(row["closed_at"]),
        began_at=from_ms_or_none(row["began_at"]),
        waiting_at=from_ms_or_none(row["waiting_at"]),
        returned=row["returned"],
        lease_until=from_ms_or_none(row["lease_until"]),
        paused_at=from_ms_or_none(row["paused_at"]),
        wake_at=from_ms_or_none(row["wake_at"]),
        pause_reason=PauseReason(row["pause_reason"]) if row["pause_reason"] else None,
        paused_ms=row["paused_ms"],
        forwarded_to=row["forwarded_to"],
        forwarded_ref=row["forwarded_ref"],
    )


def _understood(ticket: Ticket) -> dict[str, Any]:
    """What may change as more is heard of a matter."""
    return {
        "hint": ticket.hint,
        "category": ticket.category or "",
        "fraud_type": ticket.fraud_type,
        "place": ticket.place,
        "emergency": ticket.emergency,
        "sensitive": int(ticket.sensitive),
        "asked": ticket.asked,
        "money_sent": ticket.money_sent or "",
        "heard_at": to_ms(ticket.heard_at) if ticket.heard_at else None,
    }


def entry_of(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        station_id=row["station_id"],
        ticket_id=row["ticket_id"],
        actor_id=row["actor_id"],
        kind=EntryKind(row["kind"]),
        at=from_ms(row["at"]),
        text=row["text"],
        data=row["data"],
    )


class Tickets:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def _find(self, name: str, **params: Any) -> Ticket | None:
        row = await self._tx.one(name, **params)
        return ticket_of(row) if row else None

    async def _list(self, name: str, **params: Any) -> list[Ticket]:
        return [ticket_of(row) for row in await self._tx.rows(name, **params)]

    async def _count(self, name: str, **params: Any) -> int:
        row = await self._tx.one(name, **params)
        return int(row["n"]) if row else 0

    async def add(self, ticket: Ticket) -> Ticket:
        """Store a new ticket; its `id` is ignored and given."""
        row = await self._tx.one(
            "ticket_add",
            station_id=ticket.station_id,
            number=ticket.number,
            state=ticket.state,
            urgency=ticket.urgency,
            reporter_id=ticket.reporter_id,
            text=ticket.text,
            platform=ticket.source.platform,
            bot=ticket.source.bot,
            chat_id=ticket.source.chat_id,
            thread=ticket.source.thread,
            message_id=ticket.source_message,
            private=int(ticket.private),
            group_id=ticket.group_id,
            opened_at=to_ms(ticket.opened_at),
            first_at=to_ms(ticket.first_at) if ticket.first_at else None,
            **_understood(ticket),
        )
        assert row is not None
        added = replace(ticket, id=row["id"])
        self._tx.remember(("ticket", added.id), added)
        return added

    async def get(self, ticket_id: int) -> Ticket | None:
        written: Ticket | None = self._tx.known(("ticket", ticket_id))
        return written or await self._find("ticket_get", id=ticket_id)

    async def by_number(self, station_id: int, number: int) -> Ticket | None:
        return await self._find("ticket_by_number", station_id=station_id, number=number)

    async def own_by_number(self, reporter_id: int, number: int) -> list[Ticket]:
        """A resident may have the same number at several stations."""
        return await self._list("ticket_own_by_number", reporter_id=reporter_id, number=number)

    async def by_message(self, platform: str, chat_id: str, message_id: str) -> Ticket | None:
        """The ticket a message belongs to, whether people wrote it or we did."""
        found = await self._find("ticket_by_message", platform=platform, chat_id=chat_id, message_id=message_id)
        return found or await self._find("ticket_by_sent", platform=platform, chat_id=chat_id, message_id=message_id)

    async def by_album(self, platform: str, chat_id: str, album: str) -> Ticket | None:
        return await self._find("ticket_by_album", platform=platform, chat_id=chat_id, album=album)

    async def move(self, ticket_id: int, move: Move, *, at: datetime, **fields: Any) -> Ticket | None:
        """Compare-and-set. The ticket as it is now, or None if its state does not allow the move (you lost)."""
        stored = {name: to_ms(value) if isinstance(value, datetime) else value for name, value in fields.items()}
        return await self._find(_STATEMENT[move], id=ticket_id, at=to_ms(at), **stored)

    async def rate(self, ticket_id: int, rating: Rating) -> Ticket | None:
        """Once per closing; None if it was rated already or is not confirmed."""
        return await self._find("ticket_rate", id=ticket_id, rating=rating)

    async def route(self, ticket: Ticket, routed_id: int | None, why: str, at: datetime) -> Ticket:
        """To whom it is brought and why, in the queue that `ticket` says. The ticket as it is now."""
        routed = replace(ticket, routed_id=routed_id, routed_why=why)
        fields = {"routed_id": routed_id, "routed_why": why, "routed_at": to_ms(at)}
        fields |= {"queue_id": ticket.queue_id, "queue_why": ticket.queue_why}
        await self._tx.rows("ticket_route", id=ticket.id, **fields)
        if self._tx.known(("ticket", ticket.id)) is not None:
            self._tx.remember(("ticket", ticket.id), routed)
        return routed

    async def grow(self, ticket: Ticket) -> None:
        """Keep what has been added to it and is understood of it now: text, urgency, category, place and so on."""
        first_at = to_ms(ticket.first_at) if ticket.first_at else None
        fields = {"id": ticket.id, "text": ticket.text, "urgency": ticket.urgency, "joined": ticket.joined}
        fields |= {"first_at": first_at, **_understood(ticket)}
        await self._tx.one("ticket_grow", **fields)
        if self._tx.known(("ticket", ticket.id)) is not None:
            self._tx.remember(("ticket", ticket.id), ticket)

    async def told(self, ticket_id: int, asked: str) -> Ticket | None:
        """Our question is answered, and open no more. None if it was not open: somebody was faster."""
        return await self._find("ticket_told", id=ticket_id, asked=asked)

    async def sensitive_of(self, reporter_id: int) -> Ticket | None:
        """The newest unfinished matter this person told in a group and that is talked about in private."""
        return await self._find("ticket_sensitive_of", reporter_id=reporter_id)

    async def burst(self, reporter_id: int, at: Address, limit: int = 3) -> list[Ticket]:
        """What this person told in this chat, newest first: a message that follows soon belongs to it."""
        return await self._list(
            "ticket_burst", reporter_id=reporter_id, platform=at.platform, chat_id=at.chat_id, limit=limit
        )

    async def telling(self, since: datetime) -> list[tuple[str, str, datetime, datetime]]:
        """(chat key, user id, first, newest) of what is being told in groups, the platforms' times."""
        rows = await self._tx.rows("ticket_telling", since=to_ms(since))
        return [
            (f"{r['platform']}:{r['chat_id']}", r["user_id"], from_ms(r["first_at"]), from_ms(r["heard_at"]))
            for r in rows
        ]

    async def latest_of_others(self, group_id: int, reporter_id: int, since: datetime) -> Ticket | None:
        """The newest matter that somebody else told in this group and that is still open and no secret."""
        return await self._find(
            "ticket_latest_of_others", group_id=group_id, reporter_id=reporter_id, since=to_ms(since)
        )

    async def unfinished(self, station_id: int, *, many: int, limit: int, skip: int = 0) -> list[Ticket]:
        """Urgent first, then what `many` follow among its like; unclaimed first, oldest first."""
        return await self._list("ticket_open", station_id=station_id, limit=limit, skip=skip, many=many)

    async def unfinished_count(self, station_id: int) -> int:
        return await self._count("ticket_open_count", station_id=station_id)

    async def of_reporter(self, person_id: int, *, limit: int, skip: int = 0) -> list[Ticket]:
        """Newest first."""
        return await self._list("ticket_of_reporter", reporter_id=person_id, limit=limit, skip=skip)

    async def of_reporter_count(self, person_id: int) -> int:
        return await self._count("ticket_of_reporter_count", reporter_id=person_id)

    async def add_message(self, ticket_id: int, at: Address, message_id: str, album: str = "") -> None:
        await self._tx.one(
            "ticket_message_add",
            platform=at.platform,
            chat_id=at.chat_id,
            message_id=message_id,
            ticket_id=ticket_id,
            album=album,
        )

    async def drop_message(self, ticket_id: int, at: Address, message_id: str) -> None:
        """A message, with what was attached to it, is no part of the ticket any more."""
        where = {"ticket_id": ticket_id, "message_id": message_id}
        await self._tx.one("ticket_message_drop", platform=at.platform, chat_id=at.chat_id, **where)
        await self._tx.one("attachment_drop", **where)

    async def recent_messages(self, limit: int) -> list[tuple[str, str, str]]:
        """(chat key, message id, album) of the newest tickets, for the prefilter's memory after a restart."""
        rows = await self._tx.rows("ticket_message_recent", limit=limit)
        return [(f"{r['platform']}:{r['chat_id']}", r["message_id"], r["album"]) for r in rows]

    async def chat_moved(self, platform: str, chat_id: str, new_id: str) -> None:
        await self._tx.rows("ticket_chat_moved", platform=platform, chat_id=chat_id, new_id=new_id)

    async def state_counts(self) -> dict[str, int]:
        return {row["state"]: row["n"] for row in await self._tx.rows("ticket_state_counts")}


class Entries:
    """The log. It has no method that changes or deletes."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(
        self,
        kind: EntryKind,
        *,
        at: datetime,
        station_id: int | None,
        ticket_id: int | None = None,
        actor_id: int | None = None,
        text: str = "",
        data: str = "{}",
    ) -> int:
        row = await self._tx.one(
            "entry_add",
            station_id=station_id,
            ticket_id=ticket_id,
            actor_id=actor_id,
            kind=kind,
            at=to_ms(at),
            text=text,
            data=data,
        )
        assert row is not None
        return int(row["id"])

    async def get(self, entry_id: int) -> Entry | None:
        row = await self._tx.one("entry_get", id=entry_id)
        return entry_of(row) if row else None

    async def of_ticket(self, ticket_id: int, kind: EntryKind | None = None) -> list[Entry]:
        """Oldest first; only those of one kind, if it is given."""
        if kind is not None:
            return [entry_of(r) for r in await self._tx.rows("entry_of_ticket_kind", ticket_id=ticket_id, kind=kind)]
        return [entry_of(row) for row in await self._tx.rows("entry_of_ticket", ticket_id=ticket_id)]

    async def latest_by(self, ticket_id: int, actor_id: int) -> datetime | None:
        """When this person last did something about the ticket."""
        row = await self._tx.one("entry_latest_by", ticket_id=ticket_id, actor_id=actor_id)
        return from_ms_or_none(row["at"]) if row else None

    async def services(self, station_id: int, since: datetime) -> dict[str, int]:
        """How many tickets were of each Service since then; the last word on a ticket counts."""
        rows = await self._tx.rows("entry_services", station_id=station_id, since=to_ms(since))
        return {row["text"]: row["n"] for row in rows}

    async def corrections(self) -> list[Correction]:
        """What officers put right, oldest first."""
        return [
            Correction(
                ticket_id=row["ticket_id"],
                text=row["text"],
                category=row["category"],
                urgency=row["urgency"],
                fraud_type=row["fraud_type"],
                **{name: value for name, value in msgspec.json.decode(row["data"]).items() if name != "before"},
            )
            for row in await self._tx.rows("entry_corrections")
        ]

    async def of_station(self, station_id: int, limit: int = 100) -> list[Entry]:
        """Newest first."""
        return [entry_of(row) for row in await self._tx.rows("entry_of_station", station_id=station_id, limit=limit)]


class Attachments:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(
        self, ticket_id: int, platform: str, attachments: Sequence[Attachment], at: datetime, message_id: str = ""
    ) -> None:
        for item in attachments:
            await self._tx.one(
                "attachment_add",
                ticket_id=ticket_id,
                platform=platform,
                kind=item.kind,
                ref=item.ref[:LONGEST_REF],
                data=msgspec.json.encode(item).decode(),
                at=to_ms(at),
                message_id=message_id,
            )

    async def of_ticket(self, ticket_id: int) -> list[tuple[str, Attachment]]:
        """(platform, attachment): a file id means something only on its own platform."""
        rows = await self._tx.rows("attachment_of_ticket", ticket_id=ticket_id)
        return [(row["platform"], msgspec.json.decode(row["data"], type=Attachment)) for row in rows]

    async def of_message(self, ticket_id: int, message_id: str) -> list[Attachment]:
        rows = await self._tx.rows("attachment_of_message", ticket_id=ticket_id, message_id=message_id)
        return [msgspec.json.decode(row["data"], type=Attachment) for row in rows]


class Watchers:
    """Who else wants to hear how a ticket ends."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, ticket_id: int, person_id: int, at: datetime) -> bool:
        """False if they watched it already."""
        row = await self._tx.one("watcher_add", ticket_id=ticket_id, person_id=person_id, at=to_ms(at))
        return row is not None

    async def of_ticket(self, ticket_id: int) -> list[int]:
        """Person ids, in the order they came."""
        return [row["person_id"] for row in await self._tx.rows("watcher_of_ticket", ticket_id=ticket_id)]
