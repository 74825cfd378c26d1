"""What was told in a group and goes on in private: the words its reporter writes to us there belong to it."""

import re
from datetime import timedelta

from handlers.kit import texts
from handlers.kit import urgent_texts as say
from handlers.kit.context import Context
from handlers.kit.facts import CameInPrivate
from handlers.tickets.feature import tickets
from handlers.tickets.follow import add_to
from handlers.tickets.view import open_whisper
from storage.model.matters import Category
from storage.model.messages import InboundKind
from storage.model.tickets import Ticket

TAKEN_UP_WITHIN = timedelta(days=1)
_ELSEWHERE = frozenset({Category.PAPERS, Category.QUESTION, Category.LOST})
"""What is asked beside it is no part of it."""

_ANOTHER = re.compile(r"\s*(?:另外|还有(?:一|个|件)|再(?:问|报|说)(?:一|个|件)|另一件|别的事)")


async def open_sensitive_of(ctx: Context, person_id: int) -> Ticket | None:
    """The unfinished sensitive matter this person told in a group lately, if any."""
    ticket = await ctx.unit.tickets.sensitive_of(person_id)
    return ticket if ticket is not None and ctx.now - ticket.opened_at <= TAKEN_UP_WITHIN else None


@tickets.otherwise(45)
async def taken_up(ctx: Context) -> bool:
    """Words in private of somebody whose sensitive matter is open."""
    event = ctx.event
    if not event.chat.private or event.kind is not InboundKind.MESSAGE or event.reply_to:
        return False
    if not event.attachments and (ctx.understood.courtesy is not None or _beside(ctx)):
        return False
    ticket = await open_sensitive_of(ctx, ctx.who.person.id)
    if ticket is None:
        return False
    await add_to(ctx, ticket, quiet=True)
    # Where we could not write before, what they should have read then is the answer now.
    if not await open_whisper(ctx, ticket):
        await ctx.reply(say.JOINED_IN_PRIVATE.format(number=texts.number(ticket)), ticket_id=ticket.id)
    return True


def _beside(ctx: Context) -> bool:
    return ctx.understood.category in _ELSEWHERE or _ANOTHER.match(ctx.said) is not None


@tickets.on(CameInPrivate)
async def came(ctx: Context, fact: CameInPrivate) -> None:
    ticket = await open_sensitive_of(ctx, fact.person_id)
    if ticket is not None:
        await open_whisper(ctx, ticket)
