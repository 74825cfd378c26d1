"""One station on two platforms: residents on 微信客服, officers elsewhere. One ticket crosses; each is told at home."""

from collections.abc import AsyncIterator

import pytest

from storage.model.messages import OutState
from storage.unit import Unit
from tests.harness import World
from tests.stories import texts_of
from tests.two_sides import KF, link, on_kf, person, two_sides

QUARREL = "3栋2单元楼上往下扔垃圾"


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    built = two_sides(database_url)
    await built.open()
    yield built
    await built.close()


async def test_a_ticket_crosses_and_each_is_told_on_their_platform(world: World) -> None:
    """Report on 微信客服 → card, claim, scene, closing on the officers' platform → answer and rating on 微信客服."""
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(QUARREL)
    assert "1 号" in chen.inbox[-1].text
    await world.restart()
    await world.wang.presses("接单")
    assert texts_of(chen.inbox)[-1].startswith("✅ 1 号已接单")
    await world.wang.presses("到场")
    await world.restart()
    await world.wang.presses("办结")
    await world.wang.presses("已到场处置")
    assert (await world.ticket(1)).state == "已办结"
    assert "回复 1 解决了" in chen.inbox[-1].text
    await chen.tells("1")
    assert (await world.ticket(1)).state == "已确认"
    await chen.tells("1")
    assert (await world.ticket(1)).rating == "满意"
    assert (await world.ticket(1)).source.platform == KF
    assert not world.platform.chats[chen.private]  # nothing for the resident where officers are
    assert not [chat for chat in chen.side.chats if chat != chen.private]


async def test_words_go_both_ways(world: World) -> None:
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(QUARREL)
    await world.wang.presses("接单")
    await world.wang.tells("回复 1 请问是几楼？")
    assert "请问是几楼？" in chen.inbox[-1].text
    await chen.tells("五楼东户")
    assert "五楼东户" in world.wang.inbox[-1].text


async def test_the_reporter_is_told_where_the_ticket_came_from(world: World) -> None:
    """One person on both platforms: a matter told on one is answered there, whichever is looked at first."""
    chen = on_kf(world, "wm1", "阿陈")
    await world.chen.tells("你好")
    await link(world.chen, chen)
    await chen.tells(QUARREL)
    ticket = await world.ticket(1)
    assert ticket.reporter_id == await person(world, world.chen)
    here, there = len(world.chen.inbox), len(chen.inbox)
    await world.wang.presses("接单")
    await world.wang.presses("办结")
    await world.wang.presses("已到场处置")
    assert len(world.chen.inbox) == here
    assert len(chen.inbox) > there
    await world.chen.tells("我的")
    assert "1 号" in world.chen.inbox[-1].text


async def test_a_matter_told_in_the_group_is_not_answered_on_the_other_platform(world: World) -> None:
    chen = on_kf(world, "wm1", "阿陈")
    await world.chen.tells("你好")
    await link(world.chen, chen)
    there = len(chen.inbox)
    await world.chen.says(f"@民警 {QUARREL}")
    await world.wang.presses("接单")
    await world.wang.presses("办结")
    await world.wang.presses("已到场处置")
    assert len(chen.inbox) == there
    await world.chen.presses("解决了", where="g1")
    assert (await world.ticket(1)).state == "已确认"


async def test_an_officers_card_goes_where_we_may_begin_to_speak(world: World) -> None:
    """王建国 has 微信客服 too; a matter from there still reaches him at work, with buttons."""
    wang = on_kf(world, "wm2", "老王")
    await link(world.wang, wang)
    there = len(wang.inbox)
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(QUARREL)
    assert world.wang.inbox[-1].labels[:1] == ["接单"]
    assert len(wang.inbox) == there
    await wang.tells("待办")  # and may look from there
    assert "1 号" in wang.inbox[-1].text
    await wang.tells("接单 1")
    assert (await world.ticket(1)).assignee_id == await person(world, world.wang)


async def test_claimed_from_both_platforms_at_once(world: World) -> None:
    """One winner, and what each reads is true."""
    zhao = on_kf(world, "wm3", "小赵")
    await world.zhao.tells("在岗")
    await link(world.zhao, zhao)
    await on_kf(world, "wm1", "陈先生").tells(QUARREL)
    await zhao.tells("接单 1", settle=False)
    await world.wang.presses("接单", settle=False)
    await world.settle()
    ticket = await world.ticket(1)
    winner = ticket.assignee_id
    assert winner in {await person(world, world.wang), await person(world, zhao)}
    async with world.engine.read() as tx:
        entries = await Unit(tx).entries.of_ticket(ticket.id)
    assert sum(entry.kind == "claimed" for entry in entries) == 1
    name = "赵" if winner == await person(world, zhao) else "王"
    assert name in next(s.text for s in reversed(world.wang.inbox) if s.out.role == "card")


async def test_a_platform_that_is_away_keeps_what_is_to_be_said_there(world: World) -> None:
    """微信客服 is switched off for a while: its resident reads everything when it is back."""
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(QUARREL)
    kf = world.more.pop()
    await world.restart()
    await world.wang.presses("接单")
    said = len(kf.chats[chen.private])
    async with world.engine.read() as tx:
        waiting = await Unit(tx).outbox.counts()
    assert waiting.get(OutState.PENDING.value)
    world.more.append(kf)
    await world.restart()
    await world.settle()
    assert any("已接单" in shown.text for shown in kf.chats[chen.private][said:])


async def test_an_account_that_is_no_name_does_not_take_the_place_of_one(world: World) -> None:
    """自建应用 and 智能机器人 tell a UserID only; on the other platform the same person has a name."""
    chen = on_kf(world, "wm1", "wm1")
    await world.chen.tells("你好")
    await link(world.chen, chen)
    await chen.tells(QUARREL)
    assert "陈先生" in world.wang.inbox[-1].text
    assert "wm1" not in world.wang.inbox[-1].text
