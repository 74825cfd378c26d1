"""轮班, 请假, 节假日 and 临时排班 of a station file, from nodes to parts."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import yaml

from bot.station_file import values
from bot.station_file.nouns import Crews, HolidayPart, LeavePart, OverridePart, RosterPart, RotationPart
from bot.station_file.reader import Report, Table, empty, scalar
from bot.station_file.references import Directory
from bot.station_file.sections import make_keys, value
from bot.yaml_text import line_of
from handlers.kit.parse import chinese_number
from storage.model.people import DayPlan, Duty

ROTATION = make_keys(
    name="名称",
    duty="班次",
    order="顺序 人员",
    mode="方式",
    start="开始日 起始",
    from_="从 开始",
    to="到 结束",
    plan="适用",
)
LEAVE = make_keys(who="谁 姓名", from_="从 开始", to="到 结束", reason="原因 事由")
HOLIDAY = make_keys(day="日期 日子", from_="从 开始", to="到 结束", kind="类型", name="名称")
OVERRIDE = make_keys(day="日期 日子", who="谁 姓名", duty="班次", from_="从 开始", to="到 结束")

_TURNS = re.compile(r"[上做值]?([\d一二两三四五六七八九十]{1,2})[天日]?[休歇]([\d一二两三四五六七八九十]{1,2})[天日]?")
LONGEST_HOLIDAY = timedelta(days=60)


# ── values ─────────────────────────────────────────────────────────────────
def day(text: str) -> date:
    match = re.fullmatch(r"(\d{4})[-年/.](\d{1,2})[-月/.](\d{1,2})日?", values.plain(text))
    try:
        return date(*map(int, match.groups())) if match else date.fromisoformat("")
    except ValueError:
        raise ValueError(f"看不懂日期“{text}”，要写成 2026-11-25 这样。") from None


def free(text: str) -> bool:
    if text in ("放假", "上班"):
        return text == "放假"
    raise ValueError(f"节假日的类型写“放假”或“上班”，没有“{text}”。")


def mode(text: str, crews: int) -> tuple[int, int]:
    """(days on, days off) of 每天轮, 每周轮, 上二休二."""
    word = values.plain(text).removesuffix("轮").removesuffix("换")
    if word in ("每天", "每日", "天天", "daily"):
        return 1, crews - 1
    if word in ("每周", "每星期", "weekly"):
        return 7, 7 * (crews - 1)
    match = _TURNS.fullmatch(word)
    if match is None:
        raise ValueError(f"看不懂轮班方式“{text}”。可以写：每天轮、每周轮、上二休二。")
    on, off = (int(n) if n.isdigit() else chinese_number(n) or 0 for n in match.groups())
    if not 1 <= on <= 31 or off > 62:
        raise ValueError(f"轮班方式“{text}”不行：上班 1 到 31 天，休息最多 62 天。")
    return on, off


# ── sections ───────────────────────────────────────────────────────────────
def rotation(table: Table) -> RotationPart | None:
    before = len(table.report.problems)
    name = table.text("name", "名称", most=30)
    if name:
        table.what = f"轮班“{name}”"
    crews = _crews(table)
    on, off = value(table, "mode", "方式", lambda text: mode(text, len(crews)), (1, 0), need=True)
    part = RotationPart(
        name=name,
        duty=value(table, "duty", "班次", values.duty, Duty.OFFICER),
        crews=crews,
        on=on,
        off=off,
        start_on=value(table, "start", "开始日", day, date.min, need=True),
        start=value(table, "from_", "从", values.clock, 0, need=True),
        end=value(table, "to", "到", lambda text: values.clock(text, end=True), 0, need=True),
        plan=value(table, "plan", "适用", values.plan, DayPlan.USUAL),
        line=table.line,
    )
    return part if len(table.report.problems) == before else None


def _crews(table: Table) -> Crews:
    """[王建国, [李强, 赵敏]]: one after the other; those in brackets together."""
    node = table.node("order")
    if node is None or not isinstance(node, yaml.SequenceNode) or not node.value:
        line = line_of(node) if node is not None and not empty(node) else table.line
        table.report.wrong(line, f"{table.what}缺“顺序”（order），要写成列表：[王建国, 李强]，一起上的再套一层。")
        return ((),)
    crews = []
    for item in node.value:
        items = item.value if isinstance(item, yaml.SequenceNode) else [item]
        found = [scalar(each, f"{table.what}的“顺序”", table.report) for each in items]
        crews.append(tuple(name for name in found if name))
    if not all(crews):
        table.report.wrong(line_of(node), f"{table.what}的“顺序”里有空的一项。")
    return tuple(crews)


def leave(table: Table) -> LeavePart | None:
    before = len(table.report.problems)
    who = table.text("who", "谁", need=True)
    first = value(table, "from_", "从", day, date.min, need=True)
    last = value(table, "to", "到", day, first)
    if last < first:
        table.report.wrong(table.line_at("to"), f"{table.what}：“到”比“从”早。")
    part = LeavePart(who=who, first=first, last=last, reason=table.text("reason", "原因", most=100), line=table.line)
    return part if len(table.report.problems) == before else None


def holiday(table: Table) -> HolidayPart | None:
    before = len(table.report.problems)
    alone = table.has("day")
    first = value(table, "day" if alone else "from_", "日期", day, date.min, need=True)
    last = first if alone else value(table, "to", "到", day, first)
    if last < first or (last - first) > LONGEST_HOLIDAY:
        table.report.wrong(table.line, f"{table.what}：“到”要在“从”之后，一段最多 {LONGEST_HOLIDAY.days} 天。")
    part = HolidayPart(
        first=first,
        last=last,
        free=value(table, "kind", "类型", free, True),
        name=table.text("name", "名称", most=20),
        line=table.line,
    )
    return part if len(table.report.problems) == before else None


def override(table: Table) -> OverridePart | None:
    before = len(table.report.problems)
    part = OverridePart(
        day=value(table, "day", "日期", day, date.min, need=True),
        who=table.text("who", "谁", need=True),
        duty=value(table, "duty", "班次", values.duty, Duty.OFFICER),
        start=value(table, "from_", "从", values.clock, 0, need=True),
        end=value(table, "to", "到", lambda text: values.clock(text, end=True), 0, need=True),
        line=table.line,
    )
    return part if len(table.report.problems) == before else None


# ── people ─────────────────────────────────────────────────────────────────
def check(part: RosterPart, people: Directory, report: Report) -> RosterPart:
    """Names become codes; days said twice are noted."""
    _check_days(part.holidays, report)
    return replace(
        part,
        rotations=tuple(
            replace(r, crews=tuple(tuple(people.staff(n, r.line, "轮班") for n in crew) for crew in r.crews))
            for r in part.rotations
        ),
        leave=tuple(replace(each, who=people.staff(each.who, each.line, "请假")) for each in part.leave),
        overrides=tuple(replace(o, who=people.staff(o.who, o.line, "临时排班")) for o in part.overrides),
    )


def _check_days(holidays: Sequence[HolidayPart], report: Report) -> None:
    seen: dict[date, int] = {}
    for part in holidays:
        for each in days_of(part):
            if each in seen:
                report.wrong(part.line, f"节假日：{each} 写了两次（第 {seen[each]} 行已经有了）。")
                break
            seen[each] = part.line


def days_of(part: HolidayPart) -> list[date]:
    return [part.first + timedelta(days=step) for step in range((part.last - part.first).days + 1)]
