"""代报: a matter told by officers, grid workers and volunteers for somebody else."""

import pytest

from handlers.kit import relay_texts as say
from handlers.kit import texts
from handlers.tickets.onbehalf import read
from handlers.understanding import understand
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, State
from tests.harness import World
from tests.stories import kinds, make_role

TOLD = "代报 张大爷 13800001234 家里水管爆了 3栋101"


@pytest.mark.parametrize(
    ("text", "name", "contact", "matter"),
    [
        ("张大爷 13800001234 家里水管爆了 3栋101", "张大爷", "13800001234", "家里水管爆了 3栋101"),
        ("张大爷13800001234家里水管爆了 3栋101", "张大爷", "13800001234", "家里水管爆了 3栋101"),
        ("张大爷，电话138 0000 1234，3栋101水管爆了", "张大爷", "13800001234", "3栋101水管爆了"),
        ("13800001234 王秀英 楼上漏水", "王秀英", "13800001234", "楼上漏水"),
        ("家里水管爆了，刘阿姨，13800001234，3栋101", "刘阿姨", "13800001234", "家里水管爆了 3栋101"),
        ("反映人：李建军 电话：13800001234 有人在楼道堆东西", "李建军", "13800001234", "有人在楼道堆东西"),
        ("老王 门口摩托车被偷了", "老王", "", "门口摩托车被偷了"),
        ("楼上漏水 3栋101", "", "", "楼上漏水 3栋101"),
        ("高空抛物 3栋楼下", "", "", "高空抛物 3栋楼下"),
        ("张大爷", "", "", "张大爷"),
    ],
)
def test_who_how_and_what(text: str, name: str, contact: str, matter: str) -> None:
    told = read(text, understand(text))
    assert (told.name, told.contact, told.matter) == (name, contact, matter)


async def test_the_true_reporter_is_known_to_the_officer_only(world: World) -> None:
    await make_volunteer(world)
    event = await world.zhou.tells(TOLD)
    await world.happens(event)
    await world.restart()
    assert await world.tickets() == 1
    ticket = await world.ticket()
    assert ticket.text == "家里水管爆了 3栋101"
    assert "1 号" in world.receipt(1, world.zhou.private).text
    assert "代报：反映人 张大爷，13800001234（由小周代报）" in world.card(1, world.wang.private).text
    for chat, shown in world.platform.chats.items():
        if chat.startswith("g"):
            assert all("张大爷" not in s.text and "1234" not in s.text for s in shown)
    assert say.BEHALF_IN_GROUP in world.card(1, "g9").text
    assert EntryKind.BEHALF in await kinds(world)


async def make_volunteer(world: World) -> None:
    await world.zhou.tells("/start")
    await make_role(world, "xiaozhou", PersonRole.VOLUNTEER)


async def test_residents_report_for_themselves(world: World) -> None:
    await world.liu.tells(TOLD)
    assert world.liu.inbox[-1].text == texts.NO_RIGHT
    assert await world.tickets() == 0


async def test_names_and_numbers_are_not_written_in_front_of_residents(world: World) -> None:
    await world.li.says(f"@民警 {TOLD}", to="g1")
    assert world.last("g1").text == say.BEHALF_IN_PRIVATE
    assert await world.tickets() == 0


async def test_without_a_matter_there_is_nothing_to_do(world: World) -> None:
    await world.li.tells("代报")
    assert world.li.inbox[-1].text == say.NEED_BEHALF


@pytest.mark.parametrize("words", ["已电话告知", "已当面告知本人。", None])
async def test_who_reported_it_hears_how_it_ends_and_confirms_it(world: World, words: str | None) -> None:
    await world.li.tells(TOLD)
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已联系物业关阀，水已停")
    assert "已联系物业关阀" in world.li.inbox[-1].text
    if words is None:
        await world.li.presses("解决了")
    else:
        event = await world.li.tells(words)
        await world.happens(event)
    assert (await world.ticket()).state is State.CONFIRMED
    assert (await kinds(world)).count(EntryKind.CONFIRMED) == 1


async def test_others_do_not_confirm_it(world: World) -> None:
    await world.li.tells(TOLD)
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已联系物业关阀，水已停")
    await world.zhao.tells("已电话告知")
    assert (await world.ticket()).state is State.RESOLVED
