"""Who gets a ticket, and why: in every hour, with whoever can be reached, at two stations that never meet."""

import pytest

from bot.adapters.base import Later, Never
from handlers.kit import texts
from storage.model.people import Duty, GroupKind, PersonRole, Shift
from storage.model.tickets import EntryKind, State
from storage.unit import Unit
from tests.harness import BOT, PLATFORM, Someone, World
from tests.stories import MATTER, entries, make_role, on_sqlite, person_id, reported, silence, texts_of


async def went_to(world: World, number: int = 1) -> tuple[str, str]:
    ticket = await world.ticket(number)
    async with world.engine.read() as tx:
        person = await Unit(tx).people.get(ticket.routed_id or 0)
    return person.name if person else "", ticket.routed_why


async def only_on_duty(world: World, *plan: tuple[str, Duty]) -> None:
    """These people, all day, and nobody else."""
    ids = [(await person_id(world, who), duty) for who, duty in plan]
    shifts = [
        Shift(id=0, station_id=world.station_id, person_id=p, duty=d, weekday=w, start=0, end=1440)
        for p, d in ids
        for w in range(7)
    ]
    async with await world.unit() as unit:
        await unit.stations.replace_shifts(world.station_id, shifts)


# ── the hours ──────────────────────────────────────────────────────────────
async def test_at_night_the_night_shift_gets_it(world: World) -> None:
    for hours, name in ((0, "王建国"), (9, "李强"), (6, "李强"), (6, "王建国")):
        await world.passes(hours=hours)
        number = await world.tickets() + 1
        await reported(world)
        assert (await went_to(world, number))[0] == name


# ── the order ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize("call", ["@赵敏", "@赵警官", "＠赵警官", "楼上又吵@赵警官"])
async def test_who_is_named_and_on_duty_comes_first(world: World, call: str) -> None:
    await world.chen.says(f"{call} {MATTER}")
    assert await went_to(world) == ("赵敏", texts.BECAUSE_MENTIONED)
    assert "因为：您被群众点名" in world.card(1, world.zhao.private).text.replace("是被", "被")
    assert world.wang.inbox == []


async def test_who_is_named_but_off_duty_is_passed_over(world: World) -> None:
    await world.chen.says(f"@李警官 {MATTER}")
    assert await went_to(world) == ("王建国", "是东湾片区的民警，正在值班")
    assert world.li.inbox == []


async def test_the_areas_officer_then_whoever_is_on_duty(world: World) -> None:
    await world.chen.says(f"@民警 {MATTER}")
    assert await went_to(world) == ("王建国", "是东湾片区的民警，正在值班")
    await only_on_duty(world, ("zhao", Duty.OFFICER))
    await world.passes(minutes=5)
    await world.chen.says("@民警 又来了")
    assert await went_to(world, 2) == ("赵敏", texts.BECAUSE_DUTY)
    await world.zhou.says("@民警 有人闹事")
    assert await went_to(world, 3) == ("赵敏", texts.BECAUSE_DUTY)


async def test_without_an_officer_the_duty_leader_then_whoever_may_dispatch(world: World) -> None:
    await only_on_duty(world, ("sun", Duty.LEADER))
    await reported(world)
    assert await went_to(world) == ("孙伟", texts.BECAUSE_LEADER)
    await only_on_duty(world)
    await world.passes(minutes=5)
    await reported(world)
    assert await went_to(world, 2) == ("孙伟", texts.BECAUSE_LAST)
    await silence(world, "sun")
    await world.passes(minutes=5)
    await reported(world)
    assert await went_to(world, 3) == ("周明", texts.BECAUSE_LAST)


async def test_who_left_the_station_gets_nothing_though_still_in_the_plan(world: World) -> None:
    await make_role(world, "wang", PersonRole.RESIDENT)
    await reported(world)
    assert (await went_to(world))[0] == "赵敏"


