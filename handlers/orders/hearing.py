"""Where words of an officer's own are heard: before an answer to our question, and after every command."""

from dataclasses import replace

from handlers.kit import order_texts as say
from handlers.kit.context import Context
from handlers.kit.feature import SAY
from handlers.kit.phrases import Action, Ambiguous, Phrase, Why
from handlers.kit.spoken import MOVES, could_be_order
from handlers.orders.asking import STEP, ask, completed, picked
from handlers.orders.carrying import carry_out
from handlers.orders.feature import orders
from handlers.orders.reading import WORDS_ONLY, Heard, addressed, exist, hear, listens, settled


@orders.otherwise(20)
async def said_freely(ctx: Context) -> bool:
    """A sure order is carried out; a doubt is asked about; anything else is not for us.

    In the officers' group a line to nobody is an order only if it moves a ticket and says its number.
    """
    if not listens(ctx):
        return False
    heard = await hear(ctx)
    to_us = addressed(ctx)
    order = heard.sure or await settled(ctx, heard)
    if not to_us:
        return await _overheard(ctx, heard, order)
    if order is not None and await _may_mean_a_shift(ctx, heard, order):
        await ask(ctx, replace(heard, found=Ambiguous(Why.WHICH_ACTION, (order,))))
        return True
    if order is not None:
        await _do(ctx, heard, order)
        return True
    if isinstance(heard.found, Ambiguous):
        await ask(ctx, heard)
        return True
    return False


async def _overheard(ctx: Context, heard: Heard, order: Phrase | None) -> bool:
    """Said among colleagues. What only sounded like an order is gone for good."""
    if order is not None and heard.named and order.action in MOVES and await exist(ctx, order.numbers):
        await carry_out(ctx, order)
        return True
    ctx.forgotten = could_be_order(heard.words) and not ctx.vocabulary.find(heard.words)
    return ctx.forgotten


async def _may_mean_a_shift(ctx: Context, heard: Heard, order: Phrase) -> bool:
    """我来, and a colleague waits to hear who takes their shift."""
    if order.action is not Action.CLAIM or heard.named or heard.desk.replied is not None:
        return False
    return await ctx.unit.roster.waits_for(ctx.here.id, ctx.who.person.id)


async def _do(ctx: Context, heard: Heard, order: Phrase) -> None:
    """在路上了 under a card is said to its reporter as well; with a number it stays with the ticket as a note."""
    if order.action is not Action.STATUS or not order.numbers:
        await carry_out(ctx, order)
        return
    await carry_out(ctx, Phrase(Action.STATUS, text=order.text))
    words = Phrase(Action.NOTE, order.numbers, text=ctx.said)
    await carry_out(ctx, words, "" if heard.named else SAY)


@orders.ahead
async def sure_of_something_else(ctx: Context) -> bool:
    """While our question is open: an order that says a ticket's number. For the ticket we ask about it is one as well,
    unless it is merely something to be noted: that is the answer.

    Behind a command's word: 转给 小王 12, 办结 已劝离. What was not claimed by number is not claimed by 接单 那个.
    """
    if not listens(ctx):
        return False
    asked = ctx.conversation
    if asked is not None and asked.step == STEP:
        return False
    heard = await hear(ctx)
    order = heard.sure
    if order is None or not (heard.named or (asked is None and order.action is not Action.CLAIM)):
        return False
    same = asked is not None and await _same_ticket(ctx, order)
    if same and order.action in WORDS_ONLY:
        return False
    over = same and order.action is not Action.ASK
    question = str(ctx.asked.get("question", ""))
    if over:
        await ctx.end_conversation()
    await _do(ctx, heard, order)
    if over and question:
        await ctx.close_question(say.SAID_OTHERWISE.format(words=say.short_label(order)), question)
    return True


async def _same_ticket(ctx: Context, order: Phrase) -> bool:
    ticket_id = ctx.asked.get("ticket")
    if ticket_id is None:
        return False
    ticket = await ctx.unit.tickets.get(int(ticket_id))
    return ticket is not None and ticket.station_id == ctx.here.id and ticket.number in order.numbers


@orders.step(STEP)
async def answered(ctx: Context) -> bool:
    """The answer to our question in words: one of the choices, a new order, or what was missing in the first."""
    if not listens(ctx):
        return False
    question = str(ctx.asked["question"])
    chosen = picked(ctx)
    if chosen is not None:
        await ctx.end_conversation()
        await carry_out(ctx, chosen.phrase, chosen.kind)
        await ctx.close_question(say.CHOSEN.format(label=chosen.label), question)
        return True
    heard = await hear(ctx)
    order = await _anew(ctx, heard)
    await ctx.end_conversation()
    if order is None:
        return False
    await _do(ctx, heard, order)
    await ctx.close_question(say.CHOSEN.format(label=say.short_label(order)), question)
    return True


async def _anew(ctx: Context, heard: Heard) -> Phrase | None:
    said = heard.sure
    if said is not None and (heard.named or not said.numbers):
        return said
    return await completed(ctx, heard.desk) or said
