"""Each night the day's calls are counted against what became of them; in the morning one line says so."""

from datetime import UTC, datetime

import msgspec

from storage.model.tickets import Entry, EntryKind
from storage.unit import Unit
from tests.auditing import looks
from tests.harness import World
from tests.knowing import know
from tests.stories import resolved
from tests.test_audit_faults import change, ms, no_word

NIGHT = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)  # 03:00 in Shanghai, the day after
MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # 08:00


async def until(world: World, moment: datetime) -> None:
    world.clock.advance(seconds=(moment - world.clock.now()).total_seconds())
    await world.core.scheduler.tick(world.clock.now())
    await world.settle()
    await looks(world)


async def counted(world: World) -> list[Entry]:
    async with world.engine.read() as tx:
        found = await Unit(tx).entries.of_station(world.station_id)
    return [entry for entry in found if entry.kind is EntryKind.AUDITED]


def told(world: World, chat: str = "p:sun") -> list[str]:
    return [s.text for s in world.chat(chat) if s.text.startswith("昨天")]


async def a_day(world: World) -> None:
    """Six calls: a matter, a question, thanks, two commands of officers, a greeting. The rest is not said to us."""
    await looks(world)
    await know(world)
    await resolved(world)
    world.clock.advance(minutes=1)
    await world.liu.says("@民警 居住证怎么办")
    await world.liu.says("@民警 谢谢")
    await world.chen.says("物业说停水到几点")  # nobody called us
    await world.wang.tells("待办")
    await world.sun.says("@平安小助手 值班", to="g9")
    await world.zhou.says("@李强 早")


async def test_the_day_is_counted_and_told_in_the_morning(world: World) -> None:
    await a_day(world)
    await until(world, NIGHT)
    (entry,) = await counted(world)
    data = msgspec.json.decode(entry.data)
    assert data["day"] == "2026-11-20"
    assert data["unanswered"] == []
    assert sum(data["counts"].values()) == data["called"]
    assert data["counts"]["tickets"] == 1
    assert data["counts"]["commands"] == 2
    assert data["counts"] == {"tickets": 1, "answers": 1, "courtesies": 2, "commands": 2}
    assert told(world) == []
    await until(world, MORNING)
    (line,) = told(world)
    assert line.startswith(f"昨天被 @ {data['called']} 次，全部有回音（单子 1、")
    assert told(world, "p:boss") == told(world, "g9") == told(world, "g1") == []


async def test_what_got_no_word_is_named_and_not_quoted(world: World) -> None:
    await a_day(world)
    await no_word(world)
    await until(world, NIGHT)
    (entry,) = await counted(world)
    data = msgspec.json.decode(entry.data)
    (lost,) = data["unanswered"]
    assert (lost["platform"], lost["chat"]) == ("world", "g1")
    assert "漏水" not in entry.text + entry.data
    await until(world, MORNING)
    (line,) = told(world)
    assert "1 次没有回音" in line
    assert f"群g1 10:59（编号 in:{lost['inbox']}）" in line


async def test_once_a_night_whatever_dies(world: World) -> None:
    await a_day(world)
    await until(world, NIGHT)
    await world.restart()
    for minute in range(1, 4):
        world.clock.advance(minutes=minute)
        await looks(world)
    assert len(await counted(world)) == 1
    await until(world, MORNING)
    await world.restart()
    world.clock.advance(minutes=1)
    await looks(world)
    assert len(told(world)) == 1


async def test_a_night_that_was_slept_through_is_counted_later(world: World) -> None:
    await a_day(world)
    await until(world, datetime(2026, 11, 21, 1, 30, tzinfo=UTC))  # 09:30: the line is told at once
    assert len(await counted(world)) == 1
    assert len(told(world)) == 1


async def test_a_day_without_calls_has_its_line_too(world: World) -> None:
    await looks(world)
    await until(world, NIGHT)
    await until(world, MORNING)
    assert told(world) == ["昨天没有人 @ 我们。"]


async def test_before_the_first_night_nothing_is_counted(world: World) -> None:
    await looks(world)
    assert await counted(world) == []


async def test_words_that_are_forgotten_already_are_not_missed(world: World) -> None:
    """Bodies are kept for a week; whatever has none is not judged."""
    await looks(world)
    await no_word(world)
    await change(world, "UPDATE inbox SET body = :none, done_at = :at", none=b"", at=ms(world, hours=1))
    await until(world, NIGHT)
    (entry,) = await counted(world)
    assert msgspec.json.decode(entry.data)["called"] == 0
