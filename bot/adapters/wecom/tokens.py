"""access_token of one application: fetched by one caller for all, renewed in time, and not begged for when refused."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.adapters.wecom.api import Call, Good, Json, Lost, Qyapi, Refused
from bot.adapters.wecom.errcodes import BUSY, NOT_LET_IN, TOKEN_SPENT

SHARE_OF_LIFE = 0.8
LIFE_SECONDS = 7200.0
REFUSED_PAUSE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=15)
"""Between two askings for a token while nobody answers, or only that he is busy."""

Answer = TypeVar("Answer")
Told = Callable[[Refused], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """How one application asks for its token. Never shown: it holds the secret."""

    path: str
    params: Mapping[str, str]
    body: Json | None = None  # asked by POST where there is one

    @staticmethod
    def corp(corp_id: str, secret: str) -> "Credential":
        """An application of 企业微信, 微信客服 among them (D 91039)."""
        return Credential(path="/cgi-bin/gettoken", params={"corpid": corp_id, "corpsecret": secret})

    @staticmethod
    def official(app_id: str, secret: str) -> "Credential":
        """A 公众号: the stable token, which another process asking for it does not make invalid."""
        body = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": False}
        return Credential(path="/cgi-bin/stable_token", params={}, body=body)

    def __repr__(self) -> str:
        return f"Credential({self.path}, …)"


class Tokens:
    """Calls in the name of one application. `now` is the program's clock. `told` hears of every refusal that only a
    person can mend: the secret, or where this machine may call from."""

    def __init__(
        self, api: Qyapi, credential: Credential, now: Callable[[], datetime], told: Told | None = None
    ) -> None:
        self._api = api
        self._credential = credential
        self._now = now
        self._token = ""
        self._renew_at: datetime | None = None
        self._told = told
        self._trouble: Refused | Lost | None = None
        self._again_at: datetime | None = None
        self._next_pause = FIRST_PAUSE
        self._turn = asyncio.Lock()

    async def get(self, spent: str = "") -> str | Refused | Lost:
        """The token. `spent`: one that was just refused; if it is still ours, a new one is fetched, once for all.

        After a refusal no call is made for five minutes, after no answer for some seconds: everybody gets the same
        bad news, those who waited for this fetch too.
        """
        async with self._turn:
            now = self._now()
            if self._trouble is not None and self._again_at is not None and now < self._again_at:
                return self._trouble
            if self._token and self._token != spent and self._renew_at is not None and now < self._renew_at:
                return self._token
            return await self._fetch(now)

    async def post(self, path: str, body: Json, params: Mapping[str, str] | None = None) -> Call:
        """POST with the token; once more with a new one if it was refused for the token's sake."""
        return await self._with_token(lambda token: self._api.post(path, _with(token, params), body))

    async def read(self, path: str, params: Mapping[str, str] | None = None) -> Call:
        """GET with the token, as `post`."""
        return await self._with_token(lambda token: self._api.get(path, _with(token, params)))

    async def upload(self, path: str, name: str, data: bytes, params: Mapping[str, str] | None = None) -> Call:
        """A file with the token, as `post`."""
        return await self._with_token(lambda token: self._api.upload(path, _with(token, params), name, data))

    async def download(self, path: str, params: Mapping[str, str], most: int) -> bytes | Refused | Lost:
        """A file with the token, as `read`."""
        return await self._with_token(lambda token: self._api.download(path, _with(token, params), most))

    async def _with_token(self, call: Callable[[str], Awaitable[Answer]]) -> Answer | Refused | Lost:
        token = await self.get()
        if not isinstance(token, str):
            return _not_sent(token)
        reply = await call(token)
        if isinstance(reply, Refused) and reply.code in NOT_LET_IN:
            await self._pause(reply, REFUSED_PAUSE)
        if not (isinstance(reply, Refused) and reply.code in TOKEN_SPENT):
            return reply
        fresh = await self.get(spent=token)
        if not isinstance(fresh, str):
            return _not_sent(fresh)
        reply = await call(fresh)
        if isinstance(reply, Refused) and reply.code in TOKEN_SPENT:
            self._token = ""
            await self._pause(reply, REFUSED_PAUSE)
        return reply

    async def _fetch(self, now: datetime) -> str | Refused | Lost:
        ask = self._credential
        if ask.body is None:
            reply = await self._api.get(ask.path, ask.params)
        else:
            reply = await self._api.post(ask.path, ask.params, ask.body)
        if isinstance(reply, Refused) and reply.code != BUSY:
            self._token = ""
            await self._pause(reply, REFUSED_PAUSE)
            return reply
        if not isinstance(reply, Good):
            return await self._soon(reply)
        token, life = reply.data.get("access_token"), reply.data.get("expires_in", LIFE_SECONDS)
        if not isinstance(token, str) or not token or not isinstance(life, int | float):
            return await self._soon(Lost("no access_token in the answer", sent=False))
        self._token = token
        self._renew_at = now + timedelta(seconds=SHARE_OF_LIFE * min(max(life, 1.0), LIFE_SECONDS))
        self._trouble = None
        self._next_pause = FIRST_PAUSE
        return token

    async def _soon(self, reply: Refused | Lost) -> Refused | Lost:
        """Ask again after a while, each time a longer one: failed calls count against the whole application."""
        pause, self._next_pause = self._next_pause, min(2 * self._next_pause, LONGEST_PAUSE)
        await self._pause(reply, pause)
        return reply

    async def _pause(self, reply: Refused | Lost, pause: timedelta) -> None:
        self._trouble = reply
        self._again_at = self._now() + pause
        if self._told is not None and isinstance(reply, Refused) and reply.code != BUSY:
            await self._told(reply)


def _with(token: str, params: Mapping[str, str] | None) -> dict[str, str]:
    return {"access_token": token, **(params or {})}


def _not_sent(why: Refused | Lost) -> Refused | Lost:
    """Without a token nothing left, whatever became of the asking for one."""
    return Lost(why.why, sent=False) if isinstance(why, Lost) else why
