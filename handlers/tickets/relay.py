"""The officer's words reach the reporter under the station's name; the reporter's answer reaches the officer."""

import re

import msgspec

from handlers.kit import parse, texts
from handlers.kit import relay_texts as say
from handlers.kit.access import Permission
from handlers.kit.account_texts import platform_name
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import DeliveryFailed, DeliveryWaits
from handlers.kit.names import public_name
from handlers.kit.private import hide_private
from handlers.tickets.closing import ask_key
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number
from handlers.tickets.follow import note
from handlers.tickets.telling import waits_on
from handlers.tickets.view import going
from storage.model.messages import Address, Button, Content, InboundKind, Lane, OutRow, OutState, Role
from storage.model.tickets import Entry, EntryKind, Ticket

_WHOLE = re.compile(r"ticket:\d+:reply:(\d{1,18})")
"""A key of reply_key; further pictures have longer ones."""

PART = "#"
"""What stands behind it in the key of a part of a long text: which part."""

LONGEST = 1000
"""Characters of one reply or note."""


REPLY_MINUTES = 10
"""So long the next message is the reply that was announced."""


def reply_key(ticket: Ticket, entry_id: int) -> str:
    """Of the message that carries an officer's words."""
    return f"ticket:{ticket.id}:reply:{entry_id}"


def is_reply(row: OutRow) -> bool:
    """Is this message of ours such a one?"""
    return row.out.key.startswith(f"ticket:{row.out.ticket_id}:reply:")


# ── to the reporter ────────────────────────────────────────────────────────
@tickets.command(
    "回复",
    slash="reply",
    args=parse.number_and_text,
    allow=Permission.WORK,
    help="回复 12 我们半小时内到　以派出所的名义回复反映人（直接回复卡片也行）",
)
async def reply_to_reporter(ctx: Context, arg: parse.NumberAndText) -> None:
    ticket = await ticket_by_number(ctx, arg.number)
    if not arg.text and not ctx.event.attachments:
        await _ask_words(ctx, ticket)
        return
    if ctx.among_residents and ticket.confidential:
        raise UsageError(texts.NOT_IN_PUBLIC)
    await relay(ctx, ticket, arg.text)


async def _ask_words(ctx: Context, ticket: Ticket) -> None:
    """In private the next message is the reply: some channels have neither quotes nor words beside a photo."""
    if not ctx.event.chat.private:
        raise UsageError(say.NEED_REPLY.format(number=ticket.number))
    await ctx.reply(Content(text=say.ASK_REPLY.format(number=texts.number(ticket)), ask=True), ticket_id=ticket.id)
    await ctx.ask("reply", {"ticket": ticket.id}, minutes=REPLY_MINUTES)


@tickets.step("reply")
async def words_at_last(ctx: Context) -> None:
    ticket = await ctx.unit.tickets.get(int(ctx.asked["ticket"]))
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    ctx.require(Permission.WORK, ticket.station_id)
    await ctx.end_conversation()
    await relay(ctx, ticket, ctx.said)


@tickets.command(
    "备注", slash="note", args=parse.number_and_text, allow=Permission.WORK, help="备注 12 电话打不通　只有民警看得到"
)
async def note_down(ctx: Context, arg: parse.NumberAndText) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    ticket = await ticket_by_number(ctx, arg.number)
    if not arg.text and not ctx.event.attachments:
        raise UsageError(say.NEED_NOTE.format(number=arg.number))
    await keep_note(ctx, ticket, arg.text)


@tickets.otherwise(35)
async def reply_to_card(ctx: Context) -> bool:
    """An officer answers one of our messages about a ticket: whoever works on it speaks to the reporter."""
    event = ctx.event
    if event.kind is not InboundKind.MESSAGE or ctx.who.anonymous or not ctx.who.staff:
        return False
    ticket = await _answered(ctx)
    if ticket is None or ticket.reporter_id == ctx.who.person.id:
        return False
    if not ctx.who.may(Permission.WORK, ticket.station_id):
        return False
    if ctx.among_residents:
        return await _said_in_the_group(ctx, ticket)
    if not event.attachments and ctx.understand(ctx.said).courtesy is not None:
        raise UsageError(say.COURTESY_HINT.format(bare=ticket.number))
    if event.album:
        await ctx.unit.tickets.add_message(ticket.id, event.chat.address, event.message_id, event.album)
    await said_under(ctx, ticket, ctx.said)
    return True


async def said_under(ctx: Context, ticket: Ticket, words: str) -> None:
    """Whoever works on it speaks to the reporter; what others say under a card stays among officers."""
    if await _works_on(ctx, ticket):
        await relay(ctx, ticket, words)
    else:
        await keep_note(ctx, ticket, words)


