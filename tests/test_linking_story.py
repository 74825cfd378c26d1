"""串并 · 取消串并 · 结案: several reports of one matter, and one notice of its end to everybody."""

from dataclasses import replace

import pytest

from handlers.kit import relay_texts as say
from handlers.kit import texts
from handlers.tickets.linking import numbers
from storage.model.people import GroupKind, PersonRole
from storage.model.tickets import EntryKind, State
from tests.harness import Shown, World
from tests.meaning import means
from tests.stories import everything, kinds, silence


async def three(world: World) -> None:
    """陈先生 (g1), 小周 (g2) and 刘阿姨 (in private) told of what is one matter. 王建国 has the first."""
    await world.chen.says("@民警 电动车被偷了")
    await world.zhou.says("@民警 店门口的电瓶车没了")
    await world.liu.tells("我的车电瓶被人拆走了")
    await world.wang.tells("接单 1")


def card(world: World, number: int) -> Shown:
    """In the officers' group; the numbers of others stand on it too."""
    return next(s for s in world.chat("g9") if s.out.role == "card" and f"{number} 号 ·" in s.text.splitlines()[0])


async def linked(world: World) -> None:
    await three(world)
    await world.wang.tells("串并 1 2 3 电动车被盗")


@pytest.mark.parametrize(
    ("text", "found", "title"),
    [
        ("12 15 18", (12, 15, 18), ""),
        ("12、15号和18号 电动车被盗", (12, 15, 18), "电动车被盗"),
        ("#12，15", (12, 15), ""),
        ("１２ 15 12", (12, 15), ""),
        ("12 15 3栋的事", (12, 15), "3栋的事"),
        ("电动车", (), "电动车"),
    ],
)
def test_numbers_and_a_title(text: str, found: tuple[int, ...], title: str) -> None:
    read = numbers.parse(text)
    assert (read.numbers, read.text) == (found, title)


async def test_tickets_are_linked_and_their_cards_say_so(world: World) -> None:
    await three(world)
    event = await world.wang.tells("串并 1 2 3 电动车被盗")
    answer = say.LINKED.format(number=1, title="电动车被盗", tickets="1 号、2 号、3 号")
    assert world.wang.inbox[-1].text == answer
    assert "串并：第 1 起（电动车被盗），还有 2 号、3 号" in card(world, 1).text
    before = everything(world)
    await world.restart()
    await world.happens(event)
    assert everything(world) == before
    await world.wang.tells("串并 1 2")
    assert world.wang.inbox[-1].text == say.LINK_SAME.format(number=1)
    assert (await kinds(world, 2)).count(EntryKind.LINKED) == 1
    await world.wang.tells("串并")
    assert "第 1 起　电动车被盗　1 号、2 号、3 号" in world.wang.inbox[-1].text


async def test_one_number_in_a_reply_to_a_card_is_the_other_one(world: World) -> None:
    await three(world)
    await world.li.says("串并 2", to="g9", reply_to=card(world, 1).ref)
    assert (await world.ticket(1)).incident_id == (await world.ticket(2)).incident_id is not None
    await world.li.tells("串并 3")
    assert world.li.inbox[-1].text == say.NEED_LINK


async def test_residents_link_nothing_and_do_not_read_of_it(world: World) -> None:
    await three(world)
    for words in ("串并 1 2", "取消串并 1", "结案 1 好了"):
        await world.liu.tells(words)
        assert world.liu.inbox[-1].text == texts.NO_RIGHT
    for words in ("串并 1 2", "取消串并 1", "结案 1 好了"):
        await world.wang.says(f"@民警 {words}", to="g1")
        assert world.last("g1").text == texts.NOT_IN_PUBLIC
    await world.wang.tells("串并 1 2")
    await world.chen.tells("查 1")
    assert "串并" not in world.chen.inbox[-1].text


