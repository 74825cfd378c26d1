"""Understanding is light: what residents report needs no word library, no NumPy, no scikit-learn in memory."""

import shutil
import subprocess
import sys
from pathlib import Path

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
