"""A 公众号 as a channel: sealed callbacks in, 客服消息 out. Without buttons; people choose by number."""

import asyncio
import hashlib
from datetime import timedelta

import structlog

from bot.adapters.base import Accept, CannotEdit, Later, NotFetched, SendResult, Sent, UnreadableError
from bot.adapters.textcut import cut_text
from bot.adapters.wechat_official.parse import PLATFORM, chat_key, event_id, fields_of, parse_xml
from bot.adapters.wecom.api import Good, Qyapi, Refused
from bot.adapters.wecom.channel import Channel, Kit, Query, Reply
from bot.adapters.wecom.crypto import Crypt, Freshness
from bot.adapters.wecom.errcodes import hint
from bot.adapters.wecom.guard import Guard, TurnedAwayError, encrypted_xml, plain_hello
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.adapters.wecom.turns import TEXT_BYTES, judge_turn, own_id, resident_channel
from bot.adapters.wecom.uploads import FOLLOWERS, Uploads, by_http, fetch, with_file
from bot.errors import StoreDownError
from handlers.kit.channel_texts import MENU
from storage.model.messages import Envelope, Inbound, Outgoing, OutKind

SEND, MENU_CREATE = "/cgi-bin/message/custom/send", "/cgi-bin/menu/create"
TURN_OVER = frozenset({45015, 45047})
GONE = frozenset({40003, 43004})
"""No such follower (any more)."""

SETUP = frozenset({40164, 48001})
"""Our address is not on the account's list; the account is not verified. Somebody must put it right."""

SETUP_PAUSE = 300.0
DONE = b"success"
MENU_REFUSED = "wechat_official.menu_refused"

log = structlog.get_logger()


class OfficialPlatform:
    """base.Platform and the callback of one account."""

    name = PLATFORM

    def __init__(self, kit: Kit, tokens: Tokens, guard: Guard, freshness: Freshness) -> None:
        settings = kit.settings.wechat_official
        self.bot = settings.app_id
        self.capabilities = resident_channel(per_turn=settings.per_turn, turn_hours=settings.turn_hours, buttons=0)
        self.callback_path = settings.callback_path
        self._settings = settings
        self._tokens = tokens
        self._uploads = Uploads(by_http(tokens), kit.data_dir / "files", kit.clock.now, FOLLOWERS)
        self._most_bytes = kit.settings.wecom.media_max_mb * 1024 * 1024
        self._guard = guard
        self._freshness = freshness
        self._now = kit.clock.now
        self._accept: Accept | None = None

    def parse(self, body: bytes) -> Inbound | None:
        return parse_xml(body, self.bot)

    def is_group(self, chat_id: str) -> bool:
        return False

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        if out.kind is OutKind.EDIT:
            return CannotEdit()
        whole = await with_file(out, self._uploads)
        if isinstance(whole, Later):
            return whole
        out, file = whole
        text = cut_text(out.content.text, TEXT_BYTES, "utf8")
        body = file.body() if file is not None else {"msgtype": "text", "text": {"content": text}}
        reply = await self._tokens.post(SEND, {"touser": out.to.chat_id} | body)
        if isinstance(reply, Good):
            return Sent(message_ref=own_id(out.key))
        if isinstance(reply, Refused) and reply.code in SETUP:
            return Later(why=f"{reply.code} {reply.why}", after=SETUP_PAUSE)
        return judge_turn(reply, over=TURN_OVER, gone=GONE)

    async def fetch(self, ref: str) -> bytes | NotFetched:
        return await fetch(self._tokens, ref, self._most_bytes)

    async def run(self, accept: Accept) -> None:
        """What happens comes by the callback; until cancelled. Before this runs, callbacks are told to come again."""
        self._accept = accept
        if self._settings.menu:
            await self._show_menu()
        await asyncio.Event().wait()

    async def _show_menu(self) -> None:
        """A menu that is refused is a pity, not a reason to stay deaf."""
        entries = [{"type": "click", "name": label, "key": command} for label, command in MENU]
        reply = await self._tokens.post(MENU_CREATE, {"button": entries})
        if not isinstance(reply, Good):
            code = reply.code if isinstance(reply, Refused) else 0
            log.warning(MENU_REFUSED, why=reply.why, hint=hint(code))

    # -- the callback

    def hello(self, query: Query) -> bytes:
        return plain_hello(query, self._settings.token, self._freshness, self._now())

    async def deliver(self, query: Query, body: bytes) -> Reply:
        """Safe mode only: what is not encrypted is turned away. Answered once it is durable; never with words."""
        now = self._now()
        opened = self._guard.open(query, encrypted_xml(body), now)
        if opened.answered is not None:
            return Reply(body=opened.answered)
        if self._accept is None:
            raise StoreDownError("not started yet")
        envelope = self._envelope(opened.plain)
        if envelope is not None:
            await self._accept([envelope])
        self._guard.accepted(opened, DONE, now)
        return Reply(body=DONE)

    def _envelope(self, plain: bytes) -> Envelope | None:
        """None for what is nothing to us. What cannot be read is parked; it is the platform's, and stays what it is."""
        try:
            fields = fields_of(plain)
        except UnreadableError:
            raise TurnedAwayError(400) from None
        try:
            event = parse_xml(plain, self.bot)
        except UnreadableError as error:
            name = f"sha256:{hashlib.sha256(plain).hexdigest()}"
            return Envelope(
                platform=PLATFORM,
                bot=self.bot,
                event_id=name,
                chat_key=f"{PLATFORM}:?",
                body=plain[:16_384],
                unreadable=str(error),
            )
        if event is None:
            return None
        return Envelope(
            platform=PLATFORM, bot=self.bot, event_id=event_id(fields), chat_key=chat_key(fields), body=plain
        )


def build(kit: Kit) -> Channel:
    """Raises ValueError, with a sentence, for settings it cannot start with."""
    settings = kit.settings.wechat_official
    tokens = Tokens(
        Qyapi(kit.session, settings.base_url), Credential.official(settings.app_id, settings.app_secret), kit.clock.now
    )
    freshness = Freshness(timedelta(seconds=kit.settings.wecom.skew_seconds))
    guard = Guard(Crypt(settings.token, settings.aes_key, settings.app_id), freshness)
    platform = OfficialPlatform(kit, tokens, guard, freshness)
    return Channel(platform=platform, callbacks=(platform,))
