"""kill -9 at random moments: nothing lost, no ticket twice. The long version is tests/soak/test_kill.py."""

from pathlib import Path

import pytest

from tests.soak.broadcast import soak_broadcast
from tests.soak.kill import Plan, soak


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_killed_six_times(tmp_path: Path, database_url: str, mode: str) -> None:
    result = await soak(tmp_path, database_url, Plan(kills=6, messages=300, mode=mode))
    assert result.lost == 0, result
    assert result.doubled == 0, result
    assert result.without_receipt == 0, result
    assert result.copies <= result.in_flight, result
    assert result.traces == 0, result


async def test_killed_during_a_broadcast(tmp_path: Path, database_url: str) -> None:
    result = await soak_broadcast(tmp_path, database_url, groups=200, kills=2)
    assert result.twice == 0, result
    assert result.missed == 0, result
    assert result.uncertain <= result.in_flight, result
