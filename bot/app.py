"""The composition root: settings in, a running bot out."""

import asyncio
import ipaddress
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import structlog
import uvicorn
from starlette.routing import BaseRoute

from bot import logs
from bot.adapters.base import Platform
from bot.adapters.local import LocalPlatform
from bot.channels import open_channels
from bot.clock import Clock, SystemClock
from bot.config import ConfigError, Settings
from bot.core import Core, assemble
from bot.health import Health
from bot.hearing import Hearing
from bot.instance import process_name
from bot.limits import ticket_settings
from bot.local_directory import read_directory
from bot.metrics import Metrics
from bot.own_model import use_own_model
from bot.seed import seed
from bot.supervise import supervise
from bot.watch import Watch
from bot.web import roster as roster_feed
from bot.web import telegram_hook
from bot.web.app import build_web
from bot.web.server import Server
from handlers import FEATURES
from handlers.auditing import AuditSettings
from handlers.broadcast import BroadcastSettings
from handlers.roster import RosterSettings
from handlers.tickets import BurstSettings, TicketSettings
from storage.engine import connect
from storage.engine.base import Engine, StoreDownError
from storage.engine.migrate import migrate_apart

log = structlog.get_logger()

LAST_SENDS_SECONDS = 3.0
"""How long sends under way may take to end when the program is told to stop."""


class PortInUseError(Exception):
    """Another program listens there. The message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    settings: Settings
    core: Core
    local: LocalPlatform | None
    telegram: Any
    server: uvicorn.Server
    listening: socket.socket

    @property
    def address(self) -> str:
        host, port = self.listening.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def run(self) -> None:
        """Until told to stop (SIGINT, SIGTERM). What was accepted and not done is done after the next start."""
        core = self.core
        watch = Watch(core, self.telegram)
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "inbox": core.dispatcher.run,
            "outbox": core.courier.run,
            "media": core.fetcher.run,
            "jobs": core.jobs.run,
            "tick": core.scheduler.run,
            "audit": core.auditor.run,
            "watch": watch.run,
            **{name: partial(platform.run, core.inbox.accept) for (name, _), platform in core.platforms.items()},
        }
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(supervise(name, part, core.clock)) for name, part in parts.items()]
                if self.local is not None:  # a page that answers takes what is written in it
                    await self.local.ready.wait()
                await self._serve_web()
                for task in tasks:
                    task.cancel()
        finally:
            await self._write_down()

    async def _write_down(self) -> None:
        """What the last sends came to. Where the store is down, they stay what they were: uncertain."""
        try:
            await self.core.courier.finish(LAST_SENDS_SECONDS)
            await self.core.scheduler.release()
        except StoreDownError as error:
            log.warning(logs.DEGRADED, error=str(error))
        log.info(logs.STOPPED)

    async def _serve_web(self) -> None:
        serving = asyncio.create_task(self.server.serve([self.listening]))
        try:
            while not serving.done() and not self.server.should_exit:
                await asyncio.wait([serving], timeout=0.1)
        finally:
            # Open event streams would keep the server from stopping.
            self.server.should_exit = True
            if self.local is not None:
                self.local.close()
            await asyncio.wait([serving], timeout=5)
        if serving.done():
            serving.result()


def is_loopback(host: str) -> bool:
    """True if only this machine can reach a server listening there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def build(settings: Settings, stack: AsyncExitStack, clock: Clock | None = None) -> App:
    """Database, platforms, path and web server, ready to run. `stack` closes what was opened.

    Raises StoreDownError, NewerSchemaError, ConfigError, StationFileError or PortInUseError, each with a sentence.
    """
    clock = clock or SystemClock()
    use_own_model(settings.data_dir)
    listening = _listen(settings)
    stack.callback(listening.close)
    engine = await _database(settings, stack)
    commands = [command for feature in FEATURES for command in feature.commands]
    words = [word for command in commands for word in (command.word, *command.aliases)]
    bursts = BurstSettings(**settings.bursts.model_dump())
    hearing = Hearing(
        words,
        [command.slash for command in commands if command.slash],
        gap=bursts.gap_seconds,
        cap=bursts.cap_seconds,
    )
    local = _local(settings, engine, hearing, clock)
    telegram = await _telegram(settings, hearing, stack)
    owner = process_name()
    channels = await open_channels(settings, engine, hearing, clock, owner, stack)
    platforms: list[Platform] = [p for p in (local, telegram, *(c.platform for c in channels)) if p is not None]
    quiet = settings.broadcasts.quiet_hours
    core = assemble(
        engine=engine,
        clock=clock,
        metrics=Metrics(),
        hearing=hearing,
        platforms=platforms,
        features=FEATURES,
        aliases=settings.aliases,
        settings={
            BurstSettings: bursts,
            TicketSettings: ticket_settings(settings.tickets),
            AuditSettings: AuditSettings(**settings.audit.model_dump()),
            BroadcastSettings: BroadcastSettings(
                quiet_start=quiet.start,
                quiet_end=quiet.end,
                spread_seconds=settings.broadcasts.spread_seconds,
                together=frozenset(p.name for p in platforms if p.capabilities.human_confirms),
            ),
            RosterSettings: RosterSettings(public_url=_public_url(settings)),
        },
        owner=owner,
        files=Path(settings.data_dir) / "files",
        late_minutes=settings.broadcasts.late_minutes,
    )
    await seed(engine, settings, clock, {p.name: p.bot for p in platforms})
    await core.start(alone=engine.dialect == "sqlite")
    server = _web(settings, core, local, telegram, [door for channel in channels for door in channel.callbacks])
    log.info(logs.STARTED, platforms=[p.name for p in platforms], database=engine.dialect)
    return App(settings=settings, core=core, local=local, telegram=telegram, server=server, listening=listening)


