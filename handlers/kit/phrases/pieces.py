"""A sentence cut into clauses, and each of them without what leads up to its matter."""

import re
from dataclasses import dataclass

from handlers.kit.phrases.words import NUMBER, PERSON, SEP

CUT = re.compile(rf"(?!(?<=\d)[:：.\-](?=\d)){SEP}")
_FRONT = re.compile(
    r"(?:(?:手[头上里](?:的|[这那]单|[这那]个)?|[那这]个?(?:[^§,]{1,6}的)呢?(?=[给我俺让由交归转]|处理|办[完好结]|解决|[弄搞][完好定])|[那这](?:个?活儿?"
    r"|个|边|边儿|单子?|件|起|条|家|活儿?|警|趟|俩"
    r"|两个|仨)|[那这](?=[给我让由交归转])|关于|号|单子?|警情|警(?=[我俺])|(?:这|那个?)?事情?(?=[办解处搞弄])|儿"
    r"|的(?:那个)?事儿?|的活儿?|的话|的|话|报警(?=[我俺])"
    r"|新(?:的|单子?|来的|派的)(?=[我俺])|对了|不好意思|抱歉|对不[起住]|真的?|那个|行了?|好了|得了?|中|成|ok|嘿|哎|喂"
    r"|诶|嗯|哦|收到|明白|好的?"
    r"|可以|把|将|呢|啊|哈|吧|[:：、/+&和跟])\s?)*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(rf"{NUMBER}\s?(?:号|警情|单子|那单|这单)?")
_VOCATIVE = re.compile(
    "(?<=[吧了啊啦呀哈])(?:各位|几位)?(?:哥几个|哥|班长|所长|队长|老大|领导|兄弟们?|弟兄们?|大佬|亲|师傅|大家"
    "|同志们?)(?=[吧哈啊呀啦]*$)(?<!§哥)"
)
_THIS_ONE = re.compile("(?<=[\u4e00-\u9fff]{2})[这那](?:个?单子?|件)$")


@dataclass(frozen=True, slots=True)
class Clause:
    core: str
    start: int
    end: int

    def people_before(self, text: str) -> int:
        return text.count(PERSON, 0, self.start)


def clauses_of(text: str) -> list[Clause]:
    cuts = [0]
    for found in CUT.finditer(text):
        cuts += [found.start(), found.end()]
    cuts.append(len(text))
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return [Clause(core_of(text[start:end]), start, end) for start, end in pairs if end > start]


def core_of(text: str) -> str:
    bare = re.sub(r"\s+", "", _NUMBERED.sub("", text))
    lead = _FRONT.match(bare)
    rest = bare[lead.end() :] if lead else bare
    rest = _THIS_ONE.sub("", _VOCATIVE.sub("", rest))
    half = rest[: len(rest) // 2]
    return half if len(half) > 1 and rest == half * 2 else rest
