"""A follower of the 公众号: numbers instead of buttons, sealed callbacks only, and no word after the window closed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.base import Later, Never, Sent
from bot.adapters.wechat_official.adapter import build
from bot.adapters.wechat_official.parse import event_id, fields_of, parse_xml
from bot.adapters.wecom.api import new_session
from storage.engine.base import Engine
from storage.model.messages import Address, Content, InboundKind, Outgoing
from storage.stores.outbox import WAITS_FOR_TURN
from storage.unit import Unit
from tests.fake_wecom import FakeWecom, Fault
from tests.fake_wecom.crypt import Json, write_xml
from tests.residents import Play, config, kit_of, running

CHEN, LIU = "oChen", "oLiu"


@pytest.fixture
async def fake() -> AsyncIterator[FakeWecom]:
    async with FakeWecom() as running_fake:
        yield running_fake


def number_of(text: str, label: str) -> str:
    """What to send for that choice: "回复 2 没解决" → "2"."""
    return next(part.split()[1] for part in text.replace("\n", " / ").split(" / ") if part.endswith(label))


async def choose(play: Play, shown_part: str, label: str) -> None:
    shown = await play.shown(CHEN, shown_part)
    await play.fake.official.say(CHEN, number_of(shown.text, label))


# ── the whole story ────────────────────────────────────────────────────────
async def test_from_the_scan_to_the_rating_by_numbers_with_a_restart_in_the_middle(
    fake: FakeWecom, tmp_path: Path
) -> None:
    async with running(tmp_path, fake, "wechat_official") as play:
        group = await play.until(lambda unit: unit.groups.by_chat("wecom_customer_group", "wrB"))
        await play.officer_says("wang", "开始")
        await fake.official.event(CHEN, "subscribe", f"qrscene_g{group.id}")
        await play.shown(CHEN, "您好，我是东湾派出所")
        await fake.official.say(CHEN, "隔壁店铺占道经营，路都走不了")
        await play.shown(CHEN, "已登记为 1 号")
        assert "商业街门店群" in await play.officer_is_told("wang", "1 号")
        await play.officer_presses("wang", "接单")
        await play.shown(CHEN, "1 号已接单")
    async with running(tmp_path, fake, "wechat_official") as play:
        await play.officer_presses("wang", "办结")
        await play.officer_presses("wang", "已")
        await choose(play, "办结", "解决了")
        await choose(play, "满意", "满意")
        ticket = await play.until(_rated)
        assert ticket.group_id == group.id
    assert {call["msgtype"] for call in fake.state.called("official/message/custom/send")} == {"text"}
    assert not fake.state.complaints


async def _rated(unit: Unit) -> Any:
    ticket = await unit.tickets.get(1)
    return ticket if ticket is not None and ticket.rating else None


async def test_the_menu_is_ours_and_its_entries_are_commands(fake: FakeWecom, tmp_path: Path) -> None:
    async with running(tmp_path, fake, "wechat_official") as play:
        await fake.until(lambda: fake.official.menu)
        await fake.official.click(CHEN, "帮助")
        await play.shown(CHEN, "我的")
        await fake.official.event(CHEN, "CLICK", "V1001_OF_SOMEBODY_ELSE")
        await fake.official.say(CHEN, "楼上扔垃圾")
        await play.shown(CHEN, "已登记为 1 号")
        assert await play.until(lambda unit: unit.tickets.get(1))


async def test_repeated_events_and_messages_happen_once(fake: FakeWecom, tmp_path: Path) -> None:
    """The platform repeats what is not answered, sealed anew each time."""
    async with running(tmp_path, fake, "wechat_official") as play:
        fields: Json = {"ToUserName": "gh", "FromUserName": CHEN, "CreateTime": int(fake.state.clock())}
        said = write_xml(fields | {"MsgType": "text", "Content": "楼上扔垃圾", "MsgId": 77})
        came = write_xml(fields | {"MsgType": "event", "Event": "subscribe", "EventKey": ""})
        fake.official._spoke(CHEN)
        door = fake.doors["official"]
        for _ in range(3):
            for plain in (came, said):
                knock = await door.tell(plain, user=CHEN)
                assert (knock.status, knock.answer) == (200, b"success")
        await play.shown(CHEN, "已登记为 1 号")
        await fake.official.say(CHEN, "我的")
        await play.shown(CHEN, "1 号", "wechat_official")
        texts = [shown.text for shown in fake.seen(CHEN)]
        assert sum("您好，我是" in text for text in texts) == 1
        assert sum("已登记为" in text for text in texts) == 1


async def test_one_who_left_is_written_to_no_more(fake: FakeWecom, tmp_path: Path) -> None:
    async with running(tmp_path, fake, "wechat_official") as play:
        await fake.official.say(CHEN, "楼上扔垃圾")
        await play.shown(CHEN, "已登记为 1 号")
        await fake.official.event(CHEN, "unsubscribe")
        assert await play.until(_unreachable)


async def _unreachable(unit: Unit) -> bool:
    found = await unit.people.by_identity("wechat_official", CHEN)
    return found is not None and not found.private_chat


# ── the door ───────────────────────────────────────────────────────────────
async def test_only_what_is_sealed_gets_in(fake: FakeWecom, tmp_path: Path) -> None:
    """Ten kinds of tampering: no effect, no reason given, never a 500."""
    async with running(tmp_path, fake, "wechat_official") as play:
        door = fake.doors["official"]
        assert await door.hello()
        await fake.official.say(LIU, "你好")
        good = door.knocks[-1]
        plain = write_xml({"FromUserName": CHEN, "CreateTime": 1, "MsgType": "text", "Content": "x", "MsgId": 1})
        other = door.crypt.__class__(fake.setup.token, fake.setup.aes_key, "wx_of_somebody_else")
        stranger = write_xml({"Encrypt": other.seal(plain)}).encode()
        stamp, nonce = good.query["timestamp"], good.query["nonce"]
        signed = other.query(stamp, nonce, other.seal(plain))
        flipped = good.body[:60] + bytes([good.body[60] ^ 1]) + good.body[61:]
        bad = [
            (good.query | {"msg_signature": "0" * 40}, good.body),
            ({k: v for k, v in good.query.items() if k != "msg_signature"}, good.body),
            (good.query, plain.encode()),
            ({k: v for k, v in good.query.items() if k not in ("msg_signature", "encrypt_type")}, plain.encode()),
            (good.query | signed, stranger),
            (good.query, flipped),
            (good.query, good.body[: len(good.body) // 2]),
            (good.query, b"{}"),
            (good.query, b""),
            (good.query | {"timestamp": "1600000000"}, good.body),
            (good.query, b'<!DOCTYPE a [<!ENTITY b "c">]>' + good.body),
        ]
        for query, body in bad:
            knock = await door.knock(type(good)(dict(query), body))
            assert knock.status in (400, 403), (query, body, knock.status)
            assert knock.answer == b""
        for _ in range(3):
            assert (await door.replay(good)).status == 200
        tickets = await play.until(lambda unit: unit.people.by_identity("wechat_official", LIU))
        assert tickets
        async with play.app.core.engine.read() as tx:
            assert await Unit(tx).people.by_identity("wechat_official", CHEN) is None


# ── sending ────────────────────────────────────────────────────────────────
def out(text: str = "好的") -> Outgoing:
    return Outgoing(key="k", to=Address(platform="wechat_official", bot="wx", chat_id=CHEN), content=Content(text=text))


async def test_refusals_are_understood(fake: FakeWecom, engine: Engine, tmp_path: Path) -> None:
    async with new_session() as session:
        platform = build(kit_of(config(tmp_path, fake, "wechat_official"), engine, session)).platform
        assert await platform.send(out(), "") == Later(why=WAITS_FOR_TURN, after=1800.0)  # 45015
        fake.official._spoke(CHEN)
        for _ in range(5):
            assert isinstance(await platform.send(out(), ""), Sent)
        assert await platform.send(out(), "") == Later(why=WAITS_FOR_TURN, after=1800.0)  # 45047
        for code in (43004, 40003):
            fake.inject(Fault("errcode", "official/message/custom/send", code=code))
            result = await platform.send(out(), "")
            assert isinstance(result, Never)
            assert result.gone
        asked = len(fake.state.called("official/stable_token"))
        fake.official.tokens.clear()
        fake.official._spoke(CHEN)
        assert isinstance(await platform.send(out(), ""), Sent)
        assert len(fake.state.called("official/stable_token")) == asked + 1
        fake.inject(Fault("errcode", "official/message/custom/send", code=40164))
        result = await platform.send(out(), "")
        assert isinstance(result, Later)
        assert result.after == 300.0


async def test_a_wrong_secret_is_asked_for_once_in_five_minutes(
    fake: FakeWecom, engine: Engine, tmp_path: Path
) -> None:
    async with new_session() as session:
        settings = config(tmp_path, fake, "wechat_official")
        fake.official.app_secret = "CHANGED"
        platform = build(kit_of(settings, engine, session)).platform
        for _ in range(50):
            result = await platform.send(out(), "")
            assert isinstance(result, Later)
            assert "OFFICIAL-SECRET" not in result.why
        assert len(fake.state.called("official/stable_token")) == 1


# ── reading ────────────────────────────────────────────────────────────────
HEAD: Json = {"ToUserName": "gh", "FromUserName": CHEN, "CreateTime": 1_700_000_000}


def read(**fields: object) -> Any:
    return parse_xml(write_xml(HEAD | fields).encode(), "wx")


def test_what_a_follower_does_is_what_we_read() -> None:
    assert read(MsgType="voice", MediaId="M", Recognition="有人打架", MsgId=1).text == "有人打架"
    place = read(MsgType="location", Location_X="30.25", Location_Y="120.1", Label="东湾花园", MsgId=2)
    assert (place.attachments[0].latitude, place.text) == (30.25, "东湾花园")
    assert read(MsgType="location", Location_X="x" * 50, Location_Y="1", Label="", MsgId=3).attachments == ()
    scan = read(MsgType="event", Event="SCAN", EventKey="g12")
    assert (scan.kind, scan.scene, bool(scan.callback_id)) == (InboundKind.JOINED, "g12", True)
    assert read(MsgType="event", Event="subscribe", EventKey="qrscene_g12").scene == "g12"
    assert read(MsgType="event", Event="unsubscribe").kind is InboundKind.LEFT
    assert read(MsgType="event", Event="LOCATION", EventKey="") is None


def test_events_without_a_number_are_told_apart_by_who_when_and_what() -> None:
    same_second = [read(MsgType="text", Content=text, MsgId=n) for n, text in enumerate("甲乙", 1)]
    assert same_second[0].event_id != same_second[1].event_id
    ids = {
        event_id(fields_of(write_xml(HEAD | more).encode()))
        for more in (
            {"MsgType": "event", "Event": "SCAN", "EventKey": "g1"},
            {"MsgType": "event", "Event": "SCAN", "EventKey": "g2"},
            {"MsgType": "event", "Event": "subscribe", "EventKey": "g1"},
            {"MsgType": "event", "Event": "SCAN", "EventKey": "g1", "CreateTime": 1_700_000_001},
            {"MsgType": "event", "Event": "SCAN", "EventKey": "g1", "FromUserName": LIU},
        )
    }
    assert len(ids) == 5
