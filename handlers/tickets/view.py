"""What people see of a ticket: the reporter's receipt, the officers' cards, and keeping both true."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.kit import life_texts as life
from handlers.kit import queue_texts as queue_say
from handlers.kit import relay_texts as relay
from handlers.kit import texts
from handlers.kit import ticket_texts as say
from handlers.kit import urgent_texts as urgent
from handlers.kit.account_texts import platform_name
from handlers.kit.channel_texts import brief, brief_card, private_on
from handlers.kit.context import Context
from handlers.kit.desks import card_groups, queue_of_ticket
from handlers.kit.facts import DeliveryFailed, TicketRouted, TicketUnreached
from handlers.kit.names import places_of, public_name
from handlers.tickets.feature import tickets
from handlers.tickets.joined import split_row
from handlers.tickets.limits import limits_at
from handlers.tickets.questions import MONEY, SAFE, Told, choose
from handlers.tickets.timing import dues, zone_of
from storage.model.messages import Address, Attachment, Button, Content, Lane, OutState, Role
from storage.model.people import Person
from storage.model.tickets import WAITING, PauseReason, State, Ticket, Urgency

BUTTONS = {
    MONEY: ((urgent.SENT, Told.SENT), (urgent.NOT_SENT, Told.NOT_SENT)),
    SAFE: ((urgent.SAFE, Told.SAFE), (urgent.UNSAFE, Told.UNSAFE)),
}


def lane(ticket: Ticket) -> Lane:
    return Lane.EMERGENCY if ticket.urgency is Urgency.URGENT else Lane.OFFICER


def receipt_key(ticket: Ticket) -> str:
    return f"ticket:{ticket.id}:receipt"


def whisper_key(ticket: Ticket) -> str:
    return f"ticket:{ticket.id}:whisper"


def card_key(ticket: Ticket, to: Address) -> str:
    return f"ticket:{ticket.id}:card:{to.key}:{ticket.round}"


# ── what it looks like ─────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What receipt and cards show beside the ticket itself; looked up once for all of them."""

    where: str
    reporter: str
    holder: Person | None  # who has it, or is meant to take it
    local: datetime  # when it was opened, on the station's clock
    attached: Sequence[tuple[str, Attachment]]
    reached: bool = False  # a sensitive matter goes on in private
    behalf: str = ""  # for whom it was told
    linked: str = ""  # with which others it is one matter
    stands: str = ""  # what is due next and when, or what it waits for
    helpers: str = ""
    raised: bool = False  # many neighbours follow it
    queue: str = ""  # where it was sent


async def look(ctx: Context, ticket: Ticket) -> Sight:
    group = await ctx.group_of(ticket)
    reporter = await ctx.person(ticket.reporter_id)
    holder = ticket.assignee_id or ticket.routed_id
    station = await ctx.station_of(ticket)
    return Sight(
        where=_whence(ctx, ticket, group.called if group else ""),
        reporter=reporter.name if reporter else "",
        holder=await ctx.person(holder) if holder is not None else None,
        local=ticket.opened_at.astimezone(ZoneInfo(station.tz if station else "Asia/Shanghai")),
        attached=await ctx.unit.attachments.of_ticket(ticket.id),
        reached=ticket.sensitive and await _reached(ctx, ticket),
        behalf=await _behalf(ctx, ticket, reporter),
        linked=await _linked(ctx, ticket) if ticket.incident_id is not None else "",
        stands=await _stands(ctx, ticket),
        helpers=await _helpers(ctx, ticket),
        raised=bool(ticket.watched) and ticket.watched >= (await limits_at(ctx, ticket.station_id)).many_watch,
        queue=(await queue_of_ticket(ctx, ticket)).name,
    )


def _whence(ctx: Context, ticket: Ticket, title: str) -> str:
    """The group it was told in; in private, whose code was scanned, and the platform if it lets us say only so much."""
    platform = ticket.source.platform
    told_us = platform_name(platform) if ctx.answering_only(platform) else ""
    return private_on(told_us, title) if ticket.private else title


async def _stands(ctx: Context, ticket: Ticket) -> str:
    if ticket.state is State.PAUSED and ticket.wake_at is not None:
        zone = await zone_of(ctx, ticket)
        reason = ticket.pause_reason or PauseReason.OTHER
        return life.paused_line(reason, ticket.wake_at.astimezone(zone), ctx.now.astimezone(zone))
    found = await dues(ctx, ticket)
    return life.deadline(found[0][1], found[0][0], ctx.now) if found else ""


