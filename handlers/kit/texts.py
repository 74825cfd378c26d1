"""Every sentence the bot says to people: plain, short, kind. Nothing private may stand in a sentence for a group."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from handlers.kit.private import hide_private
from handlers.kit.relay_texts import TELL_THEM
from handlers.kit.scam_texts import LIKELY_HINT, UNSURE_HINT
from handlers.understanding import Verdict
from storage.model.people import PersonRole
from storage.model.tickets import EntryKind, PauseReason, Rating, State, Ticket, Urgency

NAME = "平安小助手"

# ── general ────────────────────────────────────────────────────────────────
NEED_NUMBER = "请写上单号，比如：12 或 12号。不记得单号，发“我的”看看（民警发“待办”）。"
NEED_PAGE = "页码写一个数字就行，比如：待办 2"
NO_RIGHT = "这个要由民警来操作。您有事直接告诉我，我们马上登记。"
NO_RIGHT_STAFF = "这个需要更高的权限，请找值班长或所领导。"
NO_RIGHT_ANONYMOUS = "匿名身份不能办理这个。请用您本人的身份再发一次。"
UNKNOWN_COMMAND = "我没看懂。发“帮助”看看我能做什么。"
STALE_BUTTON = "这个按钮已经过期了，请看最新的消息。"
TROUBLE = "对不起，刚才这条没处理好，我们已经记下（编号 {reference}），会有人看。急事请直接拨打 110。"
ALARM_PARKED = "有一条消息处理失败，已暂存（编号 {reference}）。请在服务器上运行 pingan dead list 查看。"
YES_HERE = "我在。请把事情写在一条里：什么事、在哪里、什么时候。可以带照片。急事请直接拨打 110。"
YES_HERE_GROUP = "我在。请直接回复这条消息，一次写清：什么事、在哪里、什么时候。可以带照片。急事请直接拨打 110。"
WELCOME_PRIVATE = (
    "您好，我是{name}。有事直接在这里写给我：什么事、在哪里、什么时候，可以发照片和位置，我会马上登记并通知值班民警。\n"
    "急事请直接拨打 110。发“我的”看进度，发“帮助”看我能做什么。"
)
THANKS_BACK = "不客气，有事随时找我。"
GOT_IT = "好的。"

# ── help ───────────────────────────────────────────────────────────────────
HELP_HEAD = "我是{name}，帮您和民警之间传话、盯进度。"
HELP_REPORT = "有事直接写给我：什么事、在哪里、什么时候，可以带照片。"
HELP_REPORT_GROUP = "有事：在群里 @民警，写清什么事、在哪里；不方便公开的，私下发给我。"
HELP_LIST = "还可以发："
HELP_LIST_GROUP = "还可以发（在群里要先 @民警，比如“@民警 我的”）："
HELP_TAIL = "紧急情况请直接拨打 110。怀疑诈骗请拨 96110。"


def help_text(lines: Sequence[str], station: str, *, public: bool) -> str:
    head = HELP_HEAD.format(name=f"{station}{NAME}")
    told, listed = (HELP_REPORT_GROUP, HELP_LIST_GROUP) if public else (HELP_REPORT, HELP_LIST)
    return "\n".join([head, told, listed, *(f"· {line}" for line in lines), HELP_TAIL])


# ── tickets: to the reporter ───────────────────────────────────────────────
def number(ticket: Ticket) -> str:
    return f"{ticket.number} 号"


def standing(ticket: Ticket, officer: str) -> str:
    """Where a ticket stands, for its reporter. `officer`: who has it or was told; may be empty."""
    match ticket.state:
        case State.OPEN:
            said = "已重新通知" if ticket.returned else "已通知"
            return f"{said}{officer}，请稍候。" if officer else "正在联系值班民警，请稍候。急事请直接拨打 110。"
        case State.CLAIMED:
            return f"{officer}已接单，正在处理。"
        case State.ON_SCENE:
            return f"{officer}已到场。"
        case State.RESOLVED:
            return f"{officer}已办结，等您确认。"
        case State.CONFIRMED:
            return "已办结，谢谢您的确认。" + (f"您的评价：{ticket.rating}。" if ticket.rating else "")
        case State.REOPENED:
            return f"已重新打开，已通知{officer}。" if officer else "已重新打开，正在联系值班民警。"
        case _:
            return _out_of_the_ordinary(ticket, officer)


def _out_of_the_ordinary(ticket: Ticket, officer: str) -> str:
    if ticket.state is State.PAUSED:
        return f"{officer}在等{_awaited(ticket)}，有消息会接着办。"
    if ticket.state is State.CLOSED:
        return f"{officer}已办结。"
    if ticket.state is State.FORWARDED:
        receipt = f"（回执 {ticket.forwarded_ref}）" if ticket.forwarded_ref else ""
        return f"已转给{ticket.forwarded_to}办理{receipt}。"
    return "已撤回。" if ticket.state is State.WITHDRAWN else f"已核实，不用处理：{ticket.finding}。"


def _awaited(ticket: Ticket) -> str:
    return {PauseReason.RESIDENT: "您的回音", PauseReason.OTHERS: "有关方面的消息"}.get(
        ticket.pause_reason or PauseReason.OTHER, "消息"
    )


CONFIRM = "解决了"
REOPEN = "没解决"
RATED = {
    Rating.GOOD: "谢谢您的肯定，我们会继续努力。",
    Rating.FAIR: "谢谢，我们会改进。",
    Rating.POOR: "对不起让您不满意了，您的意见会转给值班长。",
}
ALREADY_RATED = "您已经评过了，谢谢。"
ONLY_REPORTER = "要由反映这件事的本人来确认。"
NOT_YOURS = "这不是您反映的事，不能撤回。"
REOPENED_NOTE = "好的，{number}已重新打开，已再次通知民警。您可以回复这条消息补充情况。"
WITHDRAWN_NOTE = "好的，{number}已撤回。"
EDIT_NOT_TAKEN = "改过的话我没有登记。有事请重新发一条，我马上登记。"
SUPPLEMENTED = "已补充到 {number}。"
SEVERAL_STATIONS = "您在{stations}都有 {number} 号。请到原来的群里发，我就知道是哪一件。"
NO_SUCH = "没有找到 {number} 号。发“我的”看看您反映过的事。"
NO_SUCH_STAFF = "没有找到 {number} 号。发“待办”看看还没办完的单子。"
NO_MINE = "您还没有反映过事情。有事随时告诉我。"
ALREADY_FINISHED = "{number}现在是“{state}”，不用再操作了。"
ATTACHMENT_NAMES = {"photo": "照片", "voice": "语音", "video": "视频", "file": "文件", "location": "位置"}


PRIVATE_CHAT = "私聊"
WITHDRAW = "撤回"
PREVIOUS, NEXT = "上一页", "下一页"
NEED_SUPPLEMENT = "请写上要补充的内容，比如：补充 {number} 那辆车是白色的"
CONFIRMED_NOTE = "谢谢您的确认。"


def hint(verdict: Verdict, because: Sequence[str]) -> str:
    """A line for the officer's card: how much it smells of a scam, and the words that stood out."""
    head = {Verdict.LIKELY: LIKELY_HINT, Verdict.UNSURE: UNSURE_HINT}.get(verdict, "")
    told = f"提到“{'、'.join(because)}”" if because else ""
    return "，".join(part for part in (head, told) if part)


