"""The second reader: what the grammar leaves open, if the model is sure of it and nothing speaks against it.

It decides which order is meant, never for what or whom: ticket, person and day must be there as the grammar finds them.
"""

import re
from dataclasses import dataclass

from handlers.kit.phrases import guess
from handlers.kit.phrases.asking import not_asked
from handlers.kit.phrases.doubt import conditional, reserved, second_thought
from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.pieces import Clause, clauses_of
from handlers.kit.phrases.words import NUMBER, PERSON, PLACE, Marked

LONGEST = 80
"""Characters. A longer line tells a story."""

WITHOUT_TICKET = frozenset({Action.SWAP, Action.HANDOVER})
SURE = dict.fromkeys(Action, 0.6)
ALONE = 0.8
"""How sure it must be of a clause that the whole line does not speak for."""
CLEARLY = 0.9
"""How sure of another order in a clause, for the line to be two orders."""
_LIKELY = 0.5
_NO_MOVE = frozenset({Action.NOTE})
_BESIDE_ANY = frozenset({Action.ARRIVE, Action.ASK, Action.STATUS})
"""What may well stand beside another order: 到了，都处理好了."""

_SAYS = {
    Action.CLAIM: "[我俺咱本].*[接来去处办跟弄整搞领收拿做管负包认归]|[接领收]|[给归][我俺]|[我俺](?:的|名下)"
    "|me|mine|\\+1",
    Action.ARRIVE: "(?:到|抵|拢)(?!.*(?:窗口|办公室|会议室|食堂))|[在于].{0,8}(?:现场|门口|楼下|地方|这儿)|现场了",
    Action.RESOLVE: "[办完了]结|结[案单了掉吧得警]|(?:可以|能|请|^|[\\s,，])结|[完妥毕]|搞[定好]|解决|关[单闭了]"
    "|闭环|归档|收工|[弄整办处]理?[好利清归妥巴明]|处[理置]|了事|了了|平息|ok|done|over",
    Action.TRANSFER: "转|移|交|派|给|让|请|归|叫|喊|换|由|你|推|甩|丢|扔|cue",
    Action.GIVE_BACK: "退|撤|换|重新?派|重新|另|别人|收回|不[了成过]|没空|弃|走不|还给|谁爱|不管|回去|归",
    Action.PAUSE: "挂|停|缓|放|搁|等|撂|压|推|hold|摆",
    Action.RESUME: "继续|接[着到]|恢复|续|重启|起来|解[挂除冻]|取消|别挂|可以[办了]|出来|再办|又能",
    Action.HELP: "支援|增援|帮|协|援|搭|来.{0,4}[人个位]|派|人手|摇人|缺人|加|增|需|配合|顶不|按不|拉不|一起|多来",
    Action.NOTE: "[备注记写补加录]|登|标|note",
    Action.FALSE_REPORT: "[误假虚谎乌]|错|玩|没[这那]|没.{0,2}事|恶作剧|[瞎乱]",
    Action.PRIORITY: "急|优先|紧|提|升|快|尽早|前|先|要命",
    Action.STATUS: "途|路上|出发|往|赶|开车|走着|过去|道上",
    Action.ASK: "[吗呢谁哪几?？咋啥]|什么|怎|多少|多久|到.{0,2}步|进[度展]|状态|情况|地址|电话|有没|了没|查|看|结果"
    "|发我",
}
_EVIDENCE = {action: re.compile(words, re.IGNORECASE) for action, words in _SAYS.items()}
"""No order without a word for it, however likely the model finds it."""

_LATER = re.compile(
    "晚点|回头|等[会下]|一?会儿?再|待会|稍后|过会|明[天早晚日儿]|后天|下午|晚上|[下到]班|周[一二三四五六日末]|有空"
)
_NOW = frozenset({Action.CLAIM, Action.ARRIVE, Action.STATUS})
_OPEN = re.compile('还是|或者?|要么|(?<![说讲])的话|不了(?!解)|以后|我没|[无没]法|[“”「」"]')
_ASKED = re.compile("[哪谁]")
_MAY_ASK = frozenset({Action.ASK, Action.GIVE_BACK, Action.NOTE})
_REASONED = frozenset({Action.GIVE_BACK, Action.HELP, Action.NOTE, Action.PAUSE})
"""Orders whose reasons are full of 不了 and 以后."""
_MADE_NONE = {
    Action.CLAIM: re.compile("[去来]了[啊呀]?(?:$|[\\s,，。])|[去来到]过"),
    Action.ARRIVE: re.compile("[到来]过|[排送搬发寄拉移]到"),
    Action.RESOLVE: re.compile("结了?.{0,3}婚|离婚"),
    Action.GIVE_BACK: re.compile("退[伍休款钱役烧货学一步]"),
    Action.TRANSFER: re.compile("转[院正眼账告]"),
    Action.PAUSE: re.compile("[挂放搁]了.{1,6}了|到期|等我"),
    Action.RESUME: re.compile(
        "(?<!可以)(?<!又能)再(?:继续|接着|办|弄)|(?:继续|恢复)(?![办处弄跟做整搞调查走推干吧了啦咯喽哈呀啊一\\s,，。]|$|№)"
    ),
    Action.HELP: re.compile("[让叫请][他她]"),
    Action.ASK: re.compile("谁(?!在|[去接]的|[办跟负管处手])|有没?有?人(?![去接]了|管|办|处|跟|在)|哪个先|来着"),
}
_SAID = re.compile(
    f"(?:{PERSON}|[他她]们?|孩子|老人|家属|报警人|对方|当事人|物业|所长|领导|业主|群众|邻居|人家)[^,，。\\s]{{0,4}}"
    "(?:说|讲|问|让|叫|要求|催|想|认为|喊|建议)|听|被|倒是|想(?!要)(?!请)|到底"
)
"""Somebody else's words, or a wish."""
_BRIEF, _BRIEFLY_SURE = 7, 0.97
"""A short line is one the grammar has mostly heard of; if it has not, more is asked of the model."""

