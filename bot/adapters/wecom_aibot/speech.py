"""What is to be said, by the first way that is open: the answer to a message, its response_url, a push, the webhook.

Which way a message went stands in its reference in the outbox ("stream", "url", "push", "webhook", "greeting",
"answer"; a card's reference is its task id). A way is used up before it is gone, so a text never goes it twice.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import structlog

from bot.adapters.base import CannotEdit, Later, Never, SendResult, Sent
from bot.adapters.wecom.api import Call, Good, Lost, Qyapi, Refused
from bot.adapters.wecom.errcodes import WEBHOOK_GONE, hint, judge
from bot.adapters.wecom.pace import Pace
from bot.adapters.wecom.uploads import HandedIn, Uploads, with_file
from bot.adapters.wecom_aibot import render
from bot.adapters.wecom_aibot.connection import Connection
from bot.adapters.wecom_aibot.events import is_group
from bot.adapters.wecom_aibot.live import Live
from bot.adapters.wecom_aibot.ways import Ways
from bot.clock import Clock
from bot.hearing import Recent
from storage.engine.base import StoreDownError
from storage.model.channels import ReplyRoute
from storage.model.messages import Lane, Outgoing, OutKind

STREAM_OVER = 846608
"""That stream was finished before (D 101463)."""

RESPONSE_PATH = "/cgi-bin/aibot/response"
WEBHOOK_PATH = "/cgi-bin/webhook/send"
CONNECT_SOON = 2.0
AGAIN = 1.0
RESTING = 3.0
REMEMBERED = 2000
NO_WAY = "no way into this chat is open"
SAID = "wecom_aibot.said"
RUNG_FAILED = "wecom_aibot.rung_failed"
KEY_GONE = "wecom_aibot.webhook_key_gone"

log = structlog.get_logger()
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message people will see. A card falls back to its words where no card can go. `whole`: it has them all."""

    key: str
    text: str
    card: Json | None = None
    whole: bool = True
    file: HandedIn | None = None


