"""One suite over every adapter: it keeps its promises whatever comes, and it is what its capabilities say."""

import hashlib
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.adapters.base import (
    CannotEdit,
    Edits,
    Never,
    NotFetched,
    SendResult,
    Sent,
    Unknown,
    UnreadableError,
    messages_of,
)
from bot.adapters.keeping import keep
from bot.adapters.textcut import measure
from bot.media import carried
from bot.post import post
from handlers.kit.channel_texts import CANNOT_SHOW
from storage.engine.base import Engine
from storage.model.messages import (
    Address,
    Attachment,
    AttachmentKind,
    Button,
    Content,
    Inbound,
    InboundKind,
    Outgoing,
    OutKind,
    OutRow,
)
from storage.unit import Unit
from tests.adapters.test_telegram_hostile import damage_bytes
from tests.conformance.driver import Driver, Seen, drivers
from tests.harness import START
from tests.photos import jpeg

PICTURE = jpeg()
PHOTO = Attachment(kind=AttachmentKind.PHOTO, ref=f"file/{hashlib.sha256(PICTURE).hexdigest()}", home="elsewhere")
MUTATIONS = 2_000
WORDS = "民警已到现场，正在处理。👨‍👩‍👧 详见 https://example.cn/t/12 谢谢！\n"
BUTTONS = tuple((Button(label=f"选择{n}", action=f"x:{n}"),) for n in range(1, 4))


@pytest.fixture(params=drivers(), ids=lambda kind: kind.name)
async def driver(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Driver]:
    kind: type[Driver] = request.param
    async with kind.open(tmp_path) as opened:
        yield opened


def out(driver: Driver, chat: str, content: Content, key: str = "k", **more: Any) -> Outgoing:
    to = Address(platform=driver.platform.name, bot=driver.platform.bot, chat_id=chat)
    return Outgoing(key=key, to=to, content=content, **more)


async def queued(driver: Driver, engine: Engine, what: Outgoing) -> list[OutRow]:
    """The rows `what` becomes on this channel."""
    platforms = {(driver.platform.name, driver.platform.bot): driver.platform}
    async with engine.write() as tx:
        await post(Unit(tx), what, START, platforms)
    async with engine.read() as tx:
        rows = await Unit(tx).outbox.ready(driver.platform.name, driver.platform.bot, START, limit=1000)
    return [ready.row for ready in rows]


async def fitting(driver: Driver, engine: Engine, row: OutRow, files: Path) -> OutRow:
    """As the courier would send it."""
    platforms = {(driver.platform.name, driver.platform.bot): driver.platform}
    async with engine.write() as tx:
        found = await carried(Unit(tx), row, START, platforms, files)
    assert found is not None
    return found


async def said(driver: Driver, engine: Engine, chat: str, content: Content) -> list[Seen]:
    """What people see of it."""
    before = len(await driver.seen(chat))
    for row in await queued(driver, engine, out(driver, chat, content)):
        assert isinstance(await driver.platform.send(row.out, ""), Sent)
    return list(await driver.seen(chat))[before:]


# ── what comes in ──────────────────────────────────────────────────────────
def understood(driver: Driver, body: bytes) -> Inbound | str | None:
    try:
        return driver.platform.parse(body)
    except UnreadableError:
        return "unreadable"


async def test_reading_is_pure(driver: Driver) -> None:
    bodies = list(driver.samples())
    first = [understood(driver, body) for body in bodies]
    assert [understood(driver, body) for body in reversed(bodies)] == first[::-1]
    assert any(isinstance(event, Inbound) for event in first) == driver.platform.capabilities.hears


async def test_two_thousand_damaged_bodies_raise_nothing_of_their_own(driver: Driver) -> None:
    chance = random.Random(20_261_122)
    bodies = list(driver.samples())
    for _ in range(MUTATIONS):
        body = chance.choice(bodies)
        for _ in range(chance.randint(1, 3)):
            body = damage_bytes(body, chance) if body else chance.randbytes(9)
        event = understood(driver, body)
        if isinstance(event, Inbound):
            assert (event.platform, event.bot) == (driver.platform.name, driver.platform.bot)
            assert event.at.tzinfo is not None
            assert "\x00" not in event.text


