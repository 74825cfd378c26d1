"""All checks, in the order a person would look."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channel_needs import NAMES
from bot.config import Settings
from bot.doctor.database import check_database
from bot.doctor.findings import Finding, bad, fine
from bot.doctor.program import check_clock, check_data_dir, check_packages, check_python, check_secrets
from bot.doctor.service import check_service
from bot.doctor.telegram import check_telegram
from handlers.broadcast import check_rules
from storage.engine import connect
from storage.engine.base import StoreDownError
from storage.unit import Unit

if TYPE_CHECKING:
    from bot.doctor.wecom_known import Known


async def examine(settings: Settings, config: Path | None, now: datetime) -> AsyncIterator[Finding]:
    """One finding at a time, as it is found. Nothing is changed. `config`: the file the settings came from."""
    yield check_python()
    yield check_packages()
    yield check_clock(now)
    yield fine("配置", str(config) if config else "没有 config.yaml，用的是默认配置")
    for finding in check_secrets(config):
        yield finding
    yield check_data_dir(settings.data_dir)
    finding, readable = await check_database(settings.database.url)
    yield finding
    codes: list[str] = []
    if readable:
        async for finding in _stored(settings, now, codes):
            yield finding
    for sentence in check_rules(settings.broadcasts.rules, codes or [r.station for r in settings.broadcasts.rules]):
        yield bad("播报规则", sentence)
    yield await check_telegram(settings)
    if any(getattr(settings, channel) != type(getattr(settings, channel))() for channel in NAMES):
        async for finding in examine_wecom(settings, now, all_of_them=False):
            yield finding


async def examine_wecom(settings: Settings, now: datetime, *, all_of_them: bool) -> AsyncIterator[Finding]:
    """The WeChat family; what it needs is imported only where it is looked at."""
    from bot.doctor.wecom import check_wecom

    known = await _known(settings)
    async for finding in check_wecom(settings, now, all_of_them=all_of_them, known=known):
        yield finding


async def _known(settings: Settings) -> "Known":
    """What our database has to say about the family; nothing if it cannot be asked."""
    from bot.doctor.wecom_known import NOTHING_KNOWN, learn

    if not (await check_database(settings.database.url))[1]:
        return NOTHING_KNOWN
    engine = connect(settings.database.url)
    try:
        await engine.open()
        async with engine.read() as tx:
            return await learn(Unit(tx), settings)
    except StoreDownError:
        return NOTHING_KNOWN
    finally:
        await engine.close()


async def _stored(settings: Settings, now: datetime, codes: list[str]) -> AsyncIterator[Finding]:
    engine = connect(settings.database.url)
    try:
        await engine.open()
        async with engine.read() as tx:
            unit = Unit(tx)
            codes += [station.code for station in await unit.stations.all()]
            for finding in await check_service(unit, now):
                yield finding
    except StoreDownError as error:
        yield bad("数据库", f"现在读不了（{error}）。稍后再试；如果一直这样，请看看磁盘和权限。")
    finally:
        await engine.close()
