"""What officers do about their shifts: leave, swaps, cover, undoing, single dates, and the buttons they press."""

from datetime import timedelta

from storage.model.people import Duty
from tests.harness import Shown, Someone
from tests.month.rota import Key, Rota, written
from tests.month.stage import Beginning, Month, says

NEAR = 4
"""Days ahead in which shifts are swapped."""

REASONS = ("家里有事", "看病", "母亲住院", "学习培训")
FREE = ("处警中", "在途", "休 到18点", "休", "在岗")

LIKES: dict[str, float] = {"可以": 0.7, "不行": 0.2, "我来": 0.5, "准假": 0.75, "不准": 0.15, "确认交接": 0.8}
ASKS_AROUND = "问问谁能顶"


def _post(month: Month, rota: Rota, person_id: int) -> Key | None:
    coming = rota.coming(person_id, month.station.now, NEAR)
    return month.dice.choice(coming) if coming else None


async def leave(month: Month) -> None:
    """Mostly an officer, now and then a duty leader: then nobody leads."""
    station, dice = month.station, month.dice
    who = month.pick(station.leaders if dice.random() < 0.25 else station.officers)
    first = station.now.astimezone(station.zone).date() + timedelta(days=dice.randint(0, 6))
    last = first + timedelta(days=dice.randint(0, 2))
    until = f"到{last.month}月{last.day}日" if last > first else ""
    await says(month, who, f"请假 {first.month}月{first.day}日{until} {dice.choice(REASONS)}", to=who.private)


async def no_leave(month: Month) -> None:
    rows = await month.station.rows("SELECT * FROM leave_of_absence WHERE state = 'granted' ORDER BY id DESC LIMIT 3")
    if rows:
        row = month.dice.choice(rows)
        who = month.station.ids[row["person_id"]]
        await says(month, who, f"销假 {row['id']}", to=who.private)


async def swap(month: Month) -> None:
    """One colleague is asked, or everybody, or a shift is offered in return."""
    station, dice = month.station, month.dice
    rota = await station.rota()
    who, other = dice.sample(station.officers, 2)
    post = _post(month, rota, station.numbers[who.user_id])
    back = _post(month, rota, station.numbers[other.user_id])
    if post is None:
        return
    whom = dice.choice(("", f" 和{other.name}", f" 和{other.name} {written(back)}" if back else ""))
    await says(month, who, f"换班 {written(post)}{whom}", to=who.private)


async def cover(month: Month) -> None:
    """Somebody takes what nobody has, if there is such a thing; else a colleague's shift."""
    station, dice = month.station, month.dice
    rota, who = await station.rota(), month.pick([*station.officers, *station.leaders])
    today = rota.local(station.now).date()
    days = [today + timedelta(days=n) for n in range(NEAR)]
    posts = [post for day in days for post in rota.posts(day) if rota.span(post)[0] > station.now]
    empty = [p for p in posts if rota.empty(p[0], rota.span(p)[0])]
    if empty:
        await says(month, who, f"顶班 {written(dice.choice(empty))}", to=who.private)
    elif post := _post(month, rota, station.numbers["o0"]):
        await says(month, who, f"顶班 {written(post)} {station.ids[station.numbers['o0']].name}", to=who.private)


async def undo(month: Month) -> None:
    newest = "SELECT * FROM duty_change WHERE state IN ('done', 'asked') ORDER BY id DESC LIMIT 4"
    rows = await month.station.rows(newest)
    if rows:
        row = month.dice.choice(rows)
        who = month.station.ids[row["by_id"]]
        await says(month, who, f"撤销换班 {row['number']}", to=who.private)


async def arrange(month: Month) -> None:
    """The head of the station puts one date right: a post more, the next one less, somebody else on it."""
    station, dice = month.station, month.dice
    rota, boss = await station.rota(), station.boss
    who, other = dice.sample(dice.choice((station.officers, station.leaders)), 2)
    if dice.random() < 0.3:
        day = rota.local(station.now).date() + timedelta(days=dice.randint(1, NEAR))
        await says(month, boss, f"临时排班 {day.month}月{day.day}日 20:00-23:00 {who.name}", to=boss.private)
        return
    coming = rota.coming(station.numbers[who.user_id], station.now, NEAR)
    if coming:
        post = written(min(coming, key=rota.span))
        texts = (f"临时排班 {post} 去掉 {who.name}", f"换班 {post} {who.name} 换 {other.name}")
        await says(month, boss, dice.choice(texts), to=boss.private)


async def available(month: Month) -> None:
    who = month.pick(await month.station.on_duty())
    await says(month, who, month.dice.choice(FREE), to=who.private)


ROSTER: dict[Beginning, float] = {
    leave: 1.2,
    no_leave: 0.3,
    swap: 2.5,
    cover: 1.2,
    undo: 0.9,
    arrange: 0.6,
    available: 3,
}
"""How often a day."""


# ── buttons ────────────────────────────────────────────────────────────────
def interesting(shown: Shown) -> bool:
    return any(label in LIKES or label.startswith(ASKS_AROUND) for label in shown.labels)


async def answer(month: Month, who: Someone, shown: Shown) -> None:
    """Whoever was asked presses something that is still there, or does not; some press twice."""
    labels = [label for label in shown.labels if label in LIKES]
    weights = [LIKES[label] for label in labels]
    labels += [label for label in shown.labels if label.startswith(ASKS_AROUND)]
    weights += [0.3] * (len(labels) - len(weights))
    if not labels:
        return
    label = month.dice.choices([*labels, ""], [*weights, max(0.0, 1 - sum(weights))])[0]
    for _ in range(month.dice.choice((1, 1, 1, 2)) if label else 0):
        await who.presses_old(shown, shown.button(label), who.private, settle=False)


# ── what must be true at every hour ────────────────────────────────────────
async def covered(month: Month, theirs: set[tuple[Duty, int]]) -> None:
    """`theirs`: who is on duty as the program has it. Whoever is missing was reported missing before."""
    station, now = month.station, month.station.now
    rota = await station.rota()
    on = rota.on(now)
    assert on == theirs, f"{rota.local(now)}: on duty should be {on}, but {theirs} are"
    for duty in Duty:
        if all(has is not duty for has, _ in on):
            month.empty.add((duty, now.timestamp()))
            told = [gap for gap in station.gaps_told() if gap[0] is duty and gap[1] <= now < gap[2]]
            assert told, f"nobody has {duty} at {rota.local(now)}, and nobody was told"
