"""A backup is whole, private, and made while the bot writes."""

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import backup as module
from bot.backup import BackupError, backup, backup_path, pg_dump_command


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Path]:
    """A database in WAL mode with an open connection, as under a running bot."""
    path = tmp_path / "pingan.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE pair (a INTEGER, b INTEGER, pad TEXT)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO pair VALUES (?, ?, ?)", ((n, n, "x" * 400) for n in range(20_000)))
        connection.execute("COMMIT")
        yield path


def rows(path: Path, question: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(question).fetchone()[0])


def test_a_live_database_is_copied_at_one_moment(live: Path, tmp_path: Path) -> None:
    """Every transaction adds a row and its twin: a copy with one of them only would be torn."""
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(live, isolation_level=None, timeout=10)) as connection:
            number = 0
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO pair VALUES (?, 0, '')", (10**6 + number,))
                connection.execute("INSERT INTO pair VALUES (0, ?, '')", (10**6 + number,))
                connection.execute("COMMIT")
                number += 1
            written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[float] = []
    try:
        made = backup(live, tmp_path / "copies" / "one.db", seen.append)
    finally:
        stop.set()
        writer.join()
    assert made.size == made.path.stat().st_size
    assert rows(made.path, "SELECT COUNT(*) FROM pair WHERE a < 20000 AND b < 20000") == 20_000
    assert rows(made.path, "SELECT COUNT(*) FROM pair WHERE a >= 1000000") == rows(
        made.path, "SELECT COUNT(*) FROM pair WHERE b >= 1000000"
    )
    assert written[0] > 0
    assert rows(live, "SELECT COUNT(*) FROM pair WHERE a >= 1000000") == written[0]
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_only_its_owner_may_read_it(live: Path, tmp_path: Path) -> None:
    made = backup(live, tmp_path / "copies" / "one.db")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    assert os.listdir(made.path.parent) == ["one.db"]


def test_nothing_is_overwritten(live: Path, tmp_path: Path) -> None:
    target = tmp_path / "one.db"
    target.write_text("precious")
    with pytest.raises(BackupError, match="已经存在"):
        backup(live, target)
    assert target.read_text() == "precious"


def test_there_must_be_a_database(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="还没有数据库"):
        backup(tmp_path / "none.db", tmp_path / "one.db")


def test_a_full_disk_is_told_before_it_is_tried(live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(BackupError, match="空间不够"):
        backup(live, tmp_path / "one.db")


def test_what_is_no_database_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "broken.db"
    source.write_bytes(b"not a database" * 1000)
    with pytest.raises(BackupError, match="没有成功"):
        backup(source, tmp_path / "copies" / "one.db")
    assert os.listdir(tmp_path / "copies") == []


def test_a_copy_that_fails_its_check_is_no_backup(live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(part: Path) -> None:
        data = bytearray(part.read_bytes())
        data[5000:60000] = b"\xff" * 55000
        part.write_bytes(data)
        check(part)

    check = module._check
    monkeypatch.setattr(module, "_check", torn)
    with pytest.raises(BackupError):
        backup(live, tmp_path / "copies" / "one.db")
    assert os.listdir(tmp_path / "copies") == []


def test_an_unwritable_place(live: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackupError, match="写不了备份"):
        backup(live, tmp_path / "file" / "one.db")


def test_names_and_commands() -> None:
    at = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
    assert backup_path(Path("data"), at) == Path("data/backups/pingan-20261120-030405.db")
    command = pg_dump_command("postgresql://wang:geheim@10.0.0.5:5433/pingan?x=1", Path("a b.dump"))
    assert command == "pg_dump --format=custom --file='a b.dump' postgresql://wang@10.0.0.5:5433/pingan"
