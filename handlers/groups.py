"""Groups: joining, binding (绑定), leaving, moving, and hearing well enough."""

import re
from typing import Any

from handlers.kit import group_texts, parse, texts
from handlers.kit.access import Permission, may
from handlers.kit.channel_texts import DEAF
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import GroupJoined
from handlers.kit.feature import Feature
from handlers.kit.scenes import group_of_scene
from storage.model.messages import InboundKind
from storage.model.people import Area, Group, GroupKind, Station
from storage.model.tickets import EntryKind

groups = Feature("groups", title="群")

KINDS = tuple(GroupKind)
_CODE = re.compile(r"[A-Za-z0-9_-]+|\S{2,12}(?:派出所|分局|片区)")


@groups.event(InboundKind.JOINED)
async def joined(ctx: Context) -> None:
    """Say hello once; an unbound group tells its admin what to do and takes reports meanwhile."""
    if ctx.group is None:
        await _came_by(ctx)
        return
    await ctx.log(EntryKind.GROUP_JOINED, text=ctx.group.title, data={"group": ctx.group.id})
    ctx.directory_changed = True
    ctx.emit(GroupJoined(group_id=ctx.group.id))
    if ctx.group.station_id is not None and ctx.station is not None:
        sentence = group_texts.JOINED_BOUND.format(station=ctx.station.name, name=texts.NAME)
        await ctx.say(ctx.group, sentence)
        return
    await ctx.say(ctx.group, group_texts.JOINED.format(name=texts.NAME, example=await _example(ctx)))
    await _tell_managers(ctx, group_texts.ADMIN_NEW_GROUP.format(title=ctx.group.title))


async def _came_by(ctx: Context) -> None:
    """A person opened a private chat by the QR code of a group: what they tell us there belongs to that group."""
    number = group_of_scene(ctx.event.scene)
    group = await ctx.unit.groups.get(number) if number is not None else None
    if group is not None:
        where = ctx.event.chat.address
        await ctx.unit.channels.came_from(where.platform, where.chat_id, group.id)


@groups.event(InboundKind.LEFT)
async def left(ctx: Context) -> None:
    """Removed from a group, or blocked by a person: nothing more is sent there."""
    where = ctx.event.chat.address
    await _gone(ctx, where.platform, where.chat_id)


@groups.job("chat.gone")
async def gone(ctx: Context, payload: dict[str, Any]) -> None:
    """The courier learnt it from the platform's answer."""
    await _gone(ctx, payload["platform"], payload["chat"])


async def _gone(ctx: Context, platform: str, chat_id: str) -> None:
    group = await ctx.unit.groups.by_chat(platform, chat_id)
    await ctx.unit.people.unreachable(platform, chat_id)
    if group is None or not await ctx.unit.groups.left(platform, chat_id):
        return
    ctx.directory_changed = True
    await ctx.log(EntryKind.GROUP_LEFT, text=group.title, data={"group": group.id}, station_id=group.station_id)
    if ctx.station is None and group.station_id is not None:
        ctx.station = await ctx.unit.stations.get(group.station_id)
    await _tell_managers(ctx, group_texts.ADMIN_LEFT_GROUP.format(title=group.title))


@groups.event(InboundKind.MOVED)
async def moved(ctx: Context) -> None:
    where = ctx.event.chat.address
    await _move(ctx, where.platform, where.chat_id, ctx.event.moved_to)


@groups.job("chat.moved")
async def moved_by_answer(ctx: Context, payload: dict[str, Any]) -> None:
    await _move(ctx, payload["platform"], payload["old"], payload["new"])


async def _move(ctx: Context, platform: str, old: str, new: str) -> None:
    """The chat has a new id: group, tickets and what is still to be sent follow."""
    await ctx.unit.outbox.chat_moved(platform, old, new)
    await ctx.unit.tickets.chat_moved(platform, old, new)
    before = await ctx.unit.groups.by_chat(platform, old)
    if before is None:
        return
    if await ctx.unit.groups.moved(platform, old, new):
        data = {"group": before.id, "old": old, "new": new}
        await ctx.log(EntryKind.GROUP_MOVED, data=data, station_id=before.station_id)
    else:
        await _merge(ctx, before, new)
    ctx.directory_changed = True


async def _merge(ctx: Context, before: Group, new: str) -> None:
    """Somebody wrote under the new id before we heard of the move: the new row inherits the binding."""
    now = await ctx.unit.groups.by_chat(before.platform, new)
    await ctx.unit.groups.left(before.platform, before.chat_id)
    if now is not None and now.station_id is None and before.station_id is not None:
        await ctx.unit.groups.bind(
            now.id,
            station_id=before.station_id,
            kind=before.kind,
            area_id=before.area_id,
            households=before.households,
        )


