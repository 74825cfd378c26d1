"""What is heard, what is kept, what is shown — and that ordinary chat is neither heard nor kept."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.base import Later, Never, Platform, Sent
from bot.adapters.local.door import RefusedError, Say
from bot.adapters.local.photos import Photos, sniff
from storage.engine.base import StoreDownError
from storage.engine.sqlite import SqliteEngine
from storage.model.messages import Address, Button, Content, Envelope, Inbound, InboundKind, Outgoing, OutKind
from tests.browser.echo import new_hearing, new_platform, open_engine

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
GARDEN = "g:garden"


class Ear:
    """An inbox that remembers what it accepted."""

    def __init__(self) -> None:
        self.envelopes: dict[str, Envelope] = {}
        self.down = False

    async def accept(self, envelopes: list[Envelope], *, cursor: object = None) -> None:
        if self.down:
            raise StoreDownError("full")
        for envelope in envelopes:
            self.envelopes.setdefault(envelope.event_id, envelope)


class Stage:
    """A platform that runs, on a database of its own."""

    def __init__(self, engine: SqliteEngine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.ear = Ear()
        self.hearing = new_hearing()
        self.platform = new_platform(engine, folder, self.hearing)
        self.door = self.platform.door
        self.task = asyncio.create_task(self.platform.run(self.ear.accept))
        self._count = 0

    async def say(self, user: str, text: str, chat: str = GARDEN, **more: object) -> str:
        """Returns the message's id."""
        self._count += 1
        words = {"event": f"event-{self._count}", "reply_to": "", **more}
        shown = await self.door.say(Say(user_id=user, chat_id=chat, text=text, **words))  # type: ignore[arg-type]
        return shown.id

    @property
    def heard(self) -> list[Inbound]:
        return [self.platform.parse(e.body) for e in self.ear.envelopes.values()]

    async def post(self, key: str, text: str, chat: str = GARDEN, *buttons: Button, reply_to: str = "") -> str:
        content = Content(text=text, buttons=(buttons,) if buttons else (), reply_to=reply_to)
        sent = await self.platform.send(Outgoing(key=key, to=_at(chat), content=content), "")
        assert isinstance(sent, Sent)
        return sent.message_ref

    async def texts(self, user: str, chat: str = GARDEN) -> list[str]:
        messages, _ = await self.door.history(user, chat, "", 50)
        return [m.text for m in messages]

    def stop(self) -> None:
        self.task.cancel()


def _at(chat: str) -> Address:
    return Address(platform="local", bot="local", chat_id=chat)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    engine = await open_engine(tmp_path)
    stage = Stage(engine, tmp_path)
    await asyncio.sleep(0.05)
    yield stage
    stage.stop()
    await asyncio.wait([stage.task])
    await engine.close()


async def test_only_what_calls_us_is_heard(stage: Stage) -> None:
    await stage.say("chen", "今天天气真好")
    await stage.say("chen", "楼上@民警有人高空抛物")
    await stage.say("chen", "@李警官 看一下")
    await stage.say("liu", "/我的")
    await stage.say("liu", "请问", chat="p:liu")
    await stage.say("liu", "@平安 在吗")
    await stage.say("liu", "@平安里小区的停车场")
    stage.hearing.windows.clear()
    await stage.say("wang", "待办", chat="g:police")
    await stage.say("liu", "待办")
    assert [(e.text, e.addressed) for e in stage.heard] == [
        ("楼上@民警有人高空抛物", False),
        ("@李警官 看一下", False),
        ("/我的", False),
        ("请问", True),
        ("@平安 在吗", True),
        ("待办", False),
    ]
    assert stage.door.ignored == 3


async def test_a_reply_to_the_bot_is_heard_and_one_to_a_neighbour_is_not(stage: Stage) -> None:
    asked = await stage.post("k1", "在哪一栋？")
    said = await stage.say("liu", "早上好")
    await stage.say("chen", "三号楼", reply_to=asked)
    await stage.say("chen", "早", reply_to=said)
    await stage.say("chen", "假的", reply_to="ffffffffffffffff")
    assert [(e.text, e.reply_to, e.addressed) for e in stage.heard] == [("三号楼", asked, True)]