_CALLS = re.compile(
    f"(?:叫|让|请|喊|派|找|安排|要|麻烦|希望|通知|呼叫|需要){PERSON}(?=.*(?:帮|协|配合|支援|增援|搭|一[起块道同]|跟我|陪))"
    f"|{PERSON}[^,，。 ]{{0,8}}(?:来帮|帮我|帮忙|协助|协办|配合|支援)"
)
_BESIDE = re.compile(f"(?:[和跟与同带]|带上|带着|叫上)(?:辅警|民警|同事|队员)?{PERSON}")
_DONE_BY = re.compile(f"{PERSON}[^,，。 ]*了[吧啊]?(?:$|[,，。 ])")
_WHOLE = frozenset({Action.NOTE, Action.GIVE_BACK, Action.PAUSE, Action.HELP})
_SHORT = 10


@dataclass(frozen=True, slots=True)
class Guess:
    """`topic`: of a question, a swap or a status, "" for the rest."""

    action: Action
    topic: str
    chance: float


def guessed(text: str, *, replied: bool) -> Guess | None:
    """The likeliest order; None: most likely it is none."""
    chances = guess.chances(text, replied=replied)
    sums: dict[str, float] = {}
    for label, chance in chances.items():
        action = label.partition(" ")[0]
        sums[action] = sums.get(action, 0.0) + chance
    best = max(sums, key=lambda action: sums[action])
    if best == guess.NONE:
        return None
    label = max((label for label in chances if label.partition(" ")[0] == best), key=lambda label: chances[label])
    return Guess(Action(best), label.partition(" ")[2], sums[best])


def sure(marked: Marked, *, replied: bool) -> Guess | None:
    """What the line is by all of it, or by the one clause that is an order; None if another clause is another order."""
    whole = guessed(marked.text, replied=replied)
    clauses = [c for c in clauses_of(marked.text) if c.core]
    if len(clauses) < 2:
        brief = len(marked.text.replace(NUMBER, "")) <= _BRIEF
        return whole if whole and whole.chance >= (_BRIEFLY_SURE if brief else SURE[whole.action]) else None
    mark = NUMBER if NUMBER in marked.text else ""
    told = [guessed(mark + marked.text[c.start : c.end].replace(NUMBER, ""), replied=replied) for c in clauses]
    orders = [found for found in told if found is not None and found.action not in _NO_MOVE]
    if whole is not None and whole.chance >= SURE[whole.action]:
        others = {found.action for found in orders if found.chance >= CLEARLY} - {whole.action}
        return None if others - _BESIDE_ANY else whole
    best = max(orders, key=lambda found: found.chance, default=None)
    if best is None or best.chance < ALONE or (whole is not None and whole.action is not best.action):
        return None
    likely = {found.action for found in orders if found.chance >= _LIKELY}
    return None if likely - {best.action} else best


def doubted(marked: Marked, action: Action) -> bool:
    """Is there no word for the order, or one that makes it none, or one for another day?"""
    text = marked.text
    evidence = _EVIDENCE.get(action)
    none = _MADE_NONE.get(action)
    if evidence is not None and not evidence.search(text):
        return True
    if none is not None and none.search(text):
        return True
    if action is Action.ASK:
        return not_asked(marked.without_numbers())
    if action not in _MAY_ASK and _ASKED.search(text):
        return True
    if (action in _NOW and _LATER.search(text)) or (action not in _REASONED and _OPEN.search(text)):
        return True
    clauses = clauses_of(text)
    said = [c for c in clauses if evidence is None or evidence.search(c.core)]
    if action is not Action.NOTE and any(_SAID.search(c.core) for c in said):
        return True
    if any(conditional(c.core) or second_thought(c.core) for c in clauses):
        return True
    return any(reserved(c.core, action) for c in said)


def company(marked: Marked, action: Action) -> tuple[bool, str]:
    """(is it clear who is meant, the person as called or the place)."""
    people, places = marked.text.count(PERSON), PLACE.findall(marked.text)
    if action is Action.TRANSFER:
        whom = [*marked.people, *places]
        return len(whom) == 1 and not _DONE_BY.search(marked.text), whom[0] if len(whom) == 1 else ""
    if action is Action.HELP:
        if people == 1 and _CALLS.search(marked.text):
            return True, marked.people[0]
        return people == 0, ""
    if action is Action.ASK:
        return people == 0, ""
    if action is Action.NOTE:
        return True, ""
    return people == len(_BESIDE.findall(marked.text)), ""


def told_beside(marked: Marked, action: Action) -> str:
    """What is said besides the order: the other clauses, or everything if the order is no clause of its own."""
    if action in _WHOLE:
        return marked.without_numbers()
    clauses = clauses_of(marked.text)
    evidence = _EVIDENCE[action]
    order = next((c for c in clauses if evidence.search(c.core)), None)
    if order is None or (len(order.core) > _SHORT and len(clauses) > 1):
        return marked.without_numbers()
    return "，".join(filter(None, (_words(marked, c) for c in clauses if c is not order)))


def _words(marked: Marked, clause: Clause) -> str:
    text = marked.text[clause.start : clause.end]
    at = text.find(NUMBER)
    if at < 0:
        return marked.restore(clause.start, clause.end).strip()
    cut = clause.start + at
    return (marked.restore(clause.start, cut) + marked.restore(cut + 1, clause.end)).strip()
