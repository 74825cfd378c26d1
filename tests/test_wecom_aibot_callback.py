"""The callback's door: tampered and repeated requests, the platform's patience, the one response_url, pictures."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.wecom.crypto import Crypt, signature_of
from bot.adapters.wecom.guard import TurnedAwayError
from bot.adapters.wecom_aibot import door as door_module
from bot.errors import StoreDownError
from tests.aibot import AT, OWNERS, STAFF, Play, running
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.aibot import Bot
from tests.fake_wecom.door import Knock
from tests.fake_wecom.server import Setup
from tests.fake_wecom.state import Fault
from tests.photos import jpeg
from tests.test_wecom_aibot_socket import out, stored

JPEG = jpeg(b"evidence")


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[Play]:
    async with FakeWecom(Setup(mode="callback")) as fake, running(tmp_path, fake) as running_play:
        yield running_play


def message(number: int = 1, **more: Any) -> str:
    head = {"msgid": f"X{number}", "aibotid": "AIB1", "chattype": "single", "from": {"userid": "chen"}}
    return json.dumps(head | {"msgtype": "text", "text": {"content": "楼道里有人打架"}} | more)


def knock(play: Play, plain: str, *, token: str = "", key: str = "", receive_id: str = "", age: int = 0) -> Knock:
    """As the platform does it, or nearly."""
    kit = play.fake.setup
    timestamp, nonce = str(int(play.fake.state.clock()) - age), "1372623149"
    sealed = Crypt(token or kit.token, key or kit.aes_key, receive_id).seal(plain, nonce, timestamp)
    query = {"msg_signature": sealed.signature, "timestamp": timestamp, "nonce": nonce}
    return Knock(query, json.dumps({"encrypt": sealed.encrypt}).encode())


def tampered(play: Play) -> dict[str, Knock]:
    good = knock(play, message())
    secret = json.loads(good.body)["encrypt"]
    flipped = secret[:40] + ("A" if secret[40] != "A" else "B") + secret[41:]
    unsigned = {key: value for key, value in good.query.items() if key != "msg_signature"}

    def signed(encrypt: str) -> Knock:
        query = good.query | {
            "msg_signature": signature_of(play.fake.setup.token, good.query["timestamp"], good.query["nonce"], encrypt)
        }
        return Knock(query, json.dumps({"encrypt": encrypt}).encode())

    return {
        "signature": Knock(good.query | {"msg_signature": "0" * 40}, good.body),
        "unsigned": Knock(unsigned, good.body),
        "in clear": Knock(good.query, message().encode()),
        "receiver": knock(play, message(), receive_id="wwother"),
        "key": knock(play, message(), key="B" * 43),
        "token": knock(play, message(), token="other"),
        "flipped": signed(flipped),
        "truncated": signed(secret[:-24]),
        "no json": knock(play, "not json"),
        "empty": Knock(good.query, b""),
        "no query": Knock({}, good.body),
        "old": knock(play, message(), age=3600),
    }


async def test_tampered_requests_have_no_effect(play: Play, tmp_path: Path) -> None:
    door = play.fake.doors["aibot"]
    for name, request in tampered(play).items():
        answered = await door.knock(request)
        assert answered.status in (400, 403), name
        assert answered.answer == b"", name
    assert stored(tmp_path) == []
    assert await door.hello()


async def test_an_accepted_request_three_times_is_one_event_with_one_answer(play: Play, tmp_path: Path) -> None:
    door = play.fake.doors["aibot"]
    first = await door.knock(knock(play, message()))
    assert first.reply is not None
    assert "已登记" in json.dumps(first.reply, ensure_ascii=False)
    copies = [await door.replay(first) for _ in range(3)]
    assert [copy.answer for copy in copies] == [first.answer] * 3
    again = await door.knock(knock(play, message()))  # told once more, sealed anew
    assert again.reply == first.reply
    assert stored(tmp_path) == ["X1"]
    assert await play.states() == {"待接单": 1}


async def test_ten_thousand_fuzzed_bodies_raise_nothing_else(play: Play) -> None:
    assert play.platform.door is not None
    chance = random.Random(20_261_122)
    good = knock(play, message())
    statuses: set[int] = set()
    for _ in range(10_000):
        body = bytearray(good.body)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(body))
            body[place : place + chance.choice((0, 1, 1, 9))] = chance.randbytes(chance.choice((0, 1, 3)))
        query = [*good.query.items()]
        if chance.random() < 0.2:
            query.append(chance.choice(query))
        if bytes(body) == good.body:
            continue
        try:
            await play.platform.door.deliver(query, bytes(body))
        except TurnedAwayError as refusal:
            statuses.add(refusal.status)
    assert statuses <= {400, 403, 413}


async def test_while_we_cannot_store_the_platform_is_told_to_come_again(tmp_path: Path) -> None:
    async with FakeWecom(Setup(mode="callback")) as fake, running(tmp_path, fake) as play:
        door = play.platform.door
        assert door is not None
        request = knock(play, message())

        async def down(_: object) -> None:
            raise StoreDownError("full")

        accept, play.platform._accept = play.platform._accept, down  # type: ignore[assignment]
        assert (await fake.doors["aibot"].knock(request)).status == 503
        assert not play.platform._live.asked  # nobody stands in the door any more
        play.platform._accept = accept
        assert (await fake.doors["aibot"].replay(request)).status == 200
        assert stored(tmp_path) == ["X1"]


async def test_a_copy_of_what_is_being_stored_is_not_called_taken_before_it_is(play: Play, tmp_path: Path) -> None:
    """Told so, the platform would not come again; and then the store may fail."""
    door, failing = play.fake.doors["aibot"], asyncio.Event()

    async def down(_: object) -> None:
        await failing.wait()
        raise StoreDownError("full")

    accept, play.platform._accept = play.platform._accept, down  # type: ignore[assignment]
    copies = [asyncio.create_task(door.knock(knock(play, message()))) for _ in range(2)]
    await asyncio.wait(copies, timeout=0.3)
    assert not any(copy.done() for copy in copies)
    failing.set()
    assert [(await copy).status for copy in copies] == [503, 503]
    play.platform._accept = accept
    assert (await door.knock(knock(play, message()))).status == 200
    assert stored(tmp_path) == ["X1"]


async def test_who_it_is_is_not_asked_for_longer_than_the_platform_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "FETCH_SECONDS", 0.2)
    setup = Setup(mode="callback", bot=Bot(encrypted_users=True))
    section: dict[str, Any] = {"wecom_app": {"agent_id": setup.agent_id, "secret": setup.app_secret}}
    async with FakeWecom(setup) as fake, running(tmp_path, fake, sealed=True, **section) as play:
        fake.inject(Fault("hang", "gettoken"))
        told = await fake.doors["aibot"].knock(knock(play, message()))
        assert (told.status, told.seconds < 2) == (200, True)
        assert stored(tmp_path) == ["X1"]


async def test_a_late_answer_goes_by_the_response_url_and_only_once(play: Play) -> None:
    """Slow work never holds up the answer to the platform."""
    fake = play.fake
    await fake.say("chen", f"{AT}你好", OWNERS)
    shown = len(fake.seen(OWNERS))
    assert isinstance(await play.platform.send(out(OWNERS, "第二句"), ""), object)
    assert play.texts(OWNERS)[shown:] == ["第二句"]
    refused = await play.platform.send(out(OWNERS, "第三句", "k2"), "")
    assert type(refused).__name__ == "Never"
    assert fake.state.complaints == []


async def test_a_spent_response_url_is_not_tried_again(play: Play) -> None:
    fake = play.fake
    await fake.say("chen", f"{AT}你好", OWNERS)
    fake.aibot.response_codes.clear()
    calls = len(fake.state.called("aibot/response"))
    for key in ("a", "b"):
        assert type(await play.platform.send(out(OWNERS, "晚了", key), "")).__name__ == "Never"
    assert len(fake.state.called("aibot/response")) - calls <= 1


async def test_nothing_waits_longer_than_the_platform_does(play: Play) -> None:
    """The dispatcher is held up: the answer is empty and in time."""
    door = play.fake.doors["aibot"]
    async with play.core.engine.write():
        pass
    play.core.dispatcher._router = None  # type: ignore[assignment]
    told = await door.knock(knock(play, message(7)))
    assert (told.status, told.answer) == (200, b"")
    assert told.seconds < 1.5


async def test_pictures_are_fetched_decrypted_and_kept(play: Play, tmp_path: Path) -> None:
    await play.fake.show("chen", [JPEG], "看这里，楼道着火了")
    await play.until_states({"待接单": 1})
    kept = [path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert kept == [JPEG]


async def test_who_opens_the_chat_is_greeted_within_the_request(play: Play) -> None:
    await play.fake.aibot.enter("chen")
    assert "您好" in play.texts("chen")[0]
    assert play.fake.seen("chen")[0].kind == "text"


async def test_by_socket_pictures_have_keys_of_their_own(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await fake.show("chen", [JPEG], f"{AT}看这里，楼道着火了", OWNERS)
        await play.until_text(OWNERS, "已登记")
        kept = [path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()]
        assert kept == [JPEG]


async def test_a_picture_that_never_comes_holds_up_nobody_else(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        hanging = asyncio.Event()

        async def slow(url: str, aes_key: str, **_: object) -> object:
            await hanging.wait()
            raise AssertionError

        play.platform.intake._media.fetch = slow  # type: ignore[method-assign, assignment]
        await fake.show("chen", [JPEG], f"{AT}看这里", OWNERS)
        await fake.say("liu", "楼道里有人打架")
        await play.until_text("liu", "已登记为 1 号")


async def test_sealed_user_ids_are_opened_by_the_application(tmp_path: Path) -> None:
    setup = Setup(bot=Bot(encrypted_users=True))
    section: dict[str, Any] = {"wecom_app": {"agent_id": setup.agent_id, "secret": setup.app_secret}}
    async with FakeWecom(setup) as fake, running(tmp_path, fake, sealed=True, **section) as play:
        fake.add_members("wang")
        await fake.say("wang", f"{AT}你好", STAFF)
        await play.until_text(STAFF, "您是民警")
        await fake.say("wang", "你好")
        await play.until_text("wang", "您是民警")
        assert len(fake.state.called("batch/openuserid_to_userid")) == 1


async def test_without_an_answer_to_who_it_is_the_message_is_kept_all_the_same(tmp_path: Path) -> None:
    setup = Setup(bot=Bot(encrypted_users=True))
    section: dict[str, Any] = {"wecom_app": {"agent_id": setup.agent_id, "secret": "wrong"}}
    async with FakeWecom(setup) as fake, running(tmp_path, fake, sealed=True, **section) as play:
        await fake.say("chen", f"{AT}楼道里有人打架", OWNERS)
        await play.until_text(OWNERS, "已登记")


async def test_only_who_may_binds_a_group(tmp_path: Path) -> None:
    """The platform has no list of groups: one is known by what is said in it."""
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await fake.say("wu", "你好")
        await fake.say("chen", f"{AT}绑定 dongwan 业主", "wrNew")
        await play.until(lambda: fake.seen("wrNew"), "a refusal")
        assert not any("已绑定" in text for text in play.texts("wrNew"))
        await fake.say("wu", f"{AT}绑定 dongwan 业主", "wrNew")
        await play.until_text("wrNew", "已绑定")
        await fake.say("chen", f"{AT}楼道里有人打架", "wrNew")
        await play.until_text("wrNew", "已登记为 1 号")


async def test_what_is_said_in_a_group_nobody_has_bound_is_not_lost(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await fake.say("wu", "你好")
        await play.until(lambda: fake.seen("wu"), "talk")
        await fake.say("chen", f"{AT}楼道里有人打架", "wrNew")
        await play.until(lambda: fake.seen("wrNew"), "an answer")
        await play.until_text("wu", "1 号 · 待接单")
        assert await play.states() == {"待接单": 1}
