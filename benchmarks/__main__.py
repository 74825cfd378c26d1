"""`python -m benchmarks`: every bench against its peer, in this run, on this machine."""

import argparse
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import footprint, ignored, report, sending, tickets, understanding, webhook
from benchmarks.measure import Result, run_loop

BENCHES: dict[str, Callable[[bool], Coroutine[Any, Any, list[Result]]]] = {
    "ignored": ignored.run,
    "understanding": understanding.run,
    "tickets": tickets.run,
    "webhook": webhook.run,
    "sending": sending.run,
    "footprint": footprint.run,
}


def quiet() -> None:
    """As in production: no debug and info lines on either side."""
    logging.basicConfig(level=logging.WARNING)


def main(argv: list[str] | None = None) -> list[Result]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: seconds, figures without meaning")
    parser.add_argument("--only", choices=BENCHES, action="append", help="this bench (may be repeated)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(argv)
    quiet()
    about = report.machine()
    results: list[Result] = []
    for name in options.only or BENCHES:
        with Console(stderr=True).status(name):
            results += run_loop(BENCHES[name](options.quick))
    report.show(results, about)
    if options.json:
        report.write(options.json, results, about, quick=options.quick)
    return results


if __name__ == "__main__":
    main()
