"""我的 · 待办 · 查 N: what each may see, and where."""

import pytest

from handlers.kit import texts
from storage.model.people import PersonRole
from storage.model.tickets import State
from tests.harness import World
from tests.stories import MATTER, confirmed, everything, make_role, on_sqlite, reported, resolved


# ── 我的 ───────────────────────────────────────────────────────────────────
async def test_mine_in_private_and_in_the_group(world: World) -> None:
    await reported(world)
    await world.liu.says("@民警 路灯坏了")
    await world.chen.tells("我的")
    assert world.chen.inbox[-1].text == f"您反映的事：\n1 号　待接单　{MATTER}"
    await world.chen.says("@民警 我的")
    assert world.last("g1").text == "您反映的事：\n1 号　待接单\n想看详细的，私下发“我的”给我。"
    await world.zhou.tells("我的")
    assert world.zhou.inbox[-1].text == texts.NO_MINE


async def test_mine_is_paged(world: World) -> None:
    for n in range(19):
        await world.chen.tells(f"登记 第{n}件事")
    await world.chen.tells("我的")
    first = world.chen.inbox[-1]
    assert "（第 1/3 页）" in first.text
    assert first.labels == ["下一页"]
    await world.chen.presses("下一页")
    assert world.chen.inbox[-1].labels == ["上一页", "下一页"]
    await world.chen.tells("我的 3")
    assert world.chen.inbox[-1].text.splitlines()[1:] == [
        "3 号　待接单　第2件事",
        "2 号　待接单　第1件事",
        "1 号　待接单　第0件事",
    ]
    await world.chen.tells("我的 99")
    assert "（第 3/3 页）" in world.chen.inbox[-1].text
    await world.chen.tells("我的 0")
    assert world.chen.inbox[-1].text == texts.NEED_PAGE


# ── 待办 ───────────────────────────────────────────────────────────────────
async def test_todo_for_officers_urgent_and_unclaimed_first(world: World) -> None:
    await world.wang.tells("待办")
    assert world.wang.inbox[-1].text == texts.NO_OPEN
    await reported(world)
    await world.wang.presses("接单")
    await world.liu.tells("我家孩子不见了")
    await world.zhou.says("@民警 门口有人卖假酒")
    await world.wang.tells("待办")
    assert world.wang.inbox[-1].text.splitlines() == [
        "待办 3 单",
        "🔴 2 号　待接单　我家孩子不见了",
        "· 3 号　待接单　门口有人卖假酒",
        "· 1 号　已接单（王建国）　楼上往下扔垃圾",
    ]
    await world.wang.says("待办", addressed=True)
    assert "🔴 2 号　待接单　（私下反映）" in world.last("g9").text
    assert "孩子" not in world.last("g9").text


async def test_todo_is_not_read_out_to_residents(world: World) -> None:
    await reported(world)
    await world.wang.says("@民警 待办", to="g1")
    assert world.last("g1").text == texts.NOT_IN_PUBLIC
    await world.chen.tells("待办")
    assert world.chen.inbox[-1].text == texts.NO_RIGHT


async def test_todo_is_paged_with_buttons_that_outlive_a_restart(world: World) -> None:
    for n in range(17):
        await world.chen.tells(f"登记 第{n}件事")
    await world.wang.says("待办", addressed=True)
    assert "待办 17 单（第 1/3 页）" in world.last("g9").text
    await world.restart()
    event = await world.wang.presses("下一页", where="g9")
    assert world.last("g9").labels == ["上一页", "下一页"]
    before = everything(world)
    await world.happens(event)
    assert everything(world) == before
    await world.wang.presses("下一页", where="g9")
    assert world.last("g9").text.splitlines()[1:] == ["· 17 号　待接单　（私下反映）"]
    await world.chen.presses("上一页", where="g9")
    assert world.chen.read == texts.NO_RIGHT


