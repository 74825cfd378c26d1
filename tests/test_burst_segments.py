"""Sixty stretches of group chat with several people at once: which messages become one ticket."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.model.messages import Attachment, AttachmentKind
from tests.bursting import Ears, grouping, said, someone, whole_database
from tests.harness import Someone, World
from tests.stories import on_sqlite

SEGMENTS = Path(__file__).parent / "bursts" / "segments.txt"
KINDS = {"照片": AttachmentKind.PHOTO, "语音": AttachmentKind.VOICE, "位置": AttachmentKind.LOCATION}
LINE = re.compile(
    r"(?P<at>[\d.]+) (?P<who>[^\s!@]+)(?P<private>!?)(?:@(?P<group>g\d))? (?P<text>.+) \| (?P<ticket>[A-Z-])"
)
THING = re.compile(r"\s*\[(照片|语音|位置)\](?:#(\w+))?")
ENOUGH = 0.95


@dataclass
class Segment:
    """`lines`: as they stand in the file."""

    name: str
    lines: list[re.Match[str]] = field(default_factory=list)

    def expected(self, ids: list[str]) -> set[frozenset[str]]:
        tickets = defaultdict(set)
        for line, message_id in zip(self.lines, ids, strict=True):
            if line["ticket"] != "-":
                tickets[line["ticket"]].add(message_id)
        return {frozenset(mine) for mine in tickets.values()}


def segments() -> list[Segment]:
    found: list[Segment] = []
    for row in SEGMENTS.read_text(encoding="utf-8").splitlines():
        if row.startswith("== "):
            found.append(Segment(row[3:]))
        elif row and not row.startswith("#"):
            line = LINE.fullmatch(row)
            assert line is not None, row
            found[-1].lines.append(line)
    return found


class Stage:
    """Plays segments one after the other, an hour apart, each with people of its own."""

    def __init__(self, world: World) -> None:
        self.world, self.ears = world, Ears(world)

    async def play(self, number: int, segment: Segment) -> list[str]:
        """The ids of its messages."""
        start = self.world.clock.now()
        people: dict[str, Someone] = {}
        ids: list[str] = []
        for line in segment.lines:
            who = people.setdefault(line["who"], someone(self.world, f"{line['who']}{number}"))
            self.world.clock.advance(seconds=float(line["at"]) - (self.world.clock.now() - start).total_seconds())
            text, more = await self._parts(line["text"], ids)
            chat = who.private if line["private"] else line["group"] or "g1"
            ids.append((await said(self.ears, who, text, to=chat, **more)).message_id)
        self.world.clock.advance(hours=1)
        return ids

    async def _parts(self, text: str, ids: list[str]) -> tuple[str, dict[str, Any]]:
        more: dict[str, Any] = {}
        things = THING.findall(text)
        if things:
            more["attachments"] = tuple(Attachment(kind=KINDS[kind], ref=f"{len(ids)}{kind}") for kind, _ in things)
            more["album"] = things[0][1] and f"{things[0][1]}:{ids[:1]}"[:3]
        answer = re.match(r">(@?)(\d+) ", text)
        if answer is not None:
            text = text[answer.end() :]
            replied = ids[int(answer[2]) - 1]
            more["reply_to"] = await self._receipt(replied) if answer[1] else replied
        return THING.sub("", text), more

    async def _receipt(self, message_id: str) -> str:
        shown = [s for s in self.world.chat("g1") if s.out.content.reply_to == message_id and s.out.role == "receipt"]
        return shown[-1].ref


def test_there_are_sixty_of_them() -> None:
    assert len(segments()) >= 60


async def test_they_are_grouped_as_people_would(world: World) -> None:
    stage = Stage(world)
    ids = [await stage.play(number, segment) for number, segment in enumerate(segments())]
    tickets = [frozenset(mine) for mine in await grouping(world)]
    wrong = []
    for segment, mine in zip(segments(), ids, strict=True):
        found = {ticket for ticket in tickets if ticket & set(mine)}
        if found != segment.expected(mine):
            wrong.append((segment.name, sorted(sorted(mine.index(m) + 1 for m in t) for t in found)))
    assert len(wrong) <= (1 - ENOUGH) * len(ids), wrong
    assert wrong == []


@on_sqlite
async def test_nothing_that_called_nobody_is_stored(world: World) -> None:
    stage = Stage(world)
    for number, segment in enumerate(segments()):
        await stage.play(number, segment)
    stored = whole_database(world)
    unaddressed = [
        line["text"]
        for segment in segments()
        for line in segment.lines
        if line["ticket"] == "-" and "@民警" not in line["text"] and not line["text"].startswith(">@")
    ]
    told = {line["text"] for segment in segments() for line in segment.lines if line["ticket"] != "-"}
    courtesies = {"谢谢啦", "好的"}
    assert len(unaddressed) > 25
    leaked = [t for t in unaddressed if re.sub(r"^>\d+ ", "", t) in stored and t not in told | courtesies]
    assert leaked == []
