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
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        free = cpus()
        pin(free[0] if len(free) > 1 else None, server.pid)
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(10)
