"""结案: an incident is closed, its tickets with it, and everybody who told of it or follows it hears of it once."""

from collections.abc import Sequence

from handlers.kit import relay_texts as say
from handlers.kit import texts
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.tickets.closing import answer_buttons, ask_key
from handlers.tickets.feature import tickets
from handlers.tickets.holding import taken
from handlers.tickets.limits import limits_at
from handlers.tickets.linking import NO_MATTER, numbers
from handlers.tickets.linking import Numbers as Numbered
from handlers.tickets.moving import awake
from handlers.tickets.unanswered import wait_for_answer
from handlers.tickets.view import refresh
from storage.model.incidents import Incident, IncidentState
from storage.model.messages import Button, Content, Lane, Role
from storage.model.tickets import WAITING, EntryKind, Move, State, Ticket

LONGEST = 1000


@tickets.command(
    "结案", slash="close", args=numbers, allow=Permission.WORK, help="结案 3 已抓获嫌疑人　串并的事一并办结、一并告知"
)
async def close(ctx: Context, arg: Numbered) -> None:
    if ctx.among_residents:
        raise UsageError(texts.NOT_IN_PUBLIC)
    if len(arg.numbers) != 1 or not arg.text:
        raise UsageError(say.NEED_CLOSE)
    if len(arg.text) > LONGEST:
        raise UsageError(texts.LONG_FINDING.format(limit=LONGEST))
    number = arg.numbers[0]
    incident = await ctx.unit.incidents.by_number(ctx.here.id, number)
    if incident is None or incident.state is IncidentState.DISSOLVED:
        raise UsageError(say.NO_SUCH_INCIDENT.format(number=number))
    members = await ctx.unit.incidents.tickets(incident.id)
    me = ctx.who.person.id
    if me not in {t.assignee_id for t in members} and not ctx.who.may(Permission.DISPATCH, incident.station_id):
        raise UsageError(say.CLOSE_NOT_YOURS)
    ended = await ctx.unit.incidents.end(incident.id, IncidentState.CLOSED, finding=arg.text, at=ctx.now)
    if ended is None:
        raise UsageError(say.INCIDENT_OVER.format(number=number))
    await ctx.log(EntryKind.INCIDENT_CLOSED, text=arg.text, data={"incident": incident.id}, station_id=ended.station_id)
    resolved = [moved for t in members if (moved := await _resolve(ctx, ended, t)) is not None]
    people = await _tell_all(ctx, ended, members, resolved)
    await ctx.reply(say.CLOSED_NOTE.format(number=number, tickets=len(resolved), people=people))


async def _resolve(ctx: Context, incident: Incident, ticket: Ticket) -> Ticket | None:
    """The ticket, closed with the incident's finding; None if it was over before."""
    if ticket.finished and ticket.state is not State.FORWARDED:
        return None
    ticket = await awake(ctx, ticket)
    if ticket.state in WAITING:
        me, limits = ctx.who.person.id, await limits_at(ctx, ticket.station_id)
        until = ctx.now + limits.lease_of(ticket)
        claimed = await ctx.unit.tickets.move(ticket.id, Move.CLAIM, at=ctx.now, assignee_id=me, until=until)
        if claimed is None:
            return None
        await ctx.log(EntryKind.CLAIMED, ticket=claimed)
        await taken(ctx, claimed)
    moved = await ctx.unit.tickets.move(ticket.id, Move.RESOLVE, at=ctx.now, finding=incident.finding)
    if moved is None:
        return None
    await ctx.log(EntryKind.RESOLVED, ticket=moved, text=moved.finding, data={"incident": incident.id})
    await refresh(ctx, moved)
    await wait_for_answer(ctx, moved)
    if moved.assignee_id not in (None, ctx.who.person.id):
        number = texts.number(moved)
        told = say.CLOSED_FOR_YOU.format(number=number, incident=incident.number, finding=incident.finding)
        await ctx.tell(moved.assignee_id or 0, told, ticket_id=moved.id)
    return moved


async def _tell_all(ctx: Context, incident: Incident, members: Sequence[Ticket], resolved: Sequence[Ticket]) -> int:
    """One notice to each person: a reporter's tickets, else those they follow. How many people."""
    now = {t.id: t for t in resolved}
    own: dict[int, list[Ticket]] = {}
    follows: dict[int, list[Ticket]] = {}
    for ticket in members:
        if ticket.state in NO_MATTER:
            continue
        own.setdefault(ticket.reporter_id, []).append(now.get(ticket.id, ticket))
        for person_id in await ctx.unit.watchers.of_ticket(ticket.id):
            follows.setdefault(person_id, []).append(ticket)
    told = 0
    for person_id, theirs in own.items():
        await _tell_reporter(ctx, incident, person_id, theirs, [t for t in theirs if t.id in now])
        told += 1
    for person_id, theirs in follows.items():
        if person_id not in own:
            text = say.incident_closed([t.number for t in theirs], incident.finding, own=False)
            said = await ctx.tell(person_id, text, lane=Lane.RESIDENT, key=_key(incident, person_id))
            told += said is not None
    return told


def _key(incident: Incident, person_id: int) -> str:
    return f"incident:{incident.id}:told:{person_id}"


async def _tell_reporter(
    ctx: Context, incident: Incident, person_id: int, theirs: Sequence[Ticket], asked: Sequence[Ticket]
) -> None:
    """In private; where we cannot write to them, as an answer to what they told. `asked`: is it solved?"""
    ticket = asked[0] if asked else theirs[0]
    key = ask_key(ticket) if asked else _key(incident, person_id)
    role = Role.ASK if asked else Role.NOTICE
    shown = [t.number for t in theirs]
    text = say.incident_closed(shown, incident.finding, own=True) + (say.CLOSED_ASK if asked else "")
    content = Content(text=text, buttons=_buttons(asked))
    near = ticket.source.platform
    said = await ctx.tell(person_id, content, lane=Lane.RESIDENT, role=role, ticket_id=ticket.id, key=key, near=near)
    if said is not None or ticket.private:
        return
    if ticket.confidential:
        text = say.CLOSED_HIDDEN.format(numbers="、".join(f" {number} 号" for number in shown))
    reply_to = "" if ticket.confidential else ticket.source_message
    content = Content(text=text, buttons=_buttons(asked), reply_to=reply_to)
    await ctx.say(ticket.source, content, lane=Lane.RESIDENT, role=role, ticket_id=ticket.id, key=key)


def _buttons(asked: Sequence[Ticket]) -> tuple[tuple[Button, ...], ...]:
    """解决了 · 没解决, a row for each; with its number if there are several."""
    if len(asked) == 1:
        return (answer_buttons(asked[0]),)
    return tuple(
        tuple(Button(label=f"{texts.number(t)}{b.label}", action=b.action) for b in answer_buttons(t)) for t in asked
    )
