"""A resident by 微信客服: from the group's QR code to the stars, within what the platform lets us say."""

import asyncio
import random
import re
import sqlite3
import string
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.base import Later, NotFetched, Sent
from bot.adapters.wecom.api import new_session
from bot.adapters.wecom.channel import Channel
from bot.adapters.wecom_kf.adapter import KfPlatform, build
from bot.adapters.wecom_kf.pulling import Puller, envelopes_of
from bot.errors import StoreDownError
from bot.inbox import Inbox
from bot.metrics import Metrics
from handlers.kit.scenes import group_of_scene, scene_of
from storage.engine.base import Engine
from storage.model.channels import Cursor
from storage.model.messages import Address, Button, Content, Envelope, InboundKind, Outgoing, OutState, Role
from storage.stores.outbox import WAITS_FOR_TURN
from storage.unit import Unit
from tests.fake_wecom import FakeWecom, Fault, HeldClock, State
from tests.harness import HeldClock as OurClock
from tests.residents import config, kit_of, menu_of, running

CHEN = "wmChen"
NOW = datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.fixture
async def fake() -> AsyncIterator[FakeWecom]:
    async with FakeWecom() as running_fake:
        yield running_fake


async def group_id(play: Any, chat: str = "wrA") -> int:
    group = await play.until(lambda unit: unit.groups.by_chat("wecom_customer_group", chat))
    return int(group.id)


# ── the whole story ────────────────────────────────────────────────────────
async def test_from_the_qr_code_to_the_rating_with_a_restart_in_the_middle(fake: FakeWecom, tmp_path: Path) -> None:
    async with running(tmp_path, fake, "wecom_kf") as play:
        await play.officer_says("wang", "开始")
        await fake.kf.enter(CHEN, "pingan", scene_of(await group_id(play)))
        hello = await play.shown(CHEN, "您好，我是东湾派出所")
        assert fake.state.called("kf/send_msg_on_event")
        await fake.kf.say(CHEN, "楼上有人高空抛物，差点砸到人")
        await play.shown(CHEN, "已登记为 1 号")
        card = await play.officer_is_told("wang", "1 号")
        assert "东湾花园业主群" in card
        await play.officer_presses("wang", "接单")
        await play.shown(CHEN, "1 号已接单")
    told = len(fake.seen(CHEN))
    async with running(tmp_path, fake, "wecom_kf") as play:
        assert len(fake.seen(CHEN)) == told
        await play.officer_presses("wang", "办结")
        await play.officer_presses("wang", "已当面调解")
        closing = await play.shown(CHEN, "办结")
        # receipt, claimed, closing: two of the five are left
        assert len(fake.seen(CHEN)) - 1 <= 3
        assert fake.kf.customers[CHEN].left >= 2
        await fake.kf.press(CHEN, menu_of(closing, "解决了"))
        asked = await play.shown(CHEN, "满意")
        await fake.kf.press(CHEN, menu_of(asked, "满意"))
        ticket = await play.until(_rated)
        assert ticket.group_id == await group_id(play)
    assert hello.kind == "text"
    assert not fake.state.complaints


async def _rated(unit: Unit) -> Any:
    ticket = await unit.tickets.get(1)
    return ticket if ticket is not None and ticket.rating else None


async def test_what_waits_for_a_word_leaves_with_it_and_never_more_than_five(fake: FakeWecom, tmp_path: Path) -> None:
    async with running(tmp_path, fake, "wecom_kf") as play:
        await play.officer_says("wang", "开始")
        await fake.kf.say(CHEN, "楼下一直很吵")
        await play.shown(CHEN, "已登记为 1 号")
        await play.officer_presses("wang", "接单")
        await play.shown(CHEN, "1 号已接单")
        for number in range(5):
            await play.officer_says("wang", f"回复 1 第{number}次告诉您：在路上")
            await (play.shown(CHEN, f"第{number}次") if number < 2 else play.until(partial(_waits, number - 1)))
        assert "微信客服上再写一句" in (await play.officer_reads("wang"))[-1].text
        assert len(fake.seen(CHEN)) == 4  # the last of the five is kept for how it ends
        await fake.kf.say(CHEN, "好的，知道了")
        await play.shown(CHEN, "第4次")
        told = [shown.text for shown in fake.seen(CHEN) if "告诉您" in shown.text]
        assert [re.findall(r"第(\d)次", text) for text in told] == [["0"], ["1"], ["2", "3", "4"]]
    assert len(fake.state.called("kf/send_msg")) == len(fake.seen(CHEN))


