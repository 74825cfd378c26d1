"""`python -m tests.fake_telegram --port N`: the fake as a process of its own, for tests that kill the bot."""

import argparse
import asyncio
import sys

from tests.fake_telegram.control import Control
from tests.fake_telegram.make import TOKEN
from tests.fake_telegram.server import FakeTelegram
from tests.fake_telegram.state import Rates, State


async def serve(options: argparse.Namespace) -> None:
    """Prints the base URL once it listens; runs until killed."""
    state = State(
        token=options.token,
        open_chats=options.open_chats,
        rates=Rates() if options.rates else None,
        reads_all=options.reads_all,
    )
    state.me["id"] = int(options.token.partition(":")[0])
    fake = FakeTelegram(state, port=options.port)
    await fake.start(Control(fake).routes())
    sys.stdout.write(fake.base_url + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--open-chats", action="store_true", help="unknown chat ids are chats, not errors")
    parser.add_argument("--rates", action="store_true", help="enforce Telegram's sending limits")
    parser.add_argument("--reads-all", action="store_true", help="privacy mode is off")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
