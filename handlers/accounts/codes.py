"""绑定账号: a one-time code, asked for on one platform and typed on another."""

import re
import secrets
from datetime import timedelta

from handlers.accounts.feature import accounts
from handlers.accounts.joining import across, join, plain, tell_managers, work_of
from handlers.kit import account_texts as say
from handlers.kit import parse
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from storage.model.messages import Button, Content, InboundKind, Role
from storage.model.people import AccountCode, Person
from storage.model.tickets import EntryKind

MINUTES = 10
DRAWS = 5
WINDOW = timedelta(hours=1)
OWN_TRIES = 5
ALL_TRIES = 50
"""Wrong codes within the window, of one account and at one station, after which no code is good there any more: with a
million codes, guessing finds one of ten open ones in 200 years."""

_CODE = re.compile(r"\s*([0-9]{3})\s?([0-9]{3})\s*[。.]?\s*")


def _six(text: str) -> str:
    """The six digits, and nothing else; "" if it is anything else."""
    found = _CODE.fullmatch(parse.normalise(text))
    return found[1] + found[2] if found else ""


code_text = parse.Parser(str.strip, lambda text: not text.strip(" 。.!！") or bool(_six(text)))
"""nothing, or six digits"""


@accounts.command(
    "绑定账号",
    slash="bind_account",
    aliases=("绑定帐号",),
    args=code_text,
    allow=Permission.REPORT,
    help="绑定账号　您在几个平台上都有账号，让我知道是同一个人（私聊里发）",
)
async def bind_account(ctx: Context, text: str) -> None:
    """Without digits: a code. With digits: the code from the other platform."""
    if ctx.public:
        raise UsageError(say.PRIVATE_ONLY)
    if code := _six(text):
        await _typed(ctx, code)
        return
    person, where = ctx.who.person, ctx.event.chat.address
    until = ctx.now + timedelta(minutes=MINUTES)
    for _ in range(DRAWS):
        code = f"{secrets.randbelow(1_000_000):06d}"
        if await ctx.unit.accounts.offer(code, person.id, where.platform, now=ctx.now, expires_at=until):
            await ctx.log(EntryKind.ACCOUNT_CODE, data={"platform": where.platform})
            await ctx.reply(say.CODE.format(code=code, minutes=MINUTES))
            return
    raise UsageError(say.TRY_AGAIN)


@accounts.otherwise(20)
async def bare_code(ctx: Context) -> bool:
    """Six digits in private, and nothing else."""
    event = ctx.event
    if not event.chat.private or event.kind is not InboundKind.MESSAGE or event.attachments:
        return False
    code = _six(event.text)
    if code:
        await _typed(ctx, code)
    return bool(code)


async def _typed(ctx: Context, code: str) -> None:
    """One answer for whatever is wrong with it; a good one is shown to be whose it is, and may be answered once."""
    me, where = ctx.who.person, ctx.event.chat.address
    found = None if await _tried_too_often(ctx) else await ctx.unit.accounts.live(code, ctx.now)
    if found is not None and found.person_id == me.id:
        raise UsageError(say.OTHER_PLATFORM if found.platform == where.platform else say.SAME_PERSON)
    owner = await ctx.unit.people.get(found.person_id) if found else None
    if found is None or owner is None or found.platform == where.platform:
        await ctx.log(EntryKind.ACCOUNT_WRONG, data={"platform": where.platform})
        await ctx.reply(say.WRONG)
        return
    await _check(ctx, me, owner)
    if not await ctx.unit.accounts.typed(found.id, where.platform, ctx.event.sender.user_id):
        await ctx.reply(say.WRONG)
        return
    whose = say.whose(found.platform, owner.name, await work_of(ctx, owner.id))
    buttons = (
        Button(label=say.YES, action=f"account.yes:{found.id}"),
        Button(label=say.NO, action=f"account.no:{found.id}"),
    )
    await ctx.reply(Content(text=say.WHOSE.format(whose=whose), buttons=(buttons,)), role=Role.ASK)


async def _tried_too_often(ctx: Context) -> bool:
    if ctx.station is None:
        return False
    tries = await ctx.unit.accounts.tries(ctx.station.id, ctx.who.person.id, ctx.now - WINDOW)
    return tries.own >= OWN_TRIES or tries.all >= ALL_TRIES


async def _check(ctx: Context, me: Person, owner: Person) -> None:
    """Raises UsageError with a sentence where these two may not become one by a code."""
    if not await plain(ctx, me):
        raise UsageError(say.WORK_ACCOUNT)
    if await across(ctx, me.id, owner.id):
        raise UsageError(say.TWO_STATIONS)


@accounts.button("account.yes", allow=Permission.REPORT, args=parse.row_id)
async def yes(ctx: Context, code_id: int) -> None:
    """Everything is looked at once more: minutes have passed."""
    taken = await _taken(ctx, code_id)
    me = ctx.who.person
    owner = await ctx.unit.people.get(taken.person_id)
    if owner is None:
        raise UsageError(say.OVER)
    if owner.id == me.id:
        raise UsageError(say.SAME_PERSON)
    await _check(ctx, me, owner)
    here = ctx.event.chat.address
    await join(ctx, me, owner, here.platform)
    work = await work_of(ctx, owner.id)
    told = say.LINKED.format(whose=say.whose(taken.platform, owner.name, work))
    await ctx.close_question(told)
    await ctx.answer(told)
    if work:
        other = say.account(here.platform, me.name)
        await tell_managers(ctx, owner, say.MANAGERS.format(name=owner.name, other=other))


@accounts.button("account.no", allow=Permission.REPORT, args=parse.row_id)
async def no(ctx: Context, code_id: int) -> None:
    await _taken(ctx, code_id)
    await ctx.close_question(say.NOT_LINKED)
    await ctx.answer(say.NOT_LINKED)


async def _taken(ctx: Context, code_id: int) -> AccountCode:
    """The offer, for the account that typed its code. Raises UsageError if it is over or another's."""
    where, user_id = ctx.event.chat.address, ctx.event.sender.user_id
    taken = await ctx.unit.accounts.take(code_id, where.platform, user_id, ctx.now)
    if taken is None or (taken.moves_platform, taken.moves_user) != (where.platform, user_id):
        raise UsageError(say.OVER)
    return taken
