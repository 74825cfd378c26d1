"""What a station sets for itself, which days its clocks know, what many neighbours weigh, what is out of its hands."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.base import Later
from handlers.auditing import AuditSettings
from handlers.kit import life_texts
from handlers.tickets import TicketSettings
from storage.model.audit import Promise
from storage.model.messages import Sender
from storage.model.roster import OwnDay
from storage.model.tickets import EntryKind, FalseAlarm, State, Urgency
from tests.auditing import broken, looks
from tests.harness import HeldClock, Someone, World
from tests.living import reads
from tests.meaning import means
from tests.stories import claimed, entries, kinds, make_role, on_sqlite, person_id, reported
from tests.test_audit_faults import change, ms, no_word

SHANGHAI = ZoneInfo("Asia/Shanghai")
NUDGE = "还没有动静"


# ── a station of its own ───────────────────────────────────────────────────
async def test_a_lease_is_as_long_as_its_station_wants(world: World) -> None:
    world.settings[TicketSettings] = TicketSettings(
        lease=30, stations={"dongwan": TicketSettings(lease=20), "xiwan": TicketSettings(lease=5)}
    )
    await world.restart()
    await claimed(world)
    await world.passes(minutes=15)
    assert reads(world.wang, NUDGE) == 0
    await world.passes(minutes=1)
    assert reads(world.wang, NUDGE) == 1
    await world.passes(minutes=4)
    assert (await world.ticket()).state is State.OPEN


async def test_another_station_keeps_what_all_have(world: World) -> None:
    world.settings[TicketSettings] = TicketSettings(lease=30, stations={"xiwan": TicketSettings(lease=5)})
    await world.restart()
    await claimed(world)
    await world.passes(minutes=23)
    assert reads(world.wang, NUDGE) == 0
    await world.passes(minutes=1)
    assert reads(world.wang, NUDGE) == 1


async def test_the_auditor_is_as_patient_as_it_is_told(world: World) -> None:
    world.settings[AuditSettings] = AuditSettings(patience_seconds=300)
    await world.restart()
    await reported(world)
    await change(world, "UPDATE ticket SET routed_id = NULL, waiting_at = :at", at=ms(world, seconds=240))
    await looks(world)
    assert await broken(world) == []
    await world.passes(minutes=1)
    await looks(world)
    assert [f.kind for f in await broken(world)] == [Promise.UNROUTED]


async def test_so_it_is_with_what_nobody_answered(world: World) -> None:
    world.settings[AuditSettings] = AuditSettings(patience_seconds=300)
    await world.restart()
    await no_word(world)
    await looks(world)
    assert await broken(world) == []
    await world.passes(minutes=4)
    await looks(world)
    assert [f.kind for f in await broken(world)] == [Promise.UNANSWERED]


# ── 调休 ───────────────────────────────────────────────────────────────────
async def due_of_papers(database_url: str, at: str, monkeypatch: pytest.MonkeyPatch, own: list[OwnDay]) -> list[str]:
    """When who is on duty hears that nobody took a matter of papers told at that local time: two worked hours later."""
    means(monkeypatch, {"居住证": {"category": "证件户籍"}})
    clock = HeldClock(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI))
    world = World(database_url, clock)
    await world.open()
    try:
        async with await world.unit() as unit:
            await unit.roster.replace_own_days(world.station_id, own)
        await reported(world, "登记一下，我的居住证没拿到")
        told: list[str] = []
        for _ in range(24 * 10 * 2):
            await world.passes(minutes=30)
            alarmed = (await kinds(world)).count(EntryKind.ALARMED)
            if alarmed:
                told.append(f"{clock.now().astimezone(SHANGHAI):%m-%d %H:%M}")
                break
        return told
    finally:
        await world.close()


@on_sqlite
async def test_holidays_stop_a_clock_of_working_time(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wednesday 30 September 16:00, eight days of holiday, Thursday 8 October 10:00; told within the minute after."""
    assert await due_of_papers(database_url, "2026-09-30T16:00", monkeypatch, []) == ["10-08 10:30"]