async def test_a_withdrawn_report_is_no_part_of_anything(world: World) -> None:
    await three(world)
    await world.liu.tells("撤回 3")
    await world.wang.tells("串并 1 3")
    assert world.wang.inbox[-1].text == say.LINK_WITHDRAWN.format(numbers="3 号")


async def test_taken_apart_again(world: World) -> None:
    await linked(world)
    await world.wang.tells("取消串并 3")
    assert world.wang.inbox[-1].text == say.UNLINKED.format(number="3 号", incident=1)
    assert "还有 2 号" in card(world, 1).text
    await world.wang.tells("取消串并 3")
    assert world.wang.inbox[-1].text == say.NOT_LINKED.format(number="3 号")
    await world.wang.tells("取消串并 2")
    assert world.wang.inbox[-1].text == say.DISSOLVED.format(number="2 号", incident=1)
    assert (await world.ticket(1)).incident_id is None
    assert "串并" not in card(world, 1).text
    await world.sun.tells("结案 1 好了")
    assert world.sun.inbox[-1].text == say.NO_SUCH_INCIDENT.format(number=1)


async def test_two_incidents_are_not_thrown_together(world: World) -> None:
    await linked(world)
    await world.chen.says("@民警 楼道里有人吵架", at=world.clock.now())
    await world.passes(minutes=5)
    await world.chen.says("@民警 路灯坏了")
    await world.wang.tells("取消串并 3")
    await world.passes(minutes=5)
    await world.chen.says("@民警 井盖丢了")
    newest = await world.tickets()
    await world.wang.tells(f"串并 3 {newest}")
    await world.wang.tells("串并 1 3")
    assert world.wang.inbox[-1].text == say.LINK_SEVERAL.format(numbers="1、2")


# ── 结案 ───────────────────────────────────────────────────────────────────
FOUND = "已抓获嫌疑人，物品请到所里认领"


async def test_everybody_hears_of_the_end_once(world: World) -> None:
    await world.chen.tells("/start")
    await linked(world)
    async with await world.unit() as unit:
        for user in ("liu", "chen"):  # 刘阿姨 follows 1 号 beside her own 3 号
            known = await unit.people.by_identity("world", user)
            await unit.watchers.add((await world.ticket(1)).id, known.person.id, world.clock.now())
    event = await world.wang.tells(f"结案 1 {FOUND}")
    await world.restart()
    await world.happens(event)
    assert [s.text for s in world.chen.inbox].count(f"您反映的 1 号 已有结果：{FOUND}{say.CLOSED_ASK}") == 1
    # 小周 never wrote to us in private: he reads it as an answer to what he told.
    zhou = [s for s in world.chat("g2") if FOUND in s.text]
    assert [s.labels for s in zhou] == [["解决了", "没解决"]]
    assert zhou[0].out.content.reply_to
    assert len([s for s in world.liu.inbox if FOUND in s.text]) == 1
    assert not [s for s in world.chat("g1") if s.out.role == "ask"]
    for number in (1, 2, 3):
        ticket = await world.ticket(number)
        assert (ticket.state, ticket.finding) == (State.RESOLVED, FOUND)
        assert (await kinds(world, number)).count(EntryKind.RESOLVED) == 1
    assert world.wang.inbox[-1].text == say.CLOSED_NOTE.format(number=1, tickets=3, people=3)
    await world.chen.presses("解决了")
    await world.chen.presses("满意")
    await world.zhou.presses("没解决", where="g2")
    assert (await world.ticket(1)).state is State.CONFIRMED
    assert (await world.ticket(2)).state is State.REOPENED


