"""这是不是骗子？ A verdict where one can be given, a ticket wherever an officer should look."""

import pytest

from handlers.kit import scam_texts as say
from handlers.scam.question import asks, suspicious_part
from storage.model.matters import Category
from storage.model.messages import Lane
from storage.model.tickets import EntryKind, Urgency
from tests.harness import World
from tests.scams import AGAIN, NEWS, PARCEL, REBATE, collected, world
from tests.stories import entries, texts_of

__all__ = ["world"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "这是不是骗子",
            "是真的吗",
            "这个能信吗",
            "靠谱不",
            "是诈骗吗？",
            "真的假的啊",
            "能不能信",
            "会不会是骗局",
            "可信不",
        ),
        *("这个人靠得住吗", "刚收到的短信是诈骗短信吗", "我被骗了吗", "我是不是被骗了", "这平台正规吗", "链接能点吗"),
    ],
)
def test_ways_to_ask(text: str) -> None:
    assert asks(text)
    assert suspicious_part(f"@民警 {text}".replace("@民警 ", "")) == ""
    assert suspicious_part(f"{REBATE}\n{text}") != ""


@pytest.mark.parametrize(
    "text",
    [
        "楼上往下扔垃圾",
        "我被骗了三千块",
        "他是骗子",
        "这身份证是假的",
        "孩子真的不见了",
        "谢谢民警反诈宣传",
        "养狗犯法吗",
        "",
    ],
)
def test_other_things_are_no_such_question(text: str) -> None:
    assert not asks(text)


async def test_likely_in_a_group_is_a_ticket_whose_one_receipt_carries_the_verdict(world: World) -> None:
    await world.chen.says(f"@民警 这是不是骗子：{REBATE}")
    shown = world.chat("g1")
    assert len(shown) == 1
    assert "高度疑似骗局（刷单返利）：要您先垫钱" in shown[0].text
    assert "别再垫钱" in shown[0].text
    assert "96110" in shown[0].text
    assert "1 号" in shown[0].text
    assert "abc1234" not in shown[0].text
    assert "疑似涉及诈骗" in world.card(1, world.wang.private).text


async def test_the_verdict_stays_when_the_receipt_changes_and_goes_when_all_is_done(world: World) -> None:
    await world.chen.says(f"@民警 这是不是骗子：{REBATE}")
    await world.wang.presses("接单")
    assert "高度疑似" in world.receipt(1).text
    await world.wang.presses("办结")
    await world.wang.presses("已告知办理途径")
    assert "高度疑似" not in world.receipt(1).text


async def test_unsure_is_whispered_to_officers_and_not_said_in_a_group(world: World) -> None:
    await world.chen.says(f"@民警 这是真的吗 {PARCEL}")
    assert "疑似" not in world.receipt(1).text
    assert "拿不准" not in world.receipt(1).text
    assert say.UNSURE_HINT in world.card(1, world.wang.private).text


async def test_unsure_in_private_is_answered_by_an_officer(world: World) -> None:
    await world.chen.tells(f"帮我看看这个能信吗\n{PARCEL}")
    assert "拿不准，民警看过后回复您" in world.chen.inbox[-1].text
    await world.wang.presses("接单")
    await world.wang.tells("办结 1 是骗子，别加对方")
    assert any("是骗子，别加对方" in text for text in texts_of(world.chen.inbox))


async def test_a_pasted_text_in_private_needs_no_question(world: World) -> None:
    await world.chen.tells(REBATE)
    assert "高度疑似骗局" in world.chen.inbox[-1].text
    await world.passes(minutes=30)
    await world.chen.tells(NEWS)
    assert "未见已知风险" in world.chen.inbox[-1].text
    assert await world.tickets() == 1


async def test_unknown_warns_that_this_is_no_guarantee_and_a_press_makes_it_a_ticket(world: World) -> None:
    event = await world.chen.tells(f"这个能信吗：{NEWS}")
    shown = world.chen.inbox[-1]
    assert "未见已知风险" in shown.text
    assert "不等于保险" in shown.text
    assert "96110" in shown.text
    assert await world.tickets() == 0
    await world.happens(event)
    assert len(world.chen.inbox) == 1

    await world.restart()
    press = await world.chen.presses("转人工")
    assert NEWS[:10] in (await world.ticket(1)).text
    assert world.receipt(1, world.chen.private).out.lane is Lane.RESIDENT
    assert shown.labels == []
    await world.happens(press)
    assert await world.tickets() == 1


