"""One bot on Telegram: how it starts, hears (by polling or webhook), sends, and checks what it can hear."""

import asyncio
import hashlib
import hmac
import random
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bot.adapters.base import Accept, Capabilities, Limits, Never, NotFetched, SendResult
from bot.adapters.keeping import FILE_REF, load
from bot.adapters.pictures import MOST_BYTES
from bot.adapters.telegram.addressing import PLATFORM, Me
from bot.adapters.telegram.api import Api, Good, Refused, Reply, SessionFactory, outcome
from bot.adapters.telegram.backoff import Backoff, Sleep
from bot.adapters.telegram.parse import parse_update
from bot.adapters.telegram.polling import ALLOWED_UPDATES, BOT_REFUSED, REFUSED_HINT, REFUSED_PAUSE, Poller
from bot.adapters.telegram.prefilter import MAX_BODY, Prefilter
from bot.adapters.telegram.render import as_document, number, of_ours, render
from bot.adapters.telegram.wire import BotUser, ChatMember, FilePath
from bot.config import Telegram
from bot.errors import StoreDownError
from bot.hearing import Hearing
from storage.model.messages import Inbound, Outgoing, OutKind

STARTED = "telegram.started"
START_FAILED = "telegram.start_failed"
MENU_REFUSED = "telegram.menu_refused"
WEBHOOK_REFUSED = "telegram.webhook_refused"
WEBHOOK_STORE_DOWN = "telegram.webhook_store_down"

WEBHOOK_HINT = "Telegram 不接受回调地址：请核对 server.public_url，它要以 https:// 开头、从外网可达。"
SLOW_PAUSE = 300.0
NO_PICTURE = ("bad request: photo", "bad request: image")
"""How a 400 says that it will not show this as a picture: PHOTO_INVALID_DIMENSIONS, IMAGE_PROCESS_FAILED."""

log = structlog.get_logger()


class Hears(StrEnum):
    """Can the bot hear what people write in a group?"""

    YES = "yes"
    PRIVACY = "privacy"  # privacy mode is on and the bot is no administrator: it hears only commands and replies
    NOT_MEMBER = "not_member"
    UNKNOWN = "unknown"  # Telegram did not say


