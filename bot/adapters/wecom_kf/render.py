"""Outgoing → the body of kf/send_msg (D 94677). Pure."""

from dataclasses import replace
from typing import Any

from bot.adapters.textcut import cut_text, measure
from bot.adapters.wecom.turns import TEXT_BYTES, own_id
from bot.adapters.wecom.uploads import HandedIn
from bot.adapters.wecom_kf.parse import menu_id
from handlers.kit.channel_texts import CHOOSE
from storage.model.messages import Content, Outgoing, OutKind

HEAD_BYTES = 1024
ENTRY_BYTES = 128
ENTRIES = 10


def render(out: Outgoing, file: HandedIn | None, open_kfid: str) -> list[dict[str, Any]]:
    """One message; two where a menu has no room for its words, or a file has words beside it. Their own ids are made of
    the outbox key, so the platform takes a second try for the same message."""
    content, msgid = out.content, own_id(out.key)
    head = {"touser": out.to.chat_id, "open_kfid": open_kfid}
    if file is not None:
        words = [head | {"msgid": own_id(words_key(out.key))} | _said(content, msgid)] if content.text.strip() else []
        return [*words, head | {"msgid": msgid} | file.body()]
    if not content.buttons or measure(content.text, "utf8") <= HEAD_BYTES:
        return [head | {"msgid": msgid} | _said(content, msgid)]
    before = _said(replace(content, buttons=()), msgid)
    choice = _said(replace(content, text=CHOOSE), msgid)
    return [head | {"msgid": own_id(words_key(out.key))} | before, head | {"msgid": msgid} | choice]


def words_key(key: str) -> str:
    """Of the words that go before the menu or the file of the message with this outbox key."""
    return f"{key}:text"


def greeting(out: Outgoing) -> dict[str, Any]:
    """The one answer to somebody who came in: kf/send_msg_on_event (D 95122). It is none of the five."""
    return {"code": out.target, "msgid": own_id(out.key)} | _said(replace(out.content, buttons=()), "")


def _said(content: Content, msgid: str) -> dict[str, Any]:
    """As text, or with buttons as a menu."""
    buttons = [button for row in content.buttons for button in row][:ENTRIES]
    if not buttons:
        return {"msgtype": "text", "text": {"content": cut_text(content.text, TEXT_BYTES, "utf8")}}
    entries = [
        {
            "type": "click",
            "click": {"id": menu_id(msgid, button.action), "content": cut_text(button.label, ENTRY_BYTES, "utf8")},
        }
        for button in buttons
    ]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": content.text, "list": entries}}


def is_greeting(out: Outgoing) -> bool:
    return out.kind is OutKind.ANSWER
