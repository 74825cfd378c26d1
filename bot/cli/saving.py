"""pingan backup."""

from datetime import UTC, datetime
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn

from bot.backup import backup, backup_path, pg_dump_command
from bot.cli.boundary import CommandError
from bot.cli.common import console, settings_of
from bot.instance import sqlite_path


def save(config: Path | None, to: Path | None) -> None:
    """Raises BackupError, or CommandError where somebody else's tool has to do it."""
    settings = settings_of(config)
    target = to or backup_path(settings.data_dir, datetime.now(UTC).astimezone())
    source = sqlite_path(settings.database.url)
    if source is None:
        command = pg_dump_command(settings.database.url, target.with_suffix(".dump"))
        raise CommandError(f"PostgreSQL 请用它自己的工具备份（密码放在 PGPASSWORD 或 ~/.pgpass）：\n  {command}")
    told = console()
    bar = Progress(
        TextColumn("正在备份"), BarColumn(), TextColumn("{task.percentage:.0f}%"), console=told, transient=True
    )
    with bar:
        task = bar.add_task("", total=1.0)
        made = backup(source, target, lambda done: bar.update(task, completed=done))
    told.print(f"备份好了：{made.path}（{made.size / 2**20:.1f} MB，{made.seconds:.1f} 秒，已检查完好）")
    told.print("里面有群众的信息，请妥善保管。恢复：停掉机器人，用它换下原来的数据库文件，再启动。")
    if (photos := settings.data_dir / "files").is_dir():
        told.print(f"照片不在里面，请另外复制 {photos}。")
