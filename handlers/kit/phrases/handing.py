"""Sentences that bring in others: transfer, give back, help."""

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.rules import any_of, rule

_GIVE = any_of(
    "转派 转派给 转牌 转牌给 转交 转交给 移交 移交给 移给 改派 改派给 指派 指派给 分派 分派给 分配给 安排给 转给 派给 交给 分给 让给 推给 丢给 甩给"
    " 扔给 给到 转到 转去 转由 转 派 移送 转一下给 转下给 交由 转办给 转办"
)
_BID = any_of("让 叫 由 安排 派 换 换成 改成 改由 交由")
_WISH = "(?:我)?(?:想|要|先|帮我|麻烦|请|申请|就|还是)*"
TRANSFER = (
    rule(Action.TRANSFER, rf"{{N}}{_WISH}{_GIVE}\s?{{WHO}}{{DO}}?{{X}}"),
    rule(Action.TRANSFER, r"{N}给\s?{WHO}{DO}?{X}"),
    rule(Action.TRANSFER, rf"{_GIVE}\s?{{WHO}}{{DO}}?(?:{{S}})?{{N}}{{X}}"),
    rule(Action.TRANSFER, rf"{_GIVE}\s?{{N}}(?:给|到|去)?\s?{{WHO}}{{DO}}?{{X}}"),
    rule(Action.TRANSFER, rf"{{N}}{_WISH}{_BID}\s?{{WHO}}{{DO}}{{X}}"),
    rule(Action.TRANSFER, rf"{_BID}\s?{{WHO}}{{DO}}\s?{{N}}{{X}}"),
    rule(Action.TRANSFER, r"{N}(?P<who>§)(?:你)?{DO}吧{X}"),
    rule(Action.TRANSFER, r"(?P<who>§)(?:{S})?{N}你{DO}{X}"),
    rule(Action.TRANSFER, r"(?P<who>§)(?:{S})?你{DO}\s?{N}{X}"),
    rule(Action.TRANSFER, r"{N}(?P<who>§)(?:{S})?你{DO}{X}"),
    rule(Action.TRANSFER, rf"{_WISH}{_GIVE}\s?{{WHO}}{{DO}}?{{X}}"),
    rule(Action.TRANSFER, rf"{_WISH}{_BID}\s?{{WHO}}{{DO}}{{X}}", weak=True),
)
_BUSY = any_of(
    "去不了 来不了 接不了 办不了 处理不了 跟不了 弄不了 干不了 搞不了 管不了 到不了 过不去 过不来 赶不过去 赶不到 走不开 赶不上 脱不开身 抽不开身"
    " 抽不出身 抽不出空 腾不开身 腾不出手 离不开 没空 没时间 没空去 没时间去 没法去 没办法去 有事去不了 顾不上 顾不过来 忙不过来 不能去 去不成 没法接"
)
_CANNOT = f"(?:{{I}})?(?:这边|这里|现在|今天|暂时|实在|真的?|确实|手上|可能)*{_BUSY}"
_RETURN = any_of("退回 退回去 退回来 退单 退了 退掉 交回 交回去 放弃 释放 退给值班长 退给值班室 退给指挥室 退还 退 退一下 退下")
_OTHERS = any_of(
    "换人 换个人 换一个人 换个人去 换个人来 换个人办 换个人处理 换人去 换人办 换人处理 找别人 换别人 换别人去 让别人去 让别人来 派别人 派别人去 另派人"
    " 另外派人 另找人 找别人去 找其他人 换其他人 安排别人 安排别人去 重新派 重新派人 另派 派其他人 重新派单"
)
_TO_DUTY = "(?:给(?:值班长|值班室|指挥室|所里))?"
GIVE_BACK = (
    rule(Action.GIVE_BACK, rf"{{N}}(?:我)?(?:想|要|先|申请|给)?{_RETURN}{_TO_DUTY}{{X}}"),
    rule(Action.GIVE_BACK, rf"(?:我)?(?:想|要|先|申请)?{_RETURN}\s?{{N}}{_TO_DUTY}{{X}}"),
    rule(Action.GIVE_BACK, rf"{{N}}{_CANNOT}{{X}}"),
    rule(Action.GIVE_BACK, r"{N}(?:我)?(?:先)?不(?:接|去|办|跟)了{X}"),
    rule(Action.GIVE_BACK, rf"{{N}}(?:能不能|还是)?{_OTHERS}{{X}}"),
    rule(Action.GIVE_BACK, rf"{{N}}(?P<t>(?:{{I}}|在|正在|手上|人在|家里|还在)[^№]{{0,20}}?)(?:{{S}})?(?:{_CANNOT}|{_OTHERS}){{E}}"),
    rule(Action.GIVE_BACK, rf"(?P<t>(?:{{I}}|在|正在|手上|人在|家里|还在)[^№]{{1,20}}){{S}}{{N}}(?:{_CANNOT}|{_OTHERS}){{E}}"),
    rule(Action.GIVE_BACK, rf"{_CANNOT}\s?(?:{{S}})?{{N}}(?:{{S}})?(?:{_OTHERS})?{{E}}"),
    rule(Action.GIVE_BACK, r"(?:退回|退单|退回去){X}"),
    rule(Action.GIVE_BACK, rf"(?:{_CANNOT}|{_OTHERS}){{X}}", weak=True),
)
_BACKUP = any_of(
    "支援 支援一下 增援 帮忙 协助 人手 帮手 协办 支持 搭把手 增派人手 加派人手 派人支援 派人增援 派人来 派人过来 加人 人帮忙 人支援 人协助 人来帮忙"
    " 人过来帮忙 警力 警力支援 警力增援 人手支援 增派警力 增加警力"
)
_JOIN = any_of("一起 一起去 一起来 一块 一块去 帮忙 支援 协助 协办 帮我 搭把手 帮一下 增援 帮下忙 帮个忙 支援一下 协助一下 帮忙一下 支援我 协助我")
_HERE = "(?:我这边|这边|现场|我|我们|这里)?"
_CALL = any_of("叫上 喊上 带上 拉上 叫 喊 让 请 带 加 加上 派")
HELP = (
    rule(Action.HELP, rf"{{N}}{_HERE}(?:需要|请求|申请|急需|要|求|请|快来|来|缺|呼叫|加|再加|增加)(?:个|一下|点)?{_BACKUP}{{X}}"),
    rule(Action.HELP, rf"{{N}}{_HERE}(?:需要|请|来|再来|派|再派|要|加|再加)(?:一个|两个|个|几个|俩|点|些|两)?人(?:来|过来|去)?{_BACKUP}?{{X}}"),
    rule(Action.HELP, rf"{{N}}{_HERE}{any_of('人手不够 人不够 人手不足 一个人不行 一个人搞不定 一个人弄不了 一个人忙不过来 缺人 搞不定 快来人 来人 人太少')}{{X}}"),
    rule(Action.HELP, rf"{{N}}(?:我)?(?:再|想|要)?{_CALL}\s?{{WHO}}(?:过来|来|去|也|跟我|和我)*{_JOIN}{{X}}"),
    rule(Action.HELP, r"{N}(?:我)?(?:叫上|喊上|带上|拉上|加上)\s?{WHO}(?:去)?{X}"),
    rule(Action.HELP, r"{N}(?P<who>§)(?:来|过来)?(?:协办|协助|支援一下|帮忙|来支援|支援){X}"),
    rule(Action.HELP, rf"(?:叫上?|喊|让|请)\s?{{WHO}}(?:来|去|过来)?(?:支援|协助|帮忙|协办)(?:一下)?\s?{{N}}{{X}}"),
    rule(Action.HELP, rf"(?:需要|请求|申请|急需|求)(?:一下)?{_BACKUP}\s?{{N}}{{X}}"),
    rule(Action.HELP, rf"{_HERE}(?:需要|请求|申请|急需|求|快来)(?:一下)?{any_of('支援 增援 协助 帮手 警力 人手')}{{X}}"),
    rule(Action.HELP, rf"{_HERE}(?:人手不够|快来人|来个人帮忙|来人支援){{X}}"),
    rule(Action.HELP, rf"(?:叫上|喊上|拉上|让|叫|请)\s?{{WHO}}(?:过来|来)?{_JOIN}{{X}}", weak=True),
)
