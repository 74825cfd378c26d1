"""A place of one group is understood in every group of its station, and in private."""

import pytest

from handlers.kit.names import places_of_all
from storage.model.people import Group, GroupKind
from tests.harness import World


def group(title: str, *places: str, kind: GroupKind = GroupKind.OWNERS) -> Group:
    return Group(
        id=1,
        platform="local",
        bot="local",
        chat_id="g:1",
        title=title,
        kind=kind,
        station_id=1,
        area_id=None,
        households=0,
        active=True,
        places=places,
    )


async def lists(world: World, chat: str, *places: str) -> None:
    async with await world.unit() as unit:
        found = await unit.groups.by_chat(world.platform.name, chat)
        await unit.groups.describe(found.id, places=places, scam_watch=False)
    await world.core.refresh_hearing()


async def test_a_place_of_another_group_is_understood(world: World) -> None:
    await lists(world, "g1", "老水塔", "东湾花园")
    await world.zhou.says("@民警 老水塔有人打架")
    assert (await world.ticket(1)).place == "老水塔"
    await world.zhou.tells("老水塔又有人打架")
    assert (await world.ticket(2)).place == "老水塔"


async def test_ones_own_group_comes_first(world: World) -> None:
    await lists(world, "g1", "老水塔")
    await lists(world, "g2", "大榕树")
    await world.zhou.says("@民警 从老水塔一直打到大榕树")
    assert (await world.ticket(1)).place == "大榕树"


async def test_a_place_of_another_station_is_not(world: World) -> None:
    async with await world.unit() as unit:
        other = await unit.stations.put(code="xicheng", name="西城派出所", tz="Asia/Shanghai")
        far = await unit.groups.seen(platform="world", bot="bot", chat_id="g7", title="西城群")
        await unit.groups.bind(far.id, station_id=other, kind=GroupKind.OWNERS, area_id=None, households=0)
    await lists(world, "g7", "老水塔")
    await world.zhou.says("@民警 老水塔有人打架")
    assert (await world.ticket(1)).place == ""


@pytest.mark.parametrize(
    ("known", "places"),
    [
        (group("东湾花园业主群", "东湾路"), ("东湾路", "东湾花园")),
        (group("平安里小区便民服务群"), ("平安里小区",)),
        (group("相亲相爱一家人"), ()),
        (group("商业街门店群", "金桥广场"), ("金桥广场",)),
        (group("通知"), ()),
        (group(""), ()),
        (group("东湾花园民警工作群", "东湾路", kind=GroupKind.OFFICERS), ()),
    ],
)
def test_only_what_is_a_place_by_itself_is_known_elsewhere(known: Group, places: tuple[str, ...]) -> None:
    assert places_of_all([known, known]) == places
