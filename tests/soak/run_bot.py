"""`python -m tests.soak.run_bot config.yaml`: the program itself, as `pingan run` starts it."""

import asyncio
import sys
from pathlib import Path

from bot import logs
from bot.app import serve
from bot.config import load


def main() -> None:
    settings = load(Path(sys.argv[1]), {})
    logs.setup(settings.logs.level, "json")
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
