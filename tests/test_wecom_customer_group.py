"""客户群群发: a task is no message. It is delivered when a member confirmed it, and expires when nobody did."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.base import CannotEdit, Later, Never, SendResult, Sent, Unknown
from bot.adapters.wecom.api import Call, new_session
from bot.adapters.wecom.tokens import Tokens
from bot.adapters.wecom_customer_group.adapter import CustomerGroupPlatform, build, month_of
from bot.adapters.wecom_customer_group.following import Follower, Quiet
from storage.engine.base import Engine
from storage.model.channels import PushState
from storage.model.messages import Address, Content, Outgoing, OutKind
from storage.unit import Unit
from tests import residents
from tests.fake_wecom import FakeWecom, Fault, HeldClock, State
from tests.harness import HeldClock as OurClock
from tests.residents import GRID, STATION, config, kit_of, running

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
WHERE = "wecom_customer_group"


# ── the whole story ────────────────────────────────────────────────────────
async def test_a_broadcast_is_delivered_when_its_member_confirmed_it(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        fake.add_customer_group("wrA", "东湾花园业主群", GRID)
        fake.add_customer_group("wrB", "商业街门店群", GRID)
        async with running(tmp_path, fake, WHERE) as play:
            await play.officer_says("boss", "播报 全部：近期有人冒充客服退款，请勿转账")
            await play.officer_presses("boss", "发送到 2 个群")
            await fake.until(lambda: fake.customers.tasks)
            await play.until(_states(PushState.WAITING, 2))
            await play.officer_says("boss", "播报 状态 1")
            told = await play.officer_is_told("boss", "待群主确认 2 个群")
            assert "已送达" not in told
            assert fake.seen("wrA") == []
        async with running(tmp_path, fake, WHERE) as play:  # the member takes their time; we were restarted meanwhile
            assert len(fake.customers.tasks) == 1  # one thumb for both groups
            (msgid,) = fake.customers.tasks
            fake.customers.confirm(msgid)
            await play.until(_states(PushState.DELIVERED, 2))
            await play.officer_says("boss", "播报 状态 1")
            await play.officer_is_told("boss", "已送达 2 个群")
            assert len(fake.seen("wrA")) == len(fake.seen("wrB")) == 1
            assert len(fake.customers.tasks) == 1


async def test_all_groups_of_a_station_are_one_task_and_one_thumb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = [f"wr{number}" for number in range(172)]
    rows = [f"  - {{platform: {WHERE}, chat: {chat}, title: {chat}群, kind: 业主}}\n" for chat in chats]
    monkeypatch.setattr(residents, "STATION", STATION.replace("shifts:", "".join(rows) + "shifts:"))
    async with FakeWecom() as fake:
        for chat in ("wrA", "wrB", *chats):
            fake.add_customer_group(chat, chat, GRID)
        async with running(tmp_path, fake, WHERE) as play:
            await play.officer_says("boss", "播报 全部：近期有人冒充客服退款，请勿转账")
            await play.officer_presses("boss", "发送到 174 个群")
            await fake.until(lambda: sum(len(task.results) for task in fake.customers.tasks.values()) == 174)
            assert len(fake.customers.tasks) == 1


async def test_a_stopped_broadcast_is_taken_back_from_the_members_phone(tmp_path: Path) -> None:
    async with FakeWecom() as fake:
        fake.add_customer_group("wrA", "东湾花园业主群", GRID)
        async with running(tmp_path, fake, WHERE) as play:
            await play.officer_says("boss", "播报 业主：今晚停水")
            await play.officer_presses("boss", "发送到 1 个群")
            await play.until(_states(PushState.WAITING, 1))
            await play.officer_says("boss", "播报 停 1")
            await play.officer_is_told("boss", "已停下 1 号")
            await play.until(_states(PushState.EXPIRED, 1))
            (task,) = fake.customers.tasks.values()
            assert task.cancelled
            await play.officer_says("boss", "播报 状态 1")
            await play.officer_is_told("boss", "过期 1 个群")
            assert fake.seen("wrA") == []


def _states(state: PushState, count: int) -> Any:
    async def holds(unit: Unit) -> bool:
        return [task.state for task in await unit.channels.pushes(1)] == [state] * count

    return holds


# ── one adapter, held clocks ───────────────────────────────────────────────
@dataclass
class Desk:
    fake: FakeWecom
    engine: Engine
    platform: CustomerGroupPlatform
    follower: Follower
    clock: OurClock

    async def send(self, *chats: str, text: str = "请勿转账", broadcast: int = 1) -> list[SendResult]:
        """As the courier does: all under way at once."""
        return await asyncio.gather(*(self.platform.send(out(chat, text, broadcast), "") for chat in chats))

    async def later(self, **by: float) -> None:
        self.clock.advance(**by)
        self.fake.state.clock.advance(timedelta(**by).total_seconds())  # type: ignore[attr-defined]
        await self.follower.look(self.clock.now())

    async def states(self, broadcast: int = 1) -> dict[str, PushState]:
        async with self.engine.read() as tx:
            return {task.chat_id: task.state for task in await Unit(tx).channels.pushes(broadcast)}

    @property
    def reminders(self) -> int:
        return len(self.fake.state.called("externalcontact/remind_groupmsg_send"))


def out(chat: str, text: str = "请勿转账", broadcast: int = 1, kind: OutKind = OutKind.SEND) -> Outgoing:
    to = Address(platform=WHERE, bot=GRID, chat_id=chat)
    return Outgoing(key=f"{chat}:{text}", to=to, content=Content(text=text), broadcast_id=broadcast, kind=kind)


@pytest.fixture
async def desk(engine: Engine, tmp_path: Path) -> AsyncIterator[Desk]:
    async with FakeWecom(state=State(clock=HeldClock(NOON.timestamp()))) as fake, new_session() as session:
        for chat in ("wrA", "wrB", "wrC"):
            fake.add_customer_group(chat, chat, GRID)
        clock = OurClock(NOON)
        kit = kit_of(config(tmp_path, fake, WHERE), engine, session, clock)
        platform = build(kit, gather=0.05).platform
        assert isinstance(platform, CustomerGroupPlatform)
        tokens: Tokens = platform._tokens
        follower = Follower(
            tokens,
            engine,
            GRID,
            expires=timedelta(hours=24),
            remind=timedelta(hours=4),
            quiet=Quiet(start="22:00", end="07:00", zone=SHANGHAI),
        )
        yield Desk(fake, engine, platform, follower, clock)


async def test_errcode_0_is_a_task_and_nothing_more(desk: Desk) -> None:
    assert all(isinstance(result, Sent) for result in await desk.send("wrA", "wrB"))
    assert await desk.states() == {"wrA": PushState.CREATED, "wrB": PushState.CREATED}
    await desk.later(minutes=10)
    assert await desk.states() == {"wrA": PushState.WAITING, "wrB": PushState.WAITING}
    assert desk.fake.seen("wrA") == []
    desk.fake.customers.confirm("msgGCA1")
    await desk.later(minutes=10)
    assert await desk.states() == {"wrA": PushState.DELIVERED, "wrB": PushState.DELIVERED}


async def test_reminders_come_at_their_pace_three_times_and_never_at_night(desk: Desk) -> None:
    await desk.send("wrA", "wrB")
    counted = []
    for _ in range(23):
        await desk.later(hours=1)
        counted.append(desk.reminders)
    # from noon: 16:00, 20:00, then the night until 7 in the morning
    assert counted == [0, 0, 0, 1, 1, 1, 1] + [2] * 11 + [3] * 5
    assert await desk.states() == {"wrA": PushState.WAITING, "wrB": PushState.WAITING}


async def test_what_nobody_confirms_expires_and_can_no_longer_be_confirmed(desk: Desk) -> None:
    await desk.send("wrA")
    await desk.later(hours=23, minutes=59)
    assert await desk.states() == {"wrA": PushState.WAITING}
    await desk.later(minutes=1)
    assert await desk.states() == {"wrA": PushState.EXPIRED}
    with pytest.raises(ValueError, match="nothing"):
        desk.fake.customers.confirm("msgGCA1")
    before = len(desk.fake.state.calls)
    await desk.later(hours=1)
    assert len(desk.fake.state.calls) == before  # nothing is open: nobody is asked


async def test_one_group_the_platform_left_out_is_not_called_delivered(desk: Desk) -> None:
    desk.fake.customers.per_month = 1
    await desk.send("wrA")
    desk.fake.customers.confirm("msgGCA1")
    await desk.send("wrA", "wrB", text="再来一条", broadcast=2)
    desk.fake.customers.confirm("msgGCA2")
    await desk.later(minutes=10)
    assert await desk.states(2) == {"wrA": PushState.EXPIRED, "wrB": PushState.DELIVERED}


async def test_a_group_of_another_member_is_refused_alone(desk: Desk) -> None:
    desk.fake.add_customer_group("wrX", "别人的群", "somebody")
    first, second = await desk.send("wrA", "wrX")
    assert isinstance(first, Sent)
    assert isinstance(second, Never)
    assert await desk.states() == {"wrA": PushState.CREATED}
    (alone,) = await desk.send("wrX", text="只有它")
    assert isinstance(alone, Never)


async def test_a_month_has_only_so_many_tasks_for_a_group(desk: Desk) -> None:
    for number in range(30):
        (result,) = await desk.send("wrA", text=f"第 {number} 条", broadcast=number + 1)
        assert isinstance(result, Sent)
    asked = len(desk.fake.state.called("externalcontact/add_msg_template"))
    first, second = await desk.send("wrA", "wrB", text="多了一条", broadcast=99)
    assert isinstance(first, Never)
    assert isinstance(second, Sent)
    assert len(desk.fake.state.called("externalcontact/add_msg_template")) == asked + 1
    desk.clock.advance(days=12)
    (result,) = await desk.send("wrA", text="下个月", broadcast=100)
    assert isinstance(result, Sent)


def test_months_are_those_of_china() -> None:
    first, limit = month_of(datetime(2026, 2, 28, 15, 59, tzinfo=UTC), 0)
    assert (first.astimezone(SHANGHAI).isoformat(), limit) == ("2026-02-01T00:00:00+08:00", 28)
    first, limit = month_of(datetime(2026, 2, 28, 16, 0, tzinfo=UTC), 7)
    assert (first.astimezone(SHANGHAI).isoformat(), limit) == ("2026-03-01T00:00:00+08:00", 7)
    assert month_of(datetime(2026, 12, 31, 0, 0, tzinfo=UTC), 0)[1] == 31


async def test_a_lost_answer_is_uncertain_and_an_expired_token_is_not(desk: Desk) -> None:
    desk.fake.inject(Fault("abort", "externalcontact/add_msg_template"))
    assert all(isinstance(result, Unknown) for result in await desk.send("wrA", "wrB"))
    assert await desk.states() == {}
    desk.fake.qyapi.revoke_tokens()
    (result,) = await desk.send("wrC")
    assert isinstance(result, Sent)
    desk.fake.inject(Fault("errcode", "externalcontact/add_msg_template", code=45009))
    (result,) = await desk.send("wrC", text="太快")
    assert isinstance(result, Later)
    assert await desk.platform.send(out("wrC", kind=OutKind.EDIT), "x") == CannotEdit()


async def test_one_refused_task_does_not_hide_the_others(desk: Desk) -> None:
    await desk.send("wrA")
    await desk.send("wrB", text="另一条", broadcast=2)
    del desk.fake.customers.tasks["msgGCA1"]
    desk.fake.customers.confirm("msgGCA2")
    await desk.later(minutes=10)
    assert await desk.states(2) == {"wrB": PushState.DELIVERED}
    await desk.later(hours=24)
    assert await desk.states() == {"wrA": PushState.EXPIRED}


@pytest.mark.parametrize("code", [60020, 40001, 45009, -1])
async def test_a_platform_that_turns_us_away_for_now_lets_nothing_expire(desk: Desk, code: int) -> None:
    """The member may still confirm it: called expired, it would be sent once more."""
    await desk.send("wrA")
    await desk.later(hours=23)
    desk.fake.inject(Fault("errcode", "*", code=code, times=1000))
    await desk.later(hours=2)
    assert await desk.states() == {"wrA": PushState.WAITING}
    desk.fake.customers.confirm("msgGCA1")
    desk.fake.state.faults.clear()
    await desk.later(minutes=10)
    assert await desk.states() == {"wrA": PushState.DELIVERED}


async def test_who_confirms_while_it_is_taken_back_is_believed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.send("wrA")
    ask = desk.follower._ask

    async def just_before(call: str, body: dict[str, object]) -> Call:
        if call == "cancel_groupmsg_send":
            desk.fake.customers.confirm("msgGCA1")
        return await ask(call, body)

    monkeypatch.setattr(desk.follower, "_ask", just_before)
    await desk.later(hours=24)
    assert await desk.states() == {"wrA": PushState.DELIVERED}


async def test_a_confirmed_copy_nobody_reports_on_is_not_asked_about_for_ever(desk: Desk) -> None:
    await desk.send("wrA", "wrB")
    desk.fake.customers.confirm("msgGCA1")
    del desk.fake.customers.tasks["msgGCA1"].results["wrB"]
    await desk.later(hours=47)
    assert await desk.states() == {"wrA": PushState.DELIVERED, "wrB": PushState.CREATED}
    await desk.later(hours=1)
    assert await desk.states() == {"wrA": PushState.DELIVERED, "wrB": PushState.EXPIRED}


async def test_two_processes_remind_once(desk: Desk) -> None:
    await desk.send("wrA")
    await desk.later(minutes=1)
    desk.clock.advance(hours=5)
    await asyncio.gather(*(desk.follower.look(desk.clock.now()) for _ in range(4)))
    assert desk.reminders == 1