async def _waits(many: int, unit: Unit) -> bool:
    """So many words of ours wait for a word of the resident."""
    counts = await unit.outbox.counts()
    return counts.get("pending", (0,))[0] == many and "leased" not in counts


async def test_a_made_up_scene_is_only_a_hint_that_leads_nowhere(fake: FakeWecom, tmp_path: Path) -> None:
    async with running(tmp_path, fake, "wecom_kf") as play:
        for scene in ("g999999", "g0", "'; DROP TABLE", "g" + "9" * 40, "好"):
            await fake.kf.enter(CHEN, scene_param=scene)
        await fake.kf.say(CHEN, "门口有人打架")
        await play.shown(CHEN, "已登记为 1 号")
        ticket = await play.until(lambda unit: unit.tickets.get(1))
        assert ticket.group_id is None


def test_scenes_are_told_from_other_words() -> None:
    assert group_of_scene(scene_of(12)) == 12
    for other in ("", "g", "g0", "g01", "12", "g1 ", "g" + "1" * 30, "G1", "g１"):
        assert group_of_scene(other) is None


# ── fetching ───────────────────────────────────────────────────────────────
class Desk:
    """One adapter's pull against the emulator, on a real store, with a held clock."""

    def __init__(self, fake: FakeWecom, engine: Engine, channel: Channel) -> None:
        self.fake = fake
        self.engine = engine
        assert isinstance(channel.platform, KfPlatform)
        self.platform = channel.platform
        self.puller: Puller = channel.platform._puller
        self.inbox = Inbox(engine, OurClock(NOW), Metrics(), asyncio.Event())

    async def stored(self) -> list[str]:
        async with self.engine.write() as tx:
            return [row.event_id for row in await Unit(tx).inbox.todo(NOW, 10_000)]

    async def cursor(self) -> str:
        async with self.engine.read() as tx:
            return await Unit(tx).channels.cursor("wecom_kf", self.platform.bot, "sync")


@pytest.fixture
async def desk(engine: Engine, tmp_path: Path) -> AsyncIterator[Desk]:
    async with FakeWecom(state=State(clock=HeldClock(NOW.timestamp()))) as fake, new_session() as session:
        fake.doors["kf"].url, fake.doors["kf"].tries = "http://127.0.0.1:9/", 1
        yield Desk(fake, engine, build(kit_of(config(tmp_path, fake, "wecom_kf"), engine, session, OurClock(NOW))))


async def test_dying_between_fetching_and_storing_loses_nothing_and_doubles_nothing(desk: Desk) -> None:
    """The cursor is stored with what was read: wherever it breaks, the next life goes on from there."""
    desk.fake.kf.rules.page = 7
    desk.fake.kf._untokened.limit = 1_000
    said = [await desk.fake.kf.say(CHEN, f"第 {n} 句", notify=False) for n in range(50)]
    calls = 0

    async def dies(envelopes: list[Envelope], *, cursor: Cursor | None = None) -> None:
        nonlocal calls
        calls += 1
        if calls % 2:
            raise StoreDownError("killed before the commit")
        await desk.inbox.accept(envelopes, cursor=cursor)
        if calls % 4 == 0:
            raise StoreDownError("killed after the commit")

    for _ in range(60):
        try:
            assert await desk.puller.pull(dies, NOW) is None
            break
        except StoreDownError:
            continue
    assert await desk.stored() == said
    assert await desk.cursor() == "cur_50"
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert await desk.stored() == said


