"""One question with its choices as buttons. What they stand for is stored; nothing is done before one is pressed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec

from handlers.kit import order_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.feature import SAY
from handlers.kit.phrases import Action, Ambiguous, Phrase, Why
from handlers.kit.phrases.people import name_people
from handlers.orders.carrying import carry_out, kind_of
from handlers.orders.feature import orders
from handlers.orders.reading import Desk, Heard
from storage.model.messages import Button, Content, OutRow, Role
from storage.model.tickets import Ticket

STEP = "order"
MINUTES = 120
SHOWN = 8
"""Choices a thumb still finds its way in."""

_ENDS = " 。.!！~～吧了的"


@dataclass(frozen=True, slots=True)
class Choice:
    """`kind`: which declared order; `label`: what stands on the button."""

    kind: str
    phrase: Phrase
    label: str


def _press(text: str) -> tuple[int, int, int]:
    person, number, index = text.split(".")
    return int(person), int(number), int(index)


pressed = parse.Parser(_press, lambda text: re.fullmatch(r"\d{1,15}\.\d{1,9}\.\d{1,2}", text) is not None)
"""whom we asked, the number of the ticket (0: none or several), which choice"""


async def ask(ctx: Context, heard: Heard) -> None:
    """Ask what was meant. Raises UsageError if a ticket that was named does not exist."""
    doubt = heard.found
    if not isinstance(doubt, Ambiguous):
        return
    phrases = _phrases(doubt)
    known = await _tickets(ctx, phrases)
    choices = [_choice(ctx, p, known) for p in phrases[:SHOWN]]
    replied = heard.desk.replied
    if replied is not None and not heard.named and phrases:
        words = Phrase(Action.NOTE, (replied.number,), text=ctx.said)
        choices.append(Choice(SAY, words, say.SAY))
    key = f"{ctx.cause}:order"
    numbers = _numbers(heard, phrases)
    names = [name for name in heard.desk.names if name != ctx.who.person.name]
    text = say.question(doubt.why, numbers, names, choices=len(choices))
    if len(phrases) > SHOWN:
        text = f"{text}{say.MORE}"
    content = Content(text=text, buttons=_buttons(ctx, choices), ask=True)
    ticket = known.get(numbers[0]) if len(numbers) == 1 else None
    await ctx.reply(content, role=Role.ASK, ticket_id=ticket.id if ticket else None, key=key)
    data = {"question": key, "said": heard.words, "replied": replied.number if replied else 0, "choices": choices}
    await ctx.ask(STEP, data, minutes=MINUTES)


def _phrases(doubt: Ambiguous) -> tuple[Phrase, ...]:
    """A day has to be typed; and the words that made an ending doubtful are no finding: it is asked for."""
    if doubt.why is Why.WHICH_DAY:
        return ()
    if doubt.why is not Why.WHICH_ACTION:
        return doubt.choices
    return tuple(replace(p, text="") if p.action is Action.RESOLVE else p for p in doubt.choices)


def _numbers(heard: Heard, phrases: tuple[Phrase, ...]) -> list[int]:
    """What the question is about: of one ticket, or of several at once."""
    found = dict.fromkeys(number for phrase in phrases for number in phrase.numbers)
    if not found:
        said = parse.numbers_in(heard.words)
        found = dict.fromkeys(n for n in (*heard.desk.mine, *heard.desk.waiting) if n in said)
    return list(found)


async def _tickets(ctx: Context, phrases: tuple[Phrase, ...]) -> Mapping[int, Ticket]:
    found = {}
    for number in dict.fromkeys(n for phrase in phrases[:SHOWN] for n in phrase.numbers):
        ticket = await ctx.unit.tickets.by_number(ctx.here.id, number)
        if ticket is None:
            raise UsageError(texts.NO_SUCH_STAFF.format(number=number))
        found[number] = ticket
    return found


def _choice(ctx: Context, phrase: Phrase, known: Mapping[int, Ticket]) -> Choice:
    ticket = known[phrase.numbers[0]] if len(phrase.numbers) == 1 else None
    return Choice(kind_of(phrase), phrase, say.label(phrase, ticket, public=ctx.public))


def _buttons(ctx: Context, choices: list[Choice]) -> tuple[tuple[Button, ...], ...]:
    """A row for each, and one for none of them."""
    if not choices:
        return ()
    me = ctx.who.person.id
    rows = [
        Button(label=c.label, action=f"order:{me}.{c.phrase.numbers[0] if len(c.phrase.numbers) == 1 else 0}.{i}")
        for i, c in enumerate(choices)
    ]
    return tuple((button,) for button in (*rows, Button(label=say.NONE, action=f"order:{me}.0.{len(choices)}")))


# ── the answer ─────────────────────────────────────────────────────────────
@orders.button("order", args=pressed, allow=Permission.WORK)
async def press(ctx: Context, arg: tuple[int, int, int]) -> None:
    """Once, by whom we asked. A second press, or one after hours, reads how it stands."""
    person, number, index = arg
    if person != ctx.who.person.id or ctx.who.anonymous:
        raise UsageError(say.NOT_ASKED)
    where = ctx.event.chat.address
    row = await ctx.unit.outbox.by_ref(where, ctx.event.message_id)
    ctx.conversation = await ctx.unit.conversations.get(
        where.platform, where.chat_id, ctx.event.sender.user_id, ctx.now
    )
    if row is None or ctx.conversation is None or ctx.asked.get("question") != row.out.key:
        raise UsageError(await _over(ctx, row, number))
    choices = stored(ctx)
    await ctx.end_conversation()
    if index >= len(choices):
        await ctx.close_question(say.NOTHING_DONE)
        return
    chosen = choices[index]
    await carry_out(ctx, chosen.phrase, chosen.kind)
    await ctx.close_question(say.CHOSEN.format(label=chosen.label))


async def _over(ctx: Context, row: OutRow | None, number: int) -> str:
    ticket = await ctx.unit.tickets.by_number(ctx.here.id, number) if number else None
    standing = ""
    if ticket is not None:
        holder = await ctx.person(ticket.assignee_id) if ticket.assignee_id is not None else None
        officer = say.HOLDER.format(officer=holder.name) if holder is not None else ""
        standing = say.STANDING.format(number=texts.number(ticket), state=ticket.state, officer=officer)
    old = row is None or ctx.now - row.created_at >= timedelta(minutes=MINUTES)
    return (say.QUESTION_OLD if old else say.QUESTION_OVER).format(standing=standing)


def stored(ctx: Context) -> tuple[Choice, ...]:
    """What our open question offers."""
    return msgspec.convert(ctx.asked["choices"], tuple[Choice, ...])


def picked(ctx: Context) -> Choice | None:
    """The only choice that is meant by a number, a name or its verb."""
    words = parse.normalise(ctx.said).rstrip(_ENDS)
    number = parse.numbers_in(words) if parse.ticket_number.looks(words) and words else frozenset()
    fits = [
        choice
        for choice in stored(ctx)
        if words and (set(choice.phrase.numbers) == number or words in _handles(choice))
    ]
    return fits[0] if len(fits) == 1 else None


def _handles(choice: Choice) -> Iterator[str]:
    yield choice.label
    if choice.kind == SAY:
        return
    yield from (choice.phrase.person, say.VERBS[choice.phrase.action])


async def completed(ctx: Context, desk: Desk) -> Phrase | None:
    """What was said first, with what was missing in it."""
    asked: Mapping[str, Any] = ctx.asked
    first, answer = str(asked["said"]), ctx.said.strip()
    if asked["replied"]:
        replied = await ctx.unit.tickets.by_number(ctx.here.id, int(asked["replied"]))
        desk = replace(desk, replied=replied)
    called = name_people(first, desk.names)[1]
    wholes = [first.replace(name, answer) for name in called if answer in desk.names]
    for words in (*wholes, f"{first} {answer}", f"{answer} {first}", f"{answer}{first}"):
        found = desk.read(ctx, words)
        if isinstance(found, Phrase):
            return found
    return None
