"""Every sentence of the broadcasts: plain, short, kind."""

from collections.abc import Mapping, Sequence

from storage.model.messages import OutState

USAGE = (
    "播报可以这样用：\n"
    "· 播报 要发的话（先给您看，再发）\n"
    "· 播报 业主、门店：要发的话（只发这些群；全部群写“全部：”）\n"
    "· 播报 下一条（从反诈文库里选一条）\n"
    "· 播报 状态　播报 状态 12　播报 停 12\n"
    "· 播报 规则　播报 新增 晚间反诈 每天 18:30 业主\n"
    "· 播报 停用 晚间反诈　启用　删除"
)
NOT_HERE = "播报的内容先不让群里看到：请私下发给我，或者在民警群里发。"
TOO_LONG = "这段话有 {length} 个字，群里不容易看完。请缩短到 {limit} 个字以内。"
BAD_KIND = "没有“{words}”这种群。可以写：{kinds}。发给所有群就写“全部：”。"
BAD_RULE_NAME = "请先给规则起个名字（20 字以内，不带空格），再写时间，比如：播报 新增 晚间反诈 每天 18:30"
BAD_TIME = "时间没看懂：{why}。比如：播报 新增 晚间反诈 每天 18:30"
BAD_WORDS = "“{words}”不认识。时间后面可以写群类型（{kinds}）或题材（{topics}）。"

# ── what groups read ───────────────────────────────────────────────────────
AGAIN_MARK = "（补发，看过的请忽略）"


def tip(station: str, title: str, text: str) -> str:
    return f"📢 {station}反诈提醒 · {title}\n{text}"


def notice(station: str, text: str) -> str:
    return f"📢 {station}\n{text}"


# ── drafts ─────────────────────────────────────────────────────────────────
LINE = "————————"
HAS_PRIVATE = "⚠️ 里面有电话或证件号码，会原样发到群里。请确认可以公开。"
IN_QUIET = "🌙 现在是免打扰时段，{until} 结束。请选现在就发，还是到 {until} 再发。"
NO_GROUPS = "没有可以发的群（{kinds}）。请先在群里发“绑定”，或换个群类型。"
SEND = "发送到 {count} 个群"
SEND_NOW = "现在就发（{count} 个群）"
SEND_LATER = "到 {until} 再发"
CANCEL = "取消"
DRAFT_CANCELLED = "已取消，没有发送。"
DRAFT_EXPIRED = "这份草稿已经过期，没有发送。要发请再写一次“播报”。"
DRAFT_GONE = "找不到这份草稿了。要发请再写一次“播报”。"
DRAFT_SENT = "这条已经在发了（{number} 号播报），不会重复发送。发“播报 状态 {number}”看进度。"
DRAFT_STOPPED = "这条发出一部分后被停下了（{number} 号播报）。要再发请重新写一次“播报”。"
DRAFT_WAS_CANCELLED = "这条已经取消了，没有发送。"
ASK_QUIET = "现在已进入免打扰时段，请再选一次。"
STARTED = "已开始发送到 {count} 个群。"
WAITING = "好的，{until} 开始发送到 {count} 个群。"
FOLLOW = "{number} 号播报。发“播报 状态 {number}”看进度，发“播报 停 {number}”停下还没发出的。"
ALL = "全部群"


def kinds_name(kinds: Sequence[str]) -> str:
    return "、".join(f"{kind}群" for kind in kinds) if kinds else ALL


def preview(body: str, counts: Mapping[str, int], warnings: Sequence[str]) -> str:
    total = sum(counts.values())
    parts = "、".join(f"{kind} {n}" for kind, n in counts.items())
    return "\n".join([f"播报预览，将发到 {total} 个群（{parts}）：", LINE, body, LINE, *warnings])


