"""Who comes by the QR code of a group tells us in private; officers know the group, the group hears nothing of it."""

from dataclasses import replace

from handlers.kit.scenes import scene_of
from storage.model.messages import InboundKind
from storage.unit import Unit
from tests.harness import Someone, World


async def comes_by(world: World, who: Someone, chat: str, *, greeted: str = "") -> None:
    """Somebody scans the code that hangs in that group."""
    async with world.engine.read() as tx:
        group = await Unit(tx).groups.by_chat("world", chat)
    assert group is not None
    event = world.message(who, "", who.private)
    await world.happens(replace(event, kind=InboundKind.JOINED, scene=scene_of(group.id), callback_id=greeted))


async def test_the_matter_belongs_to_the_group_and_stays_out_of_it(world: World) -> None:
    await comes_by(world, world.chen, "g1", greeted="welcome")
    assert "您好，我是东湾派出所" in world.chen.read
    await world.chen.tells("楼道里有人堆放电动车电池")
    ticket = await world.ticket()
    async with world.engine.read() as tx:
        group = await Unit(tx).groups.by_chat("world", "g1")
    assert group is not None
    assert (ticket.group_id, ticket.private) == (group.id, True)
    assert "群g1" in world.card(1, world.wang.private).text
    assert world.chat("g1") == []
    await world.restart()
    await world.liu.says("@民警 我也看到了")
    assert not [label for shown in world.chat("g1") for label in shown.labels if "关注" in label]
    event = world.message(world.liu, "", "g1")
    await world.happens(replace(event, kind=InboundKind.BUTTON, button="watch:1", callback_id="c", message_id="x"))
    async with world.engine.read() as tx:
        assert await Unit(tx).watchers.of_ticket(ticket.id) == []


async def test_the_newest_code_counts_and_officers_are_not_placed(world: World) -> None:
    await comes_by(world, world.chen, "g1")
    await comes_by(world, world.chen, "g2")
    assert world.chen.inbox == []  # a platform that allows no greeting gets none
    await world.chen.tells("门口一直有人吵架")
    async with world.engine.read() as tx:
        second = await Unit(tx).groups.by_chat("world", "g2")
    assert second is not None
    assert (await world.ticket()).group_id == second.id
    await comes_by(world, world.wang, "g1")
    await world.wang.tells("登记 巡逻时看到路灯坏了")
    assert (await world.ticket(2)).group_id is None
