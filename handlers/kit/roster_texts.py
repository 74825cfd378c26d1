"""What the bot says about shifts, swaps, leave and gaps. Full names are for officers; residents read 王警官."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.kit.plan import Gap, OnDuty
from storage.model.people import Duty
from storage.model.roster import Change, ChangeState, Free, Leave, Post

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

# ── swaps ──────────────────────────────────────────────────────────────────
HOW_TO_SWAP = (
    "换班请写清哪个班，比如：\n· 换班 明天白班 和李强　（问一位）\n· 换班 明天白班　（问所有有空的同事）\n"
    "· 换班 明天白班 和李强 后天夜班　（互换）"
)
HOW_TO_COVER = "顶班请写清哪个班，比如：顶班 明天白班 王建国；没人的班不用写名字：顶班 11月25日 20:00-08:00"
HOW_TO_SET = "请写成：临时排班 11月25日 20:00-08:00 李强；要去掉一个班：临时排班 11月25日夜班 去掉 王建国"
NO_SUCH_POST = "{day}没有找到{who}的这个班。"
WHICH_POST = "{day}{who}有好几个班，请写上时刻：{posts}"
YOUR_POSTS = "接下来的班：{posts}"
POST_BEGUN = "这个班已经开始了，不能再换。请找值班长安排。"
NOBODY_FREE = "{post}没有找到有空又联系得上的同事。请找值班长安排。"
NOT_FREE = "{name}那段时间有别的班或在休假，换不了。"
YOU_NOT_FREE = "您那段时间有别的班或在休假，接不了。"
NOT_REACHED = "我联系不上{name}（还没有私聊过我），请您当面说，或请值班长安排。"
SAME_PERSON = "换来换去是同一个人，不用换。"
ALREADY_ASKED = "这个班已经在问了（换班 {number} 号）。要收回，发：撤销换班 {number}"
NO_COLLEAGUE = "没有找到“{name}”。可以写：{names}"
SEVERAL = "叫“{name}”的有好几位：{names}。请写全名。"
TAKE, AGREE, REFUSE = "我来", "可以", "不行"
ASKED_GONE = "换班 {number} 号：这个班已经不在{name}手上了，不用接了。"
NOT_ASKED = "这个班没有问您。"
CHANGE_TAKEN = "换班 {number} 号已经由{name}接了。"
CHANGE_YOURS = "换班 {number} 号您已经接了。"
CHANGE_OVER = {
    ChangeState.WITHDRAWN: "换班 {number} 号已经收回了。",
    ChangeState.REFUSED: "换班 {number} 号对方没有答应。",
    ChangeState.LAPSED: "换班 {number} 号到点没有人接，已经作废。",
    ChangeState.UNDONE: "换班 {number} 号已经撤销了。",
}
YOU_TOOK = "好的，{post}由您来上（换班 {number} 号）。"
YOU_AGREED = "好的，{post}由{name}来上（换班 {number} 号）。"
YOU_REFUSED = "好的，已告诉对方。"
REFUSED_BY = "换班 {number} 号：{name}不方便。{post}还是{keeper}。"
NO_SUCH_CHANGE = "没有找到换班 {number} 号。"
WITHDRAWN = "换班 {number} 号已收回，{post}还是{keeper}。"
UNDONE = "换班 {number} 号已由{by}撤销，{post}还是{keeper}。"
UNDO_LATER_FIRST = "这个班后来又换过，请先撤销换班 {number} 号。"
UNDO_NO_ROOM = "{name}那段时间已经有别的班了，不能简单撤销。请值班长重新安排。"
LAPSED = "换班 {number} 号到点没有人接，{post}还是{keeper}。"
NOBODY = "没有人"
NOT_YOUR_CHANGE = "这个换班要由当事人或值班长来撤销。"
SET_DONE = "已排好（换班 {number} 号）：{post} {name}。"
SET_TOLD = "{by}给您加了一个班：{post}（换班 {number} 号）。"
DROP_DONE = "已去掉（换班 {number} 号）：{post} {name}。"
DROP_TOLD = "{by}去掉了您的班：{post}（换班 {number} 号）。"
NO_HOLE = "{day}这段时间没有空着的班。要替同事上班，请写名字：顶班 明天白班 王建国"
COVERED_HOLE = "好的，{post}由您来上（换班 {number} 号），多谢。"
NEED_HOURS = "请写上从几点到几点，比如：11月25日 20:00-08:00"

NEED_OWN_NUMBER = "请写上几号，比如：撤销换班 3，销假 7"

# ── leave ──────────────────────────────────────────────────────────────────
HOW_TO_LEAVE = "请假请写从哪天到哪天和原因，比如：请假 11月25日到27日 家里有事"
LEAVE_TOO_LONG = "一次最多请 {days} 天。更长的请管理员写进站点文件。"
LEAVE_PAST = "请假的日子已经过去了。"
LEAVE_ASKED = "已请{names}批（请假 {number} 号：{days}）。"
LEAVE_NOBODY = "没有联系得上的领导来批，请当面说。"
GRANT, DENY = "准假", "不准"
LEAVE_GRANTED = "请假 {number} 号（{days}）已由{by}准了。"
LEAVE_DENIED = "请假 {number} 号（{days}）{by}没有准，请当面商量。"
LEAVE_YOU_GRANTED = "已准 {name} {days}的假（请假 {number} 号）。"
LEAVE_YOU_DENIED = "好的，已告诉{name}。"
LEAVE_OVER = "请假 {number} 号已经处理过了。"
LEAVE_CANCELLED = "请假 {number} 号（{name} {days}）已取消，照常上班。"
NO_SUCH_LEAVE = "没有找到请假 {number} 号。"
LEAVE_POSTS = "这几天本来有 {count} 个班：{posts}"

# ── how free ───────────────────────────────────────────────────────────────
AVAILABLE = {
    Free.AT_POST: "好的，您在岗，单子会照常派给您。",
    Free.ON_THE_WAY: "好的，记下您在途，到 {until}。新的单子先派给有空的同事。",
    Free.AT_A_SCENE: "好的，记下您处警中，到 {until}。新的单子先派给有空的同事。",
    Free.RESTING: "好的，您休息到 {until}，单子先不派给您。",
}
NEED_UNTIL = "请写到几点，比如：休 到18点"

# ── gaps ───────────────────────────────────────────────────────────────────
GAP_HEAD = "接下来两周，这些时间没有人值班，请安排："
GAP_NOW = "现在没有{duty}在班，来的单子已经转给下一位。空到 {until}，请安排。"
GAP_OPEN = "现在没有{duty}在班，来的单子已经转给下一位。接下来两周也没有排人，请安排。"
OF_QUEUE = "{queue}的人"
GAP_TAIL = "可以发：临时排班 11月25日 20:00-08:00 李强；或点下面的按钮，问问谁能顶。"
GAP_MORE = "……还有 {count} 段。"
GAP_ASK = "问问谁能顶 {place}"
GAP_ASKED = "已问 {count} 位有空的同事（换班 {number} 号），有人接了就告诉您。"
GAP_CLOSED = "这段时间已经有人了。"
UNKNOWN_YEAR = "{year} 年的放假安排程序里还没有：先按周末算，调休不算。公布后请升级，或在站点文件的 holidays 里写上。"
UNFIT = "这些换班跟新的排班对不上，没有生效：{numbers}。请看看。"

# ── showing ────────────────────────────────────────────────────────────────
NO_ROSTER = "还没有排班。请管理员在站点文件里写上，见 docs/roster.md。"
NOBODY_THEN = "{when}没有排到值班的人。有事告诉我，我会通知所里。"
MY_POSTS = "您接下来 {days} 天的班："
NO_POSTS = "您接下来 {days} 天没有班。"
PRIVATE_ONLY = "日历地址只能本人看，请私下发给我：日历"
CALENDAR = (
    "您的值班日历（请不要转给别人）：\n{url}\n在手机日历里“添加订阅日历”，粘贴这个地址，班次变了会自己更新。"
    "泄露了就发：日历 重置"
)
CALENDAR_RESET = "旧地址已作废。"
NOT_HERE = "这个只能私下看，或在民警群里看。"
BAD_MONTH = "月份请写成：值班统计 11月，或 值班统计 2026-10"
NO_FIGURES = "{month}还没有值班记录。"
FIGURES_NOTE = "时长按实际排班（换班、请假都算进去了），到现在为止；夜班指上到后半夜的班；办结数来自工单记录。"


def day_name(day: date) -> str:
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def hours(start: int, end: int) -> str:
    return f"{clock(start)}–{'次日 ' if end <= start else ''}{clock(end)}"


def post_name(post: Post) -> str:
    """11月25日（周三）20:00–次日 08:00 的班; a duty leader's is called so."""
    lead = "（值班长）" if post.duty is Duty.LEADER else ""
    return f"{day_name(post.day)}{hours(post.start, post.end)} 的班{lead}"


