"""What channels must remember: how to answer later, who spoke last when, how far was read, pushes people confirm."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ms = sa.BigInteger  # milliseconds since 1970 UTC


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _at(name: str) -> sa.Column[int]:
    return sa.Column(name, Ms, nullable=False)


def upgrade() -> None:
    op.create_table(
        "reply_route",
        *(_key(name) for name in ("platform", "bot", "chat_id", "message_id")),
        _text("req_id"),
        _text("stream_id"),
        _text("response_url"),  # sealed
        _at("at"),
        sa.Column("used_at", Ms),
    )
    op.create_index("reply_route_at", "reply_route", ["at"])
    op.create_table("chat_turn", _key("platform"), _key("chat_id"), _at("last_in_at"))
    op.create_table("chat_origin", _key("platform"), _key("chat_id"), sa.Column("group_id", Id, nullable=False))
    op.create_table("channel_cursor", *(_key(name) for name in ("platform", "bot", "name")), _text("value"))
    op.create_table(
        "push_task",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("broadcast_id", Id, nullable=False),
        *(_text(name, None) for name in ("platform", "bot", "chat_id", "sender", "msgid", "state")),
        _at("at"),
        sa.Column("reminded", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reminded_at", Ms),
        sa.UniqueConstraint("platform", "msgid", "chat_id"),
    )
    waiting = sa.text("state IN ('已建任务', '待群主确认')")
    op.create_index("push_task_open", "push_task", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("push_task_broadcast", "push_task", ["broadcast_id"])
    op.create_table(
        "card_code",
        *(_key(name) for name in ("platform", "bot", "chat_id", "task_id")),
        _text("code", None),  # sealed
        _at("until"),
        sa.Column("used_at", Ms),
    )
    op.create_index("card_code_until", "card_code", ["until"])
    _accounts()
    said = sa.text("sent_at IS NOT NULL")
    op.create_index("outbox_said", "outbox", ["chat_key", "sent_at"], sqlite_where=said, postgresql_where=said)
    brief = sa.text("kind <> 'answer' AND target <> ''")
    op.create_index("outbox_brief", "outbox", ["target"], sqlite_where=brief, postgresql_where=brief)


def _accounts() -> None:
    """Accounts of one person on several platforms. Plain numbers: SQLite cannot add a reference to a table there is."""
    op.add_column("identity", sa.Column("linked_from", Id))  # the person it was before; NULL: it never was another's
    op.create_table(
        "account_code",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),  # whose the other account becomes
        *(_text(name) for name in ("platform", "moves_platform", "moves_user", "presser")),
        _at("expires_at"),
    )
    op.create_index("account_code_person", "account_code", ["person_id"])
    op.create_index("account_code_expires", "account_code", ["expires_at"])
