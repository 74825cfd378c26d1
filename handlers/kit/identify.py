"""Who is this, in which group, at which station? Unknown people and groups are registered as they come."""

from dataclasses import replace

from handlers.kit.access import is_staff
from handlers.kit.channel_texts import GUEST
from handlers.kit.context import Actor, Context
from storage.model.messages import Inbound, InboundKind
from storage.model.people import Identity, Person, PersonRole, Station

_RANK = {role: rank for rank, role in enumerate(PersonRole)}


async def identify(ctx: Context) -> None:
    """Fill in ctx.group, ctx.actor and ctx.station for ctx.inbound."""
    event = ctx.event
    where = event.chat.address
    if not event.chat.private and event.kind not in (InboundKind.LEFT, InboundKind.MOVED):
        ctx.group = await ctx.unit.groups.by_chat(where.platform, where.chat_id)
        if ctx.group is None or not ctx.group.active or (event.chat.title and event.chat.title != ctx.group.title):
            ctx.group = await ctx.unit.groups.seen(
                platform=where.platform, bot=where.bot, chat_id=where.chat_id, title=event.chat.title
            )
    if event.kind is InboundKind.SIGHTED:  # who passes something on to others is not our concern
        ctx.station = await _station(ctx)
        return
    ctx.actor = await _actor(ctx, event)
    ctx.station = await _station(ctx)
    if ctx.station is not None and not ctx.actor.roles and not ctx.actor.anonymous:
        await ctx.unit.people.settle(ctx.actor.person.id, ctx.station.id)
        ctx.actor = replace(ctx.actor, roles={ctx.station.id: PersonRole.RESIDENT})


async def _actor(ctx: Context, event: Inbound) -> Actor:
    people = ctx.unit.people
    where, sender = event.chat.address, event.sender
    open_chat = event.chat.private and event.kind is not InboundKind.LEFT
    private_chat = where.chat_id if open_chat else ""
    known = await people.by_identity(where.platform, sender.user_id)
    if known is None:
        person = await people.newcomer(
            sender.name or GUEST,
            Identity(
                platform=where.platform,
                bot=where.bot,
                user_id=sender.user_id,
                person_id=0,
                username=sender.username,
                chat_id=private_chat,
            ),
        )
        return Actor(person=person, anonymous=sender.anonymous, private_chat=private_chat)
    person = known.person
    now = (private_chat, where.bot, sender.username)
    if private_chat and now != (known.private_chat, known.bot, known.username):
        ctx.directory_changed = bool(known.person.code)  # an @ may name an officer's account
        await people.reachable(
            where.platform, sender.user_id, bot=where.bot, chat_id=private_chat, username=sender.username
        )
    # Some platforms know an account only: that is a name for want of a better one.
    if not person.code and sender.name not in ("", person.name, sender.user_id):
        await people.rename(person.id, sender.name)
        person = Person(id=person.id, name=sender.name, aliases=person.aliases)
    return Actor(
        person=person,
        roles=await people.roles(person.id),
        anonymous=sender.anonymous,
        private_chat=private_chat or known.private_chat,
    )


async def _station(ctx: Context) -> Station | None:
    """The group's own; in private the one where this person works, then where they live; else the first."""
    stations = ctx.unit.stations
    if ctx.group is not None and ctx.group.station_id is not None:
        return await stations.get(ctx.group.station_id)
    roles = ctx.actor.roles if ctx.actor else {}
    if roles:
        at_work = [sid for sid, role in roles.items() if is_staff(role)]
        best = max(at_work or roles, key=lambda sid: _RANK[roles[sid]])
        return await stations.get(best)
    every = await stations.all()
    return every[0] if every else None
