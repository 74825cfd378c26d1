"""回访: is a dispute still settled, 7 and 30 days after its reporter confirmed?"""

import pytest

from handlers.kit import relay_texts as say
from handlers.kit import texts
from storage.model.matters import Category
from storage.model.tickets import EntryKind, State
from tests.harness import Shown, World
from tests.meaning import means
from tests.stories import confirmed, entries, everything, kinds, reported, resolved, silence


@pytest.fixture(autouse=True)
def _meanings(monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"往下扔": {"category": Category.DISPUTE}, "路灯": {"category": Category.NUISANCE}})


def cards(world: World, chat: str = "p:wang") -> list[Shown]:
    return [s for s in world.chat(chat) if s.text.startswith("回访 · 1 号")]


async def test_a_card_after_a_week_and_after_a_month(world: World) -> None:
    await confirmed(world)
    await world.passes(days=6, hours=23)
    assert cards(world) == []
    await world.restart()
    await world.passes(hours=2)
    assert [s.text for s in cards(world)] == [
        "回访 · 1 号 · 确认后第 7 天\n陈先生：“楼上往下扔垃圾”\n当时：已到场处置\n请联系反映人，点一下结果。"
    ]
    assert cards(world)[0].labels == ["没复发", "又发生了", "联系不上"]
    await world.passes(days=23)
    assert [s.text.splitlines()[0] for s in cards(world)][1:] == ["回访 · 1 号 · 确认后第 30 天"]
    assert cards(world, "g9") == []


async def test_what_is_closed_without_a_word_is_looked_at_too(world: World) -> None:
    await resolved(world)
    for _ in range(14):
        await world.passes(days=1)
    assert len(cards(world)) == 1


async def test_other_matters_are_not_followed_up(world: World) -> None:
    await reported(world, "路灯坏了")
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 已修好")
    await world.chen.presses("解决了", where="g1")
    await world.passes(days=8)
    assert cards(world) == []


async def test_what_came_back_meanwhile_is_not_asked_about(world: World) -> None:
    await resolved(world)
    closing, no = world.last("g1"), world.last("g1").button("没解决")
    await world.chen.presses("解决了", where="g1")
    await world.chen.presses_old(closing, no, "g1")
    assert (await world.ticket()).state is State.REOPENED
    await world.passes(days=3)
    await world.wang.tells("接单 1")
    await world.wang.tells("办结 1 已再次调解")
    await world.chen.presses("解决了", where="g1")
    await world.passes(days=5)
    assert cards(world) == []
    await world.passes(days=2)
    assert len(cards(world)) == 1


async def test_it_has_not_come_back(world: World) -> None:
    await confirmed(world)
    await world.passes(days=7)
    card = cards(world)[0]
    again = card.button("又发生了")
    event = await world.wang.presses("没复发")
    assert world.wang.read == "1 号回访已记下：没复发。"
    assert card.labels == []
    before = everything(world)
    await world.restart()
    await world.happens(event)
    assert everything(world) == before
    await world.wang.presses_old(card, again, "p:wang")
    assert world.wang.read == say.FOLLOWUP_UNKNOWN.format(result="没复发")
    assert [e.text for e in await entries(world) if e.kind is EntryKind.FOLLOWED_UP] == ["7 天回访：没复发"]
    await world.chen.tells("查 1")
    assert "回访" not in world.chen.inbox[-1].text


async def test_residents_do_not_answer_it(world: World) -> None:
    await confirmed(world)
    await world.passes(days=7)
    card = cards(world)[0]
    await world.chen.presses_old(card, card.button("没复发"), "p:wang")
    assert world.chen.read == texts.NO_RIGHT
    assert EntryKind.FOLLOWED_UP not in await kinds(world)


async def test_who_could_not_be_reached_may_be_reached_later(world: World) -> None:
    await confirmed(world)
    await world.passes(days=7)
    await world.wang.presses("联系不上")
    assert cards(world)[0].labels == ["没复发", "又发生了"]
    await world.wang.presses("没复发")
    assert cards(world)[0].labels == []
    assert (await kinds(world)).count(EntryKind.FOLLOWED_UP) == 2


@pytest.mark.parametrize("reachable", [True, False])
async def test_it_has_come_back(world: World, reachable: bool) -> None:
    await world.chen.tells("/start")
    await confirmed(world)
    if not reachable:
        await silence(world, "chen")
    await world.passes(days=7)
    seen = len(world.chat("g1"))
    event = await world.wang.presses("又发生了")
    await world.restart()
    await world.happens(event)
    assert world.wang.read == say.RELAPSED.format(number="1 号", new="2 号")
    old, new = await world.ticket(1), await world.ticket(2)
    assert await world.tickets() == 2
    assert (new.state, new.category, new.reporter_id) == (State.OPEN, Category.DISPUTE, old.reporter_id)
    assert old.incident_id == new.incident_id is not None
    assert new.text == "7 天回访时说又发生了。原来的事（1 号）：楼上往下扔垃圾"
    assert world.card(2, "p:wang").labels == ["接单", "转派"]
    if reachable:
        assert len(world.chat("g1")) == seen
        assert "已登记为 2 号" in world.chen.inbox[-1].text
    else:
        assert "已登记为 2 号" in world.last("g1").text


async def test_an_officer_who_cannot_be_written_to_leaves_it_to_the_group(world: World) -> None:
    await confirmed(world)
    await silence(world, "wang")
    await world.passes(days=7)
    assert [s.text for s in cards(world, "g9")] == [say.followup_hidden(1, 7)]
    await world.li.presses("没复发", where="g9")
    assert world.li.read == "1 号回访已记下：没复发。"


async def test_figures(world: World) -> None:
    await world.wang.tells("统计 回访")
    assert world.wang.inbox[-1].text == say.NO_FOLLOWUPS
    await confirmed(world)
    await world.passes(days=7)
    await world.wang.presses("没复发")
    await world.passes(days=23)
    await world.wang.tells("统计 回访")
    assert world.wang.inbox[-1].text == "回访：\n· 7 天　共 1：没复发 1\n· 30 天　共 1：待回访 1"
