"""One row of the outbox may be several messages for the platform's limits, and say the words of several rows."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("messages", sa.Integer, nullable=False, server_default="1"))
    joined = sa.text("state = 'obsolete' AND kind = 'send'")
    op.create_index("outbox_joined", "outbox", ["chat_key", "error"], sqlite_where=joined, postgresql_where=joined)
