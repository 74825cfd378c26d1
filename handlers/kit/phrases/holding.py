"""Sentences that keep a ticket for later: pause, resume, note; and where its holder is."""

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.rules import any_of, rule
from handlers.kit.phrases.words import PLACES

_HANG = any_of(
    "挂起 挂其 挂启 挂气 挂起来 暂挂 先挂起 先挂着 先挂一下 挂着 先挂 挂一下 挂下 暂停 暂停一下 搁置 先放放"
    " 先放一放 先放一下 放一放 放放 放一下 缓一缓 缓一下"
    " 先缓缓 缓缓 先搁着 搁着 先放着 放着 先停一下 先停停 先搁置 暂缓 暂缓处理 暂缓办理 先等等 先等一下"
    " 先等一等 先不处理 先不办 押后 延后 推后 推迟 延期 往后放放 往后放 搁一搁 搁一下 放一边 先撂着"
)
_LASTS = r"[\d一二两三四五六七八九十半几]{1,3}个?半?(?:分钟|小时|钟头|天|周|星期|礼拜)"
_COMES = any_of(
    "答复 回复 回话 来所 来所里 到所 到所里 来派出所 结果 监控 鉴定 回来 通知 材料 消息 反馈 上班 确认 调取"
    " 配合 回电 回电话 报告 手续 到案 出院 开门 回信 意见 结论"
    " 鉴定书 录像 视频 协商 商量 酒醒 醒酒 醒 签字 判决 开庭 审批 批复 下班 放学 天亮 联系 书 单子 证明 回访 上门 维修"
)
_PARTIES = (
    rf"(?:{PLACES}|当事人|报警人|对方|群众|房东|业主|家属|监控|律师|法院|保险公司|房管局|法医|第三方|商家|老板"
    rf"|车主|失主|证人|事主|家长|学校|医院|双方)"
)
_NOT_FOR = "(?!我|支援|增援|会|救护车|消防|等|一?会)"
_WAIT = (
    rf"等(?:待|一下|下)?{_NOT_FOR}(?:[^,，。?？№]{{0,16}}?{_COMES}|{_PARTIES})(?:出来|下来|到位|过来|再|来|以后"
    rf"|之后|了)?"
)
_AGAIN = (
    "再(?:说|处理|看看?|办|去|联系|弄|跟进|调解|谈|议|过去|问|找他们?|找她|打电话|打给他|继续|核实|走访|约|搞|上门|定)"
)
PAUSE = (
    rule(Action.PAUSE, rf"{{N}}(?:我)?(?:先|要|申请|想|需要)?{_HANG}{{X}}"),
    rule(Action.PAUSE, rf"{{N}}(?:我)?(?:先)?(?:挂起|挂其|挂启|暂停|搁置|暂挂|先放放|挂着)(?P<t>(?:等|{_LASTS}|因).*)"),
    rule(Action.PAUSE, r"{N}(?:先)?(?:挂起?|暂停|搁置|放|拖|缓|推迟|推|延|延期|改|延后)(?:到|至)(?P<t>.+)", timed=True),
    rule(Action.PAUSE, rf"(?:我)?(?:先|申请)?{_HANG}\s?{{N}}{{X}}"),
    rule(Action.PAUSE, r"(?:先|申请)?(?:挂起|挂其|挂启|暂挂|暂停)\s?{N}(?P<t>等.+)"),
    rule(
        Action.PAUSE,
        rf"{{N}}(?P<t>(?:我)?(?:先|要|得|需要|还要|还得|在|还在)?{_WAIT}(?:(?:{{S}})?.{{0,14}}{_AGAIN})?){{E}}",
    ),
    rule(Action.PAUSE, rf"{{N}}(?P<t>(?:先|要|得)?等{_NOT_FOR}.{{1,20}}{_AGAIN}){{E}}"),
    rule(Action.PAUSE, r"{N}(?P<t>(?:先)?等(?:到)?.{2,8}){E}", timed=True),
    rule(Action.PAUSE, rf"{{N}}(?P<t>(?:.{{0,16}}{{S}})?[^没不?？]{{2,12}}{_AGAIN}){{E}}", timed=True),
    rule(Action.PAUSE, rf"{{N}}{{T}}{{S}}(?:先)?{_HANG}{{E}}"),
    rule(Action.PAUSE, r"(?:我)?(?:先|申请)?(?:挂起|暂挂|挂其|挂启)(?:一下)?{X}"),
    rule(Action.PAUSE, r"(?:先)?(?:挂起|挂其)(?P<t>等.+)"),
    rule(Action.PAUSE, rf"(?:先)?{_HANG}{{X}}", weak=True),
    rule(Action.PAUSE, rf"(?P<t>(?:先|要|得)?{_WAIT}(?:(?:{{S}})?.{{0,14}}{_AGAIN})?){{E}}", weak=True),
    rule(Action.PAUSE, rf"(?P<t>[^№]{{1,20}}{{S}}){_HANG}{{E}}", weak=True),
    rule(Action.PAUSE, rf"(?P<t>(?:[^№]{{0,16}}{{S}})?[^№没不?？]{{2,12}}{_AGAIN}){{E}}", weak=True, timed=True),
)
_GO_ON = (
    "(?:(?:继续|接着|重新|可以继续|可以接着)(?:办理?|处理|处置|跟进?|调解|弄|搞|推进|查|做|启动|开始|来)?|恢复"
    "(?:办理?|处理|处置)?|回复办理|解挂|解除挂起|取消挂起|解除暂停"
    "|取消暂停|重启|激活|(?:别|不用|不要?)(?:挂|等)(?:着|起)?了|可以(?:办|处理|弄|开始)了)(?:一下)?"
)
RESUME = (
    rule(Action.RESUME, rf"{{N}}(?:现在)?(?:可以|我|能)?{_GO_ON}{{X}}"),
    rule(Action.RESUME, rf"{{N}}{{T}}{{S}}(?:我)?(?:现在|能)*{_GO_ON}{{E}}"),
    rule(Action.RESUME, rf"(?:把)?{_GO_ON}\s?{{N}}{{X}}"),
    rule(Action.RESUME, r"(?:解挂|解除挂起|取消挂起|恢复办理|恢复处理){E}"),
    rule(
        Action.RESUME,
        r"(?:{T}{S})?(?:可以)?(?:继续|恢复|重启|(?:继续|接着)(?:办理?|处理|跟进?|弄|搞))(?:一下)?{E}",
        weak=True,
    ),
)
_WRITE = any_of(
    "备注一下 备注下 备注 记录一下 记录下 记一下 记下 记一笔 记录 补充一下 补充 补一句 备忘 注 备著 备住 备柱"
    " 加一句 写一下 登记一下 记个 说明"
)
_ADD = "(?:加个?|补个?|做个?|写个?|加一?条|加上)?"
NOTE = (
    rule(Action.NOTE, rf"{{N}}{_ADD}{_WRITE}(?:{{S}}|(?=[\u4e00-\u9fff])){{FREE}}"),
    rule(Action.NOTE, rf"(?:给|加)?{_WRITE}\s?{{N}}(?:{{S}})?{{FREE}}"),
    rule(Action.NOTE, r"(?:备注|备注一下|记一下|补充|记录|补充一下|备注下){S}{FREE}"),
    rule(Action.NOTE, rf"{_ADD}{_WRITE}{{S}}{{FREE}}", weak=True),
)
EN_ROUTE = (
    rule(
        Action.STATUS,
        r"{N}{I}?(?:已经?|正|现在)?(?:在途中?|在路上|在赶往现场的?路上|赶往现场|正在赶往现场|出发了?|已出发)(?:了)?{C}",
    ),
)
