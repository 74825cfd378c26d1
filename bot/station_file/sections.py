"""The five sections of a station file, from nodes to parts. References between them are checked in references.py."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from bot.station_file import values
from bot.station_file.nouns import Account, AreaPart, GroupPart, PersonPart, ShiftPart, StationPart
from bot.station_file.reader import Report, Table, empty, listed, scalar
from bot.yaml_text import line_of
from storage.model.people import DayPlan, Duty, GroupKind, PersonRole

T = TypeVar("T")
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
DEFAULT_TZ = "Asia/Shanghai"


def make_keys(**fields: str) -> dict[str, str]:
    """Every spelling → field: its English name, and the Chinese ones given."""
    return {word: field for field, words in fields.items() for word in (field.rstrip("_"), *words.split())}


QUEUES = {"queues": "队 队列", "routing": "分流"}
ROSTER = {"rotations": "轮班", "leave": "请假", "holidays": "节假日 放假", "overrides": "临时排班"}
TOP = make_keys(station="派出所", areas="片区", people="人员", groups="群", shifts="排班", **ROSTER, **QUEUES)
STATION = make_keys(code="代码", name="名称", tz="时区", phone="电话", address="地址", hours="办公时间", parent="上级")
PERSON = make_keys(code="代码", name="姓名 名字", role="身份", aliases="别名 称呼", accounts="账号")
AREA = make_keys(name="名称", officer="民警 片区民警")
GROUP = make_keys(
    platform="平台",
    chat="群号 chat_id",
    title="群名 name",
    kind="类型",
    area="片区",
    households="户数",
    places="小区",
    scam_watch="骗局提醒",
)
SHIFT = make_keys(who="谁 姓名", duty="班次", days="日子 星期", from_="从 开始", to="到 结束", plan="适用")
ACCOUNT = {name: name for name in values.PLATFORMS}


def value(table: Table, field: str, label: str, read: Callable[[str], T], default: T, *, need: bool = False) -> T:
    """A field through one of values.*; what is wrong is noted and `default` stands in."""
    text = table.text(field, label, need=need)
    if not text:
        return default
    try:
        return read(text)
    except ValueError as error:
        table.report.wrong(table.line_at(field), f"{table.what}：{error}")
        return default


def code(text: str) -> str:
    if CODE.fullmatch(text):
        return text
    raise ValueError(f"代码只能用小写字母、数字、- 和 _，最多 32 个，比如 dongwan；“{text}”不行。")


def zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"没有“{text}”这个时区，中国写 {DEFAULT_TZ}。") from None
    return text


def station(node: yaml.Node | None, report: Report) -> StationPart | None:
    if node is None or empty(node):
        report.wrong(line_of(node) if node else 0, "缺 station（派出所）这一段，至少要写 code 和 name。")
        return None
    table = Table(node, "派出所", STATION, report)
    part = StationPart(
        code=value(table, "code", "代码", code, "", need=True),
        name=table.text("name", "名称", need=True),
        tz=value(table, "tz", "时区", zone, DEFAULT_TZ),
        phone=table.text("phone", "电话"),
        address=table.text("address", "地址", most=120),
        hours=table.text("hours", "办公时间"),
        parent=value(table, "parent", "上级", code, ""),
        line=table.line_at("parent"),
    )
    if part.parent and part.parent == part.code:
        report.wrong(part.line, "上级不能是自己。")
    return part


def each(
    node: yaml.Node | None, what: str, keys: Mapping[str, str], report: Report, read: Callable[[Table], T | None]
) -> tuple[T, ...]:
    """Every item of a section; items that cannot be used are noted and left out."""
    parts = []
    for item in listed(node, what, report):
        part = read(Table(item, what, keys, report))
        if part is not None:
            parts.append(part)
    return tuple(parts)


def person(table: Table) -> PersonPart | None:
    name = table.text("name", "姓名", need=True, most=20)
    if name:
        table.what = f"人员“{name}”"
    return PersonPart(
        code=value(table, "code", "代码", code, "", need=True),
        name=name,
        # An unreadable role stands for an officer, so that shifts and areas do not complain as well.
        role=value(table, "role", "身份", values.role, PersonRole.OFFICER, need=True),
        aliases=_aliases(table),
        accounts=_accounts(table),
        line=table.line,
    )


def texts(table: Table, field: str, label: str) -> list[tuple[str, int]]:
    """One value or a list of values, each with its line."""
    node = table.node(field)
    if node is None or empty(node):
        return []
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found = [(scalar(each_, f"{table.what}的“{label}”", table.report), line_of(each_)) for each_ in nodes]
    return [(text, line) for text, line in found if text]


def _aliases(table: Table) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text, line in texts(table, "aliases", "别名"):
        for alias in re.split(r"[、，,;；\s]+", text):
            bare = alias.lstrip("@＠")
            if len(bare) > 20:
                table.report.wrong(line, f"{table.what}的别名“{bare[:20]}…”太长了，最多 20 个字。")
            elif bare:
                found[bare] = None
    return tuple(found)


def _accounts(table: Table) -> tuple[Account, ...]:
    node = table.node("accounts")
    if node is None or empty(node):
        return ()
    inner = Table(node, f"{table.what}的账号", ACCOUNT, table.report)
    found = []
    for platform in values.PLATFORMS:
        for text, line in texts(inner, platform, "账号"):
            try:
                found.append(Account(platform=platform, user_id=values.account(platform, text), line=line))
            except ValueError as error:
                table.report.wrong(line, f"{table.what}：{error}")
    return tuple(found)


def area(table: Table) -> AreaPart | None:
    name = table.text("name", "名称", need=True, most=30)
    return AreaPart(name=name, officer=table.text("officer", "片区民警"), line=table.line_at("officer"))


def group(table: Table) -> GroupPart | None:
    title = table.text("title", "群名", need=True, most=120)
    if title:
        table.what = f"群“{title}”"
    platform = value(table, "platform", "平台", values.platform, "", need=True)
    chat = value(table, "chat", "群号", lambda text: values.chat(platform, text), "", need=True) if platform else ""
    kind = value(table, "kind", "类型", values.kind, GroupKind.OTHER, need=True)
    scam_watch = value(table, "scam_watch", "骗局提醒", values.yes, None)
    if scam_watch and kind is GroupKind.OFFICERS:
        table.report.wrong(table.line_at("scam_watch"), f"{table.what}：民警工作群不用开骗局提醒，删去这一项就行。")
    return GroupPart(
        platform=platform,
        chat_id=chat,
        title=title,
        kind=kind,
        area=table.text("area", "片区"),
        households=value(table, "households", "户数", values.count, 0),
        places=_places(table),
        scam_watch=scam_watch,
        line=table.line,
    )


def _places(table: Table) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text, line in texts(table, "places", "小区"):
        for name in filter(None, (part.strip() for part in re.split(r"[、，,;；]", text))):
            try:
                found[values.place(name)] = None
            except ValueError as error:
                table.report.wrong(line, f"{table.what}：{error}")
    return tuple(found)


def shift(table: Table) -> ShiftPart | None:
    before = len(table.report.problems)
    who = table.text("who", "谁", need=True)
    if who:
        table.what = f"排班“{who}”"
    part = ShiftPart(
        who=who,
        duty=value(table, "duty", "班次", values.duty, Duty.OFFICER),
        weekdays=_weekdays(table),
        start=value(table, "from_", "开始", values.clock, 0, need=True),
        end=value(table, "to", "结束", lambda text: values.clock(text, end=True), 0, need=True),
        plan=value(table, "plan", "适用", values.plan, DayPlan.USUAL),
        line=table.line,
    )
    return part if len(table.report.problems) == before else None


def _weekdays(table: Table) -> tuple[int, ...]:
    written = [text for text, _ in texts(table, "days", "日子")]
    try:
        return values.days(written)
    except ValueError as error:
        table.report.wrong(table.line_at("days"), f"{table.what}：{error}")
        return ()
