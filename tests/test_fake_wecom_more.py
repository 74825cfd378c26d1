"""The emulator: sealed user ids, files by media_id, recalls, malformed bodies, hung calls, and twenty breaks."""

import asyncio
import base64
import hashlib
import random
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_wecom import Bot, FakeWecom, Fault, HeldClock, Manners, Rules, Setup, State
from tests.fake_wecom.cards import check_card
from tests.fake_wecom.client import Client
from tests.fake_wecom.crypt import Json
from tests.fake_wecom.state import SHAPELESS, Refusal
from tests.test_fake_wecom import AT, GROUP, card, push
from tests.test_fake_wecom_http import Caller, official_token, text, to_app


async def test_an_application_turns_sealed_user_ids_into_real_ones() -> None:
    async with FakeWecom(Setup(bot=Bot(encrypted_users=True))) as fake, Client(fake.ws_url) as client:
        await client.subscribe()
        await fake.say("zhangsan", "在吗")
        sealed = (await client.next())["body"]["from"]["userid"]
        async with aiohttp.ClientSession(trust_env=False) as session:
            bot = Caller(fake, session)
            answer = await bot.call("batch/openuserid_to_userid", {"open_userid_list": [sealed, "wo0"]})
            assert answer["userid_list"] == [{"open_userid": sealed, "userid": "zhangsan"}]
            assert answer["invalid_open_userid_list"] == ["wo0"]
            assert await bot.code("batch/openuserid_to_userid", {"open_userid_list": []}) == 40058


async def test_files_by_media_id_and_a_recall() -> None:
    clock = HeldClock()
    async with FakeWecom(state=State(clock=clock)) as fake, aiohttp.ClientSession(trust_env=False) as session:
        bot = Caller(fake, session)
        fake.add_members("lijing")
        media = fake.qyapi.keep(b"\xff\xd8picture")
        for base, token in (("", await bot.token()), ("official/", (await official_token(bot))["access_token"])):
            url = f"{fake.base_url}/{base}cgi-bin/media/get"
            async with session.get(url, params={"access_token": token, "media_id": media}) as response:
                assert await response.read() == b"\xff\xd8picture"
            assert (await bot.get(f"{base}cgi-bin/media/get", access_token=token, media_id="no"))["errcode"] == 40007
        form = aiohttp.FormData()
        form.add_field("media", b"report", filename="a.txt")
        async with session.post(
            f"{fake.base_url}/cgi-bin/media/upload",
            params={"access_token": await bot.token(), "type": "file"},
            data=form,
        ) as response:
            assert fake.qyapi.files[(await response.json())["media_id"]][0] == b"report"
        sent = await bot.call("message/send", to_app("lijing", text("发错了")))
        assert await bot.code("message/recall", {"msgid": sent["msgid"]}) == 0
        assert fake.seen("lijing")[0].text == ""
        clock.advance(86401)
        assert await bot.code("message/recall", {"msgid": sent["msgid"]}) == 40058


async def test_a_file_goes_up_in_pieces() -> None:
    clock = HeldClock()
    plain = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000
    pieces = [plain[:524288], plain[524288:]]
    begin: Json = {"type": "image", "filename": "a.png", "total_size": len(plain), "total_chunks": 2}
    begin["md5"] = hashlib.md5(plain).hexdigest()
    async with FakeWecom(state=State(clock=clock)) as fake, Client(fake.ws_url) as client:
        await client.subscribe()
        await fake.say("zhangsan", "在吗")
        upload: Json = (await client.call("aibot_upload_media_init", begin))["body"]
        for number in (1, 0, 0):
            body = upload | {"chunk_index": number, "base64_data": base64.b64encode(pieces[number]).decode()}
            assert await client.code("aibot_upload_media_chunk", body) == 0
            if number == 1:
                assert await client.code("aibot_upload_media_finish", upload) == 40058
        media = (await client.call("aibot_upload_media_finish", upload))["body"]["media_id"]
        assert fake.qyapi.files[media][0] == plain
        picture = {"chatid": "zhangsan", "chat_type": 1, "msgtype": "image", "image": {"media_id": media}}
        assert await client.code("aibot_send_msg", picture) == 0
        assert await client.code("aibot_send_msg", picture | {"image": {}}) == 40007
        assert await client.code("aibot_send_msg", picture | {"image": {"media_id": "no"}}) == 40007
        late: Json = (await client.call("aibot_upload_media_init", begin))["body"]
        clock.advance(1801)
        body = late | {"chunk_index": 0, "base64_data": base64.b64encode(pieces[0]).decode()}
        assert await client.code("aibot_upload_media_chunk", body) == 40058


