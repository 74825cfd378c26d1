"""The program as people start it: real processes, real signals."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.cli.serving import _stop_on_signals
from bot.instance import AlreadyRunningError, holder, only_one

START_S = 30.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(f"server:\n  port: {free_port()}\n", encoding="utf-8")
    return tmp_path


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PINGAN_", "TELEGRAM_"))}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def start(home: Path, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *args],
        cwd=home,
        env=environment() | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def finish(home: Path, *args: str) -> tuple[int, str, str]:
    process = start(home, *args)
    out, err = process.communicate(timeout=START_S)
    return process.returncode, out, err


@contextmanager
def running(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A bot that answers on its port."""
    port = (home / "config.yaml").read_text(encoding="utf-8").rsplit(":", 1)[1].strip()
    process = start(home, "run")
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                    assert answer.status == 200
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_greets_serves_and_stops_cleanly(home: Path, sign: signal.Signals) -> None:
    with running(home) as process:
        process.send_signal(sign)
        out, err = process.communicate(timeout=15)
    assert process.returncode == 0, err
    assert "打开 http://127.0.0.1:" in out
    assert out.endswith("已停止。收到的消息都保存好了，下次启动接着办。\n")
    assert "Traceback" not in err


def test_a_signal_during_the_start_stops_it_once() -> None:
    async def starting() -> str:
        stopped = _stop_on_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.sleep(START_S)
        except asyncio.CancelledError:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.05)  # closing what was opened is not cut short
            return "stopped" if stopped.is_set() else "cancelled"
        return "slept"

    with asyncio.Runner() as runner:
        assert runner.run(starting()) == "stopped"


def test_a_second_one_on_the_same_database_refuses_until_the_first_is_killed(home: Path) -> None:
    with running(home) as first:
        code, _, err = finish(home, "run")
        assert code == 1
        assert f"已经有一个平安在使用 data/pingan.db（进程号 {first.pid}）" in err
        assert holder("sqlite:///data/pingan.db", home) == first.pid
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert holder("sqlite:///data/pingan.db", home) is None
    with running(home):
        pass


def test_commands_work_beside_the_running_bot(home: Path) -> None:
    with running(home) as process:
        finish(home, "init")
        code, out, err = finish(home, "import", "station.yaml")
        assert (code, err) == (0, "")
        assert "没有变化" in out  # the sample was loaded at the start
        code, out, _ = finish(home, "backup", "--to", "copy.db")
        assert code == 0
        code, out, _ = finish(home, "doctor")
        assert code == 0, out
        assert f"正在运行（进程号 {process.pid}）" in out
        assert process.poll() is None
    with closing(sqlite3.connect(home / "copy.db")) as connection:
        assert connection.execute("SELECT name FROM station").fetchall() == [("东湾派出所",)]


def test_a_taken_port_says_what_to_do(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        (home / "config.yaml").write_text(f"server: {{port: {taken.getsockname()[1]}}}", encoding="utf-8")
        code, _, err = finish(home, "run")
    assert code == 1
    assert "PINGAN_SERVER__PORT=" in err
    assert "Traceback" not in err


def test_help_is_quick(home: Path) -> None:
    """CPU seconds, so that a busy machine does not matter; and nothing heavy was imported."""
    code = (
        "import sys; sys.argv = ['pingan', '--help']\n"
        "from bot.cli import main\n"
        "try: main()\n"
        "finally: print(sorted(sys.modules))"
    )
    before = os.times()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    after = os.times()
    modules = done.stdout.rsplit("[", 1)[1]
    for heavy in ("pydantic", "aiohttp", "sqlalchemy", "starlette", "asyncpg", "structlog", "apscheduler"):
        assert f"'{heavy}'" not in modules
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1.5


def test_the_installed_script_is_there(home: Path) -> None:
    script = Path(sys.executable).parent / "pingan"
    done = subprocess.run([script, "version"], cwd=home, capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout.startswith("平安 ")


# ── the lock ───────────────────────────────────────────────────────────────
def test_the_lock_within_one_process(tmp_path: Path) -> None:
    url = "sqlite:///data/x.db"
    assert holder(url, tmp_path) is None
    with only_one(url, tmp_path):
        assert holder(url, tmp_path) == os.getpid()
        with pytest.raises(AlreadyRunningError) as caught, only_one(url, tmp_path):
            pass
        assert caught.value.pid == os.getpid()
    assert holder(url, tmp_path) is None
    with only_one(url, tmp_path):
        pass


def test_postgresql_takes_several(tmp_path: Path) -> None:
    with only_one("postgresql://h/d", tmp_path), only_one("postgresql://h/d", tmp_path):
        assert list(tmp_path.iterdir()) == []
