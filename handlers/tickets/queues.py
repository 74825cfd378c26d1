"""队列: how every queue stands now; 统计 队列: what went through it this month. Each figure is read from the log."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from handlers.kit import parse, texts
from handlers.kit import queue_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.desks import desk_of
from handlers.kit.errors import UsageError
from handlers.kit.onduty import who_is_on
from handlers.kit.queue_log import Stay, came_back, stays
from handlers.kit.routing import queue_of, takers_of
from handlers.tickets.feature import tickets
from handlers.tickets.figures import figure, month_start
from storage.model.queues import Desk, Place, QueueKind
from storage.model.roster import Free
from storage.model.tickets import WAITING, Entry
from storage.stores.queues import OpenTicket

QUEUES = "队列"


@tickets.command("队列", slash="queues", args=parse.nothing, allow=Permission.WORK, help="队列　各队还有多少单")
async def queues(ctx: Context, _: None) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    desk = await desk_of(ctx, ctx.here.id)
    inside: dict[int, list[OpenTicket]] = defaultdict(list)
    for ticket in await ctx.unit.queues.open(ctx.here.id):
        way = stays(ticket.entries)
        inside[queue_of(desk, way[-1].queue_id if way else None).id].append(ticket)
    since = month_start(ctx)
    bounces = _bounces(desk, await ctx.unit.queues.turned(ctx.here.id, since), since)
    names = await _on_duty(ctx, desk)
    stands = [
        say.QueueStands(
            name=queue.name,
            open=len(inside[queue.id]),
            unclaimed=sum(t.state in WAITING for t in inside[queue.id]),
            oldest=min((t.opened_at for t in inside[queue.id]), default=None),
            on_duty=names[queue.id],
            manned=bool(queue.members) or queue.place is Place.COMMUNITY or queue.kind is QueueKind.PARTNER,
            bounces=bounces[queue.id],
        )
        for queue in desk.queues
    ]
    await ctx.reply(say.queues(stands, ctx.now))


async def _on_duty(ctx: Context, desk: Desk) -> dict[int, list[str]]:
    """Queue id → who takes what comes into it now; who rests takes nothing."""
    staff = {m.person.id: m.person.name for m in await ctx.unit.people.staff(desk.station_id)}
    said = await ctx.unit.roster.availability(desk.station_id, ctx.now)
    turns = [t for t in await who_is_on(ctx.unit, ctx.here, ctx.now) if said.get(t.person_id) is not Free.RESTING]
    return {queue.id: [staff[p] for p in takers_of(desk, queue, staff, turns)] for queue in desk.queues}


def _bounces(desk: Desk, ways: list[list[Entry]], since: datetime) -> Counter[int]:
    """Queue id → how often a ticket came back to it since then."""
    return Counter(queue_of(desk, q).id for entries in ways for q, at in came_back(entries) if at >= since)


@figure(QUEUES)
async def spent(ctx: Context) -> str:
    """Stays that began this month, and how long they lasted, until now where they last."""
    desk, since = await desk_of(ctx, ctx.here.id), month_start(ctx)
    ways = await ctx.unit.queues.log(ctx.here.id, since)
    found: dict[int, list[Stay]] = defaultdict(list)
    for stay in (stay for entries in ways for stay in stays(entries) if stay.since >= since):
        found[queue_of(desk, stay.queue_id).id].append(stay)
    bounces = _bounces(desk, ways, since)
    rows = [(q.name, len(found[q.id]), _total(found[q.id], ctx.now), bounces[q.id]) for q in desk.queues]
    return say.spent(ctx.local().month, rows)


def _total(found: list[Stay], now: datetime) -> timedelta:
    return sum(((stay.until or now) - stay.since for stay in found), timedelta(0))
