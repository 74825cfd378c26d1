"""What a reporter says to an officer's words: an answer, thanks, or that it is over."""

from dataclasses import replace
from datetime import timedelta

from handlers.kit import parse, texts
from handlers.kit import relay_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.closing import press_confirm
from handlers.tickets.feature import tickets
from handlers.tickets.find import officer_name
from handlers.tickets.follow import forward, note
from handlers.tickets.growing import grow, show, with_line
from handlers.tickets.relay import is_reply
from handlers.tickets.view import refresh
from handlers.understanding import Courtesy
from handlers.understanding.reference import another_matter
from storage.model.matters import Category
from storage.model.messages import Button, Content, InboundKind, Role
from storage.model.tickets import EntryKind, State, Ticket

SOON = timedelta(minutes=30)
"""Whatever is written in private this soon after an officer's words answers them."""

LATER = timedelta(days=1)
"""… and what is no matter by itself does for this long."""

LOOKED_AT = 5
THANKED_WITHIN = timedelta(days=7)

_ELSEWHERE = frozenset({Category.PAPERS, Category.QUESTION, Category.LOST})
"""What is asked beside it is no answer."""

_NO_ANSWER = frozenset({Courtesy.THANKS, Courtesy.SOLVED})
_HARDLY = frozenset({Courtesy.CALL, Courtesy.GREETING})


@tickets.otherwise(55)
async def answers_back(ctx: Context) -> bool:
    """By a reply to the officer's words anywhere, or the next words in private."""
    event = ctx.event
    if event.kind is not InboundKind.MESSAGE or ctx.who.anonymous or ctx.overheard:
        return False
    courtesy = ctx.understood.courtesy if not event.attachments else None
    if courtesy in _NO_ANSWER:
        return False
    ticket = await _replied_to(ctx) if event.reply_to else await _goes_on(ctx, courtesy)
    if ticket is None or ticket.reporter_id != ctx.who.person.id:
        return False
    await _answer(ctx, ticket, courteous=courtesy is not None)
    return True


async def _replied_to(ctx: Context) -> Ticket | None:
    row = await ctx.unit.outbox.by_ref(ctx.event.chat.address, ctx.event.reply_to)
    if row is None or row.out.ticket_id is None or not is_reply(row):
        return None
    return await ctx.unit.tickets.get(row.out.ticket_id)


async def _goes_on(ctx: Context, courtesy: Courtesy | None) -> Ticket | None:
    """Words in private after an officer's words: nothing that is plainly another matter."""
    if not ctx.event.chat.private or ctx.staff or courtesy in _HARDLY:
        return None
    last = await ctx.unit.talk.replied(ctx.who.person.id, ctx.now - LATER)
    if last is None or another_matter(ctx.said):
        return None
    ticket, at = last
    meaning = ctx.understood
    if meaning.is_request and (ctx.now - at > SOON or (meaning.category in _ELSEWHERE - {ticket.category})):
        return None
    newest = await ctx.unit.tickets.of_reporter(ctx.who.person.id, limit=1)
    told_since = bool(newest) and newest[0].id != ticket.id and newest[0].opened_at >= at
    return None if told_since else ticket


async def _answer(ctx: Context, ticket: Ticket, *, courteous: bool) -> None:
    """It joins the ticket, and whoever has it and whoever asked read it."""
    event = ctx.event
    await ctx.unit.tickets.add_message(ticket.id, event.chat.address, event.message_id, event.album)
    if event.attachments:
        await ctx.unit.attachments.add(ticket.id, event.platform, event.attachments, ctx.now, event.message_id)
    data = {"attachments": [a.kind for a in event.attachments], "message": event.message_id}
    await ctx.log(EntryKind.ANSWERED_BACK, ticket=ticket, text=ctx.said, data=data)
    if not ticket.finished and ctx.said and not courteous:
        now = replace(ticket, text=with_line(ticket.text, ctx.said), first_at=event.at, heard_at=event.at)
        await show(ctx, ticket, await grow(ctx, ticket, now))
    ctx.listening = not ctx.staff
    words = ctx.said or texts.attachment_list([a.kind for a in event.attachments])
    sentence = say.ANSWERED.format(number=texts.number(ticket), text=words)
    await note(ctx, ticket, sentence)
    await _tell_who_asked(ctx, ticket, sentence)
    for item in event.attachments:
        await forward(ctx, ticket, item)
    if event.chat.private:
        officer = await officer_name(ctx, ticket.assignee_id or ticket.routed_id, public=True)
        await ctx.reply(say.PASSED_ON.format(officer=officer) if officer else say.PASSED_ON_NOBODY)


