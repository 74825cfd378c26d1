"""改类 · 改急: an officer corrects what was understood."""

from dataclasses import replace

from handlers.kit import parse, texts
from handlers.kit import urgent_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketRose
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number
from handlers.tickets.ladder import watch
from handlers.tickets.view import refresh
from storage.model.matters import Category
from storage.model.tickets import EntryKind, Ticket, Urgency


@tickets.command(
    "改类", args=parse.number_and_text, allow=Permission.WORK, help="改类 12 扰民　这一单归错类了", slash="sort"
)
async def sort_anew(ctx: Context, arg: parse.NumberAndText) -> None:
    """Another category; "诈骗" is enough for 诈骗预警."""
    ticket = await _to_correct(ctx, arg.number)
    names = texts.join(Category)
    if not arg.text:
        raise UsageError(say.NEED_CATEGORY.format(names=names, number=arg.number))
    category = next((c for c in Category if arg.text in c), None)
    if category is None:
        raise UsageError(say.CATEGORY_UNKNOWN.format(word=texts.short(arg.text, 12), names=names, number=arg.number))
    await _correct(ctx, ticket, replace(ticket, category=category), "category", ticket.category or "", category)


@tickets.command(
    "改急",
    args=parse.number_and_text,
    allow=Permission.WORK,
    help="改急 12 一般　这一单没那么急（或更急）",
    slash="urgency",
)
async def weigh_anew(ctx: Context, arg: parse.NumberAndText) -> None:
    """紧急, 一般 or 低. What becomes urgent rings."""
    ticket = await _to_correct(ctx, arg.number)
    if not arg.text:
        raise UsageError(say.NEED_URGENCY.format(number=arg.number))
    urgency = next((u for u in Urgency if arg.text == u), None)
    if urgency is None:
        raise UsageError(say.URGENCY_UNKNOWN.format(word=texts.short(arg.text, 12), number=arg.number))
    await _correct(ctx, ticket, replace(ticket, urgency=urgency), "urgency", ticket.urgency, urgency)


async def _to_correct(ctx: Context, number: int) -> Ticket:
    """Its holder, or whom it was brought to, or those who dispatch may correct it."""
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    ticket = await ticket_by_number(ctx, number)
    mine = ctx.who.person.id == (ticket.assignee_id or ticket.routed_id)
    if not mine and not ctx.who.may(Permission.DISPATCH, ticket.station_id):
        raise UsageError(say.NOT_ASSIGNED.format(number=texts.number(ticket)))
    return ticket


async def _correct(ctx: Context, ticket: Ticket, corrected: Ticket, field: str, before: str, after: str) -> None:
    number = texts.number(ticket)
    if before == after:
        raise UsageError(say.SAME_ALREADY.format(number=number, value=after))
    await ctx.unit.tickets.grow(corrected)
    data = {"field": field, "before": before, "after": after}
    await ctx.log(EntryKind.RECLASSIFIED, ticket=corrected, text=say.reclassified(field, before, after), data=data)
    if corrected.urgency is Urgency.URGENT and ticket.urgency is not Urgency.URGENT and not ticket.finished:
        ctx.emit(TicketRose(ticket_id=ticket.id))
    else:
        await watch(ctx, corrected)
        await refresh(ctx, corrected)
    await ctx.reply(say.RECLASSIFIED.format(number=number, value=after))
