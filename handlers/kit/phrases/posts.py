"""Where an officer is, his shift's end and his shifts, clause by clause: the order, and whatever stands around it."""

import re

from handlers.kit.phrases.meaning import Status, Topic
from handlers.kit.phrases.rules import any_of, bag
from handlers.kit.phrases.words import PERSON, SEP

_CUT = re.compile(SEP)
_TAIL = "[了啦呀哈啊呢哒咯嘞的着滴哇]*"
_I = "(?:[我俺咱]们?|本人|人|车)"
_NOW = rf"(?:{_I}|现在|这会儿|目前|今天|今儿个?|今日|已经?|正|还|刚|都|也|又|这边|这儿|暂时|一直|先|状态|今晚|今夜)*"


def _whole(pattern: str) -> re.Pattern[str]:
    bounded = re.sub(r"\)\*(?![+?])", "){0,5}", pattern)
    return re.compile(rf"(?:{bounded}){_TAIL}", re.VERBOSE)


_STATUS = (
    (
        Status.BUSY,
        _whole(
            rf"{_NOW}(?:在|去|正在)?(?:外面?|出门)?(?:(?:下村|进村|下乡)(?:处警|出警|办案|走访|去)?"
            rf"|(?<=[在去])(?:走访|巡逻|下社区|入户|押人|送人)"
            rf"|处警|出警|出现场|办警|跑警|办案|处置警情|处理(?:一起|一个)?警情|忙警情|执行任务|出任务|抓人|做笔录"
            rf"|跑现场|处理纠纷"
            rf"|接处警|处理警|处着警|出着警|警情处置|出勤务)(?:中|忙|忙着|ing|现场)?(?:去)?"
            rf"|{_NOW}(?:手[上里头]?|身上)(?:正|还)?有(?:个|一个|俩)?(?:警|警情|案子|现场|事)(?:在处理|在办"
            rf"|在处)?|{_NOW}忙(?:警|着处警|着出警)"
        ),
    ),
    (
        Status.EN_ROUTE,
        _whole(
            rf"{_NOW}(?:在途中?|在路上|路上|在道儿?上|在半道儿?上?|半道上|在半路上?|在去(?:现场)?的?路上"
            rf"|在赶?来的路上|回所路上|正?在赶往|(?:正)?在?(?:往|奔|朝|向)(?:现场|那边|那儿|过|那)(?:赶|奔|走|跑|开"
            rf"|去)(?:着|去)?"
            rf"|赶过去|赶往现场|赶赴现场|在赶|赶路|出发|已出发|动身|(?:搁|坐|在)警?车上|上车|开车(?:过去|去现场)"
            rf"|途中|返程|回来的路上|在回来的路上|往回赶|回程)(?:中|了|途中)?"
        ),
    ),
    (
        Status.OFF,
        _whole(
            rf"{_NOW}(?:在|要|该|开始|得|下班|下班了)?(?:休|歇|轮休|倒休|补休|调休|休班|歇班|休假|休息(?!吧|一下)"
            rf"|不上班"
            rf"|不在岗|离岗|不当班|下夜班(?:休息|补觉)?|(?:休息|休|歇)(?:到|至)[^?？]{{2,8}}|不在班|轮空|排休"
            rf"|在家休息?|休年假|换休|休息去|睡觉去|补觉去|补觉)(?:中)?(?:{_I}|今天|今儿|一天"
            rf"|在家)*"
        ),
    ),
    (
        Status.ON,
        _whole(
            rf"{_NOW}(?:在|到|回到?|恢复|返|收车|撤)?(?:岗|岗上|岗位|在岗|到岗|上岗|回岗|返岗|所里?|单位|队里"
            rf"|收车|归队|收队|归岗|归位|随时待命|可以派单?|待命|备勤|有空|空闲|空着|闲着|在线|上线|可用|值着班|在班"
            rf"|当班|在位|上班"
            rf"|上班中|上线了|开工|在单位|在所里?|到所里?|回所里?|返所)(?:在岗|待命|备勤|中)?"
        ),
    ),
)
_BESIDE = re.compile(
    r"[^?？]{0,4}(?:累坏|累死|累|困死|困|撑不住)了?|[我俺]?(?:已经)?下班[了咯啦]?|(?:到"
    r"|至)(?:[今明后]天)?(?:[上下中]午|晚上|早上)?[\d一二两三四五六七八九十]{1,3}点半?|(?:先|暂时|都)?(?:别|甭|勿"
    r"|不要|不用|不能|没法)(?:给我|再|往我这儿?)?(?:派|接|排|安排)(?:单|我|活儿?|警"
    r"|给我)*|(?:先)?(?:别派)|忙着|正忙|忙|(?:刚)?(?:回来|完事|完事儿|处完|处理完|办完|忙完|弄完|收工|下来"
    r"|交接完)了?"
    r"|(?:处警|出警|巡逻|走访|现场|警情|警|手里|手上|任务)(?:都)?(?:完|结束|完毕|处理完|处完|办完|没|没活|清)了?"
    r"|有(?:事|活"
    r"|警|任务)(?:打|叫|喊|找|呼|给)?(?:我|电话|派|吱声|说|招呼|来电)*(?:打电话|电话)?|(?:随时)?(?:可以|能"
    r"|可)?(?:派|接|叫|喊|出)(?:单|我|警|活)*"
    r"|随时[^?？]{0,6}|[\d一二两三四五十半几]{1,3}个?来?(?:分钟|小时)(?:左右)?(?:到|后到)?|(?:马上|快|就)?到"
    r"|有点堵|堵车|堵着|(?:可以|能)接(?:单|警)|(?:一切)?正常|报备一下|报告|收到|好的?|明早上班|我?(?:回来|刚?出完警"
    r"|空)|(?:晚点|稍后)(?:回|到|下班)[^?？]{0,2}|明天(?:见|再说|上班)"
    r"|有急事(?:打|找|叫).{0,4}|电话联系|手机开着|勿扰|别打扰"
    r"|(?:找|派|喊|让)别人.{0,3}|没(?:别的)?(?:事|任务|活|警)|(?:刚)?吃完?饭(?:了)?|(?:把|帮我)?(?:改|换|切|设"
    r"|更新)(?:一?下)?状态|状态(?:改|换|切)?(?:一?下)?"
)
"""What may stand beside it."""

