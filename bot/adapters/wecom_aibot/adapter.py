"""智能机器人 as the courier and the inbox see it, on either transport."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.adapters.base import Accept, Capabilities, Edits, Limits, NotFetched, SendResult, Sent
from bot.adapters.wecom.alarm import when_refused
from bot.adapters.wecom.api import Qyapi
from bot.adapters.wecom.cards import BUTTONS, is_noop
from bot.adapters.wecom.channel import Channel, Kit
from bot.adapters.wecom.crypto import Crypt, Freshness
from bot.adapters.wecom.files import MediaFiles
from bot.adapters.wecom.guard import Guard
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.adapters.wecom.uploads import Uploads
from bot.adapters.wecom_aibot import events, render
from bot.adapters.wecom_aibot.connection import Connection, Patience
from bot.adapters.wecom_aibot.door import Door
from bot.adapters.wecom_aibot.files import Pieces
from bot.adapters.wecom_aibot.intake import Intake, Taken, concerns_us, read
from bot.adapters.wecom_aibot.live import Entered, Live, Press
from bot.adapters.wecom_aibot.speech import Speech
from bot.adapters.wecom_aibot.users import Users
from bot.adapters.wecom_aibot.ways import Ways
from bot.adapters.wecom_aibot.wire import Body, Frame
from bot.adapters.wecom_aibot.words import OurNames
from bot.config_channels import WecomAibot
from bot.errors import place
from storage.engine.base import StoreDownError
from storage.model.channels import EVERY_KIND
from storage.model.messages import AttachmentKind, Inbound, Outgoing, OutKind

STARTED = "wecom_aibot.started"
KEPT_LATER = "wecom_aibot.store_down"
UNREADABLE = "wecom_aibot.unreadable"
FRESHENED = "wecom_aibot.card_freshened"
BROKE = "wecom_aibot.taking_broke"
LEFT_BEHIND = "wecom_aibot.left_behind"

PLATFORM = events.PLATFORM
SOCKET_TEXT, CALLBACK_TEXT = render.STREAM_BYTES // 3, render.WEBHOOK_BYTES // 3
"""Bytes: a sign that must be made harmless may become three times as long."""

BACKLOG = 2000
BATCH = 100
SLOW_AT_ONCE = 32
FRESHEN = 0.5
STORE_PAUSE = 0.5
LAST_SECONDS = 3.0
"""When we stop, for pictures that are still on their way; then the words are stored without them."""

CALL = "@民警"
CALLBACKS = ("aibot_msg_callback", "aibot_event_callback")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """One callback of the socket."""

    body: Body
    req_id: str
    at: datetime

    @property
    def person(self) -> tuple[str, str]:
        return self.body.chatid, self.body.from_.userid if self.body.from_ is not None else ""


class AibotPlatform:
    """base.Platform for one 智能机器人. `door`: the callback's, None on the socket."""

    name = PLATFORM

    def __init__(
        self,
        kit: Kit,
        *,
        patience: Patience | None = None,
        media: MediaFiles | None = None,
        webhooks: Mapping[str, str] | None = None,
        freshen: float = FRESHEN,
    ) -> None:
        settings, shared = kit.settings.wecom_aibot, kit.settings.wecom
        socket = settings.mode == "socket"
        self.bot = settings.bot_id
        self.capabilities = _capabilities(settings)
        self._name = next(iter(settings.names), "")
        self._clock = kit.clock
        self._freshen_after = freshen
        self._accept: Accept | None = None
        self.ready = asyncio.Event()  # set once what comes by callback is taken
        self._queue: asyncio.Queue[Taken] = asyncio.Queue(BACKLOG)
        self._storing: list[Taken] = []  # out of the queue, and not known to be stored
        self._slow: dict[asyncio.Task[None], _Heard] = {}  # what is not in the queue yet, oldest first
        self._asides: set[asyncio.Task[None]] = set()
        self._live = Live()
        api = Qyapi(kit.session, shared.base_url)
        secret = settings.secret or settings.token
        self._ways = Ways(kit.engine, self.bot, secret, timedelta(seconds=settings.stream_seconds))
        files = media or MediaFiles(
            kit.session, kit.data_dir / "files", hosts=shared.media_hosts, max_bytes=shared.media_max_mb * 1024 * 1024
        )
        self.intake = Intake(
            self.bot,
            OurNames(settings.names),
            self._ways,
            Users(_tokens(kit, api) if settings.encrypted_users else None),
            files,
            global_key="" if socket else settings.aes_key,
        )
        self.connection = _connection(kit, patience) if socket else None
        self._speech = Speech(
            connection=self.connection,
            live=self._live,
            ways=self._ways,
            api=api,
            clock=kit.clock,
            webhooks=webhooks or {},
            hooks=kit.webhook_pace,
            uploads=_uploads(kit, self.connection),
        )
        self.door: Door | None = None
        if not socket:
            guard = Guard(
                Crypt(settings.token, settings.aes_key, ""), Freshness(timedelta(seconds=shared.skew_seconds))
            )
            self.door = Door(
                settings.callback_path, guard, self.intake, self._live, kit.clock, self.store, self.now_true
            )
        for name in settings.names:
            kit.hearing.answer_to(name)

    @property
    def ours(self) -> bool:
        """base.OneSpeaker."""
        return self.connection is None or self.connection.ours

    def parse(self, body: bytes) -> Inbound:
        return events.parse(body, self.bot)

    def is_group(self, chat_id: str) -> bool:
        return events.is_group(chat_id)

    def messages(self, out: Outgoing) -> int:
        """base.InSeveral."""
        return self._speech.messages(self._as_called(out))

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        return await self._speech.send(self._as_called(out), target_ref)

    def _as_called(self, out: Outgoing) -> Outgoing:
        """In these groups nobody can @民警: only the bot's own name is heard."""
        if not (self._name and self.is_group(out.to.chat_id) and CALL in out.content.text):
            return out
        return replace(out, content=replace(out.content, text=out.content.text.replace(CALL, f"@{self._name}")))

    async def fetch(self, ref: str) -> bytes | NotFetched:
        return NotFetched(why="fetched when it came, or not at all")

    async def run(self, accept: Accept) -> None:
        """Hear until cancelled. By callback everything comes through `door`."""
        self._accept = accept
        self.ready.set()
        log.info(STARTED, bot=self.bot, mode="callback" if self.connection is None else "socket")
        try:
            if self.connection is None:
                await asyncio.Event().wait()
            else:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._keep())
                    group.create_task(self.connection.run(self._heard))
        finally:
            for task in self._asides:
                task.cancel()
            await self._store_rest()
            self._accept = None

    # -- the socket

    async def _heard(self, frame: Frame) -> None:
        """One callback. What takes time goes its own way, so that nobody waits for a picture of somebody else."""
        if frame.cmd not in CALLBACKS:
            return
        raw = bytes(frame.body)
        try:
            body = read(raw)
        except (ValueError, RecursionError) as error:
            log.warning(UNREADABLE, bytes=len(raw))
            await self._queue.put(self.intake.unreadable(raw, error))
            return
        if not concerns_us(body) or (body.press is not None and is_noop(body.press.event_key)):
            return
        heard = _Heard(body=body, req_id=frame.headers.req_id, at=self._clock.now())
        before = [task for task, other in self._slow.items() if other.person == heard.person]
        if self.intake.at_once(body) and (not before or body.press is not None):
            await self._take(heard)
            return
        while len(self._slow) >= SLOW_AT_ONCE:
            await asyncio.wait(self._slow, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._take(heard, before[-1:]))
        self._slow[task] = heard
        task.add_done_callback(self._taken)

    def _taken(self, task: asyncio.Task[None]) -> None:
        del self._slow[task]
        _tell(task)

    async def _take(self, heard: _Heard, before: Sequence[asyncio.Task[None]] = ()) -> None:
        """Into the queue, after what the same person said `before`."""
        while True:
            try:
                taken = await self.intake.take(heard.body, heard.at, req_id=heard.req_id)
                break
            except StoreDownError:
                await asyncio.sleep(STORE_PAUSE)
        if before:
            await asyncio.wait(before)
        body, at, req_id = heard.body, heard.at, heard.req_id
        if body.eventtype == "enter_chat":
            self._live.came(taken.chat_id, Entered(at=at, req_id=req_id))
        if body.press is not None:
            press = Press(task=body.press.task_id, chat_id=taken.chat_id, at=at, req_id=req_id)
            self._live.pressed(press)
            self._aside(self._freshen(press))
        await self._queue.put(taken)

    async def _keep(self) -> None:
        """Store what was taken, many at once. While the store is down everything waits, and nothing is lost of it."""
        while True:
            self._storing.append(await self._queue.get())
            while len(self._storing) < BATCH and not self._queue.empty():
                self._storing.append(self._queue.get_nowait())
            while self._storing:
                try:
                    await self.store(self._storing)
                    self._storing = []
                except StoreDownError:
                    log.warning(KEPT_LATER, events=len(self._storing))
                    await asyncio.sleep(STORE_PAUSE)

    async def _store_rest(self) -> None:
        """We stop: what was heard and not stored nobody will tell us again. Pictures that do not come are left out."""
        if self._slow:
            await asyncio.wait(self._slow, timeout=LAST_SECONDS)
        late = list(self._slow.values())
        for task in self._slow:
            task.cancel()
        waiting, self._storing = self._storing, []
        while not self._queue.empty():
            waiting.append(self._queue.get_nowait())
        try:
            for heard in late:
                waiting.append(await self.intake.take(heard.body, heard.at, req_id=heard.req_id, seconds=0))
            if waiting:
                await self.store(waiting)
        except StoreDownError:
            log.error(LEFT_BEHIND, events=len(waiting))  # the store is down, and we may not wait for it

    async def store(self, taken: list[Taken]) -> None:
        """Ways to answer first: the answer may be ready at once. Raises StoreDownError."""
        if self._accept is None:
            raise StoreDownError("not running")
        routes = [item.route for item in taken if item.route is not None]
        if routes:
            await self._ways.keep(routes)
        await self._accept([item.envelope for item in taken])

    # -- cards that were pressed

    async def _freshen(self, press: Press) -> None:
        """A card that could not be changed when its ticket did is made true at the next press."""
        await asyncio.sleep(self._freshen_after)
        if not self._live.open_press(press, self._clock.now()):
            return
        row = await self.now_true(press)
        if row is not None and isinstance(await self._speech.send(row, press.task), Sent):
            log.info(FRESHENED, message=render.stream_of(row.key))

    async def now_true(self, press: Press) -> Outgoing | None:
        """The change of that card which could not be shown; None if it shows how things are."""
        try:
            row = await self._ways.unmade_edit(press.chat_id, press.task)
        except StoreDownError:
            return None
        return row.out if row is not None and row.out.kind is OutKind.EDIT else None

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
        task.add_done_callback(_tell)