async def test_an_old_button_tells_where_the_matter_stands(world: World) -> None:
    await world.chen.tells(f"这个能信吗：{NEWS}")
    shown = world.chen.inbox[-1]
    button = shown.button("转人工")
    await world.chen.presses("转人工")
    await world.chen.presses_old(shown, button, world.chen.private)
    assert "1 号　待接单" in world.chen.read
    await world.liu.presses_old(shown, button, world.liu.private)
    assert "本人" in world.liu.read
    assert await world.tickets() == 1


async def test_unknown_in_a_group_stays_a_matter_for_an_officer(world: World) -> None:
    await world.chen.says(f"@民警 这是真的吗 {NEWS}")
    assert "未见" not in world.last("g1").text
    assert await world.tickets() == 1


async def test_money_already_gone_is_urgent_and_no_question(world: World) -> None:
    await world.chen.tells(f"我已经转了三千，这是不是骗子：{REBATE}")
    ticket = await world.ticket(1)
    assert ticket.urgency is Urgency.URGENT
    receipt = world.receipt(1, world.chen.private)
    assert receipt.out.lane is Lane.EMERGENCY
    assert "止付" in receipt.text
    assert "高度疑似" not in receipt.text


async def test_money_is_not_held_up_by_a_text_nobody_knows(world: World) -> None:
    await world.chen.tells(f"我已经转了三千，这是不是骗子：{NEWS}")
    assert (await world.ticket(1)).urgency is Urgency.URGENT
    await world.liu.tells("这是不是骗子？")
    await world.liu.tells(f"我已经转了三千 {NEWS}")
    assert (await world.ticket(2)).urgency is Urgency.URGENT


async def test_the_text_may_stand_in_the_message_that_is_answered(world: World) -> None:
    await world.chen.says("@民警 这是不是骗子", reply_to="m999", quoted=REBATE, addressed=False)
    assert "高度疑似" in world.last("g1").text
    assert REBATE[:10] in (await world.ticket(1)).text
    assert len(world.chat("g1")) == 1


async def test_a_bare_question_in_private_asks_for_the_text(world: World) -> None:
    await world.chen.tells("这是不是骗子？")
    assert "原样发给我" in world.chen.inbox[-1].text
    assert await world.tickets() == 0
    await world.restart()
    await world.chen.tells(NEWS)
    assert "未见已知风险" in world.chen.inbox[-1].text
    await world.chen.tells("这是不是骗子？")
    await world.chen.tells(REBATE)
    assert "高度疑似" in world.chen.inbox[-1].text
    assert await world.tickets() == 1


async def test_after_our_question_a_matter_is_still_a_matter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.chen.tells("这是不是骗子？")
    monkeypatch.setattr("tests.scams._thought", lambda text: {"category": Category.HELP, "courtesy": None})
    await world.chen.tells("我的电动车昨天晚上在楼下被偷了")
    assert "未见" not in world.chen.inbox[-1].text
    assert "电动车" in (await world.ticket(1)).text


async def test_a_known_scam_is_certain_whatever_the_model_thinks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await collected(world)
    monkeypatch.setattr("tests.scams._thought", lambda text: {})
    await world.liu.says(f"@民警 收到这个 {AGAIN}")
    assert "高度疑似骗局（刷单返利）" in world.last("g1").text
    assert say.KNOWN_REASON in world.card(2, world.wang.private).text
    await world.zhou.tells(f"能信吗 {AGAIN}")
    assert "高度疑似骗局（刷单返利）" in world.zhou.inbox[-1].text


async def test_the_text_may_come_a_line_later_and_is_one_sighting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await collected(world)
    monkeypatch.setattr("tests.scams._thought", lambda text: {"courtesy": None, "is_request": True})
    await world.liu.says("@民警 我收到一个兼职短信不知道真不真")
    for line in (AGAIN, "发短信的人说今天就要定下来", "你们快看看"):
        world.clock.advance(seconds=5)
        await world.liu.says(line)
    ticket = await world.ticket(2)
    assert AGAIN in ticket.text
    assert ticket.hint.endswith(say.KNOWN_REASON)
    assert ticket.fraud_type == "刷单返利"
    async with await world.unit() as unit:
        since = world.clock.now().replace(year=2020)
        (seen,) = await unit.scams.sighted(world.station_id, since)
        assert await unit.scams.sightings(world.station_id, seen, since) == 2


async def test_officers_are_not_checked_upon(world: World) -> None:
    await world.wang.tells(f"这是不是骗子 {REBATE}")
    assert await world.tickets() == 0


async def test_the_check_is_in_the_log(world: World) -> None:
    await world.chen.tells(f"这个能信吗：{NEWS}")
    async with await world.unit() as unit:
        kinds = [entry.kind for entry in await unit.entries.of_station(world.station_id)]
    assert kinds == [EntryKind.SCAM_CHECKED]
    await world.chen.presses("转人工")
    assert (await entries(world))[0].kind is EntryKind.OPENED
