"""Sentences that need no ticket: 换班, 顶班, 请假, 谁值班, 在岗, 交接."""

import re
from datetime import date, datetime

from handlers.kit.phrases import posts
from handlers.kit.phrases.asking import asks_count
from handlers.kit.phrases.doubt import corrected
from handlers.kit.phrases.meaning import Action, Ambiguous, Phrase, Status, Topic, Why
from handlers.kit.phrases.rules import any_of, bag
from handlers.kit.phrases.when import DAY, read_day
from handlers.kit.phrases.words import NAME, PLACES, SEP

LONGEST = 60
"""Characters. Who says more about a shift tells a story."""

_PLAIN_DAY = re.sub("[?]P<[a-z]+>", "?:", DAY)
DAYS = re.compile(
    rf"(?:[今明后](?:晚上?|早上?|夜里?)|{_PLAIN_DAY}|(?:这|下)?周末|元旦|除夕|大年[三初][十一二三四五六七八九]?"
    rf"|[正腊]月[初十廿二三][一-龥]?|初[一二三四五六七八九十]|元宵|七夕|重阳|平安夜|圣诞|春节|清明|五一|端午|中秋"
    rf"|国庆)"
    rf"(?:当天|那天|上午|下午|晚上|早上|夜里)?"
)
_SHIFT_WORDS = "[大小]夜班?|[白夜早中晚全]天?班|全天|值班|备勤|当班|[那这]个班|的班|晚上|夜里|白天"
_SHIFT = re.compile(f"(?:{_SHIFT_WORDS})")
_S = r"\s,，。.;；:：、!！~～?？\-"

_EXCHANGE = re.compile(
    "(?=.*(?:换|调班|对调))"
    + bag(
        "谁 有人 哪位 愿意 方便 求 求个 找人 找个人 需要 申请 可以 能不能 可不可以 能否 能 互换 对换 对调 换班"
        " 调班 换一下 调一下 换下 换个班 换个 换到"
        " 换成 换 有没有人 有没有 我的 给我 商量好 商量好了 说好 说好了 谈好 谈好了 同意 已经 已 帮我找人 求换"
        " 谢谢 麻烦 帮我 帮忙",
        rf"①②③④我俺他想要的和跟与同把给掉班个周一上值{_S}了吧吗",
    )
)
_ANYBODY = re.compile("谁|有人|哪位")
_WISH = re.compile("能|可以|愿意|方便|[和跟]我|谁换$")
_COVER = re.compile(
    rf"(?:[^①②③?？{_S}]{{1,12}}[{_S}]+)?(?=.*(?:顶|替|代|帮我值))"
    + bag(
        "谁 哪位 有没有人 有人 哪个 求个 求 找个人 找人 能不能 能 可以 方便 愿意 帮忙 帮 想 需要人 需要 缺人 替"
        " 代 顶 值不了 上不了 来不了 没空 走不开 一下"
        " 一个 有点事 临时有事 我有事 家里有事 有事 不在 顶班 替班 代班 生病 生病了 发烧 发烧了 身体不舒服 感冒"
        " 感冒了 谢谢 请 麻烦 临时",
        rf"①②③我俺的个班{_S}吗么吧值上下来要人",
    )
    + rf"(?:(?:(?<=[{_S}])[^{_S}①②③?？]|(?<=[顶替代班下值])(?:我[要得有家爸妈]|媳妇|老[婆公爸妈人]|孩子|家里"
    rf"|身体|临时有)).{{0,30}})?"
)
_TAKE = re.compile(
    rf"[①②的]*我(?:来|可以|能|去)?(?:(?:替|顶|帮|代)[{_S}]*③|给③(?=.*[顶替代值]))(?:[①②的顶替代值上班吧{_S}]"
    rf"|一下)*|③[①②的{_S}]*我(?:来|去)?(?:顶"
    rf"|替|代|值|上)(?:一下|吧|了|[{_S}])*"
)
_OFF = any_of(
    "请假 请个假 请一天假 请半天假 请两天假 请三天假 请年假 请病假 请事假 休年假 休假 年假 病假 事假 调休"
    " 请假一天 请假半天 请假两天 请①假 请①的假 请产假 请婚假 告假 请个病假 请个事假 请几天假"
    " 休一天 休息一天 休两天 请一下假 倒休 补休"
)
_LEAVE = re.compile(
    rf"(?:[^①②③?？{_S}]{{1,12}}[{_S}]+)?(?:[①②我俺{_S}]|到|至|想|要|需要|得|申请|打算|准备|一天|半天|两天|三天"
    rf"|全天|请个|有事|有点事|家里有事"
    rf"|临时有事){{0,9}}{_OFF}(?:[①②了吧{_S}]|到|至|一天|半天|两天|三天|开始|起){{0,9}}"
    rf"(?:(?:(?<=[{_S}])[^{_S}①②③]|去|带|陪|回老家|看病|办事).*)?"
)
_ASKED = re.compile("[?？吗么呢]|多少|怎么|没有$|谁|哪")
_WHO_DUTY = re.compile(
    rf"(?:请问|问下|问一下|看下|看看|查下)?(?:①|{_SHIFT_WORDS}|现在|目前|这会儿|此刻|所里|轮到|该|的|是|[{_S}])*(?:都有谁"
    rf"|是谁|谁|哪位|哪个|哪几个人?|哪些人)"
    rf"(?:①|在|是|来|上|当|现在)*(?:值班长?|带班|当班|的?班|备勤|值[白夜]班|[白夜]班|值|岗|岗上|所里"
    rf"|在岗)(?:来着)?[①的啊呀呢吗哈嘛{_S}]*"
)
_DUTY_WHO = re.compile(
    rf"(?:请问|问下|问一下|看下|看看|查下)?(?:①|现在|目前|的|[{_S}])*(?:值班长?|带班|当班|[白夜晚早]班|备勤)"
    rf"(?:的|领导|民警|人员|所长|长|员|同志)*(?:①|现在)*(?:是"
    rf"|有|都有)?(?:谁|哪位|哪些人|哪个)(?:来着)?[啊呀呢{_S}]*"
)


