"""Sentences of a ticket's life: leases, pauses, deadlines, handing on and out, the end that nobody answered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.kit import texts
from handlers.kit.clocks import Clock
from storage.model.tickets import FalseAlarm, PauseReason, Service, Ticket, Urgency


class Step(StrEnum):
    """The ladder, lowest first."""

    OFFICER = "民警"
    DUTY_LEADER = "值班长"
    LEADER = "所领导"


MORE, PAUSE, RESUME, GIVE_BACK, HELP = "更多", "挂起", "继续", "退回", "协办"
COLLEAGUE = "同事"
FORWARD, TAKE_BACK, DISMISS = "转出", "收回", "误报"


# ── time in words ──────────────────────────────────────────────────────────
def length(amount: timedelta) -> str:
    """20 分钟 · 3 小时 · 1 小时 20 分钟 · 2 天; at least a minute."""
    minutes = max(int(amount.total_seconds() // 60), 1)
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return f"{minutes} 分钟"
    if hours < 24:
        return f"{hours} 小时" + (f" {rest} 分钟" if rest and hours < 4 else "")
    return f"{hours // 24} 天"


def deadline(clock: Clock, at: datetime, now: datetime) -> str:
    """接单还剩 20 分钟 · 到场已超时 5 分钟"""
    if at > now:
        return f"{clock}还剩 {length(at - now)}"
    return f"{clock}已超时 {length(now - at)}" if now > at else f"{clock}时间到了"


def moment(local: datetime, now: datetime) -> str:
    """今天 18:00 · 明天 09:00 · 11月25日 09:00; both on the station's clock."""
    days = (local.date() - now.date()).days
    day = {0: "今天", 1: "明天", 2: "后天"}.get(days, f"{local.month}月{local.day}日")
    return f"{day} {local:%H:%M}"


# ── leases ─────────────────────────────────────────────────────────────────
def nudge(ticket: Ticket, left: timedelta) -> str:
    number = texts.number(ticket)
    return (
        f"{number}您接了有一会儿了，还没有动静。{length(left)}内回一句、点一下按钮都行；"
        f"来不及就发“退回 {ticket.number} 原因”，不然会请别人接。"
    )


LEASE_OVER = "{number}一直没有动静，已经请别人接了。您要是在办，发“接单”再接回来。"
ASK_GIVE_BACK = "{number}为什么退回？直接回复这条消息写一句。"
NEED_GIVE_BACK = "退回要写一句原因，比如：退回 {number} 在外处警，赶不过去"
GAVE_BACK = "{number}已退回，马上请别人接。"
PASSED_ON = "好的，{number}马上请别人接。"
TAKEN_FROM_YOU = "{number}被{by}退回重派了。原因：{reason}"


def came_to_you(ticket: Ticket, before: str, reason: str) -> str:
    number = texts.number(ticket)
    if reason:
        return f"{number}是{before}退回的（{reason}），现在请您接，请看上面的卡片。"
    return f"{number}原来是{before}接的，一直没有动静，现在请您接，请看上面的卡片。"


# ── the ladder ─────────────────────────────────────────────────────────────
NOBODY_TO_ALARM = "⏰ {number}超时了，值班的人和所领导都联系不上，请看到的同事马上处理。"


def alarm_line(ticket: Ticket, clock: Clock, at: datetime, now: datetime, gaps: Iterable[str]) -> str:
    mark = "🔴" if ticket.urgency is Urgency.URGENT else "·"
    empty = "、".join(dict.fromkeys(gaps))
    note = f"（{empty}没有人在岗）" if empty else ""
    return f"{mark} {texts.number(ticket)} {deadline(clock, at, now)}，{ticket.state}{note}"


def alarm(lines: Sequence[str]) -> str:
    head = "⏰ 有一单超时了：" if len(lines) == 1 else f"⏰ 有 {len(lines)} 项超时了："
    return "\n".join([head, *lines])


# ── pausing ────────────────────────────────────────────────────────────────
ASK_PAUSE = "{number}先放一放，在等谁？"
ASK_WAKE = "{number}{reason}，什么时候提醒您接着办？"
PAUSED = "{number}已挂起（{reason}），{moment}叫您接着办。想提前就点“继续”。"
LONG_PAUSE = "最多挂起 {days} 天，请写近一点的时间。"
RESUMED = "{number}接着办了，时限接着算。"
NOT_PAUSED = "{number}没有挂起，现在是“{state}”。"
WOKE = "{number}挂起的时间到了，请接着办。"
WOKE_ANSWERED = "{number}反映人回话了，不用等了，请接着办。"
WAKES = (("1 小时后", 60), ("4 小时后", 240), ("明天上午", 0), ("3 天后", 3 * 24 * 60))
"""What a tap offers, minutes; 0: nine in the morning of the next day."""


def paused_line(reason: PauseReason, local: datetime, now: datetime) -> str:
    return f"挂起：{reason}，{moment(local, now)}接着办"