def attachment_list(kinds: Sequence[str]) -> str:
    """照片 2、语音 1"""
    return "、".join(f"{ATTACHMENT_NAMES[k]} {list(kinds).count(k)}" for k in dict.fromkeys(kinds))


def join(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(names))


def closing(ticket: Ticket) -> str:
    question = TELL_THEM if ticket.behalf else "请您本人看看，解决了吗？"
    return f"{number(ticket)}已办结。处理结果：{ticket.finding}\n{question}"


def ask_rating(ticket: Ticket) -> str:
    return f"{number(ticket)}已办结。处理结果：{ticket.finding}\n谢谢您的确认。请给这次服务打个分："


def rated(ticket: Ticket) -> str:
    return f"{number(ticket)}已办结。处理结果：{ticket.finding}\n本人已确认，评价：{ticket.rating}。谢谢。"


def mine(tickets: Sequence[Ticket], page: int, pages: int) -> str:
    lines = [f"您反映的事（第 {page}/{pages} 页）：" if pages > 1 else "您反映的事："]
    lines += [f"{number(t)}　{t.state}　{short(t.text, 20)}" for t in tickets]
    return "\n".join(lines)


def mine_in_group(tickets: Sequence[Ticket]) -> str:
    """Numbers and states only: the group is listening."""
    lines = [f"{number(t)}　{t.state}" for t in tickets]
    return "\n".join(["您反映的事：", *lines, "想看详细的，私下发“我的”给我。"])


