"""队 and 分流 of a station file, from nodes to parts, and the names in them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.nearest import hint
from bot.station_file import values
from bot.station_file.nouns import AreaPart, GroupPart, PersonPart, QueuePart, QueuesPart, RulePart
from bot.station_file.reader import Report, Table
from bot.station_file.references import Directory
from bot.station_file.sections import make_keys, texts, value
from storage.model.matters import Category
from storage.model.people import GroupKind
from storage.model.queues import BUILT_IN, BuiltIn, DayWord, Hours, Place, QueueKind

T = TypeVar("T")
QUEUE = make_keys(name="名称", aliases="别名", kind="类型", members="成员 人员", group="群 工作群")
RULE = make_keys(
    name="名称",
    urgent="紧急",
    category="类别",
    area="片区",
    kind="群类型",
    time="时间",
    mention="提到",
    to="归 给 转给",
)
NAMED = "点名的人"
"""As a target: the queue of the officer who was @-ed."""

PRIVATE = "私聊"
NIGHT, DAY = Hours(start=22 * 60, end=6 * 60), Hours(start=6 * 60, end=22 * 60)
PARTNER_GROUPS = (GroupKind.UNIT, GroupKind.OTHER)
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*(?:-|–|—|~|至|到)\s*(\d{1,2}:\d{2})")
_COMMA = re.compile(r"[、，,;；]")


def built_in(*names: str) -> BuiltIn | None:
    """Which of the three queues of every station is called so."""
    return next((b for b in BUILT_IN if {b.name, *b.aliases} & set(names)), None)


# ── values ─────────────────────────────────────────────────────────────────
def queue_kind(text: str) -> QueueKind:
    if text in tuple(QueueKind):
        return QueueKind(text)
    raise ValueError(f"队的类型只有 {'、'.join(QueueKind)}，没有“{text}”{hint(text, QueueKind)}")


def category(text: str) -> Category:
    found = [each for each in Category if text in each.split("/") or text == each]
    if found:
        return found[0]
    raise ValueError(f"没有“{text}”这一类{hint(text, Category)}")


def source(text: str) -> GroupKind | None:
    """The kind of a group; None for a private chat."""
    return None if text == PRIVATE else values.kind(text)


def hours(text: str) -> Hours:
    """夜间 · 白天 · 周末 · 22:00-06:00 · 工作日 09:00-17:00"""
    plain = values.plain(text)
    if plain in ("夜间", "夜里", "白天"):
        return DAY if plain == "白天" else NIGHT
    span = _SPAN.search(plain)
    word = (plain[: span.start()] + plain[span.end() :] if span else plain).strip()
    if (word and word not in tuple(DayWord)) or not plain:
        words = ("夜间", "白天", *DayWord)
        raise ValueError(f"看不懂时间“{text}”{hint(word, words)}也可以写 22:00-06:00 或 工作日 09:00-17:00。")
    days = DayWord(word) if word else DayWord.EVERY
    if span is None:
        return Hours(days=days)
    return Hours(days=days, start=values.clock(span.group(1)), end=values.clock(span.group(2), end=True))


def _each(table: Table, field: str, label: str, read: Callable[[str], T]) -> tuple[T, ...]:
    """One value, or several in a list or between commas; what is wrong is noted and left out."""
    found: list[T] = []
    for text, line in texts(table, field, label):
        for part in filter(None, (piece.strip() for piece in _COMMA.split(text))):
            try:
                found.append(read(part))
            except ValueError as error:
                table.report.wrong(line, f"{table.what}：{error}")
    return tuple(dict.fromkeys(found))


def _word(text: str) -> str:
    if len(text) <= 20:
        return text
    raise ValueError(f"“{text[:20]}…”太长了，提到的词最多 20 个字。")


# ── sections ───────────────────────────────────────────────────────────────
def queue(table: Table) -> QueuePart | None:
    name = table.text("name", "名称", need=True, most=20)
    if not name:
        return None
    table.what = f"队“{name}”"
    aliases = _each(table, "aliases", "别名", _word)
    standard = built_in(name) or built_in(*aliases)
    default = standard.kind if standard is not None else QueueKind.TEAM
    kind = value(table, "kind", "类型", queue_kind, default)
    if standard is not None and kind is not default:
        table.report.wrong(table.line_at("kind"), f"{table.what}就是{standard.name}，类型是“{default}”，不能改。")
    own = (standard.name, *standard.aliases) if standard is not None else ()
    return QueuePart(
        name=name,
        place=standard.place if standard is not None else Place.NONE,
        aliases=tuple(alias for alias in dict.fromkeys((*aliases, *own)) if alias != name),
        kind=kind,
        members=_each(table, "members", "成员", str),
        group=table.text("group", "群", most=120),
        line=table.line,
    )


def rule(table: Table) -> RulePart | None:
    before = len(table.report.problems)
    name = table.text("name", "名称", most=20)
    if name:
        table.what = f"分流“{name}”"
    part = RulePart(
        name=name,
        urgent=value(table, "urgent", "紧急", _yes, None),
        categories=_each(table, "category", "类别", category),
        areas=_each(table, "area", "片区", str),
        sources=_each(table, "kind", "群类型", source),
        hours=_each(table, "time", "时间", hours),
        mention=_each(table, "mention", "提到", _word),
        to=table.text("to", "归", need=True, most=20),
        line=table.line,
    )
    return part if len(table.report.problems) == before else None


def _yes(text: str) -> bool | None:
    try:
        return values.yes(text)
    except ValueError:
        raise ValueError(f"“紧急”写“是”或“否”；“{text}”看不懂。") from None


# ── names ──────────────────────────────────────────────────────────────────
def check(
    part: QueuesPart,
    people: Directory,
    everybody: Sequence[PersonPart],
    areas: Sequence[AreaPart],
    groups: Sequence[GroupPart],
    report: Report,
) -> QueuesPart:
    """Names become codes; what is unknown, said twice or can never hold is noted."""
    queues = tuple(_queue(each, people, groups, report) for each in part.queues)
    _names_once(queues, report)
    rules = tuple(replace(each, name=each.name or f"第 {place} 条") for place, each in enumerate(part.rules, 1))
    _rules_once(rules, report)
    return QueuesPart(queues=queues, rules=tuple(_rule(each, queues, everybody, areas, report) for each in rules))


def _queue(part: QueuePart, people: Directory, groups: Sequence[GroupPart], report: Report) -> QueuePart:
    what, outside = f"队“{part.name}”", part.kind is QueueKind.PARTNER
    find = people.person if outside else people.staff
    members = tuple(code for code in (find(name, part.line, what) for name in part.members) if code)
    if not part.group:
        return replace(part, members=members)
    found = [g for g in groups if part.group in (g.title, g.chat_id)]
    if not found:
        names = [g.title for g in groups]
        report.wrong(part.line, f"{what}：群里没有“{part.group}”{hint(part.group, names)}")
    elif outside and found[0].kind not in PARTNER_GROUPS:
        kinds = "、".join(PARTNER_GROUPS)
        report.wrong(part.line, f"{what}：外单位的群要是“{kinds}”这样的群；“{found[0].title}”是{found[0].kind}群。")
    elif not outside and found[0].kind is not GroupKind.OFFICERS:
        report.wrong(part.line, f"{what}：卡片只能发到“民警”群，“{found[0].title}”是{found[0].kind}群。")
    chat = f"{found[0].platform}:{found[0].chat_id}" if found else ""
    return replace(part, members=members, group=chat)


def _names_once(queues: Iterable[QueuePart], report: Report) -> None:
    """Of the three of every station each one once, and no name for two."""
    seen: dict[str, int] = {}
    places: dict[str, int] = {}
    for part in queues:
        twice = [name for name in (part.name, *part.aliases) if name in seen]
        if part.place and part.place in places:
            standard = next(b for b in BUILT_IN if b.place is part.place)
            line = places[part.place]
            report.wrong(part.line, f"队“{part.name}”就是{standard.name}，第 {line} 行已经有了，留一个。")
        elif twice:
            report.wrong(part.line, f"队“{twice[0]}”写了两次（第 {seen[twice[0]]} 行已经有了）。")
        seen |= dict.fromkeys((part.name, *part.aliases), part.line) | seen
        places.setdefault(part.place, part.line)


def _rules_once(rules: Sequence[RulePart], report: Report) -> None:
    seen: dict[str, int] = {}
    for part in rules:
        if part.name in seen:
            report.wrong(part.line, f"分流“{part.name}”写了两次（第 {seen[part.name]} 行已经有了）。")
        seen.setdefault(part.name, part.line)
    catch_all = next((place for place, part in enumerate(rules) if not part.conditions and part.to != NAMED), None)
    if catch_all is not None and catch_all + 1 < len(rules):
        report.odd(rules[catch_all].line, f"分流“{rules[catch_all].name}”没有条件，后面的规则都用不上。")


def _rule(
    part: RulePart,
    queues: Sequence[QueuePart],
    everybody: Sequence[PersonPart],
    areas: Sequence[AreaPart],
    report: Report,
) -> RulePart:
    what = f"分流“{part.name}”"
    for name in part.areas:
        if name not in (known := [a.name for a in areas if a.name]):
            report.wrong(part.line, f"{what}：没有“{name}”这个片区{hint(name, known)}")
    target = _target(part.to, queues)
    if target is None:
        known = [NAMED, *(b.name for b in BUILT_IN), *(q.name for q in queues)]
        report.wrong(part.line, f"{what}：没有“{part.to}”这个队{hint(part.to, dict.fromkeys(known))}")
    elif target is not NAMED and not _has_hands(target, queues):
        report.odd(part.line, f"{what}：{target}还没有成员，这条规则现在不起作用。")
    named = {p.code for p in everybody for word in part.mention if word in (p.name, p.code, *p.aliases)}
    words = tuple(w for w in part.mention if not any(w in (p.name, p.code, *p.aliases) for p in everybody))
    return replace(part, to=target or "", mention=words, people=tuple(sorted(named)))


def _target(name: str, queues: Sequence[QueuePart]) -> str | None:
    """The name the queue has here; NAMED; None if there is none."""
    if name == NAMED:
        return NAMED
    own = next((q.name for q in queues if name in (q.name, *q.aliases)), None)
    standard = built_in(name)
    return own or (standard.name if standard is not None else None)


def _has_hands(name: str, queues: Sequence[QueuePart]) -> bool:
    """社区警务队 has everybody who is in no list; a partner is told, whoever takes it."""
    part = next((q for q in queues if q.name == name), None)
    if part is None:
        standard = built_in(name)
        return standard is not None and standard.place is Place.COMMUNITY
    return bool(part.members) or part.place is Place.COMMUNITY or part.kind is QueueKind.PARTNER
