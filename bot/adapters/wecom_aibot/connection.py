"""The one connection a bot may have (D 101463): who holds it, that it lives, and what happens when it does not.

The database's lease says which of our processes connects. Where somebody else takes over all the same (another
installation with the same Secret), we stand by instead of taking it back: two that fight are both deaf. That holds for
the bot, not for the process: it is written down, and whichever of ours has the lease keeps to it.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any

import aiohttp
import structlog

from bot.adapters.wecom.alarm import alarm
from bot.adapters.wecom.api import Call, Good, Lost, Refused, SessionFactory
from bot.adapters.wecom.errcodes import TOO_OFTEN, hint
from bot.adapters.wecom.jsontext import decoded
from bot.adapters.wecom.sole import Sole
from bot.adapters.wecom_aibot.events import PLATFORM
from bot.adapters.wecom_aibot.line import ACK_SECONDS, Line
from bot.adapters.wecom_aibot.pauses import Pauses, Sleep
from bot.adapters.wecom_aibot.wire import Frame, body_decoder, frame_decoder
from bot.clock import Clock
from bot.errors import place
from storage.engine.base import Engine, StoreDownError
from storage.model.channels import Cursor
from storage.unit import Unit

CONNECTED = "wecom_aibot.connected"
LOST = "wecom_aibot.connection_lost"
REFUSED = "wecom_aibot.refused"
TAKEN_OVER = "wecom_aibot.taken_over"
GARBLED = "wecom_aibot.garbled_frame"
BROKE = "wecom_aibot.connection_broke"
STORE_DOWN = "wecom_aibot.stand_by_unknown"

REFUSED_HINT = "企业微信不认这个智能机器人：请核对 wecom_aibot.bot_id 和 Secret（在机器人的配置页），改好后重启。"
TAKEN_HINT = "另一个程序用同一个 Secret 连上了，本机先停听。请确认只有一处在运行；十分钟后会再试一次。"
MAX_FRAME = 1024 * 1024
STAND_BY = "stand_by"
"""Where it is written down until when we leave the connection to whoever took it."""

STORE_PAUSE = 0.5

log = structlog.get_logger()

Heard = Callable[[Frame], Awaitable[None]]
"""Takes a callback. It may wait (nothing more is then read), but never for an answer of the platform."""


STATE = "line"
"""The name under which the database keeps what the last attempt to connect came to: a Mark, and when (seconds)."""


class Mark(StrEnum):
    CONNECTED = "connected"
    REFUSED = "refused"
    TAKEN = "taken_over"


class End(Enum):
    """Why a connection ended."""

    LOST = auto()
    UNREACHED = auto()
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
    lease: float = 15.0  # so long nobody is connected when a process is killed
    look: float = 3.0  # at the lease, while another process holds it


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
        self._patience = patience or Patience()
        self._sole = Sole(engine, clock, f"socket:{bot}", owner, timedelta(seconds=self._patience.lease))
        self._sleep = sleep
        self._pauses = Pauses(sleep, self._patience.pause_cap)
        self._stand_by_until: datetime | None = None
        self._taken = False
        self._refusal: Refused | None = None
        self._line: Line | None = None
        self.resting = False  # not connected on purpose, for minutes
        self.up = asyncio.Event()  # while frames can leave

    @property
    def ours(self) -> bool:
        """Is it this process that connects?"""
        return self._sole.held

    async def ask(self, cmd: str, body: dict[str, Any], req_id: str = "") -> Call:
        """One frame; without a req_id it gets its own. Not connected: certainly not sent."""
        if self._line is None:
            return Lost("not connected", sent=False)
        return await self._line.ask(cmd, req_id or _new_id(cmd), body)

    async def run(self, heard: Heard) -> None:
        """Connected whenever it is our turn, until cancelled."""
        try:
            await self._sole.inherit()
            while True:
                if not await self._ours():
                    await self._sleep(self._patience.look)
                elif left := await self._stand_by_left():
                    await self._rest(self._sleep(left))
                else:
                    await self._after(await self._once(heard))
        finally:
            await self._release(for_good=True)

    async def _after(self, end: End) -> None:
        if end is End.TAKEN:
            if await self._ours():  # else it was another process of ours, and all is well
                await self._stand_by()
        elif end is End.REFUSED and self._refusal is not None:
            await self._refused(self._refusal)
        else:
            log.warning(LOST, bot=self._bot)
            if end is End.UNREACHED:
                await self._release()  # another process may have a better way out
            await self._pauses.wait()

    async def _refused(self, reply: Refused) -> None:
        if reply.code == TOO_OFTEN:
            log.warning(REFUSED, code=reply.code, hint=hint(reply.code))
            await self._rest(self._pauses.wait(self._patience.often))
            return
        log.error(REFUSED, code=reply.code, why=reply.why, hint=REFUSED_HINT)
        await self._alarm(Mark.REFUSED)
        await self._release()
        await self._sleep(2 * self._patience.look)  # another process may have been given the right Secret
        await self._rest(self._pauses.wait(self._patience.refused))

    async def _rest(self, pause: Awaitable[None]) -> None:
        """Not connected for that long, and no other process of ours either: the lease stays here."""
        self.resting = True
        keeping = asyncio.create_task(self._keep())
        try:
            await pause
        finally:
            self.resting = False
            await _end(keeping)

    # -- standing by

    async def _stand_by(self) -> None:
        """Leave the connection to whoever took it."""
        log.error(TAKEN_OVER, bot=self._bot, hint=TAKEN_HINT)
        self._stand_by_until = self._clock.now() + timedelta(seconds=self._patience.stand_by)
        await self._note(STAND_BY, self._stand_by_until.isoformat())
        await self._alarm(Mark.TAKEN)

    async def _stand_by_left(self) -> float:
        """Seconds; also what another process of ours, or this one before it was killed, has written down."""
        try:
            async with self._engine.read() as tx:
                written = await Unit(tx).channels.cursor(PLATFORM, self._bot, STAND_BY)
            self._stand_by_until = datetime.fromisoformat(written) if written else None
        except StoreDownError:
            log.warning(STORE_DOWN, bot=self._bot)  # what this process remembers must do
        if self._stand_by_until is None:
            return 0.0
        left = (self._stand_by_until - self._clock.now()).total_seconds()
        return min(max(left, 0.0), self._patience.stand_by)

    async def _note(self, name: str, value: str) -> None:
        try:
            async with self._engine.write() as tx:
                await Unit(tx).channels.read_to(Cursor(platform=PLATFORM, bot=self._bot, name=name, value=value))
        except StoreDownError:
            return

    async def _mark(self, mark: Mark) -> None:
        """For who looks from outside: what this attempt came to."""
        await self._note(STATE, f"{mark} {int(self._clock.now().timestamp())}")

    async def _alarm(self, why: Mark) -> None:
        await self._mark(why)
        await alarm(self._engine, self._clock, self._bot, str(why))

    # -- whose turn it is

    async def _ours(self) -> bool:
        """Take or keep the lease. While the store is down, what we hold is ours until it runs out."""
        taken = await self._sole.take()
        return self._sole.left > timedelta(0) if taken is None else taken

    async def _keep(self) -> None:
        """Returns when another process has the lease. While the store is down a connection that lives goes on."""
        while (taken := await self._sole.take()) is not False:
            await self._sleep(self._patience.lease / 3 if taken else STORE_PAUSE)

    async def _release(self, *, for_good: bool = False) -> None:
        """Let another process in at once. `for_good`: we are told to stop; who starts us again wants us connected."""
        standing_by = self._sole.held and self._stand_by_until is not None
        await self._sole.let_go()
        if for_good and standing_by:
            await self._note(STAND_BY, "")

    # -- one connection

    async def _once(self, heard: Heard) -> End:
        try:
            async with asyncio.timeout(self._patience.connect):
                ws = await self._session().ws_connect(
                    self._url, max_msg_size=MAX_FRAME, timeout=aiohttp.ClientWSTimeout(ws_close=1.0)
                )
        except (aiohttp.ClientError, OSError):  # TimeoutError is an OSError
            return End.UNREACHED
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
            return End.UNREACHED
        log.info(CONNECTED, bot=self._bot)
        await self._mark(Mark.CONNECTED)
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

    async def _read(self, ws: aiohttp.ClientWebSocketResponse, line: Line, heard: Heard) -> None:
        """Until the connection ends, politely or not. Only hands on: nothing is answered from here."""
        async for message in ws:
            await asyncio.sleep(0)  # what has already arrived is handed out without a pause: others come in between
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
        """Returns when the other side is dead. After a ping nobody answered the next one goes at once: while we wait,
        nothing is heard, so that a line gone silent costs less than a minute."""
        missed = 0
        while missed < self._patience.pings_missed:
            if not missed:
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
    """What broke it is told; the connection is then made anew."""
    task.cancel()
    (result,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(result, Exception):
        log.error(BROKE, error=place(result))


def _new_id(cmd: str) -> str:
    return f"{cmd}_{secrets.token_hex(8)}"
