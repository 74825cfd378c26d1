"""What is understood of a message: on tickets, bursts, watchers, the knowledge base, fingerprints of scams."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ms = sa.BigInteger  # milliseconds since 1970 UTC


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _count(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


def upgrade() -> None:
    _tickets()
    _knowledge()
    _scams()


def _tickets() -> None:
    columns: tuple[sa.Column[Any], ...] = (
        *(_text(name) for name in ("category", "fraud_type", "place", "emergency", "asked", "money_sent")),
        _count("sensitive"),
        _count("joined"),
        sa.Column("first_at", Ms),  # the burst: the platform's own times of its first and newest message
        sa.Column("heard_at", Ms),
    )
    for column in columns:
        op.add_column("ticket", column)
    op.create_index("ticket_group", "ticket", ["group_id", "opened_at"])
    op.add_column("attachment", _text("message_id"))
    op.add_column("inbox", sa.Column("earlier", sa.LargeBinary))  # lines of the same person the message refers to
    op.add_column("chat_group", _text("places", "[]"))
    op.add_column("chat_group", _count("scam_watch"))
    op.add_column("station", _text("hours"))
    op.create_table(
        "watcher",
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("at", Ms, nullable=False),
    )


def _knowledge() -> None:
    op.create_table(
        "knowledge",
        _id(),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        _text("field", None),
        _text("question", None),
        _text("aliases", "[]"),
        _text("answer", None),
        _text("source"),
        _count("version", "1"),
        _text("review_on"),
        _text("origin", "file"),  # file: follows knowledge/*.md; edited: an editor's words, the file no longer wins
        _count("enabled", "1"),
        sa.Column("mark", sa.BigInteger, nullable=False),  # tells contents apart
        sa.Column("updated_at", Ms, nullable=False),
        sa.Column("updated_by", Id, sa.ForeignKey("person.id")),
    )
    # The words a question is found by: unigrams and bigrams, parted by spaces.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE knowledge_words USING fts5(code UNINDEXED, words, tokenize = 'unicode61')")
    else:
        op.execute("CREATE TABLE knowledge_words (code TEXT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX knowledge_words_index ON knowledge_words USING gin (words)")
    op.create_table(
        "knowledge_miss",
        _id(),
        sa.Column("station_id", Id, sa.ForeignKey("station.id")),
        _text("question", None),
        sa.Column("at", Ms, nullable=False),
        _text("nearest"),
        _text("state", "open"),
    )
    op.create_index("knowledge_miss_open", "knowledge_miss", ["state", "id"])


def _scams() -> None:
    op.create_table(
        "scam_print",
        _id(),
        sa.Column("station_id", Id, sa.ForeignKey("station.id")),
        _text("print", None),
        _text("sample"),
        _text("fraud_type"),
        _text("origin", "officer"),
        _count("enabled", "1"),
        _text("alert"),  # the proposal to warn everybody of it: proposed, drafted, dropped
        sa.Column("at", Ms, nullable=False),
        sa.Column("by_id", Id, sa.ForeignKey("person.id")),
        sa.UniqueConstraint("station_id", "print"),
    )
    op.create_table(
        "scam_sighting",
        _id(),
        _text("print", None),
        sa.Column("station_id", Id, sa.ForeignKey("station.id")),
        sa.Column("group_id", Id, sa.ForeignKey("chat_group.id")),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id")),
        sa.Column("at", Ms, nullable=False),
    )
    op.create_index("scam_sighting_station", "scam_sighting", ["station_id", "at"])
    op.create_index("scam_sighting_ticket", "scam_sighting", ["ticket_id"])
    op.add_column("inbox", _count("sighted"))  # not said to us: a known scam in a group that wants to be warned
