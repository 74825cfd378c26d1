"""The words of a sentence made plain: ticket numbers become №, people become §, what surrounds the matter is gone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.kit.parse import chinese_number, normalise
from handlers.kit.phrases.cantonese import as_written_north, is_cantonese
from handlers.kit.phrases.typos import as_meant

NUMBER, PERSON = "№", "§"

SEP = r"[\s,，。.…;；:：、!！~～—\-]+"
END = r"[了啦吧哈啊呀哦噢嘛呗喽哒的]*[\s,，。.!！~～…]*"

_GLUED = (
    r"楼|层|院|门(?![口卫开锁没反禁铃打关坏铺])|栋|幢|座|岁|个|名|位"
    r"|人(?![手员没不已都跑在到太找被是说来走去送自要很也就还正太多少回出醒])"
    r"|块|元|天|年|月|日|次|米|万"
    r"|千|百|分(?![给到派配])|秒|路(?!口|边|面|上)|线|点|时|度|吨|斤|公里|厘"
    r"|单元|小时|%|倍|级"
    r"|户(?![主口籍])|间|室|棵|条|只|辆|台|瓶|箱|包(?!我|在我)|张|份|句|字|页|周|星期|礼拜|种|顿|杯|双(?!方)|套|颗|根"
    r"|起|届|班|队"
    r"|所|期|轮|折|比(?!较)|寸|角|毛|多(?![久派来加叫给找])|几(?![楼层单点])"
)
_APART = r"楼(?!上|下)|栋|岁|个|名|块|元|天(?!然)|月|日|次|万|分钟|点|人(?=[\s,，。受参]|$)|单元|小时|%|米|位"
r"|年|户(?![主口籍])"
"""What follows the number of something else: 12楼, 12 个人, 12点."""

_HAN = "[零〇一二两三四五六七八九十百]"
_HOTLINE = r"(?:(?:12345|12315|12348|12309|96110)(?!\d)|1(?:10|19|20|22)(?=电话|报警|接警|指挥|热线))"
_ONE = (
    rf"(?:(?:第|#|no\.?|单号|工单号?|编号)\s*+)?(?:(?<![\d.a-z])(?!0|{_HOTLINE})\d{{1,5}}+"
    rf"|{_HAN}{{1,6}}+(?=\s*号)|(?<=第){_HAN}{{1,6}}+(?=\s*单))"
    r"(?:\s*+(?:号工单|号单子?|号|单子|单(?!元|独|位|亲|身|纯)|#))?+"
    rf"(?!(?:{_GLUED}))(?!\s(?:{_APART}))(?![.:：/\-]?\d|[a-z])"
)
_NUMBERS = re.compile(
    rf"(?<![a-z0-9.:：/\-¥￥幺罚赔])(?<!罚了)(?<!罚款)(?<!赔了)(?<!赔偿)(?<!单元)(?<![栋幢月]){_ONE}(?:\s*[,，、和跟与及&+/]\s*{_ONE}|\s+{_ONE})*+",
    re.IGNORECASE,
)
_DIGITS = re.compile(rf"\d+|{_HAN}+")
_BARE = re.compile(rf"(?<![第月周\d]){_HAN}{{2,6}}+(?!\s*[号\d]|{_GLUED})")
"""Chinese numerals without 号; ours only if there is such a ticket."""

_RADIO = re.compile("(?=[一二三四五六七八九零洞拐勾两]?[幺])[幺一二三四五六七八九零〇洞拐勾两]{2,5}")
_SPELT = str.maketrans("零〇洞幺一二两三四五六七拐八九勾", "0001122345677899")
_TEN = {"廿": "二十", "卅": "三十"}
_TENS = re.compile("[廿卅](?=[一二三四五六七八九号\\s])")
_BY_NOW = re.compile(r"(?:^|[\s,，])[都快又就]?到$")
"""Before a day of the month: 到23号了."""
_DAYTIME = re.compile("[上下中]午|[早晚]上?|傍晚|夜里|之?前")
"""After a day of the month, if a ticket is named before it."""
_UNTIL = re.compile("[等约]$|[约定改推挂]到$")

_GRAND = re.compile("[壹贰叁肆伍陆柒捌玖拾佰]{1,6}(?=号|单)")
_AS_PLAIN = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰", "一二三四五六七八九十百")
"""As they are written on forms: 捌拾叁号."""

_STUTTER = re.compile(r"(?<!\d)(\d{1,2})\s(\d)(?=号)")
"""As a telephone hears 88号: 8 8号."""

_EMERGENCY = frozenset({"110", "119", "120", "122"})
"""Digits as they are spelt on the radio: 幺二 is 12."""

COMMON = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方姚谭廖邹熊金陆郝孔"
    "白崔康邱秦侯邵孟龙段钱汤尹黎常武贺赖龚马高史顾毛江"
)
NAME = rf"[{COMMON}][一-龥]{{1,2}}"
"""A full name nobody has told us of."""

PLACES = (
    r"(?:综合|勤务)?指挥室|社区(?:警务)?中?队|案件(?:办理)?中?队|办案(?:中?队|组|区)|刑警(?:中队|大队|队)?|刑侦"
    r"(?:中队|大队|队)?"
    r"|交警(?:中队|大队|队)?|治安(?:中队|大队|队)|反诈中心|巡逻(?:中?队|组)|12345(?:热线)?|综治(?:中心|办)?"
    r"|物业(?:公司)?|居委会?|村委会?"
    r"|街道办?|城管(?:中队|大队|队|局)?|消防(?:中?队|站)?|司法所|市监局|市场监管所?|住建局?|环保局?|供电[所局]"
    r"|水务局?|调解室|信访[办局]?"
    r"|值班长|值班(?:室|民警)|户籍(?:室|窗口)|网格员|片警|社区民警"
)
PLACE = re.compile(PLACES)
_SPOKEN_OF = re.compile(
    f"(?P<beside>[和跟同与见像及]|重复|[一到]样|[在正]办|(?<!现)在处理|(?<!现)在忙|忙着|(?<![人我])在|[约定改推]到"
    f"|是(?=\\s?№[那这]))?\\s?{NUMBER}"
)
_END_OF_FIRST = re.compile(SEP)
_SPACE = re.compile(r"[ \t\r\n\u200b\ufeff]+")
_DROP = re.compile("[\ufe0f\u20e3\u203c\u2049\U0001f300-\U0001faff\u2600-\u27bf]|\\[[\u4e00-\u9fff]{1,3}\\]")
"""Emoji, and WeChat's way of writing them: [抱拳]."""