def status_line(ticket: Ticket) -> str:
    return f"{number(ticket)}　{ticket.state}。想看详细的，私下发“查 {ticket.number}”给我。"


# ── tickets: to the officers ───────────────────────────────────────────────
STAFF_HINT = (
    "您是民警，直接发命令就行：\n· 待办　· 接单 12　· 到场 12　· 办结 12 处理结果　· 转派 12 李强　· 查 12\n"
    "要替群众登记一件事，请发：登记 事情经过"
)


HIDDEN_MATTER = "私下反映的事，接单后在私聊里看内容。"
CLAIM, ARRIVE, RESOLVE, TRANSFER = "接单", "到场", "办结", "转派"
YOU_CLAIMED = "您已接单 {number}。到了现场点“到场”，办完点“办结”。"
LOST_CLAIM = "{number}已经由{officer}接了。"
ALREADY_YOURS = "{number}已经在您手上了，现在是“{state}”。"
NOT_CLAIMED = "{number}还没有人接，请先接单。"
HELD_BY_OTHER = "{number}在{officer}手上，要由本人或值班长来操作。"
ARRIVED_NOTE = "已记录到场：{number}。"
FINDINGS = ("已到场处置", "已当面调解", "已电话答复", "已告知办理途径", "经核实无此情况")
LONG_FINDING = "处理结果请写短一点，最多 {limit} 个字。"
NEED_FINDING = "办结要写一句处理结果，比如：办结 12 已到场劝导，当事人已整改"
RESOLVED_NOTE = "{number}已办结，{told}，等对方确认。"
ASK_TRANSFER = "{number}转给谁？"
NO_COLLEAGUES = "站点里还没有别的同事可以转。请管理员在站点文件里加人。"
NO_SUCH_COLLEAGUE = "没有找到“{name}”。可以转给：{names}"
SEVERAL_COLLEAGUES = "叫“{name}”的有好几位：{names}。请写全名。"
TRANSFERRED_SHORT = "{number}已转给{officer}。"
TRANSFERRED_NOTE = "{number}已转给{officer}，卡片已发过去。"
TRANSFERRED_UNREACHED = "{number}已转给{officer}，但我联系不上对方（还没有私聊过我），请您当面说一声。"
TRANSFERRED_AWAY = "{number}已由{by}转给{officer}。"
TRANSFER_SAME = "{number}本来就在{officer}手上。"
TRANSFER_CARD_WHY = "{officer}把 {number}转给您了，请看上面的卡片。"
REPORTER_ADDED = "{number}反映人补充：{text}"
PRIVATE_NEWS = "{number}有新情况，请私下发“查 {bare}”给我看。"
OTHER_ADDED = "{number}有人补充（{name}）：{text}"
REPORTER_EDITED = "{number}反映人改了原话：{text}"
REPORTER_WITHDREW = "{number}反映人已撤回，不用处理了。"
REPORTER_REOPENED = "{number}反映人说没解决，已重开。"
POOR_RATING = "{number}反映人评价：不满意。经办：{officer}。请看看怎么改进。"
REPORTER_RATED = "{number}反映人评价：{rating}"
ILLEGAL = "{number}现在是“{state}”，不能{move}了。"
NO_OPEN = "现在没有待办的单子，辛苦了。"
NOT_IN_PUBLIC = "这里居民都看得到，请私下发给我，或在民警群里发。"


