"""Leave: asked for, granted, refused, given up; who may; what is not read as leave."""

from handlers.kit import roster_texts as say
from handlers.kit import texts
from storage.model.tickets import EntryKind
from tests.harness import World
from tests.rostering import USUAL, logged, on_day
from tests.stories import on_sqlite, silence, texts_of
from tests.test_duty import second_station

# START is Friday 20 November 2026, 11:00. 王建国 and 赵敏 have 8–20, 李强 20–8, 孙伟 leads around the clock.


# ── leave ──────────────────────────────────────────────────────────────────
async def test_leave_is_asked_for_and_granted(world: World) -> None:
    await world.li.tells("请假 11月25日到26日 母亲住院")
    card = world.boss.inbox[-1]
    assert card.text.splitlines()[:2] == ["李强请假：11月25日（周三）到11月26日（周四）（请假 1 号）", "原因：母亲住院"]
    assert "这几天本来有 2 个班" in card.text
    assert card.labels == ["准假", "不准"]
    assert world.sun.inbox[-1].labels == ["准假", "不准"]  # the duty leader of this hour may, too
    assert await on_day(world, 25) == USUAL
    await world.boss.presses("准假")
    assert await on_day(world, 25) == ["王建国 08:00", "赵敏 08:00"]
    granted = say.LEAVE_GRANTED.format(number=1, days="11月25日（周三）到11月26日（周四）", by="周明")
    assert granted in texts_of(world.li.inbox)
    assert "母亲" not in " ".join(texts_of(world.chat("g9")))
    # What it tears open is told at once: from Wednesday 0:00 (the night before) to Friday 8:00.
    gaps = world.boss.inbox[-1].text
    assert "值班民警　11月25日（周三）00:00 到 08:00" in gaps
    assert "值班民警　11月26日（周四）20:00 到 11月27日 00:00" in gaps
    await world.sun.presses("准假")
    assert world.sun.read == say.LEAVE_OVER.format(number=1)


async def test_leave_is_refused_or_given_up(world: World) -> None:
    await world.li.tells("请假 明天")
    await world.sun.presses("不准")
    assert world.li.inbox[-1].text == say.LEAVE_DENIED.format(number=1, days="11月21日（周六）", by="孙伟")
    await world.boss.presses("准假")
    assert world.boss.read == say.LEAVE_OVER.format(number=1)
    await world.li.tells("请假 明天 家里有事")
    await world.boss.presses("准假")
    assert "李强 20:00" not in await on_day(world, 21)
    await world.li.tells("销假 2")
    assert await on_day(world, 21) == USUAL
    assert world.boss.inbox[-1].text == say.LEAVE_CANCELLED.format(number=2, name="李强", days="11月21日（周六）")
    await world.li.tells("销假 2")
    assert world.li.inbox[-1].text == say.LEAVE_OVER.format(number=2)


async def test_who_may_ask_and_decide(world: World) -> None:
    await world.chen.tells("请假 明天")
    assert world.chen.inbox[-1].text == texts.NO_RIGHT
    await world.wang.tells("请假 李强 明天")
    assert world.wang.inbox[-1].text == texts.NO_RIGHT_STAFF
    await world.wang.says("@民警 请假 明天 看病", to="g9")
    assert world.last("g9").text == texts.NOT_IN_PUBLIC
    await world.li.tells("请假 明天")
    card = world.boss.inbox[-1]
    for who in (world.chen, world.wang):
        await who.presses_old(card, card.button("准假"), who.private)
        assert who.read in (texts.NO_RIGHT, texts.NO_RIGHT_STAFF)
    await world.wang.tells("销假 1")
    assert world.wang.inbox[-1].text == texts.NO_RIGHT_STAFF
    ma, _ = await second_station(world)
    await ma.tells("销假 1")
    assert ma.inbox[-1].text == say.NO_SUCH_LEAVE.format(number=1)
    await ma.presses_old(card, card.button("准假"), ma.private)
    assert ma.read == texts.NO_RIGHT
    await world.sun.tells("请假 明天")
    await world.sun.presses_old(card, world.boss.inbox[-1].button("准假"), world.sun.private)
    assert world.sun.read == texts.NO_RIGHT_STAFF  # nobody grants their own
    assert await on_day(world, 21) == USUAL


@on_sqlite
async def test_leave_is_read_exactly_or_not_at_all(world: World) -> None:
    for words, answer in (
        ("请假", say.HOW_TO_LEAVE),
        ("请假 2026年11月1日", say.LEAVE_PAST),
        ("请假 明天到2027年12月1日", say.LEAVE_TOO_LONG.format(days=180)),
        ("销假 9", say.NO_SUCH_LEAVE.format(number=9)),
    ):
        await world.li.tells(words)
        assert world.li.inbox[-1].text == answer
    await silence(world, "boss")
    await silence(world, "sun")
    await silence(world, "wu")
    await world.li.tells("请假 明天")
    assert world.li.inbox[-1].text == say.LEAVE_NOBODY
    await world.li.tells("销假 1")
    assert world.li.inbox[-1].text == say.NO_SUCH_LEAVE.format(number=1)  # nothing was kept


async def test_a_restart_between_asking_and_granting(world: World) -> None:
    event = await world.li.tells("请假 明天")
    await world.happens(event)
    await world.restart()
    press = await world.boss.presses("准假")
    await world.restart()
    await world.happens(press)
    assert "李强 20:00" not in await on_day(world, 21)
    assert await logged(world, EntryKind.LEAVE_CHANGED) == 2
