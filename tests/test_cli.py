"""The commands: sentences, exit codes, and no stack trace for anybody who did not ask."""

import asyncio
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import main
from bot.cli.commands import app
from bot.cli.usage import in_chinese
from storage.engine import connect
from storage.engine.migrate import HEAD
from storage.model.messages import Address, Content, Envelope, Outgoing, OutState
from storage.unit import Unit

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SECRET = "高空抛物 13812345678"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands work where they are called; nothing of the developer's environment comes along."""
    for name in list(os.environ):
        if name.startswith(("PINGAN_", "TELEGRAM_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Said:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def pingan(capsys: pytest.CaptureFixture[str]) -> "Pingan":
    return Pingan(capsys)


class Pingan:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main(args)
        out, err = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, out, err)


# ── typing ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["impor", "x"], "没有 impor 这个命令。是不是想写 import？"),
        (["dead", "lst"], "没有 lst 这个命令。是不是想写 list？"),
        (["zzzzzz"], "没有 zzzzzz 这个命令。全部命令见 pingan --help。"),
        (["--nope"], "没有 --nope 这个选项。"),
        (["import"], "还缺一个参数：station。"),
        (["migrate", "a"], "多写了 a。"),
        (["backup", "--to"], "--to 后面要写一个值。"),
    ],
)
def test_slips_are_told_in_chinese(pingan: Pingan, args: list[str], told: str) -> None:
    said = pingan(*args)
    assert said.code == 1
    assert said.err.startswith(told)
    assert said.err.count("\n") == 1


def test_whatever_the_parser_says_next_is_still_a_sentence() -> None:
    assert in_chinese("Something new.") == "命令写得不对（Something new.）。用法见 pingan --help。"


def test_nothing_typed_is_help_and_no_error(pingan: Pingan) -> None:
    said = pingan()
    assert (said.code, said.err) == (0, "")
    assert "import" in said.out


def test_help_through_typers_own_runner() -> None:
    result = CliRunner().invoke(app, ["import", "--help"])
    assert result.exit_code == 0
    assert "--dry-run" in result.output


def test_version(pingan: Pingan) -> None:
    assert HEAD in pingan("version").out


# ── init, check, import ────────────────────────────────────────────────────
def test_init_writes_its_files_and_never_overwrites(pingan: Pingan, home: Path) -> None:
    assert pingan("init", "new/place").code == 0
    assert sorted(os.listdir("new/place")) == ["config.yaml", "secrets.env", "station.yaml"]
    (home / "new/place/station.yaml").write_text("mine", encoding="utf-8")
    assert "没有动它" in pingan("init", "new/place").out
    assert (home / "new/place/station.yaml").read_text(encoding="utf-8") == "mine"


def test_what_init_writes_is_right(pingan: Pingan) -> None:
    pingan("init")
    said = pingan("check")
    assert (said.code, said.err) == (0, "")
    assert "东湾派出所，10 人，2 个片区，3 个群，4 条排班" in said.out
    assert "!" not in said.out


def test_check_starts_and_makes_nothing(pingan: Pingan, home: Path) -> None:
    pingan("init")
    pingan("check")
    assert sorted(os.listdir(home)) == ["config.yaml", "secrets.env", "station.yaml"]


def test_check_finds_mistakes_in_both(pingan: Pingan, home: Path) -> None:
    pingan("init")
    station = home / "station.yaml"
    station.write_text(station.read_text(encoding="utf-8").replace("officer: 李强", "officer: 李墙"), encoding="utf-8")
    said = pingan("check")
    assert said.code == 1
    assert "是不是想写 李强？" in said.err
    (home / "config.yaml").write_text("servr: {}\n", encoding="utf-8")
    said = pingan("check")
    assert (said.code, said.err) == (1, "config.yaml 第 1 行：不认识的配置项 servr，是不是想写 server？\n")
    (home / "config.yaml").write_text("broadcasts:\n  rules:\n    - {name: 甲, cron: 99 9 * * *}\n", encoding="utf-8")
    assert "甲" in pingan("check").err


