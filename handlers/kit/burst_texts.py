"""What is said about messages that belong together: corrections, neighbours who saw the same, a matter split in two."""

SPLIT = "不是同一件事"
SPLIT_DONE = "好的，刚才那条单独登记为 {new}，{number}照旧。"
SPLIT_NONE = "{number}里没有可以分开的消息了。"
SPLIT_ONLY_REPORTER = "要由反映这件事的本人来分开。"
SPLIT_ENTRY = "分出 {number}"
SPLIT_FROM_ENTRY = "从 {number}分出"

CORRECTED = "{number}已按您说的更正。"
REPORTER_CORRECTED = "{number}反映人更正：{text}"

ALSO = "您说的是 {number}这件事吗？点“关注”，办好了也告诉您；不是的话，点“是另一件事”，我单独登记。"
APART = "是另一件事"
WATCH_NONE = "这个群里没有 {number} 号可以关注。要反映事情，请直接告诉我。"
WATCHED = "好的，{number}办好了告诉您。"
WATCHED_ALREADY = "您已经关注 {number}了，办好了告诉您。"
WATCHED_OWN = "{number}就是您反映的，办好了会告诉您。"
WATCHED_DONE = "您关注的 {number}现在是“{state}”。"
WATCHED_MANY = "{number}已有 {count} 位邻居关注，请优先处理。"
RAISED_ENTRY = "{count} 位邻居关注"

APART_GONE = "请再说一遍是什么事（在群里请 @民警），我马上登记。"


def watch(number: str) -> str:
    """The label of the button."""
    return f"关注 {number}"
