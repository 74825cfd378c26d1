"""Every answer Telegram or the network can give, as the courier will read it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from structlog.testing import capture_logs

from bot.adapters.base import Later, Moved, Never, SendResult, Sent, Unknown
from bot.adapters.telegram.api import Api, Good, Lost, Refused, Unreached, new_session, outcome
from storage.model.messages import Address, Attachment, AttachmentKind, Button, Content, Outgoing, OutKind
from tests.adapters.telegram_kit import platform
from tests.fake_telegram import FakeTelegram, Fault, Json, Rates
from tests.fake_telegram.make import group, private, user

CHEN = user(5001, "小陈")
GROUP = group(-1001234567890)
PRIVATE = private(CHEN)
CLAIM = ((Button(label="接单", action="claim:12"),),)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.add_chat(GROUP)
        server.add_chat(PRIVATE)
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


class Desk:
    """Sends through a real platform to the fake."""

    def __init__(self, fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self.platform = platform(fake, session)

    async def send(
        self,
        content: str | Content = "好",
        chat: Json = GROUP,
        kind: OutKind = OutKind.SEND,
        ref: str = "",
        **out: Any,
    ) -> SendResult:
        body = content if isinstance(content, Content) else Content(text=content)
        to = Address(platform="telegram", bot="7000000001", chat_id=str(chat["id"]), thread=out.pop("thread", ""))
        return await self.platform.send(Outgoing(key="k", to=to, content=body, kind=kind, **out), ref)


@pytest.fixture
async def desk(fake: FakeTelegram, session: aiohttp.ClientSession) -> Desk:
    return Desk(fake, session)


async def test_sent_edited_and_answered(desk: Desk) -> None:
    sent = await desk.send(Content(text="#12 待接单", buttons=CLAIM))
    assert isinstance(sent, Sent)
    assert sent.message_ref.isdigit()
    edited = await desk.send("#12 已接单", kind=OutKind.EDIT, ref=sent.message_ref)
    assert edited == Sent()
    press = desk.fake.make.press(CHEN, desk.fake.make.message(GROUP, CHEN), "claim:12")
    desk.fake.push(press)
    assert await desk.send("已接单", kind=OutKind.ANSWER, target=press["callback_query"]["id"]) == Sent()
    assert [s.method for s in desk.fake.state.sent] == ["sendMessage", "editMessageText", "answerCallbackQuery"]


async def test_an_edit_that_changes_nothing_is_true_already(desk: Desk) -> None:
    sent = await desk.send("#12 待接单")
    assert isinstance(sent, Sent)
    assert await desk.send("#12 待接单", kind=OutKind.EDIT, ref=sent.message_ref) == Sent()


async def test_edits_and_answers_that_come_too_late_are_never(desk: Desk) -> None:
    gone = await desk.send("好", kind=OutKind.EDIT, ref="4711")
    late = await desk.send("好", kind=OutKind.ANSWER, target="4711")
    targetless = await desk.send("好", kind=OutKind.EDIT)
    assert isinstance(gone, Never)
    assert "message to edit not found" in gone.why
    assert isinstance(late, Never)
    assert "query is too old" in late.why
    assert isinstance(targetless, Never)
    assert not any(result.gone for result in (gone, late, targetless))


async def test_a_silenced_chat_is_later_for_the_whole_chat_and_no_other(desk: Desk) -> None:
    desk.fake.silence(GROUP["id"], 5)
    result = await desk.send()
    assert result == Later(why="429 Too Many Requests: retry after 5", after=5, chat_wide=True)
    assert isinstance(await desk.send(chat=PRIVATE), Sent)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"blocked": True}, "blocked by the user"),
        ({"deactivated": True}, "deactivated"),
        ({"status": "kicked"}, "kicked from the supergroup"),
        ({"status": "left"}, "not a member"),
    ],
)
async def test_a_closed_chat_is_gone(desk: Desk, change: dict[str, Any], why: str) -> None:
    for name, value in change.items():
        setattr(desk.fake.state.rooms[GROUP["id"]], name, value)
    result = await desk.send()
    assert isinstance(result, Never)
    assert result.gone
    assert why in result.why


async def test_an_unknown_chat_is_gone_and_a_bad_message_is_not(desk: Desk) -> None:
    unknown = await desk.send(chat=group(-1))
    empty = await desk.send(" ")
    nowhere = await desk.send("好", thread="9")
    unseen = await desk.send(Content(text="", attachment=Attachment(kind=AttachmentKind.PHOTO, ref="none")))
    assert isinstance(unknown, Never)
    assert unknown.gone
    for result in (empty, nowhere, unseen):
        assert isinstance(result, Never)
        assert not result.gone


async def test_rights_taken_away_do_not_mean_gone(desk: Desk) -> None:
    for code in (400, 403):
        why = "not enough rights to send text messages to the chat"
        desk.fake.inject(Fault("refuse", "sendMessage", code=code, description=why))
        result = await desk.send()
        assert isinstance(result, Never)
        assert not result.gone


async def test_a_moved_group_tells_its_new_id(desk: Desk) -> None:
    desk.fake.state.rooms[GROUP["id"]].moved_to = -1009990001
    assert await desk.send() == Moved(chat_id="-1009990001")


async def test_a_refused_token_waits_five_minutes(desk: Desk) -> None:
    desk.fake.state.token = "7000000001:other"
    result = await desk.send()
    assert isinstance(result, Later)
    assert (result.after, result.chat_wide) == (300, False)
    assert "telegram.token" in result.why


@pytest.mark.parametrize("kind", ["error_before", "error_after", "drop_before", "drop_after", "garbled"])
async def test_whatever_may_have_arrived_is_unknown(desk: Desk, kind: Any) -> None:
    desk.fake.inject(Fault(kind, "sendMessage"))
    assert isinstance(await desk.send(), Unknown)
    assert len(desk.fake.state.sent) == (0 if kind.endswith("before") else 1)
    assert isinstance(await desk.send(), Sent)


async def test_a_5xx_in_telegrams_own_words_is_unknown(desk: Desk) -> None:
    desk.fake.inject(Fault("refuse", "sendMessage", code=500, description="Internal Server Error"))
    assert await desk.send() == Unknown(why="500 Internal Server Error")


async def test_no_connection_is_later(fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
    desk = Desk(fake, session)
    await fake.stop()
    result = await desk.send()
    assert isinstance(result, Later)
    assert result.after is None


@pytest.mark.parametrize("base_url", ["http://no-such-host.invalid", "ftp://127.0.0.1", "nonsense", "http://"])
async def test_an_address_that_leads_nowhere_is_later(session: aiohttp.ClientSession, base_url: str) -> None:
    reply = await Api(lambda: session, "1:secret", base_url).call("getMe", {})
    assert isinstance(reply, Unreached)
    assert isinstance(outcome("sendMessage", reply), Later)


async def test_a_silent_server_is_unknown_after_the_read_timeout(fake: FakeTelegram) -> None:
    fake.inject(Fault("delay", "sendMessage", seconds=30))
    async with new_session() as session:
        api = Api(lambda: session, fake.token, fake.base_url)
        reply = await api.call("sendMessage", {"chat_id": GROUP["id"], "text": "好"}, read=0.05)
    assert reply == Lost("connection lost: SocketTimeoutError")
    assert isinstance(outcome("sendMessage", reply), Unknown)


async def test_a_full_pool_is_later(fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.telegram.api.CONNECT_SECONDS", 0.05)
    fake.inject(Fault("delay", "getChat", seconds=30))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        api = Api(lambda: session, fake.token, fake.base_url)
        slow = asyncio.create_task(api.call("getChat", {"chat_id": GROUP["id"]}))
        await fake.until_called("getChat")
        reply = await api.call("sendMessage", {"chat_id": GROUP["id"], "text": "好"})
        slow.cancel()
    assert isinstance(reply, Unreached)
    assert not fake.state.sent


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[str, list[Any]]]:
    """A server that is no Bot API: answers whatever the list says."""
    answers: list[Any] = []

    async def serve(request: web.Request) -> web.Response:
        status, text = answers.pop(0)
        headers = {"Location": "/elsewhere"} if status == 302 else {}
        return web.Response(status=status, text=text, headers=headers)

    app = web.Application()
    app.add_routes([web.route("*", "/{rest:.*}", serve)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", answers
    await runner.cleanup()


async def test_an_answer_cut_off_half_way_is_unknown(session: aiohttp.ClientSession) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":true,')
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        api = Api(lambda: session, "1:secret", f"http://127.0.0.1:{port}")
        assert await api.call("sendMessage", {}) == Lost("connection lost: ClientPayloadError")


@pytest.mark.parametrize(
    ("status", "text", "result"),
    [
        (200, "<html>login</html>", Unknown),
        (200, '{"ok":', Unknown),
        (200, '{"ok":1}', Unknown),
        (200, '{"ok":true,"result":true}', Sent),
        (200, '{"ok":true}', Sent),
        (200, '{"ok":false}', Later),
        (302, "", Later),
        (403, "<html>firewall</html>", Later),
        (404, "<html>nginx</html>", Later),
        (429, "<html>slow down</html>", Later),
        (502, "", Unknown),
        (504, "[" * 100_000, Unknown),
    ],
)
async def test_gateways_between_us_and_telegram(
    gateway: tuple[str, list[Any]],
    session: aiohttp.ClientSession,
    status: int,
    text: str,
    result: type[SendResult],
) -> None:
    base_url, answers = gateway
    answers.append((status, text))
    reply = await Api(lambda: session, "1:secret", base_url).call("sendMessage", {})
    assert isinstance(outcome("sendMessage", reply), result)


async def test_an_unknown_refusal_is_never_taken_for_delivered() -> None:
    for code in (402, 409, 420):
        assert isinstance(outcome("sendMessage", Refused(code, "Hm")), Later)
    assert isinstance(outcome("sendMessage", Refused(413, "Request Entity Too Large")), Never)


class Catcher(logging.Handler):
    """Everything any library logs, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage() + repr(record.exc_info))