async def test_an_open_window_and_an_album_are_heard(stage: Stage) -> None:
    await stage.say("chen", "@民警 有人打架")
    await stage.say("chen", "就在门口")
    await stage.say("liu", "就在门口")
    await stage.say("chen", "@民警 看照片", album="al", photo=PNG)
    stage.hearing.windows.clear()
    await stage.say("chen", "", album="al", photo=PNG + b"2")
    await stage.say("chen", "", photo=PNG + b"3")
    assert [(e.sender.user_id, e.text, e.album) for e in stage.heard] == [
        ("chen", "@民警 有人打架", ""),
        ("chen", "就在门口", ""),
        ("chen", "@民警 看照片", "al"),
        ("chen", "", "al"),
    ]


async def test_ordinary_chat_is_shown_but_never_stored(stage: Stage) -> None:
    await stage.say("chen", "悄悄话一二三")
    photo = PNG + b"unseen-picture"
    await stage.say("chen", "", photo=photo)
    await stage.say("chen", "@民警 求助四五六")
    assert await stage.texts("liu") == ["悄悄话一二三", "", "@民警 求助四五六"]
    await stage.engine.close()
    everything = b"".join(p.read_bytes() for p in stage.folder.rglob("*") if p.is_file())
    assert "悄悄话".encode() not in everything
    assert b"unseen-picture" not in everything
    assert "求助四五六".encode() in everything
    assert not (stage.folder / "files").exists()


async def test_a_quote_in_a_group_repeats_no_number(stage: Stage) -> None:
    words = "@民警 我的电话是 138-1234-5678，身份证 37010219900101123X，" + "楼上扔垃圾" * 6 + "13912345678"
    said = await stage.say("chen", words)
    await stage.post("k1", "收到，第 1 号", GARDEN, reply_to=said)
    await stage.say("liu", "是真的", reply_to=said)
    messages, _ = await stage.platform.door.history("liu", GARDEN, "", 50)
    quotes = [m.quote.text for m in messages if m.quote]
    assert len(quotes) == 2
    assert not any(digit in quote for quote in quotes for digit in ("138", "5678", "3701", "139"))
    assert messages[0].text == words


async def test_a_restart_keeps_what_was_said_to_us(stage: Stage) -> None:
    first = await stage.say("chen", "@民警 井盖坏了", photo=PNG)
    await stage.say("liu", "闲聊")
    await stage.post("k1", "收到，第 1 号", GARDEN, Button(label="撤回", action="drop:1"), reply_to=first)
    again = new_platform(stage.engine, stage.folder)
    task = asyncio.create_task(again.run(stage.ear.accept))
    await asyncio.sleep(0.05)
    messages, more = await again.door.history("liu", GARDEN, "", 50)
    assert [m.text for m in messages] == ["@民警 井盖坏了", "收到，第 1 号"]
    assert not more
    assert messages[1].buttons[0][0].action == "drop:1"
    assert messages[1].quote is not None
    assert messages[1].quote.text == "@民警 井盖坏了"
    assert await again.board.photos.load(messages[0].photo) == PNG
    later = await again.door.say(Say(event="e-new", user_id="chen", chat_id=GARDEN, text="@民警 再问"))
    assert later.id > messages[1].id
    task.cancel()
    await asyncio.wait([task])


async def test_sending_twice_is_sending_once(stage: Stage) -> None:
    words = Say(event="same", user_id="chen", chat_id=GARDEN, text="@民警 来一下")
    shown = await asyncio.gather(*(stage.door.say(words) for _ in range(5)))
    assert len({m.id for m in shown}) == 1
    assert len(stage.heard) == 1
    quiet = Say(event="quiet", user_id="chen", chat_id=GARDEN, text="闲聊")
    await stage.door.say(quiet)
    await stage.door.say(quiet)
    assert await stage.texts("chen") == ["@民警 来一下", "闲聊"]


