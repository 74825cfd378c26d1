"""What several commands need: settings, an open database, a console."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console

from bot.cli.boundary import CommandError
from bot.config import Settings, load
from bot.instance import own_folder, sqlite_path
from storage.engine import connect
from storage.engine.base import Engine
from storage.engine.migrate import migrate


def console(stream: TextIO | None = None) -> Console:
    """Plain words: no markup is read out of names, and a pipe gets whole lines."""
    out = stream or sys.stdout
    width = None if out.isatty() else 200
    return Console(file=out, highlight=False, markup=False, emoji=False, width=width)


def settings_of(config: Path | None) -> Settings:
    """Raises ConfigError."""
    return load(config)


@asynccontextmanager
async def opened(settings: Settings, *, create: bool) -> AsyncIterator[Engine]:
    """The database at this program's schema, closed afterwards. `create`: make it if there is none."""
    url = settings.database.url
    path = sqlite_path(url)
    if not create and path is not None and not path.exists():
        raise CommandError(f"还没有数据库 {path}。先运行 pingan run 或 pingan import。")
    if path is not None:
        own_folder(path)
    await migrate(url)
    engine = connect(url)
    try:
        await engine.open()
        yield engine
    finally:
        await engine.close()
