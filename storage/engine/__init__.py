"""The database: SQLite by default, PostgreSQL when a county outgrows it. Same statements, same promises."""

from pathlib import Path

from storage.engine.base import Engine


def connect(url: str, *, base: Path = Path()) -> Engine:
    """An engine for `sqlite:///path` (relative to `base`) or `postgresql://…`. Nothing is opened yet."""
    if url.startswith("sqlite:///"):
        from storage.engine.sqlite import SqliteEngine

        return SqliteEngine(base / url.removeprefix("sqlite:///"))
    from storage.engine.postgres import PostgresEngine

    return PostgresEngine(url)
