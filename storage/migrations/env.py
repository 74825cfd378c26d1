"""Alembic's entry: runs on the connection that storage.engine.migrate hands over."""

from alembic import context

with context.begin_transaction():
    context.run_migrations()
