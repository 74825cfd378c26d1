"""What we send is what Telegram takes: limits, keyboards, replies, and never a parse mode."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.telegram.render import render
from storage.model.messages import (
    Address,
    Attachment,
    AttachmentKind,
    Button,
    Content,
    Lane,
    Outgoing,
    OutKind,
)

HERE = Address(platform="telegram", bot="7", chat_id="-100123")
CLAIM = ((Button(label="接单", action="claim:12"),),)


def out(content: Content, kind: OutKind = OutKind.SEND, to: Address = HERE, target: str = "") -> Outgoing:
    return Outgoing(key="k", to=to, content=content, kind=kind, target=target)


def test_a_plain_text() -> None:
    assert render(out(Content(text="<b>*你好*</b> https://x.cn"))) == (
        "sendMessage",
        {
            "chat_id": -100123,
            "text": "<b>*你好*</b> https://x.cn",
            "link_preview_options": {"is_disabled": True},
        },
    )


@pytest.mark.parametrize("lane", list(Lane))
@pytest.mark.parametrize("loud", [True, False])
def test_only_an_ordinary_broadcast_comes_without_a_sound(lane: Lane, loud: bool) -> None:
    message = Outgoing(key="k", to=HERE, content=Content(text="好", loud=loud), lane=lane)
    _, params = render(message)
    assert ("disable_notification" in params) is (lane is Lane.DIGEST and not loud)


def test_topic_reply_and_keyboard() -> None:
    there = Address(platform="telegram", bot="7", chat_id="-100123", thread="3")
    _, params = render(out(Content(text="好", buttons=CLAIM, reply_to="55", ask=True), to=there))
    assert params["message_thread_id"] == 3
    assert params["reply_parameters"] == {"message_id": 55, "allow_sending_without_reply": True}
    assert params["reply_markup"] == {"inline_keyboard": [[{"text": "接单", "callback_data": "claim:12"}]]}


def test_a_question_opens_the_answering_field_unless_it_has_buttons() -> None:
    _, params = render(out(Content(text="在哪？", ask=True, reply_to="55")))
    assert params["reply_markup"] == {"force_reply": True, "selective": True}


def test_a_reply_to_something_that_is_no_message_id_is_a_plain_message() -> None:
    _, params = render(out(Content(text="好", reply_to="m²")))
    assert "reply_parameters" not in params


@pytest.mark.parametrize(
    ("action", "fits"), [("a", True), ("字" * 21 + "a", True), ("字" * 22, False), ("", False), ("a" * 65, False)]
)
def test_button_actions_are_1_to_64_bytes(action: str, fits: bool) -> None:
    message = out(Content(text="好", buttons=((Button(label="按", action=action),),)))
    if fits:
        render(message)
    else:
        with pytest.raises(ValueError, match="64 bytes"):
            render(message)


@pytest.mark.parametrize(
    ("kind", "ref", "method", "field"),
    [
        (AttachmentKind.PHOTO, "AgAC", "sendPhoto", "photo"),
        (AttachmentKind.VOICE, "AwAC", "sendVoice", "voice"),
        (AttachmentKind.VOICE, "audio/CQAC", "sendAudio", "audio"),
        (AttachmentKind.VIDEO, "BAAC", "sendVideo", "video"),
        (AttachmentKind.VIDEO, "animation/CgAC", "sendAnimation", "animation"),
        (AttachmentKind.FILE, "BQAC", "sendDocument", "document"),
    ],
)
def test_files_go_out_as_the_kind_they_came_in(kind: AttachmentKind, ref: str, method: str, field: str) -> None:
    content = Content(text="证据" * 600, attachment=Attachment(kind=kind, ref=ref))
    rendered, params = render(out(content))
    assert (rendered, params[field]) == (method, ref.rpartition("/")[2])
    assert len(params["caption"]) == 1024
    assert params["caption"].endswith("…")
    assert "text" not in params


def test_places_and_round_videos_carry_words_only_as_something_else() -> None:
    spot = Attachment(kind=AttachmentKind.LOCATION, latitude=30.4, longitude=114.8)
    note = Attachment(kind=AttachmentKind.VIDEO, ref="video_note/DQAC")
    assert render(out(Content(text="", attachment=spot)))[0] == "sendLocation"
    method, params = render(out(Content(text="三号楼", attachment=spot)))
    assert (method, params["title"], params["address"]) == ("sendVenue", "位置", "三号楼")
    assert render(out(Content(text="", attachment=note))) == (
        "sendVideoNote",
        {"chat_id": -100123, "video_note": "DQAC"},
    )
    assert render(out(Content(text="请看", attachment=note)))[0] == "sendMessage"


def test_an_edit_replaces_or_removes_the_keyboard() -> None:
    method, params = render(out(Content(text="已接单", buttons=CLAIM), OutKind.EDIT), "77")
    assert (method, params["message_id"]) == ("editMessageText", 77)
    assert params["reply_markup"]["inline_keyboard"]
    _, params = render(out(Content(text="已办结"), OutKind.EDIT), "77")
    assert params["reply_markup"] == {"inline_keyboard": []}
    picture = Attachment(kind=AttachmentKind.PHOTO, ref="AgAC")
    method, params = render(out(Content(text="已办结", attachment=picture), OutKind.EDIT), "77")
    assert (method, params["caption"]) == ("editMessageCaption", "已办结")


def test_answers_are_cut_at_200() -> None:
    method, params = render(out(Content(text="好" * 300, alert=True), OutKind.ANSWER, target="4000"))
    assert method == "answerCallbackQuery"
    assert params == {"callback_query_id": "4000", "text": "好" * 199 + "…", "show_alert": True}
    assert render(out(Content(text=""), OutKind.ANSWER, target="4000"))[1] == {"callback_query_id": "4000"}


def walk(node: Any) -> set[str]:
    if isinstance(node, dict):
        return set(node).union(*map(walk, node.values())) if node else set()
    return set().union(*map(walk, node)) if isinstance(node, list) and node else set()


@given(
    text=st.text(max_size=6_000),
    kind=st.sampled_from(OutKind),
    attachment=st.none() | st.builds(Attachment, kind=st.sampled_from(AttachmentKind), ref=st.text(max_size=9)),
    buttons=st.sampled_from([(), CLAIM]),
    ask=st.booleans(),
)
def test_no_text_is_ever_parsed_as_markup(
    text: str, kind: OutKind, attachment: Attachment | None, buttons: Any, ask: bool
) -> None:
    content = Content(text=text, attachment=attachment, buttons=buttons, ask=ask)
    _, params = render(out(content, kind, target="4"), "77")
    assert not walk(params) & {"parse_mode", "entities", "caption_entities"}