async def test_a_lost_answer_and_an_expired_token_stop_nothing_for_good(desk: Desk) -> None:
    said = [await desk.fake.kf.say(CHEN, "楼上扔垃圾", notify=False)]
    desk.fake.inject(Fault("abort", "kf/sync_msg"))
    assert await desk.puller.pull(desk.inbox.accept, NOW) is not None
    assert await desk.stored() == []
    desk.fake.qyapi.revoke_tokens()
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert await desk.stored() == said
    assert len(desk.fake.state.called("gettoken")) == 2


async def test_a_stale_notice_is_left_out_and_a_refused_one_is_asked_without(desk: Desk) -> None:
    await desk.fake.kf.say(CHEN, "楼上扔垃圾", notify=False)
    desk.puller.noticed("KFTOLD", NOW)
    desk.fake.inject(Fault("errcode", "kf/sync_msg", code=95007))
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    asked = desk.fake.state.called("kf/sync_msg")
    assert [call.get("token", "") for call in asked] == ["KFTOLD", ""]
    assert len(await desk.stored()) == 1


async def test_a_notice_that_comes_while_an_old_one_is_refused_is_not_thrown_away(desk: Desk) -> None:
    desk.puller.noticed("KFTOLD", NOW)
    post = desk.puller._tokens.post

    async def meanwhile(path: str, body: Any) -> Any:
        if body.get("token") == "KFTOLD":
            desk.puller.noticed("KFTNEW", NOW)
        return await post(path, body)

    desk.puller._tokens.post = meanwhile  # type: ignore[method-assign, assignment]
    desk.fake.inject(Fault("errcode", "kf/sync_msg", code=95007))
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert desk.puller._notice == "KFTNEW"


async def test_a_row_no_database_takes_does_not_keep_its_page_from_being_heard(desk: Desk) -> None:
    """Names longer than an index holds, half a sign, numbers without end: parked or mended, and on it goes."""
    kf = desk.fake.kf
    noise = "".join(random.Random(5).choices(string.ascii_letters, k=10_000))  # a database would press it smaller
    row = {"msgtype": "text", "text": {"content": "楼上扔垃圾"}}
    kf._keep(CHEN, 3, row | {"msgid": noise})
    kf._keep(CHEN, 3, row | {"external_userid": noise})
    kf._keep(CHEN, 3, row | {"msgtype": "event", "event": {"event_type": "enter_session", "external_userid": noise}})
    came = {"event_type": "enter_session", "external_userid": CHEN, "welcome_code": noise}
    kf._keep("", 4, {"msgtype": "event", "event": came})
    kf._keep(CHEN, 3, row | {"text": {"content": "楼上扔\ud83d"}})
    kf._keep(CHEN, 3, row | {"x": 10**300})
    last = await kf.say(CHEN, "有人听见吗", notify=False)
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    heard = await desk.stored()
    assert heard[-1] == last
    assert len(heard) == 3
    assert all(len(name) <= 200 for name in heard)
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert await desk.stored() == heard


async def test_colleagues_and_events_of_no_use_are_not_stored(desk: Desk) -> None:
    kf = desk.fake.kf
    kf._keep(CHEN, 5, {"msgtype": "text", "text": {"content": "同事说的"}})
    kf._keep("", 4, {"msgtype": "event", "event": {"event_type": "msg_send_fail", "external_userid": CHEN}})
    wanted = await kf.say(CHEN, "楼上扔垃圾", notify=False)
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert await desk.stored() == [wanted]


