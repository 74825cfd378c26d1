"""Where: the named or typed place an officer could go to.

A place is a chain: a name that ends like a place (滨江路, 星河湾, 农行) and its parts (2栋, 1单元, 东门). Words that
stand in no name (在, 昨天, 老板) cut the text into runs, so that a name starts where the run does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, auto
from functools import lru_cache

from handlers.understanding.span import Span


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Places known beforehand: those of the group first, then the rest of the station's."""

    near: tuple[str, ...] = ()
    far: tuple[str, ...] = field(default=())


class _Kind(IntEnum):
    NEAR = auto()
    FAR = auto()
    BRAND = auto()  # a name by itself: 肯德基
    NAMED = auto()  # ends a name of any length: X小区
    SHORT = auto()  # one character: ends a name of two and more: XX路
    HOUSE = auto()  # a part that may stand alone: 3号楼
    PART = auto()  # a part of what stands before it: 三楼


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMED = """
小区 花园 家园 新村 公寓 名苑 雅苑 嘉苑 佳苑 名邸 名居 雅居 豪庭 华庭 华府 公馆 别墅 山庄 大院 家属院 家属楼
家属区 宿舍 宿舍楼 安置房 安置区 职工楼 平房区 棚户区 生活区 大厦 大楼 写字楼 商厦 广场 商城 商贸城 商业街
步行街 新城 国际 创智园 产业园 工业园 工业区 工业园区 科技园 开发区 园区 物流园 社区 居委会 村委会 委会 大队部
党群中心 服务中心 活动中心 文化中心 便民中心 商务中心 购物中心 康复中心 中心校 服务站 服务大厅 政务大厅 办事大厅
活动室 路口 街口 巷口 村口 道口 交叉口 岔路口 三岔口 十字路口 十字街 大街 大道 公路 国道 省道 县道 乡道 高速
高架 立交桥 立交 大桥 石桥 天桥 跨线桥 桥头 桥洞 隧道 环路 胡同 老街 夜市 早市 后街 前街 街上 场上 河堤 堤坝
水库 水闸 鱼塘 码头 渡口 故道 林带 后山 祠堂 晒坝 榕树头 牌坊 检查站 岗亭 超市 便利店 商店 街道 小卖部 小卖店
供销社 供销大厦 百货 百货大楼 百货城 药店 药房 大药房 诊所 饭店 酒店 大酒店 快捷酒店 宾馆 旅馆 旅社 招待所 民宿
客栈 网吧 网咖 酒吧 清吧 会所 棋牌室 麻将馆 茶馆 茶楼 茶餐厅 咖啡馆 咖啡店 浴池 浴室 洗浴 澡堂 足浴 足浴城
足浴店 足道 足疗 养生馆 健康馆 按摩店 理发店 发廊 发屋 造型 美发 美容院 美容店 健身房 健身 健身中心 烧烤店 烧烤
烧烤摊 烤肉 烤翅 烧腊 烧鸡 火锅 火锅店 面馆 烩面 拉面馆 抻面馆 饭馆 饺子馆 粉馆 麻辣烫 胡辣汤 砂锅粥 豆花饭
铁锅炖 馍店 早餐店 小吃店 熟食 修车铺 修车店 修理铺 快修 机修 五金店 粮油店 粮油行 杂货铺 棉絮铺 烟酒店 烟酒
士多 手机店 照相馆 打印店 驿站 书店 彩票店 酒楼 餐厅 餐馆 食堂 美食城 水果店 鞋城 五金城 建材城 家具城 电脑城
批发城 小商品城 布匹市场 人才市场 劳务市场 批发市场 农贸市场 菜市场 果蔬市场 市场 商场 集市 工地 仓库 冷库 厂房
车间 收购站 废品站 养猪场 养殖场 采石场 加工厂 塑料厂 电子厂 水厂 砖厂 合作社 门市部 物业 歌城 歌厅 俱乐部
电影院 影剧院 影城 剧院 游乐场 乐园 体育场 体育馆 体育中心 球馆 游泳馆 图书馆 文化馆 文化宫 博物馆 展览馆
会展中心 学校 小学 中学 高中 职高 职校 技校 幼儿园 托管 托管班 培训班 驾校 大学 学院 师大 理工 校区 考点 党校
医院 中医院 卫生院 卫生所 卫生室 门诊 护理院 养老院 敬老院 福利院 住院部 急诊 工商银行 建设银行 农业银行 支行
分行 信用社 农商行 邮储 邮局 邮政所 邮政银行 储蓄所 网点 营业厅 派出所 交警队 法院 检察院 税务局 民政局 车管所
公园 森林公园 小花园 植物园 动物园 车站 汽车站 火车站 地铁站 公交站 客运站 总站 首末站 终点站 高铁站 长途站
地铁口 收费站 服务区 加油站 充电站 变电站 热力站 粮站 垃圾站 停车场 停车楼 车库 地库 机场 货场 公墓 坟地 教堂
寺庙 清真寺 妈祖宫 土地庙 代办点 道观 KTV ktv KFC ATM 农行 工行 建行 中行 交行 招行 粮所 粮店 老年中心
文化站 凉亭 亭子 草坪 便民店 宿舍区 门店 专卖店 旗舰店 4S店 4s店 茶社 大排档 洗车行 洗车 洗衣 干洗 干洗店
家政 劳务 婚介 水产 干果 快餐 卤菜 仓储 木业 车行 茶行 证券 散酒坊 散酒 桌游 猫舍 饺子城 菜市 菜场 车市 货运场
装卸点 平房 转盘 涵洞 匝道 十字 车棚 停车棚 大世界 鞋都 中庭 花坛 喷泉 小馆 大棚 木材厂 酒庄 果园 茶庄 水站 泵站
地铁站口 市民中心 礼堂 鞋店 影院 电影城 卡丁车 烘焙 面包房 豆腐摊 菜摊 地下室 砖窑 石灰窑 灯饰 箱包厂 影楼
网球场 篮球场 足球场 操场 教学楼 实验楼 图书室
"""
_SHORT = (
    r"(?<![\d半一走带让问网线电思套活后上下铁马跑修赶顺绕迷出退销公大])路(?![过人费由灯数边面])|街(?![坊头])|"
    r"(?<![知频管轨通味街报楼过隧赛车人地渠力铁])道(?=[\d一二三四五六七八九十与和，。,\s]|$)|巷(?!子)|弄(?=[\d口])|"
    r"(?<![反服付控理市戏心])中心(?!思|里)|银行(?![卡打短的流账工发说给客理贷信余转钱要系预])|"
    r"(?<![万千百几\d下上])[一二三四五六七八九十][中小](?=门口|后门|[东南西北]门|旁|对[面过]|后面|附近"
    r"|[，。,!！?？\s@]|$)|"
    r"(?<=[\u4e00-\u9fff]{2})[堂居轩阁斋坊集窑场亭洞口坳墩汇廊](?=[，。,!！?？\s@]|$|那边|门口)|"
    r"(?<=(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2})(?<![机店院村校厂车房屋市场园站馆家群手信心会夜"
    r"城])里(?=[，。,!！?？\s@要]|$)|"
    r"(?<!柬埔)[村屯庄寨沟坪塬镇塆](?![民长里干家头子])|乡(?![下亲里镇])|湾|岭|坝|岗(?![位亭])"
    r"|(?<![我他本])[店馆厂](?![里长员家])|(?<!网)站(?![在着长起台])|"
    r"桥(?!牌)|(?<![江])[河湖塘](?![边南北])|[庙寺府邸](?!上)|苑|城(?![管里乡市])|园(?!区)"
    r"|(?<![住医出法入])院(?![子长里])|(?<![信卡群手家号袋包户柜楼区箱圈])里(?=\s?[\d甲东西南北]"
    r"|[一二三四五六七八九十]+号)|"
    r"楼(?=\d)|堡|坎(?![肩儿])|埠|圩|垸|台(?=\d)|线(?=\d|[，。,\s路]|$)|铺(?=门口|旁|隔壁)"
)
"""One character that ends a name of two and more."""
_BRANDS = """
肯德基 麦当劳 星巴克 必胜客 德克士 华莱士 瑞幸 海底捞 蜜雪冰城 万达 大润发 永辉 沃尔玛 华联 华冠 家乐福 盒马
罗森 如家 汉庭 速8 锦江之星 吾悦 银泰 大悦城 红星美凯龙 居然之家 小米之家 菜鸟驿站 长途站 五金城 供销大厦
邻里中心 行政审批局 步行街 山姆 链家 网鱼 邮储 吾悦广场
"""

