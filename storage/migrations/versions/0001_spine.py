"""The spine: directory, tickets and their log, inbox, outbox, jobs, schedule, broadcasts, the local rooms."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ms = sa.BigInteger  # milliseconds since 1970 UTC


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _need(name: str, kind: type = sa.BigInteger) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False)


def _count(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def _ref(name: str, target: str, need: bool = False) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(target), nullable=not need)


def upgrade() -> None:
    _directory()
    _groups()
    _tickets()
    _log()
    _path()
    _outbox()
    _work()
    _broadcasts()
    op.create_table(
        "room_message",
        sa.Column("id", sa.Text, primary_key=True),
        _text("chat_id", None),
        _text("sender_id"),
        _text("sender_name"),
        _text("text"),
        _text("buttons"),
        _text("attachment"),
        _text("reply_to"),
        sa.Column("out_key", sa.Text, unique=True),
        _need("at"),
        sa.Column("edited_at", Ms),
    )
    op.create_index("room_message_chat", "room_message", ["chat_id", "id"])


def _directory() -> None:
    op.create_table(
        "station",
        _id(),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        _text("name", None),
        _text("tz", "Asia/Shanghai"),
        _text("phone"),
        _text("address"),
        _ref("parent_id", "station.id"),
        _count("last_number"),
    )
    op.create_table("person", _id(), sa.Column("code", sa.Text, unique=True), _text("name"), _text("aliases", "[]"))
    op.create_table(
        "identity",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        _text("bot"),
        _ref("person_id", "person.id", need=True),
        _text("username"),
        _text("chat_id"),
    )
    op.create_index("identity_person", "identity", ["person_id"])
    op.create_table(
        "member",
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("station_id", Id, sa.ForeignKey("station.id"), primary_key=True),
        _text("role", None),
    )
    op.create_index("member_station", "member", ["station_id", "role"])


def _groups() -> None:
    op.create_table(
        "area",
        _id(),
        _ref("station_id", "station.id", need=True),
        _text("name", None),
        _ref("officer_id", "person.id"),
        sa.UniqueConstraint("station_id", "name"),
    )
    op.create_table(
        "chat_group",
        _id(),
        _text("platform", None),
        _text("bot"),
        _text("chat_id", None),
        _text("title"),
        _text("kind", "其他"),
        _ref("station_id", "station.id"),
        _ref("area_id", "area.id"),
        _count("households"),
        _count("active", "1"),
        sa.UniqueConstraint("platform", "chat_id"),
    )
    op.create_index("chat_group_station", "chat_group", ["station_id", "kind"])
    op.create_table(
        "shift",
        _id(),
        _ref("station_id", "station.id", need=True),
        _ref("person_id", "person.id", need=True),
        _text("duty", None),
        _need("weekday", sa.Integer),
        _need("start_min", sa.Integer),
        _need("end_min", sa.Integer),
    )
    op.create_index("shift_station", "shift", ["station_id"])


def _tickets() -> None:
    op.create_table(
        "ticket",
        _id(),
        _ref("station_id", "station.id", need=True),
        _need("number", sa.Integer),
        _text("state", None),
        _text("urgency", None),
        _ref("reporter_id", "person.id", need=True),
        _text("text"),
        _text("platform", None),
        _text("bot"),
        _text("chat_id", None),
        _text("thread"),
        _text("message_id"),
        _count("private"),
        _ref("group_id", "chat_group.id"),
        _ref("assignee_id", "person.id"),
        _ref("routed_id", "person.id"),
        _text("routed_why"),
        _text("hint"),
        _text("finding"),
        _text("rating"),
        _count("reopened"),
        _need("opened_at"),
        *(sa.Column(name, Ms) for name in ("claimed_at", "arrived_at", "resolved_at", "closed_at")),
        sa.UniqueConstraint("station_id", "number"),
    )
    op.create_index("ticket_station_state", "ticket", ["station_id", "state", "number"])
    op.create_index("ticket_reporter", "ticket", ["reporter_id", "id"])


def _log() -> None:
    op.create_table(
        "ticket_message",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("chat_id", sa.Text, primary_key=True),
        sa.Column("message_id", sa.Text, primary_key=True),
        _ref("ticket_id", "ticket.id", need=True),
        _text("album"),
    )
    op.create_index("ticket_message_album", "ticket_message", ["platform", "chat_id", "album"])
    op.create_table(
        "entry",
        _id(),
        _ref("station_id", "station.id"),
        _ref("ticket_id", "ticket.id"),
        _ref("actor_id", "person.id"),
        _text("kind", None),
        _need("at"),
        _text("text"),
        _text("data", "{}"),
    )
    op.create_index("entry_ticket", "entry", ["ticket_id", "id"])
    op.create_index("entry_station", "entry", ["station_id", "kind", "at"])
    op.create_table(
        "attachment",
        _id(),
        _ref("ticket_id", "ticket.id", need=True),
        _text("platform", None),
        _text("kind", None),
        _text("ref"),
        _text("data", "{}"),
        _need("at"),
    )
    op.create_index("attachment_ticket", "attachment", ["ticket_id", "id"])


def _path() -> None:
    op.create_table(
        "inbox",
        _id(),
        _text("platform", None),
        _text("bot", None),
        _text("event_id", None),
        _text("chat_key", None),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _need("received_at"),
        _text("state", "new"),
        _count("attempts"),
        _need("due_at"),
        _text("error"),
        sa.Column("done_at", Ms),
        sa.UniqueConstraint("platform", "bot", "event_id"),
    )
    op.create_index("inbox_todo", "inbox", ["id"], **_where("state = 'new'"))


def _outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        _text("platform", None),
        _text("bot", None),
        _text("chat_id", None),
        _text("thread"),
        _text("chat_key", None),
        _need("lane", sa.Integer),
        _text("policy", None),
        _text("kind", None),
        _text("role", None),
        _text("target"),
        _text("content", None),
        sa.Column("ticket_id", Id),
        sa.Column("broadcast_id", Id),
        _need("created_at"),
        _need("due_at"),
        sa.Column("expires_at", Ms),
        _text("state", "pending"),
        _count("attempts"),
        _count("maybe_copy"),
        sa.Column("lease_until", Ms),
        _text("lease_owner"),
        _text("message_ref"),
        _text("error"),
        sa.Column("sent_at", Ms),
    )
    op.create_index("outbox_todo", "outbox", ["lane", "id"], **_where("state = 'pending'"))
    op.create_index("outbox_leased", "outbox", ["chat_key"], **_where("state = 'leased'"))
    # Partial, or SQLite would look for pending rows by platform: through everything that was ever sent.
    op.create_index("outbox_ref", "outbox", ["platform", "chat_id", "message_ref"], **_where("message_ref <> ''"))
    op.create_index("outbox_ticket", "outbox", ["ticket_id", "role"])
    op.create_index("outbox_broadcast", "outbox", ["broadcast_id", "state"])
    op.create_index("outbox_target", "outbox", ["target"], **_where("state = 'pending'"))


def _work() -> None:
    op.create_table(
        "job",
        _id(),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        _text("name", None),
        _text("payload", "{}"),
        _need("due_at"),
        _text("state", "new"),
        _count("attempts"),
        _text("error"),
        sa.Column("done_at", Ms),
    )
    op.create_index("job_todo", "job", ["due_at"], **_where("state = 'new'"))
    op.create_table(
        "slot",
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("slot_at", Ms, primary_key=True, autoincrement=False),
        _need("at"),
        _text("outcome", "run"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, primary_key=True),
        _text("owner", None),
        _need("token"),
        _need("until"),
    )
    op.create_table(
        "conversation",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("platform", "chat_id", "user_id")),
        _text("step", None),
        _text("data", "{}"),
        _need("expires_at"),
    )


def _broadcasts() -> None:
    op.create_table(
        "broadcast",
        _id(),
        _ref("station_id", "station.id", need=True),
        _text("title"),
        _text("text", None),
        _text("kinds", "[]"),
        _text("state", None),
        _need("created_at"),
        _ref("created_by", "person.id"),
        _text("rule"),
        sa.Column("slot_at", Ms),
        _text("text_code"),
    )
    op.create_index("broadcast_station", "broadcast", ["station_id", "id"])
    op.create_table(
        "broadcast_rule",
        _id(),
        _ref("station_id", "station.id", need=True),
        _text("name", None),
        _text("cron", None),
        _text("kinds", "[]"),
        _text("topics", "[]"),
        _count("enabled", "1"),
        _text("origin", "config"),
        sa.UniqueConstraint("station_id", "name"),
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
