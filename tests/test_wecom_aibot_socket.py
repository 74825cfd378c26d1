"""The long connection: every kind of end, who holds it, lost acknowledgements, rungs that give way."""

import asyncio
import random
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.base import CannotEdit, Later, Never, Sent, Unknown
from bot.adapters.wecom_aibot.events import address
from storage.engine.base import StoreDownError
from storage.model.channels import Cursor
from storage.model.messages import Button, Content, Envelope, Outgoing, OutKind
from tests.aibot import AT, BOT, OWNERS, QUICK, STAFF, Play, running
from tests.fake_wecom import FakeWecom
from tests.fake_wecom.server import Setup
from tests.fake_wecom.socket import Manners
from tests.fake_wecom.state import Fault

MANY, CLOSES = 500, 20


def out(chat: str, text: str, key: str = "k", **more: Any) -> Outgoing:
    content = Content(text=text, reply_to=more.pop("reply_to", ""), buttons=more.pop("buttons", ()))
    return Outgoing(key=key, to=address(BOT, chat), content=content, **more)


def stored(folder: Path) -> list[str]:
    """Event ids in the inbox."""
    with sqlite3.connect(folder / "pingan.db") as database:
        return [row[0] for row in database.execute("SELECT event_id FROM inbox")]


async def until_job(folder: Path, key: str) -> None:
    """Those who manage the station are told."""
    for _ in range(500):
        with sqlite3.connect(folder / "pingan.db") as database:
            if any(row[0].startswith(key) for row in database.execute("SELECT key FROM job")):
                return
        await asyncio.sleep(0.02)
    raise AssertionError(f"no job {key}")


async def talked(play: Play, *, group: bool = True) -> str:
    """Somebody has spoken to us, and was answered; the message's id."""
    message = await play.fake.say("li", f"{AT}你好", STAFF if group else "")
    await play.until(lambda: play.fake.seen(STAFF if group else "li"), "an answer")
    return message


