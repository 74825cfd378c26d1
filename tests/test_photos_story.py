"""A resident's photo reaches whoever has the ticket, whatever two platforms they are on; and an officer's goes back."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.adapters.base import NotFetched
from handlers.kit import relay_texts
from handlers.kit.channel_texts import CANNOT_SHOW, NOT_ARRIVED
from storage.model.messages import Attachment, AttachmentKind
from storage.model.people import Identity
from storage.model.tickets import EntryKind
from tests.fake_platform import FakePlatform, Shown
from tests.harness import PLATFORM, Someone, World
from tests.photos import BOMB, HTML, TRUNCATED, jpeg
from tests.stories import kinds
from tests.two_sides import KF, LITTLE, on_kf

LANE = "消防通道被一辆白色面包车堵住了"
PICTURE = jpeg(b"the lane")
PHOTO = Attachment(kind=AttachmentKind.PHOTO, ref="media/M1")
PLACE = Attachment(kind=AttachmentKind.LOCATION, name="东湾花园北门", latitude=30.25, longitude=120.1)
REFUSED = NOT_ARRIVED.format(what="照片 1")
NOT_HERE = CANNOT_SHOW.format(what="照片 1")


def forgetful() -> FakePlatform:
    """微信客服: a file is known by an id for three days, and goes without words."""
    can = replace(LITTLE, forgets_files=True, captions=False, shows=LITTLE.shows - {AttachmentKind.LOCATION})
    return FakePlatform(name=KF, bot="kf", capabilities=can, files={PHOTO.ref: PICTURE})


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    built = World(database_url, more=[forgetful()])
    await built.open()
    yield built
    await built.close()


def files(who: Someone) -> list[Attachment]:
    """The files in their private chat."""
    return [shown.out.content.attachment for shown in who.inbox if shown.out.content.attachment is not None]


def held(world: World, item: Attachment) -> bytes:
    """What is really shown of it: our own copy."""
    return (world.files / item.ref.removeprefix("file/")).read_bytes()


def telling(who: Someone, sentence: str) -> list[Shown]:
    return [shown for shown in who.inbox if sentence in shown.text]


async def reported(world: World, photo: Attachment = PHOTO, **more: object) -> Someone:
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(LANE, attachments=(photo,), **more)
    await world.passes(seconds=2)
    return chen


# ── to the officer ─────────────────────────────────────────────────────────
async def test_the_photo_crosses(world: World) -> None:
    await reported(world)
    (shown,) = files(world.wang)
    assert held(world, shown) == PICTURE
    assert "附：照片 1" in world.card(1, "p:wang").text


async def test_the_same_event_twice_is_one_photo_and_one_fetch(world: World) -> None:
    chen = on_kf(world, "wm1", "陈先生")
    event = await chen.tells(LANE, attachments=(PHOTO,))
    for _ in range(3):
        await world.happens(event)
        await world.passes(seconds=2)
    assert len(files(world.wang)) == 1
    assert chen.side.fetches == [PHOTO.ref]


async def test_a_restart_before_the_photo_was_fetched(world: World) -> None:
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(LANE, attachments=(PHOTO,), settle=False)
    await world.core.dispatcher.step()
    await world.restart()
    await world.passes(seconds=2)
    assert [held(world, item) for item in files(world.wang)] == [PICTURE]
    assert len(chen.side.fetches) == 1


async def test_a_restart_after_it_was_fetched_asks_for_it_no_more(world: World) -> None:
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(LANE, attachments=(PHOTO,), settle=False)
    await world.core.dispatcher.step()
    await world.core.fetcher.step()
    await world.core.fetcher.idle()
    await world.restart()
    chen.side.files.clear()  # three days later
    await world.passes(seconds=2)
    assert [held(world, item) for item in files(world.wang)] == [PICTURE]


async def test_it_is_there_for_who_takes_over_a_week_later(world: World) -> None:
    chen = await reported(world)
    chen.side.files.clear()
    await world.wang.presses("接单")
    world.clock.advance(days=7)
    await world.wang.tells("转派 1 李强 请你去看")
    await world.passes(seconds=2)
    assert [held(world, item) for item in files(world.li)] == [PICTURE]


async def test_a_later_photo_crosses_too(world: World) -> None:
    chen = await reported(world)
    second = replace(PHOTO, ref="media/M2")
    chen.side.files[second.ref] = jpeg(b"the second")
    await world.wang.presses("接单")
    await chen.tells("补充 1 还是堵着", attachments=(second,))
    await world.passes(seconds=2)
    assert [held(world, item) for item in files(world.wang)] == [PICTURE, jpeg(b"the second")]


async def test_photos_reach_no_group(world: World) -> None:
    """Not even the officers': a photo may show people."""
    await reported(world)
    assert not [s for chat in ("g1", "g2", "g9") for s in world.chat(chat) if s.out.content.attachment]