def _tell(task: asyncio.Task[None]) -> None:
    """Nobody waits for it, so what broke it is told here."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error(BROKE, error=place(error))


def build(kit: Kit) -> Channel:
    """Raises ValueError, with a sentence, for settings it cannot start with."""
    settings = kit.settings
    if settings.wecom_aibot.encrypted_users and not (settings.wecom.corp_id and settings.wecom_app.secret):
        raise ValueError("encrypted_users 打开时，还要填 wecom.corp_id 和 wecom_app.secret，用来换出真实的人员编号。")
    webhooks = {group.chat: group.key for group in settings.wecom_webhook.groups if group.chat and group.key}
    platform = AibotPlatform(kit, webhooks=webhooks)
    return Channel(platform=platform, callbacks=(platform.door,) if platform.door is not None else ())


def _capabilities(settings: WecomAibot) -> Capabilities:
    """By callback nothing can be pushed of itself: whoever spoke last is answered, or the webhook speaks."""
    socket = settings.mode == "socket"
    burst = max(1.0, settings.per_minute * 2 / 3)
    return Capabilities(
        editing=Edits.ON_PRESS,
        pushes=socket,
        push_needs_talk=True,
        reaches_residents=False,
        answers_presses=False,
        shows=EVERY_KIND - {AttachmentKind.LOCATION} if socket else frozenset(),
        captions=False,
        limits=Limits(
            text=SOCKET_TEXT if socket else CALLBACK_TEXT,
            unit="utf8",
            buttons=BUTTONS,
            per_chat_second=settings.per_minute / 180,
            per_chat_burst=burst,
            per_chat_minute=settings.per_minute,
            per_chat_hour=settings.per_hour,
        ),
    )


def _connection(kit: Kit, patience: Patience | None) -> Connection:
    settings = kit.settings.wecom_aibot
    return Connection(
        url=settings.url,
        bot=settings.bot_id,
        secret=settings.secret,
        session=kit.session,
        engine=kit.engine,
        clock=kit.clock,
        owner=kit.owner,
        patience=patience,
    )


def _uploads(kit: Kit, connection: Connection | None) -> Uploads | None:
    return Uploads(Pieces(connection), kit.data_dir / "files", kit.clock.now) if connection is not None else None


def _tokens(kit: Kit, api: Qyapi) -> Tokens:
    credential = Credential.corp(kit.settings.wecom.corp_id, kit.settings.wecom_app.secret)
    return Tokens(api, credential, kit.clock.now, when_refused(kit.engine, kit.clock, "wecom_app"))
