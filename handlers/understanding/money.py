"""How much, and has it left already?"""

import re
from decimal import Decimal

from handlers.understanding.numbers import plain_digits
from handlers.understanding.span import Span
from storage.model.matters import Money

_ONE_WAY = str.maketrans("拾佰仟萬億wWkK￥¥＄圆塊，．", "十百千万亿万万千千$$$元块,.")
_SCALES = {"十": 10, "百": 100, "千": 1000, "": 1}
_LARGE = {"万": 10_000, "亿": 100_000_000}

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,9}(?!\d))(?:\.\d{1,3})?"
_AMOUNT = re.compile(
    rf"(?<![\d.几数第#-])(?P<sign>\$\s?)?(?P<number>(?:{_DIGITS}|(?=十))(?:\s?[十百千万亿]\d{{0,4}}){{0,6}})"
    r"(?P<more>[多来余几]万?)?\s?(?P<unit>块钱|块|元|美金|美元|人民币|港币|刀|rmb|RMB|大洋|[uU](?![a-zA-Z]))?"
)
_COUNTED = re.compile(
    r"[号栋幢楼层室单座岁点分时秒天日年月周个人名位户家次遍条件平米公里斤克吨亩步张台辆头只本页箱袋包瓶%％℃度兆伏"
    r"瓦字倍级线路版斗把根火笔a-zA-Z:：-]"
)
"""Behind a number that counts something else."""
_PAID = re.compile(
    r"(?:[转汇充付垫投亏借欠赔押交存还给扣刷退返收值]|打了|打款|骗|本金|[押定佣租]金|工资|货款|房租|余额|共|要|才|花)"
    r"(?:[走掉完过进出去来回了我他她你们的是给钱款费值约近：:]{0,4})\s?$"
)
_ROUGH = re.compile(r"[一二两三四五六七八九]{2}[十百千万块]")
"""七八百: two figures side by side are a guess."""
_HOTLINES = frozenset(("110", "119", "120", "122", "12345", "12123", "12110", "96110", "10086", "10010", "10000"))
_PIECE = re.compile(r"(\d*\.?\d*)\s?([十百千万亿]|$)")


def find_amounts(text: str) -> tuple[Span, ...]:
    """Sums of money as they stand; `value`: yuan in plain digits. 几百块 says no sum and is not found."""
    plain = plain_digits(text).translate(_ONE_WAY)
    spans = []
    for match in _AMOUNT.finditer(plain):
        if _is_money(plain, match):
            start, end = match.start(), match.start() + len(match.group().rstrip())
            if _ROUGH.match(text, start):
                continue
            spans.append(Span(start, end, text[start:end], _yuan(match["number"], match["more"] or "")))
    return tuple(spans)


def _is_money(plain: str, match: re.Match[str]) -> bool:
    number, unit, after = match["number"], match["unit"], plain[match.end() : match.end() + 1]
    if match["sign"]:
        return True
    if unit == "块" and len(number) == 1:  # 一块去, 两块板
        return not ("\u4e00" <= after <= "\u9fff") or after in "的一钱了"
    if unit:
        return True
    if _COUNTED.match(after):
        return False
    if any(scale in number + (match["more"] or "") for scale in "百千万亿"):
        return True
    if number in _HOTLINES or len(number) < 2:
        return False
    return _PAID.search(plain, max(0, match.start() - 8), match.start()) is not None


def _yuan(number: str, more: str) -> str:
    """三万五 → 35000, 1万2 → 12000, 一万零五 → 10005; 十几万 → 100000."""
    total = section = Decimal(0)
    last = Decimal(1)
    for digits, scale in _PIECE.findall(number.replace(",", "")):
        count = Decimal(digits) if digits else Decimal(0)
        if scale in _LARGE:
            total = (total + section + count) * _LARGE[scale] if scale == "亿" else total + (section + count) * 10_000
            section, last = Decimal(0), Decimal(_LARGE[scale])
        elif scale:
            section += (count if digits else 1) * _SCALES[scale]
            last = Decimal(_SCALES[scale])
        elif digits:
            short = len(digits) == 1 and last > 10
            section += count * last / 10 if short else count
    worth = (total + section) * (10_000 if more.endswith("万") else 1)
    return f"{worth.normalize():f}"


