"""Template cards (D 101032): every limit of the paper. What breaks one is refused, not cut."""

import re
from dataclasses import dataclass

from tests.fake_wecom.crypt import Json
from tests.fake_wecom.state import BAD_PARAM, NO_ACTION, Refusal, size

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
NOTICES = {"text_notice", "news_notice"}
PRESSED = {"button_interaction", "vote_interaction", "multiple_interaction"}


@dataclass(frozen=True, slots=True)
class Sizes:
    title: int = 26
    desc: int = 30
    sub_title: int = 112


AIBOT = Sizes()
APP = Sizes(title=36, desc=44, sub_title=160)


def check_card(card: object, sizes: Sizes = AIBOT, kinds: set[str] | None = None) -> Json:
    """The card, if the platform would take it. Raises Refusal."""
    if not isinstance(card, dict):
        raise _bad("template_card is missing")
    kind = card.get("card_type")
    if kind not in (kinds or NOTICES | PRESSED):
        raise _bad(f"card_type {kind}")
    main = card.get("main_title") or {}
    _sign(main.get("title"), sizes.title, "main_title.title")
    _sign(main.get("desc"), sizes.desc, "main_title.desc")
    _sign(card.get("sub_title_text"), sizes.sub_title, "sub_title_text")
    _sign((card.get("source") or {}).get("desc"), 13, "source.desc")
    if not (main.get("title") or card.get("sub_title_text")):
        raise _bad("main_title.title and sub_title_text are both empty")
    _fields(card)
    _menu(card)
    if kind in NOTICES:
        _action(card.get("card_action"))
    if kind in PRESSED:
        check_task_id(card.get("task_id"))
    if kind == "button_interaction":
        _buttons(card.get("button_list"))
        _selects([card["button_selection"]] if card.get("button_selection") else [])
    if kind == "multiple_interaction":
        _selects(card.get("select_list") or [], least=1)
    if kind == "vote_interaction":
        options = (card.get("checkbox") or {}).get("option_list") or []
        if not 1 <= len(options) <= 20:
            raise _bad("checkbox.option_list")
    return card


def check_task_id(task: object) -> str:
    if not isinstance(task, str) or not TASK_ID.fullmatch(task):
        raise _bad("task_id")
    return task


def _fields(card: Json) -> None:
    rows = card.get("horizontal_content_list") or []
    if len(rows) > 6:
        raise _bad("horizontal_content_list")
    for row in rows:
        if not row.get("keyname"):
            raise _bad("keyname")
        _sign(row["keyname"], 5, "keyname")
        _sign(row.get("value"), 26, "value")
    jumps = card.get("jump_list") or []
    if len(jumps) > 3:
        raise _bad("jump_list")
    for jump in jumps:
        _sign(jump.get("title"), 13, "jump_list.title")


def _menu(card: Json) -> None:
    menu = card.get("action_menu")
    if menu is None:
        return
    if not 1 <= len(menu.get("action_list") or []) <= 3:
        raise _bad("action_menu.action_list")
    check_task_id(card.get("task_id"))


def _action(action: object) -> None:
    named = isinstance(action, dict) and {1: action.get("url"), 2: action.get("appid")}.get(action.get("type", 0))
    if not named:
        raise Refusal(NO_ACTION, "missing card_action")


def _buttons(buttons: object) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 6:
        raise _bad("button_list")
    keys = [button.get("key") for button in buttons]
    for button in buttons:
        if not button.get("text"):
            raise _bad("button text")
        _sign(button["text"], 10, "button text")
        if button.get("type", 0) == 0 and not (button.get("key") and size(button["key"]) <= 1024):
            raise _bad("button key")
        if button.get("style", 1) not in (1, 2, 3, 4):
            raise _bad("button style")
    if len(set(keys)) != len(keys):
        raise _bad("button key is not unique")


def _selects(selects: list[Json], least: int = 0) -> None:
    if not least <= len(selects) <= 3:
        raise _bad("select_list")
    for select in selects:
        if not 1 <= len(select.get("option_list") or []) <= 10:
            raise _bad("option_list")


def _sign(text: object, limit: int, name: str) -> None:
    if text is not None and (not isinstance(text, str) or len(text) > limit):
        raise _bad(f"{name} is longer than {limit}")


def _bad(why: str) -> Refusal:
    return Refusal(BAD_PARAM, f"invalid template_card: {why}")


def words(card: Json) -> str:
    """All words on a card, one line each."""
    main = card.get("main_title") or {}
    lines = [main.get("title", ""), main.get("desc", ""), card.get("sub_title_text", "")]
    lines += [f"{row['keyname']}：{row.get('value', '')}" for row in card.get("horizontal_content_list") or []]
    return "\n".join(line for line in lines if line)
