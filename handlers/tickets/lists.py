"""我的 · 待办 · 查 N: who has what, and how it stands."""

from zoneinfo import ZoneInfo

import msgspec

from handlers.kit import parse, queue_texts, texts
from handlers.kit.access import Permission, is_staff
from handlers.kit.context import Context
from handlers.kit.desks import desk_of
from handlers.kit.errors import UsageError
from handlers.kit.names import public_name
from handlers.kit.routing import queue_of
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name, ticket_by_number
from handlers.tickets.limits import limits_at
from handlers.tickets.view import card_buttons
from storage.model.messages import Button, Content
from storage.model.people import GroupKind
from storage.model.tickets import Entry, EntryKind, Ticket

PAGE = 8


def _pages(total: int) -> int:
    return max(1, (total + PAGE - 1) // PAGE)


def _turn(action: str, page: int, pages: int) -> tuple[tuple[Button, ...], ...]:
    cells = []
    if page > 1:
        cells.append(Button(label=texts.PREVIOUS, action=f"{action}:{page - 1}"))
    if page < pages:
        cells.append(Button(label=texts.NEXT, action=f"{action}:{page + 1}"))
    return (tuple(cells),) if cells else ()


@tickets.command("我的", slash="mine", args=parse.page, allow=Permission.REPORT, help="我的　看自己反映过的事和进度")
@tickets.button("mine", args=parse.page, allow=Permission.REPORT)
async def mine(ctx: Context, page: int) -> None:
    """One's own tickets. In a group only numbers and states: others are reading."""
    me = ctx.who.person.id
    total = await ctx.unit.tickets.of_reporter_count(me)
    if total == 0:
        await ctx.reply(texts.NO_MINE)
        return
    pages = _pages(total)
    page = min(page, pages)
    found = await ctx.unit.tickets.of_reporter(me, limit=PAGE, skip=(page - 1) * PAGE)
    if ctx.public:
        await ctx.reply(texts.mine_in_group(found))
        return
    await ctx.reply(Content(text=texts.mine(found, page, pages), buttons=_turn("mine", page, pages)))


@tickets.command("待办", slash="todo", args=parse.page, allow=Permission.WORK, help="待办　还没办完的单子")
@tickets.button("todo", args=parse.page, allow=Permission.WORK)
async def todo(ctx: Context, page: int) -> None:
    """The station's unfinished tickets, urgent and unclaimed first. Not in front of residents."""
    if ctx.public and (ctx.group is None or ctx.group.kind is not GroupKind.OFFICERS):
        raise UsageError(texts.NOT_IN_PUBLIC)
    total = await ctx.unit.tickets.unfinished_count(ctx.here.id)
    if total == 0:
        await ctx.reply(texts.NO_OPEN)
        return
    pages = _pages(total)
    page = min(page, pages)
    many = (await limits_at(ctx, ctx.here.id)).many_watch
    found = await ctx.unit.tickets.unfinished(ctx.here.id, many=many, limit=PAGE, skip=(page - 1) * PAGE)
    holders = {t.assignee_id: await officer_name(ctx, t.assignee_id) for t in found if t.assignee_id is not None}
    text = texts.todo(found, holders, many=many, total=total, page=page, pages=pages, public=ctx.public)
    await ctx.reply(Content(text=text, buttons=_turn("todo", page, pages)))


@tickets.command("查", slash="show", args=parse.ticket_number, allow=Permission.REPORT, help="查 12　看一件事的经过")
async def show(ctx: Context, number: int) -> None:
    ticket = await ticket_by_number(ctx, number)
    if ctx.public and not (ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS):
        await ctx.reply(texts.status_line(ticket))
        return
    staff = is_staff(ctx.who.role_at(ticket.station_id))
    text = texts.history(
        texts.ticket_head(ticket, staff=staff, public=ctx.public), await _timeline(ctx, ticket, staff=staff)
    )
    await ctx.reply(Content(text=text, buttons=card_buttons(ticket) if staff else ()))


async def _timeline(ctx: Context, ticket: Ticket, *, staff: bool) -> list[str]:
    """The log in words, one line each, in station time. Full names of officers stay among officers."""
    hidden = ctx.public and ticket.confidential
    station = await ctx.unit.stations.get(ticket.station_id)
    zone = ZoneInfo(station.tz if station else "Asia/Shanghai")
    names: dict[int, str] = {}
    lines = []
    for entry in await ctx.unit.entries.of_ticket(ticket.id):
        label = texts.ENTRY_LABELS.get(entry.kind)
        if label is None or (not staff and entry.kind in texts.ENTRIES_OF_STAFF):
            continue
        actor = (
            msgspec.json.decode(entry.data).get("to") if entry.kind in texts.ENTRIES_WITH_RECEIVER else entry.actor_id
        )
        if hidden and actor == ticket.reporter_id:
            actor = None
        if actor is not None and actor not in names:
            names[actor] = await _name(ctx, actor, staff=staff)
        who = names.get(actor, "") if actor is not None else ""
        told = staff or entry.kind not in texts.REASONS_OF_STAFF
        what = entry.text if entry.kind in texts.ENTRIES_WITH_TEXT and told and not hidden else ""
        if staff and entry.kind is EntryKind.ROUTED:
            what = await _sent_to(ctx, ticket, entry, hidden=hidden)
        lines.append(texts.entry_line(entry.at.astimezone(zone), label, who, what))
    return lines


async def _sent_to(ctx: Context, ticket: Ticket, entry: Entry, *, hidden: bool) -> str:
    """Its queue, where a rule gave it one."""
    data = msgspec.json.decode(entry.data)
    if "rule" not in data:
        return ""
    queue = queue_of(await desk_of(ctx, ticket.station_id), data["queue"])
    return queue_texts.stands_in(queue.name, "" if hidden else data["rule"])


async def _name(ctx: Context, person_id: int, *, staff: bool) -> str:
    person = await ctx.person(person_id)
    if person is None:
        return ""
    works = person.code and any(is_staff(role) for role in (await ctx.unit.people.roles(person_id)).values())
    return public_name(person) if works and not staff else person.name