async def test_a_hung_call_keeps_its_connection_and_the_rest_goes_on() -> None:
    async with FakeWecom() as fake, aiohttp.ClientSession(trust_env=False) as session:
        fake.inject(Fault("hang", "gettoken"))
        waits = aiohttp.ClientTimeout(total=0.1)
        with pytest.raises(TimeoutError):
            await session.get(f"{fake.base_url}/cgi-bin/gettoken", timeout=waits)
        assert await Caller(fake, session).token()


async def test_a_stream_with_a_card_may_be_refused_altogether() -> None:
    body: Json = {"msgtype": "stream_with_template_card", "stream": {"id": "S1", "content": "好", "finish": True}}
    body["template_card"] = card("T1")
    for allowed, code in ((True, 0), (False, 40016)):
        setup = Setup(rules=Rules(stream_with_card=allowed))
        async with FakeWecom(setup) as fake, Client(fake.ws_url) as client:
            await client.subscribe()
            await fake.say("zhangsan", "在吗")
            req_id = (await client.next())["headers"]["req_id"]
            assert await client.code("aibot_respond_msg", body, req_id) == code
            assert [shown.labels for shown in fake.seen("zhangsan")] == ([["claim"]] if allowed else [])


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["title", "key", "text"]), inner),
    max_leaves=4,
)
PARTS = ["main_title", "button_list", "source", "horizontal_content_list", "jump_list", "action_menu", "task_id"]


@settings(max_examples=200)
@given(st.sampled_from(PARTS), SHAPES)
def test_a_malformed_card_is_refused_and_nothing_else(part: str, shape: Any) -> None:
    try:
        check_card(card("T1") | {part: shape})
    except (Refusal, *SHAPELESS):
        return


@pytest.mark.parametrize("body", [{"msgtype": "stream", "stream": [1]}, {"msgtype": []}, {"template_card": 7}])
async def test_a_malformed_frame_is_refused_and_the_connection_stays(body: Json) -> None:
    async with FakeWecom() as fake, Client(fake.ws_url) as client:
        await client.subscribe()
        await fake.say("zhangsan", "在吗")
        req_id = (await client.next())["headers"]["req_id"]
        assert await client.code("aibot_respond_msg", body, req_id) in (40008, 40058)
        assert await client.code("ping") == 0
        await client.ws.send_str("[]")
        await asyncio.wait_for(client.closed.wait(), 5)


async def test_twenty_breaks_lose_nothing_that_is_told_again() -> None:
    """Five hundred messages while the connection ends now politely, now not: each is answered in the end."""
    chance = random.Random(7)
    setup = Setup(rules=Rules(per_minute=10_000, per_hour=10_000), manners=Manners(tries=50))
    async with FakeWecom(setup) as fake:
        heard: list[str] = []
        done = asyncio.Event()

        async def live() -> None:
            while not done.is_set():
                async with Client(fake.ws_url) as client:
                    await client.subscribe()
                    closed = asyncio.create_task(client.closed.wait())
                    while not closed.done():
                        told = asyncio.create_task(client.told.get())
                        await asyncio.wait({told, closed}, return_when=asyncio.FIRST_COMPLETED)
                        if not told.done():
                            told.cancel()
                            break
                        frame = told.result()
                        heard.append(frame["body"]["msgid"])
                        stream = {"id": frame["body"]["msgid"], "finish": True, "content": "好"}
                        body = {"msgtype": "stream", "stream": stream}
                        with suppress(aiohttp.ClientError):
                            await client.send("aibot_respond_msg", body, frame["headers"]["req_id"])
                    closed.cancel()

        bot = asyncio.create_task(live())
        breaks = set(chance.sample(range(500), 20))
        for number in range(500):
            await fake.say(f"u{number % 7}", "在吗")
            if number in breaks:
                await fake.until(lambda: fake.socket.connected)
                if chance.random() < 0.5:
                    await fake.socket.close()
                else:
                    fake.socket.abort()
        await fake.until(lambda: not fake.socket.waiting, 30)
        done.set()
        await fake.socket.close()
        await asyncio.wait_for(bot, 10)
        assert len(set(heard)) == 500
        assert len(fake.state.called("aibot_subscribe")) > 20
        assert fake.socket.lost == []


async def test_what_is_shown_can_be_told_apart_by_channel() -> None:
    async with FakeWecom() as fake, Client(fake.ws_url) as client, aiohttp.ClientSession() as session:
        await client.subscribe()
        fake.add_webhook("KEY1", GROUP)
        await fake.say("zhangsan", AT + "在", GROUP)
        await client.call("aibot_send_msg", push(GROUP))
        await Caller(fake, session).hook(text("推送"))
        assert [shown.text for shown in fake.seen(GROUP)] == ["提醒", "推送"]
        assert [shown.text for shown in fake.seen(GROUP, "wecom_webhook")] == ["推送"]
