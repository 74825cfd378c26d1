"""微信客服 as a channel: notices come in by callback, what was said is fetched, answers go out by kf/send_msg."""

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from bot.adapters.base import Accept, CannotEdit, Later, Never, NotFetched, SendResult, Sent
from bot.adapters.wecom import xmltext
from bot.adapters.wecom.alarm import alarm, when_refused
from bot.adapters.wecom.api import Good, Lost, Qyapi, Refused
from bot.adapters.wecom.channel import Channel, Kit, Query, Reply
from bot.adapters.wecom.crypto import Crypt, Freshness
from bot.adapters.wecom.errcodes import MINUTE, SETUP, TOO_OFTEN, hint
from bot.adapters.wecom.guard import Guard, TurnedAwayError, encrypted_xml
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.adapters.wecom.turns import judge_turn, own_id, resident_channel
from bot.adapters.wecom.uploads import CUSTOMERS, Uploads, by_http, fetch, with_file
from bot.adapters.wecom_kf.parse import PLATFORM, parse_row
from bot.adapters.wecom_kf.pulling import Puller
from bot.adapters.wecom_kf.render import ENTRIES, HEAD_BYTES, greeting, is_greeting, render
from bot.adapters.wecom_kf.turn import LOOK, Turn
from bot.clock import Clock
from bot.errors import StoreDownError
from storage.model.messages import Inbound, Outgoing, OutKind

SEND, GREET = "/cgi-bin/kf/send_msg", "/cgi-bin/kf/send_msg_on_event"
TURN_OVER = frozenset({95001, 95002, 95014})
"""The five are used up, or the 48 hours are over."""

NOTICED, UNNOTICED = timedelta(minutes=10), timedelta(seconds=60)
"""How often we look by ourselves: rarely where the platform tells us, for a notice may be lost."""

SLOWEST = 30.0
SETUP_PAUSE = 300.0
PULL_FAILED = "wecom_kf.pull_failed"
STORE_DOWN = "wecom_kf.store_down"
UNREAD = "wecom_kf_unread"

log = structlog.get_logger()


