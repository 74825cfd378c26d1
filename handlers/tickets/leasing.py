"""A claim is a lease: whoever shows no sign of life is nudged, and then the ticket goes to somebody on duty now."""

from datetime import datetime, timedelta
from typing import Any

from handlers.kit import life_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketRose, TicketRouted, TicketUnreached
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name, ticket_by_number, ticket_to_work
from handlers.tickets.limits import TicketSettings, limits_at
from handlers.tickets.moving import awake, checked
from handlers.tickets.view import lane, refresh
from storage.model.messages import Content, Role
from storage.model.tickets import HELD, WAITING, EntryKind, Move, Ticket

LONGEST_REASON = 200
SILENT, GIVEN_BACK = "silent", "given_back"


# ── the lease ──────────────────────────────────────────────────────────────
async def begin(ctx: Context, ticket: Ticket) -> None:
    """Look after the lease a ticket has now. Doing it twice does no harm."""
    until = ticket.lease_until
    if ticket.state not in HELD or until is None:
        return
    nudge = until - _length_left(await limits_at(ctx, ticket.station_id), ticket)
    key = f"{_name(ticket, until, nudge)}:nudge"
    await ctx.later("lease_nudge", at=max(nudge, ctx.now), key=key, payload={"ticket": ticket.id})


def _name(ticket: Ticket, until: datetime, nudge: datetime) -> str:
    """One lease, for keys. A short one and a long one from before may end at the same moment: they are two."""
    return f"lease:{ticket.id}:{until.timestamp():.3f}:{nudge.timestamp():.3f}"


async def _silent(ctx: Context, payload: dict[str, Any]) -> Ticket | None:
    """The held ticket, its lease renewed by the newest thing its holder did; None if nobody holds it."""
    ticket = await ctx.unit.tickets.get(int(payload["ticket"]))
    if ticket is None or ticket.state not in HELD or ticket.assignee_id is None or ticket.lease_until is None:
        return None
    heard = await ctx.unit.entries.latest_by(ticket.id, ticket.assignee_id)
    if heard is None:
        return ticket
    until = heard + (await limits_at(ctx, ticket.station_id)).lease_of(ticket)
    return await ctx.unit.held.renew(ticket.id, ticket.assignee_id, until) or ticket


def _length_left(limits: TicketSettings, ticket: Ticket) -> timedelta:
    """How much of a lease is left when its holder is reminded."""
    return limits.lease_of(ticket) * (100 - limits.nudge_percent) / 100


@tickets.job("lease_nudge")
async def nudge(ctx: Context, payload: dict[str, Any]) -> None:
    ticket = await _silent(ctx, payload)
    if ticket is None or ticket.lease_until is None or ticket.assignee_id is None:
        return
    left = _length_left(await limits_at(ctx, ticket.station_id), ticket)
    if ticket.lease_until - ctx.now > left:
        await begin(ctx, ticket)
        return
    name = _name(ticket, ticket.lease_until, ticket.lease_until - left)
    # A nudge that comes late, after a stop of ours, leaves as much time as one in time; after that it is not true.
    ends = max(ticket.lease_until, ctx.now + left)
    if not await ctx.later("lease_end", at=ends, key=f"{name}:end", payload={"ticket": ticket.id}):
        return  # nudged already: this one was meant for a lease from before a pause
    told = say.nudge(ticket, ticket.lease_until - ctx.now)
    await ctx.tell(
        ticket.assignee_id,
        told,
        lane=lane(ticket),
        ticket_id=ticket.id,
        key=name,
        expires_at=ends,
    )
    await ctx.log(EntryKind.NUDGED, ticket=ticket, data={"to": ticket.assignee_id})


@tickets.job("lease_end")
async def lapse(ctx: Context, payload: dict[str, Any]) -> None:
    ticket = await _silent(ctx, payload)
    if ticket is None or ticket.assignee_id is None:
        return
    moved = await ctx.unit.tickets.move(ticket.id, Move.LAPSE, at=ctx.now, assignee_id=ticket.assignee_id)
    if moved is None:
        await begin(ctx, ticket)
        return
    await _returned(ctx, moved, ticket.assignee_id, SILENT, "")
    told = say.LEASE_OVER.format(number=texts.number(moved))
    await ctx.tell(ticket.assignee_id, told, lane=lane(moved), ticket_id=moved.id)


