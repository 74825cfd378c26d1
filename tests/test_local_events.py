"""What the browser did, as kept bytes and back."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.base import UnreadableError
from bot.adapters.local import events
from storage.model.messages import AttachmentKind, ChatKind, InboundKind

FULL = events.Event(
    kind="message",
    event="0b0e9c0e-5f0e-4f6e-9a53-7d2f3a1b2c3d",
    chat="g:garden",
    title="东湾花园业主群",
    user="chen",
    name="陈先生",
    at=1_700_000_000_123,
    message="01a2b3c4d5e6f70",
    text="@民警 有人高空抛物，@王警官 您看看",
    reply_to="01a2b3c4d5e6f6f",
    addressed=True,
    album="a1",
    photo=events.Photo(ref="a" * 64, name="袋子.jpg", size=12),
)


def test_a_message_comes_back_as_it_went() -> None:
    inbound = events.parse(events.encode(FULL))
    assert inbound.kind is InboundKind.MESSAGE
    assert inbound.chat.address.key == "local:g:garden"
    assert (inbound.chat.kind, inbound.chat.title) == (ChatKind.GROUP, "东湾花园业主群")
    assert (inbound.sender.user_id, inbound.sender.name, inbound.sender.anonymous) == ("chen", "陈先生", False)
    assert inbound.at.isoformat() == "2023-11-14T22:13:20.123000+00:00"
    assert [m.name for m in inbound.mentions] == ["民警", "王警官"]
    assert inbound.addressed
    assert (inbound.message_id, inbound.reply_to, inbound.album) == (FULL.message, FULL.reply_to, "a1")
    assert inbound.attachments[0].kind is AttachmentKind.PHOTO
    assert (inbound.attachments[0].ref, inbound.attachments[0].size) == ("a" * 64, 12)


def test_the_bytes_are_canonical() -> None:
    assert events.encode(FULL) == events.encode(msgspec.structs.replace(FULL))


def test_a_private_chat_is_always_addressed() -> None:
    private = msgspec.structs.replace(FULL, chat="p:chen", addressed=False)
    inbound = events.parse(events.encode(private))
    assert inbound.chat.private
    assert inbound.addressed


def test_a_press_carries_who_and_which() -> None:
    press = msgspec.structs.replace(FULL, kind="button", text="", button="claim:12", callback="we|ird|e1")
    inbound = events.parse(events.encode(press))
    assert (inbound.kind, inbound.button, inbound.callback_id) == (InboundKind.BUTTON, "claim:12", "we|ird|e1")
    assert events.presser(inbound.callback_id) == ("we|ird", "e1")
    assert events.presser(events.callback_id("chen", "e2")) == ("chen", "e2")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("＠民警，快来", ["民警"]),
        ("楼上@李警官有人吵架", ["李警官有人吵架"]),
        ("@ 派出所 在吗", ["派出所"]),
        ("写信到 a@b.com", ["b"]),
        ("@@民警@王建国", ["民警", "王建国"]),
        ("没有叫谁 @", []),
    ],
)
def test_every_at_is_found(text: str, names: list[str]) -> None:
    assert [m.name for m in events.mentions(text)] == names


def test_what_nobody_types_is_taken_out() -> None:
    assert events.clean("  一\r\n二\x00\x1b[31m\u2028三\t四 ") == "一\n二[31m三\t四"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"kind":"joined"}',
        events.encode(FULL).replace(b"g:garden", b"x:garden"),
        events.encode(FULL).replace(b"1700000000123", b"-1"),
        events.encode(FULL).replace(b"1700000000123", b"9" * 30),
        events.encode(FULL).replace(b"1700000000123", b'"now"'),
        events.encode(FULL).replace(b"a" * 64, b"../../etc/passwd"),
        events.encode(FULL)[:-1],
        events.encode(msgspec.structs.replace(FULL, text="字" * 4001)),
    ],
)
def test_hostile_bytes_are_unreadable_and_never_quoted(body: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        events.parse(body)
    assert "高空" not in str(caught.value)
    assert len(str(caught.value)) < 100


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_unreadable(body: bytes) -> None:
    try:
        events.parse(body)
    except UnreadableError:
        return


@given(st.integers(0, len(events.encode(FULL)) - 1), st.binary(min_size=1, max_size=3))
def test_any_mutation_is_read_or_unreadable(place: int, piece: bytes) -> None:
    body = events.encode(FULL)
    try:
        events.parse(body[:place] + piece + body[place + len(piece) :])
    except UnreadableError:
        return


@given(st.text(max_size=200))
def test_any_text_survives(text: str) -> None:
    clean = events.clean(text)
    if any("\ud800" <= c <= "\udfff" for c in clean):
        return
    event = msgspec.structs.replace(FULL, text=clean)
    assert events.parse(events.encode(event)).text == clean
