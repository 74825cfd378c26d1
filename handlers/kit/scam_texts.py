"""What people read of scams: the verdict, why, what to do now, the warning in a group and the alert for everybody."""

from collections.abc import Mapping, Sequence

from storage.model.matters import FraudType, Money
from storage.model.scams import ScamPrint
from storage.model.tickets import Ticket

LIKELY_HINT = "疑似涉及诈骗"
UNSURE_HINT = "可能涉及诈骗，拿不准"
"""A ticket's hint begins with one of them; the receipt and the card follow it."""

KNOWN_REASON = "和民警收录过的骗局几乎一样"
HOTLINE = "拿不准就打 96110 问一问。"

SIGNS: Mapping[FraudType, tuple[str, ...]] = {
    FraudType.REBATE: ("要您先垫钱，说做完任务再返", "先给小钱尝甜头，后面越垫越多"),
    FraudType.INVESTMENT: ("说有内幕、稳赚、高回报", "让您到陌生的平台、软件里充钱"),
    FraudType.SERVICE: ("自称客服，说退款、理赔、关会员", "让您共享屏幕、转账，或者报验证码"),
    FraudType.AUTHORITY: ("自称公检法，说您涉案", "要您转到“安全账户”，还不许告诉家里人"),
    FraudType.LOAN: ("说能贷款、修征信", "放款前先收手续费、保证金、解冻费"),
    FraudType.LINK: ("让您点链接、填卡号和密码", "用“过期”“冻结”“异常”来催您"),
    FraudType.BOSS: ("自称领导、熟人，换了号码加您", "张口就借钱、要您代转账"),
    FraudType.ROMANCE: ("没见过面，只在网上谈感情", "聊着聊着要钱、带您投资，或拿视频吓唬您"),
    FraudType.SHOPPING: ("价格特别低，要绕开平台付钱", "付了钱还要加运费、押金、定金"),
    FraudType.GAME: ("买卖账号、装备、皮肤，要绕开平台", "说账户冻结了，要先交钱解冻"),
    FraudType.PRIZE: ("说您中奖、有补贴可领", "领之前要先交钱，或者填卡号"),
    FraudType.OTHER: ("催您赶快给钱，或者要验证码", "不许您问别人"),
}
"""What each kind of scam looks like."""

ADVICE: Mapping[FraudType, str] = {
    FraudType.REBATE: "别再垫钱，退出那个群，聊天记录留着。",
    FraudType.INVESTMENT: "别再充钱，能提现的先提出来，软件和记录都别删。",
    FraudType.SERVICE: "挂掉电话，关掉屏幕共享，自己到官方软件里找客服问。",
    FraudType.AUTHORITY: "挂掉电话。公安机关不会电话办案，也没有“安全账户”。",
    FraudType.LOAN: "先交钱的贷款都别办，征信没有人能花钱改。",
    FraudType.LINK: "别点；点了就别填；填过卡号密码的，马上打银行客服改密码。",
    FraudType.BOSS: "先打本人原来的电话，听见声音再说。",
    FraudType.ROMANCE: "别转钱，别再视频。对方拿照片视频威胁，也别给钱，来找我们。",
    FraudType.SHOPPING: "只在平台里付钱，别私下转账。",
    FraudType.GAME: "只走官方交易，别先交钱。",
    FraudType.PRIZE: "别交钱，别填卡号。真的补贴不用先交钱。",
    FraudType.OTHER: "先别转钱，别给验证码，别让对方看您的屏幕。",
}
"""What to do now, nothing being lost yet."""

TO_LOOK_AT = "请把可疑的短信、聊天或者链接原样发给我（截图我看不懂，最好发文字），我帮您看看。"
LOOKS_LIKELY = "高度疑似骗局（{kind}）：{why}。"
LOOKS_UNSURE = "这个拿不准，民警看过后回复您。先别转钱，别点链接。"
LOOKS_UNKNOWN = (
    "未见已知风险。但骗子天天换花样，没见过不等于保险：凡是要您先转钱、要验证码、要共享屏幕的，都别答应。\n"
    "{hotline}想让民警看看，点“转人工”。"
)
HUMAN = "转人工"
WARNING = "⚠️ 提醒大家：这一条和已经核实的骗局（{kind}）几乎一样，请别点、别加、别转钱。{hotline}"


def kind_name(fraud_type: str) -> str:
    return fraud_type or str(FraudType.OTHER)


def _kind(fraud_type: str) -> FraudType:
    return FraudType(fraud_type) if fraud_type in FraudType._value2member_map_ else FraudType.OTHER