_LISTED = re.compile(
    r"(?=.*(?:谁|哪位|哪个|哪些|哪几|表|名单|几个人))(?=.*(?:班|值|备勤))"
    + bag(
        "谁 哪位 哪个 哪些人 哪些 哪几个 几个人 值班表 值班名单 排班表 名单 值班长 值班 带班 当班 备勤 白班 夜班"
        " 早班 晚班 中班 排的 排班 排 轮到 轮 看一下 看下 看看 查一下 查下 查 问一下 请问 是 的 在 有 都 班 人"
        " 领导 所长 民警 辅警 发一下 发我 发下",
        r"①上呢啊呀哈嘛了\s,，。?？!！",
    )
)
_STATE = "(?:(?:我的?)?(?:现在)?状态)?(?:(?:改|换|切|切换|设|设置|标记|调)(?:成|为|到)?)?[:：]?\\s?"


def _whole(pattern: str) -> re.Pattern[str]:
    once = re.sub(r"\)\*(?![+?])", ")*+", pattern)  # no turning back, so that no text takes long
    return re.compile(rf"(?:{once})[了啦哈啊]*[\s,，。.!！~～…]*")


_SPARE = rf"(?:(?:{SEP})?(?:先)?(?:别|勿|不要|暂不)(?:给我|再)*派(?:单|我)?(?:给我)?)?"
_STATUS = (
    (
        Status.BUSY,
        _whole(
            rf"{_STATE}我?(?:人|正|现在?|这边|这会儿?|此刻|目前|还)*在?(?:外面?|外出)?(?:处警|出警|处置警情"
            rf"|处理警情|接处警|处警任务|出任务|执行任务|出现场|办案|现场处置"
            rf"|处理现场|警情处置|接警)(?:中|呢|着|ing)?{_SPARE}|我?去(?:出警|处警)|(?:正在|在)?(?:处警"
            rf"|出警)中?{SEP}(?:[^?？\d]|\d+(?=分|小时"
            rf"|点)){{1,20}}|我?(?:手上|手里)?(?:正|现在)?有警情(?:在处理|在手|在身)?|我?(?:去)?(?:出警|处警)去?了"
        ),
    ),
    (
        Status.EN_ROUTE,
        _whole(
            rf"{_STATE}我?(?:人|现在|正|已经?|还|这会儿|目前)*(?:在途中?(?:{SEP}(?:[^?？\d]|\d+(?=分|小时"
            rf"|点)){{1,20}})?|途中|在路上"
            rf"|在赶往现场的?路上|在赶往现场|在去现场的?路上|赶往现场途?中?|赶路中?|出发了?|路上|往现场赶"
            rf"|往那边?赶|往现场去|正往现场赶|去现场的?路上|已出发|在去的?路上|正在路上|在赶路"
            rf"|赶赴现场|赶过去)(?:中|呢)?"
        ),
    ),
    (
        Status.OFF,
        _whole(
            rf"{_STATE}我?(?:今[天日]|现在|先|在|今晚|要|开始)*我?(?:休|休息|休息中|休班|轮休|休了|休息了"
            rf"|调休中|休假中|休假|轮休中|倒休|补休|歇班|不在班|不上班|今天不上班|在休假)"
        ),
    ),
    (
        Status.ON,
        _whole(
            rf"{_STATE}我?(?:人|已经?|现在|目前|回到?|又|一直|恢复|还)*(?:在岗|到岗|上岗|返岗|回岗|在所里?"
            rf"|回所里?|回到所里|到所里|在班上?|归队|收队|处警(?:完毕|结束|完"
            rf"|回来)了?(?:{SEP})?(?:在岗|回所|归队|返所)?|空闲|有空|归岗|返所|待命|在单位|回单位|到单位|值班中"
            rf"|在值班|在班|恢复在岗|可以接单|能接单|可接单|随时可以接单|闲着"
            rf"|没任务)(?:中)?"
            rf"(?:(?:{SEP})?(?:可以派(?:单|我)?|随时[^?？]{{1,8}}))?"
        ),
    ),
)
_HANDOVER = _whole(
    rf"(?:我|(?:快|准备|要|该)?下班了?(?:{SEP})?|今[天晚日]|的|把|所有|换岗|换班|打印|来一?份|一份|三个|几个"
    rf"|发起|做|生成|出|写|开|打|填|看|[早白夜晚中]班|值班|本班"
    rf"|到点了?(?:{SEP})?|把?(?:手上|手里|手头|名下)(?:的)?(?:单子?|工单|活|警情)?|单子|都|全部|工作|申请|开始"
    rf"|准备|办理?|下班|该|要|来|想|现在|(?:和|跟|与|给|向)"
    rf"(?P<with>§))*(?:交接班|交接|交班|交接单|办交接|交接工作|交个班)(?:一下|单|了|清单)?(?:给(?:下一?个?班"
    rf"|接班的|夜班|白班|(?P<who>§)|(?P<name>{NAME}"
    rf"|{PLACES})))?"
)


