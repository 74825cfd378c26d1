"""pingan dead list and replay."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from bot.cli.boundary import CommandError
from bot.cli.common import console, opened, settings_of
from bot.config import Settings
from bot.dead import Dead, DeadId, Queue, dead
from bot.dead import replay as put_back
from storage.unit import Unit


def show(config: Path | None) -> None:
    rows = asyncio.run(_read(settings_of(config)))
    told = console()
    if not rows:
        told.print("没有暂存的消息，一切正常。")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("编号", "时间", "是什么", "试过", "原因"):
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(str(row.id), f"{row.at.astimezone():%m-%d %H:%M}", row.what, f"{row.attempts} 次", row.why)
    told.print(table)
    told.print(f"共 {len(rows)} 件。重放一件：pingan dead replay {rows[0].id}；全部重放：pingan dead replay --all")


async def _read(settings: Settings) -> list[Dead]:
    async with opened(settings, create=False) as engine, engine.read() as tx:
        return await dead(Unit(tx))


def replay(config: Path | None, texts: Sequence[str], *, everything: bool) -> None:
    """Raises CommandError if there is nothing to do, or an id is not one of what was given up on."""
    if bool(texts) == everything:
        raise CommandError("请写上编号，比如 pingan dead replay in:12，或用 --all 全部重放。编号见 pingan dead list。")
    try:
        ids = [DeadId.read(text) for text in texts]
    except ValueError as error:
        raise CommandError(str(error)) from None
    done, missed = asyncio.run(_replay(settings_of(config), ids, everything=everything))
    told = console()
    if done:
        told.print(f"已放回 {len(done)} 件：{' '.join(str(each) for each in done)}。机器人几秒内会再处理。")
    if any(each.queue is Queue.OUT for each in done):
        told.print("其中“可能未送达”的消息，对方有可能收到两遍。")
    if missed:
        raise CommandError(f"这些编号不在暂存里（也许已经放回过）：{' '.join(str(each) for each in missed)}。")
    if not done:
        told.print("没有暂存的消息，不用重放。")


async def _replay(settings: Settings, ids: Sequence[DeadId], *, everything: bool) -> tuple[list[DeadId], list[DeadId]]:
    async with opened(settings, create=False) as engine, engine.write() as tx:
        unit = Unit(tx)
        wanted = [row.id for row in await dead(unit)] if everything else ids
        return await put_back(unit, wanted, datetime.now(UTC))
