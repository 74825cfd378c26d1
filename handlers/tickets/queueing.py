"""转队: a ticket goes to another queue with a reason. What goes to and fro is brought before the duty leader."""

import re
from collections.abc import Sequence

import msgspec

from handlers.kit import parse, texts
from handlers.kit import queue_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.desks import desk_of
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketRouted, TicketTurned
from handlers.kit.private import hide_private
from handlers.kit.queue_log import came_back
from handlers.kit.routing import named_first, queue_of
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name, ticket_by_number, ticket_to_work
from handlers.tickets.moving import awake, checked
from handlers.tickets.suggesting import leading
from handlers.tickets.view import lane
from storage.model.messages import Address, Button, Content, Role
from storage.model.queues import Desk, Queue, QueueKind
from storage.model.tickets import WAITING, EntryKind, Move, Ticket

LONGEST_REASON = 200
BOUNCES = 2
"""How often a ticket may come back to a queue before the duty leader decides."""


def _three(text: str) -> tuple[int, int, int]:
    first, second, third = map(int, text.split("."))
    return first, second, third


three_ids = parse.Parser(_three, lambda text: re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,15}){2}", text) is not None)


@tickets.command(
    "转队",
    slash="turn",
    args=parse.number_and_text,
    allow=Permission.WORK,
    help="转队 12 案件办理队 原因　转给别的队",
)
async def turn(ctx: Context, arg: parse.NumberAndText) -> None:
    ticket = await _to_turn(ctx, await ticket_by_number(ctx, arg.number))
    if not arg.text:
        await _ask_queue(ctx, ticket)
        return
    desk = await desk_of(ctx, ticket.station_id)
    found = named_first(desk, arg.text)
    if found is None:
        name, names = texts.short(hide_private(arg.text), 12), texts.join(q.name for q in desk.queues)
        raise UsageError(say.NO_SUCH_QUEUE.format(name=name, names=names, number=ticket.number))
    await turn_to(ctx, ticket, *found)


async def turn_to(ctx: Context, ticket: Ticket, queue: Queue, reason: str) -> None:
    """To that queue; without a reason it is asked for. Raises UsageError if this person may not, or it is there."""
    ticket = await _to_turn(ctx, ticket)
    if reason:
        await _turn(ctx, ticket, queue, reason)
    else:
        await _ask_reason(ctx, ticket, queue)


async def _to_turn(ctx: Context, ticket: Ticket) -> Ticket:
    """By whom it waits for or who holds it; once it went to and fro, by those who dispatch."""
    await checked(ctx, ticket, say.TURN)
    count = len(came_back(await ctx.unit.entries.of_ticket(ticket.id, EntryKind.TURNED)))
    if count >= BOUNCES and not ctx.who.may(Permission.DISPATCH, ticket.station_id):
        raise UsageError(say.LEADER_DECIDES.format(number=texts.number(ticket), count=count))
    return ticket


# ── by buttons ─────────────────────────────────────────────────────────────
@tickets.button("turn", args=parse.row_id, allow=Permission.REPORT)
async def press_turn(ctx: Context, ticket_id: int) -> None:
    await _ask_queue(ctx, await _to_turn(ctx, await ticket_to_work(ctx, ticket_id)))


async def _ask_queue(ctx: Context, ticket: Ticket) -> None:
    desk = await desk_of(ctx, ticket.station_id)
    now = queue_of(desk, ticket.queue_id)
    text = say.ASK_QUEUE.format(number=texts.number(ticket), queue=now.name)
    content = Content(text=text, buttons=_choices(desk, ticket))
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id)


