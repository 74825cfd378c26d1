"""A sample of the sweep on both databases, with the courier and the jobs: what is pressed and typed is all handled."""

import pytest

from storage.model.messages import Button
from storage.unit import Unit
from tests.harness import Someone, World
from tests.living import neighbours
from tests.stories import MATTER, claimed

WORDS = (
    "接单 1",
    "办结 1 已处理",
    "转派 1 李强",
    "挂起 1 等物业",
    "备注 1 \u202e😀",
    "登记 \ufffd",
    "排班",
    "统计 十三月",
)
ACTIONS = (
    "claim:1",
    "finding:1.0",
    "pauseto:1.99",
    "give:1.1",
    "takeover:1",
    "swap_take:999999999999999",
    "bl:1:999999",
)


def everybody(world: World, stranger: Someone) -> list[Someone]:
    return [world.wang, world.sun, world.boss, world.admin, world.chen, world.liu, stranger]


@pytest.mark.parametrize("kind", ["words", "presses"])
async def test_nothing_is_left_unhandled(world: World, kind: str) -> None:
    stranger = await neighbours(world)
    await claimed(world)
    card = world.card(1, world.wang.private)
    for who in everybody(world, stranger):
        for what in WORDS if kind == "words" else ACTIONS:
            if kind == "words":
                await who.tells(what)
            else:
                await who.presses_old(card, Button(label="x", action=what), who.private)
    async with world.engine.read() as tx:
        assert await Unit(tx).inbox.counts() == {}
    theirs = [s.text for s in (*stranger.inbox, *world.chat("g8"))]
    assert not any(MATTER in text for text in theirs)