def test_import_twice(pingan: Pingan) -> None:
    pingan("init")
    first = pingan("import", "station.yaml")
    assert first.code == 0
    assert "新增  人员    王建国" in first.out
    assert "东湾派出所：新增 17。已生效。" in first.out
    again = pingan("import", "station.yaml")
    assert again.out == "东湾派出所：没有变化（17 项都和文件一致）。\n"


def test_a_dry_run_makes_nothing_at_all(pingan: Pingan, home: Path) -> None:
    pingan("init")
    said = pingan("import", "station.yaml", "--dry-run")
    assert "只是预演" in said.out
    assert sorted(os.listdir(home)) == ["config.yaml", "secrets.env", "station.yaml"]
    pingan("import", "station.yaml")
    assert "没有变化" in pingan("import", "station.yaml", "--dry-run").out


def test_a_group_knows_our_bot_by_the_token(pingan: Pingan, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "s.yaml").write_text(
        "station: {code: a, name: 甲}\ngroups:\n  - {platform: telegram, chat: -5, title: 乙, kind: 业主}\n",
        encoding="utf-8",
    )
    pingan("import", "s.yaml")
    monkeypatch.setenv("PINGAN_TELEGRAM__TOKEN", "777:secret")
    assert "机器人 （空） → 777" in pingan("import", "s.yaml").out


def test_a_wrong_station_file(pingan: Pingan, home: Path) -> None:
    assert pingan("import", "nope.yaml").err == "nope.yaml：找不到这个文件。先运行 pingan init 生成一份。\n"
    (home / "s.yaml").write_text("station: {code: A, name: 甲}\n", encoding="utf-8")
    said = pingan("import", "s.yaml")
    assert said.code == 1
    assert said.err.startswith("s.yaml 第 1 行：派出所：代码只能用小写字母")
    assert not (home / "data").exists()


def test_the_data_directory_is_private(pingan: Pingan, home: Path) -> None:
    pingan("init")
    pingan("import", "station.yaml")
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700


def test_migrate(pingan: Pingan, home: Path) -> None:
    assert "建好了" in pingan("migrate").out
    assert "已经是最新" in pingan("migrate").out


def test_the_config_option(pingan: Pingan, home: Path) -> None:
    (home / "other.yaml").write_text("database: {url: 'sqlite:///elsewhere/x.db'}\n", encoding="utf-8")
    assert pingan("-c", "other.yaml", "migrate").code == 0
    assert (home / "elsewhere/x.db").exists()
    assert pingan("-c", "none.yaml", "check").err == "找不到配置文件 none.yaml。先运行 pingan init 生成一份。\n"


# ── backup ─────────────────────────────────────────────────────────────────
def test_backup(pingan: Pingan, home: Path) -> None:
    assert "还没有数据库" in pingan("backup").err
    pingan("migrate")
    assert pingan("backup").code == 0
    (made,) = (home / "data/backups").iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert pingan("backup", "--to", "one.db").code == 0
    said = pingan("backup", "--to", "one.db")
    assert said.code == 1
    assert "不会覆盖" in said.err


