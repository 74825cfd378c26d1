"""Files people sent: fetched once each from the platform that has them, and kept by us."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Ms = sa.BigInteger  # milliseconds since 1970 UTC


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True),  # the platform's own name of it
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        _text("file"),  # its name under data/files, once kept
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        _text("error"),
        sa.Column("at", Ms, nullable=False),
        sa.Column("due_at", Ms, nullable=False),
    )
    op.create_index("attachment_ref", "attachment", ["platform", "ref"])
    wanted = sa.text("state = 'wanted'")
    op.create_index("media_wanted", "media", ["due_at"], sqlite_where=wanted, postgresql_where=wanted)
