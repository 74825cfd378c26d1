"""60 kills while 3,000 messages flow; and the usual bot under the same kills, to see that loss is seen."""

from pathlib import Path

import pytest

from tests.soak.kill import Plan, soak, soak_stock
from tests.soak.kit import say

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_killed_sixty_times(tmp_path: Path, database_url: str, mode: str) -> None:
    plan = Plan(kills=60, messages=3_000, mode=mode, drain_seconds=180)
    result = await soak(tmp_path, database_url, plan)
    say(f"{database_url.partition(':')[0]} {mode}, 60 kills: {result}")
    assert result.lost == 0, result
    assert result.doubled == 0, result
    assert result.without_receipt == 0, result
    assert result.copies <= result.in_flight, result
    assert result.traces == 0, result


async def test_the_usual_bot_loses(tmp_path: Path) -> None:
    wanted, lost = await soak_stock(tmp_path, Plan(kills=20, messages=1_000, drain_seconds=120))
    say(f"python-telegram-bot's own polling, 20 kills: {wanted} addressed, {lost} lost")
    assert lost > 0
