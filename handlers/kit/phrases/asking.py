"""Questions: about a ticket, about what one has in hand, about what nobody has claimed."""

import re

from handlers.kit.phrases.meaning import Topic
from handlers.kit.phrases.rules import any_of, bag

_HOW = any_of("咋样 怎么样 怎样 如何 咋回事 怎么回事 怎么说 咋说")
_STATE = any_of("情况 进展 进度 状态 结果 处理 办 办理 处理情况 办理情况 现状")
_DONE = any_of(
    "办结 办完 结 结案 处理完 处理 处理好 解决 搞定 到 到场 接 接单 有人接 有人去 有人办 有人到 有人处理 有人管"
)
_PARTY = "(?:报警人|反映人|当事人|群众|求助人|对方)?的?"
_WHERE = any_of(
    "地址 位置 具体位置 具体地址 在哪 在哪里 在哪儿 在什么地方 在啥地方 哪个小区 几号楼 什么位置 啥地方 什么地方"
)
_WHAT = (
    rf"(?:(?:啥|什么)(?:情况|事儿?|事情|内容|警情|类型|状态|进展|案子)|{_STATE}(?:是|得|的)?(?:{_HOW})?(?:了)?"
    rf"|{_HOW}|到?哪(?:一?步|儿|里)?了?"
    rf"|(?:现在)?(?:是|在|归)?(?:谁|哪个|哪位)(?:在)?(?:办|接|去|处理|跟|负责|管|手[上里])?的?|在?谁(?:手[上里]"
    rf"|那儿?|的)"
    rf"|(?:到底)?{_DONE}了?(?:吗|没有?|么)|{_PARTY}(?:电话|联系方式|号码|联系电话|叫什么|是谁)(?:是)?(?:多少|啥|什么)?"
    rf"|{_WHERE}(?:是|在)?(?:哪|哪里|啥|什么)?|(?:什么时候|几点|啥时候)(?:报|反映|接|来|到)的|急不急|急吗"
    rf"|严重吗|严不严重)"
)
_END = r"[了啦啊呀呢吗的\s,，。.!！?？~～]*"
_TELL = any_of("给我 发我 发一下 发下 发来 说下 说一下 呢 告诉我 发过来 再发一下 发我一下 给一下")
_SEND = (
    rf"(?:把)?(?:报警人|反映人|当事人)?的?(?:地址|电话|位置|联系方式|详情|情况|详细情况|具体情况|具体位置|号码"
    rf"|详细地址|联系电话)(?:{_TELL})+"
)
_TICKET = re.compile(
    rf"(?:我?(?:查|看|问|说)(?:一?下|看)?|请问|看看|说说)?\s?№[\s,，。:：]*(?:这单|那单|这个|那个|那边|现在"
    rf"|目前|到底|的|是|怎么还|还)*(?:{_WHAT}|{_SEND}|"
    rf"(?:进行|进展|办|处理|走)到(?:哪一?步?|什么程度|哪儿)了?|有?(?:没有?|啥|什么)?(?:进展|消息|结果|动静)"
    rf"(?:没有?|吗)?|现在谁手[上里]|(?:详细|具体)?(?:情况|内容|地址"
    rf"|详情)|原话(?:是啥|是什么)|多久了|没有?{_DONE}了?(?=[吗啊?？])){_END}"
)
_LOOK = re.compile(
    rf"(?:我)?(?:帮我)?(?:查|看|查询|查看|查一下|查下|看一下|看下|看看|查查|调出)\s?№{_END}|№\s?(?:查一下|查下"
    rf"|看一下|看下|看看|查|详情|查询){_END}"
)
_REPLIED = re.compile(
    rf"(?:现在|目前)*(?:(?:啥|什么)(?:情况|事|警情)|{_HOW}了|进展{_HOW}|谁在?(?:办|接|处理)|{_WHERE}(?:是|在)?"
    rf"(?:哪|哪里|啥|什么)?|{_SEND}"
    rf"|{_PARTY}(?:电话|联系方式)(?:是)?多少|(?:什么|啥)(?:情况|事)这(?:是|单)|到哪一?步了){_END}"
)
_COUNT = re.compile(
    "(?=.*(?:几|多少|哪些|啥|什么|有没有|列|查|看|发|报|吗|没有?$))(?=.*(?:单|没接|未接|待接|没人接|没办|未办|没结|未结|待办|没处理|件|个没))"
    + bag(
        "我们 手上 手里 手头 名下 这边 那边 所里 群里 今天 有没有 没有 现在 目前 一共 总共 剩下 多少 哪些 什么"
        " 单子 工单 没接 未接 待接 没人接 无人接"
        " 没人领 没领 没人管 没派 没办 没办完 未办 未办结 办完 未结 没结 没处理 没处理完 待办 待接单 处理 人接"
        " 看看 看下 问下 请问 压着 压了 列一下 列出来 列个 列下 查一下 查下 查查 查 看一下 看一眼 发我 发一下 发下 报一下 报下 给我 谁也没接 没人要 挂着 挂起 名单 清单 清楚 堆着"
        " 积着 积压 剩着 还有 待处理 没弄 没弄完 欠着 活儿 警 警情 没动 到底 一下",
        r"我俺还有没剩欠几啥个单件活事接的都是了上里吗么呢啊呀\s,，。?？!！",
    )
)
_LIST = re.compile(
    rf"(?:看看?|看下|查下?|查看|列一?下)?我(?:的|手上的|手里的|名下的|手头的|还没办的)(?:单子?|工单|待办|活){_END}"
)
_UNCLAIMED = re.compile("没接|谁也没接|没人要|未接|待接|没人接|无人接|没人领|没领|没派|没人管|人接")
_ONES_OWN = re.compile(r"(?:看看|看下|问下|请问|现在|目前|查一?下?|今天|到底|还有|列一?下)*(?:我(?!们)|手[上里头]|俺|名下)")
_SHOW = (
    "给我看看 给我看下 给我看 给我瞅瞅 给我 给一下 给下 发我 发给我 发一下 发下 发来 发过来 发出来 再发一遍 再发下 看一眼 看一下 看下 看看 查 查查 查一下 查下 查一查 瞅瞅 瞅一眼 瞅一下 调出来 调一下 调 出来 念一下 念念"
    " 念给我听 说说 说一下 说下 讲讲 讲一下 我瞧瞧 瞧瞧 我看看 我看下 我看一下 我看一眼 我瞅瞅 打开 翻出来 显示 告诉我 报一下 报下 再说一遍"
)
_ASKED = re.compile("啥|什么|谁|哪|几|多少|多久|多大|多长|咋|怎么|怎样|如何|来着|吗|[了有]没有?$|[?？]|急不急|严不严重|重不重")
_SHOWN = re.compile("|".join(sorted(_SHOW.split(), key=len, reverse=True)))
_WORDS = re.compile(
    bag(
        f"{_SHOW} 啥 什么 什么样 谁 哪 哪儿 哪里 哪疙瘩 哪块 哪个 哪位 哪边 哪家 几 多少 多久 多长时间 多大 咋 咋样 咋整 咋回事 怎么 怎么样 怎么回事 怎样 如何 吗 没有 没 来着 来头 情况 事儿 事 警情 警 案子 案 电话号码 电话 手机号 手机 号码"
        " 联系方式 联系人 地址 位置 定位 楼 号楼 单元 层 室 门牌 小区 报警人 报警的 报警 报案人 当事人 反映人 求助人 那女的 那男的 那人 那边 对方 人 名字 姓名 叫 姓 报 超时 时限 期限 时间 到期 时候 点 进展 进度 状态 步骤 步 程度 阶段 办 接 处理 处置"
        " 结果 结 现在 目前 这会儿 还有 还 剩 剩下 是 在 的 了 得 内容 详情 详细 具体 原话 原文 类型 性质 级别 急不急 严不严重 重不重 办结 办完 完 手里 手上 手头 归 负责 管 跟 到现场 现场 到 住 有人 有 反映 说 描述 备注 记录 消息 信息 动静 回复"
        " 请问 问下 问一下 问问 帮我 麻烦 给 把 那个 这个 那 这 到底 来 点儿 点 一下 一共 大概 催 派 单子 单 照片 录音 图片 视频 第 派给 弄 搞 出 搁 走 上 队",
        r"\s,，。.?？!！～~呢啊呀哈呗嘛哦噢吧儿",
    )
)


