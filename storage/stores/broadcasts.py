"""Pushes to many groups, the rules that repeat them, and what became of each group's copy."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.engine.base import Row, Tx
from storage.model.channels import PushState
from storage.model.messages import OutState
from storage.model.work import Broadcast, BroadcastRule, BroadcastState
from storage.stores.codec import from_ms, from_ms_or_none, names_from_json, names_to_json, to_ms, to_ms_or_none

_KEY = re.compile(r"push:(\d+):(\d+)(?::r(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one group's copy. `attempt`: 0 for the first sending, n after n resends; the last one counts."""

    group_id: int
    title: str
    kind: str
    active: bool
    state: OutState
    attempt: int
    push: PushState | None = None  # where a person confirms what we send: how far that is


def push_key(broadcast_id: int, group_id: int, attempt: int = 0) -> str:
    """The outbox key of a copy: one per broadcast, group and resend, so that none is ever queued twice."""
    return f"push:{broadcast_id}:{group_id}" + (f":r{attempt}" if attempt else "")


def _broadcast(row: Row) -> Broadcast:
    return Broadcast(
        id=row["id"],
        station_id=row["station_id"],
        title=row["title"],
        text=row["text"],
        kinds=names_from_json(row["kinds"]),
        state=BroadcastState(row["state"]),
        created_at=from_ms(row["created_at"]),
        created_by=row["created_by"],
        rule=row["rule"],
        slot=from_ms_or_none(row["slot_at"]),
        text_code=row["text_code"],
    )


def _rule(row: Row) -> BroadcastRule:
    return BroadcastRule(
        id=row["id"],
        station_id=row["station_id"],
        name=row["name"],
        cron=row["cron"],
        kinds=names_from_json(row["kinds"]),
        topics=names_from_json(row["topics"]),
        enabled=bool(row["enabled"]),
        origin=row["origin"],
    )


class Broadcasts:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(
        self,
        *,
        station_id: int,
        title: str,
        text: str,
        kinds: tuple[str, ...],
        state: BroadcastState,
        at: datetime,
        created_by: int | None = None,
        rule: str = "",
        slot: datetime | None = None,
        text_code: str = "",
    ) -> Broadcast:
        row = await self._tx.one(
            "broadcast_add",
            station_id=station_id,
            title=title,
            text=text,
            kinds=names_to_json(kinds),
            state=state,
            at=to_ms(at),
            created_by=created_by,
            rule=rule,
            slot_at=to_ms_or_none(slot),
            text_code=text_code,
        )
        assert row is not None
        found = await self.get(row["id"])
        assert found is not None
        return found

    async def get(self, broadcast_id: int) -> Broadcast | None:
        row = await self._tx.one("broadcast_get", id=broadcast_id)
        return _broadcast(row) if row else None

    async def move(self, broadcast_id: int, *, was: BroadcastState, state: BroadcastState) -> Broadcast | None:
        """Compare-and-set; None if it is not `was` any more (somebody else was first)."""
        row = await self._tx.one("broadcast_move", id=broadcast_id, was=was, state=state)
        return _broadcast(row) if row else None

    async def of_station(self, station_id: int, *, limit: int) -> list[Broadcast]:
        """What has been sent, newest first; no drafts."""
        rows = await self._tx.rows("broadcast_of_station", station_id=station_id, limit=limit)
        return [_broadcast(row) for row in rows]

    async def leaving(self, station_id: int) -> list[Broadcast]:
        """Those with copies that have not left yet, or wait for a member, oldest first."""
        return [_broadcast(row) for row in await self._tx.rows("broadcast_leaving", station_id=station_id)]

    async def sent_codes(self, station_id: int) -> list[str]:
        """Library codes as this station sent them, oldest first."""
        return [row["text_code"] for row in await self._tx.rows("broadcast_codes", station_id=station_id)]

    async def deliveries(self, broadcast: Broadcast) -> list[Delivery]:
        """One per group, in the order of the first sending."""
        rows = await self._tx.rows("broadcast_rows", broadcast_id=broadcast.id)
        groups = {row["id"]: row for row in await self._tx.rows("broadcast_groups", station_id=broadcast.station_id)}
        pushes = {
            (row["platform"], row["chat_id"], row["msgid"]): PushState(row["state"])
            for row in await self._tx.rows("push_of_broadcast", broadcast_id=broadcast.id)
        }
        last: dict[int, Delivery] = {}  # rows come oldest first: a resend takes the place of what it repeats
        for row in rows:
            match = _KEY.fullmatch(row["key"])
            if match is None:
                continue  # the first parts of a long text; its last part carries the key
            group_id = int(match.group(2))
            group = groups.get(group_id)
            last[group_id] = Delivery(
                group_id=group_id,
                title=(group["title"] if group else "") or row["chat_id"],
                kind=group["kind"] if group else "",
                active=bool(group and group["active"]),
                state=OutState(row["state"]),
                attempt=int(match.group(3) or 0),
                push=pushes.get((row["platform"], row["chat_id"], row["message_ref"])),
            )
        return list(last.values())

    # ── rules ──────────────────────────────────────────────────────────────
    async def add_rule(
        self, *, station_id: int, name: str, cron: str, kinds: Iterable[str], topics: Iterable[str], origin: str
    ) -> BroadcastRule | None:
        """None if the station has a rule of this name."""
        row = await self._tx.one(
            "broadcast_rule_add",
            station_id=station_id,
            name=name,
            cron=cron,
            kinds=names_to_json(tuple(kinds)),
            topics=names_to_json(tuple(topics)),
            origin=origin,
        )
        return _rule(row) if row else None

    async def change_rule(
        self, rule_id: int, *, cron: str, kinds: Iterable[str], topics: Iterable[str], origin: str
    ) -> None:
        await self._tx.one(
            "broadcast_rule_change",
            id=rule_id,
            cron=cron,
            kinds=names_to_json(tuple(kinds)),
            topics=names_to_json(tuple(topics)),
            origin=origin,
        )

    async def rule(self, rule_id: int) -> BroadcastRule | None:
        row = await self._tx.one("broadcast_rule_get", id=rule_id)
        return _rule(row) if row else None

    async def rule_by_name(self, station_id: int, name: str) -> BroadcastRule | None:
        row = await self._tx.one("broadcast_rule_by_name", station_id=station_id, name=name)
        return _rule(row) if row else None

    async def rules(self, station_id: int) -> list[BroadcastRule]:
        return [_rule(row) for row in await self._tx.rows("broadcast_rule_of_station", station_id=station_id)]

    async def switch_rule(self, rule_id: int, *, enabled: bool) -> bool:
        """False if it was so already."""
        return await self._tx.one("broadcast_rule_switch", id=rule_id, enabled=int(enabled)) is not None

    async def drop_rule(self, rule_id: int) -> bool:
        return await self._tx.one("broadcast_rule_drop", id=rule_id) is not None
