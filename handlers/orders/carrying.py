"""An order goes to the feature that declared it: the same function the command and the button call."""

from dataclasses import replace

from handlers.kit import order_texts as say
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.feature import Order
from handlers.kit.phrases import Action, Phrase

MOST = 10
"""Tickets in one order."""

OWN_WORDS = frozenset({Action.RESOLVE, Action.GIVE_BACK})
"""What needs a sentence of each ticket's own, if none is said."""


def kind_of(phrase: Phrase) -> str:
    return str(phrase.topic or phrase.action)


def _handler(ctx: Context, kind: str) -> Order:
    for feature in ctx.features:
        if kind in feature.orders:
            return feature.orders[kind]
    raise LookupError(kind)


async def carry_out(ctx: Context, phrase: Phrase, kind: str = "") -> None:
    """Do it; of several tickets each in turn, and one answer says what became of each. Raises UsageError."""
    handler = _handler(ctx, kind or kind_of(phrase))
    if len(phrase.numbers) <= 1:
        await handler(ctx, phrase)
        await _keep_attachments(ctx, phrase)
        return
    if len(phrase.numbers) > MOST:
        raise UsageError(say.TOO_MANY.format(most=MOST))
    if phrase.action in OWN_WORDS and not phrase.text:
        example = {"numbers": say.plain_numbers(phrase.numbers), "verb": say.VERBS[phrase.action]}
        raise UsageError(say.ONE_SENTENCE.format(**example))
    lines: list[str] = []
    for number in phrase.numbers:
        lines += await _each(ctx, handler, replace(phrase, numbers=(number,)))
    await ctx.answer("\n".join(lines))


async def _each(ctx: Context, handler: Order, phrase: Phrase) -> list[str]:
    """What is said about one of several. What cannot be done is undone alone."""
    answers: list[str] = []
    part = replace(ctx, cause=f"{ctx.cause}:{phrase.numbers[0]}", facts=[], gathered=answers)
    try:
        async with ctx.unit.tx.savepoint():
            await handler(part, phrase)
            await _keep_attachments(part, phrase)
    except UsageError as refusal:
        return [str(refusal)]
    ctx.facts += part.facts
    return answers


async def _keep_attachments(ctx: Context, phrase: Phrase) -> None:
    """A picture that came with an order belongs to its ticket. (A note keeps its own.)"""
    event = ctx.event
    if not event.attachments or not phrase.numbers or phrase.action in (Action.NOTE, Action.ASK):
        return
    ticket = await ctx.unit.tickets.by_number(ctx.here.id, phrase.numbers[0])
    if ticket is not None:
        await ctx.unit.attachments.add(ticket.id, event.platform, event.attachments, ctx.now, event.message_id)
