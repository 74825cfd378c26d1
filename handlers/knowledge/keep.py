"""Files and editors write the same table: who wins is decided here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from handlers.knowledge.terms import index_words
from storage.model.knowledge import Knowledge, Origin
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Kept:
    """How many entries a loading added, changed and took out of use."""

    added: int = 0
    changed: int = 0
    disabled: int = 0


def words_of(entry: Knowledge) -> set[str]:
    """What the database finds an entry by."""
    return index_words("\n".join((entry.question, *entry.aliases, entry.answer)), whole=True)


async def put(unit: Unit, entry: Knowledge, at: datetime, by: int | None = None) -> None:
    await unit.knowledge.put(entry, words_of(entry) if entry.enabled else (), at, by)


async def keep(unit: Unit, entries: Iterable[Knowledge], at: datetime, *, unread: Collection[str] = ()) -> Kept:
    """Bring the table in line with the files. Idempotent; what has not changed is not written.

    `unread`: codes of entries that stand in the files but could not be read: the old ones stay.
    """
    known = {entry.code: entry for entry in await unit.knowledge.all()}
    seen = set(unread)
    added = changed = disabled = 0
    for entry in entries:
        seen.add(entry.code)
        old = known.get(entry.code)
        if old is None:
            added += 1
        elif not _wins(entry, old):
            continue
        else:
            changed += 1
        await put(unit, entry, at)
    for code, old in known.items():
        if code not in seen and old.origin is Origin.FILE and old.enabled:
            await unit.knowledge.disable(old, at)
            disabled += 1
    return Kept(added, changed, disabled)


def _wins(file: Knowledge, old: Knowledge) -> bool:
    """Does the file's entry replace the one of the table? An editor's words give way to a higher version only."""
    if old.origin is Origin.EDITED:
        return file.version > old.version
    return file.version >= old.version and old != file