# ── out of our hands ───────────────────────────────────────────────────────
NEED_PARTNER = "转出要写给谁，比如：转出 {number} 12345 回执20261121"
FORWARDED = "{number}已转给{partner}，{told}。对方退回来就发“收回 {bare} 原因”；办好了就发“办结 {bare} 结果”。"
FORWARDED_TO_REPORTER = "{number}已转给{partner}办理{receipt}。有结果会告诉您。"
REF_SAVED = "{number}的回执号记下了：{ref}"
NOT_FORWARDED = "{number}没有转出，现在是“{state}”。"
TAKEN_BACK = "{number}已收回，马上请值班民警接。"
TAKEN_BACK_TO_REPORTER = "{number}{partner}退回来了，我们接着办。"
MEANS: Mapping[FalseAlarm, str] = {
    FalseAlarm.REPEATED: "同一件事已经有别的单子在办",
    FalseAlarm.TRIAL: "试试机器人灵不灵，没有事",
    FalseAlarm.MISTAKE: "发错群、发错人，或本人说不用了又没有撤回",
    FalseAlarm.NO_MATTER: "闲聊、广告、转发的新闻，没有要办的事",
    FalseAlarm.NOT_FOUND: "到场或核实过，没有这回事",
}
"""What each reason means, as in docs/glossary.md."""
NEED_DISMISS = "误报要选一个原因：{names}。比如：误报 {number} 重复反映"
DISMISSED = "{number}已记为误报（{reason}），{told}。"
DISMISSED_TO_REPORTER = "{number}已核实，不用处理（{reason}）。您觉得不对，点“没解决”，值班长会再看。"


def receipt_of(ref: str) -> str:
    return f"（回执 {ref}）" if ref else ""


def ask_dismiss(ticket: Ticket) -> str:
    return "\n".join([f"{texts.number(ticket)}为什么是误报？", *(f"· {r}：{MEANS[r]}" for r in FalseAlarm)])


def still_out(ticket: Ticket, since: timedelta) -> str:
    number, bare, partner = texts.number(ticket), ticket.number, ticket.forwarded_to
    told = f"{number}转给{partner}已经 {length(since)}，还没有结果。请问一下：办好了发“办结 {bare} 结果”，"
    told += f"退回来了发“收回 {bare} 原因”。"
    return told if ticket.forwarded_ref else f"{told}还没有回执号，问到了发“转出 {bare} 回执 号码”。"


def false_alarms() -> str:
    return texts.join(FalseAlarm)


# ── helpers ────────────────────────────────────────────────────────────────
ASK_HELP = "{number}请谁协办？"
HELPS = "{number}已请{officer}协办。"
HELPS_ALREADY = "{officer}已经在协办 {number}了。"
HELPS_HOLDER = "{number}就是{officer}在办。"
HELPS_UNREACHED = "{number}已请{officer}协办，但我联系不上对方，请您当面说一声。"
YOU_HELP = "{by}请您协办 {number}，请看上面的卡片。有情况直接回复卡片。"
HELP_ENDED = "{number}不再请{officer}协办。"
NO_HELPER = "{officer}没有在协办 {number}。"
YOU_HELP_NO_MORE = "{number}不用您协办了，辛苦了。"
HELP_LABEL = "协办："

# ── from one shift to the next ─────────────────────────────────────────────
TAKE_OVER = "确认交接"
HANDOVER_HEAD = "交接单：{officer}下班了，这 {count} 单请您接着办。看过请点“确认交接”。"
HANDOVER_SENT = "您手上还有 {count} 单没办完，交接单已发给{officer}，等对方确认。"
HANDOVER_NOBODY = "{officer}下班了，手上还有 {count} 单（{numbers}），接班的没有人在岗。请安排人接。"
HANDOVER_ALONE = "您手上还有 {count} 单没办完（{numbers}），接班的没有人在岗，已报告值班长。"
HANDOVER_LATE = "{to}还没有确认{officer}的交接单（{numbers}），已经 {minutes} 分钟了。请看看。"
HANDOVER_TAKEN = "已交接，{count} 单现在是您的了。"
HANDOVER_TAKEN_FROM_YOU = "{officer}已确认交接，{count} 单。辛苦了。"
HANDOVER_STALE = "这张交接单已经确认过了。"
HANDOVER_NOT_YOURS = "这张交接单是给{officer}的。"
HANDOVER_NOTHING = "您手上没有没办完的单子，不用交接。"
HANDOVER_TO_WHOM = "交接给谁？现在没有别人在岗。写上名字，比如：交接 李强"


def handover_line(ticket: Ticket) -> str:
    mark = "🔴" if ticket.urgency is Urgency.URGENT else "·"
    return f"{mark} {texts.number(ticket)}　{ticket.state}　{texts.short(ticket.text, 20)}"


def numbers(tickets: Iterable[Ticket]) -> str:
    return "、".join(texts.number(ticket) for ticket in tickets)


# ── the end ────────────────────────────────────────────────────────────────
REMINDER = "{number}昨天已办结，请您看看，解决了吗？不回也没关系，过几天会自动结束。"
REMINDER_IN_GROUP = "{number}昨天已办结，请反映人看看，解决了吗？不回也没关系，过几天会自动结束。"
TOO_LATE = "{number}办结已经超过 {days} 天，请重新说一下现在的情况，我们另外登记。"
POOR_REOPENED = "对不起让您不满意了。{number}已重新打开，值班长会亲自看。"
BECAUSE_REOPENED = "是值班长，群众说没解决"
ASK_SERVICE = "{number}办的是哪一类？点一下，方便统计（不点也行）。"
SERVED = "{number}：{service}。"
COUNTED_HEAD = "{month}月办结的证件和咨询："
COUNTED_NOTHING = "{month}月还没有办结的证件和咨询。"


def counted(month: int, counts: dict[str, int]) -> str:
    rows = [f"{service}　{counts[service]}" for service in Service if counts.get(service)]
    if not rows:
        return COUNTED_NOTHING.format(month=month)
    return "\n".join([COUNTED_HEAD.format(month=month), *rows, f"合计　{sum(counts.values())}"])


NO_SUCH_FIGURE = "“{word}”我不会统计。可以写：统计 {names}"
MORE_ABOUT = "{number}还可以这样办（转给别的部门发“转出 {bare} 12345”）："


def because(reason: str) -> str:
    return f"原因：{reason}" if reason else ""
