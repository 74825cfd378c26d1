"""Photos through the WeChat family, against the emulator: what is handed in, and what people see of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.base import Later, Platform, SendResult, Sent
from bot.adapters.keeping import keep
from bot.adapters.local.door import Say
from bot.adapters.wecom.api import new_session
from bot.adapters.wecom_app.adapter import AppPlatform
from handlers.kit.channel_texts import CANNOT_SHOW, NOT_ARRIVED
from storage.model.messages import Attachment, AttachmentKind
from storage.unit import Unit
from tests.aibot import AT, OWNERS
from tests.aibot import running as aibot_running
from tests.browser.echo import open_engine
from tests.fake_wecom import FakeWecom, Fault
from tests.fake_wecom.server import Setup
from tests.fake_wecom.state import Shown
from tests.officers import Office
from tests.photos import HTML, jpeg, large, png
from tests.residents import Play, config, kit_of, running
from tests.wecom_channels import emulator, kit_for, out

MEGABYTE = 1024 * 1024
PICTURE = jpeg(b"the lane")
CHEN, FOLLOWER = "wmChen", "oChen"
LANE = "消防通道被一辆白色面包车堵住了"
GIF = b"GIF89a\x10\x00\x10\x00" + b"\x00" * 20 + b"\x3b"
AMR = b"#!AMR\n" + b"\x00" * 40
PHOTO, VOICE = AttachmentKind.PHOTO, AttachmentKind.VOICE


def ours(folder: Path, data: bytes, kind: AttachmentKind = PHOTO) -> Attachment:
    """A file of ours."""
    name = hashlib.sha256(data).hexdigest()
    keep(folder / "files", name, data)
    return Attachment(kind=kind, ref=f"file/{name}")


def bytes_of(fake: FakeWecom, shown: Shown) -> bytes:
    """What people really see of it."""
    return fake.qyapi.files[shown.body[shown.kind]["media_id"]][0]


# ── one channel ────────────────────────────────────────────────────────────
class Channel:
    def __init__(self, fake: FakeWecom, platform: Platform, folder: Path, chat: str) -> None:
        self.fake = fake
        self.platform = platform
        self.folder = folder
        self.chat = chat

    async def show(self, data: bytes, kind: AttachmentKind = PHOTO, *, key: str = "k", text: str = "") -> SendResult:
        item = ours(self.folder, data, kind)
        what = out(self.platform.name, self.platform.bot, self.chat, text, key, attachment=item)
        return await self.platform.send(what, "")

    @property
    def seen(self) -> list[Shown]:
        return self.fake.seen(self.chat, self.platform.name)


@asynccontextmanager
async def opened(name: str, folder: Path) -> AsyncIterator[Channel]:
    """That channel, where somebody has just spoken."""
    engine = await open_engine(folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.close)
        if name == "wecom_app":
            fake, clock = await stack.enter_async_context(emulator())
            kit = await stack.enter_async_context(kit_for(fake, clock, engine, folder))
            yield Channel(fake, AppPlatform(kit), folder, "lijing")
            return
        fake = await stack.enter_async_context(FakeWecom())
        session = await stack.enter_async_context(new_session())
        settings = config(folder, fake, name)
        module: Any = __import__(f"bot.adapters.{name}.adapter", fromlist=["build"])
        platform = module.build(kit_of(settings, engine, session)).platform
        for door in fake.doors.values():
            door.url, door.tries = "http://127.0.0.1:9/", 1
        if name == "wecom_kf":
            await fake.kf.say(CHEN, "你好", notify=False)
        else:
            await fake.official.say(FOLLOWER, "你好")
        yield Channel(fake, platform, folder, CHEN if name == "wecom_kf" else FOLLOWER)


@pytest.mark.parametrize(
    ("name", "data", "kind", "shown_as"),
    [
        ("wecom_app", PICTURE, PHOTO, "image"),
        ("wecom_app", large(9 * MEGABYTE), PHOTO, "image"),
        ("wecom_app", large(11 * MEGABYTE), PHOTO, "file"),
        ("wecom_app", GIF, PHOTO, "file"),
        ("wecom_app", AMR, VOICE, "voice"),
        ("wecom_kf", png(), PHOTO, "image"),
        ("wecom_kf", large(3 * MEGABYTE), PHOTO, "file"),
        ("wechat_official", PICTURE, PHOTO, "image"),
        ("wechat_official", GIF, PHOTO, "text"),  # the emulator takes JPG and PNG only, as the stricter paper says
        ("wechat_official", large(11 * MEGABYTE), PHOTO, "text"),
    ],
)
async def test_it_is_shown_as_what_the_channel_takes(
    tmp_path: Path, name: str, data: bytes, kind: AttachmentKind, shown_as: str
) -> None:
    async with opened(name, tmp_path) as channel:
        assert isinstance(await channel.show(data, kind), Sent)
        (shown,) = channel.seen
        assert shown.kind == shown_as
        if shown_as == "text":
            assert shown.text == CANNOT_SHOW.format(what="照片 1")
        else:
            assert bytes_of(channel.fake, shown) == data


async def test_one_photo_for_three_officers_is_handed_in_once(tmp_path: Path) -> None:
    async with opened("wecom_app", tmp_path) as channel:
        for number in range(3):
            assert isinstance(await channel.show(PICTURE, key=f"k{number}"), Sent)
        assert len(channel.fake.state.called("media/upload")) == 1


@pytest.mark.parametrize("name", ["wecom_app", "wecom_kf", "wechat_official"])
async def test_nothing_is_said_before_the_file_is_there(tmp_path: Path, name: str) -> None:
    """The hand-over breaks: it is tried again, and people see one photo."""
    async with opened(name, tmp_path) as channel:
        path = "official/media/upload" if name == "wechat_official" else "media/upload"
        channel.fake.inject(Fault("abort", path), Fault("errcode", path, code=45009))
        for _ in range(2):
            assert isinstance(await channel.show(PICTURE, text="已清理"), Later)
            assert channel.seen == []
        assert isinstance(await channel.show(PICTURE), Sent)
        assert [shown.kind for shown in channel.seen] == ["image"]


async def test_a_refused_file_is_told_of_in_words(tmp_path: Path) -> None:
    async with opened("wecom_app", tmp_path) as channel:
        channel.fake.inject(Fault("errcode", "media/upload", code=40009))
        assert isinstance(await channel.show(PICTURE, text="1 号"), Sent)
        assert channel.seen[0].text.rstrip("\u200b\u200c") == "1 号" + CANNOT_SHOW.format(what="照片 1")


async def test_a_second_try_to_a_customer_is_the_same_message(tmp_path: Path) -> None:
    async with opened("wecom_kf", tmp_path) as channel:
        for _ in range(3):
            assert isinstance(await channel.show(PICTURE), Sent)
        assert len(channel.seen) == 1
        assert channel.fake.kf.customers[CHEN].left == 4


# ── residents on 微信客服 and 公众号, officers in the built-in chat ─────────
async def photo_read(play: Play, who: str, count: int = 1) -> list[bytes]:
    """The photos an officer sees, as soon as there are so many."""
    assert play.app.local is not None
    photos = play.app.local.board.photos
    for _ in range(1000):
        shown = [m.photo for m in await play.officer_reads(who) if m.photo]
        if len(shown) >= count:
            return [await photos.load(ref) or b"" for ref in shown]
        await asyncio.sleep(0.01)
    raise AssertionError(f"no photo: {[m.text for m in await play.officer_reads(who)]}")


@pytest.mark.parametrize("name", ["wecom_kf", "wechat_official"])
async def test_a_residents_photo_and_an_officers_in_return(tmp_path: Path, name: str) -> None:
    """The program dies between the photo's arrival and its fetching; the platform tells the event again and again."""
    async with FakeWecom() as fake:
        chat = CHEN if name == "wecom_kf" else FOLLOWER
        media = fake.qyapi.keep(PICTURE)
        path = "media/get" if name == "wecom_kf" else "official/media/get"
        fake.inject(Fault("errcode", path, code=-1))
        async with running(tmp_path, fake, name) as play:
            await play.officer_says("wang", "开始")
            await (fake.kf.say(chat, LANE) if name == "wecom_kf" else fake.official.say(chat, LANE))
            await play.shown(chat, "已登记为 1 号")
            await (fake.kf.say(chat, media=media) if name == "wecom_kf" else fake.official.show(chat, media))
            await fake.until(lambda: len(fake.state.called(path)) >= 1)
        async with running(tmp_path, fake, name) as play:
            assert await photo_read(play, "wang") == [PICTURE]
            await play.officer_presses("wang", "接单")
            await play.shown(chat, "1 号已接单")
            await _reply_with_photo(play, "已经让车主挪走了")
            words = await play.shown(chat, "已经让车主挪走了")
            await fake.until(lambda: any(s.kind == "image" for s in fake.seen(chat)))
            (image,) = [s for s in fake.seen(chat) if s.kind == "image"]
            assert bytes_of(fake, image) == jpeg(b"cleared")
            assert fake.seen(chat).index(words) < fake.seen(chat).index(image)
            assert await photo_read(play, "wang") == [PICTURE]
        assert not fake.state.complaints


