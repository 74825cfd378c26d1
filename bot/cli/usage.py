"""What the argument parser complains about, in Chinese."""

import re

from bot.nearest import nearest

COMMANDS = (
    "run", "init", "check", "migrate", "import", "demo", "doctor", "backup", "dead", "version", "list", "replay",
)  # fmt: skip
_KNOWN: tuple[tuple[str, str], ...] = (
    (r"No such option: (\S+)", "没有 {} 这个选项。"),
    (r"Missing (?:argument|parameter|option)\S* ?'?([^'.]*)'?", "还缺一个参数：{}。"),
    (r"Missing command", "还要写明做什么。"),
    (r"Got unexpected extra argument\S* \((.+)\)", "多写了 {}。"),
    (r"Option '?(\S+?)'? requires", "{} 后面要写一个值。"),
    (r"Invalid value for '?([^':]+)'?", "{} 的值不对。"),
)


def in_chinese(message: str) -> str:
    """A sentence that says what to type instead."""
    unknown = re.match(r"No such command '?([^'.]+)'?", message)
    if unknown:
        near = nearest(unknown.group(1), COMMANDS)
        more = f"是不是想写 {near}？" if near else ""
        return f"没有 {unknown.group(1)} 这个命令。{more}全部命令见 pingan --help。"
    for pattern, sentence in _KNOWN:
        match = re.match(pattern, message)
        if match:
            return f"{sentence.format(*match.groups())}用法见 pingan --help，或在命令后面加 --help。"
    return f"命令写得不对（{message}）。用法见 pingan --help。"
