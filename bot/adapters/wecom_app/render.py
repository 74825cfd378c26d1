"""Outgoing → the calls it takes. Pure. Text only, never markdown: what people wrote is shown as they wrote it."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.wecom.cards import APP, LABEL, buttons_card, clip, done_card, task_id
from bot.adapters.wecom.uploads import HandedIn
from storage.model.messages import Content, Outgoing

TEXT_BYTES = 2048
MARKS = "\u200b\u200c"
MARK_SIGNS = 16
MARK_BYTES = 3 * MARK_SIGNS
"""What a text is marked with, so that the platform drops the same message sent twice, and not another one with the
same words. People do not see it."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """To whom, and how long the platform drops the same again (seconds; 0: it does not)."""

    user: str
    agent_id: int
    duplicate_seconds: int


def messages(out: Outgoing, envelope: Envelope, file: HandedIn | None = None) -> list[Json]:
    """Bodies for message/send (D 90236), in order. A card that cannot carry all words follows them, as a file does."""
    content = out.content
    if content.buttons:
        card = buttons_card(content, task_id(out.ticket_id, out.key, out.to.chat_id), sizes=APP)
        body = _body(envelope, "template_card", card.card)
        return [body] if card.whole else [_text(content.text, out.key, envelope), body]
    if file is None:
        return [_text(content.text, out.key, envelope)]
    words = [_text(content.text, out.key, envelope)] if content.text else []
    return [*words, _body(envelope, file.kind, {"media_id": file.media_id})]


def changed(out: Outgoing, task: str) -> Json:
    """The card as it is to be shown now (D 94888). Without buttons it keeps one, grey, that says how it stands."""
    content = out.content
    if content.buttons:
        return buttons_card(content, task, sizes=APP).card
    label = label_of(content)
    card = done_card(replace(content, buttons=()), label, task, sizes=APP).card
    return card | {"replace_text": label}  # makes the button grey and dead; older servers show ours


def label_of(content: Content) -> str:
    """How it stands, as short as a button: the one-line news, else the first words."""
    line = content.brief or next((line for line in content.text.splitlines() if line.strip()), "")
    return clip("".join(line.split()).rstrip("。") or "✅", LABEL)


def _text(text: str, key: str, envelope: Envelope) -> Json:
    return _body(envelope, "text", {"content": text + _mark(key)})


def _body(envelope: Envelope, kind: str, part: Json) -> Json:
    body: Json = {"touser": envelope.user, "msgtype": kind, "agentid": envelope.agent_id, kind: part}
    if envelope.duplicate_seconds:
        body |= {"enable_duplicate_check": 1, "duplicate_check_interval": envelope.duplicate_seconds}
    return body


def _mark(key: str) -> str:
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:2])
    return "".join(MARKS[number >> shift & 1] for shift in range(MARK_SIGNS))