async def _reply_with_photo(play: Play, words: str) -> None:
    """The officer answers their card with a photo."""
    assert play.app.local is not None
    card = next(m for m in reversed(await play.officer_reads("wang")) if m.buttons)
    await play.app.local.door.say(
        Say(
            event="photo1",
            user_id="wang",
            chat_id="p:wang",
            text=words,
            reply_to=card.id,
            photo=jpeg(b"cleared"),
            photo_name="1.jpg",
        )
    )


async def test_a_web_page_by_the_name_of_a_photo_reaches_nobody(tmp_path: Path) -> None:
    async with FakeWecom() as fake, running(tmp_path, fake, "wecom_kf") as play:
        await play.officer_says("wang", "开始")
        await fake.kf.say(CHEN, LANE)
        await play.shown(CHEN, "已登记为 1 号")
        await fake.kf.say(CHEN, media=fake.qyapi.keep(HTML))
        await play.officer_is_told("wang", NOT_ARRIVED.format(what="照片 1"))
        assert not list((tmp_path / "files").glob("*"))


# ── officers on 自建应用, residents elsewhere ──────────────────────────────
@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    engine = await open_engine(tmp_path)
    await engine.close()
    async with FakeWecom() as fake:
        opened_office = Office(url=f"sqlite:///{next(tmp_path.glob('*.db'))}", fake=fake, folder=tmp_path)
        await opened_office.open()
        yield opened_office
        await opened_office.close()


