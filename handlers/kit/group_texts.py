"""What is said when the bot comes into a group, is bound to a station, or cannot hear."""

from collections.abc import Iterable

from handlers.kit import texts

JOINED = (
    "大家好，我是{name}。有事 @民警，我会登记并通知值班民警。\n"
    "请管理员发“绑定 派出所代码 群类型 片区”完成设置，比如：{example}"
)
HERE = "本群"
JOINED_BOUND = "大家好，我是{station}的{name}。有事 @民警，我会登记并通知值班民警。"
BIND_NO_STATION = "请写上派出所代码（现有：{codes}），比如：{example}"


def bound(station: str, kind: str, area: str, households: int) -> str:
    parts = [station, f"{kind}群", *([area] if area else []), *([f"{households} 户"] if households else [])]
    return f"已绑定：{' · '.join(parts)}。以后这个群里 @民警 的事都由本所办。"


def bind_unknown(word: str, kinds: Iterable[str], areas: Iterable[str], example: str) -> str:
    known = f"群类型可以是：{texts.join(kinds)}；片区可以是：{texts.join(areas) or '（还没有设片区）'}。"
    return f"“{word}”我不认识。{known}\n比如：{example}"


BIND_ONLY_GROUP = "“绑定”要在群里发。"
ADMIN_NEW_GROUP = "机器人进了一个还没绑定的群：{title}。请在那个群里发“绑定”。"
ADMIN_LEFT_GROUP = "机器人被移出了群：{title}。那里的消息收不到了。"
CANNOT_HEAR = (
    "群“{title}”里我听不全 @民警（隐私模式开着，我又不是管理员）。请任选一个：\n"
    "1. 把我设为群管理员；\n2. 找 @BotFather，/setprivacy 选 Disable，再把我移出后重新加入群。"
)