# ── ends ───────────────────────────────────────────────────────────────────
async def test_five_hundred_messages_through_twenty_closes_of_both_kinds(tmp_path: Path) -> None:
    chance = random.Random(20_261_122)
    fake = FakeWecom(Setup(manners=Manners(tries=100, subscribes_per_minute=1000)))
    closing = {chance.randrange(MANY): kind for kind in ["close", "abort"] * (CLOSES // 2)}
    while len(closing) < CLOSES:
        closing[chance.randrange(MANY)] = "close"
    async with fake, running(tmp_path, fake) as play:
        told = []
        for number in range(MANY):
            told.append(await fake.say(f"u{number}", f"第{number}件：楼道里堆了杂物，请来看看"))
            if kind := closing.get(number):
                fake.socket.abort() if kind == "abort" else await fake.socket.close()
            await asyncio.sleep(chance.random() * 0.004)
        for _ in range(1500):
            if len(stored(tmp_path)) >= MANY:
                break
            await asyncio.sleep(0.02)
        await play.settled()
        assert sorted(stored(tmp_path)) == sorted(told)
        assert sum((await play.states()).values()) == MANY
        assert fake.socket.kicked == 0


async def test_it_connects_again_after_a_graceful_and_an_aborted_close(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await fake.socket.close()
        await play.until(lambda: fake.socket.connected, "back after a polite end")
        fake.socket.abort()
        await play.until(lambda: fake.socket.connected, "back after a break")
        await talked(play)


async def test_two_missed_pings_end_a_connection_that_only_seems_to_live(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake, patience=replace(QUICK, ack=0.1, ping=0.05)) as play:
        fake.inject(Fault("hang", "ping", times=2))
        await play.until(lambda: len(fake.state.called("aibot_subscribe")) == 2, "another connection")
        await talked(play)


async def test_a_wrong_secret_is_tried_once_and_not_four_hundred_times(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        fake.setup.bot.secret = "SECRET"
        async with running(tmp_path, fake, patience=replace(QUICK, refused=300), first=False) as play:
            fake.setup.bot.secret = "changed"
            await fake.socket.close()
            await play.until(lambda: len(fake.state.called("aibot_subscribe")) >= 1, "a try")
            await asyncio.sleep(0.5)
            assert len(fake.state.called("aibot_subscribe")) <= 2
            await until_job(tmp_path, "deaf:BOTID:refused")


async def test_a_peer_that_accepts_and_says_nothing_blocks_nobody(tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting.set()
        await reader.read(-1)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with FakeWecom() as fake:
        section = {"bot_id": BOT, "secret": "s", "url": f"ws://127.0.0.1:{port}"}
        patience = replace(QUICK, connect=0.3)
        async with running(tmp_path, fake, patience=patience, first=False, wecom_aibot=section) as play:
            await waiting.wait()
            begun = asyncio.get_running_loop().time()
            result = await play.platform.send(out("u:li", "好"), "")
            assert isinstance(result, Later)
            for _ in range(20):
                await asyncio.sleep(0)
            assert asyncio.get_running_loop().time() - begun < 3
    server.close()


async def test_garbage_on_the_socket_disturbs_nothing(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        line = fake.socket.line
        assert line is not None
        for text in (
            "",
            "{",
            "[]",
            "7",
            '{"cmd":7}',
            "[" * 50_000,
            '{"cmd":"aibot_msg_callback","headers":{"req_id":"R"}}',
        ):
            await line.ws.send_str(text)
        await line.ws.send_bytes(b"\x00\xff")
        for body in ('{"msgid":"X","from":7}', '{"msgid":"","msgtype":"text"}', '{"msgid":"Y","msgtype":"new"}'):
            await line.ws.send_str(f'{{"cmd":"aibot_msg_callback","headers":{{"req_id":"R"}},"body":{body}}}')
        await talked(play)
        assert fake.socket.lines == [line]


async def test_while_the_store_is_down_everything_waits_and_nothing_is_lost(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await talked(play)
        accept, refusals = play.platform._accept, iter(range(2))
        assert accept is not None

        async def moody(envelopes: list[Envelope], *, cursor: Cursor | None = None) -> None:
            if next(refusals, None) is not None:
                raise StoreDownError("full")
            await accept(envelopes, cursor=cursor)

        play.platform._accept = moody
        told = [await fake.say(f"u{number}", "楼道里有人打架") for number in range(5)]
        await play.until_states({"待接单": 5})
        assert set(told) <= set(stored(tmp_path))
        assert len(stored(tmp_path)) == 6


# ── who holds it ───────────────────────────────────────────────────────────
async def test_of_two_processes_one_connects_and_the_other_follows_it(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        async with running(tmp_path, fake) as one, running(tmp_path, fake, first=False) as two:
            await talked(one)
            await asyncio.sleep(0.5)
            assert (fake.socket.kicked, len(fake.socket.lines)) == (0, 1)
            for kind in (OutKind.SEND, OutKind.EDIT):
                result = await two.platform.send(out("u:li", "好", kind=kind), "task")
                assert isinstance(result, Later)
                assert result.why == "another process is connected"
            await fake.say("chen", f"{AT}楼上有人高空抛物", OWNERS)
            await one.until_text(OWNERS, "已登记为 1 号")
            assert fake.seen(OWNERS)[0].kind == "stream"
            await one.until_button(STAFF, "接单")
            card = await one.press("li", STAFF, "接单")
            await one.until(lambda: card.history, "the card is changed, whoever handles the press")
        async with running(tmp_path, fake, first=False) as next_one:
            await next_one.until(lambda: fake.socket.connected, "the next process connects")
        assert fake.socket.kicked == 0


async def test_where_another_installation_takes_over_it_stands_by(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play, aiohttp.ClientSession() as session:  # noqa: SIM117 - one line would be too long
        async with session.ws_connect(fake.ws_url) as other:
            body = {"bot_id": BOT, "secret": fake.setup.bot.secret}
            await other.send_json({"cmd": "aibot_subscribe", "headers": {"req_id": "other"}, "body": body})
            await play.until(lambda: fake.socket.kicked == 1, "taken over")
            await until_job(tmp_path, "deaf:BOTID:taken_over")
            await asyncio.sleep(0.6)
            assert (fake.socket.kicked, len(fake.socket.lines)) == (1, 1)
            assert play.platform.connection is not None
            assert not play.platform.connection.up.is_set()


# ── the ladder ─────────────────────────────────────────────────────────────
async def test_a_push_without_acknowledgement_is_uncertain(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake, patience=replace(QUICK, ack=0.2)) as play:
        await talked(play)
        fake.inject(Fault("hang", "aibot_send_msg"))
        assert isinstance(await play.platform.send(out(STAFF, "通知"), ""), Unknown)
        fake.inject(Fault("hang_before", "aibot_send_msg"))
        assert isinstance(await play.platform.send(out(STAFF, "通知", "k2"), ""), Unknown)


@pytest.mark.parametrize("kind", ["close", "abort"])
async def test_a_push_cut_off_is_known_to_be_uncertain_at_once(tmp_path: Path, kind: str) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake, patience=replace(QUICK, ack=60)) as play:
        await talked(play)
        fake.inject(Fault(kind, "aibot_send_msg"))  # type: ignore[arg-type]
        async with asyncio.timeout(5):
            assert isinstance(await play.platform.send(out(STAFF, "通知"), ""), Unknown)


async def test_an_answer_without_acknowledgement_is_said_once_all_the_same(tmp_path: Path) -> None:
    """The second try goes by the same stream: it is over, so the first one did arrive."""
    async with FakeWecom() as fake, running(tmp_path, fake, patience=replace(QUICK, ack=0.2)) as play:
        fake.inject(Fault("hang", "aibot_respond_msg"))
        await fake.say("li", f"{AT}你好", STAFF)
        await play.until(lambda: len(fake.state.called("aibot_respond_msg")) == 2, "the second try")
        await asyncio.sleep(0.3)
        assert len(fake.seen(STAFF)) == 1
        assert fake.state.called("aibot_send_msg") == []


@pytest.mark.parametrize("code", [846605, 846608])
async def test_where_the_answer_is_closed_it_is_pushed(tmp_path: Path, code: int) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        fake.inject(Fault("errcode", "aibot_respond_msg", code=code))
        await talked(play)
        assert [shown.kind for shown in fake.seen(STAFF)] == ["markdown"]


async def test_an_answer_that_was_closed_is_not_taken_for_said_at_the_next_try(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        fake.inject(Fault("errcode", "aibot_respond_msg", code=846608, times=9), Fault("errcode", "aibot_send_msg"))
        await talked(play)
        assert [shown.kind for shown in fake.seen(STAFF)] == ["markdown"]
        assert len(fake.state.called("aibot_respond_msg")) == 1


async def test_where_nothing_else_is_open_the_webhook_of_the_group_speaks(tmp_path: Path) -> None:
    hook: dict[str, Any] = {"wecom_webhook": {"groups": [{"name": "民警群", "key": "key-1234", "chat": STAFF}]}}
    async with FakeWecom() as fake, running(tmp_path, fake, **hook) as play:
        fake.add_webhook("key-1234", STAFF)
        sent = await play.platform.send(out(STAFF, "通知 *重要*"), "")
        assert isinstance(sent, Sent)
        assert sent.message_ref.startswith("webhook:")
        assert [s.text for s in fake.seen(STAFF)] == ["通知 ＊重要＊"]
        refused = await play.platform.send(out(OWNERS, "通知", "k2"), "")
        assert isinstance(refused, Never)
        assert not refused.gone
        fake.inject(Fault("errcode", "webhook/send", code=93000))
        dead = await play.platform.send(out(STAFF, "通知", "k3"), "")
        assert isinstance(dead, Never)
        assert not dead.gone
        assert "key-1234" not in dead.why
        called = len(fake.state.called("webhook/send"))
        assert isinstance(await play.platform.send(out(STAFF, "通知", "k4"), ""), Never)
        assert len(fake.state.called("webhook/send")) == called  # a dead key is not tried again and again


@pytest.mark.parametrize(("code", "wide"), [(45009, True), (-1, False), (6000, False), (45033, False)])
async def test_what_passes_is_tried_later(tmp_path: Path, code: int, wide: bool) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await talked(play)
        fake.inject(Fault("errcode", "aibot_send_msg", code=code))
        result = await play.platform.send(out(STAFF, "通知"), "")
        assert isinstance(result, Later)
        assert result.chat_wide == wide


async def test_acknowledgements_may_come_in_any_order(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await talked(play)
        fake.socket.hold_acks()
        fake.inject(Fault("errcode", "aibot_send_msg", code=45009))
        sends = [play.platform.send(out(STAFF, f"通知{n}", f"k{n}"), "") for n in range(5)]
        gathered = asyncio.gather(*sends)
        await play.until(lambda: len(fake.state.called("aibot_send_msg")) == 5, "five frames")
        await asyncio.sleep(0.05)
        await fake.socket.release_acks(backwards=True)
        results = await gathered
        assert [type(result) for result in results] == [Later, Sent, Sent, Sent, Sent]


async def test_a_card_is_never_shown_twice(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake, patience=replace(QUICK, ack=0.2)) as play:
        await talked(play)
        card = out(STAFF, "新警情\n楼上扔垃圾", buttons=((Button(label="接单", action="claim:9"),),))
        fake.inject(Fault("hang", "aibot_send_msg"))
        assert isinstance(await play.platform.send(card, ""), Unknown)
        again = await play.platform.send(card, "")
        assert isinstance(again, Sent)
        assert again.message_ref in fake.aibot.tasks
        assert sum("接单" in shown.labels for shown in fake.seen(STAFF)) == 1


# ── cards ──────────────────────────────────────────────────────────────────
async def test_a_card_changes_only_while_somebody_has_just_pressed_it(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await talked(play)
        card = out(STAFF, "新警情\n楼上扔垃圾", buttons=((Button(label="接单", action="unknown:9"),),))
        sent = await play.platform.send(card, "")
        assert isinstance(sent, Sent)
        change = out(STAFF, "✅ 已接单", "e", kind=OutKind.EDIT, target="k")
        assert isinstance(await play.platform.send(change, sent.message_ref), CannotEdit)
        await play.press("li", STAFF, "接单")
        await play.until(lambda: play.texts(STAFF)[-1] != "新警情\n楼上扔垃圾", "the press was handled")
        assert isinstance(await play.platform.send(change, sent.message_ref), Sent)
        shown = next(s for s in fake.seen(STAFF) if s.history)
        assert shown.text == "✅ 已接单"
        assert isinstance(await play.platform.send(change, sent.message_ref), CannotEdit)  # one change per press
        assert len(fake.state.called("aibot_respond_update_msg")) == 1
        before = len(stored(tmp_path))
        await fake.click("li", sent.message_ref, shown.card_for("li")["button_list"][0]["key"])  # a grey button
        await asyncio.sleep(0.1)
        assert len(stored(tmp_path)) == before


async def test_an_old_card_is_made_true_at_the_next_press(tmp_path: Path) -> None:
    """王警官 claims on his own card; the one in the group cannot follow, until anybody presses it."""
    async with FakeWecom() as fake:
        async with running(tmp_path, fake) as play:
            await talked(play)
            await fake.say("wang", "你好")
            await play.until(lambda: fake.seen("wang"), "talk")
            await fake.say("chen", f"{AT}楼上有人高空抛物", OWNERS)
            await play.until_button(STAFF, "接单")
            await play.until_button("wang", "接单")
            await play.press("wang", "wang", "接单")
            await play.until_text(STAFF, "1 号已接单：王建国")
        async with running(tmp_path, fake) as play:
            card = await play.press("neighbour", STAFF, "接单")
            await play.until(lambda: card.history, "the old card is true")
            assert "接单" not in card.labels
            assert await play.states() == {"已接单": 1}


async def test_a_grey_button_and_thumbs_mean_nothing(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await talked(play)
        before = stored(tmp_path)
        await fake.aibot.rate("li")
        await asyncio.sleep(0.1)
        assert stored(tmp_path) == before


async def test_what_no_paper_tells_of_is_answered_all_the_same(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await fake.aibot.say("chen", content={"msgtype": "hologram", "hologram": {}})
        await play.until(lambda: fake.seen("chen"), "an answer")
        await fake.say("chen", AT, OWNERS)
        await play.until(lambda: fake.seen(OWNERS), "an answer")
        assert "我在" in play.texts("chen")[0] + play.texts(OWNERS)[0]


async def test_who_opens_the_chat_is_greeted_within_five_seconds(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake) as play:
        await fake.aibot.enter("chen")
        await play.until_text("chen", "您好，我是")
        assert len(fake.state.called("aibot_respond_welcome_msg")) == 1
        assert fake.state.called("aibot_send_msg") == []
