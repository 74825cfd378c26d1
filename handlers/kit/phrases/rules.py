"""The grammar of sentences about tickets. Each pattern must match the whole sentence, so a word nobody foresaw is no order.

№ is a list of ticket numbers, § a person. Group `t` is the free text. A pattern without № means the card replied to,
or the only ticket that can be meant.
"""

import re
from dataclasses import dataclass

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.words import END, NAME, PLACES, SEP

_MACROS = {
    "{N}": rf"(?:(?:把|将|关于|这)?(?:@\S+ )?№(?:{SEP})?(?:这[单个件]|那[单个件])?(?:都|也|全部?|一起|一并|两[单个]都?)?)",
    "{WHO}": rf"(?:(?:@\s?)?(?P<place>{PLACES})|(?P<who>§)(?:那边|那里|他们)?|(?:@\s?)?(?P<name>{NAME}?)(?=[去来处办跟负\s,，。№]|$))",
    "{GO}": (
        r"(?:我)?(?:马上|这就|立刻|立马|现在就?|即刻|就)(?:就)?(?:去|过去|到|来|赶过去|赶到|出发|动身|处理|赶往)(?:现场|处理|看看|一下|一趟)?"
    ),
    "{ETA}": (
        r"(?:我?(?:就|正好|刚好|刚|正)?在(?:附近|旁边|边上|那边|跟前|门口)|离得?近|我?(?:大概|大约|约)?(?:还有|还要)?"
        r"[\d一二两三五十半几]{1,3}个?(?:来)?(?:分钟|小时)(?:左右|内|就|以内|后)*(?:能|可以)?(?:到|过去|赶到)?|你们(?:先)?(?:忙|休息|歇着)|不用(?:管|派人)了?"
        r"|(?:我)?(?:马上|这就|立刻|立马|现在就?)(?:就)?(?:去|过去|到|来|赶过去|赶到|出发|动身|处理)(?:现场)?|收到|好的?|放心|没问题|交给我)"
    ),
    "{DONE}": r"(?:已经?|都|全|刚|我|这边|可以|就)*",
    "{FREE}": r"(?P<t>.+)",
    "{S}": SEP,
    "{E}": END,
}
_MACROS["{X}"] = rf"[了啦吧哈啊呀的]*(?:{SEP}(?P<t>.+)|{END})"
_MACROS["{C}"] = rf"[了啦吧哈啊呀]*(?:(?:{SEP})?{_MACROS['{ETA}']}){{0,2}}{END}"


@dataclass(frozen=True, slots=True)
class Rule:
    """`weak`: as good as talk unless a ticket is named or replied to. `to_me`: a transfer that is a claim."""

    action: Action
    pattern: re.Pattern[str]
    weak: bool = False


def _rule(action: Action, pattern: str, *, weak: bool = False) -> Rule:
    for name, body in _MACROS.items():
        pattern = pattern.replace(name, body)
    return Rule(action, re.compile(pattern, re.DOTALL), weak)


