"""A checked station file → the database, in the caller's transaction: what is new, changed, unchanged, removed."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.station_file.nouns import AreaPart, GroupPart, ShiftPart, StationFile, StationFileError
from bot.station_file.people import PeopleImport
from bot.station_file.queue_apply import QueuesImport
from bot.station_file.roster_apply import RosterImport
from bot.station_file.tell import Change, ChangeKind, ShiftKey, differences, shift_changes
from bot.yaml_text import Problem
from storage.model.people import Group, Shift, Station
from storage.model.tickets import EntryKind
from storage.unit import Unit

__all__ = ["Change", "ChangeKind", "apply"]


class _UndoneError(Exception):
    """Leaves the savepoint of a dry run."""


async def apply(
    unit: Unit, file: StationFile, now: datetime, bots: Mapping[str, str], dry_run: bool = False
) -> list[Change]:
    """Bring one station to what its file says; done twice, the second time changes nothing.

    People missing from the file lose their role there and are kept; areas and groups missing from it are kept.
    `bots`: platform → our bot there, where known. Writes one IMPORTED entry if anything changed. `dry_run`: the same
    answer, and nothing is kept. Raises StationFileError if the file contradicts what other stations said; nothing is
    kept then either.
    """
    changes: list[Change] = []
    try:
        async with unit.tx.savepoint():
            changes = await _Import(unit, file, bots, now).run()
            if any(change.kind is not ChangeKind.UNCHANGED for change in changes):
                await _log(unit, file, now, changes)
            if dry_run:
                raise _UndoneError
    except _UndoneError:
        pass
    return changes


async def _log(unit: Unit, file: StationFile, now: datetime, changes: Sequence[Change]) -> None:
    station = await unit.stations.by_code(file.station.code)
    counts = Counter(change.kind.value for change in changes)
    told = "，".join(f"{kind.value} {counts[kind.value]}" for kind in ChangeKind if counts[kind.value])
    await unit.entries.add(
        EntryKind.IMPORTED,
        at=now,
        station_id=station.id if station else None,
        text=f"导入 {file.name}：{told}",
        data=json.dumps(counts, ensure_ascii=False, sort_keys=True),
    )


@dataclass(slots=True)
class _Import:
    unit: Unit
    file: StationFile
    bots: Mapping[str, str]
    now: datetime

    async def run(self) -> list[Change]:
        station_id, change = await self._station()
        people = PeopleImport(self.unit, self.file, station_id, self.bots)
        problems = [*await people.conflicts(), *await self._taken_groups(station_id)]
        if problems:
            raise StationFileError(self.file.name, tuple(sorted(problems, key=lambda p: p.line)))
        changes = [change, *await people.put()]
        ids = people.ids
        areas, area_ids = await self._areas(station_id, ids)
        changes += areas
        for group in self.file.groups:
            changes.append(await self._group(station_id, group, area_ids))
        changes.append(await self._shifts(station_id, ids, people.names))
        changes += await RosterImport(self.unit, self.file.roster, station_id, ids, people.names, self.now).put()
        changes += await QueuesImport(self.unit, self.file.queues, station_id, ids, area_ids).put()
        return changes

    async def _station(self) -> tuple[int, Change]:
        part = self.file.station
        parent_id = await self._parent()
        before = await self.unit.stations.by_code(part.code)
        detail = ""
        if before is not None:
            detail = differences(
                ("名称", before.name, part.name),
                ("时区", before.tz, part.tz),
                ("电话", before.phone, part.phone),
                ("地址", before.address, part.address),
                ("办公时间", before.hours, part.hours),
                ("上级", await self._code_of(before.parent_id), part.parent),
            )
            if not detail:
                return before.id, Change.of("派出所", part.name, before, "")
        station_id = await self.unit.stations.put(
            code=part.code,
            name=part.name,
            tz=part.tz,
            phone=part.phone,
            address=part.address,
            hours=part.hours,
            parent_id=parent_id,
        )
        return station_id, Change.of("派出所", part.name, before, detail)

    async def _code_of(self, station_id: int | None) -> str:
        station = await self.unit.stations.get(station_id) if station_id is not None else None
        return station.code if station else ""

    async def _parent(self) -> int | None:
        part = self.file.station
        if not part.parent:
            return None
        parent = await self.unit.stations.by_code(part.parent)
        if parent is None:
            known = "、".join(s.code for s in await self.unit.stations.all())
            text = f"上级“{part.parent}”还没有导入。先导入它的文件，或先删去这一行。" + (
                f"已有：{known}。" if known else ""
            )
            raise StationFileError(self.file.name, (Problem(part.line, text),))
        above: Station | None = parent
        while above is not None and above.code != part.code:
            above = await self.unit.stations.get(above.parent_id) if above.parent_id is not None else None
        if above is not None:
            problem = Problem(part.line, f"“{part.parent}”已经是本所的下级，不能再当上级。")
            raise StationFileError(self.file.name, (problem,))
        return parent.id

    async def _areas(self, station_id: int, ids: Mapping[str, int]) -> tuple[list[Change], dict[str, int]]:
        before = {area.name: area for area in await self.unit.stations.areas(station_id)}
        area_ids = {name: area.id for name, area in before.items()}
        changes = []
        for part in self.file.areas:
            was = before.pop(part.name, None)
            changes.append(await self._area(station_id, part, ids, was.officer_id if was else None, was is None))
            if was is None:
                area_ids[part.name] = await self.unit.stations.put_area(station_id, part.name, ids.get(part.officer))
        for area in before.values():  # kept for its groups and tickets, but nobody's any more
            if area.officer_id is not None:
                await self.unit.stations.put_area(station_id, area.name, None)
                changes.append(
                    Change(kind=ChangeKind.REMOVED, what="片区", name=area.name, detail="文件里没有了，不再有片区民警")
                )
        return changes, area_ids

    async def _area(
        self, station_id: int, part: AreaPart, ids: Mapping[str, int], was: int | None, new: bool
    ) -> Change:
        officer = ids.get(part.officer)
        if new:
            return Change(kind=ChangeKind.NEW, what="片区", name=part.name, detail="")
        if was == officer:
            return Change(kind=ChangeKind.UNCHANGED, what="片区", name=part.name, detail="")
        await self.unit.stations.put_area(station_id, part.name, officer)
        detail = differences(("片区民警", await self._name_of(was), await self._name_of(officer)))
        return Change(kind=ChangeKind.CHANGED, what="片区", name=part.name, detail=detail)

    async def _name_of(self, person_id: int | None) -> str:
        person = await self.unit.people.get(person_id) if person_id is not None else None
        return person.name if person else ""

    async def _taken_groups(self, station_id: int) -> list[Problem]:
        """Groups bound to another station: a slip in one file must not take them away."""
        problems = []
        for part in self.file.groups:
            group = await self.unit.groups.by_chat(part.platform, part.chat_id)
            if group is None or group.station_id is None or group.station_id == station_id:
                continue
            other = await self.unit.stations.get(group.station_id)
            name = other.name if other else "别的派出所"
            text = f"群“{part.title}”已经绑定在{name}。要转过来，请先在那个群里发“绑定 {self.file.station.code} …”。"
            problems.append(Problem(part.line, text))
        return problems

    async def _group(self, station_id: int, part: GroupPart, area_ids: Mapping[str, int]) -> Change:
        before = await self.unit.groups.by_chat(part.platform, part.chat_id)
        area_id = area_ids.get(part.area)
        seen = await self._seen(part, before)
        scam_watch = seen.scam_watch if part.scam_watch is None else part.scam_watch
        detail = ""
        if before is not None:
            names = {number: name for name, number in area_ids.items()}
            detail = differences(
                ("群名", before.title, seen.title),
                ("绑定", "无" if before.station_id is None else "本所", "本所"),
                ("类型", before.kind.value, part.kind.value),
                ("片区", names.get(before.area_id or 0, ""), part.area),
                ("户数", str(before.households), str(part.households)),
                ("机器人", before.bot, seen.bot),
                ("小区", "、".join(before.places), "、".join(part.places)),
                ("骗局提醒", _yes_no(before.scam_watch), _yes_no(scam_watch)),
            )
        if before is None or detail:
            await self.unit.groups.bind(
                seen.id, station_id=station_id, kind=part.kind, area_id=area_id, households=part.households
            )
        if (seen.places, seen.scam_watch) != (part.places, scam_watch):
            await self.unit.groups.describe(seen.id, places=part.places, scam_watch=scam_watch)
        return Change.of("群", part.title, before, detail)

    async def _seen(self, part: GroupPart, before: Group | None) -> Group:
        """Register a new group. A known one keeps what its platform told: its title, our bot there, whether we left."""
        bot = self.bots.get(part.platform, "")
        if before is None:
            return await self.unit.groups.seen(platform=part.platform, bot=bot, chat_id=part.chat_id, title=part.title)
        title = part.title if part.platform == "local" or not before.title else before.title
        bot = before.bot or bot
        if not before.active or (title, bot) == (before.title, before.bot):
            return before
        return await self.unit.groups.seen(platform=part.platform, bot=bot, chat_id=part.chat_id, title=title)

    async def _shifts(self, station_id: int, ids: Mapping[str, int], names: Mapping[int, str]) -> Change:
        before = {_key(shift) for shift in await self.unit.stations.shifts(station_id)}
        wanted = {_key(shift): shift for part in self.file.shifts for shift in _shifts(part, station_id, ids)}
        total = f"每周 {len(wanted)} 班"
        if before == wanted.keys():
            return Change(kind=ChangeKind.UNCHANGED, what="排班", name=total, detail="")
        await self.unit.stations.replace_shifts(station_id, [wanted[key] for key in sorted(wanted)])
        kind = ChangeKind.CHANGED if before and wanted else ChangeKind.NEW if wanted else ChangeKind.REMOVED
        detail = shift_changes(before, wanted, names) if before else ""
        return Change(kind=kind, what="排班", name=total, detail=detail)


def _yes_no(on: bool) -> str:
    return "是" if on else "否"


def _key(shift: Shift) -> ShiftKey:
    return shift.person_id, shift.duty.value, shift.weekday, shift.start, shift.end, shift.plan.value


def _shifts(part: ShiftPart, station_id: int, ids: Mapping[str, int]) -> list[Shift]:
    return [
        Shift(
            id=0,
            station_id=station_id,
            person_id=ids[part.who],
            duty=part.duty,
            weekday=weekday,
            start=part.start,
            end=part.end,
            plan=part.plan,
        )
        for weekday in part.weekdays
    ]
