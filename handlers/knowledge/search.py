"""From a question to the entry that answers it: the database names candidates, the index decides."""

from dataclasses import dataclass

from handlers.knowledge.caution import caution, elsewhere
from handlers.knowledge.rank import Hit, Index
from handlers.knowledge.terms import bare, index_words
from handlers.understanding import Understanding
from storage.model.knowledge import Knowledge
from storage.model.matters import Category
from storage.model.tickets import Urgency
from storage.unit import Unit

SURE = 0.35
"""The score a plain question needs. Chosen on questions of our own; docs/knowledge.md has the measured figures."""

MARGIN = 0.01
"""The next entry must be so far behind, or one of the two would be a guess."""

FEWEST = 4
"""Characters of a question that can be answered; of a mere 居住证 nobody knows what is asked."""

CANDIDATES, TELLING = 40, 20
"""So many entries the database names, by so many words of a question: those that tell most."""

STRANGE = 0.25
"""What each thing the entry never speaks of takes away."""
_FOR_PEOPLE = frozenset({Category.HELP, Category.CLUE, Category.DISPUTE, Category.NUISANCE, Category.LOST})


@dataclass(frozen=True, slots=True)
class Found:
    """The nearest entry, and whether it may answer without a person. `score`: less what speaks for a person."""

    entry: Knowledge
    hit: Hit
    score: float
    vague: bool = False  # too few words to tell which of several answers is wanted

    @property
    def sure(self) -> bool:
        return self.score >= SURE and self.hit.margin >= MARGIN and not self.vague


class Shelf:
    """The index of what was read last. It is only a memory: `state` tells whether it is still true."""

    def __init__(self) -> None:
        self._state: tuple[int, int] | None = None
        self._index = Index(())

    async def index(self, unit: Unit) -> Index:
        state = await unit.knowledge.state()
        if state != self._state:
            self._index, self._state = Index(await unit.knowledge.enabled()), state
        return self._index


SHELF = Shelf()


async def search(unit: Unit, question: str, limit: int = 3) -> list[Hit]:
    """The nearest entries, best first."""
    index = await SHELF.index(unit)
    if not index.entries:
        return []
    words = index.telling(index_words(question), TELLING)
    codes = await unit.knowledge.find(words, CANDIDATES)
    return index.best(question, set(codes), limit)


async def answer_to(unit: Unit, question: str, meaning: Understanding) -> Found | None:
    """The nearest entry; None if nothing is near at all."""
    hits = await search(unit, question, 1)
    return weigh(question, hits[0], await SHELF.index(unit), meaning) if hits else None


def weigh(question: str, hit: Hit, index: Index, meaning: Understanding) -> Found:
    """How surely the hit answers, after what speaks for a person."""
    against = caution(question) + elsewhere(question, index.text(hit.code)) + _leaning(meaning)
    score = hit.score - against - STRANGE * len(index.strange(question, hit.code))
    return Found(index.by_code[hit.code], hit, score, vague=len("".join(bare(question).split())) < FEWEST)


def _leaning(meaning: Understanding) -> float:
    """What the models say for a person (above 0) or for the counter (below)."""
    lean = 0.1 if meaning.category in _FOR_PEOPLE else 0.0
    if meaning.urgency is Urgency.URGENT:
        lean += 0.15
    elif meaning.urgency is Urgency.LOW:
        lean -= 0.05
    return lean - (0.04 if meaning.category is Category.PAPERS else 0.0)