async def test_a_picture_is_stored_first_and_fetched_afterwards(desk: Desk) -> None:
    """However long the platform takes to hand it out, the message is safe."""
    picture = b"\xff\xd8\xff\xe0 a picture"
    kept = await desk.fake.kf.say(CHEN, media=desk.fake.qyapi.keep(picture), notify=False)
    gone = await desk.fake.kf.say(CHEN, media="MEDIA_NOBODY_HAS", notify=False)
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert not desk.fake.state.called("media/get")
    async with desk.engine.write() as tx:
        rows = {row.event_id: desk.platform.parse(row.body) for row in await Unit(tx).inbox.todo(NOW, 10)}
    here, there = rows[kept], rows[gone]
    assert here is not None
    assert there is not None
    assert await desk.platform.fetch(here.attachments[0].ref) == picture
    not_there = await desk.platform.fetch(there.attachments[0].ref)
    assert isinstance(not_there, NotFetched)
    assert not not_there.again


def test_what_cannot_be_read_is_parked_and_its_neighbours_are_not() -> None:
    good = {"msgid": "m1", "send_time": 1, "origin": 3, "msgtype": "text", "external_userid": CHEN}
    bad = [good | {"send_time": "yesterday"}, "no row", None, {}, good | {"text": 5}]
    found = list(envelopes_of([*bad, good], "wk1"))
    assert [envelope.event_id for envelope in found if not envelope.unreadable] == ["m1"]
    assert len({envelope.event_id for envelope in found if envelope.unreadable}) == len(bad)


async def test_what_was_said_is_stored_in_the_order_it_was_said(desk: Desk) -> None:
    desk.fake.kf.rules.shuffled = True
    said = []
    for n in range(5):
        said.append(await desk.fake.kf.say(CHEN, f"第 {n} 句", notify=False))
        desk.fake.state.clock.advance(1)  # type: ignore[attr-defined]
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    assert await desk.stored() == said


# ── sending ────────────────────────────────────────────────────────────────
def out(text: str = "好的", key: str = "k") -> Outgoing:
    return Outgoing(key=key, to=Address(platform="wecom_kf", bot="wkAAAA", chat_id=CHEN), content=Content(text=text))


async def test_a_message_whose_answer_was_lost_is_sent_again_and_seen_once(desk: Desk) -> None:
    await desk.fake.kf.say(CHEN, "楼上扔垃圾", notify=False)
    desk.fake.inject(Fault("abort", "kf/send_msg"))
    assert isinstance(await desk.platform.send(out(), ""), Later)
    assert isinstance(await desk.platform.send(out(), ""), Sent)
    assert len(desk.fake.seen(CHEN)) == 1


async def test_a_long_message_with_buttons_keeps_its_words_and_its_buttons(desk: Desk) -> None:
    await desk.fake.kf.say(CHEN, "楼上扔垃圾", notify=False)
    text = "请您看一下处理结果是否满意。\n" * 45
    buttons = ((Button(label="满意", action="rate:1:good"), Button(label="不满意", action="rate:1:bad")),)
    long = out(text)
    desk.fake.inject(Fault("abort", "kf/send_msg"))  # the first half arrives, its answer does not
    message = replace(long, content=replace(long.content, buttons=buttons))
    assert isinstance(await desk.platform.send(message, ""), Later)
    sent = await desk.platform.send(message, "")
    words, menu = desk.fake.seen(CHEN)
    assert words.text == text
    assert isinstance(sent, Sent)
    pressed = await desk.fake.kf.press(CHEN, menu_of(menu, "不满意"))
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    async with desk.engine.write() as tx:
        rows = {row.event_id: desk.platform.parse(row.body) for row in await Unit(tx).inbox.todo(NOW, 10)}
    press = rows[pressed]
    assert press is not None
    assert (press.kind, press.button, press.message_id) == (InboundKind.BUTTON, "rate:1:bad", sent.message_ref)


