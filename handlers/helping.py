"""帮助: what the bot can do, generated from the features themselves."""

from handlers.kit import group_texts, order_texts, texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.facts import CameInPrivate
from handlers.kit.feature import Feature
from storage.model.messages import InboundKind

helping = Feature("helping", title="帮助")


@helping.command("帮助", slash="help", aliases=("help", "？", "?"), allow=Permission.REPORT, help="帮助　看我能做什么")
async def show_help(ctx: Context, _: None) -> None:
    """What this person may do here; in a group only what residents may."""
    station_id = ctx.station.id if ctx.station else None
    lines = [
        command.help
        for feature in ctx.features
        for command in feature.commands
        if command.help
        and (command.allow is Permission.REPORT or (not ctx.public and ctx.who.may(command.allow, station_id)))
    ]
    if not ctx.public and ctx.who.may(Permission.WORK, station_id):
        lines[:0] = order_texts.HELP
    station = ctx.station.name if ctx.station else ""
    await ctx.reply(texts.help_text(lines, station, public=ctx.public))


@helping.command("开始", slash="start", allow=Permission.REPORT, help="")
async def start(ctx: Context, _: None) -> None:
    station = ctx.station.name if ctx.station else ""
    if ctx.public:
        await ctx.reply(group_texts.JOINED_BOUND.format(station=station or group_texts.HERE, name=texts.NAME))
        return
    await ctx.answer(texts.WELCOME_PRIVATE.format(name=f"{station}{texts.NAME}"))
    ctx.emit(CameInPrivate(person_id=ctx.who.person.id))


@helping.event(InboundKind.JOINED)
async def met(ctx: Context) -> None:
    """Somebody opened a private chat with us (again). Where a greeting must be allowed by the platform and is not, a
    person who came by a QR code speaks first."""
    if ctx.event.chat.private and (ctx.event.callback_id or not ctx.event.scene):
        await start(ctx, None)


@helping.otherwise(1000)
async def nothing_fits(ctx: Context) -> bool:
    """Nobody who writes to us in private is left without an answer."""
    if not ctx.event.chat.private:
        return False
    await ctx.reply(texts.UNKNOWN_COMMAND)
    return True