def ask_finding(ticket: Ticket) -> str:
    seen = "" if ticket.confidential else "群里会看到，请不要写姓名和电话。"
    return f"{number(ticket)}怎么办结的？点一句，或直接回复这条消息写一句。{seen}"


def resolved_as(ticket: Ticket, finding: str) -> str:
    return f"{number(ticket)}办结：{finding}"


def todo(
    tickets: Sequence[Ticket], holders: Mapping[int, str], *, many: int, total: int, page: int, pages: int, public: bool
) -> str:
    """`many`: so many who follow a matter raise it."""
    head = f"待办 {total} 单" + (f"（第 {page}/{pages} 页）" if pages > 1 else "")
    return "\n".join([head, *todo_lines(tickets, holders, many=many, public=public)])


def todo_lines(tickets: Sequence[Ticket], holders: Mapping[int, str], *, many: int, public: bool) -> list[str]:
    """A line for each: how urgent, its number, where it stands, who has it, what it is about."""
    lines = []
    for ticket in tickets:
        raised = "🟠" if ticket.watched >= many else "·"
        mark = "🔴" if ticket.urgency is Urgency.URGENT else raised
        holder = holders.get(ticket.assignee_id or 0, "")
        words = hide_private(ticket.text) if public else ticket.text
        text = f"（{_hidden(ticket)}）" if public and ticket.confidential else short(words, 16)
        lines.append(f"{mark} {number(ticket)}　{ticket.state}{f'（{holder}）' if holder else ''}　{text}")
    return lines


def _hidden(ticket: Ticket) -> str:
    return "私下反映" if ticket.private else "不便公开"


def ticket_head(ticket: Ticket, *, staff: bool, public: bool) -> str:
    text = f"（{_hidden(ticket)}，内容见私聊）" if public and ticket.confidential else f"“{ticket.text}”"
    urgent = " · 紧急" if staff and ticket.urgency is Urgency.URGENT else ""
    return f"{number(ticket)} · {ticket.state}{urgent}\n{text}"


def history(head: str, lines: Sequence[str]) -> str:
    return "\n".join([head, "———", *lines])


