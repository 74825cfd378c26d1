"""What people do. Two tables: what begins by itself so often a day, and what may follow from how a ticket stands.

A new mechanism joins by a line in BEGINNINGS or NEXT; the month and its promises stay. The roster's part is in
shifts.py.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from storage.model.people import Duty
from storage.model.tickets import WAITING, State, Ticket, Urgency
from tests.month.stage import Beginning, Month, says
from tests.month.station import TEAM, grid

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
    "登记一下，我的身份证丢了",
    "我家孩子的户口要迁过来，麻烦登记一下",
)
URGENT = ("有人拿刀在楼下砍人，快来", "5栋着火了，浓烟很大", "老人走失两个小时了，找不到", "有人要跳楼，快来人")
QUESTIONS = ("居住证怎么办", "身份证丢了怎么补办", "狗证怎么办", "身份证过期换新的要带什么")
COURTESIES = ("谢谢", "早上好", "辛苦了", "收到")
FURTHER = ("就在3栋楼下", "刚才又来了", "是一辆白色的车", "麻烦快一点")
PAUSES = ("等物业 2小时", "等群众回电话 5小时", "等监控 20分钟", "等法院 明天", "等鉴定 2天", "等群众")
FINDINGS = ("已到场处置，当事人已被劝离", "已联系物业处理", "双方达成一致", "已登记，正在追查")


# ── what begins by itself ──────────────────────────────────────────────────
async def matter(month: Month) -> None:
    """A report; one in four in several lines, one in ten in private."""
    who = month.pick(month.station.residents)
    text = f"{month.dice.choice(MATTERS)} #{who.user_id[1:]}"
    private = month.dice.random() < 0.1
    await says(month, who, text if private else f"@民警 {text}", to=who.private if private else who.group)
    if month.dice.random() < 0.25:
        for seconds in range(6, 6 * month.dice.randint(1, 3) + 1, 6):
            at = month.station.now + timedelta(seconds=seconds)
            to = who.private if private else who.group
            await says(month, who, month.dice.choice(FURTHER), to=to, at=at)


async def urgent(month: Month) -> None:
    who = month.pick(month.station.residents)
    await says(month, who, f"@民警 {month.dice.choice(URGENT)} #{who.user_id[1:]}")


async def question(month: Month) -> None:
    await says(month, month.pick(month.station.residents), f"@民警 {month.dice.choice(QUESTIONS)}")


async def kindness(month: Month) -> None:
    await says(month, month.pick(month.station.residents), f"@民警 {month.dice.choice(COURTESIES)}")


async def looking(month: Month) -> None:
    """An officer asks what is to be done."""
    who = month.pick(await month.station.on_duty())
    await says(month, who, month.dice.choice(("待办", "值班", "排班", "我的班", "值班统计", "统计")), to=who.private)


async def restart(month: Month) -> None:
    """The program dies without a word. What was accepted by then is done afterwards."""
    await month.station.restart()


BEGINNINGS: dict[Beginning, float] = {matter: 26.5, urgent: 2, question: 8, kindness: 5, looking: 4, restart: 0.5}
"""How often a day."""


# ── what may follow ────────────────────────────────────────────────────────
Act = Callable[[Month, Ticket], Awaitable[None]]


async def claim(month: Month, ticket: Ticket) -> None:
    """The one it was brought to, or a colleague who is faster; often both."""
    team = await month.station.on_duty()
    hands = [who for who in team if who is month.station.ids.get(ticket.routed_id or 0)]
    if not hands or month.dice.random() < 0.3:
        hands.append(month.pick(team))
    for who in {who.user_id: who for who in hands}.values():
        await says(month, who, f"接单 {ticket.number}", to=who.private)


async def arrive(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"到场 {ticket.number}")


async def resolve(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"办结 {ticket.number} {month.dice.choice(FINDINGS)}")


async def transfer(month: Month, ticket: Ticket) -> None:
    to = month.pick(await month.station.on_duty())
    leader = month.pick(await month.station.on_duty(Duty.LEADER))
    await says(month, leader, f"转派 {ticket.number} {to.name}", to=leader.private)


async def pause(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"挂起 {ticket.number} {month.dice.choice(PAUSES)}")


async def resume(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"继续 {ticket.number}")


async def give_back(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"退回 {ticket.number} 在外处警，赶不过去")


async def help_me(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"协办 {ticket.number} {month.pick(month.station.officers).name}")


async def note(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"补充 {ticket.number} 还在处理")


async def forward(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"转出 {ticket.number} 物业 回执WY{ticket.number}")


async def take_back(month: Month, ticket: Ticket) -> None:
    who = month.pick(await month.station.on_duty())
    await says(month, who, f"收回 {ticket.number} 不归他们管", to=who.private)


async def dismiss(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, f"误报 {ticket.number} 重复反映")


async def hand_over(month: Month, ticket: Ticket) -> None:
    await _by_holder(month, ticket, "交接")


async def _by_holder(month: Month, ticket: Ticket, text: str) -> None:
    who = month.station.ids.get(ticket.assignee_id or 0)
    if who is not None:
        await says(month, who, text, to=TEAM if month.dice.random() < 0.1 else who.private)


async def silence(month: Month, ticket: Ticket) -> None:
    """Whoever should do something does not."""
    month.late.add(ticket.id)


async def waiting(month: Month, ticket: Ticket) -> None:
    """It wakes by itself, and nobody looks at once."""
    month.late.add(ticket.id)


async def withdraw(month: Month, ticket: Ticket) -> None:
    who = month.reporter(ticket)
    await says(month, who, f"撤回 {ticket.number}", to=who.private)


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
    State.CLAIMED: {
        arrive: 40,
        resolve: 28,
        transfer: 4,
        silence: 6,
        withdraw: 1,
        pause: 9,
        give_back: 4,
        help_me: 2,
        note: 2,
        forward: 2,
        dismiss: 1,
        hand_over: 1,
    },
    State.ON_SCENE: {resolve: 80, silence: 4, transfer: 4, pause: 9, help_me: 2, note: 1},
    State.PAUSED: {resume: 40, resolve: 12, transfer: 3, waiting: 45},
    State.FORWARDED: {take_back: 40, resolve: 40, nothing: 20},
    State.RESOLVED: {confirm: 62, reopen: 6, nothing: 32},
    State.CONFIRMED: {rate: 40, nothing: 60},
}
"""How likely, of each hundred. States without a line are left alone."""


def wait_minutes(month: Month, ticket: Ticket, act: Act | None) -> float:
    """How long until somebody turns to the ticket again."""
    if act in (silence, waiting):
        return month.dice.uniform(150, 400)
    waits = act in (reopen, rate, give_back, take_back) or ticket.state in WAITING
    if ticket.urgency is Urgency.URGENT and waits:
        return month.dice.uniform(1, 3)
    if ticket.urgency is Urgency.URGENT:
        return month.dice.uniform(3, 9)
    return month.dice.uniform(5, 50)


def moment(month: Month, ticket: Ticket, act: Act | None) -> float:
    at = month.station.now + timedelta(minutes=wait_minutes(month, ticket, act))
    quick = ticket.urgency is Urgency.URGENT and act not in (silence, waiting)
    return grid(at, 1 if quick else 10).timestamp()
