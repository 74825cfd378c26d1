"""Which channels of the WeChat family run. Nothing of them is imported where none is set up: it costs memory."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channel_needs import NAMES, incomplete
from bot.clock import Clock
from bot.config import ConfigError, Settings
from bot.hearing import Hearing
from storage.engine.base import Engine

if TYPE_CHECKING:
    from bot.adapters.wecom.channel import Channel, Kit

CHANNELS = ("wecom_aibot", "wecom_webhook", "wecom_app", "wecom_kf", "wechat_official", "wecom_customer_group")
"""Sections of config.yaml, platform names and packages under bot/adapters are called the same."""


def configured(settings: Settings) -> list[str]:
    """Those with everything they need to start."""
    return [name for name in CHANNELS if getattr(settings, name).on]


async def open_channels(
    settings: Settings, engine: Engine, hearing: Hearing, clock: Clock, owner: str, stack: AsyncExitStack
) -> "list[Channel]":
    """Build what is configured; `stack` closes what was opened. Raises ConfigError with a sentence."""
    names = configured(settings)
    if not names:
        return []
    from bot.adapters.wecom.api import new_session
    from bot.adapters.wecom.channel import Kit

    session = new_session(trust_env=settings.wecom.use_proxy)
    stack.push_async_callback(session.close)
    kit = Kit(
        settings=settings,
        engine=engine,
        hearing=hearing,
        clock=clock,
        session=lambda: session,
        data_dir=Path(settings.data_dir),
        owner=owner,
    )
    return [_build(name, kit) for name in names]


def _build(name: str, kit: "Kit") -> "Channel":
    build: Callable[[Kit], Channel] = import_module(f"bot.adapters.{name}.adapter").build
    try:
        return build(kit)
    except ValueError as error:
        told = incomplete(kit.settings).get(name) or str(error)
        raise ConfigError(f"{NAMES[name]}：{told}") from None
