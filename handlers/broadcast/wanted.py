"""Drafts another feature asks for: shown to the leader who wanted them, with the same one press to send."""

from handlers.broadcast.drafts import preview
from handlers.broadcast.feature import broadcast
from handlers.broadcast.send import draft_key, quiet_end, targets
from handlers.kit import broadcast_texts as say
from handlers.kit.context import Context
from handlers.kit.facts import DraftWanted
from storage.model.messages import Lane
from storage.model.work import BroadcastState


@broadcast.on(DraftWanted)
async def draft_wanted(ctx: Context, fact: DraftWanted) -> None:
    station = await ctx.unit.stations.get(fact.station_id)
    if station is None:
        return
    if not await targets(ctx, station.id, ()):
        await ctx.tell(fact.person_id, say.NO_GROUPS.format(kinds=say.kinds_name(())))
        return
    row = await ctx.unit.broadcasts.add(
        station_id=station.id,
        title=fact.title,
        text=fact.text,
        kinds=(),
        state=BroadcastState.DRAFT,
        at=ctx.now,
        created_by=fact.person_id,
    )
    content = await preview(ctx, row, station, quiet=quiet_end(ctx, station))
    await ctx.tell(fact.person_id, content, key=draft_key(row.id), lane=Lane.OFFICER)
