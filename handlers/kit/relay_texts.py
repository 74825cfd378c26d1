"""What officers and reporters say to each other through us, reports for others, links, and following up."""

from collections.abc import Mapping, Sequence

from storage.model.incidents import Behalf, FollowupResult, Incident

# ── the officer's words, and what comes back ───────────────────────────────
NEED_REPLY = "请写上要说的话，比如：回复 {number} 我们半小时内到"
ASK_REPLY = "请发要说的话或照片，我马上转给{number}的反映人。十分钟内有效，不想发了就不用管。"
NEED_NOTE = "请写上要记的话，比如：备注 {number} 当事人电话打不通"
REPLIED = "已回复反映人（{number}）。"
REPLIED_HIDDEN = "已回复反映人（{number}）。群里大家都看得到，话里的号码已隐去。"
REPLIED_WAITS = "{number}这句话还没送到：反映人要在{where}上再写一句，平台才让我们发。对方一写就送到；急的话请打电话。"
NOT_DELIVERED = "{number}您的话没能送到反映人：“{text}”。请用别的办法联系对方。"
CLOSING_WAITS = "{number}的处理结果还没送到：反映人要在{where}上再写一句，平台才让我们发。急的话请打电话告诉对方。"
CLOSING_NOT_DELIVERED = "{number}的处理结果没能送到反映人。请用别的办法告诉对方。"
REPLIED_BY = "{number}{officer}回复了反映人：{text}"
UNSAY = "撤回这句"
UNSAID = "（这条回复已撤回）"
UNSAID_NOTE = "{number}：刚才那句已撤回。"
UNSAID_ENTRY = "撤回了回复：{text}"
UNSAY_NOT_YOURS = "这句要由回复的人或值班长来撤回。"
CANNOT_REACH = "{number}只能私下回复，可反映人还没有私聊过我（或停用了我），这句话送不到。请用别的办法联系对方。"
OTHER_PLATFORM = "{number}的反映人所在的平台收不了这个，送不过去。请用文字回复。"
COURTESY_HINT = "这句我没有转给反映人。要接单请点“接单”，要回复反映人请写完整一句，或发：回复 {bare} 要说的话"
NOTED = "{number}已记为备注，只有民警看得到。要回复反映人，请发：回复 {bare} 要说的话"
NOTE_FROM = "{number}备注（{officer}）：{text}"
ANSWERED = "{number}反映人回话：“{text}”"
PASSED_ON = "已转告{officer}。"
PASSED_ON_NOBODY = "已转告民警。"
THANKED = "{number}反映人说：谢谢。"

SAID_SOLVED = "{number}反映人说已解决：“{text}”。核实后请办结。"
SAID_SOLVED_LINE = "反映人说已解决。"
SAID_SOLVED_THANKS = "好的，已告诉民警（{number}）。"
WHICH_SOLVED = "您说的是哪一件？"
WHICH_UNSOLVED = "您说的是哪一件没解决？"
UNSOLVED_CHOSEN = "{number}：没解决。"
STILL_AT_IT = "{number}还在办，已转告{officer}。"
STILL_AT_IT_NOBODY = "{number}还在办，已转告值班民警。"


def relayed(station: str, officer: str, number: str, text: str) -> str:
    """What the reporter reads of an officer's words."""
    return f"{station}回复：{text}\n——{officer} · {number}"


# ── reports for others ─────────────────────────────────────────────────────
NEED_BEHALF = "请写上是谁、电话和什么事，比如：代报 张大爷 13800001234 家里水管爆了 3栋101"
BEHALF_IN_PRIVATE = (
    "代报请私下发给我：群里大家都看得到，不要写别人的姓名和电话。正在发生的危险，请先拨打 110，我这里也照样登记。"
)
BEHALF_ENTRY = "代报"
BEHALF_IN_GROUP = "代报：反映人的姓名和电话见私聊里的卡片"
BEHALF_TOLD_ENTRY = "代报人：{text}"
TELL_THEM = "请您转告反映人，再点一下结果。也可以直接回复“已电话告知”。"


def behalf_line(behalf: Behalf, proxy: str) -> str:
    """On a card in private."""
    told = "，".join(part for part in (behalf.name, behalf.contact) if part) or "没有留姓名和电话"
    return f"代报：反映人 {told}（由{proxy}代报）"


