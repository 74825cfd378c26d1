"""Text and buttons → a template card (D 101032). Pure. What does not fit is cut by signs, with "…"."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from storage.model.messages import Button, Content

ELLIPSIS = "…"
BUTTONS = 6
LABEL = 10
FIELDS = 6
FIELD_NAME = 5
FIELD_VALUE = 26
SOURCE = 13
NOOP = "noop"
RULE = "—"
"""A line of nothing else parts a text; a card has parts of its own."""

PRIMARY, PLAIN, DONE = 1, 2, 4

_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
_FIELD = re.compile(rf"([^：:\s]{{1,{FIELD_NAME}}})[：:]\s{{0,3}}(\S.{{0,{FIELD_VALUE - 1}}})")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many signs each part of a card may have."""

    title: int = 26
    desc: int = 30
    sub_title: int = 112


AIBOT = Sizes()
APP = Sizes(title=36, desc=44, sub_title=160)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`whole`: every word of the content is on it. If not, its text must go before it as a message of its own."""

    card: Json
    whole: bool


def task_id(ticket: int | None, seq: str, chat: str) -> str:
    """`<ticket>@<seq>@<chat>`, each but the first hashed. `seq` must never come twice in one chat (an outbox key)."""
    return f"T{ticket or 0}@{_hash(seq)}@{_hash(chat)}"


def is_task_id(text: str) -> bool:
    return _TASK_ID.fullmatch(text) is not None


def buttons_card(content: Content, task: str, *, sizes: Sizes = AIBOT, source: str = "") -> Card:
    """The first line becomes the title, the second the line below it; “名：值” lines become fields while there is
    room, everything else the body, and so do the first two where they are too long for their places. At most six
    buttons: those beyond are left to numbered choices."""
    card, whole = _face(content.text, sizes, source)
    buttons = [button for row in content.buttons for button in row][:BUTTONS]
    card |= {
        "card_type": "button_interaction",
        "button_list": [_button(button, PRIMARY if not index else PLAIN) for index, button in enumerate(buttons)],
        "task_id": task,
    }
    return Card(card=card, whole=whole)


def done_card(content: Content, label: str, task: str, *, sizes: Sizes = AIBOT, source: str = "") -> Card:
    """What replaces a card that has nothing left to press: one grey button that says how it stands."""
    card, whole = _face(content.text, sizes, source)
    grey = {"text": clip(label, LABEL), "style": DONE, "key": f"{NOOP}:{task}"}
    return Card(card=card | {"card_type": "button_interaction", "button_list": [grey], "task_id": task}, whole=whole)


def is_noop(key: str) -> bool:
    """A press of a grey button: nothing is meant by it."""
    return key == NOOP or key.startswith(NOOP + ":")


def clip(text: str, limit: int) -> str:
    """`text` in at most `limit` signs as the platform counts them (code points), never ending inside a pair of them."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip("\u200d\ufe0f ") + ELLIPSIS


def _face(text: str, sizes: Sizes, source: str) -> tuple[Json, bool]:
    lines = [line.strip() for line in text.splitlines()]
    title, desc, *rest = [line for line in lines if line.strip(RULE)] + ["", ""]
    fields: list[Json] = []
    body: list[str] = []
    for line in rest:
        found = _FIELD.fullmatch(line)
        if found is not None and len(fields) < FIELDS:
            fields.append({"keyname": found[1], "value": found[2]})
        elif line:
            body.append(line)
    if len(desc) > sizes.desc:
        body, desc = [desc, *body], ""
    if len(title) > sizes.title:
        body = [title, desc, *body] if desc else [title, *body]
        desc = ""
    words = "\n".join(body)
    whole = len(words) <= sizes.sub_title
    # What stands in the body word for word needs no beginning of it as a title.
    fits = len(title) <= sizes.title
    card: Json = {"main_title": {"title": clip(title, sizes.title)}} if fits or not whole else {}
    if desc:
        card["main_title"]["desc"] = desc
    if words:
        card["sub_title_text"] = clip(words, sizes.sub_title)
    if fields:
        card["horizontal_content_list"] = fields
    if source:
        card["source"] = {"desc": clip(source, SOURCE), "desc_color": 0}
    return card, whole


def _button(button: Button, style: int) -> Json:
    return {"text": clip(button.label, LABEL), "style": style, "key": button.action}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
