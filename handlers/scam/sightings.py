"""Where near-same scam texts turn up: in reports, in checks, in groups that want to be warned."""

from dataclasses import replace
from datetime import timedelta

from handlers.kit import scam_texts as say
from handlers.kit.context import Context
from handlers.kit.facts import ScamSpreading, TicketGrew, TicketOpened
from handlers.scam.feature import scam
from handlers.scam.question import asks, suspicious_part
from handlers.understanding.prints import near, print_of
from storage.model.matters import Category
from storage.model.scams import AlertState, ScamPrint
from storage.model.tickets import Ticket

WITHIN = timedelta(hours=24)
FORWARDS = 5
"""So many near-same messages of one station within that time, and its leader is asked whether to warn everybody."""

MOST = 2000
"""Known scams a text is compared with; the newest ones."""


async def known_scam(ctx: Context, station_id: int, text: str) -> ScamPrint | None:
    """The collected scam that reads nearly like `text`."""
    fingerprint = print_of(text)
    if not fingerprint:
        return None
    known = await ctx.unit.scams.known(station_id, limit=MOST)
    return next((scam for scam in known if near(scam.fingerprint, fingerprint)), None)


@scam.on(TicketOpened)
async def reported(ctx: Context, fact: TicketOpened) -> None:
    """A report of a scam is a sighting of its text; one we know is certain, whatever the model thought of it."""
    ticket = None if fact.reopened else await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is not None:
        await _note(ctx, ticket)


@scam.on(TicketGrew)
async def told_more(ctx: Context, fact: TicketGrew) -> None:
    """The text itself often comes a line after the call. A ticket is one sighting, however long it is told."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is not None and not await ctx.unit.scams.of_ticket(ticket.id):
        await _note(ctx, ticket)


async def _note(ctx: Context, ticket: Ticket) -> None:
    text = (suspicious_part(ticket.text) if asks(ticket.text) else "") or ticket.text
    known = await known_scam(ctx, ticket.station_id, text)
    if known is not None:
        ticket = await _certain(ctx, ticket, known)
    if ticket.hint.startswith((say.LIKELY_HINT, say.UNSURE_HINT)):
        await sight(
            ctx,
            ticket.station_id,
            fingerprint=known.fingerprint if known is not None else print_of(text),
            fraud_type=ticket.fraud_type,
            group_id=ticket.group_id,
            ticket_id=ticket.id,
        )


async def _certain(ctx: Context, ticket: Ticket, known: ScamPrint) -> Ticket:
    ticket = replace(
        ticket,
        category=Category.FRAUD,
        fraud_type=known.fraud_type or ticket.fraud_type,
        hint=f"{say.LIKELY_HINT}，{say.KNOWN_REASON}",
    )
    await ctx.unit.tickets.grow(ticket)
    return ticket


async def sight(
    ctx: Context,
    station_id: int,
    *,
    fingerprint: str,
    fraud_type: str,
    group_id: int | None,
    ticket_id: int | None = None,
) -> None:
    """Note that a text was seen, under the fingerprint its near-same ones of the last day go by. "" is no sighting."""
    if not fingerprint:
        return
    since = ctx.now - WITHIN
    scams = ctx.unit.scams
    seen = await scams.sighted(station_id, since)
    name = next((other for other in seen if near(other, fingerprint)), fingerprint)
    await scams.sight(station_id=station_id, fingerprint=name, at=ctx.now, group_id=group_id, ticket_id=ticket_id)
    count = await scams.sightings(station_id, name, since)
    if count < FORWARDS or any(near(told, fingerprint) for told in await scams.alerted(station_id)):
        return
    row = await scams.seen(station_id=station_id, fingerprint=name, fraud_type=fraud_type, at=ctx.now)
    if await scams.alert(row.id, was=AlertState.NONE, now=AlertState.PROPOSED):
        ctx.emit(ScamSpreading(print_id=row.id, station_id=station_id, count=count))