async def test_the_same_event_twice_is_stored_once(driver: Driver, engine: Engine) -> None:
    envelopes = list(await driver.envelopes())
    assert len(envelopes) >= 3 * driver.platform.capabilities.hears
    for _ in range(3):
        async with engine.write() as tx:
            await Unit(tx).inbox.add(envelopes, START)
    async with engine.write() as tx:
        rows = await Unit(tx).inbox.todo(START, 1000)
    assert [row.event_id for row in rows] == list(dict.fromkeys(e.event_id for e in envelopes))
    for envelope in envelopes:
        event = driver.platform.parse(envelope.body)
        if event is not None:
            assert event.event_id == envelope.event_id
            assert event.chat.address.key == envelope.chat_key or event.kind is InboundKind.MOVED


async def test_what_comes_in_is_what_the_channel_can_hear(driver: Driver) -> None:
    can = driver.platform.capabilities
    events = [e for e in (understood(driver, body) for body in driver.samples()) if isinstance(e, Inbound)]
    messages = [e for e in events if e.kind is InboundKind.MESSAGE]
    presses = [e for e in events if e.kind is InboundKind.BUTTON]
    assert any(e.chat.private for e in messages) == can.private_chats
    assert any(not e.chat.private for e in messages) == can.hears_mentions
    assert any(press.callback_id for press in presses) == (can.answers_presses and can.buttons)
    for event in events:
        assert driver.platform.is_group(event.chat.address.chat_id) != event.chat.private