class Speech:
    """`connection`, `uploads`: None by callback. `webhooks`: chat id → key of the 消息推送 of that group;
    `hooks`: how fast any of them takes words."""

    def __init__(
        self,
        *,
        connection: Connection | None,
        live: Live,
        ways: Ways,
        api: Qyapi,
        clock: Clock,
        webhooks: Mapping[str, str],
        hooks: Pace,
        uploads: Uploads | None,
    ) -> None:
        self._connection = connection
        self._uploads = uploads
        self._live = live
        self._ways = ways
        self._api = api
        self._clock = clock
        self._webhooks = dict(webhooks)  # those whose key is gone are forgotten until the next start
        self._hooks = hooks
        self._said = Recent(REMEMBERED)  # first halves of what is under way
        self._closed = Recent(REMEMBERED)  # whose answer was refused: to be said another way
        self._tried: dict[str, ReplyRoute] = {}  # message key → the answer that was tried and may have arrived

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        """base.Platform.send."""
        if out.kind is OutKind.ANSWER:
            return Never(why="a press cannot be answered in private")
        if (wait := await self._wait()) is not None:
            return await self._meanwhile(out) or wait
        try:
            return await self._change(out, target_ref) if out.kind is OutKind.EDIT else await self._say(out)
        except StoreDownError:
            return Later(why="store down", after=AGAIN)

    def messages(self, out: Outgoing) -> int:
        """Pure. How many people will see of it."""
        if out.content.attachment is not None and self._uploads is not None:
            return 2 if out.content.text.strip() else 1
        return max(1, len(self._parts(out, None)))

    async def _wait(self) -> Later | None:
        """Only who is connected can say anything, and nobody else may use up the ways to say it.

        The whole chat waits, so that its messages keep their order.
        """
        if self._connection is None or self._connection.up.is_set():
            return None
        if not self._connection.ours:
            return Later(why="another process is connected", after=AGAIN, chat_wide=True)
        if self._connection.resting:
            return Later(why="not connected for now", after=RESTING, chat_wide=True)
        try:
            await asyncio.wait_for(self._connection.up.wait(), CONNECT_SOON)
        except TimeoutError:
            return Later(why="not connected", after=AGAIN, chat_wide=True)
        return None

    async def _meanwhile(self, out: Outgoing) -> SendResult | None:
        """Deaf and dumb for minutes: a group with a webhook is told all the same, unless it may have been already."""
        resting = self._connection is not None and self._connection.ours and self._connection.resting
        if not resting or out.kind is OutKind.EDIT or not out.content.text.strip():
            return None
        if out.key in self._tried or f"{out.key}#words" in self._said or f"{out.key}#words" in self._tried:
            return None
        result = await self._webhook(out, Part(key=out.key, text=out.content.text))
        return None if isinstance(result, Never) else result

    # -- changing the card that was just pressed

    async def _change(self, out: Outgoing, task: str) -> SendResult:
        press = self._live.take_press(task, self._clock.now())
        if press is None:
            return CannotEdit(why="nobody has just pressed it")
        body = render.update(render.changed_card(out, task))
        if press.answer is not None:
            press.answer.set_result(body)
            return Sent()
        if self._connection is None:
            return CannotEdit(why="no connection")
        reply = await self._connection.ask("aibot_respond_update_msg", body, press.req_id)
        if isinstance(reply, Good):
            return Sent()
        log.warning(RUNG_FAILED, message=render.stream_of(out.key), rung="update", why=_why(reply))
        return CannotEdit(why=_why(reply))  # whether it was changed or not, the short line is true

    # -- a new message

    async def _say(self, out: Outgoing) -> SendResult:
        file = None
        if self._uploads is not None:
            handed = await with_file(out, self._uploads)
            if isinstance(handed, Later):
                return handed
            out, file = handed
        parts = self._parts(out, file)
        result: SendResult = Never(why="nothing to say")
        for part in parts:
            if part.key in self._said:
                continue
            result = await self._part(out, part)
            if not isinstance(result, Sent):
                return result
            if part is not parts[-1]:
                self._said.add(part.key)
        return result

    def _parts(self, out: Outgoing, file: HandedIn | None) -> list[Part]:
        text = out.content.text
        if file is not None:
            words = [Part(key=f"{out.key}#words", text=text)] if text.strip() else []
            return [*words, Part(key=out.key, text="", file=file)]
        card = render.card_of(out)
        if card is None:
            return [Part(key=out.key, text=text)] if text.strip() else []
        last = Part(key=out.key, text=text, card=card.card, whole=card.whole)
        one = card.whole or self._connection is None  # by callback there is one way for both
        return [last] if one else [Part(key=f"{out.key}#words", text=text), last]

    async def _part(self, out: Outgoing, part: Part) -> SendResult:
        """Down the ladder. A refused rung is logged, the next one tried; an uncertain one ends it. A file is pushed."""
        if part.file is not None:
            return await self._push(out, part)
        result = await self._answer(out, part)
        if result is None and self._connection is not None:
            result = await self._push(out, part)
        if result is None or isinstance(result, Never):
            result = await self._webhook(out, part) or result or Never(why=NO_WAY)
        return result

    async def _answer(self, out: Outgoing, part: Part) -> SendResult | None:
        """As an answer to what somebody wrote; None if there is nothing (more) to answer."""
        now = self._clock.now()
        where = out.to.chat_id
        asked = self._live.take_asked(where, out.content.reply_to)
        if asked is not None:
            asked.set_result(render.answer(part.text, part.key, part.card, whole=part.whole))
            return self._sent("answer", part, carded=True)
        if self._connection is not None:
            entered = self._live.take_entered(where, now)
            if entered is not None and part.card is None:
                body = render.plain(part.text)
                reply = await self._connection.ask("aibot_respond_welcome_msg", body, entered.req_id)
                return self._outcome("greeting", part, reply)
            return None if part.card else await self._stream(out, part, now)
        return await self._by_url(out, part, now)

    async def _stream(self, out: Outgoing, part: Part, now: datetime) -> SendResult | None:
        """One finished frame. Tried again with the same id: it is then replaced, or it is over and was said."""
        if self._connection is None or part.key in self._closed:
            return None
        tried = self._tried.pop(part.key, None)
        way = tried or await self._way(out, now, render.stream_of(part.key))
        if way is None or not way.req_id:
            return None
        before = tried is not None or way.used_at is not None
        reply = await self._connection.ask("aibot_respond_msg", render.stream(part.text, part.key), way.req_id)
        if before and isinstance(reply, Refused) and reply.code == STREAM_OVER:
            return self._sent("stream", part)
        if isinstance(reply, Lost) or (isinstance(reply, Refused) and isinstance(judge(reply), Later)):
            if len(self._tried) > REMEMBERED:
                self._tried.clear()
            self._tried[part.key] = way
        result = self._outcome("stream", part, reply)
        if result is None:
            self._closed.add(part.key)
        return result

    async def _way(self, out: Outgoing, now: datetime, stream_id: str = "") -> ReplyRoute | None:
        """In a group an answer is one to a certain message; in private it may be to the newest."""
        message = out.content.reply_to
        if message or not is_group(out.to.chat_id):
            return await self._ways.take(out.to.chat_id, message, now, stream_id)
        if self._connection is None and out.lane <= Lane.RESIDENT and out.to.chat_id not in self._webhooks:
            return await self._ways.take(out.to.chat_id, "", now)
        return None

    async def _by_url(self, out: Outgoing, part: Part, now: datetime) -> SendResult | None:
        way = await self._way(out, now)
        code = dict(parse_qsl(urlsplit(way.response_url).query)).get("response_code", "") if way else ""
        if not code:
            return None
        card = part.card if part.whole and not is_group(out.to.chat_id) else None
        body = render.card_message(card) if card else render.words(part.text)
        reply = await self._api.post(RESPONSE_PATH, {"response_code": code}, body)
        return self._outcome("url", part, reply, carded=card is not None)

    async def _push(self, out: Outgoing, part: Part) -> SendResult:
        assert self._connection is not None
        body = render.card_message(part.card) if part.card else render.words(part.text)
        body = part.file.body() if part.file is not None else body
        reply = await self._connection.ask("aibot_send_msg", render.pushed(out.to.chat_id, body))
        if isinstance(reply, Good):
            return self._sent("push", part, carded=True)
        if _arrived_before(part, reply):
            return self._sent("push", part, carded=True)
        log.warning(RUNG_FAILED, message=render.stream_of(out.key), rung="push", why=_why(reply))
        return judge(reply)

    async def _webhook(self, out: Outgoing, part: Part) -> SendResult | None:
        key = self._webhooks.get(out.to.chat_id)
        if not key:
            return None
        names = {f"{part.key}#hook{n}": body for n, body in enumerate(render.pieces(part.text, render.WEBHOOK_BYTES))}
        left = {name: body for name, body in names.items() if name not in self._said}
        wait = self._hooks.spend(key, self._clock.now(), len(left))
        if wait:
            return Later(why="this group's webhook has had enough for a minute", after=wait, chat_wide=True)
        for name, body in left.items():
            reply = await self._api.post(WEBHOOK_PATH, {"key": key}, body)
            if not isinstance(reply, Good):
                return self._hook_refused(out, reply)
            self._said.add(name)
        return self._sent("webhook", part)

    def _hook_refused(self, out: Outgoing, reply: Refused | Lost) -> SendResult:
        log.warning(RUNG_FAILED, message=render.stream_of(out.key), rung="webhook", why=_why(reply))
        if isinstance(reply, Refused) and reply.code == WEBHOOK_GONE:
            self._webhooks.pop(out.to.chat_id, None)
            log.error(KEY_GONE, chat=out.to.chat_id, hint=hint(reply.code))
        result = judge(reply)
        return Never(why=result.why) if isinstance(result, Never) else result  # a dead key does not close the chat

    # -- what became of it

    def _outcome(self, rung: str, part: Part, reply: Call, *, carded: bool = False) -> SendResult | None:
        """None: this way is closed, another may be open."""
        if isinstance(reply, Good) or (carded and _arrived_before(part, reply)):
            return self._sent(rung, part, carded=carded)
        log.warning(RUNG_FAILED, message=render.stream_of(part.key), rung=rung, why=_why(reply))
        result = judge(reply)
        return None if isinstance(result, Never) else result

    def _sent(self, rung: str, part: Part, *, carded: bool = False) -> Sent:
        log.info(SAID, message=render.stream_of(part.key), rung=rung)
        if carded and part.card is not None:
            return Sent(message_ref=str(part.card["task_id"]))
        return Sent(message_ref=render.reference(rung, part.key))


def _arrived_before(part: Part, reply: Call) -> bool:
    """No other card ever has this card's id: if that is what is wrong with it, it is there already."""
    return part.card is not None and isinstance(reply, Refused) and "task_id" in reply.why


def _why(reply: Call) -> str:
    return "" if isinstance(reply, Good) else reply.why