async def _helpers(ctx: Context, ticket: Ticket) -> str:
    if ticket.state in WAITING and not ticket.returned and not ticket.reopened:
        return ""  # nobody had it yet who could have asked for help
    people = [await ctx.person(person_id) for person_id in await ctx.unit.helpers.of_ticket(ticket.id)]
    return texts.join(person.name for person in people if person is not None)


async def _behalf(ctx: Context, ticket: Ticket, reporter: Person | None) -> str:
    behalf = await ctx.unit.talk.behalf(ticket.id) if ticket.behalf else None
    return relay.behalf_line(behalf, reporter.name if reporter else "") if behalf is not None else ""


async def _linked(ctx: Context, ticket: Ticket) -> str:
    incident = await ctx.unit.incidents.get(ticket.incident_id or 0)
    if incident is None:
        return ""
    return relay.linked_line(
        incident, [t.number for t in await ctx.unit.incidents.tickets(incident.id) if t.id != ticket.id]
    )


async def _reached(ctx: Context, ticket: Ticket) -> bool:
    row = await ctx.unit.outbox.by_key(whisper_key(ticket))
    return row is not None and row.state is not OutState.DEAD


def receipt(ticket: Ticket, sight: Sight) -> Content:
    """The one answer in the chat of the report."""
    officer = public_name(sight.holder) if sight.holder else ""
    line = brief(ticket, officer)
    if ticket.sensitive and not ticket.private:
        text = say.receipt_in_group(ticket, officer, sight.local, name=sight.reporter, reached=sight.reached)
        return Content(text=text, brief=line)
    reply_to = "" if ticket.private else ticket.source_message
    buttons = _question_buttons(ticket) + split_row(ticket)
    if ticket.private and not ticket.finished:
        buttons += (_withdraw(ticket),)
    return Content(text=say.receipt(ticket, officer, sight.local), buttons=buttons, reply_to=reply_to, brief=line)


def whisper(ticket: Ticket, sight: Sight) -> Content:
    """What the reporter of a sensitive matter reads in private instead."""
    officer = public_name(sight.holder) if sight.holder else ""
    buttons = () if ticket.finished else (*_question_buttons(ticket), _withdraw(ticket))
    return Content(text=say.receipt_in_private(ticket, officer), buttons=buttons, brief=brief(ticket, officer))


def _withdraw(ticket: Ticket) -> tuple[Button, ...]:
    return (Button(label=texts.WITHDRAW, action=f"withdraw:{ticket.id}"),)