# ── 查 ─────────────────────────────────────────────────────────────────────
async def test_the_reporter_reads_the_whole_story_with_public_names(world: World) -> None:
    await confirmed(world)
    await world.chen.presses("满意", where="g1")
    await world.chen.tells("查 1")
    assert world.chen.inbox[-1].text.splitlines() == [
        "1 号 · 已确认",
        f"“{MATTER}”",
        "———",
        "11月20日 11:00 反映 · 陈先生",
        "11月20日 11:00 通知到 · 王警官",
        "11月20日 11:00 接单 · 王警官",
        "11月20日 11:00 办结 · 王警官：已到场处置",
        "11月20日 11:00 确认 · 陈先生",
        "11月20日 11:00 评价 · 陈先生：满意",
    ]
    assert world.chen.inbox[-1].labels == []


async def test_colleagues_read_full_names_and_may_go_on_from_there(world: World) -> None:
    await reported(world)
    await world.zhao.tells("查 1")
    assert "通知到 · 王建国" in world.zhao.inbox[-1].text
    assert world.zhao.inbox[-1].labels == ["接单", "转派"]
    await world.zhao.presses("接单")
    assert (await world.ticket()).state is State.CLAIMED


@on_sqlite
@pytest.mark.parametrize("words", ["查 1", "查1", "查 1号", "/show 1"])
async def test_others_do_not_even_learn_that_it_exists(world: World, words: str) -> None:
    await reported(world)
    for who in (world.liu, world.zhou):
        await who.tells(words)
        assert who.inbox[-1].text == "没有找到 1 号。发“我的”看看您反映过的事。"
    await world.liu.tells("查 99")
    assert world.liu.inbox[-1].text == "没有找到 99 号。发“我的”看看您反映过的事。"


async def test_a_volunteer_is_no_officer(world: World) -> None:
    await reported(world)
    await world.liu.tells("您好")
    await make_role(world, "liu", PersonRole.VOLUNTEER)
    await world.liu.tells("查 1")
    assert "没有找到 1 号" in world.liu.inbox[-1].text


async def test_in_a_residents_group_a_state_and_no_more(world: World) -> None:
    await resolved(world)
    for who in (world.chen, world.wang):
        await who.says("@民警 查 1", to="g1")
        assert world.last("g1").text == "1 号　已办结。想看详细的，私下发“查 1”给我。"


async def test_in_the_officers_group_a_private_matter_stays_private(world: World) -> None:
    await world.liu.tells("邻居打孩子")
    await world.wang.says("查 1", addressed=True)
    text = world.last("g9").text
    assert "私下反映，内容见私聊" in text
    assert "打孩子" not in text
    assert "刘阿姨" not in text


async def test_an_officers_own_list_is_what_he_reported(world: World) -> None:
    await world.wang.tells("登记 路口信号灯坏了")
    await world.wang.tells("我的")
    assert "1 号　待接单　路口信号灯坏了" in world.wang.inbox[-1].text


# ── 帮助 ───────────────────────────────────────────────────────────────────
@on_sqlite
@pytest.mark.parametrize("words", ["帮助", "帮助！", "?", "？", "/help", "help"])
async def test_help_shows_what_one_may_do(world: World, words: str) -> None:
    await world.chen.tells(words)
    await world.wang.tells(words)
    for word in ("我的", "撤回 12", "补充 12", "查 12", "96110", "110"):
        assert word in world.chen.inbox[-1].text
    assert "接单" not in world.chen.inbox[-1].text
    assert "接单 12" in world.wang.inbox[-1].text
    assert "绑定 派出所代码" not in world.wang.inbox[-1].text
    await world.admin.tells(words)
    assert "绑定" in world.admin.inbox[-1].text


async def test_help_in_a_group_shows_only_what_residents_may_do(world: World) -> None:
    await world.wang.says("@民警 帮助", to="g1")
    assert "接单" not in world.last("g1").text


@on_sqlite
@pytest.mark.parametrize("words", ["/start", "开始"])
async def test_hello(world: World, words: str) -> None:
    await world.chen.tells(words)
    assert world.chen.inbox[-1].text.startswith("您好，我是东湾派出所平安小助手。")
