"""回访: is a dispute still settled, a week and a month after its reporter said so?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.kit import parse, texts
from handlers.kit import relay_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.desks import card_groups
from handlers.kit.errors import UsageError
from handlers.kit.facts import TicketClosed, TicketOpened
from handlers.tickets.feature import tickets
from handlers.tickets.figures import figure
from handlers.tickets.find import ticket_to_work
from handlers.tickets.linking import join, title_of
from storage.model.incidents import Followup, FollowupResult, IncidentState
from storage.model.matters import Category
from storage.model.messages import Button, Content, Role
from storage.model.tickets import EntryKind, State, Ticket

DAYS = (7, 30)
OVER = frozenset({State.CONFIRMED, State.CLOSED})
RESULTS = tuple(FollowupResult)


@tickets.on(TicketClosed)
async def plan(ctx: Context, fact: TicketClosed) -> None:
    """A dispute that is over is looked at again. Doing it twice does no harm."""
    ticket = await ctx.unit.tickets.get(fact.ticket_id)
    if ticket is None or ticket.state not in OVER:
        return
    for days in DAYS if ticket.category is Category.DISPUTE else ():
        payload = {"ticket": ticket.id, "days": days, "round": ticket.reopened}
        key = f"followup:{ticket.id}:{days}:{ticket.reopened}"
        await ctx.later("followup", at=ctx.now + timedelta(days=days), key=key, payload=payload)


@tickets.job("followup")
async def ask(ctx: Context, payload: dict[str, Any]) -> None:
    """A card for whoever had it; nothing if it was opened again meanwhile, or an officer knows it is no dispute."""
    ticket = await ctx.unit.tickets.get(int(payload["ticket"]))
    if ticket is None or ticket.state not in OVER or ticket.reopened != payload["round"]:
        return
    if ticket.category is not Category.DISPUTE:
        return
    due = await ctx.unit.followups.add(ticket, int(payload["days"]), ctx.now)
    if due is None:
        return
    reporter = await ctx.person(ticket.reporter_id)
    text = say.followup(ticket.number, due.days, reporter.name if reporter else "", ticket.text, ticket.finding)
    content = Content(text=text, buttons=_buttons(due))
    key = f"followup:{due.id}"
    told = None
    if ticket.assignee_id is not None and await _works_here(ctx, ticket):
        told = await ctx.tell(ticket.assignee_id, content, role=Role.ASK, ticket_id=ticket.id, key=key)
    if told is None:
        hidden = replace(content, text=say.followup_hidden(ticket.number, due.days))
        for group in await card_groups(ctx, ticket):
            await ctx.say(group, hidden, role=Role.ASK, ticket_id=ticket.id, key=f"{key}:{group.id}")


async def _works_here(ctx: Context, ticket: Ticket) -> bool:
    """Whoever had it may have left the station by now."""
    return any(m.person.id == ticket.assignee_id for m in await ctx.unit.people.staff(ticket.station_id))


def _buttons(due: Followup, results: tuple[FollowupResult, ...] = RESULTS) -> tuple[tuple[Button, ...], ...]:
    return (tuple(Button(label=r, action=f"followup:{due.id}.{RESULTS.index(r)}") for r in results),)


@tickets.button("followup", args=parse.two_ids, allow=Permission.REPORT)
async def press(ctx: Context, arg: tuple[int, int]) -> None:
    """Any officer of the station. Who could not be reached may be reached later."""
    known = await ctx.unit.followups.get(arg[0])
    if known is None or arg[1] >= len(RESULTS):
        raise UsageError(texts.STALE_BUTTON)
    ticket = await ticket_to_work(ctx, known.ticket_id)
    result = RESULTS[arg[1]]
    answered = await ctx.unit.followups.answer(known.id, result, by_id=ctx.who.person.id, at=ctx.now)
    if answered is None:
        raise UsageError(say.FOLLOWUP_UNKNOWN.format(result=known.result))
    text = say.FOLLOWUP_ENTRY.format(days=known.days, result=result)
    await ctx.log(EntryKind.FOLLOWED_UP, ticket=ticket, text=text, data={"days": known.days, "result": result})
    done = say.FOLLOWED_UP.format(number=texts.number(ticket), result=result)
    if result is FollowupResult.AGAIN:
        new = await _open_again(ctx, ticket, known)
        done = say.RELAPSED.format(number=texts.number(ticket), new=texts.number(new))
    await _show(ctx, known, result, done)
    await ctx.answer(done)


async def _show(ctx: Context, due: Followup, result: FollowupResult, done: str) -> None:
    row = await ctx.unit.outbox.by_ref(ctx.event.chat.address, ctx.event.message_id)
    if row is None:
        return
    left = (FollowupResult.CALM, FollowupResult.AGAIN) if result is FollowupResult.UNREACHED else ()
    text = f"{row.out.content.text}\n{done}"
    content = Content(text=text, buttons=_buttons(due, left) if left else ())
    await ctx.edit(row.out.key, row.out.to, content, public=ctx.public, lane=row.out.lane)


async def _open_again(ctx: Context, ticket: Ticket, due: Followup) -> Ticket:
    """A new ticket of the same reporter, linked with the old one. No group reads of it if we can help it."""
    to = await ctx.private_chat(ticket.reporter_id, ticket.source.platform)
    text = say.RELAPSE_TEXT.format(days=due.days, number=ticket.number, text=ticket.text)
    new = Ticket(
        id=0,
        station_id=ticket.station_id,
        number=await ctx.unit.stations.next_number(ticket.station_id),
        state=State.OPEN,
        urgency=ticket.urgency,
        reporter_id=ticket.reporter_id,
        text=text,
        source=to or ticket.source,
        source_message="" if to else ticket.source_message,
        private=to is not None or ticket.private,
        opened_at=ctx.now,
        group_id=ticket.group_id,
        category=ticket.category,
        place=ticket.place,
        sensitive=ticket.sensitive,
    )
    new = await ctx.unit.tickets.add(new)
    await ctx.log(EntryKind.OPENED, ticket=new, text=text, data={"because": [], "relapse_of": ticket.id})
    await _link(ctx, ticket, new)
    # Its receipt is no answer to what the officer has just pressed: it is told by itself.
    await ctx.later("relapsed", at=ctx.now, key=f"relapsed:{new.id}", payload={"ticket": new.id})
    return new


async def _link(ctx: Context, ticket: Ticket, new: Ticket) -> None:
    """An incident that is closed stays as it is; the two are then told apart by the new one's text only."""
    incident = await ctx.unit.incidents.get(ticket.incident_id) if ticket.incident_id is not None else None
    if incident is None or incident.state is IncidentState.OPEN:
        await join(ctx, [ticket, new], say.RELAPSE_TITLE.format(title=title_of([ticket])))


@tickets.job("relapsed")
async def relapsed(ctx: Context, payload: dict[str, Any]) -> None:
    ctx.emit(TicketOpened(ticket_id=int(payload["ticket"])))


@figure("回访")
async def counted(ctx: Context) -> str:
    counts = await ctx.unit.followups.counts(ctx.here.id)
    return say.followup_counts(counts) if counts else say.NO_FOLLOWUPS
