"""Rotations, leave, own holidays and overrides of a station file → the database. Done twice, nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.station_file.coverage import clock
from bot.station_file.nouns import RosterPart, RotationPart
from bot.station_file.roster_sections import days_of
from bot.station_file.tell import Change, ChangeKind
from storage.model.people import Duty
from storage.model.roster import Change as DutyChange
from storage.model.roster import ChangeKind as DutyKind
from storage.model.roster import ChangeState, Leave, LeaveState, OwnDay, Post, Rotation
from storage.unit import Unit

FILE = "file"
_Turn = tuple[int, Duty, date, int, int]


@dataclass(slots=True)
class RosterImport:
    """`ids`: code → person; `names`: person → name. What people arranged by chat is left alone."""

    unit: Unit
    part: RosterPart
    station_id: int
    ids: Mapping[str, int]
    names: Mapping[int, str]
    now: datetime

    async def put(self) -> list[Change]:
        found = [await self._rotations(), await self._holidays(), *await self._leave(), *await self._overrides()]
        return [change for change in found if change is not None]

    async def _rotations(self) -> Change | None:
        before = {_key(rotation) for rotation in await self.unit.roster.rotations(self.station_id)}
        wanted = [self._rotation(part) for part in self.part.rotations]
        if not before and not wanted:
            return None
        total = f"{len(wanted)} 组"
        if before == {_key(rotation) for rotation in wanted}:
            return Change(kind=ChangeKind.UNCHANGED, what="轮班", name=total)
        await self.unit.roster.replace_rotations(self.station_id, wanted)
        told = "；".join(self._told(rotation) for rotation in wanted)
        kind = ChangeKind.CHANGED if before and wanted else ChangeKind.NEW if wanted else ChangeKind.REMOVED
        return Change(kind=kind, what="轮班", name=total, detail=told)

    def _rotation(self, part: RotationPart) -> Rotation:
        return Rotation(
            id=0,
            station_id=self.station_id,
            name=part.name,
            duty=part.duty,
            start_on=part.start_on,
            on=part.on,
            off=part.off,
            crews=tuple(tuple(self.ids[code] for code in crew) for crew in part.crews),
            start=part.start,
            end=part.end,
            plan=part.plan,
        )

    def _told(self, rotation: Rotation) -> str:
        crews = " → ".join("、".join(self.names[p] for p in crew) for crew in rotation.crews)
        hours = f"{clock(rotation.start)}–{clock(rotation.end)}"
        return f"{rotation.name or rotation.duty} {hours} 上{rotation.on}休{rotation.off}：{crews}"

    async def _holidays(self) -> Change | None:
        before = {(own.day, own.free, own.name) for own in await self.unit.roster.own_days(self.station_id)}
        wanted = {(day, part.free, part.name) for part in self.part.holidays for day in days_of(part)}
        if not before and not wanted:
            return None
        total = f"{len(wanted)} 天"
        if before == wanted:
            return Change(kind=ChangeKind.UNCHANGED, what="节假日", name=total)
        await self.unit.roster.replace_own_days(
            self.station_id, [OwnDay(day=day, free=free, name=name) for day, free, name in sorted(wanted)]
        )
        kind = ChangeKind.CHANGED if before and wanted else ChangeKind.NEW if wanted else ChangeKind.REMOVED
        return Change(kind=kind, what="节假日", name=total)

    async def _leave(self) -> list[Change]:
        roster = self.unit.roster
        before = {
            (leave.person_id, leave.first, leave.last, leave.reason): leave
            for leave in await roster.leaves_of_file(self.station_id)
        }
        changes = []
        for part in self.part.leave:
            key = (self.ids[part.who], part.first, part.last, part.reason)
            name = f"{self.names[key[0]]} {part.first}–{part.last}"
            kind = ChangeKind.UNCHANGED if before.pop(key, None) else ChangeKind.NEW
            if kind is ChangeKind.NEW:
                await roster.ask_leave(
                    Leave(
                        id=0,
                        station_id=self.station_id,
                        person_id=key[0],
                        first=part.first,
                        last=part.last,
                        state=LeaveState.GRANTED,
                        reason=part.reason,
                        origin=FILE,
                    )
                )
            changes.append(Change(kind=kind, what="请假", name=name))
        for leave in before.values():
            await roster.decide_leave(leave.id, LeaveState.GRANTED, LeaveState.CANCELLED)
            name = f"{self.names.get(leave.person_id, '离开的人')} {leave.first}–{leave.last}"
            changes.append(Change(kind=ChangeKind.REMOVED, what="请假", name=name))
        return changes

    async def _overrides(self) -> list[Change]:
        roster = self.unit.roster
        before: dict[_Turn, DutyChange] = {
            (change.to_id or 0, change.post.duty, change.post.day, change.post.start, change.post.end): change
            for change in await roster.changes_of_file(self.station_id)
        }
        changes = []
        for part in self.part.overrides:
            key = (self.ids[part.who], part.duty, part.day, part.start, part.end)
            kind = ChangeKind.UNCHANGED if before.pop(key, None) else ChangeKind.NEW
            if kind is ChangeKind.NEW:
                post = Post(duty=part.duty, day=part.day, start=part.start, end=part.end)
                await roster.add_change(
                    DutyChange(
                        id=0,
                        station_id=self.station_id,
                        number=0,
                        kind=DutyKind.EXTRA,
                        state=ChangeState.DONE,
                        post=post,
                        from_id=None,
                        to_id=key[0],
                        origin=FILE,
                    ),
                    self.now,
                )
            changes.append(Change(kind=kind, what="临时排班", name=self._turn(key)))
        for key, change in before.items():
            await roster.end_change(change.id, ChangeState.DONE, ChangeState.UNDONE)
            changes.append(Change(kind=ChangeKind.REMOVED, what="临时排班", name=self._turn(key)))
        return changes

    def _turn(self, key: _Turn) -> str:
        person_id, duty, day, start, end = key
        return f"{self.names.get(person_id, '离开的人')} {duty} {day} {clock(start)}–{clock(end)}"


def _key(rotation: Rotation) -> tuple[object, ...]:
    return (
        rotation.name,
        rotation.duty,
        rotation.crews,
        (rotation.on, rotation.off, rotation.start_on),
        (rotation.start, rotation.end, rotation.plan),
    )
