"""处警中, 在途, 休, 在岗: how free an officer says they are. Said by them, never guessed from being online."""

from datetime import datetime, timedelta

from handlers.kit import parse
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.onduty import who_is_on
from handlers.kit.worktime import wall
from handlers.roster.feature import among_officers, roster, today
from handlers.roster.words import read_until
from storage.model.roster import Availability, Free
from storage.model.tickets import EntryKind

LASTS = {Free.ON_THE_WAY: timedelta(hours=1), Free.AT_A_SCENE: timedelta(hours=4), Free.RESTING: timedelta(hours=12)}
"""How long it holds where nobody said until when. A rest ends with the shift."""

until_text = parse.Parser(str.strip, lambda text: not text.strip(" 。.!！") or read_until(text) is not None)
"""nothing, or a time: 到18点"""


@roster.command(
    "处警中", args=until_text, allow=Permission.WORK, help="处警中 · 在途 · 休 到18点 · 在岗　说一声您现在有没有空"
)
async def at_a_scene(ctx: Context, text: str) -> None:
    await _say(ctx, Free.AT_A_SCENE, text)


@roster.command("在途", args=until_text, allow=Permission.WORK, help="")
async def on_the_way(ctx: Context, text: str) -> None:
    await _say(ctx, Free.ON_THE_WAY, text)


@roster.command("休", aliases=("休息",), args=until_text, allow=Permission.WORK, help="")
async def resting(ctx: Context, text: str) -> None:
    await _say(ctx, Free.RESTING, text)


@roster.command("在岗", aliases=("到岗",), args=parse.nothing, allow=Permission.WORK, help="")
async def at_post(ctx: Context, _: None) -> None:
    await _say(ctx, Free.AT_POST, "")


async def _say(ctx: Context, free: Free, text: str) -> None:
    among_officers(ctx)
    until = await _until(ctx, free, text)
    said = Availability(person_id=ctx.who.person.id, free=free, until=until)
    await ctx.unit.roster.set_available(ctx.here.id, said)
    data = {"free": free, "until": until.isoformat()}
    await ctx.log(EntryKind.AVAILABLE_CHANGED, data=data, station_id=ctx.here.id)
    await ctx.answer(say.AVAILABLE[free].format(until=say.moment(until, ctx.zone)))


async def _until(ctx: Context, free: Free, text: str) -> datetime:
    if free is Free.AT_POST:
        return ctx.now  # being at one's post is what holds where nothing else does
    if text.strip(" 。.!！"):
        found = read_until(text)
        if found is None:
            raise UsageError(say.NEED_UNTIL)
        minutes, tomorrow = found
        until = wall(today(ctx) + timedelta(days=int(tomorrow)), minutes, ctx.zone)
        # "休 到2点" said at night means the coming 2 o'clock.
        return until if until > ctx.now else wall(today(ctx) + timedelta(days=1), minutes, ctx.zone)
    mine = [t.end for t in await who_is_on(ctx.unit, ctx.here, ctx.now) if t.person_id == ctx.who.person.id]
    if free is Free.RESTING and mine:
        return max(mine)
    return ctx.now + LASTS[free]
