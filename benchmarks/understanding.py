"""What it costs to understand a message, and to be ready for the first one.

Every message of corpus/ (train and heldout), as residents write them, called by an @ in a group whose station knows
places; each is understood several times and the fastest counts, for what else runs on the machine is not of the
message's making. Then 4,000 characters at a time: ordinary ones (messages of the corpus joined), and ones made to be
slow; only the first 2,000 of them are looked at, which is what bounds them.
Ready: a fresh process imports handlers.understanding, reads the models and understands one message.
There is no peer: python-telegram-bot understands nothing. Bars: median 1 ms, p99 5 ms, models read in 0.3 s.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import islice

from benchmarks.measure import Result, pinned
from bot.training.corpus import Example, corpus_folder, read_folder
from handlers.understanding import Gazetteer, understand

BAR_MEDIAN_MS = 1.0
BAR_P99_MS = 5.0
BAR_LOAD_SECONDS = 0.3
LONG = 4000
PLACES = 40

HOSTILE = (
    *("我", " ", "@", "@民", "\n", "😀", "\u200b", "㍿", "ﷺ", "1.", "1-", "A1-", "x,", "路", "东路", "中心"),
    *("1", "1 ", "１３８", "13800138000 ", "幺三八零零", "11010519491231002X", "一", "一百二十三万", "1.5万块钱"),
    *("人民路", "1号楼", "翠湖名苑6栋2单元301", "人民路和建设路路口", "肯德基", "昨天晚上8点半", "转了5000元"),
    *("没有转", "不是是", "谢谢", "救命啊打人了", "http://a.cn/"),
)
"""Each repeated to 4,000 characters: what every part of understanding takes longest for."""

FRESH = """
import json, time
begun = time.perf_counter()
from handlers.understanding import understand
from handlers.understanding.scorer import shipped
imported = time.perf_counter()
shipped()
loaded = time.perf_counter()
understand("@民警 楼上打人了", mention=True)
print(json.dumps([loaded - imported, time.perf_counter() - begun]))
"""


async def run(quick: bool) -> list[Result]:
    times, step = (1, 40) if quick else (5, 1)
    examples = [e for part in ("train", "heldout") for e in read_folder(corpus_folder() / part)]
    known = _places(examples)
    texts = [e.text for e in islice(examples, 0, None, step)]
    joined = "，".join(e.text for e in examples)
    ordinary = [joined[at : at + LONG] for at in range(0, len(joined) - LONG, LONG)][: max(2, 40 // step)]
    hostile = [(piece * LONG)[:LONG] for piece in HOSTILE]
    with pinned():
        _milliseconds(texts[:100], known, 1)
        short, long, slow = (_milliseconds(each, known, times) for each in (texts, ordinary, hostile))
    fresh = [await asyncio.to_thread(_fresh) for _ in range(times)]
    load, first = (statistics.median(each) for each in zip(*fresh, strict=True))
    count = f"{len(texts):,} messages"
    return [
        _line(f"one message, median of {count}", "ms", statistics.median(short), BAR_MEDIAN_MS),
        _line(f"one message, p99 of {count}", "ms", _p99(short), BAR_P99_MS),
        _line("4,000 characters of ordinary talk, median", "ms", statistics.median(long)),
        _line("4,000 characters made to be slow, the slowest", "ms", max(slow)),
        _line("the models are read, fresh process", "s", load, BAR_LOAD_SECONDS),
        _line("fresh process to first answer, import included", "s", first),
    ]


def _places(examples: Sequence[Example]) -> Gazetteer:
    """As many places as a station may have listed, taken from the corpus so that some are met."""
    named = list(dict.fromkeys(e.location for e in examples if 3 <= len(e.location) <= 8))
    return Gazetteer(near=tuple(named[:5]), far=tuple(named[:: max(1, len(named) // PLACES)]))


def _milliseconds(texts: Sequence[str], known: Gazetteer, times: int) -> list[float]:
    """The fastest of so many times, for each text."""
    fastest = [float("inf")] * len(texts)
    for _ in range(times):
        for at, text in enumerate(texts):
            started = time.perf_counter()
            understand(text, mention=True, gazetteer=known)
            fastest[at] = min(fastest[at], (time.perf_counter() - started) * 1e3)
    return fastest


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _fresh() -> tuple[float, float]:
    """Seconds: the models alone; everything up to the first answer."""
    done = subprocess.run([sys.executable, "-c", FRESH], check=True, capture_output=True)
    load, first = json.loads(done.stdout)
    return float(load), float(first)


def _line(what: str, unit: str, ours: float, bar: float | None = None) -> Result:
    return Result(bench="understanding", what=what, unit=unit, ours=ours, bar=bar)
