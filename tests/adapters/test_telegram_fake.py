"""The fake is held to what other people's client expects of the real server."""

import asyncio
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.request import HTTPXRequest

from tests.fake_telegram import TOKEN, FakeTelegram
from tests.fake_telegram.make import group, user

CHEN = user(5001, "小陈")
GROUP = group(-1001234567890)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.add_chat(GROUP)
        yield server


def client(fake: FakeTelegram, token: str = TOKEN) -> Bot:
    request = HTTPXRequest(connection_pool_size=4, http_version="1.1")
    return Bot(token, base_url=f"{fake.base_url}/bot", request=request)


async def test_a_stock_client_can_talk_to_it(fake: FakeTelegram) -> None:
    async with client(fake) as bot:
        assert bot.username == "pingan_demo_bot"
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("接单", callback_data="claim:12")]])
        sent = await bot.send_message(GROUP["id"], "#12", reply_markup=keyboard)
        await bot.edit_message_text("#12 已接单", chat_id=GROUP["id"], message_id=sent.message_id)
        update = fake.make.to_us(GROUP, CHEN, "高空抛物")
        fake.push(update)
        got = await bot.get_updates(timeout=0)
        assert [u.update_id for u in got] == [update["update_id"]]
        assert await bot.get_updates(offset=update["update_id"] + 1, timeout=0) == ()
    assert [s.text for s in fake.sent_to(GROUP["id"])] == ["#12", "#12 已接单"]


async def test_it_refuses_in_words_a_stock_client_understands(
    fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    with pytest.raises(InvalidToken):
        async with client(fake, "7000000001:wrong"):
            pass
    async with client(fake) as bot:
        for text, words in (("x" * 4097, "too long"), (" ", "text is empty"), ("😀" * 2049, "too long")):
            with pytest.raises(BadRequest, match=words):
                await bot.send_message(GROUP["id"], text)
        long = InlineKeyboardMarkup([[InlineKeyboardButton("接单", callback_data="字" * 22)]])
        with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
            await bot.send_message(GROUP["id"], "好", reply_markup=long)
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await bot.answer_callback_query("1")
        fake.silence(GROUP["id"], 3)
        with pytest.raises(RetryAfter):
            await bot.send_message(GROUP["id"], "好")
        fake.state.rooms[GROUP["id"]].status = "kicked"
        with pytest.raises(Forbidden):
            await bot.send_message(GROUP["id"], "好")
        fake.state.rooms[GROUP["id"]].moved_to = -1007
        with pytest.raises(ChatMigrated):
            await bot.send_message(GROUP["id"], "好")
        await bot.set_webhook("https://example.org/hook")
        with pytest.raises(Conflict):
            await bot.get_updates(timeout=0)


async def test_as_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fake_telegram", "--open-chats", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    base = (await process.stdout.readline()).decode().strip()
    try:
        async with aiohttp.ClientSession(base) as http:
            update = {"message": {"message_id": 5, "date": 1, "chat": GROUP, "from": CHEN, "text": "/help"}}
            pushed = await (await http.post("/_control/updates", json=[update])).json()
            answer = await (await http.post(f"/bot{TOKEN}/getUpdates", json={"timeout": 0})).json()
            assert [u["update_id"] for u in answer["result"]] == pushed["update_ids"]
            await http.post("/_control/faults", json={"kind": "drop_before", "method": "sendMessage"})
            message = {"chat_id": 77, "text": "好"}
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await http.post(f"/bot{TOKEN}/sendMessage", json=message)
            await http.post(f"/bot{TOKEN}/sendMessage", json=message)
            sent = await (await http.get("/_control/sent", params={"chat_id": "77"})).json()
            assert [(s["chat_id"], s["params"]["text"]) for s in sent] == [(77, "好")]
            await http.post(f"/bot{TOKEN}/getUpdates", json={"offset": pushed["update_ids"][0] + 1})
            assert (await (await http.get("/_control/state")).json())["pending"] == 0
            assert (await http.get("/_control/drained")).status == 200
            assert (await http.post("/_control/updates", data=b"{")).status == 400
    finally:
        process.kill()
        await process.wait()
