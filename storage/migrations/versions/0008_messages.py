"""One row of the outbox may have been several messages for the platform's limits."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("messages", sa.Integer, nullable=False, server_default="1"))
