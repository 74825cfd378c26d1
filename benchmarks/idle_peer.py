"""`python -m benchmarks.idle_peer BASE_URL`: python-telegram-bot, polling, with nothing to do. Says when it polls."""

import asyncio
import sys

from telegram.ext import ApplicationBuilder

from tests.fake_telegram.make import TOKEN


async def run(base_url: str) -> None:
    program = ApplicationBuilder().token(TOKEN).base_url(f"{base_url}/bot").build()
    async with program:
        await program.start()
        assert program.updater is not None
        await program.updater.start_polling()
        print("polling", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
