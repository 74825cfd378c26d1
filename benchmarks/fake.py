"""The tests' fake Bot API server as a process of its own, so that its CPU time is nobody's."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import cpus, pin


@contextmanager
def fake_telegram() -> Iterator[str]:
    """Its base URL."""
    command = [sys.executable, "-m", "tests.fake_telegram", "--open-chats", "--reads-all"]
    with running(command) as server:
        free = cpus()
        pin(free[0] if len(free) > 1 else None, server.pid)
        yield first_line(server)


@contextmanager
def running(command: list[str], environ: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended, and waited for, in the end."""
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def first_line(process: subprocess.Popen[str]) -> str:
    """What it says once it is ready."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
