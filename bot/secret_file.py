"""secrets.env beside config.yaml: what must not stand in config.yaml, and must be there in every terminal and service.

One NAME=value a line, as systemd reads its EnvironmentFile; a leading "export" is let through.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bot import yaml_text
from bot.yaml_text import Problem, TextError

NAME = "secrets.env"
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def beside(config: Path | None) -> Path | None:
    """The file that belongs to a config.yaml; None where there is none."""
    path = config.parent / NAME if config is not None else None
    return path if path is not None and path.is_file() else None


def with_secrets(config: Path | None, environ: Mapping[str, str]) -> Mapping[str, str]:
    """`environ` on top of the file beside `config`; a variable that is set but empty does not hide the file's.

    Raises TextError, whose problems never hold a value; OSError if the file cannot be opened.
    """
    path = beside(config)
    if path is None:
        return environ
    found = read(yaml_text.read(path)[0])
    return {**found, **{name: value for name, value in environ.items() if value or name not in found}}


def read(text: str) -> dict[str, str]:
    """Names and values. Raises TextError."""
    found: dict[str, str] = {}
    problems = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            problems.append(Problem(number, "要写成 名字=密钥，等号是英文的，一行一个。"))
            continue
        found[match.group(1)] = _unquoted(match.group(2).strip())
    if problems:
        raise TextError(*problems)
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def seen_by_others(path: Path) -> bool:
    """May anybody but its owner read it? (Where the system knows such a thing.)"""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


TEMPLATE = """\
# 密钥都写在这里，一行一个：名字=密钥。不用的留空。改完要重启 pingan run。
# 这个文件只给运行程序的人看：不要发到群里，不要截图，不要提交到代码库。
# 每一项在哪里拿，见 docs/platforms/。

# 企业微信智能机器人：Secret；用 URL 回调时是 Token 和 EncodingAESKey
WECOM_AIBOT_SECRET=
WECOM_AIBOT_TOKEN=
WECOM_AIBOT_AES_KEY=

# 企业微信自建应用
WECOM_APP_SECRET=
WECOM_APP_TOKEN=
WECOM_APP_AES_KEY=

# 微信客服
WECOM_KF_SECRET=
WECOM_KF_TOKEN=
WECOM_KF_AES_KEY=

# 公众号（服务号）
WECHAT_OFFICIAL_SECRET=
WECHAT_OFFICIAL_TOKEN=
WECHAT_OFFICIAL_AES_KEY=

# 客户群群发
WECOM_CUSTOMER_SECRET=

# 消息推送：每个群一个 key，名字和 config.yaml 里 ${…} 写的一样，例如
# WECOM_KEY_MINJING=

# Telegram
TELEGRAM_BOT_TOKEN=
"""


def write(path: Path) -> None:
    """An empty one that only its owner can read. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(TEMPLATE)
