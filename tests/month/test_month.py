"""Thirty days of a station in less than a minute, and what must be true of them."""

import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from handlers.kit import audit_texts as say
from storage.model.audit import Promise
from storage.model.tickets import EntryKind, Ticket
from storage.unit import Unit
from tests.month.people import Month
from tests.month.run import live
from tests.month.station import GROUPS, Station

PEOPLE = {Promise.URGENT_WAITS, Promise.CLAIM_SILENT}
"""Broken by somebody who does nothing; every other promise is the program's own."""

DAYS, SECONDS = 30, 60


@pytest.fixture
async def station(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Station]:
    path = tmp_path / "month.db"
    shutil.copy(sqlite_template, path)
    built = Station(f"sqlite:///{path}")
    await built.open()
    yield built
    await built.close()


async def findings(station: Station) -> list[tuple[Promise, str]]:
    """Everything the auditor ever found, the over and done with too."""
    async with station.engine.write() as tx:
        rows = tx._run("SELECT kind, subject FROM audit_finding ORDER BY id", {})  # type: ignore[attr-defined]
    return [(Promise(row["kind"]), row["subject"]) for row in rows]


def told(station: Station, head: str) -> int:
    """How many lines the leaders read under this headline."""
    number, under = 0, ""
    for who in station.leaders:
        for line in "\n".join(shown.text for shown in station.chat(who.private)).split("\n"):
            if not line.startswith("· "):
                under = line
            number += under == head and line.startswith("· ")
    return number


async def holds(station: Station, month: Month) -> None:
    """What must be true at any time."""
    tickets = await station.tickets_after(0)
    assert [t.number for t in tickets if not _in_hand(t)] == []
    assert (
        await station.count(
            "SELECT COUNT(*) FROM ticket t WHERE (SELECT COUNT(*) FROM outbox o"
            " WHERE o.ticket_id = t.id AND o.role = 'receipt' AND o.kind = 'send') <> 1"
        )
        == 0
    )
    assert await station.count("SELECT COUNT(*) FROM inbox WHERE state <> 'done'") == 0
    assert await station.count("SELECT COUNT(*) FROM outbox WHERE state NOT IN ('sent', 'obsolete')") == 0
    found = await findings(station)
    late = {f"ticket:{number}" for number in month.late}
    assert [f for f in found if f[0] not in PEOPLE or f[1] not in late] == []
    assert told(station, say.HEAD) == len(found)
    assert told(station, say.OVER_HEAD) == await station.count(
        "SELECT COUNT(*) FROM audit_finding WHERE gone_at IS NOT NULL"
    )


def _in_hand(ticket: Ticket) -> bool:
    """At an end, somebody's, or brought to somebody."""
    return ticket.finished or ticket.assignee_id is not None or ticket.routed_id is not None


async def test_thirty_days(station: Station, record_property: Callable[[str, object], None]) -> None:
    began, worked = time.perf_counter(), time.process_time()
    month = await live(station, DAYS, seed=4)
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    record_property("month", f"{wall:.1f} s, {cpu:.1f} s of them work: {month.done}, {len(month.late)} left lying")
    assert await station.count("SELECT COUNT(*) FROM chat_group WHERE kind <> '民警'") == GROUPS
    assert month.done["matter"] + month.done["urgent"] > 800
    await holds(station, month)
    async with station.engine.read() as tx:
        entries = await Unit(tx).entries.of_station(station.station_id, limit=100_000)
    days = [msgspec.json.decode(e.data) for e in entries if e.kind is EntryKind.AUDITED]
    assert len(days) >= DAYS - 1
    assert [day["unanswered"] for day in days if day["unanswered"]] == []
    assert all(sum(day["counts"].values()) == day["called"] for day in days)
    assert cpu < SECONDS


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_two_days_of_another_kind(station: Station, seed: int) -> None:
    await holds(station, await live(station, 2, seed))


async def test_a_fault_among_all_that_happens_is_found(station: Station) -> None:
    month = await live(station, 0.5, seed=9)
    async with station.engine.write() as tx:
        tx._run("UPDATE shift SET start_min = 0, end_min = 1 WHERE duty = '值班民警'", {})  # type: ignore[attr-defined]
    await station.passes(minutes=2)
    await station.core.auditor.step()
    assert (Promise.DUTY_GAP, "值班民警") in await findings(station)
    assert month.done["matter"] > 0
