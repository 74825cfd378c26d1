"""Knocking at the bot's callback address as the platform does: encrypted, signed, with its patience and its retries."""

import json
import os
import time
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from tests.fake_wecom.crypt import Crypt, CryptError, Json, open_json_reply, open_xml_reply, write_xml
from tests.fake_wecom.state import State

Style = Literal["json", "xml", "official"]


@dataclass(slots=True)
class Knock:
    """One request and what came back. `status` 0: no answer in time. `reply`: the bot's answer in clear, if any."""

    query: dict[str, str]
    body: bytes
    status: int = 0
    seconds: float = 0.0
    answer: bytes = b""
    reply: Json | None = None


@dataclass(slots=True)
class Door:
    """`url`: the bot's. `seconds`: how long the platform waits; `hello_seconds`: for the check of the address."""

    state: State
    crypt: Crypt
    style: Style
    url: str = ""
    seconds: float = 5.0
    hello_seconds: float = 1.0
    tries: int = 3
    knocks: list[Knock] = field(default_factory=list)

    async def hello(self, echo: str = "1616140317555161061") -> bool:
        """The check when an administrator saves the address: the exact echo, within a second, nothing around it."""
        timestamp, nonce = self._stamp()
        if self.style == "official":
            query = {"signature": self.crypt.sign(timestamp, nonce, ""), "timestamp": timestamp, "nonce": nonce}
            secret = echo
        else:
            secret = self.crypt.seal(echo)
            query = self.crypt.query(timestamp, nonce, secret)
        knock = Knock(query | {"echostr": secret}, b"")
        self.knocks.append(knock)
        await self._once("GET", knock, self.hello_seconds)
        right = knock.status == 200 and knock.answer == echo.encode()
        if not right:
            self.state.complain(f"address check failed: {knock.status} {knock.answer[:60]!r}")
        return right

    async def tell(self, plain: str, tries: int = 0, user: str = "") -> Knock:
        """One callback, repeated (sealed anew, as the platform does) until answered with 200; the last knock."""
        for _ in range(tries or self.tries):
            knock = self._sealed(plain, user)
            await self.knock(knock)
            if knock.status == 200:
                break
        return knock

    async def knock(self, knock: Knock) -> Knock:
        """One request as it is, also one kept or made by a test."""
        self.knocks.append(knock)
        await self._once("POST", knock, self.seconds)
        if knock.status == 200:
            self._read(knock)
        return knock

    async def replay(self, knock: Knock) -> Knock:
        """The same bytes again."""
        return await self.knock(Knock(dict(knock.query), knock.body))

    def _sealed(self, plain: str, user: str) -> Knock:
        timestamp, nonce = self._stamp()
        encrypt = self.crypt.seal(plain)
        query = self.crypt.query(timestamp, nonce, encrypt)
        if self.style == "json":
            return Knock(query, json.dumps({"encrypt": encrypt}).encode())
        outer: Json = {"ToUserName": self.crypt.receive_id, "Encrypt": encrypt}
        if self.style == "official":
            query["signature"] = self.crypt.sign(timestamp, nonce, "")
            query |= {"openid": user, "encrypt_type": "aes"}
        return Knock(query, write_xml(outer).encode())

    def _stamp(self) -> tuple[str, str]:
        return str(int(self.state.clock())), str(int.from_bytes(os.urandom(4)))

    async def _once(self, method: str, knock: Knock, seconds: float) -> None:
        begun = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.request(method, self.url, params=knock.query, data=knock.body) as response,
            ):
                knock.answer = await response.read()
                knock.status = response.status
        except (aiohttp.ClientError, OSError):
            knock.status = 0
        knock.seconds = time.monotonic() - begun
        self.state.news()

    def _read(self, knock: Knock) -> None:
        if not knock.answer or (self.style != "json" and knock.answer == b"success"):
            return
        opened = open_json_reply if self.style == "json" else open_xml_reply
        try:
            knock.reply = opened(self.crypt, knock.answer, knock.query["nonce"])
        except CryptError as error:
            self.state.complain(f"answer not understood: {error}")
