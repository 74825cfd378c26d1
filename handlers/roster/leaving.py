"""请假, 销假: an officer asks, a leader grants; a leader may enter it at once. The reason is never said in a group."""

from collections.abc import Sequence
from datetime import date

from handlers.kit import parse, texts
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.facts import LeaveGranted
from handlers.kit.onduty import plan_of
from handlers.kit.plan import posts_of
from handlers.roster.feature import called, leaders, members, names_of, own_number, roster, station_at, today
from handlers.roster.reporting import report
from handlers.roster.words import read_days
from storage.model.messages import Button, Content, Role
from storage.model.people import Member
from storage.model.roster import Leave, LeaveState, Post
from storage.model.tickets import EntryKind

MOST_DAYS = 180
POSTS_SHOWN = 5


def _names_days(text: str) -> bool:
    """A day stands in its first words: "请假条丢了" is no command."""
    return not text.strip() or any(read_days(text[start:], date(2026, 1, 1)) for start in range(min(len(text), 8)))


@roster.command(
    "请假",
    slash="leave",
    args=parse.Parser(str.strip, _names_days),
    allow=Permission.WORK,
    help="请假 11月25日到27日 原因　请领导批（所领导可以直接写：请假 李强 11月25日）",
)
async def ask_leave(ctx: Context, text: str) -> None:
    if ctx.public:
        raise UsageError(texts.NOT_IN_PUBLIC)
    people = list((await members(ctx, ctx.here.id)).values())
    who = called(people, text)
    person = ctx.who.person
    if who is not None:
        person, text = who[0].person, who[1]
        if person.id != ctx.who.person.id:
            ctx.require(Permission.DISPATCH, ctx.here.id)
    first, last, reason = _days(ctx, text)
    decided = ctx.who.may(Permission.MANAGE, ctx.here.id) or person.id != ctx.who.person.id
    state = LeaveState.GRANTED if decided else LeaveState.ASKED
    leave = Leave(
        id=0, station_id=ctx.here.id, person_id=person.id, first=first, last=last, state=state, reason=reason[:100]
    )
    number = await ctx.unit.roster.ask_leave(leave)
    await _log(ctx, leave, number, state)
    if decided:
        await _granted(ctx, leave, number)
        days = say.leave_days(leave)
        await ctx.answer(say.LEAVE_YOU_GRANTED.format(name=person.name, days=days, number=number))
        return
    await _ask_leaders(ctx, leave, number, people)


def _days(ctx: Context, text: str) -> tuple[date, date, str]:
    found = read_days(text, today(ctx))
    if found is None:
        raise UsageError(say.HOW_TO_LEAVE)
    if found[1] < today(ctx):
        raise UsageError(say.LEAVE_PAST)
    if (found[1] - found[0]).days >= MOST_DAYS:
        raise UsageError(say.LEAVE_TOO_LONG.format(days=MOST_DAYS))
    return found


async def _ask_leaders(ctx: Context, leave: Leave, number: int, people: Sequence[Member]) -> None:
    names = {m.person.id: m.person.name for m in people}
    text = say.leave_ask(leave, number, ctx.who.person.name, await _posts(ctx, leave))
    buttons = (
        Button(label=say.GRANT, action=f"leave_yes:{number}"),
        Button(label=say.DENY, action=f"leave_no:{number}"),
    )
    asked = []
    for person_id in await leaders(ctx, ctx.here):
        if person_id != ctx.who.person.id:
            key = f"leave:{number}:{person_id}"
            if await ctx.tell(person_id, Content(text=text, buttons=(buttons,)), role=Role.ASK, key=key):
                asked.append(names[person_id])
    if not asked:
        raise UsageError(say.LEAVE_NOBODY)
    await ctx.answer(say.LEAVE_ASKED.format(names="、".join(asked), number=number, days=say.leave_days(leave)))


async def _posts(ctx: Context, leave: Leave) -> list[Post]:
    """What they would have had to do in that time."""
    station = await station_at(ctx, leave.station_id)
    plan = await plan_of(ctx.unit, station, leave.first, leave.last)
    return posts_of(plan, leave.person_id, leave.first, leave.last)[:POSTS_SHOWN]


