"""自建应用: what officers write and press comes by callback, what we say goes by message/send, one to one."""

import asyncio
from datetime import timedelta

import structlog

from bot.adapters.base import (
    Accept,
    CannotEdit,
    Capabilities,
    Edits,
    Later,
    Limits,
    Never,
    NotFetched,
    SendResult,
    Sent,
    Unknown,
)
from bot.adapters.wecom import xmltext
from bot.adapters.wecom.alarm import when_refused
from bot.adapters.wecom.api import Good, Lost, Qyapi, Refused
from bot.adapters.wecom.cards import BUTTONS
from bot.adapters.wecom.channel import Channel, Kit, Query, Reply
from bot.adapters.wecom.crypto import Crypt, Freshness
from bot.adapters.wecom.errcodes import hint, judge
from bot.adapters.wecom.guard import Guard, TurnedAwayError, encrypted_xml
from bot.adapters.wecom.masks import mask
from bot.adapters.wecom.pace import Pace
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.adapters.wecom.uploads import Uploads, by_http, fetch, with_file
from bot.adapters.wecom_app import events
from bot.adapters.wecom_app.codes import Codes
from bot.adapters.wecom_app.events import PLATFORM, Event
from bot.adapters.wecom_app.render import MARK_BYTES, TEXT_BYTES, Envelope, Json, changed, messages
from bot.config_channels import WecomApp
from storage.engine.base import StoreDownError
from storage.model import messages as model
from storage.model.channels import EVERY_KIND
from storage.model.messages import AttachmentKind, Inbound, Outgoing, OutKind

STARTED = "wecom_app.started"
REFUSED = "wecom_app.refused"
CODE_LOST = "wecom_app.response_code_lost"
FRESHENED = "wecom_app.card_freshened"

SEND = "/cgi-bin/message/send"
UPDATE = "/cgi-bin/message/update_template_card"
NOT_THERE = "not in the application's visible range (invaliduser)"
UNLICENSED = "this member has no licence for the application (unlicenseduser)"
FRESHEN_AFTER = 1.5
"""Seconds after a press until its card is looked at: is it true? The press has been handled by then."""

log = structlog.get_logger()


