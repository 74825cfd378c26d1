"""A database that was there before there were channels keeps all it had, and works with what channels need."""

from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.engine import connect
from storage.engine.migrate import HEAD, MIGRATIONS, migrate
from storage.model.messages import Address
from storage.unit import Unit
from tests.harness import START

NOW = int(START.timestamp() * 1000)
BEFORE = (
    "INSERT INTO station (code, name, tz) VALUES ('old', '老所', 'Asia/Shanghai')",
    "INSERT INTO person (code, name) VALUES ('wang', '王建国')",
    "INSERT INTO person (name) VALUES ('陈先生')",
    "INSERT INTO member (person_id, station_id, role) VALUES (1, 1, 'officer')",
    "INSERT INTO identity (platform, user_id, bot, person_id, chat_id) VALUES ('telegram', '5', '77', 1, '5')",
    "INSERT INTO identity (platform, user_id, bot, person_id, chat_id) VALUES ('local', 'chen', 'local', 2, 'p:chen')",
    *(
        "INSERT INTO outbox (key, platform, bot, chat_id, chat_key, lane, policy, kind, role, target, content,"
        " created_at, due_at, state, message_ref, sent_at) VALUES "
        f"('{key}', 'telegram', '77', '5', 'telegram:5', 1, 'at_least_once', '{kind}', 'card', '{target}',"
        f" '{{\"text\": \"1 号\"}}', {NOW}, {NOW}, '{state}', '{ref}', {sent})"
        for key, kind, target, state, ref, sent in (
            ("card:1", "send", "", "sent", "901", NOW),
            ("edit:1", "edit", "card:1", "obsolete", "", "NULL"),
            ("edit:2", "edit", "card:1", "pending", "", "NULL"),
        )
    ),
)


def before_channels(connection: Connection) -> None:
    """As the program left it that knew no channels yet."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "0005")
    for statement in BEFORE:
        connection.exec_driver_sql(statement)


async def sync(url: str, work: Any) -> Any:
    kind, rest = url.split("://", 1)
    engine = create_async_engine(f"{kind}+{'aiosqlite' if kind == 'sqlite' else 'asyncpg'}://{rest}")
    async with engine.begin() as connection:
        found = await connection.run_sync(work)
    await engine.dispose()
    return found


def counts(connection: Connection) -> dict[str, int]:
    tables = ("station", "person", "member", "identity", "outbox")
    return {table: int(connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()) for table in tables}


async def test_what_was_there_stays_and_can_be_used(empty_url: str) -> None:
    await sync(empty_url, before_channels)
    before = await sync(empty_url, counts)
    assert await migrate(empty_url) == "0005"
    assert await sync(empty_url, counts) == before
    engine = connect(empty_url)
    await engine.open()
    async with engine.write() as tx:
        unit = Unit(tx)
        [identity] = await unit.people.identities(1)
        assert (identity.user_id, identity.linked_from) == ("5", None)
        [ready] = await unit.outbox.ready("telegram", "77", START, limit=10)
        assert (ready.row.out.key, ready.row.target_ref, ready.row.out.content.brief) == ("edit:2", "901", "")
        card = await unit.outbox.by_ref(Address(platform="telegram", bot="77", chat_id="5"), "901")
        assert card is not None
        assert await unit.outbox.last_brief("card:1") is None
        await unit.accounts.merge(2, 1)
        assert {(i.user_id, i.linked_from) for i in await unit.people.identities(1)} == {("5", None), ("chen", 2)}
    await engine.close()


async def test_a_second_start_has_nothing_to_do(empty_url: str) -> None:
    await sync(empty_url, before_channels)
    assert await migrate(empty_url) == "0005"
    assert await migrate(empty_url) == HEAD
