"""What stands in a database before the first message: a station (from a file or the sample), rules, knowledge."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import structlog

from bot import logs
from bot.clock import Clock
from bot.config import ConfigError, Settings
from bot.knowledge_load import load, read, shipped
from bot.station_file import apply, load_station, parse_station
from handlers.broadcast import check_rules, sync_rules
from handlers.knowledge.search import SHELF
from storage.engine.base import Engine
from storage.unit import Unit

log = structlog.get_logger()


async def seed(engine: Engine, settings: Settings, clock: Clock, bots: Mapping[str, str]) -> None:
    """Idempotent. Raises StationFileError or ConfigError with a sentence."""
    async with engine.write() as tx:
        unit = Unit(tx)
        await _stations(unit, settings, clock, bots)
        stations = await unit.stations.all()
        wrong = check_rules(settings.broadcasts.rules, [s.code for s in stations])
        if wrong:
            raise ConfigError("\n".join(wrong))
        for station in stations:
            await sync_rules(unit, station, settings.broadcasts.rules, now=clock.now())
        await _knowledge(unit, settings, clock)


async def _knowledge(unit: Unit, settings: Settings, clock: Clock) -> None:
    """A bad entry is told and left out; answers are no reason not to start."""
    library = read(Path(settings.knowledge_dir) if settings.knowledge_dir else shipped())
    for problem in library.problems:
        log.warning(logs.KNOWLEDGE_PROBLEM, problem=problem)
    kept = await load(unit, library, clock.now())
    await SHELF.index(unit)  # made ready now, not while the first resident waits
    log.info(logs.KNOWLEDGE_LOADED, added=kept.added, changed=kept.changed, disabled=kept.disabled)


async def _stations(unit: Unit, settings: Settings, clock: Clock, bots: Mapping[str, str]) -> None:
    if settings.station_file:
        file = load_station(Path(settings.station_file))
        changes = await apply(unit, file, clock.now(), bots)
        log.info(logs.STATION_IMPORTED, changes=len(changes))
        return
    if await unit.stations.all():
        return
    if settings.local.enabled and settings.local.sample:
        text = (resources.files("bot") / "sample" / "station.yaml").read_text(encoding="utf-8")
        await apply(unit, parse_station(text, "sample/station.yaml"), clock.now(), bots)
        log.info(logs.SAMPLE_LOADED)
        return
    # Reports are taken before anyone has set a station up.
    await unit.stations.put(code="bensuo", name="本派出所", tz="Asia/Shanghai")
