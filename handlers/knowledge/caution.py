"""How much a question sounds like something only a person can settle: a case, an event, a plea, a verdict."""

import re

from handlers.understanding.normal import plain, without_calls

_DOCUMENT = r"身份证|户口[本簿页]|居住证|护照|通行证|驾驶?[照证本]|行驶证|车牌|号牌|狗证|犬证|签注|证件|暂住证"

_ASKS = re.compile(
    r"[吗么嘛伐?？]|(.)不\1|还是|是真|真的|靠谱|不[。!！\s]*$|没[。!！\s]*$|怎|咋|如何|哪|什么|啥|几[岁天点年个时张分号]|多少|多久|多长|多大|多远|谁|何时|"
    r"[能会要该用给让需算准是]不|可不可|有没有|行不行|需不需|[能是可]否|可以|需要|要求|流程|条件|手续|材料|办理|补办|申请|"
    r"咨询|请问|想[问办]|问一?下|请教|要办|办个|区别|标准|规定|啷个|点样|系咪|要得不|电话是|值不值|得了不|还能|"
    rf"[办补换开](?:{_DOCUMENT}|证明)"
)
_LOST_PAPER = re.compile(
    rf"(?:{_DOCUMENT}).{{0,8}}(?:丢|掉|不见|找不|遗失|过期|到期|坏|断|消磁|破|逾期|没带|忘|磨|烂|没了)|"
    rf"(?:丢|掉|坏|忘带|没带)了?(?:{_DOCUMENT})"
)
_COUNTER = re.compile(
    rf"{_DOCUMENT}|户口|落户|无犯罪|居住登记|[狗犬]证|年检|年审|过户|报废|上牌|挂牌|改名|立户|分户|证明"
)
"""What is settled at a counter."""

_TELLS = re.compile(r"了|着|正|老是|又|还|被|让|把|天天|一直")

_PLEA = (
    r"(?<!外)来(?:一趟|个人|人(?!员)|看看|看一下|处理|管管|调解|抓|帮|现场)|派(?:个)?人|出警|快来|速来|管管|管不管|管一管|出面|"
    r"(?:帮|给)(?:我|俺|忙|我们|我家|她|他)?(?:要|讨|查一?下|查查|找|调|看看|看下|消|解|联系|写|催|问|劝|抓|拖|弄|撤|恢复|评|加|念)|处理一?下|"
    r"给我(?:回|打)|加强巡逻|回电|过来(?:一|看|处)|请求|求求|救(?:命|救|人)|盼"
)
"""Somebody shall come, look, do."""

_CASE = (
    r"(?:我|俺|我们|咱)(?:们)?(?:的|那个|这个|家|报的|上次|那)?(?:案子|案件|事情|单子|申请|审核|业务)|(?:我|俺|那个|这个).{0,4}案子|有结果|结果出来|"
    r"[怎咋]么?还(?:没|不)|还没(?:批|消息|动静|回|给|通知|处理)|为[什么啥]+我|怎么回事[？?]?$|有回复|让我等|等通知|没(?:消息|动静|下文|人管|人联系)|等了|拖了|催|"
    r"交了.{0,8}(?:月|天|周)|都(?:快)?.{1,4}(?:天|个?月|年|次|回|趟)了|跑了.{1,2}(?:趟|次|回)|审核.{0,2}(?:不|没)通过|"
    r"没(?:给)?(?:批|通过)|答应|上回|被取消了|异常|上次|[批追](?:下|回)来没|大半[年天]|[一二三四五六七八九十\d]月(?:的|份)?(?:交|报|办)|几号了|人多不多|"
    r"告诉我"
)
"""How the own case stands."""

_WHEN = (
    r"昨[天晚夜]|前[天晚]|刚[刚才被给把收接转]|今早|今天[早上下].{0,6}了|半夜.{0,8}了|上(?:周|星期|礼拜|个?月)|这几天|最近|前几天|正在|"
    r"[现这]在?(?:正|还在|人在|就在)|明[天早]|后天|今晚|(?:凌晨|早上|上午|下午|晚上)\d|\d点"
)
"""An event with its time."""

_HAPPENED = (
    r"(?:我|俺|咱|他|她|家|孩子|儿子|女儿|老公|老婆|妈|爸|弟|哥|朋友).{0,14}被.{1,10}了|"
    r"被(?:我|隔壁|邻居|对方|他|她|前夫|前妻|民警|交警|房东|老板).{1,10}了|已经.{0,6}(?:转|打|付|给|交|报|去)|我.{0,8}(?:转|打|付|充|填|点|签|交)了|"
    r"(?:少|没|丢|亏|损失)了?\d|[一二三四五六七八九十两几]+(?:千|万)|\d{3,}块|\d+[元万千]|对方.{0,8}(?:不肯|不给|说)|有人(?:在|正|一直|又|往)|都说了|"
    r"不在家|记下来了|我家(?:孩子|老人|狗|车)|我(?:捡|收)到?(?:了|一)|扣着|东西还在|扣了我|冒充我|我被骗"
)
"""It has happened, to somebody, with sums."""

