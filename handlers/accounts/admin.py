"""关联 and 取消关联: an admin says whose an account is."""

import secrets
from datetime import timedelta

from handlers.accounts.feature import accounts
from handlers.accounts.joining import belongs, chat_of, join, plain
from handlers.accounts.parting import separate
from handlers.kit import account_texts as say
from handlers.kit import parse, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.names import named
from storage.model.messages import Button, Content, Role
from storage.model.people import AccountCode, Identity, Member, Person, PersonRole

MINUTES = 10
LONGEST_ID = 128
_RANK = {role: rank for rank, role in enumerate(PersonRole)}


def _looks(text: str) -> bool:
    """So that "关联交易是什么" is a question."""
    words = parse.normalise(text).split()
    return not words or (len(words) == 3 and bool(say.platform_of(words[1])))


account_text = parse.Parser(str.strip, _looks)
"""李强 企业微信 lijing"""


@accounts.command(
    "关联",
    slash="is_account",
    args=account_text,
    allow=Permission.MANAGE,
    help="关联 李强 企业微信 lijing　这个账号就是李强（关联 李强：看他的账号；取消关联 …）",
)
async def link(ctx: Context, text: str) -> None:
    """Nothing changes before the admin has read whose account it is now, and said yes."""
    member, platform, user_id = await _meant(ctx, text)
    if not platform:
        every = await ctx.unit.people.identities(member.person.id)
        accounts_ = [(i.platform, i.user_id, i.linked_from is not None, bool(i.chat_id)) for i in every]
        await ctx.reply(say.listed(member.person.name, accounts_))
        return
    known = await ctx.unit.people.by_identity(platform, user_id)
    if known is not None:
        await _check(ctx, known.person, member)
    where = ctx.event.chat.address
    offer = AccountCode(
        id=0,
        person_id=member.person.id,
        platform=where.platform,
        moves_platform=platform,
        moves_user=user_id,
        presser=f"{where.platform}:{ctx.event.sender.user_id}",
    )
    until = ctx.now + timedelta(minutes=MINUTES)
    number = await ctx.unit.accounts.ask(secrets.token_hex(16), offer, now=ctx.now, expires_at=until)
    buttons = (
        Button(label=say.ADMIN_YES, action=f"account.link:{number}"),
        Button(label=say.ADMIN_NO, action=f"account.leave:{number}"),
    )
    other = say.account(platform, known.person.name if known else user_id)
    asked = say.ADMIN_ASK.format(other=other, name=member.person.name)
    await ctx.reply(Content(text=asked, buttons=(buttons,)), role=Role.ASK)


@accounts.button("account.link", allow=Permission.MANAGE, args=parse.row_id)
async def linked(ctx: Context, number: int) -> None:
    where = ctx.event.chat.address
    taken = await ctx.unit.accounts.take(number, where.platform, ctx.event.sender.user_id, ctx.now)
    staff = {m.person.id: m for m in await ctx.unit.people.staff(ctx.here.id)}
    member = staff.get(taken.person_id) if taken else None
    if taken is None or member is None:
        raise UsageError(say.OVER)
    await _may_touch(ctx, member)
    account = Identity(platform=taken.moves_platform, bot="", user_id=taken.moves_user, person_id=0)
    known = await ctx.unit.people.by_identity(account.platform, account.user_id)
    source = known.person if known else await ctx.unit.people.newcomer("", account)
    await _check(ctx, source, member)
    to = next((chat_of(i) for i in await ctx.unit.people.identities(source.id) if i.user_id == account.user_id), None)
    await join(ctx, source, member.person, account.platform)
    other = say.account(account.platform, source.name or account.user_id)
    told = say.ADMIN_DONE.format(other=other, name=member.person.name)
    await ctx.close_question(told)
    await ctx.answer(told)
    if to is not None:
        by = ctx.who.person.name
        await ctx.tell(to, say.ADMIN_LINKED_THERE.format(by=by, name=member.person.name))


@accounts.button("account.leave", allow=Permission.MANAGE, args=parse.row_id)
async def left(ctx: Context, number: int) -> None:
    where = ctx.event.chat.address
    if await ctx.unit.accounts.take(number, where.platform, ctx.event.sender.user_id, ctx.now) is None:
        raise UsageError(say.OVER)
    await ctx.close_question(say.ADMIN_LEFT)
    await ctx.answer(say.ADMIN_LEFT)


@accounts.command("取消关联", slash="is_no_account", args=account_text, allow=Permission.MANAGE, help="")
async def unlink(ctx: Context, text: str) -> None:
    member, platform, user_id = await _meant(ctx, text)
    every = await ctx.unit.people.identities(member.person.id)
    found = next((i for i in every if (i.platform, i.user_id) == (platform, user_id)), None)
    if not platform:
        raise UsageError(_how())
    if found is None:
        raise UsageError(say.NOT_YOURS)
    if found.linked_from is None:
        raise UsageError(say.FROM_FILE)
    await separate(ctx, member.person, found)
    await ctx.reply(say.ADMIN_PARTED.format(other=say.account(platform, user_id), name=member.person.name))


async def _meant(ctx: Context, text: str) -> tuple[Member, str, str]:
    """Who, on which platform ("" if only the name was written), and the account."""
    if ctx.public:
        raise UsageError(say.PRIVATE_ONLY)
    words = parse.normalise(text).split()
    if len(words) not in (1, 3):
        raise UsageError(_how())
    found = named(await ctx.unit.people.staff(ctx.here.id), words[0])
    if not found:
        raise UsageError(say.NOBODY.format(name=words[0][:12]))
    if len(found) > 1:
        raise UsageError(say.SEVERAL.format(name=words[0][:12]))
    await _may_touch(ctx, found[0])
    if len(words) == 1:
        return found[0], "", ""
    platform = say.platform_of(words[1])
    if not platform or len(words[2]) > LONGEST_ID:
        raise UsageError(_how())
    return found[0], platform, words[2]


def _how() -> str:
    return say.HOW_ADMIN.format(platforms="、".join(say.PLATFORMS.values()))


async def _may_touch(ctx: Context, member: Member) -> None:
    """At every station where they work, and nobody above oneself: an account holds all the rights of its person."""
    for station_id, role in (await ctx.unit.people.roles(member.person.id)).items():
        if role is PersonRole.RESIDENT:
            continue
        ctx.require(Permission.MANAGE, station_id)
        if _RANK[ctx.who.role_at(station_id)] < _RANK[role]:
            raise UsageError(texts.NO_RIGHT_STAFF)


async def _check(ctx: Context, source: Person, member: Member) -> None:
    """Raises UsageError where the account may not become this person's."""
    if source.id == member.person.id:
        raise UsageError(say.ALREADY.format(name=member.person.name))
    if not await plain(ctx, source):
        raise UsageError(say.TAKEN.format(name=source.name))
    for station_id in await belongs(ctx, source.id):
        ctx.require(Permission.MANAGE, station_id)
