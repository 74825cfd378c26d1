"""统计: running counters, each recomputed from the log whenever it is asked for."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from handlers.kit import life_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.feature import tickets

Count = Callable[[Context], Awaitable[str]]

COUNTS: dict[str, Count] = {}
"""By the word after 统计: what it answers, for the station and month it is asked in."""


def figure(word: str) -> Callable[[Count], Count]:
    """Declare what 统计 <word> answers."""

    def declare(count: Count) -> Count:
        COUNTS[word] = count
        return count

    return declare


def month_start(ctx: Context) -> datetime:
    """The first moment of this month on the station's clock."""
    local = ctx.local()
    return datetime(local.year, local.month, 1, tzinfo=local.tzinfo)


@tickets.command(
    "统计", slash="figures", args=parse.free_text, allow=Permission.WORK, help="统计　本月办了多少证件和咨询"
)
async def figures(ctx: Context, word: str) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    count = COUNTS.get(word.strip(" 。.！!") or SERVICES)
    if count is None:
        raise UsageError(say.NO_SUCH_FIGURE.format(word=texts.short(word, 12), names=texts.join(COUNTS)))
    await ctx.reply(await count(ctx))


SERVICES = "证件"


@figure(SERVICES)
async def services(ctx: Context) -> str:
    counts = await ctx.unit.entries.services(ctx.here.id, month_start(ctx))
    return say.counted(ctx.local().month, counts)
