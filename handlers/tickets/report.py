"""A report becomes a ticket; what belongs to a ticket joins it."""

from dataclasses import replace

from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketOpened
from handlers.kit.feature import CALLED
from handlers.tickets.calling import courteous
from handlers.tickets.feature import tickets
from handlers.tickets.follow import note
from handlers.tickets.growing import LONGEST, fresh, grow, line_of, show, words_of
from storage.model.messages import InboundKind
from storage.model.people import Group, GroupKind
from storage.model.tickets import EntryKind, State, Ticket


@tickets.otherwise(100)
async def report(ctx: Context) -> bool:
    """Whatever is addressed to us and is nothing else is a report."""
    event = ctx.event
    if event.kind is InboundKind.BUTTON:
        return False
    if ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS and not event.addressed:
        return True  # colleagues calling each other are no report
    if ctx.staff and (event.chat.private or (ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS)):
        await ctx.reply(texts.STAFF_HINT)
        return True
    courtesy = ctx.understood.courtesy
    if courtesy is not None and not event.attachments and not ctx.earlier:
        await courteous(ctx, courtesy)
        return True
    await open_ticket(ctx, ctx.matter)
    return True


@tickets.command(
    "登记",
    slash="report",
    aliases=("报事",),
    args=parse.free_text,
    allow=Permission.REPORT,
    help="登记 事情经过　登记一件事",
)
async def register(ctx: Context, text: str) -> None:
    """The explicit form; officers use it to report what they were told."""
    if not text and not ctx.event.attachments:
        raise UsageError(texts.YES_HERE)
    await open_ticket(ctx, text)


@tickets.event(InboundKind.EDIT)
async def edited(ctx: Context) -> None:
    """An edit is a revision of its ticket. Without a ticket, an @ that was added later is still an @."""
    event = ctx.event
    where = event.chat.address
    ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.message_id)
    text = ctx.said
    if ticket is None:
        called = bool(ctx.names_called) or (event.addressed and ctx.public)
        matter = bool(text) and ctx.understood.courtesy is None
        if matter and called and not ctx.staff:
            await open_ticket(ctx, text)
        elif matter and event.chat.private:
            await ctx.reply(texts.EDIT_NOT_TAKEN)
        return
    if ticket.reporter_id != ctx.who.person.id or text in ("", ticket.text):
        return  # a live location moves by edits without words
    await _revise(ctx, ticket, text)


async def _revise(ctx: Context, ticket: Ticket, text: str) -> None:
    """The words of one message change; what other messages added to the ticket stays."""
    line = await line_of(ctx, ticket, ctx.event.message_id)
    if line == text:
        return
    data = {"before": ticket.text, "message": ctx.event.message_id, "line": True}
    await ctx.log(EntryKind.REVISED, ticket=ticket, text=text[:LONGEST], data=data)
    await note(ctx, ticket, texts.REPORTER_EDITED.format(number=texts.number(ticket), text=text))
    if line and line in ticket.text:
        now = replace(ticket, text=text.join(ticket.text.rsplit(line, 1))[:LONGEST])
        await show(ctx, ticket, await grow(ctx, ticket, now))


async def _came_from(ctx: Context) -> Group | None:
    """The group whose QR code brought a resident into this private chat; the matter is its station's."""
    where = ctx.event.chat.address
    group_id = None if ctx.staff else await ctx.unit.channels.origin(where.platform, where.chat_id)
    group = await ctx.unit.groups.get(group_id) if group_id is not None else None
    if group is not None and group.station_id is not None and group.station_id != ctx.here.id:
        ctx.station = await ctx.unit.stations.get(group.station_id)
    return group


async def open_ticket(ctx: Context, text: str) -> Ticket:
    """Store the ticket and its messages; who gets it is duty's decision (TicketOpened)."""
    event = ctx.event
    group = ctx.group or await _came_from(ctx)
    station = ctx.here
    meaning = ctx.understand(text)
    told = Ticket(
        id=0,
        station_id=station.id,
        number=await ctx.unit.stations.next_number(station.id),
        state=State.OPEN,
        reporter_id=ctx.who.person.id,
        text=text[:LONGEST] or words_of(event),
        source=event.chat.address,
        source_message=event.message_id,
        private=event.chat.private,
        opened_at=ctx.now,
        group_id=group.id if group else None,
        first_at=event.at,
        heard_at=event.at,
        **fresh(ctx, meaning),
    )
    ticket = await ctx.unit.tickets.add(told)
    for said in (event, *ctx.earlier):
        await ctx.unit.tickets.add_message(ticket.id, said.chat.address, said.message_id, said.album)
        if said.attachments:
            await ctx.unit.attachments.add(ticket.id, said.platform, said.attachments, ctx.now, said.message_id)
    data: dict[str, object] = {"because": list(meaning.reasons)}
    if ctx.earlier:
        data |= {"lines": {line.message_id: line.text for line in (*ctx.earlier, event)}}
    await ctx.log(EntryKind.OPENED, ticket=ticket, text=ticket.text, data=data)
    if ctx.conversation is not None and ctx.conversation.step == CALLED:
        await ctx.end_conversation()
    ctx.listening = not ctx.staff and not ctx.who.anonymous
    ids = tuple(f"{event.platform}:{m.user_id}" for m in event.mentions if m.user_id)
    ctx.emit(TicketOpened(ticket_id=ticket.id, mentioned=(*ctx.names_called, *ids)))
    return ticket
