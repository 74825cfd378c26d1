"""What must hold before anything is done. Whatever else a sentence says has to fit the order, or it is asked about.

1. Nothing said beside it is a second order: 12退还是挂, 12转物业 挂起.
2. No choice is left open: 或者, or.
3. A ticket is put off for a reason or till a time that is an order: 明天再说 alone is talk.
4. What is done is done, and not about to be: 12马上办结.
5. A matter that goes on is closed only in so many words: 12ok了 人已带回所里.
6. A name with nothing but 去 behind it is a wish only if the ticket is numbered: 小李去吧，他在那边 is news.
7. A note is of what has happened: no 快 and no 差不多 in it.
"""

import re

from handlers.kit.phrases.meaning import Action, Phrase
from handlers.kit.phrases.words import NUMBER, PERSON

_SECOND = {
    Action.CLAIM: "接单|认领",
    Action.RESOLVE: "办结|结案|结单|销案",
    Action.FALSE_REPORT: "误报|假警|谎报",
    Action.PAUSE: "挂起|挂着|暂停|(?:先|再|还是|或者?)挂",
    Action.GIVE_BACK: "退回|退单|退了|(?:先|再|还是|或者?)退",
    Action.TRANSFER: "转派|转给|移交给|(?:先|再|还是|或者?)转",
    Action.PRIORITY: "加急",
    Action.HELP: "请求(?:支援|增援)",
    Action.RESUME: "恢复办理|解除挂起",
}
"""Words nobody uses but for an order."""
_MOVES = frozenset({*_SECOND, Action.ARRIVE})
_SECONDS = {
    action: re.compile("|".join(f"(?:{words})" for other, words in _SECOND.items() if other is not action))
    for action in Action
}
_TOLD_OF = re.compile(
    "(?:等|待|已经?|需|要求|说|问|催|告知|建议|申请|准备|打算|怕|担心|不|没|让|叫|是|被|给|由|刚|才"
    "|都)[^,，。\\s]{0,6}$"
)
"""Before such a word: part of a story."""
_OPEN = re.compile(
    "(?<=[转退挂办结接交派回起单])\\s?(?:或者?|还是)|(?<![a-z])or(?![a-z])|要么|抑或|[我俺§]还是[我俺§]", re.IGNORECASE
)
_UNFINISHED = re.compile("快.{0,6}[了完]|差不多|一半|还是|(?<![a-z])or(?![a-z])|或者?|抵|^已达")
_PUT_OFF = re.compile("(?!等)(?:的?事儿?)?[^,，。\\s]{1,8}再(?:说|看看?)[吧啊哈了]*")
_DONE = frozenset({Action.RESOLVE, Action.ARRIVE, Action.FALSE_REPORT})
_NOT_YET = re.compile(
    "(?:马上|这就|立刻|立马|一?会儿?|稍后|待会儿?|等会儿?|快|即将|就要|准备|正在|就|要){1,3}[了啊吧]*"
)
_SOMEBODY_ELSE = re.compile("的?是(?!我)")
"""12到现场的是消防."""
_GOES_ON = re.compile("要出事|带回|做笔录|下一步|待进一步|还在|后续|传唤到?所")
_CLOSED = re.compile("[办完]结|结[案单了警]|销|关|归档|完毕|处[理置]完")
_STOPS = re.compile("挂|停|放|缓|搁|推|改|约")
_COME_BACK = re.compile("(?!等)[^,，。\\s]{1,8}再[说看去来弄办处][看理一下]{0,2}[吧啊哈了]*")
_END = "[了啊吧呢哈的呀]*"
_VAGUE = {
    Action.PAUSE: re.compile(
        f"先?(?:就|暂时)?(?:这样|这么着|到这[儿里]?|不结){_END}|可以[挂停放搁]几天|[挂停放搁]了.{{1,4}}(?:天|小时|周|月|星期|礼拜)了?"
    ),
    Action.FALSE_REPORT: re.compile(f"(?:就|都)?是?(?:个|一场)?误会{_END}"),
    Action.TRANSFER: re.compile(f"{PERSON}(?:去|上|来){_END}"),
    Action.CLAIM: re.compile(
        f"(?:[我俺]?(?:也|就)?(?:离得?)?(?:比较|很|最|挺)?近|[我俺]?(?:先|都|已经?|刚)到){_END}|[我俺]呢|有空[我俺].*"
        f"|[^\\s,，]*[看去问办来见]过了?|.*(?:你去|[我俺]不[去接来办管]).*"
    ),
}
"""As much news as an order."""
_ALONE = {
    Action.FALSE_REPORT: re.compile(".*(?:误报|误触|误按|[假虚谎])"),
    Action.GIVE_BACK: re.compile("(?![我俺]?不[去来干]了)"),
    Action.PAUSE: re.compile(".*(?:挂|等|缓|[今明后周号点天])"),
    Action.TRANSFER: re.compile("(?!.*看(?:看|下|一下)?$)"),
    Action.CLAIM: re.compile("(?!.*[先都已刚]到)"),
}
"""What an order of no ticket must say, besides there being just one that can be meant."""
_NEWS = re.compile(f"(?<![让叫派请由]){PERSON}(?:去|上|来)(?:吧|[看处办][看理]?)?[了啊哈]?(?=[\\s,，]*[他她])")


def to_ask(order: Phrase, said: str, *, replied: bool) -> bool:
    """`said`: the whole sentence with its marks. Is there more in it than the order can explain, or too little?"""
    if order.action is Action.NOTE:
        return _UNFINISHED.search(order.text) is not None
    numbered = NUMBER in said
    lone = _ALONE.get(order.action)
    if lone and not (numbered or replied) and not lone.match(said):
        return True
    vague = _VAGUE.get(order.action)
    if (
        vague
        and not (numbered and order.action is Action.TRANSFER)
        and vague.fullmatch(said.replace(NUMBER, "").strip())
    ):
        return True
    if order.action is Action.PAUSE and (_PUT_OFF if numbered else _COME_BACK).fullmatch(order.text):
        return not _STOPS.search(said)
    if order.action in _DONE and _NOT_YET.fullmatch(order.text):
        return True
    if order.action is Action.ARRIVE and _SOMEBODY_ELSE.match(order.text):
        return True
    if order.action is Action.RESOLVE and _GOES_ON.search(order.text) and not _CLOSED.search(said):
        return True
    if order.action is Action.TRANSFER and not numbered and _NEWS.search(said):
        return True
    if order.action in _MOVES and _OPEN.search(said):
        return True
    return order.action in _MOVES - {Action.RESOLVE} and _second(order.action, order.text)


def _second(action: Action, text: str) -> bool:
    found = _SECONDS[action].finditer(text)
    return any(not _TOLD_OF.search(text[: second.start()]) for second in found)