def test_backup_of_postgresql_names_the_tool(pingan: Pingan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINGAN_DATABASE__URL", "postgresql://wang:geheim@10.0.0.5/pingan")
    said = pingan("backup")
    assert said.code == 1
    assert "pg_dump" in said.err
    assert "geheim" not in said.err


# ── what was given up on ───────────────────────────────────────────────────
def park() -> tuple[int, int, int]:
    """One of each kind: (inbox id, outbox id, job id)."""

    async def make() -> tuple[int, int, int]:
        engine = connect("sqlite:///data/pingan.db")
        await engine.open()
        async with engine.write() as tx:
            unit = Unit(tx)
            envelope = Envelope(
                platform="telegram", bot="7", event_id="1", chat_key="telegram:5", body=SECRET.encode(), unreadable="x"
            )
            await unit.inbox.add([envelope], NOW)
            address = Address(platform="telegram", bot="7", chat_id="5")
            await unit.outbox.add(Outgoing(key="k", to=address, content=Content(text=SECRET), broadcast_id=3), NOW)
            await unit.outbox.end(1, OutState.UNKNOWN, f"timeout {SECRET}")
            await unit.jobs.add("remind", key="j", due_at=NOW, payload=f'{{"text": "{SECRET}"}}')
            await unit.jobs.park(1, NOW, "KeyError in x.py:3")
            ids = (await unit.inbox.dead())[0].id, (await unit.outbox.dead())[0].id, (await unit.jobs.dead())[0].id
        await engine.close()
        return ids

    return asyncio.run(make())


def test_dead_before_there_is_a_database(pingan: Pingan, home: Path) -> None:
    assert "还没有数据库" in pingan("dead", "list").err
    assert not (home / "data").exists()


def test_dead_lists_kinds_and_places_but_never_words(pingan: Pingan) -> None:
    pingan("migrate")
    assert "没有暂存" in pingan("dead", "list").out
    inbox, outbox, job = park()
    out = pingan("dead", "list").out
    for each in (f"in:{inbox}", f"out:{outbox}", f"job:{job}", "可能未送达", "播报 3", "remind", "KeyError in x.py:3"):
        assert each in out
    assert "高空" not in out
    assert "1381234" not in out


def test_replay_puts_back_once(pingan: Pingan) -> None:
    pingan("migrate")
    inbox, outbox, job = park()
    said = pingan("dead", "replay", f"in:{inbox}", f"in:{inbox}")
    assert (said.code, said.out) == (0, f"已放回 1 件：in:{inbox}。机器人几秒内会再处理。\n")
    again = pingan("dead", "replay", f"in:{inbox}")
    assert again.code == 1
    assert "不在暂存里" in again.err
    rest = pingan("dead", "replay", "--all")
    assert f"out:{outbox} job:{job}" in rest.out
    assert "有可能收到两遍" in rest.out
    assert "没有暂存" in pingan("dead", "list").out
    assert "不用重放" in pingan("dead", "replay", "--all").out


@pytest.mark.parametrize(
    ("args", "told"), [([], "请写上编号"), (["x"], "看不懂编号“x”"), (["--all", "in:1"], "请写上编号")]
)
def test_replay_wants_ids(pingan: Pingan, args: list[str], told: str) -> None:
    said = pingan("dead", "replay", *args)
    assert said.code == 1
    assert said.err.startswith(told)


# ── when something is broken ───────────────────────────────────────────────
def test_a_lost_server_is_a_sentence_without_the_password(pingan: Pingan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINGAN_DATABASE__URL", "postgresql://wang:geheim@127.0.0.1:1/pingan")
    said = pingan("migrate")
    assert said.code == 2
    assert said.err.startswith("数据库现在用不了")
    assert "geheim" not in said.err


def test_a_newer_schema_is_refused(pingan: Pingan, home: Path) -> None:
    import sqlite3

    pingan("migrate")
    with sqlite3.connect(home / "data/pingan.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    said = pingan("dead", "list")
    assert said.code == 1
    assert "请升级程序" in said.err


def test_a_bug_is_one_sentence_and_a_private_file(pingan: Pingan, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError(SECRET)

    (home / "data").mkdir()
    monkeypatch.setattr("bot.cli.setup.upgrade", broken)
    said = pingan("migrate")
    assert said.code == 2
    assert said.err.count("\n") == 1
    (path,) = (home / "data").iterdir()
    assert path.name in said.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert "RuntimeError" in text
    assert "test_cli.py" in text
    assert "高空" not in text
    assert "1381234" not in text
    assert "Traceback" in pingan("--debug", "migrate").err


def test_interrupted(pingan: Pingan, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.cli.setup.upgrade", stopped)
    said = pingan("migrate")
    assert (said.code, said.err) == (130, "已中断。\n")


def test_several_errors_at_once(pingan: Pingan, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.cli.boundary import CommandError
    from storage.engine.base import StoreDownError

    def both(*_args: object) -> None:
        raise ExceptionGroup("tasks", [CommandError("第一句。"), ExceptionGroup("x", [StoreDownError("full")])])

    monkeypatch.setattr("bot.cli.setup.upgrade", both)
    said = pingan("migrate")
    assert said.code == 2
    assert said.err.splitlines()[0] == "第一句。"
    assert said.err.splitlines()[1].startswith("数据库现在用不了")
