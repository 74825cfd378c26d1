"""Sentences about shifts and about oneself: 换班, 顶班, 请假, 在岗, 谁值班, 交接."""

import re
from datetime import datetime

from handlers.kit.phrases.meaning import Action, Ambiguous, Phrase, Status, Topic, Why
from handlers.kit.phrases.when import DAY, read_day
from handlers.kit.phrases.words import END, NAME, PLACES, SEP

_DAYS = re.compile(rf"(?:{re.sub('[?]P<[a-z]+>', '?:', DAY)}|今[早晚]|明[早晚]|下?周末|元旦|除夕|春节|清明|五一|端午|中秋|国庆)(?:当天|那天|上午|下午|晚上|早上)?(?:的)?")
_SHIFT = re.compile("(?:[大小]夜班?|[白夜早中晚全]天?班|全天|值班|备勤|当班|[那这]个班|的班|晚上|夜里|白天)")
_S = r"\s,，。.;；:：、!！~～?？\-"
_EXCHANGE = re.compile(
    rf"(?=.*(?:换|调班|对调))(?:[①②③④我俺想要的和跟与同把{_S}了吧]|需要|申请|可以|能不能|可不可以|能否|互换|对换|对调|换班|调班|换一下|调一下|换下|换个班|换个|换|谢谢)+"
)
_ANY = r"(?:谁|哪位|有没有人|有人|哪个|求个?|找个?人|找)"
_COVER = re.compile(
    rf"(?=.*(?:顶|替|代))(?:[①②③④我的个班{_S}吗么吧]|{_ANY}|能|可以|方便|帮忙|帮|想|要|需要|替|顶|代|值|一下|下|谢谢|来|请|麻烦|有事|家里有事|临时)+"
)
_TAKE = re.compile(rf"(?:我(?:来|可以|能|去)?(?:替|顶|帮|代)[{_S}]*③[①②的]*(?:顶|值|班|一下|吧|[{_S}])*|③[①②的]*我(?:来)?(?:顶|替|代|值)(?:一下|吧|了|[{_S}])*)")
_LEAVE = re.compile(
    rf"(?=.*(?:请假|个假|天假|年假|病假|事假|休假|调休))(?:[①②我{_S}]|想|要|需要|得|申请|打算|请假|请|一天|半天|两天|三天|个|休假|休|年假|病假|事假|调休|假|了|吧|)+?"
    rf"(?P<t>(?<=[{_S}])[^{_S}].*)?"
)
_QUESTION = re.compile("[?？吗么呢]|多少|怎么|没有$")
_ON_DUTY = re.compile(
    rf"(?:请问|问下|问一下|看下|看看)?[①②现在目前的这会儿{_S}]*(?:是)?(?:(?:谁|哪位|哪个|哪几个人?)(?:在)?(?:的?值班长?|的?带班|当班|的班|的?备勤|班)|(?:值班长?|带班|值班领导|带班领导|值班民警|值班的|当班的)(?:人员)?(?:是|有)?(?:谁|哪位|哪些人))"
    rf"(?:[啊呀呢吗{_S}])*"
)
_ON_DUTY_2 = re.compile(rf"(?:谁|哪位|哪个)[①②{_S}]*(?:值班|带班|②)[啊呀呢{_S}]*")


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern}){END}")


