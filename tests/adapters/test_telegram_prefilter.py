"""Which updates are addressed to us, and what the others cost."""

import json
import timeit
from typing import Any

import pytest

from bot.adapters.telegram.addressing import Me
from bot.adapters.telegram.prefilter import KEEP, MAX_BODY, Prefilter
from bot.adapters.telegram.wire import glance_decoder
from bot.hearing import Hearing
from storage.model.messages import Envelope
from tests.adapters.telegram_kit import NAMES, US, hearing, recorded
from tests.fake_telegram.make import Maker, channel, group, private, user

IGNORED = {
    "group_plain",
    "command_to_other",
    "reply_to_person_with_quote",
    "topic_text",  # Telegram says it "answers" our message that opened the topic
    "album_second",
    "added_person",
    "channel_post_plain",
    "other_bot",
}
CHEN, WANG = user(5001, "小陈"), user(5002, "王秀兰")
GROUP = group(-1001234567890)


def look(update: Any, ears: Hearing | None = None) -> Envelope | None:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return Prefilter(US, ears or hearing())(body)


@pytest.mark.parametrize("name", NAMES)
def test_recorded_updates_are_heard_or_not(name: str) -> None:
    envelope = look(recorded(name))
    assert (envelope is None) == (name in IGNORED)
    if envelope is not None:
        assert envelope.unreadable == ""
        assert envelope.body == recorded(name)


def test_the_envelope_is_unique_by_update_and_ordered_by_chat() -> None:
    envelope = look(recorded("group_mention_after_emoji"))
    assert envelope is not None
    update = json.loads(recorded("group_mention_after_emoji"))
    assert envelope.event_id == str(update["update_id"])
    assert (envelope.platform, envelope.bot) == ("telegram", "7000000001")
    assert envelope.chat_key == f"telegram:{update['message']['chat']['id']}"


def test_a_press_belongs_to_the_chat_of_its_card_or_else_to_the_person() -> None:
    in_group, inline = look(recorded("press")), look(recorded("press_inline"))
    assert in_group is not None
    assert inline is not None
    assert (in_group.chat_key, inline.chat_key) == ("telegram:-1001234567890", "telegram:6001")


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("楼上@pingan_demo_bot", True),
        ("楼上＠PINGAN_DEMO_BOT看一下", True),
        ("找 @pingan_demo_bot2", False),
        ("pingan_demo_bot 是谁", False),
        ("/查 12", True),
        ("/接单12", True),
        ("/help@Pingan_Demo_Bot", True),
        ("/home/user 在哪", False),
        ("看看 /help", False),
        ("@ 民警 在吗", True),
        ("民警在吗", False),
        ("@张三 在吗", False),
    ],
)
def test_names_and_commands_in_group_texts(text: str, heard: bool) -> None:
    make = Maker()
    assert (look(make.text(GROUP, CHEN, text, entities=[])) is not None) == heard
    assert (look(make.photo(GROUP, CHEN, text)) is not None) == heard


def test_a_person_picked_from_the_list_counts_without_any_at_sign() -> None:
    make = Maker()
    officer, neighbour = user(1, "李警官"), user(2, "老张")
    assert look(make.text_mention(GROUP, CHEN, "👮 李警官 来一下", "李警官", officer)) is not None
    assert look(make.text_mention(GROUP, CHEN, "老张 来一下", "老张", neighbour)) is None
    assert look(make.text_mention(GROUP, CHEN, "小平安 来一下", "小平安", make.me)) is not None
    ears = hearing()
    ears.staff_accounts = frozenset({f"telegram:{officer['id']}"})
    assert look(make.text_mention(GROUP, CHEN, "强子 来一下", "强子", officer), ears) is not None
    assert look(make.text_mention(GROUP, CHEN, "老张 来一下", "老张", neighbour), ears) is None


def test_who_has_just_called_is_heard_without_calling_again_and_nobody_else() -> None:
    make, ears = Maker(), hearing()
    assert look(make.text(GROUP, CHEN, "@民警 漏水了"), ears) is not None
    assert look(make.text(GROUP, CHEN, "三号楼二单元"), ears) is not None
    assert look(make.media(GROUP, CHEN, "location", {"latitude": 30.4, "longitude": 114.8}), ears) is not None
    assert look(make.text(GROUP, WANG, "三号楼二单元"), ears) is None


