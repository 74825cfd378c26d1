"""A station that was there before there were queues gets its three, and its old tickets are the 社区警务队's."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from handlers.kit.routing import queue_of
from storage.engine import connect
from storage.engine.migrate import MIGRATIONS, migrate
from storage.model.queues import BUILT_IN
from storage.unit import Unit


def before_queues(path: Path) -> None:
    """A database as the program left it that knew no queues yet, with one station."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(text("INSERT INTO station (code, name, tz) VALUES ('old', '老所', 'Asia/Shanghai')"))
    engine.dispose()


async def test_an_old_station_has_one_room_and_two_teams(tmp_path: Path) -> None:
    before_queues(tmp_path / "old.db")
    assert await migrate("sqlite:///old.db", base=tmp_path) == "0004"
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    await engine.open()
    async with engine.write() as tx:
        unit = Unit(tx)
        station = await unit.stations.by_code("old")
        assert station is not None
        desk = await unit.queues.desk(station.id)
        found = [(q.place, q.kind, q.name, q.aliases) for q in desk.queues]
        assert found == [(b.place, b.kind, b.name, b.aliases) for b in BUILT_IN]
        await unit.stations.put(code="old", name="老所", tz="Asia/Shanghai")
        assert (await unit.queues.desk(station.id)) == desk
        assert queue_of(desk, None).name == "社区警务队"
    await engine.close()
