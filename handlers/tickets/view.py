"""What people see of a ticket: the reporter's receipt, the officers' cards, and keeping both true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.facts import DeliveryFailed, TicketRouted, TicketUnreached
from handlers.kit.names import public_name
from handlers.tickets.feature import tickets
from storage.model.messages import Address, Attachment, Button, Content, Lane, Role
from storage.model.people import Person
from storage.model.tickets import WAITING, State, Ticket, Urgency


def lane(ticket: Ticket) -> Lane:
    return Lane.EMERGENCY if ticket.urgency is Urgency.URGENT else Lane.OFFICER


def receipt_key(ticket: Ticket) -> str:
    return f"ticket:{ticket.id}:receipt"


def card_key(ticket: Ticket, to: Address) -> str:
    return f"ticket:{ticket.id}:card:{to.key}:{ticket.reopened}"


# ── what it looks like ─────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What receipt and cards show beside the ticket itself; looked up once for all of them."""

    where: str
    reporter: str
    holder: Person | None  # who has it, or is meant to take it
    local: datetime  # when it was opened, on the station's clock
    attached: Sequence[tuple[str, Attachment]]


async def look(ctx: Context, ticket: Ticket) -> Sight:
    group = await ctx.group_of(ticket)
    reporter = await ctx.person(ticket.reporter_id)
    holder = ticket.assignee_id or ticket.routed_id
    station = await ctx.station_of(ticket)
    return Sight(
        where=group.title if group else texts.PRIVATE_CHAT,
        reporter=reporter.name if reporter else "",
        holder=await ctx.person(holder) if holder is not None else None,
        local=ticket.opened_at.astimezone(ZoneInfo(station.tz if station else "Asia/Shanghai")),
        attached=await ctx.unit.attachments.of_ticket(ticket.id),
    )


def receipt(ticket: Ticket, sight: Sight) -> Content:
    buttons: tuple[tuple[Button, ...], ...] = ()
    if ticket.private and not ticket.finished:
        buttons = ((Button(label=texts.WITHDRAW, action=f"withdraw:{ticket.id}"),),)
    return Content(
        text=texts.receipt(ticket, public_name(sight.holder) if sight.holder else "", sight.local),
        buttons=buttons,
        reply_to="" if ticket.private else ticket.source_message,
    )


def card(ticket: Ticket, sight: Sight, *, public: bool) -> Content:
    """The officers' view. In the officers' group a private matter is not quoted; numbers are taken out on the way."""
    name = sight.holder.name if sight.holder else ""
    text = texts.card(
        ticket,
        where=sight.where,
        reporter=sight.reporter,
        officer=name if ticket.assignee_id is not None else "",
        routed=name if ticket.state in WAITING and ticket.assignee_id is None else "",
        local=sight.local,
        attachments=texts.attachment_list([item.kind for _, item in sight.attached]),
        public=public,
    )
    return Content(text=text, buttons=card_buttons(ticket))


