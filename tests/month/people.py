"""What people do. Two tables: what begins by itself so often a day, and what may follow from how a ticket stands.

A new mechanism (pauses, swaps, leave) joins by a line in BEGINNINGS or NEXT; the month and its promises stay.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from storage.model.people import Duty
from storage.model.tickets import State, Ticket, Urgency
from tests.harness import Someone
from tests.month.station import Station, grid

MATTERS = (
    "楼上往楼下扔垃圾，差点砸到人",
    "3栋电梯口停满了电动车",
    "隔壁半夜放音响，吵得睡不着",
    "我的电动车昨晚被偷了",
    "楼道里堆了很多纸箱",
    "两家为了停车位吵起来了",
    "小区门口有辆车堵住通道",
    "捡到一个钱包，里面有银行卡",
    "租客拖着房租不给还骂人",
    "路灯坏了三天，晚上看不见",
    "有人在楼下卖假药给老人",
    "楼下烧烤店占道经营",
)
URGENT = ("有人拿刀在楼下砍人，快来", "5栋着火了，浓烟很大", "老人走失两个小时了，找不到", "有人要跳楼，快来人")
QUESTIONS = ("居住证怎么办", "身份证丢了怎么补办", "狗证怎么办", "身份证过期换新的要带什么")
COURTESIES = ("谢谢", "早上好", "辛苦了", "收到")
FURTHER = ("就在3栋楼下", "刚才又来了", "是一辆白色的车", "麻烦快一点")
FINDINGS = ("已到场处置，当事人已被劝离", "已联系物业处理", "双方达成一致", "已登记，正在追查")


@dataclass
class Month:
    """The dice, what is planned, and what people failed to do."""

    station: Station
    dice: random.Random
    plans: list[tuple[float, int, int]] = field(default_factory=list)  # (when, order, ticket id): a heap
    late: set[int] = field(default_factory=set)  # tickets somebody left lying
    done: dict[str, int] = field(default_factory=dict)  # how often each thing was done

    def pick(self, people: list[Someone]) -> Someone:
        return self.dice.choice(people)

    def reporter(self, ticket: Ticket) -> Someone:
        user = ticket.text.rsplit("#", 1)[-1].split("\n", 1)[0].strip()
        return self.station.residents[int(user)]


# ── what begins by itself ──────────────────────────────────────────────────
Beginning = Callable[[Month], Awaitable[None]]


async def _says(month: Month, who: Someone, text: str, **more: Any) -> None:
    await who.says(text, settle=False, **more)


async def matter(month: Month) -> None:
    """A report; one in four in several lines, one in ten in private."""
    who = month.pick(month.station.residents)
    text = f"{month.dice.choice(MATTERS)} #{who.user_id[1:]}"
    private = month.dice.random() < 0.1
    await _says(month, who, text if private else f"@民警 {text}", to=who.private if private else who.group)
    if month.dice.random() < 0.25:
        for seconds in range(6, 6 * month.dice.randint(1, 3) + 1, 6):
            at = month.station.now + timedelta(seconds=seconds)
            to = who.private if private else who.group
            await _says(month, who, month.dice.choice(FURTHER), to=to, at=at)


async def urgent(month: Month) -> None:
    who = month.pick(month.station.residents)
    await _says(month, who, f"@民警 {month.dice.choice(URGENT)} #{who.user_id[1:]}")


async def question(month: Month) -> None:
    await _says(month, month.pick(month.station.residents), f"@民警 {month.dice.choice(QUESTIONS)}")


async def kindness(month: Month) -> None:
    await _says(month, month.pick(month.station.residents), f"@民警 {month.dice.choice(COURTESIES)}")


async def looking(month: Month) -> None:
    """An officer asks what is to be done."""
    who = month.pick(month.station.on_duty())
    await _says(month, who, month.dice.choice(("待办", "值班")), to=who.private)


async def restart(month: Month) -> None:
    """The program dies without a word. What was accepted by then is done afterwards."""
    await month.station.restart()


BEGINNINGS: dict[Beginning, float] = {matter: 26, urgent: 2, question: 8, kindness: 5, looking: 4, restart: 0.4}
"""How often a day."""


# ── what may follow ────────────────────────────────────────────────────────
Act = Callable[[Month, Ticket], Awaitable[None]]


async def claim(month: Month, ticket: Ticket) -> None:
    """The one it was brought to, or a colleague who is faster; often both."""
    team = month.station.on_duty()
    hands = [who for who in team if who is month.station.ids.get(ticket.routed_id or 0)]
    if not hands or month.dice.random() < 0.3:
        hands.append(month.pick(team))
    for who in {who.user_id: who for who in hands}.values():
        await _says(month, who, f"接单 {ticket.number}", to=who.private)


async def arrive(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"到场 {ticket.number}")


async def resolve(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"办结 {ticket.number} {month.dice.choice(FINDINGS)}")


async def transfer(month: Month, ticket: Ticket) -> None:
    to = month.pick(month.station.on_duty())
    leader = month.pick(month.station.on_duty(Duty.LEADER))
    await _says(month, leader, f"转派 {ticket.number} {to.name}", to=leader.private)


async def _by_holder(month: Month, ticket: Ticket, text: str) -> None:
    who = month.station.ids.get(ticket.assignee_id or 0)
    if who is not None:
        await _says(month, who, text, to=who.private)


async def silence(month: Month, ticket: Ticket) -> None:
    """Whoever should do something does not."""
    month.late.add(ticket.id)


async def withdraw(month: Month, ticket: Ticket) -> None:
    who = month.reporter(ticket)
    await _says(month, who, f"撤回 {ticket.number}", to=who.private)


async def confirm(month: Month, ticket: Ticket) -> None:
    await month.station.press(month.reporter(ticket), f"confirm:{ticket.id}", ticket.source.chat_id)


async def reopen(month: Month, ticket: Ticket) -> None:
    await month.station.press(month.reporter(ticket), f"reopen:{ticket.id}", ticket.source.chat_id)


async def rate(month: Month, ticket: Ticket) -> None:
    stars = month.dice.choices((0, 1, 2), (8, 2, 1))[0]
    await month.station.press(month.reporter(ticket), f"rate:{ticket.id}.{stars}", ticket.source.chat_id)


async def nothing(month: Month, ticket: Ticket) -> None:
    """It is left as it stands, and that is in order."""


NEXT: dict[State, dict[Act, float]] = {
    State.OPEN: {claim: 90, transfer: 4, silence: 4, withdraw: 2},
    State.REOPENED: {claim: 85, transfer: 10, silence: 5},
    State.CLAIMED: {arrive: 50, resolve: 40, transfer: 4, silence: 5, withdraw: 1},
    State.ON_SCENE: {resolve: 92, silence: 3, transfer: 5},
    State.RESOLVED: {confirm: 70, reopen: 6, nothing: 24},
    State.CONFIRMED: {rate: 60, nothing: 40},
}
"""How likely, of each hundred. States without a line are left alone."""


def wait_minutes(month: Month, ticket: Ticket, act: Act | None) -> float:
    """How long until somebody turns to the ticket again."""
    if act is silence:
        return month.dice.uniform(150, 400)
    waits = act in (reopen, rate) or ticket.state in (State.OPEN, State.REOPENED)
    if ticket.urgency is Urgency.URGENT and waits:
        return month.dice.uniform(1, 3)
    if ticket.urgency is Urgency.URGENT:
        return month.dice.uniform(3, 9)
    return month.dice.uniform(5, 50)


def moment(month: Month, ticket: Ticket, act: Act | None) -> float:
    at = month.station.now + timedelta(minutes=wait_minutes(month, ticket, act))
    quick = ticket.urgency is Urgency.URGENT and act is not silence
    return grid(at, 1 if quick else 10).timestamp()
