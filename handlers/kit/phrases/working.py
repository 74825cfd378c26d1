"""Sentences of who works on a ticket: claim, on scene, done, false, urgent."""

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.rules import any_of, rule

_GO = any_of(
    "来 去 接 上 跟 办 管 处理 跑一趟 过去 接手 来接 来办 来处理 来跟 来弄 来搞 来盯 来负责 来管 来看看 去看看 去看下 去处理 去办 去一趟 过去看看"
    " 过去一趟 去跑一趟 来跑 接了 接下 接下了 接走 接单 接单了 接手了 领了 领走 拿了 负责 认领 认领了 先去 先去看看 先接 先过去 先接了 去接 先接着 去弄 包 过去处理 去处置 来处置 去吧 来吧 跟进 来跟进 盯 盯着 包了 来接手 顺路去 顺路过去 顺道去"
)
_TAKE = any_of("接单 接旦 接淡 接丹 接手 接下 接警 接 认领 领 抢单 抢 拿下 收下 领走")
_BARE_GO = any_of("来 去 去吧 来吧 去看看 过去 过去看看 去一趟 跑一趟 马上去 这就去 马上过去 马上到 先去看看 先过去 现在去 现在过去")
_BARE_TAKE = any_of("接 接单 接手 来接 接了 接下 接下了 来处理 去处理 认领 来办 来跟 来负责 先接 接吧")
CLAIM = (
    rule(Action.CLAIM, rf"{{N}}(?:(?:收到|好的?|行|ok|OK|明白|嗯)(?:{{S}})?)?(?:就|还是|先)?(?:由|让|归)?{{I}}(?:这边)?{_GO}(?:一下|一趟|看看)?{{X}}"),
    rule(Action.CLAIM, rf"(?:由|让)?{{I}}(?:这边)?{_BARE_TAKE}{{C}}"),
    rule(Action.CLAIM, rf"(?:让)?{{I}}{_BARE_GO}{{C}}"),
    rule(Action.CLAIM, r"{N}(?:就)?(?:交给?|包在?|给|转给?|派给?|分给|留给|归|算|转交给|让给)我(?:身上|吧|了|处理|来办|来处理|来)*{X}"),
    rule(Action.CLAIM, rf"{{I}}?(?:来|想|已经?)?(?:先)?{_TAKE}(?:一下|下|了)?\s?{{N}}{{C}}"),
    rule(Action.CLAIM, rf"{{I}}(?:来|去|跟|来处理|去处理|来办|来跟)\s?{{N}}{{C}}"),
    rule(Action.CLAIM, rf"{{N}}{{I}}?(?:已经?|来)?{_TAKE}{{C}}"),
    rule(Action.CLAIM, r"{N}(?:收到|好的?|明白|OK|ok|接到)(?:{S})?{GO}{C}"),
    rule(Action.CLAIM, r"{N}?{GO}{C}", weak=True),
    rule(Action.CLAIM, r"来了(?:来了)?{E}", weak=True),
    rule(Action.CLAIM, rf"{_TAKE}(?:了|吧)?{{E}}", weak=True),
)
_THERE = any_of("到场 到厂 到长 道场 到达现场 到达 到现场 到位 抵达现场 抵达 到了现场 到达了现场 抵达了现场")
_ARRIVED = any_of("到了 到啦 到地方了 到门口了 到楼下了 到这了 在现场 在现场了 人到了")
_JUST = "(?:已经?|都|刚|刚刚|现在|终于)*"
ARRIVE = (
    rule(Action.ARRIVE, rf"{{N}}(?:{{I}}|人|民警)?{_JUST}(?:{_THERE}了?|{_ARRIVED}){{X}}"),
    rule(Action.ARRIVE, r"{N}(?:{I})?(?:已|刚|已经|刚刚)到{X}"),
    rule(Action.ARRIVE, r"{N}{I}?到{E}"),
    rule(Action.ARRIVE, r"{N}{I}?(?:已经?)?(?:到场|到现场|到达现场)了?(?P<t>(?:正在|没人|没见|人[已不没]|对方|双方|当事人|发现|了解|敲门).+)"),
    rule(Action.ARRIVE, r"{I}?(?:已经?)?在\s?{N}(?:的)?现场了?{X}"),
    rule(Action.ARRIVE, rf"{{I}}?{_JUST}(?:{_THERE}|在现场了|到地方了){{X}}"),
    rule(Action.ARRIVE, r"{I}?(?:已经?|刚|刚刚)?(?:到了|到门口了|到楼下了|已到|刚到){E}", weak=True),
    rule(Action.ARRIVE, rf"{{I}}?{_JUST}(?:{_THERE}|到)了?\s?{{N}}(?:的?现场|那里|那边|那儿|地方)?了?{{X}}"),
)
_CLOSE = any_of(
    "办结 办洁 办节 办捷 办劫 办解 办接 结案 结单 销单 销案 完结 办完 办好 搞定 搞掂 弄好 弄完 搞完 处理完毕 处理完 处理完成 处理好 处理妥当 处理掉"
    " 处置完毕 处置完 处置好 处理结束 调解完 调解好 解决 了结 完事 闭环 结了 结掉 办妥 妥了 完成"
)
_DID = any_of("处理了 处置了 处理 处置 完了 ok了 OK了 好了 结束了 弄妥了 摆平了")
_BEGINS = r"(?=已|双方|当事人|经|现场|劝|调解|批评|警告|对方|嫌|系|是误|误)"
_MAY = r"(?:已经?|可以|现已?|现在|申请|请求|予以|就)?"
RESOLVE = (
    rule(Action.RESOLVE, rf"{{N}}{{DONE}}(?:{_CLOSE}|(?<=已){_DID}|(?:处理|处置|完|ok|OK|好|结束|弄妥|摆平)了){{X}}"),
    rule(Action.RESOLVE, r"{N}(?:我)?结{E}"),
    rule(Action.RESOLVE, rf"{{N}}{{DONE}}{_CLOSE}(?:了)?{_BEGINS}{{FREE}}"),
    rule(Action.RESOLVE, rf"{{N}}(?P<t>.*[^,，。没未不能先别再\s]了?){{S}}{_MAY}{_CLOSE}(?:了|吧|啦)*{{E}}"),
    rule(Action.RESOLVE, rf"(?:我)?(?:已经?)?{_CLOSE}(?:了)?\s?{{N}}{{X}}"),
    rule(Action.RESOLVE, rf"{{DONE}}{_CLOSE}(?:了)?{{S}}{{FREE}}"),
    rule(Action.RESOLVE, rf"{{DONE}}{_CLOSE}(?:了)?{{E}}", weak=True),
)
_FALSE = any_of("误报 误报警 误报警情 谎报 虚警 假警 报假警 虚假警情 虚假报警 无效警情 无效报警 重复报警 重复警情 重复报 误触 误拨 误按 误会报警")
_FOUND = "(?:经?核实[了过]?|经查|查了|查过了|看了|到场看了|属于?|是|为|系|这是|这个是|就是|算|按|个|又是|确认|[了\s,，:：])*"
FALSE_REPORT = (
    rule(Action.FALSE_REPORT, rf"{{N}}{_FOUND}{_FALSE}(?:处理)?{{X}}"),
    rule(
        Action.FALSE_REPORT,
        rf"{{N}}{_FOUND}{_FALSE}(?:了)?(?P<t>(?:是|系|因为|小孩|老人|孩子|群众|报警人|当事人).+)",
    ),
    rule(Action.FALSE_REPORT, rf"{_FALSE}\s?{{N}}{{X}}"),
    rule(Action.FALSE_REPORT, rf"{_FOUND}{_FALSE}{{X}}", weak=True),
)
_URGENT = any_of("加急 加急处理 加急办理 加个急 特急 优先 优先处理 优先办理 优先办 提级 升级 升级处理 紧急处理 提高优先级 优先级提高 调高优先级")
_MAKE = any_of("改成 改为 设为 设成 标为 标成 升级为 升级到 升级成 升为 提为 提到 改 调成 调为 定为 转为")
PRIORITY = (
    rule(Action.PRIORITY, rf"{{N}}(?:要|请|需要|需|得|按|申请)?(?:{_MAKE})?{_URGENT}{{X}}"),
    rule(Action.PRIORITY, rf"{{N}}{_MAKE}紧急{{X}}"),
    rule(Action.PRIORITY, rf"(?:请)?{any_of('加急 优先处理 优先办理 优先 提级')}\s?{{N}}{{X}}"),
    rule(Action.PRIORITY, r"(?:加急|加个急|特急|加急处理|提级){X}", weak=True),
)