async def _database(settings: Settings, stack: AsyncExitStack) -> Engine:
    await migrate_apart(settings.database.url)
    engine = connect(settings.database.url)
    await engine.open()
    stack.push_async_callback(engine.close)
    return engine


def _local(settings: Settings, engine: Engine, hearing: Hearing, clock: Clock) -> LocalPlatform | None:
    if not settings.local.enabled:
        return None

    async def directory() -> Any:
        return await read_directory(engine, settings.aliases)

    return LocalPlatform(
        engine=engine, hearing=hearing, directory=directory, now=clock.now, data_dir=Path(settings.data_dir)
    )


async def _telegram(settings: Settings, hearing: Hearing, stack: AsyncExitStack) -> Any:
    """The Telegram adapter is only imported where a token is set."""
    if not settings.telegram.token:
        return None
    from bot.adapters.telegram.adapter import TelegramPlatform
    from bot.adapters.telegram.api import new_session
    from handlers.kit.router import Router

    session: aiohttp.ClientSession = new_session()
    stack.push_async_callback(session.close)
    try:
        return TelegramPlatform(
            settings.telegram,
            hearing,
            lambda: session,
            public_url=settings.server.public_url,
            menu=Router(FEATURES).menu,
            files=Path(settings.data_dir) / "files",
        )
    except ValueError as error:
        raise ConfigError(f"telegram.token：{error}") from None


def _web(
    settings: Settings, core: Core, local: LocalPlatform | None, telegram: Any, doors: Sequence[Any]
) -> uvicorn.Server:
    routes: Sequence[BaseRoute] = roster_feed.routes(core.engine, core.clock)
    if telegram is not None and settings.telegram.mode == "webhook":
        routes = [*routes, *telegram_hook.routes(telegram)]
    if doors:
        from bot.web import wecom_hook

        routes = [*routes, *(route for door in doors for route in wecom_hook.routes(door))]
    health = Health(core)
    app = build_web(
        health=health.check,
        metrics=core.metrics.render,
        chat=local,
        demo=is_loopback(settings.server.host),
        routes=routes,
    )
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2, server_header=False
    )
    return Server(config)


def _public_url(settings: Settings) -> str:
    """Where people's phones reach us; without one only this machine does."""
    host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
    return settings.server.public_url.rstrip("/") or f"http://{host}:{settings.server.port}"


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        hint = f"换一个端口再试，比如：PINGAN_SERVER__PORT={port + 1 if port < 65535 else 8081} pingan run"
        raise PortInUseError(f"打不开 {host}:{port}（{why}）。可能有别的程序占着，{hint}") from None
