"""A sentence clause by clause: the number, the order and the reason may stand in any order.

One clause, or several of one mind, is the order, word for word of the families; what the others say is its text,
as long as none of them takes it back.
"""

import re
from dataclasses import dataclass
from itertools import islice

from handlers.kit.phrases import families
from handlers.kit.phrases.doubt import asked_or_unsure, conditional, taken_back
from handlers.kit.phrases.lexicon import composed
from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.pieces import CUT, Clause, clauses_of, core_of
from handlers.kit.phrases.words import NUMBER, PERSON, PLACES, Marked

LONGEST_ORDER = 26
"""Characters. A longer clause is a story."""

_HEDGE = re.compile(
    rf"(?P<other>{PERSON}|他们?|她|谁|有人|别人|人家|你们?|报警人|对方|当事人|所长|领导|值班长)?(?:那边|们|都|也)?"
    r"(?:说|讲|问|让|叫|想|要|是|就|都|也|已经?|又){0,3}"
    r"(?P<hedge>(?:(?:先)?(?:别|甭|勿|不用|不要|不必|不需要|用不着|不)(?:急着|忙着)?|(?:还)?没有?|可能|应该|估计|大概"
    r"|也许|好像"
    r"|似乎|恐怕|说不定|如果|要是|万一|假如|打算|准备|考虑|想着?|本来|原本|原来|差点|最好|不如|建议|赶紧|尽快|抓紧"
    r"|赶快|昨天|昨晚|上次|上周|之前|以前"
    r"|(?:明天|后天|下午|晚上|回头|晚点|等会儿?|一会儿?|待会儿?|稍后|改天|下次)(?:再|我)?){1,4})?"
)
"""Words before an order that make it none."""
_HINDERED = re.compile(
    "报警人|对方|当事人|他|她|人家|[没不](?:人|在|接|开)|明天|后天|下午|晚上|回头|晚点|等|一会|待会|稍后|改天|下次"
)
"""What is no doubt but the reason to come back later."""

_ONLY_TOLD = {
    Action.FALSE_REPORT: re.compile("[^按标算结办处]{1,8}吧"),
    Action.RESOLVE: re.compile(".{0,6}(?:没事儿?|完|好|妥|定|解决)了吧"),
    Action.CLAIM: re.compile(".{1,8}[接去来办管弄理跟]的"),
}
"""误报吧 is a guess and 按误报办吧 an order, 我接的 is old news and 我的 a claim."""
MOST_JOINTS = 6
"""How often a clause is tried to be cut in two."""

_SUBJECT = (
    "[我俺](?!就)|(?<!继续)(?<!接着)等|[是已]|正(?!常)|都是|对方|双方|当事人|报警人|现场|转给|交给|让|重新派|换人"
    "|处理完|退|先挂|挂起|办结|结案|请求"
    "|需要|往前|里面"
)
_BECAUSE = (
    "烟感|设备|报警|小孩|孩子|老[人头太]|机器|系统|手机|线路|电池|邻居|对方|当事人|双方|业主|物业|因为?|由于"
    "|经|现场|人[走没已不在]|他|她|结果|家属|房东|租客"
)
_JOINT = re.compile(
    rf"(?<=[吧啦哈呀哦啊])(?=[\u4e00-\u9fff{PERSON}])"
    rf"|(?<=了)(?={_SUBJECT}|[人门车都因没有在还现]|物业|业主|家属|老人|小孩|孩子|不用|马上|这就|先|快|赶紧|多派|结果"
    rf"|人家|他|她|现在|可以|能结|就结|就是|主要|其实|原来是)"
    rf"|(?<=误报|假警|虚警|办结|结案|挂起|退回)(?={_BECAUSE})"
    rf"|(?<=[\u4e00-\u9fff{PERSON}])(?={_SUBJECT})"
)
"""Where a new clause may begin though nobody typed a space."""

_PLAINLY = re.compile(
    "办结|结案|结单|误报|假警|虚警|谎报|退[回单]|重派|挂[起一]|先挂|加急|支援|增援|转给|转派|移交|现场|到场|恢复|没人"
)
"""Words of the trade: an order even if no ticket is named."""

