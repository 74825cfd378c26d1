"""Random days of a station with a held clock: what is promised of every ticket holds at every moment."""

import random
from datetime import datetime, timedelta

import msgspec
import pytest

from handlers.kit.clocks import Clock
from handlers.tickets.limits import TicketSettings
from storage.model.tickets import HELD, UNFINISHED, WAITING, Entry, EntryKind, State, Ticket
from storage.unit import Unit
from tests.harness import Someone, World

MATTERS = ("楼上往下扔垃圾", "有人持刀打人", "3栋门口有人乱停车", "隔壁半夜放音响", "捡到一个钱包")
PAUSES = ("挂起 {} 等物业 2小时", "挂起 {} 等群众 5小时", "挂起 {} 等监控 20分钟")
WORKED = ("到场 {}", *PAUSES, *PAUSES, "转派 {} 赵敏", "退回 {} 有事", "办结 {} 已劝离", "转出 {} 物业", "补充 {} 在办")
WORDS: dict[State, tuple[str, ...]] = {
    State.OPEN: ("接单 {}", "接单 {}", "转派 {} 王建国", "误报 {} 测试"),
    State.REOPENED: ("接单 {}", "转派 {} 王建国"),
    State.CLAIMED: WORKED,
    State.ON_SCENE: (*PAUSES, "办结 {} 已劝离", "协办 {} 李强"),
    State.PAUSED: ("继续 {}", "办结 {} 已劝离", "转派 {} 李强", "查 {}"),
    State.FORWARDED: ("收回 {}", "办结 {} 物业办好了"),
}
ANY = (*dict.fromkeys(word for words in WORDS.values() for word in words), "交接")
"""What is typed about a ticket in that state, mostly."""

BEGINS = {EntryKind.OPENED, EntryKind.REOPENED, EntryKind.TAKEN_BACK}
NOTHING = timedelta(0)


async def everything(world: World) -> list[tuple[Ticket, list[Entry]]]:
    async with world.engine.read() as tx:
        unit = Unit(tx)
        found = []
        number = 1
        while (ticket := await unit.tickets.by_number(world.station_id, number)) is not None:
            found.append((ticket, await unit.entries.of_ticket(ticket.id)))
            number += 1
        return found


def paused_between(log: list[Entry], since: datetime, until: datetime) -> timedelta:
    total, start = NOTHING, None
    for entry in log:
        if entry.kind is EntryKind.PAUSED:
            start = entry.at
        elif entry.kind is EntryKind.RESUMED and start is not None:
            total += max(min(entry.at, until) - max(start, since), NOTHING)
            start = None
    return total + (max(until - max(start, since), NOTHING) if start is not None else NOTHING)


def owned(ticket: Ticket) -> bool:
    if ticket.state not in UNFINISHED:
        return True
    if ticket.state in WAITING:
        return ticket.routed_id is not None
    return ticket.assignee_id is not None and (ticket.state not in HELD or ticket.lease_until is not None)


def check(found: list[tuple[Ticket, list[Entry]]], now: datetime) -> None:
    for ticket, log in found:
        assert owned(ticket), ticket
        if ticket.state in HELD:
            assert ticket.lease_until is not None
            assert now - ticket.lease_until < timedelta(hours=5), "a lease that nobody ends"
        if ticket.state is State.PAUSED:
            assert ticket.wake_at is not None
            assert ticket.wake_at > now
        alarms = [e for e in log if e.kind is EntryKind.ALARMED]
        assert len({e.data for e in alarms}) == len(alarms), "an alarm was sent twice"
        for entry in alarms:
            _justified(log, entry)
        began = max(e.at for e in log if e.kind in BEGINS)
        if ticket.state is not State.PAUSED:
            assert ticket.paused_ms == paused_between(log, began, now) / timedelta(milliseconds=1)


def _justified(log: list[Entry], alarm: Entry) -> None:
    """At that moment so much had passed without a pause, as the log has it."""
    before = log[: log.index(alarm)]
    clock = Clock(msgspec.json.decode(alarm.data)["clock"])
    starts = BEGINS | ({EntryKind.RETURNED} if clock is Clock.RESPONSE else set())
    since = max(e.at for e in before if e.kind in starts)
    passed = alarm.at - since - paused_between(before, since, alarm.at)
    shortest = min(t.of(clock) or timedelta.max for t in TicketSettings().targets if not t.working)
    assert passed >= shortest
    last = [e.kind for e in before if e.kind in (EntryKind.PAUSED, EntryKind.RESUMED)]
    assert not last or last[-1] is EntryKind.RESUMED, "a clock ran while paused"


class Days:
    """Officers who do whatever comes to their mind."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.count = 0

    async def step(self) -> None:
        dice = self.dice
        what = dice.choice(("report", "act", "act", "act", "press", "wait", "wait", "restart"))
        who: Someone = dice.choice([self.world.wang, self.world.li, self.world.zhao, *[self.world.sun] * 3])
        if what == "report" and self.count < 8:
            self.count += 1
            await self.world.chen.says(f"@民警 {dice.choice(MATTERS)}")
        elif what == "act" and self.count:
            ticket = await self.world.ticket(dice.randint(1, self.count))
            likely = WORDS.get(ticket.state, ANY)
            words = dice.choice(likely if dice.random() < 0.8 else ANY)
            await who.tells(words.format(ticket.number))
        elif what == "press":
            await self.press(dice.choice([who, self.world.chen]))
        elif what == "restart":
            await self.world.restart()
        for _ in range(dice.randint(1, 4)):
            await self.world.passes(minutes=dice.choice((1, 3, 11, 40)))

    async def press(self, who: Someone) -> None:
        """Whatever button is there, old ones too."""
        chat = "g1" if who is self.world.chen else who.private
        shown = [s for s in self.world.chat(chat) if s.buttons]
        if shown:
            message = self.dice.choice(shown)
            button = self.dice.choice([b for row in message.buttons for b in row])
            await who.presses_old(message, button, chat)


@pytest.mark.parametrize("seed", range(6))
async def test_promises(world: World, seed: int) -> None:
    days = Days(world, seed)
    for _ in range(80):
        await days.step()
        check(await everything(world), world.clock.now())
    for _ in range(40):
        await world.passes(hours=3)  # and then nobody does anything any more
    found = await everything(world)
    check(found, world.clock.now())
    assert days.count
    async with world.engine.read() as tx:
        assert await Unit(tx).jobs.dead() == []
    assert all(ticket.state in WAITING or ticket.finished for ticket, _ in found)
