"""Two persons become one: when that is right, and what is told to whom.

Rights go one way only: an account that has none joins a person. So nobody becomes an officer by making an officer type
something; whoever has the rights asks for the code, and types it with the account that is to have them too.
"""

from handlers.kit import account_texts as say
from handlers.kit.access import Permission, is_staff, may
from handlers.kit.context import Context
from handlers.kit.texts import ROLE_NAMES
from storage.model.messages import Address
from storage.model.people import Identity, Person, PersonRole
from storage.model.tickets import EntryKind


async def plain(ctx: Context, person: Person) -> bool:
    """Has no rights anywhere, and no place in a station file."""
    roles = await ctx.unit.people.roles(person.id)
    return not person.code and all(role is PersonRole.RESIDENT for role in roles.values())


async def belongs(ctx: Context, person_id: int) -> set[int]:
    """Stations this person works at, or has reported something to. Merely having said hello counts for nothing."""
    roles = await ctx.unit.people.roles(person_id)
    return {s for s, role in roles.items() if role is not PersonRole.RESIDENT} | await ctx.unit.accounts.stations(
        person_id
    )


async def across(ctx: Context, one: int, other: int) -> bool:
    """Would something cross from one station to another?"""
    first, second = await belongs(ctx, one), await belongs(ctx, other)
    return bool(first and second and not first & second)


async def work_of(ctx: Context, person_id: int) -> str:
    """东湾派出所 民警; "" for residents."""
    for station_id, role in (await ctx.unit.people.roles(person_id)).items():
        if role is not PersonRole.RESIDENT:
            station = await ctx.unit.stations.get(station_id)
            return f"{station.name if station else ''} {ROLE_NAMES[role]}".strip()
    return ""


def chat_of(identity: Identity) -> Address | None:
    """The private chat of one account; None while it never wrote to us."""
    if not identity.chat_id:
        return None
    return Address(platform=identity.platform, bot=identity.bot, chat_id=identity.chat_id)


async def join(ctx: Context, source: Person, into: Person, moves: str) -> None:
    """`source` is `into` from now on. `moves`: the platform of the account it was all about."""
    before = await ctx.unit.people.identities(into.id)
    await ctx.unit.accounts.merge(source.id, into.id)
    ctx.directory_changed = True
    station_id = await _logged_at(ctx, into.id)
    data = {"from": source.id, "to": into.id, "platform": moves}
    await ctx.log(EntryKind.ACCOUNT_LINKED, text=into.name, data=data, station_id=station_id)
    told = say.LINKED_THERE.format(other=say.account(moves, source.name))
    here = ctx.event.chat.address
    for identity in before:
        to = chat_of(identity)
        if to is not None and to.key != here.key:
            await ctx.tell(to, told)


async def _logged_at(ctx: Context, person_id: int) -> int | None:
    """Where this person works; else the station of this chat."""
    roles = await ctx.unit.people.roles(person_id)
    return next((s for s, role in roles.items() if is_staff(role)), ctx.station.id if ctx.station else None)


async def tell_managers(ctx: Context, person: Person, sentence: str) -> None:
    """Those who answer for a station read that another account has an officer's rights now."""
    for station_id, role in (await ctx.unit.people.roles(person.id)).items():
        if role is PersonRole.RESIDENT:
            continue
        for member in await ctx.unit.people.staff(station_id):
            if may(member.role, Permission.MANAGE) and member.person.id != person.id:
                await ctx.tell(member.person.id, sentence)
