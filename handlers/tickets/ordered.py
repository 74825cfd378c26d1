"""What officers say in words of their own about tickets, carried out by what carries out the commands."""

import re

from handlers.kit import order_texts as say
from handlers.kit import texts
from handlers.kit.context import Context
from handlers.kit.feature import SAY
from handlers.kit.parse import NumberAndText
from handlers.kit.phrases import Action, Phrase, Topic
from handlers.tickets import aiding, correcting, handing, leasing, leaving, lists, pausing, relay, transfer, work
from handlers.tickets.colleagues import colleagues
from handlers.tickets.feature import tickets
from handlers.tickets.find import ticket_by_number
from handlers.tickets.limits import limits_at
from storage.model.tickets import FalseAlarm, Ticket, Urgency

_BARE_RETURN = re.compile("(?:我|想|要|先|申请|帮我|可以|能不能)*(?:退回|退单|退了|退掉|退)(?:去|来|重派)?了?")
"""That it is given back, and no word of why."""

_OUTSIDE = re.compile(
    "12345|综治|物业|居委|村委|街道|城管|消防|司法所|市监|市场监管|住建|环保|供电|水务|信访|交警|反诈中心"
)
"""Whom a ticket leaves the station for."""

_FALSE = (
    (FalseAlarm.REPEATED, "重复|报过"),
    (FalseAlarm.TRIAL, "测试|试一?试"),
    (FalseAlarm.MISTAKE, "[发点]错"),
    (FalseAlarm.NOT_FOUND, "查无|没有?这回事|没有?此事"),
)
SHOWN = 20


def _argument(phrase: Phrase, text: str | None = None) -> NumberAndText:
    return NumberAndText(phrase.numbers[0], phrase.text if text is None else text)


@tickets.order(Action.CLAIM)
async def claim(ctx: Context, phrase: Phrase) -> None:
    await work.claim(ctx, phrase.numbers[0])


@tickets.order(Action.ARRIVE)
async def arrive(ctx: Context, phrase: Phrase) -> None:
    await work.arrive(ctx, phrase.numbers[0])


@tickets.order(Action.RESOLVE)
async def resolve(ctx: Context, phrase: Phrase) -> None:
    await work.resolve(ctx, _argument(phrase))


@tickets.order(Action.TRANSFER)
async def hand_to(ctx: Context, phrase: Phrase) -> None:
    """To a colleague; what is for another office goes out of our hands."""
    text = f"{phrase.person} {phrase.text}".strip()
    names = {m.person.name for m in await colleagues(ctx, ctx.here.id)}
    if phrase.person not in names and _OUTSIDE.search(phrase.person):
        await leaving.forward(ctx, _argument(phrase, text))
    else:
        await transfer.transfer(ctx, _argument(phrase, text))


@tickets.order(Action.GIVE_BACK)
async def give_back(ctx: Context, phrase: Phrase) -> None:
    if _BARE_RETURN.fullmatch(phrase.text) or not phrase.text:
        await leasing.ask_why(ctx, await ticket_by_number(ctx, phrase.numbers[0]))
    else:
        await leasing.give_back(ctx, _argument(phrase))


@tickets.order(Action.PAUSE)
async def pause(ctx: Context, phrase: Phrase) -> None:
    await pausing.pause_until(ctx, _argument(phrase), phrase.until)


@tickets.order(Action.RESUME)
async def resume(ctx: Context, phrase: Phrase) -> None:
    await pausing.resume(ctx, phrase.numbers[0])


@tickets.order(Action.HELP)
async def ask_for_help(ctx: Context, phrase: Phrase) -> None:
    reason = "" if phrase.person in phrase.text else phrase.text
    await aiding.help_me(ctx, _argument(phrase, f"{phrase.person} {reason}".strip() if phrase.person else ""))


@tickets.order(Action.NOTE)
async def note_down(ctx: Context, phrase: Phrase) -> None:
    await relay.note_down(ctx, _argument(phrase))


@tickets.order(SAY)
async def say_on(ctx: Context, phrase: Phrase) -> None:
    """What a reply to a card means where it is no order."""
    await relay.said_under(ctx, await ticket_by_number(ctx, phrase.numbers[0]), phrase.text)


@tickets.order(Action.FALSE_REPORT)
async def dismiss(ctx: Context, phrase: Phrase) -> None:
    """With a reason of the list if one is said; else it is asked for."""
    reason = next((r for r, words in _FALSE if phrase.text == r or re.search(words, phrase.text)), "")
    await leaving.dismiss(ctx, _argument(phrase, reason))


@tickets.order(Action.PRIORITY)
async def hurry(ctx: Context, phrase: Phrase) -> None:
    await correcting.weigh_anew(ctx, _argument(phrase, Urgency.URGENT))


@tickets.order(Action.HANDOVER)
async def hand_over(ctx: Context, phrase: Phrase) -> None:
    await handing.hand_over(ctx, phrase.person)


# ── questions ──────────────────────────────────────────────────────────────
@tickets.order(Topic.TICKET)
async def show(ctx: Context, phrase: Phrase) -> None:
    await lists.show(ctx, phrase.numbers[0])


@tickets.order(Topic.MINE)
async def in_hand(ctx: Context, phrase: Phrase) -> None:
    held = await ctx.unit.held.of(ctx.here.id, ctx.who.person.id)
    await _list(ctx, held, say.IN_HAND, say.NOTHING_IN_HAND)


@tickets.order(Topic.UNCLAIMED)
async def unclaimed(ctx: Context, phrase: Phrase) -> None:
    waiting = (await ctx.unit.held.at_hand(ctx.here.id, ctx.who.person.id))[1]
    found = [await ctx.unit.tickets.by_number(ctx.here.id, number) for number in waiting[:SHOWN]]
    await _list(ctx, [t for t in found if t is not None], say.UNCLAIMED, say.NOTHING_UNCLAIMED, total=len(waiting))


async def _list(ctx: Context, found: list[Ticket], head: str, nothing: str, total: int = 0) -> None:
    if not found:
        await ctx.reply(nothing)
        return
    many = (await limits_at(ctx, ctx.here.id)).many_watch
    lines = texts.todo_lines(found[:SHOWN], {}, many=many, public=ctx.public)
    await ctx.reply("\n".join([head.format(count=total or len(found)), *lines]))
