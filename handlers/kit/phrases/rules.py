"""How a rule of the grammar is written, and the words all of them share.

Each pattern must match the whole sentence, so a word nobody foresaw makes no order. In a pattern № stands for a list
of ticket numbers and § for a person; group `t` is free text. A pattern without № means the card replied to, or the
only ticket that can be meant.
"""

import re
from dataclasses import dataclass

from handlers.kit.phrases.meaning import Action
from handlers.kit.phrases.words import END, NAME, PLACES, SEP


def any_of(words: str) -> str:
    """A pattern for one of these words, which are divided by spaces."""
    return f"(?:{'|'.join(sorted(words.split(), key=len, reverse=True))})"


def bag(words: str, chars: str) -> str:
    """A pattern for any number of these words and characters, in any order; the longest first, and no turning back."""
    longest = "|".join(sorted(words.split(), key=len, reverse=True))
    return f"(?:{longest}|[{chars}])++"


_SOON = any_of("马上 马上就 这就 立刻 立马 立即 现在 现在就 即刻 赶紧 速 就 火速 随后就")
_LOOK = any_of(
    "看看 看一下 看下 看一眼 瞅瞅 瞧瞧 瞅一眼 处理 处置 了解 了解情况 核实 核实情况 办 接 弄 现场 处理一下"
    " 处置一下 了解一下 核实一下 瞅一下 走访 调解"
)
_GOTO = rf"(?:(?:去|过去|前往|赶去|赶过去|赶往|跑|走)(?:现场|一趟|那边|那里)?(?:{_LOOK})?(?:一下)?)"
_WORK = any_of(
    "接 接单 接手 接下 办 办理 处理 处置 跟 跟进 弄 搞 管 负责 盯 盯着 认领 领 领走 搞定 对接 包 包了 接警 收"
)
_HANDLE = rf"(?:{_WORK}(?:一下|下|着|这单|这个|走)?)"
_SET_OFF = any_of("到 来 出发 动身 赶到 处理 处置 安排 到场 到达 去办 办 赶到现场 到现场 来现场")
_MINUTES = r"[\d一二两三四五十半几]{1,3}个?来?(?:分钟|小时)"
_NEAR = (
    rf"(?:(?:我|人)?(?:就|正好|刚好|刚|正)?在(?:附近|旁边|边上|那边|跟前|门口|这边|那块)|(?:我)?离(?:得|那)?"
    rf"(?:比较|很)?近|(?:正好|刚好|我)?顺[路道]"
    rf"|(?:我)?(?:大概|大约|约|预计)?(?:还有|还要)?{_MINUTES}(?:左右|内|就|以内|后)*(?:能|可以)?(?:到|到场|过去|赶到)?"
    rf"|你们?(?:先)?(?:忙|休息|歇着|别动)|不用(?:管|派人|派)了?|(?:我)?{_SOON}(?:{_GOTO}|{_SET_OFF})|收到|好的?"
    rf"|放心|没问题|交给我|出发)"
)
_MACROS = {
    "{N}": (
        rf"(?:(?:把|将|给|关于|这个|那个)?№(?:{SEP})?(?:[这那][单个件边家起条]|[这那]事儿?|[这那]个?案子|的"
        rf"(?:话|单子?|工单|警情|案子)?)?(?:{SEP})?"
        r"(?:都|也|全部?|一起|一并|两[单个件]都?|就|那就|直接|现在|目前|赶紧|尽快|暂时)*(?:麻烦|请|帮忙|帮我"
        r"|劳驾|烦请)?)"
    ),
    "{I}": "(?:我们?|俺|咱们?|本人)",
    "{WHO}": (
        rf"(?:(?:@\s?)?(?P<place>{PLACES})|(?P<who>§)(?:那边|那里|那儿|他们|同志)?"
        rf"|(?:@\s?)?(?P<name>{NAME}?)(?=[去来处办跟负接吧\s,，。№]|$))\s?"
    ),
    "{GO}": rf"(?:我们?|俺)?{_SOON}(?:{_GOTO}|{_SET_OFF})(?:一下)?",
    "{GOTO}": _GOTO,
    "{HANDLE}": _HANDLE,
    "{DO}": rf"(?:(?:去|来|过去|过来|负责|继续|接着)?(?:{_HANDLE}|{_LOOK}|跑一趟)(?:一下|下)?|{_GOTO}|来|过来)",
    "{DONE}": "(?:已经?|都|全|刚|刚刚|我|我这边|这边|可以|就|终于|总算|顺利|圆满|妥善|现|当场|现场|现在|目前|都)*",
    "{FREE}": r"(?P<t>.+)",
    "{S}": SEP,
    "{E}": END,
    "{X}": rf"[了啦吧哈啊呀的咯喽]*(?:{SEP}(?P<t>.+)|{END})",
    "{C}": rf"[了啦吧哈啊呀咯喽]*(?:(?:{SEP})?{_NEAR}){{0,2}}{END}",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`weak`: as good as talk unless a ticket is named or replied to."""

    action: Action
    pattern: re.Pattern[str]
    weak: bool = False


def rule(action: Action, pattern: str, *, weak: bool = False) -> Rule:
    """`pattern` with shared words in {}: {N} number, {WHO} whom, {X} end or text, {C} end or "I am near"."""
    for name, body in _MACROS.items():
        pattern = pattern.replace(name, body)
    pattern = re.sub(r"\)\*(?![+?])", "){0,4}", pattern)  # bounded, so that no text takes long
    return Rule(action, re.compile(pattern, re.DOTALL), weak)
