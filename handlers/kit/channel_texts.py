"""Sentences for channels that lack something: no buttons, no editing."""

from collections.abc import Sequence

from storage.model.tickets import State, Ticket

ONE_LINE = 4
GUEST = "微信用户"
"""A person whose platform does not tell their name."""

CHOOSE = "请点下面的选项："
"""Above a menu whose words went before it, because there was no room for both."""

CANNOT_SHOW = "（有{what}，这里显示不了，请联系对方。）"
NOT_ARRIVED = "（有{what}没能送到，需要的话请对方再发一次。）"
"""In place of a file: this channel cannot show it; we could not get it, or it was not what it was said to be."""

MENU = (("反映情况", "开始"), ("我的进度", "我的"), ("怎么用", "帮助"))
"""What stands under a 公众号, and the command each entry means."""

_MEND = "平台不认密钥，或不认这台机器的地址。请技术人员运行 pingan doctor wecom，照它说的改。"
DEAF = {
    "taken_over": (
        "企业微信的机器人被另一个程序连走了，我现在听不到那边的消息。\n"
        "请看看是不是同时开了两份，关掉多余的一份；十分钟后我会再连一次。"
    ),
    "refused": "企业微信不认机器人的密钥，我连不上，听不到那边的消息。请技术人员核对 bot_id 和 Secret。",
    "wecom_app": f"企业微信自建应用发不出消息，民警收不到一对一的卡片。{_MEND}",
    "wecom_kf": f"微信客服收不到也发不出消息，群众那边没有回音。{_MEND}",
    "wecom_kf_unread": (
        "微信客服上有一条消息读不出来，已经跳过，后面的照常。\n"
        "请在企业微信“微信客服”里看看刚才有谁说了话；技术人员可以看 pingan dead list。"
    ),
    "wechat_official": f"公众号发不出消息，群众那边没有回音。{_MEND}",
    "wecom_customer_group": f"客户群群发建不了任务。{_MEND}",
}
"""To those who manage a station: a channel does not hear any more, by why."""


def choices(labels: Sequence[str], *, first: int = 1, group: bool = False) -> str:
    """What to send instead of pressing: "回复 1 接单 / 回复 2 转派". In a group, as a reply to this very message."""
    parts = [f"{choose(number, group=group)} {label}" for number, label in enumerate(labels, first)]
    return (" / " if len(parts) <= ONE_LINE else "\n").join(parts)


def choose(number: int, *, group: bool) -> str:
    """回复 1"""
    return f"{'引用这条回复' if group else '回复'} {number}"


def press(label: str) -> str:
    """What our own sentences say of a button."""
    return f"点“{label}”"


def told(waits_on: str) -> str:
    """What an officer reads of a notice to the reporter. `waits_on`: the platform where the reporter must write first,
    as people call it; "" if it leaves at once."""
    return f"反映人要在{waits_on}上再写一句才看得到（急的话请打电话）" if waits_on else "已告诉反映人"


def private_on(platform: str, title: str) -> str:
    """Where a matter came from that was told in private: 东湾花园业主群（微信客服私聊）. `platform` is "" where nobody
    needs to know it; `title`: whose QR code was scanned."""
    chat = f"{platform}私聊"
    return f"{title}（{chat}）" if title else chat


def brief(ticket: Ticket, officer: str) -> str:
    """The one new line for its reporter where the receipt cannot be changed. "" where nobody needs to hear of it.

    Some platforms let us say five things in two days: receipt, who takes it, and the closing message must fit. All
    other news the reporter must have comes as a message of its own anyway.
    """
    return f"✅ {ticket.number} 号已接单，{officer}正在处理。" if ticket.state is State.CLAIMED else ""


def brief_card(ticket: Ticket, officer: str) -> str:
    """The one new line for officers where the card cannot be changed: does the ticket still need somebody?

    What its reporter says of an ending comes as a message of its own.
    """
    head = f"{ticket.number} 号"
    match ticket.state:
        case State.CLAIMED:
            return f"✅ {head}已接单：{officer}。"
        case State.ON_SCENE:
            return f"📍 {head}：{officer}已到场。"
        case State.PAUSED:
            return f"⏸️ {head}已挂起。"
        case State.FORWARDED:
            return f"↪️ {head}已转给{ticket.forwarded_to}。"
        case State.WITHDRAWN:
            return f"{head}已撤回，不用去了。"
        case State.FALSE_ALARM:
            return f"{head}不用处理：{ticket.finding}。"
        case State.RESOLVED:
            return f"✅ {head}已办结。"
    return ""
