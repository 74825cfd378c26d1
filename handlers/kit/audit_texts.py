"""What the auditor says to whoever leads: what is broken, what to do, and that it is over. No words of residents."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from storage.model.audit import Promise

HEAD = "【值守提醒】下面的事没有按承诺做到，请处理："
OVER_HEAD = "【值守提醒】已恢复："

INBOX_WAITS = "有 {count} 条收到的消息等了{waited}还没处理。请联系技术民警看服务器（pingan doctor）。"
UNANSWERED = "{where} {at} 有一条 @ 没有得到任何答复（编号 {id}）。请到群里看一下，直接回复当事人。"
NO_RECEIPT = "{number}没有给反映人回执。请打开单子联系反映人，告诉他已经登记。"
UNROUTED = "{number}等了{waited}，还没有派给任何人。请现在派人：转派 {bare} 姓名"
URGENT_WAITS = "{number}是紧急的，等了{waited}没人接。请现在派人：转派 {bare} 姓名"
CLAIM_SILENT = "{number}在{officer}手里，已经{waited}没有动静。请问一下，或者转派：转派 {bare} 姓名"
PAUSE_OVER = "{number}挂起的时间过了{waited}，还没有恢复。请问{officer}，或者转派：转派 {bare} 姓名"
TWO_HOLDERS = "{number}现在记在{officer}名下，但经过里没有这一步。请核对是谁在办，再转派一次：转派 {bare} 姓名"
OUTBOX_WAITS = "有 {count} 条要发到 {name} 的消息等了{waited}还没发出去。请联系技术民警看网络。急事请打电话。"
SEND_HANGS = "有 {count} 条发到 {name} 的消息发到一半就断了。请联系技术民警看服务器（pingan doctor）。"
JOB_WAITS = "有 {count} 件定时的事等了{waited}还没做。请联系技术民警看服务器（pingan doctor）。"
SLOT_MISSED = "“{name}”{at} 那一次没有执行。要补的话请手工发一次，并联系技术民警。"
DUTY_GAP = "现在没有{duty}在班。请安排人顶上，或补排班。"

NOBODY = "没人"

LABELS: Mapping[Promise, str] = {
    Promise.INBOX_WAITS: "消息没处理",
    Promise.UNANSWERED: "有 @ 没答复",
    Promise.NO_RECEIPT: "没有回执",
    Promise.UNROUTED: "没有派给人",
    Promise.URGENT_WAITS: "紧急没人接",
    Promise.CLAIM_SILENT: "接了没动静",
    Promise.PAUSE_OVER: "挂起过了时间",
    Promise.TWO_HOLDERS: "经办人对不上",
    Promise.OUTBOX_WAITS: "消息没发出",
    Promise.SEND_HANGS: "发送中断",
    Promise.JOB_WAITS: "定时的事没做",
    Promise.SLOT_MISSED: "定时任务漏了",
    Promise.DUTY_GAP: "没人在班",
}

COUNTED = {"tickets": "单子", "answers": "答复", "courtesies": "寒暄", "commands": "指令"}
DAY_NONE = "昨天没有人 @ 我们。"
DAY_ALL = "昨天被 @ {called} 次，全部有回音（{parts}）。"
DAY_OPEN = "昨天被 @ {called} 次，{open} 次没有回音（{parts}）。请看：{missing}"
MISSING_SHOWN = 5


def waited(span: timedelta) -> str:
    """4 分钟, 2 小时 5 分钟, 3 天"""
    minutes = max(1, int(span.total_seconds() // 60))
    if minutes < 60:
        return f" {minutes} 分钟"
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f" {hours // 24} 天"
    return f" {hours} 小时 {minutes} 分钟" if minutes else f" {hours} 小时"


def over(kind: Promise, ref: str) -> str:
    return f"{ref}（{LABELS[kind]}）" if ref else LABELS[kind]


def bundle(new: Sequence[str], gone: Sequence[str]) -> str:
    """Everything one person hears of one minute, as one message."""
    lines = [HEAD, *(f"· {line}" for line in new)] if new else []
    lines += [OVER_HEAD, *(f"· {line}" for line in gone)] if gone else []
    return "\n".join(lines)


def day(called: int, counts: Mapping[str, int], missing: Sequence[str]) -> str:
    """One line for the morning. `counts`: by the keys of COUNTED. `missing`: where and when, never what."""
    if not called:
        return DAY_NONE
    parts = "、".join(f"{name} {counts[key]}" for key, name in COUNTED.items() if counts.get(key))
    if not missing:
        return DAY_ALL.format(called=called, parts=parts)
    shown = "；".join(missing[:MISSING_SHOWN]) + ("……" if len(missing) > MISSING_SHOWN else "")
    return DAY_OPEN.format(called=called, open=len(missing), parts=parts or "没有", missing=shown)
