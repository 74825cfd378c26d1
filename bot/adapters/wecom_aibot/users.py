"""Sealed user ids → real ones (D 101521): the bot sees sealed ones unless a super-admin made it."""

import asyncio

import structlog

from bot.adapters.wecom.api import Call, Good, Lost
from bot.adapters.wecom.tokens import Tokens
from bot.adapters.wecom_aibot.wire import From

NOT_OPENED = "wecom_aibot.user_not_opened"
PATH = "/cgi-bin/batch/openuserid_to_userid"
REMEMBERED = 10_000

log = structlog.get_logger()


class Users:
    """`tokens`: an application's; None where user ids come plain."""

    def __init__(self, tokens: Tokens | None) -> None:
        self._tokens = tokens
        self._opened: dict[str, str] = {}

    def known(self, who: From | None) -> bool:
        return self._tokens is None or who is None or who.userid in self._opened

    async def plain(self, who: From | None, seconds: float) -> str:
        """The real id; the sealed one where nobody opens it in time (it is then a stranger's). Raises nothing."""
        sealed = who.userid if who is not None else ""
        if self._tokens is None or not sealed:
            return sealed
        if sealed not in self._opened:
            reply = await self._asked(self._tokens, sealed, seconds)
            found = _user_of(reply.data, sealed) if isinstance(reply, Good) else ""
            if not found:
                log.warning(NOT_OPENED, why="" if isinstance(reply, Good) else reply.why)
                return sealed
            if len(self._opened) >= REMEMBERED:
                self._opened.clear()
            self._opened[sealed] = found
        return self._opened[sealed]

    @staticmethod
    async def _asked(tokens: Tokens, sealed: str, seconds: float) -> Call:
        try:
            async with asyncio.timeout(seconds):
                return await tokens.post(PATH, {"open_userid_list": [sealed]})
        except TimeoutError:
            return Lost("too slow", sent=False)


def _user_of(data: dict[str, object], sealed: str) -> str:
    rows = data.get("userid_list")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("open_userid") == sealed and isinstance(row.get("userid"), str):
            return str(row["userid"])[:200]
    return ""
