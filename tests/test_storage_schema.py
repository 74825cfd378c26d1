"""Migrations and statements: one schema on both databases, and no statement without a use."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from storage.engine import connect
from storage.engine.base import Engine, NewerSchemaError, StoreDownError
from storage.engine.migrate import DOWN, HEAD, MIGRATIONS, migrate, migrate_apart
from storage.engine.named import SQL, statements
from storage.model.tickets import MOVES, Move, State
from storage.stores.tickets import _STATEMENT

STORES = Path(__file__).resolve().parent.parent / "storage"
BIG = {"BIGINT", "bigint", "INTEGER", "integer"}


def test_head_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def execute(url: str, statement: str) -> None:
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        with connection:
            connection.execute(statement)
        connection.close()
        return
    server = await asyncpg.connect(url)
    await server.execute(statement)
    await server.close()


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    assert await migrate(database_url) == HEAD
    assert await migrate(database_url) == HEAD


async def test_an_empty_database_is_migrated(database_url: str, tmp_path: Path) -> None:
    if database_url.startswith("sqlite"):
        assert await migrate("sqlite:///sub/new.db", base=tmp_path) is None
        assert await migrate("sqlite:///sub/new.db", base=tmp_path) == HEAD


async def test_a_newer_schema_is_refused_and_left_alone(database_url: str) -> None:
    await execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchemaError, match="9999"):
        await migrate(database_url)
    await execute(database_url, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    assert await migrate(database_url) == HEAD


APART = """
import asyncio, sys
from storage.engine.migrate import migrate, migrate_apart
asyncio.run(migrate_apart(sys.argv[1]))
kept = {"sqlalchemy", "alembic"} & sys.modules.keys()
print(asyncio.run(migrate(sys.argv[1])), sorted(kept))
"""


def test_who_serves_does_not_keep_the_migration_tools(tmp_path: Path) -> None:
    """They would take 24 MiB for as long as the bot runs."""
    url = f"sqlite:///{tmp_path / 'sub' / 'new.db'}"
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", APART, url], capture_output=True, text=True, check=True)
        assert done.stdout.split(maxsplit=1) == [HEAD, "[]\n"]


async def test_a_migration_apart_refuses_and_fails_alike(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchemaError, match="9999"):
        await migrate_apart(database_url)
    with pytest.raises(StoreDownError):
        await migrate_apart(f"sqlite:///{tmp_path}")
    for code, kind, told in ((DOWN, StoreDownError, "the disk is full"), (1, RuntimeError, "no such column")):
        said = subprocess.CompletedProcess([], code, stdout=told, stderr=told)
        monkeypatch.setattr(subprocess, "run", lambda *_, said=said, **__: said)
        with pytest.raises(kind, match=told):
            await migrate_apart(f"sqlite:///{tmp_path / 'empty.db'}")


async def _sqlite_columns(path: Path) -> dict[str, dict[str, bool]]:
    connection = sqlite3.connect(path)
    tables = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        table: {r[1]: bool(r[3]) or bool(r[5]) for r in connection.execute(f"PRAGMA table_info({table})")}
        for table in tables
        if not table.startswith("sqlite_")
    }
    connection.close()
    return found


async def test_the_schema_is_the_same_on_both(sqlite_template: Path, postgres_template: str) -> None:
    head, _, tail = postgres_template.partition("?")
    url = f"{head.rsplit('/', 1)[0]}/template_pingan" + (f"?{tail}" if tail else "")
    server = await asyncpg.connect(url)
    rows = await server.fetch(
        "SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public'"
    )
    await server.close()
    postgres: dict[str, dict[str, bool]] = {}
    for row in rows:
        postgres.setdefault(row["table_name"], {})[row["column_name"]] = row["is_nullable"] == "NO"
    sqlite = await _sqlite_columns(sqlite_template)
    # Full-text search is the one thing each has in its own way.
    assert set(postgres.pop("knowledge_words")) == set(sqlite["knowledge_words"])
    assert postgres == {name: columns for name, columns in sqlite.items() if not name.startswith("knowledge_words")}


# ── statements ─────────────────────────────────────────────────────────────
def test_every_statement_is_used_and_every_used_one_exists() -> None:
    code = "\n".join(path.read_text() for path in STORES.rglob("*.py") if "migrations" not in path.parts)
    used = set(re.findall(r'"([a-z]+_[a-z_]+)"', code))
    named = set(statements("sqlite"))
    assert named == set(statements("postgres"))
    assert sorted(named - used) == []
    called = set(re.findall(r'_tx\.(?:rows|one|many)\(\s*"(\w+)"', code))
    assert sorted(called - named) == []


@pytest.mark.parametrize("move", list(Move))
def test_each_move_is_one_compare_and_set_of_the_table(move: Move) -> None:
    """MOVES says what may follow what; the statement says the same."""
    sql = statements("sqlite")[_STATEMENT[move]].sql
    start, end = MOVES[move]
    states = re.findall(r"'([^']+)'", sql.partition("WHERE")[2])
    assert set(states) == set(start)
    assert re.search(rf"SET state = '{end}'", sql)
    assert "RETURNING *" in sql


def test_every_state_is_reached_and_only_by_a_move() -> None:
    assert {end for _, end in MOVES.values()} | {State.OPEN} == set(State)
    text = (SQL / "tickets.sql").read_text()
    assert len(re.findall(r"SET state", text)) == len(Move)


async def test_every_statement_is_understood_by_the_database(engine: Engine) -> None:
    """PostgreSQL prepares each; SQLite explains each."""
    if engine.dialect == "postgres":
        async with engine.write() as tx:
            for name, statement in statements("postgres").items():
                assert await tx._connection.prepare(statement.sql), name  # type: ignore[attr-defined]
        return
    async with engine.write() as tx:
        for name, statement in statements("sqlite").items():
            params = dict.fromkeys(re.findall(r":(\w+)", statement.sql))
            tx._connection.execute(f"EXPLAIN {statement.sql}", params), name  # type: ignore[attr-defined]


def test_connect_knows_both() -> None:
    assert connect("sqlite:///x.db").dialect == "sqlite"
    assert connect("postgresql://localhost/x").dialect == "postgres"
