"""日历: the secret address of one's own calendar; 日历 重置 makes the old one useless."""

from handlers.kit import parse
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.roster.feature import RosterSettings, roster

RESET = ("重置", "重设", "换一个")
calendar_text = parse.Parser(str.strip, lambda text: text.strip(" 。.!！") in ("", *RESET))
"""nothing, or 重置"""


@roster.command(
    "日历",
    slash="calendar",
    args=calendar_text,
    allow=Permission.WORK,
    help="日历　把您的班订阅到手机日历（泄露了发：日历 重置）",
)
async def calendar(ctx: Context, text: str) -> None:
    if ctx.public:
        raise UsageError(say.PRIVATE_ONLY)
    fresh = text.strip(" 。.!！") in RESET
    key = await ctx.unit.roster.calendar_key(ctx.who.person.id, fresh=fresh)
    url = f"{ctx.settings(RosterSettings).public_url}/roster/{key}.ics"
    head = f"{say.CALENDAR_RESET}\n" if fresh else ""
    await ctx.reply(head + say.CALENDAR.format(url=url))
