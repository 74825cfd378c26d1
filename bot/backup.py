"""A consistent copy of a live SQLite database. The running bot neither stops nor waits for it."""

import os
import shlex
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

BUSY_S = 30.0
POLL_S = 0.1
SPARE = 16 * 1024 * 1024


class BackupError(Exception):
    """A sentence: why there is no backup, and what to do. Nothing half-made is left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    path: Path
    size: int  # bytes
    seconds: float


def backup_path(data_dir: Path, at: datetime) -> Path:
    """Where a backup goes unless told otherwise. `at` in the operator's own time."""
    return data_dir / "backups" / f"pingan-{at:%Y%m%d-%H%M%S}.db"


def pg_dump_command(url: str, target: Path) -> str:
    """What to run for PostgreSQL. The password is left out: pg_dump takes it from PGPASSWORD or ~/.pgpass."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    bare = urlunsplit(("postgresql", f"{user}{parts.hostname or 'localhost'}{port}", parts.path, "", ""))
    return f"pg_dump --format=custom --file={shlex.quote(str(target))} {shlex.quote(bare)}"


def backup(source: Path, target: Path, progress: Callable[[float], None] = lambda done: None) -> Backup:
    """Copy `source` as it is at one moment to `target` (readable by its owner only) and check the copy.

    `progress` is told 0 to 1. Raises BackupError, also if `target` exists.
    """
    started = time.monotonic()
    if not source.is_file():
        raise BackupError(f"还没有数据库 {source}，没有什么可备份的。先运行 pingan run 或 pingan import。")
    if target.exists():
        raise BackupError(f"{target} 已经存在，不会覆盖它。换个文件名，或先把它移走。")
    part = target.with_name(f"{target.name}.part")
    try:
        _prepare(source, target, part)
        try:
            _watched(source, part, progress)
            _check(part)
            _finish(part, target)
        finally:
            part.unlink(missing_ok=True)
    except sqlite3.Error as error:
        raise BackupError(f"备份没有成功：{error}。原来的数据库没有受影响，可以再试一次。") from error
    except OSError as error:
        raise BackupError(f"写不了备份 {target}：{error.strerror}。检查目录权限和磁盘空间。") from error
    progress(1.0)
    return Backup(path=target, size=target.stat().st_size, seconds=time.monotonic() - started)


def _prepare(source: Path, target: Path, part: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    free, needed = shutil.disk_usage(target.parent).free, _size(source) + SPARE
    if free < needed:
        raise BackupError(
            f"磁盘空间不够：要 {needed // 2**20} MB，{target.parent} 只剩 {free // 2**20} MB。请清理或换个盘。"
        )
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # VACUUM INTO accepts an empty file


def _size(source: Path) -> int:
    wal = source.with_name(f"{source.name}-wal")
    return source.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


def _watched(source: Path, part: Path, progress: Callable[[float], None]) -> None:
    """The copy on a thread of its own; here we look how far it has come. Ctrl-C stops it at once."""
    failed: list[sqlite3.Error] = []
    # Not query_only: SQLite then refuses VACUUM INTO, although it only reads this file.
    with closing(sqlite3.connect(source, timeout=BUSY_S, isolation_level=None, check_same_thread=False)) as connection:

        def copy() -> None:
            try:
                connection.execute("VACUUM INTO ?", (str(part),))
            except sqlite3.Error as error:
                failed.append(error)

        worker = threading.Thread(target=copy, name="backup")
        whole = max(_size(source), 1)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(POLL_S)
                progress(min(part.stat().st_size / whole, 0.99))
        finally:
            connection.interrupt()
            worker.join()
    if failed:
        raise failed[0]


def _check(part: Path) -> None:
    with closing(sqlite3.connect(part)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        tables = connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
    if found != "ok" or not tables:
        raise BackupError(f"备份的副本没有通过检查（{found}）。磁盘可能有问题，请先运行 pingan doctor。")


def _finish(part: Path, target: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if target.exists():
        raise BackupError(f"{target} 已经存在，不会覆盖它。换个文件名，或先把它移走。")
    part.rename(target)
