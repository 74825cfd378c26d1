"""Does somebody ask whether something is a scam, and what is left of the message without the question? Pure."""

import re
from functools import lru_cache

from handlers.understanding.normal import plain

_THING = (
    r"(?:这|那|它|他们?|她们?|这些|那些)?(?:个|条|种|样|位|家|款)?"
    r"(?:东西|事儿?|信息|消息|短信|链接|电话|人|软件|群|平台|公司|活动|app)?"
)
_SCAM = r"(?:骗子|诈骗|骗人|骗局|骗钱|电诈|套路|圈套|骗|假)"
_ASK = r"(?:的)?(?:吗|么|嘛|吧|呢|啊|(?:不是?|没)(?![\u4e00-\u9fff]))"
_QUESTION = re.compile(
    rf"{_THING}(?:(?:是不是|会不会是|算不算|是否|不会是|怕不是|该不会是|像不像){_THING}(?:新型|网络|电信|什么)?{_SCAM}"
    rf"(?:的|信息|短信|电话)?(?:{_ASK})?"
    rf"|(?:是|像){_THING}(?:新型|网络|电信|什么)?{_SCAM}(?:信息|短信|电话)?{_ASK}"
    r"|(?:有没有|有无)(?:被骗|骗|诈骗|风险)"
    rf"|(?:是)?(?:真|假)(?:的)?还是(?:真|假)(?:的)?|(?:是)?(?:真|假){_ASK}|是不是真(?:的|事)?|真的?假的?|真不真"
    rf"|(?:能|可|可以|敢|该|值得)(?:相)?信{_ASK}|[能可]不[能可](?:以)?(?:相)?信|敢不敢信|信得过{_ASK}"
    rf"|靠谱{_ASK}|靠不靠谱|靠谱不靠谱|靠得住{_ASK}|靠不靠得住|正规{_ASK}|正不正规|有风险{_ASK}"
    rf"|(?:链接|网址|二维码|码)(?:能|可以)(?:点|扫)(?:开)?{_ASK}|(?:链接|网址|二维码|码)?能不能(?:点|扫)"
    rf"|(?:我|我妈|我爸|我们|家里人)?(?:(?:是不是|算不算)(?:被骗|上当)(?:了)?|(?:被骗|遇到骗子|碰到骗子|上当|中招)了?{_ASK}))",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"(?:请问|请教|麻烦|帮忙|帮我|帮|给|大家|民警|警官|警察|同志|你们|您们?|谁|有人|知道|看看|看一?下|看|瞧瞧|辨别|鉴定|核实"
    r"|查查|判断|分析|问一?下|问问|一下|下|这|那|个|条|种|刚才|刚刚|刚|收到|短信|信息|消息|链接|东西|我|的|了|吗|呢|吧|啊|呀"
    r"|谢谢|您好|你好|谁懂|有没有|能|是)"
)
_EDGE = " \t\n,，.。!！?？:：;；、~～…—-“”\"'"
_LEAD = re.compile(rf"^(?:{_AROUND.pattern}|[ ,，.。!！?？~～…@])*+[:：\n]")
_LEAST = 8
"""Fewer characters than these beside the question are no text to look at."""


@lru_cache(maxsize=2)  # asked several times about the words of one event
def asks(said: str) -> bool:
    """这是不是骗子？ 能信吗 靠谱不 …"""
    return _QUESTION.search(plain(said)) is not None


def suspicious_part(said: str) -> str:
    """What the question is about, if it stands in the message itself; "" if it points elsewhere."""
    rest = _LEAD.sub("", _QUESTION.sub(" ", said)).strip(_EDGE)
    told = _AROUND.sub("", rest).strip(_EDGE)
    return rest if len(told) >= _LEAST else ""
