"""From pydantic's findings to sentences: where it is written, what is wrong, and what to write instead."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.nearest import hint, nearest

Key = tuple[str | int, ...]

_PLAIN = {
    "int_parsing": "要写一个整数",
    "int_type": "要写一个整数",
    "int_from_float": "要写一个整数，不能有小数",
    "float_parsing": "要写一个数",
    "float_type": "要写一个数",
    "finite_number": "要写一个普通的数",
    "bool_parsing": "要写 true 或 false",
    "bool_type": "要写 true 或 false",
    "string_type": "要写一段文字（可以加引号）",
    "path_type": "要写一个目录，比如 data",
    "missing": "缺这一项",
    "tuple_type": "要写成列表，比如 [甲, 乙]",
    "model_type": "要在下一行缩进写它的各项，每项一个“键: 值”",
    "string_too_short": "不能空着",
}
_NAME = re.compile(r"[A-Za-z_]{1,30}")
_BOUNDS = {
    "greater_than_equal": ("ge", "不能小于 {}"),
    "less_than_equal": ("le", "不能大于 {}"),
    "greater_than": ("gt", "要大于 {}"),
    "less_than": ("lt", "要小于 {}"),
    "string_too_long": ("max_length", "太长了，最多 {} 个字"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where values came from: the file with its lines, and what the environment set on top."""

    name: str
    lines: Mapping[Key, int]
    overrides: Mapping[str, Any]
    prefix: str

    def where(self, key: Key) -> str:
        """ "config.yaml 第 12 行：" or "环境变量 PINGAN_SERVER__PORT：" — the innermost place that is known."""
        found: Any = self.overrides
        for part in key:
            if not isinstance(found, Mapping) or part not in found:
                break
            found = found[part]
        else:
            return f"环境变量 {env_name(key, self.prefix)}："
        line = next((self.lines[key[:n]] for n in range(len(key), 0, -1) if key[:n] in self.lines), 0)
        return f"{self.name} 第 {line} 行：" if line else f"{self.name}："


def env_name(key: Key, prefix: str) -> str:
    """The variable that sets a key: ("server", "port") → PINGAN_SERVER__PORT."""
    return prefix + "__".join(str(part) for part in key).upper()


def explain(model: type[BaseModel], error: ValidationError, origin: Origin) -> Iterator[str]:
    """One sentence per mistake. Never the value: it may be a secret."""
    for item in error.errors(include_input=False, include_url=False):
        key = item["loc"]
        path = _written(key)
        where = origin.where(key)
        if item["type"] == "extra_forbidden":
            yield f"{where}{_unknown(model, key)}"
        else:
            yield f"{where}{path} 不对——{_plain(item['type'], item['msg'], item.get('ctx') or {})}。"


def _unknown(model: type[BaseModel], key: Key) -> str:
    """Without its name where that is none: "secret:abc", with no blank, is one word, and the secret is in it."""
    name = str(key[-1])
    if _NAME.fullmatch(name):
        return f"不认识的配置项 {_written(key)}{hint(name, _siblings(model, key))}"
    inside = f"{_written(key[:-1])} 里" if len(key) > 1 else ""
    return f"{inside}有一项不认识。要写成“键: 值”，英文冒号后面空一格{hint('', _siblings(model, key))}"


def _written(key: Key) -> str:
    """broadcasts.rules 第 2 项.cron"""
    text = ""
    for part in key:
        text += f" 第 {part + 1} 项" if isinstance(part, int) else f".{part}" if text else part
    return text


def _siblings(model: type[BaseModel], key: Key) -> list[str]:
    """The valid keys at the place where an unknown one was written."""
    here: Any = model
    for part in key[:-1]:
        if isinstance(part, int):
            continue
        annotation = here.model_fields[part].annotation
        here = next((a for a in getattr(annotation, "__args__", ()) if a is not Ellipsis), annotation)
    return sorted(here.model_fields)


def _plain(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "literal_error":
        return f"只能写 {context['expected']}".replace(" or ", " 或 ")
    if kind in _BOUNDS:
        name, sentence = _BOUNDS[kind]
        return sentence.format(context[name])
    return message.removeprefix("Value error, ")


def misspelt(model: type[BaseModel], environ: Mapping[str, str], prefix: str) -> str:
    """A sentence about the first PINGAN_* variable that looks like a setting and is none; empty if there is none.

    Variables that resemble no setting are somebody else's business.
    """
    for name in sorted(environ):
        if not name.upper().startswith(prefix):
            continue
        top, *rest = name[len(prefix) :].lower().split("__")
        near = nearest(top, model.model_fields, likeness=0.7)
        if top not in model.model_fields and near:
            return f"环境变量 {name}：没有这个配置项，是不是想写 {env_name((near, *rest), prefix)}？"
    return ""
