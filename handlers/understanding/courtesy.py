"""Thanks, greetings and 解决了: what is said to the police and needs no ticket."""

import re

from handlers.understanding.meaning import Courtesy
from handlers.understanding.normal import without_calls

LONGEST = 80
"""Characters of a text that may be nothing but a courtesy."""

_WHO = (
    r"(?:你们?|您们?|大家|各位|民警|警官|警察|同志|叔叔|阿姨|哥哥?|姐姐?|[王李张刘陈杨赵周吴孙]\w{0,2}?(?:警官|所|队)|"
    r"所长|老师|啊|呀|哈|了|啦|哦|的|咯|嘞|[～~!！。,，.…\s🙏🌹👍❤💐👏😊☺\ufe0f])*+"
)
"""To whom it is said, and how warmly. Possessive: what it has taken it keeps, or long texts would be tried forever."""

_THANKS = re.compile(
    rf"{_WHO}(?:太|非常|十分|真的?|万分|衷心|好)?"
    rf"(?:谢谢|感谢|多谢|谢了|谢啦|谢过|辛苦|劳驾|麻烦|给力|点赞|好样的|3q|thanks?|thank you){_WHO}"
    rf"(?:(?:太|非常|真)?(?:谢谢|感谢|多谢|辛苦|给力){_WHO})*",
    re.IGNORECASE,
)
_GREETING = re.compile(
    rf"{_WHO}(?:好|早|早安|早上好|上午好|中午好|下午好|晚上好|晚安|在吗|在不在|在没在|在么|有人吗|有人么|"
    rf"hi|hello|哈喽|新年好|新年快乐|节日快乐|过年好){_WHO}",
    re.IGNORECASE,
)
_NOTED = re.compile(
    rf"(?:好的?|好嘞|收到|知道了?|晓得了|明白|了解|ok|okk|嗯+|行|可以|没问题|中|得嘞|要得|1|👌|👍){_WHO}"
    rf"(?:好的?|收到|知道了|谢谢|辛苦|明白)?{_WHO}",
    re.IGNORECASE,
)


_CLOSING = re.compile(
    r"谢|感谢|辛苦|锦旗|点赞|给力|解决了|处理好了|搞定了|办好了|修好了|好了|没事了|不用(?:来|管|麻烦|报|调|查|找)|不麻烦|甭(?:来|跑|麻烦|管)|"
    r"(?:找|寻|搵)(?:到|着|回|返)(?:了|咗|啦|哒)|自己(?:跑|走|回)?回来|误会|搞错|弄错|发错|按错|艾特错|乱按|"
    r"(?:挪|开|搬|走|停|关|撤)(?:走|开|了)了?|(?:已经?|都)(?:撤|赔|退|还|拆|清|修|交|登记|整改|转发|收到)|道歉|和解|说开|退(?:了|还|给)我|追回|"
    r"早上好|晚上好|早安|过年好|新年|恭喜|祝|收到|明白|知道了|记住了|好的"
)


def closing_words(text: str) -> bool:
    """It speaks of thanks, or of a matter that is over. Taken alone it decides nothing."""
    return _CLOSING.search(text) is not None


def courtesy(text: str) -> Courtesy | None:
    """What kind of courtesy the whole text is; None if it is, or may be, a matter."""
    return courtesy_in(without_calls(text))


def courtesy_in(words: str) -> Courtesy | None:
    """The same for words that `without_calls` has made already."""
    words = words.strip()
    if len(words) > LONGEST:
        return None
    bare = words.strip(" \t\n,，.。!！?？:：;；~～…、@")
    if not bare:
        return Courtesy.CALL
    for kind, pattern in ((Courtesy.THANKS, _THANKS), (Courtesy.NOTED, _NOTED), (Courtesy.GREETING, _GREETING)):
        if pattern.fullmatch(words):
            return kind
    return None


_GRATEFUL = re.compile(r"谢|感谢|辛苦|锦旗|点赞|给力|鞠躬|道个谢|恩人|好样的")
_OVER = re.compile(r"解决|找(?:到|着|回)|回来了|没事|不用|不麻烦|甭|误会|错|好了|挪|退|赔|道歉|和解|说开|撤|整改")


_NOT_OVER = re.compile(r"(?:没有?|未|木有)(?:能|给|得到|被)?(?:解决|处理|修|办|弄好|搞定|人(?:来|管|理|处理))")


def closing_courtesy(text: str) -> Courtesy | None:
    """What kind of courtesy a message is that the models took for no matter; None if it is neither."""
    if _NOT_OVER.search(text):
        return None
    if _GRATEFUL.search(text):
        return Courtesy.THANKS
    return Courtesy.SOLVED if _OVER.search(text) else None
