"""How everything here is measured: one CPU, rounds that alternate, medians of the ratios of neighbours."""

import asyncio
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from uvloop import new_event_loop

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one round of one side took, per item."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `ratio` is ours ÷ the peer's; `low` and `high` are the quartiles of the rounds' ratios."""

    bench: str
    what: str
    unit: str
    ours: float
    peer: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    bar: float | None = None
    at_most: bool = True
    rounds: int = 1

    @property
    def judged(self) -> float:
        """What the bar is held against: the ratio, or our own figure where there is no peer."""
        return self.ours if self.ratio is None else self.ratio

    @property
    def met(self) -> bool | None:
        if self.bar is None:
            return None
        return self.judged <= self.bar if self.at_most else self.judged >= self.bar

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


Round = Callable[[], Awaitable[Cost]]


async def alternate(ours: Round, peer: Round, rounds: int) -> list[tuple[Cost, Cost]]:
    """Ours, peer, ours, peer …, so that a busy machine is as busy for both. One round of each warms up, uncounted."""
    pairs = []
    for _ in range(rounds + 1):
        first = await _clean(ours)
        pairs.append((first, await _clean(peer)))
    return pairs[1:]


async def _clean(side: Round) -> Cost:
    gc.collect()
    return await side()


def compare(
    bench: str,
    what: str,
    unit: str,
    pairs: list[tuple[float, float]],
    *,
    bar: float | None = None,
    at_most: bool = True,
) -> Result:
    """`pairs`: (ours, peer) of each round, in `unit`."""
    ratios = sorted(ours / peer for ours, peer in pairs)
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return Result(
        bench=bench,
        what=what,
        unit=unit,
        ours=statistics.median(ours for ours, _ in pairs),
        peer=statistics.median(peer for _, peer in pairs),
        ratio=statistics.median(ratios),
        low=low,
        high=high,
        bar=bar,
        at_most=at_most,
        rounds=len(pairs),
    )


class Watch:
    """Wall clock and CPU time of this process (all its threads) since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def per(self, items: int) -> Cost:
        return Cost((time.process_time() - self._cpu) / items, (time.perf_counter() - self._wall) / items)


def cpus() -> list[int]:
    """The CPUs this process may use; empty where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pin(cpu: int | None, pid: int = 0) -> None:
    """Keep a process, with the threads it starts from now on, on one CPU."""
    if cpu is not None:
        os.sched_setaffinity(pid, {cpu})


@contextmanager
def pinned(which: int = -1) -> Iterator[None]:
    """This process on one of its CPUs (the last: the first are the busiest), then on all of them again."""
    before = cpus()
    pin(before[which] if before else None)
    try:
        yield
    finally:
        if before:
            os.sched_setaffinity(0, before)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for databases, on a real disk: commits must cost what they cost."""
    with tempfile.TemporaryDirectory(prefix="pingan-bench-") as folder:
        yield Path(folder)


def fsync_seconds(folder: Path, times: int = 50) -> float:
    """What this disk takes to make 4 KB durable: the floor under every commit."""
    with (folder / "fsync").open("wb") as file:
        started = time.perf_counter()
        for _ in range(times):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - started) / times


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """On uvloop, as `pingan run` does; the peer gets it too."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel a loop and wait for its end."""
    task.cancel()
    await asyncio.wait([task])
