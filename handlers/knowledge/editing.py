"""知识: officers look into the knowledge base, leaders change it. Never before residents."""

import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from handlers.kit import knowledge_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.parse import free_text
from handlers.kit.words import Words, content_words
from handlers.knowledge.feature import knowledge
from handlers.knowledge.keep import put
from handlers.knowledge.parse import CODE, LONGEST_ANSWER, split_aliases
from handlers.knowledge.search import search
from storage.model.knowledge import Knowledge, Miss, Origin
from storage.model.tickets import EntryKind

SHOWN, LISTED, DUE_DAYS = 8, 50, 30
ALL = "全部"
Do = Callable[[Context, str], Awaitable[None]]


@knowledge.command(
    "知识", slash="knowledge", args=free_text, allow=Permission.WORK, help="知识　看知识库；“知识 查 词”“知识 未答”"
)
async def library(ctx: Context, rest: str) -> None:
    if ctx.among_residents:
        raise UsageError(say.NOT_HERE)
    word, argument = _parted(rest)
    if not word:
        await _overview(ctx)
        return
    do = _ACTIONS.get(word)
    if do is None:
        raise UsageError(_usage(ctx))
    if word in _EDITS:
        ctx.require(Permission.MANAGE, ctx.here.id)
    await do(ctx, argument)


def _usage(ctx: Context) -> str:
    may = ctx.who.may(Permission.MANAGE, ctx.here.id)
    return f"{say.USAGE}\n{say.USAGE_EDIT}" if may else say.USAGE


def _parted(text: str) -> tuple[str, str]:
    """The first word, and the rest with its lines."""
    head, *tail = re.split(r"[ \t:：]+|(?=\n)", text.strip(), maxsplit=1)
    return head, tail[0].strip() if tail else ""


async def _overview(ctx: Context) -> None:
    fields = await ctx.unit.knowledge.fields()
    await ctx.reply(say.overview(fields) if fields else say.EMPTY)


# ── looking ────────────────────────────────────────────────────────────────
async def _look_up(ctx: Context, words: str) -> None:
    hits = await search(ctx.unit, words, SHOWN) if words else []
    entries = [entry for hit in hits if (entry := await ctx.unit.knowledge.get(hit.code)) is not None]
    if not entries:
        raise UsageError(say.NOT_FOUND.format(words=words))
    await ctx.reply("\n".join([say.FOUND_HEAD, *map(say.line, entries)]))


async def _show(ctx: Context, code: str) -> None:
    await ctx.reply(say.whole(await _entry(ctx, code)))


async def _entry(ctx: Context, code: str) -> Knowledge:
    if not CODE.fullmatch(code.lower()):
        raise UsageError(say.NEED_CODE)
    entry = await ctx.unit.knowledge.get(code.lower())
    if entry is None:
        raise UsageError(say.NO_SUCH.format(code=code))
    return entry


async def _reviews(ctx: Context, _: str) -> None:
    today = ctx.local().date()
    entries = await ctx.unit.knowledge.due(today + timedelta(days=DUE_DAYS), LISTED)
    await ctx.reply(say.due(entries, today.isoformat()) if entries else say.NO_DUE)


# ── what could not be answered ─────────────────────────────────────────────
async def _misses(ctx: Context, _: str) -> None:
    asked = await ctx.unit.knowledge.misses(ctx.here.id, LISTED)
    await ctx.reply(say.misses(grouped(asked), len(asked)) if asked else say.NO_MISSES)


def grouped(asked: list[Miss]) -> list[tuple[str, list[Miss]]]:
    """By the word most of them share; the largest group first, what shares nothing last."""
    words = Words()
    told = {miss.id: content_words(words, miss.question) for miss in asked}
    counts = Counter(word for each in told.values() for word in each)
    groups: dict[str, list[Miss]] = {}
    for miss in asked:
        word = max(told[miss.id], key=lambda w: (counts[w], len(w)), default="")
        name = word if counts[word] > 1 else say.OTHER_GROUP
        groups.setdefault(name, []).append(miss)
    return sorted(groups.items(), key=lambda item: (item[0] == say.OTHER_GROUP, -len(item[1])))


