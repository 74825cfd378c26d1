"""The named statements of storage/sql, in the driver's own parameter style."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter
from aiosql.adapters.sqlite3 import SQLite3Adapter

REMEMBERED = {
    *("station", "area", "shift", "chat_group", "person", "identity", "member", "ticket"),
    *("rotation", "duty_change", "leave_of_absence", "own_day", "availability"),
}
"""Tables a transaction may remember something of: those of the directory, which change seldom and are asked for every
ticket (Tx.recall), and the ticket it has just written itself (Tx.remember)."""

HARMLESS = {
    *("station_next_number", "newcomer_person", "newcomer_identity", "newcomer_member"),
    *("ticket_add", "ticket_route", "ticket_grow", "station_next_change"),
}
"""Writes to those tables after which everything remembered is still true: a newcomer is a resident, no staff; a ticket
that is added, routed or has grown is remembered anew."""

_WRITTEN = re.compile(r"^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", re.IGNORECASE | re.MULTILINE)

_RETURNED = re.compile(r"\s+RETURNING\s+(\w+)\s*;?\s*$", re.IGNORECASE)

SQL = Path(__file__).resolve().parent.parent / "sql"


@dataclass(frozen=True, slots=True)
class Statement:
    """`order`: the names of $1, $2, … where the driver counts its parameters. `writes`: it is not a plain SELECT.

    `forgets`: it may change what the transaction remembers. `plain`, `echo`: the statement without its RETURNING, where
    the one column it returns is known beforehand: a parameter of that name, or the id of the row it inserts.
    """

    sql: str
    order: tuple[str, ...] = ()
    writes: bool = True
    forgets: bool = False
    plain: str = ""
    echo: str = ""


@cache
def statements(dialect: str) -> dict[str, Statement]:
    """Every statement by name. `dialect` is "sqlite" or "postgres": what cannot be said alike stands in its folder."""
    files = sorted((*SQL.glob("*.sql"), *(SQL / dialect).glob("*.sql")))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    if dialect == "sqlite":
        found = aiosql.from_str(text, SQLite3Adapter, mandatory_parameters=False)
        return {name: _statement(name, getattr(found, name).sql) for name in _names(found)}
    adapter = AsyncPGAdapter()  # type: ignore[no-untyped-call]
    found = aiosql.from_str(text, lambda: adapter, mandatory_parameters=False)
    return {name: _statement(name, getattr(found, name).sql, adapter.var_sorted[name]) for name in _names(found)}


def _statement(name: str, sql: str, order: Iterable[str] = ()) -> Statement:
    touched = REMEMBERED.intersection(_WRITTEN.findall(sql.lower()))
    plain, echo = _without_returning(sql)
    writes = not sql.lstrip().upper().startswith("SELECT")
    return Statement(sql, tuple(order), writes, bool(touched) and name not in HARMLESS, plain, echo)


def _without_returning(sql: str) -> tuple[str, str]:
    found = _RETURNED.search(sql)
    if found is None or "DO UPDATE" in sql.upper():
        return "", ""
    column = found.group(1)
    inserts = sql.lstrip().upper().startswith("INSERT")
    if f":{column}" in sql or (inserts and column == "id"):
        return sql[: found.start()], column
    return "", ""


def _names(found: object) -> list[str]:
    available: list[str] = found.available_queries  # type: ignore[attr-defined]
    return [name for name in available if not name.endswith("_cursor")]
