"""换班, 顶班: a post is offered to one colleague or to everyone who is free; a leader may settle it at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.kit import parse
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.plan import Plan, away, has_room, hole_posts, is_hole, posts_of, span, without
from handlers.roster.feature import among_officers, called, colleagues, members, one_called, roster, today
from handlers.roster.find import not_begun, one_post, plan_for
from handlers.roster.settle import arrange, ask_people
from handlers.roster.words import Wish, read_wish
from storage.model.people import Duty, Member, Station
from storage.model.roster import Change, ChangeKind, ChangeState, Post

_WITH = re.compile(r"^(?:和|跟|与|同|找|请|给)\s*")
_EXCHANGE = re.compile(r"^\s*(?:换班|换成|换给|换|顶|替|上)\s*")


def _names_a_shift(text: str) -> bool:
    """So that "换班车的事" is no command. Any day at all will do."""
    return not text.strip() or read_wish(text, date(2026, 1, 1)) is not None


shift_text = parse.Parser(str.strip, _names_a_shift)
"""nothing, or a shift and what is to become of it"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What follows the shift: who gives (None: the writer), who shall take it (None: anyone), what comes back."""

    giver: Member | None
    taker: Member | None
    back: Wish | None


def _whom(ctx: Context, people: Sequence[Member], rest: str) -> _Asked:
    """ "和李强", "和李强 后天夜班", "王建国 换 李强", "" (everyone who is free); an @-ed name counts too."""
    if not rest:
        # What is @-ed has been taken out of the text.
        at = [found[0] for name in ctx.names_called if (found := called(people, name))]
        return _Asked(None, at[0] if at else None, None)
    plain = _WITH.sub("", rest)
    first = called(people, plain)
    if first is None:
        one_called(people, plain.split()[0] if plain.split() else plain)
        raise UsageError(say.HOW_TO_SWAP)
    member, more = first
    exchange = _EXCHANGE.match(more)
    more = more[exchange.end() :] if exchange else more
    if not more:
        return _Asked(None, member, None)
    second = called(people, more)
    if exchange and second is not None and not second[1]:
        return _Asked(member, second[0], None)
    wish = read_wish(more, today(ctx))
    if wish is None or wish[1]:
        raise UsageError(say.HOW_TO_SWAP)
    return _Asked(None, member, wish[0])


@roster.command(
    "换班",
    slash="swap",
    args=shift_text,
    allow=Permission.WORK,
    help="换班 明天白班 和李强　请同事替一个班（不写和谁，就问所有有空的）",
)
async def swap(ctx: Context, text: str) -> None:
    among_officers(ctx)
    found = read_wish(text, today(ctx))
    if found is None:
        raise UsageError(say.HOW_TO_SWAP)
    wish, rest = found
    station, people = ctx.here, list((await members(ctx, ctx.here.id)).values())
    asked = _whom(ctx, people, rest)
    me = ctx.who.person.id
    giver = asked.giver.person if asked.giver else ctx.who.person
    if giver.id != me:
        ctx.require(Permission.DISPATCH, station.id)
    plan = await plan_for(ctx, station, wish.day, *([asked.back.day] if asked.back else []))
    post = one_post(ctx, plan, giver.id, "您" if giver.id == me else giver.name, wish)
    await _nobody_asked(ctx, station, post, giver.id)
    if asked.taker is None:
        change = _new(ctx, station, post, giver.id)
        await ask_people(ctx, change, await _free(ctx, station, plan, post, giver.id), giver.name)
        return
    taker = asked.taker.person
    back = one_post(ctx, plan, taker.id, taker.name, asked.back) if asked.back else None
    if taker.id == giver.id:
        raise UsageError(say.SAME_PERSON)
    if asked.taker.role not in {m.role for m in await colleagues(ctx, station.id, post.duty)}:
        raise UsageError(say.NOT_FREE.format(name=taker.name))
    check_room(plan, taker.id, taker.name, post, back)
    if back is not None:
        check_room(plan, giver.id, giver.name, back, post)
    if giver.id != me:
        await arrange(ctx, station, _new(ctx, station, post, giver.id, to_id=taker.id, back=back))
        return
    await ask_people(ctx, _new(ctx, station, post, giver.id, back=back), [asked.taker], giver.name)