def posts_list(posts: Iterable[Post]) -> str:
    return "；".join(f"{day_name(p.day)}{hours(p.start, p.end)}" for p in posts)


def leave_days(leave: Leave) -> str:
    if leave.first == leave.last:
        return day_name(leave.first)
    return f"{day_name(leave.first)}到{day_name(leave.last)}"


def asking(change: Change, giver: str) -> str:
    """To those who are asked to take a post."""
    why = f"\n原因：{change.reason}" if change.reason else ""
    if change.back is not None:
        return (
            f"{giver}想跟您换班（换班 {change.number} 号）：\n您上 {post_name(change.post)}，"
            f"{giver}上 {post_name(change.back)}。可以吗？{why}"
        )
    head = f"{giver}想请人上 {post_name(change.post)}" if giver else f"{post_name(change.post)} 还没有人"
    ask = "您能上吗？" if len(change.asked) == 1 else "谁能上？先点先得。"
    return f"{head}（换班 {change.number} 号）。{ask}{why}"


def offering(change: Change, taker: str) -> str:
    """To the one whose post somebody offers to take."""
    return f"{taker}想替您上 {post_name(change.post)}（换班 {change.number} 号），可以吗？"


def asked_note(change: Change, names: Sequence[str]) -> str:
    who = "、".join(names[:6]) + (f" 等 {len(names)} 位" if len(names) > 6 else "")
    return (
        f"已问{who}：{post_name(change.post)}（换班 {change.number} 号）。有人答应就告诉您，在那之前班还是原来的人上。"
        f"\n要收回，发：撤销换班 {change.number}"
    )


