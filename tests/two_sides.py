"""A world on two platforms: officers where World has them, residents on a channel that can do little (微信客服)."""

import re
from dataclasses import replace

from bot.adapters.base import Capabilities, Edits
from storage.model.people import Identity
from storage.unit import Unit
from tests.harness import GENEROUS, PLATFORM, FakePlatform, Someone, World

KF = "wecom_kf"
LITTLE = Capabilities(
    buttons=False,
    editing=Edits.NEVER,
    answers_presses=False,
    hears_mentions=False,
    replies=False,
    limits=replace(GENEROUS, per_turn=5),
)
_CODE = re.compile(r"\b(\d{6})\b")


def kf() -> FakePlatform:
    return FakePlatform(name=KF, bot="kf", capabilities=LITTLE)


def two_sides(url: str) -> World:
    """Not open yet."""
    return World(url, more=[kf()])


def on_kf(world: World, user_id: str, name: str) -> Someone:
    return Someone(world, user_id, name, platform=KF)


async def code_of(who: Someone) -> str:
    """Ask for a code, and read it."""
    await who.tells("绑定账号")
    found = _CODE.search(who.inbox[-1].text)
    assert found is not None, who.inbox[-1].text
    return found[1]


async def link(owner: Someone, other: Someone, answer: str = "1") -> None:
    """`other` (on 微信客服) becomes `owner`; without an answer, is only asked whether to."""
    await other.tells(await code_of(owner))
    if answer:
        await other.tells(answer)


async def person(world: World, who: Someone) -> int | None:
    """Which person an account is; None if we never heard of it."""
    async with world.engine.read() as tx:
        known = await Unit(tx).people.by_identity(who.platform, who.user_id)
    return known.person.id if known else None


async def identities(world: World, person_id: int) -> list[Identity]:
    async with world.engine.read() as tx:
        return list(await Unit(tx).people.identities(person_id))


async def logged(world: World, kind: str) -> int:
    async with world.engine.read() as tx:
        entries = await Unit(tx).entries.of_station(world.station_id, 200)
    return sum(entry.kind == kind for entry in entries)


def last(who: Someone) -> str:
    return who.inbox[-1].text


__all__ = [
    "KF",
    "LITTLE",
    "PLATFORM",
    "code_of",
    "identities",
    "kf",
    "last",
    "link",
    "logged",
    "on_kf",
    "person",
    "two_sides",
]