# ── links ──────────────────────────────────────────────────────────────────
NEED_LINK = "请写上要串并的单号，比如：串并 12 15 18 电动车被盗"
NEED_UNLINK = "请写上要取出的单号，比如：取消串并 15"
NEED_CLOSE = "请写上第几起和结果，比如：结案 3 已抓获嫌疑人，物品请到所里认领"
NO_INCIDENTS = "现在没有串并的事。把几单串起来，请发：串并 12 15 18"
NO_SUCH_INCIDENT = "没有第 {number} 起。发“串并”看看现有的；只办结一单，请发：办结 {number} 处理结果"
INCIDENT_OVER = "第 {number} 起已经结案了。"
LINK_WITHDRAWN = "{numbers}已撤回或是误报，不能串并。"
LINK_SEVERAL = "这几单已经分在第 {numbers} 起里。请先把其中的取消串并，再一起串。"
LINK_SAME = "这几单已经串在第 {number} 起里了。"
LINKED = "已串并为第 {number} 起（{title}）：{tickets}。一并办结请发：结案 {number} 处理结果"
LINK_ENTRY = "第 {number} 起"
NOT_LINKED = "{number}没有和别的单子串在一起。"
UNLINKED = "{number}已从第 {incident} 起取出。"
DISSOLVED = "{number}已从第 {incident} 起取出；只剩一单，第 {incident} 起已取消。"
CLOSE_NOT_YOURS = "结案要由经办其中一单的民警或值班长来操作。"
CLOSED_NOTE = "第 {number} 起已结案：办结 {tickets} 单，已告诉 {people} 位反映和关注的群众。"
CLOSED_FOR_YOU = "{number}已随第 {incident} 起一并办结：{finding}"
CLOSED_ASK = "\n请您本人看看，解决了吗？"
CLOSED_HIDDEN = "您反映的{numbers}已有结果，请私下发“我的”给我看。"
SUGGEST_YES, SUGGEST_NO = "确认", "不是一回事"
SUGGESTION_CONFIRMED = "已由{officer}确认，串并为第 {number} 起。"
SUGGESTION_DENIED = "已由{officer}确认：不是一回事。"
SUGGESTION_OVER = "这一条已经有人处理过了。"
DENIED_ENTRY = "和{numbers}不是一回事"


def watchers_line(watched: int) -> str:
    return f"关注：+{watched} 人" if watched else ""


def linked_line(incident: Incident, others: Sequence[int]) -> str:
    """On a card: with which others it is one matter."""
    also = "、".join(f"{number} 号" for number in others)
    return f"串并：第 {incident.number} 起（{incident.title}）" + (f"，还有 {also}" if also else "")


def incident_line(incident: Incident, numbers: Sequence[int]) -> str:
    return f"第 {incident.number} 起　{incident.title}　" + "、".join(f"{number} 号" for number in numbers)


def incidents(lines: Sequence[str]) -> str:
    return "\n".join(["串并的事：", *lines, "结案请发：结案 3 处理结果"])


def suggestion(number: int, others: Sequence[int], what: str, told: Sequence[tuple[int, str]]) -> str:
    """For whoever leads the station: may these be one matter? `told`: number and words of each."""
    alike = "、".join(f"{other} 号" for other in others)
    head = f"{number} 号和{alike}可能是一回事（{what}，48 小时内）。"
    return "\n".join([head, *(f"{n} 号：“{words}”" for n, words in told), "要串并吗？"])


def incident_closed(numbers: Sequence[int], finding: str, *, own: bool) -> str:
    """The one notice of a closing, for a reporter (`own`) or a watcher."""
    which = "、".join(f"{number} 号" for number in numbers)
    return f"您{'反映' if own else '关注'}的 {which} 已有结果：{finding}"


# ── following up ───────────────────────────────────────────────────────────
FOLLOWUP_UNKNOWN = "这条回访已经记过了：{result}。"
FOLLOWED_UP = "{number}回访已记下：{result}。"
FOLLOWUP_ENTRY = "{days} 天回访：{result}"
RELAPSED = "{number}回访：又发生了。已登记为 {new}，和 {number}串并。"
RELAPSE_TEXT = "{days} 天回访时说又发生了。原来的事（{number} 号）：{text}"
RELAPSE_TITLE = "{title}，反复"
NO_FOLLOWUPS = "还没有做过回访。矛盾纠纷办结并确认后，第 7 天和第 30 天我会提醒经办民警。"
OPEN_RESULT = "待回访"


def followup(number: int, days: int, reporter: str, text: str, finding: str) -> str:
    """The officer's card: has it happened again?"""
    return f"回访 · {number} 号 · 确认后第 {days} 天\n{reporter}：“{text}”\n当时：{finding}\n请联系反映人，点一下结果。"


def followup_hidden(number: int, days: int) -> str:
    return f"回访 · {number} 号 · 确认后第 {days} 天\n内容请私下发“查 {number}”给我看。联系反映人后，点一下结果。"


def followup_counts(counts: Mapping[int, Mapping[str, int]]) -> str:
    lines = ["回访："]
    for days, found in sorted(counts.items()):
        total = sum(found.values())
        parts = [f"{result} {found[result]}" for result in FollowupResult if found.get(result)]
        parts += [f"{OPEN_RESULT} {found['']}"] if found.get("") else []
        lines.append(f"· {days} 天　共 {total}：{'、'.join(parts)}")
    return "\n".join(lines)