def changed(change: Change, giver: str, taker: str, by: str = "") -> str:
    """What is settled, for everyone it concerns."""
    head = f"换班 {change.number} 号{f'（{by}安排）' if by else '定了'}："
    line = f"{post_name(change.post)}由{taker}上" + (f"，替{giver}" if giver else "")
    if change.back is not None:
        line += f"；{post_name(change.back)}由{giver}上"
    return f"{head}{line}。要撤销，发：撤销换班 {change.number}"


def leave_ask(leave: Leave, number: int, name: str, posts: Sequence[Post]) -> str:
    lines = [f"{name}请假：{leave_days(leave)}（请假 {number} 号）"]
    lines += [f"原因：{leave.reason}"] if leave.reason else []
    lines += [LEAVE_POSTS.format(count=len(posts), posts=posts_list(posts))] if posts else []
    return "\n".join(lines)


def moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def gap_name(gap: Gap, zone: ZoneInfo) -> str:
    start, end = gap.start.astimezone(zone), gap.end.astimezone(zone)
    same = start.date() == end.date()
    until = f"{end:%H:%M}" if same else f"{end.month}月{end.day}日 {end:%H:%M}"
    return f"{gap.duty}　{day_name(start.date())}{start:%H:%M} 到 {until}"


def gap_report(gaps: Sequence[Gap], zone: ZoneInfo, shown: int) -> str:
    lines = [f"{place}. {gap_name(gap, zone)}" for place, gap in enumerate(gaps[:shown], 1)]
    more = [GAP_MORE.format(count=len(gaps) - shown)] if len(gaps) > shown else []
    return "\n".join([GAP_HEAD, *lines, *more, GAP_TAIL])


def turn_line(turn: OnDuty, name: str, zone: ZoneInfo) -> str:
    start, end = turn.start.astimezone(zone), turn.end.astimezone(zone)
    mark = "（换班）" if turn.change is not None else ""
    lead = "（值班长）" if turn.duty is Duty.LEADER else ""
    until = f"{end:%H:%M}" if end.date() == start.date() else f"次日 {end:%H:%M}"
    return f"{start:%H:%M}–{until} {name}{lead}{mark}"


def week(days: Sequence[tuple[date, str, Sequence[str]]], today: date) -> str:
    """A readable week: each day with its kind and its turns; today stands out."""
    lines = []
    for day, kind, turns in days:
        lines.append(f"{day_name(day)}{kind}{'　今天' if day == today else ''}")
        lines += [f"　{line}" for line in turns] or ["　（没有人）"]
    return "\n".join(lines)


def on_duty_public(when: str, officers: Sequence[str], leaders: Sequence[str]) -> str:
    """What residents read: never a full name or a number."""
    lead = f"；值班长：{'、'.join(leaders)}" if leaders else ""
    return f"{when}值班：{'、'.join(officers) or '暂时没有排到民警'}{lead}。有事直接告诉我。"


def figures(month: date, rows: Sequence[Mapping[str, object]], since: date | None) -> str:
    """The fairness sheet, a line per person."""
    lines = [f"{month.year}年{month.month}月值班统计"]
    for row in rows:
        lines.append(
            f"· {row['name']}　{row['hours']} 小时，{row['turns']} 班（夜班 {row['nights']}，周末 {row['weekends']}，"
            f"节假日 {row['holidays']}），办结 {row['handled']} 单"
        )
    if since is not None:
        lines.append(f"{since.month}月{since.day}日起有记录。")
    return "\n".join([*lines, FIGURES_NOTE])