_HANDING_WORDS = bag(
    "交接班 交接单 交接表 交班单 交接清单 交班 交接 移交 交给 交 转给 转交 给 留给 手里 手上 手头 名下 活儿"
    " 活 单子 单 警情 警 工作 剩下 剩 没办完 没完 未结 没结 所有 全部 都 全 一并"
    " 今天 今儿 今晚 今夜 夜班 白班 早班 晚班 中班 大班 小班 本班 值完 值班 下班 下了 完 到点 到点儿 走人 走"
    " 撤 撤了 下一个班 下一班 下班的 下个班 下班次 下一个 接班的 接班人 接班 接我班的 班次 转 接 交代 同志 兄弟"
    " 一个 一份 一下 一张 整 弄 做 来 出 开 打 打印 填 生成 发起 发 办 办理 搞 走 拉 写 准备 开始 申请 需要"
    " 要 该 得 想 可以 能 我 俺 咱 们 跟 和 与 同 向 把 将 的 对 对接 碰 这边 那边 帮我 麻烦 请 先 就 现在"
    " 马上 快 手续 给我 里 了 班 上 点 时间到 办交接 过 换班",
    f"{PERSON}个份下吧啦呀哈呗啊呢哦嘞咯",
)
_HANDING = re.compile(_HANDING_WORDS)
_HANDS_OVER = re.compile(
    "[夜白早晚中]班交[夜白早晚中]班|(?=.*(?:交接|交班|移交|交给|[都全剩下的]给|下一个?班|给下|接班"
    "|班.{0,2}给))(?=.*(?:交接|交班|班|剩"
    "|手[里上头]|活|单|工作|名下))" + _HANDING_WORDS
)
_HARMLESS = re.compile(
    r"[^?？吗谁啥哪几]{0,2}(?:困死|累死|累|困|撤|走人|走|溜|下班|值完|到点儿?|辛苦|夜班下|白班下|下夜班|下白班"
    r"|班下|回家|收工|谢谢|拜托|交代清楚|没啥事|没别的|一切正常|完事|平安无事|都在|就这些|别漏|麻烦|两单"
    r"|[一二两三几\d]个?单|手[上里头]还?有?[一二两三几\d]个?单|还有[一二两三几\d]个?单|剩[一二两三几\d]个?单"
    r"|回去睡|睡觉|撑不住|我?[\d一二两三四五六七八九十]{1,2}点[^?？]{0,4}走).{0,6}"
)
_DUTY = any_of(
    "换班 调班 倒班 串班 顶班 替班 代班 换个班 调个班 倒个班 串个班 顶个班 替个班 换下班 调下班 倒一下班 换一下班"
    " 倒下班"
)
_SWAPS = re.compile(
    bag(
        "换班 调班 倒班 串班 顶班 替班 代班 换个班 调个班 倒个班 串个班 顶个班 替个班 对调 互换 对换 调换 换成 换出去"
        " 换出"
        " 换到 换 调 倒 串 顶顶 顶 替 代 值 上 盯 来 一下 一宿 一天 一晚 一夜 一个 一次 一班 半天 下 个"
        " 谁 哪位 有人 有没有人 有没有 哪个 有 不 哥 姐 弟兄 弟兄们 师傅 班长 让 叫 轮到 排到 轮 哪位兄弟 兄弟"
        " 各位 兄弟们 大家 能 能不能 可以 可不可以 愿意 方便 方便的 有空 有空的 闲着 闲着的 行不 行不行 行 想 要"
        " 求 求人 求个 找 找个人 找人 需要 申请 打算 帮我 帮忙 帮 麻烦 拜托 请 帮个忙"
        " 我 俺 咱俩 咱们 咱 你 您 他 她 俩 的 和 跟 与 同 给 把 那个 那 这 还 还你 还他 还她 到时候 我还你 我还"
        " 已经 说好了 说好 商量好了 商量好 谈好了 谈好 同意了 同意 定了 都 也 就 先 临时 当天 那天 班次 去 原来 由"
        " 帮我跟③说 帮我和③说"
        " 本来 我的 你的 他的 她的 我这",
        "①②③班晚吧呗呀哈啊了啦哦嘛吗个点下",
    )
)
_VERB = re.compile("换|调|倒|串")
_STAND_IN = re.compile("顶|替|代|帮[我俺]?(?:值|上|盯)")
_I_STAND_IN = re.compile(
    r"[我俺](?:来|可以|能|去|愿意)?(?:[①②的])*(?:替|顶|帮|代|给)[①②的]*③|③[①②的班那个]*由?(?:[我俺]"
    r"|[我俺]来)[①②]*(?:帮?[他她]?(?=[值上盯])|替|顶|代|值|上)"
    r"|我(?:来)?[①②的]*(?:替|顶|代)(?:你|他|她)"
)
_LEAVE = re.compile(
    r"[①②我俺到至想要需要得申请打算准备有事先个临时再跟领导]*(?:请[一二两三四五半几\d个①的]*(?:天|下|周)?的?(?:年"
    r"|病|事|产|婚|丧|陪产|育儿)?假|休[一二两三四五半几\d个]*天?(?:年|病|事|产|公)?假|(?:年|病|事|产|婚|公)假"
    r"|告个?假|告假|补休|倒休|调休|歇|休息|休)"
    r"(?:[①②到至开始起天一二两三四五半\d了吧哈啊呗个周下]|小时)*"
)
_ASKS_LEAVE = re.compile("假|补休|倒休|调休")


