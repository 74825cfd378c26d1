"""What is said first when there is danger, what is asked back, and how a sensitive matter is kept out of a group."""

from storage.model.matters import Category, Emergency, Money
from storage.model.tickets import Ticket, Urgency

# ── danger: at most three short lines, the number first ────────────────────
GENERAL = "如果有人受伤或正在发生危险，请马上拨打 110；要救护车请打 120，着火请打 119。"
DANGER_IN_GROUP = "有危险请马上拨打 110。"
STOP_PAYMENT = (
    "别再转账。请马上拨打 110，也可以打 96110，说清什么时候转的、转给谁。\n"
    "再打自己的银行客服（微信、支付宝也打），请他们帮忙止付。\n"
    "转账记录、聊天记录都留好，别删。"
)
BEFORE_PAYMENT = (
    "马上停下，别转账，别共享屏幕。已经转了就马上拨打 110，也可以打 96110；\n"
    "再打自己的银行客服（微信、支付宝也打），请他们帮忙止付。\n"
    "转账记录、聊天记录都留好，别删。"
)
KEEP_MONEY = "别转账，别点链接，别给验证码。拿不准请打 96110，有危险拨打 110。\n聊天记录、对方账号都留好，别删。"
FIRST = {
    Emergency.VIOLENCE: "请马上拨打 110。先躲到安全的地方，不要硬拦；有人受伤再打 120。",
    Emergency.CRIME: "请马上拨打 110。先躲到安全的地方，不要上前；记住人和车的样子。",
    Emergency.FIRE: "请马上拨打 119。人先出来，走楼梯，别坐电梯，别回去拿东西。\n有人困在里面，再打 110。",
    Emergency.GAS: "先开窗，别开灯、别碰电器、别点火，人马上到屋外去。\n到了屋外再拨打 119。",
    Emergency.MISSING: "请马上拨打 110，孩子、老人走失不用等 24 小时。\n准备好照片、穿什么衣服、最后在哪里看见的。",
    Emergency.SELF_HARM: "请马上拨打 110；受了伤或吃了药，马上打 120。\n身边一直留人陪着，刀和药拿远一点。",
    Emergency.MEDICAL: "请马上拨打 120；还有危险就再打 110。先别搬动受伤的人。",
    Emergency.MONEY: BEFORE_PAYMENT,
    Emergency.EXTORTION: "请马上拨打 110。别给钱，别再聊，给了还会再要。\n聊天记录、对方账号都留好，别删。",
}
STOPPABLE = frozenset({Emergency.MONEY, Emergency.EXTORTION})
"""Where money that has left makes it a matter of the bank as well; nobody in a fire reads of it."""


def about_money(ticket: Ticket) -> bool:
    """Does it matter whether money has left?"""
    return ticket.category is Category.FRAUD or ticket.emergency in STOPPABLE


def first_lines(ticket: Ticket) -> str:
    """What to do at once; "" when nothing is urgent, or no more. For the reporter's eyes, not for a group."""
    if ticket.urgency is not Urgency.URGENT or ticket.finished:
        return ""
    if ticket.money_sent is Money.SENT and about_money(ticket) and ticket.emergency in {"", *STOPPABLE}:
        return f"⚠️ {STOP_PAYMENT}"
    if ticket.money_sent is Money.NOT_SENT and ticket.emergency == Emergency.MONEY:
        return f"⚠️ {KEEP_MONEY}"
    return f"⚠️ {FIRST[Emergency(ticket.emergency)] if ticket.emergency else GENERAL}"


# ── the one question ───────────────────────────────────────────────────────
ASK_MONEY = "钱转出去了吗？"
ASK_SAFE = "您现在安全吗？"
ASK_PLACE = "在哪里？写一句或发个位置就行。"
ASK_PLACE_IN_GROUP = "在哪里？请回复这一条，写一句或发个位置就行。"
SENT, NOT_SENT = "已经转了", "还没转"
SAFE, UNSAFE = "安全", "不安全"

