"""The life of a ticket: leases, pauses, alarms, handing over; relay, reports for others, links, following up."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ms = sa.BigInteger  # milliseconds since 1970 UTC


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _count(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def _ref(name: str, to: str, *, need: bool = False) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(to), nullable=not need)


def upgrade() -> None:
    _incidents()
    _behalf()
    _followups()
    _life()
    _handovers()
    _audit()


def _incidents() -> None:
    op.create_table(
        "incident",
        _id(),
        _ref("station_id", "station.id", need=True),
        sa.Column("number", sa.Integer, nullable=False),
        _text("title"),
        _text("state", "open"),
        _text("finding"),
        sa.Column("at", Ms, nullable=False),
        _ref("by_id", "person.id"),
        sa.Column("closed_at", Ms),
        sa.UniqueConstraint("station_id", "number"),
    )
    op.create_table(
        "link_suggestion",
        _id(),
        _ref("ticket_id", "ticket.id", need=True),
        _text("others", None),  # ids of the tickets it may belong to, JSON
        _text("state", "asked"),  # asked, confirmed, denied
        _ref("by_id", "person.id"),
        sa.Column("at", Ms, nullable=False),
        sa.UniqueConstraint("ticket_id"),
    )
    # A plain number: SQLite cannot add a reference to a table that is there already.
    op.add_column("ticket", sa.Column("incident_id", Id))
    op.add_column("ticket", _count("behalf"))  # reported for somebody else
    op.add_column("ticket", _count("watched"))  # how many neighbours follow it
    op.add_column("ticket", _count("said_solved"))  # its reporter says so, though it is not closed yet
    linked = sa.text("incident_id IS NOT NULL")
    op.create_index("ticket_incident", "ticket", ["incident_id"], sqlite_where=linked, postgresql_where=linked)
    placed = sa.text("place <> ''")
    columns = ["station_id", "place", "opened_at"]
    op.create_index("ticket_place", "ticket", columns, sqlite_where=placed, postgresql_where=placed)


def _behalf() -> None:
    """Whose matter it is, where somebody else reported it. Apart from the ticket, so that no group ever sees it."""
    op.create_table(
        "behalf",
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
        _text("name"),
        _text("contact"),
        sa.Column("at", Ms, nullable=False),
    )


def _followups() -> None:
    op.create_table(
        "followup",
        _id(),
        _ref("ticket_id", "ticket.id", need=True),
        sa.Column("days", sa.Integer, nullable=False),  # after the confirmation
        sa.Column("round", sa.Integer, nullable=False),  # how often the ticket had been reopened by then
        sa.Column("asked_at", Ms, nullable=False),
        _text("result"),
        _ref("by_id", "person.id"),
        sa.Column("at", Ms),
        sa.UniqueConstraint("ticket_id", "days", "round"),
    )


def _life() -> None:
    columns: tuple[sa.Column[Any], ...] = (
        *(sa.Column(name, Ms) for name in ("began_at", "waiting_at", "lease_until", "paused_at", "wake_at")),
        _count("returned"),
        sa.Column("paused_ms", Ms, nullable=False, server_default="0"),
        *(_text(name) for name in ("pause_reason", "forwarded_to", "forwarded_ref")),
    )
    for column in columns:
        op.add_column("ticket", column)
    op.create_index("ticket_held", "ticket", ["assignee_id", "state"])
    op.create_table(
        "ticket_helper",
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("at", Ms, nullable=False),
    )
    op.create_table(
        "ticket_alarm",
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("clock", sa.Text, primary_key=True),
        sa.Column("step", sa.Text, primary_key=True),
        sa.Column("round", sa.Text, primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("at", Ms, nullable=False),
        _text("state", "new"),  # new, sent, or dropped because it was no longer true
    )
    op.create_index("ticket_alarm_person", "ticket_alarm", ["person_id", "state"])


def _handovers() -> None:
    op.create_table(
        "handover",
        _id(),
        _ref("station_id", "station.id", need=True),
        _ref("from_id", "person.id", need=True),
        _ref("to_id", "person.id", need=True),
        _text("tickets", "[]"),
        sa.Column("at", Ms, nullable=False),
        _text("state", "open"),
        sa.Column("done_at", Ms),
    )


def _audit() -> None:
    """Promises that are broken now or once were, and which minute they were last looked at."""
    op.create_table(
        "audit_run",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("at", Ms, nullable=False),
        sa.Column("seen", Id, nullable=False),  # up to this row the inbox has been judged
    )
    op.create_table(
        "audit_finding",
        _id(),
        _ref("station_id", "station.id", need=True),
        _text("kind", None),
        _text("subject", None),
        _text("ref"),
        _text("text"),
        sa.Column("since", Ms, nullable=False),
        sa.Column("found_at", Ms, nullable=False),
        sa.Column("gone_at", Ms),
    )
    still = sa.text("gone_at IS NULL")
    op.create_index(
        "audit_open",
        "audit_finding",
        ["station_id", "kind", "subject"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    answers = sa.text("inbox_id IS NOT NULL")
    op.add_column("outbox", sa.Column("inbox_id", Id))  # the event it was said in answer to
    op.create_index("outbox_answers", "outbox", ["inbox_id"], sqlite_where=answers, postgresql_where=answers)
