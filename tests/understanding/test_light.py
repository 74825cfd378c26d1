"""Understanding is light: what residents report needs no word library, no NumPy, no scikit-learn in memory."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from handlers.understanding import Understanding, understand
from tests.harness import World
from tests.stories import on_sqlite

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("jieba", "rjieba", "numpy", "sklearn", "scipy")
REPORTS = 200

SCRIPT = f"""
import asyncio, sys
from pathlib import Path
from bot.training.corpus import read_folder
from tests.harness import World

async def main(url):
    messages = [e for e in read_folder(Path("corpus/heldout")) if e.labels.is_request]
    world = World(url)
    await world.open()
    for example in messages[:: len(messages) // {REPORTS}][:{REPORTS}]:
        world.clock.advance(minutes=10)
        await world.chen.says(f"@民警 {{example.text}}")
    print(await world.tickets(), *(name for name in {HEAVY} if name in sys.modules))
    await world.close()

asyncio.run(main(sys.argv[1]))
"""


def test_two_hundred_reports_load_nothing_heavy(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "pingan.db")
    command = [sys.executable, "-c", SCRIPT, f"sqlite:///{tmp_path / 'pingan.db'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    tickets, *heavy = done.stdout.split()
    assert heavy == []
    assert int(tickets) > REPORTS // 2  # the rest were questions, answered without one


@on_sqlite
@pytest.mark.parametrize(
    "text", ["5栋楼上往下扔酒瓶", "有人推荐股票稳赚不赔，是不是骗子", "身份证丢了怎么补办", "谢谢"]
)
async def test_a_message_is_read_once(world: World, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()

    def counted(text: str, **more: Any) -> Understanding:
        read[text] += 1
        return understand(text, **more)

    monkeypatch.setattr("handlers.kit.heard.understand", counted)
    await world.chen.says(f"@民警 {text}")
    assert read[text] == 1
    assert set(read.values()) == {1}  # the suspicious part of a question is looked at by itself