async def _returned(ctx: Context, ticket: Ticket, from_id: int, why: str, reason: str) -> None:
    """It waits again: somebody else on duty now gets it, or whoever leads."""
    await ctx.log(EntryKind.RETURNED, ticket=ticket, text=reason, data={"from": from_id, "why": why})
    ctx.emit(TicketUnreached(ticket_id=ticket.id, person_id=from_id))


@tickets.on(TicketRouted)
async def tell_the_next(ctx: Context, fact: TicketRouted) -> None:
    """Whoever gets a returned ticket reads why, below its card."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING or fact.person_id is None or fact.failed_person_id is None:
        return
    came = [e for e in await ctx.unit.entries.of_ticket(ticket.id) if e.kind is EntryKind.RETURNED]
    if not came:
        return
    before = await officer_name(ctx, fact.failed_person_id)
    sentence = say.came_to_you(ticket, before, came[-1].text)
    key = f"ticket:{ticket.id}:came:{ticket.round}:{fact.person_id}:{came[-1].id}"
    await ctx.tell(fact.person_id, sentence, lane=lane(ticket), ticket_id=ticket.id, key=key)


@tickets.on(TicketRose)
async def hurry(ctx: Context, fact: TicketRose) -> None:
    """What cannot wait any more has a short lease from now on."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in HELD:
        return
    until = ctx.now + (await limits_at(ctx, ticket.station_id)).lease_of(ticket)
    shorter = await ctx.unit.held.shorten(ticket.id, until)
    if shorter is not None:
        await begin(ctx, shorter)


# ── 退回 ───────────────────────────────────────────────────────────────────
@tickets.command(
    "退回", slash="giveback", args=parse.number_and_text, allow=Permission.WORK, help="退回 12 原因　我去不了，请别人接"
)
async def give_back(ctx: Context, arg: parse.NumberAndText) -> None:
    await _give_back(ctx, await ticket_by_number(ctx, arg.number), arg.text)


@tickets.button("giveback", args=parse.row_id, allow=Permission.REPORT)
async def press_give_back(ctx: Context, ticket_id: int) -> None:
    await ask_why(ctx, await ticket_to_work(ctx, ticket_id))


async def ask_why(ctx: Context, ticket: Ticket) -> None:
    """One sentence of why it is given back."""
    ticket = await checked(ctx, ticket, say.GIVE_BACK)
    key = f"{ctx.cause}:giveback"
    content = Content(text=say.ASK_GIVE_BACK.format(number=texts.number(ticket)), ask=True)
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id, key=key)
    await ctx.ask("giveback", {"ticket": ticket.id, "question": key})


@tickets.step("giveback")
async def typed_reason(ctx: Context) -> None:
    ticket = await ticket_to_work(ctx, int(ctx.asked["ticket"]))
    await ctx.end_conversation()
    await _give_back(ctx, ticket, ctx.event.text.strip())


async def _give_back(ctx: Context, ticket: Ticket, reason: str) -> None:
    ticket = await checked(ctx, ticket, say.GIVE_BACK)
    number = texts.number(ticket)
    if not reason:
        raise UsageError(say.NEED_GIVE_BACK.format(number=ticket.number))
    reason = texts.short(reason, LONGEST_REASON)
    if ticket.state in WAITING:
        await _returned(ctx, ticket, ticket.routed_id or ctx.who.person.id, GIVEN_BACK, reason)
        await ctx.answer(say.PASSED_ON.format(number=number))
        return
    ticket = await awake(ctx, ticket)
    holder = ticket.assignee_id
    moved = None
    if holder is not None:
        moved = await ctx.unit.tickets.move(ticket.id, Move.RETURN, at=ctx.now, assignee_id=holder)
    if moved is None or holder is None:
        raise UsageError(texts.ILLEGAL.format(number=number, state=ticket.state, move=say.GIVE_BACK))
    await _returned(ctx, moved, holder, GIVEN_BACK, reason)
    if holder != ctx.who.person.id:
        told = say.TAKEN_FROM_YOU.format(number=number, by=ctx.who.person.name, reason=reason)
        await ctx.tell(holder, told, ticket_id=moved.id)
    await refresh(ctx, moved)
    await ctx.answer(say.GAVE_BACK.format(number=number))
