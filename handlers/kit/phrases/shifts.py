"""Sentences that need no ticket: 换班, 顶班, 请假, 谁值班, 在岗, 交接."""

import re
from datetime import datetime

from handlers.kit.phrases.asking import asks_count
from handlers.kit.phrases.meaning import Action, Ambiguous, Phrase, Status, Topic, Why
from handlers.kit.phrases.rules import any_of
from handlers.kit.phrases.when import DAY, read_day
from handlers.kit.phrases.words import NAME, PLACES, SEP

_PLAIN_DAY = re.sub("[?]P<[a-z]+>", "?:", DAY)
_DAYS = re.compile(
    rf"(?:(?:今|明)(?:晚上?|早上?|夜里?)|{_PLAIN_DAY}|(?:这|下)?周末|元旦|除夕|春节|清明|五一|端午|中秋|国庆)(?:当天|那天|上午|下午|晚上|早上|夜里)?"
)
_SHIFT_WORDS = "[大小]夜班?|[白夜早中晚全]天?班|全天|值班|备勤|当班|[那这]个班|的班|晚上|夜里|白天"
_SHIFT = re.compile(f"(?:{_SHIFT_WORDS})")
_S = r"\s,，。.;；:：、!！~～?？\-"

_EXCHANGE = re.compile(
    rf"(?=.*(?:换|调班|对调))(?:[①②③我俺想要的和跟与同把给掉{_S}了吧吗]|谁|有人|哪位|愿意|方便|求个?|找个?人|需要|申请|可以|能不能|可不可以|能否|能|互换|对换|对调|换班|调班"
    r"|换一下|调一下|换下|换个班|换个|换到|换成|换|谢谢|麻烦|帮我|帮忙)+"
)
_ANYBODY = re.compile("谁|有人|哪位")
_WISH = re.compile("能|可以|愿意|方便|[和跟]我")
_COVER = re.compile(
    rf"(?:[^①②③?？{_S}]{{1,12}}[{_S}]+)?(?=.*(?:顶|替|代|帮我值))(?:[①②③我俺的个班{_S}吗么吧]|谁|哪位|有没有人|有人|哪个|求个?|找个?人|找|能不能|能|可以|方便|愿意|帮忙|帮|想|要|需要|替|顶|代|值|上|一下|下|一个"
    r"|谢谢|来|请|麻烦|有事|家里有事|临时)+"
)
_TAKE = re.compile(
    rf"我(?:来|可以|能|去)?(?:替|顶|帮|代)[{_S}]*③[①②的]*(?:顶|值|上|班|一下|吧|[{_S}])*|③[①②的{_S}]*我(?:来|去)?(?:顶|替|代|值)(?:一下|吧|了|[{_S}])*"
)
_OFF = any_of("请假 请个假 请一天假 请半天假 请两天假 请三天假 请年假 请病假 请事假 休年假 休假 年假 病假 事假 调休 请假一天 请假半天 请假两天 请①假 请①的假 请产假 请婚假")
_LEAVE = re.compile(
    rf"(?:[^①②③?？{_S}]{{1,12}}[{_S}]+)?(?:[①②我俺{_S}]|到|至|想|要|需要|得|申请|打算|准备|一天|半天|两天|三天|全天|请个)*{_OFF}(?:[①②了吧{_S}]|到|至|一天|半天|两天|三天|开始|起)*"
    rf"(?:(?<=[{_S}])[^{_S}①②③].*)?"
)
_ASKED = re.compile("[?？吗么呢]|多少|怎么|没有$|谁|哪")
_WHO_DUTY = re.compile(
    rf"(?:请问|问下|问一下|看下|看看|查下)?(?:①|{_SHIFT_WORDS}|现在|目前|这会儿|此刻|的|是|[{_S}])*(?:都有谁|是谁|谁|哪位|哪个|哪几个人?|哪些人)"
    rf"(?:①|在|是|来|上|当|现在)*(?:值班长?|带班|当班|的?班|备勤|值[白夜]班|[白夜]班|值)[①的啊呀呢吗{_S}]*"
)
_DUTY_WHO = re.compile(
    rf"(?:请问|问下|问一下|看下|看看|查下)?(?:①|现在|目前|的|[{_S}])*(?:值班长?|带班|当班|[白夜晚早]班|备勤)(?:的|领导|民警|人员|所长|长)*(?:①|现在)*(?:是|有|都有)?(?:谁|哪位|哪些人|哪个)[啊呀呢{_S}]*"
)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})[了啦哈啊]*[\s,，。.!！~～…]*")