class KfPlatform:
    """base.Platform and the callback of one 客服 account. `guard` None: no callback is set up, so we look ourselves."""

    name = PLATFORM

    def __init__(self, kit: Kit, tokens: Tokens, guard: Guard | None) -> None:
        settings = kit.settings.wecom_kf
        self.bot = settings.open_kfid
        self.capabilities = resident_channel(
            per_turn=settings.per_turn, turn_hours=settings.turn_hours, buttons=ENTRIES, menu=HEAD_BYTES
        )
        self.callback_path = settings.callback_path
        self._tokens = tokens
        self._guard = guard
        self._clock: Clock = kit.clock
        self._most_bytes = kit.settings.wecom.media_max_mb * 1024 * 1024
        self._uploads = Uploads(by_http(tokens), kit.data_dir / "files", kit.clock.now, CUSTOMERS)
        self._puller = Puller(tokens, kit.engine, self.bot, partial(alarm, kit.engine, kit.clock, PLATFORM, UNREAD))
        self._turn = Turn(kit.engine, kit.clock, self.bot, kit.owner, settings.secret)
        self._wake = asyncio.Event()

    def parse(self, body: bytes) -> Inbound | None:
        return parse_row(body, self.bot)

    def is_group(self, chat_id: str) -> bool:
        return False

    def messages(self, out: Outgoing) -> int:
        """base.InSeveral."""
        apart = out.content.attachment is not None and bool(out.content.text.strip())
        return 2 if apart else len(render(out, None, self.bot))

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        """A repeated send is the platform's own concern: it knows our id of the message."""
        if out.kind is OutKind.EDIT:
            return CannotEdit()
        if is_greeting(out):
            return await self._greet(out)
        whole = await with_file(out, self._uploads)
        if isinstance(whole, Later):
            return whole
        for body in render(*whole, self.bot):
            reply = await self._tokens.post(SEND, body)
            if isinstance(reply, Lost):
                return Later(why=reply.why)
            if isinstance(reply, Refused):
                return judge_turn(reply, over=TURN_OVER, gone=frozenset())
        return Sent(message_ref=own_id(out.key))

    async def _greet(self, out: Outgoing) -> SendResult:
        reply = await self._tokens.post(GREET, greeting(out))
        if isinstance(reply, Good):
            return Sent()
        if isinstance(reply, Lost) and not reply.sent:
            return Later(why=reply.why)
        return Never(why=f"not greeted: {reply.why}")

    async def fetch(self, ref: str) -> bytes | NotFetched:
        return await fetch(self._tokens, ref, self._most_bytes)

    async def run(self, accept: Accept) -> None:
        """Fetch at start, at every notice, and now and then, whenever it is our turn; until cancelled."""
        keeping = asyncio.create_task(self._turn.keep(self._noticed), name="kf turn")
        try:
            await self._fetch_on(accept)
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])
            await self._turn.give_up()

    async def _fetch_on(self, accept: Accept) -> None:
        pause = 0.0
        while True:
            if not self._turn.ours:
                await self._clock.wait(self._wake, self._clock.now() + LOOK)
                continue
            try:
                stopped = await self._puller.pull(accept, self._clock.now())
            except StoreDownError:
                log.warning(STORE_DOWN)
                stopped = Lost("store down", sent=False)
            pause = self._pause(stopped, pause)
            await self._clock.wait(self._wake, self._clock.now() + timedelta(seconds=pause))

    def _noticed(self, token: str) -> None:
        """There may be something to fetch. Without a token: nobody has looked for a while."""
        if token:
            self._puller.noticed(token, self._clock.now())
        self._wake.set()

    def _pause(self, stopped: Refused | Lost | None, before: float) -> float:
        """Seconds until we look again."""
        if stopped is None:
            return (NOTICED if self._guard is not None else UNNOTICED).total_seconds()
        if isinstance(stopped, Refused):
            log.error(PULL_FAILED, code=stopped.code, why=stopped.why, hint=hint(stopped.code))
            if stopped.code in SETUP:
                return SETUP_PAUSE
            if stopped.code == TOO_OFTEN:
                return MINUTE
        else:
            log.warning(PULL_FAILED, why=stopped.why)
        return min(SLOWEST, 2 * before) if 0 < before <= SLOWEST else 1.0

    # -- the callback

    def hello(self, query: Query) -> bytes:
        if self._guard is None:
            raise TurnedAwayError(403)
        return self._guard.hello(query, self._clock.now())

    async def deliver(self, query: Query, body: bytes) -> Reply:
        """Only a notice: what happened lies at the platform for three days, and is fetched from where we stopped."""
        if self._guard is None:
            raise TurnedAwayError(403)
        now = self._clock.now()
        opened = self._guard.open(query, encrypted_xml(body), now)
        if opened.answered is not None:
            return Reply(body=opened.answered)
        try:
            fields = xmltext.parse(opened.plain)
        except xmltext.BadXmlError:
            raise TurnedAwayError(400) from None
        ours = xmltext.word(fields, "OpenKfId") == self.bot
        if ours and xmltext.word(fields, "Event") == "kf_msg_or_event":
            token = xmltext.word(fields, "Token")
            if self._turn.ours:
                self._noticed(token)
            else:
                await self._turn.hand_over(token)
        self._guard.accepted(opened, b"", now)
        return Reply()


def build(kit: Kit) -> Channel:
    """Raises ValueError, with a sentence, for settings it cannot start with."""
    settings, shared = kit.settings.wecom_kf, kit.settings.wecom
    if not shared.corp_id:
        raise ValueError("请在 wecom.corp_id 写上企业 ID（管理后台“我的企业 → 企业信息”最下面）。")
    told = when_refused(kit.engine, kit.clock, PLATFORM)
    credential = Credential.corp(shared.corp_id, settings.secret)
    tokens = Tokens(Qyapi(kit.session, shared.base_url), credential, kit.clock.now, told)
    guard = None
    if settings.token and settings.aes_key:
        crypt = Crypt(settings.token, settings.aes_key, shared.corp_id)
        guard = Guard(crypt, Freshness(timedelta(seconds=shared.skew_seconds)))
    platform = KfPlatform(kit, tokens, guard)
    return Channel(platform=platform, callbacks=(platform,) if guard is not None else ())
