"""10,000 damaged updates: none raises anything of its own, none stops the next."""

import json
import random
from typing import Any

from bot.adapters.base import UnreadableError
from bot.adapters.telegram.parse import parse_update
from bot.adapters.telegram.prefilter import Prefilter
from tests.adapters.telegram_kit import NAMES, US, hearing, recorded

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 2**40, 2**63, 2**64, 10**400, "", "x" * 5_000, "\x00", "😀", "@民警", [], [[]], [None],
    {}, {"id": 1}, {"a": {"b": {}}}, -(10**18), "\u202e", "9" * 40,
)  # fmt: skip


def damage_value(node: Any, chance: random.Random) -> Any:
    """One value somewhere in the tree is replaced, removed or doubled."""
    if isinstance(node, dict) and node and chance.random() < 0.85:
        key = chance.choice(sorted(node))
        if chance.random() < 0.1:
            return {k: v for k, v in node.items() if k != key}
        return {**node, key: damage_value(node[key], chance)}
    if isinstance(node, list) and node and chance.random() < 0.85:
        spot = chance.randrange(len(node))
        return [*node[:spot], damage_value(node[spot], chance), *node[spot:]]
    return chance.choice(ODD)


def damage_bytes(body: bytes, chance: random.Random) -> bytes:
    """Cut, flip, insert or repeat a few bytes."""
    start, end = sorted(chance.randrange(len(body)) for _ in range(2))
    how = chance.randrange(4)
    if how == 0:
        return body[:start]
    if how == 1:
        return body[:start] + bytes([body[start] ^ (1 << chance.randrange(8))]) + body[start + 1 :]
    if how == 2:
        return body[:start] + chance.randbytes(chance.randrange(1, 9)) + body[start:]
    return body[:end] + body[start:]


def mutations(count: int) -> list[bytes]:
    chance = random.Random(20_261_101)
    bodies = []
    for _ in range(count):
        update = json.loads(recorded(chance.choice(NAMES)))
        if chance.random() < 0.6:
            for _ in range(chance.randrange(1, 4)):
                update = damage_value(update, chance)
            bodies.append(json.dumps(update, ensure_ascii=chance.random() < 0.5).encode())
        else:
            bodies.append(damage_bytes(json.dumps(update).encode(), chance))
    return bodies


def test_ten_thousand_damaged_updates() -> None:
    prefilter = Prefilter(US, hearing())
    fate = {"ignored": 0, "parked at the door": 0, "parked by the parser": 0, "understood": 0}
    for body in mutations(10_000):
        envelope = prefilter(body)
        try:
            inbound = parse_update(body, US)
        except UnreadableError:
            inbound = None
            if envelope is not None and not envelope.unreadable:
                fate["parked by the parser"] += 1
        else:
            # What the parser understands, the glance must understand as well: it reads less.
            assert envelope is None or not envelope.unreadable
            if inbound is not None:
                repr(inbound).encode()  # storable: no lone surrogates
                assert "\x00" not in inbound.text + inbound.sender.name + inbound.button
        if envelope is None:
            fate["ignored"] += 1
        elif envelope.unreadable:
            fate["parked at the door"] += 1
        elif inbound is not None:
            fate["understood"] += 1
    assert min(fate.values()) > 100, fate  # the damage reaches every kind of fate


def test_the_next_update_is_still_heard() -> None:
    prefilter, good = Prefilter(US, hearing()), recorded("group_mention_after_emoji")
    for body in mutations(200):
        prefilter(body)
        envelope = prefilter(good)
        assert envelope is not None
        assert not envelope.unreadable
