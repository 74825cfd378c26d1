"""解决了 · 还没解决: what somebody says of a matter they told before. Pure."""

import re
from enum import StrEnum

from handlers.understanding.normal import plain

LONGEST = 200
"""Characters of a text that may begin with such a word."""


class Outcome(StrEnum):
    SOLVED = "solved"
    UNSOLVED = "unsolved"


_MATTER = (
    r"(?:第?\d{1,6}\s?号单?|(?:我们?|俺)?(?:上次|上回|前几天|前天|昨天|之前|刚才)?(?:反映|说|报|讲|提)?(?:的|过的)?"
    r"(?:这|那|此)?(?:个|件)?(?:事情|事儿|事|问题|情况)|我(?:反映|说|报)的)?+[\s,，:：]*+"
)
"""Which matter, in words that name none. All of it is possessive: long texts are read once."""

_STOP = r"[\s,，。.!！?？~～…、;；]"
_ALREADY = r"(?:已经|已|都|全部|全|现在|刚刚|刚|终于|总算|基本|算是)*+"
_SOLVED = re.compile(
    rf"{_MATTER}{_ALREADY}(?:(?:解决|处理|搞定|整改|清理)(?:好|完|妥|掉)?+|(?:办|弄|修|整)(?:好|完|妥))(?:了|啦|咯|喽)(?P<rest>.*)",
    re.DOTALL,
)
_KIND = re.compile(r"(?:谢|感谢|多谢|辛苦|给力|点赞|太好|真快|真好|麻烦|啊|呀|哈|哦|[🙏🌹👍❤💐👏😊])")
_DOUBT = re.compile(r"[?？吗么]|没|不|但|可是|又|还|另外|一半|再")

_STILL = (
    r"(?:怎么|为什么|为啥|咋|到现在|现在|目前|到今天|今天|这几天|还是|还|仍然|仍|依然|依旧|并|根本|一直|始终|压根|都|也|"
    r"好像|其实|真的|一点|完全)*+"
)
_NOT = (
    r"(?:没有|没|木有|未)(?:能|给我|给|帮我|得到|真正|完全|彻底|被|见|看到|看见)*+"
    r"(?:有?人(?:(?:过?来)?(?:管|理|处理|解决|联系|看|修)|过?来|回)|解决|处理|整改|改善|修好|弄好|办好|搞定|搞好|动静|结果|回音|下文|好转)"
)
_AGAIN = (
    r"(?:(?:还是|依然|仍然)(?:老样子|老问题|这样|那样|一样|不行)|"
    r"(?:很|非常|太|真)?不满意)"
)
_TAIL = r"(?:过|我|好|完|掉|呢|啊|呀|哦|嘛|啦|了|吧|的|哇|你们|吗|么)*+"
_UNSOLVED = re.compile(rf"{_MATTER}(?:{_AGAIN}|{_STILL}{_NOT}){_TAIL}(?:{_STOP}.*)?", re.DOTALL)


def outcome(said: str) -> Outcome | None:
    """None if it says neither, or asks. What names its matter by more than "那件事" is a matter of its own."""
    words = plain(said[: LONGEST + 1]).strip(" \t\n,，。.!！~～、")
    if not words or len(words) > LONGEST:
        return None
    if _UNSOLVED.fullmatch(words):
        return Outcome.UNSOLVED
    solved = _SOLVED.fullmatch(words)
    if solved is None:
        return None
    rest = re.sub(_STOP, "", solved["rest"])
    kind = not rest or (_KIND.match(rest) is not None and _DOUBT.search(rest) is None)
    return Outcome.SOLVED if kind else None