# ── who can be reached ─────────────────────────────────────────────────────
async def test_who_never_wrote_to_us_is_passed_over(world: World) -> None:
    await silence(world, "wang")
    await reported(world)
    assert await went_to(world) == ("赵敏", texts.BECAUSE_DUTY)


@pytest.mark.parametrize("gone", [True, False])
async def test_whose_card_cannot_be_delivered_is_passed_over(world: World, gone: bool) -> None:
    world.platform.faults[world.wang.private] = [Never(why="blocked", gone=gone)]
    await reported(world)
    assert await went_to(world) == ("赵敏", texts.BECAUSE_DUTY)
    assert world.card(1, world.zhao.private).labels == ["接单", "转派"]
    assert world.receipt(1).text.endswith("已通知赵警官，请稍候。")
    assert len(world.chat("g1")) == 1
    assert world.card(1, "g9").text.endswith("因为：赵敏是现在的值班民警")
    assert len(world.chat("g9")) == 1


async def test_we_hear_of_the_blocking_before_the_card_is_sent(world: World) -> None:
    world.platform.faults[world.wang.private] = [Later(why="busy"), Never(why="blocked", gone=True)]
    await reported(world)
    await silence(world, "wang")
    await world.passes(minutes=5)
    assert (await went_to(world))[0] == "赵敏"


async def test_one_after_the_other_until_somebody_answers(world: World) -> None:
    for who in ("wang", "zhao", "sun"):
        world.platform.closed.add(f"p:{who}")
    await reported(world)
    assert await went_to(world) == ("周明", texts.BECAUSE_LAST)
    routed = [e for e in await entries(world) if e.kind is EntryKind.ROUTED]
    assert len(routed) == 4
    await world.boss.presses("接单")
    assert (await world.ticket()).state is State.CLAIMED


async def test_nobody_can_be_reached(world: World) -> None:
    """Those who manage hear of it by whatever way is left; the reporter is not told a fairy tale."""
    for who in ("wang", "zhao", "sun", "boss", "wu"):
        world.platform.faults[f"p:{who}"] = [Never(why="refused")]
    await reported(world)
    assert await went_to(world) == ("", texts.BECAUSE_NOBODY)
    for boss in (world.boss, world.admin):
        assert "1 号没有找到能联系上的人，请马上安排。" in texts_of(boss.inbox)
    assert world.receipt(1).text.endswith("正在联系值班民警，请稍候。急事请直接拨打 110。")
    assert "因为：没有找到能联系上的人" in world.card(1, "g9").text
    await world.zhao.presses("接单", where="g9")
    assert world.receipt(1).text.endswith("赵警官已接单，正在处理。")


async def test_without_private_chats_the_officers_group_must_do(world: World) -> None:
    for who in ("wang", "zhao", "sun", "boss", "wu"):
        await silence(world, who)
    await reported(world)
    assert (await went_to(world))[0] == "王建国"
    assert world.card(1, "g9").labels == ["接单", "转派"]


async def test_who_is_on_duty_comes_before_who_merely_can_be_reached(world: World) -> None:
    """A fresh setup: only the admin has written to the bot; the officers read their group."""
    for who in ("wang", "zhao", "sun"):
        await silence(world, who)
    await reported(world)
    assert await went_to(world) == ("王建国", texts.BECAUSE_AREA.format(area="东湾片区"))
    assert "王建国是东湾片区的民警" in world.card(1, "g9").text
    assert world.receipt(1).text.endswith("已通知王警官，请稍候。")


async def test_a_card_that_fails_after_somebody_claimed_bothers_nobody(world: World) -> None:
    world.platform.faults[world.wang.private] = [Later(why="busy"), Never(why="blocked", gone=True)]
    await reported(world)
    await world.zhao.presses("接单", where="g9")
    await world.passes(minutes=5)
    assert (await world.ticket()).assignee_id == await person_id(world, "zhao")
    assert [e.kind for e in await entries(world)].count(EntryKind.ROUTED) == 1


