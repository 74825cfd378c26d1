"""What a message means beside others: does it point back, correct, join a neighbour, or begin something new? Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from handlers.understanding.courtesy import courtesy
from handlers.understanding.meaning import Courtesy
from handlers.understanding.normal import plain


class Reference(StrEnum):
    """How surely a message points back to what its writer said before."""

    EXPLICIT = "explicit"  # "上面说的": whatever they said in the last minutes
    IMPLICIT = "implicit"  # "帮忙看看": no matter by itself, so what stood right before it


@dataclass(frozen=True, slots=True)
class Correction:
    """`right` is what holds, as written; `wrong` what it replaces, or "" if that was not repeated."""

    right: str
    wrong: str = ""


_EDGE = " \t\n,，.。!！?？:：;；~～…、@-—"
_BEFORE = (
    r"(?:上面|上边|前面|刚才|刚刚|方才|刚|之前|先前|我)(?:我)?"
    r"(?:说|讲|发|写|反映|提|拍|问|讲述|描述)(?:的|过的|了的|到的)?"
)
_THING = r"(?:这|那|此|该)(?:个|件|种|桩|类)?(?:事儿?|问题|情况|消息|话|东西)"
_POINTS = re.compile(
    rf"(?:{_BEFORE}|(?:看|见|如|同|往|爬)(?:一下|看|到|我)?(?:上面|上边|上文|前面|上)(?![\u4e00-\u9fff]*(?:有|在|掉|扔|漏|滴|住))"
    rf"|往上翻|爬楼|以上(?:情况|内容|问题|说的|这)|上述|上(?:一)?条|前(?:一)?条|上面(?:那|这|的(?:消息|话|事|情况|图|照片|视频|内容))"
    rf"|就(?:是)?{_THING}|{_THING}|^(?:就这|就是这个|上面|以上)$)"
)
_ASKS = (
    r"请问|请|麻烦|劳驾|你们?|您们?|咱们?|大家|民警|警察|警官|同志|叔叔|师傅|领导|派出所|那边|这边|现在|赶紧|赶快|马上|尽快|快点?儿?|急急*|在不在|在吗|在么"
    r"|能不能|可不可以|可以|能|有没有|有|没人|人|谁来?|到底|究竟|怎么|咋|如何|帮忙|帮帮|帮我|帮|给|我们?|来人|来个人|派人|过来|来|去|过去"
    r"|看看|看一?下|看一看|看|瞧瞧|管不管|管一?管|管一?下|管|处理|解决|问问|问|说说|评评理|核实|查查|查|联系|反映|投诉|报案|报警|求助|救命|一下|一趟|下"
    r"|办|整|弄|搞|这个|那个|这里|那里|这儿|这|那|事|啥|什么|行不行|行|吗|呢|吧|啊|呀|哦|嘛|么|了|的|呗|要|想|怎样|样|谢谢|感谢|你好|您好|好|hello|hi|求求|求|快来|速来|速度|紧急|在"
)
_ONLY_ASKS = re.compile(rf"(?:{_ASKS}|[\s\d_,，.。!！?？:：;；~～…、@\-—🙏😭😡❗‼️])*", re.IGNORECASE)
_SHORTEST = 2
"""Fewer characters than these are no matter by themselves."""


def is_bare(said: str) -> bool:
    """Nothing but the call, or a greeting: the matter itself is still to come."""
    return courtesy(said) in (Courtesy.CALL, Courtesy.GREETING)


def refers_back(said: str) -> Reference | None:
    """Does `said`, without the @s that mean us, lean on what its writer wrote before?"""
    words = plain(said).strip(_EDGE)
    if not words:
        return Reference.IMPLICIT
    if len(words) <= 24 and _POINTS.search(words):
        return Reference.EXPLICIT
    if len(words) < _SHORTEST or (len(words) <= 16 and _ONLY_ASKS.fullmatch(words)):
        managing = re.search(r"管不管|管一?管|有人管|谁管|管吗|管一?下|看看|看一?下", words)
        return Reference.EXPLICIT if managing else Reference.IMPLICIT
    if len(words) <= 10 and re.match(r"(?:这|那)(?!么|样|边|里)", words):
        return Reference.IMPLICIT
    return None


_LEAD = r"(?:(?:不好意思|抱歉|对不起|哦|噢|啊|呃|额)[\s,，。.!！]*)?(?:我)?(?:刚才|刚刚|刚|上面|前面)?(?:我)?"
_SLIP = (
    r"(?:(?:打|写|说|发|讲|输|记|弄|搞|报)(?:错|岔|反)(?:了|啦)?(?:字|一个字|地址|楼号|号|门牌|单元)?|口误|手误|笔误)"
    r"(?:了|啦)?"
)
_STOP = r"[\s,，。.!！:：;；]"
_CORRECTIONS = (
    re.compile(
        rf"{_LEAD}{_SLIP}{_STOP}*不是(?P<wrong>.{{1,30}}?)[\s,，。;；]*(?:而)?(?:是|应该是|应是)(?P<right>.{{1,60}})"
    ),
    re.compile(rf"{_LEAD}{_SLIP}(?:{_STOP}+|(?=是|应|改))(?:是|应该是|应为|应是|改成|改为)?(?P<right>.{{1,60}})"),
    re.compile(r"(?:更正|纠正|订正|改正|勘误)(?:一下|下)?[\s,，:：。]*(?:应该?是|是|应为)?(?P<right>.{1,60})"),
    re.compile(r"[*＊]+\s*(?P<right>[^*＊\s].{0,40})"),
    re.compile(
        r"(?:哦|噢|啊)?[\s,，]*不是(?P<wrong>[^是]{1,20}?)[\s,，。;；]*(?:而是|应该是|应是|是)(?P<right>[^是不]{1,40})"
    ),
    re.compile(r"(?:应该|应)是(?P<right>[^是]{1,40}?)[\s,，]*(?:，)?(?:而)?不是(?P<wrong>.{1,20})"),
    re.compile(r"是(?P<right>[^是不]{1,30}?)[\s,，。]*(?:而)?不是(?P<wrong>[^是]{1,20})"),
    re.compile(r"(?P<right>[^,，。是不]{1,20})[\s,，。]+不是(?P<wrong>[^是]{1,20})"),
    re.compile(r"应该是(?P<right>\S{1,20}?(?:栋|号|单元|楼|室|层|路|街|门|幢|座|村|组)\S{0,12})"),
)
_TAIL = re.compile(r"[\s,，。.!！~～]*(?:不好意思|抱歉|打错了|说错了|写错了|才对|哈|啊|了|哦)*[\s,，。.!！~～]*$")
_NUMBERED = re.compile(r"[\da-z零一二两三四五六七八九十百东南西北]", re.IGNORECASE)


def correction(said: str) -> Correction | None:
    """What a message corrects; None if it corrects nothing."""
    words = plain(said).strip(" \t\n,，。.!！~～、")
    if not 2 <= len(words) <= 80 or "?" in words[-1:] or "吗" in words[-1:]:
        return None
    for place, pattern in enumerate(_CORRECTIONS):
        found = pattern.fullmatch(words)
        if found is None:
            continue
        right = _TAIL.sub("", found["right"]).strip(_EDGE)
        wrong = (found.groupdict().get("wrong") or "").strip(_EDGE)
        # Without a word that says so, only places and numbers are corrections: "是他不是我" may be the matter.
        if right and (place < 4 or (_NUMBERED.search(right) and (not wrong or _NUMBERED.search(wrong)))):
            return Correction(right=right, wrong=_TAIL.sub("", wrong))
    return None


_ALSO = re.compile(
    r"(?:\+\s?[1１一]|加\s?[1一]|[➕]1?|同上|同样|同求|同问|一样|附议|支持|顶|确实|是的|没错|属实"
    r"|(?:我|我们|咱|俺|本人|这边|我这边|我们这边)?(?:也|都|同样)(?:是|有|看到|看见|看着|瞧见|听到|听见|闻到|遇到|碰到|发现|被吵|受不了|一样|这样|作证|可以作证|能作证|在场|知道|深有体会)(?:了|过|的|到)?"
    r"|(?:我|我们|咱|俺)?(?:家|们?[\d一二三四五六七八九十a-z]*(?:栋|楼|号楼?|单元|层|户|屋|这边|小区))(?:这?里|这边)?(?:也|都|同样)?(?:也|都)?(?:是|有|一样|这样|听到|听见|看到|看见|闻到|被吵|被吵醒|受影响|遇到)(?:的|了|过|这样|一样|这个?情况|这个?问题|这个?声音|到了?)?"
    r"|我?可以作证|我?能作证)"
)
_FILL = re.compile(
    r"[\s,，。.!！~～、…]*(?:啊|呀|哈|了|的|呢|真的?|太吵|烦|同感|求处理|求解决|请处理|快处理|什么时候处理|求管管)?[\s,，。.!！~～、…]*"
)


def me_too(said: str) -> bool:
    """我也看到了, +1, 我家也是: a neighbour says that the same happened to them, and nothing more."""
    words = plain(said).strip(_EDGE + "👍🙋")
    return (
        1 < len(words) <= 20
        and re.fullmatch(rf"{_ALSO.pattern}(?:{_FILL.pattern}(?:{_ALSO.pattern})?){{1,2}}", words) is not None
    )


_NEW = re.compile(
    r"(?:对了|哦对|啊对)?[\s,，]*(?:另外|此外|除此之外|还有(?:个|一个|一件|件|一)(?:事|问题|情况)|还(?:有|想)(?:别的|其他)"
    r"|再(?:问|说|反映|报|请教|咨询)(?:一?个|一?件|一?下|一?点)?|顺便(?:问|说|反映|咨询)|换个事|另一(?:件|个)事|还想(?:问|反映|咨询)|第二(?:件|个)(?:事|问题))"
)


def another_matter(said: str) -> bool:
    """另外…, 还有个事…, 再问一个…: what follows is marked as something new."""
    return _NEW.match(plain(said).strip(_EDGE)) is not None
