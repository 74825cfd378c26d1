"""main(): the one way in, and the one place where an error becomes a sentence and an exit code."""

import sys
from collections.abc import Sequence

from bot.cli.boundary import INTERRUPTED, Boundary, tell


def main(argv: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 the person can put it right, 2 something is broken, 130 interrupted."""
    args = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK terminal has no ✓
    with Boundary(debug="--debug" in args):
        from bot.cli.commands import run_args

        code = run_args(args)
        if code == INTERRUPTED:  # typer has swallowed the Ctrl-C
            tell("已中断。")
        sys.exit(code)
