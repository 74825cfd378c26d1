"""The broadcast promise, on both databases."""

from pathlib import Path

import pytest

from tests.soak.broadcast import soak_broadcast
from tests.soak.kit import say

pytestmark = pytest.mark.soak


async def test_killed_during_a_broadcast(tmp_path: Path, database_url: str) -> None:
    result = await soak_broadcast(tmp_path, database_url, groups=400, kills=6)
    say(f"{database_url.partition(':')[0]}, broadcast, 6 kills: {result}")
    assert result.twice == 0, result
    assert result.missed == 0, result
    assert result.uncertain <= result.in_flight, result
    assert result.uncertain > 0, result
