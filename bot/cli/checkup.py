"""pingan doctor and pingan version."""

import asyncio
import platform
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bot.cli.boundary import CommandError
from bot.cli.common import console, settings_of
from bot.doctor import Finding, Mark, examine, examine_wecom
from bot.doctor.program import check_secrets, version
from storage.engine.migrate import HEAD

_STYLES = {Mark.FINE: "green", Mark.ODD: "yellow", Mark.BAD: "bold red"}


def checkup(config: Path | None, part: str = "") -> None:
    """`part`: "wecom" looks at the WeChat family only. Raises CommandError if anything does not work."""
    if part not in ("", "wecom"):
        raise CommandError(f"没有“{part}”这一项。全部检查：pingan doctor；只看微信家族：pingan doctor wecom")
    if asyncio.run(_checkup(config, part)):
        raise CommandError("有打 ✗ 的地方，请照上面说的处理。")


async def _checkup(config: Path | None, part: str) -> int:
    told = console()
    bad = 0
    settings, now = settings_of(config), datetime.now(UTC)
    if part:
        for finding in check_secrets(config):
            _tell(told, finding)
    found = examine_wecom(settings, now, all_of_them=True) if part else examine(settings, config, now)
    async for finding in found:
        _tell(told, finding)
        bad += finding.mark is Mark.BAD
    return bad


def _tell(told: Console, finding: Finding) -> None:
    told.print(f"{finding.mark} {finding.what}：{finding.text}", style=_STYLES[finding.mark], soft_wrap=True)


def show_version() -> None:
    console().print(f"平安 {version() or '（未安装的源码）'} · 数据库版本 {HEAD} · Python {platform.python_version()}")
