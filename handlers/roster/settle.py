"""What becomes of a change: asked, taken by the first, refused, lapsed, arranged — and everyone concerned told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers.kit import parse, texts
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.plan import Plan, has_room, holders, span, unfit
from handlers.roster.feature import leaders, names_of, plan_around, roster, station_at
from handlers.roster.reporting import report
from storage.model.messages import Button, Content, Role
from storage.model.people import Member, Station
from storage.model.roster import Change, ChangeKind, ChangeState, Post
from storage.model.tickets import EntryKind

LAPSE = "roster.lapse"


def _card(change: Change, person_id: int) -> str:
    """The key of the question this person was asked."""
    return f"change:{change.id}:{person_id}"


def posts(change: Change) -> list[Post]:
    return [change.post, *([change.back] if change.back else [])]


async def log(ctx: Context, change: Change, what: str) -> None:
    """A line of the log: the figures of swaps are computed from it."""
    data = {
        "change": change.id,
        "number": change.number,
        "what": what,
        "kind": change.kind,
        "from": change.from_id,
        "to": change.to_id,
    }
    await ctx.log(EntryKind.DUTY_CHANGED, data=data, station_id=change.station_id)


# ── asking ─────────────────────────────────────────────────────────────────
async def ask_people(ctx: Context, change: Change, people: Sequence[Member], asker: str) -> Change:
    """Ask them; the first who says yes has it. Raises UsageError if none of them can be reached."""
    chats = {m.person.id: await ctx.private_chat(m.person.id) for m in people}
    reached = [m for m in people if chats[m.person.id] is not None]
    if not reached:
        if len(people) == 1:
            raise UsageError(say.NOT_REACHED.format(name=people[0].person.name))
        raise UsageError(say.NOBODY_FREE.format(post=say.post_name(change.post)))
    change = await ctx.unit.roster.add_change(replace(change, asked=tuple(m.person.id for m in reached)), ctx.now)
    await log(ctx, change, "asked")
    offered = change.kind is ChangeKind.COVER and change.to_id is not None
    text = say.offering(change, asker) if offered else say.asking(change, asker)
    alone = len(reached) == 1
    cells = [Button(label=say.AGREE if alone else say.TAKE, action=f"swap_take:{change.id}")]
    cells += [Button(label=say.REFUSE, action=f"swap_no:{change.id}")] if alone else []
    for member in reached:
        key = _card(change, member.person.id)
        await ctx.tell(member.person.id, Content(text=text, buttons=(tuple(cells),)), role=Role.ASK, key=key)
    station = await station_at(ctx, change.station_id)
    plan = await plan_around(ctx, station, change.post)
    begins, ends = span(change.post, plan.zone)
    # What nobody has may still be taken after it has begun.
    at = ends if change.from_id is None else begins
    await ctx.later(LAPSE, at=at, key=f"lapse:{change.id}", payload={"id": change.id})
    await ctx.answer(say.asked_note(change, [m.person.name for m in reached]))
    return change


async def _close_questions(ctx: Context, change: Change, text: str) -> None:
    """Nobody is asked any more: their buttons go."""
    for person_id in change.asked:
        row = await ctx.unit.outbox.by_key(_card(change, person_id))
        if row is not None:
            await ctx.edit(row.out.key, row.out.to, Content(text=text, brief=text), public=False, lane=row.out.lane)


async def arrange(ctx: Context, station: Station, change: Change) -> Change:
    """Settled without a question: by a leader, or because nobody else stands there."""
    change = await ctx.unit.roster.add_change(replace(change, state=ChangeState.DONE), ctx.now)
    await log(ctx, change, "arranged")
    await report(ctx, station)
    await _tell_settled(ctx, station, change, by=ctx.who.person.name)
    await ctx.answer(await _settled(ctx, change, by=ctx.who.person.name))
    return change


async def _settled(ctx: Context, change: Change, by: str = "") -> str:
    names = await names_of(ctx, change.station_id)
    giver = names.get(change.from_id or 0, "")
    return say.changed(change, giver, names.get(change.to_id or 0, say.NOBODY), by)


async def _tell_settled(ctx: Context, station: Station, change: Change, by: str = "") -> None:
    """Everyone concerned but the one who has just done it."""
    text = await _settled(ctx, change, by)
    concerned = [change.from_id, change.to_id, change.by_id, *await leaders(ctx, station)]
    for person_id in dict.fromkeys(concerned):
        if person_id is not None and person_id != ctx.who.person.id:
            await ctx.tell(person_id, text, key=f"settled:{change.id}:{person_id}")


# ── answers ────────────────────────────────────────────────────────────────
async def _asked(ctx: Context, change_id: int) -> Change:
    """The open question behind a button. Raises UsageError with how it ended."""
    change = await ctx.unit.roster.change(change_id)
    if change is None:
        raise UsageError(texts.STALE_BUTTON)
    ctx.require(Permission.WORK, change.station_id)
    if ctx.who.person.id not in change.asked:
        raise UsageError(say.NOT_ASKED)
    if change.state is not ChangeState.ASKED:
        raise UsageError(await _ended(ctx, change))
    return change


async def _ended(ctx: Context, change: Change) -> str:
    if change.state is not ChangeState.DONE:
        return say.CHANGE_OVER[change.state].format(number=change.number)
    if change.to_id == ctx.who.person.id:
        return say.CHANGE_YOURS.format(number=change.number)
    names = await names_of(ctx, change.station_id)
    return say.CHANGE_TAKEN.format(number=change.number, name=names.get(change.to_id or 0, ""))


def _fits(plan: Plan, change: Change, taker: int) -> bool:
    """The giver still has the post, the taker (and, for what comes back, the giver) has room, nothing settled breaks.

    Changes count in the order of their numbers: what was asked first and is answered last comes before the others.
    """
    days = [post.day for post in posts(change)]
    settled = replace(change, to_id=taker, state=ChangeState.DONE)
    then = replace(plan, changes=[*plan.changes, settled])
    if not set(unfit(then, min(days), max(days))) <= set(unfit(plan, min(days), max(days))):
        return False
    if change.from_id is not None and change.from_id not in holders(plan, change.post):
        return False
    if change.back is None:
        return has_room(plan, taker, change.post)
    return (
        taker in holders(plan, change.back)
        and change.from_id is not None
        and has_room(plan, taker, change.post, besides=[change.back])
        and has_room(plan, change.from_id, change.back, besides=[change.post])
    )


@roster.button("swap_take", args=parse.row_id, allow=Permission.REPORT)
async def take(ctx: Context, change_id: int) -> None:
    change = await _asked(ctx, change_id)
    station = await station_at(ctx, change.station_id)
    plan = await plan_around(ctx, station, *posts(change))
    names = await names_of(ctx, station.id)
    me = ctx.who.person.id
    taker = change.to_id if change.to_id is not None else me
    if change.from_id is not None and change.from_id not in holders(plan, change.post):
        raise UsageError(say.ASKED_GONE.format(number=change.number, name=names.get(change.from_id, "")))
    if change.from_id is not None and span(change.post, plan.zone)[0] <= ctx.now:
        raise UsageError(say.POST_BEGUN)
    if not _fits(plan, change, taker):
        name = names.get(taker, "")
        raise UsageError(say.YOU_NOT_FREE if taker == me else say.NOT_FREE.format(name=name))
    if not await ctx.unit.roster.take_change(change.id, taker):
        now = await ctx.unit.roster.change(change.id)
        raise UsageError(await _ended(ctx, now or change))
    change = replace(change, to_id=taker, state=ChangeState.DONE)
    await log(ctx, change, "taken")
    ctx.station = station
    await report(ctx, station)
    await _tell_settled(ctx, station, change)
    settled = await _settled(ctx, change)
    await _close_questions(ctx, change, settled)
    post = say.post_name(change.post)
    if taker == me:
        await ctx.answer(say.YOU_TOOK.format(post=post, number=change.number))
    else:
        await ctx.answer(say.YOU_AGREED.format(post=post, name=names.get(taker, ""), number=change.number))


@roster.button("swap_no", args=parse.row_id, allow=Permission.REPORT)
async def refuse(ctx: Context, change_id: int) -> None:
    change = await _asked(ctx, change_id)
    if not await ctx.unit.roster.end_change(change.id, ChangeState.ASKED, ChangeState.REFUSED):
        now = await ctx.unit.roster.change(change.id)
        raise UsageError(await _ended(ctx, now or change))
    await log(ctx, change, "refused")
    name, keeper = ctx.who.person.name, await keeper_of(ctx, change)
    text = say.REFUSED_BY.format(number=change.number, name=name, post=say.post_name(change.post), keeper=keeper)
    if change.by_id is not None:
        await ctx.tell(change.by_id, text)
    await _close_questions(ctx, change, say.CHANGE_OVER[ChangeState.REFUSED].format(number=change.number))
    await ctx.answer(say.YOU_REFUSED)


async def keeper_of(ctx: Context, change: Change) -> str:
    """Who stays on the post if the change comes to nothing, as a sentence goes on after "还是"."""
    names = await names_of(ctx, change.station_id)
    return f"{names[change.from_id]}上" if change.from_id in names else "空着"


@roster.job(LAPSE)
async def lapse(ctx: Context, payload: dict[str, Any]) -> None:
    """The post begins and nobody has said yes."""
    change = await ctx.unit.roster.change(payload["id"])
    if change is None or not await ctx.unit.roster.end_change(change.id, ChangeState.ASKED, ChangeState.LAPSED):
        return
    ctx.station = await station_at(ctx, change.station_id)
    await log(ctx, change, "lapsed")
    post, keeper = say.post_name(change.post), await keeper_of(ctx, change)
    if change.by_id is not None:
        await ctx.tell(change.by_id, say.LAPSED.format(number=change.number, post=post, keeper=keeper))
    await _close_questions(ctx, change, say.CHANGE_OVER[ChangeState.LAPSED].format(number=change.number))


async def withdraw_question(ctx: Context, change: Change) -> None:
    """Take a question back. Raises UsageError if it has just been answered."""
    if not await ctx.unit.roster.end_change(change.id, ChangeState.ASKED, ChangeState.WITHDRAWN):
        now = await ctx.unit.roster.change(change.id)
        raise UsageError(await _ended(ctx, now or change))
    await log(ctx, change, "withdrawn")
    await _close_questions(ctx, change, say.CHANGE_OVER[ChangeState.WITHDRAWN].format(number=change.number))
