"""kf/sync_msg, page by page. How far was read is stored with what was read, so nothing is lost or read twice."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from bot.adapters.base import Accept
from bot.adapters.wecom.api import Garbled, Good, Lost, Refused
from bot.adapters.wecom.errcodes import SETUP
from bot.adapters.wecom.tokens import Tokens
from bot.adapters.wecom_kf.parse import PLATFORM, wanted
from bot.adapters.wecom_kf.refused_later import note
from bot.adapters.wecom_kf.wire import Row
from storage.engine.base import Engine
from storage.model.channels import Cursor
from storage.model.messages import Envelope
from storage.unit import Unit

SYNC = "/cgi-bin/kf/sync_msg"
PAGE = 50
"""Rows. Even the longest texts then fit into one answer we read; else we ask for fewer."""

TOKEN_LIFE = timedelta(minutes=9)
"""A notice's token is good for ten minutes; without one the platform lets us ask only now and then."""

SPOILED_TRIES = 3
STEPPED_OVER = "wecom_kf.row_stepped_over"
_NEXT = re.compile(rb'"next_cursor"\s{0,9}:\s{0,9}"([\x21\x23-\x5b\x5d-\x7e]{1,1024})"')
_FINE = re.compile(rb'"errcode"\s{0,9}:\s{0,9}0\s{0,9}[,}]')

log = structlog.get_logger()


class Puller:
    """`open_kfid` is the bot; `told` hears that something cannot be read. One call of `pull` at a time in a process;
    should another one fetch as well, nothing is lost, and how far was read never steps back."""

    def __init__(self, tokens: Tokens, engine: Engine, open_kfid: str, told: Callable[[], Awaitable[None]]) -> None:
        self._tokens = tokens
        self._engine = engine
        self._kfid = open_kfid
        self._told = told
        self._notice = ""
        self._noticed_at: datetime | None = None
        self._spoiled = ("", 0)  # where a row cannot be read, and how often it was asked for

    def noticed(self, token: str, at: datetime) -> None:
        """The platform said that there is something to fetch."""
        self._notice, self._noticed_at = token, at

    async def pull(self, accept: Accept, now: datetime) -> Refused | Lost | None:
        """Fetch until there is no more; what stopped it, if it could not. Raises StoreDownError."""
        limit = PAGE
        while True:
            cursor = await self._cursor()
            reply = await self._page(cursor, limit, now)
            if isinstance(reply, Garbled) and (beyond := cursor_in(reply.body)) not in ("", cursor):
                if limit > 1:
                    limit //= 2
                elif not self._spoiled_again(cursor):
                    return reply
                else:
                    await self._step_over(reply.body, self._place(cursor, beyond), accept)
                continue
            if not isinstance(reply, Good):
                return reply
            limit = min(PAGE, 2 * limit)
            following = reply.data.get("next_cursor")
            rows = reply.data.get("msg_list")
            moved = isinstance(following, str) and following not in ("", cursor)
            found = rows if isinstance(rows, list) else []
            envelopes = list(envelopes_of(found, self._kfid))
            await note(self._engine, found, self._kfid, now)
            await accept(envelopes, cursor=self._place(cursor, str(following)) if moved else None)
            if not moved or not reply.data.get("has_more"):
                return None

    def _spoiled_again(self, cursor: str) -> bool:
        """Has the one row there been so often unreadable that it is not the way it came?"""
        self._spoiled = (cursor, self._spoiled[1] + 1 if self._spoiled[0] == cursor else 1)
        return self._spoiled[1] >= SPOILED_TRIES

    def _place(self, before: str, beyond: str) -> Cursor:
        return Cursor(platform=PLATFORM, bot=self._kfid, name="sync", value=beyond, before=before)

    async def _step_over(self, body: bytes, place: Cursor, accept: Accept) -> None:
        """One row that cannot be read is parked, so that those behind it are heard."""
        await accept([_unreadable(body, self._kfid)], cursor=place)
        log.error(STEPPED_OVER, bytes=len(body))
        await self._told()

    async def _page(self, cursor: str, limit: int, now: datetime) -> Good | Refused | Lost:
        fresh = self._noticed_at is not None and now - self._noticed_at < TOKEN_LIFE
        asked: dict[str, Any] = {"limit": limit, "voice_format": 0, "open_kfid": self._kfid}
        if cursor:
            asked["cursor"] = cursor
        if not fresh or not self._notice:
            return await self._tokens.post(SYNC, asked)
        notice = self._notice
        reply = await self._tokens.post(SYNC, asked | {"token": notice})
        if isinstance(reply, Refused) and reply.code > 0 and reply.code not in SETUP:
            if self._notice == notice:  # and no newer one came meanwhile
                self._notice = ""  # it may be the notice's token that is too old
            return await self._tokens.post(SYNC, asked)
        return reply

    async def _cursor(self) -> str:
        async with self._engine.read() as tx:
            return await Unit(tx).channels.cursor(PLATFORM, self._kfid, "sync")


def cursor_in(body: bytes) -> str:
    """Pure. Where an answer that cannot be read says its page ends; "" if it is none of the platform's. Within words
    of people these names stand with their quotation marks escaped."""
    found = _NEXT.search(body)
    return found[1].decode("ascii") if found is not None and _FINE.search(body) is not None else ""


def envelopes_of(rows: Iterable[Any], bot: str) -> Iterable[Envelope]:
    """Pure. What is addressed to us, in the order it was said; what cannot be read is parked."""
    good: list[tuple[int, Envelope]] = []
    for raw in rows:
        body = msgspec.json.encode(raw)
        try:
            row = msgspec.convert(raw, Row)
        except (ValueError, RecursionError):
            yield _unreadable(body, bot)
            continue
        if wanted(row):
            person, event_id = (text.replace("\x00", "\ufffd") for text in (row.person, row.msgid))
            found = Envelope(platform=PLATFORM, bot=bot, event_id=event_id, chat_key=f"{PLATFORM}:{person}", body=body)
            good.append((row.send_time, found))
    yield from (envelope for _, envelope in sorted(good, key=lambda pair: pair[0]))


def _unreadable(body: bytes, bot: str) -> Envelope:
    return Envelope(
        platform=PLATFORM,
        bot=bot,
        event_id=f"sha256:{hashlib.sha256(body).hexdigest()}",
        chat_key=f"{PLATFORM}:?",
        body=body[:16_384],
        unreadable="not a row of sync_msg",
    )