class AppPlatform:
    """base.Platform and channel.Callback for one application. Chats are members: chat id = UserID.

    Raises ValueError with a sentence, and without a secret, for settings it cannot start with.
    """

    name = PLATFORM

    def __init__(self, kit: Kit, *, freshen_after: float = FRESHEN_AFTER) -> None:
        shared, settings = kit.settings.wecom, kit.settings.wecom_app
        if not shared.corp_id:
            raise ValueError("还要填 wecom.corp_id：在管理后台“我的企业 → 企业信息”最下面。")
        if not (settings.token and settings.aes_key):
            raise ValueError("还要填 token 和 aes_key：在应用详情页“接收消息 → 设置 API 接收”里，否则按钮没有用。")
        self._clock = kit.clock
        self._agent_id = settings.agent_id
        self._duplicate_seconds = settings.duplicate_seconds
        self._freshen_after = freshen_after
        self._guard = Guard(
            Crypt(settings.token, settings.aes_key, shared.corp_id),
            Freshness(timedelta(seconds=shared.skew_seconds)),
        )
        api = Qyapi(kit.session, shared.base_url)
        told = when_refused(kit.engine, kit.clock, PLATFORM)
        self._tokens = Tokens(api, Credential.corp(shared.corp_id, settings.secret), kit.clock.now, told)
        self._uploads = Uploads(by_http(self._tokens), kit.data_dir / "files", kit.clock.now)
        self._most_bytes = shared.media_max_mb * 1024 * 1024
        self._pace = Pace(settings.per_minute)
        self._accept: Accept | None = None
        self._aside: set[asyncio.Task[None]] = set()
        self.bot = str(settings.agent_id)
        self.callback_path = settings.callback_path
        self.capabilities = _capabilities(settings)
        self._codes = Codes(kit.engine, kit.clock, self.bot, settings.secret)

    # -- what comes in

    def hello(self, query: Query) -> bytes:
        return self._guard.hello(query, self._clock.now())

    async def deliver(self, query: Query, body: bytes) -> Reply:
        """An empty 200: everything said comes from the outbox, and cards change by their response code."""
        now = self._clock.now()
        opened = self._guard.open(query, encrypted_xml(body), now)
        if opened.answered is not None:
            return Reply(body=opened.answered)
        try:
            fields = xmltext.parse(opened.plain)
            event = events.event_of(fields)
        except ValueError:  # BadXmlError, UnreadableError: signed, and still nothing the platform sends
            raise TurnedAwayError(400) from None
        if event is not None:
            await self._take(event, xmltext.word(fields, "ResponseCode"))
        self._guard.accepted(opened, b"", now)
        return Reply()

    async def _take(self, event: Event, code: str) -> None:
        """The code first: the change it is for may be ready at once."""
        if self._accept is None:
            raise StoreDownError("not running")
        if event.kind == "press" and code:
            await self._codes.keep(event.user, event.task, code, event.id)
        envelope = model.Envelope(
            platform=PLATFORM,
            bot=self.bot,
            event_id=event.id,
            chat_key=f"{PLATFORM}:{event.user}",
            body=events.encode(event),
        )
        await self._accept([envelope])
        if event.kind == "press":
            task = asyncio.create_task(self._freshen_later(event.user, event.task))
            self._aside.add(task)
            task.add_done_callback(self._aside.discard)

    def parse(self, body: bytes) -> Inbound:
        return events.parse(body, self.bot)

    def is_group(self, chat_id: str) -> bool:
        return False

    async def fetch(self, ref: str) -> bytes | NotFetched:
        return await fetch(self._tokens, ref, self._most_bytes)

    async def run(self, accept: Accept) -> None:
        """Take callbacks until cancelled."""
        self._accept = accept
        log.info(STARTED, bot=self.bot)
        try:
            await asyncio.Event().wait()
        finally:
            self._accept = None
            for task in self._aside:
                task.cancel()

    # -- what goes out

    def messages(self, out: Outgoing) -> int:
        """base.InSeveral."""
        apart = out.content.attachment is not None and bool(out.content.text) and not out.content.buttons
        return 2 if apart else len(messages(out, Envelope(user="", agent_id=0, duplicate_seconds=0)))

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        if out.kind is OutKind.ANSWER:
            return Never(why="a press is answered by a message here")
        try:
            if out.kind is OutKind.EDIT:
                return await self._edit(out, target_ref)
            return await self._say(out)
        except StoreDownError:
            return Later(why="store down", after=1.0)

    async def _say(self, out: Outgoing) -> SendResult:
        whole = await with_file(out, self._uploads)
        if isinstance(whole, Later):
            return whole
        out, file = whole
        user = out.to.chat_id
        if not (out.content.text.strip() or file):
            return Never(why="nothing to say")
        envelope = Envelope(user=user, agent_id=self._agent_id, duplicate_seconds=self._duplicate_seconds)
        bodies = messages(out, envelope, file)
        wait = self._pace.spend(user, self._clock.now(), len(bodies))
        if wait:
            return Later(why="this member has had enough for a minute", after=wait, chat_wide=True)
        sent = Sent()
        for body in bodies:
            reply = await self._tokens.post(SEND, body)
            if not isinstance(reply, Good):
                return self._refused(reply)
            if _names(reply.data, "invaliduser"):
                return Never(why=NOT_THERE)
            if _names(reply.data, "unlicenseduser"):
                return Never(why=UNLICENSED)
            sent = await self._sent(user, body, reply)
        return sent

    async def _sent(self, user: str, body: Json, reply: Good) -> Sent:
        """A card is known by its task, as its presses will name it."""
        task, code = body.get("template_card", {}).get("task_id", ""), reply.data.get("response_code")
        if task and isinstance(code, str) and code:
            try:
                await self._codes.keep(user, task, code)
            except StoreDownError:  # it was sent, and must not be sent again for that
                log.warning(CODE_LOST, task=task)
        return Sent(message_ref=task or str(reply.data.get("msgid", "")))

    async def _edit(self, out: Outgoing, task: str) -> SendResult:
        user = out.to.chat_id
        code = await self._codes.take(user, task) if task else ""
        if not code:
            return CannotEdit(why="no response_code left")
        body = {
            "userids": [user],
            "agentid": self._agent_id,
            "response_code": code,
            "template_card": changed(out, task),
        }
        reply = await self._tokens.post(UPDATE, body)
        if isinstance(reply, Good):
            return CannotEdit(why=NOT_THERE) if _names(reply.data, "invaliduser") else Sent()
        result = self._refused(reply, code)
        if isinstance(result, Later | Unknown):
            await self._codes.keep(user, task, code)
            return result
        return CannotEdit(why=mask(reply.why, code))

    def _refused(self, reply: Refused | Lost, *secrets: str) -> SendResult:
        """What it means, told with what to do about it where that is known."""
        if isinstance(reply, Refused):
            reply = Refused(reply.code, mask(reply.why, *secrets))
            log.warning(REFUSED, code=reply.code, why=reply.why, hint=hint(reply.code))
        return judge(reply)

    # -- cards that were pressed

    async def _freshen_later(self, user: str, task: str) -> None:
        await asyncio.sleep(self._freshen_after)
        try:
            await self.freshen(user, task)
        except StoreDownError:
            return

    async def freshen(self, user: str, task: str) -> None:
        """A card that could not be changed when its ticket did is made true by the code of its next press."""
        change = await self._codes.unmade_edit(user, task)
        if change is not None and isinstance(await self._edit(change, task), Sent):
            log.info(FRESHENED, key=change.key)


def _names(data: Json, name: str) -> bool:
    """Is anybody named there? As "a|b" by message/send, as a list by the others."""
    return bool(data.get(name))


def _capabilities(settings: WecomApp) -> Capabilities:
    """30 a minute in any minute: a third of it at once, the rest evenly."""
    burst = max(1.0, settings.per_minute / 3)
    return Capabilities(
        hears_mentions=False,
        replies=False,
        editing=Edits.ON_PRESS,
        reaches_residents=False,
        answers_presses=False,
        shows=EVERY_KIND - {AttachmentKind.LOCATION},
        captions=False,
        forgets_files=True,
        drops_copies=float(settings.duplicate_seconds),
        limits=Limits(
            text=TEXT_BYTES - MARK_BYTES,
            unit="utf8",
            buttons=BUTTONS,
            per_bot_second=100.0,
            per_chat_second=max(1.0, settings.per_minute - burst) / 60,
            per_chat_burst=burst,
            per_chat_hour=settings.per_hour,
        ),
    )


def build(kit: Kit) -> Channel:
    platform = AppPlatform(kit)
    return Channel(platform=platform, callbacks=(platform,))
