"""The queues are read through their own small indexes, however much history lies beside them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage.engine.named import statements

PARAMS: dict[str, Any] = dict.fromkeys(
    (
        *("platform", "bot", "now", "limit", "chat_id", "message_id", "message_ref", "station_id"),
        *("ref", "at"),
        *("ticket_id", "group_id", "place", "category", "incident_id", "since", "chat_key", "target"),
        *("until", "why"),
    ),
    1,
)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("outbox_ready", "outbox_todo"),
        ("inbox_todo", "inbox_todo"),
        ("job_todo", "job_todo"),
        ("ticket_by_sent", "outbox_ref"),
        ("outbox_said", "outbox_said"),
        ("outbox_shown", "outbox_said"),
        ("outbox_hold_turn", "outbox_waits"),
        ("outbox_release_turn", "outbox_waits"),
        ("outbox_last_brief", "outbox_about"),
        ("outbox_unmade_edit", "outbox_about"),
        ("push_open", "push_task_open"),
        ("push_month", "push_task_chat"),
        ("member_staff", "member_station"),
        ("media_todo", "media_wanted"),
        ("media_want_of_ticket", "attachment_ref"),
    ],
)
def test_index(sqlite_template: Path, name: str, index: str) -> None:
    with closing(sqlite3.connect(sqlite_template)) as database:
        plan = database.execute(f"EXPLAIN QUERY PLAN {statements('sqlite')[name].sql}", PARAMS).fetchall()
    steps = [row[3] for row in plan]
    assert any(index in step for step in steps), steps
    # Whatever is read without an index's help is one of the small queues.
    assert all("INDEX" in step or "PRIMARY KEY" in step or "SUBQUERY" in step or "B-TREE" in step for step in steps)


def test_whether_something_earlier_waits_for_the_chat_is_seen_in_what_waits_for_it(sqlite_template: Path) -> None:
    """Of thousands that wait after a bad hour, only its own are read."""
    params = PARAMS | {"id": 1, "owner": "o"}
    with closing(sqlite3.connect(sqlite_template)) as database:
        plan = database.execute(f"EXPLAIN QUERY PLAN {statements('sqlite')['outbox_lease'].sql}", params).fetchall()
    assert any("outbox_waits (chat_key=? AND id<?)" in row[3] for row in plan), [row[3] for row in plan]


def test_what_is_alike_is_found_by_group_and_by_place(sqlite_template: Path) -> None:
    """Never by reading every ticket of two days."""
    with closing(sqlite3.connect(sqlite_template)) as database:
        plan = database.execute(f"EXPLAIN QUERY PLAN {statements('sqlite')['suggestion_alike'].sql}", PARAMS).fetchall()
    steps = " ".join(row[3] for row in plan)
    assert "INDEX ticket_group (group_id=? AND opened_at>?)" in steps
    assert "INDEX ticket_place (station_id=? AND place=? AND opened_at>?)" in steps
