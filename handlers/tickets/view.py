"""What people see of a ticket: the reporter's receipt, the officers' cards, and keeping both true."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.facts import DeliveryFailed, TicketRouted, TicketUnreached
from handlers.kit.names import public_name
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name
from storage.model.messages import Address, Button, Content, Lane, Role
from storage.model.people import GroupKind
from storage.model.tickets import WAITING, State, Ticket, Urgency


def lane(ticket: Ticket) -> Lane:
    return Lane.EMERGENCY if ticket.urgency is Urgency.URGENT else Lane.OFFICER


def receipt_key(ticket: Ticket) -> str:
    return f"ticket:{ticket.id}:receipt"


def card_key(ticket: Ticket, to: Address) -> str:
    return f"ticket:{ticket.id}:card:{to.key}:{ticket.reopened}"


# ── what it looks like ─────────────────────────────────────────────────────
async def receipt(ctx: Context, ticket: Ticket) -> Content:
    holder = ticket.assignee_id or ticket.routed_id
    person = await ctx.unit.people.get(holder) if holder is not None else None
    local = await _local(ctx, ticket, ticket.opened_at)
    buttons: tuple[tuple[Button, ...], ...] = ()
    if ticket.private and not ticket.finished:
        buttons = ((Button(label=texts.WITHDRAW, action=f"withdraw:{ticket.id}"),),)
    return Content(
        text=texts.receipt(ticket, public_name(person) if person else "", local),
        buttons=buttons,
        reply_to="" if ticket.private else ticket.source_message,
    )


async def card(ctx: Context, ticket: Ticket, *, public: bool) -> Content:
    """The officers' view. In the officers' group a private matter is not quoted; numbers are taken out on the way."""
    reporter = await ctx.unit.people.get(ticket.reporter_id)
    group = await ctx.unit.groups.get(ticket.group_id) if ticket.group_id is not None else None
    attached = [item.kind for _, item in await ctx.unit.attachments.of_ticket(ticket.id)]
    text = texts.card(
        ticket,
        where=group.title if group else texts.PRIVATE_CHAT,
        reporter=reporter.name if reporter else "",
        officer=await officer_name(ctx, ticket.assignee_id),
        routed=await officer_name(ctx, ticket.routed_id) if ticket.state in WAITING else "",
        local=await _local(ctx, ticket, ticket.opened_at),
        attachments=texts.attachment_list(attached),
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


async def _local(ctx: Context, ticket: Ticket, at: datetime) -> datetime:
    if ctx.station is not None and ctx.station.id == ticket.station_id:
        return ctx.local(at)
    station = await ctx.unit.stations.get(ticket.station_id)
    return at.astimezone(ZoneInfo(station.tz if station else "Asia/Shanghai"))


# ── bringing it to people ──────────────────────────────────────────────────
@tickets.on(TicketRouted)
async def deliver(ctx: Context, fact: TicketRouted) -> None:
    """Receipt to the reporter, card to the officer and to the officers' group. Each only once."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING:
        return
    if ticket.reopened or fact.failed_person_id is not None:
        await refresh(ctx, ticket)
    else:
        await _first_receipt(ctx, ticket)
    if fact.person_id is not None:
        await card_to(ctx, ticket, fact.person_id)
    for group in await ctx.unit.groups.of_station(ticket.station_id):
        if group.kind is GroupKind.OFFICERS:
            to = Address(platform=group.platform, bot=group.bot, chat_id=group.chat_id)
            content = await card(ctx, ticket, public=True)
            key = card_key(ticket, to)
            await ctx.say(to, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id, key=key)


async def card_to(ctx: Context, ticket: Ticket, person_id: int) -> bool:
    """Card and pictures into a private chat. False if the person cannot be reached."""
    to = await ctx.private_chat(person_id)
    if to is None:
        return False
    content = await card(ctx, ticket, public=False)
    key = card_key(ticket, to)
    if await ctx.unit.outbox.by_key(key) is not None:
        return True
    await ctx.tell(person_id, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id, key=key)
    for platform, item in await ctx.unit.attachments.of_ticket(ticket.id):
        if platform == to.platform:
            shown = Content(text=texts.number(ticket), attachment=item)
            await ctx.tell(person_id, shown, lane=lane(ticket), ticket_id=ticket.id)
    return True


async def _first_receipt(ctx: Context, ticket: Ticket) -> None:
    content = await receipt(ctx, ticket)
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
    shown = await receipt(ctx, ticket)
    urgent = ticket.urgency is Urgency.URGENT
    await ctx.edit(
        receipt_key(ticket),
        ticket.source,
        shown,
        public=not ticket.private,
        lane=Lane.EMERGENCY if urgent else Lane.RESIDENT,
        ticket_id=ticket.id,
    )
    await refresh_cards(ctx, ticket)


async def refresh_cards(ctx: Context, ticket: Ticket) -> None:
    officers = {
        f"{g.platform}:{g.chat_id}"
        for g in await ctx.unit.groups.of_station(ticket.station_id)
        if g.kind is GroupKind.OFFICERS
    }
    for row in await ctx.unit.outbox.of_ticket(ticket.id, Role.CARD):
        public = row.out.to.key in officers
        content = await card(ctx, ticket, public=public)
        await ctx.edit(row.out.key, row.out.to, content, public=public, lane=lane(ticket), ticket_id=ticket.id)


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
    if any(i.platform == row.out.to.platform and row.out.to.chat_id in (i.chat_id, i.user_id) for i in mine):
        ctx.emit(TicketUnreached(ticket_id=ticket.id, person_id=ticket.routed_id))
