"""One running bot per SQLite database: a locked file beside it. The lock dies with its process, even by kill -9."""

import os
import random
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SQLITE = "sqlite:///"
TRIES, PAUSE_S = 4, 0.1  # somebody who only looks (doctor) holds the lock for a moment


class AlreadyRunningError(Exception):
    """Another process serves this database. The message says what to do; `pid` is 0 if it is not known."""

    def __init__(self, database: Path, pid: int) -> None:
        self.pid = pid
        who = f"（进程号 {pid}）" if pid else ""
        super().__init__(
            f"已经有一个平安在使用 {database}{who}。先停掉它（在它的窗口按 Ctrl-C），或给这一个换一个 database.url。"
        )


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _alive(pid: int) -> bool:
        return True  # nobody can be asked without harm
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _alive(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True  # somebody else's
        return True


def sqlite_path(url: str, base: Path = Path()) -> Path | None:
    """The file of a sqlite:/// URL; None for another database."""
    return base / url.removeprefix(SQLITE) if url.startswith(SQLITE) else None


def process_name() -> str:
    """Who we are in leases: unique per start."""
    return f"{socket.gethostname()}:{os.getpid()}:{random.getrandbits(32):08x}"


def gone(name: str) -> bool:
    """Was that (by `process_name`) an earlier process of this machine, which runs no more? False where in doubt."""
    host, _, pid = name.rpartition(":")[0].rpartition(":")
    return host == socket.gethostname() and pid.isdecimal() and (int(pid) == os.getpid() or not _alive(int(pid)))


@contextmanager
def only_one(url: str, base: Path = Path()) -> Iterator[None]:
    """Hold the database of `url` for this process. Raises AlreadyRunningError. PostgreSQL needs no such thing."""
    path = sqlite_path(url, base)
    if path is None:
        yield
        return
    own_folder(path)
    descriptor = os.open(lock_path(path), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _insist(descriptor, path)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def holder(url: str, base: Path = Path()) -> int | None:
    """The process that serves the database now: its id (0 if unknown), or None if nobody does."""
    path = sqlite_path(url, base)
    if path is None or not lock_path(path).exists():
        return None
    descriptor = os.open(lock_path(path), os.O_RDWR)
    try:
        _take(descriptor)
    except OSError:
        return _pid(descriptor)
    finally:
        os.close(descriptor)
    return None


def own_folder(database: Path) -> None:
    """Make the database's directory, if need be, for its owner's eyes only: people's reports will lie in it."""
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def lock_path(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")


def _insist(descriptor: int, path: Path) -> None:
    for left in reversed(range(TRIES)):
        try:
            _take(descriptor)
        except OSError:
            if not left:
                raise AlreadyRunningError(path, _pid(descriptor)) from None
            time.sleep(PAUSE_S)
        else:
            return


def _pid(descriptor: int) -> int:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        text = os.read(descriptor, 20).decode("ascii", "replace").strip()
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0
