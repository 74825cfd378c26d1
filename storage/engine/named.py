"""The named statements of storage/sql, in the driver's own parameter style."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter
from aiosql.adapters.sqlite3 import SQLite3Adapter

DIRECTORY = {"station", "area", "shift", "chat_group", "person", "identity", "member"}
"""Tables that change seldom and are asked for every ticket: see Tx.recall."""

HARMLESS = {"station_next_number", "newcomer_person", "newcomer_identity", "newcomer_member"}
"""Writes to those tables after which everything recalled is still true: a newcomer is a resident, no staff."""

_WRITTEN = re.compile(r"^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", re.IGNORECASE | re.MULTILINE)

SQL = Path(__file__).resolve().parent.parent / "sql"


@dataclass(frozen=True, slots=True)
class Statement:
    """`order`: the names of $1, $2, … where the driver counts its parameters.

    `directory`: it may change what Tx.recall remembers.
    """

    sql: str
    order: tuple[str, ...] = ()
    directory: bool = False


@cache
def statements(dialect: str) -> dict[str, Statement]:
    """Every statement by name. `dialect` is "sqlite" or "postgres"."""
    if dialect == "sqlite":
        found = aiosql.from_path(SQL, SQLite3Adapter, mandatory_parameters=False)
        return {name: _statement(name, getattr(found, name).sql) for name in _names(found)}
    adapter = AsyncPGAdapter()  # type: ignore[no-untyped-call]
    found = aiosql.from_path(SQL, lambda: adapter, mandatory_parameters=False)
    return {name: _statement(name, getattr(found, name).sql, adapter.var_sorted[name]) for name in _names(found)}


def _statement(name: str, sql: str, order: Iterable[str] = ()) -> Statement:
    touched = DIRECTORY.intersection(_WRITTEN.findall(sql.lower()))
    return Statement(sql, tuple(order), directory=bool(touched) and name not in HARMLESS)


def _names(found: object) -> list[str]:
    available: list[str] = found.available_queries  # type: ignore[attr-defined]
    return [name for name in available if not name.endswith("_cursor")]
