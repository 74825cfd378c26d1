"""Groups: joining, binding, leaving, moving, and what becomes of messages under way."""

from dataclasses import replace

import pytest

from bot.adapters.base import Later, Moved, Never
from handlers.kit import group_texts, texts
from handlers.kit.channel_texts import DEAF
from storage.model.messages import Inbound, InboundKind, Sender
from storage.model.people import Group, GroupKind
from storage.model.tickets import EntryKind, State
from storage.unit import Unit
from tests.harness import PLATFORM, World
from tests.stories import MATTER, everything, on_sqlite, reported


async def group(world: World, chat: str) -> Group | None:
    async with world.engine.read() as tx:
        return await Unit(tx).groups.by_chat(PLATFORM, chat)


async def station_log(world: World) -> list[EntryKind]:
    async with world.engine.read() as tx:
        return [e.kind for e in await Unit(tx).entries.of_station(world.station_id)]


def chat_event(world: World, kind: InboundKind, chat: str, moved_to: str = "") -> Inbound:
    return world.message(world.admin, "", chat, kind=kind, moved_to=moved_to)


# ── joining and binding ────────────────────────────────────────────────────
async def test_a_new_group_is_greeted_its_admin_told_and_reports_are_taken(world: World) -> None:
    event = chat_event(world, InboundKind.JOINED, "g5")
    await world.happens(event)
    await world.happens(event)
    [hello] = world.chat("g5")
    assert "绑定 dongwan 业主 东湾片区" in hello.text
    for who in (world.boss, world.admin):
        assert [s.text for s in who.inbox] == ["机器人进了一个还没绑定的群：群g5。请在那个群里发“绑定”。"]
    await world.liu.says(f"@民警 {MATTER}", to="g5")
    assert (await world.ticket()).state is State.OPEN
    assert world.receipt(1, "g5").text.startswith("收到")
    assert "群g5" in world.card(1, "g9").text


async def test_a_bound_group_that_we_join_again_is_only_greeted(world: World) -> None:
    await world.happens(chat_event(world, InboundKind.JOINED, "g1"))
    assert world.last("g1").text == "大家好，我是东湾派出所的平安小助手。有事 @民警，我会登记并通知值班民警。"
    assert world.admin.inbox == []


@pytest.mark.parametrize("who", ["boss", "admin"])
async def test_who_manages_binds(world: World, who: str) -> None:
    event = await getattr(world, who).says("绑定 dongwan 业主 东湾片区 860户", to="g5", addressed=True)
    found = await group(world, "g5")
    assert found is not None
    assert (found.station_id, found.kind, found.households) == (world.station_id, GroupKind.OWNERS, 860)
    assert found.area_id is not None
    assert world.last("g5").text.startswith("已绑定：东湾派出所 · 业主群 · 东湾片区 · 860 户。")
    await world.happens(event)
    assert len(world.chat("g5")) == 1
    await getattr(world, who).says("绑定 dongwan 门店", to="g5", addressed=True)
    again = await group(world, "g5")
    assert again is not None
    assert again.kind is GroupKind.SHOPS


@pytest.mark.parametrize(
    ("who", "answer"),
    [("chen", texts.NO_RIGHT), ("wang", texts.NO_RIGHT_STAFF), ("sun", texts.NO_RIGHT_STAFF)],
)
async def test_others_do_not(world: World, who: str, answer: str) -> None:
    await getattr(world, who).says("绑定 dongwan 门店", to="g1", addressed=True)
    assert world.last("g1").text == answer
    found = await group(world, "g1")
    assert found is not None
    assert found.kind is GroupKind.OWNERS


async def test_a_hidden_admin_does_not_either(world: World) -> None:
    ghost = Sender(user_id="wu", name="群g5", anonymous=True)
    await world.admin.says("绑定 dongwan 业主", to="g5", sender=ghost, addressed=True)
    assert world.last("g5").text == texts.NO_RIGHT_ANONYMOUS


