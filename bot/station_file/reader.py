"""Sections of a station file, read key by key. Whatever is wrong is noted with its line, and reading goes on."""

from collections.abc import Mapping

import yaml

from bot.nearest import hint
from bot.yaml_text import Problem, line_of, mistyped

_NULL = "tag:yaml.org,2002:null"


class Report:
    """Everything wrong or odd that was found so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def wrong(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, text))

    def odd(self, line: int, text: str) -> None:
        self.warnings.append(Problem(line, text))


def empty(node: yaml.Node | None) -> bool:
    return node is None or (isinstance(node, yaml.ScalarNode) and (node.tag == _NULL or not node.value.strip()))


def scalar(node: yaml.Node, what: str, report: Report) -> str | None:
    """The text of a plain value as it was typed; None (noted) for a list or a group of keys."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value).strip()
    report.wrong(line_of(node), f"{what}要写成一个值，不能是列表或分组。")
    return None


def listed(node: yaml.Node | None, what: str, report: Report) -> list[yaml.Node]:
    """The items of a list; nothing (noted) if it is something else."""
    if node is None or empty(node):
        return []
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    report.wrong(line_of(node), f"{what}要写成列表：每一项另起一行，用 - 加一个空格开头。")
    return []


class Table:
    """A group of `key: value` lines. `keys`: every accepted spelling → the field it means."""

    def __init__(self, node: yaml.Node, what: str, keys: Mapping[str, str], report: Report) -> None:
        self.what = what
        self.report = report
        self.line = line_of(node)
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        if isinstance(node, yaml.MappingNode):
            self._take(node, keys)
        elif not empty(node):
            typed = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
            why = mistyped(typed) or "要写成 键: 值 的样子，冒号是英文的，后面有一个空格"
            report.wrong(self.line, f"{what}写法不对：{why}。")

    def _take(self, node: yaml.MappingNode, keys: Mapping[str, str]) -> None:
        for key, value in node.value:
            typed = str(key.value).strip() if isinstance(key, yaml.ScalarNode) else ""
            field = keys.get(typed)
            if field is None:
                self.report.wrong(line_of(key), f"{self.what}里没有“{typed}”这一项{hint(typed, keys)}")
            elif field in self._nodes:
                self.report.wrong(line_of(key), f"{self.what}的“{typed}”写了两次，留一个就行。")
            else:
                self._nodes[field] = value
                self._lines[field] = line_of(key)

    def line_at(self, field: str) -> int:
        return self._lines.get(field, self.line)

    def node(self, field: str) -> yaml.Node | None:
        return self._nodes.get(field)

    def has(self, field: str) -> bool:
        return not empty(self._nodes.get(field))

    def text(self, field: str, label: str, *, need: bool = False, most: int = 60) -> str:
        """The value as typed; "" if absent or unusable (both noted where that is wrong)."""
        node = self._nodes.get(field)
        if node is None or empty(node):
            if need:
                self.report.wrong(self.line_at(field), f"{self.what}缺“{label}”（{field.rstrip('_')}）。")
            return ""
        value = scalar(node, f"{self.what}的“{label}”", self.report) or ""
        if len(value) > most:
            self.report.wrong(self.line_at(field), f"{self.what}的“{label}”太长了，最多 {most} 个字。")
            return ""
        return value