async def _tell_who_asked(ctx: Context, ticket: Ticket, sentence: str) -> None:
    """A colleague who spoke to the reporter reads the answer beside the holder."""
    entries = await ctx.unit.entries.of_ticket(ticket.id)
    asked = next((e.actor_id for e in reversed(entries) if e.kind is EntryKind.REPLIED), None)
    if asked is not None and asked not in (ticket.assignee_id or ticket.routed_id, ctx.who.person.id):
        await ctx.tell(asked, sentence, ticket_id=ticket.id)


# ── courtesies that are about a ticket ─────────────────────────────────────
async def thanked(ctx: Context) -> None:
    """Thanks are logged; whoever had the matter reads one short line of it, once."""
    ticket = await _thanked_for(ctx)
    if ticket is None:
        await ctx.log(EntryKind.THANKED)
        return
    before = await ctx.unit.entries.of_ticket(ticket.id)
    await ctx.log(EntryKind.THANKED, ticket=ticket)
    if ticket.assignee_id is not None and not any(e.kind is EntryKind.THANKED for e in before):
        await note(ctx, ticket, say.THANKED.format(number=texts.number(ticket)))


async def _thanked_for(ctx: Context) -> Ticket | None:
    event = ctx.event
    where, me = event.chat.address, ctx.who.person.id
    if ctx.who.anonymous:
        return None
    if event.reply_to:
        ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
        return ticket if ticket is not None and ticket.reporter_id == me else None
    newest = await ctx.unit.tickets.of_reporter(me, limit=LOOKED_AT)
    here = (t for t in newest if event.chat.private or t.source.key == where.key)
    return next((t for t in here if ctx.now - t.opened_at <= THANKED_WITHIN), None)


async def says_solved(ctx: Context) -> bool:
    """找到了 · 不用来了: about the one matter this person has open here; of several they are asked which.

    False if they have none.
    """
    told = await told_here(ctx)
    found = [t for t in told if t.state is State.RESOLVED] or [t for t in told if not t.finished]
    found = found or [t for t in told if t.state is State.CLOSED]
    if not found:
        return False
    if len(found) == 1:
        await solved(ctx, found[0], ctx.said)
        return True
    cells = tuple((Button(label=texts.number(t), action=f"over:{t.id}"),) for t in found)
    await ctx.reply(Content(text=say.WHICH_SOLVED, buttons=cells), role=Role.ASK)
    return True


async def told_here(ctx: Context) -> list[Ticket]:
    """What words about an own matter may mean: what they reply to, else what this person told here, newest first.

    In private, also what they told in a group.
    """
    event = ctx.event
    where, me = event.chat.address, ctx.who.person.id
    if ctx.who.anonymous:
        return []
    if event.reply_to:
        ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
        if ticket is not None:
            return [ticket] if ticket.reporter_id == me else []
    newest = await ctx.unit.tickets.of_reporter(me, limit=LOOKED_AT)
    return [t for t in newest if event.chat.private or t.source.key == where.key]


def _is_open(ticket: Ticket) -> bool:
    return not ticket.finished or ticket.state is State.RESOLVED


@tickets.button("over", args=parse.row_id, allow=Permission.REPORT)
async def press_over(ctx: Context, ticket_id: int) -> None:
    """Which of several matters is over."""
    ticket = await ctx.unit.tickets.get(ticket_id)
    if ticket is None:
        raise UsageError(texts.STALE_BUTTON)
    if ctx.who.anonymous or ticket.reporter_id != ctx.who.person.id:
        raise UsageError(texts.ONLY_REPORTER)
    if not _is_open(ticket):
        raise UsageError(texts.ALREADY_FINISHED.format(number=texts.number(ticket), state=ticket.state))
    await solved(ctx, ticket, texts.CONFIRM)
    await ctx.close_question(say.SAID_SOLVED_THANKS.format(number=texts.number(ticket)))


async def solved(ctx: Context, ticket: Ticket, words: str, *, quiet: bool = False) -> None:
    """Its reporter says that it is over: the button 解决了 if it stands at 已办结, else news for its officer."""
    if ticket.state is State.RESOLVED:
        await press_confirm(ctx, ticket.id)
        return
    now = await ctx.unit.talk.said_solved(ticket.id)
    if now is not None:
        await ctx.log(EntryKind.SAID_SOLVED, ticket=now, text=words)
        await note(ctx, now, say.SAID_SOLVED.format(number=texts.number(now), text=words))
        await refresh(ctx, now)
    if not quiet:
        await ctx.answer(say.SAID_SOLVED_THANKS.format(number=texts.number(ticket)))
