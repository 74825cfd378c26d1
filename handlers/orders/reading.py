"""What an officer's words mean here and now: the tickets in their hands, those that wait, and their colleagues."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.kit import texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.parse import numbers_in
from handlers.kit.phrases import Action, Ambiguous, Phrase, Topic, Why, read_phrase
from storage.model.messages import InboundKind
from storage.model.people import PersonRole
from storage.model.tickets import WAITING, Ticket

HELPERS = (PersonRole.OFFICER, PersonRole.DUTY_LEADER, PersonRole.LEADER)
WORDS_ONLY = frozenset({Action.NOTE, Action.STATUS})


@dataclass(frozen=True, slots=True)
class Desk:
    """What can be meant. `replied`: the ticket of the message that is answered, if it is a matter of theirs."""

    mine: tuple[int, ...]
    waiting: tuple[int, ...]
    names: tuple[str, ...]
    replied: Ticket | None = None

    def read(self, ctx: Context, words: str, *, alone: bool = False) -> Phrase | Ambiguous | None:
        """`alone`: whatever message it answers. What is not said to us must be an order word for word."""
        return read_phrase(
            words,
            replied=self.replied.number if self.replied is not None and not alone else None,
            mine=self.mine,
            waiting=self.waiting,
            colleagues=self.names,
            today=ctx.local(),
            exact=not addressed(ctx),
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """`found`: what was understood; None: plain words."""

    desk: Desk
    words: str
    found: Phrase | Ambiguous | None

    @property
    def sure(self) -> Phrase | None:
        return self.found if isinstance(self.found, Phrase) else None

    @property
    def named(self) -> bool:
        """The ticket's number was said."""
        return names_ticket(self.words, self.found)


def listens(ctx: Context) -> bool:
    """Officers speak freely where no resident reads. Costs nothing for anybody else."""
    if not ctx.staff or ctx.who.anonymous or ctx.among_residents or ctx.station is None:
        return False
    event = ctx.event
    return event.kind is InboundKind.MESSAGE and bool(event.text) and ctx.who.may(Permission.WORK, ctx.station.id)


def addressed(ctx: Context) -> bool:
    """Said to us: in private, by our name, or as an answer to a message of ours."""
    return ctx.event.addressed or texts.NAME in ctx.vocabulary.find(ctx.event.text)


def names_ticket(words: str, found: Phrase | Ambiguous | None) -> bool:
    orders: Sequence[Phrase] = found.choices if isinstance(found, Ambiguous) else (found,) if found else ()
    said = numbers_in(words)
    return any(number in said for order in orders for number in order.numbers)


async def desk_of(ctx: Context) -> Desk:
    """Raises nothing: what is answered may belong to nobody, or to another station."""
    me, here = ctx.who.person.id, ctx.here
    mine, waiting = await ctx.unit.held.at_hand(here.id, me)
    names = tuple(m.person.name for m in await ctx.unit.people.staff(here.id) if m.role in HELPERS)
    return Desk(tuple(mine), tuple(waiting), names, await _replied(ctx))


async def _replied(ctx: Context) -> Ticket | None:
    """Not what the officer reported in private life: there they answer like everybody else."""
    event = ctx.event
    if not event.reply_to:
        return None
    where = event.chat.address
    ticket = await ctx.unit.tickets.by_message(where.platform, where.chat_id, event.reply_to)
    if ticket is None or ticket.station_id != ctx.here.id:
        return None
    own = ticket.reporter_id == ctx.who.person.id and ticket.assignee_id != ctx.who.person.id
    return None if own else ticket


async def hear(ctx: Context) -> Heard:
    """The words of this event, with the names that were @-ed and then without them."""
    desk = await desk_of(ctx)
    text = ctx.event.text
    found = desk.read(ctx, text)
    if not isinstance(found, Phrase) and ctx.said != text:
        found = desk.read(ctx, ctx.said) or found
    return Heard(desk, text, _meant(ctx, desk, text, found))


def _meant(ctx: Context, desk: Desk, words: str, found: Phrase | Ambiguous | None) -> Phrase | Ambiguous | None:
    """What is said under a card may be for the reporter, and under another message is about nothing we know."""
    about = isinstance(found, Ambiguous) or (found is not None and bool(found.numbers))
    if found is None or not ctx.event.reply_to or names_ticket(words, found) or not about:
        return found
    if desk.replied is None:
        return None
    if isinstance(found, Phrase):
        return None if _for_the_reporter(ctx, desk.replied, words, found) else found
    if ctx.event.attachments:
        return None
    return _worth_asking(desk, words, found)


def _for_the_reporter(ctx: Context, ticket: Ticket, words: str, said: Phrase) -> bool:
    """A note that is the whole message, and a question by whoever could ask the reporter."""
    if said.action is Action.NOTE:
        return said.text in words.strip() and len(said.text) >= len(words.strip()) - 2
    return said.topic is Topic.TICKET and (not ctx.public or ticket.assignee_id == ctx.who.person.id)


def _worth_asking(desk: Desk, words: str, doubt: Ambiguous) -> Ambiguous | None:
    """Only if something could come of it but a note or the claim of what nobody can claim."""
    waiting = set(desk.waiting)
    useful = tuple(
        choice
        for choice in doubt.choices
        if choice.action is not Action.NOTE and (choice.action is not Action.CLAIM or waiting & set(choice.numbers))
    )
    if not useful and doubt.why is Why.WHICH_ACTION:
        return None
    return Ambiguous(doubt.why, doubt.choices)


async def exist(ctx: Context, numbers: Sequence[int]) -> bool:
    """All of them are tickets of this station."""
    return all([await ctx.unit.tickets.by_number(ctx.here.id, number) for number in numbers])


async def settled(ctx: Context, heard: Heard) -> Phrase | None:
    """The order behind a doubt that is only about what can be: it is answered with how it stands.

    A claim by number of what does not wait, alone or among others, and an order for a ticket that somebody else holds,
    by whoever may not touch it.
    """
    doubt = heard.found
    if not isinstance(doubt, Ambiguous) or not heard.named or len(doubt.choices) != 1:
        return None
    order = doubt.choices[0]
    if order.action is Action.CLAIM:
        gone = set(order.numbers) - set(heard.desk.waiting)
        lost = doubt.why is Why.WHICH_TICKET and gone - set(heard.desk.mine)
        return order if lost or len(gone) == len(order.numbers) else None
    if doubt.why is not Why.NOT_YOURS or ctx.who.may(Permission.DISPATCH, ctx.here.id):
        return None
    for number in order.numbers:
        ticket = await ctx.unit.tickets.by_number(ctx.here.id, number)
        if ticket is not None and (ticket.state in WAITING or ticket.assignee_id == ctx.who.person.id):
            return None
    return order