async def test_what_was_taken_and_then_refused_is_not_called_delivered(fake: FakeWecom, tmp_path: Path) -> None:
    """Told twice, with a restart between: it happens once. A message of somebody else's changes nothing."""
    async with running(tmp_path, fake, "wecom_kf") as play:
        await fake.kf.say(CHEN, "楼下一直很吵")
        shown = await play.shown(CHEN, "已登记为 1 号")
        await play.until(_receipt_is(OutState.SENT))
        await fake.kf.refuse_later(CHEN, "somebody-elses")
        await fake.kf.refuse_later(CHEN, str(shown.body["msgid"]))
        await play.until(_receipt_is(OutState.DEAD))
    async with running(tmp_path, fake, "wecom_kf") as play:
        await fake.kf.refuse_later(CHEN, str(shown.body["msgid"]))
        await fake.kf.say(CHEN, "还在吵")
        await play.shown(CHEN, "1 号")
        async with play.app.core.engine.read() as tx:
            dead = await Unit(tx).outbox.dead()
        assert [row.error for row in dead] == ["refused later: fail_type 10"]
    with sqlite3.connect(tmp_path / "pingan.db") as database:
        told = database.execute("SELECT COUNT(*) FROM job WHERE payload LIKE '%DeliveryFailed%'").fetchone()
    assert told == (1,)


def _receipt_is(state: OutState) -> Any:
    async def holds(unit: Unit) -> bool:
        rows = await unit.outbox.of_ticket(1, Role.RECEIPT)
        return [row.state for row in rows] == [state]

    return holds


async def test_a_menu_of_somebody_else_is_only_words(desk: Desk) -> None:
    said = await desk.fake.kf.say(CHEN, "查户口", menu_id="colleagues-menu-7", notify=False)
    assert await desk.puller.pull(desk.inbox.accept, NOW) is None
    async with desk.engine.write() as tx:
        (row,) = await Unit(tx).inbox.todo(NOW, 10)
    event = desk.platform.parse(row.body)
    assert event is not None
    assert (row.event_id, event.kind, event.text) == (said, InboundKind.MESSAGE, "查户口")


async def test_where_the_platform_counts_differently_the_message_waits_for_a_word(desk: Desk) -> None:
    await desk.fake.kf.say(CHEN, "楼上扔垃圾", notify=False)
    desk.fake.kf.customers[CHEN].left = 0
    assert await desk.platform.send(out(), "") == Later(why=WAITS_FOR_TURN, after=1800.0)
    desk.fake.state.clock.advance(49 * 3600)  # type: ignore[attr-defined]
    desk.fake.kf.customers[CHEN].left = 5
    assert await desk.platform.send(out(), "") == Later(why=WAITS_FOR_TURN, after=1800.0)


# ── the door ───────────────────────────────────────────────────────────────
async def test_the_address_is_proved_and_what_is_tampered_with_has_no_effect(fake: FakeWecom, tmp_path: Path) -> None:
    async with running(tmp_path, fake, "wecom_kf") as play:
        door = fake.doors["kf"]
        assert await door.hello()
        await fake.kf.say(CHEN, "楼上扔垃圾")
        await play.shown(CHEN, "已登记为 1 号")
        good = door.knocks[-1]
        await fake.until(lambda: any("token" in call for call in fake.state.called("kf/sync_msg")))  # by this notice
        before = len(fake.state.called("kf/sync_msg"))
        for query, body in (
            (good.query | {"msg_signature": "0" * 40}, good.body),
            ({k: v for k, v in good.query.items() if k != "nonce"}, good.body),
            (good.query, good.body[:-40]),
            (good.query, b""),
            (good.query, b"<xml><Event>kf_msg_or_event</Event></xml>"),
            (good.query | {"timestamp": "1600000000"}, good.body),
        ):
            knock = await door.knock(type(good)(dict(query), body))
            assert knock.status in (400, 403)
        for _ in range(3):
            assert (await door.replay(good)).status == 200
        assert len(fake.state.called("kf/sync_msg")) == before
        assert len(fake.seen(CHEN)) == 1
