"""Thirty days of a station, and what must be true of them. How long they take: docs/benchmarks.md."""

import json
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest

from handlers.kit import audit_texts as say
from storage.model.audit import Promise
from storage.model.people import Duty
from storage.model.tickets import EntryKind
from storage.unit import Unit
from tests.month.promises import climbed, leased, lives, looked_after, told_once
from tests.month.run import live
from tests.month.stage import Month
from tests.month.station import GROUPS, Station

SHANGHAI = ("Asia/Shanghai", date(2026, 9, 20))
"""A Sunday that is worked; then three days and seven days of holidays, and a Saturday that is worked."""

DAYS = 30

Opens = Callable[..., Awaitable[Station]]


@pytest.fixture
async def opens(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Opens]:
    """Opens a station in a zone, on a day."""
    opened: list[Station] = []

    async def at(zone: str, first: date) -> Station:
        path = tmp_path / "month.db"
        shutil.copy(sqlite_template, path)
        station = Station(f"sqlite:///{path}", zone, first)
        await station.open()
        opened.append(station)
        return station

    yield at
    for station in opened:
        await station.close()


async def findings(station: Station) -> list[tuple[Promise, str]]:
    """Everything the auditor ever found, the over and done with too."""
    rows = await station.rows("SELECT kind, subject FROM audit_finding ORDER BY id")
    return [(Promise(row["kind"]), row["subject"]) for row in rows]


def told(station: Station, head: str) -> int:
    """How many lines those who lead read under this headline; what several were told counts once."""
    number, seen = 0, set()
    for chat in station.staff:
        for shown in station.chat(chat):
            stem = shown.out.key.rsplit(":", 1)[0]
            if not stem.startswith("audit:") or stem in seen:
                continue
            seen.add(stem)
            under = ""
            for line in shown.text.split("\n"):
                if not line.startswith("· "):
                    under = line
                number += under == head and line.startswith("· ")
    return number


async def holds(station: Station, month: Month) -> Counter[str]:
    """What must be true at any time. What there was of it, counted."""
    every = await lives(station)
    await looked_after(station, every)
    seen: Counter[str] = Counter(steps=await climbed(station, every), lines=await told_once(station))
    for life in every:
        seen += leased(station, life)
        seen["pauses"] += len(life.pauses)
    await _nothing_lost(station)
    await _found_nothing(station, month)
    return seen


async def _nothing_lost(station: Station) -> None:
    """Every event is done, every ticket has its receipt, every message was sent, and sent once."""
    assert await station.count("SELECT COUNT(*) FROM inbox") == station.happened
    assert await station.count("SELECT COUNT(*) FROM inbox WHERE state <> 'done'") == 0
    assert (
        await station.count(
            "SELECT COUNT(*) FROM ticket t WHERE (SELECT COUNT(*) FROM outbox o"
            " WHERE o.ticket_id = t.id AND o.role = 'receipt' AND o.kind = 'send') <> 1"
        )
        == 0
    )
    assert await station.count("SELECT COUNT(*) FROM outbox WHERE state NOT IN ('sent', 'obsolete')") == 0
    assert await station.count("SELECT COUNT(*) FROM job WHERE state = 'dead'") == 0
    assert [key for key, times in station.phones.keys.items() if times > 1] == []


async def _found_nothing(station: Station, month: Month) -> None:
    """The auditor found what people did not do, and hours in which nobody was on duty; no fault of the program."""
    found = await findings(station)
    allowed = {(Promise.URGENT_WAITS, f"ticket:{number}") for number in month.late}
    allowed |= {(Promise.DUTY_GAP, duty.value) for duty, _ in month.empty}
    assert [f for f in found if f not in allowed] == []
    assert told(station, say.HEAD) == len(found)
    over = await station.count("SELECT COUNT(*) FROM audit_finding WHERE gone_at IS NOT NULL")
    assert told(station, say.OVER_HEAD) == over


async def test_thirty_days(opens: Opens, record_property: Callable[[str, object], None]) -> None:
    station = await opens(*SHANGHAI)
    began, worked = time.perf_counter(), time.process_time()
    month = await live(station, DAYS, seed=4)
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    seen = await holds(station, month)
    figures = f"{wall:.1f} s, {cpu:.1f} s of them work: {month.done}, {seen}, {len(month.late)} lie"
    record_property("month", figures)
    assert await station.count("SELECT COUNT(*) FROM chat_group WHERE kind <> '民警'") == GROUPS
    assert month.done["matter"] + month.done["urgent"] > 800
    async with station.engine.read() as tx:
        entries = await Unit(tx).entries.of_station(station.station_id, limit=100_000)
    days = [json.loads(e.data) for e in entries if e.kind is EntryKind.AUDITED]
    assert len(days) >= DAYS - 1
    assert [day["unanswered"] for day in days if day["unanswered"]] == []
    assert all(sum(day["counts"].values()) == day["called"] for day in days)


@pytest.mark.parametrize(
    ("zone", "first", "seed"),
    [
        ("Europe/Berlin", date(2026, 10, 24), 1),
        ("America/New_York", date(2026, 10, 31), 2),
        ("America/New_York", date(2026, 3, 7), 3),
    ],
)
async def test_two_days_around_a_night_in_which_the_clock_jumps(
    opens: Opens, zone: str, first: date, seed: int
) -> None:
    station = await opens(zone, first)
    before = station.now.astimezone(station.zone).utcoffset()
    month = await live(station, 2, seed)
    assert station.now.astimezone(station.zone).utcoffset() != before
    await holds(station, month)


async def test_a_fault_among_all_that_happens_is_found(opens: Opens) -> None:
    station = await opens(*SHANGHAI)
    month = await live(station, 0.5, seed=9)
    await station.rows("DELETE FROM rotation WHERE duty = '值班民警' RETURNING id")
    await station.passes(minutes=2)
    await station.core.auditor.step()
    assert (Promise.DUTY_GAP, Duty.OFFICER.value) in await findings(station)
    assert month.done["matter"] > 0