async def test_a_place_is_a_link_where_only_words_can_be_shown(world: World) -> None:
    """An officer with nothing but 微信客服 at hand reads where it is."""
    liu = Someone(world, "wm8", "刘阿姨", platform=KF)
    await liu.tells("路灯坏了")
    await world.wang.presses("接单")
    await world.wang.tells("", attachments=(PLACE,), reply_to=world.card(1, "p:wang").ref)
    await world.passes(seconds=2)
    assert any("东湾花园北门" in s.text and "30.25,120.1" in s.text for s in liu.inbox)


async def test_a_photo_of_no_ticket_is_not_kept(world: World) -> None:
    """An officer's, sent to us for no reason: nobody needs a copy of it."""
    wang = on_kf(world, "wm2", "老王")
    async with await world.unit() as unit:
        person = (await unit.people.by_identity(PLATFORM, "wang")).person
        await unit.people.add_identity(
            Identity(platform=KF, bot="kf", user_id="wm2", person_id=person.id, chat_id=wang.private)
        )
    await reported(world)
    await wang.tells("", attachments=(replace(PHOTO, ref="media/M3"),))
    await world.passes(seconds=2)
    assert wang.side.fetches == [PHOTO.ref]
    assert len(list(world.files.iterdir())) == 1


# ── when it does not work ──────────────────────────────────────────────────
async def test_the_ticket_does_not_wait_for_its_photo(world: World) -> None:
    """The platform does not answer for a while: the card is there at once, the photo as soon as it can be had."""
    side = world.platforms[KF]
    answers: list[bytes | NotFetched] = [NotFetched(why="too slow", again=True)] * 3 + [PICTURE]

    async def fetch(ref: str) -> bytes | NotFetched:
        return answers.pop(0)

    side.fetch = fetch  # type: ignore[method-assign]
    await on_kf(world, "wm1", "陈先生").tells(LANE, attachments=(PHOTO,))
    assert "附：照片 1" in world.card(1, "p:wang").text
    assert not files(world.wang)
    await world.wang.presses("接单")
    for _ in range(10):
        await world.passes(seconds=2)
    assert [held(world, item) for item in files(world.wang)] == [PICTURE]
    assert not answers


async def test_a_platform_that_never_answers_is_told_of_after_ten_minutes(world: World) -> None:
    side = world.platforms[KF]

    async def fetch(ref: str) -> bytes | NotFetched:
        return NotFetched(why="too slow", again=True)

    side.fetch = fetch  # type: ignore[method-assign]
    await on_kf(world, "wm1", "陈先生").tells(LANE, attachments=(PHOTO,))
    for _ in range(9):
        await world.passes(minutes=1)
    assert not telling(world.wang, REFUSED)
    await world.passes(minutes=2)
    await world.passes(seconds=2)
    assert len(telling(world.wang, REFUSED)) == 1