async def _log(ctx: Context, leave: Leave, number: int, state: LeaveState) -> None:
    data = {"leave": number, "person": leave.person_id, "state": state}
    await ctx.log(EntryKind.LEAVE_CHANGED, data=data, station_id=leave.station_id)


async def _granted(ctx: Context, leave: Leave, number: int) -> None:
    """The person hears of it, and the leaders of every hole it tears."""
    if leave.person_id != ctx.who.person.id:
        days = say.leave_days(leave)
        text = say.LEAVE_GRANTED.format(number=number, days=days, by=ctx.who.person.name)
        await ctx.tell(leave.person_id, text, key=f"granted:{number}")
    now = leave.first <= today(ctx) <= leave.last
    ctx.emit(LeaveGranted(station_id=leave.station_id, person_id=leave.person_id, now=now))
    await report(ctx, await station_at(ctx, leave.station_id))


# ── the leader's answer ────────────────────────────────────────────────────
async def _decide(ctx: Context, leave_id: int, after: LeaveState) -> Leave:
    leave = await ctx.unit.roster.leave(leave_id)
    if leave is None:
        raise UsageError(texts.STALE_BUTTON)
    ctx.require(Permission.DISPATCH, leave.station_id)
    if leave.person_id == ctx.who.person.id:
        raise UsageError(texts.NO_RIGHT_STAFF)
    if not await ctx.unit.roster.decide_leave(leave_id, LeaveState.ASKED, after):
        raise UsageError(say.LEAVE_OVER.format(number=leave_id))
    await _log(ctx, leave, leave_id, after)
    return leave


@roster.button("leave_yes", args=parse.row_id, allow=Permission.REPORT)
async def grant(ctx: Context, leave_id: int) -> None:
    leave = await _decide(ctx, leave_id, LeaveState.GRANTED)
    names = await names_of(ctx, leave.station_id)
    days, name = say.leave_days(leave), names.get(leave.person_id, "")
    text = say.LEAVE_YOU_GRANTED.format(name=name, days=days, number=leave_id)
    await ctx.close_question(text, answering=True)
    await _granted(ctx, leave, leave_id)


@roster.button("leave_no", args=parse.row_id, allow=Permission.REPORT)
async def deny(ctx: Context, leave_id: int) -> None:
    leave = await _decide(ctx, leave_id, LeaveState.REFUSED)
    names = await names_of(ctx, leave.station_id)
    days = say.leave_days(leave)
    await ctx.tell(leave.person_id, say.LEAVE_DENIED.format(number=leave_id, days=days, by=ctx.who.person.name))
    text = say.LEAVE_YOU_DENIED.format(name=names.get(leave.person_id, ""))
    await ctx.close_question(text, answering=True)


@roster.command("销假", slash="unleave", args=own_number, allow=Permission.WORK, help="销假 7　取消请假，照常上班")
async def cancel(ctx: Context, number: int) -> None:
    if ctx.public:
        raise UsageError(texts.NOT_IN_PUBLIC)
    leave = await ctx.unit.roster.leave(number)
    if leave is None or leave.station_id != ctx.here.id:
        raise UsageError(say.NO_SUCH_LEAVE.format(number=number))
    if leave.person_id != ctx.who.person.id:
        ctx.require(Permission.DISPATCH, leave.station_id)
    roster_ = ctx.unit.roster
    if leave.last < today(ctx) or not (
        await roster_.decide_leave(number, LeaveState.GRANTED, LeaveState.CANCELLED)
        or await roster_.decide_leave(number, LeaveState.ASKED, LeaveState.CANCELLED)
    ):
        raise UsageError(say.LEAVE_OVER.format(number=number))
    await _log(ctx, leave, number, LeaveState.CANCELLED)
    await report(ctx, ctx.here)
    names = await names_of(ctx, leave.station_id)
    name, days = names.get(leave.person_id, ""), say.leave_days(leave)
    text = say.LEAVE_CANCELLED.format(number=number, name=name, days=days)
    for person_id in dict.fromkeys([leave.person_id, *await leaders(ctx, ctx.here)]):
        if person_id != ctx.who.person.id:
            await ctx.tell(person_id, text, key=f"cancelled:{number}:{person_id}")
    await ctx.answer(text)
