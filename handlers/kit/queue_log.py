"""The way of a ticket through the queues, read from its log: who had it how long, and how often it came back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from storage.model.tickets import Entry, EntryKind

OVER = frozenset({EntryKind.RESOLVED, EntryKind.WITHDRAWN, EntryKind.FALSE_ALARM, EntryKind.FORWARDED})


@dataclass(frozen=True, slots=True)
class Stay:
    """A ticket was in this queue from then on; `until` None: it still is."""

    queue_id: int | None
    since: datetime
    until: datetime | None = None


def stays(entries: Sequence[Entry]) -> list[Stay]:
    """Oldest first. `entries`: of one ticket, oldest first; `queue_id` None: from before there were queues."""
    found: list[Stay] = []
    inside, queue_id = False, None
    for entry in entries:
        if entry.kind in OVER and inside:
            found[-1] = Stay(found[-1].queue_id, found[-1].since, entry.at)
            inside = False
        if entry.kind not in (EntryKind.ROUTED, EntryKind.TURNED):
            continue
        now = msgspec.json.decode(entry.data).get("queue", queue_id)
        if inside and now == queue_id:
            continue
        if inside:
            found[-1] = Stay(found[-1].queue_id, found[-1].since, entry.at)
        found.append(Stay(now, entry.at))
        inside, queue_id = True, now
    return found


def came_back(entries: Sequence[Entry]) -> list[tuple[int, datetime]]:
    """Every bounce: the queue a ticket was sent to though it had sent it away before, and when."""
    gone: set[int] = set()
    found = []
    for entry in entries:
        if entry.kind is not EntryKind.TURNED:
            continue
        data = msgspec.json.decode(entry.data)
        gone.add(data["from"])
        if data["queue"] in gone:
            found.append((data["queue"], entry.at))
    return found
