"""The database: can it be reached, and does it speak our schema?"""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.doctor.findings import Finding, bad, fine, odd
from bot.instance import holder, sqlite_path
from storage.engine.migrate import HEAD

PATIENCE_S = 5.0


async def check_database(url: str) -> tuple[Finding, bool]:
    """(finding, whether its tables can be asked further questions)."""
    path = sqlite_path(url)
    if path is None:
        return await _postgres(url)
    if not path.exists():
        return odd("数据库", f"{path} 还没有，第一次启动会自动建立。"), False
    try:
        revision = _sqlite_revision(path)
    except sqlite3.Error as error:
        return bad("数据库", f"{path} 打不开（{error}）。如果文件坏了，请用最近的备份恢复。"), False
    pid = holder(url)
    running = "" if pid is None else f"，正在运行（进程号 {pid}）" if pid else "，正在运行"
    return _judge(revision, f"{path}，{path.stat().st_size / 2**20:.1f} MB{running}")


def _sqlite_revision(path: Path) -> str | None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE_S)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else None


async def _postgres(url: str) -> tuple[Finding, bool]:
    import asyncpg

    try:
        connection = await asyncpg.connect(url, timeout=PATIENCE_S)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = type(error).__name__  # the message may hold the password
        return bad("数据库", f"连不上 PostgreSQL（{why}）。检查 database.url、网络和账号密码。"), False
    try:
        revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        revision = None
    finally:
        await connection.close()
    return _judge(revision, "PostgreSQL 可以连接")


def _judge(revision: str | None, told: str) -> tuple[Finding, bool]:
    if revision == HEAD:
        return fine("数据库", f"{told}，版本 {revision}"), True
    if revision is None:
        return odd("数据库", f"{told}，还是空的，第一次启动会自动建表。"), False
    if revision > HEAD:
        return bad("数据库", f"版本是 {revision}，这个程序只认识到 {HEAD}。请升级程序，或恢复升级前的备份。"), False
    return odd("数据库", f"{told}，版本 {revision}，启动时会自动升级到 {HEAD}。建议先运行 pingan backup。"), False