def likely(fraud_type: str) -> str:
    """The verdict, why, and what to do now: three short lines."""
    kind = _kind(fraud_type)
    why = "；".join(SIGNS[kind])
    return "\n".join([LOOKS_LIKELY.format(kind=kind_name(fraud_type), why=why), ADVICE[kind] + HOTLINE])


def unknown() -> str:
    return LOOKS_UNKNOWN.format(hotline=HOTLINE)


def on_receipt(ticket: Ticket) -> str:
    """The verdict on the receipt of a matter; "" if there is nothing to say. What is unsure is not said in a group."""
    if ticket.finished or ticket.money_sent is Money.SENT:
        return ""
    if ticket.hint.startswith(LIKELY_HINT):
        return likely(ticket.fraud_type)
    return LOOKS_UNSURE if ticket.private and ticket.hint.startswith(UNSURE_HINT) else ""


def warning(fraud_type: str) -> str:
    return WARNING.format(kind=kind_name(fraud_type), hotline=HOTLINE)


# ── to the officers: known scams ───────────────────────────────────────────
COLLECTED = "已收录为 {id} 号骗局（{kind}）。以后有人转发几乎一样的话，我会认出来；开了“骗局提醒”的群里会提醒大家。"
COLLECTED_ALREADY = "这一条已经收录过了。发“骗局库”看看。"
TOO_SHORT = "{number}的文字太短，认不准（至少要 {least} 个汉字）。请收录骗子发来的原文。"
DROPPED = "已撤录 {id} 号骗局，以后不再比对。"
NO_SUCH_SCAM = "没有收录 {id} 号骗局。发“骗局库”看看现有的。"
NOTHING_KNOWN = "还没有收录骗局。看到骗子的原文，发“收录 单号”，比如：收录 12"


def library(prints: Sequence[ScamPrint], samples: Sequence[str], total: int, page: int, pages: int) -> str:
    """`samples`: the beginning of each text, nothing private in it."""
    lines = [f"收录的骗局 {total} 条" + (f"（第 {page}/{pages} 页）" if pages > 1 else "")]
    lines += [f"· {p.id} 号　{kind_name(p.fraud_type)}　{sample}" for p, sample in zip(prints, samples, strict=True)]
    return "\n".join([*lines, "不要了发“撤录 编号”。"])


# ── to the leaders: warning in groups ──────────────────────────────────────
WATCH_USAGE = "请写“骗局提醒 开”或“骗局提醒 关”。私下发要写上群名，比如：骗局提醒 开 东湾花园"
WATCH_ON = "{group}的骗局提醒已打开：有人转发已收录的骗局，我会提醒大家一次。其他聊天不看、不存。"
WATCH_OFF = "{group}的骗局提醒已关掉。"
WATCH_SAME = "{group}的骗局提醒本来就是{state}的。"
WATCH_UNBOUND = "这个群还没有绑定派出所，请先绑定。"
WATCH_OFFICERS = "民警群不用骗局提醒。"
NO_SUCH_GROUP = "没有找到“{name}”这个群。现有的群：{names}"
SEVERAL_GROUPS = "有好几个群像“{name}”：{names}。请写全群名。"
ON, OFF = "开", "关"


# ── to the leaders: the alert for everybody ────────────────────────────────
ALERT_TITLE = "身边警讯：{kind}"
MAKE_DRAFT, NO_ALERT = "转成播报草稿", "不用"
ALERT_PROPOSED = "24 小时里有 {count} 次转发几乎一样的骗局（{kind}）。要不要提醒大家？可以发的话我写好了：\n———\n{text}"
ALERT_DRAFTED = "已转成播报草稿，请看下面的预览。"
ALERT_DROPPED = "好的，这一条不发。"
ALERT_DECIDED = "这一条已经有人处理过了。"


def alert(fraud_type: str) -> str:
    """What everybody may read: kind, looks, what to do. Nothing of the text that went round."""
    kind = _kind(fraud_type)
    why = "；".join(SIGNS[kind])
    return "\n".join(
        [
            f"身边警讯：这两天，附近有多位居民收到同一种骗局（{kind_name(fraud_type)}）。",
            f"它的样子：{why}。",
            f"怎么办：{ADVICE[kind]}已经转了钱，马上打 110。{HOTLINE}",
        ]
    )


def alert_proposed(count: int, fraud_type: str) -> str:
    return ALERT_PROPOSED.format(count=count, kind=kind_name(fraud_type), text=alert(fraud_type))