_N = r"(?:[0-9０-９]{1,4}|[一二两三四五六七八九十]{1,3})"
_CODE = (
    r"(?<![\d.,:/a-zA-Z年月-])(?:[A-H]?\d{1,2}-\d{2,4}|\d{1,2}-\d{1,2}-\d{2,4})(?![\d:.%-]"
    r"|\s?[块元万岁点个月天号日人年米度单])"
)
_HOUSE = (
    rf"(?:[甲乙丙丁]?{_N}[A-Za-z]?(?:号楼|[栋幢]|\#楼?|号院|号门|-\d单元)|(?<![A-Za-z])[A-Za-z](?:栋|座|幢|号楼)"
    rf"|[东南西北]门(?:口|岗亭)?(?!子)|地库\s?(?:[A-Z]区|[A-Z]?-?\d{{1,4}})|[SGsg]\d{{2,3}}线?"
    rf"|[国省县]道\d{{2,3}}线?|(?<!\d)\d{{3}}[国省]道|{_CODE})"
)
_PART = (
    rf"(?:\d{{1,2}}座|[东南西北]?{_N}(?:单元|期|区|排|巷|弄|室|舍|组|队|社|层|楼|门|铺|档|摊|塔|委|线|公里处?)"
    rf"|[A-Z]\d(?!\d)|{_N}号(?![线令码机称梯])(?:铺|摊位?|厂房|地下室|驿站|库|仓|房|门|口|宿舍楼?|教学楼)?"
    r"|[A-Za-z](?:区|排|口|馆|塔)|[东南西北](?:[侧头岸段区塔院角墙]|[门口](?![里人]))|[后前正侧大]门"
    r"|地下[一二三负\d]层|负[一二三\d]层|架空层|出口"
    r"|(?<=[栋幢座楼元门区号里苑庭寓厦场府园#])\s?[A-Z]?\d{3,4}(?![\d点年元块个多人])(?:室|房|户)?)"
)


