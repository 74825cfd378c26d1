"""What takes an order back or makes it none: a question, a condition, a second thought, words for somebody else."""

import re

from handlers.kit.phrases.meaning import Action

_QUESTION = re.compile(
    r"[?？]|来着|([接去转退挂结办到派来])不\1|[吗么]\s*$|几[点个号]$|(?:啥|谁|哪|咋|怎么|什么|几|多少|没|不).*呢\s*$"
    r"|(?:[了有]没有?|[咋怎]么?(?:办|整|弄|搞)|行不行?|可以吗|对不对|好不好|能不能|要不要|是不是|该不该|用不用|算不算"
    r"|合适)[\s。.!！]*$"
    r"|是谁[^\s,，。]{1,4}的|真的?假的?|是真是假|要不要|该不该|用不用|是不是|算不算"
)
_ASKED = re.compile("[?？]$|是谁的?$")
_SLIP = (
    r"(?:^|[\s,，。.…])(?:我|刚才|刚刚|不好意思|哦|呃|啊|哎){0,3}(?:说|打|发|点|按|写|看|记|填|选)错(?!人|电话|号码"
    r"|警|群)"
    r"|手滑|手误|搞错单|更正|口误"
)
_SECOND_THOUGHT = re.compile(
    rf"(?:^|[\s,，。.…])(?:呃|额|嗯|哎|诶|哦|啊)*(?:算了|不对|不行就|(?:先)?等等|先别|先甭|不不|等下|且慢|慢着|错了"
    rf"|还没$"
    rf"|不是(?=[这那\s,，]|$))|{_SLIP}|打错字|开玩笑|逗你|再想想|再商量|等我(?:消息|电话)|别急着"
    r"|(?:还没|没)(?:弄|办|处理)完|不是这[单个]|到是到了"
)
_CORRECTED = re.compile(rf"(?:[\s,，。.…]|^)(?:哦|呃|额|啊|诶)*(?:不对|算了|说错|等等|不不)|{_SLIP}")
_VERBS = {
    Action.CLAIM: "接|抢",
    Action.ARRIVE: "到",
    Action.RESOLVE: "结|办结|销|关",
    Action.TRANSFER: "转|移交|交给|派",
    Action.GIVE_BACK: "退|换人|重派",
    Action.PAUSE: "挂|停|暂停",
    Action.RESUME: "恢复|继续|接着",
    Action.HELP: "支援|增援|来人|帮忙|派人",
    Action.FALSE_REPORT: "误报",
    Action.PRIORITY: "加急|优先|升级",
}
_FORBIDDEN = {
    action: re.compile(
        f"(?:别|甭|不用|不要|不需要|用不着|不必|先不|勿|没让|没说)(?:急着|忙着|给我|给|再|我|要)*+(?:{verbs})"
    )
    for action, verbs in _VERBS.items()
}
"""Another order than the one that stands beside it may well be forbidden: 我到了，不用转了."""

_MISDIALLED = re.compile("打错(?:电话)?了?")
_MISTAKEN = re.compile("我?(?:[接抢]错)了?(?:单子?)?")
_CONDITION = re.compile(r"如果|要是|万一|(?<![说讲])的话(?=$|[\s,，。吧])|假如|除非|倘若|本来[想要打]|原本|差点|早知道")
_NO_NOTE = re.compile("[呢是好]|里[有面]|谁|怎么|咋|在哪|有没有|写[的了]?$|一?下$|[栏表]")
_NOT_YET = re.compile("还没|尚未")
_LATER = re.compile(r"(?:以后|回头|明天|晚点|等会儿?|一会儿?)?再(?:说|办|来|弄|处理)[\s。.!！]*$")
_RESIDENT = re.compile(
    r"^(?:大[爷妈娘姐哥叔婶]|阿姨|叔叔?|女士|先生|奶奶|爷爷|老乡|同学|[赵钱孙李周吴郑王张刘陈杨][女先][士生]"
    r"|您好)[\s,，。!！]|[帮给跟为替]您|开一?下门|你(?:先|在哪|把|那边|家|在家|下来|等一?下|稍等)|来所里?[领取拿]"
    r"|您(?:稍|别|在|先|放心|好|家|的|那边|这边|反映|报)|请您|麻烦您"
)


def taken_back(text: str, action: Action) -> bool:
    """Do these words beside an order make it a question or a mistake?"""
    if action is Action.FALSE_REPORT and _MISDIALLED.fullmatch(text):
        return False
    if action is Action.GIVE_BACK and _MISTAKEN.fullmatch(text):
        return False
    if action is Action.NOTE:
        return any(p.search(text) for p in (_ASKED, _CORRECTED)) or _NO_NOTE.match(text) is not None
    forbidden = _FORBIDDEN.get(action)
    return any(p.search(text) for p in (_QUESTION, _SECOND_THOUGHT)) or (
        forbidden is not None and forbidden.search(text) is not None
    )


_RESERVED = re.compile(
    "别|甭|不用|不要|不必|不需要|还没|没有?(?=[接到结退转挂办])|尚未|可能|也许|好像|似乎|估计|应该|恐怕|考虑|打算|准备|想着|本来|原本"
    "|听说|据说|上次|上回|昨[天晚]|之前|以前|当时|下次"
)
"""Beside words the grammar does not know, any of these is too much."""


def reserved(text: str, action: Action) -> bool:
    """Is `text` a question, a denial, a guess, a plan or a memory? Asking for help or haste politely is none."""
    if _RESERVED.search(text):
        return True
    if action is Action.ASK:
        return False
    return taken_back(text, action)


def asked_or_unsure(text: str) -> bool:
    """Is this, whatever it is about, a question or a second thought?"""
    return any(p.search(text) for p in (_QUESTION, _SECOND_THOUGHT))


def second_thought(text: str) -> bool:
    """Does the writer stop himself: 呃先等等?"""
    return _SECOND_THOUGHT.search(text) is not None or _WAIT.search(text) is not None


_WAIT = re.compile("^(?:呃|额|嗯|哎|诶|哦|啊)*先?等[等下]$")


def corrected(text: str) -> bool:
    """Does the writer say that he has said something wrong?"""
    return _CORRECTED.search(text) is not None


def conditional(text: str) -> bool:
    """Is something said here only for a case that may never come?"""
    return _CONDITION.search(text) is not None


def to_resident(text: str) -> bool:
    """Is it said to whoever reported: 大爷，我们到楼下了?"""
    return _RESIDENT.search(text) is not None


def doubtful(action: Action, text: str) -> bool:
    """Does `text`, said after an order, take it back?"""
    if taken_back(text, action) or (action is Action.RESOLVE and _NOT_YET.search(text)):
        return True
    if action not in {Action.PAUSE, Action.NOTE} and _LATER.search(text):
        return True
    return action not in {Action.RESOLVE, Action.NOTE, Action.PAUSE} and conditional(text)
