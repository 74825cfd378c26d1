"""Danger: the right number first, the officer and the leader rung at once, and once more when it gets worse."""

from datetime import timedelta

import pytest

from handlers.kit import urgent_texts as say
from storage.model.matters import Category, Emergency, Money
from storage.model.messages import Lane
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, Urgency
from tests.harness import Shown, World
from tests.meaning import means
from tests.stories import everything, kinds, make_role, on_sqlite, silence, texts_of
from tests.test_duty import only_on_duty

URGENT = {"urgency": Urgency.URGENT}
FIGHT = {"打架": URGENT | {"category": Category.HELP, "emergency": Emergency.VIOLENCE, "place": "东门"}}
NUMBERS = {
    Emergency.VIOLENCE: ("110", "躲"),
    Emergency.CRIME: ("110", "躲"),
    Emergency.FIRE: ("119", "出来"),
    Emergency.GAS: ("开窗", "119"),
    Emergency.MISSING: ("110", "24 小时"),
    Emergency.SELF_HARM: ("110", "陪着"),
    Emergency.MEDICAL: ("120", "110"),
    Emergency.MONEY: ("别转账", "110", "96110", "银行", "别删"),
    Emergency.EXTORTION: ("110", "别给钱", "别删"),
}


def cards(shown: list[Shown]) -> list[Shown]:
    return [s for s in shown if s.out.role == "card"]


@on_sqlite
@pytest.mark.parametrize("kind", list(Emergency))
async def test_the_first_line_names_the_right_number(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: Emergency
) -> None:
    means(monkeypatch, {"出事了": URGENT | {"category": Category.HELP, "emergency": kind, "place": "东门"}})
    await world.chen.says("@民警 出事了")
    first = world.receipt(1).text.partition("\n收到，")[0]
    assert first.startswith("⚠️")
    assert len(first.splitlines()) <= 3
    places = [first.index(word) for word in NUMBERS[kind]]
    assert places == sorted(places)


async def test_it_goes_before_everything_to_officer_leader_and_group(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, FIGHT)
    await world.chen.says("@民警 东门有人打架")
    receipt = world.receipt(1)
    assert receipt.text.startswith("⚠️ 请马上拨打 110。")
    assert receipt.out.lane is Lane.EMERGENCY
    for chat in (world.wang.private, world.sun.private, "g9"):
        [card] = cards(world.chat(chat))
        assert card.text.startswith("🔴 紧急 · 1 号")
        assert "求助 · 暴力伤害 · 地点：东门" in card.text
        assert card.out.lane is Lane.EMERGENCY
        assert card.out.content.loud
    assert world.boss.inbox == []
    assert world.card(1, world.wang.private).text.endswith("因为：您是东湾片区的民警，正在值班")
    assert world.card(1, world.sun.private).text.endswith(
        "因为：王建国是东湾片区的民警，正在值班；事情紧急，同时告诉您"
    )
    await world.chen.says("还有一个人流血了", reply_to=receipt.ref)
    assert world.card(1, world.sun.private).text.endswith("同时告诉您")
    assert world.card(1, world.wang.private).text.endswith("因为：您是东湾片区的民警，正在值班")


async def test_an_ordinary_matter_rings_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {})
    await world.chen.says("@民警 路灯坏了")
    assert not world.card(1, world.wang.private).out.content.loud
    assert "⚠️" not in world.receipt(1).text
    assert world.sun.inbox == []


async def test_without_a_leader_on_duty_all_leaders(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIGHT)
    await silence(world, "sun")
    await world.chen.says("@民警 打架")
    assert len(cards(world.boss.inbox)) == 1


async def test_who_leads_and_takes_it_gets_one_card(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIGHT)
    await silence(world, "wang")
    await silence(world, "zhao")
    await make_role(world, "sun", PersonRole.DUTY_LEADER)
    event = await world.chen.says("@孙队 打架")
    before = everything(world)
    await world.happens(event)
    assert everything(world) == before
    assert len(cards(world.sun.inbox)) == 1


async def test_decided_before_the_restart_rings_after_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIGHT)
    await world.chen.says("@民警 打架", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.settle()
    assert [len(cards(world.chat(c))) for c in (world.wang.private, world.sun.private, "g9")] == [1, 1, 1]


# ── it gets worse ──────────────────────────────────────────────────────────
async def test_what_becomes_urgent_rings_once_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"红包": {"category": Category.FRAUD}})
    await world.chen.says("@民警 有人让我发红包")
    assert "⚠️" not in world.receipt(1).text
    await world.chen.presses("已经转了", where="g1")
    assert world.receipt(1).text.startswith(f"⚠️ {say.STOP_PAYMENT}\n收到，")
    assert world.receipt(1).out.kind == "send"
    assert len([s for s in world.chat("g1") if s.out.role == "receipt"]) == 1
    for chat in (world.wang.private, world.sun.private):
        newest = cards(world.chat(chat))[-1]
        assert newest.text.startswith("🔴 紧急 · 1 号")
        assert "钱已转出" in newest.text
        assert newest.out.content.loud
    assert len(cards(world.wang.inbox)) == 2
    assert all("🔴 紧急" in card.text for card in [*cards(world.wang.inbox), *cards(world.chat("g9"))])
    await world.wang.presses("接单")
    assert all(card.text.splitlines()[0].endswith("已接单") for card in cards(world.wang.inbox))