def _alternatives(words: str) -> str:
    """A pattern of the words, longest first, that is left at once where none of them starts."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(_words(words), key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(word[1:])
    branches = "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in by_first.items())
    return f"(?=[{''.join(by_first)}])(?:{branches})"


_ANCHOR = re.compile(
    rf"(?P<BRAND>{_alternatives(_BRANDS)}|(?:七天|7天|全家)(?=酒店|便利|连锁|快捷)"
    rf"|(?<![\u4e00-\u9fff])[\u4e00-\u9fff][庄屯集村寨](?=[\s，。,@]|$|那边))|(?P<HOUSE>{_HOUSE})|(?P<PART>{_PART})"
    rf"|(?P<NAMED>{_alternatives(_NAMED)})|(?P<SHORT>{_SHORT})"
)
_HOUSE_AT = re.compile(rf"\s?(?:{_HOUSE}|{_PART})")
_STOP = re.compile(
    r"@\s?[^\s，。,]{0,6}?(?:民警|警察|警官|派出所|片警|辅警|公安|所长|小助手)(?:同志|叔叔|哥)?|@[^\s，。,]{1,10}|"
    r"[^\u4e00-\u9fffA-Za-z0-9#\-０-９]|"
    r"[的了在到去从往是有被把给让叫跟我你他她它您俺咱恁们这那哪啥么吗呢吧啊呀嘛哦也还又没不就都很真说讲问找请吃要"
    r"得着住丢掉捡偷抢追骂砸拦坐骑送接约搬买卖喝喊报因将已再谁怎每此冒骗摔撞藏躲蹲赌嫖死]|"
    r"和(?![平睦谐顺园苑美兴庄家县])(?<![祥泰人永颐雍顺万太仁义中]和)|(?<![解])放(?!心)|(?<![前跃先奋并])进"
    r"|停(?!车)|价|跳|比|来(?![福安宾宝凤喜顺旺])|出(?![口租])|"
    r"昨[天晚]|今[天晚早]|前天|明天|刚才|刚刚?|现在|正在|时候|早上|上午|中午|下午|晚上|夜里|凌晨|半夜|傍晚|天天"
    r"|一直|突然|地址|位置|位于|地点|附近|旁边|对面|门口|后面|前面|楼[上下道]|隔壁|"
    r"边上|底下|里[面头]|后头|外[面头]|[这那]边|路过|经过|听见|听到|看[到见]|发现|老[公婆板头人]|孩子|小孩|儿子"
    r"|女儿|闺女|邻居|房东|媳妇|公公|婆婆|外[公婆]|奶奶|爷爷|爸|妈|同学|朋友|师傅|司机|有人|客服|"
    r"电梯|太(?![平阳古原湖子和])|知道|[想查]|上周|下周|这周|期间|有的|[\d一二两三四五六七八九十]点半?|急|救命"
    r"|快(?![捷乐])|帮忙?|需要|可以|能不能|麻烦|求|办(?![事公])|开(?![发元封福创放]|锁)|为|以|而|但"
)
_LEAD = re.compile(
    r"^(?:家里|家(?![具电和家园属居乐])|里|就|人(?!民)|小伙|车|东西|包|手机|钱包|一[个家辆条]|个|家住|大家|我们|本"
    r"|该|各|整个|全|年)+"
)
_NO_NAME = _words(
    """
