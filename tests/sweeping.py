"""A stage for thousands of small takes: an event happens, all it changed and said is looked at, and it is undone."""

import itertools
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from handlers.kit.access import is_staff
from storage.engine.named import statements
from storage.engine.sqlite import SqliteTx
from storage.model.messages import Content, Inbound, InboundKind, OutKind
from storage.model.people import PersonRole
from tests.harness import PLATFORM, HeldClock, Someone, World
from tests.two_sides import kf

OWN_BOOKS = ("inbox", "outbox", "slot", "lease", "alembic_version")
"""Tables of the machinery: what is said is looked at by itself, the rest no person can change."""


class OneTake:
    """An engine whose transactions are savepoints of one transaction that never ends: nothing is ever kept."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._named = statements("sqlite")
        self.connection: sqlite3.Connection

    async def open(self) -> None:
        self.connection = sqlite3.connect(self._path, isolation_level=None, cached_statements=512)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA foreign_keys=ON")
        _watch(self.connection)
        self.connection.execute("BEGIN")

    async def close(self) -> None:
        self.connection.rollback()
        self.connection.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqliteTx]:
        tx = SqliteTx(self.connection, self._named)
        async with tx.savepoint():
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqliteTx]:
        yield SqliteTx(self.connection, self._named)


def _watch(connection: sqlite3.Connection) -> None:
    """Every row that is added, removed or really changed is written down."""
    connection.execute("CREATE TEMP TABLE changed (name TEXT, old TEXT, new TEXT)")
    tables = [r[0] for r in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
    for table in tables:
        if table in OWN_BOOKS or table.startswith("sqlite_") or "knowledge_words" in table:
            continue
        columns = [r[1] for r in connection.execute(f"PRAGMA table_info({table})") if r[2].upper() != "BLOB"]
        differs = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in columns)
        old, new = (_json(side, columns) for side in ("OLD", "NEW"))
        for event, condition, values in (
            ("INSERT", "", f"NULL, {new}"),
            ("UPDATE", f"WHEN {differs}", f"{old}, {new}"),
            ("DELETE", "", f"{old}, NULL"),
        ):
            connection.execute(
                f"CREATE TEMP TRIGGER watch_{table}_{event.lower()} AFTER {event} ON main.{table} {condition} "
                f"BEGIN INSERT INTO changed VALUES ('{table}', {values}); END"
            )


def _json(side: str, columns: list[str]) -> str:
    return "json_object(" + ", ".join(f"'{c}', {side}.{c}" for c in columns) + ")"


@dataclass(frozen=True)
class Change:
    table: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None

    def __getitem__(self, column: str) -> Any:
        return (self.old or self.new or {}).get(column)

    @property
    def registers(self) -> bool:
        """Unknown people and groups are registered as they come."""
        return self.table == "identity" or (self.old is None and self.table in ("person", "member", "chat_group"))

    @property
    def ticket(self) -> int | None:
        """The ticket it is about."""
        found: int | None = self["id"] if self.table == "ticket" else self["ticket_id"]
        return found

    def __str__(self) -> str:
        if self.old and self.new:
            parts = [f"{k}: {self.old[k]!r} → {self.new[k]!r}" for k in self.old if self.old[k] != self.new[k]]
            return f"{self.table} {self.old.get('id', '')} {', '.join(parts)}"
        return f"{self.table} {'-' if self.old else '+'} {self.old or self.new}"


@dataclass(frozen=True)
class Said:
    """A row of the outbox."""

    chat: str
    kind: OutKind
    role: str
    text: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Take:
    """What one event led to."""

    event: Inbound
    outcome: str  # "" if it was handled or refused in a sentence, else what went wrong
    changes: list[Change]
    said: list[Said]

    @property
    def here(self) -> list[Said]:
        """New messages and answers in the chat where it happened."""
        where = self.event.chat.address.chat_id
        return [s for s in self.said if s.chat == where and s.kind is not OutKind.EDIT]

    def __str__(self) -> str:
        event = self.event
        what = event.button or event.text
        lines = [f"{event.sender.name} in {event.chat.address.chat_id}: {what!r} {self.outcome}"]
        lines += [f"  * {change}" for change in self.changes]
        lines += [f"  > {s.chat} {s.kind} {s.text!r} {s.actions}" for s in self.said]
        return "\n".join(lines)


@dataclass
class Offered:
    """A button people were shown: where, on which message, and (user ids) whose matter it is or who had written."""

    action: str
    chat: str
    ref: str
    about: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.action.partition(":")[0]


CONSEQUENCES = ("job", "conversation", "knowledge_miss")
"""Tables anybody may add a line to: what is done later, what was asked, what nobody could answer."""


class Stage(World):
    """A world on a file that another world has written. `take`: one event, looked at and undone."""

    def __init__(self, path: Path, clock: HeldClock, station_id: int) -> None:
        super().__init__(f"sqlite:///{path}", clock, more=[kf()])
        self.engine = OneTake(path)
        self.station_id = station_id
        self._events = itertools.count(1_000_000)

    @property
    def _connection(self) -> sqlite3.Connection:
        assert isinstance(self.engine, OneTake)
        return self.engine.connection

    async def open(self) -> None:
        await self.engine.open()
        await self._boot()
        self.newest: int = self.rows("SELECT MAX(id) AS id FROM ticket")[0]["id"]

    async def settle(self) -> None:
        while await self.core.dispatcher.step():
            pass

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(sql, parameters)]

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """Whatever happens inside has never happened."""
        self._connection.execute("SAVEPOINT take")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK TO take")
            self._connection.execute("RELEASE take")

    async def happened(self, event: Inbound, *, restart: bool = False) -> Take:
        """Let it happen, and stay so until the surrounding `undone` ends. `restart`: heard before, handled after it."""
        self._connection.execute("DELETE FROM changed")
        last = self.rows("SELECT COALESCE(MAX(id), 0) AS id FROM outbox")[0]["id"]
        await self.happens(event, settle=not restart)
        if restart:
            await self._boot()
            await self.settle()
        rows = self.rows("SELECT state, attempts, error FROM inbox WHERE event_id = ?", event.event_id)
        ok = all(row["state"] == "done" and not row["attempts"] and not row["error"] for row in rows)
        changes = [
            Change(row["name"], *(msgspec.json.decode(row[side]) if row[side] else None for side in ("old", "new")))
            for row in self.rows("SELECT name, old, new FROM changed")
        ]
        out = self.rows("SELECT chat_id, kind, role, content FROM outbox WHERE id > ? ORDER BY id", last)
        return Take(event, "" if ok else str(rows), changes, [_said(row) for row in out])

    async def take(self, event: Inbound) -> Take:
        async with self.undone():
            return await self.happened(event)

    def station_of(self, change: Change) -> int | None:
        """Whose matter was changed; None if it is no station's."""
        if change["station_id"] is not None or change.ticket is None:
            found: int | None = change["id"] if change.table == "station" else change["station_id"]
            return found
        rows = self.rows("SELECT station_id FROM ticket WHERE id = ?", change.ticket)
        return rows[0]["station_id"] if rows else None

    def touched(self, take: Take, person: str) -> list[Change]:
        """What is neither a new matter nor one this person has told themselves."""
        own = self.own_tickets(person)
        return [c for c in take.changes if not c.registers and not self._new(c) and c.ticket not in own]

    def _new(self, change: Change) -> bool:
        if change.table in CONSEQUENCES:
            return True
        if change.table == "station":  # the next number of a ticket
            return change.old is not None and change.old | {"last_number": 0} == (change.new or {}) | {"last_number": 0}
        if change.ticket is None:  # an answered question
            return change.table == "entry" and change.old is None
        return change.ticket > self.newest

    def _person_id(self, user_id: str) -> int:
        rows = self.rows("SELECT person_id FROM identity WHERE user_id = ?", user_id)
        return rows[0]["person_id"] if rows else 0

    def works_here(self, user_id: str) -> bool:
        """Is staff of the first station."""
        sql = "SELECT role FROM member WHERE person_id = ? AND station_id = ?"
        rows = self.rows(sql, self._person_id(user_id), self.station_id)
        return any(is_staff(PersonRole(row["role"])) for row in rows)

    def own_tickets(self, user_id: str) -> set[int]:
        return {r["id"] for r in self.rows("SELECT id FROM ticket WHERE reporter_id = ?", self._person_id(user_id))}

    def told_by(self, user_id: str) -> str:
        """Everything this person has told."""
        rows = self.rows("SELECT text FROM ticket WHERE reporter_id = ?", self._person_id(user_id))
        return "\n".join(row["text"] for row in rows)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The word each matter can be recognised by."""
        rows = self.rows("SELECT text FROM ticket")
        return tuple(dict.fromkeys(mark for row in rows for mark in re.findall("暗语.", row["text"])))

    def press(self, who: Someone, button: Offered) -> Inbound:
        """A press where it was shown, or a forged one in the own chat with the bot."""
        chat = button.chat if self.platform.is_group(button.chat) else who.private
        event = self.message(who, "", chat)
        pressed = InboundKind.BUTTON
        callback = f"cb{event.event_id}"
        return replace(event, kind=pressed, button=button.action, callback_id=callback, message_id=button.ref)

    def offered(self) -> list[Offered]:
        """Every button that was ever shown on the first platform, once per chat."""
        found: dict[tuple[str, str], Offered] = {}
        for row in self.rows("SELECT * FROM outbox WHERE platform = ? ORDER BY id", PLATFORM):
            ref = row["message_ref"] or ""
            if not ref and row["target"]:
                first = self.rows("SELECT message_ref FROM outbox WHERE key = ?", row["target"])
                ref = first[0]["message_ref"] or "" if first else ""
            for action in _said(row).actions:
                found[action, row["chat_id"]] = Offered(action, row["chat_id"], ref, self._about(row))
        return list(found.values())

    def person(self, user_id: str) -> Someone:
        """Anybody, known to the scene or not."""
        sql = "SELECT name FROM person JOIN identity ON person.id = person_id WHERE user_id = ?"
        rows = self.rows(sql, user_id)
        return Someone(self, user_id, rows[0]["name"] if rows else "陌生人")

    def _about(self, row: dict[str, Any]) -> tuple[str, ...]:
        told = "SELECT user_id FROM identity JOIN ticket ON person_id = reporter_id WHERE ticket.id = ?"
        wrote = "SELECT json_extract(body, '$.sender.user_id') AS user_id FROM inbox WHERE id = ?"
        found = [*self.rows(told, row["ticket_id"]), *self.rows(wrote, row["inbox_id"])]
        return tuple(dict.fromkeys(r["user_id"] for r in found))


def _said(row: dict[str, Any]) -> Said:
    content = msgspec.json.decode(row["content"], type=Content)
    actions = tuple(button.action for line in content.buttons for button in line)
    return Said(row["chat_id"], OutKind(row["kind"]), row["role"], content.text, actions)
