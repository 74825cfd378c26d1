"""Outgoing → what the platform takes. Pure."""

import hashlib
from typing import Any

from bot.adapters.wecom.cards import Card, buttons_card, clip, done_card, task_id
from bot.adapters.wecom_aibot.events import PERSON, is_group
from bot.adapters.wecom_aibot.words import markdown, markdowns
from storage.model.messages import Outgoing

STREAM_BYTES = 20480
WEBHOOK_BYTES = 4096
SINGLE, GROUP = 1, 2
LABEL = 10

Json = dict[str, Any]


def card_of(out: Outgoing) -> Card | None:
    """The card of a message with buttons."""
    if not any(out.content.buttons):
        return None
    return buttons_card(out.content, task_id(out.ticket_id, out.key, out.to.chat_id))


def changed_card(out: Outgoing, task: str) -> Json:
    """What replaces a card that was pressed: with the buttons it has now, or with one grey one that says how it is."""
    if any(out.content.buttons):
        return buttons_card(out.content, task).card
    label = out.content.brief or out.content.text
    return done_card(out.content, clip(label.strip().partition("\n")[0], LABEL) or "✓", task).card


def stream_of(key: str) -> str:
    """The id of the one stream that says this message: the same at every try, so that it cannot be said twice."""
    return f"S{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def reference(rung: str, key: str) -> str:
    """The platform gives its messages no id: ours says which way it went, and which it is."""
    return f"{rung}:{stream_of(key)}"


def stream(text: str, key: str) -> Json:
    body = {"id": stream_of(key), "finish": True, "content": markdown(text, STREAM_BYTES)}
    return {"msgtype": "stream", "stream": body}


def answer(text: str, key: str, card: Json | None, *, whole: bool) -> Json:
    """Within the request that asked, words and buttons fit into one (D 101031)."""
    if card is None:
        return stream(text, key)
    return (
        card_message(card)
        if whole
        else stream(text, key) | card_message(card) | {"msgtype": "stream_with_template_card"}
    )


def words(text: str) -> Json:
    return {"msgtype": "markdown", "markdown": {"content": markdown(text, STREAM_BYTES)}}


def pieces(text: str, limit: int) -> list[Json]:
    """`words` in as many messages as it takes, each at most `limit` bytes and marked "(1/3)"."""
    return [{"msgtype": "markdown", "markdown": {"content": piece}} for piece in markdowns(text, limit)]


def plain(text: str) -> Json:
    """Only a greeting may be this."""
    return {"msgtype": "text", "text": {"content": text}}


def card_message(card: Json) -> Json:
    return {"msgtype": "template_card", "template_card": card}


def update(card: Json) -> Json:
    return {"response_type": "update_template_card", "template_card": card}


def pushed(chat_id: str, body: Json) -> Json:
    """To a person or a group, said outright: without it the platform guesses."""
    group = is_group(chat_id)
    return {
        "chatid": chat_id if group else chat_id.removeprefix(PERSON),
        "chat_type": GROUP if group else SINGLE,
    } | body
