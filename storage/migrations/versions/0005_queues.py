"""Queues of a station, the rules that fill them, and which queue a ticket is in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ms = sa.BigInteger  # milliseconds since 1970 UTC

THREE = (
    ("command", "室", "综合指挥室", '["指挥室","勤务指挥室","综合室"]'),
    ("community", "队", "社区警务队", '["社区队","社区中队","社区警务中队"]'),
    ("cases", "队", "案件办理队", '["办案队","案件队","办案中队","案件办理中队"]'),
)
"""What stations that are there already get."""


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _count(name: str, default: str | None = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def _ref(name: str, to: str, *, need: bool = False) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(to), nullable=not need)


def upgrade() -> None:
    _queues()
    _tickets()
    for place, kind, name, aliases in THREE:
        statement = sa.text(
            "INSERT INTO ticket_queue (station_id, name, kind, place, aliases)"
            " SELECT id, :name, :kind, :place, :aliases FROM station"
        )
        op.get_bind().execute(statement, {"name": name, "kind": kind, "place": place, "aliases": aliases})


def _queues() -> None:
    op.create_table(
        "ticket_queue",
        _id(),
        _ref("station_id", "station.id", need=True),
        _text("name", None),
        _text("kind", None),
        _text("place"),  # which of the three every station has; empty for its own
        _text("aliases", "[]"),
        _ref("group_id", "chat_group.id"),
        _count("active", "1"),
        sa.UniqueConstraint("station_id", "name"),
    )
    placed = sa.text("place <> ''")
    op.create_index(
        "ticket_queue_place",
        "ticket_queue",
        ["station_id", "place"],
        unique=True,
        sqlite_where=placed,
        postgresql_where=placed,
    )
    op.create_table(
        "queue_member",
        sa.Column("queue_id", Id, sa.ForeignKey("ticket_queue.id"), primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
    )
    op.create_table(
        "routing_rule",
        sa.Column("station_id", Id, sa.ForeignKey("station.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        _text("name", None),
        _text("conditions", "{}"),
        _ref("queue_id", "ticket_queue.id"),
    )


def _tickets() -> None:
    # A plain number: SQLite cannot add a reference to a table that is there already.
    op.add_column("ticket", sa.Column("queue_id", Id))
    op.add_column("ticket", _text("queue_why"))
    op.add_column("ticket", sa.Column("routed_at", Ms))
    op.create_index("ticket_routed", "ticket", ["routed_id", "routed_at"])