async def test_a_restart_in_the_middle_of_closing(world: World) -> None:
    await linked(world)
    event = await world.wang.tells(f"结案 1 {FOUND}", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.happens(event)
    assert len([s for s in world.liu.inbox if FOUND in s.text]) == 1
    await world.sun.tells(f"结案 1 {FOUND}")
    assert world.sun.inbox[-1].text == say.INCIDENT_OVER.format(number=1)


async def test_who_told_two_of_them_is_told_once(world: World) -> None:
    await world.liu.tells("我的车电瓶被人拆走了")
    await world.passes(minutes=20)
    await world.liu.tells("登记 今天又被拆了一次")
    await world.sun.tells("串并 1 2")
    await world.sun.tells(f"结案 1 {FOUND}")
    told = [s for s in world.liu.inbox if FOUND in s.text and s.out.role == "ask"]
    assert [s.labels for s in told] == [["1 号解决了", "1 号没解决", "2 号解决了", "2 号没解决"]]
    second = told[0].button("2 号解决了")
    await world.liu.presses("1 号解决了")
    await world.liu.presses_old(told[0], second, world.liu.private)
    assert (await world.ticket(1)).state is (await world.ticket(2)).state is State.CONFIRMED


async def test_one_that_was_over_before_is_told_without_a_question(world: World) -> None:
    await linked(world)
    await world.wang.tells("办结 1 已受案")
    await world.chen.presses("解决了", where="g1")
    await world.wang.tells(f"结案 1 {FOUND}")
    told = [s for s in world.chat("g1") if FOUND in s.text]
    assert [(s.text, s.labels) for s in told] == [(f"您反映的 1 号 已有结果：{FOUND}", [])]
    assert (await world.ticket(1)).state is State.CONFIRMED


async def test_only_who_has_one_of_them_or_leads_closes_it(world: World) -> None:
    await linked(world)
    await world.li.tells(f"结案 1 {FOUND}")
    assert world.li.inbox[-1].text == say.CLOSE_NOT_YOURS
    assert (await world.ticket(1)).state is State.CLAIMED
    await world.wang.tells("结案 1")
    assert world.wang.inbox[-1].text == say.NEED_CLOSE
    await world.wang.tells("结案 9 好了")
    assert world.wang.inbox[-1].text == say.NO_SUCH_INCIDENT.format(number=9)
    await world.sun.tells(f"结案 1 {FOUND}")
    assert say.CLOSED_FOR_YOU.format(number="1 号", incident=1, finding=FOUND) in [s.text for s in world.wang.inbox]


async def test_two_stations_do_not_see_each_others(world: World) -> None:
    await linked(world)
    far = replace(world.wang, user_id="far", name="远警官", group="g30")
    async with await world.unit() as unit:
        other = await unit.stations.put(code="xihu", name="西湖派出所", tz="Asia/Shanghai")
        group = await unit.groups.seen(platform="world", bot="bot", chat_id="g30", title="西湖民警")
        await unit.groups.bind(group.id, station_id=other, kind=GroupKind.OFFICERS, area_id=None, households=0)
        mine, world.station_id = world.station_id, other
        await world.enrol(unit, far, PersonRole.LEADER)
        world.station_id = mine
    for words, answer in (
        ("串并 1 2", texts.NO_SUCH_STAFF.format(number=1)),
        ("取消串并 1", texts.NO_SUCH_STAFF.format(number=1)),
        ("结案 1 好了", say.NO_SUCH_INCIDENT.format(number=1)),
        ("回复 1 你好", texts.NO_SUCH_STAFF.format(number=1)),
        ("备注 1 你好", texts.NO_SUCH_STAFF.format(number=1)),
        ("串并", say.NO_INCIDENTS),
    ):
        await far.tells(words)
        assert far.inbox[-1].text == answer
    assert (await world.ticket(1)).state is State.CLAIMED


async def test_a_sensitive_matter_is_ended_without_a_word_in_the_group(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, {"裸聊": {"sensitive": "裸聊敲诈"}})
    await world.chen.says("@民警 我被裸聊敲诈了")
    await world.zhou.says("@民警 我也遇到裸聊敲诈")
    await silence(world, "chen")
    await world.sun.tells("串并 1 2")
    await world.sun.tells("结案 1 骗子已落网")
    for chat in ("g1", "g2"):
        assert all("骗子" not in s.text for s in world.chat(chat))
        assert world.last(chat).labels == ["解决了", "没解决"]