@pytest.mark.parametrize("hostile", [HTML, TRUNCATED, BOMB, b"", jpeg() + b"\x00" * (21 * 1024 * 1024)])
async def test_what_is_no_photo_is_not_handed_on(world: World, hostile: bytes) -> None:
    """HTML by the name of .jpg, a picture cut off, one of 60,000 × 60,000 points, nothing at all, 21 MB."""
    world.platforms[KF].files[PHOTO.ref] = hostile
    chen = await reported(world)
    assert not files(world.wang)
    assert len(telling(world.wang, REFUSED)) == 1
    assert "1 号" in chen.inbox[-1].text  # the ticket is whole
    assert not [path for path in world.files.iterdir() if path.is_file()]


async def test_a_photo_that_could_not_be_fetched_when_it_came_is_not_passed_over(world: World) -> None:
    """智能机器人: its address lives five minutes, so there is no second time."""
    await reported(world, replace(PHOTO, ref=""))
    assert len(telling(world.wang, REFUSED)) == 1


async def test_a_copy_that_is_gone_from_the_disk_is_told_of(world: World) -> None:
    chen = on_kf(world, "wm1", "陈先生")
    await chen.tells(LANE, attachments=(PHOTO,), settle=False)
    await world.core.dispatcher.step()
    await world.core.fetcher.step()
    await world.core.fetcher.idle()
    for path in world.files.iterdir():
        path.unlink()
    await world.passes(seconds=2)
    assert len(telling(world.wang, REFUSED)) == 1


async def test_where_no_photo_can_be_shown_words_say_that_there_is_one(world: World) -> None:
    world.platform.capabilities = replace(world.platform.capabilities, shows=frozenset())
    await reported(world)
    assert not files(world.wang)
    assert len(telling(world.wang, NOT_HERE)) == 1


async def test_a_full_disk_keeps_the_photo_wanted(world: World) -> None:
    world.files.rmdir()
    world.files.write_bytes(b"")  # no folder can be made there
    await reported(world)
    assert not files(world.wang)
    world.files.unlink()
    for _ in range(4):
        await world.passes(seconds=3)
    assert [held(world, item) for item in files(world.wang)] == [PICTURE]


# ── from the officer ───────────────────────────────────────────────────────
async def test_an_officers_photo_reaches_the_resident(world: World) -> None:
    """Words first, the photo after them: the channel takes no words with it."""
    chen = await reported(world)
    world.platform.files["file-9"] = jpeg(b"cleared")
    await world.wang.presses("接单")
    item = Attachment(kind=AttachmentKind.PHOTO, ref="file-9")
    await world.wang.tells("车已经挪走了", attachments=(item,), reply_to=world.card(1, "p:wang").ref)
    await world.passes(seconds=2)
    *_, words, photo = chen.inbox
    assert "车已经挪走了" in words.text
    assert photo.text == ""
    assert photo.out.content.attachment is not None
    assert held(world, photo.out.content.attachment) == jpeg(b"cleared")


async def test_what_the_residents_channel_cannot_show_is_not_promised(world: World) -> None:
    side = world.platforms[KF]
    side.capabilities = replace(side.capabilities, shows=frozenset())
    await world.restart()
    chen = await reported(world)
    told = len(chen.inbox)
    await world.wang.presses("接单")
    item = Attachment(kind=AttachmentKind.PHOTO, ref="file-9")
    await world.wang.tells("", attachments=(item,), reply_to=world.card(1, "p:wang").ref)
    assert world.wang.inbox[-1].text == relay_texts.OTHER_PLATFORM.format(number="1 号")
    assert EntryKind.REPLIED not in await kinds(world, 1)
    assert not [s for s in chen.inbox[told:] if s.out.content.attachment]


# ── at home ────────────────────────────────────────────────────────────────
async def test_on_one_platform_nothing_is_fetched(world: World) -> None:
    """Its own name for a file is enough there."""
    await world.chen.tells(LANE, attachments=(PHOTO,))
    assert files(world.wang) == [PHOTO]
    assert world.platforms[PLATFORM].fetches == []
