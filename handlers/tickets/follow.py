"""What is added to a ticket later, and who must hear of it."""

from dataclasses import replace

from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.desks import card_groups
from handlers.kit.errors import UsageError
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number
from handlers.tickets.growing import grow, show, with_line
from handlers.tickets.moving import awake
from handlers.tickets.view import going, lane, refresh
from storage.model.messages import Attachment, Content, Role
from storage.model.tickets import EntryKind, Move, Ticket


@tickets.command(
    "补充",
    slash="add",
    args=parse.number_and_text,
    allow=Permission.REPORT,
    help="补充 12 还有一件事　给自己的单子补充（直接回复也行）",
)
async def supplement(ctx: Context, arg: parse.NumberAndText) -> None:
    ticket = await ticket_by_number(ctx, arg.number)
    if not arg.text and not ctx.event.attachments:
        raise UsageError(texts.NEED_SUPPLEMENT.format(number=arg.number))
    await add_to(ctx, ticket, text=arg.text)


async def add_to(ctx: Context, ticket: Ticket, *, text: str | None = None, quiet: bool = False) -> None:
    """Text, pictures and places join the ticket; whoever has it is told. `quiet`: no answer in the chat."""
    event = ctx.event
    words = ctx.said if text is None else text
    own = ctx.who.person.id == ticket.reporter_id
    await ctx.unit.tickets.add_message(ticket.id, event.chat.address, event.message_id, event.album)
    if event.attachments:
        await ctx.unit.attachments.add(ticket.id, event.platform, event.attachments, ctx.now, event.message_id)
    data = {"attachments": [a.kind for a in event.attachments], "message": event.message_id}
    await ctx.log(EntryKind.SUPPLEMENTED, ticket=ticket, text=words, data=data)
    if own and not ticket.finished:
        now = replace(ticket, text=with_line(ticket.text, words), first_at=event.at, heard_at=event.at)
        await show(ctx, ticket, await grow(ctx, ticket, now))
    told = words or texts.attachment_list([a.kind for a in event.attachments])
    if own:
        await note(ctx, ticket, texts.REPORTER_ADDED.format(number=texts.number(ticket), text=told))
    else:
        sentence = texts.OTHER_ADDED.format(number=texts.number(ticket), name=ctx.who.person.name, text=told)
        await note(ctx, ticket, sentence)
    for item in event.attachments:
        await forward(ctx, ticket, item)
    if not quiet:
        await ctx.reply(texts.SUPPLEMENTED.format(number=texts.number(ticket)))


async def note(ctx: Context, ticket: Ticket, sentence: str) -> None:
    """Tell whoever has the ticket, or to whom it was brought; if they cannot be written to, the officers' group."""
    holder = ticket.assignee_id or ticket.routed_id
    if holder is not None:
        mine = ctx.actor is not None and ctx.actor.person.id == holder
        if mine or await ctx.tell(holder, sentence, lane=lane(ticket), ticket_id=ticket.id) is not None:
            return
    hushed = texts.PRIVATE_NEWS.format(number=texts.number(ticket), bare=ticket.number)
    said = hushed if ticket.confidential else sentence
    for group in await card_groups(ctx, ticket):
        await ctx.say(group, said, lane=lane(ticket), ticket_id=ticket.id)


async def card_follows(ctx: Context, ticket: Ticket) -> bool:
    """Does whoever has it see on the card what is added?"""
    holder = ticket.assignee_id or ticket.routed_id
    to = await ctx.private_chat(holder) if holder is not None else None
    if to is not None:
        return ctx.shows_changes(to.platform)
    return all(ctx.shows_changes(group.platform) for group in await card_groups(ctx, ticket))


async def forward(ctx: Context, ticket: Ticket, item: Attachment) -> None:
    """Show a picture or place to whoever has the ticket, in private, on whatever platform they are."""
    holder = ticket.assignee_id or ticket.routed_id
    if holder is None:
        return
    to = await ctx.private_chat(holder)
    if to is None:
        return
    content = Content(text=texts.number(ticket), attachment=going(item, ctx.event.platform, to))
    await ctx.tell(to, content, lane=lane(ticket), role=Role.NOTICE, ticket_id=ticket.id)


@tickets.command(
    "撤回", slash="withdraw", args=parse.ticket_number, allow=Permission.REPORT, help="撤回 12　不用处理了"
)
async def withdraw(ctx: Context, number: int) -> None:
    await _withdraw(ctx, await ticket_by_number(ctx, number))


@tickets.button("withdraw", args=parse.row_id, allow=Permission.REPORT)
async def press_withdraw(ctx: Context, ticket_id: int) -> None:
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    await _withdraw(ctx, ticket)


async def _withdraw(ctx: Context, ticket: Ticket) -> None:
    if ticket.reporter_id != ctx.who.person.id:
        raise UsageError(texts.NOT_YOURS)
    ticket = await awake(ctx, ticket)
    moved = await ctx.unit.tickets.move(ticket.id, Move.WITHDRAW, at=ctx.now)
    if moved is None:
        raise UsageError(texts.ALREADY_FINISHED.format(number=texts.number(ticket), state=ticket.state))
    await ctx.log(EntryKind.WITHDRAWN, ticket=moved)
    await refresh(ctx, moved)
    await note(ctx, moved, texts.REPORTER_WITHDREW.format(number=texts.number(moved)))
    await ctx.answer(texts.WITHDRAWN_NOTE.format(number=texts.number(moved)))
