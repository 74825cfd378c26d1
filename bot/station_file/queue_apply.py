"""Queues and rules of a station file → the database. Done twice, nothing changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.station_file.nouns import QueuePart, QueuesPart, RulePart
from bot.station_file.queue_sections import NAMED
from bot.station_file.tell import Change, ChangeKind
from storage.model.queues import BUILT_IN, Queue, Rule, When
from storage.unit import Unit


@dataclass(slots=True)
class QueuesImport:
    """`ids`: code → person; `areas`: name → area. The three queues of every station stay, whatever the file says."""

    unit: Unit
    part: QueuesPart
    station_id: int
    ids: Mapping[str, int]
    areas: Mapping[str, int]

    async def put(self) -> list[Change]:
        before = await self.unit.queues.of_station(self.station_id)
        known = {part.name: _known(part, before) for part in self.part.queues}
        kept = {queue.id for queue in known.values() if queue is not None}
        gone = [await self._left(queue) for queue in before if queue.id not in kept]
        put = [await self._put(part, known[part.name]) for part in self.part.queues]
        found = [*put, *gone, await self._rules()]
        return [change for change in found if change is not None]

    async def _put(self, part: QueuePart, known: Queue | None) -> Change:
        wanted = Queue(
            id=known.id if known is not None else 0,
            station_id=self.station_id,
            name=part.name,
            kind=part.kind,
            place=part.place,
            aliases=part.aliases,
            members=tuple(sorted(self.ids[code] for code in part.members)),
            group_id=await self._group(part.group),
        )
        if wanted == known:
            return Change(kind=ChangeKind.UNCHANGED, what="队", name=part.name)
        await self.unit.queues.put(wanted)
        kind = ChangeKind.NEW if known is None else ChangeKind.CHANGED
        return Change(kind=kind, what="队", name=part.name, detail=await self._told(wanted))

    async def _group(self, chat: str) -> int | None:
        platform, _, chat_id = chat.partition(":")
        group = await self.unit.groups.by_chat(platform, chat_id) if chat else None
        return group.id if group is not None else None

    async def _told(self, queue: Queue) -> str:
        people = [await self.unit.people.get(person_id) for person_id in queue.members]
        members = "、".join(person.name for person in people if person is not None)
        return f"成员：{members}" if members else ""

    async def _left(self, queue: Queue) -> Change | None:
        """Not in the file: one of the three is as it was at first, another one is no more."""
        standard = next((b for b in BUILT_IN if b.place is queue.place), None)
        if standard is None:
            await self.unit.queues.retire(queue.id)
            detail = "文件里没有了，没办完的单子归社区警务队"
            return Change(kind=ChangeKind.REMOVED, what="队", name=queue.name, detail=detail)
        first = replace(queue, name=standard.name, aliases=standard.aliases, members=(), group_id=None)
        if first == queue:
            return None
        await self.unit.queues.put(first)
        return Change(kind=ChangeKind.CHANGED, what="队", name=first.name, detail="文件里没有了，恢复原样")

    async def _rules(self) -> Change | None:
        queues = {queue.name: queue.id for queue in await self.unit.queues.of_station(self.station_id)}
        before = await self.unit.queues.rules(self.station_id)
        wanted = [self._rule(part, queues) for part in self.part.rules]
        if not before and not wanted:
            return None
        total = f"{len(wanted)} 条"
        if before == wanted:
            return Change(kind=ChangeKind.UNCHANGED, what="分流", name=total)
        await self.unit.queues.replace_rules(self.station_id, wanted)
        kind = ChangeKind.CHANGED if before and wanted else ChangeKind.NEW if wanted else ChangeKind.REMOVED
        told = "；".join(f"{part.name} → {part.to}" for part in self.part.rules) or "用程序自带的"
        return Change(kind=kind, what="分流", name=total, detail=told)

    def _rule(self, part: RulePart, queues: Mapping[str, int]) -> Rule:
        when = When(
            urgent=part.urgent,
            categories=part.categories,
            areas=tuple(self.areas[name] for name in part.areas),
            groups=tuple(kind for kind in part.sources if kind is not None),
            private=None in part.sources,
            hours=part.hours,
            words=tuple(word.lower() for word in part.mention),
            people=tuple(sorted(self.ids[code] for code in part.people)),
        )
        return Rule(name=part.name, when=when, queue_id=None if part.to == NAMED else queues[part.to])


def _known(part: QueuePart, before: Sequence[Queue]) -> Queue | None:
    """The stored one that is meant: of the three by its place, else by its name."""
    if part.place:
        return next((queue for queue in before if queue.place is part.place), None)
    return next((queue for queue in before if not queue.place and queue.name == part.name), None)
