"""自建应用 alone: its door, what it understands, what it sends, and how long its permissions to change a card live."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.base import CannotEdit, Later, Never, SendResult, Sent, UnreadableError
from bot.adapters.wecom import xmltext
from bot.adapters.wecom.guard import TurnedAwayError
from bot.adapters.wecom_app import events
from bot.adapters.wecom_app.adapter import AppPlatform, build
from bot.adapters.wecom_app.render import MARKS, label_of
from bot.config_channels import WecomApp
from bot.station_file import apply, parse_station
from storage.engine.base import Engine, StoreDownError
from storage.model.messages import AttachmentKind, Button, Content, Envelope, Inbound, InboundKind, OutKind
from storage.unit import Unit
from tests.adapters.test_telegram_hostile import damage_bytes
from tests.browser.echo import open_engine
from tests.fake_wecom import FakeWecom, Fault
from tests.fake_wecom.crypt import Json, write_xml
from tests.fake_wecom.door import Knock
from tests.harness import START, HeldClock
from tests.officers import served
from tests.wecom_channels import emulator, kit_for, out, seconds

CLAIM = ((Button(label="接单", action="claim:1"), Button(label="转派", action="transfer:1")),)
STATION = """
station: {code: dongwan, name: 东湾派出所}
people:
  - {code: lijing, name: 李静, role: 民警, accounts: {wecom_app: lijing}}
