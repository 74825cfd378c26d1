"""Which entry answers a question, and how surely. Pure: the same figures on any database."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from handlers.knowledge.terms import NOTION, bare, meant, terms, things
from storage.model.knowledge import Knowledge

WEIGHTS = {1: 0.4, 2: 0.7, 3: 0.3}
"""Of pieces by their length: longer ones contain the shorter."""
NOTION_WEIGHT, PAIR_WEIGHT = 2.5, 1.5
RARE = 1.2
"""Power of the rarity: what few entries have tells much."""
UNSEEN = 0.6
"""How much a term that no entry asks with counts against all of them, beside one that a single entry has."""

COVERED, ANSWERED, TITLED, CORE, NEAREST = 0.5, 0.2, 0.2, 0.2, 0.2
"""What the score is made of: how much of the question the entry's questions cover, its answer covers, its title covers;
how much of what the entry is about the question names; how near the nearest single question of the entry is."""
COMMON = 0.2
"""A single character in more than this share of the entries tells nothing, and costs most of the time."""

FEWEST = 150
"""A small base is weighed as if it had so many entries: that it knows little makes no word common."""

CORE_SHARE = 0.25
"""A term in so many of an entry's questions belongs to what the entry is about."""


CLOSE = 8
"""So many entries are compared question by question; the others are too far behind."""


@dataclass(frozen=True, slots=True)
class Hit:
    """`score`: about 0 to 1. `margin`: how far the next entry is behind."""

    code: str
    score: float
    margin: float


class Index:
    """All entries, prepared for comparing. Building takes a few tenths of a second, once per change of the entries."""

    def __init__(self, entries: Iterable[Knowledge]) -> None:
        self.entries: Sequence[Knowledge] = tuple(entries)
        self.by_code = {entry.code: entry for entry in self.entries}
        self._texts = {e.code: "\n".join((e.question, *e.aliases, e.answer)) for e in self.entries}
        self._spoken: dict[str, set[str]] = {}  # things and other notions of an entry, once asked for
        # Entry, gain per share, core; and again. In one array a term: as tuples they would fill ten megabytes.
        self._places: dict[str, array[float]] = defaultdict(_numbers)
        shared: dict[str, str] = {}  # each term once in memory: thousands of questions are made of the same ones
        questions = [
            [tuple(shared.setdefault(t, t) for t in sorted(terms(q))) for q in (entry.question, *entry.aliases)]
            for entry in self.entries
        ]
        counts = [Counter(term for question in each for term in question) for each in questions]
        spread = Counter(term for count in counts for term in count)
        total = max(len(self.entries), FEWEST) + 1
        self._everywhere = frozenset(t for t, n in spread.items() if len(t) == 1 and n > COMMON * total)
        self._weight = {t: max(0.0, math.log(total / (n + 0.5))) ** RARE * _kind(t) for t, n in spread.items()}
        self._unseen = UNSEEN * math.log(total / 0.5) ** RARE
        for number, (count, each) in enumerate(zip(counts, questions, strict=True)):
            self._add(number, count, each)
        self._questions = [[(q, self._length(q)) for q in each] for each in questions]

    def _add(self, number: int, count: Counter[str], questions: Sequence[Sequence[str]]) -> None:
        told = {t for line in self.entries[number].answer.splitlines() for t in terms(line, pairs=False)}
        many = len(questions)
        core = {t: (n / many) ** 1.5 * self._weight[t] for t, n in count.items() if n / many >= CORE_SHARE}
        whole = sum(core.values()) or 1.0
        for term in {*count, *told}:
            gain = COVERED * count[term] / (count[term] + 1.0) + TITLED * (term in questions[0])
            if term in told:
                gain += ANSWERED
            self._places[term].extend((number, gain, CORE * core.get(term, 0.0) / whole))

    def telling(self, words: Collection[str], limit: int) -> list[str]:
        """Those of the words that stand in entries and tell most about which."""
        known = [word for word in words if word in self._places and word not in self._everywhere]
        return sorted(known, key=lambda word: (-self._weight.get(word, 0.0), word))[:limit]

    def text(self, code: str) -> str:
        """Everything the entry of that code says."""
        return self._texts[code]

    def strange(self, question: str, code: str) -> set[str]:
        """The things a question names and the entry of that code never speaks of."""
        named = meant(bare(question)) & things()
        if not named:
            return set()
        if code not in self._spoken:
            self._spoken[code] = meant(self._texts[code])
        return named - self._spoken[code]

    def _length(self, question: Sequence[str]) -> float:
        return math.sqrt(sum(self._weight[t] for t in question)) or 1.0

    def best(self, question: str, among: Collection[str] | None = None, limit: int = 3) -> list[Hit]:
        """The best entries, best first. `among`: only these codes come into question."""
        weights = {t: self._weight.get(t, self._unseen * _kind(t)) for t in terms(question) - self._everywhere}
        whole = sum(weights.values()) or 1.0
        scores = [0.0] * len(self.entries)
        for term, weight in weights.items():
            part = weight / whole
            places = self._places.get(term, _NOWHERE)
            for at in range(0, len(places), 3):
                scores[int(places[at])] += part * places[at + 1] + places[at + 2]
        near = [n for n, score in enumerate(scores) if score and (among is None or self.entries[n].code in among)]
        close = sorted(near, key=lambda number: (-scores[number], number))[: max(CLOSE, limit + 1)]
        length = math.sqrt(whole)
        ranked = sorted(
            (-scores[number] - NEAREST * self._near(weights, number) / length, self.entries[number].code)
            for number in close
        )
        behind = [score for score, _ in ranked[1:]] + [0.0]
        return [Hit(code, -score, behind[at] - score) for at, (score, code) in enumerate(ranked[:limit])]

    def _near(self, weights: dict[str, float], number: int) -> float:
        """What the question shares with the nearest question of an entry, each measured by its length."""
        return max(sum(weights[t] for t in q if t in weights) / size for q, size in self._questions[number])


def _numbers() -> array[float]:
    return array("d")


_NOWHERE = _numbers()


def _kind(term: str) -> float:
    if term.startswith(NOTION):
        return PAIR_WEIGHT if NOTION in term[1:] else NOTION_WEIGHT
    return WEIGHTS[2] if term.isascii() else WEIGHTS[len(term)]