class TelegramPlatform:
    """base.Platform for one Telegram bot.

    `session` returns the open aiohttp session (its owner closes it); see api.new_session. `menu`: (slash,
    description) pairs for Telegram's command menu. `username`: the bot's @name if known from an earlier run;
    getMe corrects it. `files`: where what people sent elsewhere is kept. Raises
    ValueError for a token that holds no bot id.
    """

    name = PLATFORM

    def __init__(
        self,
        settings: Telegram,
        hearing: Hearing,
        session: SessionFactory,
        *,
        public_url: str = "",
        menu: Sequence[tuple[str, str]] = (),
        username: str = "",
        files: Path | None = None,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._hearing = hearing
        self._api = Api(session, settings.token, settings.base_url)
        self._url = public_url.rstrip("/") + settings.webhook_path
        self._menu = menu
        self._files = files or Path("data/files")
        self._sleep = sleep
        self._chance = chance
        self._secret = settings.webhook_secret or _derived_secret(settings.token)
        self._accept: Accept | None = None
        self.me = Me(bot_id(settings.token), username)
        self.bot = str(self.me.id)
        self._prefilter = Prefilter(self.me, hearing)
        self.ready = asyncio.Event()  # set once getMe has told our @name
        self.capabilities = Capabilities(
            limits=Limits(
                per_bot_second=settings.per_second,
                per_chat_second=settings.per_chat_second,
                per_chat_minute=settings.per_group_minute,
            )
        )

    @property
    def webhook_path(self) -> str:
        return self._settings.webhook_path

    def parse(self, body: bytes) -> Inbound | None:
        return parse_update(body, self.me)

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        """Never raises for what Telegram or the network does. An edit without a target is Never."""
        if out.kind is OutKind.EDIT and not target_ref:
            return Never(why="nothing to edit")
        method, params = render(out, target_ref)
        item = out.content.attachment
        if out.kind is OutKind.SEND and item is not None and item.ref.startswith(FILE_REF):
            return await self._show(method, params, item.ref)
        return outcome(method, await self._api.call(method, params))

    async def _show(self, method: str, params: dict[str, Any], ref: str) -> SendResult:
        """A file that came from elsewhere."""
        data = await load(self._files, ref)
        if not data:
            return Never(why="the file is gone")
        call = of_ours(data, method, params)
        reply = await self._api.upload(*call)
        if isinstance(reply, Refused) and reply.code == 400 and reply.why.lower().startswith(NO_PICTURE):
            call = as_document(*call[1:])
            reply = await self._api.upload(*call)
        return outcome(call[0], reply)

    async def fetch(self, ref: str) -> bytes | NotFetched:
        """By getFile, which gives out at most 20 MB."""
        reply = await self._api.call("getFile", {"file_id": ref.rpartition("/")[2]})
        if not isinstance(reply, Good):
            return NotFetched(why=reply.why, again=not isinstance(reply, Refused) or reply.code in {401, 404, 429})
        try:
            told = msgspec.json.decode(reply.result, type=FilePath)
        except ValueError:
            return NotFetched(why="garbled answer", again=True)
        if not told.file_path or told.file_size > MOST_BYTES:
            return NotFetched(why="too large")
        data = await self._api.download(told.file_path, MOST_BYTES)
        if isinstance(data, bytes):
            return data
        return NotFetched(why="not downloaded", again=not isinstance(data, Refused) or data.code != 413)

    def is_group(self, chat_id: str) -> bool:
        """Telegram's ids of groups and channels are negative."""
        return chat_id.startswith("-")

    async def run(self, accept: Accept) -> None:
        """Introduce ourselves, then hear until cancelled. In webhook mode updates come through `webhook`."""
        await self._learn_me()
        self._accept = accept
        if self._settings.mode == "webhook":
            await self._insist("setWebhook", self._webhook_params(), WEBHOOK_REFUSED, WEBHOOK_HINT)
        else:
            await self._insist("deleteWebhook", {"drop_pending_updates": False}, START_FAILED, REFUSED_HINT)
        await self._show_menu()
        log.info(STARTED, bot=self.bot, username=self.me.username, mode=self._settings.mode)
        if self._settings.mode == "webhook":
            await asyncio.Event().wait()
        await self.poller(accept).run()

    def poller(self, accept: Accept) -> Poller:
        """The getUpdates loop as it is now configured."""
        return Poller(
            api=self._api,
            prefilter=self._prefilter,
            accept=accept,
            poll_seconds=self._settings.poll_seconds,
            sleep=self._sleep,
            backoff=self._backoff(),
        )

    # -- webhook

    def authentic(self, secret_header: str | None) -> bool:
        """Did Telegram send this? Compared in constant time."""
        return secret_header is not None and hmac.compare_digest(secret_header.encode(), self._secret.encode())

    async def webhook(self, secret_header: str | None, body: bytes) -> int:
        """One delivered update → the HTTP status to answer with. 503 makes Telegram deliver it again.

        Garbage is stored as unreadable and answered with 200: it would stay garbage at every repetition.
        """
        if not self.authentic(secret_header):
            return 401
        if len(body) > MAX_BODY:
            return 413
        if self._accept is None:
            return 503
        envelope = self._prefilter(body)
        if envelope is None:
            return 200
        try:
            await self._accept([envelope])
        except StoreDownError:
            log.warning(WEBHOOK_STORE_DOWN, event_id=envelope.event_id)
            return 503
        return 200

    def _webhook_params(self) -> dict[str, Any]:
        return {"url": self._url, "secret_token": self._secret, "allowed_updates": ALLOWED_UPDATES}

    # -- self-check

    async def can_hear(self, chat_id: str) -> Hears:
        """Asks Telegram now: an administrator may have changed privacy mode or our rights since."""
        if not chat_id.startswith("-"):
            return Hears.YES  # private chats are always heard
        who = await self._api.call("getMe", {})
        member = await self._api.call("getChatMember", {"chat_id": number(chat_id), "user_id": self.me.id})
        if isinstance(member, Refused) and member.code in {400, 403}:
            return Hears.NOT_MEMBER
        if not isinstance(who, Good) or not isinstance(member, Good):
            return Hears.UNKNOWN
        try:
            reads_all = msgspec.json.decode(who.result, type=BotUser).can_read_all_group_messages
            role = msgspec.json.decode(member.result, type=ChatMember)
        except ValueError:
            return Hears.UNKNOWN
        if not role.present:
            return Hears.NOT_MEMBER
        return Hears.YES if reads_all or role.status in {"administrator", "creator"} else Hears.PRIVACY

    # -- start

    async def _learn_me(self) -> None:
        user: BotUser | None = None
        backoff = self._backoff()
        while user is None:
            reply = await self._insist("getMe", {}, BOT_REFUSED, REFUSED_HINT)
            try:
                user = msgspec.json.decode(reply.result, type=BotUser)
            except ValueError:
                log.warning(START_FAILED, method="getMe", why="garbled answer")
                await backoff.wait()
        self.me = Me(self.me.id, user.username)
        self._prefilter = Prefilter(self.me, self._hearing)
        if self.me.username:
            self._hearing.answer_to(self.me.username)
        self.ready.set()

    async def _show_menu(self) -> None:
        """A menu Telegram refuses is a pity, not a reason to stay deaf."""
        commands = [{"command": slash.lstrip("/"), "description": text} for slash, text in self._menu]
        reply = await self._api.call("setMyCommands", {"commands": commands})
        if not isinstance(reply, Good):
            log.warning(MENU_REFUSED, why=reply.why)

    async def _insist(self, method: str, params: Mapping[str, Any], event: str, hint: str) -> Good:
        """Call until Telegram agrees: soon again while the network is down, slowly if it refuses."""
        backoff = self._backoff()
        while True:
            reply = await self._api.call(method, params)
            if isinstance(reply, Good):
                return reply
            await self._pause(backoff, method, reply, event, hint)

    async def _pause(self, backoff: Backoff, method: str, reply: Reply, event: str, hint: str) -> None:
        if isinstance(reply, Refused) and reply.code in {401, 404}:
            log.error(BOT_REFUSED, method=method, why=reply.why, hint=REFUSED_HINT)
            await backoff.wait(REFUSED_PAUSE)
        elif isinstance(reply, Refused) and reply.code == 400:
            log.error(event, method=method, why=reply.why, hint=hint)
            await backoff.wait(SLOW_PAUSE)
        elif not isinstance(reply, Good):
            log.warning(START_FAILED, method=method, why=reply.why)
            after = reply.retry_after if isinstance(reply, Refused) else None
            await backoff.wait(after or 0.0)

    def _backoff(self) -> Backoff:
        return Backoff(self._sleep, chance=self._chance)


def bot_id(token: str) -> int:
    """The number before the colon. Raises ValueError, without the token, if there is none."""
    digits, colon, _ = token.partition(":")
    if not colon or not (digits.isascii() and digits.isdigit()):
        raise ValueError("telegram.token 的写法不对：应是 @BotFather 给的“数字:字母”整串。")
    return int(digits)


def _derived_secret(token: str) -> str:
    """No secret configured: one that only the token's holders can know, the same at every start."""
    return hmac.new(token.encode(), b"pingan webhook secret", hashlib.sha256).hexdigest()
