"""What waits for one chat is found without reading what waits for all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    waits = sa.text("state = 'pending'")
    op.create_index("outbox_waits", "outbox", ["chat_key", "id"], sqlite_where=waits, postgresql_where=waits)
