"""The text of a station file → StationFile, or every problem of it at once."""

from dataclasses import replace
from pathlib import Path

import yaml

from bot import yaml_text
from bot.station_file import queue_sections, references, roster_sections, sections
from bot.station_file.nouns import QueuesPart, RosterPart, StationFile, StationFileError, StationPart
from bot.station_file.reader import Report, Table
from bot.station_file.roster_sections import HOLIDAY, LEAVE, OVERRIDE, ROTATION
from bot.yaml_text import Problem, TextError


def parse_station(text: str, name: str) -> StationFile:
    """Pure. `name` is the file's name, for messages. Raises StationFileError with every line that is wrong."""
    try:
        root = yaml_text.compose(text)
    except TextError as error:
        raise StationFileError(name, error.problems) from None
    if root is None:
        raise StationFileError(name, (Problem(0, "文件是空的。先运行 pingan init 生成一份样例再改。"),))
    report = Report()
    file = _read(root, name, report)
    if file is None or report.problems:
        raise StationFileError(name, _in_order(report.problems))
    return file


def load_station(path: Path) -> StationFile:
    """The same, from a file of any editor. Raises StationFileError, also when it cannot be opened."""
    try:
        text, encoding = yaml_text.read(path)
    except TextError as error:
        raise StationFileError(str(path), error.problems) from None
    except FileNotFoundError:
        raise StationFileError(str(path), (Problem(0, "找不到这个文件。先运行 pingan init 生成一份。"),)) from None
    except OSError as error:
        raise StationFileError(str(path), (Problem(0, f"打不开：{error.strerror}。"),)) from None
    file = parse_station(text, path.name)
    if encoding != "gb18030":
        return file
    note = Problem(0, "文件不是 UTF-8 编码，已按 GBK 读入。请看看中文对不对，最好“另存为”UTF-8。")
    return replace(file, warnings=(note, *file.warnings))


def _read(root: yaml.Node, name: str, report: Report) -> StationFile | None:
    top = Table(root, "文件最外层", sections.TOP, report)
    if not isinstance(root, yaml.MappingNode):
        return None
    station = sections.station(top.node("station"), report)
    people = sections.each(top.node("people"), "人员", sections.PERSON, report, sections.person)
    areas = sections.each(top.node("areas"), "片区", sections.AREA, report, sections.area)
    groups = sections.each(top.node("groups"), "群", sections.GROUP, report, sections.group)
    shifts = sections.each(top.node("shifts"), "排班", sections.SHIFT, report, sections.shift)
    references.check_people(people, report)
    directory = references.Directory(people, report)
    areas = references.check_areas(areas, directory, report)
    references.check_groups(groups, areas, report)
    roster = roster_sections.check(_roster(top, report), directory, report)
    shifts = references.check_shifts(shifts, directory, report, rotations=bool(roster.rotations))
    queues = queue_sections.check(_queues(top, report), directory, people, areas, groups, report)
    if not any(p.role in references.STAFF for p in people):
        report.odd(0, "人员里还没有民警，工单没有人接。")
    return StationFile(
        name=name,
        station=station or _NO_STATION,
        people=references.with_call_names(people),
        areas=areas,
        groups=groups,
        shifts=shifts,
        roster=roster,
        queues=queues,
        warnings=_in_order(report.warnings),
    )


def _roster(top: Table, report: Report) -> RosterPart:
    each = sections.each
    return RosterPart(
        rotations=each(top.node("rotations"), "轮班", ROTATION, report, roster_sections.rotation),
        leave=each(top.node("leave"), "请假", LEAVE, report, roster_sections.leave),
        holidays=each(top.node("holidays"), "节假日", HOLIDAY, report, roster_sections.holiday),
        overrides=each(top.node("overrides"), "临时排班", OVERRIDE, report, roster_sections.override),
    )


def _queues(top: Table, report: Report) -> QueuesPart:
    return QueuesPart(
        queues=sections.each(top.node("queues"), "队", queue_sections.QUEUE, report, queue_sections.queue),
        rules=sections.each(top.node("routing"), "分流", queue_sections.RULE, report, queue_sections.rule),
    )


_NO_STATION = StationPart(code="", name="", tz=sections.DEFAULT_TZ, phone="", address="", hours="", parent="", line=0)
"""Stands in until the missing section is reported."""


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: p.line))