@pytest.fixture
def every_log() -> Iterator[Catcher]:
    catcher, root = Catcher(), logging.getLogger()
    level = root.level
    root.addHandler(catcher)
    root.setLevel(logging.DEBUG)
    yield catcher
    root.removeHandler(catcher)
    root.setLevel(level)


async def test_the_token_reaches_no_log_repr_or_result(desk: Desk, every_log: Catcher) -> None:
    secret = desk.fake.token.partition(":")[2]
    results: list[Any] = [repr(desk.platform), repr(vars(desk.platform))]
    with capture_logs() as logs:
        structlog.get_logger().info("test.begin")
        for kind in ("drop_before", "error_before", "garbled"):
            desk.fake.inject(Fault(kind, "sendMessage"))
            results.append(await desk.send())
        why = f"Bad Request: {desk.fake.token} is odd"
        desk.fake.inject(Fault("refuse", "sendMessage", code=400, description=why))
        results.append(await desk.send())
        await desk.fake.stop()
        results.append(await desk.send())
    assert secret not in json.dumps([repr(item) for item in results])
    assert secret not in repr(logs)
    assert secret not in "".join(every_log.lines)


async def test_rate_limits_of_the_real_platform(fake: FakeTelegram, session: aiohttp.ClientSession) -> None:
    now = [1_000.0]
    fake.state.rates, fake.state.clock = Rates(), lambda: now[0]
    desk = Desk(fake, session)
    burst = [await desk.send(str(n)) for n in range(4)]
    assert [isinstance(result, Sent) for result in burst] == [True, True, True, False]
    assert burst[3] == Later(why="429 Too Many Requests: retry after 1", after=1, chat_wide=True)
    for _ in range(17):
        now[0] += 1.1
        assert isinstance(await desk.send(), Sent)
    now[0] += 1.1
    twenty_first = await desk.send()
    assert isinstance(twenty_first, Later)
    assert twenty_first.after is not None
    assert twenty_first.after > 30


