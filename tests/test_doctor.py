"""pingan doctor: each finding says what to do, and only what does not work is ✗."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from bot.adapters.telegram.api import Good, Lost, Refused, Unreached
from bot.config import BroadcastRuleConfig, Broadcasts, Database, Server, Settings, Telegram
from bot.doctor import Finding, Mark, examine
from bot.doctor.program import check_clock, check_data_dir, check_packages, check_python, check_secrets
from bot.doctor.telegram import ask, judge
from bot.sample import station_text
from bot.station_file import apply, parse_station
from storage.engine.base import Engine
from storage.model.messages import Envelope
from storage.model.people import GroupKind
from storage.unit import Unit

NOON = datetime(2031, 1, 8, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"


async def findings(settings: Settings, now: datetime = NOON, config: Path | None = None) -> dict[str, Finding]:
    return {finding.what: finding async for finding in examine(settings, config, now)}


@pytest.fixture
async def settings(database_url: str, engine: Engine, tmp_path: Path) -> Settings:
    """The sample station in a database, and a data directory."""
    async with engine.write() as tx:
        await apply(Unit(tx), parse_station(station_text(), "s"), NOON, {"local": "local"})
    return Settings(data_dir=tmp_path, database=Database(url=database_url))


async def test_a_healthy_station(settings: Settings) -> None:
    found = await findings(settings)
    assert {f.mark for f in found.values()} == {Mark.FINE}
    assert found["东湾派出所值班"].text == "现在有 2 位值班民警，2 位能收到通知"
    assert found["东湾派出所的群"].text == "3 个，860 户"


async def test_what_should_be_looked_at(settings: Settings, engine: Engine) -> None:
    text = station_text().replace('days: 每天, from: "08:00", to: "20:00"', 'days: 周末, from: "08:00", to: "20:00"')
    text = text.replace("days: 工作日", "days: 周末").replace("kind: 民警}", "kind: 其他}")
    async with engine.write() as tx:
        unit = Unit(tx)
        await apply(unit, parse_station(text, "s"), NOON, {"local": "local"})
        await unit.groups.seen(platform="telegram", bot="7", chat_id="-5", title="x")
        await unit.inbox.add(
            [Envelope(platform="a", bot="b", event_id="c", chat_key="d", body=b"", unreadable="e")], NOON
        )
    found = await findings(settings)
    for what in ("东湾派出所值班", "东湾派出所的群", "群", "暂存"):
        assert found[what].mark is Mark.ODD, what
    assert "没有排值班民警" in found["东湾派出所值班"].text
    assert "pingan dead list" in found["暂存"].text


async def test_officers_who_cannot_be_written_to(settings: Settings, engine: Engine) -> None:
    async with engine.write() as tx:
        for user in ("wang", "zhao"):
            await Unit(tx).people.unreachable("local", f"p:{user}")
    assert "收不到私信" in (await findings(settings))["东湾派出所值班"].text


async def test_rules_of_a_station_that_is_not_there(settings: Settings) -> None:
    rule = BroadcastRuleConfig(name="甲", cron="0 9 * * *", station="nowhere", kinds=(GroupKind.OWNERS,))
    found = await findings(settings.model_copy(update={"broadcasts": Broadcasts(rules=(rule,))}))
    assert found["播报规则"].mark is Mark.BAD
    assert "nowhere" in found["播报规则"].text


async def test_before_the_first_start(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", database=Database(url=f"sqlite:///{tmp_path}/data/x.db"))
    found = await findings(settings)
    assert found["数据库"].mark is Mark.ODD
    assert "派出所" not in found
    assert list(tmp_path.iterdir()) == []


async def test_an_empty_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"")
    settings = Settings(data_dir=tmp_path, database=Database(url=f"sqlite:///{tmp_path}/x.db"))
    assert "还是空的" in (await findings(settings))["数据库"].text


async def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database" * 500)
    settings = Settings(data_dir=tmp_path, database=Database(url=f"sqlite:///{tmp_path}/x.db"))
    found = (await findings(settings))["数据库"]
    assert found.mark is Mark.BAD
    assert "备份" in found.text


async def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database=Database(url="postgresql://wang:geheim@127.0.0.1:1/x"))
    found = (await findings(settings))["数据库"]
    assert found.mark is Mark.BAD
    assert "geheim" not in found.text


async def test_no_station_yet(database_url: str, tmp_path: Path) -> None:
    found = await findings(Settings(data_dir=tmp_path, database=Database(url=database_url)))
    assert "pingan import" in found["派出所"].text


async def test_a_newer_or_older_schema(tmp_path: Path, sqlite_template: Path) -> None:
    import shutil
    import sqlite3
    from contextlib import closing

    path = tmp_path / "x.db"
    shutil.copy(sqlite_template, path)
    marks = {}
    for revision in ("9999", "0000"):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        settings = Settings(data_dir=tmp_path, database=Database(url=f"sqlite:///{path}"))
        marks[revision] = (await findings(settings))["数据库"].mark
    assert marks == {"9999": Mark.BAD, "0000": Mark.ODD}


# ── the program ────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("version", "mark"),
    [((3, 10, 9), Mark.BAD), ((3, 11, 0), Mark.FINE), ((3, 13, 2), Mark.FINE), ((3, 14, 0), Mark.BAD)],
)
def test_python(version: tuple[int, ...], mark: Mark) -> None:
    assert check_python(version).mark is mark


def test_packages_of_somebody_else() -> None:
    assert check_packages({"bot": ["pingan-bot"], "handlers": ["pingan_bot"]}).mark is Mark.FINE
    other = check_packages({"handlers": ["pingan-bot", "some-library"]})
    assert other.mark is Mark.BAD
    assert "some-library" in other.text


def test_our_packages_are_ours() -> None:
    assert check_packages().mark is Mark.FINE


def test_a_clock_that_stands_in_the_past() -> None:
    assert check_clock(datetime(2020, 1, 1, tzinfo=UTC)).mark is Mark.BAD


def test_the_data_directory(tmp_path: Path) -> None:
    assert check_data_dir(tmp_path / "not" / "yet").mark is Mark.FINE
    (tmp_path / "file").write_text("")
    assert check_data_dir(tmp_path / "file").mark is Mark.BAD
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_secrets_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"# token: {TOKEN}\ntelegram: {{token: '${{TELEGRAM_BOT_TOKEN}}'}}\n", encoding="utf-8")
    assert check_secrets(path) == []
    path.write_text(f"telegram: {{token: '{TOKEN}'}}\n", encoding="utf-8")
    (finding,) = check_secrets(path)
    assert finding.mark is Mark.ODD
    assert TOKEN not in finding.text


# ── Telegram ───────────────────────────────────────────────────────────────
def me(reads_all: bool) -> Good:
    body = msgspec.json.encode({"id": 7, "username": "pingan_bot", "can_read_all_group_messages": reads_all})
    return Good(msgspec.Raw(body))


@pytest.mark.parametrize(
    ("reply", "mark", "told"),
    [
        (me(True), Mark.FINE, "@pingan_bot 正常"),
        (me(False), Mark.ODD, "隐私模式"),
        (Refused(401, "Unauthorized"), Mark.BAD, "令牌不对"),
        (Refused(404, "Not Found"), Mark.BAD, "令牌不对"),
        (Unreached("no connection: X"), Mark.BAD, "连不上"),
        (Lost("timeout"), Mark.BAD, "连不上"),
        (Good(msgspec.Raw(b"[]")), Mark.BAD, "不是 Bot API"),
    ],
)
def test_what_getme_means(reply: Good | Refused | Unreached | Lost, mark: Mark, told: str) -> None:
    found = judge(reply, Telegram())
    assert found.mark is mark
    assert told in found.text


async def test_a_network_that_is_down_is_a_finding() -> None:
    telegram = Telegram(token=TOKEN, base_url="http://127.0.0.1:1")
    found = judge(await asyncio.wait_for(ask(telegram), 20), telegram)
    assert found.mark is Mark.BAD
    assert TOKEN not in found.text


async def test_a_webhook_needs_an_address(settings: Settings) -> None:
    asked = settings.model_copy(
        update={"telegram": Telegram(token=TOKEN, mode="webhook"), "server": Server(public_url="http://a")}
    )
    assert "https://" in (await findings(asked))["Telegram"].text
