"""收录, 撤录, 骗局库: which texts a station knows as scams. Only what an officer has looked at."""

from handlers.kit import parse, texts
from handlers.kit import scam_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.private import hide_private
from handlers.scam.feature import scam
from handlers.scam.question import asks, suspicious_part
from handlers.understanding.prints import SHORTEST, print_of
from storage.model.tickets import EntryKind, Ticket

PAGE = 10
SAMPLE = 400
"""Characters kept of a text, for officers to recognise it by."""


@scam.command("收录", args=parse.ticket_number, allow=Permission.WORK, help="收录 12　把这一单里骗子的原文收进骗局库")
async def collect(ctx: Context, number: int) -> None:
    _not_before_residents(ctx)
    ticket = await _ticket(ctx, number)
    text = (suspicious_part(ticket.text) if asks(ticket.text) else "") or ticket.text
    fingerprint = print_of(text)
    if not fingerprint:
        raise UsageError(say.TOO_SHORT.format(number=texts.number(ticket), least=SHORTEST))
    row = await ctx.unit.scams.collect(
        station_id=ticket.station_id,
        fingerprint=fingerprint,
        sample=hide_private(text)[:SAMPLE],
        fraud_type=ticket.fraud_type,
        at=ctx.now,
        by_id=ctx.who.person.id,
    )
    if row is None:
        raise UsageError(say.COLLECTED_ALREADY)
    ctx.directory_changed = True
    await ctx.log(EntryKind.SCAM_LIBRARY, ticket=ticket, data={"print": row.id, "kept": True})
    await ctx.reply(say.COLLECTED.format(id=row.id, kind=say.kind_name(row.fraud_type)))


async def _ticket(ctx: Context, number: int) -> Ticket:
    ticket = await ctx.unit.tickets.by_number(ctx.here.id, number)
    if ticket is None:
        raise UsageError(texts.NO_SUCH_STAFF.format(number=number))
    return ticket


@scam.command("撤录", args=parse.ticket_number, allow=Permission.WORK, help="撤录 3　从骗局库里去掉一条")
async def drop(ctx: Context, print_id: int) -> None:
    _not_before_residents(ctx)
    if not await ctx.unit.scams.drop(print_id, ctx.here.id):
        raise UsageError(say.NO_SUCH_SCAM.format(id=print_id))
    ctx.directory_changed = True
    await ctx.log(EntryKind.SCAM_LIBRARY, data={"print": print_id, "kept": False})
    await ctx.reply(say.DROPPED.format(id=print_id))


@scam.command("骗局库", args=parse.page, allow=Permission.WORK, help="骗局库　看收录了哪些骗局")
async def show(ctx: Context, page: int) -> None:
    _not_before_residents(ctx)
    total = await ctx.unit.scams.known_count(ctx.here.id)
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    prints = await ctx.unit.scams.known(ctx.here.id, limit=PAGE, skip=(page - 1) * PAGE)
    if not prints:
        await ctx.reply(say.NOTHING_KNOWN)
        return
    samples = [texts.short(row.sample, 24) for row in prints]
    await ctx.reply(say.library(prints, samples, total, page, pages))


def _not_before_residents(ctx: Context) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