_OFF_DUTY = _whole("[我俺]?(?:先|要|已经)?下班[了咯啦]?")


def read_shift(named: str, people: tuple[str, ...], now: datetime) -> Phrase | Ambiguous | None:
    """`named`: plain text with § for people. None: it is nothing of these."""
    if len(named) > LONGEST:
        return None
    named = _FOR_HIM.sub("", _BOSS.sub("", named))
    for status, pattern in _STATUS:
        if pattern.fullmatch(named):
            return Phrase(Action.STATUS, text=status)
    if _OFF_DUTY.fullmatch(named):
        return Ambiguous(Why.WHICH_ACTION, (Phrase(Action.HANDOVER), Phrase(Action.STATUS, text=Status.OFF)))
    handover = _HANDOVER.fullmatch(named)
    if handover:
        known = people[0] if handover["who"] or handover["with"] else ""
        return Phrase(Action.HANDOVER, person=known or handover["name"] or "")
    topic = asks_count(named)
    if topic is not None:
        return Phrase(Action.ASK, topic=topic)
    order = None
    if not _TICKETS.search(named) and any(
        word in named for word in ("班", "顶", "替", "假", "休", "换", "勤", "值", "岗", "倒", "串", "调")
    ):
        order = _roster(named, people, now)
    return order or _in_clauses(named, people)


