"""What takes an order back or makes it none: a question, a condition, a second thought, somebody else's words."""

import re

from handlers.kit.phrases.meaning import Action

_QUESTION = re.compile(
    r"[?？]|[吗么]\s*$|(?:啥|谁|哪|咋|怎么|什么|几|多少|没|不).*呢\s*$"
    r"|(?:[了有]没有?|咋办|怎么办|行不行?|可以吗|对不对|好不好|能不能|要不要|是不是|该不该|用不用|算不算|合适)[\s。.!！]*$"
)
_SECOND_THOUGHT = re.compile(
    r"(?:^|[\s,，。])(?:算了(?!$)|算了$|不对|不行就|等等|先别|先甭|哦不|不不|等下|且慢|慢着|错了|还没$|不是(?=[这那\s,，]|$))"
    r"|说错|打错字|打错了?$|发错|搞错单|开玩笑|逗你|再想想|再商量|等我(?:消息|电话)|别急着"
    r"|(?:还没|没)(?:弄|办|处理)完|不是这[单个]"
)
_FORBIDDEN = re.compile(
    r"(?:别|甭|不用|不要|不需要|用不着|不必|先不|勿)(?:急着|给我|再|忙着)?(?:转|结|挂|退|办结|加急|停|接|支援)"
)
_CONDITION = re.compile(r"如果|要是|万一|的话(?=$|[\s,，。吧])|假如|除非|倘若|本来[想要打]|原本|差点|早知道")
_MISDIALLED = re.compile("打错(?:电话)?了?")
_NOT_YET = re.compile("还没|尚未")
_LATER = re.compile(r"(?:以后|回头|明天|晚点|等会儿?|一会儿?)?再(?:说|办|来|弄|处理)[\s。.!！]*$")


def taken_back(text: str) -> bool:
    """Do these words beside an order make it a question or a mistake?"""
    return any(p.search(text) for p in (_QUESTION, _SECOND_THOUGHT, _FORBIDDEN))


def conditional(text: str) -> bool:
    """Is something said here only for a case that may never come?"""
    return _CONDITION.search(text) is not None


def doubtful(action: Action, text: str) -> bool:
    """Does `text`, said after an order, take it back?"""
    if taken_back(text) and not (action is Action.FALSE_REPORT and _MISDIALLED.fullmatch(text)):
        return True
    if action is Action.RESOLVE and _NOT_YET.search(text):
        return True
    if action is not Action.PAUSE and _LATER.search(text):
        return True
    return action not in {Action.RESOLVE, Action.NOTE, Action.PAUSE} and conditional(text)