一 个 家 大 小 一家 一个 一条 自己 公 几 两 单位 那家 别 各 线上 网上 正规 附近 回 半边 地下 相亲 黑 服装 洗衣
足浴 手机 水果 理发 美容 奶茶 早餐 快递 小吃 网红 烟酒 五金 电子 食品 家具 汽车 修车 彩票 按摩 宠物 比 跳 重点
私立 培训 物业 租车 婚纱 婚庆 饭 当地 城 国 全 派出 那 学校 街头 路边 街边 某 某某
"""
)
"""What says no more than the ending itself: 服装 of 服装店."""
_JOINED = re.compile(r"\s?[和与跟到至、]\s?$")
_CROSSING = ("路口", "交叉口", "交界", "街口", "口")
_FARTHEST = 10
"""Characters of a name before its ending."""
_SHORT_NAME = 5
"""… before a brand or a house, which may stand without one."""
_NEXT_NAME = 8
"""… between two endings of one place: 滨江路 星河湾."""


@dataclass(slots=True)
class _Chain:
    """A place as far as it is read. `worth`: the best kind in it."""

    start: int
    end: int
    parts: int
    worth: int


_SUFFIX = re.compile(rf"(?:{_alternatives(_NAMED)}|[苑园庭府里城邸居湾郡村街路])$")


@dataclass(frozen=True, slots=True)
class _Index:
    """Names by their first and by their last two characters, so that one typo hides no name.

    `heads`: each name with what is short for it (翠湖 for 翠湖名苑), or "".
    """

    heads: dict[str, list[tuple[str, str]]]
    tails: dict[str, list[str]]


@lru_cache(maxsize=1024)
def _index(names: tuple[str, ...]) -> _Index:
    """Made once for a group, and once for the whole of a station."""
    index = _Index({}, {})
    for name in names:
        if len(name) >= 2:
            short = _SUFFIX.sub("", name)
            index.heads.setdefault(name[:2], []).append((name, short if 2 <= len(short) < len(name) else ""))
            index.tails.setdefault(name[-2:], []).append(name)
    return index


def _same(written: str, name: str) -> bool:
    """Alike but for one character, in names of four and more."""
    if written == name:
        return True
    if len(name) < 4 or len(written) != len(name):
        return False
    return sum(a != b for a, b in zip(written, name, strict=True)) == 1


def _known(text: str, names: tuple[str, ...], kind: _Kind) -> Iterator[tuple[int, int, _Kind]]:
    """The names in `text`: whole, with one typo, or short for it (翠湖6栋 for 翠湖名苑)."""
    index = _index(names)
    for at in range(len(text) - 1):
        pair = text[at : at + 2]
        for name, short in index.heads.get(pair, ()):
            end = at + len(name)
            if _same(text[at:end], name):
                yield at, end, kind
            elif short and text.startswith(short, at) and _HOUSE_AT.match(text, at + len(short)):
                yield at, at + len(short), kind
        for name in index.tails.get(pair, ()):
            start = at + 2 - len(name)
            if start >= 0 and _same(text[start : at + 2], name):
                yield start, at + 2, kind


def _anchors(text: str, gazetteer: Gazetteer) -> list[tuple[int, int, _Kind]]:
    """(start, end, kind) in order; what the gazetteer knows goes first, and nothing overlaps it."""
    anchors: list[tuple[int, int, _Kind]] = []
    taken: set[int] = set()
    known = {*_known(text, gazetteer.near, _Kind.NEAR), *_known(text, gazetteer.far, _Kind.FAR)}
    for start, end, kind in sorted(known, key=lambda f: (f[0] - f[1], f[2], f[0])):
        if start not in taken and end - 1 not in taken:
            anchors.append((start, end, kind))
            taken.update(range(start, end))
    for match in _ANCHOR.finditer(text):
        if match.start() not in taken and match.end() - 1 not in taken:
            anchors.append((*match.span(), _Kind[match.lastgroup or "PART"]))
    return sorted(anchors)


def _name_start(text: str, stop: int, start: int) -> int:
    """Where the name before `start` starts; `start` itself if there is none."""
    first = max(stop, start - _FARTHEST)
    lead = _LEAD.match(text[first:start])
    first += lead.end() if lead else 0
    return start if text[first:start] in _NO_NAME else first


def _goes_on(text: str, last: _Chain, start: int, kind: _Kind, stop: int) -> bool:
    """Whether what starts at `start` belongs to the chain before it. `stop`: the end of the last word of no name."""
    gap = start - last.end
    if gap == 0 or (gap == 1 and kind in (_Kind.HOUSE, _Kind.PART) and text[last.end] in " -"):
        return True
    return 0 < gap <= _NEXT_NAME and stop <= last.end and kind < _Kind.HOUSE


def _new_chain(text: str, start: int, end: int, kind: _Kind, stop: int) -> _Chain | None:
    """A chain that starts here, with the name before the ending; `parts` 0: an ending without a name."""
    if kind in (_Kind.NEAR, _Kind.FAR):
        return _Chain(start, end, 1, kind)
    if kind is _Kind.PART:
        return None
    first = _name_start(text, stop, start)
    if kind in (_Kind.BRAND, _Kind.HOUSE):
        return _Chain(first if 2 <= start - first <= _SHORT_NAME else start, end, 1, kind)
    if start - first >= (1 if kind is _Kind.NAMED else 2):
        return _Chain(first, end, 1, kind)
    return _Chain(start, end, 0, _Kind.PART) if kind is _Kind.NAMED else None


def _chains(text: str, gazetteer: Gazetteer) -> list[_Chain]:
    chains: list[_Chain] = []
    stops = [m.span() for m in _STOP.finditer(text)]
    stop, passed = 0, 0
    for start, end, kind in _anchors(text, gazetteer):
        while passed < len(stops) and stops[passed][0] <= start:
            stop = stops[passed][1]
            passed += 1
        if stop > start and kind > _Kind.FAR:
            continue
        if chains and _goes_on(text, chains[-1], start, kind, stop):
            last = chains[-1]
            last.end, last.parts, last.worth = end, last.parts + 1, min(last.worth, kind)
            continue
        chain = _new_chain(text, start, end, kind, stop)
        if chain:
            chains.append(chain)
    return chains


def _joined(text: str, chains: list[_Chain]) -> list[_Chain]:
    """人民路和建设路路口 is one place."""
    whole: list[_Chain] = []
    for chain in chains:
        before = whole[-1] if whole else None
        if (
            before
            and 1 <= chain.start - before.end <= 3
            and _JOINED.search(text, before.end, chain.start)
            and text[chain.start : chain.end].endswith(_CROSSING)
        ):
            before.end, before.parts = chain.end, before.parts + chain.parts
        else:
            whole.append(chain)
    return whole


def find_places(text: str, gazetteer: Gazetteer) -> tuple[Span, ...]:
    """Best first: known to the group, known to the station, then the one of most parts. `value`: without spaces."""
    found = [c for c in _joined(text, _chains(text, gazetteer)) if c.parts]
    found.sort(key=lambda c: (min(c.worth, _Kind.BRAND), -c.parts, c.worth))
    return tuple(Span(c.start, c.end, text[c.start : c.end], re.sub(r"\s", "", text[c.start : c.end])) for c in found)
