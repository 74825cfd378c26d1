"""The one question: which one, on the receipt itself, answered by a button or by the next words."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.kit import urgent_texts as say
from handlers.tickets.questions import choose
from storage.model.matters import Category, Emergency, Money, Sensitive
from storage.model.messages import Address, Attachment, AttachmentKind, Sender
from storage.model.tickets import EntryKind, State, Ticket, Urgency
from storage.unit import Unit
from tests.harness import START, World
from tests.meaning import means
from tests.stories import entries, everything, kinds, on_sqlite, texts_of

PLACE = Attachment(kind=AttachmentKind.LOCATION, latitude=36.65, longitude=117.12)
FRAUD: dict[str, dict[str, Any]] = {"中奖": {"category": Category.FRAUD}}
FIGHT: dict[str, dict[str, Any]] = {
    "打架": {
        "category": Category.HELP,
        "urgency": Urgency.URGENT,
        "emergency": Emergency.VIOLENCE,
        "place": "东门",
    }
}
FIRE: dict[str, dict[str, Any]] = {
    "着火": {"category": Category.HELP, "urgency": Urgency.URGENT, "emergency": Emergency.FIRE},
    "3栋": {"place": "3栋2单元"},
}
NOISE: dict[str, dict[str, Any]] = {"吵": {"category": Category.NUISANCE}, "3栋": {"place": "3栋2单元"}}


def a_ticket(**known: Any) -> Ticket:
    source = Address(platform="world", bot="bot", chat_id="g1")
    fields: dict[str, Any] = {
        "id": 1,
        "station_id": 1,
        "number": 1,
        "state": State.OPEN,
        "urgency": Urgency.NORMAL,
        "reporter_id": 1,
        "text": "有件事",
        "source": source,
        "source_message": "",
        "private": False,
        "opened_at": START,
    }
    return Ticket(**{**fields, **known})


# ── which question ─────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("known", "near", "asked"),
    [
        ({"category": Category.FRAUD}, True, "money"),
        ({"category": Category.FRAUD, "money_sent": Money.NOT_SENT}, True, ""),
        ({"category": Category.FRAUD, "money_sent": Money.SENT}, False, ""),
        ({"category": Category.HELP, "emergency": "暴力伤害"}, True, "safe"),
        ({"category": Category.DISPUTE, "text": "我老公又打我了"}, True, "safe"),
        ({"category": Category.CLUE, "emergency": "正在发生的违法犯罪", "place": "东门"}, True, "safe"),
        ({"category": Category.NUISANCE}, True, ""),
        ({"category": Category.NUISANCE}, False, "place"),
        ({"category": Category.NUISANCE, "place": "3栋"}, False, ""),
        ({"category": Category.TRAFFIC}, False, "place"),
        ({"category": Category.DISPUTE, "text": "房东不退押金"}, False, ""),
        ({"category": Category.PAPERS}, False, ""),
        ({"category": Category.HELP, "urgency": Urgency.LOW}, False, ""),
        ({"category": Category.HELP, "emergency": "火情", "urgency": Urgency.URGENT}, True, "place"),
        ({"category": None}, False, ""),
    ],
)
def test_the_question_that_matters(known: dict[str, Any], near: bool, asked: str) -> None:
    assert choose(a_ticket(**known), [], ("东湾花园",) if near else ()) == asked


def test_a_location_sent_along_is_a_place() -> None:
    assert choose(a_ticket(category=Category.NUISANCE), [PLACE], ()) == ""


# ── it stands on the receipt ───────────────────────────────────────────────
async def test_the_last_line_of_the_one_receipt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    [receipt] = world.chat("g1")
    assert receipt.text.splitlines()[-1] == "钱转出去了吗？"
    assert receipt.labels == ["已经转了", "还没转"]
    assert (await world.ticket()).asked == "money"


async def test_in_private_the_buttons_stand_beside_the_withdrawing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.tells("说我中奖了")
    assert world.chen.inbox[0].labels == ["已经转了", "还没转", "撤回"]


# ── answered by a button ───────────────────────────────────────────────────
async def test_a_press_answers_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    shown = world.receipt(1)
    buttons = {label: shown.button(label) for label in shown.labels}
    press = await world.chen.presses("还没转", where="g1")
    assert world.chen.read == say.TOLD_NOT_SENT
    ticket = await world.ticket()
    assert (ticket.asked, ticket.money_sent, ticket.urgency) == ("", Money.NOT_SENT, Urgency.NORMAL)
    assert shown.text.splitlines()[-1].startswith("收到，")
    assert shown.labels == []
    assert len(world.chat("g1")) == 1
    assert "1 号反映人回答“钱转出去了吗？”：还没转" in texts_of(world.wang.inbox)
    assert "钱还没转" in world.card(1, world.wang.private).text
    before = everything(world)
    await world.happens(press)
    await world.chen.presses_old(shown, buttons["已经转了"], "g1")
    assert world.chen.read == say.TOLD_ALREADY
    assert everything(world) == before
    assert (await kinds(world)).count(EntryKind.TOLD) == 1


async def test_only_the_reporter_is_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    for who in (world.liu, world.wang):
        await who.presses("已经转了", where="g1")
        assert who.read == say.ONLY_REPORTER_TELLS
    hidden = Sender(user_id="chen", name="群g1", anonymous=True)
    await world.happens(replace(await world.liu.presses("还没转", where="g1"), event_id="x1", sender=hidden))
    assert (await world.ticket()).asked == "money"


async def test_after_the_end_a_press_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    shown = world.receipt(1)
    button = shown.button("已经转了")
    for label in ("接单", "办结", "已电话答复"):
        await world.wang.presses(label)
    assert shown.text.endswith("等您确认。")
    await world.chen.presses_old(shown, button, "g1")
    assert world.chen.read == "1 号现在是“已办结”，不用再操作了。"
    assert (await world.ticket()).urgency is Urgency.NORMAL


async def test_a_restart_between_question_and_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIGHT)
    await world.chen.says("@民警 东门打架")
    await world.restart()
    await world.chen.presses("不安全", where="g1", settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.settle()
    assert world.receipt(1).text.splitlines()[-1].startswith("收到，")
    loud = [s for s in world.wang.inbox if s.out.content.loud]
    assert len(loud) == 2
    assert (await kinds(world)).count(EntryKind.TOLD) == 1


@pytest.mark.parametrize(("label", "told", "rings"), [("安全", say.TOLD_SAFE, 1), ("不安全", say.TOLD_UNSAFE, 2)])
async def test_are_you_safe(world: World, monkeypatch: pytest.MonkeyPatch, label: str, told: str, rings: int) -> None:
    means(monkeypatch, FIGHT)
    await world.chen.says("@民警 东门打架")
    assert world.receipt(1).text.splitlines()[-1] == "您现在安全吗？"
    await world.chen.presses(label, where="g1")
    assert world.chen.read == told
    for chat in (world.wang.private, world.sun.private):
        assert len([s for s in world.chat(chat) if s.out.content.loud]) == rings
    assert world.receipt(1).labels == []


# ── answered by words ──────────────────────────────────────────────────────
@on_sqlite
@pytest.mark.parametrize(
    ("words", "money"),
    [
        ("没有", Money.NOT_SENT),
        ("还没", Money.NOT_SENT),
        ("没转", Money.NOT_SENT),
        ("还没有转呢", Money.NOT_SENT),
        ("转了", Money.SENT),
        ("已经转了三千", Money.SENT),
        ("转过去了", Money.SENT),
        ("刚转账了", Money.SENT),
        ("那怎么办", None),
        ("他又打电话来了", None),
        ("转账是什么意思", None),
    ],
)
async def test_words_about_money(
    world: World, monkeypatch: pytest.MonkeyPatch, words: str, money: Money | None
) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    await world.chen.says(words, reply_to=world.receipt(1).ref)
    ticket = await world.ticket()
    assert ticket.money_sent is money
    assert ticket.asked == ("" if money else "money")
    assert await world.tickets() == 1


async def test_typed_not_sent_gets_one_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    await world.chen.says("还没转", reply_to=world.receipt(1).ref)
    assert [s.text for s in world.chat("g1")][1:] == [say.TOLD_NOT_SENT]


async def test_typed_sent_gets_the_steps_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.tells("说我中奖了")
    await world.chen.tells("已经转了")
    assert (await world.ticket()).urgency is Urgency.URGENT
    assert say.STOP_PAYMENT in texts_of(world.chen.inbox)
    assert world.chen.inbox[0].text.startswith(f"⚠️ {say.STOP_PAYMENT}")
    assert await world.tickets() == 1


@on_sqlite
@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("安全", ""),
        ("我们都安全", ""),
        ("没事了", ""),
        ("他走了", ""),
        ("不安全，他还在砸门", ""),
        ("请快一点", "safe"),
    ],
)
async def test_words_about_safety(world: World, monkeypatch: pytest.MonkeyPatch, words: str, asked: str) -> None:
    means(monkeypatch, FIGHT)
    await world.chen.says("@民警 东门打架")
    await world.chen.says(words, reply_to=world.receipt(1).ref)
    assert (await world.ticket()).asked == asked
    rings = [s for s in world.wang.inbox if s.out.content.loud]
    assert len(rings) == (2 if "不安全" in words else 1)


async def test_a_place_by_reply_in_a_group_is_answered_by_the_receipt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    means(monkeypatch, FIRE)
    await world.chen.says("@民警 着火了")
    receipt = world.receipt(1)
    assert receipt.text.splitlines()[-1] == say.ASK_PLACE_IN_GROUP
    await world.chen.says("在3栋2单元", reply_to=receipt.ref)
    assert (await world.ticket()).place == "3栋2单元"
    assert receipt.text.splitlines()[-1].startswith("收到，")
    assert world.chat("g1") == [receipt]
    assert "地点：3栋2单元" in world.card(1, world.wang.private).text
    assert "1 号反映人回答“在哪里？写一句或发个位置就行。”：在3栋2单元" in texts_of(world.wang.inbox)
    told = (await entries(world))[-1]
    assert (told.kind, told.text) == (EntryKind.TOLD, "在3栋2单元")


@on_sqlite
@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("3栋", "3栋2单元"),
        ("老粮站对面", "老粮站对面"),
        ("小超市门口", "小超市门口"),
        ("你们什么时候来", ""),
        ("谢谢", ""),
        ("天天这样，从春天闹到现在，我们一家人都没有睡过一个好觉，请你们一定管一管", ""),
    ],
)
async def test_a_place_in_private(world: World, monkeypatch: pytest.MonkeyPatch, words: str, place: str) -> None:
    means(monkeypatch, NOISE)
    await world.chen.tells("楼下天天半夜吵")
    assert world.chen.inbox[0].text.splitlines()[-1] == say.ASK_PLACE
    await world.chen.tells(words)
    ticket = await world.ticket()
    assert (ticket.place, ticket.asked) == (place, "" if place else "place")
    if place:
        assert world.chen.inbox[-1].text == say.TOLD_PLACE
        assert await world.tickets() == 1


async def test_a_location_answers_and_reaches_the_officer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NOISE)
    await world.chen.tells("楼下天天半夜吵")
    event = await world.chen.tells("", attachments=(PLACE,))
    await world.happens(event)
    assert (await world.ticket()).asked == ""
    assert [s.out.content.attachment for s in world.wang.inbox if s.out.content.attachment] == [PLACE]
    assert "附：位置 1" in world.card(1, world.wang.private).text
    assert await world.tickets() == 1


async def test_long_after_words_are_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, NOISE)
    await world.chen.tells("楼下天天半夜吵")
    await world.passes(minutes=31)
    await world.chen.tells("3栋又有事")
    assert (await world.ticket()).asked == "place"


async def test_a_neighbours_words_answer_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    await world.liu.says("已经转了", reply_to=world.receipt(1).ref)
    assert (await world.ticket()).money_sent is None


# ── a matter that is not for the group ─────────────────────────────────────
async def test_a_sensitive_matter_is_asked_about_in_private_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"裸聊": {"category": Category.FRAUD, "sensitive": Sensitive.SEXTORTION}})
    await world.chen.tells("帮助")
    await world.chen.says("@民警 我被裸聊的人缠上了")
    assert "钱" not in world.receipt(1).text
    assert world.receipt(1).labels == []
    await world.chen.presses("已经转了")
    assert (await world.ticket()).urgency is Urgency.URGENT
    [receipt] = world.chat("g1")
    assert "转" not in receipt.text
    assert receipt.text.startswith("⚠️ 有危险请马上拨打 110。")


async def test_an_answer_to_it_in_the_group_is_not_echoed_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"裸聊": {"category": Category.FRAUD, "sensitive": Sensitive.SEXTORTION}})
    await world.chen.says("@民警 我被裸聊的人缠上了")
    await world.chen.says("已经转了", reply_to=world.receipt(1).ref)
    assert (await world.ticket()).money_sent is Money.SENT
    assert world.chat("g1") == [world.receipt(1)]
    assert "转" not in world.receipt(1).text


# ── in the burst it was told in ────────────────────────────────────────────
async def test_a_further_line_brings_what_was_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, FIRE)
    await world.chen.says("@民警 着火了")
    assert (await world.ticket()).asked == "place"
    await world.passes(seconds=6)
    await world.chen.says("3栋2单元", addressed=False)
    ticket = await world.ticket()
    assert (ticket.asked, ticket.place) == ("", "3栋2单元")
    [receipt] = world.chat("g1")
    assert say.ASK_PLACE_IN_GROUP not in receipt.text
    assert not [text for text in texts_of(world.wang.inbox) if "回答" in text]
    assert (await kinds(world)).count(EntryKind.TOLD) == 1


async def test_a_further_line_that_alarms_rings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {"category": Category.FRAUD, "money": Money.SENT, "urgency": Urgency.URGENT, "emergency": Emergency.MONEY}
    means(monkeypatch, FRAUD | {"三千": sent})
    await world.chen.says("@民警 说我中奖了")
    await world.passes(seconds=6)
    await world.chen.says("刚才转了三千过去", addressed=False)
    assert world.receipt(1).text.startswith(f"⚠️ {say.STOP_PAYMENT}")
    assert world.receipt(1).labels[:1] != ["已经转了"]
    for chat in (world.wang.private, world.sun.private):
        assert len([s for s in world.chat(chat) if s.out.content.loud]) == 1


async def test_the_question_is_kept_with_the_ticket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement that takes an answer takes it once, however many ask."""
    means(monkeypatch, FRAUD)
    await world.chen.says("@民警 说我中奖了")
    ticket = await world.ticket()
    async with world.engine.write() as tx:
        first = await Unit(tx).tickets.told(ticket.id, "money")
        assert first is not None
        assert first.asked == ""
        assert await Unit(tx).tickets.told(ticket.id, "money") is None