ONLY_REPORTER_TELLS = "这是问反映人本人的。您也有事的话，请 @民警 说一声。"
TOLD_ALREADY = "已经记下了，谢谢。"
TOLD_PLACE = "记下了，已告诉民警。"
TOLD_SAFE = "好，请注意安全。有变化马上告诉我们，急事拨打 110。"
TOLD_UNSAFE = "请马上拨打 110，先躲到安全的地方。已经再次通知民警。"
TOLD_NOT_SENT = "好，先别转，别点链接，别给验证码。民警会联系您；拿不准请拨 96110。"
TOLD_SENT = "请马上拨打 110，再打自己的银行客服请求止付。民警已经收到。"
HOLDER_TOLD = "{number}反映人回答“{question}”：{text}"
SENT_PLACE = "发来了位置"

# ── sensitive matters ──────────────────────────────────────────────────────
LET_US_TALK = "这件事我们私下说，请看我发给您的私信。"
HOW_TO_TALK = "这件事我们私下说：请点我的头像，发消息给我，只有民警看得到。"
IN_PRIVATE = "关于您刚才说的事（{number}），请在这里告诉我们，别人看不到。"
JOINED_IN_PRIVATE = "收到，记在 {number}里了，只有民警看得到。"
CLOSED_IN_GROUP = "{name}：{number}已办结，想看结果请私下发“查 {bare}”给我。请您本人看看，解决了吗？"
RATE_IN_GROUP = "{number}已办结。谢谢您的确认。请给这次服务打个分："
RATED_IN_GROUP = "{number}已办结。本人已确认，评价：{rating}。谢谢。"
HIDDEN_MATTER = "不便公开的事，接单后在私聊里看内容。"
TOLD_IN_GROUP = "群里反映"

# ── to the officers ────────────────────────────────────────────────────────
ALSO_YOU = "；事情紧急，同时告诉您"
PLACE_LABEL = "地点："
MONEY_STATE = {Money.SENT: "钱已转出", Money.SENDING: "正要转钱", Money.NOT_SENT: "钱还没转"}
NOT_ASSIGNED = "{number}要由经办人或值班长来改。"
CATEGORY_UNKNOWN = "“{word}”我不认识。可以改成：{names}。比如：改类 {number} 扰民"
URGENCY_UNKNOWN = "“{word}”我不认识。可以改成：紧急、一般、低。比如：改急 {number} 一般"
NEED_CATEGORY = "请写上改成哪一类：{names}。比如：改类 {number} 扰民"
NEED_URGENCY = "请写上改成什么：紧急、一般、低。比如：改急 {number} 一般"
SAME_ALREADY = "{number}本来就是“{value}”。"
RECLASSIFIED = "{number}已改为“{value}”。"
FIELD_NAMES = {"category": "类别", "urgency": "缓急"}


def reclassified(field: str, before: str, after: str) -> str:
    """类别 求助 → 扰民, for the log."""
    return f"{FIELD_NAMES[field]} {before or '无'} → {after}"


def matter(ticket: Ticket) -> str:
    """One line for the card: 诈骗预警（刷单返利）· 一般 · 地点：3栋 · 钱还没转; "" if nothing was understood."""
    known = ticket.category not in (None, Category.OTHER)
    parts = []
    if known:
        parts.append(f"{ticket.category}" + (f"（{ticket.fraud_type}）" if ticket.fraud_type else ""))
    parts += [ticket.emergency] if ticket.emergency else []
    parts += [str(ticket.urgency)] if known and ticket.urgency is not Urgency.URGENT else []
    parts += [f"{PLACE_LABEL}{ticket.place}"] if ticket.place else []
    parts += [MONEY_STATE[ticket.money_sent]] if ticket.money_sent and about_money(ticket) else []
    return " · ".join(parts)
