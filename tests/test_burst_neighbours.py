"""A matter that others saw too, and one that was taken for another: 关注 and 不是同一件事."""

import pytest

from storage.model.tickets import EntryKind, State
from storage.unit import Unit
from tests.bursting import Ears, after, grouping, said, someone
from tests.harness import PHOTO, World
from tests.stories import entries, kinds, person_id

QUIET = "5栋楼下有人占道摆摊"


@pytest.fixture
def ears(world: World) -> Ears:
    return Ears(world)


# ── neighbours ─────────────────────────────────────────────────────────────
async def test_a_neighbour_who_saw_it_too_may_follow_it(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 60)
    await said(ears, world.liu, "@民警 我也看到了")
    offer = world.last("g1")
    assert offer.labels == ["关注 1 号", "是另一件事"]
    assert await world.tickets() == 1
    await world.liu.presses("关注 1 号", where="g1")
    assert world.liu.read == "好的，1 号办好了告诉您。"
    await world.liu.presses("关注 1 号", where="g1")
    assert world.liu.read.startswith("您已经关注")
    await world.chen.presses("关注 1 号", where="g1")
    assert world.chen.read.startswith("1 号就是您反映的")
    assert (await kinds(world)).count(EntryKind.WATCHED) == 1
    await world.liu.tells("你好")
    await world.restart()
    await world.wang.presses("接单")
    await world.wang.presses("办结")
    await world.wang.presses("已到场处置")
    assert world.liu.inbox[-1].text == "您关注的 1 号现在是“已办结”。"
    assert QUIET not in world.liu.inbox[-1].text


async def test_by_its_number_in_its_own_group_only(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 60)
    event = await world.liu.says("@民警 关注 1 号")
    assert world.last("g1").text == "好的，1 号办好了告诉您。"
    await world.restart()
    await world.happens(event)
    assert (await world.ticket()).watched == 1
    for who, where in ((world.zhou, "g2"), (world.liu, world.liu.private)):
        await who.says("@民警 关注 1 号", to=where)
        assert world.last(where).text.startswith("这个群里没有 1 号可以关注")
    await world.liu.tells("邻居天天打孩子")
    await world.chen.says("@民警 关注 2 号")
    assert world.last("g1").text.startswith("这个群里没有 2 号可以关注")
    assert (await kinds(world)).count(EntryKind.WATCHED) == 1
    await world.chen.says("@民警 关注一下6栋，也有人摆摊")
    assert await world.tickets() == 3


async def test_who_follows_hears_that_it_was_no_matter(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await world.liu.tells("你好")
    await world.liu.says("@民警 关注 1")
    await world.wang.tells("误报 1 查无此事")
    assert world.liu.inbox[-1].text == "您关注的 1 号现在是“误报”。"


async def test_a_neighbour_with_another_matter_gets_a_ticket(world: World, ears: Ears) -> None:
    first = await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 60)
    await said(ears, world.liu, "@民警 我家也是", reply_to=first.message_id)
    await world.liu.presses("是另一件事", where="g1")
    ticket = await world.ticket(2)
    assert ticket.reporter_id == await person_id(world, "liu")
    assert ticket.text == "我家也是"
    assert await grouping(world) == [["m1"], ["m2"]]
    await world.liu.presses("是另一件事", where="g1")
    assert "请再说一遍" in world.liu.read
    assert await world.tickets() == 2


async def test_somebody_else_cannot_press_for_them(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 60)
    await said(ears, world.liu, "+1", reply_to=world.receipt(1).ref)
    await world.zhou.presses("是另一件事", where="g1")
    assert await world.tickets() == 1
    await world.zhou.presses("关注 1 号", where="g1")
    assert world.zhou.read == "好的，1 号办好了告诉您。"


async def test_where_nothing_is_open_me_too_is_a_matter(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 3600)
    await said(ears, world.liu, "@民警 我家也是")
    await said(ears, world.zhou, "@民警 我们这边也是")  # another group
    assert await world.tickets() == 3


async def test_fifty_residents_at_once_are_fifty(world: World, ears: Ears) -> None:
    """No likeness of words makes two people one."""
    people = [someone(world, f"业主{n}") for n in range(50)]
    for person in people:
        await said(ears, person, "@民警 小区又停电了，整栋楼都黑了", settle=False)
        await after(world, 0.1)
    for person in people:
        await said(ears, person, "都两个小时了", settle=False)
        await after(world, 0.1)
    await world.settle()
    assert await grouping(world) == [[f"m{n + 1}", f"m{n + 51}"] for n in range(50)]


# ── 不是同一件事 ───────────────────────────────────────────────────────────
async def test_what_was_joined_by_mistake_is_split_off(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    assert "不是同一件事" not in world.receipt(1).labels
    await after(world, 5)
    await said(ears, world.chen, "天天这样")
    await after(world, 5)
    await said(ears, world.chen, "车库的灯也坏了", attachments=(PHOTO,))
    old = world.receipt(1).button("不是同一件事")
    await world.liu.presses("不是同一件事", where="g1")
    assert world.liu.read == "要由反映这件事的本人来分开。"
    await world.restart()
    await world.chen.presses("不是同一件事", where="g1")
    assert world.chen.read == "好的，刚才那条单独登记为 2 号，1 号照旧。"
    first, second = await world.ticket(1), await world.ticket(2)
    assert (first.text, second.text) == (f"{QUIET}\n天天这样", "车库的灯也坏了")
    assert "照片" not in world.card(1, "g9").text
    assert "附：照片 1" in world.card(2, "g9").text
    assert await grouping(world) == [["m1", "m2"], ["m3"]]
    assert (await kinds(world, 1))[-1] is EntryKind.SPLIT
    assert EntryKind.SPLIT in await kinds(world, 2)
    await world.chen.presses_old(world.receipt(1), old, "g1")
    assert world.chen.read == "1 号里没有可以分开的消息了。"
    assert await world.tickets() == 2
    await world.chen.presses("不是同一件事", where="g1")
    assert (await world.ticket(3)).text == "天天这样"
    assert "不是同一件事" not in world.receipt(1).labels


async def test_a_finished_matter_is_not_taken_apart(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 5)
    await said(ears, world.chen, "天天这样")
    old = world.receipt(1).button("不是同一件事")
    await world.chen.tells("撤回 1")
    await world.chen.presses_old(world.receipt(1), old, "g1")
    assert world.chen.read == "1 号现在是“已撤回”，不用再操作了。"
    assert (await world.ticket()).state is State.WITHDRAWN


async def test_what_belonged_to_it_is_in_the_log_with_its_message(world: World, ears: Ears) -> None:
    await said(ears, world.chen, f"@民警 {QUIET}")
    await after(world, 5)
    await said(ears, world.chen, "", attachments=(PHOTO,))
    assert '"message":"m2"' in (await entries(world))[-1].data
    ticket = await world.ticket()
    async with world.engine.read() as tx:
        assert await Unit(tx).attachments.of_message(ticket.id, "m2") == [PHOTO]
