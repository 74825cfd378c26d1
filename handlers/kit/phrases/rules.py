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


_SOON = any_of("马上 这就 立刻 立马 现在 现在就 即刻 赶紧")
_OFF = any_of("去 过去 到 来 赶过去 赶到 出发 动身 处理 赶往现场 去现场 到现场 去处理 去看看 过去看看 去一趟 往那边赶")
_MINUTES = r"[\d一二两三四五十半几]{1,3}个?来?(?:分钟|小时)"
_NEAR = (
    rf"(?:(?:我|人)?(?:就|正好|刚好|刚|正)?在(?:附近|旁边|边上|那边|跟前|门口|这边)|(?:我)?离(?:得|那)?(?:比较|很)?近"
    rf"|(?:我)?(?:大概|大约|约|预计)?(?:还有|还要)?{_MINUTES}(?:左右|内|就|以内|后)*(?:能|可以)?(?:到|过去|赶到)?"
    rf"|你们?(?:先)?(?:忙|休息|歇着|别动)|不用(?:管|派人|派)了?|(?:我)?{_SOON}就?{_OFF}|收到|好的?|放心|没问题|交给我)"
)
_MACROS = {
    "{N}": (
        rf"(?:(?:把|将|给|关于|这个)?№(?:{SEP})?(?:[这那][单个件边家起条]|[这那]事儿?|[这那]个?案子|的(?:话|单子?|工单|警情|案子)?)?(?:{SEP})?(?:都|也|全部?|一起|一并|两[单个件]都?)?"
        r"(?:麻烦|请|帮忙|帮我|劳驾|烦请)?)"
    ),
    "{I}": "(?:我们?|俺|咱们?|本人)",
    "{WHO}": (
        rf"(?:(?:@\s?)?(?P<place>{PLACES})|(?P<who>§)(?:那边|那里|他们|同志)?"
        rf"|(?:@\s?)?(?P<name>{NAME}?)(?=[去来处办跟负接吧\s,，。№]|$))\s?"
    ),
    "{GO}": rf"(?:我们?|俺)?{_SOON}就?{_OFF}(?:一下)?",
    "{DO}": any_of(
        "去 来 处理 跟进 办 接 接手 跑一趟 看看 过去 处置 负责 弄 盯 跟 去处理 去看看 去一趟 去一下 来处理 来接 来办 来弄 去跑一趟"
        " 过去看看 接着办 去办 去接 去弄 办理 跟一下 看一下 办一下 接一下 处理一下 处理下 跑一下 过去一趟"
    ),
    "{DONE}": "(?:已经?|都|全|刚|我|我这边|这边|可以|就|终于|总算)*",
    "{FREE}": "(?P<t>.+)",
    "{S}": SEP,
    "{E}": END,
    "{X}": rf"[了啦吧哈啊呀的]*(?:{SEP}(?P<t>.+)|{END})",
    "{C}": rf"[了啦吧哈啊呀]*(?:(?:{SEP})?{_NEAR}){{0,2}}{END}",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`weak`: as good as talk unless a ticket is named or replied to. `timed`: only if its free text names a time."""

    action: Action
    pattern: re.Pattern[str]
    weak: bool = False
    timed: bool = False


def rule(action: Action, pattern: str, *, weak: bool = False, timed: bool = False) -> Rule:
    """`pattern` with the shared words in {}: {N} number, {WHO} whom, {X} the end or free text, {C} the end or "I am near"."""
    for name, body in _MACROS.items():
        pattern = pattern.replace(name, body)
    return Rule(action, re.compile(pattern, re.DOTALL), weak, timed)
