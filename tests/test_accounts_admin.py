"""关联 and 取消关联: who answers for a station says whose an account is; nobody else, and nobody above themselves."""

from collections.abc import AsyncIterator

import pytest

from handlers.kit import account_texts as say
from handlers.kit import texts
from storage.model.people import Identity
from storage.unit import Unit
from tests.harness import BOT, START, World
from tests.living import neighbours
from tests.stories import on_sqlite
from tests.two_sides import KF, identities, last, link, logged, on_kf, person, two_sides


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    built = two_sides(database_url)
    await built.open()
    yield built
    await built.close()


async def test_an_admin_says_whose_an_account_is(world: World) -> None:
    li = on_kf(world, "wm2", "小李")
    await li.tells("你好")
    await world.admin.tells("关联 李强 微信客服 wm2")
    assert "微信客服上的“小李”算作 李强？" in last(world.admin)
    assert await person(world, li) != await person(world, world.li)
    await world.restart()
    await world.admin.presses("确定关联")
    assert await person(world, li) == await person(world, world.li)
    assert "由管理员吴工关联到 李强 名下" in last(li)
    assert "小李" in last(world.li)
    assert await logged(world, "account_linked") == 1
    await world.admin.tells("关联 李强")
    assert "· 微信客服 wm2　聊天里关联的" in last(world.admin)
    assert "· world li　原有的" in last(world.admin)
    before = await person(world, li)
    await world.admin.tells("取消关联 李强 微信客服 wm2")
    assert "已取消关联" in last(world.admin)
    assert await person(world, li) != before
    await world.admin.tells("取消关联 李强 微信客服 wm2")
    assert last(world.admin) == say.NOT_YOURS


async def test_an_account_that_never_wrote_is_known_when_it_does(world: World) -> None:
    await world.admin.tells("关联 李强 客服 wm9")
    await world.admin.presses("确定关联")
    await world.admin.tells("关联 李强")
    assert "· 微信客服 wm9　聊天里关联的，还没和我私聊过" in last(world.admin)
    li = on_kf(world, "wm9", "小李")
    await li.tells("待办")
    assert await person(world, li) == await person(world, world.li)
    assert "由民警来操作" not in last(li)


async def test_only_who_answers_for_the_station(world: World) -> None:
    await world.chen.tells("关联 李强 微信客服 wm2")
    assert last(world.chen) == texts.NO_RIGHT
    await world.sun.tells("关联 李强 微信客服 wm2")
    assert last(world.sun) == texts.NO_RIGHT_STAFF
    ma = await neighbours(world)
    await ma.tells("关联 李强 微信客服 wm2")
    assert "没有叫“李强”" in last(ma)
    await world.boss.tells("关联 吴工 微信客服 wm2")  # a leader does not make himself an admin
    assert last(world.boss) == texts.NO_RIGHT_STAFF
    await world.admin.says("@民警 关联 李强 微信客服 wm2", to="g1")
    assert world.last("g1").text == say.PRIVATE_ONLY
    await world.admin.tells("关联 李强 微信客服 wm2")
    button = world.admin.inbox[-1].button("确定关联")
    await world.boss.presses_old(world.admin.inbox[-1], button, world.boss.private)
    assert world.boss.read == say.OVER
    await world.li.presses_old(world.admin.inbox[-1], button, world.li.private)
    assert world.li.read == texts.NO_RIGHT_STAFF
    assert await logged(world, "account_linked") == 0


async def test_nothing_of_another_station(world: World) -> None:
    """Who answers for both may; who answers for one may not take an account that reported to the other."""
    ma = await neighbours(world)
    there = on_kf(world, "wm6", "小马")
    await link(ma, there)
    await world.admin.tells("关联 李强 微信客服 wm6")
    assert last(world.admin) == say.TAKEN.format(name="马超")
    here = on_kf(world, "wm7", "老李")
    await here.tells("楼下有人吵架")
    await ma.tells("关联 马超 微信客服 wm7")
    assert last(ma) == texts.NO_RIGHT
    assert await person(world, here) != await person(world, ma)


@on_sqlite
@pytest.mark.parametrize(
    "text",
    [
        "关联 李强 火星 x",
        "关联 李强 微信客服",
        "关联",
        f"关联 李强 微信客服 {'x' * 200}",
        "关联 没这人 微信客服 x",
        "取消关联 李强",
    ],
)
async def test_what_is_not_understood_is_told_how_to_write(world: World, text: str) -> None:
    await world.admin.tells(text)
    assert "关联" in last(world.admin) or "没有叫" in last(world.admin)
    assert await logged(world, "account_linked") == 0


async def test_no_and_too_late(world: World) -> None:
    await world.admin.tells("关联 李强 微信客服 wm2")
    button = world.admin.inbox[-1].button("确定关联")
    shown = world.admin.inbox[-1]
    await world.admin.presses("不关联")
    await world.admin.presses_old(shown, button, world.admin.private)
    assert world.admin.read == say.OVER
    await world.admin.tells("关联 李强 微信客服 wm2")
    await world.passes(minutes=11)
    await world.admin.presses("确定关联")
    assert world.admin.read == say.OVER
    assert await person(world, on_kf(world, "wm2", "")) is None


@on_sqlite
async def test_a_file_that_is_imported_again_leaves_the_linked_account(world: World) -> None:
    from bot.sample import station_text
    from bot.station_file import apply, parse_station

    async with world.engine.write() as tx:
        await apply(Unit(tx), parse_station(station_text(), "s"), START, {"local": "local"})
        unit = Unit(tx)
        known = await unit.people.by_identity("local", "wang")
        assert known is not None
        own = known.person.id
        stranger = await unit.people.newcomer("王", Identity(platform=KF, bot=BOT, user_id="wm1", person_id=0))
        await unit.accounts.merge(stranger.id, own)
        await apply(unit, parse_station(station_text().replace("王建国", "王建军"), "s"), START, {"local": "local"})
    assert {i.user_id for i in await identities(world, own)} >= {"wang", "wm1"}