async def _dealt_with(ctx: Context, which: str) -> None:
    if which == ALL:
        ids = [miss.id for miss in await ctx.unit.knowledge.misses(ctx.here.id, LISTED)]
    else:
        ids = [int(number) for number in re.findall(r"\d{1,15}", which)]
        if not ids:
            raise UsageError(say.NEED_MISS)
    done = [number for number in ids if await ctx.unit.knowledge.dealt_with(number, ctx.here.id)]
    if not done:
        raise UsageError(say.DEALT_NONE)
    await ctx.reply(say.DEALT.format(count=len(done)))


# ── changing ───────────────────────────────────────────────────────────────
async def _change(ctx: Context, argument: str) -> None:
    code, answer = _parted(argument)
    entry = await _entry(ctx, code)
    _fits(answer, say.NEED_ANSWER)
    now = replace(entry, answer=answer, version=entry.version + 1, origin=Origin.EDITED)
    await _save(ctx, now, before=entry.answer)
    await ctx.reply(say.CHANGED.format(question=now.question, version=now.version))


async def _rephrase(ctx: Context, argument: str) -> None:
    code, more = _parted(argument)
    entry = await _entry(ctx, code)
    aliases = split_aliases(more)
    if not aliases:
        raise UsageError(say.NEED_ALIASES)
    both = tuple(dict.fromkeys((*entry.aliases, *aliases)))
    now = replace(entry, aliases=both, version=entry.version + 1, origin=Origin.EDITED)
    await _save(ctx, now, before=" | ".join(entry.aliases))
    await ctx.reply(say.CHANGED.format(question=now.question, version=now.version))


async def _add(ctx: Context, argument: str) -> None:
    head, _, answer = argument.partition("\n")
    parts = head.split(maxsplit=2)
    if len(parts) < 3 or not CODE.fullmatch(parts[0].lower()):
        raise UsageError(say.NEED_ENTRY)
    code, field, question = parts[0].lower(), parts[1], parts[2]
    _fits(answer, say.NEED_ENTRY)
    if await ctx.unit.knowledge.get(code) is not None:
        raise UsageError(say.EXISTS.format(code=code))
    entry = Knowledge(code=code, field=field, question=question, answer=answer.strip(), origin=Origin.EDITED)
    await _save(ctx, entry, before="")
    await ctx.reply(say.ADDED.format(question=question))


def _fits(answer: str, need: str) -> None:
    if not answer.strip():
        raise UsageError(need)
    if len(answer) > LONGEST_ANSWER:
        raise UsageError(say.LONG.format(length=len(answer), limit=LONGEST_ANSWER))


async def _disable(ctx: Context, code: str) -> None:
    await _switch(ctx, code, enabled=False)


async def _enable(ctx: Context, code: str) -> None:
    await _switch(ctx, code, enabled=True)


async def _switch(ctx: Context, code: str, *, enabled: bool) -> None:
    entry = await _entry(ctx, code)
    if entry.enabled is enabled:
        raise UsageError(say.SAME.format(question=entry.question, state="启用" if enabled else "停用"))
    await _save(ctx, replace(entry, enabled=enabled, origin=Origin.EDITED), before=entry.answer)
    await ctx.reply((say.ENABLED if enabled else say.DISABLED).format(question=entry.question))


async def _save(ctx: Context, entry: Knowledge, *, before: str) -> None:
    await put(ctx.unit, entry, ctx.now, ctx.who.person.id)
    data = {"code": entry.code, "version": entry.version, "enabled": entry.enabled, "before": before}
    await ctx.log(EntryKind.KNOWLEDGE_EDITED, text=entry.answer, data=data)


_EDITS: dict[str, Do] = {
    "改": _change,
    "加": _add,
    "问法": _rephrase,
    "停用": _disable,
    "启用": _enable,
    "已答": _dealt_with,
}
_ACTIONS: dict[str, Do] = {"查": _look_up, "看": _show, "未答": _misses, "复核": _reviews, **_EDITS}