def _question_buttons(ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    cells = () if ticket.finished else BUTTONS.get(ticket.asked, ())
    row = tuple(Button(label=label, action=f"told:{ticket.id}.{list(Told).index(told)}") for label, told in cells)
    return (row,) if row else ()


def card(ticket: Ticket, sight: Sight, *, public: bool, yours: bool = False) -> Content:
    """The officers' view. In the officers' group nothing confidential is quoted; numbers are taken out on the way."""
    name = sight.holder.name if sight.holder else ""
    text = say.card(
        ticket,
        where=sight.where,
        reporter=sight.reporter,
        officer=name if ticket.assignee_id is not None else "",
        routed=name if ticket.state in WAITING and ticket.assignee_id is None else "",
        local=sight.local,
        attachments=texts.attachment_list([item.kind for _, item in sight.attached]),
        public=public,
        yours=yours,
        behalf=relay.BEHALF_IN_GROUP if sight.behalf and public else sight.behalf,
        linked=sight.linked,
        stands=sight.stands,
        helpers=sight.helpers,
        raised=sight.raised,
        queue=queue_say.stands_in(sight.queue, "" if public and ticket.confidential else ticket.queue_why),
    )
    loud = ticket.urgency is Urgency.URGENT and ticket.state in WAITING
    return Content(text=text, buttons=card_buttons(ticket), loud=loud, brief=brief_card(ticket, name))


def card_buttons(ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    """What can be done next, big and few."""

    def button(label: str, action: str) -> Button:
        return Button(label=label, action=f"{action}:{ticket.id}")

    if ticket.state in WAITING:
        return ((button(texts.CLAIM, "claim"), button(texts.TRANSFER, "transfer")),)
    rest = (button(texts.TRANSFER, "transfer"), button(life.MORE, "more"))
    if ticket.state is State.CLAIMED:
        return ((button(texts.ARRIVE, "arrive"), button(texts.RESOLVE, "resolve")), rest)
    if ticket.state is State.ON_SCENE:
        return ((button(texts.RESOLVE, "resolve"), *rest),)
    if ticket.state is State.PAUSED:
        return ((button(life.RESUME, "resume"), button(texts.RESOLVE, "resolve")), rest)
    if ticket.state is State.FORWARDED:
        return ((button(life.TAKE_BACK, "takeback"), button(texts.RESOLVE, "resolve")),)
    return ()


# ── bringing it to people ──────────────────────────────────────────────────
@tickets.on(TicketRouted)
async def deliver(ctx: Context, fact: TicketRouted) -> None:
    """Receipt to the reporter, card to the officer and to the officers' group. Each only once."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING:
        return
    sight = await look(ctx, ticket)
    if ticket.reopened or ticket.returned or fact.failed_person_id is not None:
        await _refresh(ctx, ticket, sight)
    else:
        ticket = await _asking(ctx, ticket, sight)
        sight = await _whispering(ctx, ticket, sight)
        await _first_receipt(ctx, ticket, sight)
    for person_id in dict.fromkeys((fact.person_id, *fact.leader_ids)):
        if person_id is not None:
            await _card_to(ctx, ticket, sight, person_id)
    for group in await card_groups(ctx, ticket):
        to = Address(platform=group.platform, bot=group.bot, chat_id=group.chat_id)
        content = card(ticket, sight, public=True)
        key = card_key(ticket, to)
        await ctx.say(to, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id, key=key)


async def _asking(ctx: Context, ticket: Ticket, sight: Sight) -> Ticket:
    """The ticket with the one question it needs answered, if any."""
    group = await ctx.group_of(ticket)
    asked = choose(ticket, [item for _, item in sight.attached], places_of(group) if group is not None else ())
    if not asked:
        return ticket
    ticket = replace(ticket, asked=asked)
    await ctx.unit.tickets.grow(ticket)
    return ticket


async def _whispering(ctx: Context, ticket: Ticket, sight: Sight) -> Sight:
    """A sensitive matter told in a group goes on in private, where the platform lets us write to its reporter."""
    if not ticket.sensitive or ticket.private or ticket.finished or sight.reached:
        return sight
    content, said = whisper(ticket, sight), _resident_lane(ticket)
    who, near, key = ticket.reporter_id, ticket.source.platform, whisper_key(ticket)
    to = await ctx.tell(who, content, lane=said, role=Role.RECEIPT, ticket_id=ticket.id, key=key, near=near)
    return replace(sight, reached=await _reached(ctx, ticket)) if to is not None else sight


async def open_whisper(ctx: Context, ticket: Ticket) -> bool:
    """Begin to talk in private, if that was not possible before. True if it was begun by this."""
    sight = await look(ctx, ticket)
    if sight.reached:
        return False
    sight = await _whispering(ctx, ticket, sight)
    await _refresh(ctx, ticket, sight)
    return sight.reached


async def ask_now(ctx: Context, ticket: Ticket) -> Ticket:
    """The ticket with the question it needs answered since more is known of it; the receipts are not told yet."""
    return await _asking(ctx, ticket, await look(ctx, ticket))


async def card_anew(ctx: Context, ticket: Ticket, person_id: int | None = None) -> Content:
    """A card as it is shown now, for whoever must see it once more; without a person, for the officers' group."""
    yours = person_id is not None and person_id == ticket.routed_id
    shown = card(ticket, await look(ctx, ticket), public=person_id is None, yours=yours)
    return replace(shown, loud=True)


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
    content = card(ticket, sight, public=False, yours=person_id == ticket.routed_id)
    await ctx.tell(to, content, lane=lane(ticket), role=Role.CARD, ticket_id=ticket.id, key=key)
    for platform, item in sight.attached:
        shown = Content(text=texts.number(ticket), attachment=going(item, platform, to))
        await ctx.tell(to, shown, lane=lane(ticket), ticket_id=ticket.id)
    return True


def going(item: Attachment, home: str, to: Address) -> Attachment:
    """`item`, which `home` keeps, as it goes to `to`: there its reference means nothing by itself."""
    return item if to.platform == home else replace(item, home=home)


async def _first_receipt(ctx: Context, ticket: Ticket, sight: Sight) -> None:
    content, said, key = receipt(ticket, sight), _resident_lane(ticket), receipt_key(ticket)
    quoting = ticket.private or bool(content.reply_to)
    if ctx.inbound is None or not quoting:
        await ctx.say(ticket.source, content, lane=said, role=Role.RECEIPT, ticket_id=ticket.id, key=key)
        return
    await ctx.reply(content, lane=said, role=Role.RECEIPT, ticket_id=ticket.id, key=key)


def _resident_lane(ticket: Ticket) -> Lane:
    return Lane.EMERGENCY if ticket.urgency is Urgency.URGENT else Lane.RESIDENT


async def refresh(ctx: Context, ticket: Ticket) -> None:
    """Make the receipt and every card show the ticket as it is now."""
    await _refresh(ctx, ticket, await look(ctx, ticket))


async def refresh_cards(ctx: Context, ticket: Ticket) -> None:
    await _refresh_cards(ctx, ticket, await look(ctx, ticket))


async def _refresh(ctx: Context, ticket: Ticket, sight: Sight) -> None:
    sight = await _whispering(ctx, ticket, sight)
    said = _resident_lane(ticket)
    shown = receipt(ticket, sight)
    public = not ticket.private
    await ctx.edit(receipt_key(ticket), ticket.source, shown, public=public, lane=said, ticket_id=ticket.id)
    if sight.reached:
        row = await ctx.unit.outbox.by_key(whisper_key(ticket))
        if row is not None:
            key, to = row.out.key, row.out.to
            await ctx.edit(key, to, whisper(ticket, sight), public=False, lane=said, ticket_id=ticket.id)
    await _refresh_cards(ctx, ticket, sight)


async def _refresh_cards(ctx: Context, ticket: Ticket, sight: Sight) -> None:
    officers = {f"{g.platform}:{g.chat_id}" for g in await ctx.unit.groups.officers(ticket.station_id)}
    elsewhere = officers - {f"{g.platform}:{g.chat_id}" for g in await card_groups(ctx, ticket)}
    brought = await _brought_to(ctx, ticket)
    for row in await ctx.unit.outbox.of_ticket(ticket.id, Role.CARD):
        public = row.out.to.key in officers or await _is_group(ctx, row.out.to)
        content = card(ticket, sight, public=public, yours=row.out.to.key in brought)
        if row.out.to.key in elsewhere:  # the group of a queue that has it no more
            content = replace(content, buttons=())
        if ticket.finished and ctx.inbound is not None and ctx.event.chat.address.key == row.out.to.key:
            content = replace(content, brief="")  # whoever did it there is answered there
        await ctx.edit(row.out.key, row.out.to, content, public=public, lane=lane(ticket), ticket_id=ticket.id)


async def _brought_to(ctx: Context, ticket: Ticket) -> set[str]:
    """The private chats of whom a waiting ticket was brought to."""
    if ticket.state not in WAITING or ticket.routed_id is None:
        return set()
    return {f"{i.platform}:{i.chat_id}" for i in await ctx.unit.people.identities(ticket.routed_id)}


async def _is_group(ctx: Context, to: Address) -> bool:
    """Also one that is no officers' group any more: it still shows the card it got."""
    return await ctx.unit.groups.by_chat(to.platform, to.chat_id) is not None


@tickets.on(DeliveryFailed)
async def undelivered(ctx: Context, fact: DeliveryFailed) -> None:
    """A card that cannot reach its officer must reach another one; who cannot be written to is told how to write."""
    row = await ctx.unit.outbox.get(fact.outbox_id)
    if row is None or row.out.ticket_id is None:
        return
    ticket = await ctx.unit.tickets.get(row.out.ticket_id)
    if ticket is None:
        return
    if row.out.key == whisper_key(ticket):
        await refresh(ctx, ticket)
    if row.out.role is not Role.CARD or ticket.state not in WAITING or ticket.routed_id is None:
        return
    mine = await ctx.unit.people.identities(ticket.routed_id)
    closed = not any(i.chat_id for i in mine)  # we may have heard of the blocking first
    if closed or any(i.platform == row.out.to.platform and row.out.to.chat_id in (i.chat_id, i.user_id) for i in mine):
        ctx.emit(TicketUnreached(ticket_id=ticket.id, person_id=ticket.routed_id))
