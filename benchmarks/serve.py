"""`python -m benchmarks.serve ours|peer BASE_URL FOLDER`: one webhook server for benchmarks/webhook.py.

Prints the webhook's address once it listens, and runs until killed.
"""

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn
from telegram import Update

from benchmarks.measure import run_loop
from benchmarks.ours import ours, unlimited
from benchmarks.peer import add_handlers, builder, open_database
from bot.health import Health
from bot.web import telegram_hook
from bot.web.app import build_web

SECRET = "bench-secret"
PATH = "/hook"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def tell(port: int) -> None:
    print(f"http://127.0.0.1:{port}{PATH}", flush=True)


async def serve_ours(base_url: str, folder: Path) -> None:
    """The program's own web server and path; only the courier is missing, for the peer does not answer either."""
    settings = unlimited(base_url, mode="webhook", webhook_path=PATH, webhook_secret=SECRET)
    async with ours(settings, folder) as bot, asyncio.TaskGroup() as group:
        group.create_task(bot.core.dispatcher.run())
        group.create_task(bot.telegram.run(bot.core.inbox.accept))
        web = build_web(
            health=Health(bot.core).check,
            metrics=bot.core.metrics.render,
            chat=None,
            demo=False,
            routes=telegram_hook.routes(bot.telegram),
        )
        config = uvicorn.Config(web, log_config=None, access_log=False, lifespan="off", server_header=False)
        await bot.telegram.ready.wait()
        listening = socket.create_server(("127.0.0.1", 0))
        tell(listening.getsockname()[1])
        await uvicorn.Server(config).serve([listening])


async def serve_peer(base_url: str, folder: Path) -> None:
    """As its documentation teaches."""
    program = builder(base_url).build()
    add_handlers(program)
    program.bot_data["database"] = await open_database(folder / "peer.db")
    port = free_port()
    async with program:
        await program.start()
        assert program.updater is not None
        await program.updater.start_webhook(
            listen="127.0.0.1",
            port=port,
            url_path=PATH,
            webhook_url=f"https://bench.invalid{PATH}",
            secret_token=SECRET,
            allowed_updates=Update.ALL_TYPES,
        )
        tell(port)
        await asyncio.Event().wait()


def main() -> None:
    side = {"ours": serve_ours, "peer": serve_peer}[sys.argv[1]]
    run_loop(side(sys.argv[2], Path(sys.argv[3])))


if __name__ == "__main__":
    main()