def _names_a_binding(text: str) -> bool:
    """So that "绑定银行卡以后钱没了" is a report."""
    words = parse.normalise(text).split()
    return not words or bool(_CODE.fullmatch(words[0])) or any(w.removesuffix("群") in KINDS for w in words)


@groups.command(
    "绑定",
    slash="bind",
    args=parse.Parser(str.strip, _names_a_binding),
    allow=Permission.MANAGE,
    help="绑定 派出所代码 群类型 片区　把这个群交给派出所（管理员）",
    bare=True,
)
async def bind(ctx: Context, text: str) -> None:
    """绑定 dongwan 业主 东湾片区 860户. Only for those who manage that station."""
    if ctx.group is None:
        raise UsageError(group_texts.BIND_ONLY_GROUP)
    station, kind, area, households = await _binding(ctx, text)
    ctx.require(Permission.MANAGE, station.id)
    if ctx.group.station_id is not None:
        ctx.require(Permission.MANAGE, ctx.group.station_id)
    await ctx.unit.groups.bind(
        ctx.group.id, station_id=station.id, kind=kind, area_id=area.id if area else None, households=households
    )
    ctx.directory_changed = True
    data = {"group": ctx.group.id, "kind": kind, "area": area.name if area else ""}
    await ctx.log(EntryKind.GROUP_BOUND, text=ctx.group.title, data=data, station_id=station.id)
    await ctx.reply(group_texts.bound(station.name, kind, area.name if area else "", households))


async def _binding(ctx: Context, text: str) -> tuple[Station, GroupKind, Area | None, int]:
    """Words in any order; what is left out is the only station, the present kind, no area."""
    stations = await ctx.unit.stations.all()
    words = parse.normalise(text).split()
    station = next((s for s in stations if s.code in words or s.name in words), None)
    if station is None and len(stations) == 1:
        station = stations[0]
    if station is None:
        codes = texts.join(s.code for s in stations)
        raise UsageError(group_texts.BIND_NO_STATION.format(codes=codes, example=await _example(ctx)))
    rest = [w for w in words if w not in (station.code, station.name)]
    kind = ctx.group.kind if ctx.group else GroupKind.OTHER
    area: Area | None = None
    households = 0
    areas = await ctx.unit.stations.areas(station.id)
    for word in rest:
        named = next((k for k in KINDS if word in (k, f"{k}群")), None)
        here = next((a for a in areas if word in (a.name, a.name.removesuffix("片区"))), None)
        if named is not None:
            kind = named
        elif here is not None:
            area = here
        elif word.removesuffix("户").isdecimal():
            households = int(word.removesuffix("户")[:7])
        else:
            raise UsageError(group_texts.bind_unknown(word, KINDS, [a.name for a in areas], await _example(ctx)))
    return station, kind, area, households


async def _example(ctx: Context) -> str:
    stations = await ctx.unit.stations.all()
    if not stations:
        return "绑定 dongwan 业主"
    areas = await ctx.unit.stations.areas(stations[0].id)
    return f"绑定 {stations[0].code} 业主{f' {areas[0].name}' if areas else ''}"


@groups.job("group.cannot_hear")
async def cannot_hear(ctx: Context, payload: dict[str, Any]) -> None:
    """The platform's self-check found that we do not get every message of a group."""
    group = await ctx.unit.groups.by_chat(payload["platform"], payload["chat"])
    if group is None:
        return
    if group.station_id is not None:
        ctx.station = await ctx.unit.stations.get(group.station_id)
    elif ctx.station is None:
        every = await ctx.unit.stations.all()
        ctx.station = every[0] if every else None
    if not await _tell_managers(ctx, group_texts.CANNOT_HEAR.format(title=group.title)):
        await ctx.say(group, group_texts.CANNOT_HEAR.format(title=group.title))


@groups.job("channel.deaf")
async def deaf(ctx: Context, payload: dict[str, Any]) -> None:
    """A channel lost its connection and cannot get it back by itself."""
    managers: dict[int, Station] = {}  # who manages several reads it once
    for station in await ctx.unit.stations.all():
        for member in await ctx.unit.people.staff(station.id):
            if may(member.role, Permission.MANAGE):
                managers.setdefault(member.person.id, station)
    for person_id, ctx.station in managers.items():
        await ctx.tell(person_id, DEAF[payload["why"]])


async def _tell_managers(ctx: Context, sentence: str) -> bool:
    """True if at least one of those who manage the station could be reached."""
    if ctx.station is None:
        return False
    reached = False
    for member in await ctx.unit.people.staff(ctx.station.id):
        if may(member.role, Permission.MANAGE):
            reached = await ctx.tell(member.person.id, sentence) is not None or reached
    return reached
