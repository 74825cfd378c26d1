"""What must be true of every ticket when the month is over: none waits unseen, nothing is said twice or too early."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from handlers.kit.clocks import Clock
from storage.model.tickets import Entry, EntryKind, State, Urgency
from storage.stores.codec import from_ms
from storage.unit import Unit
from tests.month.clocks import HELD, RETAKEN, TAKES, WAITING, Life, counted, lived, promised
from tests.month.station import Station

STEPS = ("民警", "值班长", "所领导")
LINE = re.compile(r"^(?:🔴|·) (\d+) 号 (接单|到场|办结)(?:已超时|时间到了)")
MINUTE = timedelta(minutes=1)
CORRECTED = {EntryKind.REVISED, EntryKind.RECLASSIFIED}
"""It may have become urgent on the way: its log alone does not tell since when its targets are what they are."""

Raised = dict[tuple[Clock, datetime, int], datetime]
"""(clock, since when it counts, step of the ladder) → when it was raised."""


async def lives(station: Station) -> list[Life]:
    """Every ticket, as its log tells it."""
    tickets = await station.tickets_after(0)
    async with station.engine.write() as tx:
        unit = Unit(tx)
        return [lived(ticket, await unit.entries.of_ticket(ticket.id)) for ticket in tickets]


# ── nobody waits unseen ────────────────────────────────────────────────────
async def looked_after(station: Station, every: list[Life]) -> None:
    """At an end, or somebody's, or brought to somebody; and what comes next has its time set."""
    rows = await station.rows("SELECT name, payload FROM job WHERE state = 'new'")
    planned = Counter((row["name"], json.loads(row["payload"]).get("ticket")) for row in rows)
    for life in every:
        ticket = life.ticket
        if ticket.state is State.PAUSED:
            assert ticket.assignee_id is not None
            assert planned["wake", ticket.id], f"{ticket.number} 号 never wakes"
        elif life.phase == HELD:
            assert ticket.assignee_id is not None
            assert planned["lease_nudge", ticket.id] + planned["lease_end", ticket.id], f"{ticket.number} 号: no lease"
        elif life.phase == WAITING:
            assert ticket.routed_id is not None
            climbing = planned["clock", ticket.id] + planned["alarm", ticket.id]
            assert climbing or raised(life).keys() >= {(c, s, 2) for c, s in life.running().items()}
        elif ticket.state is State.RESOLVED:
            assert planned["remind", ticket.id] + planned["close", ticket.id], f"{ticket.number} 号 is never closed"


# ── the ladder ─────────────────────────────────────────────────────────────
def raised(life: Life, rows: list[Any] | None = None) -> Raised:
    """From the rows of alarms, and the empty steps in the log."""
    found: Raised = {}
    for row in rows or ():
        key, at = _key(life, row["clock"], row["step"], from_ms(row["at"])), from_ms(row["at"])
        if row["state"] != "dropped":
            assert found.setdefault(key, at) == at, f"{life.ticket.number} 号: {key} is raised twice"
    for row in rows or ():
        found.setdefault(_key(life, row["clock"], row["step"], from_ms(row["at"])), from_ms(row["at"]))
    for entry in life.log:
        data = json.loads(entry.data)
        if entry.kind is EntryKind.DUTY_GAP and "clock" in data:
            found.setdefault(_key(life, data["clock"], entry.text, entry.at), entry.at)
    return found


def _key(life: Life, clock: str, step: str, at: datetime) -> tuple[Clock, datetime, int]:
    since = max(run.since for run in life.runs if run.clock == clock and run.start <= at)
    return Clock(clock), since, STEPS.index(step)


async def climbed(station: Station, every: list[Life]) -> int:
    """Every step was raised when its time had come, and not before. How many there were."""
    rows: dict[int, list[Any]] = {}
    for row in await station.rows("SELECT * FROM ticket_alarm"):
        rows.setdefault(row["ticket_id"], []).append(row)
    total = 0
    for life in every:
        if any(entry.kind in CORRECTED for entry in life.log):
            continue
        was = raised(life, rows.get(life.ticket.id))
        total += len(was)
        for key, at in was.items():
            _not_early(station, life, key, at)
        for key, at in _expected(station, life):
            assert key in was, f"{life.ticket.number} 号: {key} was due {at}"
    return total


