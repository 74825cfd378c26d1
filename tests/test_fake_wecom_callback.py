"""The emulator at the bot's own address: its patience, its retries, what it reads of answers and what it refuses."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.adapters.wecom_kit import AES_KEY, TOKEN
from tests.fake_wecom import FakeWecom, HeldClock, Setup, State
from tests.fake_wecom.client import Listener
from tests.fake_wecom.crypt import Crypt, Json, read_xml
from tests.test_fake_wecom import AT, GROUP, card, update


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def fake(clock: HeldClock) -> AsyncIterator[FakeWecom]:
    async with FakeWecom(Setup(mode="callback"), State(clock=clock)) as server:
        server.callback.refreshes = False
        yield server


@pytest.fixture
async def door(fake: FakeWecom) -> AsyncIterator[Listener]:
    async with Listener(Crypt(TOKEN, AES_KEY)) as listener:
        fake.doors["aibot"].url = listener.url
        yield listener


def stream(content: str, *, finish: bool = True, name: str = "S1") -> Json:
    return {"msgtype": "stream", "stream": {"id": name, "finish": finish, "content": content}}


async def late(fake: FakeWecom, code: str, body: Json) -> int:
    """A call to a response_url."""
    async with aiohttp.ClientSession(trust_env=False) as session:
        url = f"{fake.base_url}/cgi-bin/aibot/response"
        async with session.post(url, params={"response_code": code}, json=body) as response:
            return int((await response.json())["errcode"])


# ── the check of the address ───────────────────────────────────────────────
async def test_the_echo_must_come_back_exactly_and_soon(fake: FakeWecom, door: Listener) -> None:
    knock = fake.doors["aibot"]
    door.answer = lambda query, plain: plain.encode()
    assert await knock.hello()
    for wrong in (b"\n", b'"', b"\xef\xbb\xbf"):
        door.answer = lambda query, plain, wrong=wrong: plain.encode() + wrong  # type: ignore[misc]
        assert not await knock.hello()
    door.answer = lambda query, plain: plain.encode()
    door.seconds, knock.hello_seconds = 0.3, 0.05
    assert not await knock.hello()
    assert len(fake.state.complaints) == 4


async def test_the_official_greeting_is_plain(fake: FakeWecom) -> None:
    async with Listener(Crypt(TOKEN, AES_KEY, "wx0000000000000001"), lambda query, plain: plain.encode()) as listener:
        fake.doors["official"].url = listener.url
        assert await fake.doors["official"].hello("8712")
        assert fake.doors["official"].knocks[0].query["echostr"] == "8712"


# ── messages ───────────────────────────────────────────────────────────────
async def test_a_message_comes_sealed_with_a_way_to_answer_late(fake: FakeWecom, door: Listener) -> None:
    door.answer = lambda query, plain: door.json(query, stream("已受理"))
    msgid = await fake.say("zhangsan", AT + "堆物", GROUP)
    body = json.loads(door.plains[0])
    assert (body["msgid"], body["chatid"]) == (msgid, GROUP)
    assert body["response_url"].startswith(fake.base_url + "/cgi-bin/aibot/response?response_code=")
    assert [shown.text for shown in fake.seen(GROUP)] == ["已受理"]
    (knock,) = fake.doors["aibot"].knocks
    assert set(knock.query) == {"msg_signature", "timestamp", "nonce"}
    assert set(json.loads(knock.body)) == {"encrypt"}
    assert fake.state.complaints == []


async def test_a_message_is_told_three_times_and_sealed_anew(fake: FakeWecom, door: Listener) -> None:
    door.answer = lambda query, plain: 503
    await fake.say("zhangsan", "在吗")
    assert [json.loads(plain)["msgid"] for plain in door.plains] == ["M1"] * 3
    assert len({knock.query["msg_signature"] for knock in fake.doors["aibot"].knocks}) == 3
    door.answer = lambda query, plain: b""
    await fake.doors["aibot"].replay(fake.doors["aibot"].knocks[0])
    assert door.plains[3] == door.plains[0]
    await fake.say("zhangsan", "还在吗")
    assert len(door.plains) == 5


async def test_an_answer_after_its_patience_is_no_answer(fake: FakeWecom, door: Listener) -> None:
    fake.doors["aibot"].seconds, door.seconds = 0.05, 0.3
    door.answer = lambda query, plain: door.json(query, stream("太晚"))
    await fake.say("zhangsan", "在吗")
    assert [knock.status for knock in fake.doors["aibot"].knocks] == [0] * 3
    assert fake.seen("zhangsan") == []


WRONG: dict[str, Any] = {
    "not JSON": lambda outer: b"ok",
    "capital letters": lambda outer: json.dumps({name.upper(): value for name, value in outer.items()}).encode(),
    "time as words": lambda outer: json.dumps(outer | {"timestamp": "1700000000"}).encode(),
    "another nonce": lambda outer: json.dumps(outer | {"nonce": "1"}).encode(),
    "another signature": lambda outer: json.dumps(outer | {"msgsignature": "0" * 40}).encode(),
    "one field more": lambda outer: json.dumps(outer | {"errcode": 0}).encode(),
}


@pytest.mark.parametrize("what", WRONG)
async def test_an_answer_of_another_form_is_not_read(fake: FakeWecom, door: Listener, what: str) -> None:
    door.answer = lambda query, plain: WRONG[what](json.loads(door.json(query, stream("好"))))
    await fake.say("zhangsan", "在吗")
    assert fake.seen("zhangsan") == []
    assert len(fake.state.complaints) == 1


async def test_an_answer_of_the_wrong_kind_is_refused(fake: FakeWecom, door: Listener) -> None:
    door.answer = lambda query, plain: door.json(query, {"msgtype": "markdown", "markdown": {"content": "好"}})
    await fake.say("zhangsan", "在吗")
    door.answer = lambda query, plain: door.json(query, stream("好"))
    await fake.aibot.enter("zhangsan")
    assert fake.seen("zhangsan") == []
    assert len(fake.state.complaints) == 2
    door.answer = lambda query, plain: door.json(query, {"msgtype": "text", "text": {"content": "您好"}})
    fake.aibot._entered.clear()
    await fake.aibot.enter("zhangsan")
    assert [shown.text for shown in fake.seen("zhangsan")] == ["您好"]


# ── streams ────────────────────────────────────────────────────────────────
async def test_an_open_stream_is_asked_for_until_it_ends(fake: FakeWecom, door: Listener) -> None:
    answers = iter([stream("一", finish=False), stream("二", finish=False), stream("三")])
    door.answer = lambda query, plain: door.json(query, next(answers))
    fake.callback.refreshes, fake.callback.refresh_seconds = True, 0.01
    await fake.say("zhangsan", "在吗")
    await asyncio.wait_for(fake.callback.settled(), 5)
    asked = [json.loads(plain) for plain in door.plains[1:]]
    assert [(body["msgtype"], body["stream"]) for body in asked] == [("stream", {"id": "S1"})] * 2
    assert len({body["msgid"] for body in asked}) == 2
    (shown,) = fake.seen("zhangsan")
    assert (shown.text, shown.history, shown.finished) == ("三", ["一", "二"], True)


async def test_a_stream_nobody_finishes_is_left_after_six_minutes(
    fake: FakeWecom, door: Listener, clock: HeldClock
) -> None:
    door.answer = lambda query, plain: door.json(query, stream("…", finish=False))
    await fake.say("zhangsan", "在吗")
    (turn,) = fake.callback.flying
    assert await fake.callback.refresh(turn)
    clock.advance(361)
    assert not await fake.callback.refresh(turn)
    assert fake.state.complaints == ["stream S1 was never finished"]


async def test_three_messages_of_one_person_are_under_way_at_most(fake: FakeWecom, door: Listener) -> None:
    answers = iter([stream("…", finish=False, name=f"S{number}") for number in range(5)])
    door.answer = lambda query, plain: door.json(query, next(answers))
    for _ in range(4):
        await fake.say("zhangsan", "在吗")
    assert (len(door.plains), len(fake.callback.dropped)) == (3, 1)
    await fake.say("lisi", "在吗")
    assert len(door.plains) == 4
    door.answer = lambda query, plain: door.json(query, stream("好", name="S0"))
    await fake.callback.refresh(fake.callback.flying[0])
    door.answer = lambda query, plain: b""
    await fake.say("zhangsan", "在吗")
    assert len(door.plains) == 6


# ── presses and late replies ───────────────────────────────────────────────
async def test_a_press_is_told_once_and_updates_the_card(fake: FakeWecom, door: Listener, clock: HeldClock) -> None:
    door.answer = lambda query, plain: door.json(query, {"msgtype": "template_card", "template_card": card("T1")})
    await fake.say("lijing", AT + "在", GROUP)
    door.answer = lambda query, plain: 503
    await fake.click("lijing", "T1", "claim")
    assert len(door.plains) == 2
    door.answer = lambda query, plain: door.json(query, update(card("T1", "noop:T1")))
    await fake.click("lijing", "T1", "claim")
    assert fake.seen(GROUP)[0].labels == ["noop:T1"]

    def slow(query: Any, plain: str) -> bytes:
        clock.advance(5.1)
        return door.json(query, update(card("T1", "late")))

    door.answer = slow
    await fake.click("lijing", "T1", "noop:T1")
    assert fake.seen(GROUP)[0].labels == ["noop:T1"]
    assert len(fake.state.complaints) == 1


async def test_a_response_url_serves_one_call_within_an_hour(fake: FakeWecom, door: Listener, clock: HeldClock) -> None:
    for _ in range(3):
        await fake.say("zhangsan", AT + "在", GROUP)
    await fake.say("zhangsan", "在")
    codes = [json.loads(plain)["response_url"].partition("response_code=")[2] for plain in door.plains]
    markdown: Json = {"msgtype": "markdown", "markdown": {"content": "已办结"}}
    as_card: Json = {"msgtype": "template_card", "template_card": card("T1")}
    assert await late(fake, codes[0], {"msgtype": "text", "text": {"content": "好"}}) == 40008
    assert await late(fake, codes[0], as_card) == 40008
    assert await late(fake, codes[3], as_card) == 0
    assert [await late(fake, codes[0], markdown) for _ in range(2)] == [0, 40058]
    assert (fake.seen(GROUP)[0].text, fake.seen(GROUP)[0].quotes) == ("已办结", "M1")
    assert await late(fake, codes[1], {"msgtype": "markdown", "markdown": {"content": "字" * 6827}}) == 40058
    clock.advance(3601)
    assert await late(fake, codes[1], markdown) == 40058
    assert await late(fake, "unknown", markdown) == 40058


# ── XML ────────────────────────────────────────────────────────────────────
async def test_applications_and_accounts_are_told_in_xml_three_times(fake: FakeWecom) -> None:
    fake.add_members("lijing")
    async with Listener(Crypt(TOKEN, AES_KEY, "wwcorp1"), lambda query, plain: 500) as app:
        fake.doors["app"].url = app.url
        await fake.app.say("lijing", "接单 ]]> T1001")
        told = [read_xml(plain) for plain in app.plains]
        assert [row["Content"] for row in told] == ["接单 ]]> T1001"] * 3
        assert len({row["MsgId"] for row in told}) == 1
        reply: Json = {"ToUserName": "lijing", "MsgType": "text", "Content": "好"}
        app.answer = lambda query, plain: app.xml(query, reply)
        await fake.app.say("lijing", "在吗")
        assert [shown.text for shown in fake.seen("lijing")] == ["好"]
        app.answer = lambda query, plain: b"<xml>"
        await fake.app.say("lijing", "在吗")
        assert fake.state.complaints == ["answer not understood: not XML"]
    async with Listener(Crypt(TOKEN, AES_KEY, "wx0000000000000001"), lambda query, plain: b"success") as official:
        fake.doors["official"].url = official.url
        await fake.official.event("oU1", "subscribe", "qrscene_group7")
        assert len(official.plains) == 1
        knock = fake.doors["official"].knocks[0]
        assert (knock.query["encrypt_type"], knock.query["openid"]) == ("aes", "oU1")
        assert read_xml(official.plains[0])["EventKey"] == "qrscene_group7"