# ── what goes out ──────────────────────────────────────────────────────────
async def test_long_texts_arrive_whole_and_within_the_limit(driver: Driver, engine: Engine) -> None:
    limits = driver.platform.capabilities.limits
    text = WORDS * (2 * limits.text // measure(WORDS, limits.unit) + 2)
    shown = await said(driver, engine, driver.chats[-1], Content(text=text))
    assert len(shown) >= 3
    assert all(measure(seen.text, limits.unit) <= limits.text for seen in shown)
    assert [seen.text.rpartition("\n")[2] for seen in shown] == [
        f"({n}/{len(shown)})" for n in range(1, len(shown) + 1)
    ]
    words = "".join(seen.text.rpartition("\n")[0] for seen in shown)
    assert words.count("https://example.cn/t/12") == text.count("https://example.cn/t/12")


async def test_whatever_can_be_chosen_can_be_chosen(driver: Driver, engine: Engine) -> None:
    """By button, or by number where there are none; and nothing is offered where nobody could answer."""
    can = driver.platform.capabilities
    for chat in driver.chats:
        rows = await queued(driver, engine, out(driver, chat, Content(text="新警情", buttons=BUTTONS), key=chat))
        before = len(await driver.seen(chat))
        for row in rows:
            if row.out.to.chat_id == chat:
                assert isinstance(await driver.platform.send(row.out, ""), Sent)
        shown = list(await driver.seen(chat))[before:]
        everything = "\n".join(seen.text for seen in shown)
        labels = [label for seen in shown for label in seen.labels]
        assert "新警情" in everything
        for number, (button,) in enumerate(BUTTONS, 1):
            by_number = f"回复 {number} {button.label}" in everything
            by_button = button.label in labels
            assert by_number + by_button == can.hears, (chat, everything, labels)
            assert by_number == (can.hears and (not can.buttons or number > can.limits.buttons))


async def test_messages_change_exactly_where_the_channel_says_so(driver: Driver, engine: Engine) -> None:
    chat = driver.chats[0]
    sent = await driver.platform.send(out(driver, chat, Content(text="before")), "")
    assert isinstance(sent, Sent)
    count = len(await driver.seen(chat))
    edit = out(driver, chat, Content(text="after", brief="short"), key="e", kind=OutKind.EDIT, target="k")
    result = await driver.platform.send(edit, sent.message_ref)
    shown = await driver.seen(chat)
    assert len(shown) == count
    if driver.platform.capabilities.editing is Edits.ALWAYS:
        assert isinstance(result, Sent)
        assert shown[-1].text == "after"
    else:
        assert isinstance(result, CannotEdit | Never)
        assert "after" not in shown[-1].text


async def test_a_photo_is_seen_exactly_where_the_channel_shows_photos(
    driver: Driver, engine: Engine, tmp_path: Path
) -> None:
    """And where it is not, words say that there is one. Sent twice it has one copy with us."""
    home = driver.files(tmp_path)
    keep(home, hashlib.sha256(PICTURE).hexdigest(), PICTURE)
    shows = AttachmentKind.PHOTO in driver.platform.capabilities.shows
    for chat in driver.chats:
        before = len(await driver.seen(chat))
        for row in await queued(driver, engine, out(driver, chat, Content(text="1 号", attachment=PHOTO), key=chat)):
            if row.out.to.chat_id == chat:
                whole = await fitting(driver, engine, row, home)
                assert isinstance(await driver.platform.send(whole.out, ""), Sent)
        shown = list(await driver.seen(chat))[before:]
        assert any("1 号" in seen.text for seen in shown)
        assert sum(seen.picture for seen in shown) == shows, shown
        assert any(CANNOT_SHOW.format(what="照片 1") in seen.text for seen in shown) != shows


async def test_what_the_limits_count_is_what_people_see(driver: Driver, engine: Engine, tmp_path: Path) -> None:
    """Words too long for a card or a menu, a photo with words: each row says how many messages it becomes."""
    home = driver.files(tmp_path)
    keep(home, hashlib.sha256(PICTURE).hexdigest(), PICTURE)
    long = "新警情\n" + "楼上往下扔垃圾。" * 60
    for chat in driver.chats:
        for name, content in (
            ("words", Content(text="好")),
            ("card", Content(text="新警情", buttons=BUTTONS)),
            ("long", Content(text=long, buttons=BUTTONS)),
            ("photo", Content(text="1 号", attachment=PHOTO)),
        ):
            for row in await queued(driver, engine, out(driver, chat, content, key=f"{chat}{name}")):
                if row.out.key.partition("#")[0] != f"{chat}{name}":
                    continue
                whole = await fitting(driver, engine, row, home)
                before = len(await driver.seen(chat))
                assert isinstance(await driver.platform.send(whole.out, ""), Sent)
                seen = len(await driver.seen(chat)) - before
                assert seen == messages_of(driver.platform, whole.out), (name, content)


async def test_asking_for_files_never_raises(driver: Driver) -> None:
    refs = ["", "media/x", "file/" + "0" * 64, "x" * 5_000, "../../etc/passwd", "\x00", "audio/abc"]
    for ref in refs:
        found = await driver.platform.fetch(ref)
        assert isinstance(found, NotFetched)
        assert "access_token" not in found.why
    await driver.cut_off()
    assert isinstance(await driver.platform.fetch("media/x"), NotFetched)


ODD_TEXTS = ["", " ", "\x00", "好" * 50_000, "<b>&amp;</b>", "`*_[", "\u202e反", "]]>"]


async def test_sending_never_raises(driver: Driver) -> None:
    chats = [*driver.chats, "", "nobody", "-1", "p:", "\x00", "x" * 5_000]
    contents = [Content(text=text) for text in ODD_TEXTS]
    contents += [
        Content(text="好", buttons=((Button(label=text, action="x:1"),),), reply_to=text) for text in ODD_TEXTS
    ]
    for content in contents:
        for kind in OutKind:
            result = await driver.platform.send(
                out(driver, driver.chats[0], content, kind=kind, target="no such press"), "no such message"
            )
            assert isinstance(result, get_args(SendResult)), (content, kind)
    for chat in chats:
        for kind in OutKind:
            what = out(driver, chat, Content(text="好"), kind=kind, target="k")
            assert isinstance(await driver.platform.send(replace(what, key=chat), ""), get_args(SendResult)), chat


async def test_with_nobody_there_sending_says_so(driver: Driver) -> None:
    await driver.cut_off()
    result = await driver.platform.send(out(driver, driver.chats[0], Content(text="好")), "")
    assert not isinstance(result, Sent | Never | CannotEdit)
    if isinstance(result, Unknown):
        assert result.why
