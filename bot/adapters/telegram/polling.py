"""Fetch, store, and only then confirm. An update is confirmed by asking for the one after it."""

import asyncio
from typing import NoReturn

import msgspec
import structlog

from bot.adapters.base import Accept
from bot.adapters.telegram.api import Api, Good, Lost, Refused, Reply
from bot.adapters.telegram.backoff import Backoff, Sleep
from bot.adapters.telegram.prefilter import Prefilter, update_id_of
from bot.errors import StoreDownError

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")
BATCH = 100
READ_MARGIN = 10.0
QUICK_SECONDS = 1.0
REFUSED_PAUSE = 300.0
CONFLICT_PAUSE = 10.0
SPOILED_TRIES = 3
STORE_PAUSE_CAP = 2.0
"""Seconds at most until the next try when our own database does not take what we have fetched."""

POLL_FAILED = "telegram.poll_failed"
POLL_CONFLICT = "telegram.poll_conflict"
POLL_GARBLED = "telegram.poll_garbled"
BOT_REFUSED = "telegram.bot_refused"
STORE_DOWN = "telegram.store_down"

REFUSED_HINT = "Telegram 不认这个机器人令牌：请核对 telegram.token（在 @BotFather 处查看），改好后重启。"
CONFLICT_HINT = "另一个程序正在用同一个机器人令牌收消息：请停掉它，或为本机换一个机器人。"

log = structlog.get_logger()
raw_list = msgspec.json.Decoder(list[msgspec.Raw])


class Poller:
    """The getUpdates loop of one bot. `poll_seconds`: how long Telegram holds an empty answer back."""

    def __init__(
        self,
        *,
        api: Api,
        prefilter: Prefilter,
        accept: Accept,
        poll_seconds: int,
        sleep: Sleep,
        backoff: Backoff,
    ) -> None:
        self._api = api
        self._prefilter = prefilter
        self._accept = accept
        self._seconds = poll_seconds
        self._sleep = sleep
        self._backoff = backoff
        self._store_backoff = backoff.capped(STORE_PAUSE_CAP)
        self._offset = 0
        self._limit = BATCH
        self._spoiled = 0  # answers to limit=1 that could not be decoded, in a row

    async def run(self) -> NoReturn:
        """Until cancelled. Every turn either waited at Telegram, moved on, or sleeps."""
        while True:
            await self.turn()

    async def turn(self) -> None:
        """One getUpdates and what follows from it."""
        clock = asyncio.get_running_loop().time
        asked_at = clock()
        params = {
            "offset": self._offset,
            "limit": self._limit,
            "timeout": self._seconds,
            "allowed_updates": ALLOWED_UPDATES,
        }
        reply = await self._api.call("getUpdates", params, read=self._seconds + READ_MARGIN)
        updates = _updates(reply)
        if updates is None:
            await self._trouble(reply)
        elif updates:
            await self._take(updates)
        else:
            self._fine()
            if clock() - asked_at < QUICK_SECONDS:  # a server that does not hold back must not be hammered
                await self._sleep(QUICK_SECONDS)

    async def _take(self, updates: list[bytes]) -> None:
        """Store what is addressed to us, then step past the whole batch. Not stored: the offset stays."""
        looked = [self._prefilter.look(update) for update in updates]
        ids = [known for known, _ in looked if known is not None]
        envelopes = [envelope for _, envelope in looked if envelope is not None]
        try:
            if envelopes:
                await self._accept(envelopes)
        except StoreDownError:
            log.warning(STORE_DOWN, updates=len(updates), offset=self._offset)
            await self._store_backoff.wait()
            return
        if not ids:  # stored as unreadable, but nothing says how to step past them
            log.error(POLL_GARBLED, updates=len(updates), offset=self._offset)
            await self._backoff.wait()
            return
        self._offset = max(ids) + 1
        self._fine()

    def _fine(self) -> None:
        self._backoff.reset()
        self._store_backoff.reset()
        self._limit = BATCH
        self._spoiled = 0

    async def _trouble(self, reply: Reply) -> None:
        if isinstance(reply, Refused):
            await self._refused(reply)
            return
        body = _garbled(reply)
        if body is None:
            log.warning(POLL_FAILED, why=_why(reply))
            await self._backoff.wait()
            return
        log.error(POLL_GARBLED, bytes=len(body), offset=self._offset, limit=self._limit)
        self._spoiled += self._limit == 1
        self._limit = 1  # find the one that spoils the batch
        if self._spoiled >= SPOILED_TRIES and (known := update_id_of(body)) is not None:
            await self._park(body, known)
        await self._backoff.wait()

    async def _park(self, body: bytes, update_id: int) -> None:
        """Asked for one update, got again and again what no decoder takes: store it and step past it."""
        try:
            await self._accept([self._prefilter.unreadable(body, "malformed getUpdates answer")])
        except StoreDownError:
            log.warning(STORE_DOWN, updates=1, offset=self._offset)
        else:
            self._offset = update_id + 1
            self._spoiled = 0

    async def _refused(self, reply: Refused) -> None:
        if reply.code in {401, 404}:
            log.error(BOT_REFUSED, why=reply.why, hint=REFUSED_HINT)
            await self._backoff.wait(REFUSED_PAUSE)
        elif reply.code == 409:
            log.error(POLL_CONFLICT, why=reply.why, hint=CONFLICT_HINT)
            await self._backoff.wait(CONFLICT_PAUSE)
            if "webhook" in reply.why.lower():
                await self._api.call("deleteWebhook", {})
        else:
            log.warning(POLL_FAILED, why=f"{reply.code} {reply.why}")
            await self._backoff.wait(reply.retry_after or 0.0)


def _updates(reply: Reply) -> list[bytes] | None:
    """The raw updates of a good answer; None if there is no such answer."""
    if not isinstance(reply, Good):
        return None
    try:
        return [bytes(raw) for raw in raw_list.decode(reply.result)]
    except (ValueError, RecursionError):
        return None


def _garbled(reply: Reply) -> bytes | None:
    """The body of an answer that arrived and cannot be decoded."""
    if isinstance(reply, Good):
        return bytes(reply.result)
    if isinstance(reply, Lost) and reply.body:
        return reply.body
    return None


def _why(reply: Reply) -> str:
    return "garbled answer" if isinstance(reply, Good) else reply.why
