"""消息推送 (once 群机器人; D 91770): a key per group, 20 a minute, and HTTP 200 even when it fails."""

from collections.abc import Mapping

from tests.fake_wecom.cards import NOTICES, check_card, words
from tests.fake_wecom.crypt import Json
from tests.fake_wecom.qyapi import check_picture, one_of
from tests.fake_wecom.state import BAD_PARAM, Refusal, Shown, State, Window, charge, need_text

GONE = 93000


class Webhook:
    """`groups`: key → the group it posts into. Deleting a key is what happens when it is removed from the group."""

    def __init__(self, state: State, per_minute: int = 20) -> None:
        self.state = state
        self.groups: dict[str, str] = {}
        self._window = Window(per_minute, 60)

    def send(self, query: Mapping[str, str], body: Json) -> Json:
        key = query.get("key", "")
        if key not in self.groups:
            raise Refusal(GONE, "invalid webhook url")
        text, card = self._read(body)
        charge((self._window,), key, self.state.clock())
        chat = self.groups[key]
        self.state.show(
            Shown("wecom_webhook", chat, str(body["msgtype"]), text, self.state.clock(), card=card, body=body)
        )
        return {}

    def _read(self, body: Json) -> tuple[str, Json | None]:
        kind = one_of(body, "text", "markdown", "markdown_v2", "image", "news", "file", "voice", "template_card")
        part = body.get(kind)
        if not isinstance(part, dict):
            raise Refusal(BAD_PARAM, f"{kind} is missing")
        if kind == "template_card":
            card = check_card(part, kinds=NOTICES)
            return words(card), card
        if kind == "image":
            check_picture(part)
            return "", None
        if kind == "news":
            articles = part.get("articles") or []
            if not 1 <= len(articles) <= 8 or not all(a.get("title") and a.get("url") for a in articles):
                raise Refusal(BAD_PARAM, "articles")
            return "\n".join(article["title"] for article in articles), None
        if kind in ("file", "voice"):
            return need_text(part.get("media_id"), 1024, "media_id"), None
        return need_text(part.get("content"), 2048 if kind == "text" else 4096), None