def test_words_are_commands_in_staff_groups_only() -> None:
    make, ears = Maker(), hearing()
    assert look(make.text(GROUP, CHEN, "接单 12"), ears) is None
    ears.staff_chats = frozenset({"telegram:-1001234567890"})
    assert look(make.text(GROUP, CHEN, "接单 12"), ears) is not None


def test_further_pictures_and_edits_of_what_we_took_are_heard() -> None:
    make, ears = Maker(), hearing()
    first, second, third = make.album(GROUP, CHEN, "@民警 垃圾")
    stranger = make.photo(GROUP, WANG, album="999")
    assert [look(u, ears) is not None for u in (first, second, stranger, third)] == [True, True, False, True]
    taken = make.to_us(GROUP, CHEN, "漏水")
    other = make.text(GROUP, CHEN, "吃了吗")
    assert look(make.edited(taken, "三号楼漏水"), ears) is None  # not ours before it was taken
    assert look(taken, ears) is not None
    assert look(make.edited(taken, "三号楼漏水"), ears) is not None
    assert look(make.edited(other, "吃了吗？"), ears) is None
    assert look(make.edited(other, "@民警 吃了吗？"), ears) is not None


def test_other_bots_are_never_heard_but_hidden_admins_and_channels_are() -> None:
    make = Maker()
    robot = {"id": 42, "is_bot": True, "first_name": "天气", "username": "weather_bot"}
    assert look(make.to_us(GROUP, robot, "你好")) is None
    assert look(make.text(private(robot), robot, "你好")) is None
    assert look(make.anonymous(GROUP, "@民警 在吗")) is not None
    assert look(make.post(channel(-100999), "@李警官 请看")) is not None


@pytest.mark.parametrize(
    ("body", "why", "event"),
    [
        (b"", "malformed JSON", None),
        (b"\xff\xfe", "malformed JSON", None),
        (b"[]", "wrong type at $", None),
        (b'{"update_id":"x"}', "wrong type or value at $.update_id", None),
        (b'{"update_id":5,"message":{"text":"secret"', "malformed JSON", "5"),
        (b'{"update_id":6,"message":7}', "wrong type or value at $.message", "6"),
        (
            b'{"update_id":7,"message":{"message_id":1,"chat":{"id":1,"type":"secret words"}}}',
            "wrong type or value at $.message.chat.type",
            "7",
        ),
        (b'{"update_id":8,"x":' + b"[" * 100_000, "nested too deeply", "8"),
        (b'{"update_id":99999999999999999999}', "wrong type or value at $.update_id", None),
    ],
)
def test_what_cannot_be_read_is_parked_with_the_place_and_never_the_content(
    body: bytes, why: str, event: str | None
) -> None:
    envelope = look(body)
    assert envelope is not None
    assert envelope.unreadable == why
    assert envelope.body == body
    assert envelope.event_id == event or (event is None and envelope.event_id.startswith("sha256:"))


def test_equal_garbage_is_one_event_and_different_garbage_two() -> None:
    one, again, two = look(b"{"), look(b"{"), look(b"}")
    assert one is not None
    assert again is not None
    assert two is not None
    assert one.event_id == again.event_id != two.event_id


def test_an_oversized_update_is_parked_cut_short() -> None:
    body = b'{"update_id":9,"message":{"text":"' + b"x" * MAX_BODY + b'"}}'
    envelope = look(body)
    assert envelope is not None
    assert envelope.unreadable == "larger than 1 MB"
    assert (envelope.event_id, len(envelope.body)) == ("9", KEEP)


def test_ordinary_chat_costs_little_more_than_one_partial_decode() -> None:
    """A ratio, not a time: it holds on slow machines too (measured about 3.4)."""
    body, ears = json.dumps(json.loads(recorded("group_plain"))).encode(), hearing()
    prefilter = Prefilter(US, ears)

    def best(work: Any) -> float:
        return min(timeit.repeat(lambda: work(body), number=2_000, repeat=7))

    assert best(prefilter) < 12 * best(glance_decoder.decode)


def test_a_bare_command_of_another_bot_is_none_of_our_business() -> None:
    me = Me(7, "our_bot")
    assert me.commanded_by("/mine", {"mine"})
    assert not me.commanded_by("/weather 北京", {"mine"})
    assert me.commanded_by("/weather@our_bot", {"mine"})