def _needed(life: Life, clock: Clock, step: int) -> timedelta | None:
    of = promised(life.ticket)
    return (of.of[clock] + of.ladder[step]) * MINUTE if clock in of.of else None


def _not_early(station: Station, life: Life, key: tuple[Clock, datetime, int], at: datetime) -> None:
    clock, since, step = key
    needed = _needed(life, clock, step)
    assert needed is not None
    below = [e for e in life.log if e.kind is EntryKind.DUTY_GAP and e.at == at and e.text in STEPS[:step][-1:]]
    if any(json.loads(e.data).get("clock") == clock for e in below):
        return  # the step below was empty: an empty step costs no time
    passed = counted(life, since, at, station.zone)
    assert passed >= needed, f"{life.ticket.number} 号: {STEPS[step]} hears of {clock} after {passed}"
    begun = any(run.clock is clock and run.since == since and run.start == at for run in life.runs)
    assert passed == needed or begun, f"{life.ticket.number} 号: {STEPS[step]} hears of {clock} only after {passed}"


def _expected(station: Station, life: Life) -> Iterator[tuple[tuple[Clock, datetime, int], datetime]]:
    for run in life.runs:
        end = run.end or station.now
        for step in range(len(STEPS)):
            needed = _needed(life, run.clock, step)
            if needed is not None and end > run.start and counted(life, run.since, end, station.zone) > needed:
                yield (run.clock, run.since, step), end


async def told_once(station: Station) -> int:
    """What was read is what the log says was told, each of it once. How many lines."""
    logged: Counter[tuple[int, str, str]] = Counter()
    for row in await station.rows(
        "SELECT t.number, e.data FROM entry e JOIN ticket t ON t.id = e.ticket_id WHERE e.kind = 'alarmed'"
    ):
        data = json.loads(row["data"])
        logged[data["to"], str(row["number"]), data["clock"]] += 1
    read: Counter[tuple[int, str, str]] = Counter()
    for chat, who in station.staff.items():
        for shown in station.chat(chat):
            if shown.text.startswith("⏰"):
                lines = [LINE.match(line) for line in shown.text.split("\n")[1:]]
                read.update((station.numbers[who.user_id], found[1], found[2]) for found in lines if found)
    assert read == logged
    twice = await station.count(
        "SELECT COUNT(*) FROM (SELECT ticket_id, data FROM entry WHERE kind = 'alarmed' GROUP BY ticket_id, data"
        " HAVING COUNT(*) > 1)"
    )
    assert twice == 0, "somebody heard of the same step twice"
    return sum(read.values())


# ── leases ─────────────────────────────────────────────────────────────────
def leased(station: Station, life: Life) -> Counter[str]:
    """Nobody is silent for longer than the lease: nudged once, then it goes to somebody else at that very moment."""
    urgent = life.ticket.urgency is Urgency.URGENT
    short, long = (10 if urgent else 60) * MINUTE, 240 * MINUTE
    holder, sign, lease, nudged = None, station.now, short, False
    seen: Counter[str] = Counter()
    replay = Life(life.ticket, life.log)
    for entry in life.log:
        held = replay.phase == HELD
        if held:
            assert entry.at <= sign + lease, f"{life.ticket.number} 号: silent since {sign}, still held at {entry.at}"
        replay.step(entry)
        if entry.kind is EntryKind.NUDGED:
            assert not nudged, f"{life.ticket.number} 号: nudged twice"
            nudged = True
            seen["nudged"] += 1
        elif entry.kind is EntryKind.RETURNED and json.loads(entry.data)["why"] == "silent":
            assert nudged
            assert entry.at == sign + lease
            seen["lapsed"] += 1
        holder, now_held = _holder(entry, holder), entry.kind in TAKES | {EntryKind.HANDED_OVER}
        if now_held or (entry.actor_id == holder and holder is not None):
            sign, nudged = entry.at, False
        if entry.kind is EntryKind.ARRIVED:
            lease = long
        elif entry.kind in TAKES | RETAKEN:
            lease = short
    if replay.phase == HELD:
        assert station.now <= sign + lease
    return seen


def _holder(entry: Entry, before: int | None) -> int | None:
    if entry.kind is EntryKind.CLAIMED:
        return entry.actor_id
    if entry.kind in (EntryKind.TRANSFERRED, EntryKind.HANDED_OVER):
        to: int = json.loads(entry.data)["to"]
        return to
    return before
