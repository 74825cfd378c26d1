"""Sentences about queues: where a matter went and why, 转队, 队列."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.kit import life_texts, texts
from storage.model.tickets import Ticket

# ── why it is there ────────────────────────────────────────────────────────
RULE_URGENT = "紧急的先到指挥室"
RULE_NAMED = "群众点名的民警在班"
RULE_STOLEN = "偷抢敲诈归案件队"
RULE_CLUE = "诈骗和线索归案件队"
RULE_REST = "其余的"
BECAUSE_QUEUE = "现在在{queue}值班"
BECAUSE_LEADS = "是值班长，{queue}现在没有能联系上的人"


def by_rule(name: str) -> str:
    return f"规则：{name}"


def stands_in(queue: str, why: str) -> str:
    """分到：社区警务队（规则：噪音归社区队）"""
    return f"分到：{queue}" + (f"（{why}）" if why else "")


# ── 转队 ───────────────────────────────────────────────────────────────────
TURN = "转队"
OTHER_QUEUE = "转给别的队"
REASONS = ("不归本队管", "涉嫌违法，要办案", "是纠纷，要调解", "本队没有人手")
ASK_QUEUE = "{number}现在在{queue}，转到哪个队？"
ASK_REASON = "{number}转到{queue}，为什么？点一个，或直接回复这条消息写一句。"
NO_SUCH_QUEUE = "没有找到“{name}”。可以转到：{names}。比如：转队 {number} 案件办理队 涉嫌盗窃"
NEED_REASON = "转队要写一句原因，比如：转队 {number} {queue} 涉嫌盗窃"
ALREADY_THERE = "{number}已经在{queue}了。"
NOT_TO_PARTNER = "{number}是保密的，不能转给{queue}。要转给别的部门，请发“转出 {bare} 部门名”。"
LEADER_DECIDES = "{number}已经来回转了 {count} 次，由值班长决定转到哪里。"
TURNED = "{number}已转到{queue}，马上请那边的人接。"
TURNED_SHORT = "{number}已转到{queue}：{reason}"
TAKEN_FROM_YOU = "{number}被{by}转到{queue}了。原因：{reason}"
CAME_TO_YOU = "{number}是{by}从{before}转来的，请看上面的卡片。原因：{reason}"
BOUNCED = "⚠️ {number}在几个队之间来回转了 {count} 次，现在在{queue}。请您决定归哪个队："
BOUNCED_LINE = "{before} → {after}：{reason}"


def turned_entry(before: str, after: str, reason: str) -> str:
    return BOUNCED_LINE.format(before=before, after=after, reason=reason)


def sent_by(officer: str, reason: str) -> str:
    return f"{officer}转来：{reason}"


def bounced(ticket: Ticket, queue: str, lines: Sequence[str], count: int) -> str:
    head = BOUNCED.format(number=texts.number(ticket), queue=queue, count=count)
    return "\n".join([head, *(f"· {line}" for line in lines)])


# ── a partner ──────────────────────────────────────────────────────────────
def partner_notice(ticket: Ticket, station: str, where: str, phone: str) -> str:
    """What a partner reads of a matter: never who told it."""
    place = f"地点：{ticket.place}\n" if ticket.place else ""
    call = f"有结果请回电 {phone}。" if phone else "有结果请告诉派出所。"
    return f"{station} {texts.number(ticket)}，请协助处理：\n“{ticket.text}”\n{place}来自：{where}\n{call}"


# ── 队列 ───────────────────────────────────────────────────────────────────
QUEUES_HEAD = "各队现在："


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStands:
    """One queue as it stands now. `bounces`: tickets that came back to it this month."""

    name: str
    open: int
    unclaimed: int
    oldest: datetime | None
    on_duty: Sequence[str]
    manned: bool  # somebody belongs to it
    bounces: int


def queues(found: Iterable[QueueStands], now: datetime) -> str:
    return "\n".join([QUEUES_HEAD, *(_queue(each, now) for each in found)])


def _queue(each: QueueStands, now: datetime) -> str:
    oldest = f"，最早的等了 {life_texts.length(now - each.oldest)}" if each.oldest is not None else ""
    duty = "、".join(each.on_duty) or ("没有人" if each.manned else "还没有列成员")
    return (
        f"【{each.name}】未办结 {each.open} 单，没人接 {each.unclaimed} 单{oldest}\n"
        f"　值班：{duty}；本月转走又转回 {each.bounces} 次"
    )


def spent(month: int, rows: Iterable[tuple[str, int, timedelta, int]]) -> str:
    """(queue, how often, how long altogether, bounces)"""
    lines = [
        f"{name}　{count} 单，平均 {life_texts.length(total / count) if count else '0 分钟'}，转走又转回 {back} 次"
        for name, count, total, back in rows
    ]
    return "\n".join([f"{month}月各队：", *lines])