_I_GO = (
    "我(?:这边)?(?:来|去|接|上|跟|办|管|处理|跑一趟|过去|接手|来接|来办|来处理|来跟|来弄|来搞|来吧|来盯|去看看|去处理|去办|去一趟|过去看看"
    "|去跑一趟|来跑|接了|接下|接下了|领了|领走|拿了|负责|认领|先去|先去看看|先接|这边接|这就去|马上去|马上过去|现在去|现在过去)(?:一下|一趟|看看|处理)?"
)
_TAKE = "(?:接单|接旦|接手|接下|接警|接|认领|领|抢单|抢|拿下|收下)"
_CLAIM = (
    _rule(Action.CLAIM, rf"{{N}}(?:就)?(?:由|让|归)?{_I_GO}(?:吧|了|哈)*{{X}}"),
    _rule(Action.CLAIM, r"(?:就)?(?:由|让)?我(?:这边)?(?:接|接单|接手|来接|接了|接这单|接这个|来处理|去处理|认领|来办|接下)(?:吧|了)?{C}"),
    _rule(Action.CLAIM, r"(?:就)?(?:让)?我(?:来|去|去吧|来吧|去看看|过去|过去看看|去一趟|跑一趟|马上去|这就去|马上过去|先去看看){C}"),
    _rule(Action.CLAIM, r"{N}(?:就)?(?:交给|给|转给|派给|分给|留给|归|算|转交给|让给)我(?:吧|了|处理|来办|来)*{X}"),
    _rule(Action.CLAIM, rf"(?:我)?(?:来)?(?:先)?{_TAKE}(?:一下|下|了)?\s?{{N}}{{C}}"),
    _rule(Action.CLAIM, rf"{_TAKE}(?:了)?\s?{{N}}{{S}}{{GO}}{{C}}"),
    _rule(Action.CLAIM, rf"{{N}}(?:我)?(?:已经?|来)?{_TAKE}(?:了|啦|吧)*{{C}}"),
    _rule(Action.CLAIM, r"{N}(?:收到|好的?|明白|OK|ok)(?:{S})?{GO}{C}"),
    _rule(Action.CLAIM, r"{N}?{GO}{C}", weak=True),
    _rule(Action.CLAIM, r"来了(?:来了)?{E}", weak=True),
    _rule(Action.CLAIM, rf"{_TAKE}(?:了|吧)?{{E}}", weak=True),
)
_THERE = "(?:到场|到厂|到长|到达现场|到达|到现场|到位|抵达现场|抵达)"
_ARRIVE = (
    _rule(Action.ARRIVE, rf"{{N}}(?:我们?|人)?(?:已经?|都|刚|刚刚)?(?:{_THERE}了?|到了|到地方了|到门口了|到楼下了|到这了|在现场了?){{X}}"),
    _rule(Action.ARRIVE, r"{N}已到{X}"),
    _rule(Action.ARRIVE, rf"(?:我们?)?(?:已经?|刚|刚刚)?(?:{_THERE}了?|在现场了|到地方了){{X}}"),
    _rule(Action.ARRIVE, r"(?:我们?)?(?:已经?|刚|刚刚)?(?:到了|到门口了|到楼下了|已到){E}", weak=True),
    _rule(Action.ARRIVE, rf"(?:我们?)?(?:已经?|刚|刚刚)?(?:{_THERE}|到)\s?{{N}}(?:现场|那里|那边|地方)?了?{{X}}"),
)
_CLOSE = (
    "(?:办结|办洁|办节|办捷|办劫|办解|结案|结单|销单|销案|完结|办完|办好|搞定|搞掂|弄好|弄完|搞完|处理完毕|处理完|处理好|处置完毕|处置完|处理结束"
    "|调解完|调解好|解决|了结|完事|闭环|结了|结掉)"
)
_STARTED = r"(?=已|双方|当事人|经|现场|劝|调解|批评|警告|对方|嫌|系|是|误)"
_RESOLVE = (
    _rule(Action.RESOLVE, rf"{{N}}{{DONE}}(?:{_CLOSE}|处理了|处置了|已处理|已处置|完了|ok了|OK了|好了){{X}}"),
    _rule(Action.RESOLVE, rf"{{N}}{{DONE}}{_CLOSE}(?:了)?{_STARTED}{{FREE}}"),
    _rule(Action.RESOLVE, rf"{{N}}(?P<t>[^,，。]*[^,，。没未不能先别再\s](?:了)?){{S}}(?:已经?|可以|现|现已|现在)?{_CLOSE}(?:了|吧)*{{E}}"),
    _rule(Action.RESOLVE, rf"(?:已经?)?{_CLOSE}(?:了)?\s?{{N}}{{X}}"),
    _rule(Action.RESOLVE, rf"{{DONE}}(?:{_CLOSE})(?:了)?{{S}}{{FREE}}"),
    _rule(Action.RESOLVE, rf"{{DONE}}(?:{_CLOSE})(?:了)?{{E}}", weak=True),
)
_DO = "(?:去|来|处理|跟进|办|接|接手|跑一趟|看看|过去|处置|负责|弄|盯|跟|去处理|去看看|去一趟|来处理|来接|来办|去跑一趟|过去看看|接着办)"
_GIVE = "(?:转派给?|转牌给?|转交给?|移交给?|改派给?|指派给?|分派给?|转给|派给|交给|分给|让给|推给|转到|转去|转由|派|转|移送)"
_BID = "(?:让|叫|由|安排|派|换成|改成|改由)"
_TRANSFER = (
    _rule(Action.TRANSFER, rf"{{N}}(?:我)?(?:想|要|先|帮我|麻烦|请)?{_GIVE}\s?{{WHO}}{_DO}?(?:一下|下)?{{X}}"),
    _rule(Action.TRANSFER, rf"{{N}}给\s?{{WHO}}{_DO}?(?:一下|下)?{{X}}"),
    _rule(Action.TRANSFER, rf"{_GIVE}\s?{{WHO}}{_DO}?(?:一下|下)?\s?(?:{{S}})?{{N}}{{X}}"),
    _rule(Action.TRANSFER, rf"{_GIVE}\s?{{N}}(?:给|到|去)?\s?{{WHO}}{_DO}?(?:一下|下)?{{X}}"),
    _rule(Action.TRANSFER, rf"{{N}}{_BID}\s?{{WHO}}{_DO}(?:一下|下|一趟)?{{X}}"),
    _rule(Action.TRANSFER, rf"{_BID}\s?{{WHO}}{_DO}(?:一下|下)?\s?{{N}}{{X}}"),
    _rule(Action.TRANSFER, rf"{{N}}(?P<who>§)(?:你)?{_DO}(?:一下|下)?吧{{X}}"),
    _rule(Action.TRANSFER, rf"(?:这[单个件]|把这[单个件])?(?:我)?(?:想)?{_GIVE}\s?{{WHO}}{_DO}?(?:一下|下)?{{X}}"),
    _rule(Action.TRANSFER, rf"(?:这[单个件])?{_BID}\s?{{WHO}}{_DO}(?:一下|下|一趟)?{{X}}", weak=True),
    _rule(Action.TRANSFER, rf"(?:这[单个件]|把这[单个件])给\s?{{WHO}}{_DO}?{{X}}"),
)
_CANNOT = (
    "(?:我)?(?:这边|现在|今天|暂时|实在|真)*(?:去不了|来不了|接不了|办不了|处理不了|跟不了|弄不了|过不去|赶不过去|走不开|赶不上|脱不开身|抽不开身|没空|没时间|有事去不了|顾不上)"
)
_RETURN = "(?:退回去|退回来?|退单|退了|退掉|交回|放弃|释放|退给值班(?:长|室)|退还|退)"
_OTHERS = "(?:换个?人|换一?个?人(?:去|吧|办|处理)*|找别人|换别人|让别人去|派别人|另派人?|另找人|另外派人|换个人(?:去|来|办|处理))"
_GIVE_BACK = (
    _rule(Action.GIVE_BACK, rf"{{N}}(?:我)?(?:想|要|先|申请)?{_RETURN}(?:给值班(?:长|室)|给指挥室)?{{X}}"),
    _rule(Action.GIVE_BACK, rf"(?:我)?(?:想|要|先|申请)?{_RETURN}\s?{{N}}{{X}}"),
    _rule(Action.GIVE_BACK, rf"{{N}}{_CANNOT}{{X}}"),
    _rule(Action.GIVE_BACK, rf"{{N}}(?:我)?(?:先)?不(?:接|去|办|跟)了{{X}}"),
    _rule(Action.GIVE_BACK, rf"{{N}}(?:麻烦|请|能不能|帮忙)?{_OTHERS}{{X}}"),
    _rule(Action.GIVE_BACK, rf"(?P<t>[^№]{{0,12}}?)(?:{{S}})?(?:给)?{{N}}(?:麻烦|请|帮忙)?{_OTHERS}{{E}}"),
    _rule(Action.GIVE_BACK, r"(?:退回|退单|这单退回|退回这单|退回去){X}"),
    _rule(Action.GIVE_BACK, rf"(?:这[单个件])?(?:{_CANNOT}|{_OTHERS}){{X}}", weak=True),
)
_HANG = "(?:挂起|挂其|挂启|暂挂|先挂起|先挂着|先挂一下|挂着|先挂|挂一下|暂停|搁置|先放放|先放一放|先放一下|放一放|放放|缓一缓|先缓缓|先搁着|先放着)"
_WAIT_FOR = (
    "等(?:待|一下|下)?(?P<x>[^,，。?？]{0,16}?(?:答复|回复|回话|来所里?|到所里?|来派出所|结果|监控|鉴定|回来|通知|材料|消息|反馈|上班|确认|调取|配合|回电话?|报告|手续))"
)
_AGAIN = "再(?:说|处理|看|办|去|联系|弄|跟进|调解|谈|议|过去|问|找他们?|找她|打电话)"
_PAUSE = (
    _rule(Action.PAUSE, rf"{{N}}(?:我)?(?:先|要|申请|想)?{_HANG}{{X}}"),
    _rule(Action.PAUSE, rf"{{N}}(?:我)?(?:先)?(?:挂起|挂其|挂启)(?P<t>等.+)"),
    _rule(Action.PAUSE, rf"(?:我)?(?:先|申请)?{_HANG}\s?{{N}}{{X}}"),
    _rule(Action.PAUSE, rf"(?:先|申请)?(?:挂起|挂其|挂启|暂挂)\s?{{N}}(?P<t>等.+)"),
    _rule(Action.PAUSE, rf"{{N}}(?P<t>(?:先|要|得|需要|还要|还得|在)?{_WAIT_FOR}(?:(?:{{S}})?.{{0,14}}{_AGAIN})?){{E}}"),
    _rule(Action.PAUSE, rf"{{N}}(?P<t>(?:先|要|得)?等.{{1,20}}{_AGAIN}){{E}}"),
    _rule(Action.PAUSE, rf"{{N}}(?P<t>(?:[^,，。?？没不]{{0,14}}{{S}})?(?:约好|约了|说好|定在)?(?:了)?.{{2,10}}{_AGAIN}){{E}}"),
    _rule(Action.PAUSE, r"(?:这[单个件])?(?:先)?(?:挂起|暂挂|挂其)(?:一下)?{X}"),
    _rule(Action.PAUSE, r"(?:这[单个件])?(?:先放放|先放一放|先挂着|先放着){X}", weak=True),
    _rule(Action.PAUSE, rf"(?P<t>(?:先|要|得)?{_WAIT_FOR}(?:(?:{{S}})?.{{0,14}}{_AGAIN})?){{E}}", weak=True),
)
_RESUME = (
    _rule(Action.RESUME, r"{N}(?:现在)?(?:可以)?(?:继续(?:办理|办|处理|处置|跟进|调解)?|恢复(?:办理|处理)?|解挂|解除挂起|取消挂起|接着(?:办|处理)|重新(?:启动|开始)|启动){X}"),
    _rule(Action.RESUME, r"(?:继续(?:办理|办|处理|处置|跟进|调解)?|恢复(?:办理|处理)?|解挂|解除挂起|取消挂起|接着(?:办|处理)|重启)\s?{N}{X}"),
    _rule(Action.RESUME, r"(?:解挂|解除挂起|取消挂起|恢复办理){E}"),
    _rule(Action.RESUME, r"(?:继续|恢复|继续(?:办理|办|处理|跟进)|接着办){E}", weak=True),
)
_BACKUP = "(?:支援|增援|帮忙|协助|人手|帮手|协办|支持|搭把手|增派人手|加派人手|派人支援|派人增援|派人来|加人|人帮忙|人支援|人协助|人来帮忙)"
_HELP = (
    _rule(Action.HELP, rf"{{N}}(?:我这边|这边|现场|我)?(?:需要|请求|申请|急需|要|求|请|快来|来|缺)(?:个|一下|点)?{_BACKUP}{{X}}"),
    _rule(Action.HELP, rf"{{N}}(?:我这边|这边|现场)?(?:需要|请|来|再来|派|再派|要|加)(?:一个|两个|个|几个|俩|点)?人(?:来|过来|去)?(?:{_BACKUP})?{{X}}"),
    _rule(Action.HELP, rf"{{N}}(?:我这边|这边|现场)?(?:人手不够|人不够|一个人(?:不行|搞不定|弄不了|忙不过来)|缺人|搞不定|快来人|来人){{X}}"),
    _rule(Action.HELP, rf"{{N}}(?:再)?(?:叫上|喊上|带上|叫|喊|让|请|加上?|拉上|麻烦)\s?{{WHO}}(?:过来|来|去|也)?(?:一起去?|一块去?|帮忙|支援|协助|协办|帮我|搭把手|帮一下|增援)(?:一下|吧)?{{X}}"),
    _rule(Action.HELP, r"{N}(?:叫上|喊上|带上|拉上|加上)\s?{WHO}{X}"),
    _rule(Action.HELP, r"{N}(?P<who>§)(?:来)?(?:协办|协助|支援一下|帮忙|来支援){X}"),
    _rule(Action.HELP, rf"(?:需要|请求|申请|急需|求)(?:一下)?{_BACKUP}\s?{{N}}{{X}}"),
    _rule(Action.HELP, rf"(?:我这边|这边|现场)?(?:需要|请求|申请|急需|求|快来)(?:一下)?{_BACKUP}{{X}}"),
    _rule(Action.HELP, r"(?:我这边|这边|现场)?(?:人手不够|快来人|来个人帮忙|来人支援){X}"),
    _rule(Action.HELP, r"(?:叫上|喊上|拉上|让|叫|请)\s?{WHO}(?:过来|来)?(?:一起去?|帮忙|支援|协助|协办|帮我|增援)(?:一下|吧)?{X}", weak=True),
)
_WRITE = "(?:备注一下|备注下|备注|记录一下|记一下|记一笔|记录|补充一下|补充|补一句|备忘|留言|注)"
_NOTE = (
    _rule(Action.NOTE, rf"{{N}}(?:加个?|补个?|做个?|写个?)?{_WRITE}(?:{{S}}|(?=[\u4e00-\u9fff])){{FREE}}"),
    _rule(Action.NOTE, rf"(?:给|加)?{_WRITE}\s?{{N}}(?:{{S}})?{{FREE}}"),
    _rule(Action.NOTE, rf"给{{N}}(?:加个?|补个?|做个?|写个?){_WRITE}(?:{{S}})?{{FREE}}"),
    _rule(Action.NOTE, rf"{_WRITE}{{S}}{{FREE}}", weak=True),
)
_FALSE = "(?:误报警?|谎报|虚警|假警|报假警|虚假警情|无效警情|重复报警|重复警情|重复报|误触|误拨|误按)"
_FALSE_REPORT = (
    _rule(Action.FALSE_REPORT, rf"{{N}}(?:经核实|核实|核实了|查了|属于|属|是|为|系|这是|这个是|就是|算|按)*{_FALSE}(?:处理)?{{X}}"),
    _rule(Action.FALSE_REPORT, rf"{{N}}(?:是|为|系)?{_FALSE}(?:了)?(?P<t>(?:是|系|小孩|老人|孩子|群众|报警人|当事人).+)"),
    _rule(Action.FALSE_REPORT, rf"{_FALSE}\s?{{N}}{{X}}"),
    _rule(Action.FALSE_REPORT, rf"(?:经核实|核实|这单|这是|这个|属于|是|为|系)*{_FALSE}{{X}}", weak=True),
)
_PRIORITY = (
    _rule(Action.PRIORITY, r"{N}(?:要|请|需要|需|得|改|改成|改为|设为|标为|标成|升级为?|升为|提为|提到)?(?:加急|加个急|特急|优先(?:处理|办理|办)?|提级|升级|升级处理|紧急处理|提高优先级){X}"),
    _rule(Action.PRIORITY, r"{N}(?:改成|改为|设为|标为|标成|升级为|升级到|升为|提为|提到|改)紧急{X}"),
    _rule(Action.PRIORITY, r"(?:加急|优先处理|优先办理|优先|提级)\s?{N}{X}"),
    _rule(Action.PRIORITY, r"(?:这[单个件])?(?:加急|加个急|特急|加急处理|提级){X}", weak=True),
)
RULES = (
    *_CLAIM,
    *_ARRIVE,
    *_FALSE_REPORT,
    *_RESOLVE,
    *_HELP,
    *_TRANSFER,
    *_GIVE_BACK,
    *_NOTE,
    *_RESUME,
    *_PAUSE,
    *_PRIORITY,
)
"""In the order they are tried; the first that matches is meant."""
