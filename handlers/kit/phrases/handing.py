"""Sentences that bring in others: transfer, give back, help."""

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.rules import any_of, rule

_GIVE = any_of(
    "转派 转派给 转牌 转牌给 转交 转交给 移交 移交给 移给 改派 改派给 指派 指派给 分派 分派给 分配给 安排给"
    " 转给 专给 转個 派给 交给 分给 让给 推给 丢给 甩给"
    " 扔给 给到 转到 转去 转由 转 派 移送 转一下给 转下给 转一下 交由 转办给 转办 转成 流转到 流转给 划给"
    " 划转给 下派给 下派 报给 上报 上报给 推送给 调给"
)
_SURE = any_of("转派给 转交给 移交给 移交 改派给 指派给 转给 派给 交给 转到 转派 转")
_BID = any_of("让 叫 由 安排 派 换 换成 改成 改由 交由 请 麻烦 拜托 辛苦 劳烦 喊")
_WISH = "(?:我)?(?:想|要|先|帮我|帮忙|麻烦|请|申请|就|还是|建议|可以)*"
_BIDDING = r"(?:(?:去|来|过去|过来)?(?:接|处理|跟|跟进|看|办|弄|处置|盯|负责)(?:一下|下)|去一趟|跑一趟|去一下|{DO}吧)"
TRANSFER = (
    rule(Action.TRANSFER, rf"{{N}}{_WISH}{_GIVE}\s?{{WHO}}{{DO}}?{{X}}"),
    rule(Action.TRANSFER, r"{N}给\s?{WHO}(?!看|瞧|瞅)(?:{DO}(?!了))?{X}"),
    rule(Action.TRANSFER, r"{N}归\s?{WHO}(?:管|负责|处理|办)?{X}"),
    rule(Action.TRANSFER, rf"{_GIVE}\s?{{WHO}}{{DO}}?吧?(?:{{S}})?{{N}}{{X}}"),
    rule(Action.TRANSFER, rf"{_GIVE}\s?{{N}}(?:给|到|去)?\s?{{WHO}}{{DO}}?{{X}}"),
    rule(Action.TRANSFER, rf"{{N}}{_WISH}{_BID}\s?{{WHO}}{{DO}}(?<!来)(?!了){{X}}"),
    rule(Action.TRANSFER, rf"{_BID}\s?{{WHO}}{{DO}}\s?{{N}}{{X}}"),
    rule(Action.TRANSFER, rf"{{N}}(?P<who>§)(?:{{S}})?(?:你)?{_BIDDING}{{X}}"),
    rule(Action.TRANSFER, r"{N}(?P<who>§)(?:{S})?你{DO}(?<!来){X}"),
    rule(Action.TRANSFER, rf"(?P<who>§)(?:{{S}})?{{N}}(?:你{{DO}}(?<!来)|(?:你)?{_BIDDING}){{X}}"),
    rule(Action.TRANSFER, r"(?P<who>§)(?:{S})?你{DO}\s?{N}{X}"),
    rule(Action.TRANSFER, rf"{{N}}{{T}}{{S}}{_WISH}{_SURE}\s?{{WHO}}{{DO}}?{{E}}"),
    rule(Action.TRANSFER, rf"{_WISH}{_GIVE}\s?{{WHO}}(?!看){{DO}}?{{X}}"),
    rule(Action.TRANSFER, rf"{{T}}{{S}}{_WISH}{_SURE}\s?{{WHO}}{{DO}}?{{E}}", weak=True),
    rule(Action.TRANSFER, rf"{_WISH}{_BID}\s?{{WHO}}{{DO}}(?<!来){{X}}", weak=True),
    rule(Action.TRANSFER, r"给\s?{WHO}{DO}?{E}", weak=True),
)
_CANNOT = (
    "(?:{I})?(?:这边|这里|现在|今天|暂时|实在|真的?|确实|手上|是|今晚)*"
    "(?:(?:去|来|接|办|处理|跟|弄|干|搞|管|到|做|跑|应付|顾)不(?:了|成)|(?:弄|处理|应付)不来|(?:过|赶|赶过"
    "|走)不(?:过去|过来|去|来|到|开身|开|了)"
    "|(?:脱|抽|腾|走)不(?:开|出)(?:身|空|手|时间)?(?:来)?|离不开|没(?:空|时间|工夫|办法|法子?)(?:去|接|过去"
    "|处理|弄)?|顾不(?:上|过来)|忙不(?:过来|开)|不能(?:去|接)"
    "|有事(?:去不了|不能去))"
)
_RETURN = any_of(
    "退回 退回去 退回来 退单 退了 退掉 交回 交回去 放弃 释放 退还 退 退一下 退下 退给值班长 退给值班室"
    " 退给指挥室 还回去 退回重派 退回重新派 推回 推回去 打回 退囘 退会 取消接单 不接单了"
)
_OTHERS = (
    "(?:(?:换|找|派|另找|另派|让|安排|改派|换成|重新派|重新安排|另外派|另外找|再派|再找)(?:一?个)?(?:其他"
    "|别的)?(?:人|别人|同事|其他人)(?:去|来|办|处理|接|跟|替我"
    "|顶|吧|替我去)*|重派|重新派单|重新派|重新分配|另派|另请高明)"
)
_TO_DUTY = "(?:给)?(?:值班长|值班室|指挥室|值班|所里)?"
_OWN = r"(?P<t>(?:[^№§他她?？]{2,20}?))"
GIVE_BACK = (
    rule(Action.GIVE_BACK, rf"{{N}}(?:我)?(?:想|要|先|申请|给)?{_RETURN}{_TO_DUTY}{{X}}"),
    rule(Action.GIVE_BACK, rf"(?:我)?(?:想|要|先|申请)?{_RETURN}\s?{{N}}{_TO_DUTY}{{X}}"),
    rule(Action.GIVE_BACK, rf"{{N}}{_CANNOT}{{X}}"),
    rule(Action.GIVE_BACK, r"{N}(?:我)?(?:先)?不(?:接|去|办|跟|管)了{X}"),
    rule(Action.GIVE_BACK, rf"{{N}}(?:能不能|还是|帮我|给我)?{_OTHERS}(?!了){{X}}"),
    rule(Action.GIVE_BACK, rf"{{N}}{_OWN}(?:{{S}})(?:{_CANNOT}|{_OTHERS}|{_RETURN}){{E}}"),
    rule(Action.GIVE_BACK, rf"{{N}}(?P<t>(?:{{I}}|在|正在|手上|人在|家里|还在|有)[^№§]{{0,20}}?)(?:{_CANNOT}){{E}}"),
    rule(Action.GIVE_BACK, rf"{_OWN}{{S}}{{N}}(?:{_CANNOT}|{_OTHERS}|(?:我)?{_RETURN}){{E}}"),
    rule(Action.GIVE_BACK, rf"{_CANNOT}\s?(?:{{S}})?{{N}}(?:{{S}})?(?:{_OTHERS})?{{E}}"),
    rule(Action.GIVE_BACK, r"(?:我)?(?:申请|想|要)?(?:退回|退单|退回去|退回重派){X}"),
    rule(Action.GIVE_BACK, rf"{_OWN}{{S}}(?:{_CANNOT}|{_OTHERS}|退回|退单){{E}}", weak=True),
    rule(
        Action.GIVE_BACK, rf"(?:能不能|帮我|还是)?(?:{_CANNOT}|{_OTHERS}|{{I}}?不(?:接|去|办)了|退了){{X}}", weak=True
    ),
)
_BACKUP = any_of(
    "支援 支援一下 支缓 增援 帮忙 协助 人手 帮手 协办 支持 搭把手 增派人手 加派人手 派人支援 派人增援 派人来"
    " 派人过来 加人 人帮忙 人支援 人协助 人来帮忙"
    " 人过来帮忙 警力 增派警力 增加警力 警力支援 警力增援 人手支援 人过来 人来"
)
_SURE_BACKUP = any_of("支援 增援 协助 帮手 警力 人手 支缓 警力支援 派人支援 支援一下")
_JOIN = (
    "(?:一起|一块儿?|跟我|和我|陪我)*(?:去|来|过来|过去)*(?:帮忙|支援|协助|协办|帮我|搭把手|帮一下|增援|帮下忙"
    "|帮个忙|支援我|协助我|配合|配合我|一起|一块儿?|搭个手)(?:一下|去|来)?"
)
_HERE = "(?:我这边|这边|现场|我|我们|这里)?"
_CALL = any_of("叫上 喊上 带上 拉上 叫 喊 让 请 带 加 加上 派 麻烦 需要 要 和 跟 约上 捎上")
_ALONE = any_of(
    "人手不够 人不够 人手不足 一个人不行 一个人搞不定 一个人弄不了 一个人忙不过来 缺人 快来人 来人(?!了)"
    " 人太少 赶紧来人"
    " 一个人顶不住 顶不住了 控制不住"
)
_NEED = "(?:需要|请求|申请|急需|要|求|请|快来|来|缺|呼叫|加|再加|增加|速来|赶紧来|赶快来|快|速|马上来)"
HELP = (
    rule(Action.HELP, rf"{{N}}{_HERE}{_NEED}(?:几个|两个|个|一下|点)?{_BACKUP}{{X}}"),
    rule(
        Action.HELP,
        rf"{{N}}{_HERE}(?:{_NEED}|再来|派|再派)(?:一个|两个|三个|个|几个|俩|点|些|两)?人(?:来|过来|去)?{_BACKUP}?(?!了){{X}}",
    ),
    rule(
        Action.HELP,
        rf"{{N}}{_HERE}{_ALONE}{{X}}",
    ),
    rule(
        Action.HELP,
        r"{N}(?:谁能|有没有人能|有人能)(?:来|过来)?(?:帮忙|支援|协助|帮一下|搭把手|支援一下|帮个忙|协助一下){X}",
    ),
    rule(Action.HELP, rf"{{N}}{{T}}{{S}}{_HERE}{_NEED}(?:个|一下)?{_SURE_BACKUP}{{E}}"),
    rule(Action.HELP, rf"{{N}}(?:我)?(?:再|想|要|需要)?{_CALL}\s?{{WHO}}(?:也)?{_JOIN}{{X}}"),
    rule(Action.HELP, r"{N}(?:我)?(?:叫上|喊上|带上|拉上|加上|捎上|约上)\s?{WHO}(?:去)?{X}"),
    rule(
        Action.HELP,
        r"{N}(?P<who>§)(?:你)?(?:来|过来|去)?(?:协办|协助|支援一下|帮忙|来支援|支援|搭把手|帮我一下|帮一下){X}",
    ),
    rule(Action.HELP, r"(?:叫上?|喊|让|请|叫)\s?{WHO}(?:来|去|过来)?(?:支援|协助|帮忙|协办)(?:一下)?\s?{N}{X}"),
    rule(Action.HELP, rf"{_NEED}(?:一下)?{_SURE_BACKUP}\s?{{N}}{{X}}"),
    rule(Action.HELP, rf"{_HERE}(?:需要|请求|申请|急需|求|快来|呼叫)(?:一下|个)?{_SURE_BACKUP}{{X}}"),
    rule(Action.HELP, rf"{_HERE}(?:人手不够|快来人|来个人帮忙|来人支援|派人支援){{X}}"),
    rule(Action.HELP, r"(?:{T}{S})(?:请求|需要|速来|快来)(?:一下)?(?:支援|增援|警力支援){E}", weak=True),
    rule(Action.HELP, rf"(?:叫上|喊上|拉上|让|叫|请|带上|加上)\s?{{WHO}}{_JOIN}{{X}}", weak=True),
    rule(Action.HELP, r"(?:叫上|喊上|拉上|带上|加上)\s?{WHO}{E}", weak=True),
)
