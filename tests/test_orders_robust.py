"""Whatever officers type is answered and breaks nothing; residents pay nothing for it."""

import random

import pytest

from handlers.kit import texts
from storage.stores.life import Held
from tests.harness import World
from tests.ordering import held, numbered
from tests.phrases_kit import rows
from tests.stories import on_sqlite

KNOWN = [row.text for name in ("dev.jsonl", "dev_b.jsonl", "dev_c.jsonl") for row in rows(name)]
ALPHABET = "12345 ，。我来去接办结转给李强小王挂起等到了谁吗不没明天班号单楼点个№§@退回误报支援备注"


def failures(world: World) -> float:
    handled = world.core.metrics.handled
    return float(sum(handled.labels(outcome=outcome)._value.get() for outcome in ("retry", "parked")))


def some_lines(seed: int) -> list[str]:
    """Lines people wrote, and characters in no order at all."""
    dice = random.Random(seed)
    lines = dice.sample(KNOWN, 90)
    return lines + ["".join(dice.choices(ALPHABET, k=dice.randint(1, 30))) for _ in range(60)]


@on_sqlite
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("where", ["private", "card", "group"])
async def test_any_line_is_survived(world: World, seed: int, where: str) -> None:
    await held(world, 12, 13)
    card = world.card(12, "p:wang").ref
    for line in some_lines(seed):
        seen = len(world.wang.inbox)
        if where == "group":
            await world.wang.says(line, to="g9")
            continue
        await world.wang.tells(line, **({"reply_to": card} if where == "card" else {}))
        assert len(world.wang.inbox) > seen, line
    assert failures(world) == 0
    assert not any(texts.TROUBLE[:8] in shown.text for chat in world.platform.chats.values() for shown in chat)


@on_sqlite
async def test_residents_pay_no_query(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await numbered(world, 12)

    async def never(*_: object) -> None:
        raise AssertionError("asked for a resident")

    monkeypatch.setattr(Held, "at_hand", never)
    await world.chen.says("@民警 12我来", to="g1")
    await world.liu.tells("12我来")
    await world.liu.tells("12 办结 已警告当事人")
    await world.zhao.says("@民警 12我来", to="g1")
    assert failures(world) == 0
    await world.zhao.tells("12我来")
    assert failures(world) > 0, "and it would have been seen"
