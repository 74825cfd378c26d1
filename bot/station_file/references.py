"""Between the sections: names that mean people, things listed twice, call names, and hours nobody has."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.nearest import hint
from bot.station_file.coverage import describe, gaps
from bot.station_file.nouns import AreaPart, GroupPart, PersonPart, ShiftPart
from bot.station_file.reader import Report
from handlers.kit.names import surname
from storage.model.people import Duty, PersonRole

STAFF = frozenset({PersonRole.OFFICER, PersonRole.DUTY_LEADER, PersonRole.LEADER, PersonRole.ADMIN})
CALLED_OFFICER = STAFF - {PersonRole.ADMIN}
MANAGERS = frozenset({PersonRole.LEADER, PersonRole.ADMIN})


def family(name: str) -> str:
    """The surname of a Han name of two to four characters; empty for other names."""
    if not 2 <= len(name) <= 4 or not all("一" <= char <= "鿿" for char in name):
        return ""
    return surname(name)


def with_call_names(people: Sequence[PersonPart]) -> tuple[PersonPart, ...]:
    """Officers also answer to 姓+警官, where nobody else of the station could be meant."""
    shared = Counter(family(p.name) for p in people if p.role in STAFF)
    taken = {name for p in people for name in (p.name, *p.aliases)}
    called = []
    for person in people:
        sur = family(person.name)
        name = f"{sur}警官"
        alone = bool(sur) and shared[sur] == 1 and person.role in CALLED_OFFICER
        called.append(replace(person, aliases=(*person.aliases, name)) if alone and name not in taken else person)
    return tuple(called)


class Directory:
    """Finds people of the file by name or code."""

    def __init__(self, people: Iterable[PersonPart], report: Report) -> None:
        self._report = report
        self._by_name: dict[str, list[PersonPart]] = defaultdict(list)
        self._by_code: dict[str, PersonPart] = {}
        for person in people:
            self._by_name[person.name].append(person)
            self._by_code.setdefault(person.code, person)

    def staff(self, name: str, line: int, what: str) -> str:
        """The code of the officer meant; "" (noted) if there is none, several, or no officer."""
        return self._find(name, line, what, staff=True)

    def person(self, name: str, line: int, what: str) -> str:
        """The same of anybody."""
        return self._find(name, line, what, staff=False)

    def _find(self, name: str, line: int, what: str, *, staff: bool) -> str:
        found = [self._by_code[name]] if name in self._by_code else self._by_name.get(name, [])
        if not found:
            names = [n for n in self._by_name if n]
            self._report.wrong(line, f"{what}：人员里没有“{name}”{hint(name, names)}")
            return ""
        if len(found) > 1:
            codes = "、".join(p.code for p in found)
            self._report.wrong(line, f"{what}：叫“{name}”的有 {len(found)} 位，请写代码：{codes}。")
            return ""
        if staff and found[0].role not in STAFF:
            self._report.wrong(line, f"{what}：{name}不是民警、值班长、所领导或管理员，不能排在这里。")
            return ""
        return found[0].code


def check_people(people: Sequence[PersonPart], report: Report) -> None:
    _twice(((p.code, p.line) for p in people), "代码 {} 有两个人用", report)
    _twice(
        ((f"{a.platform} 账号 {a.user_id}", a.line) for p in people for a in p.accounts),
        "{} 写给了两个人（或写了两次）",
        report,
    )
    _twice(((alias, p.line) for p in people for alias in p.aliases), "别名“{}”有两个人用，分不清叫谁", report)
    names = {p.name for p in people}
    for person in people:
        for alias in person.aliases:
            if alias in names and alias != person.name:
                report.wrong(person.line, f"{person.name}的别名“{alias}”是另一个人的姓名，分不清叫谁。")
    if people and not any(p.role in MANAGERS for p in people):
        report.odd(0, "没有所领导也没有管理员：没有人能在群里发“绑定”。")


def check_areas(areas: Sequence[AreaPart], people: Directory, report: Report) -> tuple[AreaPart, ...]:
    _twice(((a.name, a.line) for a in areas), "片区“{}”写了两次", report)
    return tuple(
        replace(a, officer=people.staff(a.officer, a.line, f"片区“{a.name}”")) if a.officer else a for a in areas
    )


def check_groups(groups: Sequence[GroupPart], areas: Sequence[AreaPart], report: Report) -> None:
    _twice(((f"{g.platform} {g.chat_id}", g.line) for g in groups if g.chat_id), "群 {} 写了两次", report)
    names = [a.name for a in areas if a.name]
    for group in groups:
        if group.area and group.area not in names:
            report.wrong(group.line, f"群“{group.title}”：没有“{group.area}”这个片区{hint(group.area, names)}")


def check_shifts(
    shifts: Sequence[ShiftPart], people: Directory, report: Report, *, rotations: bool
) -> tuple[ShiftPart, ...]:
    """`rotations`: there are others beside these; who is missing when is then told by the bot, two weeks ahead."""
    found = [replace(s, who=people.staff(s.who, s.line, "排班")) for s in shifts]
    usual = [s for s in found if s.duty is Duty.OFFICER and not s.plan]
    if rotations:
        return tuple(found)
    if not shifts:
        report.odd(0, "没有排班：工单会直接通知值班长或所领导。")
    elif not report.problems and (free := gaps(usual)):
        report.odd(0, f"这些时间没有排值班民警：{describe(free)}。这时的工单会通知值班长。")
    return tuple(found)


def _twice(items: Iterable[tuple[str, int]], sentence: str, report: Report) -> None:
    first: dict[str, int] = {}
    for item, line in items:
        if not item:
            continue
        if item in first:
            report.wrong(line, f"{sentence.format(item)}（第 {first[item]} 行已经有了）。")
        first.setdefault(item, line)