async def _answered(ctx: Context) -> Ticket | None:
    """The ticket whose card or news is answered; among residents also by answering what was told there."""
    event = ctx.event
    where = event.chat.address
    if event.reply_to and not ctx.among_residents:
        row = await ctx.unit.outbox.by_ref(where, event.reply_to)
        if row is None or row.out.ticket_id is None or row.out.role is Role.ASK:
            return None
        return await ctx.unit.tickets.get(row.out.ticket_id)
    if event.reply_to:
        return await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
    return await ctx.unit.tickets.by_album(where.platform, where.chat_id, event.album) if event.album else None


async def _works_on(ctx: Context, ticket: Ticket) -> bool:
    """Colleagues who merely talk about a card among themselves do not speak to its reporter."""
    if ticket.assignee_id == ctx.who.person.id:
        return True
    if ctx.public:
        return False
    if ctx.who.person.id in await ctx.unit.helpers.of_ticket(ticket.id):
        return True
    return ticket.routed_id == ctx.who.person.id or ctx.who.may(Permission.DISPATCH, ticket.station_id)


async def _said_in_the_group(ctx: Context, ticket: Ticket) -> bool:
    """Its reporter reads it anyway; it is part of what was done."""
    said = ctx.understand(ctx.said).courtesy is None or ctx.event.attachments
    if not said or ctx.names_called:
        return False
    await _log(ctx, ticket, ctx.said, public=True)
    await _tell_holder(ctx, ticket, ctx.said)
    return True


async def relay(ctx: Context, ticket: Ticket, words: str) -> None:
    """Say it to the reporter where the matter was told. Raises UsageError if it cannot reach them."""
    if len(words) > LONGEST:
        raise UsageError(texts.LONG_FINDING.format(limit=LONGEST))
    to, reply_to = await _where(ctx, ticket)
    items = ctx.event.attachments
    if not ctx.can_show(to.platform, items):
        raise UsageError(say.OTHER_PLATFORM.format(number=texts.number(ticket)))
    items = tuple(going(item, ctx.event.platform, to) for item in items)
    entry = await _log(ctx, ticket, words, public=not ticket.confidential)
    station = await ctx.station_of(ticket)
    told = words or texts.attachment_list([item.kind for item in items])
    shown = say.relayed(station.name if station else "", public_name(ctx.who.person), texts.number(ticket), told)
    content = Content(text=shown, reply_to=reply_to, attachment=items[0] if items else None, can_wait=not items)
    key = reply_key(ticket, entry)
    waits = await waits_on(ctx, ticket, to, content)
    await _send(ctx, ticket, to, content, key)
    for place, item in enumerate(items[1:], 1):
        await _send(ctx, ticket, to, Content(text=texts.number(ticket), attachment=item), f"{key}:{place}")
    await _tell_holder(ctx, ticket, told)
    hidden = not ticket.confidential and hide_private(words) != words
    done = (say.REPLIED_HIDDEN if hidden else say.REPLIED).format(number=texts.number(ticket))
    done = say.REPLIED_WAITS.format(number=texts.number(ticket), where=waits) if waits else done
    undo = Button(label=say.UNSAY, action=f"unsay:{entry}")
    if not ctx.among_residents:
        await ctx.reply(Content(text=done, buttons=((undo,),)), role=Role.ASK, ticket_id=ticket.id)


async def _where(ctx: Context, ticket: Ticket) -> tuple[Address, str]:
    """Where the reporter reads it, and the message it answers there."""
    if not ticket.confidential:
        return ticket.source, ticket.source_message
    to = await ctx.private_chat(ticket.reporter_id, ticket.source.platform)
    if to is None:
        raise UsageError(say.CANNOT_REACH.format(number=texts.number(ticket)))
    return to, ticket.source_message if to.key == ticket.source.key else ""


async def _send(ctx: Context, ticket: Ticket, to: Address, content: Content, key: str) -> None:
    if ticket.confidential:
        await ctx.tell(to, content, lane=Lane.RESIDENT, role=Role.REPLY, ticket_id=ticket.id, key=key)
    else:
        await ctx.say(to, content, lane=Lane.RESIDENT, role=Role.REPLY, ticket_id=ticket.id, key=key)


async def _log(ctx: Context, ticket: Ticket, words: str, *, public: bool) -> int:
    data = {
        "attachments": [item.kind for item in ctx.event.attachments],
        "message": ctx.event.message_id,
        "public": public,
    }
    return await ctx.log(EntryKind.REPLIED, ticket=ticket, text=words, data=data)


