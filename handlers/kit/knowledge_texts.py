"""Every sentence of the knowledge base: plain, short, kind."""

from collections.abc import Sequence

from storage.model.knowledge import Knowledge, Miss, Origin
from storage.model.people import Station

ELSEWHERE = frozenset({"报警渠道", "反诈", "车辆", "出入境"})
"""Fields whose matters are not settled at the station's own window."""

# ── the files ──────────────────────────────────────────────────────────────
FILE_NO_FIELD = "这一条上面没有“# 类别”，比如：# 户籍"
FILE_NO_QUESTION = "“##”后面要写一个问题，比如：## 户口簿丢了怎么补"
FILE_BAD_CODE = "编号“{code}”不行：要小写英文字母开头，只用字母、数字和短横，比如：- 编号：hukou-booklet-lost"
FILE_BAD_VERSION = "版本“{version}”要写成正整数，比如：- 版本：2"
FILE_BAD_DATE = "复核“{date}”要写成日期，比如：- 复核：2027-06-01"
FILE_NO_ANSWER = "没有写答复。隔一个空行，写在下面。"
FILE_LONG_ANSWER = "答复有 {length} 个字，请缩短到 {limit} 个字以内。"
FILE_TWICE = "编号“{code}”用了两次，后面这一条没有收。"

# ── answers ────────────────────────────────────────────────────────────────
HUMAN = "转人工"
USEFUL = "有用"
THANKED = "谢谢您告诉我们。"
THANKED_ALREADY = "已经记下了，谢谢。"
ONLY_ASKER = "这是回答别人的。您有事请直接 @民警 说一声。"
NOTHING_NEAR = "没有找到现成的答复。点“转人工”，请民警来回答。"
NEAR = "没有完全对得上的答复。您要问的是下面哪一个？都不是，就点“转人工”。"
ASK_HOW = "请写上要问的，比如：问 居住证怎么办"
GONE = "这条答复已经停用了。请重新问一次，或者点“转人工”。"
LEGAL = "以窗口答复为准。"


def answer(entry: Knowledge, station: Station | None) -> str:
    """The steps, where and when to go, where it is written."""
    where = [
        f"{label}：{value}"
        for label, value in (
            ("办理地点", station.address if station else ""),
            ("时间", station.hours if station else ""),
            ("电话", station.phone if station else ""),
        )
        if value and entry.field not in ELSEWHERE
    ]
    source = [f"来源：{entry.source}"] if entry.source else []
    return "\n".join([f"【{entry.question}】", entry.answer, *where, *source, LEGAL])


# ── editing ────────────────────────────────────────────────────────────────
NOT_HERE = "知识库请私下发给我，或者在民警群里发。"
USAGE = (
    "知识库可以这样用：\n"
    "· 知识（有哪些类别）　知识 查 居住证　知识 看 编号\n"
    "· 知识 未答（没答上来的问题）　知识 已答 12（或：知识 已答 全部）\n"
    "· 知识 复核（快到复核日期的）"
)
USAGE_EDIT = (
    "· 知识 改 编号 新的答复\n"
    "· 知识 加 编号 类别 问题，换一行写答复\n"
    "· 知识 问法 编号 另一种问法 | 再一种问法\n"
    "· 知识 停用 编号　知识 启用 编号"
)
NO_SUCH = "没有编号是“{code}”的。发“知识 查 词”找找看。"
NEED_CODE = "请写上编号，比如：知识 看 id-lost。不知道编号，发“知识 查 词”。"
NEED_ANSWER = "请写上新的答复，比如：知识 改 id-lost 带户口簿到任一派出所办。"
NEED_ENTRY = "请这样写（答复另起一行）：\n知识 加 dog-show 养犬 犬展要不要报备\n要提前向派出所报备。"
NEED_ALIASES = "请写上另一种问法，比如：知识 问法 id-lost 身份证让狗叼走了"
EXISTS = "已经有编号“{code}”了。要改答复，发：知识 改 {code} 新的答复"
EMPTY = "知识库还是空的。把 *.md 放进 knowledge 目录再重启，或者发“知识 加 …”。"
NOT_FOUND = "没有找到和“{words}”有关的。"
FOUND_HEAD = "最接近的几条："
CHANGED = "已改好“{question}”（第 {version} 版），现在就用新的答复。"
ADDED = "已加上“{question}”，现在就能答了。"
DISABLED, ENABLED = "已停用“{question}”，不再用它回答。", "已启用“{question}”。"
SAME = "“{question}”本来就是{state}的。"
NO_MISSES = "没有没答上来的问题。"
MISSES_HEAD = "没答上来的问题（{count} 条）："
MISSES_TAIL = "加了答复以后，发“知识 已答 编号”或“知识 已答 全部”。"
DEALT = "已标记 {count} 条。"
DEALT_NONE = "没有可以标记的，可能别人已经标过了。"
NEED_MISS = "请写上编号，比如：知识 已答 12（或：知识 已答 全部）"
NO_DUE = "30 天内没有要复核的。"
DUE_HEAD = "要复核的（看看政策变了没有）："
DUE_LATE = "　已过期"
OTHER_GROUP = "其他"
LONG = "答复有 {length} 个字，请缩短到 {limit} 个字以内。"


def overview(fields: Sequence[tuple[str, int]]) -> str:
    total = sum(count for _, count in fields)
    return "\n".join([f"知识库有 {total} 条：", "、".join(f"{field} {count}" for field, count in fields), USAGE])


def line(entry: Knowledge) -> str:
    mark = "" if entry.enabled else "（已停用）"
    return f"· {entry.code}　{entry.question}{mark}"


def whole(entry: Knowledge) -> str:
    """Everything an editor wants to see of an entry."""
    details = [
        f"{entry.field} · 第 {entry.version} 版 · {'改过' if entry.origin is Origin.EDITED else '随程序'}"
        + ("" if entry.enabled else " · 已停用"),
        f"来源：{entry.source or '没写'}　复核：{entry.review_on or '没写'}",
        f"别的问法：{' | '.join(entry.aliases) or '没写'}",
    ]
    return "\n".join([f"{entry.code}　{entry.question}", *details, "", entry.answer])


def misses(groups: Sequence[tuple[str, Sequence[Miss]]], count: int) -> str:
    lines = [MISSES_HEAD.format(count=count)]
    for word, asked in groups:
        lines.append(f"{word}（{len(asked)}）")
        lines += [f"　{miss.id}　{miss.question}" for miss in asked]
    return "\n".join([*lines, MISSES_TAIL])


def due(entries: Sequence[Knowledge], today: str) -> str:
    rows = [f"{line(e)}　{e.review_on}{DUE_LATE if e.review_on <= today else ''}" for e in entries]
    return "\n".join([DUE_HEAD, *rows])
