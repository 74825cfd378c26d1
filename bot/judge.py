"""Which messages of the inbox called us, and what became of each: read again from what was stored, as evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.base import Platform, UnreadableError
from handlers.auditing import Answer
from handlers.kit.context import Context
from handlers.kit.router import Router
from storage.model.audit import Called
from storage.model.messages import Inbound, InboundKind
from storage.model.people import GroupKind, PersonRole, Station
from storage.model.work import InboxRow
from storage.unit import Unit

_RANK = {role: rank for rank, role in enumerate(PersonRole)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    station_id: int
    answer: Answer


class Judge:
    """`make_context(unit, now, cause)`: to understand a message as it was understood when it came."""

    def __init__(
        self,
        platforms: Mapping[tuple[str, str], Platform],
        router: Router,
        make_context: Callable[[Unit, datetime, str], Context],
    ) -> None:
        self._platforms = platforms
        self._router = router
        self._make_context = make_context

    async def judge(self, unit: Unit, row: InboxRow, now: datetime) -> Judged | None:
        """None if it did not call us, or belongs to no station."""
        event = self._read(row)
        if event is None or event.kind is not InboundKind.MESSAGE or event.sender.is_bot:
            return None
        ctx = self._make_context(unit, now, f"audit:{row.id}")
        ctx.inbound = event
        if not event.chat.private:
            where = event.chat.address
            ctx.group = await unit.groups.by_chat(where.platform, where.chat_id)
        ctx.station = await _station(unit, ctx, event)
        if ctx.station is None or not self._calls(ctx):
            return None
        called = Called(
            inbox_id=row.id,
            where=event.chat.address,
            message_id=event.message_id,
            group=ctx.group.title if ctx.group is not None else "",
            at=row.received_at,
        )
        return Judged(station_id=ctx.station.id, answer=Answer(called=called, got=await self._got(ctx, row)))

    def _read(self, row: InboxRow) -> Inbound | None:
        platform = self._platforms.get((row.platform, row.bot))
        try:
            return platform.parse(row.body) if platform is not None else None
        except UnreadableError:
            return None  # it was parked, and an alarm told so

    def _calls(self, ctx: Context) -> bool:
        """Was it said to us? Colleagues who call each other by name in their own group do not mean us."""
        event = ctx.event
        if event.chat.private or event.addressed:
            return True
        if not ctx.vocabulary.find(event.text):
            return False
        among_officers = ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS
        return not among_officers or self._router.command(ctx.said, sure=True) is not None

    async def _got(self, ctx: Context, row: InboxRow) -> str:
        """A ticket, a word, or nothing. Thanks within a matter that is being told need no word."""
        event = ctx.event
        where = event.chat.address
        if await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.message_id) is not None:
            return "tickets"
        command = self._router.command(ctx.said, sure=True) is not None
        if not command and not event.attachments and ctx.understood.courtesy is not None:
            return "courtesies"
        if not await ctx.unit.audit.answered(row.id):
            return ""
        return "commands" if command else "answers"


async def _station(unit: Unit, ctx: Context, event: Inbound) -> Station | None:
    """As when it came: the group's, the one where its sender works or lives, the first."""
    if ctx.group is not None and ctx.group.station_id is not None:
        return await unit.stations.get(ctx.group.station_id)
    known = await unit.people.by_identity(event.platform, event.sender.user_id)
    roles = await unit.people.roles(known.person.id) if known is not None else {}
    if roles:
        return await unit.stations.get(max(roles, key=lambda station_id: _RANK[roles[station_id]]))
    return next(iter(await unit.stations.all()), None)