ENTRY_LABELS = {
    EntryKind.OPENED: "反映",
    EntryKind.ROUTED: "通知到",
    EntryKind.TURNED: "转队",
    EntryKind.SUPPLEMENTED: "补充",
    EntryKind.REVISED: "修改原话",
    EntryKind.CLAIMED: "接单",
    EntryKind.TRANSFERRED: "转派给",
    EntryKind.ARRIVED: "到场",
    EntryKind.RESOLVED: "办结",
    EntryKind.CONFIRMED: "确认",
    EntryKind.REOPENED: "重开",
    EntryKind.WITHDRAWN: "撤回",
    EntryKind.RATED: "评价",
    EntryKind.NUDGED: "提醒",
    EntryKind.RETURNED: "退回",
    EntryKind.PAUSED: "挂起",
    EntryKind.RESUMED: "继续",
    EntryKind.HELPER: "协办",
    EntryKind.HANDED_OVER: "交接给",
    EntryKind.FORWARDED: "转出",
    EntryKind.TAKEN_BACK: "收回",
    EntryKind.FALSE_ALARM: "误报",
    EntryKind.REMINDED: "提醒反映人",
    EntryKind.CLOSED: "自动结束",
    EntryKind.SERVED: "归类",
    EntryKind.ALARMED: "超时提醒",
    EntryKind.DUTY_GAP: "无人在岗",
    EntryKind.TOLD: "回答",
    EntryKind.RECLASSIFIED: "改分类",
    EntryKind.RAISED: "提级",
    EntryKind.REPLIED: "民警回复",
    EntryKind.ANSWERED_BACK: "回话",
    EntryKind.SAID_SOLVED: "说已解决",
    EntryKind.NOTED: "备注",
    EntryKind.LINKED: "串并",
    EntryKind.UNLINKED: "取消串并",
    EntryKind.FOLLOWED_UP: "回访",
}
ENTRIES_WITH_RECEIVER = frozenset(
    {
        EntryKind.ROUTED,
        EntryKind.TRANSFERRED,
        EntryKind.HANDED_OVER,
        EntryKind.HELPER,
        EntryKind.NUDGED,
        EntryKind.ALARMED,
    }
)
ENTRIES_WITH_TEXT = frozenset(
    {
        EntryKind.SUPPLEMENTED,
        EntryKind.REVISED,
        EntryKind.RESOLVED,
        EntryKind.RATED,
        EntryKind.TRANSFERRED,
        EntryKind.TURNED,
        EntryKind.RETURNED,
        EntryKind.PAUSED,
        EntryKind.FORWARDED,
        EntryKind.TAKEN_BACK,
        EntryKind.FALSE_ALARM,
        EntryKind.SERVED,
        EntryKind.ALARMED,
        EntryKind.DUTY_GAP,
        EntryKind.TOLD,
        EntryKind.RECLASSIFIED,
        EntryKind.RAISED,
        EntryKind.REPLIED,
        EntryKind.ANSWERED_BACK,
        EntryKind.SAID_SOLVED,
        EntryKind.NOTED,
        EntryKind.LINKED,
        EntryKind.UNLINKED,
        EntryKind.FOLLOWED_UP,
    }
)
ENTRIES_OF_STAFF = frozenset(
    {
        *(EntryKind.NOTED, EntryKind.LINKED, EntryKind.UNLINKED, EntryKind.FOLLOWED_UP, EntryKind.TURNED),
        *(EntryKind.NUDGED, EntryKind.ALARMED, EntryKind.DUTY_GAP, EntryKind.RAISED, EntryKind.SERVED),
    }
)
"""What residents do not read in the history of their matter."""

REASONS_OF_STAFF = frozenset({EntryKind.TRANSFERRED, EntryKind.RETURNED, EntryKind.PAUSED, EntryKind.TAKEN_BACK})
"""What happened they read, what an officer wrote to colleagues about it they do not."""


def entry_line(local: datetime, label: str, who: str, what: str) -> str:
    return f"{day_time(local)} {label}" + (f" · {who}" if who else "") + (f"：{what}" if what else "")


# ── duty ───────────────────────────────────────────────────────────────────
# After “您” on the officer's own card, after the officer's name where others read it.
BECAUSE_MENTIONED = "被群众点名，正在值班"
BECAUSE_AREA = "是{area}的民警，正在值班"
BECAUSE_DUTY = "是现在的值班民警"
BECAUSE_LEADER = "是值班长，现在没有能联系上的值班民警"
BECAUSE_LAST = "是所里的负责人，现在没有能联系上的值班民警"
BECAUSE_NOBODY = "没有找到能联系上的人"
ON_DUTY_NOW = "现在值班："
NOBODY_ON_DUTY = "现在没有排到值班的人。请管理员检查排班。"
NO_RECEIVER = "{number}没有找到能联系上的人，请马上安排。"


def shift_line(duty: str, name: str, start: int, end: int) -> str:
    return f"· {duty} {name}　{start // 60:02d}:{start % 60:02d}–{end // 60:02d}:{end % 60:02d}"


ROLE_NAMES = {
    PersonRole.RESIDENT: "居民",
    PersonRole.VOLUNTEER: "义警",
    PersonRole.OFFICER: "民警",
    PersonRole.DUTY_LEADER: "值班长",
    PersonRole.LEADER: "所领导",
    PersonRole.ADMIN: "管理员",
}


def day_time(local: datetime) -> str:
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def short(text: str, limit: int) -> str:
    """One line, at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
