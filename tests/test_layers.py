"""Where a line lives: import-linter's contracts hold, and the three packages installed are ours."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_the_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.fail("import-linter is not installed beside this Python")
    done = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", ["bot", "handlers", "storage"])
def test_nobody_else_ships_our_packages(package: str) -> None:
    """Another wheel with a `handlers/` would silently overwrite ours."""
    try:
        distribution("pingan-bot")
    except PackageNotFoundError:
        pytest.skip("pingan-bot is not installed here")
    assert set(packages_distributions().get(package, ["pingan-bot"])) == {"pingan-bot"}


def test_no_file_outgrows_a_reader() -> None:
    code = [p for folder in ("bot", "handlers", "storage", "tests") for p in (ROOT / folder).rglob("*.py")]
    long = {str(p.relative_to(ROOT)): n for p in code if (n := len(p.read_text().splitlines())) > 400}
    long = {name: n for name, n in long.items() if not name.startswith("tests/")}
    assert long == {}