async def test_without_a_private_chat_the_officers_group_rings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"红包": {"category": Category.FRAUD}})
    for who in ("wang", "zhao", "sun", "boss", "wu"):
        await silence(world, who)
    await world.chen.says("@民警 有人让我发红包")
    await world.chen.presses("已经转了", where="g1")
    assert [c.out.content.loud for c in cards(world.chat("g9"))] == [False, True]


async def test_after_the_end_nothing_warns_any_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIGHT)
    await world.chen.says("@民警 打架")
    for label in ("接单", "办结", "已到场处置"):
        await world.wang.presses(label)
    assert world.receipt(1).text == "收到，已登记为 1 号（11:00）。王警官已办结，等您确认。"


# ── 改急 · 改类 ────────────────────────────────────────────────────────────
async def test_an_officer_corrects_what_was_understood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIGHT)
    await world.chen.says("@民警 打架")
    await world.wang.tells("改急 1 一般")
    await world.wang.tells("改类 1 纠纷")
    ticket = await world.ticket()
    assert (ticket.urgency, ticket.category) == (Urgency.NORMAL, Category.DISPUTE)
    assert "⚠️" not in world.receipt(1).text
    card = world.card(1, world.wang.private)
    assert card.text.startswith("1 号 · 待接单")
    assert "矛盾纠纷 · 暴力伤害 · 一般 · 地点：东门" in card.text
    assert texts_of(world.wang.inbox)[-2:] == ["1 号已改为“一般”。", "1 号已改为“矛盾纠纷”。"]
    assert (await kinds(world)).count(EntryKind.RECLASSIFIED) == 2
    await world.wang.tells("查 1")
    assert "改分类 · 王建国：类别 求助 → 矛盾纠纷" in world.wang.inbox[-1].text
    await world.sun.tells("改急 1 紧急")
    assert world.receipt(1).text.startswith("⚠️")
    assert cards(world.wang.inbox)[-1].out.content.loud


@pytest.mark.parametrize(
    ("who", "words", "answer"),
    [
        ("wang", "改类 1", "请写上改成哪一类"),
        ("wang", "改类 1 天气", "“天气”我不认识"),
        ("wang", "改急 1", "请写上改成什么"),
        ("wang", "改急 1 特急", "“特急”我不认识"),
        ("wang", "改急 1 一般", "1 号本来就是“一般”。"),
        ("zhao", "改类 1 扰民", "1 号要由经办人或值班长来改。"),
        ("sun", "改类 1 扰民", "1 号已改为“扰民”。"),
        ("wang", "改类 9 扰民", "没有找到 9 号"),
        ("chen", "改类 1 扰民", "这个要由民警来操作"),
    ],
)
@on_sqlite
async def test_who_may_correct_and_how(
    world: World, monkeypatch: pytest.MonkeyPatch, who: str, words: str, answer: str
) -> None:
    means(monkeypatch, {})
    await world.chen.says("@民警 路灯坏了")
    await getattr(world, who).tells(words)
    assert answer in world.chat(f"p:{who}")[-1].text
    assert (await kinds(world)).count(EntryKind.RECLASSIFIED) == int("扰民”。" in answer)


async def test_nothing_is_corrected_in_front_of_residents(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {})
    await world.chen.says("@民警 路灯坏了")
    await world.wang.says("@民警 改类 1 扰民", to="g1")
    assert "居民都看得到" in world.last("g1").text
    assert (await world.ticket()).category is not Category.NUISANCE


# ── money ──────────────────────────────────────────────────────────────────
async def test_money_that_has_left_is_first_of_all_the_banks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = URGENT | {"category": Category.FRAUD, "emergency": Emergency.MONEY, "money": Money.SENT}
    means(monkeypatch, {"转了三万": lost})
    await world.chen.says("@民警 我刚给人转了三万，怕是被骗了")
    first, second, third = world.receipt(1).text.splitlines()[:3]
    assert ("110" in first, "96110" in first, "银行" in second, "别删" in third) == (True,) * 4
    assert "钱转出去了吗" not in world.receipt(1).text
    assert len(cards(world.sun.inbox)) == 1


async def test_while_the_money_is_still_there_it_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_to = URGENT | {"category": Category.FRAUD, "emergency": Emergency.MONEY}
    means(monkeypatch, {"让我转": asked_to})
    await world.chen.says("@民警 有人让我转三万")
    assert world.receipt(1).text.startswith(f"⚠️ {say.BEFORE_PAYMENT}")
    await world.chen.presses("还没转", where="g1")
    assert world.receipt(1).text.startswith(f"⚠️ {say.KEEP_MONEY}\n收到，")


async def test_leaders_off_duty_sleep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIGHT)
    world.clock.advance(seconds=timedelta(hours=12).total_seconds())
    await only_on_duty(world)
    await world.chen.says("@民警 打架")
    assert len(cards(world.sun.inbox)) == len(cards(world.boss.inbox)) == 1