@on_sqlite
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("绑定 dongwan 业主 北山片区", "“北山片区”我不认识。群类型可以是：业主、门店"),
        ("绑定 dongwan 足球", "“足球”我不认识"),
        ("绑定 nosuch 业主", "“nosuch”我不认识"),
        ("绑定 dongwan 业主 ፩户", "“፩户”我不认识"),
    ],
)
async def test_a_wrong_binding_says_what_is_possible(world: World, words: str, answer: str) -> None:
    await world.admin.says(words, to="g5", addressed=True)
    assert answer in world.last("g5").text
    assert "比如：绑定 dongwan 业主 东湾片区" in world.last("g5").text
    found = await group(world, "g5")
    assert found is None or found.station_id is None


async def test_with_several_stations_one_must_be_named(world: World) -> None:
    async with await world.unit() as unit:
        await unit.stations.put(code="xihe", name="西河派出所", tz="Asia/Shanghai")
    await world.admin.says("绑定 业主", to="g5", addressed=True)
    assert "现有：dongwan、xihe" in world.last("g5").text
    await world.admin.says("绑定 xihe 村组", to="g5", addressed=True)
    assert world.last("g5").text == texts.NO_RIGHT
    await world.admin.says("绑定 东湾派出所 村组", to="g5", addressed=True)
    assert "已绑定" in world.last("g5").text


async def test_in_private_there_is_nothing_to_bind(world: World) -> None:
    await world.admin.tells("绑定 dongwan 业主")
    assert world.admin.inbox[-1].text == group_texts.BIND_ONLY_GROUP


async def test_a_group_that_is_no_officers_group_any_more_shows_no_numbers(world: World) -> None:
    await reported(world, "电话13812345678，楼上太吵")
    await world.admin.says("绑定 dongwan 单位", to="g9", addressed=True)
    await world.wang.presses("接单")
    assert "13812345678" not in world.card(1, "g9").text
    assert "13812345678" in world.card(1, world.wang.private).text


async def test_a_new_title_is_followed(world: World) -> None:
    event = world.message(world.chen, f"@民警 {MATTER}", "g1")
    await world.happens(replace(event, chat=replace(event.chat, title="东湾花园一期")))
    assert "东湾花园一期" in world.card(1, "g9").text
    found = await group(world, "g1")
    assert found is not None
    assert found.kind is GroupKind.OWNERS


# ── leaving ────────────────────────────────────────────────────────────────
async def test_removed_from_a_group(world: World) -> None:
    event = chat_event(world, InboundKind.LEFT, "g1")
    await world.happens(event)
    await world.happens(event)
    for who in (world.boss, world.admin):
        assert [s.text for s in who.inbox] == ["机器人被移出了群：群g1。那里的消息收不到了。"]
    found = await group(world, "g1")
    assert found is not None
    assert not found.active
    assert (await station_log(world)).count(EntryKind.GROUP_LEFT) == 1
    await reported(world)
    found = await group(world, "g1")
    assert found is not None
    assert found.active
    assert found.station_id == world.station_id


async def test_we_learn_from_a_send_that_we_were_removed(world: World) -> None:
    world.platform.faults["g1"] = [Never(why="kicked", gone=True)]
    await reported(world)
    found = await group(world, "g1")
    assert found is not None
    assert not found.active
    assert "机器人被移出了群：群g1" in world.admin.inbox[-1].text
    assert (await world.ticket()).state is State.OPEN


async def test_a_person_who_blocks_us_is_no_group_that_left(world: World) -> None:
    await world.liu.tells("您好")
    await world.happens(replace(world.message(world.liu, "", world.liu.private), kind=InboundKind.LEFT))
    assert world.admin.inbox == []
    await world.liu.says("@民警 路灯坏了", to="g1")
    async with world.engine.read() as tx:
        known = await Unit(tx).people.by_identity(PLATFORM, "liu")
    assert known is not None
    assert known.private_chat == ""
    await world.liu.tells("我的")
    assert "1 号" in world.liu.inbox[-1].text


