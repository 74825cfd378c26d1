"""pingan run and pingan demo."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from bot import logs
from bot.channel_needs import NAMES, incomplete
from bot.cli.common import console, settings_of
from bot.config import Settings
from bot.instance import only_one


def serve_until_stopped(config: Path | None) -> None:
    """Serve until Ctrl-C or SIGTERM; then stop cleanly, exit code 0."""
    settings = settings_of(config)
    logs.setup(settings.logs.level, settings.logs.format)
    with only_one(settings.database.url):
        run_loop(_serve(settings))


async def _serve(settings: Settings) -> None:
    from bot.app import build

    stopped = _stop_on_signals()
    try:
        async with AsyncExitStack() as stack:
            app = await build(settings, stack)
            _greet(settings, app.address)
            await app.run()
    except asyncio.CancelledError:
        if not stopped.is_set():
            raise
    console().print("已停止。收到的消息都保存好了，下次启动接着办。")


def _stop_on_signals() -> asyncio.Event:
    """The first SIGINT or SIGTERM cancels this task; more of them change nothing, stopping takes seconds at most."""
    loop, task, stopped = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()

    def stop() -> None:
        if task is not None and not stopped.is_set():
            stopped.set()
            task.cancel()

    if sys.platform != "win32":
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, stop)
    return stopped


def _greet(settings: Settings, address: str) -> None:
    told = console()
    told.print()
    told.print("  平安 · 派出所平安服务群机器人", style="bold")
    if settings.local.enabled:
        told.print(f"  打开 {address} 进入群聊（演示）")
    told.print(f"  健康检查 {address}/healthz")
    told.print(f"  Telegram：{'已启用' if settings.telegram.token else '没有设置令牌，不启用'}")
    _greet_family(settings, told)
    told.print("  按 Ctrl-C 停止")
    told.print()


def _greet_family(settings: Settings, told: Console) -> None:
    """Which channels of the WeChat family run, and which were begun and left half done."""
    left = incomplete(settings)
    running = [what for channel, what in NAMES.items() if getattr(settings, channel).on and channel not in left]
    told.print(f"  微信家族：{'、'.join(running) + '已启用' if running else '没有设置，不启用'}")
    for channel, sentence in left.items():
        told.print(f"  ! {NAMES[channel]}没有配好：{sentence}")
    if running or left:
        told.print("  接得对不对，另开一个终端运行 pingan doctor wecom")


def play_demo() -> None:
    """Four stories through the real pipeline."""
    from bot.demo import play

    run_loop(play(console()))


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    from uvloop import new_event_loop

    return new_event_loop
