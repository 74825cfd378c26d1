"""骗局提醒: a group may be warned when a known scam is passed on in it. Off, until its leader wants it."""

import re

from handlers.kit import group_texts, parse, texts
from handlers.kit import scam_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.scam.feature import scam
from handlers.scam.sightings import WITHIN, known_scam, sight
from storage.model.messages import Content, InboundKind, Lane
from storage.model.people import Group, GroupKind
from storage.model.tickets import EntryKind

_SWITCH = re.compile(r"(打?开启?|关闭?|关掉|启用|停用)\s*(.*)", re.DOTALL)


@scam.event(InboundKind.SIGHTED)
async def passed_on(ctx: Context) -> None:
    """Somebody passes on a text that reads like a known scam: noted, and said once a day. Who it was is not kept."""
    group, event = ctx.group, ctx.event
    if group is None or not group.scam_watch or group.station_id is None:
        return  # switched off since it was heard
    known = await known_scam(ctx, group.station_id, event.text)
    if known is None:
        return
    await sight(ctx, group.station_id, fingerprint=known.fingerprint, fraud_type=known.fraud_type, group_id=group.id)
    rule = f"scam:{known.id}:group:{group.id}"
    last = await ctx.unit.slots.last(rule)
    if last is not None and ctx.now - last < WITHIN:
        return
    if await ctx.unit.slots.take(rule, ctx.now, at=ctx.now, outcome="warned"):
        content = Content(text=say.warning(known.fraud_type), reply_to=event.message_id)
        await ctx.say(group, content, lane=Lane.RESIDENT)


@scam.command(
    "骗局提醒",
    args=parse.free_text,
    allow=Permission.MANAGE,
    help="骗局提醒 开 群名　有人转发已收录的骗局时在群里提醒（关：不提醒）",
)
async def switch(ctx: Context, rest: str) -> None:
    wanted = _SWITCH.fullmatch(parse.normalise(rest).rstrip(" 。.!！"))
    if wanted is None:
        raise UsageError(say.WATCH_USAGE)
    on = wanted.group(1)[-1] in "开启用" and not wanted.group(1).startswith(("停", "关"))
    group = await _group(ctx, wanted.group(2).strip())
    if group.station_id is None:
        raise UsageError(say.WATCH_UNBOUND)
    if group.kind is GroupKind.OFFICERS:
        raise UsageError(say.WATCH_OFFICERS)
    if group.scam_watch is on:
        raise UsageError(say.WATCH_SAME.format(group=_name(ctx, group), state=say.ON if on else say.OFF))
    await ctx.unit.groups.describe(group.id, places=group.places, scam_watch=on)
    ctx.directory_changed = True
    data = {"group": group.id, "scam_watch": on}
    await ctx.log(EntryKind.SCAM_WATCH, text=group.title, data=data, station_id=group.station_id)
    await ctx.reply((say.WATCH_ON if on else say.WATCH_OFF).format(group=_name(ctx, group)))


def _name(ctx: Context, group: Group) -> str:
    return group_texts.HERE if ctx.group is not None and ctx.group.id == group.id else f"“{group.title}”"


async def _group(ctx: Context, name: str) -> Group:
    """The group it is said in, or the one of the station whose title is meant."""
    if ctx.group is not None and ctx.group.kind is not GroupKind.OFFICERS and not name:
        return ctx.group
    groups = [g for g in await ctx.unit.groups.of_station(ctx.here.id) if g.kind is not GroupKind.OFFICERS]
    if not name:
        raise UsageError(say.WATCH_USAGE)
    found = [g for g in groups if g.title == name] or [g for g in groups if name in g.title]
    if len(found) == 1:
        return found[0]
    sentence = say.SEVERAL_GROUPS if found else say.NO_SUCH_GROUP
    raise UsageError(sentence.format(name=name, names=texts.join(g.title for g in found or groups)))
