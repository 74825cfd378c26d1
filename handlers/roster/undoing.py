"""撤销换班: a question is taken back, or a settled change undone and both told; 临时排班: a post of one date alone."""

import re
from dataclasses import replace
from datetime import date

from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.plan import has_room, span
from handlers.roster.asking import check_room, shift_text
from handlers.roster.feature import (
    among_officers,
    called,
    members,
    names_of,
    one_called,
    own_number,
    plan_around,
    roster,
    today,
)
from handlers.roster.find import not_begun, one_post, plan_for
from handlers.roster.reporting import report
from handlers.roster.settle import keeper_of, log, posts, withdraw_question
from handlers.roster.words import Wish, read_wish
from storage.model.people import Duty, Member
from storage.model.roster import Change, ChangeKind, ChangeState, Post

_DROP = re.compile(r"^(?:去掉|取消|不排|撤掉)\s*")


@roster.command(
    "撤销换班",
    aliases=("取消换班",),
    slash="unswap",
    args=own_number,
    allow=Permission.WORK,
    help="撤销换班 3　收回或撤销一个换班，两边都会知道",
)
async def undo(ctx: Context, number: int) -> None:
    among_officers(ctx)
    change = await ctx.unit.roster.change_by_number(ctx.here.id, number)
    if change is None:
        raise UsageError(say.NO_SUCH_CHANGE.format(number=number))
    own = ctx.who.person.id in (change.from_id, change.to_id, change.by_id)
    if not own and not ctx.who.may(Permission.DISPATCH, ctx.here.id):
        raise UsageError(say.NOT_YOUR_CHANGE)
    if change.state is ChangeState.ASKED:
        await withdraw_question(ctx, change)
        post, keeper = say.post_name(change.post), await keeper_of(ctx, change)
        await ctx.answer(say.WITHDRAWN.format(number=number, post=post, keeper=keeper))
        return
    if change.state is not ChangeState.DONE:
        raise UsageError(say.CHANGE_OVER[change.state].format(number=number))
    await _undo(ctx, change)


async def _undo(ctx: Context, change: Change) -> None:
    await _check_undo(ctx, change)
    if not await ctx.unit.roster.end_change(change.id, ChangeState.DONE, ChangeState.UNDONE):
        raise UsageError(say.CHANGE_OVER[ChangeState.UNDONE].format(number=change.number))
    await log(ctx, change, "undone")
    await report(ctx, ctx.here)
    text = say.UNDONE.format(
        number=change.number,
        by=ctx.who.person.name,
        post=say.post_name(change.post),
        keeper=await keeper_of(ctx, change),
    )
    for person_id in dict.fromkeys((change.from_id, change.to_id, change.by_id)):
        if person_id is not None and person_id != ctx.who.person.id:
            await ctx.tell(person_id, text)
    await ctx.answer(text)


async def _check_undo(ctx: Context, change: Change) -> None:
    """Nothing has begun, nothing later leans on it, and who gets a post back has room for it."""
    station = ctx.here
    plan = await plan_around(ctx, station, *posts(change))
    for post in posts(change):
        not_begun(ctx, plan, post)
    days = [post.day for post in posts(change)]
    for later in await ctx.unit.roster.changes(station.id, min(days), max(days)):
        if later.number > change.number and not set(posts(later)).isdisjoint(posts(change)):
            raise UsageError(say.UNDO_LATER_FIRST.format(number=later.number))
    names = await names_of(ctx, station.id)
    given = [(change.from_id, change.post, change.back), (change.to_id, change.back, change.post)]
    for person_id, gets, loses in given:
        # Who is no more of this station, or on leave, gets nothing back that anybody could stand on: as before.
        if person_id in plan.people and gets is not None:
            at_work = replace(plan, leaves=())
            if not has_room(at_work, person_id, gets, besides=[loses] if loses else []):
                raise UsageError(say.UNDO_NO_ROOM.format(name=names.get(person_id, "")))


# ── 临时排班 ───────────────────────────────────────────────────────────────
@roster.command(
    "临时排班",
    slash="setduty",
    args=shift_text,
    allow=Permission.DISPATCH,
    help="临时排班 11月25日 20:00-08:00 李强　给一天加一个班（去掉：临时排班 11月25日夜班 去掉 王建国）",
)
async def set_post(ctx: Context, text: str) -> None:
    among_officers(ctx)
    found = read_wish(text, today(ctx))
    if found is None:
        raise UsageError(say.HOW_TO_SET)
    wish, rest = found
    people = list((await members(ctx, ctx.here.id)).values())
    drop = _DROP.match(rest)
    if drop is not None:
        await _drop(ctx, wish, one_called(people, rest[drop.end() :]))
        return
    first = called(people, rest)
    if first is None:
        one_called(people, rest)
        raise UsageError(say.HOW_TO_SET)
    member, more = first
    duty = Duty.LEADER if "值班长" in more or "带班" in more else Duty.OFFICER
    await _add(ctx, wish, member, duty)


async def _add(ctx: Context, wish: Wish, member: Member, duty: Duty) -> None:
    if wish.start is None or wish.end is None:
        raise UsageError(say.NEED_HOURS)
    post = Post(duty=duty, day=wish.day, start=wish.start, end=wish.end)
    plan = await plan_for(ctx, ctx.here, wish.day)
    _not_over(ctx, wish.day)
    if span(post, plan.zone)[1] <= ctx.now:
        raise UsageError(say.POST_BEGUN)
    check_room(plan, member.person.id, member.person.name, post, None)
    await _set(ctx, _made(ctx, ChangeKind.EXTRA, post, None, member.person.id), member)


async def _drop(ctx: Context, wish: Wish, member: Member) -> None:
    plan = await plan_for(ctx, ctx.here, wish.day)
    post = one_post(ctx, plan, member.person.id, member.person.name, wish)
    await _set(ctx, _made(ctx, ChangeKind.DROP, post, member.person.id, None), member)


def _not_over(ctx: Context, day: date) -> None:
    if day < today(ctx):
        raise UsageError(say.POST_BEGUN)


def _made(ctx: Context, kind: ChangeKind, post: Post, from_id: int | None, to_id: int | None) -> Change:
    return Change(
        id=0,
        station_id=ctx.here.id,
        number=0,
        kind=kind,
        state=ChangeState.DONE,
        post=post,
        from_id=from_id,
        to_id=to_id,
        by_id=ctx.who.person.id,
    )


async def _set(ctx: Context, change: Change, member: Member) -> None:
    change = await ctx.unit.roster.add_change(change, ctx.now)
    await log(ctx, change, "set")
    await report(ctx, ctx.here)
    done, told = (say.SET_DONE, say.SET_TOLD) if change.kind is ChangeKind.EXTRA else (say.DROP_DONE, say.DROP_TOLD)
    words = {"number": change.number, "post": say.post_name(change.post)}
    if member.person.id != ctx.who.person.id:
        await ctx.tell(member.person.id, told.format(by=ctx.who.person.name, **words))
    await ctx.answer(done.format(name=member.person.name, **words))