_TAIL = "[啦吧哈啊呀哦噢嘛呗喽哒咯哎呢诶唉的嘞哇咧儿滴\\s]*(?:就(?:得|行|好|可以|成)了?|得了|好了|行了)?"
_PERSON = re.compile(f"{PERSON}|{PLACES}")


def _whole(pattern: str, tail: str = "了?") -> re.Pattern[str]:
    bounded = re.sub(r"\)\*(?![+?])", "){0,5}", pattern)
    return re.compile(rf"(?:{bounded}){tail}{_TAIL}", re.VERBOSE | re.IGNORECASE)


_TOLD = {
    Action.CLAIM: "",
    Action.TRANSFER: "",
    Action.PAUSE: "了?(?!呢)",
    Action.GIVE_BACK: "(?:(?<!人)了)?",
    Action.HELP: "(?:(?<!来人)了)?",
}
"""How an order may end; the others may be told as done."""
_ORDERS = tuple((action, _whole(core, _TOLD.get(action, "了?"))) for action, core in families.ORDERS)
_LOOSE = re.compile(
    "完|妥|没事儿?|不(?:要|去|接|办|管)|我?先?走|停|要|.*给§看看?|退|推|压|挂|[出跑领拿包揽收扛]|我(?:的|要)?"
    "|继续|[我都]?到家|我?先?挂|人?在?门口|误会|假的?|开玩笑的?|测试|(?:弄|搞|打|按)错|放着|等等|关|销|清|急|火急"
    "|赶紧|赶快|抓紧|§去"
)
"""Too little to be an order unless a ticket is named or replied to."""
_BARE = re.compile(
    r"(?:没(?:空|时间|工夫)|走不开|去不了|换个?人|来个?人|来?帮忙|缺人|马上到?|安排|给我|人?在?(?:门口|现场)|先?这样"
    r"|收工|开整"
    r"|接着来|我们?[走跑上管]|抢|完成|恢复|[进下][门车]|到(?:学校|医院|厂里|公园|广场|市场|村里|这儿?|那儿?|家)"
    r"|虚惊一场"
    r"|一个人不行|急{1,5}|支援|打回去|(?:给|叫上|带上)§|§帮我|人到|到(?!了)|来了|我?来不[及了]|派车|(?:还有|大概"
    r"|大约)?[\d一二两三四五十半几]{1,3}分钟(?:左右|内)?到?)[了吧啊呀哈啦]*"
)
"""As a sentence of its own it is talk, unless a ticket is named or replied to."""
_SET_OFF = _whole(families.SET_OFF)
_CANNOT = _whole(families.CANT)
_TIMED = _whole(families.PAUSE_TIMED)
_SETTLED = _whole(families.SETTLED)
_YOU = _whole(families.YOU)
_GOES = _whole(families.GOES)
_AWAY = re.compile(f"(?:{PLACES})?{PERSON}(?:都|也|今天|还)?(?:不在|没空|休息?|请假|在?忙着?|走不开|没来)(?:呢|了)?")
_HIM = re.compile("[他她]")
_PURE = re.compile("办结|结案|结单|误报|假警|虚警|谎报|退|重派|挂|加急|支援")
"""Says nothing but the order."""
_HOW_MANY = re.compile("[名个位辆台]|女")
_HOW_LONG = re.compile("[天周月晚]|小时|分钟|钟头|星期|礼拜")
_NOT_GIVEN_BACK = re.compile(
    "(?:请|麻烦|谁|哪位|能不能|能|有人){0,2}(?:帮|替)(?:我|一下|忙)"
    f"|(?:拿|送|留|换|转|交|派)?给?{PERSON}"
    f"|(?:[他她]们?|报警人|对方|当事人|家属|人家|{PERSON})[^,，。]{{0,3}}[说讲]"
)
"""Asked of a colleague, handed to one, or told of somebody else: 帮我处理一下吧，我走不开."""
_CALLED = frozenset({Action.CLAIM, Action.TRANSFER, Action.HELP})
"""What may follow a name at the beginning."""
_SAYS_WHY = frozenset({Action.HELP, Action.FALSE_REPORT, Action.GIVE_BACK})
_LONG_CUE = re.compile("备|批注|标注|附注|补充|记一|记录|加一|添一|注明|附一|补一")
_SOON_THERE = re.compile("[顺派近]|路过|(?:分钟|小时).{0,4}(?:到|过去)")
TALK = re.compile(
    "吃|打印|电脑|系统|搬家|空调|网[络断]|充电|作业|考试|会议|抬|搬|水|打牌|东西|看看$|喝(?:去|点|酒|一)|饭|烟|球"
    "|(?<!没)啥|谁|电影|回家|下班|开会|快递"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`person`: as typed. `text`: what the clauses beside the order say. `timed`: an order only if it names a time."""

    action: Action
    person: str
    text: str
    timed: bool = False


def _meant(core: str) -> Action | None:
    if len(core) > LONGEST_ORDER:
        return None
    return next((action for action, pattern in _ORDERS if pattern.fullmatch(core)), None)


def _said(core: str, *, addressed: bool) -> Action | None:
    """Under a card or beside a number what is said in any order will do."""
    return _meant(core) or (composed(core) if addressed and len(core) <= LONGEST_ORDER else None)


def is_talk(text: str) -> bool:
    """`text`: without a number, and no card is replied to. Words that name no matter at all: 没空, 马上到, 我走了."""
    clauses = clauses_of(text)
    return bool(clauses) and all(_BARE.fullmatch(clause.core) for clause in clauses)


def read_clauses(marked: Marked, *, addressed: bool) -> Reading | None:
    """`addressed`: a ticket is named or replied to. None: no order, more than one, or one that is taken back."""
    if marked.text.count(NUMBER) > 1:
        return None
    clauses = clauses_of(marked.text)
    noted = _note(marked, clauses, addressed=addressed)
    if noted and (addressed or _LONG_CUE.search(clauses[0].core)):
        return noted
    clauses = [piece for clause in clauses for piece in _unglued(clause, marked.text, addressed=addressed)]
    full = [c for c in clauses if c.core and c.core != PERSON]
    meant = [(clause, _said(clause.core, addressed=addressed)) for clause in full]
    orders = [(clause, action) for clause, action in meant if action]
    cannot = [clause for clause, action in meant if action is None and _CANNOT.fullmatch(clause.core)]
    free = [clause for clause, action in meant if action is None and clause not in cannot]
    if not addressed and any(_LOOSE.fullmatch(clause.core.rstrip("了吧啊的呀啦哈呢嘛")) for clause in full):
        return None
    action = _one({action for _, action in orders}, orders)
    if action is None and not orders:
        action, orders = _without_order(clauses, full, free, cannot, addressed=addressed)
    if action is Action.CLAIM and cannot:
        return None
    if action is None or (action not in _CALLED and clauses[0].core == PERSON):
        return None
    if any(taken_back(c.core, action) or (conditional(c.core) and _undoes(action, c, orders)) for c in free):
        return None
    named = any(PERSON in clause.core for clause, _ in orders)
    if action is Action.TRANSFER and named and any(clause.core == PERSON for clause in clauses[1:]):
        return None
    if hedged(marked, action) or not _fits(action, free, addressed=addressed):
        return None
    return _reading(action, marked, clauses, [c for c, a in orders if a is action], full)


def hedged(marked: Marked, action: Action) -> bool:
    """Is what would be done only denied, expected or supposed, or told of somebody else?"""
    cores = [clause.core for clause in clauses_of(marked.text)]
    clear = any(_meant(core) is action for core in cores)
    for core in cores:
        found = _HEDGE.match(core)
        told = _ONLY_TOLD.get(action)
        if told and _meant(core) is action and told.fullmatch(core):
            return True
        if found is None or _meant(core) is action or not (found["hedge"] or found["other"]):
            continue
        sure = clear and (found["other"] or action is Action.ARRIVE)
        if _meant(core[found.end() :]) is action and not sure:
            return True
        if action is Action.PAUSE and not clear and _TIMED.fullmatch(core) and not _HINDERED.match(core):
            return True
    return False


def _undoes(action: Action, condition: Clause, orders: list[tuple[Clause, Action]]) -> bool:
    """After 办结 or 挂起 a condition is part of what was found: 告知如果再犯要拘留."""
    return action not in {Action.RESOLVE, Action.PAUSE} or not orders or condition.start < orders[0][0].start


def _unglued(clause: Clause, text: str, *, addressed: bool) -> list[Clause]:
    """An order and what was typed on without a space: 转给小王吧我走不开. Uncut if it is one thing, or no order."""
    if not clause.core or len(clause.core) > 2 * LONGEST_ORDER or _alone(clause.core):
        return [clause]
    if asked_or_unsure(clause.core) or conditional(clause.core):
        return [clause]
    joints = (clause.start + found.start() for found in _JOINT.finditer(text[clause.start : clause.end]))
    for joint in islice(joints, MOST_JOINTS):
        first, second = (Clause(core_of(text[a:b]), a, b) for a, b in ((clause.start, joint), (joint, clause.end)))
        if len(first.core) < 2 or len(second.core) < 2:
            continue
        order = (
            first.core
            if _meant(first.core)
            and not _ONE.fullmatch(first.core)
            and not _THEN.match(second.core)
            and not _TOO_SHORT.fullmatch(first.core)
            and not (_HE_THEN.match(second.core) and _meant(first.core) is Action.CLAIM)
            else ""
        )
        hindered = _CANNOT.fullmatch(first.core) and _meant(second.core) not in _SAYS_WHY | {Action.TRANSFER}
        if (
            not order
            and not hindered
            and _said(second.core, addressed=addressed)
            and (_alone(first.core) or _TOLD_FIRST.search(_FINE.sub("", first.core)))
        ):
            order = second.core
        if order and (addressed or (_PLAINLY.search(order) and _LOOSELY.search(text[clause.start : joint + 2]))):
            return [first, second]
    return [clause]


_LOOSELY = re.compile("(?:[吧了啦哈]..|等.|对方|双方)$")
_ONE = re.compile(families.I)
_TOO_SHORT = re.compile("[推退压挂停要关销清急跑领拿收]了?吧?")
_HE_THEN = re.compile("(?:[他她]|人家|对方)就")
_THEN = re.compile("[给再跟喊叫]|就(?!是)|联系|告诉|通知|打")
"""After 到了: not an arrival, but when something else will be done."""
_FINE = re.compile("没事儿?|没问题|没大碍|没受伤|不[吵闹打追要]了?(?:究|紧)?")
_TOLD_FIRST = re.compile(f"^(?!.*(?:{PERSON}|[没未不别甭]|可能|应该|估计|好像|大概|他说|听说)).{{2,}}了$")


def _alone(core: str) -> bool:
    return _meant(core) is not None or any(
        p.fullmatch(core) for p in (_CANNOT, _SETTLED, _SET_OFF, families.NEAR, _YOU)
    )


def _one(actions: set[Action], orders: list[tuple[Clause, Action]]) -> Action | None:
    """What several order clauses come to."""
    if len(actions) == 1:
        return next(iter(actions))
    if actions == {Action.RESOLVE, Action.FALSE_REPORT}:
        return Action.FALSE_REPORT
    if (
        Action.ARRIVE in actions
        and len(actions - {Action.ARRIVE}) == 1
        and actions & {Action.RESOLVE, Action.FALSE_REPORT}
    ):
        return next(iter(actions - {Action.ARRIVE}))
    if actions == {Action.HELP, Action.GIVE_BACK}:
        return Action.GIVE_BACK
    if actions == {Action.GIVE_BACK, Action.TRANSFER}:
        return Action.TRANSFER
    if actions == {Action.CLAIM, Action.STATUS}:
        return Action.CLAIM
    if actions == {Action.CLAIM, Action.ARRIVE}:
        near = all(families.NEAR.fullmatch(c.core) for c, a in orders if a is Action.ARRIVE)
        return Action.CLAIM if near else None
    return None


def _without_order(
    clauses: list[Clause], full: list[Clause], free: list[Clause], cannot: list[Clause], *, addressed: bool
) -> tuple[Action | None, list[tuple[Clause, Action]]]:
    """What is an order only if the sentence holds no other."""
    if cannot:
        return (None if any(_NOT_GIVEN_BACK.match(c.core) for c in free) else Action.GIVE_BACK), []
    if len(full) != len(clauses) and any(c.core == PERSON for c in clauses):
        called = [c for c in free if _YOU.fullmatch(c.core)]
        if called:
            free.remove(called[0])
            return Action.TRANSFER, [(called[0], Action.TRANSFER)]
    for clause in free:
        if _SET_OFF.fullmatch(clause.core):
            free.remove(clause)
            return Action.CLAIM, [(clause, Action.CLAIM)]
    if any(_SETTLED.fullmatch(c.core) for c in free) and len(free) > 1:
        return Action.RESOLVE, []
    near = [c for c in free if families.NEAR.fullmatch(c.core)]
    if (
        near
        and all(c in near or _GOES.fullmatch(c.core) for c in free)
        and any(_SOON_THERE.search(c.core) for c in near)
    ):
        return Action.CLAIM, []
    for clause in free if addressed else ():
        if _TIMED.fullmatch(clause.core):
            return Action.PAUSE, []
    return None, []


def _fits(action: Action, free: list[Clause], *, addressed: bool) -> bool:
    if action is Action.CLAIM:
        return all(families.NEAR.fullmatch(c.core) or (addressed and _others(c.core)) for c in free)
    return addressed or action is Action.GIVE_BACK or not any(TALK.search(c.core) for c in free)


def _others(core: str) -> bool:
    return PERSON not in core or _AWAY.fullmatch(core) is not None


def _reading(
    action: Action, marked: Marked, clauses: list[Clause], orders: list[Clause], full: list[Clause]
) -> Reading:
    person = ""
    if action in {Action.TRANSFER, Action.HELP}:
        person = next(filter(None, (_person(marked, clause) for clause in orders)), "")
        alone = [c for c in clauses if marked.text[c.start : c.end].strip(f"{NUMBER}@ ") == PERSON]
        if not person and len(alone) == 1:
            person = _person(marked, alone[0])
        if not person and len(marked.people) == 1 and (action is Action.TRANSFER or _HIM.search(orders[0].core)):
            person = marked.people[0]
    order = next((c for c in orders if _PURE.search(c.core)), orders[0] if orders else None)
    if action in _SAYS_WHY and order is not None and not _PURE.search(order.core):
        order = None
    if action is Action.HELP and order is not None and _HOW_MANY.search(order.core):
        order = None  # what is needed belongs to what is said
    if action is Action.PAUSE and order is not None and _HOW_LONG.search(order.core):
        order = None
    timed = action is Action.PAUSE and not orders
    return Reading(action, person, _told(marked, [c for c in full if c is not order]), timed)


def _told(marked: Marked, clauses: list[Clause]) -> str:
    """In their writer's words; what he typed in one stays in one."""
    text = ""
    end = -1
    for clause in clauses:
        gap = marked.text[end : clause.start] if end >= 0 else ""
        text += (gap if not gap or CUT.fullmatch(gap) else " ") + _words(marked, clause)
        end = clause.end
    return text.strip()


def _words(marked: Marked, clause: Clause) -> str:
    parts = []
    start = clause.start
    for end in (*(i for i in range(clause.start, clause.end) if marked.text[i] == NUMBER), clause.end):
        parts.append(marked.restore(start, end).strip())
        start = end + 1
    return "".join(parts)


def _person(marked: Marked, clause: Clause) -> str:
    found = _PERSON.search(marked.text, clause.start, clause.end)
    if found is None:
        return ""
    return marked.people[clause.people_before(marked.text)] if found.group() == PERSON else found.group()


def _note(marked: Marked, clauses: list[Clause], *, addressed: bool) -> Reading | None:
    """A word of writing down, and everything after it."""
    for index, clause in enumerate(clauses):
        found = families.NOTE.fullmatch(clause.core) if clause.core else None
        if clause.core == "情况" and marked.text[clause.end : clause.end + 1] in {":", "："}:
            return Reading(Action.NOTE, "", marked.restore(clause.end + 1, clauses[-1].end))
        if found is None:
            if clause.core:
                return None
            continue
        rest = found["rest"]
        if rest and clause.core.startswith("提醒"):
            return Reading(Action.NOTE, "", marked.restore(clause.start, clauses[-1].end))
        if rest and not (addressed and _LONG_CUE.search(found.group()[: -len(rest)])):
            return None
        if not rest and index + 1 == len(clauses):
            return None
        tail = marked.restore(clauses[index + 1].start, clauses[-1].end) if index + 1 < len(clauses) else ""
        text = f"{rest} {tail}".strip()
        clear = len(text) > 1 and PERSON not in rest and not taken_back(text, Action.NOTE)
        return Reading(Action.NOTE, "", text) if clear else None
    return None