async def test_a_repeat_after_a_restart_is_the_same_message(stage: Stage) -> None:
    words = Say(event="same", user_id="chen", chat_id=GARDEN, text="@民警 来一下")
    before = await stage.door.say(words)
    again = new_platform(stage.engine, stage.folder)
    again.door.accept = stage.ear.accept
    assert (await again.door.say(words)).id == before.id
    assert await stage.texts("chen") == ["@民警 来一下"]


async def test_what_the_inbox_does_not_take_is_refused_and_taken_on_retry(stage: Stage) -> None:
    words = Say(event="late", user_id="chen", chat_id=GARDEN, text="@民警 来一下")
    stage.ear.down = True
    with pytest.raises(StoreDownError):
        await stage.door.say(words)
    assert await stage.texts("liu") == []
    stage.ear.down = False
    await stage.door.say(words)
    assert await stage.texts("liu") == ["@民警 来一下"]
    assert len(stage.heard) == 1


async def test_ids_rise_and_paging_meets(stage: Stage) -> None:
    ids = [await stage.say("chen", f"@民警 {n}" if n % 3 else f"闲聊 {n}") for n in range(25)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 25
    seen: list[str] = []
    before, more = "", True
    while more:
        page, more = await stage.door.history("liu", GARDEN, before, 7)
        seen = [m.id for m in page] + seen
        before = page[0].id
    assert seen == ids


async def test_rooms_are_closed_to_strangers(stage: Stage) -> None:
    for user, chat in [("chen", "g:police"), ("chen", "p:liu"), ("wang", "p:chen"), ("chen", "g:none")]:
        with pytest.raises(RefusedError):
            await stage.door.history(user, chat, "", 10)
        with pytest.raises(RefusedError):
            await stage.say(user, "@民警", chat=chat)
    with pytest.raises(RefusedError):
        await stage.door.corners("nobody")
    assert [c.chat_id for c in await stage.door.corners("chen")] == ["p:chen", "g:garden", "g:street"]
    assert [c.chat_id for c in await stage.door.corners("sun")][-1] == "g:police"


async def test_a_press_is_heard_and_its_answer_goes_to_the_presser(stage: Stage) -> None:
    card = await stage.post("k1", "第 1 号", "g:police", Button(label="接单", action="claim:1"))
    await stage.door.press("e1", "wang", "g:police", card, "claim:1")
    (press,) = stage.heard
    assert (press.kind, press.button, press.message_id) == (InboundKind.BUTTON, "claim:1", card)
    wang, li = (stage.platform.board.hub.join(u) for u in ("wang", "li"))
    await wang.take(1), await li.take(1)
    answer = Outgoing(
        key="a1", to=_at("g:police"), kind=OutKind.ANSWER, target=press.callback_id, content=Content(text="接好了")
    )
    assert await stage.platform.send(answer, "") == Sent()
    assert "接好了".encode() in (await wang.take(1) or b"")
    assert await li.take(0.01) == b": \n\n"
    own = await stage.say("wang", "待办", chat="g:police")
    for message, action in [("fff", "claim:1"), (own, "claim:1"), (card, ""), (card, "字" * 22)]:
        with pytest.raises(RefusedError):
            await stage.door.press("e2", "wang", "g:police", message, action)


async def test_the_bot_sends_once_edits_in_place_and_hears_never(stage: Stage) -> None:
    first = await stage.post("k1", "收到")
    assert await stage.post("k1", "收到") == first
    edit = Outgoing(key="k2", to=_at(GARDEN), kind=OutKind.EDIT, content=Content(text="已接单"))
    assert await stage.platform.send(edit, first) == Sent()
    assert await stage.texts("liu") == ["已接单"]
    assert isinstance(await stage.platform.send(edit, "fff"), Never)
    nowhere = Outgoing(key="k3", to=_at("g:none"), content=Content(text="?"))
    assert await stage.platform.send(nowhere, "") == Never(why="no such room", gone=True)
    lost = Outgoing(key="k4", to=_at(GARDEN), kind=OutKind.ANSWER, target="", content=Content(text="?"))
    assert isinstance(await stage.platform.send(lost, ""), Never)


async def test_a_store_that_is_down_means_later(stage: Stage) -> None:
    await stage.platform.board.roster.current()
    await stage.engine.close()
    out = Outgoing(key="k1", to=_at(GARDEN), content=Content(text="收到"))
    assert isinstance(await stage.platform.send(out, ""), Later)


async def test_an_edit_of_what_we_took_is_heard(stage: Stage) -> None:
    chat = await stage.say("chen", "闲聊")
    taken = await stage.say("chen", "@民警 三号楼")
    await stage.door.revise("e1", "chen", GARDEN, taken, "@民警 五号楼")
    await stage.door.revise("e2", "chen", GARDEN, chat, "@民警 改成求助也只是闲聊")
    assert [(e.kind, e.text, e.message_id) for e in stage.heard][1:] == [(InboundKind.EDIT, "@民警 五号楼", taken)]
    assert await stage.texts("liu") == ["@民警 改成求助也只是闲聊", "@民警 五号楼"]
    for user, message, text in [("liu", taken, "改"), ("chen", taken, " "), ("chen", "fff", "改")]:
        with pytest.raises(RefusedError):
            await stage.door.revise("e3", user, GARDEN, message, text)


async def test_too_long_empty_and_not_a_photo(stage: Stage) -> None:
    assert await stage.say("chen", "字" * 4000)
    for text, photo, status in [
        ("字" * 4001, b"", 413),
        (" \n", b"", 422),
        ("", b"MZ not a photo", 415),
        ("", PNG + b"0" * 5 * 1024 * 1024, 413),
    ]:
        with pytest.raises(RefusedError) as caught:
            await stage.say("chen", text, photo=photo)
        assert caught.value.status == status


async def test_before_it_runs_it_says_so(tmp_path: Path) -> None:
    engine = await open_engine(tmp_path)
    platform = new_platform(engine, tmp_path)
    as_courier_sees_it: Platform = platform
    assert as_courier_sees_it.is_group(GARDEN)
    assert not as_courier_sees_it.is_group("p:chen")
    with pytest.raises(RefusedError, match="正在启动"):
        await platform.door.say(Say(event="e", user_id="chen", chat_id=GARDEN, text="@民警"))
    await engine.close()


async def test_it_starts_without_its_store(tmp_path: Path) -> None:
    platform = new_platform(SqliteEngine(tmp_path / "none.db"), tmp_path)
    task = asyncio.create_task(platform.run(Ear().accept))
    await asyncio.sleep(0.01)
    assert platform.door.accept is not None
    task.cancel()
    await asyncio.wait([task])
    assert platform.door.accept is None


def test_pictures_are_known_by_their_first_bytes() -> None:
    assert sniff(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert sniff(b"GIF89a...") == "image/gif"
    assert sniff(b"RIFF1234WEBPVP8 ") == "image/webp"
    assert sniff(PNG) == "image/png"
    for other in (b"", b"<svg onload=alert(1)>", b"RIFF1234AVI ", b"%PDF-1.4", b"<html>"):
        assert sniff(other) is None


async def test_held_pictures_are_bounded_and_refs_are_no_paths(tmp_path: Path) -> None:
    photos = Photos(tmp_path / "files", memory=250)
    refs = [photos.hold(bytes([n]) * 100) for n in range(4)]
    assert [await photos.load(r) is not None for r in refs] == [False, False, True, True]
    await photos.keep(refs[0])
    assert not (tmp_path / "files").exists()
    await photos.keep(refs[3])
    await photos.keep(refs[3])
    assert [p.name for p in (tmp_path / "files").iterdir()] == [refs[3]]
    (tmp_path / "secret").write_text("x")
    for ref in ("../secret", "", "A" * 64, refs[3] + "\n"):
        assert await photos.load(ref) is None


async def test_a_full_disk_refuses_the_picture(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    photos = Photos(tmp_path / "files")
    with pytest.raises(StoreDownError):
        await photos.keep(photos.hold(PNG))


async def test_a_kept_message_carries_its_event(stage: Stage) -> None:
    await stage.say("chen", "@民警 一")
    rows = sqlite3.connect(stage.folder / "room.db")
    try:
        assert rows.execute("SELECT out_key, sender_id FROM room_message").fetchall() == [("in:event-1", "chen")]
    finally:
        rows.close()
