"""客户群群发 as a channel: it hears nothing, and what it says waits for a member's thumb (D 92135)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
from bot.adapters.wecom.api import Good, Lost, Qyapi, Refused
from bot.adapters.wecom.channel import Channel, Kit
from bot.adapters.wecom.errcodes import judge
from bot.adapters.wecom.tokens import Credential, Tokens
from bot.adapters.wecom_customer_group.following import PLATFORM, Follower, Quiet
from bot.clock import Clock
from bot.errors import StoreDownError
from storage.engine.base import Engine
from storage.model.messages import Inbound, Outgoing, OutKind
from storage.unit import Unit

ADD = "/cgi-bin/externalcontact/add_msg_template"
TEXT_BYTES = 4000
MOST_GROUPS = 2000
GATHER_SECONDS = 1.0
"""Copies for many groups become one task: its member confirms once, not once per group. It is made as soon as none
has come for so long."""

CHINA = ZoneInfo("Asia/Shanghai")
NO_QUOTA = "this group has had all tasks of this month"
STORE_DOWN = "wecom_customer_group.store_down"

log = structlog.get_logger()


@dataclass(slots=True)
class _Task:
    """Copies of one text that leave together."""

    chats: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    results: dict[str, SendResult] = field(default_factory=dict)


class CustomerGroupPlatform:
    """base.Platform for one member's 客户群. `sender` confirms."""

    name = PLATFORM

    def __init__(self, kit: Kit, tokens: Tokens, follower: Follower, gather: float = GATHER_SECONDS) -> None:
        settings = kit.settings.wecom_customer_group
        self.bot = settings.sender
        self.capabilities = Capabilities(
            hears_mentions=False,
            replies=False,
            editing=Edits.NEVER,
            buttons=False,
            human_confirms=True,
            shows=frozenset(),
            private_chats=False,
            answers_presses=False,
            limits=Limits(
                text=TEXT_BYTES,
                caption=TEXT_BYTES,
                unit="utf8",
                buttons=0,
                at_once=MOST_GROUPS,
                per_bot_second=MOST_GROUPS,
                per_group_month=settings.per_group_month,
            ),
        )
        self._engine: Engine = kit.engine
        self._clock: Clock = kit.clock
        self._tokens = tokens
        self._follower = follower
        self._gather = gather
        self._poll = timedelta(minutes=settings.poll_minutes)
        self._month_limit = settings.per_group_month
        self._open: dict[tuple[int, str], _Task] = {}

    def parse(self, body: bytes) -> Inbound | None:
        return None

    def is_group(self, chat_id: str) -> bool:
        return True

    async def fetch(self, ref: str) -> bytes | NotFetched:
        return NotFetched(why="nobody sends anything here")

    async def send(self, out: Outgoing, target_ref: str) -> SendResult:
        """Sent means: the task exists, and is written down as such. Whether people ever read it, the task tells."""
        if out.kind is not OutKind.SEND:
            return CannotEdit()
        if not out.content.text.strip() or not out.to.chat_id:
            return Never(why="nothing to send, or nobody")
        kind = (out.broadcast_id or 0, out.content.text)
        task = self._open.get(kind)
        if task is None or len(task.chats) >= MOST_GROUPS or out.to.chat_id in task.chats:
            task = self._open[kind] = _Task()
            task.chats.append(out.to.chat_id)
            gathered = 0
            while gathered < len(task.chats):
                gathered = len(task.chats)
                await asyncio.sleep(self._gather)
            if self._open.get(kind) is task:
                del self._open[kind]
            try:
                await self._make(task, *kind)
            finally:
                task.done.set()
        else:
            task.chats.append(out.to.chat_id)
            await task.done.wait()
        return task.results.get(out.to.chat_id, Unknown(why="the task was given up"))

    async def _make(self, task: _Task, broadcast_id: int, text: str) -> None:
        """One task for all its groups; what became of each copy is in `task.results`."""
        now = self._clock.now()
        try:
            chats = await self._with_quota(task, now)
        except StoreDownError:
            task.results |= dict.fromkeys(task.chats, Later(why="store down"))
            return
        if not chats:
            return
        body = {
            "chat_type": "group",
            "sender": self.bot,
            "chat_id_list": chats,
            "allow_select": False,
            "text": {"content": text},
        }
        reply = await self._tokens.post(ADD, body)
        if not isinstance(reply, Good):
            task.results |= dict.fromkeys(chats, self._refused(reply))
            return
        msgid, failed = reply.data.get("msgid"), reply.data.get("fail_list")
        left_out = set(failed) if isinstance(failed, list) and all(isinstance(f, str) for f in failed) else set()
        task.results |= dict.fromkeys(left_out & set(chats), Never(why="not a group of this member"))
        taken = [chat for chat in chats if chat not in left_out]
        if not isinstance(msgid, str) or not msgid:
            task.results |= dict.fromkeys(taken, Unknown(why="a task without an id"))
            return
        await self._write_down(task, broadcast_id, msgid, taken, now)

    async def _write_down(self, task: _Task, broadcast_id: int, msgid: str, chats: list[str], now: datetime) -> None:
        try:
            async with self._engine.write() as tx:
                for chat in chats:
                    await Unit(tx).channels.add_push(
                        broadcast_id, PLATFORM, self.bot, chat, sender=self.bot, msgid=msgid, at=now
                    )
        except StoreDownError:
            log.warning(STORE_DOWN)
            task.results |= dict.fromkeys(chats, Unknown(why="the task could not be written down"))
            return
        task.results |= dict.fromkeys(chats, Sent(message_ref=msgid))

    async def _with_quota(self, task: _Task, now: datetime) -> list[str]:
        """Those that may still have a task this month, as the platform counts: as many as the month has days."""
        first, limit = month_of(now, self._month_limit)
        good: list[str] = []
        async with self._engine.read() as tx:
            for chat in task.chats:
                if await Unit(tx).channels.pushes_since(PLATFORM, chat, first) < limit:
                    good.append(chat)
                else:
                    task.results[chat] = Never(why=NO_QUOTA)
        return good

    def _refused(self, reply: Refused | Lost) -> SendResult:
        if isinstance(reply, Refused) and reply.code == 41048:
            return Never(why=f"{reply.code} {reply.why}")
        return judge(reply)

    async def run(self, accept: Accept) -> None:
        """Ask again and again what became of the tasks; until cancelled. Nothing is ever accepted."""
        nothing = asyncio.Event()
        while True:
            try:
                await self._follower.look(self._clock.now())
            except StoreDownError:
                log.warning(STORE_DOWN)
            await self._clock.wait(nothing, self._clock.now() + self._poll)


def month_of(now: datetime, limit: int) -> tuple[datetime, int]:
    """When this month began in China, and how many tasks a group may have in it (0: as many as it has days)."""
    first = now.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return first, limit or (following - first).days


def build(kit: Kit, gather: float = GATHER_SECONDS) -> Channel:
    """Raises ValueError, with a sentence, for settings it cannot start with."""
    settings, shared = kit.settings.wecom_customer_group, kit.settings.wecom
    if not shared.corp_id:
        raise ValueError("请在 wecom.corp_id 写上企业 ID（管理后台“我的企业 → 企业信息”最下面）。")
    tokens = Tokens(
        Qyapi(kit.session, shared.base_url), Credential.corp(shared.corp_id, settings.secret), kit.clock.now
    )
    hours = kit.settings.broadcasts.quiet_hours
    follower = Follower(
        tokens,
        kit.engine,
        settings.sender,
        expires=timedelta(hours=settings.expire_hours),
        remind=timedelta(hours=settings.remind_hours),
        quiet=Quiet(start=hours.start, end=hours.end, zone=CHINA),
    )
    return Channel(platform=CustomerGroupPlatform(kit, tokens, follower, gather))