# ── 值班 ───────────────────────────────────────────────────────────────────
@on_sqlite
@pytest.mark.parametrize("words", ["值班", "/duty", "值班？"])
async def test_who_is_on_duty(world: World, words: str) -> None:
    await world.wang.tells(words)
    assert world.wang.inbox[-1].text.splitlines() == [
        "现在值班：",
        "· 值班民警 王建国　08:00–20:00",
        "· 值班民警 赵敏　08:00–20:00",
        "· 值班长 孙伟　00:00–24:00",
    ]
    await only_on_duty(world)
    await world.wang.tells(words)
    assert world.wang.inbox[-1].text == texts.NOBODY_ON_DUTY


# ── two stations ───────────────────────────────────────────────────────────
async def second_station(world: World) -> tuple[Someone, Someone]:
    """西河派出所 with one officer, always on duty, its own officers' group h9 and a residents' group h1."""
    ma, hu = world._someone("ma", "马骏", "h9"), world._someone("hu", "胡大妈", "h1")
    home = world.station_id
    async with await world.unit() as unit:
        world.station_id = other = await unit.stations.put(code="xihe", name="西河派出所", tz="Asia/Shanghai")
        officer = await world.enrol(unit, ma, PersonRole.DUTY_LEADER)
        shifts = [
            Shift(id=0, station_id=other, person_id=officer, duty=Duty.OFFICER, weekday=w, start=0, end=1440)
            for w in range(7)
        ]
        await unit.stations.replace_shifts(other, shifts)
        for chat, kind in (("h1", GroupKind.VILLAGE), ("h9", GroupKind.OFFICERS)):
            group = await unit.groups.seen(platform=PLATFORM, bot=BOT, chat_id=chat, title=f"群{chat}")
            await unit.groups.bind(group.id, station_id=other, kind=kind, area_id=None, households=0)
    world.station_id = home
    return ma, hu


async def test_two_stations_never_see_each_others_tickets(world: World) -> None:
    ma, hu = await second_station(world)
    await reported(world, "东湾的事")
    await hu.says("@民警 西河的事")
    assert "西河的事" in world.last("h9").text
    assert len(world.chat("g9")) == len(world.chat("h9")) == 1
    await ma.tells("待办")
    assert ma.inbox[-1].text.splitlines() == ["待办 1 单", "· 1 号　待接单　西河的事"]
    await ma.tells("查 1")
    assert "东湾" not in ma.inbox[-1].text
    before = [s.text for s in world.chat("g9")]
    await ma.presses_old(world.card(1, "g9"), world.card(1, "g9").button("接单"), "g9")
    assert ma.read == texts.NO_RIGHT
    assert [s.text for s in world.chat("g9")] == before
    await ma.tells("接单 1")
    assert (await world.ticket()).state is State.OPEN
    assert world.card(1, "h9").text.splitlines()[0] == "1 号 · 已接单"
    await ma.tells("转派 1 王建国")
    assert "没有找到“王建国”" in ma.inbox[-1].text
    await hu.tells("查 1")
    assert "西河的事" in hu.inbox[-1].text


async def test_an_officer_of_one_station_is_a_resident_at_the_other(world: World) -> None:
    ma, _ = await second_station(world)
    await ma.says("@民警 待办", to="g1")
    assert world.last("g1").text == texts.NO_RIGHT
    await ma.says("@民警 我的车被划了", to="g1")
    assert (await world.ticket()).text == "我的车被划了"


async def test_one_number_at_two_stations_is_never_guessed(world: World) -> None:
    await second_station(world)
    await reported(world, "东湾的事")
    await world.chen.says("@民警 西河的事", to="h1")
    await world.chen.tells("撤回 1")
    assert "东湾派出所、西河派出所" in world.chen.inbox[-1].text
    await world.chen.says("@民警 撤回 1", to="h1")
    assert (await world.ticket()).state is State.OPEN
    await world.chen.says("@民警 再说一件西河的事", to="h1")
    await world.chen.tells("撤回 2")
    assert world.chen.inbox[-1].text == texts.WITHDRAWN_NOTE.format(number="2 号")