async def test_everything_rendered_is_taken_by_the_platform(desk: Desk) -> None:
    make = desk.fake.make
    desk.fake.push(make.photo(GROUP, CHEN, file="ph"), make.topic(GROUP, CHEN, 3, "题", make.me))
    picture = Attachment(kind=AttachmentKind.PHOTO, ref="ph-2")
    spot = Attachment(kind=AttachmentKind.LOCATION, latitude=30.4, longitude=114.8)
    for content in (
        Content(text="😀" * 5_000, buttons=CLAIM, reply_to="999999"),
        Content(text="证据" * 900, attachment=picture, buttons=CLAIM),
        Content(text="", attachment=spot),
        Content(text="三号楼", attachment=spot, ask=True),
    ):
        for thread in ("", "3"):
            assert isinstance(await desk.send(content, thread=thread), Sent)
    caption = await desk.send(Content(text="一", attachment=picture))
    assert isinstance(caption, Sent)
    edit = Content(text="二", attachment=picture)
    assert await desk.send(edit, kind=OutKind.EDIT, ref=caption.message_ref) == Sent()
    with_words = await desk.send(replace(edit, attachment=None), kind=OutKind.EDIT, ref=caption.message_ref)
    assert isinstance(with_words, Never)


async def test_good_results_are_raw_json(desk: Desk, session: aiohttp.ClientSession) -> None:
    reply = await Api(lambda: session, desk.fake.token, desk.fake.base_url + "//").call("getMe", {})
    assert isinstance(reply, Good)
    assert json.loads(bytes(reply.result))["username"] == "pingan_demo_bot"
