"""The answer to the one question on a receipt: a button, or the reporter's next words."""

from dataclasses import replace
from datetime import timedelta

from handlers.kit import parse, texts
from handlers.kit import urgent_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketRose
from handlers.kit.ticket_texts import QUESTIONS
from handlers.tickets.feature import tickets
from handlers.tickets.follow import forward, note
from handlers.tickets.questions import ANSWERS, LONGEST_PLACE, Told, read
from handlers.tickets.view import refresh
from handlers.understanding import Understanding
from storage.model.matters import Emergency, Money
from storage.model.messages import InboundKind, Lane
from storage.model.tickets import EntryKind, Ticket, Urgency

ANSWERS_WITHIN = timedelta(minutes=30)
"""Words in private that are no reply answer a question this young."""

LOOKED_AT = 3
ALARMING = frozenset({Told.SENT, Told.UNSAFE})
WORDS = {Told.SENT: say.SENT, Told.NOT_SENT: say.NOT_SENT, Told.SAFE: say.SAFE, Told.UNSAFE: say.UNSAFE}
THANKS = {
    Told.SENT: say.TOLD_SENT,
    Told.NOT_SENT: say.TOLD_NOT_SENT,
    Told.SAFE: say.TOLD_SAFE,
    Told.UNSAFE: say.TOLD_UNSAFE,
    Told.PLACE: say.TOLD_PLACE,
}


@tickets.button("told", args=parse.two_ids, allow=Permission.REPORT)
async def press_told(ctx: Context, arg: tuple[int, int]) -> None:
    ticket = await ctx.unit.tickets.get(arg[0])
    if ticket is None or arg[1] >= len(WORDS):
        raise UsageError(texts.STALE_BUTTON)
    if ctx.who.anonymous:
        raise UsageError(texts.NO_RIGHT_ANONYMOUS)
    if ticket.reporter_id != ctx.who.person.id:
        raise UsageError(say.ONLY_REPORTER_TELLS)
    if ticket.finished:
        raise UsageError(texts.ALREADY_FINISHED.format(number=texts.number(ticket), state=ticket.state))
    told = tuple(Told)[arg[1]]
    await _learn(ctx, ticket, told, WORDS[told])
    await ctx.answer(THANKS[told], alert=told in ALARMING)


@tickets.otherwise(40)
async def told_in_words(ctx: Context) -> bool:
    """A reply to the question, or the next words in private."""
    event = ctx.event
    if event.kind is not InboundKind.MESSAGE or ctx.who.anonymous:
        return False
    ticket = await _asked(ctx)
    if ticket is None or not ticket.asked or ticket.finished or ticket.reporter_id != ctx.who.person.id:
        return False
    told = read(ticket.asked, ctx.said, ctx.understood, event.attachments, direct=bool(event.reply_to))
    if told is None:
        return False
    await ctx.unit.tickets.add_message(ticket.id, event.chat.address, event.message_id, event.album)
    if event.attachments:
        await ctx.unit.attachments.add(ticket.id, event.platform, event.attachments, ctx.now, event.message_id)
    await _learn(ctx, ticket, told, ctx.said or say.SENT_PLACE)
    for item in event.attachments:
        await forward(ctx, ticket, item)
    await _thank(ctx, ticket, told)
    return True


async def _asked(ctx: Context) -> Ticket | None:
    """The ticket whose question these words may answer."""
    where = ctx.event.chat.address
    if ctx.event.reply_to:
        return await ctx.unit.tickets.by_message(where.platform, where.chat_id, ctx.event.reply_to)
    if not ctx.event.chat.private:
        return None
    newest = await ctx.unit.tickets.of_reporter(ctx.who.person.id, limit=LOOKED_AT)
    young = (t for t in newest if t.asked and not t.finished and ctx.now - t.opened_at <= ANSWERS_WITHIN)
    return next(young, None)


async def _thank(ctx: Context, ticket: Ticket, told: Told) -> None:
    """In private always; in a group only what its reporter must read now, and nothing about a sensitive matter."""
    if not ctx.public or (not ticket.sensitive and told in (Told.SENT, Told.NOT_SENT, Told.UNSAFE)):
        await ctx.reply(say.STOP_PAYMENT if told is Told.SENT else THANKS[told], lane=_lane(told), ticket_id=ticket.id)


def _lane(told: Told) -> Lane:
    return Lane.EMERGENCY if told in ALARMING else Lane.RESIDENT


async def _learn(ctx: Context, ticket: Ticket, told: Told, words: str) -> None:
    """The ticket knows it, the question is gone, its officer hears of it; what is alarming rings once more."""
    asked = ANSWERS[told]
    now = await ctx.unit.tickets.told(ticket.id, asked)
    if now is None:
        raise UsageError(say.TOLD_ALREADY)
    place = _place(ctx.said, ctx.understood) if told is Told.PLACE else ""
    grown = _with(now, told, place)
    await ctx.unit.tickets.grow(grown)
    await _note_down(ctx, grown, asked, told, words)
    answer = say.HOLDER_TOLD.format(number=texts.number(grown), question=QUESTIONS[asked], text=words)
    await note(ctx, grown, answer)
    if told in ALARMING:
        ctx.emit(TicketRose(ticket_id=grown.id))
    else:
        await refresh(ctx, grown)


async def _note_down(ctx: Context, ticket: Ticket, asked: str, told: Told, words: str) -> None:
    await ctx.log(EntryKind.TOLD, ticket=ticket, text=words, data={"question": asked, "told": told})


async def answered_by(ctx: Context, ticket: Ticket, meant: Understanding) -> Ticket:
    """The ticket without its question, if a further line of its burst (the current event) answers it.

    The caller keeps it with what else has grown, and tells of it if its urgency rose.
    """
    if not ticket.asked or ctx.who.person.id != ticket.reporter_id:
        return ticket
    told = read(ticket.asked, ctx.said, meant, ctx.event.attachments, direct=False)
    if told is None:
        return ticket
    await _note_down(ctx, ticket, ticket.asked, told, ctx.said or say.SENT_PLACE)
    return _with(ticket, told, _place(ctx.said, meant) if told is Told.PLACE else "")


def _place(words: str, meant: Understanding) -> str:
    return meant.place or (words if len(words) <= LONGEST_PLACE else "")


def _with(ticket: Ticket, told: Told, place: str) -> Ticket:
    """What the ticket is once this is known."""
    ticket = replace(ticket, asked="")
    match told:
        case Told.SENT:
            kind = ticket.emergency or Emergency.MONEY
            return replace(ticket, money_sent=Money.SENT, urgency=Urgency.URGENT, emergency=kind)
        case Told.NOT_SENT:
            return replace(ticket, money_sent=Money.NOT_SENT)
        case Told.UNSAFE:
            return replace(ticket, urgency=Urgency.URGENT, emergency=ticket.emergency or Emergency.VIOLENCE)
        case Told.SAFE:
            return ticket
        case Told.PLACE:
            return replace(ticket, place=place or ticket.place)
