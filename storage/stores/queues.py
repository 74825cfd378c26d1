"""Queues, their members and the rules that fill them; who has how much in hand; what the log says of queues."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import msgspec

from storage.engine.base import Row, Tx
from storage.model.queues import BUILT_IN, Desk, Place, Queue, QueueKind, Rule, When
from storage.model.tickets import Entry, State
from storage.stores.codec import from_ms, from_ms_or_none, names_from_json, names_to_json, to_ms
from storage.stores.roster import Roster
from storage.stores.tickets import entry_of

_WHEN = msgspec.json.Decoder(When)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What somebody has to do: tickets held or brought to them, and when the newest one came."""

    open: int = 0
    newest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """An unfinished ticket and what the log says of its way through the queues."""

    number: int
    state: State
    opened_at: datetime
    entries: Sequence[Entry]


async def seed_queues(tx: Tx, station_id: int) -> None:
    """The three queues every station has. What is there already stays as it is."""
    for each in BUILT_IN:
        fields = {"name": each.name, "kind": each.kind, "place": each.place, "aliases": names_to_json(each.aliases)}
        await tx.rows("queue_seed", station_id=station_id, **fields)


def _queue(row: Row, members: tuple[int, ...]) -> Queue:
    return Queue(
        id=row["id"],
        station_id=row["station_id"],
        name=row["name"],
        kind=QueueKind(row["kind"]),
        place=Place(row["place"]),
        aliases=names_from_json(row["aliases"]),
        members=members,
        group_id=row["group_id"],
    )


class Queues:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def desk(self, station_id: int) -> Desk:
        """Everything that decides which queue a matter of this station gets into."""
        own = await Roster(self._tx).own_days(station_id)
        return Desk(
            station_id=station_id,
            queues=tuple(await self.of_station(station_id)),
            rules=tuple(await self.rules(station_id)),
            own_days={each.day: each.free for each in own},
        )

    async def of_station(self, station_id: int) -> list[Queue]:
        """Those in use, in the order they were made."""
        members: dict[int, list[int]] = {}
        for row in await self._tx.rows("queue_members", station_id=station_id):
            members.setdefault(row["queue_id"], []).append(row["person_id"])
        rows = await self._tx.rows("queue_of_station", station_id=station_id)
        return [_queue(row, tuple(members.get(row["id"], ()))) for row in rows]

    async def put(self, queue: Queue) -> int:
        """A new one (`id` 0), or one as it is from now on; its id."""
        fields = {"name": queue.name, "kind": queue.kind, "aliases": names_to_json(queue.aliases)}
        if queue.id:
            await self._tx.one("queue_update", id=queue.id, group_id=queue.group_id, **fields)
            queue_id = queue.id
        else:
            row = await self._tx.one("queue_add", station_id=queue.station_id, group_id=queue.group_id, **fields)
            assert row is not None
            queue_id = int(row["id"])
        await self._tx.rows("queue_member_clear", queue_id=queue_id)
        for person_id in queue.members:
            await self._tx.rows("queue_member_add", queue_id=queue_id, person_id=person_id)
        return queue_id

    async def retire(self, queue_id: int) -> None:
        """Out of use, its name free again. Its row stays for its tickets; the three of every station stay too."""
        await self._tx.one("queue_retire", id=queue_id)

    async def rules(self, station_id: int) -> list[Rule]:
        """In the order they are tried."""
        rows = await self._tx.rows("rule_of_station", station_id=station_id)
        return [Rule(name=r["name"], when=_WHEN.decode(r["conditions"]), queue_id=r["queue_id"]) for r in rows]

    async def replace_rules(self, station_id: int, rules: Iterable[Rule]) -> None:
        await self._tx.rows("rule_clear", station_id=station_id)
        for position, rule in enumerate(rules):
            await self._tx.rows(
                "rule_add",
                station_id=station_id,
                position=position,
                name=rule.name,
                conditions=msgspec.json.encode(rule.when).decode(),
                queue_id=rule.queue_id,
            )

    async def loads(self, station_id: int) -> dict[int, Load]:
        """Person id → what they have to do there."""
        return {
            row["person_id"]: Load(open=row["held"] + row["waiting"], newest=from_ms_or_none(row["newest"]))
            for row in await self._tx.rows("queue_loads", station_id=station_id)
        }

    # ── the log ────────────────────────────────────────────────────────────
    async def open(self, station_id: int) -> list[OpenTicket]:
        """Every unfinished ticket, oldest first."""
        rows = await self._tx.rows("queue_open", station_id=station_id)
        return [
            OpenTicket(
                number=first["number"],
                state=State(first["state"]),
                opened_at=from_ms(first["opened_at"]),
                entries=[entry_of(first), *(entry_of(row) for row in rest)],
            )
            for _, (first, *rest) in groupby(rows, key=lambda row: row["ticket_id"])
        ]

    async def turned(self, station_id: int, since: datetime) -> list[list[Entry]]:
        """By ticket: the way of those that were sent to another queue since then."""
        return _by_ticket(await self._tx.rows("queue_turned", station_id=station_id, since=to_ms(since)))

    async def log(self, station_id: int, since: datetime) -> list[list[Entry]]:
        """By ticket: the way of those that got into a queue since then, and when they were over."""
        return _by_ticket(await self._tx.rows("queue_log", station_id=station_id, since=to_ms(since)))


def _by_ticket(rows: Sequence[Row]) -> list[list[Entry]]:
    return [[entry_of(row) for row in found] for _, found in groupby(rows, key=lambda row: row["ticket_id"])]
