"""The files of the knowledge base: read at every start, reported where they are wrong, kept in the table."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from handlers.knowledge.keep import Kept, keep
from handlers.knowledge.parse import Problem, parse
from storage.model.knowledge import Knowledge
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Library:
    """What could be read, a sentence for each entry that could not, and the codes of those."""

    entries: tuple[Knowledge, ...]
    problems: tuple[str, ...]
    unread: frozenset[str]
    complete: bool  # every file could be opened: an entry that is not there was removed


def shipped() -> Path:
    """The entries that come with the program: beside the source tree, or inside the installed wheel."""
    beside = Path(__file__).resolve().parent.parent / "knowledge"
    return beside if beside.is_dir() else Path(__file__).resolve().parent / "knowledge_files"


def read(folder: Path) -> Library:
    """All *.md of a folder, by name. Never raises: what is wrong is told in `problems`."""
    if not folder.is_dir():
        return Library(
            (), (f"没有知识库目录 {folder}，先用已有的。检查 config.yaml 的 knowledge_dir。",), frozenset(), False
        )
    entries: dict[str, Knowledge] = {}
    problems: list[str] = []
    unread: set[str] = set()
    complete = True
    for path in sorted(folder.glob("*.md")):
        try:
            found, wrong = parse(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            problems.append(f"{path}：读不了。要是 UTF-8 的文本，程序要有权读。")
            complete = False
            continue
        wrong = [*wrong, *(_taken(entry) for entry in found if entry.code in entries)]
        problems += [f"{path}{f' 第 {p.line} 行' if p.line else ''}：{p.sentence}" for p in wrong]
        unread |= {p.code for p in wrong if p.code}
        entries = {**{entry.code: entry for entry in found}, **entries}
    return Library(tuple(entries.values()), tuple(problems), frozenset(unread - set(entries)), complete)


def _taken(entry: Knowledge) -> Problem:
    return Problem(0, f"编号“{entry.code}”在别的文件里已经有了，这一条没有收。", entry.code)


async def load(unit: Unit, library: Library, at: datetime) -> Kept:
    """Bring the table in line with what was read. Where a file could not be opened, nothing is taken out of use."""
    unread = library.unread
    if not library.complete:
        unread = unread | {entry.code for entry in await unit.knowledge.all()}
    return await keep(unit, library.entries, at, unread=unread)