def _choices(desk: Desk, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    now = queue_of(desk, ticket.queue_id)
    others = [q for q in desk.queues if q.id != now.id and not (ticket.confidential and _outside(q))]
    cells = [Button(label=q.name, action=f"turnto:{ticket.id}.{q.id}") for q in others]
    return tuple(tuple(cells[i : i + 2]) for i in range(0, len(cells), 2))


def _outside(queue: Queue) -> bool:
    return queue.kind is QueueKind.PARTNER


@tickets.button("turnto", args=parse.two_ids, allow=Permission.REPORT)
async def press_queue(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await _to_turn(ctx, await ticket_to_work(ctx, arg[0]))
    await _ask_reason(ctx, ticket, await _queue(ctx, ticket, arg[1]))


async def _queue(ctx: Context, ticket: Ticket, queue_id: int) -> Queue:
    """One of the ticket's own station. Raises UsageError."""
    desk = await desk_of(ctx, ticket.station_id)
    found = next((queue for queue in desk.queues if queue.id == queue_id), None)
    if found is None:
        raise UsageError(texts.STALE_BUTTON)
    return found


async def _ask_reason(ctx: Context, ticket: Ticket, queue: Queue) -> None:
    """One tap on a common reason, or one sentence of one's own."""
    await _check(ctx, ticket, queue)
    cells = [Button(label=r, action=f"turnwhy:{ticket.id}.{queue.id}.{i}") for i, r in enumerate(say.REASONS)]
    key = f"{ctx.cause}:turn"
    text = say.ASK_REASON.format(number=texts.number(ticket), queue=queue.name)
    content = Content(text=text, buttons=(tuple(cells[:2]), tuple(cells[2:])), ask=True)
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id, key=key)
    await ctx.ask("turn", {"ticket": ticket.id, "queue": queue.id, "question": key})


@tickets.button("turnwhy", args=three_ids, allow=Permission.REPORT)
async def press_reason(ctx: Context, arg: tuple[int, int, int]) -> None:
    ticket = await _to_turn(ctx, await ticket_to_work(ctx, arg[0]))
    queue = await _queue(ctx, ticket, arg[1])
    if arg[2] >= len(say.REASONS):
        raise UsageError(texts.STALE_BUTTON)
    await ctx.end_conversation()
    reason = say.REASONS[arg[2]]
    await _turn(ctx, ticket, queue, reason)
    done = say.TURNED_SHORT.format(number=texts.number(ticket), queue=queue.name, reason=reason)
    await ctx.close_question(done)


@tickets.step("turn")
async def typed_reason(ctx: Context) -> None:
    ticket = await _to_turn(ctx, await ticket_to_work(ctx, int(ctx.asked["ticket"])))
    queue = await _queue(ctx, ticket, int(ctx.asked["queue"]))
    reason, question = ctx.event.text.strip(), str(ctx.asked["question"])
    if not reason:
        raise UsageError(say.NEED_REASON.format(number=ticket.number, queue=queue.name))
    await ctx.end_conversation()
    await _turn(ctx, ticket, queue, reason)
    reason = texts.short(reason, LONGEST_REASON)
    done = say.TURNED_SHORT.format(number=texts.number(ticket), queue=queue.name, reason=reason)
    await ctx.close_question(done, question)


# ── the move ───────────────────────────────────────────────────────────────
async def _check(ctx: Context, ticket: Ticket, queue: Queue) -> Queue:
    """The queue it is in now. Raises UsageError if it cannot go there."""
    now = queue_of(await desk_of(ctx, ticket.station_id), ticket.queue_id)
    number = texts.number(ticket)
    if now.id == queue.id:
        raise UsageError(say.ALREADY_THERE.format(number=number, queue=queue.name))
    if ticket.confidential and _outside(queue):
        raise UsageError(say.NOT_TO_PARTNER.format(number=number, queue=queue.name, bare=ticket.number))
    return now


async def _turn(ctx: Context, ticket: Ticket, queue: Queue, reason: str) -> None:
    before = await _check(ctx, ticket, queue)
    reason = texts.short(reason, LONGEST_REASON)
    ticket = await awake(ctx, ticket)
    holder, me, number = ticket.assignee_id, ctx.who.person, texts.number(ticket)
    moved = await ctx.unit.tickets.move(
        ticket.id,
        Move.TURN,
        at=ctx.now,
        queue_id=queue.id,
        queue_why=say.sent_by(me.name, texts.short(hide_private(reason), 40)),
        from_id=ticket.queue_id or 0,
        holder_id=holder or 0,
    )
    if moved is None:
        state = (await ctx.unit.tickets.get(ticket.id) or ticket).state
        raise UsageError(texts.ILLEGAL.format(number=number, state=state, move=say.TURN))
    data = {"queue": queue.id, "from": before.id, "holder": holder, "reason": reason}
    await ctx.log(EntryKind.TURNED, ticket=moved, text=say.turned_entry(before.name, queue.name, reason), data=data)
    ctx.emit(TicketTurned(ticket_id=moved.id))
    if holder is not None and holder != me.id:
        told = say.TAKEN_FROM_YOU.format(number=number, by=me.name, queue=queue.name, reason=reason)
        await ctx.tell(holder, told, ticket_id=moved.id)
    await _watch_bounces(ctx, moved, queue)
    await ctx.answer(say.TURNED.format(number=number, queue=queue.name))


async def _watch_bounces(ctx: Context, ticket: Ticket, queue: Queue) -> None:
    """Whoever leads now hears once of what goes to and fro."""
    turned = await ctx.unit.entries.of_ticket(ticket.id, EntryKind.TURNED)
    count = len(came_back(turned))
    if count < BOUNCES:
        return
    desk = await desk_of(ctx, ticket.station_id)
    text = say.bounced(ticket, queue.name, [entry.text for entry in turned], count)
    content = Content(text=text, buttons=_choices(desk, ticket))
    for person_id in await leading(ctx, ticket):
        key = f"ticket:{ticket.id}:bounced:{person_id}"
        await ctx.tell(person_id, content, lane=lane(ticket), role=Role.ASK, ticket_id=ticket.id, key=key)


# ── who gets it ────────────────────────────────────────────────────────────
@tickets.on(TicketRouted)
async def tell_why(ctx: Context, fact: TicketRouted) -> None:
    """Whoever gets what was sent to their queue reads by whom and why, below its card."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in WAITING or fact.person_id is None or not fact.turned:
        return
    last = (await ctx.unit.entries.of_ticket(ticket.id, EntryKind.TURNED))[-1]
    data = msgspec.json.decode(last.data)
    before = queue_of(await desk_of(ctx, ticket.station_id), data["from"]).name
    by, number = await officer_name(ctx, last.actor_id), texts.number(ticket)
    sentence = say.CAME_TO_YOU.format(number=number, by=by, before=before, reason=data["reason"])
    key = f"ticket:{ticket.id}:turned:{last.id}:{fact.person_id}"
    await ctx.tell(fact.person_id, sentence, lane=lane(ticket), ticket_id=ticket.id, key=key)


@tickets.on(TicketRouted)
async def tell_partner(ctx: Context, fact: TicketRouted) -> None:
    """A partner reads the matter in its group, or in private: once for each time it got it, and not who told it."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.confidential:
        return
    queue = queue_of(await desk_of(ctx, ticket.station_id), ticket.queue_id)
    if not _outside(queue):
        return
    station, group = await ctx.station_of(ticket), await ctx.group_of(ticket)
    where = group.called if group is not None else texts.PRIVATE_CHAT
    name, phone = (station.name, station.phone) if station is not None else ("", "")
    words = say.partner_notice(ticket, name, where, phone)
    key = f"ticket:{ticket.id}:partner:{queue.id}:{await _times(ctx, ticket, queue)}"
    for to in await _partner_chats(ctx, ticket, queue):
        hidden = Content(text=hide_private(words, phone))
        await ctx.tell(to, hidden, lane=lane(ticket), ticket_id=ticket.id, key=f"{key}:{to.key}")


async def _times(ctx: Context, ticket: Ticket, queue: Queue) -> int:
    """How often somebody sent it there: each time is told anew, a new receiver of the same is not."""
    turned = await ctx.unit.entries.of_ticket(ticket.id, EntryKind.TURNED)
    return sum(msgspec.json.decode(entry.data)["queue"] == queue.id for entry in turned)


async def _partner_chats(ctx: Context, ticket: Ticket, queue: Queue) -> Sequence[Address]:
    """Its group while that is a group of the station; and where its contacts can be written to."""
    group = await ctx.unit.groups.get(queue.group_id) if queue.group_id is not None else None
    found = []
    if group is not None and group.active and group.station_id == ticket.station_id:
        found.append(Address(platform=group.platform, bot=group.bot, chat_id=group.chat_id))
    for person_id in queue.members:
        chat = await ctx.private_chat(person_id)
        found += [chat] if chat is not None else []
    return found
