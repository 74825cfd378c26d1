"""Sentences that keep a ticket for later: pause, resume, note; and where its holder is."""

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.rules import any_of, rule

_HANG = any_of(
    "挂起 挂其 挂启 挂起来 暂挂 先挂起 先挂着 先挂一下 挂着 先挂 挂一下 挂下 暂停 暂停一下 搁置 先放放 先放一放 先放一下 放一放 放放 放一下 缓一缓"
    " 先缓缓 缓缓 先搁着 搁着 先放着 放着 先停一下 先搁置 暂缓 暂缓处理 暂缓办理"
)
_LASTS = r"[\d一二两三四五六七八九十半几]{1,3}个?半?(?:分钟|小时|钟头|天|周|星期|礼拜)"
_COMES = any_of(
    "答复 回复 回话 来所 来所里 到所 到所里 来派出所 结果 监控 鉴定 回来 通知 材料 消息 反馈 上班 确认 调取 配合 回电 回电话 报告 手续 到案 出院 开门"
)
_WAIT = f"等(?:待|一下|下)?(?!我|支援|增援|会)[^,，。?？№]{{0,16}}?{_COMES}"
_AGAIN = "再(?:说|处理|看看?|办|去|联系|弄|跟进|调解|谈|议|过去|问|找他们?|找她|打电话|打给他|继续|核实|走访)"
PAUSE = (
    rule(Action.PAUSE, rf"{{N}}(?:我)?(?:先|要|申请|想)?{_HANG}{{X}}"),
    rule(Action.PAUSE, rf"{{N}}(?:我)?(?:先)?(?:挂起|挂其|挂启|暂停|搁置|暂挂)(?P<t>(?:等|{_LASTS}).*)"),
    rule(Action.PAUSE, r"{N}(?:先)?(?:挂起?|暂停|搁置|放|拖|缓)(?:到|至)(?P<t>.+)", timed=True),
    rule(Action.PAUSE, rf"(?:我)?(?:先|申请)?{_HANG}\s?{{N}}{{X}}"),
    rule(Action.PAUSE, r"(?:先|申请)?(?:挂起|挂其|挂启|暂挂|暂停)\s?{N}(?P<t>等.+)"),
    rule(Action.PAUSE, rf"{{N}}(?P<t>(?:先|要|得|需要|还要|还得|在|还在)?{_WAIT}(?:(?:{{S}})?.{{0,14}}{_AGAIN})?){{E}}"),
    rule(Action.PAUSE, rf"{{N}}(?P<t>(?:先|要|得)?等(?!我|会|一会|下次).{{1,20}}{_AGAIN}){{E}}"),
    rule(Action.PAUSE, rf"{{N}}(?P<t>(?:.{{0,16}}{{S}})?[^没不?？]{{2,12}}{_AGAIN}){{E}}", timed=True),
    rule(Action.PAUSE, r"(?:先)?(?:挂起|暂挂|挂其)(?:一下)?{X}"),
    rule(Action.PAUSE, r"(?:先放放|先放一放|先挂着|先放着){X}", weak=True),
    rule(Action.PAUSE, rf"(?P<t>(?:先|要|得)?{_WAIT}(?:(?:{{S}})?.{{0,14}}{_AGAIN})?){{E}}", weak=True),
)
_GO_ON = any_of("继续 继续办理 继续办 继续处理 继续处置 继续跟进 继续调解 恢复 恢复办理 恢复处理 解挂 解除挂起 取消挂起 接着办 接着处理 重新启动 重启")
RESUME = (
    rule(Action.RESUME, rf"{{N}}(?:现在)?(?:可以|我)?{_GO_ON}{{X}}"),
    rule(Action.RESUME, rf"{_GO_ON}\s?{{N}}{{X}}"),
    rule(Action.RESUME, r"(?:解挂|解除挂起|取消挂起|恢复办理){E}"),
    rule(Action.RESUME, r"(?:继续|恢复|继续(?:办理|办|处理|跟进)|接着办){E}", weak=True),
)
_WRITE = any_of("备注一下 备注下 备注 记录一下 记录下 记一下 记下 记一笔 记录 补充一下 补充 补一句 备忘 注 备著 备住")
_ADD = "(?:加个?|补个?|做个?|写个?|加一?条)?"
NOTE = (
    rule(Action.NOTE, rf"{{N}}{_ADD}{_WRITE}(?:{{S}}|(?=[\u4e00-\u9fff])){{FREE}}"),
    rule(Action.NOTE, rf"(?:给|加)?{_WRITE}\s?{{N}}(?:{{S}})?{{FREE}}"),
    rule(Action.NOTE, rf"{_WRITE}{{S}}{{FREE}}", weak=True),
)
EN_ROUTE = (
    rule(Action.STATUS, r"{N}{I}?(?:已经?|正|现在)?(?:在途中?|在路上|在赶往现场的?路上|赶往现场|正在赶往现场|出发了?|已出发)(?:了)?{C}"),
)
