"""pingan import."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from bot.channel_needs import bots as channel_bots
from bot.cli.common import console, opened, settings_of
from bot.config import Settings
from bot.instance import sqlite_path
from bot.station_file import Change, ChangeKind, StationFile, apply, load_station
from storage.unit import Unit

_STYLES = {ChangeKind.NEW: "green", ChangeKind.CHANGED: "yellow", ChangeKind.REMOVED: "red"}


def import_file(config: Path | None, station: Path, *, dry_run: bool) -> None:
    """Raises ConfigError, StationFileError, StoreDownError."""
    settings = settings_of(config)
    file = load_station(station)
    if dry_run and _is_new(settings):
        with tempfile.TemporaryDirectory() as folder:  # nothing may be made, not even the database
            trial = settings.model_copy(
                update={"database": settings.database.model_copy(update={"url": f"sqlite:///{folder}/trial.db"})}
            )
            changes = asyncio.run(_apply(trial, file, dry_run=True))
    else:
        changes = asyncio.run(_apply(settings, file, dry_run=dry_run))
    show(file, changes, dry_run=dry_run)


def _is_new(settings: Settings) -> bool:
    path = sqlite_path(settings.database.url)
    return path is not None and not path.exists()


async def _apply(settings: Settings, file: StationFile, *, dry_run: bool) -> list[Change]:
    async with opened(settings, create=True) as engine, engine.write() as tx:
        return await apply(Unit(tx), file, datetime.now(UTC), _bots(settings), dry_run)


def _bots(settings: Settings) -> dict[str, str]:
    """Our bot on each platform; on Telegram its id stands before the colon of its token."""
    number, colon, _ = settings.telegram.token.partition(":")
    bots = {"local": "local", **channel_bots(settings)}
    if colon and number.isdecimal():
        bots["telegram"] = number
    return bots


def show(file: StationFile, changes: Sequence[Change], *, dry_run: bool) -> None:
    """The table of what changed, then one line that sums it up."""
    told = console()
    counts = Counter(change.kind for change in changes)
    touched = [change for change in changes if change.kind is not ChangeKind.UNCHANGED]
    if touched:
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
        for head in ("", "哪里", "谁", "怎么变"):
            table.add_column(head, overflow="fold")
        for change in touched:
            table.add_row(change.kind.value, change.what, change.name, change.detail, style=_STYLES[change.kind])
        told.print(table)
    for warning in file.warnings:
        told.print(f"! {warning}")
    unchanged = counts[ChangeKind.UNCHANGED]
    if not touched:
        told.print(f"{file.station.name}：没有变化（{unchanged} 项都和文件一致）。")
        return
    total = "，".join(f"{kind.value} {counts[kind]}" for kind in ChangeKind if counts[kind])
    told.print(f"{file.station.name}：{total}。" + ("（只是预演，什么都没改）" if dry_run else "已生效。"))