async def test_a_photo_from_elsewhere_reaches_the_officers_application(office: Office) -> None:
    office.other.files["AgAC1"] = PICTURE
    event = office.event("chen", "陈先生", "g1", LANE, attachments=(Attachment(kind=PHOTO, ref="AgAC1"),))
    for _ in range(2):
        await office.happens(event)
    await office.until(lambda: any(s.kind == "image" for s in office.fake.seen("lijing")), "the photo")
    await office.idle()
    (image,) = [s for s in office.fake.seen("lijing") if s.kind == "image"]
    assert bytes_of(office.fake, image) == PICTURE
    assert office.other.fetches == ["AgAC1"]
    assert not [s for chat in office.other.chats.values() for s in chat if s.out.content.attachment]


async def test_a_photo_in_the_application_is_kept_before_it_is_gone(office: Office) -> None:
    """A grid worker's, who is a member and no officer: three days later another officer still sees it."""
    office.fake.add_members("grid")
    await office.fake.app.say("grid", LANE)
    await office.until_button("lijing", "接单")
    await office.fake.app.show("grid", office.fake.qyapi.keep(PICTURE))
    await office.until(lambda: list((office.folder / "files").glob("*")), "the photo on disk")
    await office.idle()
    office.fake.qyapi.files.clear()
    await office.restart()
    await office.press("lijing", "接单")
    await office.until_button("lijing", "办结")
    await office.fake.app.say("lijing", "转派 1 王建国 请你去")
    await office.until(lambda: any(s.kind == "image" for s in office.fake.seen("wang")), "the photo")
    (image,) = [s for s in office.fake.seen("wang") if s.kind == "image"]
    assert bytes_of(office.fake, image) == PICTURE


# ── 智能机器人 ─────────────────────────────────────────────────────────────
async def test_a_photo_goes_up_in_pieces_over_the_long_connection(tmp_path: Path) -> None:
    """The resident's in the group, the officer's private chat; one acknowledgement is lost on the way."""
    picture = large(1_200_000)
    async with FakeWecom() as fake, aibot_running(tmp_path, fake) as play:
        await fake.say("wang", "你好")
        await play.until_text("wang", "您是民警")
        fake.inject(Fault("hang", "aibot_upload_media_chunk"))
        await fake.show("chen", [picture], f"{AT}{LANE}", OWNERS)
        await play.until(lambda: any(s.kind == "image" for s in fake.seen("wang")), "the photo")
        await play.settled()
        (image,) = [s for s in fake.seen("wang") if s.kind == "image"]
        assert bytes_of(fake, image) == picture
        assert len(fake.state.called("aibot_upload_media_chunk")) == 3 + 1
        assert len(fake.state.called("aibot_upload_media_init")) == 1
        assert not [s for s in fake.seen(OWNERS) if s.kind == "image"]


async def test_a_photo_waits_while_nobody_is_connected(tmp_path: Path) -> None:
    async with FakeWecom() as fake, aibot_running(tmp_path, fake) as play:
        await fake.say("wang", "你好")
        await play.until_text("wang", "您是民警")
        fake.inject(Fault("close_before", "aibot_upload_media_finish"))
        await fake.show("chen", [PICTURE], f"{AT}{LANE}", OWNERS)
        await play.until(lambda: any(s.kind == "image" for s in fake.seen("wang")), "the photo")
        await play.settled()
        assert [s.kind for s in fake.seen("wang")].count("image") == 1


async def test_by_callback_words_say_that_there_is_a_photo(tmp_path: Path) -> None:
    fake = FakeWecom(Setup(mode="callback"))
    async with fake, aibot_running(tmp_path, fake) as play:
        await fake.say("wang", "你好")
        await play.until_text("wang", "您是民警")
        await fake.show("chen", [PICTURE], f"{AT}{LANE}", OWNERS)
        await play.until_states({"待接单": 1})
        async with play.core.engine.read() as tx:
            rows = await Unit(tx).outbox.ready("wecom_aibot", play.platform.bot, play.core.clock.now(), limit=100)
        assert all(row.row.out.content.attachment is None or row.row.out.to.chat_id == "u:wang" for row in rows)
        await fake.say("wang", "待办")  # who spoke may be answered
        await play.until_text("wang", CANNOT_SHOW.format(what="照片 1"))