_SPARE = rf"(?:(?:{SEP})?(?:先)?(?:别|勿|不要|暂不)(?:给我|再)*派(?:单|我)?(?:给我)?)?"
_STATUS = (
    (
        Status.BUSY,
        _whole(f"我?(?:正|现在?|这边)*在?(?:外面?)?(?:处警|出警|处置警情|处理警情|接处警|处警任务)(?:中|呢|着)?{_SPARE}|我?(?:去)?(?:出警|处警)去?了"),
    ),
    (
        Status.EN_ROUTE,
        _whole("我?(?:现在|正|已经?)*(?:在途中?|在路上|在赶往现场的?路上|在赶往现场|在去现场的?路上|赶往现场途?中?|出发了?|路上)"),
    ),
    (Status.OFF, _whole("我?(?:今天|现在|先|在|今晚)*我?(?:休|休息|休息中|休班|轮休|休了|休息了|调休中|休假中)")),
    (
        Status.ON,
        _whole(
            "我?(?:已经?|现在|回到?|又|一直)*(?:在岗|到岗|上岗|返岗|回岗|在所里?|回所里?|回到所里|到所里|在班上?|归队|收队|处警(?:完毕|结束|完)(?:在岗|回所)?|空闲|有空)(?:中)?"
            rf"(?:(?:{SEP})?可以派(?:单|我)?)?"
        ),
    ),
)
_HANDOVER = _whole(
    rf"(?:我|下班了?(?:{SEP})?|开始|准备|办理?|下班|该|要|来|想|现在|(?:和|跟|与|给|向)(?P<with>§))*(?:交接班|交接|交班|交接单|办交接|交接工作|交个班)(?:一下|单|了)?(?:给(?:(?P<who>§)|(?P<name>{NAME}|{PLACES})))?"
)


def read_shift(named: str, people: tuple[str, ...], now: datetime) -> Phrase | Ambiguous | None:
    """`named`: plain text with § for people. None: it is nothing of these."""
    for status, pattern in _STATUS:
        if pattern.fullmatch(named):
            return Phrase(Action.STATUS, text=status)
    handover = _HANDOVER.fullmatch(named)
    if handover:
        known = people[0] if handover["who"] or handover["with"] else ""
        return Phrase(Action.HANDOVER, person=known or handover["name"] or "")
    topic = asks_count(named)
    if topic is not None:
        return Phrase(Action.ASK, topic=topic)
    if any(word in named for word in ("班", "顶", "替", "假", "休", "换", "勤", "值")):
        return _roster(named, people, now)
    return None


def _roster(text: str, people: tuple[str, ...], now: datetime) -> Phrase | Ambiguous | None:
    dayless = _DAYS.sub("①", text)
    day = read_day(text, now.date())
    shifts = " ".join(m.group().removeprefix("的") for m in _SHIFT.finditer(dayless))
    words = " ".join(m.group() for m in _DAYS.finditer(text)) + shifts
    if _WHO_DUTY.fullmatch(dayless) or _DUTY_WHO.fullmatch(dayless):
        return Phrase(Action.ASK, topic=Topic.DUTY, text=words, day=day)
    slots = _SHIFT.sub("②", dayless).replace("§", "③")
    topic = _topic(slots)
    if topic is None:
        return None
    person = people[0] if people else ""
    order = Phrase(Action.SWAP, person=person, text=text if topic is Topic.LEAVE else words or text, topic=topic, day=day)
    if len(people) > 1:
        return Ambiguous(Why.WHO)
    if "①" in slots or text.strip("。.!！") in {"换班", "调班"}:
        return order
    return Ambiguous(Why.WHICH_DAY, (order,))


def _topic(slots: str) -> Topic | None:
    if _TAKE.fullmatch(slots):
        return Topic.TAKE
    if _EXCHANGE.fullmatch(slots):
        asks = _ASKED.search(slots) or _ANYBODY.search(slots)
        return Topic.EXCHANGE if not asks or _WISH.search(slots) else None
    if _COVER.fullmatch(slots):
        return Topic.COVER
    if _LEAVE.fullmatch(slots) and not _ASKED.search(slots):
        return Topic.LEAVE
    return None
