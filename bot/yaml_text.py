"""YAML as people write it: read from any editor, refused kindly, every value with its line.

Values stay the text that was typed: YAML would read 20:00 as 1200, 007 as 7 and "no" as false.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_WIDE_COLON = re.compile(r"^\s*(?:-\s+)*[^\s#:'\"][^:'\"#]{0,20}：")
_NO_SPACE = re.compile(r"^\s*(?:-\s+)*[\w一-鿿]+:[^\s/:\d]")

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence about one line (1 is the first; 0: the whole file)."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.text}" if self.line else self.text


class TextError(Exception):
    """The file cannot be read as YAML. `problems` say where and what to do."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


def read(path: Path) -> tuple[str, str]:
    """(text, encoding) of a file from any editor: UTF-8 with or without BOM, UTF-16 with BOM, or GBK.

    Raises TextError; OSError if the file cannot be opened.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TextError(Problem(0, f"文件超过 {MAX_BYTES // 1024} KB，太大了。是不是选错了文件？"))
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise TextError(Problem(0, "看不懂文件的编码。请用记事本打开，“另存为”时编码选 UTF-8。"))


def compose(text: str) -> yaml.Node | None:
    """The document as nodes with line marks; None if it is empty. Raises TextError."""
    if len(text) > MAX_BYTES:
        raise TextError(Problem(0, f"文件超过 {MAX_BYTES // 1024} KB，太大了。是不是选错了文件？"))
    plain = text.removeprefix("\ufeff")
    try:
        _refuse_tricks(plain)
        node: yaml.Node | None = yaml.compose(plain, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise TextError(_syntax(plain, error)) from None
    except yaml.YAMLError as error:
        raise TextError(_strange_character(plain, error)) from None
    _refuse_twice(node)
    return node


def _refuse_tricks(text: str) -> None:
    """Anchors make small files huge, and deep nesting exhausts the stack: neither belongs in these files."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise TextError(Problem(line, "不能用 & 和 * 的引用写法。要写 * 或 & 这样的字，请加上引号。"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise TextError(Problem(line, "缩进或括号的层数太多了，检查一下是不是多打了空格或括号。"))


def _refuse_twice(root: yaml.Node | None) -> None:
    """A key written twice would silently win over the first."""
    problems = []
    todo = [root] if root is not None else []
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.SequenceNode):
            todo += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        first: dict[str, int] = {}
        for key, value in node.value:
            todo.append(value)
            name = str(key.value)
            if name in first:
                problems.append(Problem(line_of(key), f"{name} 写了两次（第 {first[name]} 行已经有了），留一个就行。"))
            first.setdefault(name, line_of(key))
    if problems:
        raise TextError(*sorted(problems, key=lambda p: p.line))


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def lines(root: yaml.Node | None) -> dict[Path_, int]:
    """Where each key and list item stands: ("server", "port") → 12, ("rules", 0) → 20."""
    found: dict[Path_, int] = {}
    todo: list[tuple[Path_, yaml.Node]] = [((), root)] if root is not None else []
    while todo:
        path, node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, str(key.value))
                found[here] = line_of(key)
                todo.append((here, value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                found[(*path, index)] = line_of(value)
                todo.append(((*path, index), value))
    return found


_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d*)(\.\d+)?")
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


def values(node: yaml.Node) -> Any:
    """The node as dicts, lists, texts, numbers, booleans and None. 22:00, 007 and dates stay texts."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): values(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [values(value) for value in node.value]
    text = str(node.value)
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() in _TRUE if text.lower() in _TRUE + _FALSE else text
    number = _NUMBER.fullmatch(text) if node.tag != _STRING else None
    if number is None:
        return text
    return float(text) if number.group(1) else int(text)


def mistyped(text: str) -> str:
    """What is wrong with a line that should read `key: value`; empty if nothing can be told."""
    if _WIDE_COLON.match(text):
        return "冒号要用英文的 : 并在后面加一个空格，不能用中文的 ："
    if _NO_SPACE.match(text):
        return "冒号后面要加一个空格"
    return ""


_KNOWN = (
    ("\\t", "缩进要用空格，不能用 Tab 键"),
    ("cannot start any token", "这里有个不能这样写的符号；缩进要用空格而不是 Tab，符号开头的内容要加引号"),
    ("mapping values are not allowed", "同一行里有两个冒号，或者上一行少了冒号。内容里有冒号时请加引号"),
    ("could not find expected ':'", "这一行少了冒号（英文的 : 加一个空格）"),
    ("found unexpected end of stream", "引号或括号没有配对"),
    ("quoted scalar", "引号没有配对"),
    ("flow", "方括号或花括号没有配对，或少了逗号"),
    ("block", "缩进没有对齐：同一组的各行前面的空格要一样多"),
    ("tag", "以 ! 开头的内容请加上引号"),
)


def _syntax(text: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    at = mark.line if mark else 0
    rows = text.splitlines() or [""]
    for line in (at, at - 1):
        if 0 <= line < len(rows) and (hint := mistyped(rows[line])):
            return Problem(line + 1, f"{hint}。")
    if at < len(rows) and rows[at].startswith("\t"):
        return Problem(at + 1, "缩进要用空格，不能用 Tab 键。")
    said = f"{error.problem or ''} {error.context or ''}"
    for sign, hint in _KNOWN:
        if sign in said:
            return Problem(min(at + 1, len(rows)), f"{hint}。")
    return Problem(min(at + 1, len(rows)), "写法不对。检查缩进、冒号后的空格和引号。")


def _strange_character(text: str, error: yaml.YAMLError) -> Problem:
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 0
    return Problem(line, "这里有看不见的控制字符，请删掉重新输入。")
