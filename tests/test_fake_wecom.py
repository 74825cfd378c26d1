"""The emulator of the WeChat family: its encryption against the vectors and our own, and the rules of the socket."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.wecom import crypto as ours
from tests.adapters.wecom_kit import AES_KEY, NONCE, RANDOM16, TALKS, TIMESTAMP, TOKEN, VECTORS
from tests.fake_wecom import Bot, FakeWecom, Fault, HeldClock, Manners, Rules, Setup, State
from tests.fake_wecom.client import Client
from tests.fake_wecom.crypt import Crypt, CryptError, open_media, read_xml, seal_media, write_xml

GROUP = "wrC1"
AT = "@平安小助手 "


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
        assert await other.subscribe() == 0
        yield other


def card(task: str, *keys: str, **more: Any) -> dict[str, Any]:
    buttons = [{"text": key, "style": 1, "key": key} for key in keys or ("claim",)]
    face = {"card_type": "button_interaction", "main_title": {"title": "新警情"}, "button_list": buttons}
    return face | {"task_id": task} | more


def push(chat: str, content: str = "提醒", chat_type: int = 2) -> dict[str, Any]:
    return {"chatid": chat, "chat_type": chat_type, "msgtype": "markdown", "markdown": {"content": content}}


def push_card(chat: str, template: dict[str, Any], chat_type: int = 2) -> dict[str, Any]:
    return {"chatid": chat, "chat_type": chat_type, "msgtype": "template_card", "template_card": template}


def update(template: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"response_type": "update_template_card", "template_card": template} | more


# ── encryption ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", TALKS)
def test_it_seals_and_opens_what_the_official_library_does(name: str) -> None:
    talk = VECTORS[name]
    crypt = Crypt(TOKEN, AES_KEY, talk["receiveid"], random16=RANDOM16.encode)
    assert crypt.seal(talk["plain"]) == talk["encrypt"]
    assert crypt.sign(TIMESTAMP, NONCE, talk["encrypt"]) == talk["msg_signature"]
    assert crypt.open(talk["encrypt"]) == talk["plain"]


def test_its_files_are_sealed_as_the_official_library_does() -> None:
    media = VECTORS["media"]
    cipher = seal_media(media["plain_utf8"].encode(), media["aeskey"])
    assert base64.b64encode(cipher).decode() == media["cipher_b64"]
    assert open_media(cipher, media["aeskey"]).decode() == media["plain_utf8"]


@settings(max_examples=150)
@given(plain=st.text(max_size=400), receiver=st.sampled_from(["", "wwcorp1", "企业"]))
def test_two_libraries_read_each_other(plain: str, receiver: str) -> None:
    theirs, mine = Crypt(TOKEN, AES_KEY, receiver), ours.Crypt(TOKEN, AES_KEY, receiver)
    encrypt = theirs.seal(plain)
    assert mine.open(theirs.sign(TIMESTAMP, NONCE, encrypt), TIMESTAMP, NONCE, encrypt).decode() == plain
    sealed = mine.seal(plain, NONCE, TIMESTAMP)
    assert theirs.open(sealed.encrypt) == plain
    assert theirs.sign(TIMESTAMP, NONCE, sealed.encrypt) == sealed.signature


@pytest.mark.parametrize("encrypt", ["", "AAAA", "!", base64.b64encode(b"x" * 64).decode()])
def test_what_is_not_sealed_does_not_open(encrypt: str) -> None:
    with pytest.raises(CryptError):
        Crypt(TOKEN, AES_KEY).open(encrypt)
    with pytest.raises(CryptError, match="receiver"):
        Crypt(TOKEN, AES_KEY, "ww2").open(Crypt(TOKEN, AES_KEY, "ww1").seal("好"))


def test_its_xml_reads_back() -> None:
    assert read_xml(write_xml({"A": "]]></xml>", "B": {"C": 7}})) == {"A": "]]></xml>", "B": {"C": "7"}}


# ── the connection ─────────────────────────────────────────────────────────
async def test_a_subscription_needs_the_secret_and_anything_else_needs_a_subscription(fake: FakeWecom) -> None:
    async with Client(fake.ws_url) as client:
        assert await client.code("ping") == 853000
        assert await client.subscribe("wrong") == 853000
        assert not fake.socket.connected
        assert await client.subscribe() == 0
        ack = await client.call("ping")
        assert (ack["errcode"], "cmd" in ack) == (0, False)
        assert await client.code("aibot_dance") == 40058


async def test_subscriptions_are_counted(clock: HeldClock) -> None:
    setup = Setup(manners=Manners(subscribes_per_minute=2))
    async with FakeWecom(setup, State(clock=clock)) as fake, Client(fake.ws_url) as client:
        assert [await client.subscribe() for _ in range(3)] == [0, 0, 45009]
        clock.advance(61)
        assert await client.subscribe() == 0


async def test_a_second_subscription_ends_the_first(fake: FakeWecom, client: Client) -> None:
    async with Client(fake.ws_url) as second:
        assert await second.subscribe() == 0
        told = await client.next()
        assert told["body"]["event"] == {"eventtype": "disconnected_event"}
        assert "from" not in told["body"]
        await asyncio.wait_for(client.closed.wait(), 5)
        assert fake.socket.kicked == 1
        await fake.say("zhangsan", "在吗")
        assert (await second.next())["body"]["text"]["content"] == "在吗"


@pytest.mark.parametrize("kind", ["close", "abort"])
async def test_what_was_not_answered_is_told_again_three_times_in_all(fake: FakeWecom, kind: str) -> None:
    seen = []
    for number in range(4):
        async with Client(fake.ws_url) as client:
            await client.subscribe()
            if number == 0:
                await fake.say("zhangsan", "在吗")
            if number < 3:
                seen.append(await client.next())
            if kind == "close":
                await fake.socket.close()
            else:
                fake.socket.abort()
            await asyncio.wait_for(client.closed.wait(), 5)
    assert [frame["body"]["msgid"] for frame in seen] == ["M1"] * 3
    assert len({frame["headers"]["req_id"] for frame in seen}) == 3
    assert [turn.msgid for turn in fake.socket.lost] == ["M1"]


async def test_what_was_answered_is_not_told_again_and_its_req_id_stays_good(fake: FakeWecom, client: Client) -> None:
    await fake.say("zhangsan", "一")
    req_id = (await client.next())["headers"]["req_id"]
    assert await client.stream(req_id, "正在登记…") == 0
    await fake.socket.close()
    await fake.say("zhangsan", "二")
    async with Client(fake.ws_url) as again:
        await again.subscribe()
        assert (await again.next())["body"]["text"]["content"] == "二"
        assert await again.stream(req_id, "已受理", finish=True) == 0
    assert [shown.text for shown in fake.seen("zhangsan")] == ["已受理"]


async def test_a_platform_that_never_tells_again(clock: HeldClock) -> None:
    setup = Setup(manners=Manners(keep=False))
    async with FakeWecom(setup, State(clock=clock)) as fake, Client(fake.ws_url) as client:
        await fake.say("zhangsan", "没人在")
        await client.subscribe()
        assert await client.code("ping") == 0
        assert client.told.empty()
        assert len(fake.socket.lost) == 1


async def test_acks_come_late_backwards_or_never(fake: FakeWecom, client: Client) -> None:
    await fake.say("zhangsan", "在吗")
    fake.socket.hold_acks()
    first = await client.send("aibot_send_msg", push("zhangsan", "一", 1))
    second = await client.send("aibot_send_msg", push("zhangsan", "二", 1))
    await fake.until_seen("zhangsan", 2)
    assert len(client.acks) == 1  # the subscription's
    assert await fake.socket.release_acks(backwards=True) == 2
    assert await client.code("ping") == 0
    assert [ack["headers"]["req_id"] for ack in client.acks[1:3]] == [second, first]
    fake.inject(Fault("slow", "aibot_send_msg", seconds=0.05), Fault("hang", "aibot_send_msg"))
    slow = await client.send("aibot_send_msg", push("zhangsan", "三", 1))
    await client.send("aibot_send_msg", push("zhangsan", "四", 1))
    ping = await client.send("ping")
    await fake.until_seen("zhangsan", 4)
    acks = await client.until_acked(6)
    assert [ack["headers"]["req_id"] for ack in acks[4:]] == [ping, slow]


@pytest.mark.parametrize(
    ("kind", "seen"), [("close", 1), ("abort", 1), ("close_before", 0), ("abort_before", 0), ("hang_before", 0)]
)
async def test_a_break_comes_before_or_after_the_effect(fake: FakeWecom, client: Client, kind: Any, seen: int) -> None:
    await fake.say("zhangsan", "在吗")
    fake.inject(Fault(kind, "aibot_send_msg"))
    await client.send("aibot_send_msg", push("zhangsan", "好", 1))
    if kind == "hang_before":
        assert await client.code("ping") == 0
    else:
        await asyncio.wait_for(client.closed.wait(), 5)
    assert len(fake.seen("zhangsan")) == seen


async def test_a_refusal_on_request(fake: FakeWecom, client: Client) -> None:
    await fake.say("zhangsan", "在吗")
    fake.inject(Fault("errcode", "aibot_send_msg", code=-1, times=2))
    assert [await client.code("aibot_send_msg", push("zhangsan", "好", 1)) for _ in range(3)] == [-1, -1, 0]


# ── who hears what ─────────────────────────────────────────────────────────
async def test_in_a_group_only_words_with_its_name_reach_it(fake: FakeWecom, client: Client) -> None:
    assert await fake.say("zhangsan", "大家好", GROUP) == ""
    await fake.say("zhangsan", AT + "楼道堆物", GROUP, quote="原话")
    frame = await client.next()
    assert frame["cmd"] == "aibot_msg_callback"
    body = frame["body"]
    assert (body["chatid"], body["chattype"], body["from"]) == (GROUP, "group", {"userid": "zhangsan"})
    assert body["quote"]["text"]["content"] == "原话"
    with pytest.raises(ValueError, match="never reaches"):
        await fake.show("zhangsan", [b"x"], group=GROUP)
    await fake.show("zhangsan", [b"x"], AT + "看图", GROUP)
    assert [item["msgtype"] for item in (await client.next())["body"]["mixed"]["msg_item"]] == ["text", "image"]


async def test_user_ids_are_sealed_where_no_super_admin_made_the_bot() -> None:
    async with FakeWecom(Setup(bot=Bot(encrypted_users=True))) as fake, Client(fake.ws_url) as client:
        await client.subscribe()
        await fake.say("zhangsan", "在吗")
        sealed = (await client.next())["body"]["from"]["userid"]
        assert sealed.startswith("wo")
        assert "zhangsan" not in sealed


# ── replies, pushes, streams ───────────────────────────────────────────────
async def test_a_stream_is_replaced_until_it_is_finished(fake: FakeWecom, client: Client, clock: HeldClock) -> None:
    await fake.say("zhangsan", AT + "堆物", GROUP)
    req_id = (await client.next())["headers"]["req_id"]
    assert await client.stream(req_id, "正在登记…") == 0
    assert await client.stream(req_id, "字" * 6827) == 40058  # 20481 bytes
    assert await client.stream(req_id, "已受理", finish=True) == 0
    assert await client.stream(req_id, "再说", finish=True) == 846608
    (shown,) = fake.seen(GROUP)
    assert (shown.text, shown.history, shown.finished) == ("已受理", ["正在登记…"], True)
    assert await client.stream(req_id, "又一条", name="S2") == 0
    clock.advance(361)
    assert await client.stream(req_id, "太晚", finish=True, name="S2") == 846608
    assert fake.seen(GROUP)[1].finished is False
    clock.advance(86400)
    assert await client.stream(req_id, "隔天", name="S3") == 846605
    assert await client.stream("unknown", "谁") == 846605


async def test_one_answer_only_where_so_configured() -> None:
    async with FakeWecom(Setup(rules=Rules(replies_per_turn=1))) as fake, Client(fake.ws_url) as client:
        await client.subscribe()
        await fake.say("zhangsan", "在吗")
        req_id = (await client.next())["headers"]["req_id"]
        assert [await client.stream(req_id, "一"), await client.stream(req_id, "二", finish=True)] == [0, 0]
        assert await client.stream(req_id, "三", name="S2") == 846605


async def test_two_frames_of_a_stream_at_once_are_a_conflict(client: Client, fake: FakeWecom) -> None:
    await fake.say("zhangsan", "在吗")
    req_id = (await client.next())["headers"]["req_id"]
    fake.inject(Fault("slow", "aibot_respond_msg", seconds=0.2))
    await client.send("aibot_respond_msg", {"msgtype": "stream", "stream": {"id": "S1", "content": "一"}}, req_id)
    assert await client.stream(req_id, "二", finish=True) == 6000


async def test_a_push_needs_somebody_who_has_talked_there(fake: FakeWecom, client: Client) -> None:
    assert await client.code("aibot_send_msg", push(GROUP)) == 93006
    await fake.say("zhangsan", AT + "在", GROUP)
    assert await client.code("aibot_send_msg", push(GROUP)) == 0
    assert await client.code("aibot_send_msg", push(GROUP, chat_type=1)) == 93006
    assert await client.code("aibot_send_msg", push(GROUP, chat_type=0)) == 0
    assert await client.code("aibot_send_msg", push("zhangsan", chat_type=1)) == 93006
    text = {"chatid": GROUP, "chat_type": 2, "msgtype": "text", "text": {"content": "好"}}
    assert await client.code("aibot_send_msg", text) == 40008
    assert await client.code("aibot_send_msg", push(GROUP, "")) == 40058


async def test_replies_and_pushes_share_thirty_a_minute(fake: FakeWecom, client: Client, clock: HeldClock) -> None:
    await fake.say("zhangsan", AT + "在", GROUP)
    req_id = (await client.next())["headers"]["req_id"]
    assert [await client.stream(req_id, "…") for _ in range(10)] == [0] * 10
    codes = [await client.code("aibot_send_msg", push(GROUP)) for _ in range(22)]
    assert codes == [0] * 20 + [45009] * 2
    assert await client.stream(req_id, "…") == 45009
    clock.advance(61)
    assert await client.stream(req_id, "…") == 0


async def test_a_thousand_an_hour() -> None:
    clock = HeldClock()
    setup = Setup(rules=Rules(per_minute=10_000))
    async with FakeWecom(setup, State(clock=clock)) as fake:
        await fake.aibot.say("zhangsan", "在")
        for _ in range(1000):
            fake.aibot.send(push("zhangsan", chat_type=1))
        with pytest.raises(Exception, match="45009"):
            fake.aibot.send(push("zhangsan", chat_type=1))
        clock.advance(3601)
        fake.aibot.send(push("zhangsan", chat_type=1))