_STATUS = (
    (Status.BUSY, _whole("我?(?:正|现|现在|这边)?(?:在)?(?:处警|出警|处置警情|处理警情|接处警)(?:中|呢|着)?(?:{0}勿派)?".format(SEP))),
    (Status.EN_ROUTE, _whole("我?(?:现在|正)?(?:在途中?|在路上|在赶往现场(?:的?路上)?|赶往现场(?:途)?中?|已出发|出发了|路上)")),
    (Status.OFF, _whole("我?(?:今天|现在|先)?(?:休|休息|休息中|休班|轮休|休了|休息了)")),
    (Status.ON, _whole("我?(?:已经?|现在|回到?|又)?(?:在岗|到岗|上岗|在所里?|回所里?|在班上?|归队|收队|处警(?:完毕|结束)(?:在岗)?|空闲)")),
)
_HANDOVER = _whole(rf"(?:我|开始|准备|办理?|下班|该|要|来)*(?:交接班|交接|交班|交接单|交接一下|办交接)(?:一下|单|了)?(?:给(?:(?P<who>§)|(?P<name>{NAME}|{PLACES})))?")
_MINE = _whole("我(?:的|手上|手里|手头|名下|这边|现在)*(?:上)?(?:还|都|现在)*(?:有|剩|欠|没办)?(?:几|多少|哪些|哪几|啥|什么)(?:个)?(?:单子?|个|件|活|工单|没办的?|没办完的?|未办结的?|没处理的?|没结的?)*[?？]?")
_MINE_2 = _whole("(?:看看?|看下|查下?|列一?下)?我(?:的|手上的|手里的|名下的)(?:单子|工单|待办)(?:有(?:几个|多少|哪些))?[?？]?")
_UNCLAIMED = _whole(
    "(?:所里|现在|目前|群里)*(?:还|现在|一共)*(?:有|剩|剩下)(?:几|多少|哪些|哪几|没有|啥)(?:个|单|件)?(?:单子?|工单)?(?:是)?(?:没接|没人接|没有人接|未接|待接|待接单|没接的|没派|没领)(?:的|单)*(?:单子?|工单)?[?？吗]*"
)
_UNCLAIMED_2 = _whole("(?:哪些|哪几|几)(?:个|单)?(?:单子?|工单)?(?:还)?(?:没接|没人接|待接|未接)(?:的|单)?[?？]?|(?:待接|未接|没人接)的?单?(?:子)?(?:有)?(?:几个|多少|哪些)[?？]?")
_ASKING = (
    *((Topic.MINE, p) for p in (_MINE, _MINE_2)),
    *((Topic.UNCLAIMED, p) for p in (_UNCLAIMED, _UNCLAIMED_2)),
)


def read_shift(named: str, people: tuple[str, ...], now: datetime) -> Phrase | Ambiguous | None:
    """`named`: the text with § for people. Sentences that need no ticket."""
    text = named.strip()
    for status, pattern in _STATUS:
        if pattern.fullmatch(text):
            return Phrase(Action.STATUS, text=status)
    handover = _HANDOVER.fullmatch(text)
    if handover:
        return Phrase(Action.HANDOVER, person=people[0] if handover["who"] else handover["name"] or "")
    for topic, pattern in _ASKING:
        if pattern.fullmatch(text):
            return Phrase(Action.ASK, topic=topic)
    return _roster(text, people, now)


def _roster(text: str, people: tuple[str, ...], now: datetime) -> Phrase | Ambiguous | None:
    if not any(word in text for word in ("班", "顶", "替", "假", "休", "换", "勤")):
        return None
    slots = _SHIFT.sub("②", _DAYS.sub("①", text)).replace("§", "③")
    said = " ".join(m.group().removesuffix("的") for m in _DAYS.finditer(text))
    shift = " ".join(m.group().removeprefix("的") for m in _SHIFT.finditer(_DAYS.sub("", text)))
    words = f"{said}{shift}"
    day = read_day(text, now.date())
    if _ON_DUTY.fullmatch(slots) or _ON_DUTY_2.fullmatch(slots):
        return Phrase(Action.ASK, topic=Topic.DUTY, text=words, day=day)
    topic = _topic(slots)
    if topic is None or len(people) > 1:
        return None if topic is None else Ambiguous(Why.WHO)
    leave = _LEAVE.fullmatch(slots) if topic is Topic.LEAVE else None
    order = Phrase(
        Action.SWAP, person=people[0] if people else "", text=text if leave else words or text, topic=topic, day=day
    )
    if "①" in slots or text.strip("。.!！") in {"换班", "调班"}:
        return order
    return Ambiguous(Why.WHICH_DAY, (order,))


def _topic(slots: str) -> Topic | None:
    if _TAKE.fullmatch(slots):
        return Topic.TAKE
    if _EXCHANGE.fullmatch(slots):
        return Topic.EXCHANGE
    if _COVER.fullmatch(slots):
        return Topic.COVER
    leave = _LEAVE.fullmatch(slots)
    if leave and not _QUESTION.search(slots) and "③" not in slots:
        return Topic.LEAVE
    return None