"""


@dataclass
class App:
    fake: FakeWecom
    clock: HeldClock
    engine: Engine
    platform: AppPlatform
    heard: list[Envelope] = field(default_factory=list)
    down: bool = False

    async def accept(self, envelopes: list[Envelope], *, cursor: object = None) -> None:
        if self.down:
            raise StoreDownError("down")
        self.heard.extend(envelopes)

    async def say(self, text: str, user: str = "lijing", key: str = "k", **content: Any) -> SendResult:
        return await self.platform.send(out("wecom_app", self.platform.bot, user, text, key, **content), "")

    async def edit(self, ref: str, text: str, user: str = "lijing", **content: Any) -> SendResult:
        what = out("wecom_app", self.platform.bot, user, text, "e", **content)
        return await self.platform.send(replace(what, kind=OutKind.EDIT, target="k"), ref)

    @property
    def events(self) -> list[Inbound]:
        return [self.platform.parse(envelope.body) for envelope in self.heard]


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    """One database is enough for what no database can change."""
    opened = await open_engine(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def app(engine: Engine, tmp_path: Path) -> AsyncIterator[App]:
    async with emulator() as (fake, clock), kit_for(fake, clock, engine, tmp_path) as kit:
        app = App(fake, clock, engine, AppPlatform(kit, freshen_after=3600))
        running = asyncio.create_task(app.platform.run(app.accept))
        async with served(app.platform) as fake.doors["app"].url:
            yield app
        running.cancel()
        await asyncio.wait([running])


# ── what comes in ──────────────────────────────────────────────────────────
async def test_words_pictures_presses_and_comings_are_understood(app: App) -> None:
    await app.fake.app.say("lijing", "接单 1]]>&amp;")
    await app.fake.app.show("lijing", "MEDIA7")
    await app.fake.app.enter("wang")
    sent = await app.say("新警情", buttons=CLAIM)
    assert isinstance(sent, Sent)
    await app.fake.app.click("lijing", sent.message_ref, "claim:1")
    said, shown, came, press = app.events
    assert (said.text, said.chat.address.key, said.addressed) == ("接单 1]]>&amp;", "wecom_app:lijing", True)
    assert [(a.kind, a.ref) for a in shown.attachments] == [(AttachmentKind.PHOTO, "media/MEDIA7")]
    assert (came.kind, came.sender.user_id) == (InboundKind.JOINED, "wang")
    assert (press.kind, press.button, press.message_id) == (InboundKind.BUTTON, "claim:1", sent.message_ref)
    assert press.callback_id == ""
    assert not any(b"RESPONSE" in envelope.body for envelope in app.heard)
    assert app.fake.state.complaints == []


def fields(**more: Any) -> Json:
    return {"ToUserName": "wwcorp1", "FromUserName": "lijing", "CreateTime": seconds(), "MsgType": "event"} | more


async def test_a_grey_button_and_a_menu_mean_nothing(app: App) -> None:
    door = app.fake.doors["app"]
    noop = fields(Event="template_card_event", EventKey="noop:T1@x@y", TaskId="T1@x@y", ResponseCode="RC")
    for plain in (noop, fields(Event="LOCATION"), fields(Event="click", EventKey="menu1")):
        assert (await door.tell(write_xml(plain))).status == 200
    assert app.heard == []


async def test_presses_of_two_buttons_in_one_second_are_two(app: App) -> None:
    door = app.fake.doors["app"]
    press = fields(Event="template_card_event", TaskId="T1@x@y", ResponseCode="RC")
    for key in ("arrive:1", "resolve:1", "arrive:1"):
        await door.tell(write_xml(press | {"EventKey": key}))
    assert len({envelope.event_id for envelope in app.heard}) == 2


@pytest.mark.parametrize(
    "press", [{"TaskId": "x" * 129}, {"TaskId": "T1 @x"}, {"TaskId": ""}, {"TaskId": "T1@x@y", "EventKey": "k" * 1025}]
)
async def test_a_press_of_no_card_of_ours_is_refused(app: App, press: Json) -> None:
    plain = fields(Event="template_card_event", EventKey="claim:1", ResponseCode="RC") | press
    assert (await app.fake.doors["app"].tell(write_xml(plain), 1)).status == 400
    assert app.heard == []


async def test_a_late_copy_of_a_press_brings_no_used_permission_back(app: App) -> None:
    async def keep(envelopes: list[Envelope], *, cursor: object = None) -> None:
        async with app.engine.write() as tx:
            await Unit(tx).inbox.add(envelopes, app.clock.now())

    app.platform._accept = keep
    door, codes = app.fake.doors["app"], app.platform._codes
    press = fields(Event="template_card_event", EventKey="claim:1", TaskId="T1@x@y")
    assert (await door.tell(write_xml(press | {"ResponseCode": "RC1"}))).status == 200
    assert await codes.take("lijing", "T1@x@y") == "RC1"
    later = press | {"CreateTime": seconds() + 1, "ResponseCode": "RC2"}
    assert (await door.tell(write_xml(later))).status == 200
    assert (await door.tell(write_xml(press | {"ResponseCode": "RC1"}))).status == 200
    assert await codes.take("lijing", "T1@x@y") == "RC2"
    assert (await door.tell(write_xml(later))).status == 200
    assert await codes.take("lijing", "T1@x@y") == ""


@pytest.mark.parametrize(
    "plain",
    ["", "<xml>", "好", "<xml></xml>", write_xml({"MsgType": "text", "FromUserName": "a", "CreateTime": 10**30}),
     write_xml({"MsgType": "text", "FromUserName": "a", "CreateTime": 1}),
     '<!DOCTYPE a [<!ENTITY b "c">]><xml><MsgType>&b;</MsgType></xml>'],
)  # fmt: skip
async def test_signed_garbage_is_refused_without_effect(app: App, plain: str) -> None:
    assert (await app.fake.doors["app"].tell(plain, 1)).status == 400
    assert app.heard == []


async def test_ten_kinds_of_tampering_have_no_effect(app: App) -> None:
    door = app.fake.doors["app"]
    await app.fake.app.say("lijing", "接单 1")
    good, before = door.knocks[-1], len(app.heard)
    flipped = good.body[:60] + bytes([good.body[60] ^ 1]) + good.body[61:]
    other = replace(door.crypt, receive_id="wwother")
    bad: list[Knock] = [
        Knock(good.query | {"msg_signature": "0" * 40}, good.body),
        Knock({k: v for k, v in good.query.items() if k != "msg_signature"}, good.body),
        Knock(good.query, flipped),
        Knock(good.query, good.body[:-30]),
        Knock(good.query, b"{}"),
        Knock(good.query, b""),
        Knock({k: v for k, v in good.query.items() if k != "nonce"}, good.body),
        Knock(good.query, write_xml(fields(MsgType="text", Content="接单 1", MsgId=1)).encode()),
    ]
    for crypt, at in ((other, seconds()), (replace(door.crypt, token="else"), seconds()), (door.crypt, 1)):
        encrypt = crypt.seal(write_xml(fields(MsgType="text", Content="接单 1", MsgId=2)))
        query = crypt.query(str(at), "12345", encrypt)
        bad.append(Knock(query, write_xml({"ToUserName": "wwcorp1", "Encrypt": encrypt}).encode()))
    for knock in bad:
        assert (await door.knock(knock)).status in (400, 403)
        assert knock.answer == b""
    for _ in range(3):
        assert (await door.replay(good)).status == 200
    assert len(app.heard) == before
    assert await door.hello()


async def test_two_megabytes_are_refused(app: App) -> None:
    await app.fake.app.say("lijing", "好")
    query = list(app.fake.doors["app"].knocks[0].query.items())
    with pytest.raises(TurnedAwayError, match="413"):
        await app.platform.deliver(query, b"<xml>" + b"a" * 2_000_000)


async def test_a_store_that_is_down_makes_the_platform_come_again(app: App) -> None:
    """503, three times: nothing is taken for done that is not kept."""
    app.down = True
    press = write_xml(fields(Event="template_card_event", EventKey="claim:1", TaskId="T1@x@y", ResponseCode="RC"))
    door = app.fake.doors["app"]
    assert (await door.tell(press)).status == 503
    assert len(door.knocks) == 3
    assert app.heard == []
    app.down = False
    assert (await door.replay(door.knocks[0])).status == 200
    assert len(app.heard) == 1


def test_ten_thousand_damaged_callbacks_raise_nothing_of_their_own() -> None:
    """Signed by whoever found the key: refused or understood, never an exception of another kind."""
    chance = random.Random(20_261_122)
    press = fields(Event="template_card_event", EventKey="claim:1", TaskId="T1@x@y", ResponseCode="RC")
    place = fields(MsgType="location", MsgId=5, Location_X="31.2", Location_Y="121.4", Label="东湾路")
    plains = [write_xml(plain).encode() for plain in (press, place, fields(MsgType="text", Content="好", MsgId=6))]
    read = 0
    for _ in range(10_000):
        body = damage_bytes(chance.choice(plains), chance)
        try:
            event = events.event_of(xmltext.parse(body))
        except (xmltext.BadXmlError, UnreadableError):
            continue
        if event is not None:
            read += 1
            assert events.parse(events.encode(event), "1").chat.private
    assert read


def test_what_no_calendar_and_no_platform_has_is_unreadable() -> None:
    for body in (b"", b"{}", b"[]", b'{"v":1,"id":"1","kind":"text","user":"a","at":99999999999999}'):
        with pytest.raises(UnreadableError):
            events.parse(body, "1")


# ── what goes out ──────────────────────────────────────────────────────────
async def test_a_long_card_says_its_words_first(app: App) -> None:
    words = "1 号 · 待接单\n" + "楼上往下扔垃圾。" * 40
    sent = await app.say(words, buttons=CLAIM)
    text, card = app.fake.seen("lijing")
    assert text.text.rstrip(MARKS) == words
    assert card.labels == ["接单", "转派"]
    assert isinstance(sent, Sent)
    assert sent.message_ref == (card.card or {})["task_id"]


async def test_a_card_without_buttons_left_is_grey(app: App) -> None:
    sent = await app.say("1 号 · 待接单", buttons=CLAIM)
    assert isinstance(sent, Sent)
    assert await app.edit(sent.message_ref, "1 号 · 已办结", brief="✅ 1 号已办结。") == Sent()
    (card,) = app.fake.seen("lijing")
    assert (card.labels, card.text) == (["✅1号已办结"], "1 号 · 已办结")
    assert (card.card or {})["replace_text"] == "✅1号已办结"
    assert isinstance(await app.edit(sent.message_ref, "再改"), CannotEdit)


async def test_a_permission_ends_after_72_hours_and_outlives_a_restart(app: App, tmp_path: Path) -> None:
    one, two = [await app.say("1 号", key=key, buttons=CLAIM) for key in ("one", "two")]
    assert isinstance(one, Sent)
    assert isinstance(two, Sent)
    app.clock.advance(hours=71)
    async with kit_for(app.fake, app.clock, app.engine, tmp_path) as kit:
        again = build(kit).platform
        what = out("wecom_app", again.bot, "lijing", "1 号 · 已接单", "e", buttons=CLAIM)
        assert await again.send(replace(what, kind=OutKind.EDIT), one.message_ref) == Sent()
    app.clock.advance(hours=2)
    assert isinstance(await app.edit(two.message_ref, "1 号 · 已接单"), CannotEdit)


async def test_a_permission_is_kept_where_the_change_was_not_made(app: App) -> None:
    sent = await app.say("1 号", buttons=CLAIM)
    assert isinstance(sent, Sent)
    app.fake.inject(Fault("errcode", "message/update_template_card", code=45009))
    assert isinstance(await app.edit(sent.message_ref, "1 号 · 已接单"), Later)
    assert await app.edit(sent.message_ref, "1 号 · 已接单") == Sent()


async def test_a_partial_failure_is_a_failure(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """errcode 0 with the one we meant among those who did not get it."""
    send = app.fake.app.send

    def partly(asked: Any, body: Json) -> Json:
        return send(asked, body | {"touser": "wang"}) | {"invaliduser": body["touser"]}

    table = app.fake.qyapi.calls
    monkeypatch.setitem(table, "message/send", (table["message/send"][0], partly))
    result = await app.say("好")
    assert isinstance(result, Never)
    assert "invaliduser" in result.why
    monkeypatch.undo()
    assert isinstance(await app.say("好", user="nobody"), Never)


async def test_thirty_a_minute_and_none_is_dropped_in_silence(app: App) -> None:
    results = [await app.say(f"第{n}条", key=str(n)) for n in range(31)]
    assert results[:30] == [Sent(message_ref=f"APP{n}") for n in range(1, 31)]
    assert isinstance(results[30], Later)
    assert results[30].chat_wide
    assert app.fake.app.dropped == []
    assert isinstance(await app.say("好", user="wang"), Sent)
    app.clock.advance(seconds=60)
    assert isinstance(await app.say("第31条", key="31"), Sent)


async def test_a_place_is_a_link_and_the_same_message_again_is_dropped(app: App) -> None:
    for _ in range(3):
        assert isinstance(await app.say("同一条"), Sent)
    assert len(app.fake.seen("lijing")) == 1
    assert isinstance(await app.say("同一条", key="another"), Sent)
    assert len(app.fake.seen("lijing")) == 2


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (Content(text="a", brief="✅ 1234 号已办结。"), "✅1234号已办结"),
        (Content(text="好的，已经撤回了，谢谢您"), "好的，已经撤回了，…"),
        (Content(text=" \n"), "✅"),
    ],
)
def test_a_grey_button_says_how_it_stands(content: Content, label: str) -> None:
    assert label_of(content) == label


# ── setting it up ──────────────────────────────────────────────────────────
@pytest.mark.parametrize(("missing", "part"), [("token", "token"), ("aes_key", "aes_key"), ("corp_id", "corp_id")])
async def test_what_is_missing_is_told_in_a_sentence(app: App, tmp_path: Path, missing: str, part: str) -> None:
    async with kit_for(app.fake, app.clock, app.engine, tmp_path) as kit:
        name = "wecom" if missing == "corp_id" else "wecom_app"
        section = getattr(kit.settings, name).model_copy(update={missing: ""})
        with pytest.raises(ValueError, match=part):
            build(replace(kit, settings=kit.settings.model_copy(update={name: section})))


def test_without_its_secret_it_is_off() -> None:
    assert not WecomApp(agent_id=1).on
    assert WecomApp(agent_id=1, secret="s").on


async def test_an_officer_of_the_station_file_is_reached_before_a_word(app: App) -> None:
    """Members of the application can be written to at once; without the application they cannot."""
    file = parse_station(STATION, "station.yaml")
    for bots, reached in (({}, ""), ({"wecom_app": "1000002"}, "lijing")):
        async with app.engine.write() as tx:
            await apply(Unit(tx), file, START, bots)
            known = await Unit(tx).people.by_identity("wecom_app", "lijing")
        assert known is not None
        assert known.private_chat == reached
