"""Sentences of who works on a ticket: claim, on scene, done, false, urgent."""

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.rules import any_of, rule

_TAKE = any_of("接单 接旦 接淡 接丹 接手 接下 接警 接 认领 领 抢单 抢 拿下 收下 领走")
_HOW = "(?:这边|这里|就|先|还是|来|去|可以|能|带人|带队|带队员|顺路|顺道|正好|来负责|一起|和同事|想)*"
_ME = "(?:{I}" + _HOW + "(?:{GOTO}|{HANDLE}|(?<=来)|(?<=去)|来看看|来看一下)(?:(?<=[接领手包下走])了|吧|(?!了)))"
_ACK = "(?:(?:收到|好的?|行吧?|ok|OK|明白|嗯|得|中|没问题)(?:{S})?)?"
_MINE = "(?:交给?|包在?|给|转给?|派给?|分给|留给|归|算|转交给|让给)我(?:的|身上|吧|了|处理|来办|来处理|来|负责|去)*"
CLAIM = (
    rule(Action.CLAIM, rf"{{N}}{_ACK}(?:就|还是)?(?:由|让|归)?{_ME}{{X}}"),
    rule(Action.CLAIM, rf"{_ACK}(?:由|让)?{_ME}{{C}}"),
    rule(
        Action.CLAIM,
        rf"(?:(?:我|人)?(?:就|正好|刚好)?在(?:附近|旁边|边上|那边|这边)|(?:我)?离(?:得)?近|顺路){{S}}?{{N}}?{_ME}{{C}}",
    ),
    rule(Action.CLAIM, rf"{{N}}{_MINE}{{X}}"),
    rule(Action.CLAIM, rf"{{I}}?(?:来|想|已经?|要)?(?:先)?{_TAKE}(?:一下|下|了)?\s?{{N}}{{C}}"),
    rule(Action.CLAIM, rf"{{I}}(?:{_HOW}(?:{{HANDLE}}|{{GOTO}}|(?<=来)|(?<=去)))\s?{{N}}{{C}}"),
    rule(Action.CLAIM, rf"{{N}}{{I}}?(?:已经?|来)?{_TAKE}{{C}}"),
    rule(Action.CLAIM, r"{N}(?:收到|好的?|明白|OK|ok|接到)(?:{S})?{GO}{C}"),
    rule(Action.CLAIM, r"{N}?{GO}{C}", weak=True),
    rule(Action.CLAIM, rf"(?:{_MINE}|(?:由|让)?{{I}}(?:领了|认领了?|接手了?)){{E}}", weak=True),
    rule(Action.CLAIM, r"(?:来了(?:来了)?|出发|马上|安排|处理|走起|这就动身){E}", weak=True),
    rule(Action.CLAIM, rf"{_TAKE}(?:了|吧)?{{E}}", weak=True),
)
_SCENE = any_of(
    "现场 场 厂 长 位 地方 小区 小区里 小区门口 单元楼下 他家 她家 家里 门口 楼下 单元门口 报警人家 报警人家里"
    " 当事人家 当事人家里 店里 店门口 村里 村口 路口 事发地 事发地点 地点 那边 那里 现场了"
    " 现场门口"
)
_AT = rf"(?:(?:到达?|抵达|赶到|道)了?{_SCENE}了?|到达了?|抵达了?|到[了啦咯喽](?:到[了啦咯喽])?|在现场了?|在现场门口了?)"
_WE = r"(?:{I}|人|民警|我人|现场|我和§|我跟§)?"
_JUST = "(?:已经?|都|刚|刚刚|现在|终于|人)*"
ARRIVE = (
    rule(Action.ARRIVE, rf"{{N}}{_WE}{_JUST}{_AT}{{X}}"),
    rule(Action.ARRIVE, r"{N}{I}?(?:人)?(?:已|刚|已经|刚刚|现场已|现场)到{X}"),
    rule(Action.ARRIVE, r"{N}{I}?到{E}"),
    rule(
        Action.ARRIVE,
        r"{N}{I}?(?:已经?)?(?:到场|到现场|到达现场)了?(?P<t>(?:正在|没人|没见|人[已不没]|对方|双方|当事人|发现"
        r"|了解|敲门).+)",
    ),
    rule(Action.ARRIVE, r"{I}?(?:已经?)?在\s?{N}(?:的)?现场了?{X}"),
    rule(
        Action.ARRIVE,
        rf"{_WE}{_JUST}(?:(?:到达?|抵达|赶到)了?(?:现场|场|厂|位|事发地)了?|到达了?|抵达了?|在现场了|到地方了){{X}}",
    ),
    rule(Action.ARRIVE, rf"{_WE}{_JUST}(?:{_AT}|(?<=已)到|(?<=刚)到){{X}}", weak=True),
    rule(
        Action.ARRIVE,
        rf"{{I}}?{_JUST}(?:到达?|抵达|到场|到厂|到位|赶到)了?\s?{{N}}(?:的?现场|那里|那边|那儿|地方)?了?{{X}}",
    ),
)
_END = any_of("完 好 定 妥 掉 结 完毕 结束 完成 到位 妥当 腚 订 完成了 利索")
_CLOSED = any_of(
    "办结 办洁 办节 办捷 办劫 办解 办接 办結 结案 结单 销单 销案 完结 了结 搞掂 完事 闭环 结了 结掉 妥了 完成 解决"
    " 关单 关闭 关掉 摆平 齐活 收工 销了 关了"
)
_CLOSE = (
    rf"(?:(?:处理|处里|处置|办理?|解决|搞|弄|调解|调处|化解){_END}|处理玩了"
    rf"|{_CLOSED})"
)
_BEGINS = r"(?=已|双方|当事人|经|现场|劝|调解|批评|警告|对方|嫌|系|是误|误)"
_OUTCOME = "(?:已|双方|和解|劝|调解|道歉|赔|警告|教育|答复|告知|离开|挪|归还|协商|误会|撤|签)"
_MAY = r"(?:已经?|可以|现已?|现在|申请|请求|予以|就|都|我就|能)?"
RESOLVE = (
    rule(
        Action.RESOLVE,
        rf"{{N}}{{DONE}}(?:{_CLOSE}|(?<=已)(?:处理|处置|处)|(?:处理|处置|完|ok|OK|好|结束|没事|平)了|OK|ok|done){{X}}",
    ),
    rule(Action.RESOLVE, r"{N}(?:我|可以)?结{E}"),
    rule(Action.RESOLVE, rf"{{N}}{{DONE}}{_CLOSE}(?:了)?{_BEGINS}{{FREE}}"),
    rule(Action.RESOLVE, rf"{{N}}(?P<t>.*[^,，。没未不能先别再\s]了?){{S}}{_MAY}(?:{_CLOSE}|结)(?:了|吧|啦)*{{E}}"),
    rule(Action.RESOLVE, rf"(?:我)?(?:已经?)?{_CLOSE}(?:了)?\s?{{N}}{{X}}"),
    rule(
        Action.RESOLVE, rf"{{DONE}}{any_of('办结 办洁 办节 办解 结案 结单 销单 处理完毕 处置完毕')}(?:了)?{{S}}{{FREE}}"
    ),
    rule(Action.RESOLVE, rf"{{DONE}}{_CLOSE}(?:了)?{{S}}(?=.*{_OUTCOME}){{FREE}}"),
    rule(Action.RESOLVE, rf"{{DONE}}{_CLOSE}(?:了)?{{S}}{{FREE}}", weak=True),
    rule(Action.RESOLVE, rf"{{DONE}}{_CLOSE}(?:了)?(?=已|双方)(?P<t>.+)", weak=True),
    rule(
        Action.RESOLVE,
        rf"(?P<t>[^№]*[^№,，。没未不能先别再\s]了?){{S}}{_MAY}"
        rf"(?:{any_of('办结 结案 结单 销单 可以结了 办完了 处理完了 处理完毕')})(?:了|吧|啦)*{{E}}",
        weak=True,
    ),
    rule(Action.RESOLVE, rf"{{DONE}}(?:{_CLOSE}|(?<=已)(?:处理|处置)|处理了|没事了)(?:了)?{{E}}", weak=True),
)
_FALSE = any_of(
    "误报 误报警 误报警情 谎报 谎警 虚警 假警 报假警 虚假警情 虚假报警 无效警情 无效报警 重复报警 重复警情"
    " 重复报 误触 误拨 误按 误会报警 误警 错报 乌龙 虚惊一场 恶作剧 骚扰电话 误保 误抱"
)
_FOUND = (
    r"(?:经?核实[了过]?|经查|查了|查过了|看了|看过了|到场看了|属于?|是|为|系|这是|这个是|就是|算|按|个|又是"
    r"|确认|一场|[了\s,，:：])*"
)
FALSE_REPORT = (
    rule(Action.FALSE_REPORT, rf"{{N}}{_FOUND}{_FALSE}(?:处理)?{{X}}"),
    rule(
        Action.FALSE_REPORT,
        rf"{{N}}{_FOUND}{_FALSE}(?:了)?(?P<t>(?:是|系|因为|小孩|老人|孩子|群众|报警人|当事人).+)",
    ),
    rule(Action.FALSE_REPORT, rf"{_FALSE}\s?{{N}}{{X}}"),
    rule(Action.FALSE_REPORT, rf"(?:核实|经核实|这是|是|系|属于|确认)*{_FALSE}{{S}}{{FREE}}"),
    rule(Action.FALSE_REPORT, rf"{_FOUND}{_FALSE}{{X}}", weak=True),
)
FOUND_FALSE = (rule(Action.FALSE_REPORT, rf"{{N}}{{T}}{{S}}{_FOUND}{_FALSE}{{E}}"),)
_URGENT = any_of(
    "加急 加急处理 加急办理 加个急 特急 优先 优先处理 优先办理 优先办 优先派 提级 升级 升级处理 紧急处理"
    " 提高优先级 提优先级 优先级提高 调高优先级 优先级调高 紧急 急件 急单"
    " 标红 置顶 先办 先处理 标急 改急 按紧急处理 按紧急办 提高级别 插队 最优先 往前排 提到最前 加鸡 家急 加极"
    " 急 很急 比较急 非常急 特别急 急急急 挺急 很紧急 情况紧急 十万火急 优先级最高"
)
_MAKE = any_of(
    "改成 改为 设为 设成 标为 标成 升级为 升级到 升级成 升为 升到 列为 置为 设 标 标注为 提为 提到 改 调成 调为"
    " 定为 转为 升"
)
_ASKED = "(?:要|请|需要|需|得|按|申请|必须|帮|给)?"
PRIORITY = (
    rule(Action.PRIORITY, rf"{{N}}{_ASKED}(?:{_MAKE})?{_URGENT}(?:一下|下)?{{X}}"),
    rule(Action.PRIORITY, rf"{{N}}{{T}}{{S}}{_ASKED}{any_of('加急 加急处理 加个急 优先处理 优先办理 提级 特急')}{{E}}"),
    rule(Action.PRIORITY, rf"(?:请)?{any_of('加急 优先处理 优先办理 优先 提级 加急处理')}(?:一下)?\s?{{N}}{{X}}"),
    rule(
        Action.PRIORITY, rf"{_ASKED}(?:加急|加个急|特急|加急处理|提级|优先处理|优先办理|(?:{_MAKE})紧急)(?:一下)?{{X}}"
    ),
)
