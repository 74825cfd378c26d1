"""A plain question is answered at once, always with the way to a person. What is not sure goes on to the tickets."""

import re

import msgspec

from handlers.kit import knowledge_texts as say
from handlers.kit import texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import ReportWanted
from handlers.kit.parse import Parser, free_text, row_id
from handlers.kit.private import hide_private
from handlers.knowledge.feature import knowledge
from handlers.knowledge.parse import CODE
from handlers.knowledge.search import answer_to, search
from storage.model.knowledge import Knowledge
from storage.model.matters import Category
from storage.model.messages import Button, Content, InboundKind, Lane, Role
from storage.model.people import GroupKind
from storage.model.tickets import Entry, EntryKind, Urgency

PLAIN = frozenset({Category.PAPERS, Category.QUESTION, Category.TRAFFIC, Category.OTHER})
"""Categories a question of which may be answered without a person. Of other matters an officer must know."""

ASKED = frozenset({Category.PAPERS, Category.QUESTION, Category.TRAFFIC})
"""What is missed by the editors if it is not answered."""

LONGEST_MISS = 200
NEAREST = 3
_SENTENCE = re.compile(r"一?下|个|问|您|你|清楚|题")
"""What follows 问 where it only begins a sentence: 问一下, 问个事."""

choice = Parser(str, lambda text: re.fullmatch(rf"\d{{1,15}}\.{CODE.pattern}", text) is not None)
"""the argument of a suggestion's button: 12.id-lost"""


@knowledge.otherwise(80)
async def answered(ctx: Context) -> bool:
    """Answer what is plain and sure."""
    if not _plain(ctx) or not ctx.said:
        return False
    found = await answer_to(ctx.unit, ctx.said, ctx.understood)
    if found is not None and found.sure:
        await _answer(ctx, found.entry, found.score)
        return True
    if ctx.understood.category in ASKED and ctx.understood.is_request:
        await _miss(ctx, ctx.said, found.entry.code if found else "")
    return False


@knowledge.command(
    "问", slash="ask", args=free_text, allow=Permission.REPORT, help="问 居住证怎么办　马上答复；答不上就转人工"
)
async def ask(ctx: Context, text: str) -> None:
    """The explicit form: what is not sure is offered to choose from. A sentence that begins with 问 is a message."""
    if not text:
        raise UsageError(say.ASK_HOW)
    if not _concerns_us(ctx):
        ctx.emit(ReportWanted(text=text))
        return
    found = await answer_to(ctx.unit, text, ctx.understood)
    if found is not None and found.sure:
        await _answer(ctx, found.entry, found.score)
    elif _SENTENCE.match(text) and not ctx.staff:
        await _miss(ctx, text, found.entry.code if found else "")
        ctx.emit(ReportWanted(text=text))
    else:
        await _offer(ctx, text)


def _plain(ctx: Context) -> bool:
    """A message of a resident to us, with nothing in it an officer must see."""
    event = ctx.event
    if event.kind is not InboundKind.MESSAGE or event.attachments or event.reply_to or ctx.earlier or ctx.staff:
        return False
    if ctx.group is not None and ctx.group.kind is GroupKind.OFFICERS:
        return False
    return ctx.understood.courtesy is None and _concerns_us(ctx)


def _concerns_us(ctx: Context) -> bool:
    meaning = ctx.understood
    if meaning.fraud or meaning.emergency is not None or meaning.urgency is Urgency.URGENT:
        return False
    return meaning.category in PLAIN and meaning.money is None


async def _answer(ctx: Context, entry: Knowledge, score: float) -> None:
    data = {"code": entry.code, "score": round(score, 3), "message": ctx.event.message_id}
    asked = await ctx.log(EntryKind.ANSWERED, text=ctx.said, data=data)
    content = Content(text=say.answer(entry, ctx.station), buttons=_buttons(asked))
    await ctx.reply(content, lane=Lane.RESIDENT, role=Role.ASK, key=_key(asked))


async def _offer(ctx: Context, text: str) -> None:
    """No sure answer to an explicit question: what comes near, to choose from."""
    hits = await search(ctx.unit, text, NEAREST)
    await _miss(ctx, text, hits[0].code if hits else "")
    data = {"code": "", "message": ctx.event.message_id}
    asked = await ctx.log(EntryKind.ANSWERED, text=text, data=data)
    near = [entry for hit in hits if (entry := await ctx.unit.knowledge.get(hit.code)) is not None]
    rows = tuple((Button(label=entry.question, action=f"know:{asked}.{entry.code}"),) for entry in near)
    content = Content(text=say.NEAR if near else say.NOTHING_NEAR, buttons=(*rows, (_human(asked),)))
    await ctx.reply(content, lane=Lane.RESIDENT, role=Role.ASK, key=_key(asked))


async def _miss(ctx: Context, question: str, nearest: str) -> None:
    """Remembered for the editors, without the numbers of people."""
    station_id = ctx.station.id if ctx.station else None
    shown = hide_private(question)[:LONGEST_MISS]
    await ctx.unit.knowledge.missed(shown, station_id=station_id, at=ctx.now, nearest=nearest)


def _key(asked: int) -> str:
    return f"answer:{asked}"


def _human(asked: int) -> Button:
    return Button(label=say.HUMAN, action=f"human:{asked}")


def _buttons(asked: int) -> tuple[tuple[Button, ...], ...]:
    return ((_human(asked), Button(label=say.USEFUL, action=f"useful:{asked}")),)


# ── the presses; 转人工 belongs to the tickets ──────────────────────────────
@knowledge.button("know", allow=Permission.REPORT, args=choice)
async def chosen(ctx: Context, argument: str) -> None:
    """One of the suggestions: its answer takes their place."""
    number, _, code = argument.partition(".")
    asked = await _asked(ctx, int(number))
    entry = await ctx.unit.knowledge.get(code)
    if entry is None or not entry.enabled:
        raise UsageError(say.GONE)
    data = {"code": entry.code, "chosen": True, "message": msgspec.json.decode(asked.data)["message"]}
    await ctx.log(EntryKind.ANSWERED, text=asked.text, data=data)
    text = say.answer(entry, ctx.station)
    content = Content(text=text, buttons=_buttons(asked.id), brief=text)
    await ctx.edit(_key(asked.id), ctx.event.chat.address, content, public=ctx.public, lane=Lane.RESIDENT)


@knowledge.button("useful", allow=Permission.REPORT, args=row_id)
async def useful(ctx: Context, asked_id: int) -> None:
    """Counted once per answer."""
    asked = await _asked(ctx, asked_id)
    if await ctx.unit.knowledge.thanked(asked.id, asked.station_id, asked.at):
        raise UsageError(say.THANKED_ALREADY)
    await ctx.log(EntryKind.THANKED, text=str(asked.id), data={"answer": asked.id}, station_id=asked.station_id)
    await ctx.answer(say.THANKED)


async def _asked(ctx: Context, entry_id: int) -> Entry:
    """What was asked. Raises UsageError for an old button, and for whoever did not ask."""
    asked = await ctx.unit.entries.get(entry_id)
    if asked is None or asked.kind is not EntryKind.ANSWERED:
        raise UsageError(texts.STALE_BUTTON)
    if ctx.who.anonymous or asked.actor_id != ctx.who.person.id:
        raise UsageError(say.ONLY_ASKER)
    return asked
