"""`python -m tests.fake_wecom --port N`: the emulator as a process of its own, for tests that kill the bot."""

import argparse
import asyncio
import sys

from tests.fake_wecom.aibot import Rules
from tests.fake_wecom.control import Control
from tests.fake_wecom.server import FakeWecom, Setup
from tests.fake_wecom.socket import Manners
from tests.fake_wecom.state import HeldClock, State


async def serve(options: argparse.Namespace) -> None:
    """Prints the base URL once it listens; runs until killed."""
    state = State(clock=HeldClock()) if options.held_clock else State()
    rules = Rules(per_minute=options.per_minute, per_hour=max(options.per_minute, Rules().per_hour))
    manners = Manners(tries=options.tries, ack_seconds=options.ack_seconds, subscribes_per_minute=options.subscribes)
    fake = FakeWecom(Setup(mode=options.mode, rules=rules, manners=manners), state, port=options.port)
    await fake.start(Control(fake).routes())
    sys.stdout.write(fake.base_url + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_wecom", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=("socket", "callback"), default="socket", help="how 智能机器人 is connected")
    parser.add_argument("--held-clock", action="store_true", help="the platform's time stands still until moved")
    parser.add_argument("--per-minute", type=int, default=Rules().per_minute, help="messages of ours for each chat")
    parser.add_argument("--tries", type=int, default=Manners().tries, help="how often a message is told in all")
    parser.add_argument("--ack-seconds", type=float, default=0.0, help="how late a frame is acknowledged")
    parser.add_argument("--subscribes", type=int, default=Manners().subscribes_per_minute, help="for a bot per minute")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
