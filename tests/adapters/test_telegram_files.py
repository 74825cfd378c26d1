"""Files that came from elsewhere on Telegram, and Telegram's on their way elsewhere."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.adapters.base import Later, Never, NotFetched, SendResult, Sent, Unknown
from bot.adapters.keeping import keep
from bot.adapters.telegram.adapter import TelegramPlatform
from bot.adapters.telegram.api import new_session
from storage.model.messages import Address, Attachment, AttachmentKind, Content, Outgoing
from tests.adapters.telegram_kit import platform
from tests.fake_telegram import FakeTelegram, Fault
from tests.fake_telegram.make import private, user
from tests.photos import jpeg, large, png

CHEN = user(5001, "小陈")
PHOTO, VOICE, VIDEO, FILE = (
    AttachmentKind.PHOTO,
    AttachmentKind.VOICE,
    AttachmentKind.VIDEO,
    AttachmentKind.FILE,
)
AMR, MP4, PDF = b"#!AMR\n" + b"\x00" * 40, b"\x00\x00\x00\x20ftypisom" + b"\x00" * 40, b"%PDF-1.7 " + b"x" * 40


class Desk:
    def __init__(self, fake: FakeTelegram, adapter: TelegramPlatform, folder: Path) -> None:
        self.fake = fake
        self.adapter = adapter
        self.folder = folder
        adapter._files = folder

    async def show(self, data: bytes, kind: AttachmentKind = PHOTO, text: str = "1 号") -> SendResult:
        name = hashlib.sha256(data).hexdigest()
        keep(self.folder, name, data)
        item = Attachment(kind=kind, ref=f"file/{name}")
        to = Address(platform="telegram", bot="7000000001", chat_id="5001")
        return await self.adapter.send(Outgoing(key="k", to=to, content=Content(text=text, attachment=item)), "")

    @property
    def shown(self) -> list[tuple[str, bytes]]:
        """(method, the bytes that are really there)"""
        return [(s.method, self.fake.state.contents[f"up{n}"]) for n, s in enumerate(self.fake.state.sent)]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with FakeTelegram() as fake, new_session() as session:
        fake.add_chat(private(CHEN))
        yield Desk(fake, platform(fake, session), tmp_path / "files")


@pytest.mark.parametrize(
    ("data", "kind", "method"),
    [
        (jpeg(), PHOTO, "sendPhoto"),
        (png(), PHOTO, "sendPhoto"),
        (b"GIF89a" + b"\x01\x00\x01\x00\x3b", PHOTO, "sendDocument"),
        (large(11 * 1024 * 1024), PHOTO, "sendDocument"),
        (AMR, VOICE, "sendDocument"),
        (MP4, VIDEO, "sendVideo"),
        (PDF, FILE, "sendDocument"),
    ],
)
async def test_a_file_of_ours_is_shown_as_what_it_is(
    desk: Desk, data: bytes, kind: AttachmentKind, method: str
) -> None:
    sent = await desk.show(data, kind)
    assert isinstance(sent, Sent)
    assert sent.message_ref
    assert desk.shown == [(method, data)]
    params = desk.fake.state.sent[0].params
    assert params["caption"] == "1 号"
    assert params["chat_id"] == 5001


async def test_a_picture_telegram_will_not_show_goes_as_a_document(desk: Desk) -> None:
    refuse = Fault("refuse", "sendPhoto", code=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    desk.fake.inject(refuse)
    assert isinstance(await desk.show(jpeg(width=9999, height=10)), Sent)
    assert desk.shown == [("sendDocument", jpeg(width=9999, height=10))]


async def test_a_photo_that_may_have_arrived_is_uncertain(desk: Desk) -> None:
    desk.fake.inject(Fault("drop_after", "sendPhoto"))
    assert isinstance(await desk.show(jpeg()), Unknown)
    desk.fake.inject(Fault("refuse", "sendPhoto", code=429, description="Too Many Requests", retry_after=7))
    assert await desk.show(jpeg()) == Later(why="429 Too Many Requests", after=7, chat_wide=True)


async def test_a_copy_that_is_gone_is_not_sent(desk: Desk) -> None:
    to = Address(platform="telegram", bot="7000000001", chat_id="5001")
    item = Attachment(kind=PHOTO, ref="file/" + "0" * 64)
    gone = await desk.adapter.send(Outgoing(key="k", to=to, content=Content(text="", attachment=item)), "")
    assert isinstance(gone, Never)


# ── on the way elsewhere ───────────────────────────────────────────────────
async def test_what_people_sent_is_fetched(desk: Desk) -> None:
    state = desk.fake.state
    for ref, name in (("AgACphoto", "AgACphoto"), ("audio/CQAC", "CQAC")):
        state.files[name], state.contents[name] = "photo", jpeg(name.encode())
        assert await desk.adapter.fetch(ref) == jpeg(name.encode())


async def test_what_cannot_be_fetched_says_why_without_the_token(desk: Desk) -> None:
    state = desk.fake.state
    state.files["big"], state.contents["big"] = "photo", bytes(21 * 1024 * 1024)
    state.files["away"] = "photo"
    with capture_logs() as logs:
        unknown, big, away = [await desk.adapter.fetch(ref) for ref in ("no", "big", "away")]
        desk.fake.inject(Fault("error_before", "getFile"))
        garbled = await desk.adapter.fetch("away")
        desk.fake.inject(Fault("drop_before", "getFile"))
        dropped = await desk.adapter.fetch("away")
    answers = [unknown, big, away, garbled, dropped]
    assert all(isinstance(answer, NotFetched) for answer in answers)
    assert [answer.again for answer in answers if isinstance(answer, NotFetched)] == [False, False, True, True, True]
    assert desk.fake.token not in repr(answers) + repr(logs)


async def test_a_file_larger_than_announced_is_not_taken(desk: Desk, session: aiohttp.ClientSession) -> None:
    state = desk.fake.state
    state.files["lies"], state.contents["lies"] = "photo", b""
    path = "photos/lies.jpg"
    state.contents["lies"] = bytes(2_000)
    assert not isinstance(await desk.adapter._api.download(path, 1_000), bytes)
    assert await desk.adapter._api.download(path, 2_000) == bytes(2_000)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened
