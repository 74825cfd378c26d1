"""排班, 谁值班, 我的班: the plan as people read it. Residents read 王警官 and hours, never a name or a number."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from handlers.kit import parse, texts
from handlers.kit import roster_texts as say
from handlers.kit.access import Permission
from handlers.kit.context import Context
from handlers.kit.errors import UsageError
from handlers.kit.names import public_name
from handlers.kit.onduty import plan_of, who_is_on
from handlers.kit.plan import OnDuty, between, turns
from handlers.kit.worktime import DayKind, wall
from handlers.roster.feature import among_officers, members, names_of, roster, today
from handlers.roster.words import read_day
from storage.model.people import Duty

MINE_DAYS = 14
_WHO = re.compile(
    r"^(?:你好|您好|请问|问一?下|麻烦问一?下)?[，, ]*(?P<when>今天?晚上?|今夜|今天|现在|目前|明天?晚上?|明天)?"
    r"(?:派出所|所里|你们|咱们|我们)?(?:是|都)?(?:哪位|谁|哪个|哪些|什么人)(?:民警|警官|警察|领导|人)?在?值班"
    r"(?:啊|呀|呢|吗|的|嘛|哦)?[？?。.!！~～ ]*$"
)


def _when(ctx: Context, word: str) -> tuple[str, datetime, datetime]:
    """(how to call it, since, until) of 今晚, 明天, now."""
    day = today(ctx) + timedelta(days=int(word.startswith("明")))
    name = "明" if word.startswith("明") else "今"
    if "晚" in word or "夜" in word:
        return f"{name}晚", max(wall(day, 20 * 60, ctx.zone), ctx.now), wall(day, 30 * 60, ctx.zone)
    if word.endswith("天"):
        since = wall(day, 0, ctx.zone)
        return f"{name}天", max(since, ctx.now), wall(day, 24 * 60, ctx.zone)
    return "现在", ctx.now, ctx.now + timedelta(minutes=1)


@roster.command(
    "谁值班",
    aliases=("谁在值班",),
    allow=Permission.REPORT,
    help="谁值班　现在谁在值班（也可以问：今晚谁值班、明天谁值班）",
)
async def who_now(ctx: Context, _: None) -> None:
    await _answer(ctx, "")


@roster.otherwise(30)
async def asked_freely(ctx: Context) -> bool:
    """ "请问今晚谁值班呀？" is a question and no report."""
    match = _WHO.match(parse.normalise(ctx.said)) if ctx.inbound is not None and len(ctx.said) < 40 else None
    if match is None or ctx.overheard or ctx.station is None:
        return False
    await _answer(ctx, match["when"] or "")
    return True


async def on_day(ctx: Context, day: date | None, *, dark: bool) -> None:
    """Who is on duty on that day, or in its night. `day`: None means today, and if no night is meant, now."""
    first = today(ctx)
    if day in (None, first, first + timedelta(days=1)):
        night = "晚" if dark else "天"
        await _answer(ctx, "" if day is None and not dark else f"{'今' if day in (None, first) else '明'}{night}")
        return
    assert day is not None
    since, until = (20 * 60, 30 * 60) if dark else (0, 24 * 60)
    name = f"{say.day_name(day)}{'晚' if dark else ''}"
    await _tell(ctx, name, wall(day, since, ctx.zone), wall(day, until, ctx.zone))


async def _answer(ctx: Context, word: str) -> None:
    await _tell(ctx, *_when(ctx, word))


async def _tell(ctx: Context, when: str, since: datetime, until: datetime) -> None:
    plan = await plan_of(ctx.unit, ctx.here, since.astimezone(ctx.zone).date(), until.astimezone(ctx.zone).date())
    found, nobody = between(plan, since, until), say.NOBODY_THEN.format(when=when)
    if ctx.staff and not ctx.among_residents:
        lines = await _lines(ctx, found)
        await ctx.reply("\n".join([f"{when}值班：", *lines]) if lines else nobody)
        return
    people = await members(ctx, ctx.here.id)
    officers, leaders = (
        list(dict.fromkeys(public_name(people[t.person_id].person) for t in found if t.duty is duty))
        for duty in (Duty.OFFICER, Duty.LEADER)
    )
    text = say.on_duty_public(when, officers, leaders) if found else nobody
    await ctx.reply(text)


async def _lines(ctx: Context, found: Sequence[OnDuty]) -> list[str]:
    names = await names_of(ctx, ctx.here.id)
    ordered = sorted(found, key=lambda t: (t.duty is Duty.LEADER, t.start))
    shown = [texts.shift_line(t.duty, names[t.person_id], t.post.start, t.post.end) for t in ordered]
    return list(dict.fromkeys(shown))


@roster.command("值班", slash="duty", allow=Permission.WORK, help="值班　现在谁在值班")
async def on_duty_now(ctx: Context, _: None) -> None:
    among_officers(ctx)
    lines = await _lines(ctx, await who_is_on(ctx.unit, ctx.here, ctx.now))
    await ctx.reply("\n".join([texts.ON_DUTY_NOW, *lines]) if lines else texts.NOBODY_ON_DUTY)


# ── 排班 ───────────────────────────────────────────────────────────────────
def _names_a_week(text: str) -> bool:
    plain = text.strip(" 。.!！")
    return not plain or plain in ("下周", "本周", "这周") or _a_day(plain, date(2026, 1, 1)) is not None


def _a_day(text: str, today_: date) -> date | None:
    found = read_day(text, today_)
    return found[0] if found is not None and not found[1] else None


@roster.command(
    "排班",
    slash="roster",
    args=parse.Parser(str.strip, _names_a_week),
    allow=Permission.WORK,
    help="排班　这一周谁值班（排班 下周 · 排班 12月1日）",
)
async def show_week(ctx: Context, text: str) -> None:
    among_officers(ctx)
    now = today(ctx)
    plain = text.strip(" 。.!！")
    day = now + timedelta(days=7) if plain == "下周" else now
    if plain not in ("", "下周", "本周", "这周"):
        found = _a_day(plain, now)
        if found is None:
            raise UsageError(texts.UNKNOWN_COMMAND)
        day = found
    monday = day - timedelta(days=day.weekday())
    plan = await plan_of(ctx.unit, ctx.here, monday, monday + timedelta(days=6))
    if not (plan.shifts or plan.rotations or plan.changes):
        raise UsageError(say.NO_ROSTER)
    names = await names_of(ctx, ctx.here.id)
    every = turns(plan, monday, monday + timedelta(days=6))
    days = []
    for step in range(7):
        each = monday + timedelta(days=step)
        mine = sorted((t for t in every if t.post.day == each), key=lambda t: (t.duty is Duty.LEADER, t.start))
        kind = plan.calendar.kind(each)
        marked = f"　{kind}" if kind in (DayKind.HOLIDAY, DayKind.MAKEUP) else ""
        days.append((each, marked, [say.turn_line(t, names[t.person_id], plan.zone) for t in mine]))
    await ctx.reply(say.week(days, now))


@roster.command("我的班", slash="myduty", allow=Permission.WORK, help="我的班　您接下来两周的班")
async def mine(ctx: Context, _: None) -> None:
    among_officers(ctx)
    first = today(ctx)
    plan = await plan_of(ctx.unit, ctx.here, first - timedelta(days=1), first + timedelta(days=MINE_DAYS))
    me = ctx.who.person.id
    found = [
        t
        for t in turns(plan, first - timedelta(days=1), first + timedelta(days=MINE_DAYS - 1))
        if t.person_id == me and t.end > ctx.now
    ]
    lines = [
        f"· {say.day_name(t.start.astimezone(plan.zone).date())} {say.turn_line(t, '', plan.zone).rstrip()}"
        for t in found
    ]
    head = say.MY_POSTS if found else say.NO_POSTS
    await ctx.reply("\n".join([head.format(days=MINE_DAYS), *lines]))
