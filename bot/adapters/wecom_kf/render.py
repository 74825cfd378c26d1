"""Outgoing → the body of kf/send_msg (D 94677). Pure."""

from typing import Any

from bot.adapters.textcut import cut_text, split_text
from bot.adapters.wecom.turns import TEXT_BYTES, own_id
from bot.adapters.wecom_kf.parse import menu_id
from storage.model.messages import Content, Outgoing, OutKind

HEAD_BYTES = 1024
ENTRY_BYTES = 128
ENTRIES = 10


def render(out: Outgoing, open_kfid: str) -> dict[str, Any]:
    """A message. Its own id is made of the outbox key, so the platform takes a second try for the same message."""
    msgid = own_id(out.key)
    head = {"touser": out.to.chat_id, "open_kfid": open_kfid, "msgid": msgid}
    return head | said(out.content, msgid)


def greeting(out: Outgoing) -> dict[str, Any]:
    """The one answer to somebody who came in: kf/send_msg_on_event (D 95122). It is none of the five."""
    return {"code": out.target, "msgid": own_id(out.key)} | said(out.content, own_id(out.key))


def said(content: Content, msgid: str) -> dict[str, Any]:
    """As text, or with buttons as a menu; of a long text the rest stands below the entries."""
    buttons = [button for row in content.buttons for button in row][:ENTRIES]
    if not buttons:
        return {"msgtype": "text", "text": {"content": cut_text(content.text, TEXT_BYTES, "utf8")}}
    top, *rest = split_text(content.text, HEAD_BYTES, "utf8")
    entries = [
        {
            "type": "click",
            "click": {"id": menu_id(msgid, button.action), "content": cut_text(button.label, ENTRY_BYTES, "utf8")},
        }
        for button in buttons
    ]
    menu: dict[str, Any] = {"head_content": top, "list": entries}
    if rest:
        menu["tail_content"] = cut_text("\n".join(rest), HEAD_BYTES, "utf8")
    return {"msgtype": "msgmenu", "msgmenu": menu}


def is_greeting(out: Outgoing) -> bool:
    return out.kind is OutKind.ANSWER
