"""How well messages are understood: figures with their confidence intervals, and the cases that went wrong."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.training.corpus import Example
from handlers.understanding import Understanding, Verdict, understand
from handlers.understanding.normal import calls_police
from storage.model.matters import Category
from storage.model.tickets import Urgency

ROUNDS = 500
Pair = tuple[Example, Understanding]


@dataclass(frozen=True, slots=True)
class Figure:
    """`low`, `high`: 95 %. `count`: how many cases it rests on."""

    name: str
    value: float
    low: float
    high: float
    count: int
    wrong: tuple[str, ...] = field(default=())


def read(examples: Sequence[Example]) -> list[Pair]:
    """Each message as the bot would understand it, with nothing known of places."""
    return [(e, understand(e.text, mention=calls_police(e.text))) for e in examples]


def share(name: str, hits: Sequence[bool], wrong: Sequence[str] = ()) -> Figure:
    """A share with Wilson's interval."""
    n, k, z = len(hits), sum(hits), 1.96
    if n == 0:
        return Figure(name, math.nan, math.nan, math.nan, 0)
    p, d = k / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / d
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
    return Figure(name, p, max(0.0, middle - half), min(1.0, middle + half), n, tuple(wrong))


def macro_f1(truth: Sequence[str], told: Sequence[str]) -> float:
    """The mean of F1 over the classes that occur in `truth`."""
    scores = []
    for label in sorted(set(truth)):
        hit = sum(a == b == label for a, b in zip(truth, told, strict=True))
        scores.append(2 * hit / max(1, truth.count(label) + told.count(label)))
    return sum(scores) / len(scores)


def resampled(name: str, pairs: Sequence[Pair], measure: Callable[[Sequence[Pair]], float]) -> Figure:
    """Any measure, with the bootstrap's interval (fixed seed)."""
    dice = Random(0)  # noqa: S311 - statistics, not secrets
    values = sorted(measure(dice.choices(pairs, k=len(pairs))) for _ in range(ROUNDS))
    low, high = values[int(0.025 * ROUNDS)], values[int(0.975 * ROUNDS) - 1]
    return Figure(name, measure(pairs), low, high, len(pairs))


def _fraud_recall(allowed: float) -> Callable[[Sequence[Pair]], float]:
    def measure(pairs: Sequence[Pair]) -> float:
        others = sorted((u.fraud_score for e, u in pairs if not e.fraud), reverse=True)
        bar = others[int(allowed * len(others))]
        frauds = [u.fraud_score for e, u in pairs if e.fraud]
        return sum(score > bar for score in frauds) / len(frauds)

    return measure


def _pipeline(pairs: Sequence[Pair]) -> float:
    return macro_f1([e.labels.category for e, _ in pairs], [str(u.category) for _, u in pairs])


def figures(pairs: Sequence[Pair]) -> list[Figure]:
    """Everything the project promises of its understanding."""
    requests = [(e, u) for e, u in pairs if e.labels.is_request]
    called = [(e, u) for e, u in pairs if calls_police(e.text)]
    frauds = [(e, u) for e, u in pairs if e.fraud]
    honest = [(e, u) for e, u in pairs if not e.fraud]
    return [
        resampled("诉求的类别 macro-F1", requests, _pipeline),
        resampled("整条流水线 macro-F1（10 类）", pairs, _pipeline),
        _share("@ 了该立单的，立了", [p for p in called if p[0].labels.is_request], lambda e, u: u.is_request),
        _share("@ 了且立单的，该立", [p for p in called if p[1].is_request], lambda e, u: e.labels.is_request),
        _share("紧急 召回", [p for p in pairs if _urgent(p)], lambda e, u: u.urgency is Urgency.URGENT),
        _share("紧急 精确", [p for p in pairs if p[1].urgency is Urgency.URGENT], lambda e, u: _urgent((e, u))),
        resampled("骗局召回（误报 1 %）", pairs, _fraud_recall(0.01)),
        resampled("骗局召回（误报 5 %）", pairs, _fraud_recall(0.05)),
        _share("骗局里判为高度疑似的", frauds, lambda e, u: u.verdict is Verdict.LIKELY),
        _share("骗局里判为高度疑似或拿不准的", frauds, lambda e, u: u.verdict is not Verdict.UNKNOWN),
        _share("不是骗局、没判高度疑似", honest, lambda e, u: u.verdict is not Verdict.LIKELY),
        _share("不是骗局、也没判拿不准", honest, lambda e, u: u.verdict is Verdict.UNKNOWN),
        _share("骗局类型", [p for p in frauds if p[1].fraud], lambda e, u: u.fraud_type == e.labels.fraud_type),
        _share("电话 逐字一致", [p for p in pairs if p[0].phone], lambda e, u: u.phone == e.phone),
        _share("地点 有重叠（没有地名表）", [p for p in requests if p[0].location], overlaps),
        _share("没写地点的，没有乱认", [p for p in requests if not p[0].location], lambda e, u: not u.place),
    ]


def overlaps(example: Example, understood: Understanding) -> bool:
    """They share at least one character of the text."""
    if not understood.place:
        return False
    text = example.text
    a, b = text.find(example.location), text.find(understood.place)
    return a < b + len(understood.place) and b < a + len(example.location)


def confusion(pairs: Sequence[Pair]) -> dict[str, Figure]:
    """category → its recall, with what was taken for something else."""
    return {c: _share(c, [p for p in pairs if p[0].labels.category == c], _same) for c in Category}


def _urgent(pair: Pair) -> bool:
    return pair[0].labels.urgency == Urgency.URGENT


def _same(example: Example, understood: Understanding) -> bool:
    return example.labels.category == understood.category


def _share(name: str, pairs: Sequence[Pair], right: Callable[[Example, Understanding], bool]) -> Figure:
    hits = [right(e, u) for e, u in pairs]
    return share(name, hits, [_line(e, u) for (e, u), hit in zip(pairs, hits, strict=True) if not hit])


def _line(example: Example, understood: Understanding) -> str:
    text = " ".join(example.text.split())
    return f"{example.labels.category}/{example.labels.urgency} → {understood.category}/{understood.urgency}：{text}"
