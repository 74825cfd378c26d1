"""The roster by chat: rotations, changes, leave, availability, what was worked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ms = sa.BigInteger  # milliseconds since 1970 UTC


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, need: bool = False) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(target), nullable=not need)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _count(name: str, default: str | None = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def upgrade() -> None:
    _roster()
    _duty_changes()
    _on_duty()


def _roster() -> None:
    """Days are ISO dates of station time, hours are minutes since its midnight."""
    op.add_column("shift", _text("plan"))
    op.create_table(
        "rotation",
        _id(),
        _ref("station_id", "station.id", need=True),
        _text("name"),
        _text("duty", None),
        _text("start_on", None),
        _count("on_days", None),
        _count("off_days", None),
        _text("crews", None),
        _count("start_min", None),
        _count("end_min", None),
        _text("plan"),
    )
    op.create_index("rotation_station", "rotation", ["station_id"])
    op.create_table(
        "own_day",
        sa.Column("station_id", Id, sa.ForeignKey("station.id"), primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        _count("free", None),
        _text("name"),
    )
    op.create_table(
        "leave_of_absence",
        _id(),
        _ref("station_id", "station.id", need=True),
        _ref("person_id", "person.id", need=True),
        _text("first_day", None),
        _text("last_day", None),
        _text("state", None),
        _text("reason"),
        _text("origin", "chat"),
    )
    op.create_index("leave_station", "leave_of_absence", ["station_id", "last_day"])


def _duty_changes() -> None:
    op.add_column("station", _count("last_change"))
    op.create_table(
        "duty_change",
        _id(),
        _ref("station_id", "station.id", need=True),
        _count("number", None),
        _text("kind", None),
        _text("state", None),
        _text("duty", None),
        _text("day", None),
        _count("start_min", None),
        _count("end_min", None),
        _ref("from_id", "person.id"),
        _ref("to_id", "person.id"),
        _text("back_duty"),
        _text("back_day"),
        _count("back_start"),
        _count("back_end"),
        _text("asked", "[]"),
        _text("reason"),
        _ref("by_id", "person.id"),
        _text("origin", "chat"),
        sa.Column("at", Ms, nullable=False),
        sa.UniqueConstraint("station_id", "number"),
    )
    op.create_index("duty_change_station", "duty_change", ["station_id", "state", "day"])


def _on_duty() -> None:
    op.create_table(
        "availability",
        sa.Column("station_id", Id, sa.ForeignKey("station.id"), primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
        _text("free", None),
        sa.Column("until", Ms, nullable=False),
    )
    op.create_table(  # what was reported as nobody's, so that it is reported once
        "duty_hole",
        _id(),
        _ref("station_id", "station.id", need=True),
        _text("duty", None),
        sa.Column("start_at", Ms, nullable=False),
        sa.Column("end_at", Ms, nullable=False),
    )
    op.create_index("duty_hole_station", "duty_hole", ["station_id"])
    op.create_table(  # turns that are over, as the plan had them: a later plan does not rewrite them
        "duty_worked",
        _id(),
        _ref("station_id", "station.id", need=True),
        _ref("person_id", "person.id", need=True),
        _text("duty", None),
        _text("day", None),
        sa.Column("start_at", Ms, nullable=False),
        sa.Column("end_at", Ms, nullable=False),
        sa.UniqueConstraint("station_id", "person_id", "duty", "start_at"),
    )
    op.create_index("duty_worked_station", "duty_worked", ["station_id", "start_at"])
    op.create_table(
        "calendar_key",
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
    )
