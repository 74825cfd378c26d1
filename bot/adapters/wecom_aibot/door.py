"""The callback's door (D 101039): stored first, then answered within the request if the answer is ready in time."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec

from bot.adapters.wecom.cards import is_noop
from bot.adapters.wecom.channel import Query, Reply
from bot.adapters.wecom.guard import Guard, TurnedAwayError, encrypted_json
from bot.adapters.wecom_aibot import render
from bot.adapters.wecom_aibot.intake import Intake, Taken, concerns_us, event_id, read
from bot.adapters.wecom_aibot.live import Answer, Json, Live, Press
from bot.adapters.wecom_aibot.wire import Body
from bot.clock import Clock
from storage.model.messages import Outgoing

ANSWER_SECONDS = 0.8
PRESS_SECONDS = 2.0
FETCH_SECONDS = 2.5
REMEMBERED = 2000


class Door:
    """`store` keeps what was taken (StoreDownError if not); `now_true`: how a pressed card should look by now."""

    def __init__(
        self,
        callback_path: str,
        guard: Guard,
        intake: Intake,
        live: Live,
        clock: Clock,
        store: Callable[[list[Taken]], Awaitable[None]],
        now_true: Callable[[Press], Awaitable[Outgoing | None]],
    ) -> None:
        self.callback_path = callback_path
        self._guard = guard
        self._intake = intake
        self._live = live
        self._clock = clock
        self._store = store
        self._now_true = now_true
        self._answered: OrderedDict[str, Json | None] = OrderedDict()  # by event; None while it is under way

    def hello(self, query: Query) -> bytes:
        return self._guard.hello(query, self._clock.now())

    async def deliver(self, query: Query, body: bytes) -> Reply:
        """A repetition of what was answered gets the same answer; of what is under way, an empty one."""
        now = self._clock.now()
        opened = self._guard.open(query, encrypted_json(body), now)
        if opened.answered is not None:
            return _reply(opened.answered)
        try:
            callback = read(opened.plain)
        except (ValueError, RecursionError):
            raise TurnedAwayError(400) from None
        answer = await self._once(callback)
        sealed = b""
        if answer:
            plain = msgspec.json.encode(answer).decode()
            sealed = self._guard.crypt.seal(plain, opened.nonce, str(int(now.timestamp()))).json()
        self._guard.accepted(opened, sealed, now)
        return _reply(sealed)

    async def _once(self, body: Body) -> Json | None:
        if not concerns_us(body):
            return None
        key = event_id(body)
        if key in self._answered:
            return self._answered[key]
        self._answered[key] = None
        try:
            answer = await self._handle(body)
        except BaseException:
            self._answered.pop(key, None)
            raise
        self._answered[key] = answer
        while len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)
        return answer

    async def _handle(self, body: Body) -> Json | None:
        if body.press is not None:
            return await self._press(body, body.press.task_id) if not is_noop(body.press.event_key) else None
        taken = await self._intake.take(body, self._clock.now(), seconds=FETCH_SECONDS)
        answer: Answer = asyncio.get_running_loop().create_future()
        self._live.asked[taken.chat_id, event_id(body) if body.msgtype == "event" else body.msgid] = answer
        said = await self._waited(taken, answer, ANSWER_SECONDS)
        for place in [place for place, waiting in self._live.asked.items() if waiting is answer]:
            del self._live.asked[place]
        if said is not None and body.eventtype == "enter_chat":
            return _greeting(said)
        return said

    async def _press(self, body: Body, task: str) -> Json | None:
        now = self._clock.now()
        taken = await self._intake.take(body, now)
        answer: Answer = asyncio.get_running_loop().create_future()
        press = Press(task=task, chat_id=taken.chat_id, at=now, answer=answer)
        self._live.pressed(press)
        said = await self._waited(taken, answer, PRESS_SECONDS)
        if said is not None:
            return said
        if press in self._live.presses:
            self._live.presses.remove(press)
        out = await self._now_true(press)
        return render.update(render.changed_card(out, task)) if out is not None else None

    async def _waited(self, taken: Taken, answer: Answer, seconds: float) -> Json | None:
        """The answer, if it comes in time. Afterwards nobody can give it any more. Raises StoreDownError."""
        try:
            await self._store([taken])
            await asyncio.wait({answer}, timeout=seconds)
            return answer.result() if answer.done() else None
        finally:
            answer.cancel()


def _greeting(answer: Json) -> Json | None:
    """Who opens the chat is greeted by plain words (D 101027)."""
    content = answer.get("stream", {}).get("content", "")
    return render.plain(content) if content else None


def _reply(sealed: bytes) -> Reply:
    return Reply(body=sealed, media_type="application/json" if sealed else "text/plain")