async def _tell_holder(ctx: Context, ticket: Ticket, words: str) -> None:
    """Whoever has it knows what a colleague said to the reporter."""
    if ticket.assignee_id in (None, ctx.who.person.id):
        return
    officer = ctx.who.person.name
    await note(ctx, ticket, say.REPLIED_BY.format(number=texts.number(ticket), officer=officer, text=words))


@tickets.on(DeliveryFailed)
async def undelivered(ctx: Context, fact: DeliveryFailed) -> None:
    """Who spoke to the reporter learns that it did not arrive; whoever has the ticket, that its ending did not."""
    await _tell_fate(ctx, fact.outbox_id, say.NOT_DELIVERED, say.CLOSING_NOT_DELIVERED)


@tickets.on(DeliveryWaits)
async def delivered_later(ctx: Context, fact: DeliveryWaits) -> None:
    """The same, where the platform counted otherwise than we did."""
    await _tell_fate(ctx, fact.outbox_id, say.REPLIED_WAITS, say.CLOSING_WAITS)


async def _tell_fate(ctx: Context, outbox_id: int, of_words: str, of_closing: str) -> None:
    row = await ctx.unit.outbox.get(outbox_id)
    ticket = await ctx.unit.tickets.get(row.out.ticket_id) if row is not None and row.out.ticket_id else None
    if row is None or ticket is None:
        return
    known = {"number": texts.number(ticket), "where": platform_name(row.out.to.platform)}
    key = row.out.key.partition(PART)[0]
    if key == ask_key(ticket):
        await note(ctx, ticket, of_closing.format(**known))
        return
    whole = _WHOLE.fullmatch(key)
    entry = await ctx.unit.entries.get(int(whole[1])) if whole else None
    if entry is not None and entry.actor_id is not None:
        words = of_words.format(text=entry.text, **known)
        once = "" if key == row.out.key else f"{key}:{'waits' if of_words == say.REPLIED_WAITS else 'lost'}"
        await ctx.tell(entry.actor_id, words, ticket_id=ticket.id, key=once)


@tickets.button("unsay", args=parse.row_id, allow=Permission.REPORT)
async def unsay(ctx: Context, entry_id: int) -> None:
    """The words are taken back where they stand; the log keeps them."""
    entry = await ctx.unit.entries.get(entry_id)
    if entry is None or entry.kind is not EntryKind.REPLIED or entry.ticket_id is None:
        raise UsageError(texts.STALE_BUTTON)
    ticket = await ctx.unit.tickets.get(entry.ticket_id)
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    if entry.actor_id != ctx.who.person.id and not ctx.who.may(Permission.DISPATCH, ticket.station_id):
        raise UsageError(say.UNSAY_NOT_YOURS)
    done = say.UNSAID_NOTE.format(number=texts.number(ticket))
    if not await _unsaid(ctx, entry):
        row = await ctx.unit.outbox.by_key(reply_key(ticket, entry.id))
        if row is not None and row.state is OutState.PENDING and not row.attempts:
            await ctx.unit.outbox.end(row.id, OutState.OBSOLETE)
        elif row is not None:
            public = not ticket.confidential
            content = Content(text=say.UNSAID, brief=say.UNSAID)
            await ctx.edit(row.out.key, row.out.to, content, public=public, lane=row.out.lane, ticket_id=ticket.id)
        text = say.UNSAID_ENTRY.format(text=entry.text)
        await ctx.log(EntryKind.NOTED, ticket=ticket, text=text, data={"unsaid": entry.id})
        await ctx.close_question(done, answering=True)
    else:
        await ctx.answer(done)


async def _unsaid(ctx: Context, entry: Entry) -> bool:
    later = await ctx.unit.entries.of_ticket(entry.ticket_id or 0)
    return any(msgspec.json.decode(e.data).get("unsaid") == entry.id for e in later if e.kind is EntryKind.NOTED)


# ── among officers ─────────────────────────────────────────────────────────
async def keep_note(ctx: Context, ticket: Ticket, words: str) -> None:
    """Stays among officers; whoever has the ticket reads it, pictures included."""
    if len(words) > LONGEST:
        raise UsageError(texts.LONG_FINDING.format(limit=LONGEST))
    items = ctx.event.attachments
    if items:
        await ctx.unit.attachments.add(ticket.id, ctx.event.platform, items, ctx.now, ctx.event.message_id)
    data = {"attachments": [item.kind for item in items], "message": ctx.event.message_id}
    await ctx.log(EntryKind.NOTED, ticket=ticket, text=words, data=data)
    number = texts.number(ticket)
    told = words or texts.attachment_list([item.kind for item in items])
    if ticket.assignee_id is not None:
        await note(ctx, ticket, say.NOTE_FROM.format(number=number, officer=ctx.who.person.name, text=told))
    await ctx.reply(say.NOTED.format(number=number, bare=ticket.number))
