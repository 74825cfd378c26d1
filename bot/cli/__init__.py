"""The command line. Everything heavy is imported by its command: `pingan --help` must be quick."""

from bot.cli.entry import main

__all__ = ["main"]