# ── progress ───────────────────────────────────────────────────────────────
STATE_NAMES = {
    OutState.SENT: "已送达",
    OutState.PENDING: "发送中",
    OutState.LEASED: "发送中",
    OutState.DEAD: "未送达",
    OutState.OBSOLETE: "未送达",
    OutState.UNKNOWN: "可能未送达",
}
STATE_ORDER = ("可能未送达", "未送达", "过期", "待群主确认", "已建任务", "发送中", "已送达")
UNDER_WAY = ("发送中", "已建任务", "待群主确认")
NONE_YET = "还没有发过播报。"
NO_SUCH = "没有找到 {number} 号播报。发“播报 状态”看最近几条。"
LIST_HEAD = "最近的播报："
LIST_BUTTON = "{number} 号名单"
AGAIN_BUTTON = "{number} 号补发 {count} 个群"
STOP_BUTTON = "停下 {number} 号"
PREVIOUS, FOLLOWING = "上一页", "下一页"
STOPPED = "已停下 {number} 号：{count} 个群不再发了。已经发出的收不回来。"
NOTHING_TO_STOP = "没有还没发出的播报。"
AGAIN_STARTED = "正在补发到 {count} 个群。"
AGAIN_DONE = "已经补发过了，不会重复发送。发“播报 状态 {number}”看现在的情况。"
AGAIN_STOPPED = "这条播报已经停下了，不再补发。要发请再写一次“播报”。"
SENT_BY_RULE = "定时：{rule}"
STOPPED_MARK = "（已停）"


def counts_line(counts: Mapping[str, int]) -> str:
    """ "已送达 171 个群，可能未送达 1 个群": what happened, with nothing left out but zeros."""
    return "，".join(f"{name} {counts[name]} 个群" for name in reversed(STATE_ORDER) if counts.get(name)) or "0 个群"


def status_line(number: int, title: str, at: str, counts: Mapping[str, int], mark: str) -> str:
    return f"{number} 号　{at}　“{title}”{mark}\n　{counts_line(counts)}"


def status(number: int, title: str, at: str, by: str, counts: Mapping[str, int], mark: str) -> str:
    return f"{number} 号播报“{title}”{mark}\n{at} · {by}\n{counts_line(counts)}"


def group_list(number: int, lines: Sequence[tuple[str, str]], page: int, pages: int) -> str:
    head = f"{number} 号播报的名单" + (f"（第 {page}/{pages} 页）" if pages > 1 else "") + "："
    return "\n".join([head, *(f"{state}　{title}" for state, title in lines)])


def report(number: int, title: str, counts: Mapping[str, int]) -> str:
    return f"{number} 号播报“{title}”发完了：{counts_line(counts)}。"


# ── rules ──────────────────────────────────────────────────────────────────
NO_RULES = "还没有定时规则。这样加一条：播报 新增 晚间反诈 每天 18:30"
RULES_HEAD = "定时播报规则："
RULE_ADDED = "已新增“{name}”：{when}，发到{kinds}{topics}。"
RULE_EXISTS = "已经有叫“{name}”的规则了。换个名字，或先发“播报 删除 {name}”。"
NO_SUCH_RULE = (
    "没有叫“{name}”的规则。发“播报 规则”看看有哪些。\n如果是要播报这句话，请在前面加上“全部：”，比如：播报 全部：{name}"
)
RULE_ON, RULE_OFF = "“{name}”已启用，从下一次开始发。", "“{name}”已停用，不再自动发。"
RULE_SAME = "“{name}”本来就是{state}的。"
RULE_DROPPED = "“{name}”已删除。"
RULE_FROM_CONFIG = "“{name}”写在 config.yaml 里，删了重启还会回来。不想让它发，就发：播报 停用 {name}"
CONFIG_RULE = "config.yaml 的播报规则“{name}”：{why}"
CONFIG_REST = "时间后面多了“{rest}”，群类型和题材请写在 kinds 和 topics 里"
CONFIG_KINDS = "kinds 里的“{words}”不认识，可以写：{known}"
CONFIG_TOPICS = "topics 里的“{words}”不认识，可以写：{known}"
CONFIG_STATION = "没有代码是“{code}”的派出所"
OUTCOMES = {"run": "已执行", "missed": "停机错过", "failed": "没发成"}


def topics_name(topics: Sequence[str]) -> str:
    return f"，题材：{'、'.join(topics)}" if topics else ""


def rule_line(name: str, when: str, kinds: Sequence[str], topics: Sequence[str], *, enabled: bool, last: str) -> str:
    mark = "" if enabled else "（已停用）"
    tail = f"　上次 {last}" if last else ""
    return f"· {name}{mark}　{when}　{kinds_name(kinds)}{topics_name(topics)}{tail}"
