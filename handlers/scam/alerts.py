"""身边警讯: a scam goes round, and a leader decides whether everybody is warned of it."""

from handlers.kit import scam_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import DraftWanted, ScamAlertDue
from handlers.kit.parse import row_id
from handlers.scam.feature import scam
from storage.model.messages import Button, Content, Lane
from storage.model.scams import AlertState, ScamPrint


@scam.on(ScamAlertDue)
async def propose(ctx: Context, fact: ScamAlertDue) -> None:
    """The text is ready to read; nothing leaves without a leader's press here and another one on the draft."""
    row = await ctx.unit.scams.get(fact.print_id)
    if row is None:
        return
    buttons = (
        Button(label=say.MAKE_DRAFT, action=f"sd:{row.id}"),
        Button(label=say.NO_ALERT, action=f"sn:{row.id}"),
    )
    content = Content(text=say.alert_proposed(fact.count, row.fraud_type), buttons=(buttons,))
    for person_id in fact.leader_ids:
        await ctx.tell(person_id, content, lane=Lane.OFFICER, key=_key(row, person_id))


def _key(row: ScamPrint, person_id: int) -> str:
    return f"scam:{row.id}:alert:{person_id}"


@scam.button("sd", args=row_id, allow=Permission.BROADCAST)
async def draft_pressed(ctx: Context, print_id: int) -> None:
    row = await _decide(ctx, print_id, AlertState.DRAFTED, say.ALERT_DRAFTED)
    ctx.emit(
        DraftWanted(
            title=say.ALERT_TITLE.format(kind=say.kind_name(row.fraud_type)),
            text=say.alert(row.fraud_type),
            station_id=row.station_id,
            person_id=ctx.who.person.id,
        )
    )


@scam.button("sn", args=row_id, allow=Permission.BROADCAST)
async def dropped_pressed(ctx: Context, print_id: int) -> None:
    await _decide(ctx, print_id, AlertState.DROPPED, say.ALERT_DROPPED)


async def _decide(ctx: Context, print_id: int, state: AlertState, sentence: str) -> ScamPrint:
    """One leader's press counts; the proposal loses its buttons. Raises UsageError for the others."""
    row = await ctx.unit.scams.get(print_id)
    if row is None:
        raise UsageError(say.ALERT_DECIDED)
    ctx.require(Permission.BROADCAST, row.station_id)
    if not await ctx.unit.scams.alert(row.id, was=AlertState.PROPOSED, now=state):
        raise UsageError(say.ALERT_DECIDED)
    key = _key(row, ctx.who.person.id)
    await ctx.edit(key, ctx.event.chat.address, Content(text=sentence), public=ctx.public, lane=Lane.OFFICER)
    await ctx.answer(sentence)
    return row
