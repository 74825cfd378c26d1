"""The emulator's cards: every limit of the paper, one update per press, and who sees what."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fake_wecom import FakeWecom, HeldClock, Refusal, State
from tests.fake_wecom.cards import APP, check_card
from tests.fake_wecom.client import Client
from tests.test_fake_wecom import AT, GROUP, card, push_card, update


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def fake(clock: HeldClock) -> AsyncIterator[FakeWecom]:
    async with FakeWecom(state=State(clock=clock)) as server:
        yield server


@pytest.fixture
async def client(fake: FakeWecom) -> AsyncIterator[Client]:
    async with Client(fake.ws_url) as other:
        await other.subscribe()
        await fake.say("zhangsan", AT + "在", GROUP)
        await other.next()
        yield other


def _buttons(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"text": text, "key": key} for text, key in pairs]


NOTICE = {"card_type": "text_notice", "main_title": {"title": "提醒"}}
BROKEN: dict[str, dict[str, Any]] = {
    "title": card("T", main_title={"title": "字" * 27}),
    "desc": card("T", main_title={"title": "好", "desc": "字" * 31}),
    "sub_title": card("T", sub_title_text="字" * 113),
    "source": card("T", source={"desc": "字" * 14}),
    "no words": card("T", main_title={}),
    "seven rows": card("T", horizontal_content_list=[{"keyname": "名", "value": "值"}] * 7),
    "keyname": card("T", horizontal_content_list=[{"keyname": "六个字的名称"}]),
    "value": card("T", horizontal_content_list=[{"keyname": "名", "value": "字" * 27}]),
    "four jumps": card("T", jump_list=[{"title": "看"}] * 4),
    "no buttons": card("T", button_list=[]),
    "seven buttons": card("T", *"abcdefg"),
    "label": card("T", button_list=_buttons(("字" * 11, "a"))),
    "key": card("T", button_list=_buttons(("接单", "字" * 342))),
    "no key": card("T", button_list=_buttons(("接单", ""))),
    "same keys": card("T", button_list=_buttons(("接单", "a"), ("转派", "a"))),
    "task id": card("任务1"),
    "long task id": card("T" * 129),
    "menu": card("T", action_menu={"desc": "更多", "action_list": []}),
    "kind": card("T", card_type="poster"),
    "options": card("T", button_selection={"option_list": [{}] * 11}),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_card_beyond_a_limit_is_refused(what: str) -> None:
    with pytest.raises(Refusal, match="40058"):
        check_card(BROKEN[what])


def test_a_card_at_its_limits_is_taken() -> None:
    full = card(
        "T" * 128,
        *"abcdef",
        main_title={"title": "字" * 26, "desc": "字" * 30},
        sub_title_text="字" * 112,
        source={"desc": "字" * 13},
        horizontal_content_list=[{"keyname": "五个字名称", "value": "字" * 26}] * 6,
    )
    assert check_card(full) is full
    assert check_card(card("T", main_title={"title": "字" * 36}), APP)


@pytest.mark.parametrize("action", [None, {}, {"type": 0}, {"type": 1}, {"type": 2, "url": "https://x"}])
def test_a_notice_needs_somewhere_to_go(action: Any) -> None:
    with pytest.raises(Refusal, match="42045"):
        check_card(NOTICE | {"card_action": action})
    check_card(NOTICE | {"card_action": {"type": 1, "url": "https://x"}})


async def test_a_task_id_is_used_once_for_ever(fake: FakeWecom, client: Client) -> None:
    assert await client.code("aibot_send_msg", push_card(GROUP, card("T1"))) == 0
    assert await client.code("aibot_send_msg", push_card(GROUP, card("T1"))) == 40058
    assert len(fake.seen(GROUP)) == 1


async def test_one_update_per_press_within_five_seconds(fake: FakeWecom, client: Client, clock: HeldClock) -> None:
    await client.call("aibot_send_msg", push_card(GROUP, card("T1", "claim", "pass")))
    await fake.click("lijing", "T1", "claim")
    frame = await client.next()
    event = frame["body"]["event"]["template_card_event"]
    assert (frame["body"]["chatid"], event["event_key"], event["task_id"]) == (GROUP, "claim", "T1")
    req_id = frame["headers"]["req_id"]
    assert await client.stream(req_id, "好") == 846605
    assert await client.code("aibot_respond_update_msg", update(card("T2")), req_id) == 40058
    done = card("T1", "noop:T1", main_title={"title": "已接单"})
    assert await client.code("aibot_respond_update_msg", update(done), req_id) == 0
    assert await client.code("aibot_respond_update_msg", update(done), req_id) == 846605
    (shown,) = fake.seen(GROUP)
    assert (shown.labels, shown.text) == (["noop:T1"], "已接单")
    with pytest.raises(ValueError, match="no button"):
        await fake.click("wang", "T1", "claim")
    await fake.click("wang", "T1", "claim", stale=True)
    late = (await client.next())["headers"]["req_id"]
    clock.advance(5.1)
    assert await client.code("aibot_respond_update_msg", update(done), late) == 846605


async def test_an_update_for_some_is_seen_by_those(fake: FakeWecom, client: Client) -> None:
    await client.call("aibot_send_msg", push_card(GROUP, card("T1")))
    await fake.click("lijing", "T1", "claim")
    req_id = (await client.next())["headers"]["req_id"]
    body = update(card("T1", "done"), userids=["lijing"])
    assert await client.code("aibot_respond_update_msg", body, req_id) == 0
    (shown,) = fake.seen(GROUP)
    assert [shown.card_for(user)["button_list"][0]["key"] for user in ("lijing", "wang")] == ["done", "claim"]


async def test_a_welcome_is_for_who_enters_and_only_once(fake: FakeWecom, client: Client, clock: HeldClock) -> None:
    hello = {"msgtype": "text", "text": {"content": "您好"}}
    await fake.aibot.enter("lijing")
    frame = await client.next()
    assert (frame["body"]["event"], frame["cmd"]) == ({"eventtype": "enter_chat"}, "aibot_event_callback")
    req_id = frame["headers"]["req_id"]
    assert await client.stream(req_id, "好") == 846605
    assert await client.code("aibot_respond_welcome_msg", {"msgtype": "markdown"}, req_id) == 40008
    assert await client.code("aibot_respond_welcome_msg", hello, req_id) == 0
    assert await client.code("aibot_respond_welcome_msg", hello, req_id) == 846605
    assert [shown.text for shown in fake.seen("lijing")] == ["您好"]
    assert await fake.aibot.enter("lijing") == ""
    clock.advance(86400)
    assert await fake.aibot.enter("lijing")
    late = (await client.next())["headers"]["req_id"]
    clock.advance(6)
    assert await client.code("aibot_respond_welcome_msg", hello, late) == 846605
    await fake.say("lijing", "在吗")
    msg = (await client.next())["headers"]["req_id"]
    assert await client.code("aibot_respond_welcome_msg", hello, msg) == 846605


async def test_a_press_nobody_heard_in_time_is_gone(fake: FakeWecom, client: Client, clock: HeldClock) -> None:
    await client.call("aibot_send_msg", push_card(GROUP, card("T1")))
    await fake.socket.close()
    await fake.click("lijing", "T1", "claim")
    clock.advance(6)
    async with Client(fake.ws_url) as again:
        await again.subscribe()
        assert (await again.next())["body"]["msgtype"] == "text"  # the message of before, never answered
        assert again.told.empty()
    assert [turn.kind for turn in fake.socket.lost] == ["click"]
