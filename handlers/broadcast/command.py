"""播报: one word, told apart by what follows it."""

import re

from handlers.broadcast import drafts, rules, status
from handlers.broadcast.feature import broadcast
from handlers.broadcast.words import (
    Draft,
    DropRule,
    ListRules,
    NewRule,
    NextTip,
    Request,
    Status,
    Stop,
    SwitchRule,
    understand,
)
from handlers.kit import broadcast_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.parse import free_text
from storage.model.people import GroupKind

_WORD = re.compile(r"(?:播报|/push(?:@\w+)?)[\s:：，,]*", re.IGNORECASE)


@broadcast.command(
    "播报",
    slash="push",
    args=free_text,
    allow=Permission.BROADCAST,
    help="播报 要发的话　先看预览，再发到各群；“播报”看全部用法",
)
async def push(ctx: Context, rest: str) -> None:
    if ctx.public and (ctx.group is None or ctx.group.kind is not GroupKind.OFFICERS):
        raise UsageError(say.NOT_HERE)
    wish = understand(rest)
    await _do(ctx, _as_typed(wish, ctx.event.text) if isinstance(wish, Draft) else wish)


def _as_typed(wish: Draft, whole: str) -> Draft:
    """The draft from the message itself: commands are matched without @s and the last full stop, a text keeps them."""
    word = _WORD.search(whole)
    again = understand(whole[word.end() :]) if word else wish
    return again if isinstance(again, Draft) else wish


async def _do(ctx: Context, wish: Request) -> None:
    match wish:
        case Draft():
            await drafts.draft_text(ctx, wish)
        case NextTip():
            await drafts.draft_next(ctx, wish)
        case Status():
            await status.show(ctx, wish)
        case Stop():
            await status.stop(ctx, wish)
        case ListRules():
            await rules.list_rules(ctx)
        case NewRule():
            await rules.add_rule(ctx, wish)
        case SwitchRule():
            await rules.switch_rule(ctx, wish)
        case DropRule():
            await rules.drop_rule(ctx, wish)
