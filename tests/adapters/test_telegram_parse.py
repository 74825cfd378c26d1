"""Recorded updates become Inbound as people meant them, and as python-telegram-bot reads them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.adapters.base import UnreadableError
from bot.adapters.telegram.addressing import Me
from bot.adapters.telegram.parse import parse_update
from storage.model.messages import Attachment, AttachmentKind, ChatKind, Inbound, InboundKind, Mention
from tests.adapters.telegram_kit import NAMES, US, recorded
from tests.fake_telegram.make import START, Maker, entity, group, user

M, E, B = InboundKind.MESSAGE, InboundKind.EDIT, InboundKind.BUTTON
JOINED, LEFT, MOVED = InboundKind.JOINED, InboundKind.LEFT, InboundKind.MOVED
KINDS = {
    "edited_mention": E,
    "press": B,
    "press_in_topic": B,
    "press_inaccessible": B,
    "press_inline": B,
    "joined_group": JOINED,
    "kicked_from_group": LEFT,
    "blocked_by_user": LEFT,
    "unblocked_by_user": JOINED,
    "restricted_out": LEFT,
    "migrate_to": MOVED,
    "migrate_from": MOVED,
    "added_us": JOINED,
    "removed_us": LEFT,
}
NOTHING = {"promoted", "added_person", "private_pinned"}
NOT_TO_US = {
    "group_plain",
    "group_alias_fullwidth",
    "group_two_names_glued",
    "group_text_mention",
    "command_to_other",
    "reply_to_person_with_quote",
    "topic_text",
    "album_second",
    "linked_channel",
    "channel_post_plain",
}
CHEN = user(5001, "小陈")
GROUP = group(-1001234567890)


def parsed(name: str) -> Inbound:
    inbound = parse_update(recorded(name), US)
    assert inbound is not None
    return inbound


def made(update: dict[str, Any], me: Me = US) -> Inbound:
    inbound = parse_update(json.dumps(update).encode(), me)
    assert inbound is not None
    return inbound


@pytest.mark.parametrize("name", NAMES)
def test_kind_and_address_of_every_recording(name: str) -> None:
    inbound = parse_update(recorded(name), US)
    if name in NOTHING:
        assert inbound is None
        return
    assert inbound is not None
    assert inbound.kind is KINDS.get(name, M)
    if inbound.kind in {M, E}:
        assert inbound.addressed == (name not in NOT_TO_US)


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOTHING))
def test_python_telegram_bot_reads_the_same(name: str) -> None:
    update = Update.de_json(json.loads(recorded(name)), None)
    ours, theirs = parsed(name), update.effective_message
    assert ours.event_id == str(update.update_id)
    if ours.kind not in {M, E} or theirs is None or update.effective_chat is None:
        return
    assert ours.chat.address.chat_id == str(update.effective_chat.id)
    assert ours.chat.title == (update.effective_chat.title or update.effective_chat.full_name)
    assert ours.message_id == str(theirs.message_id)
    assert ours.at == (theirs.edit_date or theirs.date)
    assert ours.album == (theirs.media_group_id or "")
    who = theirs.sender_chat or theirs.from_user
    assert who is not None
    assert ours.sender.user_id == str(who.id)
    marked = {**theirs.parse_entities(), **theirs.parse_caption_entities()}
    for mark, shown in marked.items():
        if mark.type in {"mention", "text_mention"}:
            person = str(mark.user.id) if mark.user else ""
            assert Mention(name=shown.lstrip("@"), user_id=person) in ours.mentions
    content = theirs.effective_attachment
    file = content[-1] if isinstance(content, tuple) else content
    if ours.attachments and ours.attachments[0].ref:
        assert ours.attachments[0].ref.rpartition("/")[2] == getattr(file, "file_id", None)


@pytest.mark.parametrize(
    ("name", "mentions"),
    [
        ("group_mention_after_emoji", [("pingan_demo_bot", "")]),
        ("group_mention_glued", [("PINGAN_DEMO_BOT看一下", "")]),
        ("group_alias_fullwidth", [("民警", "")]),
        ("group_two_names_glued", [("李警官", ""), ("王警官", "")]),
        ("group_text_mention", [("李警官", "6001")]),
        ("command_to_us", [("wangxl", "")]),
        ("group_plain", []),
    ],
)
def test_mentions(name: str, mentions: list[tuple[str, str]]) -> None:
    assert [(m.name, m.user_id) for m in parsed(name).mentions] == mentions


def test_a_command_to_us_loses_our_name_and_only_that() -> None:
    assert parsed("command_to_us").text == "/report 路灯坏了 @wangxl 也看到了"
    assert parsed("command_to_other").text == "/report@other_demo_bot 路灯坏了"
    glued = Maker().text(GROUP, CHEN, "/report@PINGAN_demo_bot路灯坏了")
    assert made(glued).text == "/report 路灯坏了"


def test_before_getme_any_bot_name_is_ours_because_only_our_own_were_stored() -> None:
    update = Maker().text(GROUP, CHEN, "/report@pingan_demo_bot 路灯")
    assert made(update, Me(US.id)).text == "/report 路灯"
    assert made(update, Me(US.id)).addressed
    assert not made(Maker().text(GROUP, CHEN, "@张三 在吗", entities=[]), Me(US.id)).addressed


@pytest.mark.parametrize("emoji", ["", "😀", "👨‍👩‍👧", "🏳️‍🌈𠮷"])
def test_offsets_count_utf16_units(emoji: str) -> None:
    text = f"{emoji}甲@李四 乙"
    update = Maker().text(GROUP, CHEN, text, entities=[entity(text, "@李四", "text_mention", user=user(9, "李四"))])
    assert made(update).mentions == (Mention(name="李四", user_id="9"),)


@pytest.mark.parametrize(
    ("offset", "length"),
    [(-1, 3), (0, -5), (0, 0), (3, 10**12), (10**15, 1), (-(10**15), 10**16), (2**70, 2**70), (1, 1)],
)
def test_offsets_outside_the_text_do_no_harm(offset: int, length: int) -> None:
    mark = {"type": "mention", "offset": offset, "length": length}
    inbound = made(Maker().text(GROUP, CHEN, "😀@甲 好", entities=[mark]))
    assert "甲" in {m.name for m in inbound.mentions} | {m.name.split()[0] for m in inbound.mentions if m.name}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("album_first", Attachment(kind=AttachmentKind.PHOTO, ref="ph-2", size=181_203)),
        ("private_voice", Attachment(kind=AttachmentKind.VOICE, ref="AwACAgUAAxkB", size=28133, seconds=7)),
        (
            "private_audio",
            Attachment(
                kind=AttachmentKind.VOICE, ref="audio/CQACAgUAAxkB", name="录音 01.m4a", size=1028133, seconds=63
            ),
        ),
        (
            "private_video",
            Attachment(kind=AttachmentKind.VIDEO, ref="BAACAgUAAxkB", name="IMG_0412.MP4", size=4028133, seconds=12),
        ),
        (
            "private_video_note",
            Attachment(kind=AttachmentKind.VIDEO, ref="video_note/DQACAgUAAxkB", size=528133, seconds=5),
        ),
        (
            "private_animation",
            Attachment(
                kind=AttachmentKind.VIDEO,
                ref="animation/CgACAgUAAxkB",
                name="laugh.gif.mp4",
                size=88133,
                seconds=3,
            ),
        ),
        (
            "private_document",
            Attachment(kind=AttachmentKind.FILE, ref="BQACAgUAAxkB", name="转账记录.pdf", size=208133),
        ),
        (
            "private_location",
            Attachment(kind=AttachmentKind.LOCATION, latitude=30.413871, longitude=114.885062),
        ),
        (
            "private_venue",
            Attachment(
                kind=AttachmentKind.LOCATION,
                name="东盛花园南门 东盛路 12 号",
                latitude=30.41,
                longitude=114.88,
            ),
        ),
    ],
)
def test_attachments(name: str, expected: Attachment) -> None:
    assert parsed(name).attachments == (expected,)


def test_a_sticker_is_someone_speaking_without_anything_to_keep() -> None:
    inbound = parsed("private_sticker")
    assert (inbound.text, inbound.attachments) == ("", ())


def test_the_largest_picture_wins_wherever_it_stands() -> None:
    sizes = [{"file_id": f"f{w}", "width": w, "height": w} for w in (90, 1280, 320)]
    assert made(Maker().media(GROUP, CHEN, "photo", sizes)).attachments[0].ref == "f1280"


def test_topics_are_threads_and_their_opening_is_no_reply() -> None:
    inbound = parsed("topic_mention")
    assert (inbound.chat.address.thread, inbound.reply_to, inbound.addressed) == ("3", "", True)
    assert inbound.chat.address.key == "telegram:-1005550001"
    assert parsed("press_in_topic").chat.address.thread == "3"


def test_a_chain_of_answers_in_a_plain_group_is_no_thread() -> None:
    update = Maker().text(GROUP, CHEN, "好", message_thread_id=77)
    assert made(update).chat.address.thread == ""


def test_replies() -> None:
    to_us, to_person = parsed("reply_to_us"), parsed("reply_to_person_with_quote")
    origin = json.loads(recorded("reply_to_us"))["message"]["reply_to_message"]["message_id"]
    assert (to_us.reply_to, to_us.addressed) == (str(origin), True)
    assert to_person.reply_to
    assert not to_person.addressed


def test_an_edit_keeps_its_message_and_has_its_own_time() -> None:
    inbound = parsed("edited_mention")
    assert inbound.text.endswith("三号楼二单元漏水")
    assert inbound.at == datetime.fromtimestamp(START + 60, UTC)


def test_hidden_admins_and_channels_are_anonymous() -> None:
    admin, forwarded, post = parsed("anonymous_admin"), parsed("linked_channel"), parsed("channel_post_to_us")
    assert admin.sender.anonymous
    assert admin.sender.user_id == admin.chat.address.chat_id
    assert forwarded.sender.anonymous
    assert forwarded.sender.user_id == "-1009990001"
    assert post.sender.anonymous
    assert post.chat.kind is ChatKind.CHANNEL
    assert not parsed("group_plain").sender.anonymous


def test_presses() -> None:
    press = parsed("press")
    assert (press.button, press.sender.user_id) == ("claim:12", "6001")
    assert len(press.callback_id) == 19
    assert press.chat.kind is ChatKind.GROUP
    old = parsed("press_inaccessible")
    assert (old.message_id, old.at) == ("77", datetime.fromtimestamp(0, UTC))
    inline = parsed("press_inline")
    assert (inline.chat.kind, inline.chat.address.chat_id) == (ChatKind.PRIVATE, "6001")
    assert (inline.message_id, inline.button) == ("", "help")


def test_both_halves_of_a_migration_say_the_same() -> None:
    for name in ("migrate_to", "migrate_from"):
        inbound = parsed(name)
        assert (inbound.chat.address.chat_id, inbound.moved_to) == ("-4200001", "-1008880001")


def test_blocking_is_leaving_a_private_chat() -> None:
    assert parsed("blocked_by_user").chat.private
    assert not parsed("kicked_from_group").chat.private


@pytest.mark.parametrize("date", [-1, 2**53, 253402300800])
def test_absurd_dates_are_unreadable(date: int) -> None:
    update = Maker().text(GROUP, CHEN, "好")
    update["message"]["date"] = date
    with pytest.raises(UnreadableError):
        parse_update(json.dumps(update).encode(), US)


def test_nul_characters_never_reach_the_database() -> None:
    update = Maker().text(GROUP, CHEN, "甲\x00\x00乙 \\u0000 @李\x00四 丙")
    inbound = made(update)
    assert inbound.text == "甲\ufffd\ufffd乙 \\u0000 @李\ufffd四 丙"
    assert inbound.mentions == (Mention(name="李\ufffd四"),)


def test_unreadable_names_the_place_and_not_the_content() -> None:
    update = Maker().text(GROUP, CHEN, "好")
    update["message"]["chat"]["type"] = "13900001111"
    with pytest.raises(UnreadableError) as caught:
        parse_update(json.dumps(update).encode(), US)
    assert str(caught.value) == "wrong type or value at $.message.chat.type"
    assert caught.value.__cause__ is None
    with pytest.raises(UnreadableError):
        parse_update(b" " * 1_000_001, US)