_VERDICT = (
    r"算不算|能抓|抓[他她人]|会不会(?:被)?(?:判|拘|抓|坐牢)|会不会有事|判(?:多久|几年|多少)|构成|怎么判|合理吗|谁对谁错|责任在?谁|谁的责任|该谁负责|要负.{0,4}责任|"
    r"能告|告[他她]|起诉[他她]|打赢|特殊|情况(?:比较)?(?:复杂|是这样)|能强制|偷偷|凭[什啥]|归你们管|为[什啥]么?.{0,4}别人|不公平|讨个?说法|故意|害我|卡我|"
    r"你们(?:给|打错|查清|把|不批)|给我查清"
)
"""Who is right, what somebody deserves."""

_LOCAL = (
    r"今天.{0,4}(?:值班|谁)|谁值班|值班(?:的|电话|民警)|姓什么|新来的|调走|在不在(?:所|单位)?|打不通|搬到哪|搬哪|"
    r"(?:李|王|张|刘|陈|赵|孙|周|吴|郑|杨|黄|马|徐)(?:警官|所|队)|群主|管理员|平安群|你们(?:所长|领导|昨天|上次)|所长|招(?:辅警|聘|人吗)"
)
"""Who works here, and where things are today."""

_SIGNS = (
    (0.2, _PLEA),
    (0.2, _CASE),
    (0.1, _WHEN),
    (0.15, _HAPPENED),
    (0.2, _VERDICT),
    (0.25, _LOCAL),
    (0.15, r"\d{7,}"),
)
_PATTERNS = tuple((worth, re.compile(pattern)) for worth, pattern in _SIGNS)

_ELSEWHERE = re.compile(
    r"公积金|社保|医保|报销|低保|残疾证|房产证|营业执照|结婚证|离婚证|公租房|廉租|物业费|疫苗|核酸|公务员|养老金|退休金|下雨|天气|学区|"
    r"报名|开房|无人机|枪|弩|刀具|烟花|爆竹|鞭炮|刻章|网吧|特种行业|保安员?证|抚养|遗嘱|借条|欠钱|欠条|还钱|考驾照|驾校|科目|快递|假货|"
    r"健身|理发|辞退|造谣|网暴|隐私|偷拍|体罚|停水|停电|讲课|讲座|反诈课|宣讲|参观|限行|限号|新车|鸡蛋|鹰|野生|蛇|食堂|学时|实习期|公交|转学|电影|结婚登记|民政|招人|水管|打赏|交税|多少税"
)
_OURS = re.compile(
    r"[狗犬猫骗]|真的|真假|短信|链接|扫码|陌生|认证|户口|落户|证明|居住证|身份证|派出所|诈|打哪个|投诉|热线|备案|登记"
)
ELSEWHERE = 0.4
UNASKED, TOLD, REPORTED = 0.05, 0.2, 0.8
_SUPPOSES = re.compile(
    r"一般|要是|如果|万一|假如|碰到这种|遇到这种|遇上|了解|常识|请教|哪些|哪几|什么情况|分别|区别|通常|正规|学校布置|作业|先问"
)
SUPPOSED = 0.12
"""What is only supposed, or asked for in general, needs that much less."""

FROM, PER_CHARACTER, AT_MOST = 40, 0.004, 0.1
"""Whoever writes much has a story; from this many characters on it counts."""


def caution(text: str) -> float:
    """What must be added to the score an answer needs: 0 for a plain question."""
    words = _words(text)
    added = sum(worth for worth, pattern in _PATTERNS if pattern.search(words))
    if not _ASKS.search(words) and not _LOST_PAPER.search(words):
        added += _unasked(words)
    if _SUPPOSES.search(words):
        added -= SUPPOSED
    return max(0.0, added + min(AT_MOST, max(0, len(words) - FROM) * PER_CHARACTER))


def _unasked(words: str) -> float:
    """Nothing is asked: of papers it may still be meant so (居住证年审), anything else is a report (路灯坏了)."""
    if not _COUNTER.search(words):
        return REPORTED
    return TOLD if _TELLS.search(words) else UNASKED


def elsewhere(text: str, entry: str) -> float:
    """The same for things other offices see to, unless the entry speaks of them and the question of our side of it."""
    words = _words(text)
    named = _ELSEWHERE.findall(words)
    ours = _OURS.search(words) is not None and all(word in entry for word in named)
    return ELSEWHERE if named and not ours else 0.0


def _words(text: str) -> str:
    return "".join(without_calls(plain(text)).split())