_TICKETS = re.compile("\\d\\s?号?[这那]?个?单|退[回单掉]|转[给派交]|挂起|办结|结案|误报")
_FOR_HIM = re.compile("^(?:§(?:让|叫)我|我?(?:帮|替)(?:§|他|她))(?:(?:帮|替)(?:§|他|她))?(?:来)?(?=问|查|看)")
_KEPT = re.compile("(?:不|别|甭|没|取消|不用|不想|没人)(?:用|要|想|再|[和跟]§)?(?:换|调|顶|替|代|倒|串|请假|休假)")
_THEIRS = re.compile("③[^我俺咱你替帮顶和跟与]*(?:班|休|假)了")
"""News: 孙伟明天换班了."""
_BOSS = re.compile(r"^(?:班长|所长|队长|领导|报告|各位|兄弟们|老大|大家)[\s,，]*")


def _in_clauses(named: str, people: tuple[str, ...]) -> Phrase | Ambiguous | None:
    if posts.hands_over(named):
        if len(people) > 1:
            return Ambiguous(Why.WHO)
        return Phrase(Action.HANDOVER, person=people[0] if people else "")
    status = posts.status_of(named)
    return Phrase(Action.STATUS, text=status) if status else None


def named_shift(text: str, now: datetime) -> tuple[str, date | None]:
    """(the words for the day and the shift, the day)."""
    shifts = " ".join(m.group().removeprefix("的") for m in _SHIFT.finditer(DAYS.sub("①", text)))
    return " ".join(m.group() for m in DAYS.finditer(text)) + shifts, read_day(text, now.date())


def _roster(text: str, people: tuple[str, ...], now: datetime) -> Phrase | Ambiguous | None:
    dayless = DAYS.sub("①", text)
    words, day = named_shift(text, now)
    if _WHO_DUTY.fullmatch(dayless) or _DUTY_WHO.fullmatch(dayless):
        return Phrase(Action.ASK, topic=Topic.DUTY, text=words, day=day)
    if _LISTED.fullmatch(dayless) and "①" in dayless:
        return Phrase(Action.ASK, topic=Topic.DUTY, text=words, day=day)
    slots = _SHIFT.sub("②", dayless).replace("§", "③")
    if _KEPT.search(text) or _THEIRS.fullmatch(slots):
        return None
    topic = _topic(slots) or posts.swap_topic(slots)
    if topic is None:
        return None
    person = people[0] if people else ""
    order = Phrase(
        Action.SWAP, person=person, text=text if topic is Topic.LEAVE else words or text, topic=topic, day=day
    )
    if len(people) > 1:
        return Ambiguous(Why.WHO)
    if corrected(text):
        return Ambiguous(Why.WHICH_DAY, (order,))
    if (
        "①" in slots
        or (person and topic is not Topic.EXCHANGE)
        or (topic is Topic.LEAVE and _TODAY.search(slots))
        or _SO_LONG.search(slots)
    ):
        return order
    return Ambiguous(Why.WHICH_DAY, (order,))


_TODAY = re.compile("上午|下午|晚上|半天")
_SO_LONG = re.compile("[一二两三四五半几\\d]天")


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
