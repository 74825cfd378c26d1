"""Files people sent, made ours: fetched aside from the path, kept on disk, put into what is shown elsewhere."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.adapters.base import NotFetched, Platform
from bot.adapters.keeping import FILE_REF, keep
from bot.adapters.pictures import unfit
from bot.adapters.places import with_place
from bot.clock import Clock
from bot.errors import place
from handlers.kit import texts
from handlers.kit.channel_texts import CANNOT_SHOW, NOT_ARRIVED
from storage.engine.base import Engine, StoreDownError
from storage.model.media import Media, MediaState
from storage.model.messages import Attachment, AttachmentKind, Content, Inbound, OutKind, OutRow
from storage.unit import Unit

log = structlog.get_logger()

PATIENCE = timedelta(minutes=10)
"""So long what is to be shown waits for its file; then words say that it did not arrive."""

GIVE_UP = timedelta(hours=71)
"""Platforms keep what people send for three days."""

LONGEST_PAUSE = timedelta(hours=1)
LOOK_AGAIN = timedelta(seconds=1)
FETCH_SECONDS = 60.0
AT_ONCE = 8
LOOK = 100

Platforms = Mapping[tuple[str, str], Platform]


# ── what came in ───────────────────────────────────────────────────────────
async def want(unit: Unit, events: Iterable[Inbound], platform: Platform, now: datetime) -> None:
    """What belongs to a ticket now, and will be forgotten by its platform in some days, is to be fetched."""
    if not platform.capabilities.forgets_files:
        return
    for event in events:
        for item in event.attachments:
            if item.ref and not item.ref.startswith(FILE_REF):
                await unit.media.want_of_ticket(platform.name, item.ref, now)


# ── what goes out ──────────────────────────────────────────────────────────
async def carried(unit: Unit, row: OutRow, now: datetime, platforms: Platforms, folder: Path) -> OutRow | None:
    """The row as its platform can show it, in words where it cannot; None while its file is still on the way."""
    out = row.out
    item = out.content.attachment
    if item is None or out.kind is not OutKind.SEND:
        return row
    can = platforms[(out.to.platform, out.to.bot)].capabilities
    home = item.home or out.to.platform
    if item.kind is AttachmentKind.LOCATION:
        return row if item.kind in can.shows else _said(row, with_place(out.content.text, item))
    if item.ref and not item.ref.startswith(FILE_REF) and home == out.to.platform and not can.forgets_files:
        return row
    if item.kind not in can.shows:
        return _in_words(row, item, CANNOT_SHOW)
    file = await _file_of(unit, item, home, row, now)
    if file is None:
        return None
    if not file or not (folder / file.removeprefix(FILE_REF)).is_file():
        return _in_words(row, item, NOT_ARRIVED)
    shown = replace(item, ref=file, home="")
    return replace(row, out=replace(out, content=replace(out.content, attachment=shown)))


async def _file_of(unit: Unit, item: Attachment, home: str, row: OutRow, now: datetime) -> str | None:
    """Its name with us; "" if we shall not have it (in time); None while it is being fetched."""
    if not item.ref or item.ref.startswith(FILE_REF):
        return item.ref
    known = await unit.media.get(home, item.ref)
    if known is None:
        await unit.media.want(home, item.ref, item.kind, now)
        return None
    if known.state is MediaState.WANTED and now - row.created_at < PATIENCE:
        return None
    return known.file


def _in_words(row: OutRow, item: Attachment, sentence: str) -> OutRow:
    words = sentence.format(what=texts.attachment_list([item.kind]))
    return _said(row, f"{row.out.content.text}{words}")


def _said(row: OutRow, text: str) -> OutRow:
    content: Content = replace(row.out.content, text=text, attachment=None)
    return replace(row, out=replace(row.out, content=content))


# ── fetching ───────────────────────────────────────────────────────────────
class Fetcher:
    """The media loop. A platform that hangs holds up nothing but its own files."""

    def __init__(
        self, engine: Engine, platforms: Platforms, clock: Clock, *, folder: Path, on_kept: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._platforms = {platform.name: platform for platform in platforms.values()}
        self._clock = clock
        self._folder = folder
        self._on_kept = on_kept
        self._tasks: dict[asyncio.Task[None], tuple[str, str]] = {}
        self.wake = asyncio.Event()

    async def step(self) -> bool:
        """Begin to fetch what is due. False if nothing was. Raises StoreDownError."""
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return False
        async with self._engine.read() as tx:
            due = await Unit(tx).media.todo(self._clock.now(), LOOK)
        under_way = set(self._tasks.values())
        begun = [media for media in due if (media.platform, media.ref) not in under_way][:room]
        for media in begun:
            task = asyncio.create_task(self._one(media), name="fetch")
            self._tasks[task] = (media.platform, media.ref)
            task.add_done_callback(self._ended)
        return bool(begun)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self.wake.set()

    async def idle(self) -> None:
        """Wait until everything that was begun has ended."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def _one(self, media: Media) -> None:
        data = await self._fetch(media)
        got = await self._kept(media, data) if isinstance(data, bytes) else data
        now = self._clock.now()
        try:
            async with self._engine.write() as tx:
                await _write_down(Unit(tx), media, got, now)
        except StoreDownError:
            return  # still wanted
        if isinstance(got, NotFetched):
            log.warning("media.not_fetched", platform=media.platform, kind=media.kind, why=got.why, again=got.again)
        self._on_kept()

    async def _fetch(self, media: Media) -> bytes | NotFetched:
        platform = self._platforms.get(media.platform)
        if platform is None:
            return NotFetched(why="no such platform is running", again=True)
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await platform.fetch(media.ref)
        except TimeoutError:
            return NotFetched(why="too slow", again=True)
        except Exception as error:  # noqa: BLE001 - an adapter's bug must not stop the other files
            log.error("media.bug", platform=media.platform, error=place(error))
            return NotFetched(why=place(error), again=True)

    async def _kept(self, media: Media, data: bytes) -> str | NotFetched:
        """Its name with us, once it is on disk."""
        if why := unfit(media.kind, data):
            return NotFetched(why=why)
        name = hashlib.sha256(data).hexdigest()
        try:
            await asyncio.to_thread(keep, self._folder, name, data)
        except OSError as error:
            return NotFetched(why=f"files: {error.strerror}", again=True)
        return FILE_REF + name

    async def run(self) -> None:
        """Until cancelled, whatever happens."""
        try:
            while True:
                try:
                    await self.step()
                except StoreDownError as error:
                    log.error("media.store_down", error=str(error))
                except Exception as error:  # noqa: BLE001 - the loop outlives every bug
                    log.error("media.failed", error=place(error))
                await self._clock.wait(self.wake, self._clock.now() + LOOK_AGAIN)
        finally:
            for task in self._tasks:
                task.cancel()


async def _write_down(unit: Unit, media: Media, got: str | NotFetched, now: datetime) -> None:
    if isinstance(got, str):
        await unit.media.kept(media.platform, media.ref, got)
    elif got.again and now - media.at < GIVE_UP:
        pause = min(LONGEST_PAUSE, timedelta(seconds=2 ** min(media.attempts, 12)))
        await unit.media.later(media.platform, media.ref, now + pause, got.why)
    else:
        await unit.media.lost(media.platform, media.ref, got.why)