def card_buttons(ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    """What can be done next, big and few."""

    def button(label: str, action: str) -> Button:
        return Button(label=label, action=f"{action}:{ticket.id}")

    if ticket.state in WAITING:
        return ((button(texts.CLAIM, "claim"), button(texts.TRANSFER, "transfer")),)
    if ticket.state is State.CLAIMED:
        first = (button(texts.ARRIVE, "arrive"), button(texts.RESOLVE, "resolve"))
        return (first, (button(texts.TRANSFER, "transfer"),))
    if ticket.state is State.ON_SCENE:
        return ((button(texts.RESOLVE, "resolve"), button(texts.TRANSFER, "transfer")),)
    return ()


# ── bringing it to people ──────────────────────────────────────────────────
@tickets.on(TicketRouted)
async def deliver(ctx: Context, fact: TicketRouted) -> None:
    """Receipt to the reporter, card to the officer and to the officers' group. Each only once."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING:
        return
    sight = await look(ctx, ticket)
    if ticket.reopened or fact.failed_person_id is not None:
        await _refresh(ctx, ticket, sight)
    else:
        await _first_receipt(ctx, ticket, sight)
    if fact.person_id is not None:
        await _card_to(ctx, ticket, sight, fact.person_id)
    for group in await ctx.unit.groups.officers(ticket.station_id):
        to = Address(platform=group.platform, bot=group.bot, chat_id=group.chat_id)
        content = card(ticket, sight, public=True)
        key = card_key(ticket, to)
        await ctx.say(to, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id, key=key)


async def card_to(ctx: Context, ticket: Ticket, person_id: int) -> bool:
    """Card and pictures into a private chat. False if the person cannot be reached."""
    return await _card_to(ctx, ticket, await look(ctx, ticket), person_id)


async def _card_to(ctx: Context, ticket: Ticket, sight: Sight, person_id: int) -> bool:
    to = await ctx.private_chat(person_id)
    if to is None:
        return False
    key = card_key(ticket, to)
    # A card that was queued before stays as it is; its pictures must not come twice.
    if sight.attached and await ctx.unit.outbox.by_key(key) is not None:
        return True
    content = card(ticket, sight, public=False)
    await ctx.tell(to, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id, key=key)
    for platform, item in sight.attached:
        if platform == to.platform:
            shown = Content(text=texts.number(ticket), attachment=item)
            await ctx.tell(to, shown, lane=lane(ticket), ticket_id=ticket.id)
    return True


async def _first_receipt(ctx: Context, ticket: Ticket, sight: Sight) -> None:
    content = receipt(ticket, sight)
    urgent = ticket.urgency is Urgency.URGENT
    if ctx.inbound is None:
        to = ticket.source
        said = Lane.EMERGENCY if urgent else Lane.RESIDENT
        await ctx.say(to, content, lane=said, role=Role.RECEIPT, ticket_id=ticket.id, key=receipt_key(ticket))
        return
    await ctx.reply(
        content,
        lane=Lane.EMERGENCY if urgent else Lane.RESIDENT,
        role=Role.RECEIPT,
        ticket_id=ticket.id,
        key=receipt_key(ticket),
    )


async def refresh(ctx: Context, ticket: Ticket) -> None:
    """Make the receipt and every card show the ticket as it is now."""
    await _refresh(ctx, ticket, await look(ctx, ticket))


async def refresh_cards(ctx: Context, ticket: Ticket) -> None:
    await _refresh_cards(ctx, ticket, await look(ctx, ticket))


async def _refresh(ctx: Context, ticket: Ticket, sight: Sight) -> None:
    urgent = ticket.urgency is Urgency.URGENT
    await ctx.edit(
        receipt_key(ticket),
        ticket.source,
        receipt(ticket, sight),
        public=not ticket.private,
        lane=Lane.EMERGENCY if urgent else Lane.RESIDENT,
        ticket_id=ticket.id,
    )
    await _refresh_cards(ctx, ticket, sight)


async def _refresh_cards(ctx: Context, ticket: Ticket, sight: Sight) -> None:
    officers = {f"{g.platform}:{g.chat_id}" for g in await ctx.unit.groups.officers(ticket.station_id)}
    for row in await ctx.unit.outbox.of_ticket(ticket.id, Role.CARD):
        public = row.out.to.key in officers or await _is_group(ctx, row.out.to)
        content = card(ticket, sight, public=public)
        await ctx.edit(row.out.key, row.out.to, content, public=public, lane=lane(ticket), ticket_id=ticket.id)


async def _is_group(ctx: Context, to: Address) -> bool:
    """Also one that is no officers' group any more: it still shows the card it got."""
    return await ctx.unit.groups.by_chat(to.platform, to.chat_id) is not None


@tickets.on(DeliveryFailed)
async def undelivered(ctx: Context, fact: DeliveryFailed) -> None:
    """A card that cannot reach its officer must reach another one."""
    row = await ctx.unit.outbox.get(fact.outbox_id)
    if row is None or row.out.role is not Role.CARD or row.out.ticket_id is None:
        return
    ticket = await ctx.unit.tickets.get(row.out.ticket_id)
    if ticket is None or ticket.state not in WAITING or ticket.routed_id is None:
        return
    mine = await ctx.unit.people.identities(ticket.routed_id)
    closed = not any(i.chat_id for i in mine)  # we may have heard of the blocking first
    if closed or any(i.platform == row.out.to.platform and row.out.to.chat_id in (i.chat_id, i.user_id) for i in mine):
        ctx.emit(TicketUnreached(ticket_id=ticket.id, person_id=ticket.routed_id))
