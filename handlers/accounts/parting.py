"""解绑账号: a linked account is a person of its own again."""

import hashlib

from handlers.accounts.feature import accounts
from handlers.accounts.joining import chat_of
from handlers.kit import account_texts as say
from handlers.kit import parse
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from storage.model.messages import Button, Content, Role
from storage.model.people import Identity, Person
from storage.model.tickets import EntryKind

mark_text = parse.Parser(str, lambda text: len(text) == 12 and text.isalnum())
"""the argument of our own button"""


def mark(identity: Identity) -> str:
    """Short enough for a button, the same after a restart."""
    return hashlib.sha256(f"{identity.platform}:{identity.user_id}".encode()).hexdigest()[:12]


@accounts.command(
    "解绑账号",
    slash="unbind_account",
    aliases=("解绑帐号",),
    allow=Permission.REPORT,
    help="解绑账号　绑错了，或者不是您绑的",
)
async def unbind_account(ctx: Context, _: None) -> None:
    if ctx.public:
        raise UsageError(say.PRIVATE_ONLY)
    linked = await _linked(ctx, ctx.who.person.id)
    if not linked:
        raise UsageError(say.ONLY_ONE)
    rows = tuple(
        (Button(label=f"解绑{say.platform_name(i.platform)}", action=f"account.part:{mark(i)}"),) for i in linked
    )
    await ctx.reply(Content(text=say.WHICH, buttons=rows), role=Role.ASK)


async def _linked(ctx: Context, person_id: int) -> list[Identity]:
    return [i for i in await ctx.unit.people.identities(person_id) if i.linked_from is not None]


@accounts.button("account.part", allow=Permission.REPORT, args=mark_text)
async def part(ctx: Context, wanted: str) -> None:
    me = ctx.who.person
    found = next((i for i in await _linked(ctx, me.id) if mark(i) == wanted), None)
    if found is None:
        raise UsageError(say.NOT_YOURS)
    await separate(ctx, me, found)
    told = say.PARTED.format(other=say.platform_name(found.platform))
    await ctx.close_question(told)
    await ctx.answer(told)


async def separate(ctx: Context, person: Person, identity: Identity) -> None:
    """The account is the person it was before; what was reported on its platform goes with it."""
    every = await ctx.unit.people.identities(person.id)
    alone = sum(i.platform == identity.platform for i in every) == 1
    was = await ctx.unit.accounts.split(identity.platform, identity.user_id, person.id, tickets=alone)
    if was is None:
        raise UsageError(say.NOT_YOURS)
    ctx.directory_changed = True
    data = {"from": person.id, "to": was, "platform": identity.platform}
    await ctx.log(EntryKind.ACCOUNT_UNLINKED, text=person.name, data=data)
    here = ctx.event.chat.address
    for other in every:
        to = chat_of(other)
        if to is not None and to.key != here.key:
            name = say.platform_name(here.platform) if other == identity else say.platform_name(identity.platform)
            await ctx.tell(to, say.PARTED_THERE.format(name=name))