# ── moving ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("told", ["event", "answer"])
async def test_a_moved_chat_is_followed_by_everything(world: World, told: str) -> None:
    await reported(world)
    if told == "event":
        event = chat_event(world, InboundKind.MOVED, "g1", moved_to="gS1")
        await world.happens(event)
        await world.happens(replace(event, event_id="again"))
        await world.wang.presses("接单")
    else:
        world.platform.faults["g1"] = [Moved(chat_id="gS1")]
        await world.wang.presses("接单")
        await world.passes(seconds=5)
    found = await group(world, "gS1")
    assert found is not None
    assert (found.kind, found.station_id) == (GroupKind.OWNERS, world.station_id)
    assert await group(world, "g1") is None
    assert "王警官已接单" in world.last("gS1").text
    await world.wang.tells("办结 1 已劝导")
    assert "处理结果：已劝导" in world.last("gS1").text
    assert world.last("gS1").out.content.reply_to == ""
    await world.chen.presses("解决了", where="gS1")
    assert (await world.ticket()).state is State.CONFIRMED
    assert len(world.chat("g1")) == 1


async def test_what_is_under_way_while_the_chat_moves_follows(world: World) -> None:
    world.platform.faults["g1"] = [Later(why="busy", after=30), Later(why="busy", after=30)]
    await reported(world)
    await world.happens(chat_event(world, InboundKind.MOVED, "g1", moved_to="gS1"))
    await world.passes(minutes=2)
    assert world.chat("g1") == []
    assert "收到，已登记为 1 号" in world.last("gS1").text


async def test_somebody_wrote_in_the_new_chat_before_we_heard_of_the_move(world: World) -> None:
    await world.chen.says("@民警 有人吗", to="gS1")
    await world.happens(chat_event(world, InboundKind.MOVED, "g1", moved_to="gS1"))
    found = await group(world, "gS1")
    assert found is not None
    assert (found.kind, found.station_id) == (GroupKind.OWNERS, world.station_id)
    old = await group(world, "g1")
    assert old is not None
    assert not old.active


async def test_a_moved_officers_group_keeps_numbers_to_itself(world: World) -> None:
    await reported(world, "电话13812345678，楼上太吵")
    await world.happens(chat_event(world, InboundKind.MOVED, "g9", moved_to="gS9"))
    await world.wang.presses("接单")
    shown = world.chat("g9") + world.chat("gS9")
    assert shown
    assert all("13812345678" not in s.text for s in shown)
    await world.zhao.says("待办", to="gS9")
    assert "待办 1 单" in world.last("gS9").text


# ── hearing ────────────────────────────────────────────────────────────────
async def test_a_group_that_cannot_hear_us_is_told_to_its_admin(world: World) -> None:
    async with await world.unit() as unit:
        payload = f'{{"platform": "{PLATFORM}", "chat": "g1"}}'
        await unit.jobs.add("group.cannot_hear", key="hear:1", due_at=world.clock.now(), payload=payload)
    await world.settle()
    assert "群“群g1”里我听不全" in world.admin.inbox[-1].text
    before = everything(world)
    await world.settle()
    assert everything(world) == before


async def test_a_manager_of_two_stations_reads_once_that_a_channel_is_deaf(world: World) -> None:
    async with await world.unit() as unit:
        other = await unit.stations.put(code="xihu", name="西湖派出所", tz="Asia/Shanghai")
        [member] = [m for m in await unit.people.staff(world.station_id) if m.person.code == world.admin.user_id]
        await unit.people.set_role(member.person.id, other, member.role)
        payload = '{"why": "taken_over"}'
        await unit.jobs.add("channel.deaf", key="deaf:1", due_at=world.clock.now(), payload=payload)
    await world.settle()
    assert [s.text for s in world.admin.inbox] == [DEAF["taken_over"]]