def check_room(plan: Plan, person_id: int, name: str, post: Post, given: Post | None) -> None:
    """Raises UsageError unless this person could take the post, giving away another."""
    if not has_room(plan, person_id, post, besides=[given] if given else []):
        raise UsageError(say.NOT_FREE.format(name=name))


def _new(
    ctx: Context,
    station: Station,
    post: Post,
    giver: int | None,
    *,
    to_id: int | None = None,
    back: Post | None = None,
    kind: ChangeKind = ChangeKind.SWAP,
) -> Change:
    return Change(
        id=0,
        station_id=station.id,
        number=0,
        kind=kind,
        state=ChangeState.ASKED,
        post=post,
        from_id=giver,
        to_id=to_id,
        back=back,
        by_id=ctx.who.person.id,
    )


async def _nobody_asked(ctx: Context, station: Station, post: Post, giver: int) -> None:
    for open_ in await ctx.unit.roster.asked_for(station.id, post):
        if open_.post == post and open_.from_id == giver:
            raise UsageError(say.ALREADY_ASKED.format(number=open_.number))


async def _free(ctx: Context, station: Station, plan: Plan, post: Post, giver: int | None) -> list[Member]:
    every = await colleagues(ctx, station.id, post.duty)
    return [m for m in every if m.person.id != giver and has_room(plan, m.person.id, post)]


# ── 顶班 ───────────────────────────────────────────────────────────────────
@roster.command(
    "顶班",
    slash="cover",
    args=shift_text,
    allow=Permission.WORK,
    help="顶班 明天白班 王建国　替同事上一个班（没人的班不用写名字）",
)
async def cover(ctx: Context, text: str) -> None:
    """I take a colleague's post: who has it agrees first, unless they are on leave then or a leader says so."""
    among_officers(ctx)
    found = read_wish(text, today(ctx))
    if found is None:
        raise UsageError(say.HOW_TO_COVER)
    wish, rest = found
    station, people = ctx.here, list((await members(ctx, ctx.here.id)).values())
    plan = await plan_for(ctx, station, wish.day)
    me = ctx.who.person
    asked = _whom(ctx, people, rest)
    if asked.taker is None:
        await _fill(ctx, station, plan, wish)
        return
    giver = asked.taker.person
    if giver.id == me.id:
        raise UsageError(say.SAME_PERSON)
    post = one_post(ctx, plan, giver.id, giver.name, wish)
    if not has_room(plan, me.id, post):
        raise UsageError(say.YOU_NOT_FREE)
    change = _new(ctx, station, post, giver.id, to_id=me.id, kind=ChangeKind.COVER)
    whole = span(post, plan.zone)
    if without(whole, away(plan, giver.id)) != [whole] or ctx.who.may(Permission.DISPATCH, station.id):
        await arrange(ctx, station, change)
        return
    await ask_people(ctx, change, [asked.taker], me.name)


async def _fill(ctx: Context, station: Station, plan: Plan, wish: Wish) -> None:
    """A post nobody stands on: one whose holder is on leave, or a hole in the plan, by its hours."""
    me = ctx.who.person
    for person_id in sorted({leave.person_id for leave in plan.leaves}):
        for post in posts_of(plan, person_id, wish.day, wish.day):
            if wish.means(post) and without(span(post, plan.zone), away(plan, person_id)) == []:
                not_begun(ctx, plan, post)
                await _arrange_fill(ctx, station, plan, _new(ctx, station, post, person_id, to_id=me.id))
                return
    for post in _holes(plan, wish):
        not_begun(ctx, plan, post)
        change = _new(ctx, station, post, None, to_id=me.id, kind=ChangeKind.COVER)
        await _arrange_fill(ctx, station, plan, change)
        return
    raise UsageError(say.NO_HOLE.format(day=say.day_name(wish.day)))


def _holes(plan: Plan, wish: Wish) -> list[Post]:
    """Holes of the day that are meant; with both hours named, that time where it is all free."""
    if wish.start is not None and wish.end is not None:
        posts = [Post(duty=duty, day=wish.day, start=wish.start, end=wish.end) for duty in Duty]
        return [post for post in posts if is_hole(plan, post)]
    return [post for post in hole_posts(plan, wish.day) if wish.means(post)]


async def _arrange_fill(ctx: Context, station: Station, plan: Plan, change: Change) -> None:
    if not has_room(plan, ctx.who.person.id, change.post):
        raise UsageError(say.YOU_NOT_FREE)
    await arrange(ctx, station, change)
