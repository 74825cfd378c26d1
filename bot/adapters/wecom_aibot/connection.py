"""The one connection a bot may have (D 101463): who holds it, that it lives, and what happens when it does not.

The database's lease says which of our processes connects. Where somebody else takes over all the same (another
installation with the same Secret), we stand by instead of taking it back: two that fight are both deaf.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

import aiohttp
import structlog

from bot.adapters.wecom.alarm import alarm
from bot.adapters.wecom.api import Call, Good, Lost, Refused, SessionFactory
from bot.adapters.wecom.errcodes import TOO_OFTEN, hint
from bot.adapters.wecom.jsontext import decoded
from bot.adapters.wecom_aibot.line import ACK_SECONDS, Line
from bot.adapters.wecom_aibot.pauses import Pauses, Sleep
from bot.adapters.wecom_aibot.wire import Frame, body_decoder, frame_decoder
from bot.clock import Clock
from storage.engine.base import Engine, StoreDownError
from storage.unit import Unit

CONNECTED = "wecom_aibot.connected"
LOST = "wecom_aibot.connection_lost"
REFUSED = "wecom_aibot.refused"
TAKEN_OVER = "wecom_aibot.taken_over"
GARBLED = "wecom_aibot.garbled_frame"

REFUSED_HINT = "企业微信不认这个智能机器人：请核对 wecom_aibot.bot_id 和 Secret（在机器人的配置页），改好后重启。"
TAKEN_HINT = "另一个程序用同一个 Secret 连上了，本机先停听。请确认只有一处在运行；十分钟后会再试一次。"
MAX_FRAME = 1024 * 1024

log = structlog.get_logger()

Heard = Callable[[Frame], Awaitable[None]]
"""Takes a callback. It may wait (nothing more is then read), but never for an answer of the platform."""


class End(Enum):
    """Why a connection ended."""

    LOST = auto()
    REFUSED = auto()
    TAKEN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """All in seconds."""

    connect: float = 10.0
    ack: float = ACK_SECONDS
    ping: float = 30.0
    pings_missed: int = 2
    pause_cap: float = 30.0
    refused: float = 300.0
    often: float = 60.0
    stand_by: float = 600.0
    lease: float = 30.0
    look: float = 5.0  # at the lease, while another process holds it


class Connection:
    """Use `run`, and `ask` while it runs."""

    def __init__(
        self,
        *,
        url: str,
        bot: str,
        secret: str,
        session: SessionFactory,
        engine: Engine,
        clock: Clock,
        owner: str,
        patience: Patience | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._url = url
        self._bot = bot
        self._secret = secret
        self._session = session
        self._engine = engine
        self._clock = clock
        self._owner = owner
        self._patience = patience or Patience()
        self._sleep = sleep
        self._pauses = Pauses(sleep, self._patience.pause_cap)
        self._lease = f"socket:{bot}"
        self._until: datetime | None = None
        self._taken = False
        self._refusal: Refused | None = None
        self._line: Line | None = None
        self.up = asyncio.Event()  # while frames can leave

    @property
    def ours(self) -> bool:
        """Is it this process that connects?"""
        return self._until is not None

    async def ask(self, cmd: str, body: dict[str, Any], req_id: str = "") -> Call:
        """One frame; without a req_id it gets its own. Not connected: certainly not sent."""
        if self._line is None:
            return Lost("not connected", sent=False)
        return await self._line.ask(cmd, req_id or _new_id(cmd), body)

    async def run(self, heard: Heard) -> None:
        """Connected whenever it is our turn, until cancelled."""
        try:
            while True:
                if not await self._ours():
                    await self._sleep(self._patience.look)
                    continue
                await self._after(await self._once(heard))
        finally:
            await self._release()

    async def _after(self, end: End) -> None:
        if end is End.TAKEN:
            log.error(TAKEN_OVER, bot=self._bot, hint=TAKEN_HINT)
            await alarm(self._engine, self._clock, self._bot, "taken_over")
            await self._sleep(self._patience.stand_by)
        elif end is End.REFUSED and self._refusal is not None:
            await self._refused(self._refusal)
        else:
            log.warning(LOST, bot=self._bot)
            await self._pauses.wait()

    # -- whose turn it is

    async def _ours(self) -> bool:
        """Take or keep the lease. While the store is down, what we hold is ours until it runs out."""
        now = self._clock.now()
        until = now + timedelta(seconds=self._patience.lease)
        try:
            async with self._engine.write() as tx:
                lease = await Unit(tx).leases.take(self._lease, self._owner, now=now, until=until)
        except StoreDownError:
            return self._until is not None and now < self._until
        self._until = until if lease is not None else None
        return lease is not None

    async def _keep(self) -> None:
        """Returns when another process has the lease."""
        while await self._ours():
            await self._sleep(self._patience.lease / 3)

    async def _release(self) -> None:
        try:
            async with self._engine.write() as tx:
                await Unit(tx).leases.release(self._lease, self._owner)
        except StoreDownError:
            return

    # -- one connection

    async def _once(self, heard: Heard) -> End:
        try:
            async with asyncio.timeout(self._patience.connect):
                ws = await self._session().ws_connect(
                    self._url, max_msg_size=MAX_FRAME, timeout=aiohttp.ClientWSTimeout(ws_close=1.0)
                )
        except (aiohttp.ClientError, OSError):  # TimeoutError is an OSError
            return End.LOST
        line = Line(ws, ack_seconds=self._patience.ack)
        self._taken = False
        reading = asyncio.create_task(self._read(ws, line, heard), name="aibot read")
        try:
            return await self._talk(line, reading)
        finally:
            self.up.clear()
            self._line = None
            line.lose()
            await _end(reading)
            await ws.close()

    async def _talk(self, line: Line, reading: "asyncio.Task[None]") -> End:
        """From subscribing to the end."""
        credentials = {"bot_id": self._bot, "secret": self._secret}
        reply = await line.ask("aibot_subscribe", _new_id("aibot_subscribe"), credentials)
        if isinstance(reply, Refused):
            self._refusal = reply
            return End.REFUSED
        if not isinstance(reply, Good):
            return End.LOST
        log.info(CONNECTED, bot=self._bot)
        self._pauses.reset()
        self._line = line
        self.up.set()
        tasks = [asyncio.create_task(self._ping(line)), asyncio.create_task(self._keep())]
        try:
            await asyncio.wait({reading, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                await _end(task)
        return End.TAKEN if self._taken else End.LOST

    async def _refused(self, reply: Refused) -> None:
        if reply.code == TOO_OFTEN:
            log.warning(REFUSED, code=reply.code, hint=hint(reply.code))
            await self._pauses.wait(self._patience.often)
        else:
            log.error(REFUSED, code=reply.code, why=reply.why, hint=REFUSED_HINT)
            await alarm(self._engine, self._clock, self._bot, "refused")
            await self._pauses.wait(self._patience.refused)

    async def _read(self, ws: aiohttp.ClientWebSocketResponse, line: Line, heard: Heard) -> None:
        """Until the connection ends, politely or not. Only hands on: nothing is answered from here."""
        async for message in ws:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                frame = decoded(message.data.encode(), frame_decoder)
            except (ValueError, RecursionError):
                log.warning(GARBLED, bytes=len(message.data))
                continue
            if not frame.cmd:
                line.settle(frame)
            elif _is_disconnected(frame):
                self._taken = True
                return
            else:
                await heard(frame)

    async def _ping(self, line: Line) -> None:
        """Returns when the other side is dead."""
        missed = 0
        while missed < self._patience.pings_missed:
            await self._sleep(self._patience.ping)
            reply = await line.ask("ping", _new_id("ping"))
            missed = 0 if isinstance(reply, Good) else missed + 1


def _is_disconnected(frame: Frame) -> bool:
    """Another connection has subscribed for this bot."""
    if frame.cmd != "aibot_event_callback":
        return False
    try:
        return body_decoder.decode(frame.body).eventtype == "disconnected_event"
    except (ValueError, RecursionError):
        return False


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _new_id(cmd: str) -> str:
    return f"{cmd}_{secrets.token_hex(8)}"
