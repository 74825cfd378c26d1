"""What officers and reporters say to each other through us, reports for others, links, and following up."""

from collections.abc import Mapping, Sequence

from storage.model.incidents import Behalf, FollowupResult, Incident

# ── the officer's words, and what comes back ───────────────────────────────
NEED_REPLY = "请写上要说的话，比如：回复 {number} 我们半小时内到"
NEED_NOTE = "请写上要记的话，比如：备注 {number} 当事人电话打不通"
REPLIED = "已回复反映人（{number}）。"
REPLIED_HIDDEN = "已回复反映人（{number}）。群里大家都看得到，话里的号码已隐去。"
REPLIED_BY = "{number}{officer}回复了反映人：{text}"
UNSAY = "撤回这句"
UNSAID = "（这条回复已撤回）"
UNSAID_NOTE = "{number}：刚才那句已撤回。"
UNSAID_ENTRY = "撤回了回复：{text}"
UNSAY_NOT_YOURS = "这句要由回复的人或值班长来撤回。"
CANNOT_REACH = "{number}只能私下回复，可反映人还没有私聊过我（或停用了我），这句话送不到。请用别的办法联系对方。"
OTHER_PLATFORM = "{number}的反映人在另一个平台，照片和语音送不过去。请用文字回复。"
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


def relayed(station: str, officer: str, number: str, text: str) -> str:
    """What the reporter reads of an officer's words."""
    return f"{station}回复：{text}\n——{officer} · {number}"
