"""What officers say in words of their own about shifts, carried out by what carries out the commands."""

import re
from datetime import date

from handlers.kit import order_texts as say
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.phrases import Action, Phrase, Status, Topic
from handlers.roster import asking, freedom, leaving, showing
from handlers.roster.feature import roster, today
from handlers.roster.words import read_days, read_wish

_SHIFT = re.compile("[大小]夜班?|[白夜早中晚日全]天?班|晚上|夜里")
_DARK = re.compile("晚|夜")
_OFF = re.compile(
    "(?:请|要|想|我|得|需要|打算|准备|申请|休|个|一天){0,6}(?:请|告|休|年|病|事|产|婚)?假[了吧]?|调休|倒休|补休"
)
"""The asking for leave itself."""

_SEVERAL = re.compile("[二两三四五六七八九十几2-9半]天|半[天日]")
_SAID = {
    Status.BUSY: freedom.at_a_scene,
    Status.EN_ROUTE: freedom.on_the_way,
    Status.OFF: freedom.resting,
}


def _wish(ctx: Context, phrase: Phrase) -> str:
    """The shift as the commands read it: 11月21日白班."""
    if phrase.day is None or read_wish(phrase.text, today(ctx)) is not None:
        return phrase.text
    part = _SHIFT.search(phrase.text)
    return f"{_date(phrase.day)}{part.group() if part else ''}"


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@roster.order(Topic.EXCHANGE)
@roster.order(Topic.COVER)
async def give(ctx: Context, phrase: Phrase) -> None:
    """My shift, to somebody named or to whoever is free."""
    await asking.swap(ctx, f"{_wish(ctx, phrase)} {f'和{phrase.person}' if phrase.person else ''}".strip())


@roster.order(Topic.TAKE)
async def take(ctx: Context, phrase: Phrase) -> None:
    await asking.cover(ctx, f"{_wish(ctx, phrase)} {phrase.person}".strip())


@roster.order(Topic.LEAVE)
async def leave(ctx: Context, phrase: Phrase) -> None:
    """Raises UsageError where more than one day may be meant and only one is named: nothing is guessed."""
    words = phrase.text
    start = next((i for i in range(len(words)) if read_days(words[i:], today(ctx))), None)
    found = read_days(words[start:], today(ctx)) if start is not None else None
    if found is None or start is None:
        await leaving.ask_leave(ctx, words)
        return
    first, last, rest = found
    if _SEVERAL.search(words) and first == last:
        raise UsageError(say.LEAVE_OF_DAYS)
    reason = " ".join(filter(None, (_why(words[:start]), _why(rest))))
    await leaving.ask_leave(ctx, f"{_date(first)}到{_date(last)} {reason}".strip())


def _why(words: str) -> str:
    """What is said beside the asking itself."""
    return _OFF.sub(" ", words).strip(" ,，。.;；!！我想要请")


@roster.order(Action.STATUS)
async def free(ctx: Context, phrase: Phrase) -> None:
    said = Status(phrase.text)
    if said is Status.ON:
        await freedom.at_post(ctx, None)
    else:
        await _SAID[said](ctx, "")


@roster.order(Topic.DUTY)
async def on_duty(ctx: Context, phrase: Phrase) -> None:
    await showing.on_day(ctx, phrase.day, dark=_DARK.search(phrase.text) is not None)