_CLAUSE = re.compile(r"[,，。.!！?？;；…~\n\s]+")
_PAY = (
    r"(?:转(?![接人发告身头让正院学弯向机载述达租行队班角户播运])|汇(?![报景金合])|打[款钱]|付|充(?![电满分足])|垫"
    r"|打(?=\d)|刷(?=\d)|交(?=钱|了|\d))"
)
_LEFT = re.compile(
    r"(?:转(?:账|钱|款)?|汇(?:款)?|打[款钱]|付(?:款|钱)?|充(?:值|钱)?|垫(?:钱|付)?|投|入金|交(?=完"
    r"|了(?:[钱费押定保会]|$))|扫码?|押|补|刷|存)"
    r"(?:给[^了]{1,6}|过去|出去?|进去?|走|好)?(?:了|完)(?!吗|么|没|不|会|怎么|再|的话|一圈|[我俺]|就[完没晚追要])"
    r"|打(?:给[^了]{1,6}|过去|出去|进去)了?\s?(?:\d|[，钱]|$)"
    r"|(?:转|汇|打|付|充|垫|投)(?:走|过去|出去|进去|出)\s?(?:了|\d|的|$)"
    r"|(?:打|给|借给|交|投|充|刷|砸|买|亏|输|补)(?:给?(?:他|她|人家|对方|那[边个]|骗子))?(?:过|进|出)?去?了(?:他|她"
    r"|人家|对方)?[^\d]{0,4}(?:(?!1[12]\d(?!\d)|12\d{3}|96110)\d{3,7}(?!\d)|\d+(?:\.\d+)?[千百万十块元])"
    rf"|(?:已经?|刚刚?才?|才)[^让叫要说准想催差没别不问接收]{{0,12}}{_PAY}"
    r"|(?:(?:扣|划|转|刷)(?:走|款|掉|费)了?|扣了|划了)[^\d说要让]{0,3}(?:\d{3,7}(?!\d)|\d+(?:\.\d+)?[千百万块元笔])"
    r"|(?:扣我|少了|账上少)\d|被(?:扣|刷|划|转|盗)(?:走|掉|了|款|刷|光)|盗刷|(?:钱|款|余额|积蓄)[^还]{0,3}(?:没了"
    r"|不见了|没有了|被转|被骗|被扣|扣走|拿不回|追)"
    r"|(?:被?骗|坑)(?:了|走|去|掉|我)了?[^\d]{0,3}\d|(?:点卡|充值卡|购物卡|礼品卡|卡密)[^没]{0,8}(?:发|拍|给|刮"
    r"|念)[^没]{0,4}(?:了|他|她|对方)"
    r"|刚[^让叫要喊催没差准想]{0,12}(?:转|打|汇|交|充|存)(?:到|进|给|过去|出)|(?:转|打|汇|付)的款|(?:交|存|投|充)[进出]去了"
    r"|给了\d次|收了我\d|(?:砸|投|进)(?:进)?去\d+[千百万块元]"
)
_NOT_LEFT = re.compile(
    r"(?:没有?|未|不敢|没敢|不肯)(?:敢|再|给他|给她|有|真|往|跟|去|帮|理|信)*(?:转|打[款钱]?(?!通)|汇|付|充|交"
    r"|给(?!我|俺|退)|投|垫|扫|操作|上当|受骗|被骗|中招|损失)"
    r"|钱(?:还在|没少|没动|没出)"
)
_NOW = re.compile(
    rf"(?:正在|正要|正准备|准备|马上|这就|正|非要|又要|打算|在)(?:往|给|去|要|跟|帮|向)?[^没让叫不，]{{0,6}}?{_PAY}"
    r"|(?:银行|柜台|柜员机|信用社|农商行|邮储|atm|ATM)[^没了]{0,8}(?:转|汇|取钱|打钱|给|取)"
    r"|(?:要|去)(?:去|到)?(?:银行|柜台|信用社)|(?:转|充|打|付|汇)(?:着)呢"
)
_ASKED = re.compile(
    rf"(?:让|叫|喊|要求?|催|逼|说|必须|得|还要|再|先|去)[^没不]{{0,10}}?{_PAY}"
    r"|(转|付|充|交|打|给|投|汇|垫)不\1|要不要(?:转|付|充|交|打|给|投|垫)|(?:还|能不能|该不该|可以"
    r"|敢)[^没]{0,2}(?:转|付|充|交|投|垫)"
)
_IF = re.compile(
    r"如果|要是|假如|万一|千万|切勿|请勿|不要轻|谨防|提醒|小心|别(?![人的处墅])|(?<!要)(?:不要|不能|不可"
    r"|不准)[^，]{0,3}(?:转|付|汇|打钱|充)"
    r"|差点|幸好|幸亏|好在|(?:不然|否则)|凡是|一律|[前去]年|年前|以前|新闻|同事|一旦|就完了|怎么可能"
)
_TO_ME = re.compile(
    r"(?:给|往|向|赔|退|返)(?:了|还)?[我俺咱](?:卡|账户?)?[里上]?(?:转|打|汇|付|充|返|存|\d|了\d)"
    r"|(?:转|汇|打|退|返|还|付)(?:给|回|到)?了?给?[我俺](?![妈爸老弟姐哥妹媳公婆儿女爷奶娘朋同表])|到账了|到我"
)


def money_sent(text: str) -> Money | None:
    """Whether money of the writer or the family has left: only what is said of it, not what might be."""
    return money_in(plain_digits(text))


def money_in(plain: str) -> Money | None:
    """The same for a text that `plain_digits` has made already."""
    plain = plain.translate(_ONE_WAY)
    now = asked = denied = False
    for clause in _CLAUSE.split(plain):
        if _NOT_LEFT.search(clause):
            denied = True
        elif _IF.search(clause):
            continue
        elif _LEFT.search(clause) and not _TO_ME.search(clause):
            return Money.SENT
        now = now or _NOW.search(clause) is not None
        asked = asked or _ASKED.search(clause) is not None
    if now or (asked and not denied):
        return Money.SENDING
    return Money.NOT_SENT if denied else None