@on_sqlite
async def test_a_worked_weekend_counts(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Friday 9 October 16:00; Saturday the 10th is worked."""
    assert await due_of_papers(database_url, "2026-10-09T16:00", monkeypatch, []) == ["10-10 10:30"]


@on_sqlite
async def test_a_days_own_word_wins(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [OwnDay(day=date(2026, 10, 10), free=True, name="")]
    assert await due_of_papers(database_url, "2026-10-09T16:00", monkeypatch, free) == ["10-12 10:30"]


# ── many neighbours ────────────────────────────────────────────────────────
async def follows(world: World, user_id: str) -> None:
    neighbour = Someone(world, user_id, f"邻居{user_id}")
    await neighbour.says("@民警 我家也是", sender=Sender(user_id=user_id, name=user_id))
    await neighbour.presses("关注 1 号", where="g1")


async def test_three_neighbours_raise_a_small_matter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    means(monkeypatch, {"灯": {"urgency": Urgency.LOW}})
    await reported(world, "楼道灯坏了")
    assert (await world.ticket()).urgency is Urgency.LOW
    for neighbour in ("n1", "n2"):
        await follows(world, neighbour)
    assert (await world.ticket()).urgency is Urgency.LOW
    await world.restart()
    await follows(world, "n3")
    ticket = await world.ticket()
    assert (ticket.urgency, ticket.watched) == (Urgency.NORMAL, 3)
    assert reads(world.wang, "1 号已有 3 位邻居关注，请优先处理。") == 1
    assert world.card(1, "g9").text.startswith("🟠 多人关注 · 1 号")
    assert "接单还剩 30 分钟" in world.card(1, "g9").text
    await follows(world, "n4")
    assert (await kinds(world)).count(EntryKind.RAISED) == 1


async def test_it_climbs_as_fast_as_what_is_urgent(world: World) -> None:
    await reported(world)
    for neighbour in ("n1", "n2", "n3"):
        await follows(world, neighbour)
    for _ in range(36):
        await world.passes(minutes=1)
    assert reads(world.sun, "1 号 接单已超时") == 1  # after 30 + 5 minutes, not 30 + 30


async def test_an_officers_word_on_its_urgency_stands(world: World) -> None:
    await reported(world)
    await world.wang.tells("改急 1 低")
    for neighbour in ("n1", "n2", "n3"):
        await follows(world, neighbour)
    assert (await world.ticket()).urgency is Urgency.LOW


async def test_how_many_are_many_is_set(world: World) -> None:
    world.settings[TicketSettings] = TicketSettings(many_watch=2)
    await world.restart()
    await reported(world)
    await world.zhou.says("@民警 楼道灯坏了")
    await follows(world, "n1")
    assert EntryKind.RAISED not in await kinds(world)
    await follows(world, "n2")
    assert EntryKind.RAISED in await kinds(world)
    await world.wang.tells("待办")
    assert "🟠 1 号" in world.wang.inbox[-1].text


# ── out of our hands ───────────────────────────────────────────────────────
async def test_what_is_out_is_asked_after_until_it_is_back(world: World) -> None:
    await claimed(world)
    await world.wang.tells("转出 1 物业")
    await world.passes(days=2, hours=23)
    assert reads(world.wang, "转给物业已经") == 0
    await world.restart()
    await world.passes(hours=1)
    asked = world.wang.inbox[-1].text
    assert asked.startswith("1 号转给物业已经 3 天，还没有结果。请问一下：办好了发“办结 1 结果”")
    assert "还没有回执号" in asked
    await world.wang.tells("转出 1 回执 WY-77")
    await world.passes(days=3)
    assert world.wang.inbox[-1].text.startswith("1 号转给物业已经 6 天")
    assert "回执号" not in world.wang.inbox[-1].text
    await world.wang.tells("办结 1 物业已清运")
    await world.passes(days=4)
    assert reads(world.wang, "转给物业已经") == 2


async def test_taken_back_it_is_not_asked_after(world: World) -> None:
    await claimed(world)
    await world.wang.tells("转出 1 物业")
    await world.wang.tells("收回 1 不归他们管")
    await world.passes(days=4)
    assert reads(world.wang, "转给物业已经") == 0


async def test_who_gave_it_away_has_left_then_who_leads_asks(world: World) -> None:
    from storage.model.people import PersonRole

    await claimed(world)
    await world.wang.tells("转出 1 物业 回执88")
    await make_role(world, "wang", PersonRole.RESIDENT)
    await world.passes(days=3)
    assert reads(world.wang, "转给物业已经") == 0
    assert reads(world.sun, "转给物业已经") == reads(world.boss, "转给物业已经") == 1


# ── 误报 ───────────────────────────────────────────────────────────────────
async def test_each_reason_is_told_with_its_meaning(world: World) -> None:
    await reported(world)
    await world.wang.tells("误报 1")
    asked = world.wang.inbox[-1]
    assert asked.labels == list(FalseAlarm)
    for reason in FalseAlarm:
        assert f"· {reason}：{life_texts.MEANS[reason]}" in asked.text


def test_the_glossary_says_the_same() -> None:
    from pathlib import Path

    glossary = (Path(__file__).parent.parent / "docs" / "glossary.md").read_text(encoding="utf-8")
    for reason, meaning in life_texts.MEANS.items():
        row = next(line for line in glossary.splitlines() if line.startswith(f"| 误报：{reason} |"))
        assert meaning in row


# ── whose turn it is again ─────────────────────────────────────────────────
async def lets_it_lie(world: World, who: Someone) -> None:
    await who.tells("接单 1")
    await world.passes(minutes=48)
    await world.passes(minutes=12)


async def test_a_new_shift_begins_anew(world: World) -> None:
    """王建国 let it lie in the morning and is on duty again the next morning: he is asked like everybody else."""
    await claimed(world)
    await lets_it_lie(world, world.wang)
    await lets_it_lie(world, world.zhao)
    await world.sun.tells("接单 1")
    await world.sun.tells("挂起 1 等物业 20小时")
    await world.passes(hours=21)
    await world.passes(minutes=48)
    await world.passes(minutes=12)
    ticket = await world.ticket()
    assert (ticket.state, ticket.routed_id) == (State.OPEN, await person_id(world, "wang"))
    assert world.card(1, world.wang.private).labels == ["接单", "转派"]


async def test_when_everybody_had_it_it_begins_from_the_start(world: World) -> None:
    await claimed(world)
    for who in (world.wang, world.zhao, world.sun, world.boss, world.admin):
        await lets_it_lie(world, who)
    ticket = await world.ticket()
    assert ticket.routed_id is not None
    assert (await entries(world))[-1].kind is not EntryKind.CLAIMED
    assert reads(world.wang, "1 号原来是吴工接的") == 1


# ── what is said is true ───────────────────────────────────────────────────
async def test_a_reminder_that_could_not_be_sent_in_time_is_not_sent(world: World) -> None:
    """The platform takes nothing for an hour: after the lease's end its holder reads who has it, not to hurry."""
    await claimed(world)
    world.platform.faults[world.wang.private] = [Later(after=1800, why="down")] * 2
    await world.passes(minutes=48)
    await world.passes(minutes=12)
    await world.passes(hours=2)
    assert reads(world.wang, NUDGE) == 0
    assert reads(world.wang, "1 号一直没有动静，已经请别人接了") == 1


async def test_what_officers_write_to_each_other_is_not_the_residents_to_read(world: World) -> None:
    await claimed(world)
    await world.wang.tells("转派 1 赵敏 王大爷认识他")
    await world.zhao.tells("挂起 1 等当事人张三来所里 1小时")
    await world.passes(minutes=61)
    await world.zhao.tells("退回 1 张三不肯来")
    await world.chen.tells("查 1")
    read = world.chen.inbox[-1].text
    assert "转派给" in read
    assert not any(word in read for word in ("王大爷", "张三", "超时", "提醒"))
    await world.sun.tells("查 1")
    assert all(word in world.sun.inbox[-1].text for word in ("王大爷", "张三"))
