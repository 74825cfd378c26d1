"""What becomes of a task after it was made (D 93338): waiting for its member, delivered, or given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import structlog

from bot.adapters.base import Never
from bot.adapters.wecom.api import Call, Good, Lost, Refused
from bot.adapters.wecom.errcodes import hint, judge
from bot.adapters.wecom.tokens import Tokens
from handlers.broadcast.times import quiet_until
from storage.engine.base import Engine
from storage.model.channels import PushState, PushTask
from storage.model.work import BroadcastState
from storage.unit import Unit

PLATFORM = "wecom_customer_group"
CONTACT = "/cgi-bin/externalcontact"
CONFIRMED, REACHED = 2, 1
"""`status` of the task at its member, and of one group's copy; 0 waits in both."""

REMINDERS = 3
"""For one task. The platform takes so many a day."""

REPORTED_WITHIN = timedelta(days=1)
"""After this much longer than a task lives, nobody asks any more about a confirmed copy that was never reported on."""

PAGE = 500
MOST_PAGES = 20
LOOK_FAILED = "wecom_customer_group.look_failed"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which no member's phone is made to ring."""

    start: str
    end: str
    zone: ZoneInfo

    def now(self, at: datetime) -> bool:
        return quiet_until(at, start=self.start, end=self.end, zone=self.zone) is not None


class Follower:
    """Asks about every open task of one member. Each change is written compare-and-set: two of us change it once."""

    def __init__(
        self, tokens: Tokens, engine: Engine, bot: str, *, expires: timedelta, remind: timedelta, quiet: Quiet
    ) -> None:
        self._tokens = tokens
        self._engine = engine
        self._bot = bot
        self._expires = expires
        self._remind = remind
        self._quiet = quiet

    async def look(self, now: datetime) -> None:
        """Once over all open tasks. Raises StoreDownError."""
        async with self._engine.read() as tx:
            rows = await Unit(tx).channels.open_pushes(PLATFORM, self._bot)
        for msgid, group in groupby(sorted(rows, key=lambda row: (row.msgid, row.id)), key=lambda row: row.msgid):
            if not await self._one(msgid, list(group), now):
                return

    async def _one(self, msgid: str, rows: Sequence[PushTask], now: datetime) -> bool:
        """False if the platform does not answer just now."""
        first = rows[0]
        reply = await self._ask("get_groupmsg_task", {"msgid": msgid, "limit": PAGE, "cursor": ""})
        if _unanswered(reply):
            return False
        if isinstance(reply, Good) and _pressed(reply, first.sender):
            return await self._confirmed(msgid, rows, late=now - first.at >= self._expires + REPORTED_WITHIN)
        if now - first.at >= self._expires or await self._stopped(first):
            return await self._give_up(msgid, rows)
        if isinstance(reply, Good):
            if first.state is PushState.CREATED:
                await self._move(rows, PushState.WAITING)
            await self._urge(msgid, first, now)
        return True

    async def _confirmed(self, msgid: str, rows: Sequence[PushTask], *, late: bool) -> bool:
        """Which groups it really reached is told group by group. `late`: what was not told by now never will be."""
        found = await self._results(msgid, rows[0].sender)
        if isinstance(found, Refused | Lost) and _unanswered(found):
            return False
        status = found if isinstance(found, dict) else {}
        lost = [row for row in rows if status.get(row.chat_id, 0) > REACHED or (late and not status.get(row.chat_id))]
        await self._move([row for row in rows if status.get(row.chat_id) == REACHED], PushState.DELIVERED)
        await self._move(lost, PushState.EXPIRED)
        return True

    async def _results(self, msgid: str, sender: str) -> dict[str, int] | Refused | Lost:
        found: dict[str, int] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            asked = {"msgid": msgid, "userid": sender, "limit": PAGE, "cursor": cursor}
            reply = await self._ask("get_groupmsg_send_result", asked)
            if not isinstance(reply, Good):
                return reply
            sent = reply.data.get("send_list")
            for row in sent if isinstance(sent, list) else []:
                if isinstance(row, dict) and isinstance(row.get("status"), int):
                    found[str(row.get("chat_id", ""))] = row["status"]
            following = reply.data.get("next_cursor")
            if not isinstance(following, str) or following in ("", cursor):
                break
            cursor = following
        return found

    async def _give_up(self, msgid: str, rows: Sequence[PushTask]) -> bool:
        """Taken back first, so that nobody can confirm what we call expired; it may have been pressed just before."""
        if _unanswered(await self._ask("cancel_groupmsg_send", {"msgid": msgid})):
            return False
        return await self._confirmed(msgid, rows, late=True)

    async def _stopped(self, row: PushTask) -> bool:
        async with self._engine.read() as tx:
            broadcast = await Unit(tx).broadcasts.get(row.broadcast_id)
        return broadcast is not None and broadcast.state is BroadcastState.CANCELLED

    async def _urge(self, msgid: str, first: PushTask, now: datetime) -> None:
        """At most three reminders, none at night. Counted before it is made: rather one too few."""
        if first.reminded >= REMINDERS or now - (first.reminded_at or first.at) < self._remind or self._quiet.now(now):
            return
        async with self._engine.write() as tx:
            counted = await Unit(tx).channels.remind_push(first, now)
        if counted:
            await self._ask("remind_groupmsg_send", {"msgid": msgid})

    async def _move(self, rows: Sequence[PushTask], state: PushState) -> None:
        async with self._engine.write() as tx:
            for row in rows:
                await Unit(tx).channels.move_push(row, state)

    async def _ask(self, call: str, body: dict[str, object]) -> Call:
        reply = await self._tokens.post(f"{CONTACT}/{call}", body)
        if not isinstance(reply, Good):
            code = reply.code if isinstance(reply, Refused) else 0
            log.warning(LOOK_FAILED, call=call, why=reply.why, hint=hint(code))
        return reply


def _unanswered(reply: Call) -> bool:
    """Lost, or refused for now: it says nothing of the task."""
    return not isinstance(reply, Good) and not isinstance(judge(reply), Never)


def _pressed(reply: Good, sender: str) -> bool:
    """Has the member confirmed it?"""
    members = reply.data.get("task_list")
    known = [member for member in members if isinstance(member, dict)] if isinstance(members, list) else []
    return any(member.get("userid") == sender and member.get("status") == CONFIRMED for member in known)
