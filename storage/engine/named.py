"""The named statements of storage/sql, in the driver's own parameter style."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter
from aiosql.adapters.sqlite3 import SQLite3Adapter

SQL = Path(__file__).resolve().parent.parent / "sql"


@dataclass(frozen=True, slots=True)
class Statement:
    """`order`: the names of $1, $2, … where the driver counts its parameters."""

    sql: str
    order: tuple[str, ...] = ()


@cache
def statements(dialect: str) -> dict[str, Statement]:
    """Every statement by name. `dialect` is "sqlite" or "postgres"."""
    if dialect == "sqlite":
        found = aiosql.from_path(SQL, SQLite3Adapter, mandatory_parameters=False)
        return {name: Statement(getattr(found, name).sql) for name in _names(found)}
    adapter = AsyncPGAdapter()  # type: ignore[no-untyped-call]
    found = aiosql.from_path(SQL, lambda: adapter, mandatory_parameters=False)
    return {name: Statement(getattr(found, name).sql, tuple(adapter.var_sorted[name])) for name in _names(found)}


def _names(found: object) -> list[str]:
    available: list[str] = found.available_queries  # type: ignore[attr-defined]
    return [name for name in available if not name.endswith("_cursor")]