def _pieces(text: str) -> list[str]:
    return [piece for piece in _CUT.split(text) if piece]


def status_of(named: str) -> Status | None:
    """Where the writer is; what stands beside it changes nothing."""
    found: set[Status] = set()
    for piece in _pieces(named):
        status = next((status for status, pattern in _STATUS if pattern.fullmatch(piece)), None)
        if status:
            found.add(status)
        elif not _BESIDE.fullmatch(piece.rstrip("了啦呢啊哈吧")):
            return None
    return next(iter(found)) if len(found) == 1 else None


def hands_over(named: str) -> bool:
    """The writer's shift ends and the next one takes over."""
    pieces = _pieces(named)
    orders = [piece for piece in pieces if _HANDS_OVER.fullmatch(piece)]
    beside = (piece for piece in pieces if piece not in orders)
    return bool(orders) and all(
        _HARMLESS.fullmatch(p) or _HANDING.fullmatch(p) or _NEUTRAL.fullmatch(p) for p in beside
    )


_NEUTRAL = re.compile(
    rf"[夜白早晚中]班(?:结束|下)?了?|{PERSON}|{_I}?(?:下班|值完|到点|撤|走)[了啦]?|(?:好|行|那)[的了]?"
)


def swap_topic(slots: str) -> Topic | None:
    """`slots`: ① for days, ② for shifts, ③ for people."""
    pieces = _pieces(slots)
    swaps = [piece for piece in pieces if _SWAPS.fullmatch(piece)]
    others = [piece for piece in pieces if piece not in swaps]
    leaves = [piece for piece in others if _LEAVE.fullmatch(piece)]
    reasons = [piece for piece in others if piece not in leaves]
    if any(re.search("[换顶替假?？谁]|值班|退|转[给派交]|挂起|办结|结案|误报", piece) for piece in reasons):
        return None
    said = " ".join(swaps)
    if leaves and any(_ASKS_LEAVE.search(p) for p in leaves):
        return Topic.LEAVE if not re.search("谁|③", said) else None
    if leaves or not ("①" in said or "②" in said or re.search(_DUTY, said)):
        return None
    if re.search("吗|行不", said) and not re.search("能|可以|方便|愿意|行不", said):
        return None
    if _I_STAND_IN.search(said):
        return Topic.TAKE
    if _STAND_IN.search(said):
        return Topic.COVER
    return Topic.EXCHANGE if _VERB.search(said) else None