_LEAD = re.compile(
    r"(?:(?:好[嘞勒咧]|要得|好滴|好咧|好的?呢?|行(?=[\s,，。!！])|可以(?=[\s,，。!！])|ok|okay|嗯+|收到(?:收到)?|明白"
    r"|得嘞|妥了?(?=[\s,，]*[我俺])"
    r"|没问题|知道了|是[!！,，]|报告(?:所长|领导|队长)?"
    r"|各位|兄弟们|同志们|(?:领导|所长|队长)(?=[\s,，№我])|那个(?=[\s,，№])|那(?=№)|麻烦(?!了)|辛苦(?:了|一下|各位)?"
    r"|请(?=[№把将转让])|帮我|帮忙(?=[把将])"
    r"|(?:那)?把?(?:这|该)(?:一)?(?:单子?|件事|个单子?|个警情|件|个)(?=[^\s,，。人是])|报告(?=[\s,，№])|劳驾"
    r"|烦请|那就|那(?=我|俺)|这样吧?(?=[\s,，])"
    r"|[哎唉诶欸喂嘿](?=[\s,，№我])|哦+(?=[\s,，])|额(?=[\s,，])|你好|您好|@\S+(?=\s)|各位(?:领导|同事)?|小助手"
    r"|不好意思|没事(?:没事)?(?=[\s,，我])|(?:谢谢|多谢|感谢|辛苦|收到|好的)了?§(?=[\s,，])|班长|老大|哥们儿?|弟兄们"
    r"|师傅(?=[\s,，])|亲"
    r"|(?:喂|哎|诶)?机器人(?:啊|呀|哈)?)"
    rf"(?:{SEP})?)+",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[【\[(（]\s*(#?\d{1,5}(?:号单?)?)\s*[】\])）]")
_RUDE = re.compile(
    r"他妈的|妈的(?![\u4e00-\u9fff]{1,3}[号家])|卧槽|我[靠操艹草](?=[了,，。\s\d]|$)|尼玛|特么的?|艹|(?<![a-z])"
    r"(?:tm|md)d?(?![a-z])",
    re.I,
)
_THANKS = re.compile(
    r"(?:[\s,，。.!！~～]*(?:谢谢(?:了|啦|大家|各位)?|多谢|谢了|辛苦(?:了|各位|大家)*|拜托了?|感谢|哈{2,}+|thx"
    r"|thanks))+[\s,，。.!！~～]*$"
)


@dataclass(frozen=True, slots=True)
class Marked:
    """`text` with № and §, without what leads up to the matter; and what the marks stand for, in order."""

    text: str
    written: tuple[str, ...]
    numbers: tuple[tuple[int, ...], ...]
    people: tuple[str, ...]

    def restore(self, start: int, end: int) -> str:
        """This part of `text` in its writer's words."""
        numbers = iter(self.written[self.text.count(NUMBER, 0, start) :])
        people = iter(self.people[self.text.count(PERSON, 0, start) :])
        return "".join(
            next(numbers) if c == NUMBER else next(people) if c == PERSON else c for c in self.text[start:end]
        )

    def without_strangers(self, known: frozenset[int]) -> "Marked":
        """Beside a known ticket, other numbers are words: 挂到8号."""
        return self._only([set(group) <= known for group in self.numbers[: self.text.count(NUMBER)]])

    def without_others(self) -> "Marked":
        """A ticket that is only spoken of, beside the one that is meant: 和13重复, 我正在办13."""
        return self._only([not found["beside"] for found in _SPOKEN_OF.finditer(self.text)])

    def without_later(self) -> "Marked":
        """Under a card a stranger after the first clause is a word: 结了 行政处罚200."""
        first = _END_OF_FIRST.split(self.text, maxsplit=1)[0].count(NUMBER)
        count = self.text.count(NUMBER)
        return self._only([n < first for n in range(count)], all_go=True)

    def _only(self, ours: list[bool], *, all_go: bool = False) -> "Marked":
        """The others become words, unless there is no other."""
        if all(ours) or not (any(ours) or all_go):
            return self
        marks = iter(zip(ours, self.written, strict=False))
        text = "".join(_kept(c, marks) for c in self.text)
        kept = [i for i, our in enumerate(ours) if our]
        return Marked(text, tuple(self.written[i] for i in kept), tuple(self.numbers[i] for i in kept), self.people)

    def without_numbers(self) -> str:
        """All of it but the ticket numbers, in its writer's words."""
        parts = []
        start = 0
        for end in (*(i for i, c in enumerate(self.text) if c == NUMBER), len(self.text)):
            parts.append(self.restore(start, end).strip())
            start = end + 1
        return " ".join(filter(None, parts))


_NOISE = " 。.!！~～…哈"
"""What ends a sentence and changes nothing in it."""


_SAID_ALOUD = {"逗号": "，", "句号": "。", "问号": "？", "感叹号": "！", "叹号": "！", "冒号": "：", "顿号": "、"}
_ALOUD = re.compile("|".join(_SAID_ALOUD))
"""Marks as one dictates them to a telephone."""
_REPORTS = re.compile("^(报告|汇报|回复)[:：]")
_ARROW = re.compile(r"(?:(?<=[\d号单])|^)\s?(?:[-—=]{1,3}>|[→⇒➡➔]\ufe0f?|>{1,3})\s?(?=[\u4e00-\u9fff@])")


def plain(text: str, *, translated: bool = True) -> str:
    """Full width, emoji, runs of spaces and our own marks are gone. `translated`: so is Cantonese."""
    text = _ARROW.sub(" 转给", _REPORTS.sub(r"\1，", _ALOUD.sub(lambda m: _SAID_ALOUD[m.group()], text.strip())))
    if translated and is_cantonese(text):
        text = as_written_north(text)
    text = _GRAND.sub(lambda m: m.group().translate(_AS_PLAIN), _BRACKETS.sub(r"\1 ", text))
    text = _DROP.sub(" ", _RUDE.sub("", normalise(text)).replace("＠", "@").replace(NUMBER, "#").replace(PERSON, " "))
    text = _SPACE.sub(" ", text).strip()
    bare = text.rstrip(_NOISE)
    if bare.endswith("一") and not bare.endswith(("周一", "期一", "拜一")) and bare != text:
        bare = f"{bare}哈"  # 一哈 is 一下
    return as_meant(_TENS.sub(lambda m: _TEN[m.group()], bare)).rstrip(_NOISE)


def mark(text: str, people: tuple[str, ...], known: frozenset[int]) -> Marked:
    """`text`: of `name_people`. `known`: tickets that can be meant; only they are read from bare Chinese numerals."""
    written: list[str] = []

    def note(found: re.Match[str]) -> str:
        if found.group().endswith("号"):
            before = text[: found.start()]
            if written and _DAYTIME.match(text, found.end()):
                return found.group()
            if _UNTIL.search(before) or (text.startswith("了", found.end()) and _BY_NOW.search(before)):
                return found.group()
        written.append(found.group())
        return NUMBER

    text = _STUTTER.sub(lambda m: m[1] + m[2] if int(m[1] + m[2]) in known else m.group(), text)
    text = _BARE.sub(lambda m: _numerals(m.group(), known), _RADIO.sub(lambda m: _digits(m.group(), known), text))
    marked = _THANKS.sub("", _NUMBERS.sub(note, text))
    lead = _LEAD.match(marked)
    rest = marked[lead.end() :] if lead else marked
    numbers = tuple(tuple(dict.fromkeys(_value(d) for d in _DIGITS.findall(word))) for word in written)
    return Marked(rest.strip(), tuple(written), numbers, people)


def _numerals(han: str, known: frozenset[int]) -> str:
    """十二, and 十二十三 said in one breath, if there are such tickets."""
    if chinese_number(han) in known:
        return f"{han}号"
    for cut in range(1, len(han)):
        if {chinese_number(han[:cut]), chinese_number(han[cut:])} <= known:
            return f"{han[:cut]}号、{han[cut:]}号"
    return han


def _digits(radio: str, known: frozenset[int]) -> str:
    """幺二, and 幺二幺三 said in one breath."""
    digits = radio.translate(_SPELT)
    for cut in range(1, len(digits)):
        if int(digits) not in known and {int(digits[:cut]), int(digits[cut:])} <= known:
            return f"{digits[:cut]}号、{digits[cut:]}号"
    return radio if digits in _EMERGENCY and int(digits) not in known else digits


def _kept(c: str, marks: Iterator[tuple[bool, str]]) -> str:
    if c != NUMBER:
        return c
    our, written = next(marks)
    return NUMBER if our else written


def _value(digits: str) -> int:
    return int(digits) if digits.isdigit() else chinese_number(digits) or 0
