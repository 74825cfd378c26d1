"""Which shift is meant by "明天白班", and is it still to come?"""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.kit import roster_texts as say
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.onduty import plan_of
from handlers.kit.plan import Plan, posts_of, span
from handlers.roster.words import Wish
from storage.model.people import Station
from storage.model.roster import Post

SHOWN_DAYS, SHOWN_POSTS = 14, 4


async def plan_for(ctx: Context, station: Station, *days: date) -> Plan:
    """The plan from today over the days named to two weeks on."""
    today = ctx.local().date()
    every = [today, today + timedelta(days=SHOWN_DAYS), *days]
    return await plan_of(ctx.unit, station, min(every) - timedelta(days=1), max(every) + timedelta(days=1))


def one_post(ctx: Context, plan: Plan, person_id: int, who: str, wish: Wish) -> Post:
    """The only post of this person that is meant and has not begun. Raises UsageError with what there is.

    `who`: how to name them in a sentence; 您 for the actor.
    """
    found = [post for post in posts_of(plan, person_id, wish.day, wish.day) if wish.means(post)]
    if not found:
        sentence = say.NO_SUCH_POST.format(day=say.day_name(wish.day), who=who)
        coming = next_posts(ctx, plan, person_id)
        raise UsageError(sentence + (say.YOUR_POSTS.format(posts=say.posts_list(coming)) if coming else ""))
    if len(found) > 1:
        posts = say.posts_list(found)
        raise UsageError(say.WHICH_POST.format(day=say.day_name(wish.day), who=who, posts=posts))
    not_begun(ctx, plan, found[0])
    return found[0]


def next_posts(ctx: Context, plan: Plan, person_id: int) -> Sequence[Post]:
    today = ctx.local().date()
    every = posts_of(plan, person_id, today, today + timedelta(days=SHOWN_DAYS))
    return [post for post in every if span(post, plan.zone)[0] > ctx.now][:SHOWN_POSTS]


def not_begun(ctx: Context, plan: Plan, post: Post) -> None:
    """Raises UsageError if the post has begun."""
    if span(post, plan.zone)[0] <= ctx.now:
        raise UsageError(say.POST_BEGUN)
