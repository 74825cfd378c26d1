"""pingan doctor and pingan version."""

import asyncio
import platform
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.boundary import CommandError
from bot.cli.common import console, settings_of
from bot.doctor import Mark, examine
from bot.doctor.program import version
from storage.engine.migrate import HEAD

_STYLES = {Mark.FINE: "green", Mark.ODD: "yellow", Mark.BAD: "bold red"}


def checkup(config: Path | None) -> None:
    """Raises CommandError if anything does not work."""
    if asyncio.run(_checkup(config)):
        raise CommandError("有打 ✗ 的地方，请照上面说的处理。")


async def _checkup(config: Path | None) -> int:
    told = console()
    bad = 0
    async for finding in examine(settings_of(config), config, datetime.now(UTC)):
        told.print(f"{finding.mark} {finding.what}：{finding.text}", style=_STYLES[finding.mark], soft_wrap=True)
        bad += finding.mark is Mark.BAD
    return bad


def show_version() -> None:
    console().print(f"平安 {version() or '（未安装的源码）'} · 数据库版本 {HEAD} · Python {platform.python_version()}")