def asks_in_words(text: str) -> bool:
    """`text` without the ticket's number: nothing but words of asking for it."""
    return (
        _WORDS.fullmatch(text) is not None
        and (_ASKED.search(text) is not None or _SHOWN.search(text) is not None)
        and not _NOT_ASKED.search(text)
    )


_NOT_ASKED = re.compile(r"谁(?:接|办|管|处理|来|跟|弄)(?:一?下)?[吧啊呀]*$|有人[吗没]|咋[整办弄]|怎么[办处弄结]|^(?:把|将|给)?\s*给我(?![看瞅念发说讲报])|^我[看瞅来]|^(?:处理|办|接)")


def asks_ticket(text: str) -> bool:
    """`text` with № is a question about one ticket."""
    return text.count("№") == 1 and (_TICKET.fullmatch(text) or _LOOK.fullmatch(text)) is not None


def asks_replied(text: str) -> bool:
    """A question about the ticket replied to."""
    return _REPLIED.fullmatch(text) is not None


def asks_count(text: str) -> Topic | None:
    """我手上有几单, 还有几个没接."""
    if _LIST.fullmatch(text):
        return Topic.MINE
    if not _COUNT.fullmatch(text):
        return None
    if _ONES_OWN.match(text):
        return Topic.MINE
    return Topic.UNCLAIMED if _UNCLAIMED.search(text) else None
