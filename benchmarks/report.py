"""The table for people and the JSON for machines."""

import json
import os
import platform
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Result, fsync_seconds, scratch


def machine() -> dict[str, Any]:
    """The machine in general words: nothing that names it."""
    with scratch() as folder:
        sync = fsync_seconds(folder)
    return {
        "cpus": os.cpu_count(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "python-telegram-bot": version("python-telegram-bot"),
        "fsync_ms": round(sync * 1e3, 2),
    }


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(results: list[Result]) -> Table:
    built = Table(title="平安 ÷ python-telegram-bot", title_justify="left")
    for head in ("bench", "what", "unit"):
        built.add_column(head)
    for head in ("ours", "peer", "ratio", "quartiles", "bar"):
        built.add_column(head, justify="right")
    built.add_column("")
    for r in results:
        bar = "" if r.bar is None else f"{'≤' if r.at_most else '≥'} {number(r.bar)}"
        spread = "" if r.low is None or r.high is None else f"{number(r.low)}–{number(r.high)}"
        verdict = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[r.met]
        built.add_row(r.bench, r.what, r.unit, number(r.ours), number(r.peer), number(r.ratio), spread, bar, verdict)
    return built


def show(results: list[Result], about: dict[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(", ".join(f"{name} {value}" for name, value in about.items()))
    console.print(table(results))


def write(path: Path, results: list[Result], about: dict[str, Any], *, quick: bool) -> None:
    body = {"machine": about, "quick": quick, "results": [r.as_json() for r in results]}
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
